# shellcheck shell=bash
# Private database servers for tests and benches: own directory, own socket, a free port on loopback,
# ended by process id. To be sourced.
#
#   start_mariadb [OPTION...]   sets MARIADB_URL, a root URL
#   start_mysql   [OPTION...]   sets MYSQL_URL, from a real mysqld on this machine; 1 where there is none
#   sql URL STATEMENT           prints the rows, tab separated
#   stop_servers                ends them and removes their directories; call it from a trap on EXIT
#
# OPTIONs go to the server, like --log-bin. Both servers write each commit to the disk (innodb_flush_log_at_trx_commit=1).

SERVER_PIDS=()
SERVER_DIRS=()
# Set by start_mariadb and start_mysql, for whoever sources this.
export MARIADB_URL='' MYSQL_URL=''

# Does somebody listen on this port of loopback?
port_taken() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

free_port() {
  local port
  for _ in {1..100}; do
    port=$((20000 + RANDOM % 12000))
    port_taken "$port" || { echo "$port"; return 0; }
  done
  echo "servers: no free port between 20000 and 32000" >&2
  return 1
}

# The account a server runs as: itself refuses to be root. Prints nothing where we are not root.
server_account() {
  ((EUID == 0)) || return 0
  if getent passwd mysql >/dev/null; then echo mysql; else echo nobody; fi
}

# Is this program MySQL itself? Debian's mysqld is a link to MariaDB.
is_real_mysql() {
  local version
  version=$("$1" --version 2>/dev/null) || return 1
  [[ $version != *MariaDB* && $version == *[Mm]y[Ss][Qq][Ll]* ]]
}

# A directory for one server. Not under /tmp, which may be memory (benches measure the disk), nor under a TMPDIR,
# which may be closed to the server's account or too long: the way to the socket must fit in 107 bytes.
server_dir() { mktemp -d "/var/tmp/emol-$1.XXXXXX"; }

# await_server DIR PID: until the socket answers; 1 when the process ended or 60 s passed.
await_server() {
  for _ in {1..300}; do
    kill -0 "$2" 2>/dev/null || return 1
    if [[ -S $1/run.sock ]] && sql "mysql://root@localhost/?socket=$1/run.sock" 'SELECT 1' >/dev/null 2>&1; then return 0; fi
    sleep 0.2
  done
  return 1
}

# launch KIND PROGRAM INITIALIZE... -- OPTION...: sets LAUNCHED to the new server's root URL.
launch() {
  local kind=$1 program=$2 dir port pid account try initialize=()
  shift 2
  while [[ $1 != -- ]]; do initialize+=("$1"); shift; done
  shift
  dir=$(server_dir "$kind") || return 1
  SERVER_DIRS+=("$dir")
  account=$(server_account)
  chmod 755 "$dir"
  mkdir "$dir/data" "$dir/tmp"
  [[ -z $account ]] || chown -R "$account" "$dir"
  if ! "${initialize[@]}" ${account:+--user="$account"} --datadir="$dir/data" --tmpdir="$dir/tmp" </dev/null >"$dir/init.log" 2>&1; then
    tail -n 20 "$dir/init.log" >&2
    echo "servers: $kind could not make its data directory" >&2
    return 1
  fi
  for try in 1 2 3; do
    port=$(free_port) || return 1
    "$program" --no-defaults ${account:+--user="$account"} --datadir="$dir/data" --tmpdir="$dir/tmp" \
      --bind-address=127.0.0.1 --port="$port" --socket="$dir/run.sock" --pid-file="$dir/run.pid" --log-error="$dir/error.log" \
      --innodb-flush-log-at-trx-commit=1 --max-connections=400 --skip-name-resolve "$@" </dev/null >/dev/null 2>&1 &
    pid=$!
    if await_server "$dir" "$pid"; then
      SERVER_PIDS+=("$pid")
      # By port, except for MySQL, whose logins want TLS or a socket.
      LAUNCHED=mysql://root@127.0.0.1:$port/
      [[ $kind == mariadb ]] || LAUNCHED="mysql://root@localhost/?socket=$dir/run.sock"
      return 0
    fi
    kill "$pid" 2>/dev/null || true
    wait "$pid" 2>/dev/null || true
  done
  tail -n 20 "$dir/error.log" >&2 || true
  echo "servers: $kind did not start after $try tries" >&2
  return 1
}

start_mariadb() {
  launch mariadb mariadbd mariadb-install-db --no-defaults --auth-root-authentication-method=normal --skip-test-db -- "$@" || return 1
  MARIADB_URL=$LAUNCHED
}

start_mysql() {
  is_real_mysql mysqld || return 1
  launch mysql mysqld mysqld --no-defaults --initialize-insecure -- --mysqlx=OFF "$@" || return 1
  MYSQL_URL=$LAUNCHED
}

# sql mysql://USER[:PASSWORD]@HOST[:PORT]/[DATABASE][?socket=PATH] STATEMENT
sql() {
  local url=$1 statement=$2 user password='' host port='' database options=()
  if [[ ! $url =~ ^mysql://([^:@/]+)(:([^@/]*))?@([^:/?]*)(:([0-9]+))?(/([^?]*))?(\?(.*))?$ ]]; then
    echo "servers: not a database URL: it must look like mysql://root@127.0.0.1:3306/ or mysql://root@localhost/?socket=/run/mysql.sock" >&2
    return 2
  fi
  user=${BASH_REMATCH[1]} password=${BASH_REMATCH[3]} host=${BASH_REMATCH[4]} port=${BASH_REMATCH[6]} database=${BASH_REMATCH[8]}
  local query=${BASH_REMATCH[10]}
  options=(--no-defaults --batch --skip-column-names --user="$(unescape "$user")")
  if [[ $query =~ (^|&)socket=([^&]*) ]]; then
    options+=(--protocol=socket --socket="$(unescape "${BASH_REMATCH[2]}")")
  else
    options+=(--protocol=tcp --host="$host" --port="${port:-3306}")
  fi
  # The password goes by the environment: arguments can be read by everybody on the machine.
  MYSQL_PWD=$(unescape "$password") mariadb "${options[@]}" -e "$statement" ${database:+"$database"} </dev/null
}

# %2F and its like, read back.
unescape() { printf '%b' "${1//%/\\x}"; }

stop_servers() {
  local pid dir
  for pid in "${SERVER_PIDS[@]}"; do kill "$pid" 2>/dev/null || true; done
  for pid in "${SERVER_PIDS[@]}"; do wait "$pid" 2>/dev/null || true; done
  for dir in "${SERVER_DIRS[@]}"; do rm -rf -- "$dir"; done
  SERVER_PIDS=()
  SERVER_DIRS=()
}
