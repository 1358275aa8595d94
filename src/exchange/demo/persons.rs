//! The people that the sample kingdom always has, one for each state that a
//! visitor should be able to find. Days are counted from today.

/// Somebody to be put on file.
#[derive(Debug, Clone)]
pub(super) struct Person {
    pub sca_name: String,
    pub legal_name: String,
    pub branch: &'static str,
    /// Days before today of the birth; none where it is unknown.
    pub born: Option<i64>,
    pub consent: ConsentState,
    pub listed: bool,
    pub waiver: Waiver,
    pub cards: Vec<CardOf>,
    /// The address of the original, where people bookmarked one.
    pub old_id: Option<&'static str>,
}

/// Whether the person agreed, and which card ids that brought.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ConsentState {
    /// Has a new card id.
    Accepted,
    /// Still has only the guessable one.
    OnlyOldId,
    /// Was registered at the desk and has not answered the welcome mail.
    Awaited,
}

/// The waiver, by the days since it was signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Waiver {
    Missing,
    Signed(i64),
}

/// One card.
#[derive(Debug, Clone)]
pub(super) struct CardOf {
    pub discipline: &'static str,
    /// Days since it was issued: 730 or 731 days make it expire.
    pub issued: i64,
    /// How many of the discipline's authorizations are held, in the catalogue's order.
    pub authorizations: usize,
    pub warrant: Option<WarrantOf>,
}

/// A warrant, in days from today (negative: before).
#[derive(Debug, Clone, Copy)]
pub(super) struct WarrantOf {
    pub marshal: &'static str,
    pub starts: i64,
    pub ends: Option<i64>,
}

/// Of a waiver or card: what is to last, what lapses soon, what has lapsed.
pub(super) const WAIVER_LAPSES_SOON: i64 = 7 * 365 + 2 - 20;
pub(super) const WAIVER_LAPSED: i64 = 7 * 365 + 2 + 200;
pub(super) const CARD_LAPSES_SOON: i64 = 730 - 12;
pub(super) const CARD_EXPIRED: i64 = 730 + 60;

impl Person {
    /// Somebody who may fight today.
    pub(super) fn named(sca_name: &str, legal_name: &str, branch: &'static str) -> Self {
        Self {
            sca_name: sca_name.to_owned(),
            legal_name: legal_name.to_owned(),
            branch,
            born: Some(36 * 365),
            consent: ConsentState::Accepted,
            listed: true,
            waiver: Waiver::Signed(400),
            cards: Vec::new(),
            old_id: None,
        }
    }

    fn born(mut self, days: Option<i64>) -> Self {
        self.born = days;
        self
    }

    fn waiver(mut self, waiver: Waiver) -> Self {
        self.waiver = waiver;
        self
    }

    fn unlisted(mut self) -> Self {
        self.listed = false;
        self
    }

    fn consent(mut self, consent: ConsentState) -> Self {
        self.consent = consent;
        self.listed &= consent != ConsentState::Awaited;
        self
    }

    fn old_id(mut self, id: &'static str) -> Self {
        self.old_id = Some(id);
        self
    }

    pub(super) fn card(mut self, discipline: &'static str, issued: i64, authorizations: usize) -> Self {
        self.cards.push(CardOf { discipline, issued, authorizations, warrant: None });
        self
    }

    /// A warrant on the last card.
    fn warrant(mut self, marshal: &'static str, starts: i64, ends: Option<i64>) -> Self {
        if let Some(card) = self.cards.last_mut() {
            card.warrant = Some(WarrantOf { marshal, starts, ends });
        }
        self
    }
}

/// The place of the fencing deputy among [`always`].
pub(super) const DEPUTY: usize = 1;

/// The people that are always there. The first one's card is shown as the sample.
pub(super) fn always() -> Vec<Person> {
    use ConsentState::{Awaited, OnlyOldId};
    const YEAR: i64 = 365;
    vec![
        Person::named("Ásta Þorsteinsdóttir", "Astrid Thorsten", "Septentria")
            .card("armoured-combat", 300, 3)
            .warrant("Marshal", -300, None)
            .card("fencing", 120, 2),
        Person::named("Ραφαήλ", "Raphael Nikolaidis", "Ben Dunfirth").card("fencing", 200, 4).warrant(
            "Marshal",
            -180,
            Some(550),
        ),
        Person::named("Katheryn of Ely", "Catherine Eliot", "Skraeling Althing")
            .card("armoured-combat", CARD_LAPSES_SOON, 2)
            .card("thrown-weapons", 90, 3),
        Person::named("Wulfgar Ironhand", "William Ferris", "Rising Waters").card(
            "armoured-combat",
            CARD_EXPIRED,
            4,
        ),
        Person::named("Mireille du Lac", "Mireille Dulac", "Caldrithig")
            .waiver(Waiver::Missing)
            .card("fencing", 150, 1),
        Person::named("Þórbjörn øxi", "Torben Oxley", "Ramshaven")
            .waiver(Waiver::Signed(WAIVER_LAPSED))
            .card("armoured-combat", 240, 2)
            .warrant("Marshal", -200, None),
        Person::named("Isabeau de Lyon", "Isabelle Leon", "Eoforwic")
            .waiver(Waiver::Signed(WAIVER_LAPSES_SOON))
            .card("target-archery", 60, 2),
        Person::named("Łucja Śmiała", "Lucy Smialek", "Eoforwic").consent(Awaited).card(
            "target-archery",
            3,
            1,
        ),
        Person::named("Tomás an Gabha", "Thomas Gow", "Ardchreag").consent(Awaited).waiver(Waiver::Missing),
        Person::named("Wren the Small", "Wren Fletcher", "Septentria").born(Some(13 * YEAR)).card(
            "youth-combat",
            100,
            1,
        ),
        Person::named("Robin of the Marsh", "Robin Marsh", "Petrea Thule").born(Some(17 * YEAR)).card(
            "target-archery",
            200,
            2,
        ),
        Person::named("Eleanor of Ramshaven", "Eleanor Rams", "Ramshaven").born(None).card(
            "equestrian",
            310,
            2,
        ),
        Person::named("Bjorn Eriksson", "Ben Erickson", "Septentria").card("armoured-combat", 80, 3).warrant(
            "Marshal in Training",
            -80,
            Some(285),
        ),
        Person::named("Bjorn Eriksson", "Bernard Eriks", "Rising Waters").card("target-archery", 400, 1),
        Person::named("Yasmin bint al-Hakim", "Jasmine Hakim", "Bryniau Tywynnog")
            .card("fencing", 500, 3)
            .warrant("Marshal", -500, Some(-30)),
        Person::named("Giovanni da Verona", "John Verona", "Caldrithig")
            .card("armoured-combat", 30, 5)
            .warrant("Marshal", 14, Some(744)),
        Person::named("Hrólfr inn gamli", "Ralph Oldham", "Ben Dunfirth")
            .consent(OnlyOldId)
            .old_id("lion-rampant-gules")
            .card("armoured-combat", 600, 2),
        Person::named("Sáerlaith ní Bhriain", "Sarah Brien", "Vest Yorvik")
            .old_id("wolf-statant-azure")
            .card("thrown-weapons", 410, 3),
        Person::named("", "Margaret Plain", "Der Welfengau")
            .card("equestrian", 210, 1)
            .warrant("Marshal", -200, None),
        Person::named("<b>Tybalt</b> & \"Sons\"", "Tybalt O'Neil-Smith", "Eoforwic").card("fencing", 333, 2),
        Person::named(
            "Aurelia Maximiliana Theodosia of the Seven Wandering Rivers beyond the Northern Mountains",
            "Aurelia Maximiliana Featherstonehaugh-Cholmondeley",
            "Bryniau Tywynnog",
        )
        .unlisted()
        .card("target-archery", 20, 2),
        Person::named("Nobody Yet", "Norbert Yates", "Petrea Thule").waiver(Waiver::Signed(30)).unlisted(),
    ]
}
