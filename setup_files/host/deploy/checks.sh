# shellcheck shell=bash disable=SC2034,SC2154
# What must be so before anything is begun, and subcommands of emol in containers of their own.
# To be sourced by deploy-docker.sh. It sets what is not set here.

# Images are some hundred MiB unpacked, and a disk that fills up half-way stops the database, too.
readonly DOCKER_MIB=${EMOL_NEEDS_MIB:-600} HOME_MIB=2
free_mib() { df --output=avail -m "$1" 2>/dev/null | tail -n 1 | tr -d ' '; }
need_room() {
  local docker_root free
  free=$(free_mib "$home")
  [[ -z $free || $free -ge $HOME_MIB ]] || fail "the disk of $home is full ($free MiB free); nothing was changed. Make room: $VAR/log, $VAR/backups"
  docker_root=$(docker info -f '{{.DockerRootDir}}' 2>/dev/null || true)
  free=$(free_mib "${docker_root:-/}")
  [[ -z $free || $free -ge $DOCKER_MIB ]] ||
    fail "$free MiB are free where Docker keeps its images ($docker_root), and $DOCKER_MIB are needed; nothing was changed. \`docker system df\` says what takes them"
}

# The app reads the access key by its own account (65532), and nobody else but root does.
give_credentials() {
  local file=$config_dir/emol_credentials.json
  [[ -f $file && $EUID == 0 ]] || return 0
  chown 65532 "$file"
  chmod 440 "$file"
}

need_settings() {
  [[ -f $1 ]] || fail "$home/$1 is missing; bootstrap.sh brings an example"
  [[ $(setting "$1" EMOL_BASE_URL) == http*://* ]] || fail "$home/$1: EMOL_BASE_URL must be set, like https://emol.example.org"
}

need_certificate() {
  local base host
  base=$(setting "$1" EMOL_BASE_URL)
  [[ $base == https://* ]] || return 0
  host=${base#*://}
  host=${host%%:*}
  [[ -f $LETSENCRYPT/live/$host/fullchain.pem ]] ||
    fail "there is no certificate in $LETSENCRYPT/live/$host: get one with certbot, or set EMOL_BASE_URL=http://…"
}

ensure_network() {
  docker network inspect "$1_net" >/dev/null 2>&1 ||
    docker network create --subnet "$2" --label com.docker.compose.project="$1" --label com.docker.compose.network=net "$1_net" >/dev/null
}

# run_emol NETWORK ENV_FILE IMAGE ARGUMENT...: one subcommand in a container of its own, as the owner of the tables
# where ENV_FILE has a sister with -owner in its name.
run_emol() {
  local network=$1 env_file=$2 app_image=$3 options=()
  shift 3
  if [[ $1 == migrate && -f ${env_file%.env}-owner.env ]]; then options+=(--env-file "${env_file%.env}-owner.env"); fi
  if [[ -f $config_dir/emol_credentials.json ]]; then
    options+=(-v "$config_dir/emol_credentials.json:/opt/emol/emol_credentials.json:ro")
  fi
  if [[ $1 == backup ]]; then options+=(-v "$VAR/backups/emol:/var/backups/emol"); fi
  docker run --rm --read-only --tmpfs /tmp --memory 256m --network "$network" --env-file "$env_file" -e EMOL_STATIC_DIR= "${options[@]}" "$app_image" "$@"
}


# Where a set of settings keeps its register: the doctor says it without the password; tables may be missing.
database_of() {
  run_emol "$2" "$1" "$image" doctor --json 2>/dev/null |
    python3 -c 'import json, sys
for f in json.load(sys.stdin)["findings"]:
    if f["check"] == "database" and " answers at " in f["found"]:
        print(f["found"].split(" answers at ")[1])' 2>/dev/null || true
}
