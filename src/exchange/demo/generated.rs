//! People beyond those that are always there: names put together from small
//! lists, states in about the proportions of a real kingdom.

use super::catalogue::DISCIPLINES;
use super::people::LATE;
use super::persons::{
    CARD_EXPIRED, CARD_LAPSES_SOON, CardOf, ConsentState, Person, WAIVER_LAPSED, WAIVER_LAPSES_SOON, Waiver,
    WarrantOf,
};

const GIVEN: [&str; 24] = [
    "Aelfric",
    "Brigid",
    "Conall",
    "Dagný",
    "Emeline",
    "Finnguala",
    "Gwenllian",
    "Hákon",
    "Ingrid",
    "Jehanne",
    "Kateryna",
    "Lorenzo",
    "Magnús",
    "Niccolò",
    "Óláfr",
    "Percival",
    "Rónán",
    "Sigríðr",
    "Theodora",
    "Ulrich",
    "Vittoria",
    "Wulfric",
    "Ysabel",
    "Žofie",
];
const BYNAME: [&str; 20] = [
    "the Red",
    "of York",
    "le Noir",
    "Svensdóttir",
    "of the Fens",
    "mac Aodha",
    "von Köln",
    "da Siena",
    "the Quiet",
    "Ravenwood",
    "of Eoforwic",
    "Ironside",
    "de Montfort",
    "Hrafnsson",
    "the Tall",
    "Ashdown",
    "of Septentria",
    "Goldhand",
    "ferch Rhys",
    "Blackthorn",
];
const FIRST: [&str; 20] = [
    "Alex", "Bianca", "Chris", "Dana", "Emil", "Fatima", "Grace", "Hugo", "Ines", "Jamie", "Kim", "Liam",
    "Mona", "Noah", "Olive", "Priya", "Quinn", "Rosa", "Sam", "Tara",
];
const LAST: [&str; 20] = [
    "Abbott",
    "Bélanger",
    "Chen",
    "Dubois",
    "Evans",
    "Fraser",
    "Gauthier",
    "Hughes",
    "Ivanov",
    "Jansen",
    "Khan",
    "Leblanc",
    "Müller",
    "Nowak",
    "O'Brien",
    "Patel",
    "Roy",
    "Singh",
    "Tremblay",
    "Wójcik",
];
const BRANCHES: [&str; 10] = [
    "Septentria",
    "Ben Dunfirth",
    "Skraeling Althing",
    "Rising Waters",
    "Caldrithig",
    "Ramshaven",
    "Eoforwic",
    "Ardchreag",
    "Petrea Thule",
    "Der Welfengau",
];

/// A row of numbers that looks random and is always the same.
pub(super) struct Dice(u64);

impl Dice {
    pub(super) const fn new() -> Self {
        Self(0x05ca_0001)
    }

    /// A number below `sides`.
    pub(super) fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % sides.max(1)
    }

    fn days(&mut self, below: u32) -> i64 {
        i64::from(u32::try_from(self.roll(u64::from(below))).unwrap_or(0))
    }

    fn pick(&mut self, list: &[&'static str]) -> &'static str {
        let index = usize::try_from(self.roll(list.len() as u64)).unwrap_or(0);
        list.get(index).copied().unwrap_or_default()
    }
}

/// One more person.
pub(super) fn person(dice: &mut Dice) -> Person {
    let sca_name = format!("{} {}", dice.pick(&GIVEN), dice.pick(&BYNAME));
    let legal_name = format!("{} {}", dice.pick(&FIRST), dice.pick(&LAST));
    let mut person = Person::named(&sca_name, &legal_name, dice.pick(&BRANCHES));
    person.born = match dice.roll(20) {
        0 => Some(12 * 365 + dice.days(5 * 365)),
        1..=3 => None,
        _ => Some(19 * 365 + dice.days(45 * 365)),
    };
    person.listed = dice.roll(10) < 6;
    if dice.roll(12) == 0 {
        person.consent = ConsentState::Awaited;
        person.listed = false;
    }
    person.waiver = match dice.roll(12) {
        0 => Waiver::Missing,
        1 => Waiver::Signed(WAIVER_LAPSED),
        2 => Waiver::Signed(WAIVER_LAPSES_SOON),
        // Nobody signs after the day on which it was put on file (D4).
        _ => Waiver::Signed(dice.days(6 * 365).max(LATE)),
    };
    let first = dice.roll(DISCIPLINES.len() as u64);
    for step in 0..=dice.roll(3) {
        let index = usize::try_from((first + step) % DISCIPLINES.len() as u64).unwrap_or(0);
        let discipline = &DISCIPLINES[index];
        let issued = match dice.roll(8) {
            0 => CARD_EXPIRED + dice.days(300),
            1 => CARD_LAPSES_SOON,
            _ => 20 + dice.days(600),
        };
        let most = discipline.authorizations.len() as u64;
        let authorizations = usize::try_from(1 + dice.roll(most)).unwrap_or(1);
        let warrant = (dice.roll(12) == 0).then(|| WarrantOf {
            marshal: if dice.roll(3) == 0 { "Marshal in Training" } else { "Marshal" },
            starts: -issued.min(300),
            ends: (dice.roll(2) == 0).then_some(365),
        });
        person.cards.push(CardOf { discipline: discipline.slug, issued, authorizations, warrant });
    }
    person
}

#[cfg(test)]
mod tests {
    use super::super::MOST_PEOPLE;
    use super::*;

    /// D4, of as many people as a sample kingdom may have: of 3 000 none need have signed today.
    #[test]
    fn nothing_is_newer_than_the_day_it_was_put_on_file() {
        let mut dice = Dice::new();
        for _ in 0..MOST_PEOPLE {
            let person = person(&mut dice);
            let signed = match person.waiver {
                Waiver::Signed(days) => days,
                Waiver::Missing => LATE,
            };
            let warranted = |card: &CardOf| card.warrant.as_ref().is_none_or(|it| it.starts <= -LATE);
            assert!(signed >= LATE, "{person:?}");
            assert!(person.cards.iter().all(|card| card.issued >= LATE && warranted(card)), "{person:?}");
        }
    }
}
