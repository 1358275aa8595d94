//! A small kingdom to issue commands in.

use std::sync::Arc;

use emol::clock::{CountingIds, FixedClock};
use emol::commands::Command;
use emol::commands::bus::{Bus, BusError, Request};
use emol::commands::combatant::CombatantCommand;
use emol::commands::combatant::register::Register;
use emol::commands::kingdom::{AddAuthorizationType, AddRegion, FoundDiscipline, KingdomCommand};
use emol::commands::officers::{OfficersCommand, Verb};
use emol::domain::actor::Actor;
use emol::domain::date::CivilDate;
use emol::domain::details::{DetailField, RawDetails};
use emol::domain::id::{CombatantId, CommandId, CorrelationId, OfficerId, Slug};
use emol::domain::permission::{Grant, Permission};
use emol::domain::region::RegionEntry;
use emol::events::combatant::Source;
use emol::store::{Receipt, Store};
use uuid::Uuid;

use crate::support::databases::NOW;

/// A name that is typed into commands and must never be found in a file.
pub const SECRET_NAME: &str = "Quenilda Zymurgis";

/// Whoever has a shell.
pub fn operator() -> Actor {
    Actor::Operator("tester".into())
}

/// A person by number.
pub fn person(number: u128) -> CombatantId {
    CombatantId(Uuid::from_u128(0xc0_0000 + number))
}

/// An officer by number.
pub fn officer(number: u128) -> OfficerId {
    OfficerId(Uuid::from_u128(0x0f_0000 + number))
}

/// A slug.
pub fn slug(text: &str) -> Slug {
    Slug::parse(text).unwrap()
}

/// A day.
pub fn day(text: &str) -> CivilDate {
    CivilDate::parse(text).unwrap()
}

/// A command about a person.
pub fn about(combatant: CombatantId, command: impl Into<CombatantCommand>) -> Command {
    Command::Combatant { combatant, command: command.into() }
}

/// The details of somebody, complete.
pub fn details(email: &str) -> RawDetails {
    [
        (DetailField::ScaName, SECRET_NAME),
        (DetailField::LegalName, "Wilhelmina Quixote"),
        (DetailField::Email, email),
        (DetailField::Phone, "416 555 6068"),
        (DetailField::Address1, "7943 Vexillum Lane"),
        (DetailField::City, "Ottawa"),
        (DetailField::Province, "ON"),
        (DetailField::PostalCode, "k1a 0b1"),
    ]
    .into_iter()
    .map(|(field, text)| (field, text.to_owned()))
    .collect()
}

/// A bus on a store, with a clock that stands still.
pub async fn bus(store: Store, seed: u64) -> Bus {
    Bus::open(store, Arc::new(FixedClock::at(NOW)), Arc::new(CountingIds::from(seed))).await.unwrap()
}

/// Issues a command by number.
pub async fn issue(bus: &Bus, number: u128, actor: Actor, command: Command) -> Result<Receipt, BusError> {
    bus.execute(request(number, actor, command)).await
}

/// A request by number.
pub fn request(number: u128, actor: Actor, command: Command) -> Request {
    Request {
        command_id: CommandId(Uuid::from_u128(number)),
        actor,
        correlation_id: CorrelationId(Uuid::from_u128(number)),
        body: format!("command {number}").into_bytes(),
        seen: None,
        command,
    }
}

/// Registers somebody.
pub async fn register(bus: &Bus, number: u128, who: CombatantId) -> Receipt {
    let details = details(&format!("person{number}@example.org"));
    let register = Register { details, source: Source::Desk, roster_ref: None };
    issue(bus, number, operator(), about(who, register)).await.unwrap()
}

/// Two disciplines with a type each, a region, and a fencing deputy as officer 1.
pub async fn kingdom(bus: &Bus) {
    let region = RegionEntry {
        code: "ON".into(),
        name: "Ontario".into(),
        country: "Canada".into(),
        postal_format: "A1A 1A1".into(),
        active: true,
    };
    let mut commands: Vec<KingdomCommand> = vec![AddRegion(region).into()];
    for (discipline, kind) in [("fencing", "heavy-rapier"), ("armoured-combat", "weapon-shield")] {
        commands.push(FoundDiscipline { slug: slug(discipline), name: discipline.to_owned() }.into());
        let (discipline, primary) = (slug(discipline), true);
        commands.push(
            AddAuthorizationType { discipline, slug: slug(kind), name: kind.to_owned(), primary }.into(),
        );
    }
    for (number, command) in (9_000..).zip(commands) {
        issue(bus, number, operator(), Command::Kingdom(command)).await.unwrap();
    }
    let invite =
        Verb::Invite { officer: officer(1), email: "deputy@example.org".into(), label: "Deputy".into() };
    officers(bus, 9_100, invite).await;
    let grant = format!("{}@discipline:fencing", Permission::WriteAuthorizations.as_str());
    let grant: Grant = grant.parse().unwrap();
    officers(bus, 9_101, Verb::Grant { officer: officer(1), grant }).await;
}

/// Issues a command about officers as the operator.
pub async fn officers(bus: &Bus, number: u128, verb: Verb) {
    let command = Command::Officers(OfficersCommand { by: operator(), verb });
    issue(bus, number, operator(), command).await.unwrap();
}
