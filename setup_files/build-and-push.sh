#!/usr/bin/env bash
# Builds the image of a release and pushes it.
#
#   build-and-push.sh --account-id ID            to the ECR registry of this AWS account
#   build-and-push.sh --registry R               to this registry, like localhost:5000
#   build-and-push.sh --ssh-deploy --ssh-host H  over ssh to a machine, which needs no registry then
#   build-and-push.sh --no-push                  builds only
#   build-and-push.sh --release X.Y.Z            writes VERSION, commits and tags; then build as above
#
#   --ssh-key FILE   with --ssh-deploy: the key to use
#   --dry-run        say what would be done
#   --help
#
# On main, the newest tag at HEAD must be v<VERSION>. On a branch it is a beta: v<VERSION>-beta.N, where N counts the
# commits since the last release. The region is AWS_DEFAULT_REGION, ca-central-1 when that is not set.
# Ends with 0 when done, 1 when something stands in the way, 2 for a wrong argument.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

readonly REGION=${AWS_DEFAULT_REGION:-ca-central-1}

usage() { sed -n '2,/^set /{/^set /d;s/^# \{0,1\}//;p}' "${BASH_SOURCE[0]}"; }
say() { echo "build: $*"; }
fail() { echo "build: $*" >&2; exit 1; }
wrong() { echo "build: $*; see --help" >&2; exit 2; }

account='' registry='' push=1 ssh_deploy='' ssh_host='' ssh_key='' release='' dry_run=''
while (($#)); do
  case $1 in
    --account-id | --registry | --ssh-host | --ssh-key | --release)
      [[ -n ${2:-} && $2 != --* ]] || wrong "$1 needs a value"
      case $1 in
        --account-id) account=$2 ;;
        --registry) registry=${2%/} ;;
        --ssh-host) ssh_host=$2 ;;
        --ssh-key) ssh_key=$2 ;;
        --release) release=${2#v} ;;
      esac
      shift
      ;;
    --ssh-deploy) ssh_deploy=1 ;;
    --no-push) push='' ;;
    --dry-run) dry_run=1 ;;
    -h | --help) usage; exit 0 ;;
    *) wrong "there is no argument '$1'" ;;
  esac
  shift
done
[[ -z $account || $account =~ ^[0-9]{12}$ ]] || wrong "an AWS account has 12 digits"
[[ -z $account || -z $registry ]] || wrong "--account-id and --registry do not go together"
[[ -z $ssh_deploy || -n $ssh_host ]] || wrong "--ssh-deploy needs --ssh-host"
[[ -z $ssh_host || -n $ssh_deploy ]] || wrong "--ssh-host goes with --ssh-deploy"
[[ -z $ssh_deploy || -z $account$registry ]] || wrong "--ssh-deploy needs no registry"
if [[ -z $release && -n $push && -z $account$registry$ssh_deploy ]]; then
  wrong "say where to: --account-id, --registry, --ssh-deploy, or --no-push"
fi

[[ -z $(git status --porcelain) ]] || fail "there are changes that are not committed; commit them, or put them aside with: git stash -u"
branch=$(git symbolic-ref --quiet --short HEAD || echo '')

if [[ -n $release ]]; then
  [[ $release =~ ^[0-9]+\.[0-9]+\.[0-9]+$ ]] || wrong "a release looks like 1.3.0"
  [[ -z $(git tag --list "v$release") ]] || fail "v$release is there already"
  grep -qE "^## (\[?$release\]?|Unreleased)" CHANGELOG.md || fail "CHANGELOG.md says nothing of $release"
  say "release $release: VERSION, Cargo.toml, CHANGELOG.md, one commit, the tag v$release"
  if [[ -z $dry_run ]]; then
    echo "$release" >VERSION
    sed -i "0,/^version = .*/s//version = \"$release\"/" Cargo.toml
    sed -i "/^name = \"emol\(-core\)\?\"\$/{n;s/^version = .*/version = \"$release\"/}" Cargo.lock
    grep -qE "^## \[?$release\]?" CHANGELOG.md || sed -i "0,/^## Unreleased/s//## Unreleased\n\n## $release/" CHANGELOG.md
    git commit --quiet --all --message "Release $release"
    git tag --annotate --message "Release $release" "v$release"
    say "committed and tagged; git push --follow-tags shares them"
  fi
  [[ -n $account$registry$ssh_deploy ]] || exit 0
fi

version=$(<VERSION)
tag=$(git tag --points-at HEAD --list 'v[0-9]*' --sort=-version:refname | grep -vE -- '-beta\.' | head -n 1 || true)
if [[ -n $dry_run && -n $release ]]; then
  version=$release tag=v$release
fi
if [[ $tag == "v$version" ]]; then
  name=v$version
elif [[ -n $tag ]]; then
  fail "the tag at HEAD is $tag, but VERSION says $version. Make it so with: setup_files/build-and-push.sh --release ${tag#v}"
elif [[ $branch == main || $branch == master || -z $branch ]]; then
  fail "there is no tag v$version at HEAD. Make a release with: setup_files/build-and-push.sh --release X.Y.Z
build: or, where VERSION is right already: git tag --annotate --message 'Release $version' v$version"
else
  last=$(git describe --tags --abbrev=0 --match 'v[0-9]*' --exclude '*-beta.*' 2>/dev/null || true)
  name=v$version-beta.$(git rev-list --count "${last:+$last..}HEAD")
fi

if [[ -n $account ]]; then registry=$account.dkr.ecr.$REGION.amazonaws.com; fi
is_release=''
[[ $name == *-beta.* ]] || is_release=1
say "emol:$name${registry:+ → $registry}${ssh_host:+ → $ssh_host}"
if [[ -n $dry_run ]]; then
  say "would build docker/Dockerfile and tag it emol:$name${is_release:+ and emol:latest}"
  exit 0
fi

command -v docker >/dev/null || fail "docker is missing"
docker info >/dev/null 2>&1 || fail "Docker does not answer: is it running, and may you use it?"
# EMOL_BUILD_OPTIONS: more for docker build, like --network host.
read -r -a options <<<"${EMOL_BUILD_OPTIONS:-}"
docker build "${options[@]}" --file docker/Dockerfile --tag "emol:$name" \
  --build-arg VERSION="${name#v}" --build-arg REVISION="$(git rev-parse HEAD)" \
  --build-arg ROLLS_BACK_TO="$(<docker/ROLLS_BACK_TO)" .
[[ -z $is_release ]] || docker tag "emol:$name" emol:latest

make_repository() {
  aws ecr describe-repositories --region "$REGION" --registry-id "$account" --repository-names emol >/dev/null 2>&1 ||
    aws ecr create-repository --region "$REGION" --registry-id "$account" --repository-name emol \
      --image-scanning-configuration scanOnPush=true --image-tag-mutability MUTABLE >/dev/null
}

push_to() {
  docker tag "emol:$1" "$registry/emol:$1"
  docker push --quiet "$registry/emol:$1" >/dev/null || fail "$registry/emol:$1 cannot be pushed; run this again when the registry answers"
  say "pushed $registry/emol:$1"
}

if [[ -n $push && -n $registry ]]; then
  if [[ -n $account ]]; then
    command -v aws >/dev/null || fail "the aws command is missing"
    make_repository || fail "there is no repository emol in $registry, and it cannot be made (setup_files/iam/ecr-push.json)"
    aws ecr get-login-password --region "$REGION" | docker login --username AWS --password-stdin "$registry" >/dev/null ||
      fail "the registry $registry lets nobody in"
  fi
  push_to "$name"
  [[ -z $is_release ]] || push_to latest
elif [[ -n $push && -n $ssh_deploy ]]; then
  ssh_command=(ssh -o StrictHostKeyChecking=yes -o ConnectTimeout=10 ${ssh_key:+-i "$ssh_key"} "$ssh_host")
  "${ssh_command[@]}" docker version --format '{{.Server.Version}}' >/dev/null ||
    fail "$ssh_host cannot be reached, is not in known_hosts, or has no Docker"
  docker save "emol:$name" | gzip | "${ssh_command[@]}" docker load
  say "emol:$name is on $ssh_host: deploy-docker.sh --test --version ${name#v}"
fi
say "done: emol:$name"
