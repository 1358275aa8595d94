//! Appends to test with. The store knows nothing of what events mean, so these mean nothing.

use emol::domain::actor::Actor;
use emol::domain::id::{CombatantId, CommandId, CorrelationId, EventId, StreamId, StreamVersion};
use emol::store::{Append, NewEvent};
use uuid::Uuid;

/// The stream of the person of that number.
pub fn person(number: u128) -> StreamId {
    StreamId::combatant(CombatantId(Uuid::from_u128(number)))
}

/// An event of a stream, recognisable by its number.
pub fn event(stream: StreamId, number: u128) -> NewEvent {
    NewEvent {
        event_id: EventId(Uuid::from_u128(number)),
        stream,
        subject: Some(stream.id),
        effective_on: emol::domain::date::CivilDate::new(2026, 5, 3),
        event_type: "SomethingHappened",
        schema_version: 1,
        payload: format!("{{\"number\":{number}}}").into_bytes(),
    }
}

/// A command of that number that writes nothing yet.
pub fn command(number: u128) -> Append {
    Append::new(
        CommandId(Uuid::from_u128(number)),
        [7; 32],
        Actor::Process("test".into()),
        CorrelationId(Uuid::from_u128(number)),
    )
}

/// A command that adds `count` events to a stream of an expected version.
pub fn adds(number: u128, stream: StreamId, version: i64, count: u128) -> Append {
    let mut append = command(number);
    append.expects = vec![(stream, StreamVersion(version))];
    append.events = (0..count).map(|i| event(stream, number * 1000 + i)).collect();
    append
}
