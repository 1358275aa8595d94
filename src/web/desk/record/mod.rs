//! One person's record as a page: a pure function of the record, its history,
//! what the kingdom has decided, and what the officer may do.

mod history;
mod panels;
mod person;

pub use person::details;

use crate::commands::bus::{Entry, KingdomState};
use crate::domain::card_id::CardIdForm;
use crate::domain::date::CivilDate;
use crate::domain::details::DetailField;
use crate::domain::id::{CombatantId, Slug};
use crate::domain::permission::{Grants, Permission};
use crate::domain::personal::Personal;
use crate::domain::rulebook::{AgeBand, age_band};
use crate::domain::status::{WaiverState, is_valid};
use crate::events::evolve::{Civil, Record, Standing};
use crate::web::desk::forms::Forms;
use crate::web::views::{Badge, DeskRecordView, Link, SectionLink, Tone, Verdict, href};

/// What an officer may do with one record: for showing forms. The bus enforces it again.
#[derive(Debug, Clone, Copy)]
pub struct May<'a> {
    /// The officer's grants.
    pub grants: &'a Grants,
    /// Whether it is the officer's own record (A3).
    pub own: bool,
}

impl May<'_> {
    /// Whether the permission is held, there.
    #[must_use]
    pub fn may(self, permission: Permission, discipline: Option<&Slug>) -> bool {
        self.grants.allows(permission, discipline)
    }

    /// The same for what nobody may do to their own record (A3).
    #[must_use]
    pub fn may_change(self, permission: Permission, discipline: Option<&Slug>) -> bool {
        !self.own && self.may(permission, discipline)
    }

    /// Which of these permissions are missing, in a sentence.
    fn locked(self, wanted: &[Permission], discipline: Option<(&Slug, &str)>) -> Option<String> {
        if self.own {
            return Some(
                "This is your own record: another officer has to make changes here (A3).".to_owned(),
            );
        }
        let missing: Vec<_> = wanted
            .iter()
            .filter(|permission| !self.may(**permission, discipline.map(|(slug, _)| slug)))
            .map(|permission| permission.as_str())
            .collect();
        let place = discipline.map_or_else(String::new, |(_, name)| format!(" for {name}"));
        (!missing.is_empty()).then(|| format!("You don’t hold {}{place}.", missing.join(" or ")))
    }
}

/// Everything that the page is made from.
pub struct Shown<'a> {
    /// Whose.
    pub id: CombatantId,
    /// The record, opened.
    pub record: &'a Record,
    /// Cards, warrants and waiver.
    pub civil: &'a Civil,
    /// Everything that happened to the person.
    pub entries: &'a [Entry],
    /// What the kingdom has decided.
    pub kingdom: &'a KingdomState,
    /// Today (D1).
    pub today: CivilDate,
    /// What the officer may do.
    pub may: May<'a>,
    /// Makes the forms.
    pub forms: Forms<'a>,
}

/// A detail, if it is on file and readable.
#[must_use]
pub fn detail(record: &Record, field: DetailField) -> Option<&str> {
    record.details.get(&field).and_then(Personal::text)
}

/// Display name: SCA name, else legal name.
#[must_use]
pub fn display_name(record: &Record) -> &str {
    detail(record, DetailField::ScaName).or_else(|| detail(record, DetailField::LegalName)).unwrap_or(
        match record.standing {
            Standing::Erased => "An erased record",
            _ => "A record without a name",
        },
    )
}

impl Shown<'_> {
    /// Where a verb of this record is posted.
    fn action(&self, verb: &str) -> String {
        format!("/desk/people/{}/{verb}", self.id)
    }

    /// The waiver's state today (C10).
    fn waiver(&self) -> WaiverState {
        WaiverState::on(self.civil.waiver.map(|waiver| waiver.expires_on), self.today)
    }

    /// The page.
    #[must_use]
    pub fn view(&self) -> DeskRecordView {
        let record = self.record;
        let active = record.standing == Standing::Active;
        let disciplines = if active { self.discipline_panels() } else { Vec::new() };
        let begin = if active { self.begin() } else { Vec::new() };
        let waiver = self.waiver_panel();
        let fights: Vec<&str> = disciplines
            .iter()
            .filter(|panel| panel.verdict.tone != Tone::Bad)
            .map(|panel| panel.name.as_str())
            .collect();
        let verdict = self.verdict(&fights, disciplines.is_empty());
        let section = |anchor: &str, label: &str, state: Option<Badge>| SectionLink {
            anchor: anchor.to_owned(),
            label: label.to_owned(),
            state,
        };
        let mut sections = vec![
            section("details", "Details", None),
            section("waiver", "Waiver", Some(waiver.state.clone())),
        ];
        sections.extend(disciplines.iter().map(|panel| {
            let state = Badge::new(panel.verdict.tone, panel.verdict.word.clone());
            section(&format!("d-{}", panel.slug), &panel.name, Some(state))
        }));
        if !begin.is_empty() {
            let label = if disciplines.is_empty() { "First authorization" } else { "Another discipline" };
            sections.push(section("begin", label, None));
        }
        sections.push(section("history", "History", None));
        let legal_name = detail(record, DetailField::LegalName);
        let may_edit = active && self.may.may(Permission::WriteCombatantInfo, None);
        let audit = self.may.may(Permission::ReadHistory, None);
        let id = self.id.to_string();
        DeskRecordView {
            name: display_name(record).to_owned(),
            legal_name: legal_name.filter(|name| *name != display_name(record)).map(ToOwned::to_owned),
            branch: detail(record, DetailField::Branch).map(ToOwned::to_owned),
            flags: self.flags(),
            verdict,
            card_href: record.card_id().and_then(|(card, _)| card.text()).map(|card| format!("/card/{card}")),
            sections,
            details: details(record, &self.kingdom.catalogue),
            consent: self.consent(),
            edit_href: may_edit.then(|| self.action("edit")),
            merge_href: (may_edit && !self.may.own).then(|| self.action("merge")),
            person_actions: if active { self.person_actions(may_edit) } else { Vec::new() },
            corrections: self.corrections(may_edit),
            waiver,
            disciplines,
            begin,
            history: self.history(audit),
            history_more: audit
                .then(|| Link::new(href("/audit", &[("person", &id)]), "Everything, readings included")),
        }
    }

    fn flags(&self) -> Vec<Badge> {
        let record = self.record;
        match record.standing {
            Standing::Erased => return vec![Badge::new(Tone::Off, "Erased")],
            Standing::MergedInto(_) => return vec![Badge::new(Tone::Off, "Joined to another record")],
            Standing::Unknown | Standing::Active => {}
        }
        let mut flags = Vec::new();
        let born = detail(record, DetailField::DateOfBirth).and_then(|text| CivilDate::parse(text).ok());
        let rules = self.kingdom.catalogue.rulebook_on(self.today).rules;
        if age_band(born, self.today, &rules) == AgeBand::Minor {
            flags.push(Badge::new(Tone::Info, "Minor"));
        }
        if !self.accepted() {
            let word = if record.accepted() { "To accept again" } else { "Not accepted" };
            flags.push(Badge::new(Tone::Info, word));
        }
        let only_old = |forms: &[(Personal, CardIdForm)]| {
            !forms.is_empty() && forms.iter().all(|(_, form)| *form == CardIdForm::Legacy)
        };
        if only_old(&record.card_ids) {
            flags.push(Badge::new(Tone::Warn, "Only an old card link"));
        }
        flags
    }

    fn verdict(&self, fights: &[&str], no_card: bool) -> Verdict {
        let verdict = |tone, word: &str, why: String, fix: Option<&str>| Verdict {
            tone,
            word: word.to_owned(),
            why,
            fix: fix.map(ToOwned::to_owned),
        };
        match self.record.standing {
            Standing::Erased => {
                let why = "The person’s key was destroyed: nobody can read the details any more.";
                return verdict(Tone::Off, "Erased", why.to_owned(), None);
            }
            Standing::MergedInto(into) => {
                let why = format!("This record was joined to the record {into}.");
                return verdict(Tone::Off, "Joined", why, Some("Make changes there."));
            }
            Standing::Unknown | Standing::Active => {}
        }
        let waiver = self.waiver();
        let sentence = crate::web::form::capital(&waiver.to_string());
        if no_card {
            let why = "Holds no card.".to_owned();
            return verdict(Tone::Off, "No card", why, Some("Grant a first authorization."));
        }
        if fights.is_empty() {
            // A good card that carries nothing wants no renewal (C3, C11).
            let empty = self.civil.cards.values().any(|card| {
                let good = card.term.is_some_and(|term| is_valid(term.expires_on, self.today));
                good && card.authorizations.is_empty()
            });
            let (why, fix) = match waiver {
                WaiverState::Valid { .. } if empty => (
                    format!("A card is good, but carries no authorization. {sentence}."),
                    "Grant an authorization below.",
                ),
                WaiverState::Valid { .. } => {
                    (format!("No card is valid. {sentence}."), "Renew a card below.")
                }
                _ => (format!("{sentence}."), "Record a signed waiver."),
            };
            return verdict(Tone::Bad, "Not valid for combat", why, Some(fix));
        }
        verdict(Tone::Good, "May fight today", format!("{}; {waiver}.", fights.join(", ")), None)
    }
}
