//! Putting the sample kingdom's people on file, and what happened to them lately.

use std::sync::Arc;

use super::catalogue::{DISCIPLINES, type_slug};
use super::generated::{self, Dice};
use super::officers::{Named, Role, with};
use super::persons::{self, CardOf, ConsentState, Person, Waiver};
use super::{BATCH, DemoError, fresh, noon, slug};
use crate::commands::bus::{Bus, Change, Proposal, Read, Reading, Request};
use crate::commands::combatant::CombatantCommand;
use crate::commands::combatant::accept_policy::AcceptPolicy;
use crate::commands::combatant::assign_card_id::AssignCardId;
use crate::commands::combatant::grant_authorization::GrantAuthorization;
use crate::commands::combatant::grant_warrant::GrantWarrant;
use crate::commands::combatant::issue_card::IssueCard;
use crate::commands::combatant::record_waiver::RecordWaiver;
use crate::commands::combatant::register::Register;
use crate::commands::combatant::revoke_authorization::RevokeAuthorization;
use crate::commands::{Command, Context};
use crate::domain::actor::Actor;
use crate::domain::card_id::CardId;
use crate::domain::date::{CivilDate, Instant};
use crate::domain::details::{DetailField, RawDetails};
use crate::domain::id::{CombatantId, Slug, WarrantId};
use crate::events::combatant::Source;
use crate::events::evolve::Record;

/// How many days ago the roster was brought in.
const ROSTER: i64 = 45;
/// How many days ago everybody else was put on file.
pub(super) const LATE: i64 = 1;

/// Who was put on file.
#[derive(Debug)]
pub(super) struct Made {
    pub count: usize,
    /// The card that is shown as the sample.
    pub card: CardId,
    /// The combatant that the fencing deputy is.
    pub deputy: CombatantId,
    /// Those that are always there, in their order.
    pub always: Vec<CombatantId>,
}

/// One person, ready to be put on file.
struct Entry {
    id: CombatantId,
    person: Person,
    card_id: CardId,
    number: usize,
}

impl Person {
    /// Whether everything about the person was known when the roster came.
    fn in_the_roster(&self) -> bool {
        let waiver = match self.waiver {
            Waiver::Missing => true,
            Waiver::Signed(days) => days >= ROSTER,
        };
        waiver && self.cards.iter().all(|card| card.issued >= ROSTER)
    }
}

/// Puts everybody on file: who was in the roster then, the others yesterday.
pub(super) async fn put_on_file(
    bus: &Bus,
    by: &Actor,
    today: CivilDate,
    count: usize,
    set_clock: &(dyn Fn(Instant) + Sync),
) -> Result<Made, DemoError> {
    let mut entries: Vec<Entry> = Vec::with_capacity(count);
    let mut dice = Dice::new();
    let always = persons::always();
    let known = always.len();
    for number in 0..count.max(known) {
        let person = always.get(number).cloned().unwrap_or_else(|| generated::person(&mut dice));
        let mut random = [0; 10];
        bus.ids().fill(&mut random);
        let id = CombatantId(bus.ids().uuid_at(bus.now()));
        entries.push(Entry { id, person, card_id: CardId::from_random(&random), number });
    }
    let made = Made {
        count: entries.len(),
        card: entries[0].card_id.clone(),
        deputy: entries[persons::DEPUTY].id,
        always: entries.iter().take(known).map(|entry| entry.id).collect(),
    };
    let (roster, late): (Vec<_>, Vec<_>) = entries.into_iter().partition(|e| e.person.in_the_roster());
    for (day, lot) in [(ROSTER, roster), (LATE, late)] {
        set_clock(noon(today.plus_days(-day)));
        for part in lot.chunks(BATCH) {
            append(bus, by, today, part).await?;
        }
    }
    Ok(made)
}

async fn append(bus: &Bus, by: &Actor, today: CivilDate, entries: &[Entry]) -> Result<(), DemoError> {
    let context = Context { today: bus.today(), catalogue: bus.kingdom().catalogue.clone() };
    let mut changes = Vec::with_capacity(entries.len());
    for entry in entries {
        let mut record = Record::default();
        let mut facts = Vec::new();
        for command in commands(bus, today, entry)? {
            for fact in command.decide(&record, &context)? {
                record.take(fact.clone());
                facts.push(fact);
            }
        }
        changes.push(Change::combatant(entry.id, Arc::new(Record::default()), facts));
    }
    let (command_id, correlation_id) = fresh(bus);
    let (actor, body, guards) = (by.clone(), Vec::new(), Vec::new());
    bus.propose(Proposal { command_id, actor, correlation_id, body, metadata: Vec::new(), guards, changes })
        .await?;
    Ok(())
}

/// What the desk would have been told about a person.
fn commands(bus: &Bus, today: CivilDate, entry: &Entry) -> Result<Vec<CombatantCommand>, DemoError> {
    let Entry { person, card_id, .. } = entry;
    let awaited = person.consent == ConsentState::Awaited;
    let source = if awaited { Source::Desk } else { Source::Import };
    let mut all: Vec<CombatantCommand> =
        vec![Register { details: details(today, entry), source, roster_ref: None }.into()];
    if let Waiver::Signed(days) = person.waiver {
        all.push(RecordWaiver { signed_on: today.plus_days(-days) }.into());
    }
    for card in &person.cards {
        all.extend(card_commands(bus, today, card)?);
    }
    if !awaited {
        let old = person.old_id.map(|id| CardId::parse(id).map_err(|_| DemoError::Text(id))).transpose()?;
        let first = old.clone().unwrap_or_else(|| card_id.clone());
        let listed = person.listed;
        // Who comes from the original accepted there; of that neither day nor version is known.
        let newest = bus.kingdom().catalogue.policies.newest().map(|policy| policy.version.to_string());
        let policy_version = newest.filter(|_| old.is_none());
        let imported = policy_version.is_none();
        all.push(AcceptPolicy { policy_version, imported, listed, card_id: first }.into());
        if old.is_some() && person.consent == ConsentState::Accepted {
            all.push(AssignCardId { card_id: card_id.clone() }.into());
        }
    }
    Ok(all)
}

fn card_commands(bus: &Bus, today: CivilDate, card: &CardOf) -> Result<Vec<CombatantCommand>, DemoError> {
    let at = slug(card.discipline)?;
    let issued_on = today.plus_days(-card.issued);
    let mut all: Vec<CombatantCommand> = vec![IssueCard { discipline: at.clone(), issued_on }.into()];
    let types = DISCIPLINES.iter().find(|discipline| discipline.slug == card.discipline);
    let types = types.map_or(&[][..], |discipline| discipline.authorizations);
    for (name, _) in types.iter().take(card.authorizations) {
        let authorization = type_slug(name)?;
        all.push(GrantAuthorization { discipline: at.clone(), authorization, on: issued_on }.into());
    }
    if let Some(warrant) = card.warrant {
        all.push(
            GrantWarrant {
                warrant: WarrantId(bus.ids().uuid_at(bus.now())),
                discipline: at,
                marshal: type_slug(warrant.marshal)?,
                starts_on: today.plus_days(warrant.starts),
                ends_on: warrant.ends.map(|days| today.plus_days(days)),
                granted_by: None,
            }
            .into(),
        );
    }
    Ok(all)
}

fn details(today: CivilDate, entry: &Entry) -> RawDetails {
    let Entry { person, number, .. } = entry;
    let michigan = number % 9 == 8;
    let (city, province, postal_code) =
        if michigan { ("Detroit", "MI", "48226") } else { ("Toronto", "ON", "M5V 2T6") };
    let mut raw = RawDetails::default()
        .with(DetailField::ScaName, &person.sca_name)
        .with(DetailField::Branch, person.branch)
        .with(DetailField::LegalName, &person.legal_name)
        .with(DetailField::Email, &format!("person.{number}@example.org"))
        .with(DetailField::Phone, &format!("416555{:04}", number % 10_000))
        .with(DetailField::Address1, &format!("{} Queen Street", number + 1))
        .with(DetailField::City, city)
        .with(DetailField::Province, province)
        .with(DetailField::PostalCode, postal_code);
    if let Some(days) = person.born {
        raw = raw.with(DetailField::DateOfBirth, &today.plus_days(-days).to_string());
    }
    if number % 3 != 2 {
        let expiry = today.plus_days(200).to_string();
        raw = raw
            .with(DetailField::MemberNumber, &(number + 10_001).to_string())
            .with(DetailField::MemberExpiry, &expiry);
    }
    raw
}

/// A few things that officers did in the last days, so that histories have
/// more than one line: a late entry, a revocation, and a reading.
pub(super) async fn what_happened_lately(bus: &Bus, named: &[Named], made: &Made) -> Result<(), DemoError> {
    let lists = Actor::Officer(with(named, Role::Lists)?);
    let today = bus.today();
    let thrown = slug("thrown-weapons")?;
    let late = GrantAuthorization {
        discipline: slug("fencing")?,
        authorization: type_slug("Parry Device")?,
        on: today.plus_days(-8),
    };
    issue(bus, &lists, made.always[0], late.into()).await?;
    let revoked = RevokeAuthorization {
        discipline: thrown,
        authorization: type_slug("Spear")?,
        on: today,
        reason: "asked for it: a shoulder that has to heal".to_owned(),
    };
    issue(bus, &lists, made.always[2], revoked.into()).await?;
    let screen = Slug::parse("desk-record").map_err(|_| DemoError::Text("desk-record"))?;
    let (_, correlation_id) = fresh(bus);
    let what = Read::Record(made.always[0]);
    bus.record_reading(Reading { actor: lists, correlation_id, screen, what, reason: None }).await?;
    Ok(())
}

async fn issue(
    bus: &Bus,
    actor: &Actor,
    combatant: CombatantId,
    command: CombatantCommand,
) -> Result<(), DemoError> {
    let (command_id, correlation_id) = fresh(bus);
    let actor = actor.clone();
    let command = Command::Combatant { combatant, command };
    bus.execute(Request { command_id, actor, correlation_id, body: Vec::new(), seen: None, command }).await?;
    Ok(())
}
