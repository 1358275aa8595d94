# shellcheck shell=bash
# What each area of the tests needs on the machine, and how it gets there. To be sourced.
#
# Usage: install_for AREA...

# One line a need: area, command that shows it is there, Debian or Ubuntu package.
# The -core packages bring the server without a service of its own that would start on this machine.
readonly NEEDS='
databases mariadbd           mariadb-server-core
databases mariadb-install-db mariadb-server-core
databases mariadb            mariadb-client-core
lint      shellcheck         shellcheck
python    python3            python3-venv
browser   chromium           chromium
browser   chromedriver       chromium-driver
browser   npm                npm
deploy    dockerd            docker.io
deploy    docker-compose     docker-compose
deploy    docker-registry    docker-registry
deploy    debootstrap        debootstrap
deploy    age                age
deploy    curl               curl
deploy    wrk                wrk
browser   pdftotext          poppler-utils
browser   zbarimg            zbar-tools
mail      faketime           faketime
mail      openssl            openssl
deploy    nginx              nginx
bench     wrk                wrk
'

# Servers live in sbin, which is not on everybody's path.
export PATH="$PATH:/usr/local/sbin:/usr/sbin:/sbin"

# Prints the packages that the given areas miss, one a line.
missing_for() {
  local area command package
  while read -r area command package; do
    [[ -n $area && " $* " == *" $area "* ]] || continue
    command -v "$command" >/dev/null || echo "$package"
  done <<<"$NEEDS" | sort -u
}

# Installs what the given areas miss; does nothing when nothing is missing.
# Ends with 1, naming the packages, where it may not install or where they did not bring what is needed.
install_for() {
  local missing as_root=()
  mapfile -t missing < <(missing_for "$@")
  ((${#missing[@]})) || return 0
  if ! command -v apt-get >/dev/null; then
    echo "${0##*/}: missing on this machine, and there is no apt-get to install it: ${missing[*]}" >&2
    return 1
  fi
  if ((EUID != 0)); then
    if ! sudo -n true 2>/dev/null; then
      echo "${0##*/}: missing: ${missing[*]}" >&2
      echo "${0##*/}: install it with: sudo apt-get install --no-install-recommends ${missing[*]}" >&2
      return 1
    fi
    as_root=(sudo -n)
  fi
  echo "installing: ${missing[*]}"
  # --no-remove: a MySQL that is already installed is not thrown out for MariaDB's sake.
  local apt=("${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -qq -o DPkg::Lock::Timeout=300 -o Dpkg::Use-Pty=0)
  if ! { "${apt[@]}" update && "${apt[@]}" install -y --no-install-recommends --no-remove "${missing[@]}"; } </dev/null >&2; then
    echo "${0##*/}: apt-get could not install: ${missing[*]}" >&2
    return 1
  fi
  mapfile -t missing < <(missing_for "$@")
  ((${#missing[@]} == 0)) || { echo "${0##*/}: installed, but the commands are still missing: ${missing[*]}" >&2; return 1; }
}

# install_from_pip FOLDER PROGRAM PACKAGE...: Python packages in a folder of their own, unless the program is there already.
install_from_pip() {
  local folder=$1 program=$2
  [[ -x $folder/bin/$program ]] && return 0
  install_for python
  echo "installing: ${*:3}"
  if ! python3 -m venv --clear "$folder"; then
    echo "${0##*/}: python3 makes no environments; install it with: sudo apt-get install python3-venv" >&2
    return 1
  fi
  if ! "$folder/bin/pip" install --quiet --disable-pip-version-check "${@:3}" || [[ ! -x $folder/bin/$program ]]; then
    echo "${0##*/}: pip could not install ${*:3}" >&2
    return 1
  fi
}

# Gets axe-core, which looks for what keeps people out of a page, into a folder of its own, unless it is there already.
install_axe() {
  [[ -n ${EMOL_TEST_AXE:-} || -f $1/package/axe.min.js ]] && return 0
  echo "installing: axe-core"
  mkdir -p "$1"
  (cd "$1" && tar -xzf "$(npm pack --silent axe-core@4.14.1)") || {
    echo "${0##*/}: npm could not get axe-core" >&2
    return 1
  }
}
