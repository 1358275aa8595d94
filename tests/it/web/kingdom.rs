//! The kingdom's settings: who may, what changes, what is refused.

use emol::commands::Command;
use emol::commands::officers::{OfficersCommand, Verb};
use emol::domain::actor::Actor;
use emol::domain::demo::DEMO_OFFICERS;
use emol::domain::id::OfficerId;

use super::desk_cast::{Cast, Visitor, form};
use super::site::{Answer, fighter};
use crate::support::databases::{TestDatabase, on_all_databases};

const HOLDER: &str = "administrator";
const FRESH: &str = "018f5c1e-7a3b-7c00-8000-00000000000";
const FENCING: &str = "/desk/kingdom/disciplines/fencing";
const PAGES: [&str; 6] = [
    "/desk/kingdom",
    "/desk/kingdom/disciplines",
    FENCING,
    "/desk/kingdom/regions",
    "/desk/kingdom/rulebook",
    "/desk/kingdom/switches",
];
/// Every address that takes a form.
const FORMS: [&str; 19] = [
    "/desk/kingdom",
    "/desk/kingdom/disciplines/found",
    "/desk/kingdom/disciplines/fencing/rename",
    "/desk/kingdom/disciplines/fencing/retire",
    "/desk/kingdom/disciplines/fencing/resume",
    "/desk/kingdom/disciplines/fencing/add-authorization",
    "/desk/kingdom/disciplines/fencing/change-authorization",
    "/desk/kingdom/disciplines/fencing/retire-authorization",
    "/desk/kingdom/disciplines/fencing/add-marshal",
    "/desk/kingdom/disciplines/fencing/rename-marshal",
    "/desk/kingdom/disciplines/fencing/retire-marshal",
    "/desk/kingdom/disciplines/fencing/resume-authorization",
    "/desk/kingdom/disciplines/fencing/resume-marshal",
    "/desk/kingdom/regions/add",
    "/desk/kingdom/regions/change",
    "/desk/kingdom/regions/retire",
    "/desk/kingdom/regions/reopen",
    "/desk/kingdom/rulebook",
    "/desk/kingdom/switches",
];

/// A log that allows every kind of event of this release.
async fn serve(database: &TestDatabase) -> Cast {
    emol::store::format::raise(&database.admin, emol::events::LOG_FORMAT).await.unwrap();
    Cast::serve(database).await
}

async fn officers(cast: &Cast, verb: Verb) {
    let by = Actor::Operator("test".to_owned());
    cast.site.issue(Command::Officers(OfficersCommand { by, verb })).await;
    cast.site.state.bus().refresh().await.unwrap();
}

/// The fields that a form of the page would send, with some otherwise.
fn filled(page: &Answer, id: &str, other: &[(&str, &str)]) -> String {
    let start = page.body.find(&format!("id=\"{id}\" novalidate")).unwrap_or_else(|| panic!("no form {id}"));
    let html = &page.body[start..];
    let html = &html[..html.find("</form>").unwrap()];
    let mut fields: Vec<(String, String)> = super::hostile::filled(html);
    for (name, value) in other {
        fields.retain(|(known, _)| known != name);
        fields.push(((*name).to_owned(), (*value).to_owned()));
    }
    let fields: Vec<(&str, &str)> = fields.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
    form(&fields)
}

/// Opens a page and sends one of its forms.
async fn send(who: &Visitor<'_>, page: &str, id: &str, to: &str, other: &[(&str, &str)]) -> Answer {
    let page = who.get(page).await.is(200);
    who.post(to, &filled(&page, id, other)).await
}

#[test]
fn a4_the_settings_open_to_holders_and_to_nobody_else() {
    on_all_databases(|database| async move {
        let cast = serve(&database).await;
        let ungranted = OfficerId(uuid::Uuid::from_u128(77));
        let invite =
            Verb::Invite { officer: ungranted, email: "new@example.org".into(), label: "New".into() };
        officers(&cast, invite).await;
        let cookie = cast.site.state.sessions.begin(ungranted).await.unwrap();
        let ungranted = cast.with(cookie.to_str().unwrap().split(';').next().unwrap().to_owned());
        let facts = cast.facts().await.len();
        let mut others = vec![ungranted];
        for who in ["list-minister", "fencing-deputy", "seneschal", "auditor"] {
            others.push(cast.be(who).await);
        }
        let body = format!("command_id={FRESH}1&seen_version=1&name=x&type=heavy-rapier&code=ON");
        for path in PAGES {
            let answer = cast.nobody().get(path).await.is(303);
            assert!(answer.header("location").starts_with("/auth/login?next=%2F"), "{path}");
            for other in &others {
                other.get(path).await.is(403).shows("manage_kingdom");
            }
        }
        for path in FORMS {
            cast.nobody().post(path, &body).await.is(401);
            for other in &others {
                other.post(path, &body).await.is(403).shows("manage_kingdom");
            }
        }
        for other in &others {
            other.get("/desk").await.is(200).hides("/desk/kingdom");
        }
        assert_eq!(cast.facts().await.len(), facts, "a refused form wrote something");
        let holder = cast.be(HOLDER).await;
        holder.get("/desk").await.is(200).shows("href=\"/desk/kingdom\"").shows("Kingdom settings");
        for path in PAGES {
            holder.get(path).await.is(200).shows("aria-label=\"Kingdom settings\"");
        }
        for path in
            ["/desk/kingdom/disciplines/siege", "/desk/kingdom/disciplines/%3Cb%3E", "/desk/kingdom/x"]
        {
            holder.get(path).await.is(404);
        }
        holder.post("/desk/kingdom/disciplines/siege/rename", &body).await.is(404);
    });
}

#[test]
fn a4_a_permission_that_is_withdrawn_while_a_form_is_open_stops_it_there() {
    on_all_databases(|database| async move {
        let cast = serve(&database).await;
        let holder = cast.be(HOLDER).await;
        let page = holder.get(FENCING).await.is(200);
        let sent = filled(&page, "rename", &[("name", "Rapier")]);
        let officer = DEMO_OFFICERS.iter().find(|officer| officer.key == HOLDER).unwrap().officer();
        let grant = "manage_kingdom".parse().unwrap();
        officers(&cast, Verb::Withdraw { officer, grant }).await;
        let facts = cast.facts().await.len();
        holder.post(&format!("{FENCING}/rename"), &sent).await.is(403).shows("manage_kingdom");
        holder.get(FENCING).await.is(403);
        holder.get("/desk").await.is(200).hides("/desk/kingdom");
        assert_eq!(cast.facts().await.len(), facts);
    });
}

#[test]
fn the_kingdom_describes_itself_and_public_pages_follow_at_once() {
    on_all_databases(|database| async move {
        let cast = Cast::serve(&database).await;
        let holder = cast.be(HOLDER).await;
        let home = cast.nobody().get("/").await.is(200).shows("Kingdom of Ealdormere").shows("942824ffffff");
        let other = [
            ("title", "Kingdom of <b>Northshield</b>"),
            ("accent", "#1b2a6b"),
            ("website", "https://northshield.example/"),
            ("mol_email", "lists@northshield.example"),
            ("zone", "America/Chicago"),
        ];
        let to = "/desk/kingdom";
        // What the colours look like, before anything is saved.
        let yellow = [("accent", "#ffe000"), ("preview", "yes"), ("title", "Kept as typed")];
        let facts = cast.facts().await.len();
        let shown = send(&holder, to, "kingdom", to, &yellow).await.is(200);
        let shown =
            shown.shows("Not saved yet").shows("too faint on light paper: 1.3 to 1").shows("Kept as typed");
        shown.shows("hardly stands out from its shield");
        let wrong = [("accent", "red"), ("preview", "yes")];
        send(&holder, to, "kingdom", to, &wrong)
            .await
            .is(422)
            .shows("value=\"red\"")
            .shows("six hexadecimal");
        assert_eq!(cast.facts().await.len(), facts, "a preview saves nothing");

        let page = holder.get(to).await;
        let body = filled(&page, "kingdom", &other);
        holder.post(to, &body).await.is(303);
        let facts = cast.facts().await.len();
        holder.post(to, &body).await.is(303);
        assert_eq!(cast.facts().await.len(), facts, "twice is once");
        let after = cast.nobody().get("/").await.is(200).hides("Ealdormere").hides("<b>North");
        let after = after.shows("1b2a6bffffff").shows("northshield.example/\" rel=");
        assert_ne!(after.header("etag"), home.header("etag"));
        cast.nobody().get("/theme.css").await.shows("--arms:#1b2a6b");
        cast.nobody().get("/register").await.is(200).shows("northshield.example");
        holder.get(to).await.is(200).shows("America/Chicago\" selected");
        let same = send(&holder, to, "kingdom", to, &[]).await.is(303);
        assert!(same.header("set-cookie").starts_with("emol-done=kingdom-same"));
        assert_eq!(cast.facts().await.len(), facts, "nothing changed");

        // A badge is a new kind of event: it waits until the log allows it.
        let badge = [("charge", "trillium"), ("charge_colour", "#ffe000")];
        let waits = send(&holder, to, "kingdom", to, &badge).await.is(409);
        waits.shows("emol migrate --raise-log-format").shows("value=\"trillium\" selected");
        emol::store::format::raise(&database.admin, emol::events::LOG_FORMAT).await.unwrap();
        send(&holder, to, "kingdom", to, &badge).await.is(303);
        cast.nobody().get("/theme.css").await.shows("--charge:#ffe000");
        cast.nobody().get("/favicon.svg").await.shows("<g fill=\"#ffe000\"><path d=\"M24 25");
        cast.nobody().get("/").await.shows("1b2a6bffe000").shows("M24 25");
    });
}

#[test]
fn p5_the_second_to_save_the_kingdom_sees_both_values() {
    on_all_databases(|database| async move {
        let cast = serve(&database).await;
        let holder = cast.be(HOLDER).await;
        let to = "/desk/kingdom";
        let (one, two) = (holder.get(to).await, holder.get(to).await);
        let first = [("name", "Northshield"), ("accent", "#1b2a6b")];
        holder.post(to, &filled(&one, "kingdom", &first)).await.is(303);
        let facts = cast.facts().await.len();
        let second = [("name", "Septentria"), ("website", "https://septentria.example/")];
        let answer = holder.post(to, &filled(&two, "kingdom", &second)).await.is(409);
        let answer = answer.shows("Somebody else changed this meanwhile").shows("Northshield");
        let answer = answer.shows("value=\"Septentria\"").shows("https://septentria.example/");
        // What this officer did not touch is as the other saved it.
        let answer = answer.shows("value=\"#1b2a6b\"").shows("not changed by you");
        assert_eq!(cast.facts().await.len(), facts);
        holder.post(to, &filled(&answer, "kingdom", &[])).await.is(303);
        holder.get(to).await.shows("value=\"Septentria\"").shows("value=\"#1b2a6b\"");
        // An error does not make an old form a new one.
        let (one, two) = (holder.get(to).await, holder.get(to).await);
        let wrong = holder.post(to, &filled(&two, "kingdom", &[("title", "")])).await.is(422);
        holder.post(to, &filled(&one, "kingdom", &[("title", "Principality")])).await.is(303);
        let wrong = holder.post(to, &filled(&wrong, "kingdom", &[("website", "")])).await.is(422);
        holder
            .post(to, &filled(&wrong, "kingdom", &[("title", "Barony")]))
            .await
            .is(409)
            .shows("Principality");
    });
}

#[test]
fn c5_a_discipline_and_its_types_are_added_renamed_and_retired() {
    on_all_databases(|database| async move {
        let cast = serve(&database).await;
        let id = cast.site.register(&fighter("Ásta", "lusab-babad-gutih-tugad")).await;
        let holder = cast.be(HOLDER).await;
        let list = "/desk/kingdom/disciplines";
        let found = |name| vec![("name", name)];
        let to = "/desk/kingdom/disciplines/found";
        let answer = send(&holder, list, "found", to, &found("Thrown Weapons")).await.is(303);
        assert_eq!(answer.header("location"), "/desk/kingdom/disciplines/thrown-weapons");
        let taken = send(&holder, list, "found", to, &found("thrown weapons")).await.is(422);
        taken
            .shows("href=\"#found-slug\"")
            .shows("already a discipline thrown-weapons")
            .shows("value=\"thrown weapons\"");
        let again = [("name", "Thrown Weapons"), ("slug", "axes")];
        send(&holder, list, "found", to, &again).await.is(422).shows("href=\"#found-name\"");
        send(&holder, list, "found", to, &found("Μάχη")).await.is(422).shows("href=\"#found-slug\"");
        let new = "/desk/kingdom/disciplines/thrown-weapons";
        let add = format!("{new}/add-authorization");
        let steps = [
            ("add-authorization", vec![("name", "Axe"), ("primary", "yes")], "Axe"),
            ("add-authorization", vec![("name", "Knife"), ("slug", "knives")], "knives"),
            ("add-marshal", vec![("name", "Range Marshal")], "Range Marshal"),
            ("axe--authorization", vec![("name", "Throwing Axe"), ("primary", "")], "Throwing Axe"),
            ("range-marshal--marshal", vec![("name", "Field Marshal")], "Field Marshal"),
            ("rename", vec![("name", "Target Thrown")], "Target Thrown"),
        ];
        for (form, fields, shows) in steps {
            let to = match form {
                "axe--authorization" => format!("{new}/change-authorization"),
                "range-marshal--marshal" => format!("{new}/rename-marshal"),
                verb => format!("{new}/{verb}"),
            };
            send(&holder, new, form, &to, &fields).await.is(303);
            holder.get(new).await.is(200).shows(shows);
        }
        send(&holder, new, "add-authorization", &add, &[("name", "KNIFE")]).await.is(422).shows("KNIFE");
        send(
            &holder,
            new,
            "knives--authorization",
            &format!("{new}/change-authorization"),
            &[("name", "throwing axe")],
        )
        .await
        .is(422)
        .shows("href=\"#knives--authorization-name\"");
        // What is retired stays on file and is not offered any more.
        let armoured = "/desk/kingdom/disciplines/armoured-combat";
        let to = format!("{armoured}/retire-authorization");
        send(&holder, armoured, "weapon-shield--retire-authorization", &to, &[]).await.is(303);
        holder.get(armoured).await.shows("Retired").hides("weapon-shield--authorization");
        // It can be taken up again, as it was.
        let resume = ("weapon-shield--resume-authorization", format!("{armoured}/resume-authorization"));
        send(&holder, armoured, resume.0, &resume.1, &[]).await.is(303);
        holder.get(armoured).await.shows("weapon-shield--authorization").hides(resume.0);
        send(&holder, armoured, "weapon-shield--retire-authorization", &to, &[]).await.is(303);
        cast.nobody().get("/card/lusab-babad-gutih-tugad").await.is(200).shows("Weapon &amp; Shield");
        let page = holder.get(armoured).await.shows("1 person is on file in it");
        holder.post(&format!("{armoured}/retire"), &filled(&page, "retire", &[])).await.is(303);
        holder
            .get(armoured)
            .await
            .hides("id=\"retire\"")
            .hides("id=\"add-authorization\"")
            .shows("id=\"rename\"");
        cast.nobody().get("/card/lusab-babad-gutih-tugad").await.is(200).shows("Armoured Combat");
        let minister = cast.be("list-minister").await;
        minister.get(&format!("/desk/people/{id}")).await.is(200).hides("id=\"renew-armoured-combat\"");
        // Retiring twice, from a page that is still open.
        let facts = cast.facts().await.len();
        let retired = filled(&page, "retire", &[("command_id", &format!("{FRESH}5"))]);
        holder.post(&format!("{armoured}/retire"), &retired).await.is(422).shows("already retired");
        assert_eq!(cast.facts().await.len(), facts);
        // Taken up again, cards are renewed in it as before.
        send(&holder, armoured, "resume", &format!("{armoured}/resume"), &[]).await.is(303);
        holder
            .get(armoured)
            .await
            .shows("id=\"retire\"")
            .shows("id=\"add-authorization\"")
            .hides("id=\"resume\"");
        minister.get(&format!("/desk/people/{id}")).await.is(200).shows("id=\"renew-armoured-combat\"");
        // Names change on public pages at once.
        send(&holder, armoured, "rename", &format!("{armoured}/rename"), &[("name", "Heavy")]).await.is(303);
        cast.nobody()
            .get("/card/lusab-babad-gutih-tugad")
            .await
            .is(200)
            .shows("Heavy")
            .hides("Armoured Combat");
    });
}

#[test]
fn p5_two_officers_change_different_types_and_only_the_same_one_is_asked_about() {
    on_all_databases(|database| async move {
        let cast = serve(&database).await;
        let holder = cast.be(HOLDER).await;
        let (one, two, three) =
            (holder.get(FENCING).await, holder.get(FENCING).await, holder.get(FENCING).await);
        let change = format!("{FENCING}/change-authorization");
        let rename = |page: &Answer, name| filled(page, "heavy-rapier--authorization", &[("name", name)]);
        holder.post(&change, &rename(&one, "Rapier")).await.is(303);
        // The other change is about something else.
        let marshal = filled(&two, "marshal--marshal", &[("name", "Provost")]);
        holder.post(&format!("{FENCING}/rename-marshal"), &marshal).await.is(303);
        let answer = holder.post(&change, &rename(&two, "Single Rapier")).await.is(409);
        let answer = answer.shows("Somebody else changed this meanwhile").shows("value=\"Single Rapier\"");
        holder.post(&change, &rename(&answer, "Single Rapier")).await.is(303);
        let retire = filled(&three, "heavy-rapier--retire-authorization", &[]);
        holder.post(&format!("{FENCING}/retire-authorization"), &retire).await.is(409).shows("Single Rapier");
        holder.get(FENCING).await.shows("Single Rapier").shows("Provost");
        let tampered = filled(&three, "rename", &[("seen_version", "x")]);
        holder.post(&format!("{FENCING}/rename"), &tampered).await.is(400);
        let tampered = filled(&three, "marshal--marshal", &[("type", "../x")]);
        holder.post(&format!("{FENCING}/rename-marshal"), &tampered).await.is(400);
    });
}

#[test]
fn p1_a_region_is_added_changed_retired_and_reopened() {
    on_all_databases(|database| async move {
        let cast = serve(&database).await;
        let holder = cast.be(HOLDER).await;
        let path = "/desk/kingdom/regions";
        let michigan = [("code", "mi"), ("name", "Michigan"), ("country", "United States")];
        send(&holder, path, "add-region", "/desk/kingdom/regions/add", &michigan).await.is(303);
        holder.get(path).await.shows("<code>MI</code>");
        let again = send(&holder, path, "add-region", "/desk/kingdom/regions/add", &michigan).await.is(422);
        again.shows("href=\"#add-region-code\"").shows("value=\"Michigan\"");
        let wrong =
            [("code", "M1"), ("name", ""), ("country", "a\u{7}b"), ("postal_format", "x".repeat(21).leak())];
        let wrong = send(&holder, path, "add-region", "/desk/kingdom/regions/add", &wrong).await.is(422);
        for field in ["code", "name", "country", "postal_format"] {
            assert!(wrong.body.contains(&format!("href=\"#add-region-{field}\"")), "{field}");
        }
        let stale = holder.get(path).await;
        let change = [("name", "State of Michigan"), ("postal_format", "48201")];
        send(&holder, path, "mi--change", "/desk/kingdom/regions/change", &change).await.is(303);
        holder
            .post("/desk/kingdom/regions/retire", &filled(&stale, "mi--retire", &[]))
            .await
            .is(409)
            .shows("48201");
        let minister = cast.be("list-minister").await;
        minister.get("/desk/people/new").await.shows("State of Michigan");
        send(&holder, path, "mi--retire", "/desk/kingdom/regions/retire", &[]).await.is(303);
        minister.get("/desk/people/new").await.hides("State of Michigan");
        send(&holder, path, "mi--reopen", "/desk/kingdom/regions/reopen", &[]).await.is(303);
        minister.get("/desk/people/new").await.shows("State of Michigan");
        holder
            .post("/desk/kingdom/regions/retire", &format!("command_id={FRESH}6&seen_version=1&code=QC"))
            .await
            .is(400);
    });
}

#[test]
fn d5_a_rulebook_says_what_holds_since_when_why_and_what_will() {
    on_all_databases(|database| async move {
        let cast = serve(&database).await;
        let holder = cast.be(HOLDER).await;
        let path = "/desk/kingdom/rulebook";
        holder.get(path).await.is(200).shows("No rulebook was adopted yet").shows("24 months");
        let wrong = [
            ("card_months", "0"),
            ("waiver_months", "many"),
            ("reminder_days", "30, 60"),
            ("youth_from.fencing", "14"),
            ("in_force_from", "2025-02-29"),
            ("law", ""),
        ];
        let answer = send(&holder, path, "rulebook", path, &wrong).await.is(422);
        for field in
            ["card_months", "waiver_months", "reminder_days", "youth_to.fencing", "in_force_from", "law"]
        {
            assert!(answer.body.contains(&format!("href=\"#rulebook-{field}\"")), "{field}");
        }
        let answer = answer.shows("value=\"many\"").shows("value=\"30, 60\"");
        assert!(answer.body.contains("This is 0; it must be from 1 to 240"));
        let early = [("in_force_from", "1966-04-30"), ("law", "Law")];
        send(&holder, path, "rulebook", path, &early).await.is(422).shows("href=\"#rulebook-in_force_from\"");
        let long = "x".repeat(101);
        send(&holder, path, "rulebook", path, &[("law", long.as_str())])
            .await
            .is(422)
            .shows("href=\"#rulebook-law\"");

        let now = [("card_months", "36"), ("in_force_from", "2026-11-01"), ("law", "Kingdom Law III.2")];
        send(&holder, path, "rulebook", path, &now).await.is(303);
        let page =
            holder.get(path).await.is(200).shows("36 months").shows("Kingdom Law III.2").shows("1 Nov 2026");
        page.shows("A card lasts: 36 months, was 24 months").shows("In force").shows("by Administrator");
        let later = [
            ("waiver_months", "60"),
            ("card_months.fencing", "12"),
            ("youth_from.fencing", "14"),
            ("youth_to.fencing", "17"),
            ("reminder_days", ""),
            ("in_force_from", "2027-01-01"),
            ("law", "Curia of <b>Twelfth Night</b>"),
        ];
        let stale = holder.get(path).await;
        send(&holder, path, "rulebook", path, &later).await.is(303);
        let page = holder.get(path).await.is(200).shows("To come").shows("60 months").hides("<b>Twelfth");
        let page = page.shows("comes into force on 1 January 2027").shows("Fencing: A card lasts");
        // The form begins with today's rules, or with those of a version.
        page.shows("The form holds the rules in force today")
            .shows("name=\"waiver_months\" type=\"text\" value=\"84\"");
        let second = holder.get("/desk/kingdom/rulebook?from=2").await.is(200);
        second.shows("rules of version 2").shows("name=\"waiver_months\" type=\"text\" value=\"60\"");
        holder.get("/desk/kingdom/rulebook?from=99").await.is(200).shows("in force today");
        // Whoever did not see the second version is asked.
        let third = [("link_hours", "48"), ("law", "Law")];
        let answer = holder.post(path, &filled(&stale, "rulebook", &third)).await.is(409);
        let answer = answer.shows("The newest version").shows("value=\"48\"");
        holder.post(path, &filled(&answer, "rulebook", &[("law", "Law")])).await.is(303);
        let minister = cast.be("list-minister").await;
        let id = cast.site.register(&fighter("Ásta", "lusab-babad-gutih-tugad")).await;
        let record = format!("/desk/people/{id}");
        let renew = format!("{record}/renew-card");
        let on = [("on", "2026-11-20")];
        send(&minister, &record, "renew-armoured-combat", &renew, &on).await.is(303);
        minister.get(&record).await.shows("19 November 2029");
    });
}

#[test]
fn l3_a_switch_is_off_on_for_everyone_or_on_for_listed_people() {
    on_all_databases(|database| async move {
        let cast = serve(&database).await;
        let id = cast.site.register(&fighter("Ásta", "lusab-babad-gutih-tugad")).await;
        let holder = cast.be(HOLDER).await;
        let (path, form) = ("/desk/kingdom/switches", "pin-authentication--switch");
        holder.get(path).await.is(200).shows("PINs on card pages").shows("needs read_combatant_info");
        send(&holder, path, form, path, &[("mode", "everyone")]).await.is(303);
        holder.get(path).await.shows("On for everyone");
        send(&holder, path, form, path, &[("mode", "sometimes")]).await.is(400);
        send(&holder, path, form, path, &[("mode", "off"), ("switch", "other")]).await.is(400);
        // Whom it is on for is chosen by whoever may read records too.
        let minister = DEMO_OFFICERS.iter().find(|officer| officer.key == "list-minister").unwrap().officer();
        officers(&cast, Verb::Grant { officer: minister, grant: "manage_kingdom".parse().unwrap() }).await;
        let minister = cast.be("list-minister").await;
        let listed = |people| [("mode", "listed"), ("people", people)];
        for wrong in ["", "nobody", "<b>", "/desk/people/018f5c1e-7a3b-7c00-8000-0123456789ab", "a\u{0}b"] {
            send(&minister, path, form, path, &listed(wrong)).await.is(422).hides("<b></textarea>");
        }
        let people =
            format!("https://emol.example/desk/people/{id}#waiver\r\n\r\n/card/lusab-babad-gutih-tugad");
        send(&minister, path, form, path, &listed(&people)).await.is(303);
        minister.get(path).await.is(200).shows("Ásta").shows("1 person is listed");
        assert_eq!(cast.readings().await.last().unwrap(), "ListRead");
        // The other holder sees how many, and no name; saving keeps them.
        holder.get(path).await.is(200).hides("Ásta").hides(&id.to_string()).shows("1 person is listed");
        let same = send(&holder, path, form, path, &[]).await.is(303);
        assert!(same.header("set-cookie").starts_with("emol-done=kingdom-same"));
        let (one, two) = (holder.get(path).await, minister.get(path).await);
        holder.post(path, &filled(&one, form, &[("mode", "off")])).await.is(303);
        minister
            .post(path, &filled(&two, form, &[]))
            .await
            .is(409)
            .shows("Somebody else changed this meanwhile");
    });
}
