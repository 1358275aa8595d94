#!/usr/bin/env bash
# Deploys eMoL as a kingdom does, on this machine, and breaks it on the way: image, registry, Parameter Store, MariaDB,
# nginx and Docker are real or stand-ins that speak the same; see setup_files/lib/standins.sh. Prints a line a step.
#
#   setup_files/test-deploy.sh
#
# Needs root (or sudo without a password), and ports 80, 443 and 8080. Builds the last commit, which takes minutes the first time:
# Docker and what it built are kept in target/deploy from one run to the next.
# EMOL_DEPLOY_IMAGE    an image in that Docker to try instead of building one, while working on the scripts
# EMOL_DEPLOY_DOCKER   another folder to keep Docker in
# Ends with 1 when a step failed, 3 where a port or the right to run Docker is missing, 4 where this machine cannot run Docker at all.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=setup_files/lib/packages.sh
source setup_files/lib/packages.sh
# shellcheck source=setup_files/lib/servers.sh
source setup_files/lib/servers.sh
# shellcheck source=setup_files/lib/standins.sh
source setup_files/lib/standins.sh
# shellcheck source=setup_files/lib/surroundings.sh
source setup_files/lib/surroundings.sh

[[ ${1:-} != -h && ${1:-} != --help ]] || { sed -n '2,/^set /{/^set /d;s/^# \{0,1\}//;p}' "$0"; exit 0; }
(($# == 0)) || { echo "test-deploy: there are no arguments; see --help" >&2; exit 2; }

SECONDS=0 steps=0
step() { steps=$((steps + 1)); echo "ok $steps - $*"; }
die() { echo "not ok - $*" >&2; exit 1; }
cannot() { echo "test-deploy: NOTHING WAS DEPLOYED: $*" >&2; exit 4; }
missing() { echo "test-deploy: NOTHING WAS DEPLOYED: $*" >&2; exit 3; }
if ((EUID != 0)); then
  sudo -n true 2>/dev/null || missing "this test needs root, or sudo without a password, for Docker and port 80"
  exec sudo -n -E env PATH="$PATH" HOME="$HOME" "${BASH_SOURCE[0]}"
fi

work=$(mktemp -d /var/tmp/emol-deploy.XXXXXX)
docker_dir=${EMOL_DEPLOY_DOCKER:-$PWD/target/deploy}
pids=()
# shellcheck disable=SC2317,SC2329 # the trap calls it
cleanup() {
  local status=$? pid
  if ((status)); then
    for name in $(docker ps -a --format '{{.Names}}' 2>/dev/null || true); do
      echo "---- $name" >&2
      docker logs --tail 8 "$name" >&2 2>&1 || true
    done
  fi
  docker ps -aq 2>/dev/null | xargs -r docker rm -f >/dev/null 2>&1 || true
  docker network prune -f >/dev/null 2>&1 || true
  docker volume prune -f >/dev/null 2>&1 || true
  # What was built last stays; what nothing is based on any more goes.
  docker image prune -f >/dev/null 2>&1 || true
  stop_docker
  umount "$work/host" 2>/dev/null || true
  for pid in "${pids[@]}"; do kill "$pid" 2>/dev/null || true; done
  stop_servers
  rm -rf -- "$work"
}
trap cleanup EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

install_for databases deploy
for port in 80 443 8080; do ! port_taken $port || missing "port $port is taken; this test needs it"; done

# ---- the surroundings ---------------------------------------------------------------------------

surroundings_docker
surroundings_registry
surroundings_database
surroundings_aws
surroundings_host
deploy() { "$EMOL_HOME/setup_files/host/deploy-docker.sh" "$@" --registry "$registry"; }
refused() {
  local code=0
  "$@" >"$work/refused" 2>&1 || code=$?
  ((code != 0)) || { cat "$work/refused" >&2; die "this should have been refused: ${*:2}"; }
}
serving() { curl -fsS --max-time 5 "http://localhost:${1:-80}/health/ready" | python3 -c 'import json, sys; print(json.load(sys.stdin)["version"])'; }
deployed() { "$EMOL_HOME/setup_files/host/deploy-docker.sh" --status | sed -n 's/^production: \([^ ]*\) .*/\1/p'; }

still() { [[ $(deployed) == "$1" ]] && serving >/dev/null; }

# ---- building -----------------------------------------------------------------------------------

git -c advice.detachedHead=false -c init.defaultBranch=main clone --quiet --no-hardlinks . "$work/src"
version=$(<VERSION)
[[ $(cd "$work/src" && git tag --points-at HEAD) == *"v$version"* ]] ||
  git -C "$work/src" -c user.name=test -c user.email=test@example.org tag --annotate --message "Release $version" "v$version"
build() { (cd "$work/src" && DOCKER_BUILDKIT=0 EMOL_BUILD_OPTIONS='--network host' setup_files/build-and-push.sh "$@"); }
refused build --nonsense
echo x >"$work/src/dirt"
refused build --registry "$registry"
rm "$work/src/dirt"
step "build-and-push.sh refuses a wrong flag and a tree with changes"
if [[ -n ${EMOL_DEPLOY_IMAGE:-} ]]; then
  echo "test-deploy: EMOL_DEPLOY_IMAGE is set: $EMOL_DEPLOY_IMAGE is tried, and nothing was built" >&2
  docker tag "$EMOL_DEPLOY_IMAGE" "emol:v$version"
  docker tag "emol:v$version" "$registry/emol:v$version"
  docker push --quiet "$registry/emol:v$version" >/dev/null
else
  build --registry "$registry" >"$work/build.log" 2>&1 || { tail -n 30 "$work/build.log" >&2; die "the image could not be built"; }
  # A name for the stage in which it was built, so that the next run finds it.
  DOCKER_BUILDKIT=0 docker build --quiet --network host --target build --file "$work/src/docker/Dockerfile" --tag emol-built "$work/src" >/dev/null 2>&1
fi
v1=$version v2=${version%.*}.$((${version##*.} + 1)) v3=${version%.*}.$((${version##*.} + 2)) v4=${version%.*}.$((${version##*.} + 3)) v5=${version%.*}.$((${version##*.} + 4))
size=$(docker save "emol:v$v1" | gzip -1 | wc -c)
step "pushed emol:v$v1, $((size / 1048576)) MiB compressed with its base"
# To ECR: what AWS is asked, its stand-in answers; what Docker is told is noted down, because nothing here is called amazonaws.com.
mkdir "$work/noted"
cat >"$work/noted/docker" <<EOF
#!/bin/sh
[ "\$1" != login ] || { read -r token && [ -n "\$token" ]; } || exit 1
echo "\$*" >>"$work/noted/calls"
EOF
chmod +x "$work/noted/docker"
aws_account=123456789012
ecr=$aws_account.dkr.ecr.ca-central-1.amazonaws.com
for _ in first again; do
  PATH=$work/noted:$PATH AWS_ENDPOINT_URL=http://127.0.0.1:$moto_port build --account-id "$aws_account" >"$work/out" 2>&1 ||
    { cat "$work/out" >&2; die "nothing was pushed to ECR"; }
done
made=$(aws ecr describe-repositories --endpoint-url "http://127.0.0.1:$moto_port" --output text \
  --query 'repositories[].[repositoryName,imageScanningConfiguration.scanOnPush]')
[[ $made == $'emol\tTrue' ]] || die "ECR's repositories are '$made'"
for call in "login --username AWS --password-stdin $ecr" "push --quiet $ecr/emol:v$version" "push --quiet $ecr/emol:latest"; do
  [[ $(grep -cxF -- "$call" "$work/noted/calls") == 2 ]] || { cat "$work/noted/calls" >&2; die "Docker was not told: $call"; }
done
step "pushed to ECR, twice: its repository is made once and scans what comes"
# The others are the same with another version, broken where that is wanted.
another() {
  printf 'FROM emol:v%s\nLABEL org.opencontainers.image.version="%s"\n%s\n' "$v1" "$1" "${2:-}" |
    DOCKER_BUILDKIT=0 docker build --quiet --tag "$registry/emol:v$1" - >"$work/another.log" 2>&1
  docker push --quiet "$registry/emol:v$1" >/dev/null
}

# ---- test on 8080, production on 80 -----------------------------------------------------------------

settings() { printf 'EMOL_BASE_URL=%s\nEMOL_SSM_PREFIX=%s\nAWS_DEFAULT_REGION=ca-central-1\nAWS_ENDPOINT_URL=http://%s:%s\n' "$@"; }
settings http://localhost /emol/ 172.28.80.1 "$moto_port" >"$EMOL_HOME/emol.env"
settings http://localhost:8080 /emol/ 172.28.80.1 "$moto_port" >"$EMOL_HOME/emol-test.env"
refused deploy --test
grep -q "reads production's parameters" "$work/refused" || die "the test stack may not read production's parameters"
settings http://localhost:8080 /emol-test/ 172.28.81.1 "$moto_port" >"$EMOL_HOME/emol-test.env"
step "a test stack on production's parameters is refused"
deploy --test >"$work/out" 2>&1 || { cat "$work/out" >&2; die "--test failed"; }
[[ $(serving 8080) == "$v1" ]] || die "the test stack does not answer on 8080"
curl -fsS http://localhost:8080/ >"$work/out"
grep -q "<strong>TEST</strong>" "$work/out" || die "the test stack does not say that it is one"
step "version 1 answers on 8080 and says TEST, with a database of its own"

docker run -d --name emol_prod -p 80:80 nginx:1.28 nginx -g 'daemon off;' >/dev/null
refused deploy --cutover --test
refused deploy --cutover --version 1.x
refused deploy --nonsense
deploy --cutover --dry-run | grep "nothing → $v1" >/dev/null || die "a dry run does not say what it would do"
! docker container inspect emol-app-blue >/dev/null 2>&1 || die "a dry run did something"
step "wrong flags are refused, and a dry run does nothing"
python3 -m http.server --bind 0.0.0.0 443 --directory "$work/registry" </dev/null >/dev/null 2>&1 &
squatter=$!
pids+=("$squatter")
for _ in {1..50}; do port_taken 443 && break; sleep 0.1; done
refused deploy --cutover
grep -q 'started again' "$work/refused" || { cat "$work/refused" >&2; die "a taken port should have been noticed"; }
curl -fsS -o /dev/null http://localhost/ || die "what was on port 80 before was not started again"
! docker container inspect emol-app-blue >/dev/null 2>&1 || die "the new app was left behind"
kill "$squatter"
wait "$squatter" 2>/dev/null || true
step "port 443 is taken by somebody unknown: what was there before is started again"
deploy --cutover >"$work/out" 2>&1 || { cat "$work/out" >&2; die "the first cutover failed"; }
[[ $(serving) == "$v1" ]] || die "production does not answer on 80"
gap=$(sed -n 's/.*nobody answered for \([0-9]*\) ms.*/\1/p' "$work/out")
[[ -n $gap && $gap -le 5000 ]] || { cat "$work/out" >&2; die "the gap was '${gap:-not told}' ms"; }
! docker container inspect emol-test-app >/dev/null 2>&1 || die "the test stack still runs"
step "cut over to 80 from an older emol_prod: nobody answered for $gap ms; the test stack is stopped"

# ---- three thousand people in 128 MiB --------------------------------------------------------------

in_image() { docker run --rm --network emol_net -v "$work/roster:/roster" -e EMOL_STATIC_DIR= "$@"; }
install -d -o 65532 -g 65532 "$work/roster"
docker run -d --name sample -v "$work/roster:/roster" "emol:v$v1" demo --dir /roster/kingdom --people 3000 --today "$(date -d yesterday +%F)" >/dev/null
for _ in {1..600}; do docker logs sample 2>&1 | grep 'http://' >/dev/null && break; sleep 0.2; done
card=$(docker logs sample 2>&1 | sed -n 's#.*\(/card/[A-Za-z0-9-]*\).*#\1#p' | head -n 1)
[[ -n $card ]] || die "the sample kingdom was not made"
docker stop -t 20 sample >/dev/null
roster_url=mysql://emol_roster:p%40ss%2Femol_roster@172.28.80.1:$db_port/emol_roster
roster_key=$(cat "$work"/roster/kingdom/*.key)
in_image -e DATABASE_URL=sqlite:///roster/kingdom/emol-demo.db "emol:v$v1" copy --to "$roster_url" >"$work/out" 2>&1 || { cat "$work/out" >&2; die "the sample kingdom could not be copied"; }
# roster NAME MEMORY: serves it with that much memory, on an address of its own.
roster() {
  docker run -d --name "$1" --memory "$2" --memory-swap "$2" --network emol_net --ip 172.28.80.30 --read-only --tmpfs /tmp -e EMOL_STATIC_DIR= \
    -e DATABASE_URL="$roster_url" -e EMOL_MASTER_KEYS="$roster_key" -e EMOL_LISTEN=0.0.0.0:8000 -e EMOL_LOG=warn "emol:v$v1" serve >/dev/null
}
ask() { curl -fsS --max-time 5 -o /dev/null "http://172.28.80.30:8000$1"; }
begun=$(date +%s%3N)
roster roster 128m
for _ in {1..200}; do ask /register 2>/dev/null && break; sleep 0.02; done
ready=$(($(date +%s%3N) - begun))
pid=$(docker inspect -f '{{.State.Pid}}' roster)
memory() { awk -v line="$1:" '$1 == line {print int($2 / 1024)}' "/proc/$pid/status"; }
cgroup=$(sed -n 's/^[0-9]*:memory://p' "/proc/$pid/cgroup")
if [[ -n $cgroup ]]; then
  limit=$(<"/sys/fs/cgroup/memory$cgroup/memory.limit_in_bytes")
else
  limit=$(<"/sys/fs/cgroup$(sed -n 's/^0:://p' "/proc/$pid/cgroup")/memory.max")
fi
[[ $limit == 134217728 ]] || die "the kernel's limit for the app is '$limit' bytes, not 128 MiB"
at_rest=$(memory VmRSS) told=''
for path in / /register "/register?page=7" /marshals "$card"; do
  wrk -t1 -c32 -d4s "http://172.28.80.30:8000$path" >"$work/wrk"
  ! grep -E 'Non-2xx|Socket errors' "$work/wrk" || { cat "$work/wrk" >&2; die "$path failed under load"; }
  told+=" ${path/"$card"/a card} $(awk '/^Requests\/sec/ {print int($2)}' "$work/wrk")/s,"
done
for search in a ol wy rd th; do for _ in {1..80}; do ask "/register?q=$search" || die "a search failed"; done; done
rss=$(memory VmRSS)
[[ $(docker inspect -f '{{.State.Running}} {{.State.OOMKilled}} {{.RestartCount}}' roster) == "true false 0" ]] || die "the app did not live through the load"
docker rm -f roster >/dev/null
step "3 000 people within 128 MiB: first answer after $ready ms, $at_rest MiB at rest, $rss MiB after${told%,} and 400 searches"
# Whether such a limit means anything here.
roster starved 10m
for _ in {1..100}; do [[ $(docker inspect -f '{{.State.Running}}' starved) == true ]] || break; ask /register 2>/dev/null || true; sleep 0.1; done
[[ $(docker inspect -f '{{.State.OOMKilled}}' starved) == true ]] || die "with 10 MiB the app should have been ended: limits mean nothing on this machine"
docker rm -f starved >/dev/null
limit=$(docker inspect -f '{{.HostConfig.Memory}}' emol-app-blue)
[[ $limit == 134217728 ]] || die "production's app has no memory limit of 128 MiB"
step "the limit is a limit: with 10 MiB the same app is ended by the kernel; production's has 128 MiB"

# ---- versions under load ---------------------------------------------------------------------------

another "$v2"
python3 setup_files/lib/load.py http://localhost 200 25 >"$work/load" 2>&1 &
load=$!
sleep 3
deploy --cutover --version "$v2" >"$work/out" 2>&1 || { cat "$work/out" >&2; die "the cutover to version 2 failed"; }
wait "$load" || { cat "$work/load" >&2; die "requests failed during the cutover"; }
[[ $(deployed) == "$v2" && $(<"$EMOL_HOME/VERSION") == "$v2" ]] || die "version 2 is not deployed"
grep -q "@sha256:" "$EMOL_HOME/docker-compose.prod.yml" || die "the digest is not pinned"
step "cut over to version 2 at 200 requests a second: $(head -n 1 "$work/load")"

another "$v3" 'ENV EMOL_LISTEN=203.0.113.1:8000'
refused deploy --cutover --version "$v3"
still "$v2" || die "version 2 does not serve after version 3 was refused"
step "version 3 never gets ready and is refused; version 2 keeps serving"
another "$v4" 'ENV EMOL_LISTEN=127.0.0.1:8000'
refused deploy --cutover --version "$v4"
still "$v2" || die "version 2 does not serve after version 4 was refused"
step "version 4 is ready for itself and cannot be reached by nginx: refused; version 2 keeps serving"

# shellcheck disable=SC2016 # dash expands it
another "$v5" 'COPY --from=nginx:1.28 /usr/bin/dash /usr/bin/sleep /usr/local/bin/
ENV PATH=/usr/local/bin
ENTRYPOINT ["dash", "-c", "if [ \"$1\" = serve ]; then emol \"$@\" & sleep 13; kill -9 $!; exit 1; fi; exec emol \"$@\"", "emol"]'
EMOL_STEADY_SECONDS=12 refused deploy --cutover --version "$v5"
grep -qE 'died|keeps ending' "$work/refused" || { cat "$work/refused" >&2; die "it was not noticed that version 5 died"; }
still "$v2" || die "version 2 does not serve after version 5 died"
step "version 5 gets ready, is switched to and then dies: version 2 serves again"

# Not by the function: its process would be interrupted, and not the script's.
EMOL_READY_SECONDS=60 "$EMOL_HOME/setup_files/host/deploy-docker.sh" --cutover --version "$v1" --registry "$registry" >"$work/out" 2>&1 &
interrupted=$!
for _ in {1..200}; do docker container inspect emol-app-blue >/dev/null 2>&1 && break; sleep 0.1; done
kill -TERM "$interrupted"
code=0
wait "$interrupted" || code=$?
[[ $code == 130 ]] || { cat "$work/out" >&2; die "it was not interrupted, but ended with $code"; }
serving >/dev/null || die "nobody serves after an interruption"
deploy --cutover --version "$v2" >"$work/out" 2>&1 || { cat "$work/out" >&2; die "a run after an interruption failed"; }
[[ $(deployed) == "$v2" ]] || die "version 2 is not deployed after an interruption"
step "interrupted half-way, run again: version 2 serves"

# Killed without a word, after nginx was switched and before the old app went.
before=$(grep -o 'server 172[0-9.]*:8000' "$EMOL_HOME/nginx/nginx.conf")
EMOL_STEADY_SECONDS=60 "$EMOL_HOME/setup_files/host/deploy-docker.sh" --cutover --version "$v1" --registry "$registry" >"$work/out" 2>&1 &
interrupted=$!
for _ in {1..300}; do grep -q "$before" "$EMOL_HOME/nginx/nginx.conf" || break; sleep 0.1; done
sleep 1
kill -KILL "$interrupted"
wait "$interrupted" 2>/dev/null || true
sleep 1
[[ $(docker ps --format '{{.Names}}' | grep -c '^emol-app-') == 2 ]] || die "it was not killed between the switch and its end"
serving >/dev/null || die "nobody serves after it was killed"
deploy --cutover --version "$v2" >"$work/out" 2>&1 || { cat "$work/out" >&2; die "a run after a kill failed"; }
still "$v2" || die "version 2 is not deployed after a kill"
[[ $(docker ps -a --format '{{.Names}}' | grep -c '^emol-app-') == 1 ]] || die "an app was left over after a kill"
step "killed after the switch, run again: version 2 serves, and nothing is left over"

for back in "$v1" "$v2"; do
  deploy --rollback >"$work/out" 2>&1 || { cat "$work/out" >&2; die "the rollback failed"; }
  still "$back" || die "the rollback did not bring $back back"
done
step "rolled back to version 1, and back again"

kill "$registry_pid"
wait "$registry_pid" 2>/dev/null || true
refused deploy --cutover
refused deploy --cutover --version "$v1"
still "$v2" || die "version 2 does not serve while the registry is down"
step "the registry is down: nothing is changed"

fill_disk
refused deploy --cutover --version "$v1"
grep -q 'full' "$work/refused" || { cat "$work/refused" >&2; die "nobody says that the disk is full"; }
still "$v2" || die "version 2 does not serve while the disk is full"
empty_disk
EMOL_NEEDS_MIB=999999999 refused deploy --cutover --version "$v1"
grep -q 'are needed' "$work/refused" || { cat "$work/refused" >&2; die "nobody says that there is no room for images"; }
step "the disk is full, or has no room for images: nothing is changed, and what runs keeps serving"

parameters "/emol/master_keys=main:$(head -c 32 /dev/urandom | base64)"
start_registry
refused deploy --cutover --version "$v1"
parameters "/emol/master_keys=$master"
serving >/dev/null || die "nobody serves after a wrong master key"
step "a wrong master key is refused before anything is switched"

denied_port=$(free_port)
denying "$denied_port" </dev/null >/dev/null 2>&1 &
pids+=($!)
for _ in {1..50}; do port_taken "$denied_port" && break; sleep 0.1; done
sed -i "s#^AWS_ENDPOINT_URL=.*#AWS_ENDPOINT_URL=http://172.28.80.1:$denied_port#" "$EMOL_HOME/emol.env"
refused deploy --cutover --version "$v1"
grep -q 'ssm-read.json' "$work/refused" || { cat "$work/refused" >&2; die "nobody says which rights are missing"; }
still "$v2" || die "version 2 does not serve after Parameter Store was denied"
sed -i "s#^AWS_ENDPOINT_URL=.*#AWS_ENDPOINT_URL=http://172.28.80.1:$moto_port#" "$EMOL_HOME/emol.env"
credentials "$(account may-read setup_files/iam/ssm-read.json)"
rights yes
deploy --cutover --version "$v2" >"$work/out" 2>&1 || { cat "$work/out" >&2; die "the actions of ssm-read.json are not enough"; }
rights no
credentials "$anybody"
step "Parameter Store is denied in the container: refused, naming the rights; with the actions of ssm-read.json it works"

# ---- logs ---------------------------------------------------------------------------------------

planted=Kx7planted9Secret2Link
for path in "/card/$planted" "/privacy-policy/draft/$planted$planted" "/self-serve-update/$planted" "/my-record/$planted?x=$planted"; do
  curl -sS -o /dev/null "http://localhost$path"
done
sleep 1
app=emol-app-$(docker ps --format '{{.Names}}' | sed -n 's/^emol-app-//p')
{ docker logs emol-nginx; docker logs "$app"; cat "$EMOL_VAR"/log/*/*; } >"$work/logs" 2>&1
grep -q '"path":"/card/-"' "$work/logs" || die "nginx's log has no line of a card"
! grep -q "$planted" "$work/logs" || die "a planted link stands in a log"
! grep -qF "$master" "$work/logs" || die "the master key stands in a log"
[[ -s $EMOL_VAR/log/emol/emol.log ]] || die "there is no log file of the app"
step "card links and one-time links are in no log"

# ---- backup and restore ---------------------------------------------------------------------------

emol() { docker run --rm --network emol_net -v "$work/drill:/drill" -e EMOL_MASTER_KEYS="$master" -e EMOL_STATIC_DIR= "$@"; }
install -d -o 65532 -g 65532 "$work/drill"
recipient=$(emol "emol:v$v1" keys backup --file /drill/backup.key 2>/dev/null)
echo '[{"code": "ON", "name": "Ontario", "country": "Canada", "postal_format": "A1A 1A1", "active": true}]' | docker exec -i "$app" emol import regions - >"$work/out" 2>&1 || { cat "$work/out" >&2; die "nothing can be imported into a container"; }
docker exec "$app" emol officer invite mol@example.org --name Minister --administrator >/dev/null
aws --endpoint-url "http://127.0.0.1:$moto_port" s3 mb s3://kingdom-backups >/dev/null
printf 'EMOL_BACKUP_RECIPIENT=%s\nEMOL_BACKUP_TO=s3://kingdom-backups/emol\n' "$recipient" >>"$EMOL_HOME/emol.env"
deploy --cutover --version "$v1" >"$work/out" 2>&1 || { cat "$work/out" >&2; die "a cutover for a new setting failed"; }
backups() { find "$EMOL_VAR/backups/emol" -name "$1" -printf '%f\n' | sort; }
for _ in {1..90}; do [[ -n $(backups '*.erased') ]] && break; sleep 1; done
[[ -n $(backups '*.log.age') ]] || die "the app made no backup by itself"
said() { curl -fsS http://localhost/health/ready | python3 -c 'import json, sys; print(json.load(sys.stdin)[sys.argv[1]])' "$1"; }
[[ emol-$(said last_backup).log.age == "$(backups '*.log.age')" && $(said last_backup_sent) == none ]] || die "ready does not say when the last backup was made"
AWS_ENDPOINT_URL=http://127.0.0.1:$moto_port "$EMOL_HOME/setup_files/host/deploy-docker.sh" --send >"$work/out" 2>&1 || { cat "$work/out" >&2; die "the backup could not be sent away"; }
[[ $(aws --endpoint-url "http://127.0.0.1:$moto_port" s3 ls --recursive s3://kingdom-backups/emol/ | grep -cE 'emol/emol-.*\.(age|erased)$|emol/keys/emol-.*\.keys$') == 3 ]] || die "the backup's three files did not arrive"
[[ $(said last_backup_sent) == "$(said last_backup)" ]] || die "ready does not say that the backup was sent away"
app=$(docker ps --format '{{.Names}}' | grep '^emol-app-')
docker run --rm --network "container:$app" nginx:1.28 curl -fsS http://localhost:8000/health/metrics >"$work/out"
[[ $(grep -cE '^backup(_sent)?_last_timestamp_seconds 1[0-9]{9}' "$work/out") == 2 ]] || { grep backup "$work/out" >&2; die "the numbers do not say when the last backup was made and sent"; }
step "the app makes a backup by itself, it is sent to S3, and ready and the numbers say both"

fill_disk
refused "$EMOL_HOME/setup_files/host/deploy-docker.sh" --backup
grep -qi 'no space' "$work/refused" || { cat "$work/refused" >&2; die "nobody says why there is no backup"; }
[[ $(backups 'emol-*' | wc -l) == 3 ]] || die "half a backup was left behind"
still "$v1" || die "version 1 does not serve while the disk is full"
empty_disk
"$EMOL_HOME/setup_files/host/deploy-docker.sh" --backup --dry-run >/dev/null
step "a backup onto a full disk fails, says so and leaves nothing behind"

cp "$EMOL_VAR"/backups/emol/emol-* "$work/drill/"
chown -R 65532 "$work/drill"
file=$(cd "$work/drill" && echo emol-*.log.age)
age -d -i "$work/drill/backup.key" "$work/drill/$file" | gunzip >"$work/out"
[[ $(head -c 13 "$work/out") == 'emol backup 1' ]] || die "the age tool does not open the backup"
restored=mysql://emol_restored:p%40ss%2Femol_restored@172.28.80.1:$db_port/emol_restored
# As docs/OPERATIONS.md has it.
docker run --rm --user 0 --network emol_net --env-file "$EMOL_HOME/emol.env" -e EMOL_STATIC_DIR= -e DATABASE_URL="$restored" -v "$work/drill:/b:ro" \
  -v "$EMOL_CONFIG_DIR/emol_credentials.json:/opt/emol/emol_credentials.json:ro" \
  "emol:v$v1" restore "/b/$file" --identity /b/backup.key --erased "/b/$file.erased" >"$work/out" || { cat "$work/out" >&2; die "the restore failed"; }
emol -e DATABASE_URL="$restored" "emol:v$v1" verify >/dev/null || die "the restored log does not hold"
emol -e DATABASE_URL="$restored" "emol:v$v1" officer list >"$work/out"
grep -q mol@example.org "$work/out" || die "the restored database lacks an officer"
step "a backup is written, opened by the age tool too, and restored on another database"

# ---- https ----------------------------------------------------------------------------------------

sed -i 's#^EMOL_BASE_URL=.*#EMOL_BASE_URL=https://localhost#' "$EMOL_HOME/emol.env"
refused deploy --cutover --version "$v1"
serving >/dev/null || die "without a certificate, nobody serves"
mkdir -p "$EMOL_LETSENCRYPT/live/localhost" "$EMOL_VAR/www/certbot/.well-known/acme-challenge"
openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost -keyout "$EMOL_LETSENCRYPT/live/localhost/privkey.pem" \
  -out "$EMOL_LETSENCRYPT/live/localhost/fullchain.pem" 2>/dev/null
echo token >"$EMOL_VAR/www/certbot/.well-known/acme-challenge/x"
deploy --cutover --version "$v1" >"$work/out" 2>&1 || { cat "$work/out" >&2; die "the cutover to https failed"; }
curl -fsSk https://localhost/ >"$work/page"
name=$(sed -n 's#.*"\(/static/[^"]*\)".*#\1#p' "$work/page" | head -n 1)
curl -fsSk -o /dev/null -D "$work/head" "https://localhost$name"
grep -qi '^cache-control: public, max-age=31536000, immutable' "$work/head" || die "nginx does not serve $name itself"
[[ $(curl -sS -o /dev/null -w '%{http_code} %{redirect_url}' http://localhost/register) == '301 https://localhost/register' ]] || die "80 does not lead to https"
[[ $(curl -fsS http://localhost/.well-known/acme-challenge/x) == token ]] || die "certbot's file is not served"
[[ $(curl -sSk -o /dev/null -w '%{http_code}' https://localhost/health/metrics) == 404 ]] || die "numbers are told to everybody"
for _ in {1..40}; do [[ $(docker inspect -f '{{.State.Health.Status}}' emol-nginx) == healthy ]] && break; sleep 0.5; done
"$EMOL_HOME/setup_files/host/deploy-docker.sh" --status >"$work/out" || { cat "$work/out" >&2; die "the status is not well under https"; }
step "https with a certificate of the host, 80 leads to it, certbot's files and static files are served"

echo
echo "deployment passed: $steps steps in $SECONDS s; image $((size / 1048576)) MiB, $rss MiB after load, first gap $gap ms, $(head -n 1 "$work/load")"
