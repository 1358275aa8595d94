//! Databases and histories to measure on.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use emol::clock::{SystemClock, SystemIds};
use emol::domain::actor::Actor;
use emol::domain::date::CivilDate;
use emol::domain::id::{CommandId, CorrelationId, EventId, OfficerId, StreamId, StreamType, StreamVersion};
use emol::store::migrate::migrate;
use emol::store::{Append, Backend, Db, MasterKeys, NewEvent, Store};
use uuid::Uuid;

static FRESH: AtomicU64 = AtomicU64::new(1);

/// A number that nobody had before, in any of a bench's processes.
pub fn fresh() -> u128 {
    u128::from(u64::from(std::process::id()) << 40 | FRESH.fetch_add(1, Ordering::Relaxed))
}

/// An empty, migrated database beside the one that was given.
pub async fn empty(url: &str) -> (Db, String) {
    let name = format!("emol_bench_{}_{}", std::process::id(), fresh());
    let at = if let Some(path) = url.strip_prefix("sqlite://") {
        format!("sqlite://{path}.{name}")
    } else {
        let server = Db::connect(url).await.unwrap();
        server.raw(format!("CREATE DATABASE {name}")).await.unwrap();
        let (rest, query) =
            url.split_once('?').map_or((url, String::new()), |(rest, q)| (rest, format!("?{q}")));
        let (scheme, authority) = rest.split_once("://").unwrap();
        let host = authority.split('/').next().unwrap();
        format!("{scheme}://{host}/{name}{query}")
    };
    let db = Db::connect(&at).await.unwrap();
    migrate(&db, &SystemClock).await.unwrap();
    (db, at)
}

/// Removes a database made by [`empty`].
pub async fn drop_database(db: Db, at: &str) {
    if db.backend() != Backend::Sqlite {
        let name = at.split('?').next().unwrap().rsplit('/').next().unwrap();
        db.raw(format!("DROP DATABASE {name}")).await.unwrap();
    }
    db.close().await;
}

/// A store as `serve` has it.
pub async fn store(at: &str) -> Store {
    let keys = MasterKeys::generate("bench", &emol::clock::CountingIds::from(7));
    Store::open(Db::connect(at).await.unwrap(), keys, Arc::new(SystemClock), Arc::new(SystemIds))
        .await
        .unwrap()
}

/// An event of about the size of a grant.
pub fn grant(stream: StreamId) -> NewEvent {
    NewEvent {
        event_id: EventId(Uuid::from_u128(0x7000_0000_0000_0000_0000_0000_0000_0000 + fresh())),
        stream,
        subject: Some(stream.id),
        effective_on: CivilDate::new(2026, 5, 2),
        event_type: "AuthorizationGranted",
        schema_version: 1,
        payload: br#"{"discipline":"armoured-combat","authorization":"weapon-shield"}"#.to_vec(),
    }
}

/// A stream of a person that nobody knew before.
pub fn somebody() -> StreamId {
    StreamId {
        kind: StreamType::Combatant,
        id: Uuid::from_u128(fresh().wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835)),
    }
}

/// A whole command as the bus makes it: expected version, guards on what it
/// was judged on, its own row, one event.
pub fn command(stream: StreamId, version: i64) -> Append {
    let id = fresh();
    let actor = Actor::Officer(OfficerId(Uuid::from_u128(1)));
    let mut append =
        Append::new(CommandId(Uuid::from_u128(id << 64)), [7; 32], actor, CorrelationId(Uuid::from_u128(id)));
    append.events.push(grant(stream));
    append.expects.push((stream, StreamVersion(version)));
    for kind in [StreamType::Officers, StreamType::Rulebook, StreamType::Regions] {
        append.guards.push((StreamId::only(kind), StreamVersion(0)));
    }
    append
}
