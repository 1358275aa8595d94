//! `emol serve` as a container runs it: files it writes before it answers.

use super::{Place, Running, free_port, get};

#[test]
fn a_server_in_a_container_writes_static_files_and_a_log_without_links_before_it_answers() {
    let place = Place::migrated();
    let port = free_port();
    let mut command = place.command(&["serve", "--newer-tables"]);
    command
        .env("EMOL_LISTEN", format!("127.0.0.1:{port}"))
        .env("EMOL_STATIC_DIR", place.file("static"))
        .env("EMOL_LOG_FILE", place.file("emol.log"))
        .env("EMOL_LOG_FORMAT", "json")
        .env("EMOL_BACKUP_DIR", &place.folder)
        .env("EMOL_TEST_SITE", "yes");
    place.write("emol-2026-05-03T03-20-00Z.log.age", "");
    place.write("emol-2026-05-04T03-20-00Z.log.age.keys", "");
    let server = Running::start(command);
    let (status, page) = get(port, "/");
    assert_eq!(status, 200);
    assert!(page.contains("<strong>TEST</strong>"));
    // Every file that the page names is there under the same name.
    let name = page.split("/static/").nth(1).and_then(|rest| rest.split('"').next()).unwrap();
    assert!(place.file("static").join(name).is_file(), "{name}");
    assert_eq!(get(port, "/card/Kx7planted9Secret").0, 404);
    assert!(get(port, "/health/ready").1.contains(r#""last_backup":"2026-05-03T03-20-00Z""#));
    server.end();
    let log = std::fs::read_to_string(place.file("emol.log")).unwrap();
    assert!(log.lines().all(|line| serde_json::from_str::<serde_json::Value>(line).is_ok()), "{log}");
    assert!(log.contains("/card/{card_id}") && !log.contains("planted"), "{log}");
}

#[test]
fn at_every_level_log_lines_hold_nothing_of_what_pages_say() {
    let place = Place::migrated();
    let port = free_port();
    let mut command = place.command(&["serve"]);
    command.env("EMOL_LISTEN", format!("127.0.0.1:{port}")).env("EMOL_LOG", "trace,handlebars=trace");
    command.env("EMOL_LOG_FILE", place.file("emol.log")).env("EMOL_LOG_FORMAT", "json");
    let server = Running::start(command);
    assert!(get(port, "/register?q=Plantedname").1.contains("Plantedname"));
    assert_eq!(get(port, "/card/Kx7planted9Secret").0, 404);
    server.end();
    let log = std::fs::read_to_string(place.file("emol.log")).unwrap();
    assert!(!log.to_lowercase().contains("planted"), "{log}");
    let lines = log.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap());
    for line in lines {
        let (level, target) = (line["level"].as_str().unwrap(), line["target"].as_str().unwrap());
        assert!(target.starts_with("emol") || !["DEBUG", "TRACE"].contains(&level), "{line}");
    }
}
