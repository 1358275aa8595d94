# shellcheck shell=bash disable=SC2034,SC2154
# What deploy-docker.sh is asked to do: test, cutover, rollback, status. To be sourced by it. It sets what is not set here.

stop_test() {
  local name
  for name in emol-test-nginx emol-test-app; do
    if container_exists "$name"; then docker rm -f "$name" >/dev/null; fi
  done
}

do_test() {
  [[ -n $dry_run ]] || need_room
  fetch
  say "test: $image on port 8080"
  [[ -z $dry_run ]] || return 0
  need_settings emol-test.env
  give_credentials
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
  { fill "$work/deploy/compose.test.yml" "$(app_service app emol-test-app "$image" 172.28.81.11 emol-test.env test)"$'\n' >docker-compose.test.yml.new &&
    mv -f docker-compose.test.yml.new docker-compose.test.yml; } || no_room docker-compose.test.yml
  stop_test
  compose emol-test -f docker-compose.test.yml up -d
  if ! await_ready emol-test-app || ! await_through emol-test-nginx; then
    last_words emol-test-app
    stop_test
    fail "the test stack did not get ready, and was removed"
  fi
  say "TEST $(version_of "$image") answers on port 8080; deploy-docker.sh --cutover --version ${version#v} makes it production's"
}


do_cutover() {
  local current running
  [[ -n $dry_run ]] || need_room
  fetch
  current=$(current_colour)
  running=${current:+$(version_of "$(image_of "emol-app-$current")")}
  say "production: ${running:-nothing} → ${version#v} ($image)"
  [[ -z $dry_run ]] || return 0
  need_settings emol.env
  give_credentials
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
