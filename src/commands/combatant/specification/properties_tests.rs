//! What holds whatever is asked, in whatever order.

use proptest::prelude::*;

use super::*;
use crate::commands::combatant::correct_card::CorrectCard;
use crate::commands::combatant::correct_waiver::CorrectWaiver;
use crate::commands::combatant::merge::Keep;
use crate::commands::combatant::record_waiver::RecordWaiver;
use crate::commands::combatant::withdraw_entry::{Entered, WithdrawEntry};

/// One thing that somebody asks on some day.
#[derive(Debug, Clone)]
enum Ask {
    Of(Box<CombatantCommand>),
    /// Another person, with a history of their own, is joined to this one.
    Join(Vec<CombatantCommand>, Keep),
    /// One of the entries that hold is taken back.
    TakeBack(usize),
}

fn days() -> impl Strategy<Value = CivilDate> {
    // Few days, so that entries meet on one; some lie ahead of today.
    (0_i64..24).prop_map(|weeks| day("2026-01-05").plus_days(weeks * 8))
}

fn disciplines() -> impl Strategy<Value = Slug> {
    prop_oneof![Just(slug(ARMOURED)), Just(slug(FENCING))]
}

fn types() -> impl Strategy<Value = (Slug, Slug)> {
    prop_oneof![
        Just((slug(ARMOURED), slug(SPEAR))),
        Just((slug(ARMOURED), slug(WEAPON_AND_SHIELD))),
        Just((slug(FENCING), slug(SINGLE_RAPIER))),
    ]
}

fn asked() -> impl Strategy<Value = CombatantCommand> {
    let reason = || "because".to_owned();
    prop_oneof![
        1 => (disciplines(), days())
            .prop_map(|(discipline, issued_on)| IssueCard { discipline, issued_on }.into()),
        2 => (disciplines(), days())
            .prop_map(|(discipline, issued_on)| RenewCard { discipline, issued_on }.into()),
        2 => (disciplines(), days()).prop_map(move |(discipline, issued_on)| {
            CorrectCard { discipline, seen: None, issued_on, reason: reason() }.into()
        }),
        4 => (types(), days()).prop_map(|((discipline, authorization), on)| {
            GrantAuthorization { discipline, authorization, on }.into()
        }),
        3 => (types(), days()).prop_map(move |((discipline, authorization), on)| {
            RevokeAuthorization { discipline, authorization, on, reason: reason() }.into()
        }),
        4 => (0..6_u128, disciplines(), days(), proptest::option::of(0_i64..40)).prop_map(
            |(number, discipline, starts_on, length)| {
                GrantWarrant {
                    warrant: warrant_id(number),
                    discipline,
                    marshal: slug("marshal"),
                    starts_on,
                    ends_on: length.map(|length| starts_on.plus_days(length)),
                    granted_by: None,
                }
                .into()
            }
        ),
        3 => (0..6_u128, disciplines(), days()).prop_map(move |(number, discipline, on)| {
            EndWarrant { discipline, warrant: warrant_id(number), on, reason: reason() }.into()
        }),
        2 => days().prop_map(|signed_on| RecordWaiver { signed_on }.into()),
        2 => days().prop_map(move |signed_on| CorrectWaiver { seen: None, signed_on, reason: reason() }.into()),
    ]
}

fn asks() -> impl Strategy<Value = Vec<Ask>> {
    let keep = prop_oneof![Just(Keep::Survivor), Just(Keep::Merged)];
    let ask = prop_oneof![
        12 => asked().prop_map(|command| Ask::Of(Box::new(command))),
        1 => (proptest::collection::vec(asked(), 0..8), keep)
            .prop_map(|(commands, keep)| Ask::Join(commands, keep)),
        2 => (0..30_usize).prop_map(Ask::TakeBack),
    ];
    proptest::collection::vec(ask, 0..30)
}

/// The history that is left of what was asked: what was refused left no trace.
fn tell(asks: &[Ask]) -> Story {
    let mut story = Story::somebody();
    for (number, ask) in (1..).zip(asks) {
        match ask {
            Ask::Of(command) => try_on(&mut story, command),
            Ask::TakeBack(which) => {
                let record = story.record();
                let mut known = record.standing_entries().filter_map(|fact| {
                    Some(WithdrawEntry {
                        entry: fact.id,
                        about: Entered::of(&fact.event)?,
                        reason: "because".to_owned(),
                    })
                });
                if let Some(command) = known.nth(*which) {
                    try_on(&mut story, &command.into());
                }
            }
            Ask::Join(commands, keep) => {
                let mut other = Story::somebody_else();
                other.first = 1000 * (number + 1);
                other.facts.clear();
                other = other.then(register());
                for command in commands {
                    try_on(&mut other, &by_another(command, number));
                }
                let merge = Merge {
                    survivor: person(1),
                    merged: person(number + 1),
                    cards: [ARMOURED, FENCING].map(|discipline| (slug(discipline), *keep)).into(),
                    waiver: Some(*keep),
                    seen_merged: None,
                };
                if let Ok((ours, _)) = story.when_joined(&other, &merge) {
                    story.add(ours);
                }
            }
        }
    }
    story
}

/// The same asked about somebody else: the warrants are others.
fn by_another(command: &CombatantCommand, number: u128) -> CombatantCommand {
    let other = |id: WarrantId| warrant_id(id.0.as_u128() + 100 * number);
    match command.clone() {
        CombatantCommand::GrantWarrant(c) => GrantWarrant { warrant: other(c.warrant), ..c }.into(),
        CombatantCommand::EndWarrant(c) => EndWarrant { warrant: other(c.warrant), ..c }.into(),
        command => command,
    }
}

fn try_on(story: &mut Story, command: &CombatantCommand) {
    if let Ok(facts) = command.decide(&story.record(), &story.context) {
        story.add(facts);
    }
}

proptest! {
    #[test]
    fn d4_no_sequence_of_commands_leaves_a_timeline_that_clashes(asks in asks()) {
        let record = tell(&asks).record();
        let whole = record.civil(None);
        prop_assert!(whole.is_ok(), "{whole:?}");
        for offset in -1..200 {
            let by = day("2026-01-05").plus_days(offset);
            let state = record.civil(Some(by));
            prop_assert!(state.is_ok(), "by {by}: {state:?}");
        }
        prop_assert_eq!(record.civil(Some(day("9999-12-31"))), whole);
    }

    #[test]
    fn folding_facts_one_by_one_equals_folding_all(asks in asks()) {
        let story = tell(&asks);
        let mut one_by_one = Record::default();
        for (count, fact) in story.facts.iter().enumerate() {
            one_by_one.take(fact.clone());
            let prefix = Record::of(story.facts[..=count].to_vec());
            prop_assert_eq!(prefix.civil(None), one_by_one.civil(None));
            prop_assert!(one_by_one.civil(None).is_ok(), "every prefix made sense when it was told");
        }
        prop_assert!(one_by_one.standing_entries().eq(story.record().standing_entries()));
        prop_assert_eq!(one_by_one.version, story.record().version);
    }

    #[test]
    fn d4_what_a_decision_tried_is_what_the_record_then_says(asks in asks(), command in asked()) {
        let mut story = tell(&asks);
        let record = story.record();
        if let Ok(facts) = command.decide(&record, &story.context) {
            let tried = record.civil_with(&facts);
            story.add(facts);
            prop_assert_eq!(tried, story.record().civil(None));
        }
    }

    #[test]
    fn c3_a_card_once_issued_is_never_gone_and_warrants_of_one_type_never_share_a_day(asks in asks()) {
        let story = tell(&asks);
        let civil = story.civil();
        let taken_back = |fact: &Fact<CombatantEvent>| matches!(fact.event, CombatantEvent::EntryWithdrawn(_));
        if !story.facts.iter().any(taken_back) {
            for (discipline, card) in &civil.cards {
                prop_assert!(card.term.is_some(), "{discipline} has no dates");
            }
        }
        for card in civil.cards.values() {
            for (at, one) in card.warrants.iter().enumerate() {
                for other in &card.warrants[at + 1..] {
                    let from = one.starts_on.max(other.starts_on);
                    let apart = !one.runs_on_or_after(from) || !other.runs_on_or_after(from);
                    prop_assert!(apart, "{one:?} {other:?}");
                }
            }
        }
    }
}
