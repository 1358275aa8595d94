//! Bad input for every field of every form that an officer meets on a person's record, and for
//! everything that an address may ask: a clear answer, and nothing written.

use emol::commands::Command;
use emol::commands::kingdom::{KingdomCommand, SetSwitch};
use emol::commands::officers::{OfficersCommand, Verb};
use emol::commands::policies::{ApproveDraft, BeginDraft};
use emol::domain::actor::Actor;
use emol::domain::date::CivilDate;
use emol::domain::demo::DEMO_OFFICERS;
use emol::domain::id::Slug;
use emol::domain::kingdom::SwitchMode;

use super::desk_cast::{Cast, Visitor, form};
use super::site::{Answer, fighter};
use crate::support::databases::on_all_databases;

/// A field as the page has it.
pub struct Field {
    /// What it is sent as.
    pub name: String,
    value: String,
    required: bool,
    kind: Kind,
}

#[derive(PartialEq)]
pub enum Kind {
    Text,
    Date,
    /// Only what the page offers, hidden or to choose: anything else was tampered with.
    Offered,
}

/// A form of the page.
pub struct Form {
    /// Where it goes.
    pub action: String,
    /// What it holds.
    pub fields: Vec<Field>,
}

fn attribute<'t>(tag: &'t str, name: &str) -> Option<&'t str> {
    let rest = &tag[tag.find(&format!(" {name}=\""))? + name.len() + 3..];
    rest.split('"').next()
}

fn unescaped(text: &str) -> String {
    ["&quot;\"", "&#x27;'", "&#x3D;=", "&lt;<", "&gt;>", "&amp;&"].iter().fold(
        text.to_owned(),
        |text, pair| {
            let (entity, letter) = pair.split_once(';').unwrap();
            text.replace(&format!("{entity};"), letter)
        },
    )
}

fn fields(html: &str) -> Vec<Field> {
    let mut fields: Vec<Field> = Vec::new();
    for tag in html.split('<').filter_map(|part| part.split('>').next()) {
        let kind = attribute(tag, "type").unwrap_or_default();
        let Some(name) = attribute(tag, "name").filter(|_| !tag.starts_with("button")) else {
            // The first choice, or the chosen one.
            if let (true, Some(value)) = (tag.starts_with("option"), attribute(tag, "value"))
                && let Some(select) = fields.last_mut()
                && (select.value.is_empty() || tag.contains(" selected"))
            {
                select.value = unescaped(value);
            }
            continue;
        };
        let again = fields.iter_mut().find(|field| field.name == name);
        match again {
            Some(radio) if tag.contains(" checked") => {
                radio.value = unescaped(attribute(tag, "value").unwrap_or_default());
            }
            Some(_) => {}
            None => fields.push(Field {
                name: name.to_owned(),
                value: unescaped(attribute(tag, "value").unwrap_or_default()),
                // Without `begin` it is another form.
                required: tag.contains(" required") || (kind == "hidden" && name != "begin"),
                kind: match kind {
                    "date" => Kind::Date,
                    "radio" | "checkbox" | "hidden" => Kind::Offered,
                    _ if tag.starts_with("select") => Kind::Offered,
                    _ => Kind::Text,
                },
            }),
        }
    }
    fields
}

/// What a form's HTML would send as it is shown: boxes that are not ticked are left out.
pub fn filled(html: &str) -> Vec<(String, String)> {
    let unticked = |name: &str| {
        let mut tags = html.split('<').filter_map(|part| part.split('>').next());
        tags.any(|tag| {
            tag.contains("type=\"checkbox\"")
                && attribute(tag, "name") == Some(name)
                && !tag.contains(" checked")
        })
    };
    let text = |name: &str| {
        let rest = html
            .split("<textarea ")
            .skip(1)
            .find(|rest| attribute(&format!(" {rest}"), "name") == Some(name))?;
        let rest = rest.split('>').nth(1)?;
        Some(unescaped(rest.split("</textarea").next()?.split('<').next()?))
    };
    let fields = fields(html).into_iter().filter(|field| !unticked(&field.name));
    fields.map(|field| (text(&field.name).unwrap_or(field.value), field.name)).map(|(v, n)| (n, v)).collect()
}

/// The forms of a page.
pub fn forms(page: &Answer) -> Vec<Form> {
    page.body
        .split("<form class=\"command")
        .skip(1)
        .map(|rest| {
            let html = rest.split("</form>").next().unwrap();
            Form { action: unescaped(attribute(html, "action").unwrap()), fields: fields(html) }
        })
        .collect()
}

/// Sends every form with every field wrong in every way; the forms' verbs, and how often something was sent.
pub async fn walk(who: &Visitor<'_>, forms: Vec<Form>) -> (Vec<String>, usize) {
    let long = "x".repeat(20_000);
    let wrong = ["a\u{0}b", "a\u{7}b", "a\u{202e}b", "a\u{fffd}b", &long];
    let narrow = ["<b>", "0000-01-01", "9999-12-31", "2025-02-29", "-1", "99999999999999999999"];
    let (mut verbs, mut tried) = (Vec::new(), 0);
    for one in forms {
        verbs.push(one.action.rsplit('/').next().unwrap().to_owned());
        for field in &one.fields {
            let empty = field.required.then_some("");
            let others: &[&str] = if field.kind == Kind::Text { &[] } else { &narrow };
            let too_long = |value: &&str| field.name != "text" || value.len() < 20_000;
            for value in wrong.iter().chain(others).copied().chain(empty).filter(too_long) {
                let sent: Vec<(&str, &str)> = one
                    .fields
                    .iter()
                    .map(|other| match &other.name {
                        name if *name == field.name => (name.as_str(), value),
                        name if other.value.is_empty() => (name.as_str(), "Because"),
                        name => (name.as_str(), other.value.as_str()),
                    })
                    .collect();
                let answer = who.post(&one.action, &form(&sent)).await;
                let what = format!("{} {} {:.20?}: {}", one.action, field.name, value, answer.status);
                assert!((400..500).contains(&answer.status), "{what}");
                if field.kind != Kind::Offered {
                    assert_eq!(answer.status, 422, "{what}");
                    assert!(answer.body.contains("role=\"alert\""), "{what}: says nothing");
                    assert!(!answer.body.contains("value=\"<b>"), "{what}: becomes markup");
                }
                tried += 1;
            }
        }
    }
    (verbs, tried)
}

#[test]
fn every_field_of_every_form_about_officers_answers_bad_input_and_writes_nothing() {
    on_all_databases(|database| async move {
        let cast = Cast::serve(&database).await;
        let person = cast.site.register(&fighter("Ásta", "lusab-babad-gutih-tugad")).await;
        let by_key = |key: &str| DEMO_OFFICERS.iter().find(|one| one.key == key).unwrap().officer();
        let (linked, disabled) = (by_key("list-minister"), by_key("seneschal"));
        let by = Actor::Operator("test".to_owned());
        for verb in [Verb::Link { officer: linked, combatant: Some(person) }, Verb::Disable(disabled)] {
            cast.site.issue(Command::Officers(OfficersCommand { by: by.clone(), verb })).await;
        }
        let administrator = cast.be("administrator").await;
        let facts = cast.facts().await.len();
        let mut walked = Vec::new();
        for path in ["new".to_owned(), linked.to_string(), disabled.to_string()] {
            walked.extend(forms(&administrator.get(&format!("/desk/officers/{path}")).await.is(200)));
        }
        let (mut verbs, tried) = walk(&administrator, walked).await;
        verbs.sort();
        verbs.dedup();
        assert_eq!(verbs, ["disable", "enable", "grants", "link", "new", "unlink"]);
        assert!(tried > 150, "{tried}");
        assert_eq!(cast.facts().await.len(), facts, "bad input wrote something");
    });
}

#[test]
fn every_field_of_every_form_of_a_record_answers_bad_input_and_writes_nothing() {
    on_all_databases(|database| async move {
        let cast = Cast::serve(&database).await;
        let mut person = fighter("Ásta", "lusab-babad-gutih-tugad");
        person.marshal = true;
        let id = cast.site.register(&person).await;
        let minister = cast.be("list-minister").await;
        let page = minister.get(&format!("/desk/people/{id}")).await.is(200);
        let facts = cast.facts().await.len();
        let edit = minister.get(&format!("/desk/people/{id}/edit")).await.is(200);
        let walked = forms(&page).into_iter().chain(forms(&edit)).collect();
        let (mut verbs, tried) = walk(&minister, walked).await;
        verbs.sort();
        verbs.dedup();
        assert_eq!(
            verbs,
            [
                "assign-card-id",
                "correct-card",
                "correct-waiver",
                "edit",
                "end-warrant",
                "erase",
                "grant-authorization",
                "grant-warrant",
                "issue-card",
                "record-waiver",
                "renew-card",
                "renew-check-code",
                "revoke-authorization",
                "set-listing",
                "withdraw-entry"
            ],
            "every verb has its form on this page"
        );
        assert!(tried > 300, "{tried}");
        assert_eq!(cast.facts().await.len(), facts, "bad input wrote something");
    });
}

#[test]
fn every_field_of_every_form_about_many_people_answers_bad_input_and_writes_nothing() {
    on_all_databases(|database| async move {
        let cast = Cast::serve(&database).await;
        let mut person = fighter("Ásta", "lusab-babad-gutih-tugad");
        person.marshal = true;
        let id = cast.site.register(&person).await;
        let minister = cast.be("list-minister").await;
        let acts = [
            "correct-cards&in=armoured-combat&on=2025-03-14",
            "end-warrants&in=armoured-combat/marshal&on=2026-11-21",
            "ask-for-pin&in=set-pin&most=1",
        ];
        let (switch, mode) = (Slug::parse("pin-authentication").unwrap(), SwitchMode::Everyone);
        let on = KingdomCommand::from(SetSwitch { switch, mode, listed: Vec::new() });
        cast.site.issue(Command::Kingdom(on)).await;
        cast.site.state.bus().refresh().await.unwrap();
        let facts = cast.facts().await.len();
        let mut walked = Vec::new();
        for act in acts {
            let page = minister.get(&format!("/desk/people/many?person={id}&act={act}")).await.is(200);
            walked.extend(forms(&page));
        }
        let (verbs, tried) = walk(&minister, walked).await;
        assert_eq!(verbs, ["many", "many", "many"]);
        assert!(tried > 80, "{tried}");
        assert_eq!(cast.facts().await.len(), facts, "bad input wrote something");
    });
}

#[test]
fn every_field_of_every_form_of_the_kingdom_answers_bad_input_and_writes_nothing() {
    on_all_databases(|database| async move {
        let cast = Cast::serve(&database).await;
        let holder = cast.be("administrator").await;
        let long = "x".repeat(20_000);
        let wrong = ["a\u{0}b", "a\u{7}b", "a\u{202e}b", "a\u{fffd}b", &long];
        let narrow = ["<b>", "0000-01-01", "-1", "99999999999999999999"];
        let facts = cast.facts().await.len();
        let (mut places, mut tried) = (Vec::new(), 0);
        let fencing = "/desk/kingdom/disciplines/fencing";
        for page in ["", "/disciplines", "/disciplines/fencing", "/regions", "/rulebook", "/switches"] {
            let page = holder.get(&format!("/desk/kingdom{page}")).await.is(200);
            for one in forms(&page) {
                places.push(one.action.replace(fencing, "fencing"));
                for field in &one.fields {
                    let empty = (field.required && field.name != "type").then_some("");
                    let others: &[&str] = if field.kind == Kind::Text { &[] } else { &narrow };
                    for value in wrong.iter().chain(others).copied().chain(empty) {
                        let sent: Vec<(&str, &str)> = one
                            .fields
                            .iter()
                            .filter(|other| other.name != field.name && other.name != "primary")
                            .map(|other| match other.value.as_str() {
                                "" if other.required => (other.name.as_str(), "Because"),
                                text => (other.name.as_str(), text),
                            })
                            .chain([(field.name.as_str(), value)])
                            .collect();
                        let answer = holder.post(&one.action, &form(&sent)).await;
                        let what = format!("{} {} {:.20?}: {}", one.action, field.name, value, answer.status);
                        assert!((400..500).contains(&answer.status), "{what}");
                        if field.kind != Kind::Offered {
                            assert_eq!(answer.status, 422, "{what}");
                            assert!(answer.body.contains("role=\"alert\""), "{what}: says nothing");
                        }
                        assert!(!answer.body.contains("value=\"<b>"), "{what}: becomes markup");
                        tried += 1;
                    }
                }
            }
        }
        places.sort();
        places.dedup();
        let expected = [
            "/desk/kingdom",
            "/desk/kingdom/disciplines/found",
            "/desk/kingdom/regions/add",
            "/desk/kingdom/regions/change",
            "/desk/kingdom/regions/retire",
            "/desk/kingdom/rulebook",
            "/desk/kingdom/switches",
            "fencing/add-authorization",
            "fencing/add-marshal",
            "fencing/change-authorization",
            "fencing/rename",
            "fencing/rename-marshal",
            "fencing/retire",
            "fencing/retire-authorization",
            "fencing/retire-marshal",
        ];
        assert_eq!(places, expected);
        assert!(tried > 300, "{tried}");
        assert_eq!(cast.facts().await.len(), facts, "bad input wrote something");
    });
}

#[test]
fn every_field_of_every_form_of_a_policy_answers_bad_input_and_writes_nothing() {
    on_all_databases(|database| async move {
        emol::store::format::raise(&database.admin, emol::events::LOG_FORMAT).await.unwrap();
        let cast = Cast::serve(&database).await;
        let seneschal = cast.be("seneschal").await;
        let mut walked = forms(&seneschal.get("/desk/policies").await.is(200));
        for text in ["First", "Second"] {
            let begin = BeginDraft { text: Some(text.to_owned()) };
            cast.site.issue(Command::Policies(begin.into())).await;
            if text == "First" {
                let required_from = CivilDate::parse("2027-01-01").ok();
                let approve = ApproveDraft { change_log: "All of it.".to_owned(), required_from };
                cast.site.issue(Command::Policies(approve.into())).await;
            }
        }
        cast.site.state.bus().refresh().await.unwrap();
        for path in ["2026.1", "draft", "draft/approve"] {
            walked.extend(forms(&seneschal.get(&format!("/desk/policies/{path}")).await.is(200)));
        }
        let facts = cast.facts().await.len();
        // A form without a field to fill in is sent with its number damaged only.
        let (mut verbs, tried) = walk(&seneschal, walked).await;
        verbs.sort();
        verbs.dedup();
        assert_eq!(verbs, ["approve", "begin", "discard", "draft", "share", "stop-requiring"]);
        assert!(tried > 60, "{tried}");
        assert_eq!(cast.facts().await.len(), facts, "bad input wrote something");
    });
}

#[test]
fn whatever_an_address_asks_is_answered_and_never_becomes_markup() {
    on_all_databases(|database| async move {
        let cast = Cast::serve(&database).await;
        let id = cast.site.register(&fighter("Ásta", "lusab-babad-gutih-tugad")).await;
        let officer = cast.be("administrator").await;
        let auditor = cast.be("auditor").await;
        let minister = cast.be("list-minister").await;
        let asked = [
            "q",
            "discipline",
            "authorization",
            "branch",
            "valid",
            "page",
            "sort",
            "dir",
            "person",
            "officer",
            "kind",
            "from",
            "to",
            "on",
            "known_at",
            "what",
            "filter",
            "status",
            "next",
            "region",
            "cursor",
            "find",
            "days",
            "in",
            "act",
            "for",
            "all",
            "changed",
        ];
        let long = "x".repeat(4_000);
        let values = [
            "",
            "<script>alert(1)</script>",
            "\"><b>odd",
            "a\u{0}b",
            "a\u{202e}b",
            "0000-01-01",
            "9999-12-31",
            "2025-02-29",
            "-1",
            "0",
            "99999999999999999999",
            "../../etc",
            "%",
            "' OR 1=1 --",
            &long,
        ];
        let person = format!("/desk/people/{id}");
        let many = format!("/desk/people/many/{id}");
        let one = format!("/desk/officers/{}", DEMO_OFFICERS[0].officer());
        let places = [
            "/register",
            "/marshals",
            "/",
            "/auth/login",
            "/desk",
            "/desk/people",
            "/desk/forecast",
            "/desk/forecast.csv",
            "/desk/reports",
            "/desk/reports/ages.csv",
            &person,
            "/desk/people/many",
            &many,
            "/desk/warrants",
            "/desk/officers",
            "/desk/officers/new",
            &one,
            "/audit",
            "/audit/as-of",
            "/privacy-policy",
            "/desk/policies",
        ];
        for (who, may) in [(&minister, "minister"), (&officer, "officer"), (&auditor, "auditor")] {
            for path in places {
                for value in values {
                    let all: Vec<(&str, &str)> = asked.iter().map(|name| (*name, value)).collect();
                    let address = emol::web::views::href(path, &all);
                    let answer = who.get(&address).await;
                    let what = format!("{may} {path} {value:.20?}: {}", answer.status);
                    assert!(answer.status < 500, "{what}");
                    assert!(!answer.body.contains("<script>alert"), "{what}");
                    assert!(!answer.body.contains("\"><b>odd"), "{what}");
                }
            }
        }
        for path in [
            "/register?%ff=%fe",
            "/register?q=%",
            "/register?q=%zz",
            "/card/%00",
            "/card/%2e%2e%2f",
            "/audit/events/x",
        ] {
            let answer = auditor.get(path).await;
            assert!(answer.status < 500, "{path}: {}", answer.status);
        }
    });
}
