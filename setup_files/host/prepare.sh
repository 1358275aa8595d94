#!/usr/bin/env bash
# What bootstrap.sh runs on the machine itself, as root: prepare.sh FOLDER-WITH-THE-FILES. Can be run again.
set -euo pipefail
from=${1:?which folder}
owner=${SUDO_USER:-root}
home=$(getent passwd "$owner" | cut -d: -f6)/emol
# The account inside the image.
readonly APP=65532

export DEBIAN_FRONTEND=noninteractive
apt-get -qq update
apt-get -qq install -y --no-install-recommends docker.io curl certbot logrotate python3 rsync ufw unzip
# Ubuntu 22.04 has docker-compose-v2 in its updates, and docker-compose everywhere.
apt-get -qq install -y --no-install-recommends docker-compose-v2 2>/dev/null ||
  apt-get -qq install -y --no-install-recommends docker-compose
apt-get -qq install -y --no-install-recommends awscli 2>/dev/null ||
  echo "prepare: no package awscli here; install the AWS command line by AWS's own instructions to use ECR" >&2
systemctl enable --quiet --now docker
usermod --append --groups docker "$owner"

install -d -o "$owner" -g "$owner" "$home" "$home/setup_files" "$home/setup_files/host" "$home/setup_files/host/deploy"
install -d -m 755 /var/www/certbot /var/log/nginx
install -d -m 750 -o "$APP" -g "$APP" /var/log/emol
install -d -m 700 -o "$APP" -g "$APP" /var/backups/emol
install -d -m 755 /opt/emol_config
install -m 755 -o "$owner" -g "$owner" "$from/deploy-docker.sh" "$home/setup_files/host/"
install -m 644 -o "$owner" -g "$owner" "$from"/deploy/*.sh "$home/setup_files/host/deploy/"
ln -sf "$home/setup_files/host/deploy-docker.sh" /usr/local/bin/deploy-docker.sh
for name in emol emol-test; do
  [[ -f $home/$name.env ]] || install -m 640 -o "$owner" -g "$owner" "$from/$name.env.example" "$home/$name.env"
done
cat >/etc/logrotate.d/emol <<'EOF'
/var/log/emol/*.log {
    daily
    rotate 14
    compress
    delaycompress
    missingok
    notifempty
    copytruncate
    su root root
}
/var/log/nginx/*.log {
    daily
    rotate 14
    compress
    delaycompress
    missingok
    notifempty
    copytruncate
}
EOF
# The host's own nginx, where there is one, came with a rotation of the same files.
rm -f /etc/logrotate.d/nginx

# The app makes a backup every night; this sends away what is new.
cat >/etc/systemd/system/emol-backup.service <<EOF
[Unit]
Description=Sending backups of eMoL away
After=docker.service network-online.target

[Service]
Type=oneshot
Environment=EMOL_HOME=$home
ExecStart=$home/setup_files/host/deploy-docker.sh --send
EOF
cat >/etc/systemd/system/emol-backup.timer <<'EOF'
[Unit]
Description=Sending backups of eMoL away, every hour

[Timer]
OnCalendar=hourly
RandomizedDelaySec=600
Persistent=true

[Install]
WantedBy=timers.target
EOF
systemctl daemon-reload
systemctl enable --quiet --now emol-backup.timer

install -d /etc/letsencrypt/renewal-hooks/deploy
cat >/etc/letsencrypt/renewal-hooks/deploy/emol <<'EOF'
#!/bin/sh
docker exec emol-nginx nginx -c /etc/nginx/emol/nginx.conf -s reload
EOF
chmod 755 /etc/letsencrypt/renewal-hooks/deploy/emol

for port in 22 80 443 8080; do ufw allow "$port/tcp" >/dev/null; done
ufw --force enable >/dev/null
echo "prepare: done"
