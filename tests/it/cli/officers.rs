//! Officers on the command line.

use super::Place;

fn invite(place: &Place, email: &str, extra: &[&str]) -> super::Answer {
    let mut args = vec!["officer", "invite", email, "--name", "Somebody"];
    args.extend(extra);
    place.run(&args)
}

fn grants(place: &Place, email: &str) -> Vec<String> {
    let list = place.json(&["officer", "list", "--json"]);
    let officer = list.as_array().unwrap().iter().find(|officer| officer["email"] == email).unwrap().clone();
    officer["grants"].as_array().unwrap().iter().map(|grant| grant.as_str().unwrap().to_owned()).collect()
}

#[test]
fn a2_the_first_administrator_is_made_on_the_command_line() {
    let place = Place::migrated();
    assert!(place.run(&["officer", "list"]).out.contains("no officers yet"));
    let answer = invite(&place, "mol@example.org", &["--administrator"]);
    assert_eq!(answer.code, 0, "{answer:?}");
    assert_eq!(grants(&place, "mol@example.org").len(), 14);
    // Who lists officers opens their addresses, and that is on record (V7); an empty list opens nothing.
    let head = || place.json(&["verify", "--json"])["head"]["position"].as_i64().unwrap();
    let before = head();
    assert!(place.run(&["officer", "list"]).out.contains("mol@example.org"));
    assert_eq!(head(), before + 1);
    let history = place.json(&["history", "kingdom", "--json"]);
    let actor = history["events"][0]["actor"].as_str().unwrap();
    assert!(actor.starts_with("operator:"), "{actor}");
}

#[test]
fn permissions_are_given_and_taken_back() {
    let place = Place::migrated();
    let file = r#"[{"name": "Fencing", "authorizations": [], "marshals": []}]"#;
    let file = place.write("disciplines.json", file);
    assert_eq!(place.run(&["import", "disciplines", &file]).code, 0);
    assert_eq!(invite(&place, "a@example.org", &["--administrator"]).code, 0);
    let invited = place.json(&[
        "officer",
        "invite",
        "b@example.org",
        "--name",
        "B",
        "--grant",
        "read_history",
        "--json",
    ]);
    assert_eq!(invited["recorded"], 2);
    let again = place.json(&["officer", "--json", "grant", "b@example.org", "read_history"]);
    assert_eq!((&again["officer"], &again["recorded"]), (&invited["officer"], &0.into()));
    let b = |verb: &str, grant: &str| place.run(&["officer", verb, "b@example.org", grant]);
    assert_eq!(b("grant", "write_marshal@discipline:fencing").code, 0);
    assert_eq!(grants(&place, "b@example.org"), ["write_marshal@discipline:fencing", "read_history@kingdom"]);
    assert!(b("grant", "read_history").out.contains("Nothing to change"));
    assert_eq!(b("withdraw", "read_history").code, 0);
    assert_eq!(grants(&place, "b@example.org"), ["write_marshal@discipline:fencing"]);
}

#[test]
fn what_a_rule_forbids_ends_with_1_and_names_it() {
    let place = Place::migrated();
    assert_eq!(invite(&place, "a@example.org", &["--administrator"]).code, 0);
    let refused = [
        (invite(&place, "A@Example.org", &[]), "A2"),
        (invite(&place, "nobody", &[]), "P2"),
        (place.run(&["officer", "withdraw", "a@example.org", "write_officer_info"]), "A2"),
        (place.run(&["officer", "grant", "a@example.org", "write_marshal@discipline:chess"]), "A1"),
    ];
    for (answer, rule) in refused {
        assert_eq!(answer.code, 1, "{answer:?}");
        assert!(answer.err.contains(&format!("(rule {rule})")), "{answer:?}");
    }
    let nobody = place.run(&["officer", "grant", "z@example.org", "read_history"]);
    assert_eq!(nobody.code, 1);
    assert!(nobody.err.contains("emol officer list"), "{nobody:?}");
}

#[test]
fn a_permission_that_does_not_exist_is_a_usage_error() {
    let place = Place::migrated();
    for grant in ["everything", "read_history@discipline:fencing", "write_marshal@fencing"] {
        let answer = place.run(&["officer", "grant", "a@example.org", grant]);
        assert_eq!(answer.code, 2, "{grant}: {answer:?}");
    }
}

#[test]
fn an_invitation_with_a_wrong_grant_leaves_nothing_behind() {
    let place = Place::migrated();
    let answer = invite(&place, "a@example.org", &["--grant", "write_marshal@discipline:chess"]);
    assert_eq!(answer.code, 1, "{answer:?}");
    assert_eq!(place.json(&["officer", "list", "--json"]), serde_json::json!([]));
}
