//! A record's dates at the desk: entered late, corrected, taken back, and what is said of it.

use super::desk_cast::{Cast, form};
use super::site::{Someone, fighter};
use crate::support::databases::on_all_databases;

const LONG: &str = "lusab-babad-gutih-tugad";

#[test]
fn d4_an_entry_before_the_newest_says_that_no_date_moved_and_a_collision_names_the_other_entry() {
    on_all_databases(|database| async move {
        let cast = Cast::serve(&database).await;
        let id = cast.site.register(&fighter("Ásta", LONG)).await;
        let path = format!("/desk/people/{id}");
        let minister = cast.be("list-minister").await;
        let send = async |form_id: &str, verb: &str, fields: &[(&str, &str)]| {
            let command = minister.get(&path).await.command_id(form_id);
            let fields = [&[("discipline", "armoured-combat"), ("command_id", &command)], fields].concat();
            minister.post(&format!("{path}/{verb}"), &form(&fields)).await
        };
        // What the next page says, and whether it shows that date.
        let said = async |answer: super::site::Answer, says: &str, shows: &str| {
            let done = answer.is(303).header("set-cookie").split(';').next().unwrap().to_owned();
            let with = cast.with(format!("{}; {done}", minister.cookie));
            with.get(&path).await.is(200).shows(says).shows(shows);
        };
        let renew = async |day| send("renew-armoured-combat", "renew-card", &[("on", day)]).await;
        let newest = "19 November 2028";
        said(renew("2026-11-20").await, "Card renewed in Armoured Combat", newest).await;
        said(renew("2026-01-10").await, "Earlier renewal recorded in Armoured Combat", newest).await;
        renew("2026-01-10").await.is(422).shows("the issue date 10 January 2026 already");
        let day = [("seen", "2026-11-20"), ("on", "2024-01-01"), ("reason", "Misread")];
        let answer = send("correct-armoured-combat", "correct-card", &day).await.is(422);
        let answer = answer.shows("The issue of the card on 15 March 2025 would make no sense after it");
        answer.shows("already a card in Armoured Combat, issued on 1 January 2024");
        let waiver = async |day| send("waiver-new", "record-waiver", &[("signed_on", day)]).await;
        let newest = "20 November 2033";
        said(waiver("2026-11-21").await, "Waiver recorded.", newest).await;
        said(waiver("2020-05-05").await, "Earlier waiver recorded.", newest).await;
        waiver("2025-01-10").await.is(422).shows("A waiver signed on 10 January 2025 is already on file");
    });
}

#[test]
fn p5_a_correction_is_of_the_date_that_was_seen() {
    on_all_databases(|database| async move {
        let cast = Cast::serve(&database).await;
        let id = cast.site.register(&fighter("Ásta", LONG)).await;
        let path = format!("/desk/people/{id}");
        let minister = cast.be("list-minister").await;
        let send = async |command: &str, verb: &str, fields: &[(&str, &str)]| {
            let fields = [&[("discipline", "armoured-combat"), ("command_id", command)], fields].concat();
            minister.post(&format!("{path}/{verb}"), &form(&fields)).await
        };
        // Two tabs: one renews, the other still shows the card as it was.
        let open = minister.get(&path).await;
        let renew = open.command_id("renew-armoured-combat");
        send(&renew, "renew-card", &[("on", "2026-11-20")]).await.is(303);
        let facts = cast.facts().await.len();
        let correct = open.command_id("correct-armoured-combat");
        let typed = [("on", "2025-04-02"), ("reason", "Misread")];
        let old = [&[("seen", "2025-03-15")], typed.as_slice()].concat();
        let answer = send(&correct, "correct-card", &old).await.is(409);
        let answer =
            answer.shows("dated 15 March 2025 when you opened this form, and is dated 20 November 2026 now");
        answer.shows("value=\"2025-04-02\"").shows("Misread").shows("name=\"seen\" value=\"2026-11-20\"");
        let waiver = open.command_id("waiver-date");
        let signed = [("seen", "2024-01-10"), ("signed_on", "2025-04-02"), ("reason", "Misread")];
        send(&waiver, "correct-waiver", &signed).await.is(409).shows("The waiver was dated 10 January 2024");
        assert_eq!(cast.facts().await.len(), facts);
        // What it never showed is not believed.
        for odd in [&typed[..], &[&[("seen", "x")], typed.as_slice()].concat()] {
            send(&correct, "correct-card", odd).await.is(400);
        }
        let new = [("seen", "2026-11-20"), ("on", "2026-11-19"), ("reason", "Misread")];
        send(&correct, "correct-card", &new).await.is(303);
        // At once, for everybody: whoever was told that it is done sees it.
        cast.nobody().get(&format!("/card/{LONG}")).await.is(200).shows("18 November 2028");
    });
}

#[test]
fn c4_a_card_that_begins_after_what_it_carries_is_told_of_and_the_past_says_that_there_was_none() {
    on_all_databases(|database| async move {
        let cast = Cast::serve(&database).await;
        let id = cast.site.register(&fighter("Ásta", LONG)).await;
        let path = format!("/desk/people/{id}");
        let minister = cast.be("list-minister").await;
        let command = minister.get(&path).await.command_id("correct-armoured-combat");
        let later = form(&[
            ("discipline", "armoured-combat"),
            ("command_id", &command),
            ("seen", "2025-03-15"),
            ("on", "2025-05-01"),
            ("reason", "Misread"),
        ]);
        let answer = minister.post(&format!("{path}/correct-card"), &later).await.is(303);
        let done = answer.header("set-cookie").split(';').next().unwrap().to_owned();
        let with = cast.with(format!("{}; {done}", minister.cookie));
        with.get(&path).await.is(200).shows("they count from the card’s date on");
        let auditor = cast.be("auditor").await;
        let on = |day: &str| format!("/audit/as-of?what=card&person={id}&on={day}");
        let says = "Authorizations in Armoured Combat are on file, but no card by that day";
        auditor.get(&on("2025-04-01")).await.is(200).shows(says).hides("No authorizations on file");
        auditor.get(&on("2025-05-01")).await.is(200).shows("Could fight that day").hides(says);
        auditor.get(&on("2025-03-01")).await.is(200).shows("No authorizations on file").hides(says);
        auditor.get(&on("2026-12-24")).await.is(200).shows("May fight that day, as things stand");
    });
}

#[test]
fn c11_a_good_card_that_carries_nothing_wants_no_renewal() {
    on_all_databases(|database| async move {
        let cast = Cast::serve(&database).await;
        let id = cast.site.register(&fighter("Ásta", LONG)).await;
        let path = format!("/desk/people/{id}");
        let minister = cast.be("list-minister").await;
        let command = minister.get(&path).await.command_id("revoke-weapon-shield-armoured-combat");
        let revoke = form(&[
            ("discipline", "armoured-combat"),
            ("authorization", "weapon-shield"),
            ("on", "2026-11-21"),
            ("reason", "On request"),
            ("command_id", &command),
        ]);
        minister.post(&format!("{path}/revoke-authorization"), &revoke).await.is(303);
        let page = minister.get(&path).await.is(200).hides("Renew a card below");
        page.shows("A card is good, but carries no authorization").shows("Grant an authorization below");
    });
}

#[test]
fn d4_an_entry_of_the_wrong_person_is_taken_back_and_the_card_says_so() {
    on_all_databases(|database| async move {
        emol::store::format::raise(&database.admin, emol::events::LOG_FORMAT).await.unwrap();
        let cast = Cast::serve(&database).await;
        let id = cast.site.register(&Someone { bout: "2024-03-15", ..fighter("Ásta", LONG) }).await;
        let path = format!("/desk/people/{id}");
        let (minister, card) = (cast.be("list-minister").await, format!("/card/{LONG}"));
        cast.nobody().get(&card).await.is(200).shows("Not valid for combat");
        let command = minister.get(&path).await.command_id("renew-armoured-combat");
        let renew =
            form(&[("discipline", "armoured-combat"), ("on", "2026-11-20"), ("command_id", &command)]);
        minister.post(&format!("{path}/renew-card"), &renew).await.is(303);
        cast.nobody().get(&card).await.shows("May fight today");
        // It was somebody else's. Who may not renew cards there is offered nothing.
        let rows = cast.facts().await;
        let entry = rows.iter().rfind(|row| &*row.event_type == "CardRenewed").unwrap().event_id.to_string();
        let id_of = format!("withdraw-{entry}");
        cast.be("fencing-deputy").await.get(&path).await.is(200).hides(&id_of);
        let command = minister.get(&path).await.shows(&id_of).command_id(&id_of);
        let fields = |reason| {
            form(&[
                ("entry", &entry),
                ("about", "card"),
                ("discipline", "armoured-combat"),
                ("reason", reason),
                ("command_id", &command),
            ])
        };
        let to = format!("{path}/withdraw-entry");
        minister.post(&to, &fields("")).await.is(422).shows("id=\"withdraw-").shows("role=\"alert\"");
        minister.post(&to, &fields("A namesake <b>fought</b>")).await.is(303);
        minister.post(&to, &fields("A namesake <b>fought</b>")).await.is(303);
        cast.nobody().get(&card).await.is(200).hides("May fight today").shows("Not valid for combat");
        let page = minister.get(&path).await.is(200).shows("Taken back: Card renewed in Armoured Combat");
        page.shows("taken back later").shows("A namesake &lt;b&gt;fought").hides(&id_of);
        // From a page that is still open: it does not hold any more.
        let other = fields("Again").replace(&command, "018f5c1e-7a3b-7c00-8000-000000000009");
        minister.post(&to, &other).await.is(422).shows("does not hold any more");
        for odd in ["entry=x&about=card", "entry=018f5c1e-7a3b-7c00-8000-0123456789ab&about=merge"] {
            minister
                .post(&to, &format!("command_id=018f5c1e-7a3b-7c00-8000-000000000008&reason=x&{odd}"))
                .await
                .is(400);
        }
    });
}
