//! V4 and V9: what may become of the privacy policy.

use std::sync::Arc;

use uuid::Uuid;

use super::*;
use crate::domain::date::CivilDate;
use crate::domain::policy::{MOST_TEXT, PolicyVersion, TEMPLATE};
use crate::events::StreamEvent;
use crate::events::evolve::Catalogue;

fn day(text: &str) -> CivilDate {
    CivilDate::parse(text).unwrap()
}

fn version(text: &str) -> PolicyVersion {
    PolicyVersion::parse(text).unwrap()
}

/// The policy so far, and the day of the next command.
#[derive(Clone)]
struct Story {
    policies: Policies,
    today: CivilDate,
}

impl Story {
    fn on(today: &str) -> Self {
        Self { policies: Policies::default(), today: day(today) }
    }

    fn day(self, today: &str) -> Self {
        Self { today: day(today), ..self }
    }

    fn when(&self, command: impl Into<PolicyCommand>) -> Result<Vec<PolicyEvent>, Refusal> {
        let catalogue = Catalogue { policies: self.policies.clone(), ..Catalogue::default() };
        let context = Context { today: self.today, catalogue: Arc::new(catalogue) };
        let facts = command.into().decide(&self.policies, &context)?;
        let events = facts.into_iter().map(|fact| match fact.event {
            Event::Policies(event) => event,
            other => panic!("{}", other.event_type()),
        });
        Ok(events.collect())
    }

    #[track_caller]
    fn then(mut self, command: impl Into<PolicyCommand>) -> Self {
        for event in self.when(command).unwrap() {
            self.policies.take(&event);
        }
        self
    }

    #[track_caller]
    fn refused(&self, command: impl Into<PolicyCommand>) -> (&'static str, String) {
        match self.when(command).unwrap_err() {
            Refusal::Rule { rule, message } => (rule, message),
            other => panic!("{other}"),
        }
    }
}

fn begin(text: &str) -> BeginDraft {
    BeginDraft { text: Some(text.into()) }
}

fn edit(text: &str, change_log: &str) -> EditDraft {
    EditDraft { text: text.into(), change_log: change_log.into() }
}

fn approve(change_log: &str) -> ApproveDraft {
    ApproveDraft { change_log: change_log.into(), required_from: None }
}

fn approve_for_all(from: &str) -> ApproveDraft {
    ApproveDraft { required_from: Some(day(from)), ..approve("All of it.") }
}

fn approved() -> Story {
    Story::on("2026-05-03").then(begin("# Policy\n\nOf [DATE].")).then(approve("The first."))
}

fn names(events: &[PolicyEvent]) -> Vec<&'static str> {
    events.iter().map(StreamEvent::event_type).collect()
}

#[test]
fn v4_there_is_one_draft_at_a_time() {
    let story = approved().then(BeginDraft::default());
    assert_eq!(story.refused(BeginDraft::default()).0, "V4");
    assert_eq!(story.refused(begin("Another")).0, "V4");
    let story = story.then(DiscardDraft);
    assert!(story.policies.draft.is_none() && story.when(BeginDraft::default()).is_ok());
}

#[test]
fn v4_without_a_draft_there_is_nothing_to_edit_share_discard_or_approve() {
    let story = approved();
    let commands: [PolicyCommand; 5] = [
        edit("Text", "").into(),
        DiscardDraft.into(),
        ShareDraft { link: Uuid::from_u128(1) }.into(),
        UnshareDraft.into(),
        approve("All of it.").into(),
    ];
    for command in commands {
        let (rule, message) = story.refused(command);
        assert!(rule == "V4" && message.contains("approved or discarded"), "{message}");
    }
}

#[test]
fn v4_a_draft_begins_as_a_copy_of_the_newest_version() {
    let story = approved().then(begin("Second")).then(approve("Shorter.")).then(BeginDraft::default());
    let draft = story.policies.draft.unwrap();
    assert_eq!((&*draft.text, draft.based_on), ("Second", Some(version("2026.2"))));
}

#[test]
fn v4_a_change_log_is_required_to_approve() {
    let story = approved().then(begin("Second"));
    for empty in ["", " \r\n "] {
        let (rule, message) = story.refused(approve(empty));
        assert!(rule == "V4" && message.starts_with("what changed: it is empty"), "{message}");
    }
    assert!(story.when(edit("Second, better", "")).is_ok(), "a draft needs none yet");
}

#[test]
fn v4_versions_count_within_the_year_of_approval() {
    let story = approved().then(begin("Second")).then(approve("b")).day("2027-01-01");
    let story = story.then(begin("Third")).then(approve("c"));
    let numbers: Vec<_> = story.policies.approved.iter().map(|p| p.version.to_string()).collect();
    assert_eq!(numbers, ["2026.1", "2026.2", "2027.1"]);
    assert_eq!(story.policies.approved[2].approved_on, day("2027-01-01"));
}

#[test]
fn v4_an_approved_text_never_changes() {
    let story = approved();
    let before = story.policies.approved[0].clone();
    let story = story.then(BeginDraft::default()).then(edit("Otherwise", "x")).then(approve("Other."));
    assert_eq!(story.policies.approved[0], before);
    assert_eq!(&*story.policies.approved[1].text, "Otherwise");
}

#[test]
fn v4_saving_what_is_there_already_records_nothing() {
    let story = approved().then(begin("Second")).then(edit("Second", "Shorter."));
    assert_eq!(story.when(edit("Second\r\n", " \nShorter.\n")), Ok(Vec::new()));
}

#[test]
fn v4_a_draft_is_neither_empty_nor_endless() {
    let story = approved().then(begin("Second"));
    for bad in ["", "  \n", &"x".repeat(MOST_TEXT + 1), "a\u{202e}b"] {
        assert_eq!(story.refused(edit(bad, "")).0, "V4");
        assert_eq!(approved().refused(begin(bad)).0, "V4");
    }
    assert_eq!(story.refused(edit("Second", &"x".repeat(2_001))).0, "V4");
}

#[test]
fn v4_a_link_stays_until_it_is_withdrawn_and_ends_with_the_draft() {
    let share = |number| ShareDraft { link: Uuid::from_u128(number) };
    let story = approved().then(begin("Second")).then(share(1));
    assert_eq!(story.when(share(2)), Ok(Vec::new()), "it is shared already");
    let withdrawn = story.clone().then(UnshareDraft);
    assert_eq!(withdrawn.policies.draft.as_ref().unwrap().link, None);
    assert_eq!(withdrawn.when(UnshareDraft), Ok(Vec::new()));
    let again = story.clone().then(DiscardDraft).then(begin("Third"));
    assert_eq!(again.policies.draft.unwrap().link, None);
    let story = story.then(approve("Shorter."));
    assert_eq!(story.policies.approved[1].link, Some(Uuid::from_u128(1)), "it leads to the version");
}

#[test]
fn v4_everybody_accepts_again_from_a_day_that_is_yet_to_come() {
    let story = approved().then(begin("Second"));
    for early in ["2026-05-02", "2026-05-03"] {
        assert_eq!(story.refused(approve_for_all(early)).0, "D4");
    }
    assert_eq!(story.refused(approve_for_all("9999-01-01")).0, "D4");
    let events = story.when(approve_for_all("2026-06-01")).unwrap();
    assert_eq!(names(&events), ["PolicyApproved", "AcceptanceRequired"]);
    let policies = story.then(approve_for_all("2026-06-01")).policies;
    assert_eq!(policies.required_on(day("2026-05-31")), None);
    assert_eq!(policies.required_on(day("2026-06-01")), Some(version("2026.2")));
    assert_eq!(policies.coming_after(day("2026-05-31")), Some((version("2026.2"), day("2026-06-01"))));
    assert_eq!(policies.coming_after(day("2026-06-01")), None);
}

#[test]
fn v4_a_later_version_without_a_day_keeps_the_earlier_call() {
    let story = approved().then(begin("Second")).then(approve_for_all("2026-06-01"));
    let policies = story.day("2026-05-20").then(begin("Third")).then(approve("c")).policies;
    assert_eq!(policies.newest().unwrap().version, version("2026.3"));
    assert_eq!(policies.required_on(day("2026-07-01")), Some(version("2026.2")), "or a newer one");
}

#[test]
fn v4_the_call_can_be_taken_back_until_its_day() {
    let story = approved().then(begin("Second")).then(approve_for_all("2026-06-01"));
    let stop = StopRequiring { version: version("2026.2") };
    assert_eq!(names(&story.when(stop).unwrap()), ["AcceptanceNotRequired"]);
    assert_eq!(story.clone().day("2026-06-01").refused(stop).0, "V4");
    assert_eq!(story.refused(StopRequiring { version: version("2030.1") }).0, "V4");
    let story = story.then(stop);
    assert_eq!(story.policies.required_on(day("2026-07-01")), None);
    assert_eq!(story.when(stop), Ok(Vec::new()));
}

#[test]
fn v4_a_version_is_in_force_from_the_day_of_its_approval() {
    let policies = approved().day("2026-08-01").then(begin("Second")).then(approve("b")).policies;
    let on = |text: &str| policies.in_force_on(day(text)).map(|policy| policy.version.to_string());
    assert_eq!(on("2026-05-02"), None);
    assert_eq!(on("2026-05-03").as_deref(), Some("2026.1"));
    assert_eq!(on("2026-08-01").as_deref(), Some("2026.2"));
    assert_eq!(policies.before(version("2026.2")).unwrap().version, version("2026.1"));
    assert!(policies.before(version("2026.1")).is_none());
}

#[test]
fn v9_the_first_draft_is_the_template_and_waits_to_be_filled_in() {
    let story = Story::on("2026-05-03").then(BeginDraft::default());
    assert_eq!(&*story.policies.draft.as_ref().unwrap().text, TEMPLATE.trim_end());
    let (rule, message) = story.refused(approve("The first."));
    assert!(rule == "V9" && message.contains("[FILL IN"), "{message}");
    let filled = TEMPLATE.replace("[FILL IN", "[");
    assert!(story.then(edit(&filled, "")).when(approve("The first.")).is_ok());
}
