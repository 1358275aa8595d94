# shellcheck shell=bash disable=SC2034,SC2154
# Waiting for containers and for nginx, and taking apps away. To be sourced by deploy-docker.sh. It sets what is not set here.

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

# steady CONTAINER: still healthy, and never started again, for STEADY_SECONDS more.
steady() {
  local started=$SECONDS
  while ((SECONDS - started < STEADY_SECONDS)); do
    [[ $(health "$1") == healthy && $(docker container inspect -f '{{.RestartCount}}' "$1" 2>/dev/null) == 0 ]] || { say "$1 was ready and then died"; return 1; }
    sleep 0.5
  done
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
