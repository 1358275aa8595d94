# shellcheck shell=bash disable=SC2034,SC2154
# Who holds ports 80 and 443 before the first cutover. To be sourced by deploy-docker.sh. It sets what is not set here.

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
