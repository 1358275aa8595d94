#!/usr/bin/env bash
# Measures speed: docs/PERFORMANCE.md has the method and the latest figures.
#   setup_files/bench.sh [BENCH…]    append soak replay …; all of them without any
# Private servers on free ports, stopped at the end. EMOL_BENCH_ON chooses: "sqlite mariadb mysql" unless told otherwise;
# MySQL is taken from EMOL_TEST_MYSQL_URL or a real mysqld on the machine, and left out, loudly, without either.
set -euo pipefail
cd "$(dirname "$0")/.."
# shellcheck source=setup_files/lib/packages.sh
source setup_files/lib/packages.sh
# shellcheck source=setup_files/lib/servers.sh
source setup_files/lib/servers.sh
work=$(mktemp -d)
trap 'stop_servers; rm -rf "$work"' EXIT

install_for databases bench
cargo build --release --locked --bench emol
bench() { EMOL_BENCH_DATABASE_URL=$1 TMPDIR=$work cargo bench --locked --bench emol -- "${@:2}" </dev/null; }

echo "machine: $(nproc) cores, $(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -1), $(date -u +%F)"
for on in ${EMOL_BENCH_ON:-sqlite mariadb mysql}; do
  case $on in
    sqlite) bench "" "$@" ;;
    mariadb)
      start_mariadb --innodb-buffer-pool-size=512M --innodb-flush-log-at-trx-commit=1
      bench "$MARIADB_URL" "$@"
      ;;
    mysql)
      if [[ -n ${EMOL_TEST_MYSQL_URL:-} ]]; then
        bench "$EMOL_TEST_MYSQL_URL" "$@"
      elif start_mysql --innodb-buffer-pool-size=512M; then
        bench "$MYSQL_URL" "$@"
      else
        echo "MySQL was not measured: set EMOL_TEST_MYSQL_URL to a root URL of a real MySQL server" >&2
      fi
      ;;
    *) echo "bench.sh: $on is none of sqlite, mariadb, mysql" >&2; exit 2 ;;
  esac
done
