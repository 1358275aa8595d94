# shellcheck shell=bash disable=SC2034,SC2154
# Images: which versions there are, the one that is asked for, and those that can go. To be sourced by deploy-docker.sh. It sets what is not set here.

# The host's own key for AWS, where the machine has no role: the file that the app reads, too.
aws_credentials() {
  local file=$config_dir/emol_credentials.json
  [[ -z ${AWS_ACCESS_KEY_ID:-} && -f $file ]] || return 0
  local values
  values=$(python3 -c 'import json, sys
f = json.load(open(sys.argv[1]))
print(f["aws_access_key_id"], f["aws_secret_access_key"])' "$file") || fail "$file is not the JSON that it should be"
  AWS_ACCESS_KEY_ID=${values% *} AWS_SECRET_ACCESS_KEY=${values#* }
  export AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY
}

login() {
  [[ -n $account ]] || return 0
  command -v aws >/dev/null || fail "the aws command is missing; bootstrap.sh installs it"
  aws_credentials
  aws ecr get-login-password --region "$REGION" | docker login --username AWS --password-stdin "$registry" >/dev/null ||
    fail "the registry $registry lets nobody in: check the key's rights (setup_files/iam/ecr-pull.json)"
}

# All versions in the registry, one a line.
tags() {
  if [[ -n $account ]]; then
    aws ecr list-images --region "$REGION" --registry-id "$account" --repository-name emol \
      --query 'imageIds[].imageTag' --output text | tr '\t' '\n'
  elif [[ -n $registry ]]; then
    local scheme=https
    [[ $registry != localhost:* && $registry != 127.0.0.1:* ]] || scheme=http
    curl -fsS --max-time 20 "$scheme://$registry/v2/emol/tags/list" | python3 -c 'import json, sys
print("\n".join(json.load(sys.stdin)["tags"] or []))'
  else
    docker image ls --format '{{.Tag}}' emol
  fi
}

newest() {
  local pattern='^v[0-9]+\.[0-9]+\.[0-9]+$' all
  [[ $action != test ]] || pattern='^v[0-9]+\.[0-9]+\.[0-9]+(-beta\.[0-9]+)?$'
  all=$(tags) || fail "the registry ${registry:-of this machine} does not say which versions there are"
  grep -E "$pattern" <<<"$all" | sed 's/-/~/' | sort -V | tail -n 1 | sed 's/~/-/'
}

# Sets image to the version's name with its digest. Never another one than was asked for.
fetch() {
  login
  if [[ -z $version ]]; then
    version=$(newest) || exit 1
    [[ -n $version ]] || fail "there is no release in ${registry:-this machine\'s images}; name one with --version"
  fi
  if [[ -n $dry_run ]]; then image=$repository:$version; return; fi
  image=$repository:$version
  if [[ -n $registry ]]; then
    say "pulling $image"
    docker pull --quiet "$image" >/dev/null || fail "$image cannot be pulled; nothing was changed"
    local digest
    digest=$(docker image inspect -f '{{range .RepoDigests}}{{println .}}{{end}}' "$image" | grep -F "$repository@" | head -n 1)
    [[ -n $digest ]] || fail "$image has no digest in $registry"
    image=$image@${digest##*@}
  else
    docker image inspect "$image" >/dev/null 2>&1 || fail "there is no image $image on this machine; build-and-push.sh --ssh-deploy brings it"
  fi
}

# Keeps the images of what runs and of what ran before.
prune() {
  local keep current id
  current=$(current_colour)
  keep=$(docker image inspect -f '{{.Id}}' "$(image_of "emol-app-$current")" "$(cat previous 2>/dev/null || true)" 2>/dev/null || true)
  docker image ls --no-trunc --format '{{.ID}} {{.Repository}}' | grep -E '(^|/| )emol$' | cut -d' ' -f1 | sort -u |
    while read -r id; do
      grep -qF "$id" <<<"$keep" || docker image rm -f "$id" >/dev/null 2>&1 || true
    done
}
