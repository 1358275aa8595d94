# shellcheck shell=bash
# Images for the deployment's test where the real ones cannot be pulled, and a Docker of its own. To be sourced.
#
#   start_docker FOLDER    a dockerd of its own on a socket there; sets DOCKER_HOST
#   base_images FOLDER     pulls the images that docker/Dockerfile and the deployment begin with, or makes stand-ins:
#                          Debian by debootstrap, with this machine's certificates and its Rust
#   stop_docker

DOCKERD_PID='' DOCKERD_FOLDER=''

start_docker() {
  local folder=$1
  DOCKERD_FOLDER=$folder
  mkdir -p "$folder"
  # Rules for packets are the machine's business: ports are handed on by docker-proxy.
  dockerd --iptables=false --data-root="$folder/data" --exec-root="$folder/exec" --pidfile="$folder/pid" \
    --host="unix://$folder/docker.sock" </dev/null >"$folder/log" 2>&1 &
  DOCKERD_PID=$!
  export DOCKER_HOST=unix://$folder/docker.sock
  for _ in {1..150}; do
    if docker info >/dev/null 2>&1; then return 0; fi
    kill -0 "$DOCKERD_PID" 2>/dev/null || break
    sleep 0.2
  done
  tail -n 5 "$folder/log" >&2
  echo "standins: dockerd did not start; it needs root and a Linux that lets it mount" >&2
  return 1
}

stop_docker() {
  [[ -n $DOCKERD_PID ]] || return 0
  docker ps -q | xargs -r docker kill >/dev/null 2>&1 || true
  kill "$DOCKERD_PID" 2>/dev/null || true
  wait "$DOCKERD_PID" 2>/dev/null || true
  DOCKERD_PID=''
  # It leaves this mounted, and then nobody can remove the folder.
  umount "$DOCKERD_FOLDER"/exec/netns/* 2>/dev/null || true
}

# have IMAGE: is it here, or can it be pulled within a minute?
have() { docker image inspect "$1" >/dev/null 2>&1 || timeout 60 docker pull --quiet "$1" >/dev/null 2>&1; }

base_images() {
  local folder=$1 rust base
  rust=$(sed -n 's/^FROM \(rust:[^ ]*\) .*/\1/p' docker/Dockerfile)
  base=$(sed -n 's/^FROM \(gcr.io[^ ]*\)$/\1/p' docker/Dockerfile)
  # Always: curl in it is what the health check needs.
  if have nginx:1.28 && have "$rust" && have "$base"; then return 0; fi
  echo "standins: the base images cannot be pulled here; making stand-ins" >&2
  local root=$folder/root
  if [[ ! -x $root/usr/sbin/nginx ]]; then
    rm -rf "$root"
    debootstrap --variant=minbase --include=ca-certificates,curl,gcc,libc6-dev,nginx-light bookworm "$root" \
      "${EMOL_DEBIAN:-http://deb.debian.org/debian}" >"$folder/debootstrap.log" 2>&1 || {
      tail -n 5 "$folder/debootstrap.log" >&2
      return 1
    }
  fi
  cp -L /etc/ssl/certs/ca-certificates.crt "$root/etc/ssl/certs/"
  local leave_out=(--exclude='./proc/*' --exclude='./sys/*' --exclude='./usr/share/doc')
  have nginx:1.28 || tar -C "$root" "${leave_out[@]}" --exclude=./usr/lib/gcc -c . | docker import - nginx:1.28 >/dev/null
  have "$rust" || standin_rust "$root" "$rust" "${leave_out[@]}"
  have "$base" || standin_base "$root" "$base" "$folder/base"
}

standin_rust() {
  local root=$1 name=$2 sysroot
  shift 2
  sysroot=$(rustc --print sysroot)
  mkdir -p "$root/usr/local/rust" "$root/usr/local/cargo"
  cp -a "$sysroot/bin" "$sysroot/lib" "$root/usr/local/rust/"
  tar -C "$root" "$@" -c . |
    docker import -c 'ENV CARGO_HOME=/usr/local/cargo PATH=/usr/local/rust/bin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin' - "$name" >/dev/null
  rm -rf "$root/usr/local/rust"
}

# As little as the real one: no shell.
standin_base() {
  local root=$1 name=$2 to=$3 file
  rm -rf "$to"
  mkdir -p "$to/lib/x86_64-linux-gnu" "$to/lib64" "$to/etc/ssl/certs" "$to/tmp" "$to/var" "$to/opt"
  chmod 1777 "$to/tmp"
  for file in libc.so.6 libm.so.6 libgcc_s.so.1 libdl.so.2 libpthread.so.0 librt.so.1; do
    cp -L "$root/lib/x86_64-linux-gnu/$file" "$to/lib/x86_64-linux-gnu/"
  done
  cp -L "$root/lib64/ld-linux-x86-64.so.2" "$to/lib64/"
  cp -L /etc/ssl/certs/ca-certificates.crt "$to/etc/ssl/certs/"
  printf 'root:x:0:0:root:/root:/sbin/nologin\nnonroot:x:65532:65532:nonroot:/home/nonroot:/sbin/nologin\n' >"$to/etc/passwd"
  tar -C "$to" -c . | docker import - "$name" >/dev/null
}
