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

# What is new goes to EMOL_BACKUP_TO; nothing is done where nothing is new. The app reads in the file `sent` how far that came,
# and tells the operator when it comes no further.
do_send() {
  [[ -n $(setting emol.env EMOL_BACKUP_TO) ]] || { say "EMOL_BACKUP_TO in $home/emol.env does not say where to send backups; they stay here"; return 0; }
  send_backups
}

send_backups() {
  local target folder=$VAR/backups/emol newest
  target=$(setting emol.env EMOL_BACKUP_TO)
  newest=$(find "$folder" -maxdepth 1 -name 'emol-*.log.age' -printf '%f\n' | sort | tail -n 1)
  [[ -n $target && -n $newest && $newest != "$(cat "$folder/sent" 2>/dev/null)" ]] || return 0
  [[ -z $dry_run ]] || { say "would send $newest to $target"; return 0; }
  case $target in
    s3://*)
      command -v aws >/dev/null || fail "the aws command is missing; bootstrap.sh installs it"
      aws_credentials
      aws ${AWS_ENDPOINT_URL:+--endpoint-url "$AWS_ENDPOINT_URL"} --region "$REGION" s3 sync --only-show-errors --exclude '*' --include 'emol-*' --exclude '*.part' "$folder" "$target" ||
        fail "the backup could not be sent to $target"
      ;;
    *)
      rsync --archive --exclude '*.part' --include 'emol-*' --exclude '*' --rsh 'ssh -o BatchMode=yes -o StrictHostKeyChecking=yes' "$folder/" "$target" ||
        fail "the backup could not be sent to $target"
      ;;
  esac
  remember "$folder/sent" "$newest"
  chmod 644 "$folder/sent"
  say "$newest is at $target"
}
