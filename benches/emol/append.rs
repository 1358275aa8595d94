//! Appends: a bare insert into the same table, whole commands one by one, and
//! whole commands side by side.

use std::time::Duration;

use emol::store::{Arg, Db};

use crate::history::{command, drop_database, empty, fresh, somebody, store};
use crate::measure::{Row, per_second, report};

const ROUNDS: usize = 5;
const LASTING: Duration = Duration::from_secs(2);

/// One bare row, committed by itself: what the database can do at best.
async fn bare(db: Db) -> u64 {
    let (id, stream) = (fresh(), somebody());
    let id = (id << 32).to_be_bytes();
    let nothing = [0_u8; 32];
    let sql = "INSERT INTO events (position, event_id, stream_type, stream_id, stream_version, event_type, \
               schema_version, recorded_at, effective_on, subject, actor, command_id, correlation_id, \
               causation_id, payload, metadata, prev_hash, hash) \
               VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
    let args = [
        Arg::Int(i64::try_from(fresh()).unwrap()),
        Arg::Bytes(&id),
        Arg::Text("combatant"),
        Arg::Bytes(stream.id.as_bytes()),
        Arg::Int(1),
        Arg::Text("AuthorizationGranted"),
        Arg::Int(1),
        Arg::Int(1_777_809_600_000_000),
        Arg::Int(20_000),
        Arg::Bytes(stream.id.as_bytes()),
        Arg::Text("officer:00000000-0000-0000-0000-000000000001"),
        Arg::Bytes(&id),
        Arg::Bytes(&id),
        Arg::MaybeBytes(None),
        Arg::Bytes(br#"{"discipline":"armoured-combat","authorization":"weapon-shield"}"#),
        Arg::Bytes(b""),
        Arg::Bytes(&nothing),
        Arg::Bytes(&nothing),
    ];
    db.execute(sql, &args).await.unwrap()
}

/// Runs the bench.
pub async fn bench(url: &str) {
    let (floor, floor_at) = empty(url).await;
    let (log, log_at) = empty(url).await;
    let mut rows: Vec<Row> =
        ["bare inserts, 32 tasks", "one by one", "grouped, 16 tasks", "grouped, 32 tasks"]
            .into_iter()
            .map(|name| Row { name: name.to_owned(), rounds: Vec::new() })
            .collect();
    let store = store(&log_at).await;
    for round in 0..=ROUNDS {
        let db = floor.clone();
        let mut figures = vec![per_second(32, LASTING, move |_, _| bare(db.clone())).await];
        for tasks in [1, 16, 32] {
            let store = store.clone();
            let work = move |_, _| {
                let store = store.clone();
                async move {
                    store.append(command(somebody(), 0)).await.unwrap();
                    1
                }
            };
            figures.push(per_second(tasks, LASTING, work).await);
        }
        // The first round warms up.
        if round > 0 {
            for (row, figure) in rows.iter_mut().zip(figures) {
                row.rounds.push(figure);
            }
        }
    }
    report("append", "commands/s", &rows, "bare inserts, 32 tasks");
    drop_database(floor, &floor_at).await;
    drop_database(log, &log_at).await;
}
