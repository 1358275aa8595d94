use super::{NAMES, Sample, day, form, moment};
use crate::web::markdown;
use crate::web::views::*;

impl Sample for PersonalView {
    fn samples() -> Vec<(&'static str, Self)> {
        let keep = || Field::new(Kind::Check, "keep", "Keep me on file, as this policy says");
        let listed =
            Field::new(Kind::Check, "listed", "Also list me publicly by my SCA name").hint("If you like.");
        let welcome = Self {
            heading: format!("Welcome, {}", NAMES[2]),
            lead: Some("Somebody put you on the register.".into()),
            paragraphs: Vec::new(),
            policy: Some(PolicyText {
                version: "2026.1".into(),
                approved_on: day("2026-01-10"),
                text: markdown::render(
                    "## What is kept\n\nWhat *we* need, and <script>alert(1)</script> nothing else.",
                ),
            }),
            form: Some(form("accept", "I accept", vec![keep(), listed])),
            next: vec![Link::new("/welcome/x/decline", "I don’t agree")],
        };
        let wrong = keep().error(Some("Tick this to agree".into()));
        let refused = Self { form: Some(form("accept", "I accept", vec![wrong])), ..welcome.clone() };
        let pin =
            Field::new(Kind::Password, "pin", "PIN").required().width(Width::Short).hint("4 to 8 digits");
        let asks = Self {
            heading: "This card asks for its PIN".into(),
            lead: None,
            paragraphs: vec![
                "Forgotten? The Minister of the Lists can mail a link to set another one.".into(),
            ],
            policy: None,
            form: Some(form("card-pin", "Show the card", vec![pin])),
            next: Vec::new(),
        };
        let locked = Self { form: None, lead: Some("Try again in 15 minutes.".into()), ..asks.clone() };
        vec![("ordinary", welcome), ("wrong", refused), ("pin", asks), ("locked", locked)]
    }
}

impl Sample for MyRecordView {
    fn samples() -> Vec<(&'static str, Self)> {
        let text = Field::new(Kind::Textarea, "text", "What is wrong, and what would be right").required();
        let change = |text: &str, minutes| HistoryRow {
            text: text.into(),
            more: Some(NAMES[2].into()),
            effective: Some(day("2026-11-07")),
            recorded: moment(minutes),
            by: "Minister of the Lists".into(),
            superseded: None,
            href: None,
            undo: None,
        };
        let view = Self {
            name: NAMES[2].into(),
            card: Some(Link::new("/card/lusab-babad-gutih-tugad", "My card")),
            details: vec![Detail::new("Legal name", NAMES[3]), Detail::missing("Date of birth")],
            standing: vec![Detail::new("Privacy policy", "Version 2026.1 accepted")],
            cards: vec![HeldCard {
                name: "Armoured Combat".into(),
                facts: vec![Detail::new("Last valid day", "14 March 2027")],
                holds: vec!["Weapon & Shield".into(), "Spear".into()],
            }],
            waiting: vec![NAMES[2].into()],
            changes: vec![change("Spear granted in Armoured Combat", 4), change("Put on file", 1)],
            readings: vec![ReadingRow {
                at: moment(6),
                by: "Fencing deputy".into(),
                screen: "your record, on the desk".into(),
                reason: Some(NAMES[2].into()),
            }],
            correct: form("correction", "Ask for it", vec![text]),
            listing: form("listing", "List me publicly", Vec::new()),
            contact: Some("mol@ealdormere.example".into()),
        };
        let bare = Self {
            card: None,
            cards: Vec::new(),
            waiting: Vec::new(),
            changes: Vec::new(),
            readings: Vec::new(),
            contact: None,
            ..view.clone()
        };
        vec![("ordinary", view), ("bare", bare)]
    }
}
