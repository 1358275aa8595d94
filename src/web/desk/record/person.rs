//! The person's own panels: details, consent, and what may be done with the
//! record as a whole.

use super::{Shown, detail};
use crate::domain::card_id::CardIdForm;
use crate::domain::contact::Phone;
use crate::domain::date::CivilDate;
use crate::domain::date_text::long_date;
use crate::domain::details::DetailField;
use crate::domain::permission::Permission;
use crate::domain::policy::Acceptance;
use crate::domain::region::find_region;
use crate::domain::status::{WaiverState, is_valid};
use crate::events::evolve::{Catalogue, Consent, Record, Standing};
use crate::events::{AccessEvent, Event};
use crate::web::desk::forms::{effective_day, reason};
use crate::web::form::capital;
use crate::web::views::{Action, Badge, CorrectionRow, Day, Detail, Field, Kind, Tone, WaiverPanel};

/// Name, contact, birth, membership: always the same lines.
#[must_use]
pub fn details(record: &Record, catalogue: &Catalogue) -> Vec<Detail> {
    let get = |field| detail(record, field);
    let line = |label: &str, value: Option<String>| Detail { label: label.to_owned(), value };
    let day = |field| {
        get(field).map(|text| match CivilDate::parse(text) {
            Ok(day) => Day::from(day).long,
            Err(_) => text.to_owned(),
        })
    };
    let phone = get(DetailField::Phone)
        .map(|text| Phone::parse(text).map_or_else(|_| text.to_owned(), |phone| phone.display()));
    let province = get(DetailField::Province).map(|code| {
        find_region(&catalogue.regions, code).map_or_else(|| code.to_owned(), |region| region.name.clone())
    });
    let address: Vec<String> = [
        get(DetailField::Address1).map(ToOwned::to_owned),
        get(DetailField::Address2).map(ToOwned::to_owned),
        get(DetailField::City).map(ToOwned::to_owned),
        province,
        get(DetailField::PostalCode).map(ToOwned::to_owned),
    ]
    .into_iter()
    .flatten()
    .collect();
    vec![
        line("SCA name", get(DetailField::ScaName).map(ToOwned::to_owned)),
        line("Legal name", get(DetailField::LegalName).map(ToOwned::to_owned)),
        line("Branch", get(DetailField::Branch).map(ToOwned::to_owned)),
        line("E-mail", get(DetailField::Email).map(ToOwned::to_owned)),
        line("Phone", phone),
        line("Address", (!address.is_empty()).then(|| address.join(", "))),
        line("Date of birth", day(DetailField::DateOfBirth)),
        line("Member number", get(DetailField::MemberNumber).map(ToOwned::to_owned)),
        line("Membership expires", day(DetailField::MemberExpiry)),
    ]
}

impl Shown<'_> {
    /// Whether what the person agreed to is enough today (V1, V4).
    pub(super) fn accepted(&self) -> bool {
        self.kingdom.catalogue.accepts(self.record.acceptance(), self.today)
    }

    /// What the person has to accept again, or will have to (V4).
    fn to_accept(&self) -> String {
        let policies = &self.kingdom.catalogue.policies;
        let acceptance = self.record.acceptance();
        if acceptance == Acceptance::Awaited {
            return match policies.in_force_on(self.today) {
                Some(_) => String::new(),
                None => ". Nobody can be invited: no privacy policy is approved".to_owned(),
            };
        }
        if let Some(required) = policies.required_on(self.today).filter(|_| !self.accepted()) {
            return format!(
                ". {required} has to be accepted: until then no card page, no reminders, not on public lists"
            );
        }
        match policies.coming_after(self.today) {
            Some((version, from)) if !acceptance.suffices(Some(version)) => {
                format!(". {version} has to be accepted from {} on", long_date(from))
            }
            _ => String::new(),
        }
    }

    pub(super) fn consent(&self) -> Vec<Detail> {
        let mut kept = match &self.record.consent {
            Consent::Awaited => {
                "Not accepted yet: no card page, no reminders, not on public lists".to_owned()
            }
            Consent::Accepted { policy_version: Some(version) } => {
                format!("Privacy policy {version} accepted")
            }
            Consent::Accepted { policy_version: None } => {
                "Privacy policy accepted; day and version unknown, from an import".to_owned()
            }
        };
        kept.push_str(&self.to_accept());
        let readings = self
            .entries
            .iter()
            .filter(|entry| matches!(&entry.event, Some(Event::Access(AccessEvent::RecordRead(_)))));
        let link = match self.record.card_ids.iter().any(|(_, form)| *form == CardIdForm::Long) {
            true => "A link that cannot be guessed",
            false if self.record.card_ids.is_empty() => "None",
            false => "Only one of the old links, which can be guessed",
        };
        vec![
            Detail::new("Kept on file", kept),
            Detail::new("Listed publicly", if self.record.listed { "Yes" } else { "No" }),
            Detail::new("Card link", link),
            Detail::new("Opened by officers", times(readings.count())),
        ]
    }

    /// Corrections that the person asked for.
    pub(super) fn corrections(&self, may_edit: bool) -> Vec<CorrectionRow> {
        let rows = self.record.corrections.iter();
        rows.map(|(asked, text)| CorrectionRow {
            text: text.text().unwrap_or("What it said was erased").to_owned(),
            done: may_edit.then(|| {
                let id = format!("settle-{asked}");
                let form = self.forms.form(&id, &self.action("settle-correction"), "Done", Vec::new());
                form.with_hidden("asked", asked.to_string())
            }),
        })
        .collect()
    }

    /// Mails that the person gets only when somebody sends them.
    fn mails(&self, may_edit: bool) -> Vec<Action> {
        let mut actions = Vec::new();
        let mut offer = |id: &str, label: &str, submit: &str, note: &str| {
            let form = self.forms.form(id, &self.action(id), submit, Vec::new()).note(note);
            actions.push(self.forms.action(label, form));
        };
        let policy = self.kingdom.catalogue.policies.in_force_on(self.today).is_some();
        if may_edit && !self.accepted() && policy {
            offer(
                "send-welcome",
                "Send the welcome mail again",
                "Send it",
                "With a new link to read the privacy policy, and to accept or decline it.",
            );
        }
        let may_pin = self.may.may(Permission::CanInitiatePinReset, None);
        if may_pin && self.accepted() && self.kingdom.catalogue.asks_pin(self.id) {
            if self.record.pin {
                let note = "The person gets a link to choose another PIN. The old one works until then.";
                offer("reset-pin", "Reset the PIN", "Send the link", note);
            } else {
                let note = "The person gets a link to choose a PIN. Until then the card page asks for none.";
                offer("invite-pin", "Invite to set a PIN", "Send the link", note);
            }
        }
        actions
    }

    pub(super) fn person_actions(&self, may_edit: bool) -> Vec<Action> {
        let mut actions = self.mails(may_edit);
        if !may_edit {
            return actions;
        }
        if self.accepted() {
            let (label, value, submit, note) = if self.record.listed {
                (
                    "Take off the public register",
                    "no",
                    "Stop listing",
                    "The public register no longer shows this person.",
                )
            } else {
                (
                    "List publicly",
                    "yes",
                    "List publicly",
                    "Only when the person asked for it. Minors are never shown.",
                )
            };
            let form = self
                .forms
                .form("listing", &self.action("set-listing"), submit, Vec::new())
                .with_hidden("listed", value)
                .note(note);
            actions.push(self.forms.action(label, form));
            let form = self
                .forms
                .form("card-link", &self.action("assign-card-id"), "Make a new card link", Vec::new())
                .note("The card page gets a new address that cannot be guessed. Earlier ones keep working.");
            actions.push(self.forms.action("New card link", form));
            let form = self
                .forms
                .form("check-code", &self.action("renew-check-code"), "Make a new check code", Vec::new())
                .note(
                    "The square on the card page, which anybody can scan to see whether this person may fight, \
                     gets a new code. Codes that were printed or kept before lead nowhere from now on.",
                );
            actions.push(self.forms.action("New check code", form));
        }
        let erase = self
            .forms
            .form("erase", &self.action("erase"), "Erase for ever", self.erase_fields())
            .dangerous()
            .note(self.erase_note());
        actions.push(self.forms.action("Erase", erase));
        actions
    }

    fn erase_fields(&self) -> Vec<Field> {
        vec![
            Field::new(Kind::Text, "word", "Type ERASE").required().at_most(20).autocomplete("off"),
            Field::new(Kind::Text, "name", "Type the name at the top of this page")
                .required()
                .at_most(255)
                .autocomplete("off"),
        ]
    }

    /// What goes and what stays (V6).
    fn erase_note(&self) -> String {
        let rules = self.kingdom.catalogue.rulebook_on(self.today).rules;
        let born = detail(self.record, DetailField::DateOfBirth).and_then(|text| CivilDate::parse(text).ok());
        let evidence = self.record.waivers_end().ok().flatten().map_or_else(
            || "There is no waiver to keep.".to_owned(),
            |end| {
                let until = Day::from(rules.waiver_kept_until(end, born)).long;
                format!("The waiver’s evidence stays until {until}.")
            },
        );
        format!(
            "Goes, within a second and for good: names, address, birth date, membership, every reason typed, \
             the card page and its links. Stays: that somebody held these cards and when, under a pseudonym. \
             {evidence} Copies in backups stay unreadable once the last backup of the keys is gone, at most 30 \
             days from now. This can’t be undone."
        )
    }

    pub(super) fn waiver_panel(&self) -> WaiverPanel {
        let state = self.waiver();
        let badge = match state {
            WaiverState::Missing => Badge::new(Tone::Bad, "Missing"),
            WaiverState::Lapsed { .. } => Badge::new(Tone::Bad, "Lapsed"),
            WaiverState::Valid { expires_on } if !is_valid(expires_on, self.today.plus_days(60)) => {
                Badge::new(Tone::Warn, "Lapses soon")
            }
            WaiverState::Valid { .. } => Badge::new(Tone::Good, "On file"),
        };
        let long = |day| Day::from(day).long;
        let facts = self.civil.waiver.map_or_else(Vec::new, |waiver| {
            vec![
                Detail::new("Signed", long(waiver.signed_on)),
                Detail::new("Last valid day", long(waiver.expires_on.day_before())),
                Detail::new("Expires", long(waiver.expires_on)),
            ]
        });
        let active = self.record.standing == Standing::Active;
        let mut actions = Vec::new();
        if active && self.may.may_change(Permission::WriteWaiverDate, None) {
            let signed = || effective_day("signed_on", "Signed on", self.today);
            let form = self.forms.form(
                "waiver-new",
                &self.action("record-waiver"),
                "Record the waiver",
                vec![signed()],
            );
            let label = if self.civil.waiver.is_some() { "Record a new waiver" } else { "Record a waiver" };
            actions.push(self.forms.action(label, form));
            if let Some(waiver) = self.civil.waiver {
                let fields = vec![signed().value(waiver.signed_on.to_string()), reason()];
                let form = self
                    .forms
                    .form("waiver-date", &self.action("correct-waiver"), "Correct the date", fields)
                    .with_hidden("seen", waiver.signed_on.to_string());
                actions.push(self.forms.action("Correct the date", form));
            }
        }
        WaiverPanel {
            state: badge,
            text: format!("{}.", capital(&state.to_string())),
            facts,
            actions,
            locked: self.may.locked(&[Permission::WriteWaiverDate], None).filter(|_| active),
        }
    }
}

fn times(count: usize) -> String {
    match count {
        0 => "Never".to_owned(),
        1 => "Once".to_owned(),
        count => format!("{count} times"),
    }
}
