//! The card as people carry it: the code that others scan, and paper.

use std::collections::BTreeMap;

use emol::commands::Command;
use emol::commands::combatant::CombatantCommand;
use emol::commands::combatant::erase::Erase;
use emol::commands::combatant::merge::Merge;
use emol::commands::combatant::renew_check_code::RenewCheckCode;
use emol::domain::id::CombatantId;
use emol::events::LOG_FORMAT;
use emol::events::combatant::ErasureCause;
use emol::store::{CheckCode, format};

use super::desk_cast::{Cast, form};
use super::site::{Site, Someone, ask_bytes, fighter};
use crate::support::databases::on_all_databases;

const LONG: &str = "lusab-babad-gutih-tugad";
const OTHER: &str = "bufab-babad-gutih-tugad";
const OLD: &str = "azure-bear-gules";

/// Where the code on a card page leads to.
async fn code(site: &Site, card: &str) -> String {
    let page = site.get(&format!("/card/{card}")).await.is(200);
    let (_, rest) =
        page.body.split_once("href=\"/check/").unwrap_or_else(|| panic!("no code:\n{}", page.body));
    format!("/check/{}", rest.split('"').next().unwrap())
}

async fn issue(site: &Site, combatant: CombatantId, command: impl Into<CombatantCommand>) {
    let position = site.issue(Command::Combatant { combatant, command: command.into() }).await;
    site.seen(position).await;
}

#[test]
fn the_code_leads_to_a_name_and_what_holds_now_and_to_nothing_else() {
    on_all_databases(|database| async move {
        let site = Site::serve(&database).await;
        site.register(&Someone { marshal: true, ..fighter("Ásta", LONG) }).await;
        let way = code(&site, LONG).await;
        let page = site.get(&way).await.is(200).shows("Ásta").shows("May fight today");
        let page = page.shows("Armoured Combat").shows("22 November 2026");
        for other in ["Xavier", "Ben Dunfirth", "Weapon", "Marshal</", "March 2027", LONG, "/card/lusab"] {
            assert!(!page.body.contains(other), "{other}");
        }
        assert_eq!(page.header("referrer-policy"), "no-referrer");
        assert_eq!(page.header("x-robots-tag"), "noindex, nofollow");
        assert!(page.header("cache-control").starts_with("private"));
        let picture = site.get(&format!("{way}.svg")).await.is(200);
        assert_eq!(picture.header("content-type"), "image/svg+xml");
        assert_eq!(picture.header("cache-control"), "private, max-age=31536000, immutable");
        assert_eq!(picture.header("referrer-policy"), "no-referrer");
        assert!(picture.body.starts_with("<svg ") && !picture.body.contains("sta"), "{}", picture.body);
        site.get("/check/nonsense.svg").await.is(404);
        let lapsed = Someone { waiver: "2019-05-03", ..fighter("Lapsed", OTHER) };
        site.register(&lapsed).await;
        let page = site.get(&code(&site, OTHER).await).await.is(200);
        // C11: every verdict says why.
        page.shows("Not valid for combat").shows("Waiver lapsed on 3 May 2026").hides("May fight today");
    });
}

#[test]
fn p4_a_page_with_an_address_that_can_be_guessed_has_no_code() {
    on_all_databases(|database| async move {
        let site = Site::serve(&database).await;
        site.register(&fighter("Ásta", OLD)).await;
        site.get(&format!("/card/{OLD}")).await.is(200).shows("Ásta").hides("/check/");
    });
}

#[test]
fn an_officer_makes_a_new_code_and_earlier_ones_lead_to_nobody() {
    on_all_databases(|database| async move {
        let cast = Cast::serve(&database).await;
        format::raise(&database.admin, LOG_FORMAT).await.unwrap();
        let person = cast.site.register(&fighter("Ásta", LONG)).await;
        let before = code(&cast.site, LONG).await;
        cast.site.get(&before).await.is(200);
        let minister = cast.be("list-minister").await;
        let record = format!("/desk/people/{person}");
        let page = minister.get(&record).await.is(200).shows("New check code");
        let action = format!("{record}/renew-check-code");
        let sent = form(&[("command_id", &page.command_id("check-code"))]);
        minister.post(&action, &sent).await.is(303);
        cast.site.seen(cast.site.state.services.store.head().await.unwrap().position).await;
        assert!(cast.facts().await.iter().any(|row| row.event_type.to_string() == "CheckCodeRenewed"));
        let gone = cast.site.get(&before).await.is(404).shows("This code leads to nobody");
        gone.hides("Ásta");
        let after = code(&cast.site, LONG).await;
        assert_ne!(after, before);
        cast.site.get(&after).await.is(200).shows("Ásta");
    });
}

#[test]
fn codes_cannot_be_made_up_and_too_many_tries_end() {
    on_all_databases(|database| async move {
        let site = Site::serve(&database).await;
        let person = site.register(&fighter("Ásta", LONG)).await;
        let right = code(&site, LONG).await;
        let keys = site.state.services.store.keyring();
        let text = right.trim_start_matches("/check/");
        assert_eq!(text.len(), 40);
        assert_eq!(keys.read_check(text), Some(CheckCode { owner: person.0, renewal: 0 }));
        for at in 0..text.len() {
            let other = if text.as_bytes()[at] == b'A' { "B" } else { "A" };
            let changed = format!("{}{other}{}", &text[..at], &text[at + 1..]);
            assert_eq!(keys.read_check(&changed), None, "letter {at}");
        }
        for odd in ["", "A", &text[1..], &format!("{text}A"), &format!("{text}="), "ä"] {
            assert_eq!(keys.read_check(odd), None, "{odd}");
        }
        // The next code of the same person has nothing in common with it, and neither does another's.
        let next = keys.check_text(CheckCode { owner: person.0, renewal: 1 });
        let same = next.bytes().zip(text.bytes()).filter(|(a, b)| a == b).count();
        assert!(same < 8, "{same} letters of {next} are those of {text}");
        for letter in "abcdef".chars().filter(|letter| !text.starts_with(*letter)).take(5) {
            site.get(&format!("/check/{letter}{}", &text[1..])).await.is(404);
        }
        assert_eq!(site.get("/check/nonsense").await.is(429).header("retry-after"), "60");
        // Whoever scans a right one is not held up by those who guess.
        site.get(&right).await.is(200).shows("Ásta");
    });
}

#[test]
fn v6_p6_the_code_of_somebody_erased_or_of_a_record_that_was_joined_leads_to_nobody() {
    on_all_databases(|database| async move {
        let site = Site::serve(&database).await;
        format::raise(&database.admin, LOG_FORMAT).await.unwrap();
        let (one, two) =
            (site.register(&fighter("Ásta", LONG)).await, site.register(&fighter("Asta", OTHER)).await);
        let (of_one, of_two) = (code(&site, LONG).await, code(&site, OTHER).await);
        issue(&site, two, RenewCheckCode).await;
        site.get(&of_two).await.is(404);
        let of_two = code(&site, OTHER).await;
        let cards = BTreeMap::new();
        let merge = Merge { survivor: one, merged: two, cards, waiver: None, seen_merged: None };
        let position = site.issue(Command::Merge(merge)).await;
        site.seen(position).await;
        site.get(&of_two).await.is(404);
        // The card's address leads to the record that goes on, and its code too.
        assert_eq!(code(&site, OTHER).await, of_one);
        site.get(&of_one).await.is(200).shows("Ásta");
        issue(&site, one, Erase::by(ErasureCause::Declined)).await;
        site.get(&of_one).await.is(404).hides("Ásta");
    });
}

#[test]
fn the_card_on_paper_comes_by_the_same_link_and_the_same_rules() {
    on_all_databases(|database| async move {
        let site = Site::serve(&database).await;
        site.register(&fighter("Ásta", LONG)).await;
        site.register(&fighter("Old", OLD)).await;
        site.get(&format!("/card/{LONG}")).await.shows(&format!("/card/{LONG}.pdf?size&#x3D;wallet"));
        for query in ["", "?size=letter", "?size=wallet"] {
            let path = format!("/card/{LONG}.pdf{query}");
            let (answer, file) = ask_bytes(site.address, "GET", &path, &[], b"").await.unwrap();
            let answer = answer.is(200);
            assert!(file.starts_with(b"%PDF-1.7") && file.ends_with(b"%%EOF"), "{query}");
            assert_eq!(answer.header("content-type"), "application/pdf");
            assert_eq!(answer.header("cache-control"), "private, no-store");
            assert_eq!(answer.header("referrer-policy"), "no-referrer");
            assert!(file.len() < 60_000, "{query} has {} bytes", file.len());
            // What it is made of is the same each time.
            let (_, again) = ask_bytes(site.address, "GET", &path, &[], b"").await.unwrap();
            assert!(file == again);
        }
        site.get(&format!("/card/{LONG}.pdf?size=a4")).await.is(400).shows("?size&#x3D;wallet");
        site.get(&format!("/card/{OTHER}.pdf")).await.is(404);
        for letter in ["a", "b", "c", "d"] {
            site.get(&format!("/card/azure-bear-{letter}.pdf")).await.is(404);
        }
        site.get(&format!("/card/{OLD}.pdf")).await.is(429);
    });
}

#[test]
fn the_worker_that_keeps_cards_is_asked_for_each_time() {
    on_all_databases(|database| async move {
        let site = Site::serve(&database).await;
        let worker = site.get("/card-worker.js").await.is(200).shows("/card/");
        assert_eq!(worker.header("content-type"), "text/javascript; charset=utf-8");
        assert_eq!(worker.header("cache-control"), "no-cache");
    });
}
