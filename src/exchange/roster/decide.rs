//! What the log is to record for one person of a roster: only what differs
//! from what is on file. Every change is an ordinary command, judged by the
//! same decision as at the desk, on the record in memory as it grows.

use std::sync::Arc;

use super::columns::Column;
use super::people::{CardRow, Person};
use crate::clock::IdSource;
use crate::commands::combatant::CombatantCommand;
use crate::commands::combatant::accept_policy::AcceptPolicy;
use crate::commands::combatant::change_details::ChangeDetails;
use crate::commands::combatant::grant_authorization::GrantAuthorization;
use crate::commands::combatant::grant_warrant::GrantWarrant;
use crate::commands::combatant::issue_card::IssueCard;
use crate::commands::combatant::record_waiver::RecordWaiver;
use crate::commands::combatant::register::Register;
use crate::commands::combatant::renew_card::RenewCard;
use crate::commands::combatant::set_listing::SetListing;
use crate::commands::{Context, Refusal};
use crate::domain::card_id::CardId;
use crate::domain::date::{CivilDate, Instant};
use crate::domain::details::{DetailField, RawDetails};
use crate::domain::id::{CombatantId, Slug, WarrantId};
use crate::domain::personal::Personal;
use crate::events::combatant::Source;
use crate::events::evolve::{Card, Civil, Record, Standing};
use crate::events::{CombatantEvent, Fact};
use crate::exchange::report::{Difference, Fault};

const EARLIER_CARD: &str = "left as it is: an earlier date is a correction, made at the desk with a reason";
const EARLIER_WAIVER: &str = "left as it is: the waiver on file is newer";
const NO_WAIVER: &str = "the waiver on file stays";
const KEPT: &str = "kept: an import revokes and ends nothing";
const REVOKED: &str = "not granted again: it was revoked on or after that date";
const ENDED: &str = "not granted again: the warrant on file has an end";
const ACCEPTED: &str = "left as it is: an import withdraws no consent";
const UNLISTED: &str = "not listed again: the listing was taken back after it was given";
const JOINED: &str =
    "nothing of this ref was recorded: the record was joined to another one; use that one's ref";
const ERASED: &str = "nothing of this ref was recorded: the person was erased";

/// A person's record so far.
pub(super) struct Known {
    pub id: CombatantId,
    pub facts: Vec<Fact<CombatantEvent>>,
}

/// What there is to record for one person.
pub(super) struct Decided {
    pub id: CombatantId,
    pub before: Arc<Record>,
    pub facts: Vec<Fact<CombatantEvent>>,
    pub faults: Vec<Fault>,
    pub differences: Vec<Difference>,
    /// Whether the record ended and nothing can be recorded.
    pub ended: bool,
}

/// What decisions here need beside the person.
pub(super) struct Desk<'a> {
    pub context: &'a Context,
    pub ids: &'a dyn IdSource,
    pub now: Instant,
}

/// One person on the way.
struct Case<'a> {
    desk: &'a Desk<'a>,
    person: &'a Person,
    record: Record,
    decided: Decided,
}

impl Desk<'_> {
    /// Decides everything for one person.
    pub fn decide(&self, person: &Person, known: Option<Known>) -> Decided {
        let new = known.is_none();
        let (id, history) = match known {
            Some(Known { id, facts }) => (id, facts),
            None => (CombatantId(self.ids.uuid_at(self.now)), Vec::new()),
        };
        let unlisted = history
            .iter()
            .any(|fact| matches!(&fact.event, CombatantEvent::ListingChanged(change) if !change.listed));
        let before = Arc::new(Record::of(history));
        let ended = matches!(before.standing, Standing::MergedInto(_) | Standing::Erased);
        let record = (*before).clone();
        let decided =
            Decided { id, before, facts: Vec::new(), faults: Vec::new(), differences: Vec::new(), ended };
        let mut case = Case { desk: self, person, record, decided };
        if ended {
            let erased = case.record.standing == Standing::Erased;
            case.differs(
                person.line,
                Column::Ref,
                String::new(),
                String::new(),
                if erased { ERASED } else { JOINED },
            );
            return case.decided;
        }
        if new {
            let register = Register {
                details: person.details.clone(),
                source: Source::Import,
                roster_ref: Some(person.ref_.clone()),
            };
            if !case.order(person.line, Column::Ref, register) {
                return case.decided;
            }
        } else {
            let details = as_on_file(&person.details, &case.record);
            case.order(person.line, Column::Ref, ChangeDetails { details });
        }
        case.consent(unlisted);
        match case.record.civil(None) {
            Ok(civil) => {
                case.waiver(&civil);
                for row in &person.cards {
                    case.card(row, civil.cards.get(&row.discipline));
                }
                case.missing_cards(&civil);
            }
            Err(clash) => case.refused(person.line, Column::Ref, &clash.into()),
        }
        case.decided
    }
}

/// What a file says of a person, with the address of mail as it is on file where it is the same address (P2).
fn as_on_file(details: &RawDetails, record: &Record) -> RawDetails {
    let held = record.details.get(&DetailField::Email).and_then(Personal::text);
    let same = held.filter(|held| held.eq_ignore_ascii_case(details.get(DetailField::Email).trim()));
    same.map_or_else(|| details.clone(), |held| details.clone().with(DetailField::Email, held))
}

impl Case<'_> {
    /// Judges a command and takes what it comes to.
    fn order(&mut self, line: usize, column: Column, command: impl Into<CombatantCommand>) -> bool {
        match command.into().decide(&self.record, self.desk.context) {
            Ok(facts) => {
                for fact in &facts {
                    self.record.take(fact.clone());
                }
                self.decided.facts.extend(facts);
                true
            }
            Err(Refusal::Fields(errors)) => {
                let at = |error: &crate::domain::validate::FieldError| {
                    Fault::at(line, &self.person.ref_, Column::of(error.field).name(), &error.value)
                };
                let faults = errors.iter().map(|e| at(e).because(e.problem.clone(), e.remedy.clone()));
                self.decided.faults.extend(faults);
                false
            }
            Err(refusal) => {
                self.refused(line, column, &refusal);
                false
            }
        }
    }

    fn refused(&mut self, line: usize, column: Column, refusal: &Refusal) {
        self.decided.faults.push(Fault::at(line, &self.person.ref_, column.name(), "").refused(refusal));
    }

    fn differs(&mut self, line: usize, column: Column, on_file: String, in_file: String, note: &'static str) {
        self.decided.differences.push(Difference {
            line,
            ref_: self.person.ref_.clone(),
            column: column.name().to_owned(),
            on_file,
            in_file,
            note,
        });
    }

    /// Consent is given but never withdrawn; a listing that was taken back stays so (V8).
    fn consent(&mut self, unlisted: bool) {
        let Person { line, accepted, listed, .. } = *self.person;
        let yes = || "yes".to_owned();
        if !accepted {
            if self.record.accepted() {
                self.differs(line, Column::PrivacyAccepted, yes(), "no".to_owned(), ACCEPTED);
            }
            return;
        }
        if !self.record.accepted() {
            let mut random = [0; 10];
            self.desk.ids.fill(&mut random);
            let card_id = CardId::from_random(&random);
            let command = AcceptPolicy { policy_version: None, imported: true, listed, card_id };
            self.order(line, Column::PrivacyAccepted, command);
        } else if listed && !self.record.listed && unlisted {
            self.differs(line, Column::Listed, "no".to_owned(), yes(), UNLISTED);
        } else {
            self.order(line, Column::Listed, SetListing { listed });
        }
    }

    fn waiver(&mut self, civil: &Civil) {
        let line = self.person.line;
        match (self.person.waiver, civil.waiver) {
            (Some(signed_on), None) => {
                self.order(line, Column::WaiverSigned, RecordWaiver { signed_on });
            }
            (Some(signed_on), Some(held)) if signed_on > held.signed_on => {
                self.order(line, Column::WaiverSigned, RecordWaiver { signed_on });
            }
            (Some(day), Some(held)) if day < held.signed_on => {
                let (on_file, in_file) = (held.signed_on.to_string(), day.to_string());
                self.differs(line, Column::WaiverSigned, on_file, in_file, EARLIER_WAIVER);
            }
            (None, Some(held)) => {
                self.differs(
                    line,
                    Column::WaiverSigned,
                    held.signed_on.to_string(),
                    String::new(),
                    NO_WAIVER,
                );
            }
            _ => {}
        }
    }

    fn card(&mut self, row: &CardRow, held: Option<&Card>) {
        let discipline = &row.discipline;
        let term = held.and_then(|card| card.term);
        let mut day = row.issued_on;
        match term {
            None => {
                let command = IssueCard { discipline: discipline.clone(), issued_on: day };
                if !self.order(row.line, Column::CardIssued, command) {
                    return;
                }
            }
            Some(term) if day > term.issued_on => {
                let command = RenewCard { discipline: discipline.clone(), issued_on: day };
                if !self.order(row.line, Column::CardIssued, command) {
                    return;
                }
            }
            Some(term) if day < term.issued_on => {
                let (on_file, in_file) = (term.issued_on.to_string(), day.to_string());
                self.differs(row.line, Column::CardIssued, on_file, in_file, EARLIER_CARD);
                // What is new begins on that day only if there was a card already.
                let then = self.record.civil(Some(day));
                if !then.is_ok_and(|civil| civil.term(discipline).is_some()) {
                    day = term.issued_on;
                }
            }
            Some(_) => {}
        }
        self.authorizations(row, day, held);
        self.warrants(row, day, held);
    }

    fn authorizations(&mut self, row: &CardRow, day: CivilDate, held: Option<&Card>) {
        let has = |slug: &Slug| held.is_some_and(|card| card.authorizations.contains_key(slug));
        for authorization in row.authorizations.iter().filter(|slug| !has(slug)) {
            if self.revoked_since(&row.discipline, authorization, row.issued_on) {
                let name = self.desk.context.catalogue.authorization_name(&row.discipline, authorization);
                self.differs(row.line, Column::Authorizations, String::new(), name, REVOKED);
                continue;
            }
            let (discipline, authorization) = (row.discipline.clone(), authorization.clone());
            let command = GrantAuthorization { discipline, authorization, on: day };
            self.order(row.line, Column::Authorizations, command);
        }
        for slug in held.iter().flat_map(|card| card.authorizations.keys()) {
            if !row.authorizations.contains(slug) {
                let name = self.desk.context.catalogue.authorization_name(&row.discipline, slug);
                self.differs(row.line, Column::Authorizations, name, String::new(), KEPT);
            }
        }
    }

    /// Whether an authorization was revoked on or after a day.
    fn revoked_since(&self, discipline: &Slug, authorization: &Slug, day: CivilDate) -> bool {
        self.record.standing_entries().any(|fact| match &fact.event {
            CombatantEvent::AuthorizationRevoked(e) => {
                e.discipline == *discipline
                    && e.authorization == *authorization
                    && fact.effective_on.is_some_and(|on| on >= day)
            }
            _ => false,
        })
    }

    /// Imported warrants have no end (C8).
    fn warrants(&mut self, row: &CardRow, day: CivilDate, held: Option<&Card>) {
        for marshal in &row.warrants {
            let of_type =
                || held.into_iter().flat_map(|card| &card.warrants).filter(|w| w.marshal == *marshal);
            if of_type().any(|warrant| warrant.ends_on.is_none()) {
                continue;
            }
            let last = of_type().filter_map(|w| w.ends_on.map(|end| end.max(w.starts_on))).max();
            if let Some(end) = last.filter(|end| *end >= day) {
                let name = self.desk.context.catalogue.marshal_name(&row.discipline, marshal);
                let on_file = format!("{name} until {end}");
                self.differs(row.line, Column::Warrants, on_file, name, ENDED);
                continue;
            }
            let command = GrantWarrant {
                warrant: WarrantId(self.desk.ids.uuid_at(self.desk.now)),
                discipline: row.discipline.clone(),
                marshal: marshal.clone(),
                starts_on: day,
                ends_on: None,
                granted_by: None,
            };
            self.order(row.line, Column::Warrants, command);
        }
        let today = self.desk.context.today;
        for warrant in held.into_iter().flat_map(|card| &card.warrants) {
            if warrant.runs_on_or_after(today) && !row.warrants.contains(&warrant.marshal) {
                let name = self.desk.context.catalogue.marshal_name(&row.discipline, &warrant.marshal);
                self.differs(row.line, Column::Warrants, name, String::new(), KEPT);
            }
        }
    }

    fn missing_cards(&mut self, civil: &Civil) {
        for (discipline, card) in &civil.cards {
            let listed = self.person.cards.iter().any(|row| row.discipline == *discipline);
            if !listed && card.term.is_some() {
                let name = self.desk.context.catalogue.discipline_name(discipline);
                self.differs(self.person.line, Column::Discipline, name, String::new(), KEPT);
            }
        }
    }
}
