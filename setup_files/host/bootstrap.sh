#!/usr/bin/env bash
# Prepares a bare Ubuntu machine for eMoL, from your own.
#
#   bootstrap.sh [--key-file FILE] user@host
#
# Installs Docker, curl, the AWS command line and certbot; makes the folders; copies deploy-docker.sh and examples of
# the settings; installs log rotation, the hourly sending of backups and the hook that reloads nginx after a renewed certificate;
# lets in ssh, http and https. Running it again brings the same machine up to date and leaves settings alone.
# The machine's key must be known to you already: ssh to it once by hand and compare the fingerprint.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

usage() { sed -n '2,/^set /{/^set /d;s/^# \{0,1\}//;p}' "${BASH_SOURCE[0]}"; }
fail() { echo "bootstrap: $*" >&2; exit 1; }
wrong() { echo "bootstrap: $*; see --help" >&2; exit 2; }

key='' host=''
while (($#)); do
  case $1 in
    --key-file)
      [[ -n ${2:-} ]] || wrong "--key-file needs a file"
      key=$2
      shift
      ;;
    -h | --help) usage; exit 0 ;;
    -*) wrong "there is no argument '$1'" ;;
    *) [[ -z $host ]] || wrong "one machine at a time"; host=$1 ;;
  esac
  shift
done
[[ $host == *@* ]] || wrong "name the machine as user@host"
for file in deploy-docker.sh emol.env.example emol-test.env.example prepare.sh; do
  [[ -f $here/$file && -d $here/deploy ]] || fail "$here/$file is missing: use a whole copy of the repository"
done

options=(-o StrictHostKeyChecking=yes -o ConnectTimeout=15 ${key:+-i "$key"})
ssh "${options[@]}" "$host" true || fail "$host cannot be reached, or its key is not known to you: ssh to it once by hand"
folder=$(ssh "${options[@]}" "$host" 'mktemp -d')
scp -q -r "${options[@]}" "$here"/{deploy-docker.sh,deploy,emol.env.example,emol-test.env.example,prepare.sh} "$host:$folder/"
ssh -t "${options[@]}" "$host" "sudo bash '$folder/prepare.sh' '$folder'; code=\$?; rm -rf '$folder'; exit \$code"
echo "bootstrap: $host is ready. Next: the access key, the certificate and the settings (docs/OPERATIONS.md), then on it
  sudo deploy-docker.sh --test --account ACCOUNT"
