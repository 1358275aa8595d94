# shellcheck shell=bash disable=SC2034,SC2154
# What there is: containers, images, settings. To be sourced by deploy-docker.sh; changes nothing but through `remember`. It sets what is not set here.

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
