//! What officers do to people, and what becomes of forms that are wrong.

use super::desk_cast::{Cast, form};
use super::site::fighter;
use crate::support::databases::on_all_databases;

const LONG: &str = "lusab-babad-gutih-tugad";

/// A form to register that is right, with some fields otherwise.
pub fn person<'a>(command: &'a str, other: &[(&'a str, &'a str)]) -> String {
    let mut fields = vec![
        ("command_id", command),
        ("sca_name", "Magnús"),
        ("legal_name", "Wen Wójcik"),
        ("email", "wen@example.org"),
        ("phone", "416 555 0123"),
        ("address1", "1 Road"),
        ("city", "Toronto"),
        ("province", "ON"),
        ("postal_code", "k1a0b1"),
    ];
    for (name, value) in other {
        fields.retain(|(known, _)| known != name);
        fields.push((name, value));
    }
    form(&fields)
}

#[test]
fn a_form_that_is_sent_twice_registers_one_person() {
    on_all_databases(|database| async move {
        let cast = Cast::serve(&database).await;
        let minister = cast.be("list-minister").await;
        let command = minister.get("/desk/people/new").await.is(200).command_id("person");
        let body = person(&command, &[]);
        let first = minister.post("/desk/people/new", &body).await.is(303);
        let facts = cast.facts().await.len();
        let second = minister.post("/desk/people/new", &body).await.is(303);
        assert_eq!(first.header("location"), second.header("location"));
        assert_eq!(cast.facts().await.len(), facts);
        let page = minister.get(first.header("location")).await.is(200).shows("Magnús");
        page.shows("(416) 555-0123").shows("K1A 0B1").shows("Not accepted").shows("Put on file");
        minister.get("/desk/people?q=magnus").await.shows("Magnús");
        // The same number with other contents is another form (P3).
        let other = person(&command, &[("city", "Ottawa")]);
        minister.post("/desk/people/new", &other).await.is(409).shows("already sent").shows("Ottawa");
    });
}

#[test]
fn v7_the_list_is_taken_along_for_a_reason_and_that_is_recorded() {
    on_all_databases(|database| async move {
        let cast = Cast::serve(&database).await;
        cast.site.register(&fighter("Ásta", LONG)).await;
        cast.site.register(&fighter("=HYPERLINK(\"x\")", "tugad-gutih-babad-lusab")).await;
        let minister = cast.be("list-minister").await;
        minister.get("/desk/people").await.is(200).shows("Take the list along").shows("With contact details");
        let before = cast.readings().await.len();
        let path = "/desk/people/export";
        // Without a reason nothing leaves, and what was chosen stays.
        let refused = minister.post(path, &form(&[("q", "asta"), ("contact", "yes")])).await.is(422);
        refused.shows("href=\"#export-reason\"").shows("value=\"yes\" checked").hides("@example.org,");
        minister.post(path, &form(&[("state", "nonsense"), ("reason", "x")])).await.is(422);
        minister.post(path, &form(&[("q", "a\u{0}b"), ("reason", "x")])).await.is(422);
        let shown = minister.post(path, &form(&[("q", "asta"), ("reason", "War practice")])).await.is(200);
        assert!(shown.header("content-disposition").starts_with("attachment; filename=\"people-2026-"));
        assert_eq!(shown.header("content-type"), "text/csv; charset=utf-8");
        let lines = shown.csv();
        assert_eq!(lines.len(), 2);
        assert_eq!(lines[0], "sca_name,legal_name,branch,cards,waiver_expires,accepted,listed,notes");
        let line = "Ásta,Xavier Jansen,Ben Dunfirth,Armoured Combat expires 2027-03-15,2032-01-10,yes,yes,";
        assert_eq!(lines[1], line);
        assert!(!shown.body.contains("@example.org"));
        let all = minister.post(path, &form(&[("contact", "yes"), ("reason", "War practice")])).await.is(200);
        assert_eq!(all.body.lines().count(), 3);
        assert!(all.body.contains("@example.org") && all.body.contains("1980-01-31"));
        assert!(all.body.contains("\"'=HYPERLINK("), "{}", all.body);
        // Each export is an entry of its own, with its reason; the page shown with the refusal is one as well.
        let readings = cast.readings().await;
        assert_eq!(readings[before..].iter().filter(|name| *name == "ListRead").count(), 3);
        // Contact details need the permission; the list alone does not.
        let deputy = cast.be("fencing-deputy").await;
        deputy.get("/desk/people").await.is(200).shows("Take the list along").hides("With contact details");
        deputy.post(path, &form(&[("contact", "yes"), ("reason", "x")])).await.is(403);
        deputy.post(path, &form(&[("reason", "x")])).await.is(200);
        for persona in ["auditor", "administrator"] {
            cast.be(persona).await.post(path, &form(&[("reason", "x")])).await.is(403);
        }
        cast.nobody().post(path, &form(&[("reason", "x")])).await.is(401);
    });
}

#[test]
fn the_list_shows_the_columns_that_are_chosen_and_leaves_with_them_as_a_spreadsheet_too() {
    on_all_databases(|database| async move {
        let cast = Cast::serve(&database).await;
        cast.site.register(&fighter("Ásta", LONG)).await;
        cast.site.register(&fighter("=HYPERLINK(\"x\")", "tugad-gutih-babad-lusab")).await;
        let minister = cast.be("list-minister").await;
        let usual = minister.get("/desk/people").await.is(200).shows("data-label=\"Branch\"");
        usual.hides("data-label=\"Region\"").hides("show&#x3D;");
        let page = minister.get("/desk/people?q=xavier&show=region&show=cards&show=odd").await.is(200);
        let page =
            page.shows("data-label=\"Region\"").shows("data-label=\"Cards\"").hides("data-label=\"Branch\"");
        page.shows("sort&#x3D;expiry&amp;show&#x3D;region&amp;show&#x3D;cards");
        let path = "/desk/people/export";
        let taken = "show=region&show=cards&reason=War+practice";
        let file = minister.post(path, taken).await.is(200);
        let lines = file.csv();
        assert_eq!(lines[0], "sca_name,region,cards");
        assert!(lines.iter().any(|line| line == "Ásta,ON,Armoured Combat expires 2027-03-15"), "{lines:?}");
        let sheet = minister.post(path, &format!("{taken}&format=xlsx")).await.is(200);
        let kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
        assert_eq!(sheet.header("content-type"), kind);
        assert!(sheet.header("content-disposition").ends_with(".xlsx\""));
        assert!(sheet.body.starts_with("PK") && sheet.body.contains("xl/worksheets/sheet1.xml"));
        assert!(sheet.body.contains("Ásta") && sheet.body.contains(">=HYPERLINK("), "a text as it is");
        assert!(!sheet.body.contains("<f>"), "no cell is a formula");
        minister.post(path, &format!("{taken}&format=exe")).await.is(400);
    });
}

#[test]
fn p3_a_wrong_field_says_so_beside_it_and_keeps_what_was_typed() {
    on_all_databases(|database| async move {
        let cast = Cast::serve(&database).await;
        let minister = cast.be("list-minister").await;
        let long = "x".repeat(300);
        let wrong: &[(&str, &[&str])] = &[
            ("sca_name", &[&long, "a\u{0}b", "a\u{202e}b", "a\u{fffd}b"]),
            ("branch", &[&long, "a\u{7}b"]),
            ("legal_name", &["", "   ", &long, "a\u{1b}b"]),
            ("email", &["", "nobody", "<b>@example.org", &long, "a@b\u{0}.org"]),
            ("phone", &["", "12", "<script>", "٤١٦", &long]),
            ("address1", &["", &long, "a\u{0}b"]),
            ("address2", &[&long, "a\u{202e}b"]),
            ("city", &["", &long, "a\u{200b}b"]),
            ("province", &["", "QC", "<b>", &long]),
            ("postal_code", &["", "12345", "K1A", "<i>", &long]),
            ("date_of_birth", &["0000-01-01", "9999-12-31", "2025-02-29", "<b>", "yesterday", &long]),
            ("member_number", &["0", "-1", "1.5", "x", "99999999999999999999"]),
            ("member_expiry", &["2025-02-29", "0000-00-00", "x"]),
        ];
        let before = cast.facts().await.len();
        let command = minister.get("/desk/people/new").await.command_id("person");
        for (field, values) in wrong {
            for value in *values {
                let answer = minister.post("/desk/people/new", &person(&command, &[(field, value)])).await;
                assert_eq!(answer.status, 422, "{field} {value:?}");
                let answer = answer.shows(&format!("href=\"#{field}\""));
                assert!(!answer.body.contains("<script>") && !answer.body.contains("<b>@"), "{field}");
                if value.chars().all(|c| c.is_ascii_alphanumeric()) && !value.is_empty() {
                    assert!(answer.body.contains(value), "{field}: what was typed is lost");
                }
            }
        }
        // Everything wrong comes at once.
        let all = form(&[("command_id", &command)]);
        let answer = minister.post("/desk/people/new", &all).await.is(422);
        for field in ["legal_name", "email", "phone", "address1", "city", "province", "postal_code"] {
            assert!(answer.body.contains(&format!("href=\"#{field}\"")), "{field}");
        }
        assert_eq!(cast.facts().await.len(), before, "a wrong form wrote something");
        minister.post("/desk/people/new", "sca_name=x").await.is(400);
        minister.post("/desk/people/new", &"a=b&".repeat(1_000)).await.is(400);
        minister.post("/desk/people/new", &"a".repeat(10 << 20)).await.is(413);
        // HTML, right-to-left letters and 29 February are names and days like others.
        let odd = [("sca_name", "<b>Bold</b> שרה"), ("date_of_birth", "2004-02-29")];
        let done = minister.post("/desk/people/new", &person(&command, &odd)).await.is(303);
        minister
            .get(done.header("location"))
            .await
            .is(200)
            .shows("שרה")
            .hides("<b>Bold")
            .shows("29 February 2004");
    });
}

#[test]
fn p5_the_second_to_save_sees_what_changed_meanwhile() {
    on_all_databases(|database| async move {
        let cast = Cast::serve(&database).await;
        let id = cast.site.register(&fighter("Ásta", LONG)).await;
        let path = format!("/desk/people/{id}/edit");
        let minister = cast.be("list-minister").await;
        let (one, two) = (minister.get(&path).await.is(200), minister.get(&path).await.is(200));
        let same = [
            ("sca_name", "Ásta"),
            ("legal_name", "Xavier Jansen"),
            ("branch", "Ben Dunfirth"),
            ("email", "somebody@example.org"),
            ("phone", "(416) 555-0100"),
            ("address1", "1 Road"),
            ("province", "ON"),
            ("postal_code", "K1A 0B1"),
            ("date_of_birth", "1980-01-31"),
        ];
        let sent = |page: &super::site::Answer, other: &[(&'static str, &'static str)]| {
            let (command, seen) = (page.command_id("person"), page.hidden("person", "seen_version"));
            let mut fields: Vec<_> =
                same.into_iter().filter(|(name, _)| other.iter().all(|(o, _)| o != name)).collect();
            fields.extend(other);
            fields.extend([("command_id", command.as_str()), ("seen_version", seen.as_str())]);
            form(&fields)
        };
        minister.post(&path, &sent(&one, &[("city", "Ottawa"), ("branch", "Septentria")])).await.is(303);
        let facts = cast.facts().await.len();
        let answer = minister.post(&path, &sent(&two, &[("city", "London")])).await.is(409);
        let answer =
            answer.shows("Somebody else saved this person meanwhile").shows("Ottawa").shows("London");
        assert_eq!(cast.facts().await.len(), facts, "nothing is overwritten without being seen");
        // What this officer did not touch stays as it is on file now.
        let answer = answer.shows("value=\"Septentria\"");
        let choice = sent(&answer, &[("city", "London"), ("branch", "Septentria")]);
        minister.post(&path, &choice).await.is(303);
        minister.get(&format!("/desk/people/{id}")).await.shows("London").shows("Septentria");
        // What changed is not in the form: nothing to ask about.
        let page = minister.get(&path).await;
        let waiver =
            form(&[("command_id", "018f5c1e-7a3b-7c00-8000-00000000000a"), ("signed_on", "2026-11-20")]);
        minister.post(&format!("/desk/people/{id}/record-waiver"), &waiver).await.is(303);
        minister.post(&path, &sent(&page, &[("city", "Guelph"), ("branch", "Septentria")])).await.is(303);
    });
}

/// A form's id, the last part of its address, what is sent, and what the record then says.
type Step<'a> = (&'a str, &'a str, &'a [(&'a str, &'a str)], &'a str);

#[test]
fn the_minister_works_through_a_persons_whole_record() {
    on_all_databases(|database| async move {
        let cast = Cast::serve(&database).await;
        let id = cast.site.register(&fighter("Ásta", LONG)).await;
        let path = format!("/desk/people/{id}");
        let minister = cast.be("list-minister").await;
        let armoured = ("discipline", "armoured-combat");
        let steps: [Step<'_>; 9] = [
            ("renew-armoured-combat", "renew-card", &[armoured, ("on", "2026-11-20")], "19 November 2028"),
            (
                "correct-armoured-combat",
                "correct-card",
                &[
                    armoured,
                    ("seen", "2026-11-20"),
                    ("on", "2026-11-19"),
                    ("reason", "The bout was on Thursday"),
                ],
                "The bout was on Thursday",
            ),
            (
                "grant-spear-armoured-combat",
                "grant-authorization",
                &[armoured, ("authorization", "spear"), ("on", "2026-11-20")],
                "Spear granted in Armoured Combat",
            ),
            (
                "revoke-spear-armoured-combat",
                "revoke-authorization",
                &[
                    armoured,
                    ("authorization", "spear"),
                    ("on", "2026-11-21"),
                    ("reason", "Withdrawn on request"),
                ],
                "Withdrawn on request",
            ),
            (
                "warrant-armoured-combat",
                "grant-warrant",
                &[armoured, ("marshal", "marshal"), ("starts_on", "2026-11-21"), ("ends_on", "2027-11-21")],
                "Warranted as Field Marshal",
            ),
            ("waiver-new", "record-waiver", &[("signed_on", "2026-11-22")], "21 November 2033"),
            (
                "waiver-date",
                "correct-waiver",
                &[("seen", "2026-11-22"), ("signed_on", "2026-11-21"), ("reason", "Misread")],
                "Misread",
            ),
            ("listing", "set-listing", &[("listed", "no")], "No longer listed publicly"),
            ("card-link", "assign-card-id", &[], "Card page got an address"),
        ];
        for (form_id, verb, fields, shows) in steps {
            let command = minister.get(&path).await.command_id(form_id);
            let mut fields = fields.to_vec();
            fields.push(("command_id", &command));
            let to = format!("{path}/{verb}");
            minister.post(&to, &form(&fields)).await.is(303);
            let facts = cast.facts().await.len();
            minister.post(&to, &form(&fields)).await.is(303);
            assert_eq!(cast.facts().await.len(), facts, "{verb} twice did it twice");
            minister.get(&path).await.is(200).shows(shows);
        }
        // What is wrong comes back in its form, with what was typed, and writes nothing.
        let facts = cast.facts().await.len();
        let command = minister.get(&path).await.command_id("revoke-weapon-shield-armoured-combat");
        let wrong = form(&[
            armoured,
            ("authorization", "weapon-shield"),
            ("on", "2027-01-01"),
            ("reason", ""),
            ("command_id", &command),
        ]);
        let answer = minister.post(&format!("{path}/revoke-authorization"), &wrong).await.is(422);
        answer.shows("A reason is needed").shows("value=\"2027-01-01\"");
        let future = form(&[armoured, ("on", "2027-01-01"), ("command_id", &command)]);
        minister.post(&format!("{path}/renew-card"), &future).await.is(422).shows("is in the future");
        for day in ["0000-01-01", "9999-12-31", "2025-02-29", "<b>", ""] {
            let body = form(&[armoured, ("on", day), ("command_id", &command)]);
            minister.post(&format!("{path}/renew-card"), &body).await.is(422).shows("Nothing was changed");
        }
        let tampered = form(&[("discipline", "../x"), ("on", "2026-11-20"), ("command_id", &command)]);
        minister.post(&format!("{path}/renew-card"), &tampered).await.is(400);
        assert_eq!(cast.facts().await.len(), facts);
    });
}

#[test]
fn v6_erasing_asks_for_the_word_and_the_name_and_leaves_no_name() {
    on_all_databases(|database| async move {
        let cast = Cast::serve(&database).await;
        let id = cast.site.register(&fighter("Ásta", LONG)).await;
        let path = format!("/desk/people/{id}");
        let minister = cast.be("list-minister").await;
        let page = minister.get(&path).await.shows("The waiver’s evidence stays until");
        let command = page.command_id("erase");
        let erase =
            |word: &str, name: &str| form(&[("command_id", &command), ("word", word), ("name", name)]);
        let to = format!("{path}/erase");
        cast.nobody().get(&format!("/card/{LONG}")).await.is(200).shows("Xavier Jansen");
        assert!(cast.site.state.pages.count() > 0, "the card is kept");
        minister.post(&to, &erase("erase", "Ásta")).await.is(422).shows("ERASE in capitals");
        minister.post(&to, &erase("ERASE", "Magnús")).await.is(422).shows("not the name at the top");
        minister.post(&to, &erase("ERASE", "asta")).await.is(303);
        minister.post(&to, &erase("ERASE", "asta")).await.is(303);
        let erased = minister.get(&path).await.is(200).hides("Ásta").hides("Xavier").shows("Erased");
        erased.hides("<dt>Listed publicly</dt><dd>Yes");
        minister.get("/desk/people").await.hides("Ásta");
        for _ in 0..100 {
            if cast.site.state.pages.count() == 0 {
                break;
            }
            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        }
        assert_eq!(cast.site.state.pages.count(), 0, "no page in memory holds the name for a second longer");
        let auditor = cast.be("auditor").await;
        auditor.get(&format!("/audit?person={id}")).await.is(200).hides("Ásta").shows("erased");
    });
}
