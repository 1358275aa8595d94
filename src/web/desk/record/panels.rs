//! One panel for each discipline: the card, authorizations, warrants, and the
//! forms for those who may.

use super::Shown;
use crate::domain::actor::Actor;
use crate::domain::date::CivilDate;
use crate::domain::id::Slug;
use crate::domain::permission::Permission;
use crate::domain::status::{Reason, Verdict as Judged, is_valid, warrant_active};
use crate::events::evolve::civil::Card;
use crate::events::evolve::civil::Warrant;
use crate::events::evolve::{DisciplineState, TypeState};
use crate::web::desk::forms::{effective_day, reason};
use crate::web::form::capital;
use crate::web::views::{
    Action, AuthorizationRow, Badge, CommandForm, Day, Detail, DisciplinePanel, Field, Kind, Tone, Verdict,
    WarrantRow,
};
use crate::web::words;

/// What a discipline's verbs need.
const VERBS: [Permission; 3] =
    [Permission::WriteCardDate, Permission::WriteAuthorizations, Permission::WriteMarshal];

impl Shown<'_> {
    /// The disciplines in which the person has a card, by name.
    pub(super) fn discipline_panels(&self) -> Vec<DisciplinePanel> {
        let mut panels: Vec<_> = self
            .kingdom
            .catalogue
            .disciplines
            .iter()
            .filter_map(|(slug, state)| Some(self.panel(slug, state, self.civil.cards.get(slug)?)))
            .collect();
        panels.sort_by_key(|panel| crate::domain::text::fold(&panel.name));
        panels
    }

    fn panel(&self, slug: &Slug, state: &DisciplineState, card: &Card) -> DisciplinePanel {
        let long = |day| Day::from(day).long;
        let facts = card.term.map_or_else(Vec::new, |term| {
            vec![
                Detail::new("Issued", long(term.issued_on)),
                Detail::new("Last valid day", long(term.expires_on.day_before())),
                Detail::new("Expires", long(term.expires_on)),
            ]
        });
        DisciplinePanel {
            slug: slug.to_string(),
            name: state.name.clone(),
            verdict: self.discipline_verdict(card),
            facts,
            actions: self.card_actions(slug, state, card),
            authorizations: self.authorizations(slug, state, card),
            warrants: card.warrants.iter().rev().map(|w| self.warrant(slug, state, card, w)).collect(),
            locked: self.may.locked(&VERBS, Some((slug, &state.name))),
        }
    }

    /// Valid or not, and why (C11).
    fn discipline_verdict(&self, card: &Card) -> Verdict {
        let Some(term) = card.term else {
            return Verdict {
                tone: Tone::Bad,
                word: "No card".to_owned(),
                why: "Authorizations stand here without a card.".to_owned(),
                fix: Some("Issue the card.".to_owned()),
            };
        };
        let judged = Judged::new(term.expires_on, card.authorizations.len(), self.waiver(), self.today);
        let sentence = judged.to_string();
        let why = sentence.split_once(": ").map_or(sentence.as_str(), |(_, why)| why);
        let why = why.split_once("; fix: ").map_or(why, |(why, _)| why);
        let expired = judged.reasons().iter().any(|reason| matches!(reason, Reason::CardExpired { .. }));
        let soon = self.today.plus_days(60);
        let lapsing = judged.last_valid_day().is_some_and(|last| last < soon);
        let (tone, word) = match (judged.is_fit(), expired, lapsing) {
            (true, _, true) => (Tone::Warn, "Lapses soon"),
            (true, ..) => (Tone::Good, "Valid"),
            (false, true, _) => (Tone::Bad, "Expired"),
            (false, ..) => (Tone::Bad, "Not valid"),
        };
        let fix = (!judged.is_fit()).then(|| format!("{}.", capital(&judged.fixes().join(", and "))));
        Verdict { tone, word: word.to_owned(), why: format!("{}.", capital(why)), fix }
    }

    fn card_actions(&self, slug: &Slug, state: &DisciplineState, card: &Card) -> Vec<Action> {
        let mut actions = Vec::new();
        let may = |permission| self.may.may_change(permission, Some(slug));
        let day = |name, label| effective_day(name, label, self.today);
        if may(Permission::WriteCardDate) {
            match card.term {
                Some(term) => {
                    let rules = self.kingdom.catalogue.rulebook_on(self.today).rules;
                    let until = Day::from(rules.card_expiry(slug, self.today).day_before()).long;
                    if !state.retired {
                        let form = self
                            .form(
                                slug,
                                "renew-card",
                                "renew",
                                "Renew the card",
                                vec![day("on", "New issue day")],
                            )
                            .note(format!("Renewed today, the card is good to {until}."));
                        actions.push(self.forms.action("Renew", form));
                    }
                    let fields = vec![day("on", "Issue day").value(term.issued_on.to_string()), reason()];
                    let form = self
                        .form(slug, "correct-card", "correct", "Correct the date", fields)
                        .with_hidden("seen", term.issued_on.to_string());
                    actions.push(self.forms.action("Correct the date", form));
                }
                None => actions.extend(self.issue(slug, state)),
            }
        }
        actions.extend(self.grant_warrant(slug, state, "Warrant as marshal"));
        actions
    }

    fn issue(&self, slug: &Slug, state: &DisciplineState) -> Option<Action> {
        let may = !state.retired && self.may.may_change(Permission::WriteCardDate, Some(slug));
        may.then(|| {
            let fields = vec![effective_day("on", "Issue day", self.today)];
            let form = self.form(slug, "issue-card", "issue", "Issue the card", fields);
            self.forms.action(&format!("Issue a card in {}", state.name), form)
        })
    }

    fn grant_warrant(&self, slug: &Slug, state: &DisciplineState, label: &str) -> Option<Action> {
        let kinds: Vec<_> = current(&state.marshals).collect();
        let may = !state.retired && self.may.may_change(Permission::WriteMarshal, Some(slug));
        (may && !kinds.is_empty()).then(|| {
            let beginning = Some(CivilDate::BEGINNING.to_string());
            let fields = vec![
                Field::new(Kind::Select, "marshal", "As").required().choices(kinds),
                Field::new(Kind::Date, "starts_on", "From")
                    .required()
                    .value(self.today.to_string())
                    .between(beginning.clone(), None),
                Field::new(Kind::Date, "ends_on", "To")
                    .between(beginning, None)
                    .hint("The last day. Leave it empty for a warrant without end."),
            ];
            let form = self.form(slug, "grant-warrant", "warrant", "Grant the warrant", fields);
            self.forms.action(label, form)
        })
    }

    fn authorizations(&self, slug: &Slug, state: &DisciplineState, card: &Card) -> Vec<AuthorizationRow> {
        let may = self.may.may_change(Permission::WriteAuthorizations, Some(slug));
        let day = || effective_day("on", "Effective day", self.today);
        let known = self.kingdom.catalogue.authorizations_in_order(slug);
        known
            .into_iter()
            .filter(|(kind, of)| !of.retired || card.authorizations.contains_key(*kind))
            .map(|(kind, of)| {
                let since = card.authorizations.get(kind).copied();
                let action = match since {
                    Some(_) if may => {
                        let form = self
                            .form(
                                slug,
                                "revoke-authorization",
                                &format!("revoke-{kind}"),
                                &format!("Revoke {}", of.name),
                                vec![day(), reason()],
                            )
                            .with_hidden("authorization", kind.as_str())
                            .dangerous();
                        Some(self.forms.action("Revoke", form))
                    }
                    None if may && !state.retired => {
                        let form = self
                            .form(
                                slug,
                                "grant-authorization",
                                &format!("grant-{kind}"),
                                &format!("Grant {}", of.name),
                                vec![day()],
                            )
                            .with_hidden("authorization", kind.as_str());
                        Some(self.forms.action("Grant", form))
                    }
                    _ => None,
                };
                let badge = match since {
                    Some(_) if of.retired => Badge::new(Tone::Info, "Held, retired type"),
                    Some(_) => Badge::new(Tone::Good, "Held"),
                    None => Badge::new(Tone::Off, "Not held"),
                };
                AuthorizationRow {
                    name: of.name.clone(),
                    primary: of.primary,
                    state: badge,
                    since: since.map(Day::from),
                    action,
                }
            })
            .collect()
    }

    fn warrant(&self, slug: &Slug, state: &DisciplineState, card: &Card, warrant: &Warrant) -> WarrantRow {
        let card_expires = card.term.map(|term| term.expires_on);
        let active =
            warrant_active(self.today, warrant.starts_on, warrant.ends_on, card_expires, self.waiver());
        let over = !warrant.runs_on_or_after(self.today);
        let badge = if over {
            Badge::new(Tone::Off, "Ended")
        } else if warrant.starts_on > self.today {
            Badge::new(Tone::Info, "Not yet")
        } else if active {
            Badge::new(Tone::Good, "Active")
        } else if card_expires.is_some_and(|expires| is_valid(expires, self.today)) {
            Badge::new(Tone::Bad, "Suspended: no good waiver")
        } else {
            Badge::new(Tone::Bad, "Suspended: no good card")
        };
        let may = !over && self.may.may_change(Permission::WriteMarshal, Some(slug));
        let action = may.then(|| {
            let fields = vec![effective_day("on", "First day without it", self.today), reason()];
            let form = self
                .form(slug, "end-warrant", &format!("end-{}", warrant.id), "End the warrant", fields)
                .with_hidden("warrant", warrant.id.to_string())
                .dangerous();
            self.forms.action("End", form)
        });
        let name = state.marshals.get(&warrant.marshal).map(|kind| kind.name.clone());
        WarrantRow {
            kind: name.unwrap_or_else(|| warrant.marshal.to_string()),
            state: badge,
            starts: Some(warrant.starts_on.into()),
            ends: warrant.ends_on.map(Day::from),
            granted_by: warrant.granted_by.map(|id| words::actor(&Actor::Officer(id), self.kingdom)),
            action,
        }
    }

    /// Ways to begin in a discipline without a card.
    pub(super) fn begin(&self) -> Vec<Action> {
        let mut actions = Vec::new();
        for (slug, state) in &self.kingdom.catalogue.disciplines {
            if state.retired || self.civil.cards.contains_key(slug) {
                continue;
            }
            let kinds: Vec<_> = self
                .kingdom
                .catalogue
                .authorizations_in_order(slug)
                .into_iter()
                .filter(|(_, kind)| !kind.retired)
                .map(|(kind, of)| (kind.to_string(), of.name.clone()))
                .collect();
            if self.may.may_change(Permission::WriteAuthorizations, Some(slug)) && !kinds.is_empty() {
                let fields = vec![
                    Field::new(Kind::Select, "authorization", "Authorization").required().choices(kinds),
                    effective_day("on", "Effective day", self.today),
                ];
                let form = self
                    .form(slug, "grant-authorization", "begin", "Grant and issue the card", fields)
                    .with_hidden("begin", "yes")
                    .note("The card is issued on the same day.");
                actions.push(self.forms.action(&format!("Authorize in {}", state.name), form));
            }
            actions.extend(self.issue(slug, state));
            actions.extend(self.grant_warrant(slug, state, &format!("Warrant as marshal of {}", state.name)));
        }
        actions
    }

    /// A form about a discipline; its id is `<name>-<discipline>`.
    fn form(&self, slug: &Slug, verb: &str, name: &str, submit: &str, fields: Vec<Field>) -> CommandForm {
        let id = format!("{name}-{slug}");
        self.forms.form(&id, &self.action(verb), submit, fields).with_hidden("discipline", slug.as_str())
    }
}

/// Types that are still granted, as choices.
fn current(types: &std::collections::BTreeMap<Slug, TypeState>) -> impl Iterator<Item = (String, String)> {
    types.iter().filter(|(_, kind)| !kind.retired).map(|(slug, kind)| (slug.to_string(), kind.name.clone()))
}
