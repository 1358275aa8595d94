# shellcheck shell=bash disable=SC2034,SC2154
# Backups: made in a container, sent away from this machine. To be sourced by deploy-docker.sh. It sets what is not set here.

# The folder belongs to the container's account; what sends it away runs here. The app makes one every night by itself.
do_backup() {
  local current
  current=$(current_colour)
  [[ -n $current ]] || fail "nothing runs that could be backed up"
  [[ -z $dry_run ]] || { say "would write a backup to /var/backups/emol"; return 0; }
  # In a container of its own: a large log takes more memory than the app may have.
  run_emol emol_net emol.env "$(image_of "emol-app-$current")" backup --into /var/backups/emol || fail "the backup failed"
  send_backups
}

# What is new goes to EMOL_BACKUP_TO, each backup once: what has had its days there must not come again. The app reads in the file
# `sent` how far that came, and tells the operator when it comes no further.
do_send() {
  [[ -n $(setting emol.env EMOL_BACKUP_TO) ]] || { say "EMOL_BACKUP_TO in $home/emol.env does not say where to send backups; they stay here"; return 0; }
  send_backups
}

send_backups() {
  local target folder=$VAR/backups/emol sent name names
  target=$(setting emol.env EMOL_BACKUP_TO)
  [[ -n $target ]] || return 0
  sent=$(cat "$folder/sent" 2>/dev/null || true)
  mapfile -t names < <(find "$folder" -maxdepth 1 -name 'emol-*.log.age' -printf '%f\n' | sort)
  for name in "${names[@]}"; do
    [[ $name > $sent ]] || continue
    if [[ -n $dry_run ]]; then say "would send $name to $target"; continue; fi
    send_one "$folder/$name" "${target%/}" || fail "$name could not be sent to $target"
    remember "$folder/sent" "$name"
    chmod 644 "$folder/sent"
    say "$name is at $target"
  done
}

# send_one LOG TARGET: the log and the list of the erased, and the person keys into a folder of their own, because they have fewer days.
send_one() {
  local file
  case $2 in
    s3://*)
      command -v aws >/dev/null || fail "the aws command is missing; bootstrap.sh installs it"
      aws_credentials
      for file in "$1.keys:keys/" "$1.erased:" "$1:"; do
        [[ ! -f ${file%:*} ]] || aws --region "$REGION" ${AWS_ENDPOINT_URL:+--endpoint-url "$AWS_ENDPOINT_URL"} s3 cp --only-show-errors "${file%:*}" "$2/${file##*:}" || return 1
      done
      ;;
    *)
      for file in "$1.keys:keys/" "$1.erased:" "$1:"; do
        [[ ! -f ${file%:*} ]] || rsync --archive --mkpath --rsh 'ssh -o BatchMode=yes -o StrictHostKeyChecking=yes' "${file%:*}" "$2/${file##*:}" || return 1
      done
      ;;
  esac
}
