#!/usr/bin/env bash
# Tries whether a backup can be brought back: into a SQLite database in a folder that is removed at the end.
#
#   restore-drill.sh --identity KEY [--erased FILE] BACKUP.log.age
#
# Needs emol on the path (or EMOL=…), and EMOL_MASTER_KEYS or EMOL_MASTER_KEYS_FILE: run it where the private key is,
# which is not the server. The person keys are BACKUP.log.age.keys. Prints what was found and how long it took.
set -euo pipefail

usage() { sed -n '2,/^set /{/^set /d;s/^# \{0,1\}//;p}' "${BASH_SOURCE[0]}"; }
fail() { echo "drill: $*" >&2; exit 1; }

identity='' file='' more=()
while (($#)); do
  case $1 in
    --identity | --erased)
      [[ -n ${2:-} ]] || { echo "drill: $1 needs a file; see --help" >&2; exit 2; }
      if [[ $1 == --identity ]]; then identity=$2; else more+=(--erased "$2"); fi
      shift
      ;;
    -h | --help) usage; exit 0 ;;
    -*) echo "drill: there is no argument '$1'; see --help" >&2; exit 2 ;;
    *) file=$1 ;;
  esac
  shift
done
[[ -n $identity && -n $file ]] || { usage >&2; exit 2; }
[[ -n ${EMOL_MASTER_KEYS:-}${EMOL_MASTER_KEYS_FILE:-} ]] || fail "set EMOL_MASTER_KEYS or EMOL_MASTER_KEYS_FILE: without them nothing sealed can be read"
emol=${EMOL:-emol}
command -v "$emol" >/dev/null || fail "there is no program emol on the path; set EMOL"

folder=$(mktemp -d)
trap 'rm -rf -- "$folder"' EXIT
trap 'exit 130' INT TERM
export DATABASE_URL=sqlite://$folder/drill.db
unset EMOL_SSM_PREFIX EMOL_CONFIG
SECONDS=0
"$emol" restore "$file" --identity "$identity" "${more[@]}" || fail "this backup cannot be restored"
"$emol" verify || fail "the restored log does not hold"
"$emol" doctor || echo "drill: the log is whole; look at what the doctor says above" >&2
echo "drill: $file was restored and verified in $SECONDS s"
