//! Two records of one person become one (P6), at the desk.

use super::desk_cast::{Cast, Visitor, form};
use super::site::{Answer, fighter};
use crate::support::databases::on_all_databases;
use emol::commands::Command;
use emol::commands::combatant::erase::Erase;
use emol::commands::officers::{OfficersCommand, Verb};
use emol::domain::actor::Actor;
use emol::domain::demo::DEMO_OFFICERS;
use emol::domain::id::CombatantId;
use emol::events::combatant::ErasureCause;

const OURS: &str = "lusab-babad-gutih-tugad";
const THEIRS: &str = "tugad-gutih-babad-lusab";

/// Two records that share the legal name, with cards and waivers of different days.
async fn twice(cast: &Cast) -> (CombatantId, CombatantId) {
    let ours = cast.site.register(&fighter("Ásta", OURS)).await;
    let mut second = fighter("Asta Jansen", THEIRS);
    second.waiver = "2026-02-01";
    second.bout = "2026-03-01";
    (ours, cast.site.register(&second).await)
}

fn sent(page: &Answer, other: &[(&str, &str)]) -> String {
    let hidden = |name: &str| page.hidden("merge", name);
    let (command, seen) = (hidden("command_id"), hidden("seen_version"));
    let (with, seen_other) = (hidden("with"), hidden("seen_other"));
    let mut fields = vec![
        ("command_id", command.as_str()),
        ("seen_version", &seen),
        ("with", &with),
        ("seen_other", &seen_other),
        ("card-armoured-combat", "ends"),
        ("waiver", "stays"),
    ];
    for (name, value) in other {
        fields.retain(|(known, _)| known != name);
        fields.push((name, value));
    }
    form(&fields)
}

async fn side_by_side(minister: &Visitor<'_>, ours: CombatantId, theirs: CombatantId) -> Answer {
    minister.get(&format!("/desk/people/{ours}/merge?with={theirs}")).await.is(200)
}

#[test]
fn p6_who_is_on_file_twice_is_found_compared_and_joined() {
    on_all_databases(|database| async move {
        let cast = Cast::serve(&database).await;
        let (ours, theirs) = twice(&cast).await;
        let minister = cast.be("list-minister").await;
        let path = format!("/desk/people/{ours}/merge");
        minister.get(&format!("/desk/people/{ours}")).await.is(200).shows(&path);
        let other = format!("merge?with&#x3D;{theirs}");
        minister.get(&path).await.is(200).shows("the same legal name").shows("Asta Jansen").shows(&other);
        minister.get(&format!("{path}?q=jansen")).await.is(200).shows(&other);
        minister.get(&format!("{path}?q=nobody+of+this+name")).await.is(200).shows("Nobody else found");
        let page = side_by_side(&minister, ours, theirs).await;
        let page = page.shows("issued 15 Mar 2025").shows("issued 1 Mar 2026").shows("not carried over");
        let answer = minister.post(&path, &sent(&page, &[])).await.is(303);
        assert!(answer.header("set-cookie").starts_with("emol-done=merged"), "{answer:?}");
        let record = minister.get(&format!("/desk/people/{ours}")).await.is(200);
        record.shows("1 March 2026").shows("10 January 2025");
        // The other one's link leads here, and its record refuses commands.
        cast.nobody().get(&format!("/card/{THEIRS}")).await.is(200).shows("Ásta");
        minister.get(&format!("/desk/people/{theirs}")).await.is(200).shows("Joined");
        minister.get(&format!("/desk/people/{theirs}/merge")).await.is(404);
        // The same form again is the same command.
        let facts = cast.facts().await.len();
        minister.post(&path, &sent(&page, &[])).await.is(303);
        assert_eq!(cast.facts().await.len(), facts);
    });
}

#[test]
fn p6_what_is_missing_or_changed_meanwhile_is_said_and_nothing_is_written() {
    on_all_databases(|database| async move {
        let cast = Cast::serve(&database).await;
        let (ours, theirs) = twice(&cast).await;
        let minister = cast.be("list-minister").await;
        let path = format!("/desk/people/{ours}/merge");
        let page = side_by_side(&minister, ours, theirs).await;
        let facts = cast.facts().await.len();
        let answer = minister.post(&path, &sent(&page, &[("card-armoured-combat", "")])).await.is(422);
        answer.shows("Choose whose dates to keep").shows("value=\"stays\" checked");
        minister.post(&path, &sent(&page, &[("waiver", "")])).await.is(422).shows("Choose which waiver");
        let nobody = "00000000-0000-7000-8000-000000000000";
        for (field, value, status) in [
            ("waiver", "both", 400),
            ("card-armoured-combat", "<b>", 400),
            ("with", "nonsense", 404),
            ("with", nobody, 404),
            ("seen_version", "", 400),
            ("seen_other", "x", 400),
            ("seen_other", "1", 409),
            ("seen_version", "1", 409),
            ("command_id", "", 400),
        ] {
            let answer = minister.post(&path, &sent(&page, &[(field, value)])).await;
            assert_eq!(answer.status, status, "{field} {value}");
        }
        minister.post(&path, &sent(&page, &[("with", &ours.to_string())])).await.is(422);
        for with in [nobody, "nonsense"] {
            minister.get(&format!("{path}?with={with}")).await.is(404);
        }
        minister.get(&format!("{path}?with={ours}")).await.is(400);
        assert_eq!(cast.facts().await.len(), facts);
    });
}

#[test]
fn a1_only_who_may_change_records_joins_them() {
    on_all_databases(|database| async move {
        let cast = Cast::serve(&database).await;
        let (ours, theirs) = twice(&cast).await;
        let minister = cast.be("list-minister").await;
        let page = side_by_side(&minister, ours, theirs).await;
        let path = format!("/desk/people/{ours}/merge");
        let facts = cast.facts().await.len();
        for persona in ["fencing-deputy", "seneschal", "auditor", "administrator"] {
            let officer = cast.be(persona).await;
            officer.get(&path).await.is(403);
            officer.post(&path, &sent(&page, &[])).await.is(403);
        }
        cast.nobody().get(&path).await.is(303);
        assert_eq!(cast.facts().await.len(), facts);
        // Both records were opened, and that is in the log (V7).
        assert!(cast.readings().await.iter().filter(|name| *name == "RecordRead").count() >= 2);
    });
}

/// Joins the second record to the first, at the desk.
async fn join(cast: &Cast, ours: CombatantId, theirs: CombatantId) {
    let minister = cast.be("list-minister").await;
    let page = side_by_side(&minister, ours, theirs).await;
    minister.post(&format!("/desk/people/{ours}/merge"), &sent(&page, &[])).await.is(303);
}

#[test]
fn v6_p6_once_the_survivor_is_erased_nobody_reads_the_joined_record() {
    on_all_databases(|database| async move {
        let cast = Cast::serve(&database).await;
        let (ours, theirs) = twice(&cast).await;
        join(&cast, ours, theirs).await;
        let (minister, auditor) = (cast.be("list-minister").await, cast.be("auditor").await);
        let (desk, audit) = (format!("/desk/people/{theirs}"), format!("/audit?person={theirs}"));
        minister.get(&desk).await.is(200).shows("Asta Jansen");
        auditor.get(&audit).await.is(200).shows("Asta Jansen");
        let command = Erase::by(ErasureCause::Officer).into();
        let last = cast.site.issue(Command::Combatant { combatant: ours, command }).await;
        cast.site.seen(last).await;
        minister.get(&desk).await.is(200).hides("Jansen");
        auditor.get(&audit).await.is(200).hides("Jansen");
        let path = format!("/audit/as-of?what=card&person={theirs}&on=2026-04-01");
        auditor.get(&path).await.is(200).hides("Jansen");
    });
}

#[test]
fn a3_p6_the_record_that_ones_own_was_joined_to_has_no_forms_for_what_is_on_its_card() {
    on_all_databases(|database| async move {
        let cast = Cast::serve(&database).await;
        let (ours, theirs) = twice(&cast).await;
        join(&cast, ours, theirs).await;
        let minister = cast.be("list-minister").await;
        let path = format!("/desk/people/{ours}");
        minister.get(&path).await.is(200).shows("id=\"correct-armoured-combat\"");
        let officer = DEMO_OFFICERS.iter().find(|one| one.key == "list-minister").unwrap().officer();
        let verb = Verb::Link { officer, combatant: Some(theirs) };
        let by = Actor::Operator("test".to_owned());
        cast.site.issue(Command::Officers(OfficersCommand { by, verb })).await;
        cast.site.state.bus().refresh().await.unwrap();
        minister.get(&path).await.is(200).hides("id=\"correct-armoured-combat\"");
    });
}
