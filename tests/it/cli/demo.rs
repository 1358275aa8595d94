//! The sample kingdom.

use super::{Place, Running, answer, bare, free_port, get, mode};

#[test]
fn the_demo_answers_on_its_first_page_and_goes_away_without_a_trace() {
    let place = Place::empty();
    let port = free_port();
    let mut command = bare(&["demo", "--listen", &format!("127.0.0.1:{port}")]);
    command.env("TMPDIR", &place.folder);
    let demo = Running::start(command);
    let (status, page) = get(port, "/");
    assert_eq!(status, 200);
    assert!(page.contains("22 November 2026"), "its today stands in the banner");
    let (status, register) = get(port, "/register");
    assert_eq!(status, 200);
    assert!(register.contains("Ραφαήλ"));
    assert!(
        register.contains("&lt;b&gt;Tybalt&lt;/b&gt;") && !register.contains("<b>Tybalt"),
        "markup is text"
    );
    let ended = demo.end();
    assert_eq!(ended.code, 0, "{ended:?}");
    for text in
        ["Minister of the Lists", "Deputy for Fencing", "Seneschal", "Auditor", "Administrator", "/card/"]
    {
        assert!(ended.out.contains(text), "{text} is missing: {ended:?}");
    }
    assert_eq!(std::fs::read_dir(&place.folder).unwrap().count(), 0, "the temporary folder is gone");
}

#[test]
fn the_sample_card_is_valid_today() {
    let place = Place::empty();
    let port = free_port();
    let dir = place.file("kingdom").display().to_string();
    let demo = Running::start(bare(&["demo", "--listen", &format!("127.0.0.1:{port}"), "--dir", &dir]));
    assert_eq!(get(port, "/").0, 200);
    assert_eq!(mode(&place.file("kingdom")), 0o700);
    assert_eq!(mode(&place.file("kingdom/emol-demo.db.key")), 0o600);
    let ended = demo.end();
    assert!(place.file("kingdom/emol-demo.db").exists(), "a folder that was named stays");
    let again = answer(bare(&["demo", "--listen", "127.0.0.1:0", "--dir", &dir]).output().unwrap());
    assert_eq!(again.code, 1, "another kingdom is not made over it: {again:?}");
    let verified = answer(
        bare(&["verify"]).env("DATABASE_URL", format!("sqlite://{dir}/emol-demo.db")).output().unwrap(),
    );
    assert_eq!(verified.code, 0, "{verified:?} after {ended:?}");
}

#[test]
fn the_demo_answers_on_this_machine_only() {
    for address in ["0.0.0.0:8080", "[::]:8080", "192.0.2.1:80", "8080"] {
        let answer = answer(bare(&["demo", "--listen", address]).output().unwrap());
        assert_eq!(answer.code, 2, "{address}: {answer:?}");
    }
}

#[test]
fn a_demonstration_is_made_by_the_demo_alone() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut found = Vec::new();
    let mut folders = vec![root];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if std::fs::read_to_string(&path).unwrap().contains("DemoConfig::on_loopback") {
                found.push(path.file_name().unwrap().to_str().unwrap().to_owned());
            }
        }
    }
    assert_eq!(found, ["demo.rs"], "`emol serve` must not be able to turn the demo's sign-in on");
}

#[test]
fn a_demonstration_is_refused_off_loopback() {
    let today = emol::domain::date::CivilDate::parse("2026-11-22").unwrap();
    let made = |address: &str| emol::app::DemoConfig::on_loopback(address.parse().unwrap(), today).is_some();
    assert!(made("127.0.0.1:80") && made("[::1]:80"));
    assert!(!made("0.0.0.0:80") && !made("[::]:80") && !made("10.0.0.1:80"));
}

#[test]
fn the_sample_kingdoms_today_leaves_room_for_a_past_and_a_future() {
    for (bad, why) in [("1996-04-30", "or later"), ("2190-01-01", "or earlier"), ("2199-12-31", "or earlier")]
    {
        let answer = answer(bare(&["demo", "--today", bad]).output().unwrap());
        assert!(answer.code == 2 && answer.err.contains(why), "{bad}: {answer:?}");
    }
    let port = free_port();
    let latest = ["demo", "--today", "2189-12-31", "--listen", &format!("127.0.0.1:{port}")];
    let demo = Running::start(bare(&latest));
    assert_eq!(get(port, "/").0, 200);
    assert_eq!(demo.end().code, 0);
}

#[test]
fn the_sample_kingdom_has_the_size_asked_for() {
    for bad in ["0", "100001", "many"] {
        assert_eq!(answer(bare(&["demo", "--people", bad]).output().unwrap()).code, 2, "{bad}");
    }
    let port = free_port();
    let demo = Running::start(bare(&["demo", "--people", "300", "--listen", &format!("127.0.0.1:{port}")]));
    assert_eq!(get(port, "/").0, 200);
    assert!(demo.end().out.contains("300 people"));
}
