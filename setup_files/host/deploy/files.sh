# shellcheck shell=bash disable=SC2034,SC2154
# Files that are made for a version: compose files and nginx's configuration, from the templates in its image.
# To be sourced by deploy-docker.sh. It sets what is not set here.

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
  if [[ $kind == prod ]]; then
    echo "      EMOL_LOG_FILE: /var/log/emol/emol.log"
    echo "      EMOL_BACKUP_DIR: /var/backups/emol"
    # Looked at where nginx shows it: the machine's own name may lead elsewhere from inside.
    echo "      EMOL_CERTIFICATE_AT: \"${address%.*}.2:443\""
  fi
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
  { fill "$work/deploy/compose.prod.yml" "$apps" >"$file.new" && mv -f "$file.new" "$file"; } || no_room "$file"
}

# What cannot be written stops everything before anything is switched.
no_room() {
  rm -f "$1.new"
  fail "$home/$1 cannot be written: is the disk full? Make room, and run the same command again"
}

# fill TEMPLATE APPS
fill() {
  local line filled=''
  while IFS= read -r line; do
    case $line in
      @APPS@) filled+=$2 ;;
      *)
        line=${line//@NGINX_IMAGE@/$NGINX_IMAGE}
        line=${line//@LETSENCRYPT@/$LETSENCRYPT}
        filled+=${line//@VAR@/$VAR}$'\n'
        ;;
    esac
  done <"$1"
  printf '%s' "$filled"
}

# write_nginx FOLDER ADDRESS ENV_FILE
write_nginx() {
  local kind=http drop=https host base
  base=$(setting "$3" EMOL_BASE_URL)
  host=${base#*://}
  [[ $base != https://* || $1 == nginx-test ]] || { kind=https drop=http; }
  mkdir -p "$1"
  # Whoever calls this cleans up.
  sed -e "/^#$drop#/d" -e "s/^#$kind#//" -e "s/@APP@/$2:8000/" -e "s/@HOST@/${host%%:*}/g" "$work/deploy/nginx.conf" >"$1/nginx.conf.new" &&
    mv -f "$1/nginx.conf.new" "$1/nginx.conf"
}
