#!/usr/bin/env bash
# Deploys eMoL on this machine: beside what runs, switched to only when it is ready, and back again.
#
#   deploy-docker.sh --test     [--version V]   on port 8080, with a database and settings of its own
#   deploy-docker.sh --cutover  [--version V]   in production, on ports 80 and 443
#   deploy-docker.sh --rollback                 back to the version before
#   deploy-docker.sh --status                   what runs, and how it is
#   deploy-docker.sh --backup                   writes a backup, and sends it away where BACKUP_TO in emol.env says so
#
#   --account ID    take images from the ECR registry of this AWS account; or
#   --registry R    from this registry, like localhost:5000; without either, from this machine's own images
#   --version V     1.3.0 or v1.3.0; the newest release when left out (with --test the newest beta, too)
#   --dry-run       say what would be done
#   --help
#
# Works in ~/emol of whoever calls it, through sudo too. It can be interrupted anywhere and run again.
# Ends with 0 when done, 1 when something stands in the way, 2 for a wrong argument.
set -euo pipefail

readonly REGION=${AWS_DEFAULT_REGION:-ca-central-1}
readonly NGINX_IMAGE=${EMOL_NGINX_IMAGE:-nginx:1.28}
# Where logs and backups are; another place in tests.
readonly VAR=${EMOL_VAR:-/var} LETSENCRYPT=${EMOL_LETSENCRYPT:-/etc/letsencrypt}
readonly READY_SECONDS=${EMOL_READY_SECONDS:-60}

usage() { sed -n '2,/^set /{/^set /d;s/^# \{0,1\}//;p}' "${BASH_SOURCE[0]}"; }
say() { echo "deploy: $*"; }
fail() { echo "deploy: $*" >&2; exit 1; }
wrong() { echo "deploy: $*; see --help" >&2; exit 2; }

action='' version='' account='' registry='' dry_run=''
choose() { [[ -z $action ]] || wrong "--$action and $1 do not go together"; action=${1#--}; }
while (($#)); do
  case $1 in
    --test | --cutover | --rollback | --status | --backup) choose "$1" ;;
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
[[ -n $action ]] || wrong "say what to do: --test, --cutover, --rollback, --status or --backup"
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

# One at a time. Status may look on.
if [[ $action != status ]]; then
  exec 9>"$home/.deploy.lock"
  flock -n 9 || fail "another deployment is under way on this machine"
fi

if [[ -n $account ]]; then registry=$account.dkr.ecr.$REGION.amazonaws.com; fi
repository=${registry:+$registry/}emol

# ---- what is there ------------------------------------------------------------------------------

container_exists() { docker container inspect "$1" >/dev/null 2>&1; }
health() { docker container inspect -f '{{if .State.Running}}{{.State.Health.Status}}{{else}}stopped{{end}}' "$1" 2>/dev/null || echo absent; }
image_of() { docker container inspect -f '{{.Config.Image}}' "$1" 2>/dev/null || true; }
label() { docker image inspect -f "{{index .Config.Labels \"$2\"}}" "$1" 2>/dev/null || true; }
version_of() { local found; found=$(label "$1" org.opencontainers.image.version); echo "${found#v}"; }
address_of() { case $1 in blue) echo 172.28.80.11 ;; green) echo 172.28.80.12 ;; esac; }
other() { case $1 in blue) echo green ;; *) echo blue ;; esac; }
# Is the first version older than the second? A beta is older than its release.
older() { [[ $1 != "$2" && $(printf '%s\n%s\n' "${1/-/\~}" "${2/-/\~}" | sort -V | head -n 1) == "${1/-/\~}" ]]; }
remember() { printf '%s\n' "$2" >"$1.new" && mv -f "$1.new" "$1"; }
setting() { sed -n "s/^$2=//p" "$1" 2>/dev/null | tail -n 1; }

# Which app production's nginx leads to: its configuration is the truth.
current_colour() {
  local colour
  for colour in blue green; do
    if grep -q "server $(address_of "$colour"):8000" nginx/nginx.conf 2>/dev/null && container_exists "emol-app-$colour"; then
      echo "$colour"
      return
    fi
  done
}

# ---- images -------------------------------------------------------------------------------------

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

# ---- files --------------------------------------------------------------------------------------

# templates IMAGE: the templates that belong to this version.
templates() {
  local id
  id=$(docker create "$1") || fail "$1 cannot be used"
  rm -rf "$work/deploy"
  docker cp "$id:/opt/emol/deploy" "$work/deploy" >/dev/null || { docker rm "$id" >/dev/null; fail "$1 has no templates: it is no image of eMoL"; }
  docker rm "$id" >/dev/null
}

# app_service NAME CONTAINER IMAGE ADDRESS ENV_FILE KIND: one app as YAML.
app_service() {
  local name=$1 container=$2 app_image=$3 address=$4 env_file=$5 kind=$6
  cat <<YAML
  $name:
    image: "$app_image"
    container_name: $container
    command: ["serve", "--newer-tables"]
    restart: unless-stopped
    env_file: ["$env_file"]
    environment:
      EMOL_TRUSTED_PROXIES: "${address%.*}.2"
      EMOL_LOG_FORMAT: json
YAML
  if [[ $kind == test ]]; then echo '      EMOL_TEST_SITE: "yes"'; fi
  if [[ $kind == prod ]]; then echo "      EMOL_LOG_FILE: /var/log/emol/emol.log"; echo "      EMOL_BACKUP_DIR: /var/backups/emol"; fi
  cat <<YAML
    volumes:
      - static:/opt/emol/static
YAML
  if [[ -f $config_dir/emol_credentials.json ]]; then
    echo "      - $config_dir/emol_credentials.json:/opt/emol/emol_credentials.json:ro"
  fi
  if [[ $kind == prod ]]; then
    echo "      - $VAR/log/emol:/var/log/emol"
    echo "      - $VAR/backups/emol:/var/backups/emol"
  fi
  cat <<YAML
    read_only: true
    tmpfs: ["/tmp"]
    cap_drop: ["ALL"]
    security_opt: ["no-new-privileges:true"]
    mem_limit: 128m
    stop_grace_period: 30s
    networks:
      net: { ipv4_address: $address }
    healthcheck:
      test: ["CMD", "/usr/local/bin/emol", "health"]
      interval: 5s
      timeout: 4s
      retries: 3
      start_period: ${READY_SECONDS}s
    logging: *logging
YAML
}

# write_prod FILE COLOUR IMAGE [COLOUR IMAGE]
write_prod() {
  local file=$1 apps=''
  shift
  while (($#)); do
    apps+=$(app_service "app-$1" "emol-app-$1" "$2" "$(address_of "$1")" emol.env prod)$'\n'
    shift 2
  done
  fill "$work/deploy/compose.prod.yml" "$apps" >"$file.new"
  mv -f "$file.new" "$file"
}

# fill TEMPLATE APPS
fill() {
  local line
  while IFS= read -r line; do
    case $line in
      @APPS@) printf '%s' "$2" ;;
      *)
        line=${line//@NGINX_IMAGE@/$NGINX_IMAGE}
        line=${line//@LETSENCRYPT@/$LETSENCRYPT}
        printf '%s\n' "${line//@VAR@/$VAR}"
        ;;
    esac
  done <"$1"
}

# write_nginx FOLDER ADDRESS ENV_FILE
write_nginx() {
  local kind=http drop=https host base
  base=$(setting "$3" EMOL_BASE_URL)
  host=${base#*://}
  [[ $base != https://* || $1 == nginx-test ]] || { kind=https drop=http; }
  mkdir -p "$1"
  sed -e "/^#$drop#/d" -e "s/^#$kind#//" -e "s/@APP@/$2:8000/" -e "s/@HOST@/${host%%:*}/g" "$work/deploy/nginx.conf" >"$1/nginx.conf.new"
  mv -f "$1/nginx.conf.new" "$1/nginx.conf"
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

# ---- waiting ------------------------------------------------------------------------------------

# await_ready CONTAINER: healthy, and still so a moment later; exactly that word.
await_ready() {
  local container=$1 state started=$SECONDS
  while ((SECONDS - started < READY_SECONDS)); do
    state=$(health "$container")
    case $state in
      healthy)
        sleep 2
        if [[ $(health "$container") == healthy && $(docker container inspect -f '{{.RestartCount}}' "$container") == 0 ]]; then return 0; fi
        say "$container was ready and then died"
        return 1
        ;;
      unhealthy | stopped | absent) say "$container is $state"; return 1 ;;
    esac
    # One that starts again and again will not get well.
    (($(docker container inspect -f '{{.RestartCount}}' "$container" 2>/dev/null || echo 0) < 3)) || { say "$container keeps ending"; return 1; }
    sleep 0.5
  done
  say "$container was not ready within $READY_SECONDS s"
  return 1
}

# Does nginx lead through to a ready app?
through() { docker exec "$1" curl -fsS --max-time 4 localhost:80/health/ready >/dev/null 2>&1; }
await_through() {
  local _
  for _ in {1..40}; do through "$1" && return 0; sleep 0.25; done
  return 1
}

# Does the new app answer where nginx will ask it? Where there is no nginx yet, that shows later.
reachable() {
  [[ $(health emol-nginx) == healthy || $(health emol-nginx) == starting ]] || return 0
  docker exec emol-nginx curl -fsS --max-time 4 "http://$1:8000/health/ready" >/dev/null 2>&1 || { say "nginx cannot reach the new version"; return 1; }
}

reload_nginx() {
  docker exec emol-nginx nginx -q -t -c /etc/nginx/emol/nginx.conf && docker exec emol-nginx nginx -c /etc/nginx/emol/nginx.conf -s reload
}

# Until nothing is under way any more in workers of the configuration before.
drain() {
  local _
  for _ in {1..70}; do
    sleep 0.5
    docker top emol-nginx -o pid,args 2>/dev/null | grep -q 'shutting down' || return 0
  done
}

remove_app() {
  container_exists "$1" || return 0
  docker stop -t 30 "$1" >/dev/null 2>&1 || true
  docker rm -f "$1" >/dev/null 2>&1 || true
}

last_words() { echo "---- last lines of $1" >&2; docker logs --tail 20 "$1" >&2 2>&1 || true; echo "----" >&2; }

# ---- recovering from an interruption ------------------------------------------------------------

# Leaves exactly the app that nginx leads to, whatever was interrupted.
recover() {
  local current rest
  current=$(current_colour)
  [[ -n $current ]] || return 0
  rest=$(other "$current")
  if [[ $(health emol-nginx) != absent && $(health emol-app-"$current") == healthy ]]; then
    reload_nginx || true
    if container_exists "emol-app-$rest"; then
      say "an earlier run was interrupted: going on with $(version_of "$(image_of "emol-app-$current")")"
      drain
      remove_app "emol-app-$rest"
    fi
  elif container_exists "emol-app-$rest" && [[ $(health "emol-app-$rest") == healthy ]]; then
    say "an earlier run was interrupted: going back to $(version_of "$(image_of "emol-app-$rest")")"
    sed -i "s/server $(address_of "$current"):8000/server $(address_of "$rest"):8000/" nginx/nginx.conf
    reload_nginx || true
    remove_app "emol-app-$current"
  fi
}

# ---- who holds the ports before the first cutover ------------------------------------------------

holders=()
find_holders() {
  local unit id
  if command -v systemctl >/dev/null && [[ -d /run/systemd/system ]]; then
    for unit in emol nginx; do
      if systemctl is-active --quiet "$unit"; then holders+=("unit:$unit"); fi
    done
  fi
  while read -r id; do
    [[ -n $id ]] || continue
    holders+=("container:$id")
  done < <(docker ps --format '{{.Names}} {{.Ports}}' | grep -E ':(80|443)->' | cut -d' ' -f1 | grep -v '^emol-nginx$' || true)
}
stop_holders() {
  local holder
  for holder in "${holders[@]}"; do
    case $holder in
      unit:*) systemctl stop "${holder#unit:}" ;;
      container:*) docker stop -t 10 "${holder#container:}" >/dev/null ;;
    esac
  done
}
start_holders() {
  local holder
  for holder in "${holders[@]}"; do
    say "starting ${holder#*:} again"
    case $holder in
      unit:*) systemctl start "${holder#unit:}" || true ;;
      container:*) docker start "${holder#container:}" >/dev/null || true ;;
    esac
  done
}
# So that they do not come back with the machine.
retire_holders() {
  local holder
  for holder in "${holders[@]}"; do
    case $holder in
      unit:*) systemctl disable --quiet "${holder#unit:}" || true ;;
      container:*) docker update --restart=no "${holder#container:}" >/dev/null || true ;;
    esac
  done
}

millis() { date +%s%3N; }

# ---- switching ----------------------------------------------------------------------------------

# switch IMAGE: the new app beside the old one, then nginx over to it, then the old one away.
switch() {
  local new_image=$1 old old_image new
  old=$(current_colour)
  old_image=${old:+$(image_of "emol-app-$old")}
  new=$(other "${old:-green}")
  if [[ -n $old ]]; then
    write_prod docker-compose.next.yml "$old" "$old_image" "$new" "$new_image"
  else
    write_prod docker-compose.next.yml "$new" "$new_image"
  fi
  remove_app "emol-app-$new"
  say "starting $(version_of "$new_image")${old_image:+ beside $(version_of "$old_image")}"
  if ! compose emol -f docker-compose.next.yml up -d --no-deps "app-$new" || ! await_ready "emol-app-$new" ||
    ! reachable "$(address_of "$new")"; then
    last_words "emol-app-$new"
    remove_app "emol-app-$new"
    rm -f docker-compose.next.yml
    fail "the new version did not get ready, and was removed;${old:+ $(version_of "$old_image") keeps serving} nothing was switched"
  fi
  local kept=''
  if [[ -f nginx/nginx.conf ]]; then kept=$work/nginx.conf; cp nginx/nginx.conf "$kept"; fi
  write_nginx nginx "$(address_of "$new")" emol.env
  if [[ -n $old && $(health emol-nginx) != absent && $(health emol-nginx) != stopped ]]; then
    if ! reload_nginx || ! await_through emol-nginx; then
      cp "$kept" nginx/nginx.conf
      reload_nginx || true
      last_words emol-nginx
      remove_app "emol-app-$new"
      fail "nginx does not lead to the new version, and was switched back"
    fi
    drain
  else
    first_nginx "$new" "$kept"
  fi
  if [[ -n $old ]]; then
    # The same again, with other settings, is nothing to go back to.
    [[ $old_image == "$new_image" ]] || remember previous "$old_image"
    remove_app "emol-app-$old"
  fi
  write_prod docker-compose.prod.yml "$new" "$new_image"
  rm -f docker-compose.next.yml
  # Does nothing, unless the release brings another nginx or other mounts for it.
  if ! compose emol -f docker-compose.prod.yml up -d --no-deps nginx >/dev/null 2>&1 || ! await_through emol-nginx; then
    say "nginx itself could not be brought up to date: look at docker logs emol-nginx"
  fi
  remember VERSION "$(version_of "$new_image")"
}

# first_nginx COLOUR KEPT: takes the ports over from whoever holds them, last of all.
first_nginx() {
  local begun
  compose emol -f docker-compose.next.yml up --no-start nginx >/dev/null 2>&1 || fail "nginx cannot be made ready"
  find_holders
  begun=$(millis)
  stop_holders
  if ! docker start emol-nginx >/dev/null || ! await_through emol-nginx; then
    last_words emol-nginx
    docker rm -f emol-nginx >/dev/null 2>&1 || true
    if [[ -n $2 ]]; then cp "$2" nginx/nginx.conf; else rm -f nginx/nginx.conf; fi
    start_holders
    remove_app "emol-app-$1"
    fail "nginx does not answer on ports 80 and 443; what was there before was started again"
  fi
  if ((${#holders[@]})); then
    say "took the ports over from ${holders[*]#*:}: nobody answered for $(($(millis) - begun)) ms"
    retire_holders
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

stop_test() {
  local name
  for name in emol-test-nginx emol-test-app; do
    if container_exists "$name"; then docker rm -f "$name" >/dev/null; fi
  done
}

# ---- actions ------------------------------------------------------------------------------------

do_test() {
  fetch
  say "test: $image on port 8080"
  [[ -z $dry_run ]] || return 0
  need_settings emol-test.env
  [[ $(setting emol-test.env EMOL_SSM_PREFIX) != "$(setting emol.env EMOL_SSM_PREFIX)" || -z $(setting emol.env EMOL_SSM_PREFIX) ]] ||
    fail "emol-test.env reads production's parameters; give it EMOL_SSM_PREFIX=/emol-test/"
  ensure_network emol-test 172.28.81.0/24
  local mine theirs
  mine=$(database_of emol-test.env emol-test_net)
  [[ -n $mine ]] || { run_emol emol-test_net emol-test.env "$image" doctor || true; fail "the test stack's database cannot be reached"; }
  if [[ -f emol.env ]]; then
    ensure_network emol 172.28.80.0/24
    theirs=$(database_of emol.env emol_net)
    [[ $mine != "$theirs" ]] || fail "the test stack would work on production's database ($mine); give it one of its own"
  fi
  templates "$image"
  run_emol emol-test_net emol-test.env "$image" migrate
  write_nginx nginx-test 172.28.81.11 emol-test.env
  fill "$work/deploy/compose.test.yml" "$(app_service app emol-test-app "$image" 172.28.81.11 emol-test.env test)"$'\n' >docker-compose.test.yml.new
  mv -f docker-compose.test.yml.new docker-compose.test.yml
  stop_test
  compose emol-test -f docker-compose.test.yml up -d
  if ! await_ready emol-test-app || ! await_through emol-test-nginx; then
    last_words emol-test-app
    stop_test
    fail "the test stack did not get ready, and was removed"
  fi
  say "TEST $(version_of "$image") answers on port 8080; deploy-docker.sh --cutover --version ${version#v} makes it production's"
}

# Where a set of settings keeps its register: the doctor says it without the password; tables may be missing.
database_of() {
  run_emol "$2" "$1" "$image" doctor --json 2>/dev/null |
    python3 -c 'import json, sys
for f in json.load(sys.stdin)["findings"]:
    if f["check"] == "database" and " answers at " in f["found"]:
        print(f["found"].split(" answers at ")[1])' 2>/dev/null || true
}

do_cutover() {
  local current running
  fetch
  current=$(current_colour)
  running=${current:+$(version_of "$(image_of "emol-app-$current")")}
  say "production: ${running:-nothing} → ${version#v} ($image)"
  [[ -z $dry_run ]] || return 0
  need_settings emol.env
  need_certificate emol.env
  recover
  if [[ -n $running ]]; then
    local oldest
    oldest=$(label "$image" emol.rolls-back-to)
    if [[ -n $oldest ]] && older "$running" "$oldest"; then
      fail "$version cannot run beside $running: it allows $oldest and newer. Deploy $oldest first"
    fi
  fi
  templates "$image"
  ensure_network emol 172.28.80.0/24
  say "bringing the tables up to date"
  run_emol emol_net emol.env "$image" migrate || fail "migrate failed; nothing was switched"
  switch "$image"
  stop_test
  prune
  say "production runs $(cat VERSION)"
}

do_rollback() {
  local current running back oldest
  recover
  current=$(current_colour)
  [[ -n $current ]] || fail "nothing runs that could be rolled back"
  running=$(image_of "emol-app-$current")
  back=$(cat previous 2>/dev/null || true)
  [[ -n $back ]] || fail "it is not known what ran before; name it: --cutover --version V"
  docker image inspect "$back" >/dev/null 2>&1 || docker pull --quiet "$back" >/dev/null || fail "$back is not here any more and cannot be pulled"
  oldest=$(label "$running" emol.rolls-back-to)
  if [[ -z $oldest ]] || older "$(version_of "$back")" "$oldest"; then
    fail "$(version_of "$running") does not allow going back to $(version_of "$back"): its tables and events need ${oldest:-it} or newer"
  fi
  say "production: $(version_of "$running") → $(version_of "$back")"
  [[ -z $dry_run ]] || return 0
  templates "$back"
  switch "$back"
  say "production runs $(cat VERSION) again"
}

do_status() {
  local current name
  current=$(current_colour)
  if [[ -n $current ]]; then
    echo "production: $(version_of "$(image_of "emol-app-$current")") ($current), $(health "emol-app-$current"); nginx $(health emol-nginx)"
    echo "  image:    $(image_of "emol-app-$current")"
    echo "  before:   $(cat previous 2>/dev/null || echo nothing)"
  else
    echo "production: nothing"
  fi
  for name in emol-test-app emol-test-nginx; do
    if container_exists "$name"; then echo "test: $name $(health "$name"), $(image_of "$name")"; fi
  done
  [[ -n $current && $(health "emol-app-$current") == healthy && $(health emol-nginx) == healthy ]] || return 1
}

# The folder belongs to the container's account; what sends it away runs here.
do_backup() {
  local current target
  current=$(current_colour)
  [[ -n $current ]] || fail "nothing runs that could be backed up"
  [[ -z $dry_run ]] || { say "would write a backup to /var/backups/emol"; return 0; }
  # In a container of its own: a large log takes more memory than the app may have.
  run_emol emol_net emol.env "$(image_of "emol-app-$current")" backup --into /var/backups/emol || fail "the backup failed"
  target=$(setting emol.env BACKUP_TO)
  case $target in
    '') ;;
    s3://*) aws_credentials; aws s3 sync --only-show-errors "$VAR/backups/emol" "$target" || fail "the backup could not be sent to $target" ;;
    *) rsync --archive --partial --rsh 'ssh -o StrictHostKeyChecking=yes' "$VAR/backups/emol/" "$target" || fail "the backup could not be sent to $target" ;;
  esac
}

case $action in
  test) do_test ;;
  cutover) do_cutover ;;
  rollback) do_rollback ;;
  status) do_status ;;
  backup) do_backup ;;
esac
