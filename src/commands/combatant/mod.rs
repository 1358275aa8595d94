//! Decisions about one person: the consistency boundary of cards, warrants and waiver.

pub mod accept_policy;
pub mod ask_correction;
pub mod assign_card_id;
pub mod change_details;
pub mod change_own_details;
pub mod confirm_address;
pub mod correct_card;
pub mod correct_waiver;
pub mod destroy_evidence;
pub mod end_warrant;
pub mod erase;
pub mod grant_authorization;
pub mod grant_warrant;
pub mod issue_card;
pub mod lock_pin;
pub mod merge;
pub mod record_waiver;
pub mod register;
pub mod renew_card;
pub mod renew_check_code;
pub mod renew_warrant;
pub mod revoke_authorization;
pub mod send_link;
pub mod set_listing;
pub mod set_pin;
pub mod settle_correction;
#[cfg(test)]
mod specification;
pub mod withdraw_entry;

use super::{Context, Refusal, aggregate};
use crate::domain::date::CivilDate;
use crate::domain::date_text::long_date;
use crate::domain::id::{Slug, StreamType};
use crate::events::combatant::CardIssued;
use crate::events::evolve::catalogue::Rulebook;
use crate::events::evolve::{Civil, DisciplineState, Record, Standing, TypeState};
use crate::events::{CombatantEvent, Fact};

macro_rules! verbs {
    ($($module:ident::$Verb:ident),* $(,)?) => {
        /// Everything that can be asked about one person.
        #[derive(Debug, Clone)]
        #[expect(missing_docs, reason = "each variant's struct says what it is")]
        pub enum CombatantCommand { $($Verb($module::$Verb)),* }

        impl CombatantCommand {
            /// Judges the command on the record.
            ///
            /// # Errors
            /// [`Refusal`] with the rule that stands against it.
            pub fn decide(&self, record: &Record, context: &Context)
                -> Result<Vec<Fact<CombatantEvent>>, Refusal> {
                let registering = matches!(self, Self::Register(_));
                // What outlives a record ends at its own date all the same (V6).
                let outliving = matches!(self, Self::DestroyEvidence(_));
                match record.standing {
                    Standing::Active if registering =>
                        return Err(Refusal::rule("P1", "this person is already on file")),
                    Standing::Unknown if !registering =>
                        return Err(Refusal::rule("P1", "nobody is on file under this id")),
                    Standing::MergedInto(_) if !outliving => return Err(Refusal::rule(
                        "P6", "this record was joined to another one; make the change there")),
                    Standing::Erased if !outliving =>
                        return Err(Refusal::rule("V6", "this record was erased")),
                    _ => {}
                }
                match self { $(Self::$Verb(verb) => verb.decide(record, context)),* }
            }
        }

        $(impl From<$module::$Verb> for CombatantCommand {
            fn from(verb: $module::$Verb) -> Self { Self::$Verb(verb) }
        })*
    };
}

verbs! {
    register::Register,
    change_details::ChangeDetails,
    accept_policy::AcceptPolicy,
    set_listing::SetListing,
    assign_card_id::AssignCardId,
    renew_check_code::RenewCheckCode,
    issue_card::IssueCard,
    renew_card::RenewCard,
    correct_card::CorrectCard,
    grant_authorization::GrantAuthorization,
    revoke_authorization::RevokeAuthorization,
    grant_warrant::GrantWarrant,
    renew_warrant::RenewWarrant,
    end_warrant::EndWarrant,
    record_waiver::RecordWaiver,
    correct_waiver::CorrectWaiver,
    erase::Erase,
    destroy_evidence::DestroyEvidence,
    change_own_details::ChangeOwnDetails,
    confirm_address::ConfirmAddress,
    send_link::SendLink,
    set_pin::SetPin,
    lock_pin::LockPin,
    ask_correction::AskCorrection,
    settle_correction::SettleCorrection,
    withdraw_entry::WithdrawEntry,
}

impl CombatantCommand {
    /// What its decision, and the mail that follows from it, read of the kingdom beside the discipline and the
    /// rulebook. The bus guards on them, so that it stands only if they still are what it was judged on.
    #[must_use]
    pub const fn reads(&self) -> &'static [StreamType] {
        match self {
            Self::Register(_) | Self::ChangeDetails(_) | Self::ChangeOwnDetails(_) => &[StreamType::Regions],
            Self::AcceptPolicy(_) | Self::SendLink(_) | Self::SetPin(_) => {
                &[StreamType::Policies, StreamType::Switches]
            }
            Self::SetListing(_) | Self::AssignCardId(_) => &[StreamType::Policies],
            Self::RenewCheckCode(_)
            | Self::IssueCard(_)
            | Self::RenewCard(_)
            | Self::CorrectCard(_)
            | Self::GrantAuthorization(_)
            | Self::RevokeAuthorization(_)
            | Self::GrantWarrant(_)
            | Self::RenewWarrant(_)
            | Self::EndWarrant(_)
            | Self::RecordWaiver(_)
            | Self::CorrectWaiver(_)
            | Self::Erase(_)
            | Self::DestroyEvidence(_)
            | Self::ConfirmAddress(_)
            | Self::LockPin(_)
            | Self::AskCorrection(_)
            | Self::SettleCorrection(_)
            | Self::WithdrawEntry(_) => &[],
        }
    }
}

aggregate!(Record, "combatant", CombatantCommand, CombatantEvent, |record, fact| record.take(fact));

/// Tries facts on the record's timeline and gives them back if they make sense there (D4).
fn judged(
    record: &Record,
    context: &Context,
    facts: Vec<Fact<CombatantEvent>>,
) -> Result<Vec<Fact<CombatantEvent>>, Refusal> {
    after(record, context, &facts)?;
    Ok(facts)
}

/// What holds once these facts are on the record's timeline (D4).
fn after(record: &Record, context: &Context, facts: &[Fact<CombatantEvent>]) -> Result<Civil, Refusal> {
    record.civil_with(facts).map_err(|clash| Refusal::by_timeline(clash, &context.catalogue))
}

/// Whether secondary authorizations still have a primary one, where the rulebook wants that (C6).
fn keeps_a_primary(
    record: &Record,
    left: &Civil,
    context: &Context,
    discipline: &Slug,
) -> Result<(), Refusal> {
    let needed = context.catalogue.rulebook_on(context.today).rules.secondary_needs_primary;
    let Some(state) = context.catalogue.disciplines.get(discipline).filter(|_| needed) else { return Ok(()) };
    let held = |civil: &Civil, primary: bool| -> Vec<String> {
        let held = civil.cards.get(discipline).into_iter().flat_map(|card| card.authorizations.keys());
        let kinds = held.filter_map(|slug| state.authorizations.get(slug));
        kinds.filter(|kind| kind.primary == primary).map(|kind| kind.name.clone()).collect()
    };
    let secondary = held(left, false);
    if secondary.is_empty() || !held(left, true).is_empty() || held(&record.civil(None)?, true).is_empty() {
        return Ok(());
    }
    let (name, rest) = (&state.name, secondary.join(", "));
    Err(Refusal::rule(
        "C6",
        format!("{rest} would be left without a primary authorization of {name}: revoke that first"),
    ))
}

/// The discipline of that slug, if new entries may be made in it (C5).
fn discipline<'a>(context: &'a Context, slug: &Slug) -> Result<&'a DisciplineState, Refusal> {
    let found = context.catalogue.disciplines.get(slug);
    let found = found.ok_or_else(|| Refusal::rule("C5", format!("there is no discipline {slug}")))?;
    if found.retired {
        return Err(Refusal::rule("C5", format!("{} is retired: nothing new is entered in it", found.name)));
    }
    Ok(found)
}

/// An authorization or marshal type of that slug, if it may be granted (C5).
fn grantable<'a>(
    types: &'a std::collections::BTreeMap<Slug, TypeState>,
    slug: &Slug,
    discipline: &DisciplineState,
) -> Result<&'a TypeState, Refusal> {
    let found = types
        .get(slug)
        .ok_or_else(|| Refusal::rule("C5", format!("{} has no type {slug}", discipline.name)))?;
    if found.retired {
        return Err(Refusal::rule("C5", format!("{} is retired and no longer granted", found.name)));
    }
    Ok(found)
}

/// The day on which an entry with dates of its own takes effect: from the merge
/// on, where the record speaks for joined ones in that discipline (P6).
fn from_merge_on(record: &Record, discipline: &Slug, day: CivilDate) -> CivilDate {
    record.joined_on(discipline).map_or(day, |joined| joined.max(day))
}

/// The day itself, unless it lies before such a merge: what came along was
/// another record's by then (P6).
fn not_before_merge(
    record: &Record,
    context: &Context,
    discipline: &Slug,
    day: CivilDate,
) -> Result<CivilDate, Refusal> {
    match record.joined_on(discipline) {
        Some(joined) if day < joined => Err(Refusal::rule(
            "P6",
            format!(
                "a record with entries in {} was joined to this one on {}: choose that day or a later one",
                context.catalogue.discipline_name(discipline),
                long_date(joined)
            ),
        )),
        _ => Ok(day),
    }
}

/// The event that issues a card, its term by the rulebook in force that day (C1, D5).
fn card_issued(context: &Context, discipline: &Slug, issued_on: CivilDate) -> Fact<CombatantEvent> {
    let Rulebook { version, rules, .. } = context.catalogue.rulebook_on(issued_on);
    let event = CardIssued {
        discipline: discipline.clone(),
        issued_on,
        expires_on: rules.card_expiry(discipline, issued_on),
        rulebook: version,
    };
    Fact::on(issued_on, event.into())
}

/// Judges a grant, with the card that it brings along where there is none by that day (C2). Where one was issued
/// later, that card is named: whoever grants has not asked for another.
fn granted(
    record: &Record,
    context: &Context,
    discipline: &Slug,
    day: CivilDate,
    grant: Fact<CombatantEvent>,
) -> Result<Vec<Fact<CombatantEvent>>, Refusal> {
    if record.civil(Some(day))?.term(discipline).is_some() {
        return judged(record, context, vec![grant]);
    }
    let facts = vec![card_issued(context, discipline, day), grant];
    judged(record, context, facts).map_err(|refusal| match refusal {
        Refusal::Later { event_type: "CardIssued", on, .. } => Refusal::rule(
            "D4",
            format!(
                "the card in {} was issued on {}: choose that day or a later one, or correct the date of the card first",
                context.catalogue.discipline_name(discipline),
                long_date(on)
            ),
        ),
        other => other,
    })
}
