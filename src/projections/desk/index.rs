//! Everybody on file, in memory: about 600 bytes a person.

use super::projector::{Doc, FIELDS, Projector};
use crate::domain::card_id::CardIdForm;
use crate::domain::date::CivilDate;
use crate::domain::details::DetailField;
use crate::domain::id::{CombatantId, Slug};
use crate::domain::personal::Personal;
use crate::domain::policy::Acceptance;
use crate::domain::text::fold;
use crate::projections::sorted::{Indexed, Slugs, View};

/// The desk's list at one moment.
pub type Index = View<Entry>;

/// One person on file.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// Who.
    pub id: CombatantId,
    /// Name in the society.
    pub sca_name: Option<Box<str>>,
    /// Real name.
    pub legal_name: Box<str>,
    /// Home group.
    pub branch: Option<Box<str>>,
    /// Code of the region.
    pub province: Option<Slug>,
    /// Whether there is an address to send mail to.
    pub has_email: bool,
    /// Date of birth.
    pub born: Option<CivilDate>,
    /// Number of the membership.
    pub member_number: Option<Box<str>>,
    /// When the membership expires.
    pub member_expiry: Option<CivilDate>,
    /// What the person agreed to (V1).
    pub acceptance: Acceptance,
    /// Whether the public register may show the person (V8).
    pub listed: bool,
    /// The form of the newest address of the card page (P4).
    pub card_form: Option<CardIdForm>,
    /// When the waiver expires (D3).
    pub waiver_expires: Option<CivilDate>,
    /// The cards, empty ones too, by discipline.
    pub cards: Box<[EntryCard]>,
    /// Whether a correction that the person asked for waits.
    pub corrections: bool,
    /// The display name, folded.
    pub(super) folded: Box<str>,
    /// Names, e-mail, card id and member number, folded, each on a line: what a search looks into.
    pub(super) searched: Box<str>,
}

/// A card of an entry.
#[derive(Debug, Clone, PartialEq)]
pub struct EntryCard {
    /// The discipline.
    pub discipline: Slug,
    /// When it expires (D3); none when there is no card, only authorizations or warrants.
    pub expires_on: Option<CivilDate>,
    /// How many authorizations it holds; an empty card is not shown to the public (C3).
    pub authorizations: usize,
    /// Marshal type, first and last day of every warrant (C8).
    pub warrants: Box<[(Slug, CivilDate, Option<CivilDate>)]>,
}

impl Indexed for Entry {
    type Model = Projector;

    fn sealed(doc: &Doc) -> Vec<(&'static str, Option<&Personal>)> {
        FIELDS
            .into_iter()
            .map(|field| (field.as_str(), doc.details.get(&field)))
            .chain([("card_id", doc.card_id.as_ref().map(|(id, _)| id))])
            .collect()
    }

    fn entry(id: CombatantId, doc: Doc, opened: Vec<Option<String>>, slugs: &mut Slugs) -> Option<Self> {
        let mut opened = opened;
        let card_id = opened.pop().flatten();
        let mut take = |wanted: DetailField| {
            FIELDS.iter().position(|field| *field == wanted).and_then(|at| opened.get_mut(at)?.take())
        };
        let date = |text: Option<String>| text.and_then(|text| CivilDate::parse(&text).ok());
        let legal_name = take(DetailField::LegalName)?;
        let sca_name = take(DetailField::ScaName);
        let member_number = take(DetailField::MemberNumber);
        let email = take(DetailField::Email);
        let has_email = email.is_some();
        let found_by = [sca_name.clone(), Some(legal_name.clone()), email, member_number.clone(), card_id];
        let searched = found_by.iter().flatten().map(|text| fold(text)).collect::<Vec<_>>().join("\n");
        let cards = doc.cards.into_iter().map(|(discipline, card)| EntryCard {
            discipline: slugs.share(discipline),
            expires_on: card.expires_on,
            authorizations: card.authorizations.len(),
            warrants: card.warrants.into_iter().map(|(m, from, to)| (slugs.share(m), from, to)).collect(),
        });
        let cards = cards.collect();
        Some(Self {
            id,
            folded: fold(sca_name.as_deref().unwrap_or(&legal_name)).into(),
            searched: searched.into(),
            sca_name: sca_name.map(Into::into),
            legal_name: legal_name.into(),
            branch: take(DetailField::Branch).map(Into::into),
            has_email,
            province: take(DetailField::Province)
                .and_then(|code| Slug::parse(&code.to_ascii_lowercase()).ok())
                .map(|code| slugs.share(code)),
            born: date(take(DetailField::DateOfBirth)),
            member_number: member_number.map(Into::into),
            member_expiry: date(take(DetailField::MemberExpiry)),
            acceptance: doc.acceptance,
            listed: doc.listed,
            card_form: doc.card_id.map(|(_, form)| form),
            waiver_expires: doc.waiver_expires,
            corrections: doc.corrections > 0,
            cards,
        })
    }

    fn key(&self) -> (&str, CombatantId) {
        (&self.folded, self.id)
    }

    fn branch(&self) -> Option<&str> {
        self.branch.as_deref()
    }
}

impl Entry {
    /// SCA name, else legal name.
    #[must_use]
    pub fn display_name(&self) -> &str {
        self.sca_name.as_deref().unwrap_or(&self.legal_name)
    }
}
