#!/usr/bin/env bash
# Deploys eMoL as a kingdom does, on this machine, and breaks it on the way: image, registry, Parameter Store, MariaDB,
# nginx and Docker are real or stand-ins that speak the same; see setup_files/lib/standins.sh. Prints a line a step.
#
#   setup_files/test-deploy.sh
#
# Needs root, and ports 80, 443 and 8080. Builds the last commit, which takes minutes the first time.
# EMOL_DEPLOY_IMAGE    an image in that Docker to try instead of building one, while working on the scripts
# EMOL_DEPLOY_DOCKER   a folder where Docker and the stand-ins are kept from one run to the next
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=setup_files/lib/packages.sh
source setup_files/lib/packages.sh
# shellcheck source=setup_files/lib/servers.sh
source setup_files/lib/servers.sh
# shellcheck source=setup_files/lib/standins.sh
source setup_files/lib/standins.sh

[[ ${1:-} != -h && ${1:-} != --help ]] || { sed -n '2,/^set /{/^set /d;s/^# \{0,1\}//;p}' "$0"; exit 0; }
(($# == 0)) || { echo "test-deploy: there are no arguments; see --help" >&2; exit 2; }

steps=0
step() { steps=$((steps + 1)); echo "ok $steps - $*"; }
die() { echo "not ok - $*" >&2; exit 1; }
((EUID == 0)) || die "this test needs root, for Docker and port 80"

work=$(mktemp -d /var/tmp/emol-deploy.XXXXXX)
docker_dir=${EMOL_DEPLOY_DOCKER:-$work/docker}
pids=()
# shellcheck disable=SC2317,SC2329 # the trap calls it
cleanup() {
  local status=$? pid
  if ((status)); then
    for name in $(docker ps -a --format '{{.Names}}' 2>/dev/null || true); do
      echo "---- $name" >&2
      docker logs --tail 8 "$name" >&2 2>&1 || true
    done
  fi
  docker ps -aq 2>/dev/null | xargs -r docker rm -f >/dev/null 2>&1 || true
  docker network prune -f >/dev/null 2>&1 || true
  docker volume prune -f >/dev/null 2>&1 || true
  stop_docker
  for pid in "${pids[@]}"; do kill "$pid" 2>/dev/null || true; done
  stop_servers
  rm -rf -- "$work"
}
trap cleanup EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

install_for databases deploy
for port in 80 443 8080; do ! port_taken $port || die "port $port is taken; this test needs it"; done

# ---- the surroundings ---------------------------------------------------------------------------

# Always one of its own: at the end, everything in it is removed.
start_docker "$docker_dir"
base_images "$docker_dir"

registry_port=$(free_port)
registry=localhost:$registry_port
cat >"$work/registry.yml" <<EOF
version: 0.1
storage: { filesystem: { rootdirectory: $work/registry }, delete: { enabled: true } }
http: { addr: 127.0.0.1:$registry_port }
EOF
start_registry() {
  docker-registry serve "$work/registry.yml" </dev/null >>"$work/registry.log" 2>&1 &
  registry_pid=$!
  pids+=("$registry_pid")
  for _ in {1..50}; do port_taken "$registry_port" && return 0; sleep 0.1; done
  die "the registry did not start"
}
start_registry

# 172.28.80.1 and .81.1 are this machine, as the containers see it.
start_mariadb --bind-address=0.0.0.0 --innodb-buffer-pool-size=128M
db_port=${MARIADB_URL##*:}
db_port=${db_port%/}
for name in emol emol_test emol_restored; do
  sql "$MARIADB_URL" "CREATE DATABASE $name; CREATE USER '$name'@'%' IDENTIFIED BY 'p@ss/$name'; GRANT ALL ON $name.* TO '$name'@'%'"
done

moto=${EMOL_TEST_MOTO:-target/moto}
[[ -x $moto/bin/moto_server ]] || { python3 -m venv --clear "$moto" && "$moto/bin/pip" install --quiet --disable-pip-version-check 'moto[ssm,server]==5.1.4'; }
moto_port=$(free_port)
"$moto/bin/moto_server" -H 0.0.0.0 -p "$moto_port" </dev/null >"$work/moto.log" 2>&1 &
pids+=($!)
for _ in {1..150}; do port_taken "$moto_port" && break; sleep 0.2; done
export AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=test AWS_DEFAULT_REGION=ca-central-1
parameters() {
  "$moto/bin/python" - "http://127.0.0.1:$moto_port" "$@" <<'EOF'
import sys
import boto3
ssm = boto3.client("ssm", endpoint_url=sys.argv[1])
for pair in sys.argv[2:]:
    name, value = pair.split("=", 1)
    ssm.put_parameter(Name=name, Value=value, Type="SecureString", Overwrite=True)
EOF
}
master="main:$(head -c 32 /dev/urandom | base64)"
parameters /emol/db_name=emol /emol/db_user=emol "/emol/db_password=p@ss/emol" "/emol/db_host=172.28.80.1:$db_port" "/emol/master_keys=$master" \
  /emol-test/db_name=emol_test /emol-test/db_user=emol_test "/emol-test/db_password=p@ss/emol_test" "/emol-test/db_host=172.28.81.1:$db_port" "/emol-test/master_keys=$master"

# ---- the host, as bootstrap.sh leaves it ----------------------------------------------------------

export EMOL_LETSENCRYPT=$work/letsencrypt EMOL_HOME=$work/emol EMOL_CONFIG_DIR=$work/config EMOL_VAR=$work/var EMOL_READY_SECONDS=20
mkdir -p "$EMOL_LETSENCRYPT" "$EMOL_HOME/setup_files/host" "$EMOL_CONFIG_DIR" "$EMOL_VAR/log/nginx" "$EMOL_VAR/www/certbot"
install -d -o 65532 -g 65532 "$EMOL_VAR/log/emol" "$EMOL_VAR/backups/emol"
install setup_files/host/deploy-docker.sh "$EMOL_HOME/setup_files/host/"
echo '{"aws_access_key_id": "test", "aws_secret_access_key": "test", "region_name": "ca-central-1"}' >"$EMOL_CONFIG_DIR/emol_credentials.json"
chown 65532 "$EMOL_CONFIG_DIR/emol_credentials.json"
deploy() { "$EMOL_HOME/setup_files/host/deploy-docker.sh" "$@" --registry "$registry"; }
refused() {
  local code=0
  "$@" >"$work/refused" 2>&1 || code=$?
  ((code != 0)) || { cat "$work/refused" >&2; die "this should have been refused: ${*:2}"; }
}
serving() { curl -fsS --max-time 5 "http://localhost:${1:-80}/health/ready" | python3 -c 'import json, sys; print(json.load(sys.stdin)["version"])'; }
deployed() { "$EMOL_HOME/setup_files/host/deploy-docker.sh" --status | sed -n 's/^production: \([^ ]*\) .*/\1/p'; }

still() { [[ $(deployed) == "$1" ]] && serving >/dev/null; }

# ---- building -----------------------------------------------------------------------------------

git clone --quiet --no-hardlinks . "$work/src"
version=$(<VERSION)
[[ $(cd "$work/src" && git tag --points-at HEAD) == *"v$version"* ]] ||
  git -C "$work/src" -c user.name=test -c user.email=test@example.org tag --annotate --message "Release $version" "v$version"
build() { (cd "$work/src" && DOCKER_BUILDKIT=0 EMOL_BUILD_OPTIONS='--network host' setup_files/build-and-push.sh "$@"); }
refused build --nonsense
echo x >"$work/src/dirt"
refused build --registry "$registry"
rm "$work/src/dirt"
step "build-and-push.sh refuses a wrong flag and a tree with changes"
if [[ -n ${EMOL_DEPLOY_IMAGE:-} ]]; then
  echo "test-deploy: EMOL_DEPLOY_IMAGE is set: $EMOL_DEPLOY_IMAGE is tried, and nothing was built" >&2
  docker tag "$EMOL_DEPLOY_IMAGE" "emol:v$version"
  docker tag "emol:v$version" "$registry/emol:v$version"
  docker push --quiet "$registry/emol:v$version" >/dev/null
else
  build --registry "$registry" >"$work/build.log" 2>&1 || { tail -n 30 "$work/build.log" >&2; die "the image could not be built"; }
fi
v1=$version v2=${version%.*}.$((${version##*.} + 1)) v3=${version%.*}.$((${version##*.} + 2)) v4=${version%.*}.$((${version##*.} + 3))
size=$(docker save "emol:v$v1" | gzip -1 | wc -c)
step "pushed emol:v$v1, $((size / 1048576)) MiB compressed with its base"
# The others are the same with another version, broken where that is wanted.
another() {
  printf 'FROM emol:v%s\nLABEL org.opencontainers.image.version="%s"\n%s\n' "$v1" "$1" "${2:-}" |
    DOCKER_BUILDKIT=0 docker build --quiet --tag "$registry/emol:v$1" - >"$work/another.log" 2>&1
  docker push --quiet "$registry/emol:v$1" >/dev/null
}

# ---- test on 8080, production on 80 -----------------------------------------------------------------

settings() { printf 'EMOL_BASE_URL=%s\nEMOL_SSM_PREFIX=%s\nAWS_DEFAULT_REGION=ca-central-1\nAWS_ENDPOINT_URL=http://%s:%s\n' "$@"; }
settings http://localhost /emol/ 172.28.80.1 "$moto_port" >"$EMOL_HOME/emol.env"
settings http://localhost:8080 /emol/ 172.28.80.1 "$moto_port" >"$EMOL_HOME/emol-test.env"
refused deploy --test
grep -q "reads production's parameters" "$work/refused" || die "the test stack may not read production's parameters"
settings http://localhost:8080 /emol-test/ 172.28.81.1 "$moto_port" >"$EMOL_HOME/emol-test.env"
step "a test stack on production's parameters is refused"
deploy --test >"$work/out" 2>&1 || { cat "$work/out" >&2; die "--test failed"; }
[[ $(serving 8080) == "$v1" ]] || die "the test stack does not answer on 8080"
curl -fsS http://localhost:8080/ >"$work/out"
grep -q "<strong>TEST</strong>" "$work/out" || die "the test stack does not say that it is one"
step "version 1 answers on 8080 and says TEST, with a database of its own"

docker run -d --name emol_prod -p 80:80 nginx:1.28 nginx -g 'daemon off;' >/dev/null
refused deploy --cutover --test
refused deploy --cutover --version 1.x
refused deploy --nonsense
deploy --cutover --dry-run | grep "nothing → $v1" >/dev/null || die "a dry run does not say what it would do"
! docker container inspect emol-app-blue >/dev/null 2>&1 || die "a dry run did something"
step "wrong flags are refused, and a dry run does nothing"
python3 -m http.server --bind 0.0.0.0 443 --directory "$work/registry" </dev/null >/dev/null 2>&1 &
squatter=$!
pids+=("$squatter")
for _ in {1..50}; do port_taken 443 && break; sleep 0.1; done
refused deploy --cutover
grep -q 'started again' "$work/refused" || { cat "$work/refused" >&2; die "a taken port should have been noticed"; }
curl -fsS -o /dev/null http://localhost/ || die "what was on port 80 before was not started again"
! docker container inspect emol-app-blue >/dev/null 2>&1 || die "the new app was left behind"
kill "$squatter"
wait "$squatter" 2>/dev/null || true
step "port 443 is taken by somebody unknown: what was there before is started again"
deploy --cutover >"$work/out" 2>&1 || { cat "$work/out" >&2; die "the first cutover failed"; }
[[ $(serving) == "$v1" ]] || die "production does not answer on 80"
gap=$(sed -n 's/.*nobody answered for \([0-9]*\) ms.*/\1/p' "$work/out")
[[ -n $gap && $gap -le 5000 ]] || { cat "$work/out" >&2; die "the gap was '${gap:-not told}' ms"; }
! docker container inspect emol-test-app >/dev/null 2>&1 || die "the test stack still runs"
step "cut over to 80 from an older emol_prod: nobody answered for $gap ms; the test stack is stopped"

limit=$(docker inspect -f '{{.HostConfig.Memory}}' emol-app-blue)
[[ $limit == 134217728 ]] || die "the app has no memory limit of 128 MiB"
rss=$(awk '/VmRSS/ {print int($2 / 1024)}' "/proc/$(docker inspect -f '{{.State.Pid}}' emol-app-blue)/status")
# Whether such a limit means anything here: one that takes more is ended.
refused docker run --rm --memory 128m --memory-swap 128m nginx:1.28 sh -c 'head -c 300m /dev/zero | tail -c 290m >/dev/null'
step "the app lives within 128 MiB: $rss MiB resident"

# ---- versions under load ---------------------------------------------------------------------------

another "$v2"
python3 setup_files/lib/load.py http://localhost 200 25 >"$work/load" 2>&1 &
load=$!
sleep 3
deploy --cutover --version "$v2" >"$work/out" 2>&1 || { cat "$work/out" >&2; die "the cutover to version 2 failed"; }
wait "$load" || { cat "$work/load" >&2; die "requests failed during the cutover"; }
[[ $(deployed) == "$v2" && $(<"$EMOL_HOME/VERSION") == "$v2" ]] || die "version 2 is not deployed"
grep -q "@sha256:" "$EMOL_HOME/docker-compose.prod.yml" || die "the digest is not pinned"
step "cut over to version 2 at 200 requests a second: $(head -n 1 "$work/load")"

another "$v3" 'ENV EMOL_LISTEN=203.0.113.1:8000'
refused deploy --cutover --version "$v3"
still "$v2" || die "version 2 does not serve after version 3 was refused"
step "version 3 never gets ready and is refused; version 2 keeps serving"
another "$v4" 'ENV EMOL_LISTEN=127.0.0.1:8000'
refused deploy --cutover --version "$v4"
still "$v2" || die "version 2 does not serve after version 4 was refused"
step "version 4 is ready for itself and cannot be reached by nginx: refused; version 2 keeps serving"

# Not by the function: its process would be interrupted, and not the script's.
EMOL_READY_SECONDS=60 "$EMOL_HOME/setup_files/host/deploy-docker.sh" --cutover --version "$v1" --registry "$registry" >"$work/out" 2>&1 &
interrupted=$!
for _ in {1..200}; do docker container inspect emol-app-blue >/dev/null 2>&1 && break; sleep 0.1; done
kill -TERM "$interrupted"
code=0
wait "$interrupted" || code=$?
[[ $code == 130 ]] || { cat "$work/out" >&2; die "it was not interrupted, but ended with $code"; }
serving >/dev/null || die "nobody serves after an interruption"
deploy --cutover --version "$v2" >"$work/out" 2>&1 || { cat "$work/out" >&2; die "a run after an interruption failed"; }
[[ $(deployed) == "$v2" ]] || die "version 2 is not deployed after an interruption"
step "interrupted half-way, run again: version 2 serves"

for back in "$v1" "$v2"; do
  deploy --rollback >"$work/out" 2>&1 || { cat "$work/out" >&2; die "the rollback failed"; }
  still "$back" || die "the rollback did not bring $back back"
done
step "rolled back to version 1, and back again"

kill "$registry_pid"
wait "$registry_pid" 2>/dev/null || true
refused deploy --cutover
refused deploy --cutover --version "$v1"
still "$v2" || die "version 2 does not serve while the registry is down"
step "the registry is down: nothing is changed"

parameters "/emol/master_keys=main:$(head -c 32 /dev/urandom | base64)"
start_registry
refused deploy --cutover --version "$v1"
parameters "/emol/master_keys=$master"
serving >/dev/null || die "nobody serves after a wrong master key"
step "a wrong master key is refused before anything is switched"

# ---- logs ---------------------------------------------------------------------------------------

planted=Kx7planted9Secret2Link
for path in "/card/$planted" "/privacy-policy/draft/$planted$planted" "/self-serve-update/$planted" "/my-record/$planted?x=$planted"; do
  curl -sS -o /dev/null "http://localhost$path"
done
sleep 1
app=emol-app-$(docker ps --format '{{.Names}}' | sed -n 's/^emol-app-//p')
{ docker logs emol-nginx; docker logs "$app"; cat "$EMOL_VAR"/log/*/*; } >"$work/logs" 2>&1
grep -q '"path":"/card/-"' "$work/logs" || die "nginx's log has no line of a card"
! grep -q "$planted" "$work/logs" || die "a planted link stands in a log"
! grep -qF "$master" "$work/logs" || die "the master key stands in a log"
[[ -s $EMOL_VAR/log/emol/emol.log ]] || die "there is no log file of the app"
step "card links and one-time links are in no log"

# ---- backup and restore ---------------------------------------------------------------------------

emol() { docker run --rm --network emol_net -v "$work/drill:/drill" -e EMOL_MASTER_KEYS="$master" -e EMOL_STATIC_DIR= "$@"; }
install -d -o 65532 -g 65532 "$work/drill"
recipient=$(emol "emol:v$v1" keys backup --file /drill/backup.key 2>/dev/null)
docker exec "$app" /usr/local/bin/emol officer invite mol@example.org --name Minister --administrator >/dev/null
echo "EMOL_BACKUP_RECIPIENT=$recipient" >>"$EMOL_HOME/emol.env"
deploy --cutover --version "$v1" >"$work/out" 2>&1 || { cat "$work/out" >&2; die "a cutover for a new setting failed"; }
"$EMOL_HOME/setup_files/host/deploy-docker.sh" --backup >"$work/out" 2>&1 || { cat "$work/out" >&2; die "the backup failed"; }
cp "$EMOL_VAR"/backups/emol/emol-* "$work/drill/"
chown -R 65532 "$work/drill"
file=$(cd "$work/drill" && echo emol-*.log.age)
age -d -i "$work/drill/backup.key" "$work/drill/$file" | gunzip >"$work/out"
[[ $(head -c 13 "$work/out") == 'emol backup 1' ]] || die "the age tool does not open the backup"
restored=mysql://emol_restored:p%40ss%2Femol_restored@172.28.80.1:$db_port/emol_restored
emol -e DATABASE_URL="$restored" "emol:v$v1" restore "/drill/$file" --identity /drill/backup.key >"$work/out" || { cat "$work/out" >&2; die "the restore failed"; }
emol -e DATABASE_URL="$restored" "emol:v$v1" verify >/dev/null || die "the restored log does not hold"
emol -e DATABASE_URL="$restored" "emol:v$v1" officer list >"$work/out"
grep -q mol@example.org "$work/out" || die "the restored database lacks an officer"
serving >/dev/null
curl -fsS http://localhost/health/ready | python3 -c 'import json, sys; sys.exit(json.load(sys.stdin)["last_backup"] == "none")' || die "ready does not say when the last backup was made"
step "a backup is written, opened by the age tool too, and restored on another database"

# ---- https ----------------------------------------------------------------------------------------

sed -i 's#^EMOL_BASE_URL=.*#EMOL_BASE_URL=https://localhost#' "$EMOL_HOME/emol.env"
refused deploy --cutover --version "$v1"
serving >/dev/null || die "without a certificate, nobody serves"
mkdir -p "$EMOL_LETSENCRYPT/live/localhost" "$EMOL_VAR/www/certbot/.well-known/acme-challenge"
openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost -keyout "$EMOL_LETSENCRYPT/live/localhost/privkey.pem" \
  -out "$EMOL_LETSENCRYPT/live/localhost/fullchain.pem" 2>/dev/null
echo token >"$EMOL_VAR/www/certbot/.well-known/acme-challenge/x"
deploy --cutover --version "$v1" >"$work/out" 2>&1 || { cat "$work/out" >&2; die "the cutover to https failed"; }
curl -fsSk https://localhost/ >"$work/page"
name=$(sed -n 's#.*"\(/static/[^"]*\)".*#\1#p' "$work/page" | head -n 1)
curl -fsSk -o /dev/null -D "$work/head" "https://localhost$name"
grep -qi '^cache-control: public, max-age=31536000, immutable' "$work/head" || die "nginx does not serve $name itself"
[[ $(curl -sS -o /dev/null -w '%{http_code} %{redirect_url}' http://localhost/register) == '301 https://localhost/register' ]] || die "80 does not lead to https"
[[ $(curl -fsS http://localhost/.well-known/acme-challenge/x) == token ]] || die "certbot's file is not served"
[[ $(curl -sSk -o /dev/null -w '%{http_code}' https://localhost/health/metrics) == 404 ]] || die "numbers are told to everybody"
for _ in {1..40}; do [[ $(docker inspect -f '{{.State.Health.Status}}' emol-nginx) == healthy ]] && break; sleep 0.5; done
"$EMOL_HOME/setup_files/host/deploy-docker.sh" --status >"$work/out" || { cat "$work/out" >&2; die "the status is not well under https"; }
step "https with a certificate of the host, 80 leads to it, certbot's files and static files are served"

echo
echo "deployment passed: $steps steps; image $((size / 1048576)) MiB, $rss MiB resident, first gap $gap ms, $(head -n 1 "$work/load")"
