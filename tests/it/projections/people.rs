//! People to test with: facts, sealed and appended as a command would.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use emol::clock::{CountingIds, FixedClock};
use emol::domain::actor::Actor;
use emol::domain::card_id::{CardId, CardIdForm};
use emol::domain::date::CivilDate;
use emol::domain::details::{DetailField, Details};
use emol::domain::id::{CombatantId, CommandId, CorrelationId, EventId, Position, Slug, StreamId, WarrantId};
use emol::domain::personal::{Personal, Purpose, Seal};
use emol::events::combatant as facts;
use emol::events::{CombatantEvent, Event, Fact};
use emol::projections::Projections;
use emol::store::{Append, Claim, ClaimKind, NewEvent, Store};
use uuid::Uuid;

use crate::support::databases::{NOW, TestDatabase};

pub const SOON: Duration = Duration::from_secs(20);

static COUNT: AtomicU64 = AtomicU64::new(1);

fn fresh() -> Uuid {
    Uuid::from_u128(u128::from(COUNT.fetch_add(1, Ordering::SeqCst)) << 32)
}

pub fn who(number: u128) -> CombatantId {
    CombatantId(Uuid::from_u128(number))
}

pub fn day(text: &str) -> CivilDate {
    CivilDate::parse(text).unwrap()
}

pub fn slug(text: &str) -> Slug {
    Slug::parse(text).unwrap()
}

/// A store whose clock the test sets.
pub async fn clocked(database: &TestDatabase) -> (Store, Arc<FixedClock>) {
    let clock = Arc::new(FixedClock::at(NOW));
    (database.store_with(clock.clone(), Arc::new(CountingIds::from(1))).await, clock)
}

/// Seals events about a person and appends them, as one command.
pub async fn write(store: &Store, about: CombatantId, events: Vec<Fact<CombatantEvent>>) -> Position {
    let mut append = prepare(store, about, events).await;
    append.actor = Actor::Process("test".into());
    store.append(append).await.unwrap().last
}

pub async fn prepare(store: &Store, about: CombatantId, events: Vec<Fact<CombatantEvent>>) -> Append {
    let command = CommandId(fresh());
    let actor = Actor::Process("test".into());
    let mut append = Append::new(command, [1; 32], actor, CorrelationId(command.0));
    for fact in events {
        let mut event = Event::Combatant(fact.event);
        let mut open: Vec<(&'static str, Purpose, Personal)> = Vec::new();
        event.each_personal(&mut |field, purpose, value| open.push((field, purpose, value.clone())));
        let mut sealed = Vec::new();
        for (field, purpose, value) in open {
            let (mut key, row) = store.keyring().ensure(about.0, purpose).await.unwrap();
            if let Some(row) = row {
                // Made durable at once, so that the next field finds it.
                let mut keys = Append::new(
                    CommandId(fresh()),
                    [2; 32],
                    Actor::Process("keys".into()),
                    CorrelationId(command.0),
                );
                keys.events.push(note());
                keys.keys.push(row);
                store.append(keys).await.unwrap();
                key = store.keyring().ensure(about.0, purpose).await.unwrap().0;
            }
            let at = Seal { owner: about.0, purpose, field };
            sealed.push(Personal::Sealed(store.keyring().seal(at, value.text().unwrap(), &key)));
            if field == "card_id" {
                let hash = store.keyring().claim_hash(ClaimKind::CardId, value.text().unwrap());
                append.claims.push(Claim { kind: ClaimKind::CardId, hash, owner: about.0 });
            }
        }
        let mut sealed = sealed.into_iter();
        event.each_personal(&mut |_, _, value| *value = sealed.next().unwrap());
        append.events.push(NewEvent {
            event_id: if fact.id.0.is_nil() { EventId(fresh()) } else { fact.id },
            stream: StreamId::combatant(about),
            subject: Some(about.0),
            effective_on: fact.effective_on,
            event_type: event.event_type(),
            schema_version: event.schema_version(),
            payload: event.encode().unwrap(),
        });
        if matches!(event, Event::Combatant(CombatantEvent::CombatantErased(_))) {
            append.destroy.push((about.0, None));
        }
    }
    append
}

/// An event of the kingdom, which concerns no person.
pub fn note() -> NewEvent {
    let event = Event::Regions(
        emol::events::regions::RegionAdded {
            code: "ON".into(),
            name: "Ontario".into(),
            country: "Canada".into(),
            postal_format: "A1A 1A1".into(),
            active: true,
        }
        .into(),
    );
    NewEvent {
        event_id: EventId(fresh()),
        stream: StreamId::only(emol::domain::id::StreamType::Regions),
        subject: None,
        effective_on: None,
        event_type: event.event_type(),
        schema_version: event.schema_version(),
        payload: event.encode().unwrap(),
    }
}

/// Somebody to register.
#[derive(Clone, Copy)]
pub struct Somebody {
    pub sca_name: Option<&'static str>,
    pub legal_name: &'static str,
    pub born: Option<&'static str>,
    pub branch: Option<&'static str>,
    pub accepted: bool,
    pub listed: bool,
}

pub const ASTA: Somebody = Somebody {
    sca_name: Some("Ásta Þorsteinsdóttir"),
    legal_name: "Anna Miller",
    born: Some("1990-02-03"),
    branch: Some("Ben Dunfirth"),
    accepted: true,
    listed: true,
};

impl Somebody {
    pub fn named(self, sca_name: &'static str) -> Self {
        Self { sca_name: Some(sca_name), ..self }
    }

    pub fn facts(&self) -> Vec<Fact<CombatantEvent>> {
        let mut details = Details::from([
            (DetailField::LegalName, Personal::open(self.legal_name)),
            (DetailField::Email, Personal::open("Someone@Example.org")),
            (DetailField::Province, Personal::open("ON")),
            (DetailField::MemberNumber, Personal::open("48213")),
        ]);
        let optional = [
            (DetailField::ScaName, self.sca_name),
            (DetailField::DateOfBirth, self.born),
            (DetailField::Branch, self.branch),
        ];
        details.extend(optional.into_iter().filter_map(|(f, text)| Some((f, Personal::open(text?)))));
        let registered =
            facts::CombatantRegistered { details, source: facts::Source::Desk, roster_ref: None };
        let mut all = vec![Fact::plain(registered.into())];
        if self.accepted {
            let policy_version = Some("2026.1".to_owned());
            all.push(Fact::plain(facts::ConsentAccepted { policy_version, imported: false }.into()));
        }
        if self.listed {
            all.push(Fact::plain(facts::ListingChanged { listed: true }.into()));
        }
        all
    }
}

pub fn issued(discipline: &str, from: &str, expires: &str) -> Fact<CombatantEvent> {
    let event = facts::CardIssued {
        discipline: slug(discipline),
        issued_on: day(from),
        expires_on: day(expires),
        rulebook: 1,
    };
    Fact::on(day(from), event.into())
}

pub fn granted(discipline: &str, authorization: &str, on: &str) -> Fact<CombatantEvent> {
    let event =
        facts::AuthorizationGranted { discipline: slug(discipline), authorization: slug(authorization) };
    Fact::on(day(on), event.into())
}

pub fn warranted(discipline: &str, marshal: &str, from: &str) -> Fact<CombatantEvent> {
    let event = facts::WarrantGranted {
        warrant: WarrantId(fresh()),
        discipline: slug(discipline),
        marshal: slug(marshal),
        starts_on: day(from),
        ends_on: None,
        granted_by: None,
    };
    Fact::on(day(from), event.into())
}

pub fn waived(signed: &str, expires: &str) -> Fact<CombatantEvent> {
    let event = facts::WaiverRecorded {
        signed_on: day(signed),
        expires_on: day(expires),
        rulebook: 1,
        signer: facts::Evidence(Personal::open("Anna Miller")),
    };
    Fact::on(day(signed), event.into())
}

pub fn card_id(id: &str) -> Fact<CombatantEvent> {
    let parsed = CardId::parse(id).unwrap();
    assert_eq!(parsed.form() == CardIdForm::Legacy, id.split('-').count() == 3);
    Fact::plain(facts::CardIdAssigned { card_id: Personal::open(id), form: parsed.form() }.into())
}

pub fn erased() -> Fact<CombatantEvent> {
    let event = facts::CombatantErased { cause: facts::ErasureCause::Officer, evidence_until: None };
    Fact::plain(event.into())
}

/// What a full card needs: fencing with an authorization, a warrant and a waiver.
pub fn fencer() -> Vec<Fact<CombatantEvent>> {
    vec![
        issued("fencing", "2025-06-01", "2027-06-01"),
        granted("fencing", "rapier", "2025-06-01"),
        warranted("fencing", "marshal", "2025-07-01"),
        waived("2025-05-01", "2032-05-01"),
    ]
}

/// Registers somebody with a fencing card.
pub async fn with_card(store: &Store, number: u128, somebody: Somebody) -> Position {
    let mut events = somebody.facts();
    events.extend(fencer());
    write(store, who(number), events).await
}

/// Everything the read models hold, as readers see it.
pub async fn tables(store: &Store) -> Vec<(String, Uuid, i64, Vec<u8>)> {
    let mut all = Vec::new();
    for model in emol::projections::Model::ALL {
        let sql = format!(
            "SELECT m.subject, m.position, m.doc FROM rm_documents m \
             JOIN rm_checkpoint c ON c.name = m.model AND c.generation = m.generation \
             WHERE c.name = '{model}' AND m.doc IS NOT NULL ORDER BY m.subject"
        );
        for row in store.db().fetch_all(sql, &[]).await.unwrap() {
            let doc = row.bytes(2).unwrap().to_vec();
            all.push((model.to_string(), row.uuid(0).unwrap(), row.int(1).unwrap(), doc));
        }
    }
    all
}

/// Takes in everything, by hand.
pub async fn project(store: &Store) -> Projections {
    let projections = Projections::by_hand(store.clone());
    projections.run_to_end().await.unwrap();
    projections
}

/// A command whose only event is of a kind that no program knows yet.
pub fn unknown_event(number: u128) -> Append {
    let command = CommandId(fresh());
    let actor = Actor::Process("test".into());
    let mut append = Append::new(command, [1; 32], actor, CorrelationId(command.0));
    append.events.push(NewEvent {
        stream: StreamId::combatant(who(number)),
        subject: Some(who(number).0),
        event_type: "BadgeAwarded",
        ..note()
    });
    append
}
