//! `/card/<card_id>`: the card page (C7, C10, C11, D3, P4).

use serde::Serialize;

use super::parts::{Badge, Day, Verdict};

/// All of a combatant's cards and the waiver. Template `card`; its body is the
/// partial `card_body`, which the as-of page shows too.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CardView {
    /// Display name: SCA name, else legal name.
    pub name: String,
    /// The legal name, or its initials on a page reached by an old id (P4);
    /// `None` when the display name is already the legal name.
    pub legal_name: Option<String>,
    /// Home group.
    pub branch: Option<String>,
    /// The day that the verdicts are about.
    pub today: Day,
    /// The whole answer: Good when any discipline is valid today, Bad with
    /// `Not valid for combat` when none is (C10).
    pub verdict: Verdict,
    /// The disciplines in which this person may fight today, by name; empty when none.
    pub fights: Vec<String>,
    /// The waiver, in one of three states (C10).
    pub waiver: WaiverLine,
    /// The cards, those valid today first, then alphabetically; no empty cards (C3).
    pub disciplines: Vec<CardDiscipline>,
    /// What stands in their place where there are none.
    pub nothing: String,
    /// Present on a page reached by an old id: offers to mail the new link.
    pub old_link: Option<OldLink>,
    /// The last day on which all that is good on the page stays so if nothing is recorded; none when
    /// nothing is good. A copy that was kept counts no more after it.
    pub good_until: Option<Day>,
    /// The check page, which says what holds today, and with `.svg` behind it its QR code; none on a page reached by an old id, and in the past.
    pub check: Option<String>,
    /// The card on paper; none in the past.
    pub papers: Option<Papers>,
}

/// Where the card is to be had as a PDF.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Papers {
    /// The size of a bank card.
    pub wallet: String,
    /// 8.5 by 11 inches.
    pub letter: String,
}

/// What a check code leads to: a name and what holds now, and nothing else. Template `check`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CheckView {
    /// Display name: SCA name, else legal name.
    pub name: String,
    /// The day that the verdict is about.
    pub today: Day,
    /// The whole answer, with its reason (C11).
    pub verdict: Verdict,
    /// The disciplines in which this person may fight today.
    pub fights: Vec<String>,
}

/// The waiver on a card page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct WaiverLine {
    /// `On file`, `Lapsed`, `Missing`.
    pub state: Badge,
    /// One sentence, such as `Good through 2 May 2030.`
    pub text: String,
}

/// One card.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CardDiscipline {
    /// The slug, for the anchor.
    pub slug: String,
    /// The discipline's name.
    pub name: String,
    /// `Valid`, `Expired`, `Not valid`.
    pub verdict: Verdict,
    /// Issue date.
    pub issued: Day,
    /// Last valid day of the card (D3).
    pub last_valid: Day,
    /// Expiry date, the day after.
    pub expires: Day,
    /// Every authorization type of the discipline, primary first (C6, C7).
    pub types: Vec<TypeLine>,
    /// Every marshal type of the discipline (C7).
    pub marshals: Vec<TypeLine>,
}

/// An authorization type or a marshal type. A card has dozens of these lines: each is as little as can be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TypeLine {
    /// The type's name.
    pub name: String,
    /// More about it, or nothing: `primary`, `until 31 December 2026`, `suspended while the card is expired`.
    pub note: String,
    /// Whether it is held; a warrant is while it is active (C8).
    pub held: bool,
}

impl TypeLine {
    /// A line.
    #[must_use]
    pub fn new(name: impl Into<String>, held: bool, note: impl Into<String>) -> Self {
        Self { name: name.into(), note: note.into(), held }
    }
}

/// The offer on a page reached by an old, guessable id.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct OldLink {
    /// Where the request for a new link begins.
    pub href: String,
}
