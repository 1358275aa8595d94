//! `emol mail` and `emol remind`.

use emol::domain::mail::Mail;

use super::Place;

#[test]
fn every_mail_can_be_looked_at_without_any_setting() {
    let place = Place::empty();
    for mail in Mail::ALL {
        let answer = place.run(&["mail", "preview", mail.as_str()]);
        assert_eq!(answer.code, 0, "{answer:?}");
        assert!(answer.out.starts_with("Subject: Kingdom of Ealdormere"), "{answer:?}");
        let answer = place.run(&["mail", "preview", mail.as_str(), "--html"]);
        assert!(answer.out.starts_with("<!doctype html>"), "{answer:?}");
    }
    let answer = place.run(&["mail", "preview", "nonsense"]);
    assert_eq!(answer.code, 2);
    assert!(answer.err.contains("there are reminder, card-link"), "{answer:?}");
}

#[test]
fn trying_the_mail_server_says_which_setting_is_missing() {
    let place = Place::empty();
    let answer = place.run(&["mail", "test", "somebody@example.org"]);
    assert_eq!(answer.code, 3, "{answer:?}");
    assert!(answer.err.contains("EMOL_SMTP_URL") && answer.err.contains("for example"), "{answer:?}");
    assert_eq!(place.run(&["mail", "test", "nobody"]).code, 2);
}

#[test]
fn m1_reminders_are_looked_at_for_any_day_and_written_for_today_alone() {
    let place = super::forecast::kingdom();
    let answer = place.run(&["remind", "--dry-run"]);
    assert_eq!(answer.code, 0, "{answer:?}");
    assert!(answer.out.contains("fencing") && answer.out.contains(" 20"), "{answer:?}");
    assert!(!answer.out.contains("Asta") && !answer.out.contains("Tester"), "{answer:?}");
    assert_eq!(place.run(&["remind", "--on", "2030-01-01"]).code, 2);
    let json = place.json(&["remind", "--dry-run", "--on", "2020-01-01", "--json"]);
    assert_eq!(json, serde_json::json!([]));
    assert_eq!(place.json(&["remind", "--json"])["written"], 1);
    let again = place.json(&["remind", "--json"]);
    assert_eq!((&again["due"], &again["written"]), (&0.into(), &0.into()));
}
