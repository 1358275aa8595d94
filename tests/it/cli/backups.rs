//! `emol backup`, `restore` and `copy`, as an operator runs them.

use emol::store::{Arg, Db};

use super::{Place, bare};

/// A place with a few events, and keys for backups in `backup.key`.
fn place() -> (Place, String) {
    let place = Place::migrated();
    let invited =
        place.run(&["officer", "invite", "mol@example.org", "--name", "Quenilda", "--administrator"]);
    assert_eq!(invited.code, 0, "{invited:?}");
    let made = place.run(&["keys", "backup", "--file", "backup.key"]);
    assert_eq!(made.code, 0, "{made:?}");
    assert!(!made.out.contains("SECRET") && !made.err.contains("SECRET"));
    assert_eq!(super::mode(&place.file("backup.key")), 0o600);
    let recipient = made.out.trim().to_owned();
    (place, recipient)
}

/// Another, empty database with the same master key.
fn other(place: &Place) -> Place {
    let other = Place::empty();
    std::fs::copy(place.file("emol.db.key"), other.file("emol.db.key")).unwrap();
    other
}

#[test]
fn a_backup_is_restored_verified_and_says_so_in_its_log() {
    let (place, recipient) = place();
    let saved = place.run(&["backup", "one.age", "--recipient", &recipient]);
    assert_eq!(saved.code, 0, "{saved:?}");
    for name in ["one.age", "one.age.keys"] {
        assert_eq!(super::mode(&place.file(name)), 0o600);
        let bytes = std::fs::read(place.file(name)).unwrap();
        assert!(bytes.starts_with(b"age-encryption.org/v1\n"));
    }
    let other = other(&place);
    let (file, identity) = (place.file("one.age"), place.file("backup.key"));
    let (file, identity) = (file.to_str().unwrap(), identity.to_str().unwrap());
    let report = other.json(&["restore", file, "--identity", identity, "--json"]);
    assert!(report["position"].as_i64().unwrap() > 0, "{report}");
    let verified = other.json(&["verify", "--json", "--against", report["head"].as_str().unwrap()]);
    assert_eq!(
        (verified["clean"].as_bool(), verified["against"]["found"].as_bool()),
        (Some(true), Some(true))
    );
    assert_eq!(verified["events"].as_i64().unwrap(), report["position"].as_i64().unwrap() + 1);
    assert!(other.run(&["officer", "list"]).out.contains("mol@example.org"));
    // Into an empty database only.
    let again = other.run(&["restore", file, "--identity", identity]);
    assert!(again.code == 1 && again.err.contains("empty"), "{again:?}");
}

#[test]
fn nobody_opens_it_without_the_private_key_and_nothing_is_overwritten() {
    let (place, recipient) = place();
    assert_eq!(place.run(&["backup", "one.age", "--recipient", &recipient]).code, 0);
    let again = place.run(&["backup", "one.age", "--recipient", &recipient]);
    assert!(again.code == 2 && again.err.contains("one.age"), "{again:?}");
    assert_eq!(place.run(&["keys", "backup", "--file", "other.key"]).code, 0);
    let other = other(&place);
    let file = place.file("one.age");
    let identity = place.file("other.key");
    let refused = other.run(&["restore", file.to_str().unwrap(), "--identity", identity.to_str().unwrap()]);
    assert!(refused.code == 3 && refused.err.contains("another key"), "{refused:?}");
    let unnamed = place.run(&["backup", "two.age"]);
    assert!(unnamed.code == 3 && unnamed.err.contains("EMOL_BACKUP_RECIPIENT"), "{unnamed:?}");
    let wrong = place.run(&["backup", "two.age", "--recipient", "age1nonsense"]);
    assert!(wrong.code == 3 && wrong.err.contains("emol keys backup"), "{wrong:?}");
    assert!(!place.file("two.age").exists());
}

#[test]
fn whoever_is_on_the_list_of_the_erased_does_not_come_back() {
    let (place, recipient) = place();
    assert_eq!(place.run(&["backup", "one.age", "--recipient", &recipient]).code, 0);
    let gone = "00000000-0000-0000-0000-000000000abc";
    let list = place.write("newest.erased", &format!("# a list\n{gone} 1777809600000000\n"));
    let other = other(&place);
    let (file, identity) = (place.file("one.age"), place.file("backup.key"));
    let args =
        ["restore", file.to_str().unwrap(), "--identity", identity.to_str().unwrap(), "--erased", &list];
    let restored = other.run(&args);
    assert!(restored.code == 0 && restored.out.contains("1 people were erased since"), "{restored:?}");
    assert_eq!(other.run(&["backup", "two.age", "--recipient", &recipient]).code, 0);
    assert!(std::fs::read_to_string(other.file("two.age.erased")).unwrap().contains(gone));
}

#[test]
fn a_folder_gets_names_made_from_the_time() {
    let (place, recipient) = place();
    let saved = place.json(&["backup", "--into", ".", "--recipient", &recipient, "--json"]);
    let log = saved["log"].as_str().unwrap();
    assert!(log.contains("emol-2") && log.ends_with("Z.log.age"), "{saved}");
    assert!(place.file(log.trim_start_matches("./")).exists());
}

#[test]
fn a_copy_goes_into_another_database_and_never_into_its_own() {
    let (place, _) = place();
    let to = format!("sqlite://{}", place.file("copy.db").display());
    let copied = place.run(&["copy", "--to", &to]);
    assert_eq!(copied.code, 0, "{copied:?}");
    std::fs::copy(place.file("emol.db.key"), place.file("copy.db.key")).unwrap();
    let listed = bare(&["officer", "list"]).env("DATABASE_URL", &to).output().unwrap();
    assert!(String::from_utf8_lossy(&listed.stdout).contains("mol@example.org"));
    let own = place.url();
    assert_eq!(place.run(&["copy", "--to", &own]).code, 2);
    assert_eq!(place.run(&["copy", "--to", &to]).code, 1);
}

#[test]
fn the_doctor_says_whether_backups_are_made_and_sent() {
    let (place, recipient) = place();
    std::fs::create_dir(place.file("backups")).unwrap();
    let folder = place.file("backups");
    let folder = folder.to_str().unwrap();
    let doctor = |more: &[(&str, &str)]| {
        let mut command = place.command(&["doctor"]);
        command.env("EMOL_BACKUP_DIR", folder).envs(more.iter().copied());
        super::answer(command.output().unwrap())
    };
    let said = doctor(&[]);
    assert!(said.code == 0 && said.out.contains("no backup is made"), "{said:?}");
    let to = ("EMOL_BACKUP_RECIPIENT", recipient.as_str());
    assert!(doctor(&[to]).out.contains("there is none yet"));
    assert_eq!(place.run(&["backup", "--into", folder, "--recipient", &recipient]).code, 0);
    let said = doctor(&[to, ("EMOL_BACKUP_TO", "s3://bucket/emol")]);
    assert!(said.out.contains("the newest in") && said.out.contains("none was sent away"), "{said:?}");
    let wrong = doctor(&[to, ("EMOL_BACKUP_TO", "elsewhere")]);
    assert!(wrong.code == 3 && wrong.out.contains("s3://bucket/folder"), "{wrong:?}");
}

#[test]
fn a_backup_of_a_log_that_was_changed_is_not_brought_back_as_if_it_were_whole() {
    let (place, recipient) = place();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let db = Db::connect(&place.url()).await.unwrap();
        db.raw("DROP TRIGGER events_no_update").await.unwrap();
        let sql = "UPDATE events SET actor = ? WHERE position = 1";
        db.execute(sql, &[Arg::Text("operator:mallory")]).await.unwrap();
        db.close().await;
    });
    assert_eq!(place.run(&["backup", "one.age", "--recipient", &recipient]).code, 0);
    let other = other(&place);
    let (file, identity) = (place.file("one.age"), place.file("backup.key"));
    let restored = other.run(&["restore", file.to_str().unwrap(), "--identity", identity.to_str().unwrap()]);
    assert!(restored.code == 1 && restored.err.contains("does not hold"), "{restored:?}");
    assert_eq!(other.run(&["verify"]).code, 1, "what is wrong can be looked at");
}
