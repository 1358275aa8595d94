//! Backups of every night, and who is told when something fails.

use std::path::PathBuf;

use emol::clock::CountingIds;
use emol::domain::contact::Email;
use emol::domain::date::Instant;
use emol::processes::scheduler::{Job, Scheduler};
use emol::processes::upkeep::{Backups, Upkeep};
use emol::store::backup::age::Identity;
use emol::store::backup::folder::{file_at, newest};

use super::Ground;
use crate::support::databases::{NOW, on_all_databases};
use crate::support::smtp::MailServer;

const OPERATOR: &str = "webminister@example.org";
const DAY: i64 = 86_400;

/// A folder of its own; goes away at the end.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("emol-upkeep-{}-{name}", std::process::id()));
        let _ = std::fs::remove_dir_all(&path);
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    fn files(&self) -> usize {
        std::fs::read_dir(&self.0).unwrap().count()
    }

    fn upkeep(&self) -> Upkeep {
        let recipients = vec![Identity::generate(&CountingIds::from(7)).recipient()];
        let backups = Backups { folder: self.0.clone(), sent_away: true, recipients };
        Upkeep { backups: Some(backups), certificate: None }
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn scheduler(ground: &Ground, upkeep: Upkeep) -> Scheduler {
    Scheduler::new(ground.tools.clone(), ground.server, 9).looking_after(upkeep)
}

/// What comes to whoever runs the site now.
async fn told(ground: &Ground, server: &MailServer) -> Vec<String> {
    ground.deliver(&mut ground.worker(server)).await;
    server.take().into_iter().filter(|mail| mail.to == OPERATOR).map(|mail| mail.text).collect()
}

#[test]
fn a_backup_is_made_at_once_and_then_every_night() {
    on_all_databases(|database| async move {
        let ground = Ground::found(&database).await;
        let folder = Folder::new(&format!("nightly-{:?}", database.db.backend()));
        let scheduler = scheduler(&ground, folder.upkeep());
        scheduler.step().await;
        assert!(scheduler.step().await.contains(&Job::Backup), "a new register has no backup yet");
        assert_eq!(folder.files(), 3, "log, keys, the erased");
        assert_eq!(newest(&folder.0).map(Instant::micros).unwrap() / 1_000_000, NOW.micros() / 1_000_000);
        assert!(!scheduler.step().await.contains(&Job::Backup), "once a night");
        ground.later(DAY);
        assert!(scheduler.step().await.contains(&Job::Backup));
        assert_eq!(folder.files(), 6);
        // Keys and logs of a month ago go as the new ones come.
        ground.later(40 * DAY);
        scheduler.step().await;
        let left = folder.files();
        assert_eq!(left, 3 + 2, "the new ones, and who was erased");
    });
}

#[test]
fn whoever_runs_the_site_is_told_that_backups_fail_once_a_day() {
    on_all_databases(|database| async move {
        let mut ground = Ground::found(&database).await;
        ground.tools.post = ground.tools.post.operated_by(Some(Email::parse(OPERATOR).unwrap()));
        let server = MailServer::start().await;
        let folder = Folder::new(&format!("fails-{:?}", database.db.backend()));
        let mut upkeep = folder.upkeep();
        if let Some(backups) = &mut upkeep.backups {
            backups.folder = folder.0.join("not-there");
        }
        let scheduler = scheduler(&ground, upkeep);
        scheduler.step().await;
        for failures in 1..=6 {
            scheduler.step().await;
            ground.later(3_601);
            let told = told(&ground, &server).await;
            assert_eq!(told.len(), usize::from(failures == 3), "after {failures} failures: {told:?}");
            if let Some(text) = told.first() {
                assert!(text.contains("backup") && text.contains("not-there"), "{text}");
            }
        }
    });
}

#[test]
fn backups_that_are_not_sent_away_are_told_every_day_until_they_are() {
    on_all_databases(|database| async move {
        let mut ground = Ground::found(&database).await;
        ground.tools.post = ground.tools.post.operated_by(Some(Email::parse(OPERATOR).unwrap()));
        let server = MailServer::start().await;
        let folder = Folder::new(&format!("sent-{:?}", database.db.backend()));
        let scheduler = scheduler(&ground, folder.upkeep());
        for (day, expected) in [(0, 0), (1, 0), (2, 1), (3, 1)] {
            for _ in 0..3 {
                scheduler.step().await;
            }
            let told = told(&ground, &server).await;
            assert_eq!(told.len(), expected, "on day {day}: {told:?}");
            assert!(told.iter().all(|text| text.contains("not sent away")), "{told:?}");
            ground.later(DAY);
        }
        let sent = file_at(&folder.0, newest(&folder.0).unwrap());
        std::fs::write(folder.0.join("sent"), sent.file_name().unwrap().to_str().unwrap()).unwrap();
        scheduler.step().await;
        assert_eq!(told(&ground, &server).await, [""; 0]);
    });
}
