//! What visitors read.

use super::site::{Site, Someone, fighter};
use crate::support::databases::on_all_databases;

const LONG: &str = "lusab-babad-gutih-tugad";
const OLD: &str = "azure-bear-gules";

#[test]
fn the_first_page_asks_the_one_question_first() {
    on_all_databases(|database| async move {
        let site = Site::serve(&database).await;
        let page =
            site.get("/").await.is(200).shows("May this person fight today?").shows("22 November 2026");
        let (question, ways) =
            (page.body.find("May this person fight").unwrap(), page.body.find("/update-info").unwrap());
        assert!(question < ways);
        page.shows("Armoured Combat").shows("Nobody is listed yet");
    });
}

#[test]
fn v8_the_register_shows_listed_adults_and_nobody_else() {
    on_all_databases(|database| async move {
        let site = Site::serve(&database).await;
        site.register(&fighter("Ásta Bjarnardóttir", LONG)).await;
        let hidden = Someone { listed: false, card_id: "azure-boar-gules", ..fighter("Unlisted", "") };
        site.register(&hidden).await;
        let minor = Someone { born: "2010-06-01", card_id: "azure-crow-gules", ..fighter("Minor", "") };
        site.register(&minor).await;
        let unknown = Someone { born: "", card_id: "azure-deer-gules", ..fighter("Ageless", "") };
        site.register(&unknown).await;
        site.register(&Someone { card_id: "", ..fighter("Not Accepted", "") }).await;
        let page =
            site.get("/register").await.is(200).shows("Ásta Bjarnardóttir").shows("Weapon &amp; Shield");
        page.hides("Unlisted").hides("Minor").hides("Ageless").hides("Not Accepted").hides("Xavier");
        // The last valid day of the card, the day before it expires (D3).
        site.get("/register").await.shows("14 Mar 2027");
        site.get("/").await.shows("One person is listed");
    });
}

#[test]
fn a_search_finds_names_without_their_accents_and_says_what_to_try_next() {
    on_all_databases(|database| async move {
        let site = Site::serve(&database).await;
        site.register(&fighter("Ásta Bjarnardóttir", LONG)).await;
        site.register(&fighter("Ραφαήλ", "bufab-babad-gutih-tugad")).await;
        site.get("/register?q=asta+bjarnardottir").await.shows("Ásta").hides("Ραφαήλ");
        site.get("/register?q=%CF%81%CE%B1%CF%86%CE%B1%CE%B7%CE%BB").await.shows("Ραφαήλ").hides("Bjarnard");
        // Who is listed and not valid is not somebody whom the register does not know.
        let mut expired = fighter("Wulfgar Ironhand", "dufab-babad-gutih-tugad");
        expired.bout = "2020-03-15";
        site.register(&expired).await;
        let answer = site.get("/register?q=wulfgar&valid=today").await;
        answer.shows("no card of theirs is valid today").shows("Show the one who is not valid today");
        site.get("/register?q=wulfgar").await.shows("Wulfgar").shows("Expired");
        site.get("/register?q=nobody&valid=today").await.hides("not valid today").shows("Try a shorter part");
        site.get("/register?discipline=armoured-combat&authorization=spear").await.hides("Ásta");
        site.get("/register?discipline=armoured-combat&valid=today").await.shows("Ásta");
        site.get("/register?branch=Ben+Dunfirth").await.shows("Ραφαήλ");
        site.get("/register?branch=Nowhere").await.hides("Ραφαήλ");
    });
}

#[test]
fn namesakes_are_two_rows_that_say_so() {
    on_all_databases(|database| async move {
        let site = Site::serve(&database).await;
        site.register(&fighter("Magnús", LONG)).await;
        let other = Someone { branch: "Skraeling Althing", ..fighter("Magnus", "bufab-babad-gutih-tugad") };
        site.register(&other).await;
        let page = site.get("/register").await.shows("Magnús").shows("Skraeling Althing");
        assert_eq!(page.body.matches("Others share this name").count(), 2);
    });
}

#[test]
fn what_a_person_is_called_never_becomes_markup() {
    on_all_databases(|database| async move {
        let site = Site::serve(&database).await;
        let name = "<script>alert(1)</script>";
        site.register(&Someone { branch: "<b>Bold</b>", marshal: true, ..fighter(name, LONG) }).await;
        for path in ["/register", "/marshals", "/register?q=<i>x</i>", &format!("/card/{LONG}")] {
            let path = path.replace('<', "%3C").replace('>', "%3E");
            site.get(&path).await.is(200).hides("<script>alert").hides("<b>Bold").hides("<i>x");
        }
        site.get("/register").await.shows("&lt;script&gt;");
    });
}

#[test]
fn c9_marshals_are_listed_while_card_and_waiver_are_good() {
    on_all_databases(|database| async move {
        let site = Site::serve(&database).await;
        site.register(&Someone { marshal: true, listed: false, ..fighter("Olena", LONG) }).await;
        let lapsed = Someone { waiver: "2018-01-10", marshal: true, ..fighter("Lapsed", "azure-boar-gules") };
        site.register(&lapsed).await;
        site.get("/marshals").await.is(200).shows("Olena").shows("Field Marshal").hides("Lapsed");
    });
}

#[test]
fn c7_the_card_page_lists_every_type_of_the_disciplines_with_a_card_held_or_not_in_words() {
    use emol::commands::Command;
    use emol::commands::kingdom::{AddAuthorizationType, FoundDiscipline};

    on_all_databases(|database| async move {
        let site = Site::serve(&database).await;
        let slug = |text| emol::domain::id::Slug::parse(text).unwrap();
        let fencing = FoundDiscipline { slug: slug("fencing"), name: "Fencing".to_owned() };
        site.issue(Command::Kingdom(fencing.into())).await;
        let rapier = AddAuthorizationType {
            discipline: slug("fencing"),
            slug: slug("heavy-rapier"),
            name: "Heavy Rapier".to_owned(),
            primary: true,
        };
        site.issue(Command::Kingdom(rapier.into())).await;
        site.register(&fighter("Ásta", LONG)).await;
        let other = "bufab-babad-gutih-tugad";
        site.register(&Someone { marshal: true, ..fighter("Olena", other) }).await;
        for (card, marshal) in [(LONG, "not held"), (other, "held")] {
            let page = site.get(&format!("/card/{card}")).await.is(200);
            for (name, word) in
                [("Weapon &amp; Shield", "held"), ("Spear", "not held"), ("Field Marshal", marshal)]
            {
                let line = format!("<em>{word}</em><span>{name} <small>");
                assert_eq!(page.body.matches(&line).count(), 1, "{name} is {word}");
            }
            assert_eq!(page.body.matches("held</em>").count(), 3, "every type, each once");
            // In fencing there is no card.
            page.hides("Heavy Rapier");
        }
    });
}

#[test]
fn c10_missing_lapsed_and_valid_waivers_are_three_texts() {
    on_all_databases(|database| async move {
        let site = Site::serve(&database).await;
        site.register(&fighter("Good", LONG)).await;
        site.register(&Someone { waiver: "", ..fighter("Missing", "bufab-babad-gutih-tugad") }).await;
        let lapsed = Someone { waiver: "2019-05-03", ..fighter("Lapsed", "dufab-babad-gutih-tugad") };
        site.register(&lapsed).await;
        let good = site.get(&format!("/card/{LONG}")).await.is(200).shows("May fight today").shows("On file");
        good.shows("14 March 2027").shows("Xavier Jansen").hides("initials");
        let page = site.get("/card/bufab-babad-gutih-tugad").await.is(200);
        page.shows("Not valid for combat").shows("No waiver on file").shows("Sign a waiver");
        let page = site.get("/card/dufab-babad-gutih-tugad").await.is(200);
        page.shows("Not valid for combat").shows("Waiver lapsed on 3 May 2026").shows("Sign a new waiver");
    });
}

#[test]
fn p4_an_old_link_shows_initials_and_offers_a_new_one() {
    on_all_databases(|database| async move {
        let site = Site::serve(&database).await;
        site.register(&fighter("Ásta", OLD)).await;
        let page =
            site.get(&format!("/card/{OLD}")).await.is(200).shows("Ásta").shows("X. J.").hides("Xavier");
        assert_eq!(
            (page.header("referrer-policy"), page.header("x-robots-tag")),
            ("no-referrer", "noindex, nofollow")
        );
        page.shows("Mail me my new link");
        site.register(&Someone { sca_name: "", ..fighter("", "azure-boar-gules") }).await;
        site.get("/card/azure-boar-gules").await.is(200).shows("X. J.").hides("Xavier");
    });
}

#[test]
fn p4_unknown_cards_are_not_found_and_too_many_of_them_stop_the_sweep() {
    on_all_databases(|database| async move {
        let site = Site::serve(&database).await;
        site.register(&fighter("Old", OLD)).await;
        site.register(&fighter("Long", LONG)).await;
        for number in 0..5 {
            let letters = ["a", "b", "c", "d", "e"][number];
            site.get(&format!("/card/azure-bear-{letters}")).await.is(404);
        }
        let stopped = site.get("/card/azure-bear-f").await.is(429);
        assert_eq!(stopped.header("retry-after"), "60");
        site.get(&format!("/card/{OLD}")).await.is(429);
        site.get("/card/dufab-babad-gutih-tugad").await.is(429);
        // Who has a link that cannot be guessed is not held up by those who guess.
        site.get(&format!("/card/{LONG}")).await.is(200);
    });
}

/// The original's ids: three words, each of 27, the one that is on file in the middle of them.
fn old_ids() -> impl Iterator<Item = String> {
    let words = || {
        let others = |from: u8, to: u8| (from..=to).map(|letter| format!("w{}", char::from(letter)));
        let known = OLD.split('-').map(ToOwned::to_owned);
        others(b'a', b'l').chain(known).chain(others(b'm', b'x'))
    };
    words().flat_map(move |one| {
        words().flat_map(move |two| {
            let one = one.clone();
            words().map(move |three| format!("{one}-{two}-{three}"))
        })
    })
}

#[test]
fn p4_a_sweep_of_all_old_ids_from_one_address_or_from_many_finds_nobody() {
    on_all_databases(|database| async move {
        let site = Site::serve_with(&database, |config| {
            config.trusted_proxies = vec![[127, 0, 0, 1].into()];
            config.card_misses = emol::app::MissLimits { per_address: 10, in_total: 120 };
        })
        .await;
        site.register(&fighter("Old", OLD)).await;
        assert_eq!(old_ids().count(), 19_683);
        assert!(old_ids().any(|id| id == OLD));
        for (addresses, within_a_minute) in [(1, 10), (19_683, 120)] {
            let began = std::time::Instant::now();
            let mut missed = 0;
            for (number, id) in old_ids().enumerate() {
                let [.., high, low] = u32::try_from(number % addresses).unwrap().to_be_bytes();
                let from = format!("198.18.{high}.{low}");
                let path = format!("/card/{id}");
                let answer = site.send("GET", &path, &[("x-forwarded-for", &from)], b"").await;
                match answer.status {
                    404 => missed += 1,
                    status => assert_eq!(status, 429, "{number} of {addresses}"),
                }
            }
            // Each minute that it takes allows as many again.
            let minutes = began.elapsed().as_secs() / 60 + 1;
            assert!(missed <= within_a_minute * minutes, "{missed} in {minutes} minutes from {addresses}");
        }
    });
}

#[test]
fn a_card_is_shown_as_it_is_after_every_change_and_not_after_erasure() {
    use emol::commands::Command;
    use emol::commands::combatant::erase::Erase;
    use emol::events::combatant::ErasureCause;

    on_all_databases(|database| async move {
        let site = Site::serve(&database).await;
        let id = site.register(&fighter("Ásta", LONG)).await;
        let path = format!("/card/{LONG}");
        site.get(&path).await.is(200);
        let command = Erase::by(ErasureCause::Declined).into();
        let erased = site.issue(Command::Combatant { combatant: id, command }).await;
        site.seen(erased).await;
        site.get(&path).await.is(404).hides("Ásta");
        site.get("/register").await.hides("Ásta");
    });
}

#[test]
fn links_that_people_have_lead_somewhere() {
    on_all_databases(|database| async move {
        let site = Site::serve(&database).await;
        for (old, new) in [("/marshal-list", "/marshals"), ("/combatants", "/desk/people")] {
            let answer = site.get(old).await.is(301);
            assert_eq!(answer.header("location"), new);
        }
        for old in [
            "/self-serve-update/abc-123",
            "/privacy-policy/abc-123",
            "/pin/setup/abc",
            "/pin/reset/abc",
            "/pin/verify/azure-bear-gules",
        ] {
            site.get(old).await.is(200).shows("no longer works").shows("Send me a new").hides("abc");
        }
        // A slash at the end is none of the address.
        for (slashed, to) in [
            ("/register/", "/register"),
            ("/register/?q=asta&valid=today", "/register?q=asta&valid=today"),
            ("/marshals//", "/marshals"),
            ("/privacy-policy/", "/privacy-policy"),
            ("/request-card/", "/request-card"),
            ("/card/azure-bear-gules/", "/card/azure-bear-gules"),
            ("/desk/people/", "/desk/people"),
        ] {
            let answer = site.get(slashed).await.is(301);
            assert_eq!(answer.header("location"), to, "{slashed}");
        }
        // Browsers would take these for the names of other sites.
        for elsewhere in ["//example.org/", "/\\example.org/", "///", "/a//example.org/"] {
            site.get(elsewhere).await.is(404);
        }
        site.post("/request-card/", "email=a").await.is(404);
        site.get("/robots.txt").await.is(200).shows("Disallow: /");
        site.get("/privacy-policy").await.is(200).shows("no approved privacy policy");
        site.get("/privacy-policy/version/2026.1").await.is(404);
        site.get("/health/live").await.is(200).shows("live");
        site.get("/health/ready").await.is(200).shows("ready");
    });
}

#[test]
fn l2_a_request_is_answered_the_same_for_known_and_unknown_addresses() {
    on_all_databases(|database| async move {
        let site = Site::serve(&database).await;
        site.register(&fighter("Ásta", LONG)).await;
        for path in ["/request-card", "/update-info"] {
            site.get(path).await.is(200).shows("E-mail address");
            let known = site.post(path, "email=somebody%40example.org").await.is(200);
            let unknown = site.post(path, "email=nobody%40example.org").await.is(200);
            assert_eq!(known.body, unknown.body);
            site.post(path, "email=nobody").await.is(422).shows("nobody");
        }
    });
}
