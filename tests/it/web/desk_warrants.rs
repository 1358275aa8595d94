//! The warrant roster: who, since when, until when, with what they need.

use emol::commands::Command;
use emol::commands::combatant::CombatantCommand;
use emol::commands::combatant::grant_warrant::GrantWarrant;
use emol::domain::date::CivilDate;
use emol::domain::id::{CombatantId, Slug, WarrantId};
use uuid::Uuid;

use super::desk_cast::Cast;
use super::site::{Someone, fighter};
use crate::support::databases::on_all_databases;

const IDS: [&str; 4] = [
    "lusab-babad-gutih-tugad",
    "tugad-gutih-babad-lusab",
    "babad-lusab-tugad-gutih",
    "gutih-tugad-lusab-babad",
];

async fn warrant(cast: &Cast, combatant: CombatantId, from: &str, to: Option<&str>) {
    let day = |text: &str| CivilDate::parse(text).unwrap();
    let command: CombatantCommand = GrantWarrant {
        warrant: WarrantId(Uuid::from_u128(u128::from(from.as_bytes()[9]) + combatant.0.as_u128())),
        discipline: Slug::parse("armoured-combat").unwrap(),
        marshal: Slug::parse("marshal").unwrap(),
        starts_on: day(from),
        ends_on: to.map(day),
        granted_by: None,
    }
    .into();
    let last = cast.site.issue(Command::Combatant { combatant, command }).await;
    cast.site.seen(last).await;
}

/// One active, one lapsing, one whose waiver is missing, one who had one.
async fn four(cast: &Cast) -> [CombatantId; 4] {
    let asta = cast.site.register(&fighter("Ásta", IDS[0])).await;
    warrant(cast, asta, "2026-01-10", None).await;
    let magnus = cast.site.register(&fighter("Magnús", IDS[1])).await;
    warrant(cast, magnus, "2026-01-11", Some("2026-12-31")).await;
    let olena = cast.site.register(&Someone { waiver: "", ..fighter("Olena", IDS[2]) }).await;
    warrant(cast, olena, "2026-01-12", None).await;
    let runa = cast.site.register(&fighter("Rúna", IDS[3])).await;
    warrant(cast, runa, "2025-06-13", Some("2026-06-30")).await;
    [asta, magnus, olena, runa]
}

#[test]
fn c8_the_roster_says_who_until_when_and_whether_it_is_in_force() {
    on_all_databases(|database| async move {
        let cast = Cast::serve(&database).await;
        four(&cast).await;
        let minister = cast.be("list-minister").await;
        minister.get("/desk").await.is(200).shows("/desk/warrants");
        let before = cast.readings().await.len();
        let page = minister.get("/desk/warrants").await.is(200).shows("Warrants: Armoured Combat");
        let page =
            page.shows("Ásta").shows("Magnús").shows("Olena").hides("Rúna").shows("<strong>3</strong> found");
        page.shows("31 Dec 2026").shows("no end").shows("Not in force").shows("Lapsing").shows("Missing");
        assert_eq!(cast.readings().await.split_off(before), ["ListRead"]);
        for (state, shows, hides) in [
            ("active", "Magnús", "Olena"),
            ("lapsing", "Magnús", "Ásta"),
            ("not-in-force", "Olena", "Ásta"),
            ("ended", "Rúna", "Ásta"),
            ("all", "Rúna", "nobody at all"),
        ] {
            let page = minister.get(&format!("/desk/warrants?state={state}")).await.is(200);
            page.shows(shows).hides(hides);
        }
        minister.get("/desk/warrants?state=to-come").await.is(200).shows("No such warrant");
        minister.get("/desk/warrants?in=fencing").await.is(200).shows("Nobody is warranted yet");
        let page = minister.get("/desk/warrants?sort=until&dir=down").await.is(200);
        let at = |name: &str| page.body.find(name).unwrap();
        assert!(at("Ásta") < at("Magnús"), "no end is last, and this is upside down");
        for wrong in ["in=nowhere", "state=odd", "kind=odd"] {
            minister.get(&format!("/desk/warrants?{wrong}")).await.is(422).hides("Ásta");
        }
    });
}

#[test]
fn c8_warrants_are_renewed_from_the_roster_to_go_on_after_their_last_day() {
    on_all_databases(|database| async move {
        let cast = Cast::serve(&database).await;
        let [asta, magnus, _, runa] = four(&cast).await;
        let minister = cast.be("list-minister").await;
        let roster = minister.get("/desk/warrants").await.is(200).shows("Renew or end those ticked");
        roster.shows(&format!("name=\"person\" value=\"{magnus}\"")).shows("value=\"renew-warrants\"");
        let ticked = format!("person={asta}&person={magnus}&person={runa}");
        let asked = format!("/desk/people/many?{ticked}&for=renew-warrants&in=armoured-combat");
        minister.get(&asked).await.is(200).shows("New last day");
        let page = format!("/desk/people/many?{ticked}&act=renew-warrants&in=armoured-combat&on=2027-12-31");
        let page = minister.get(&page).await.is(200).shows("Renew this warrant");
        let page = page.shows("Field Marshal, 1 Jan 2027 to 31 Dec 2027").shows("there is nothing to renew");
        let page = page.shows("This warrant ended on 2026-06-30: grant a new one (rule C8).");
        let hidden = ["command_id", "mark"].map(|name| page.hidden("many", name));
        let [command, mark] = hidden;
        let form = format!(
            "command_id={command}&mark={mark}&{ticked}&act=renew-warrants&in=armoured-combat&on=2027-12-31"
        );
        let done = minister.post("/desk/people/many", &form).await.is(303).header("location").to_owned();
        minister.get(&done).await.is(200).shows("<b>1</b> changed").shows("1 Jan 2027 to 31 Dec 2027");
        minister.get("/desk/warrants?state=to-come").await.is(200).shows("Magnús").shows("31 Dec 2027");
    });
}

#[test]
fn v7_the_roster_leaves_as_a_file_for_a_reason_and_only_where_one_may() {
    on_all_databases(|database| async move {
        let cast = Cast::serve(&database).await;
        four(&cast).await;
        let minister = cast.be("list-minister").await;
        let path = "/desk/warrants/export";
        minister.post(path, "in=armoured-combat").await.is(422).shows("href=\"#export-reason\"");
        let file = minister.post(path, "in=armoured-combat&reason=Gulf+War").await.is(200);
        assert!(
            file.header("content-disposition")
                .starts_with("attachment; filename=\"warrants-armoured-combat-")
        );
        let lines = file.csv();
        let head = "sca_name,legal_name,warrant,since,until,state,waiver_expires,card_expires,member_expiry,member_number";
        assert_eq!(lines[0], head);
        assert_eq!(lines[1], "Ásta,Xavier Jansen,Field Marshal,2026-01-10,,active,2032-01-10,2027-03-15,,");
        assert_eq!(lines.len(), 4);
        // The deputy sees the roster of fencing alone, and no member numbers in a file.
        let deputy = cast.be("fencing-deputy").await;
        deputy.get("/desk/warrants").await.is(200).shows("Warrants: Fencing").hides("Ásta");
        deputy.get("/desk/warrants?in=armoured-combat").await.is(403).hides("Ásta");
        deputy.post(path, "in=armoured-combat&reason=x").await.is(403);
        let file = deputy.post(path, "reason=x").await.is(200);
        assert!(!file.body.contains("member_number"));
        for persona in ["seneschal", "auditor", "administrator"] {
            let officer = cast.be(persona).await;
            officer.get("/desk/warrants").await.is(403);
            officer.post(path, "reason=x").await.is(403);
        }
        cast.nobody().get("/desk/warrants").await.is(303);
        cast.nobody().post(path, "reason=x").await.is(401);
    });
}
