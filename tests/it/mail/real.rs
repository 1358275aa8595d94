//! A thousand mails through a mail server of somebody else's, `aiosmtpd`. `setup_files/test.sh` installs it.

use std::io::Write;
use std::time::Instant;

use emol::domain::date::CivilDate;
use emol::domain::mail::MailState;
use emol::processes::mail::{Status, Step, Worker};
use emol::processes::reminders;

use super::Ground;
use super::foreign::{Foreign, program};
use crate::commands::sample::person;
use crate::support::databases::on_all_databases;
use crate::support::smtp::MailServer;

/// How many people, with a mail each.
const MAILS: usize = 1_000;

#[test]
fn a_thousand_mails_reach_a_mail_server_of_somebody_elses_each_once() {
    let Some(program) = program() else { return };
    on_all_databases(move |database| {
        let program = program.clone();
        async move {
            let ground = Ground::found(&database).await;
            let signed = CivilDate::parse("2019-05-17").unwrap();
            for number in 0..MAILS {
                let email = format!("p{number}@example.org");
                ground.register(person(number as u128), "Ραφαήλ", &email, Some(signed), &[], true).await;
            }
            assert_eq!(reminders::run(&ground.tools).await.unwrap().written, MAILS);
            let folder =
                std::env::temp_dir().join(format!("emol-maildir-{}-{}", std::process::id(), database.name));
            let server = Foreign::start(&program, folder, &[]);
            let mut smtp = MailServer::start().await.config();
            smtp.port = server.port;
            let (store, post) = (ground.tools.store.clone(), ground.tools.post.clone());
            let mut worker = Worker::new(store, post, smtp, ground.server, Status::default().into());
            while worker.step().await.unwrap() == Step::Away {
                tokio::time::sleep(std::time::Duration::from_millis(100)).await;
            }
            let began = Instant::now();
            ground.deliver(&mut worker).await;
            let rate = f64::from(u32::try_from(MAILS).unwrap()) / began.elapsed().as_secs_f64();
            let _ = writeln!(std::io::stderr(), "{}: {rate:.0} mails/s to aiosmtpd", database.name);
            let counts = ground.tools.store.mail_counts().await.unwrap();
            assert_eq!(counts, [(MailState::Sent, MAILS)]);
            let arrived = server.arrived();
            assert!(arrived.len() == MAILS && arrived.values().all(|count| *count == 1));
        }
    });
}
