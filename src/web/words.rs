//! What happened, in words for officers and auditors: one line for every event,
//! with the names that disciplines and types have now.

use std::collections::HashSet;

use crate::commands::bus::{Entry, KingdomState};
use crate::domain::actor::Actor;
use crate::domain::date::CivilDate;
use crate::domain::date_text::long_date;
use crate::domain::id::{EventId, Slug};
use crate::domain::mail::Mail;
use crate::domain::personal::Personal;
use crate::events::combatant::{ErasureCause, Source};
use crate::events::evolve::Catalogue;
use crate::events::{AccessEvent, CombatantEvent, Event, OfficersEvent};

/// An event in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Words {
    /// What happened: `Heavy Rapier granted in Fencing`.
    pub text: String,
    /// More: the reason, the dates.
    pub more: Option<String>,
}

/// A discipline's name.
#[must_use]
pub fn discipline(catalogue: &Catalogue, slug: &Slug) -> String {
    catalogue.discipline_name(slug)
}

/// An authorization type's name.
#[must_use]
pub fn authorization(catalogue: &Catalogue, of: &Slug, slug: &Slug) -> String {
    catalogue.authorization_name(of, slug)
}

/// A marshal type's name.
#[must_use]
pub fn marshal(catalogue: &Catalogue, of: &Slug, slug: &Slug) -> String {
    catalogue.marshal_name(of, slug)
}

/// Who did something: an officer by what other officers know them by.
#[must_use]
pub fn actor(actor: &Actor, kingdom: &KingdomState) -> String {
    match actor {
        Actor::Officer(id) => kingdom
            .officers
            .all
            .get(id)
            .and_then(|officer| officer.label.text())
            .map_or_else(|| actor.to_string(), ToOwned::to_owned),
        Actor::LinkHolder(_) => "the person, by a link".to_owned(),
        Actor::Operator(_) | Actor::Process(_) => actor.to_string(),
    }
}

/// An event of the log in words.
#[must_use]
pub fn entry(entry: &Entry, kingdom: &KingdomState) -> Words {
    match &entry.event {
        Some(event) => of(event, kingdom),
        None => Words { text: "An event that this program cannot read".to_owned(), more: None },
    }
}

/// A person's history in words: what each entry says, and what a later one did to it.
pub struct Told<'e> {
    entries: &'e [Entry],
    kingdom: &'e KingdomState,
    withdrawn: HashSet<EventId>,
    corrected: HashSet<EventId>,
}

impl<'e> Told<'e> {
    /// The history of these entries.
    #[must_use]
    pub fn of(entries: &'e [Entry], kingdom: &'e KingdomState) -> Self {
        let events = || {
            entries.iter().filter_map(|entry| match &entry.event {
                Some(Event::Combatant(event)) => Some((entry.row.event_id, event)),
                _ => None,
            })
        };
        let withdrawn: HashSet<EventId> = events()
            .filter_map(|(_, event)| match event {
                CombatantEvent::EntryWithdrawn(e) => Some(e.entry),
                _ => None,
            })
            .collect();
        // A correction that was taken back itself corrects nothing.
        let corrected =
            events().filter(|(id, _)| !withdrawn.contains(id)).filter_map(|(_, event)| match event {
                CombatantEvent::CardDatesCorrected(e) => Some(e.corrects),
                CombatantEvent::WaiverCorrected(e) => Some(e.corrects),
                _ => None,
            });
        let corrected = corrected.collect();
        Self { entries, kingdom, withdrawn, corrected }
    }

    /// What an entry says; of one that took another back, which one that was.
    #[must_use]
    pub fn words(&self, entry: &Entry) -> Words {
        let words = self::entry(entry, self.kingdom);
        let Some(Event::Combatant(CombatantEvent::EntryWithdrawn(e))) = &entry.event else { return words };
        let other = self.entries.iter().find(|other| other.row.event_id == e.entry);
        let Some(other) = other else { return words };
        Words { text: format!("Taken back: {}", self::entry(other, self.kingdom).text), ..words }
    }

    /// What a later entry did to it.
    #[must_use]
    pub fn superseded(&self, entry: &Entry) -> Option<&'static str> {
        let id = entry.row.event_id;
        if self.withdrawn.contains(&id) {
            Some("taken back later")
        } else {
            self.corrected.contains(&id).then_some("corrected later")
        }
    }
}

/// An event in words.
#[must_use]
pub fn of(event: &Event, kingdom: &KingdomState) -> Words {
    let (text, more) = match event {
        Event::Combatant(event) => combatant(event, &kingdom.catalogue),
        Event::Officers(event) => officers(event, kingdom),
        Event::Access(AccessEvent::RecordRead(e)) => {
            (format!("Record read on {}", e.screen), e.reason.as_ref().map(because))
        }
        Event::Access(AccessEvent::ListRead(e)) => {
            let query = match (&e.query, e.query.text()) {
                // Left sealed: the line says nothing of it.
                (Personal::Sealed(_), _) => String::new(),
                (_, Some("")) => ": everybody".to_owned(),
                (_, Some(text)) => format!(": “{text}”"),
                (_, None) => ": a query nobody can read any more".to_owned(),
            };
            (format!("List of {} read on {}{query}", people(e.count), e.screen), None)
        }
        Event::Access(AccessEvent::SignedIn(e)) => (format!("Signed in by {}", e.how), None),
        Event::Access(AccessEvent::SignedOut(e)) => match e.sessions {
            1 => ("Signed out".to_owned(), None),
            count => (format!("Signed out of {count} sessions"), None),
        },
        event => (meaning(event), None),
    };
    Words { text, more }
}

fn people(count: u32) -> String {
    if count == 1 { "1 person".to_owned() } else { format!("{count} people") }
}

/// What the documentation says the event means, without the rule's number.
fn meaning(event: &Event) -> String {
    let name = event.event_type();
    let docs = Event::docs();
    let found = docs.iter().flat_map(|(_, docs)| docs.iter()).find(|doc| doc.name == name);
    let text = found.map_or_else(|| name.to_owned(), |doc| doc.meaning.join(" "));
    let text = text.split([':', '(', '.']).next().unwrap_or_default().trim();
    text.to_owned()
}

fn because(reason: &Personal) -> String {
    match reason.text() {
        Some(text) => format!("Reason: {text}"),
        None => "The reason was erased".to_owned(),
    }
}

/// What a mail with a personal link is about.
#[must_use]
pub fn mail(name: &Slug) -> &'static str {
    match Mail::parse(name.as_str()) {
        Some(Mail::Welcome) => "The privacy policy, to accept or decline",
        Some(Mail::PolicyChanged) => "A newer privacy policy, to accept",
        Some(Mail::SetPin) => "A link to set a PIN",
        Some(Mail::SetPinReminder) => "A link to set a PIN, once more",
        Some(Mail::SetPinFinal) => "A link to set a PIN, for the last time",
        Some(Mail::ResetPin) => "A link to set another PIN",
        _ => "A personal link",
    }
}

fn term(issued_on: CivilDate, expires_on: CivilDate) -> String {
    format!("From {}, last valid day {}", long_date(issued_on), long_date(expires_on.day_before()))
}

fn combatant(event: &CombatantEvent, catalogue: &Catalogue) -> (String, Option<String>) {
    let at = |slug: &Slug| discipline(catalogue, slug);
    match event {
        CombatantEvent::CombatantRegistered(e) => {
            let from = match e.source {
                Source::Desk => None,
                Source::Import => Some("From an import".to_owned()),
            };
            ("Put on file".to_owned(), from)
        }
        CombatantEvent::DetailsChanged(e) => {
            let fields: Vec<_> = e.changed.keys().map(|field| field.label()).collect();
            ("Details changed".to_owned(), Some(fields.join(", ")))
        }
        CombatantEvent::ConsentAccepted(e) => {
            let version = match &e.policy_version {
                Some(version) => format!("Version {version}"),
                None => "Version and day unknown, from an import".to_owned(),
            };
            ("Privacy policy accepted".to_owned(), Some(version))
        }
        CombatantEvent::ListingChanged(e) if e.listed => ("Listed publicly".to_owned(), None),
        CombatantEvent::ListingChanged(_) => ("No longer listed publicly".to_owned(), None),
        CombatantEvent::CardIdAssigned(_) => ("Card page got an address".to_owned(), None),
        CombatantEvent::CheckCodeRenewed(_) => ("Check code made anew".to_owned(), None),
        CombatantEvent::CardIssued(e) => {
            (format!("Card issued in {}", at(&e.discipline)), Some(term(e.issued_on, e.expires_on)))
        }
        CombatantEvent::CardRenewed(e) => {
            (format!("Card renewed in {}", at(&e.discipline)), Some(term(e.issued_on, e.expires_on)))
        }
        CombatantEvent::CardDatesCorrected(e) => (
            format!("Card dates corrected in {}", at(&e.discipline)),
            Some(format!("{}. {}", term(e.issued_on, e.expires_on), because(&e.reason))),
        ),
        CombatantEvent::AuthorizationGranted(e) => (
            format!(
                "{} granted in {}",
                authorization(catalogue, &e.discipline, &e.authorization),
                at(&e.discipline)
            ),
            None,
        ),
        CombatantEvent::EntryWithdrawn(e) => ("An entry taken back".to_owned(), Some(because(&e.reason))),
        CombatantEvent::AuthorizationRevoked(e) => (
            format!(
                "{} revoked in {}",
                authorization(catalogue, &e.discipline, &e.authorization),
                at(&e.discipline)
            ),
            Some(because(&e.reason)),
        ),
        CombatantEvent::WarrantGranted(e) => {
            let to =
                e.ends_on.map_or_else(|| ", without end".to_owned(), |d| format!(" to {}", long_date(d)));
            (
                format!(
                    "Warranted as {} in {}",
                    marshal(catalogue, &e.discipline, &e.marshal),
                    at(&e.discipline)
                ),
                Some(format!("From {}{to}", long_date(e.starts_on))),
            )
        }
        CombatantEvent::WarrantEnded(e) => (
            format!(
                "Warrant as {} ended in {}",
                marshal(catalogue, &e.discipline, &e.marshal),
                at(&e.discipline)
            ),
            Some(because(&e.reason)),
        ),
        CombatantEvent::WaiverRecorded(e) => {
            ("Waiver recorded".to_owned(), Some(term(e.signed_on, e.expires_on)))
        }
        CombatantEvent::WaiverCorrected(e) => (
            "Waiver’s date corrected".to_owned(),
            Some(format!("{}. {}", term(e.signed_on, e.expires_on), because(&e.reason))),
        ),
        CombatantEvent::LinkSent(e) => ("Mail sent".to_owned(), Some(mail(&e.mail).to_owned())),
        CombatantEvent::PinSet(_) => ("PIN set".to_owned(), None),
        CombatantEvent::PinLocked(_) => {
            ("Card page locked for a while".to_owned(), Some("Too many wrong PINs were tried".to_owned()))
        }
        CombatantEvent::AddressAsked(_) => {
            ("Another e-mail address asked for".to_owned(), Some("It has to be confirmed there".to_owned()))
        }
        CombatantEvent::AddressConfirmed(_) => ("New e-mail address confirmed".to_owned(), None),
        CombatantEvent::CorrectionAsked(e) => (
            "Correction asked for".to_owned(),
            Some(
                e.text
                    .text()
                    .map_or_else(|| "What it said was erased".to_owned(), |text| format!("“{text}”")),
            ),
        ),
        CombatantEvent::CorrectionSettled(_) => ("Correction looked after".to_owned(), None),
        CombatantEvent::CombatantMerged(_) => {
            ("Another record of this person joined to this one".to_owned(), None)
        }
        CombatantEvent::CombatantMergedAway(_) => ("Joined to another record".to_owned(), None),
        CombatantEvent::CombatantErased(e) => {
            let cause = match e.cause {
                ErasureCause::Officer => "By an officer",
                ErasureCause::Declined => "The privacy policy was declined",
                ErasureCause::Withdrawn => "Consent was withdrawn",
                ErasureCause::Restored => "Again, after a backup was restored",
            };
            let kept = e.evidence_until.map_or_else(String::new, |day| {
                format!("; the waiver’s evidence is kept until {}", long_date(day))
            });
            ("Erased".to_owned(), Some(format!("{cause}{kept}")))
        }
        CombatantEvent::EvidenceDestroyed(e) => (
            "Evidence of the waiver destroyed".to_owned(),
            Some(format!("It had to be kept until {}", long_date(e.kept_until))),
        ),
    }
}

fn officers(event: &OfficersEvent, kingdom: &KingdomState) -> (String, Option<String>) {
    let who = |id| actor(&Actor::Officer(id), kingdom);
    match event {
        OfficersEvent::OfficerInvited(e) => (format!("{} put on the officers’ list", who(e.officer)), None),
        OfficersEvent::PermissionGranted(e) => (format!("{} granted to {}", e.grant, who(e.officer)), None),
        OfficersEvent::PermissionWithdrawn(e) => {
            (format!("{} withdrawn from {}", e.grant, who(e.officer)), None)
        }
        OfficersEvent::OfficerDisabled(e) => (format!("{} may not sign in any more", who(e.officer)), None),
        OfficersEvent::OfficerEnabled(e) => (format!("{} may sign in again", who(e.officer)), None),
        OfficersEvent::OfficerLinked(e) if e.combatant.is_none() => {
            (format!("{} no longer linked to a person on file", who(e.officer)), None)
        }
        OfficersEvent::OfficerLinked(e) => (format!("{} linked to a person on file", who(e.officer)), None),
    }
}
