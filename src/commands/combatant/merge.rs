//! Joining two records of one person.

use std::collections::BTreeMap;

use crate::commands::{Context, Refusal};
use crate::domain::id::{CombatantId, Slug, StreamVersion};
use crate::events::combatant::{
    CombatantMerged, CombatantMergedAway, MergedCard, MergedWaiver, MergedWarrant,
};
use crate::events::evolve::civil::Term;
use crate::events::evolve::{Civil, Record, Standing};
use crate::events::{CombatantEvent, Fact};

/// Join the record `merged` to the record `survivor` (P6).
#[derive(Debug, Clone)]
pub struct Merge {
    /// The record that goes on.
    pub survivor: CombatantId,
    /// The record that ends.
    pub merged: CombatantId,
    /// Whose card dates to keep where both have a card in a discipline.
    pub cards: BTreeMap<Slug, Keep>,
    /// Whose waiver to keep where both have one.
    pub waiver: Option<Keep>,
    /// The version of the record that ends which was seen when deciding to join it; none to judge on whatever
    /// holds now (P5). That of the other one is the request's.
    pub seen_merged: Option<StreamVersion>,
}

/// Which side's dates the officer picked in the preview.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keep {
    /// Those of the record that goes on.
    Survivor,
    /// Those of the record that ends.
    Merged,
}

/// What happens to both streams, the surviving one's first.
pub type Joined = (Vec<Fact<CombatantEvent>>, Vec<Fact<CombatantEvent>>);

impl Merge {
    /// Judges the merge on both records.
    ///
    /// # Errors
    /// P6: one record is not in use, both are the same, or a pick is missing.
    pub fn decide(&self, survivor: &Record, merged: &Record, context: &Context) -> Result<Joined, Refusal> {
        if self.survivor == self.merged {
            return Err(Refusal::rule("P6", "a record cannot be joined to itself"));
        }
        if survivor.standing != Standing::Active || merged.standing != Standing::Active {
            return Err(Refusal::rule(
                "P6",
                "both records must be in use: one was erased, merged or never was",
            ));
        }
        let (ours, theirs) = (survivor.civil(None)?, merged.civil(None)?);
        let mut cards = Vec::new();
        for (discipline, card) in &theirs.cards {
            let Some(term) = self.term(discipline, &ours, card.term, context)? else { continue };
            let already = ours.cards.get(discipline);
            cards.push(MergedCard {
                discipline: discipline.clone(),
                issued_on: term.issued_on,
                expires_on: term.expires_on,
                rulebook: term.rulebook,
                authorizations: card
                    .authorizations
                    .keys()
                    .filter(|slug| already.is_none_or(|a| !a.authorizations.contains_key(*slug)))
                    .cloned()
                    .collect(),
                warrants: card
                    .warrants
                    .iter()
                    .map(|w| MergedWarrant {
                        warrant: w.id,
                        marshal: w.marshal.clone(),
                        starts_on: w.starts_on,
                        ends_on: w.ends_on,
                        granted_by: w.granted_by,
                    })
                    .collect(),
            });
        }
        let joined = CombatantMerged { merged: self.merged, cards, waiver: self.waiver(&ours, &theirs)? };
        let facts = vec![Fact::on(context.today, joined.into())];
        survivor.civil_with(&facts)?;
        let away = CombatantMergedAway { into: self.survivor };
        Ok((facts, vec![Fact::on(context.today, away.into())]))
    }

    fn term(
        &self,
        discipline: &Slug,
        ours: &Civil,
        theirs: Option<Term>,
        context: &Context,
    ) -> Result<Option<Term>, Refusal> {
        match (ours.term(discipline), theirs) {
            (None, theirs) => Ok(theirs),
            (Some(ours), None) => Ok(Some(ours)),
            (Some(ours), Some(theirs)) => match self.cards.get(discipline) {
                _ if ours == theirs => Ok(Some(ours)),
                Some(Keep::Survivor) => Ok(Some(ours)),
                Some(Keep::Merged) => Ok(Some(theirs)),
                None => {
                    let name = context.catalogue.discipline_name(discipline);
                    Err(Refusal::rule("P6", format!("both have a card in {name}: pick whose dates to keep")))
                }
            },
        }
    }

    fn waiver(&self, ours: &Civil, theirs: &Civil) -> Result<Option<MergedWaiver>, Refusal> {
        let picked = match (ours.waiver, theirs.waiver) {
            (ours, None) => ours,
            (None, theirs) => theirs,
            (Some(ours), Some(theirs)) if ours == theirs => Some(ours),
            (ours, theirs) => match self.waiver {
                Some(Keep::Survivor) => ours,
                Some(Keep::Merged) => theirs,
                None => return Err(Refusal::rule("P6", "both have a waiver: pick which one to keep")),
            },
        };
        Ok(picked.map(|w| MergedWaiver {
            signed_on: w.signed_on,
            expires_on: w.expires_on,
            rulebook: w.rulebook,
        }))
    }
}
