//! The marshal list in memory.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::projector::{Doc, DocCard, Projector};
use crate::domain::date::CivilDate;
use crate::domain::id::{CombatantId, Slug};
use crate::domain::personal::Personal;
use crate::domain::policy::{Acceptance, InForce};
use crate::domain::rulebook::{AgeBand, age_band};
use crate::domain::status::{WaiverState, warrant_active};
use crate::domain::text::fold;
use crate::events::evolve::Warrant;
use crate::projections::sorted::{Indexed, Slugs, View};

/// The marshal list at one moment.
pub type Index = View<Entry>;

/// One person with warrants, active or not.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// Who; namesakes are two (C9).
    pub id: CombatantId,
    /// SCA name, or with consent the legal name of who has none (C9).
    pub name: Box<str>,
    /// Whether that is the legal name: then only adults are shown (V8).
    pub by_legal_name: bool,
    /// Date of birth, where the name is the legal one, to judge who is of age.
    pub born: Option<CivilDate>,
    /// The same, folded.
    pub folded: Box<str>,
    /// Home group.
    pub branch: Option<Box<str>>,
    /// What the person agreed to.
    pub acceptance: Acceptance,
    /// When the waiver expires (D3).
    pub waiver_expires: Option<CivilDate>,
    /// The cards that have warrants.
    pub cards: BTreeMap<Slug, DocCard>,
}

/// One active warrant.
#[derive(Debug, Clone, PartialEq)]
pub struct Marshal {
    /// Who holds it.
    pub who: Arc<Entry>,
    /// The warrant.
    pub warrant: Warrant,
}

impl Indexed for Entry {
    type Model = Projector;

    fn sealed(doc: &Doc) -> Vec<(&'static str, Option<&Personal>)> {
        vec![
            ("sca_name", doc.sca_name.as_ref()),
            ("legal_name", doc.legal_name.as_ref()),
            ("branch", doc.branch.as_ref()),
            ("date_of_birth", doc.date_of_birth.as_ref()),
        ]
    }

    fn entry(id: CombatantId, doc: Doc, opened: Vec<Option<String>>, slugs: &mut Slugs) -> Option<Self> {
        let [sca_name, legal_name, branch, born] = <[_; 4]>::try_from(opened).ok()?;
        let by_legal_name = sca_name.is_none();
        let name = sca_name.or(legal_name)?;
        let cards = doc.cards.into_iter().map(|(discipline, mut card)| {
            for warrant in &mut card.warrants {
                warrant.marshal = slugs.share(warrant.marshal.clone());
            }
            (slugs.share(discipline), card)
        });
        Some(Self {
            id,
            folded: fold(&name).into(),
            name: name.into(),
            by_legal_name,
            born: born.and_then(|text| CivilDate::parse(&text).ok()),
            branch: branch.map(Into::into),
            acceptance: doc.acceptance,
            waiver_expires: doc.waiver_expires,
            cards: cards.collect(),
        })
    }

    fn key(&self) -> (&str, CombatantId) {
        (&self.folded, self.id)
    }
}

impl Entry {
    /// Whether the list may name the person on a day: who has accepted what had to be accepted by then (V1, V4).
    /// By legal name only who is known to be of age: minors never (V8), and unknown is never counted as adult (P7).
    #[must_use]
    pub fn shown(&self, day: CivilDate, in_force: &InForce) -> bool {
        self.acceptance.suffices(in_force.policy)
            && (!self.by_legal_name || age_band(self.born, day, in_force) == AgeBand::Adult)
    }
}

impl Index {
    /// The warrants that are active on a day (C8) by discipline, and in each by name: of those
    /// whom the list may name that day.
    #[must_use]
    pub fn active(&self, day: CivilDate, in_force: &InForce) -> BTreeMap<Slug, Vec<Marshal>> {
        let mut active: BTreeMap<Slug, Vec<Marshal>> = BTreeMap::new();
        for who in self.iter().filter(|who| who.shown(day, in_force)) {
            let waiver = WaiverState::on(who.waiver_expires, day);
            for (discipline, card) in &who.cards {
                let running = card
                    .warrants
                    .iter()
                    .filter(|w| warrant_active(day, w.starts_on, w.ends_on, card.expires_on, waiver));
                for warrant in running {
                    active
                        .entry(discipline.clone())
                        .or_default()
                        .push(Marshal { who: Arc::clone(who), warrant: warrant.clone() });
                }
            }
        }
        active
    }
}
