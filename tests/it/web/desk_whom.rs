//! Whom the people's list shows: how far lapsing looks ahead, and what lines that are kept say.

use super::desk_cast::{Cast, form};
use super::site::{Someone, fighter};
use crate::support::databases::on_all_databases;

/// The card lapses on 14 March 2027, 100 to 120 days from the tests' today; the waiver in 2032.
fn by_card() -> Someone {
    fighter("Ásta", "lusab-babad-gutih-tugad")
}

/// The waiver lapses on 9 January 2027, some fifty days from the tests' today; the card in 2028.
fn by_waiver() -> Someone {
    Someone {
        legal_name: "Wen Wójcik",
        waiver: "2020-01-10",
        bout: "2026-06-01",
        ..fighter("Magnús", "tugad-gutih-babad-lusab")
    }
}

#[test]
fn how_far_lapsing_looks_ahead_is_typed_and_goes_along() {
    on_all_databases(|database| async move {
        let cast = Cast::serve(&database).await;
        cast.site.register(&by_card()).await;
        cast.site.register(&by_waiver()).await;
        let minister = cast.be("list-minister").await;
        minister.get("/desk/people").await.is(200).hides("name=\"days\"");
        // Sixty days unless somebody says otherwise.
        let usual = minister.get("/desk/people?state=lapsing").await.is(200);
        usual.shows("name=\"days\"").shows("value=\"60\"").shows("Magnús").hides("Ásta");
        let near = minister.get("/desk/people?state=lapsing&days=10").await.is(200);
        near.shows("Nobody found").hides("Magnús").hides("Ásta");
        let far = minister.get("/desk/people?state=lapsing&days=200&sort=expiry").await.is(200);
        let far = far.shows("Magnús").shows("Ásta").shows("value=\"200\"");
        // Orders, the export and what is done to many ask for the same days, and lines are judged by them.
        let far = far.shows("state&#x3D;lapsing&amp;days&#x3D;200");
        far.shows("<input type=\"hidden\" name=\"days\" value=\"200\">").shows("last day 14 Mar 2027");
        minister.get("/desk/people").await.is(200).shows("Armoured Combat").hides("last day 14 Mar 2027");
        let asked = form(&[("state", "lapsing"), ("days", "200"), ("reason", "War practice")]);
        let file = minister.post("/desk/people/export", &asked).await.is(200);
        assert_eq!(file.body.lines().count(), 3);
        let asked = form(&[("state", "lapsing"), ("days", "10"), ("reason", "War practice")]);
        let file = minister.post("/desk/people/export", &asked).await.is(200);
        assert_eq!(file.body.lines().count(), 1);
        minister.get("/desk/people/many?all=yes&state=lapsing&days=200").await.is(200).shows("2 people");
        // Days that are none are said beside the field, and stay as typed.
        for wrong in ["0", "1001", "-5", "soon", "60.5"] {
            let refused = minister.get(&format!("/desk/people?state=lapsing&days={wrong}")).await.is(422);
            let refused = refused.shows("Give a whole number of days, from 1 to 1000").hides("Magnús");
            refused.shows(&format!("value=\"{wrong}\""));
            // Nobody looks at them where nothing looks ahead.
            minister.get(&format!("/desk/people?days={wrong}")).await.is(200).shows("Magnús");
        }
    });
}

#[test]
fn d3_beside_a_discipline_lapsing_means_the_card_there() {
    on_all_databases(|database| async move {
        let cast = Cast::serve(&database).await;
        cast.site.register(&by_card()).await;
        cast.site.register(&by_waiver()).await;
        let minister = cast.be("list-minister").await;
        let path = "/desk/people?state=lapsing&days=200&discipline=armoured-combat";
        minister.get(path).await.is(200).shows("Ásta").hides("Magnús").shows("The card lapses.");
        let path = "/desk/people?state=lapsing&days=200";
        minister.get(path).await.is(200).shows("Ásta").shows("Magnús").shows("A card or the waiver lapses.");
    });
}

#[test]
fn a_line_that_is_kept_is_written_anew_when_the_person_or_the_question_changes() {
    on_all_databases(|database| async move {
        let cast = Cast::serve(&database).await;
        let id = cast.site.register(&by_card()).await;
        let minister = cast.be("list-minister").await;
        let auditor = cast.be("fencing-deputy").await;
        for _ in 0..2 {
            minister
                .get("/desk/people")
                .await
                .shows("Ben Dunfirth")
                .shows("type=\"checkbox\" name=\"person\"");
            auditor.get("/desk/people").await.is(200).shows("Ásta");
            minister
                .get("/desk/people?show=legal")
                .await
                .shows("Xavier Jansen")
                .hides("data-label=\"Branch\"");
        }
        let path = format!("/desk/people/{id}/edit");
        let page = minister.get(&path).await.is(200);
        let (command, seen) = (page.command_id("person"), page.hidden("person", "seen_version"));
        let body = form(&[
            ("command_id", &command),
            ("seen_version", &seen),
            ("sca_name", "Ásta the Grey"),
            ("legal_name", "Xavier Jansen"),
            ("branch", "Eoforwic"),
            ("email", "somebody@example.org"),
            ("phone", "(416) 555-0100"),
            ("address1", "1 Road"),
            ("city", "Toronto"),
            ("province", "ON"),
            ("postal_code", "K1A 0B1"),
            ("date_of_birth", "1980-01-31"),
        ]);
        minister.post(&path, &body).await.is(303);
        let list =
            minister.get("/desk/people").await.is(200).shows("Ásta the Grey").shows("data-label=\"Branch\"");
        list.shows("Eoforwic").hides("Ben Dunfirth");
    });
}
