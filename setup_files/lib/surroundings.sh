# shellcheck shell=bash disable=SC2034,SC2154
# What stands around a deployment in its test: Docker, a registry, MariaDB, AWS's stand-in, and a host as bootstrap.sh
# leaves it, on a small disk of its own that the test can fill. To be sourced by test-deploy.sh, which sets work, pids and die.

# Always one of its own: everything in it is removed at the end, or by the next run.
surroundings_docker() {
  start_docker "$docker_dir" || cannot "dockerd does not start on this machine (it needs to mount, cgroups and a bridge): see above"
  docker ps -aq | xargs -r docker rm -f >/dev/null 2>&1 || true
  docker image ls --format '{{.Repository}}:{{.Tag}}' | grep -E '(^|/)emol:v' | xargs -r docker image rm -f >/dev/null 2>&1 || true
  base_images "$docker_dir"
}

surroundings_registry() {
  registry_port=$(free_port)
  registry=localhost:$registry_port
  cat >"$work/registry.yml" <<YML
version: 0.1
storage: { filesystem: { rootdirectory: $work/registry }, delete: { enabled: true } }
http: { addr: 127.0.0.1:$registry_port }
YML
  start_registry
}
start_registry() {
  docker-registry serve "$work/registry.yml" </dev/null >>"$work/registry.log" 2>&1 &
  registry_pid=$!
  pids+=("$registry_pid")
  for _ in {1..50}; do port_taken "$registry_port" && return 0; sleep 0.1; done
  die "the registry did not start"
}

# 172.28.80.1 and .81.1 are this machine, as the containers see it.
surroundings_database() {
  start_mariadb --bind-address=0.0.0.0 --innodb-buffer-pool-size=128M
  db_port=${MARIADB_URL##*:}
  db_port=${db_port%/}
  for name in emol emol_test emol_restored emol_roster; do
    sql "$MARIADB_URL" "CREATE DATABASE $name; CREATE USER '$name'@'%' IDENTIFIED BY 'p@ss/$name'; GRANT ALL ON $name.* TO '$name'@'%'"
  done
}

# AWS's stand-in, for Parameter Store, accounts and S3.
surroundings_aws() {
  moto=${EMOL_TEST_MOTO:-$PWD/target/moto}
  install_from_pip "$moto" moto_server 'moto[ssm,s3,iam,server]==5.1.4' 'awscli>=1.40,<2' || die "there is no stand-in for AWS"
  PATH=$moto/bin:$PATH
  moto_port=$(free_port)
  "$moto/bin/moto_server" -H 0.0.0.0 -p "$moto_port" </dev/null >"$work/moto.log" 2>&1 &
  pids+=($!)
  for _ in {1..150}; do port_taken "$moto_port" && break; sleep 0.2; done
  export AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=test AWS_DEFAULT_REGION=ca-central-1
  master="main:$(head -c 32 /dev/urandom | base64)"
  parameters /emol/db_name=emol /emol/db_user=emol "/emol/db_password=p@ss/emol" "/emol/db_host=172.28.80.1:$db_port" "/emol/master_keys=$master" \
    /emol-test/db_name=emol_test /emol-test/db_user=emol_test "/emol-test/db_password=p@ss/emol_test" "/emol-test/db_host=172.28.81.1:$db_port" "/emol-test/master_keys=$master"
}
parameters() {
  "$moto/bin/python" - "http://127.0.0.1:$moto_port" "$@" <<'EOF'
import sys
import boto3
ssm = boto3.client("ssm", endpoint_url=sys.argv[1])
for pair in sys.argv[2:]:
    name, value = pair.split("=", 1)
    ssm.put_parameter(Name=name, Value=value, Type="SecureString", Overwrite=True)
EOF
}

# account NAME POLICY-FILE: an account that may do what the policy says and nothing else; prints its access key as the file that the
# app reads. The stand-in looks at actions only, so what the policy says of resources is left out.
account() {
  "$moto/bin/python" - "http://127.0.0.1:$moto_port" "$@" <<'EOF'
import json
import sys
import boto3
iam = boto3.client("iam", endpoint_url=sys.argv[1])
policy = json.load(open(sys.argv[3]))
for statement in policy["Statement"]:
    statement["Resource"] = "*"
    statement.pop("Condition", None)
iam.create_user(UserName=sys.argv[2])
iam.put_user_policy(UserName=sys.argv[2], PolicyName="rights", PolicyDocument=json.dumps(policy))
key = iam.create_access_key(UserName=sys.argv[2])["AccessKey"]
print(json.dumps({"aws_access_key_id": key["AccessKeyId"], "aws_secret_access_key": key["SecretAccessKey"], "region_name": "ca-central-1"}))
EOF
}
# denying PORT: answers every question as AWS does where a right is missing; the stand-in does that in another format.
denying() {
  # In place of the shell that runs this in the background, so that ending that ends it.
  exec python3 - "$1" <<'EOF'
import http.server
import json
import sys


class Denied(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        body = json.dumps({"__type": "AccessDeniedException", "Message": "not authorized to perform: ssm:GetParameters"}).encode()
        self.send_response(400)
        self.send_header("Content-Type", "application/x-amz-json-1.1")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


http.server.HTTPServer(("0.0.0.0", int(sys.argv[1])), Denied).serve_forever()
EOF
}
# rights yes|no: whether the stand-in looks at who asks; it does not until it is told to.
rights() {
  curl -fsS -o /dev/null -X POST -H 'Content-Type: text/plain' --data "$([[ $1 == yes ]] && echo 0 || echo inf)" "http://127.0.0.1:$moto_port/moto-api/reset-auth"
}

# The host, as bootstrap.sh leaves it. Its settings, logs and backups are on a disk of 64 MiB.
surroundings_host() {
  host=$work/host
  mkdir "$host"
  mount -t tmpfs -o size=64m,mode=755 tmpfs "$host" || cannot "no file systems can be mounted on this machine"
  export EMOL_LETSENCRYPT=$work/letsencrypt EMOL_HOME=$host/emol EMOL_CONFIG_DIR=$work/config EMOL_VAR=$host/var
  # Shorter than a kingdom has it.
  export EMOL_READY_SECONDS=20 EMOL_STEADY_SECONDS=2
  mkdir -p "$EMOL_LETSENCRYPT" "$EMOL_HOME/setup_files/host/deploy" "$EMOL_CONFIG_DIR" "$EMOL_VAR/log/nginx" "$EMOL_VAR/www/certbot"
  install -d -o 65532 -g 65532 "$EMOL_VAR/log/emol" "$EMOL_VAR/backups/emol"
  install setup_files/host/deploy-docker.sh "$EMOL_HOME/setup_files/host/"
  install -m 644 setup_files/host/deploy/*.sh "$EMOL_HOME/setup_files/host/deploy/"
  credentials "$anybody"
}
# Whose key the app and the host use.
anybody='{"aws_access_key_id": "test", "aws_secret_access_key": "test", "region_name": "ca-central-1"}'
credentials() {
  echo "$1" >"$EMOL_CONFIG_DIR/emol_credentials.json"
  chown 65532 "$EMOL_CONFIG_DIR/emol_credentials.json"
}
fill_disk() { dd if=/dev/zero of="$host/filler" bs=64k 2>/dev/null || true; }
empty_disk() { rm -f "$host/filler"; }
