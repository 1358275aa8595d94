//! The marshal list in memory.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::projector::{Doc, DocCard, Projector};
use crate::domain::date::CivilDate;
use crate::domain::id::{CombatantId, Slug};
use crate::domain::personal::Personal;
use crate::domain::policy::{Acceptance, PolicyVersion};
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
        ]
    }

    fn entry(id: CombatantId, doc: Doc, opened: Vec<Option<String>>, slugs: &mut Slugs) -> Option<Self> {
        let [sca_name, legal_name, branch] = <[_; 3]>::try_from(opened).ok()?;
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

impl Index {
    /// The warrants that are active on a day (C8) by discipline, and in each by name: of those
    /// who accepted the policy, `required` or a newer one where that is asked for (V1, V4).
    #[must_use]
    pub fn active(&self, day: CivilDate, required: Option<PolicyVersion>) -> BTreeMap<Slug, Vec<Marshal>> {
        let mut active: BTreeMap<Slug, Vec<Marshal>> = BTreeMap::new();
        for who in self.iter().filter(|who| who.acceptance.suffices(required)) {
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
