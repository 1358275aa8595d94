//! One person's record: everything the person's stream says.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::civil::{Civil, Senseless, corrected};
use super::warrants::WarrantEnds;
use crate::domain::card_id::CardIdForm;
use crate::domain::date::CivilDate;
use crate::domain::details::Details;
use crate::domain::id::{CombatantId, EventId, Slug, StreamVersion};
use crate::domain::personal::Personal;
use crate::domain::policy::{Acceptance, PolicyVersion};
use crate::events::combatant::CombatantMerged;
use crate::events::{CombatantEvent, Fact};

/// A person on file, folded from the person's stream in order.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Record {
    /// How many events the stream has.
    pub version: StreamVersion,
    /// Whether the record is in use.
    pub standing: Standing,
    /// What is known of the person.
    pub details: Details,
    /// Whether the person agreed to be kept (V1).
    pub consent: Consent,
    /// Whether the public register may show the person (V8).
    pub listed: bool,
    /// The card page's addresses; the newest last (P4).
    pub card_ids: Vec<(Personal, CardIdForm)>,
    /// How often the check code was renewed: only the newest one leads to the person.
    pub check_renewals: u16,
    /// Records that were joined to this one (P6).
    pub merged: Vec<CombatantId>,
    /// The roster's name for the person, where an import gave one.
    pub roster_ref: Option<Personal>,
    /// Whether the person chose a PIN (L3).
    pub pin: bool,
    /// An address that is to be confirmed: the link that does it, and the address.
    pub asked_address: Option<(Uuid, Personal)>,
    /// Corrections that the person asked for and nobody has looked after, with the events that asked.
    pub corrections: Vec<(EventId, Personal)>,
    /// The mails with personal links that were sent on purpose, each once, with the policy's version.
    pub sent: BTreeSet<(Slug, Option<PolicyVersion>)>,
    /// Of an erased record: until when the evidence of its waivers is kept; none when there is none (V6).
    pub evidence_until: Option<CivilDate>,
    /// Events with a civil effect, by (effective day, place in the order).
    timeline: Vec<Entry>,
}

/// One event on the timeline.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Entry {
    on: CivilDate,
    order: i64,
    fact: Arc<Fact<CombatantEvent>>,
    /// What a correction took the place of: it holds again where the correction is taken back.
    before: Option<Box<Entry>>,
}

/// Whether a record is in use.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Standing {
    /// Nobody was registered here.
    #[default]
    Unknown,
    /// In use.
    Active,
    /// Joined to another record (P6).
    MergedInto(CombatantId),
    /// Erased (V6).
    Erased,
}

/// Whether the person agreed to be kept on file (V1, V2).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Consent {
    /// Not yet.
    #[default]
    Awaited,
    /// Yes; the version of the policy where it is known.
    Accepted {
        /// The policy's version; none where an import does not know it.
        policy_version: Option<String>,
    },
}

/// The event at which a timeline stops making sense, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Clash {
    /// The event's id; nil when it is one of those being tried.
    pub event: EventId,
    /// Its type.
    pub event_type: &'static str,
    /// The day it took effect.
    pub on: CivilDate,
    /// What is wrong with it there.
    pub why: Senseless,
}

impl Record {
    /// Folds a whole stream.
    pub fn of(facts: impl IntoIterator<Item = Fact<CombatantEvent>>) -> Self {
        let mut record = Self::default();
        for fact in facts {
            record.take(fact);
        }
        record
    }

    /// Takes the stream's next event.
    pub fn take(&mut self, fact: Fact<CombatantEvent>) {
        self.version.0 += 1;
        match &fact.event {
            CombatantEvent::CombatantRegistered(e) => {
                self.standing = Standing::Active;
                self.details = e.details.clone();
                self.roster_ref.clone_from(&e.roster_ref);
            }
            CombatantEvent::DetailsChanged(e) => {
                for (field, value) in &e.changed {
                    match value {
                        Some(value) => self.details.insert(*field, value.clone()),
                        None => self.details.remove(field),
                    };
                }
            }
            CombatantEvent::ConsentAccepted(e) => {
                self.consent = Consent::Accepted { policy_version: e.policy_version.clone() };
            }
            CombatantEvent::ListingChanged(e) => self.listed = e.listed,
            CombatantEvent::CardIdAssigned(e) => self.card_ids.push((e.card_id.clone(), e.form)),
            CombatantEvent::CheckCodeRenewed(e) => self.check_renewals = e.renewal,
            CombatantEvent::CombatantMerged(e) => self.merged.push(e.merged),
            CombatantEvent::CombatantMergedAway(e) => self.standing = Standing::MergedInto(e.into),
            CombatantEvent::LinkSent(e) => {
                self.sent.insert((e.mail.clone(), e.policy_version));
            }
            CombatantEvent::PinSet(_) => self.pin = true,
            CombatantEvent::AddressAsked(e) => self.asked_address = Some((e.link, e.email.clone())),
            CombatantEvent::AddressConfirmed(_) => self.asked_address = None,
            CombatantEvent::CorrectionAsked(e) => self.corrections.push((fact.id, e.text.clone())),
            CombatantEvent::CorrectionSettled(e) => self.corrections.retain(|(asked, _)| *asked != e.asked),
            CombatantEvent::EvidenceDestroyed(_) => self.forget_signers(),
            CombatantEvent::CombatantErased(e) => {
                self.standing = Standing::Erased;
                self.listed = false;
                self.evidence_until = e.evidence_until;
                self.details.clear();
                self.card_ids.clear();
                self.roster_ref = None;
                self.pin = false;
                self.asked_address = None;
                self.corrections.clear();
            }
            _ => {}
        }
        let order = self.version.0;
        place(&mut self.timeline, fact, order);
    }

    /// Cards, warrants and waiver with everything that is on the timeline, or
    /// with what was effective by a day (D4).
    ///
    /// # Errors
    /// [`Clash`] when the timeline makes no sense, which a decision never lets happen.
    pub fn civil(&self, by: Option<CivilDate>) -> Result<Civil, Clash> {
        fold(&self.timeline, by, |_, _, _| {})
    }

    /// Whether the record was in use on a day: before it was joined to another one it was (D4, P6). Erasing has no
    /// day: whoever is erased is so in the past too (V6).
    #[must_use]
    pub fn standing_on(&self, day: CivilDate) -> Standing {
        let joined = |entry: &Entry| matches!(entry.fact.event, CombatantEvent::CombatantMergedAway(_));
        match self.standing {
            Standing::MergedInto(_) if self.timeline.iter().any(|entry| joined(entry) && entry.on > day) => {
                Standing::Active
            }
            standing => standing,
        }
    }

    /// Walks the whole timeline: `each` is told the day on which an event took effect, the event, and
    /// the state that it leaves. What comes back is the state at the end.
    ///
    /// # Errors
    /// [`Clash`] when the timeline makes no sense.
    pub fn walk(&self, each: impl FnMut(CivilDate, &Fact<CombatantEvent>, &Civil)) -> Result<Civil, Clash> {
        fold(&self.timeline, None, each)
    }

    /// The same with further events tried at their places (D4).
    ///
    /// # Errors
    /// [`Clash`] names the first event that makes no sense: one of those tried
    /// (its id is nil), or a later one that they would contradict.
    pub fn civil_with(&self, tried: &[Fact<CombatantEvent>]) -> Result<Civil, Clash> {
        let mut timeline = self.timeline.clone();
        for (order, fact) in (self.version.0 + 1..).zip(tried) {
            place(&mut timeline, fact.clone(), order);
        }
        fold(&timeline, None, |_, _, _| {})
    }

    /// Since when the record speaks for joined ones in a discipline: the day of
    /// the last merge that brought a card there. What takes effect earlier would
    /// be overwritten by the dates that the officer picked (P6).
    #[must_use]
    pub fn joined_on(&self, discipline: &Slug) -> Option<CivilDate> {
        self.last_merge(|merge| merge.cards.iter().any(|card| card.discipline == *discipline))
    }

    /// The same for the waiver.
    #[must_use]
    pub fn waiver_joined_on(&self) -> Option<CivilDate> {
        self.last_merge(|merge| merge.waiver.is_some())
    }

    /// When the last of the record's waivers lapses: of the one that holds, and of those that were signed
    /// before it. Their evidence has one key (V6).
    ///
    /// # Errors
    /// [`Clash`] when the timeline makes no sense.
    pub fn waivers_end(&self) -> Result<Option<CivilDate>, Clash> {
        let signed = self.timeline.iter().filter_map(|entry| match &entry.fact.event {
            CombatantEvent::WaiverRecorded(e) => Some(e.expires_on),
            CombatantEvent::WaiverCorrected(e) => Some(e.expires_on),
            _ => None,
        });
        Ok(self.civil(None)?.waiver.map(|waiver| waiver.expires_on).into_iter().chain(signed).max())
    }

    /// With which names waivers were signed is not kept any more, in memory either (V6).
    fn forget_signers(&mut self) {
        for entry in &mut self.timeline {
            if let CombatantEvent::WaiverRecorded(_) = entry.fact.event
                && let CombatantEvent::WaiverRecorded(e) = &mut Arc::make_mut(&mut entry.fact).event
            {
                e.signer.0 = Personal::Gone;
            }
        }
    }

    fn last_merge(&self, about: impl Fn(&CombatantMerged) -> bool) -> Option<CivilDate> {
        let mut backwards = self.timeline.iter().rev();
        let is = |entry: &&Entry| matches!(&entry.fact.event, CombatantEvent::CombatantMerged(e) if about(e));
        backwards.find(is).map(|entry| entry.on)
    }

    /// The events that a correction may name: what holds on the timeline now,
    /// in its order.
    pub fn standing_entries(&self) -> impl Iterator<Item = &Fact<CombatantEvent>> {
        self.timeline.iter().map(|entry| entry.fact.as_ref())
    }

    /// Opens or otherwise replaces every personal value the record holds.
    pub fn each_personal(&mut self, visit: &mut dyn FnMut(&'static str, &mut Personal)) {
        for (field, value) in &mut self.details {
            visit(field.as_str(), value);
        }
        for (id, _) in &mut self.card_ids {
            visit("card_id", id);
        }
        if let Some(roster_ref) = &mut self.roster_ref {
            visit("roster_ref", roster_ref);
        }
        if let Some((_, email)) = &mut self.asked_address {
            visit("email", email);
        }
        for (_, text) in &mut self.corrections {
            visit("text", text);
        }
    }

    /// The address of the card page: the newest that cannot be guessed, or the
    /// newest of the old ones where there is no other (P4).
    #[must_use]
    pub fn card_id(&self) -> Option<&(Personal, CardIdForm)> {
        let mut newest_first = self.card_ids.iter().rev();
        newest_first.find(|(_, form)| *form == CardIdForm::Long).or(self.card_ids.last())
    }

    /// What the person agreed to.
    #[must_use]
    pub fn acceptance(&self) -> Acceptance {
        match &self.consent {
            Consent::Awaited => Acceptance::Awaited,
            Consent::Accepted { policy_version } => policy_version
                .as_deref()
                .and_then(|text| PolicyVersion::parse(text).ok())
                .map_or(Acceptance::Unknown, Acceptance::Of),
        }
    }

    /// Whether the person ever accepted a policy. Whether that is enough on a day, `Catalogue::accepts` says.
    #[must_use]
    pub fn accepted(&self) -> bool {
        matches!(self.consent, Consent::Accepted { .. })
    }
}

/// Puts a fact at its place: a correction where what it corrects stood in the
/// order. A merge stays where it is; a correction of the dates picked there
/// stands right behind it, in place of an earlier correction of them. What is
/// taken back goes, and what it had taken the place of holds again.
fn place(timeline: &mut Vec<Entry>, fact: Fact<CombatantEvent>, mut order: i64) {
    let Some(on) = fact.effective_on else { return };
    if let CombatantEvent::EntryWithdrawn(e) = &fact.event {
        let withdrawn = timeline.iter().position(|entry| entry.fact.id == e.entry);
        if let Some(before) = withdrawn.and_then(|index| timeline.remove(index).before) {
            insert(timeline, *before);
        }
        return;
    }
    let mut before = None;
    if let Some(old) = corrected(&fact)
        && let Some(index) = timeline.iter().position(|entry| entry.fact.id == old)
    {
        order = timeline[index].order;
        if !is_merge(&timeline[index].fact) {
            before = Some(Box::new(timeline.remove(index)));
        } else if let Some(earlier) = timeline.iter().position(|entry| same_pick(&entry.fact, &fact)) {
            before = Some(Box::new(timeline.remove(earlier)));
        }
    }
    insert(timeline, Entry { on, order, fact: Arc::new(fact), before });
}

fn insert(timeline: &mut Vec<Entry>, entry: Entry) {
    let at = timeline.partition_point(|other| (other.on, other.order) <= (entry.on, entry.order));
    timeline.insert(at, entry);
}

fn fold(
    timeline: &[Entry],
    by: Option<CivilDate>,
    mut each: impl FnMut(CivilDate, &Fact<CombatantEvent>, &Civil),
) -> Result<Civil, Clash> {
    let mut civil = Civil::default();
    let ends = WarrantEnds::of(timeline.iter().map(|entry| (entry.on, &entry.fact.event)));
    for entry in timeline.iter().take_while(|entry| by.is_none_or(|day| entry.on <= day)) {
        let event = &entry.fact.event;
        let applied = if picks_again(timeline, &entry.fact) {
            civil.pick_again(event);
            Ok(())
        } else {
            civil.apply(entry.on, event, &ends)
        };
        applied.map_err(|why| Clash {
            event: entry.fact.id,
            event_type: crate::events::StreamEvent::event_type(event),
            on: entry.on,
            why,
        })?;
        each(entry.on, &entry.fact, &civil);
    }
    Ok(civil)
}

fn is_merge(fact: &Fact<CombatantEvent>) -> bool {
    matches!(fact.event, CombatantEvent::CombatantMerged(_))
}

/// Whether a fact corrects dates that were picked in a merge.
fn picks_again(timeline: &[Entry], fact: &Fact<CombatantEvent>) -> bool {
    corrected(fact)
        .is_some_and(|old| timeline.iter().any(|entry| entry.fact.id == old && is_merge(&entry.fact)))
}

/// Whether both correct the same thing: one card's dates, or the waiver's.
fn same_pick(one: &Fact<CombatantEvent>, other: &Fact<CombatantEvent>) -> bool {
    match (&one.event, &other.event) {
        (CombatantEvent::CardDatesCorrected(a), CombatantEvent::CardDatesCorrected(b)) => {
            a.corrects == b.corrects && a.discipline == b.discipline
        }
        (CombatantEvent::WaiverCorrected(a), CombatantEvent::WaiverCorrected(b)) => a.corrects == b.corrects,
        _ => false,
    }
}

#[cfg(test)]
#[path = "record_tests.rs"]
mod tests;
