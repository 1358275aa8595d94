//! One thing done to many people: chosen, previewed, carried out, looked at again.

use std::collections::BTreeSet;

use emol::commands::Command;
use emol::commands::combatant::CombatantCommand;
use emol::commands::combatant::erase::Erase;
use emol::commands::combatant::renew_card::RenewCard;
use emol::commands::kingdom::SetSwitch;
use emol::commands::officers::{OfficersCommand, Verb};
use emol::domain::actor::Actor;
use emol::domain::date::CivilDate;
use emol::domain::demo::DEMO_OFFICERS;
use emol::domain::id::{CombatantId, Slug};
use emol::domain::kingdom::SwitchMode;
use emol::events::combatant::ErasureCause;

use super::desk_cast::{Cast, form};
use super::site::{Answer, Someone, fighter};
use crate::support::databases::on_all_databases;

const PATH: &str = "/desk/people/many";
const IDS: [&str; 4] = [
    "lusab-babad-gutih-tugad",
    "tugad-gutih-babad-lusab",
    "babad-lusab-tugad-gutih",
    "gutih-tugad-lusab-babad",
];

/// Two who hold a card, and one who holds none.
async fn three(cast: &Cast) -> [CombatantId; 3] {
    let asta = cast.site.register(&fighter("Ásta", IDS[0])).await;
    let mut magnus = fighter("Magnús", IDS[1]);
    magnus.marshal = true;
    let magnus = cast.site.register(&magnus).await;
    let olena = cast.site.register(&Someone { bout: "", ..fighter("Olena", IDS[2]) }).await;
    [asta, magnus, olena]
}

fn people(ids: &[CombatantId]) -> Vec<(&'static str, String)> {
    ids.iter().map(|id| ("person", id.to_string())).collect()
}

fn address(whom: &[(&'static str, String)], act: &[(&str, &str)]) -> String {
    let whom = whom.iter().map(|(name, value)| (*name, value.as_str()));
    let all: Vec<(&str, &str)> = whom.chain(act.iter().copied()).collect();
    emol::web::views::href(PATH, &all)
}

/// What the form of a preview sends, with some fields otherwise.
fn sent(page: &Answer, other: &[(&str, &str)]) -> String {
    let at = page.body.find("id=\"many\"").unwrap_or_else(|| panic!("no form\n{}", page.body));
    let html = page.body[at..].split("</form>").next().unwrap();
    let hidden = html.split("<input type=\"hidden\" name=\"").skip(1).map(|rest| {
        let (name, rest) = rest.split_once("\" value=\"").unwrap();
        (name, rest.split('"').next().unwrap())
    });
    let mut fields: Vec<(&str, &str)> = hidden.collect();
    for (name, value) in other {
        fields.retain(|(known, _)| known != name);
        fields.push((name, value));
    }
    form(&fields)
}

const RENEW: [(&str, &str); 3] = [("act", "renew-cards"), ("in", "armoured-combat"), ("on", "2026-11-21")];

async fn erase(cast: &Cast, combatant: CombatantId) {
    let command: CombatantCommand = Erase::by(ErasureCause::Officer).into();
    let last = cast.site.issue(Command::Combatant { combatant, command }).await;
    cast.site.seen(last).await;
}

#[test]
fn c4_many_cards_are_renewed_after_a_look_at_who_changes_and_who_cannot() {
    on_all_databases(|database| async move {
        let cast = Cast::serve(&database).await;
        let ids = three(&cast).await;
        let minister = cast.be("list-minister").await;
        let list =
            minister.get("/desk/people").await.is(200).shows("With those ticked").shows("With all 3 found");
        for id in ids {
            let tick = format!("name=\"person\" value=\"{id}\"");
            assert!(list.body.contains(&tick), "{tick}");
        }
        minister
            .get(&address(&people(&ids), &[]))
            .await
            .is(200)
            .shows("3 people, ticked")
            .shows("Renew cards")
            .hides("Ásta");
        let readings = cast.readings().await.len();
        let facts = cast.facts().await.len();
        let page = minister.get(&address(&people(&ids), &RENEW)).await.is(200);
        let page = page.shows("<b>2</b> would change").shows("<b>1</b> cannot");
        let page =
            page.shows("There is no card in Armoured Combat to renew (rule C4).").shows("Renew 2 cards");
        let page = page
            .shows("issued 15 Mar 2025, last day 14 Mar 2027")
            .shows("issued 21 Nov 2026, last day 20 Nov 2028");
        assert_eq!(cast.readings().await.len(), readings + 1, "a preview is one reading (V7)");
        assert_eq!(cast.facts().await.len(), facts, "a preview records nothing else");
        let answer = minister.post(PATH, &sent(&page, &[])).await.is(303);
        let result = answer.header("location").to_owned();
        let shown = minister.get(&result).await.is(200).shows("<b>2</b> changed").shows("<b>1</b> did not");
        shown
            .shows("no card in Armoured Combat to renew")
            .shows("issued 21 Nov 2026")
            .shows("Take the result along");
        // Everything of it has one correlation id, and each is a command of its own.
        let new = cast.facts().await.split_off(facts);
        assert_eq!(new.len(), 2);
        let runs: BTreeSet<_> = new.iter().map(|row| row.correlation_id.to_string()).collect();
        assert_eq!(runs, BTreeSet::from([result.rsplit('/').next().unwrap().to_owned()]));
        assert_ne!(new[0].command_id, new[1].command_id);
        // The same form again does nothing and leads to the same result.
        let again = minister.post(PATH, &sent(&page, &[])).await.is(303);
        assert_eq!(again.header("location"), result);
        assert_eq!(cast.facts().await.len(), facts + 2);
        // With other contents it is another form.
        let other = sent(&page, &[("on", "2026-11-20")]);
        minister.post(PATH, &other).await.is(409).shows("already sent with other contents");
        assert_eq!(cast.facts().await.len(), facts + 2);
        // A renewal before the one that holds now moves no date (D4).
        let late = [RENEW[0], RENEW[1], ("on", "2026-01-10")];
        let page = minister.get(&address(&people(&ids), &late)).await.is(200);
        let page = page
            .shows("issued 21 Nov 2026")
            .shows("stays: the renewal is earlier")
            .hides("issued 10 Jan 2026");
        let answer = minister.post(PATH, &sent(&page, &[])).await.is(303);
        minister.get(answer.header("location")).await.shows(
            "issued 10 Jan 2026, last day 9 Jan 2028; a later entry sets the card’s last day, 20 Nov 2028",
        );
        // What came of it is for whoever did it.
        cast.be("fencing-deputy").await.get(&result).await.is(404);
        cast.nobody().get(&result).await.is(303);
    });
}

#[test]
fn v7_the_result_is_taken_along_for_a_reason() {
    on_all_databases(|database| async move {
        let cast = Cast::serve(&database).await;
        let ids = three(&cast).await;
        let minister = cast.be("list-minister").await;
        let page = minister.get(&address(&people(&ids), &RENEW)).await.is(200);
        let result = minister.post(PATH, &sent(&page, &[])).await.is(303).header("location").to_owned();
        let file = format!("{result}/file");
        minister.post(&file, "reason=").await.is(422).shows("href=\"#export-reason\"");
        let taken = minister.post(&file, "reason=For+the+earl+marshal").await.is(200);
        assert_eq!(taken.header("content-type"), "text/csv; charset=utf-8");
        let lines = taken.csv();
        assert_eq!(lines[0], "sca_name,legal_name,outcome,what");
        assert_eq!(
            lines[1],
            "Olena,Xavier Jansen,not changed,There is no card in Armoured Combat to renew (rule C4)."
        );
        assert_eq!(lines[2], "Ásta,Xavier Jansen,changed,\"issued 21 Nov 2026, last day 20 Nov 2028\"");
        assert_eq!(lines.len(), 4);
        cast.be("fencing-deputy").await.post(&file, "reason=x").await.is(404);
        minister.get("/desk/people/many/018f5c1e-7a3b-7c00-8000-0123456789ab").await.is(404);
        minister.get("/desk/people/many/nonsense").await.is(404);
    });
}

#[test]
fn p5_what_changed_since_the_preview_is_shown_again_before_anything_is_done() {
    on_all_databases(|database| async move {
        let cast = Cast::serve(&database).await;
        let [asta, magnus, olena] = three(&cast).await;
        let minister = cast.be("list-minister").await;
        let found = [("all", "yes".to_owned()), ("q", "xavier".to_owned())];
        for whom in [people(&[asta, magnus, olena]), found.to_vec()] {
            let page = minister.get(&address(&whom, &RENEW)).await.is(200).shows("Renew 2 cards");
            let renewed = RenewCard {
                discipline: Slug::parse("armoured-combat").unwrap(),
                issued_on: CivilDate::parse(if whom.len() == 3 { "2026-01-10" } else { "2026-02-10" })
                    .unwrap(),
            };
            let last = cast.site.issue(Command::Combatant { combatant: asta, command: renewed.into() }).await;
            cast.site.seen(last).await;
            let facts = cast.facts().await.len();
            let again =
                minister.post(PATH, &sent(&page, &[])).await.is(409).shows("changed since you looked");
            assert_eq!(cast.facts().await.len(), facts, "nothing was done");
            assert_ne!(again.command_id("many"), page.command_id("many"));
        }
        // Somebody is erased meanwhile: those ticked are fewer, and the erased one says so.
        let page = minister.get(&address(&people(&[asta, magnus]), &RENEW)).await.is(200);
        erase(&cast, asta).await;
        let again =
            minister.post(PATH, &sent(&page, &[])).await.is(409).shows("No longer on the list").hides("Ásta");
        let again = again.shows("This record was erased (rule V6).").shows("Renew this card");
        let done = minister.post(PATH, &sent(&again, &[])).await.is(303).header("location").to_owned();
        minister.get(&done).await.is(200).shows("<b>1</b> changed").shows("This record was erased");
        // All that are found are whoever is found: another one, and it is looked at again.
        let later = [RENEW[0], RENEW[1], ("on", "2026-11-22")];
        let page = minister.get(&address(&found, &later)).await.is(200);
        cast.site.register(&fighter("Rúna", IDS[3])).await;
        minister.post(PATH, &sent(&page, &[])).await.is(409).shows("Rúna");
    });
}

#[test]
fn a3_nobody_renews_their_own_card_among_many() {
    on_all_databases(|database| async move {
        let cast = Cast::serve(&database).await;
        let [asta, magnus, _] = three(&cast).await;
        let officer = DEMO_OFFICERS[0].officer();
        let by = Actor::Operator("test".to_owned());
        let verb = Verb::Link { officer, combatant: Some(asta) };
        cast.site.issue(Command::Officers(OfficersCommand { by, verb })).await;
        cast.site.state.bus().refresh().await.unwrap();
        let minister = cast.be("list-minister").await;
        let page = minister.get(&address(&people(&[asta, magnus]), &RENEW)).await.is(200);
        let page = page.shows("Nobody may change their own authorizations").shows("Renew this card");
        let done = minister.post(PATH, &sent(&page, &[])).await.is(303).header("location").to_owned();
        minister.get(&done).await.is(200).shows("<b>1</b> changed").shows("(rule A3).");
        let own = minister.get(&address(&people(&[asta]), &RENEW)).await.is(200);
        own.hides("id=\"many\"").shows("Choose something else");
    });
}

#[test]
fn a1_many_are_changed_only_where_one_could_be() {
    on_all_databases(|database| async move {
        let cast = Cast::serve(&database).await;
        let ids = three(&cast).await;
        let minister = cast.be("list-minister").await;
        let page = minister.get(&address(&people(&ids), &RENEW)).await.is(200);
        let facts = cast.facts().await.len();
        let deputy = cast.be("fencing-deputy").await;
        let choices = deputy.get(&address(&people(&ids), &[])).await.is(200).shows("Fencing: Heavy Rapier");
        choices.hides("Armoured Combat");
        deputy.get(&address(&people(&ids), &RENEW)).await.is(403);
        deputy.post(PATH, &sent(&page, &[])).await.is(403);
        for persona in ["seneschal", "auditor", "administrator"] {
            let officer = cast.be(persona).await;
            officer.get(&address(&people(&ids), &[])).await.is(403).hides("Ásta");
            officer.post(PATH, &sent(&page, &[])).await.is(403);
        }
        cast.be("seneschal").await.get("/desk/people").await.is(200).hides("name=\"person\"");
        cast.nobody().get(PATH).await.is(303);
        cast.nobody().post(PATH, &sent(&page, &[])).await.is(401);
        assert_eq!(cast.facts().await.len(), facts);
        // In their own discipline: whoever has no card gets one with the authorization (C2).
        let grant = [("act", "grant"), ("in", "fencing/heavy-rapier"), ("on", "2026-11-21")];
        let page = deputy.get(&address(&people(&ids), &grant)).await.is(200);
        let page =
            page.shows("Grant it to 3 people").shows("not held, no card").shows("held since 21 Nov 2026");
        let done = deputy.post(PATH, &sent(&page, &[])).await.is(303).header("location").to_owned();
        deputy
            .get(&done)
            .await
            .is(200)
            .shows("<b>3</b> changed")
            .shows("card issued 21 Nov 2026")
            .hides("</b> did not");
        let again = deputy.get(&address(&people(&ids), &grant)).await.is(200);
        again.shows("is already held, since 21 November 2026 (rule C5).").hides("id=\"many\"");
    });
}

#[test]
fn c5_dates_are_corrected_and_warrants_renewed_and_ended_with_a_reason() {
    on_all_databases(|database| async move {
        let cast = Cast::serve(&database).await;
        let [asta, magnus, _] = three(&cast).await;
        let minister = cast.be("list-minister").await;
        // Renewed with a wrong date: the same people's cards are corrected from the result on.
        let page = minister.get(&address(&people(&[asta, magnus]), &RENEW)).await.is(200);
        let result = minister.post(PATH, &sent(&page, &[])).await.is(303).header("location").to_owned();
        let run = result.rsplit('/').next().unwrap();
        minister.get(&result).await.is(200).shows(&format!("changed&#x3D;{run}"));
        let changed = [("changed", run.to_owned())];
        let correct = [("act", "correct-cards"), ("in", "armoured-combat"), ("on", "2026-11-14")];
        let page =
            minister.get(&address(&changed, &correct)).await.is(200).shows("Correct the dates of 2 cards");
        let facts = cast.facts().await.len();
        minister
            .post(PATH, &sent(&page, &[]))
            .await
            .is(422)
            .shows("A reason is needed")
            .shows("role=\"alert\"");
        assert_eq!(cast.facts().await.len(), facts);
        let typed = [("reason", "The practice was a week earlier")];
        let done = minister.post(PATH, &sent(&page, &typed)).await.is(303).header("location").to_owned();
        minister.get(&done).await.is(200).shows("<b>2</b> changed").shows("issued 14 Nov 2026");
        minister.get(&format!("/desk/people/{asta}")).await.shows("The practice was a week earlier");
        // A warrant without an end needs no renewal; one that is ended says its last day.
        let whom = people(&[asta, magnus]);
        let renew = [("act", "renew-warrants"), ("in", "armoured-combat"), ("on", "2027-12-31")];
        let page = minister.get(&address(&whom, &renew)).await.is(200).hides("id=\"many\"");
        page.shows("This warrant has no end: there is nothing to renew (rule C8).").shows("no such warrant");
        let end = [("act", "end-warrants"), ("in", "armoured-combat/marshal"), ("on", "2026-11-22")];
        let page = minister.get(&address(&whom, &end)).await.is(200).shows("End this warrant");
        let page =
            page.shows("Field Marshal, 15 Mar 2025, no end").shows("Field Marshal, last day 21 Nov 2026");
        let typed = [("reason", "Moved away")];
        let done = minister.post(PATH, &sent(&page, &typed)).await.is(303).header("location").to_owned();
        minister.get(&done).await.is(200).shows("<b>1</b> changed").shows("last day 21 Nov 2026");
        minister.get(&format!("/desk/people/{magnus}")).await.shows("Moved away");
    });
}

#[test]
fn all_that_a_search_found_are_changed_without_naming_them() {
    on_all_databases(|database| async move {
        const NAMES: [&str; 60] = {
            let mut names = ["Ásta"; 60];
            names[7] = "<b>Ragnar</b>";
            names[9] = "Ραφαήλ";
            names
        };
        let cast = Cast::serve(&database).await;
        for name in NAMES {
            cast.site.register(&Someone { card_id: "", ..fighter(name, "") }).await;
        }
        let minister = cast.be("list-minister").await;
        let found =
            [("all", "yes".to_owned()), ("state", "not-accepted".to_owned()), ("q", "xavier".to_owned())];
        let page =
            minister.get(&address(&found, &RENEW)).await.is(200).shows("60 people").shows("Renew 60 cards");
        let page = page.hides("<b>Ragnar");
        assert!(!sent(&page, &[]).contains("person="), "nobody is listed in the form");
        let done = minister.post(PATH, &sent(&page, &[])).await.is(303).header("location").to_owned();
        minister.get(&done).await.is(200).shows("<b>60</b> changed").hides("</b> did not").hides("<b>Ragnar");
        assert_eq!(cast.facts().await.iter().filter(|row| &*row.event_type == "CardRenewed").count(), 60);
    });
}

#[test]
fn what_no_page_of_ours_sends_is_refused_and_writes_nothing() {
    on_all_databases(|database| async move {
        let cast = Cast::serve(&database).await;
        let ids = three(&cast).await;
        let minister = cast.be("list-minister").await;
        let page = minister.get(&address(&people(&ids), &RENEW)).await.is(200);
        let facts = cast.facts().await.len();
        for (field, value, status) in [
            ("act", "promote", 400),
            ("act", "", 400),
            ("in", "nowhere", 400),
            ("in", "armoured-combat/spear", 400),
            ("on", "2025-02-29", 400),
            ("on", "", 400),
            ("person", "nonsense", 400),
            ("person", "018f5c1e-7a3b-7c00-8000-0123456789ab", 409),
            ("all", "perhaps", 400),
            ("mark", "", 409),
            ("mark", "x", 409),
            ("command_id", "", 400),
            ("changed", "nonsense", 400),
            ("changed", "018f5c1e-7a3b-7c00-8000-0123456789ab", 404),
        ] {
            let answer = minister.post(PATH, &sent(&page, &[(field, value)])).await;
            assert_eq!(answer.status, status, "{field} {value}\n{}", answer.body);
        }
        minister.get(&format!("{PATH}?act=promote&person={}", ids[0])).await.is(400);
        minister
            .get(&address(&people(&ids), &[("act", "renew-cards")]))
            .await
            .is(422)
            .shows("role=\"alert\"");
        minister
            .get(&address(
                &people(&ids),
                &[("act", "grant"), ("in", "armoured-combat"), ("on", "2026-11-21")],
            ))
            .await
            .is(422);
        minister
            .get(&address(
                &people(&ids),
                &[("act", "renew-cards"), ("in", "armoured-combat"), ("on", "2026-11-23")],
            ))
            .await
            .is(200)
            .shows("is in the future");
        minister.get(PATH).await.is(422).shows("Nobody is chosen yet");
        minister.get(&format!("{PATH}?all=yes&state=nonsense")).await.is(400);
        let many: Vec<String> = (0..151).map(|n| format!("person=018f5c1e-7a3b-7c00-8000-{n:012}")).collect();
        minister.get(&format!("{PATH}?{}", many.join("&"))).await.is(400).shows("At most 150");
        assert_eq!(cast.facts().await.len(), facts, "something was written");
    });
}

#[test]
fn a_form_that_is_sent_twice_at_once_is_carried_out_once() {
    on_all_databases(|database| async move {
        let cast = Cast::serve(&database).await;
        let ids = three(&cast).await;
        let minister = cast.be("list-minister").await;
        let page = minister.get(&address(&people(&ids), &RENEW)).await.is(200);
        let facts = cast.facts().await.len();
        let body = sent(&page, &[]);
        let (one, other) = tokio::join!(minister.post(PATH, &body), minister.post(PATH, &body));
        // The later of the two may come when all is done and not yet recorded: then it shows what is left.
        let (one, other) = if one.status == 303 { (one, other) } else { (other, one) };
        assert!(one.status == 303 && [303, 409].contains(&other.status), "{} {}", one.status, other.status);
        minister.get(one.header("location")).await.is(200).shows("<b>2</b> changed");
        assert_eq!(cast.facts().await.len(), facts + 2);
    });
}

#[test]
fn l3_many_are_asked_for_a_pin_a_few_first_then_reminded_each_once() {
    on_all_databases(|database| async move {
        emol::store::format::raise(&database.admin, emol::events::LOG_FORMAT).await.unwrap();
        let cast = Cast::serve(&database).await;
        let ids = three(&cast).await;
        let new = cast.site.register(&Someone { card_id: "", ..fighter("Kolgríma", IDS[3]) }).await;
        let all = [ids[0], ids[1], ids[2], new];
        let minister = cast.be("list-minister").await;
        let ask =
            |mail, most| address(&people(&all), &[("act", "ask-for-pin"), ("in", mail), ("most", most)]);
        minister.get(&address(&people(&all), &[])).await.is(200).hides("Ask to set a PIN");
        let off = minister.get(&ask("set-pin", "")).await.is(200).shows("<b>0</b> would be mailed");
        off.shows("PINs are off for this person");
        let switch = Slug::parse("pin-authentication").unwrap();
        let on = SetSwitch { switch, mode: SwitchMode::Everyone, listed: Vec::new() };
        let last = cast.site.issue(Command::Kingdom(on.into())).await;
        cast.site.seen(last).await;
        minister.get(&address(&people(&all), &[])).await.is(200).shows("Ask to set a PIN");
        for wrong in ["0", "x", "5001"] {
            minister.get(&ask("set-pin", wrong)).await.is(422).shows("Type a number from 1 to");
        }
        minister.get(&ask("welcome", "")).await.is(422).shows("Choose one from the list");
        // Nobody is reminded of what they were never asked.
        let early = minister.get(&ask("set-pin-reminder", "")).await.is(200);
        early.shows("<b>0</b> would be mailed").shows("The invitation comes before the reminder");
        let facts = cast.facts().await.len();
        let page = minister.get(&ask("set-pin", "2")).await.is(200).shows("<b>2</b> would be mailed");
        let page = page.shows("To at most 2 people.").shows("Not this time: that is the limit");
        let page = page.shows("There is no card page until the privacy policy is accepted");
        assert_eq!(cast.facts().await.len(), facts, "a preview mails nobody");
        // Who may not send such links may not send many either.
        cast.be("fencing-deputy")
            .await
            .get(&ask("set-pin", "2"))
            .await
            .is(403)
            .shows("can_initiate_pin_reset");
        cast.be("fencing-deputy").await.post(PATH, &sent(&page, &[])).await.is(403);
        let done = minister.post(PATH, &sent(&page, &[])).await.is(303).header("location").to_owned();
        let shown =
            minister.get(&done).await.is(200).shows("<b>2</b> were mailed").shows("<b>2</b> were not");
        shown.shows("Invite to set a PIN").shows("for&#x3D;ask-for-pin&amp;in&#x3D;set-pin-reminder");
        minister.post(PATH, &sent(&page, &[])).await.is(303);
        assert_eq!(cast.facts().await.len(), facts + 2, "the same form again mails nobody");
        let mails = "SELECT COUNT(*) FROM outbox WHERE template = 'set-pin'";
        let count =
            cast.site.state.services.store.db().fetch_all(mails, &[]).await.unwrap()[0].int(0).unwrap();
        assert_eq!(count, 2);
        // The rest of them, then those of the first run once more.
        let rest = minister.get(&ask("set-pin", "")).await.is(200).shows("<b>1</b> would be mailed");
        let rest = rest.shows("This mail was sent already");
        minister.post(PATH, &sent(&rest, &[])).await.is(303);
        let run = done.rsplit('/').next().unwrap();
        let again = format!("{PATH}?changed={run}&act=ask-for-pin&in=set-pin-reminder");
        let again = minister.get(&again).await.is(200).shows("<b>2</b> would be mailed");
        minister.post(PATH, &sent(&again, &[])).await.is(303);
        assert_eq!(cast.facts().await.len(), facts + 5);
    });
}
