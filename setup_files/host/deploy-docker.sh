#!/usr/bin/env bash
# Deploys eMoL on this machine: beside what runs, switched to only when it is ready, and back again.
#
#   deploy-docker.sh --test     [--version V]   on port 8080, with a database and settings of its own
#   deploy-docker.sh --cutover  [--version V]   in production, on ports 80 and 443
#   deploy-docker.sh --rollback                 back to the version before
#   deploy-docker.sh --status                   what runs, and how it is
#   deploy-docker.sh --backup                   writes a backup now, and sends it away as --send does
#   deploy-docker.sh --send                     sends new backups to where EMOL_BACKUP_TO in emol.env says
#
#   --account ID    take images from the ECR registry of this AWS account; or
#   --registry R    from this registry, like localhost:5000; without either, from this machine's own images
#   --version V     1.3.0 or v1.3.0; the newest release when left out (with --test the newest beta, too)
#   --dry-run       say what would be done
#   --help
#
# Works in ~/emol of whoever calls it, through sudo too. bootstrap.sh puts it on the path. It can be interrupted anywhere and run again.
# Ends with 0 when done, 1 when something stands in the way, 2 for a wrong argument.
set -euo pipefail

readonly REGION=${AWS_DEFAULT_REGION:-ca-central-1}
readonly NGINX_IMAGE=${EMOL_NGINX_IMAGE:-nginx:1.28}
# Where logs and backups are; another place in tests.
readonly VAR=${EMOL_VAR:-/var} LETSENCRYPT=${EMOL_LETSENCRYPT:-/etc/letsencrypt}
# How long a new version may take until it is ready, and for how long it is watched after the switch.
readonly READY_SECONDS=${EMOL_READY_SECONDS:-60} STEADY_SECONDS=${EMOL_STEADY_SECONDS:-8}

usage() { sed -n '2,/^set /{/^set /d;s/^# \{0,1\}//;p}' "${BASH_SOURCE[0]}"; }
say() { echo "deploy: $*"; }
fail() { echo "deploy: $*" >&2; exit 1; }
wrong() { echo "deploy: $*; see --help" >&2; exit 2; }

action='' version='' account='' registry='' dry_run=''
choose() { [[ -z $action ]] || wrong "--$action and $1 do not go together"; action=${1#--}; }
while (($#)); do
  case $1 in
    --test | --cutover | --rollback | --status | --backup | --send) choose "$1" ;;
    --version | --account | --registry)
      [[ -n ${2:-} && $2 != --* ]] || wrong "$1 needs a value"
      case $1 in
        --version) version=v${2#v} ;;
        --account) account=$2 ;;
        --registry) registry=${2%/} ;;
      esac
      shift
      ;;
    --dry-run) dry_run=1 ;;
    -h | --help) usage; exit 0 ;;
    *) wrong "there is no argument '$1'" ;;
  esac
  shift
done
[[ -n $action ]] || wrong "say what to do: --test, --cutover, --rollback, --status, --backup or --send"
[[ -z $account || -z $registry ]] || wrong "--account and --registry do not go together"
[[ -z $account || $account =~ ^[0-9]{12}$ ]] || wrong "an AWS account has 12 digits"
[[ -z $version || $version =~ ^v[0-9]+\.[0-9]+\.[0-9]+(-beta\.[0-9]+)?$ ]] || wrong "a version looks like 1.3.0 or 1.3.0-beta.2"
[[ $action == test || $version != *-beta* ]] || wrong "a beta is for --test only"

owner=${SUDO_USER:-$(id -un)}
home=${EMOL_HOME:-$(getent passwd "$owner" | cut -d: -f6)/emol}
config_dir=${EMOL_CONFIG_DIR:-/opt/emol_config}
mkdir -p "$home"
cd "$home"
command -v docker >/dev/null || fail "Docker is missing; bootstrap.sh installs it"
docker info >/dev/null 2>&1 || fail "Docker does not answer: is it running, and may $(id -un) use it? (sudo helps)"
if docker compose version >/dev/null 2>&1; then
  compose_program=(docker compose)
elif command -v docker-compose >/dev/null; then
  compose_program=(docker-compose)
else
  fail "neither docker compose nor docker-compose is there; bootstrap.sh installs it"
fi
compose() { local project=$1; shift; COMPOSE_IGNORE_ORPHANS=1 "${compose_program[@]}" -p "$project" --project-directory "$home" "$@"; }

work=$(mktemp -d)
trap 'rm -rf -- "$work"' EXIT
trap 'echo "deploy: interrupted; run the same command again, it goes on from what it finds" >&2; exit 130' INT TERM

# One at a time. Status may look on, and backups wait for their turn.
if [[ $action != status ]]; then
  exec 9>"$home/.deploy.lock"
  case $action in
    backup | send) flock -w 900 9 || fail "a deployment has been under way for a quarter of an hour; the backup waits no longer" ;;
    *) flock -n 9 || fail "another deployment is under way on this machine" ;;
  esac
fi

if [[ -n $account ]]; then registry=$account.dkr.ecr.$REGION.amazonaws.com; fi
repository=${registry:+$registry/}emol

here=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")" && pwd)
[[ -d $here/deploy ]] || fail "$here/deploy is missing: run bootstrap.sh again, it brings both"
# shellcheck source=setup_files/host/deploy/state.sh
source "$here/deploy/state.sh"
# shellcheck source=setup_files/host/deploy/images.sh
source "$here/deploy/images.sh"
# shellcheck source=setup_files/host/deploy/files.sh
source "$here/deploy/files.sh"
# shellcheck source=setup_files/host/deploy/checks.sh
source "$here/deploy/checks.sh"
# shellcheck source=setup_files/host/deploy/wait.sh
source "$here/deploy/wait.sh"
# shellcheck source=setup_files/host/deploy/ports.sh
source "$here/deploy/ports.sh"
# shellcheck source=setup_files/host/deploy/switch.sh
source "$here/deploy/switch.sh"
# shellcheck source=setup_files/host/deploy/backup.sh
source "$here/deploy/backup.sh"
# shellcheck source=setup_files/host/deploy/actions.sh
source "$here/deploy/actions.sh"

"do_$action"
