# shellcheck shell=bash disable=SC2034,SC2154
# The switch from one app to the other, and what an interrupted one left. To be sourced by deploy-docker.sh.
#
# nginx's configuration is the only place that says which app is current. It sets what is not set here.

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
  if ! write_nginx nginx "$(address_of "$new")" emol.env; then
    remove_app "emol-app-$new"
    no_room nginx/nginx.conf
  fi
  if [[ -n $old && $(health emol-nginx) != absent && $(health emol-nginx) != stopped ]]; then
    if ! reload_nginx || ! await_through emol-nginx; then
      cp "$kept" nginx/nginx.conf
      reload_nginx || true
      last_words emol-nginx
      remove_app "emol-app-$new"
      fail "nginx does not lead to the new version, and was switched back"
    fi
    drain
    # The old one goes only when the new one has stood the visitors for a while.
    if ! steady "emol-app-$new"; then
      cp "$kept" nginx/nginx.conf
      reload_nginx || true
      last_words "emol-app-$new"
      remove_app "emol-app-$new"
      rm -f docker-compose.next.yml
      fail "the new version died after the switch; $(version_of "$old_image") serves again"
    fi
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
