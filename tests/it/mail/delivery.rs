//! Handing mail over (M2, M3), with a mail server that refuses, loses its answers or is away.

use std::collections::HashSet;

use emol::commands::combatant::change_details::ChangeDetails;
use emol::commands::combatant::erase::Erase;
use emol::domain::date::CivilDate;
use emol::domain::mail::{MailState, TryOutcome};
use emol::events::combatant::ErasureCause;
use emol::processes::mail::Step;
use emol::processes::reminders;
use emol::store::outbox::{MailFilter, StoredMail};

use super::{Ground, details};
use crate::commands::sample::person;
use crate::support::databases::on_all_databases;
use crate::support::smtp::MailServer;

/// Today in the kingdom is 2026-05-03; a waiver signed then expires in 14 days.
fn signed() -> CivilDate {
    CivilDate::parse("2019-05-17").unwrap()
}

async fn people(ground: &Ground, count: u128) {
    for number in 1..=count {
        let email = format!("p{number}@example.org");
        ground.register(person(number), "Ásta {{x}} <b>🎉", &email, Some(signed()), &[], true).await;
    }
}

async fn all(ground: &Ground) -> Vec<StoredMail> {
    ground.tools.store.mails(&MailFilter::default(), 1000).await.unwrap()
}

async fn outcomes(ground: &Ground, mail: &StoredMail) -> Vec<TryOutcome> {
    ground.tools.store.tries_of(mail.id).await.unwrap().iter().map(|one| one.outcome).collect()
}

#[test]
fn m2_a_reminder_is_decided_once_handed_over_once_and_its_acceptance_is_kept() {
    on_all_databases(|database| async move {
        let (ground, server) = (Ground::found(&database).await, MailServer::start().await);
        people(&ground, 1).await;
        assert_eq!(reminders::run(&ground.tools).await.unwrap().written, 1);
        assert_eq!(reminders::run(&ground.tools).await.unwrap().due, 0);
        let mut worker = ground.worker(&server);
        assert_eq!(ground.deliver(&mut worker).await, 1);
        ground.later(400 * 3600);
        assert_eq!(ground.deliver(&mut worker).await, 0);
        let arrived = server.take();
        assert_eq!(arrived.len(), 1);
        assert_eq!(arrived[0].to, "p1@example.org");
        assert!(
            arrived[0].text.contains("Your waiver expires in 14 days, on 17 May 2026"),
            "{}",
            arrived[0].text
        );
        assert!(arrived[0].text.contains("Greetings Ásta {{x}} <b>🎉,"), "{}", arrived[0].text);
        assert!(arrived[0].head.contains("Subject: "), "{}", arrived[0].head);
        let mails = all(&ground).await;
        assert_eq!(arrived[0].id, format!("<{}@emol.invalid>", mails[0].id));
        assert_eq!(mails[0].state, MailState::Sent);
        assert_eq!(outcomes(&ground, &mails[0]).await, [TryOutcome::Accepted]);
    });
}

#[test]
fn m2_a_lost_answer_makes_a_mail_unclear_and_it_goes_again_as_the_same_mail() {
    on_all_databases(|database| async move {
        let (ground, server) = (Ground::found(&database).await, MailServer::start().await);
        people(&ground, 2).await;
        reminders::run(&ground.tools).await.unwrap();
        server.change(|mood| mood.loses = 1);
        let mut worker = ground.worker(&server);
        ground.deliver(&mut worker).await;
        let unclear: Vec<_> =
            all(&ground).await.into_iter().filter(|mail| mail.state == MailState::Unclear).collect();
        assert_eq!(unclear.len(), 1);
        ground.later(61);
        ground.deliver(&mut worker).await;
        let ids: Vec<String> = server.take().into_iter().map(|mail| mail.id).collect();
        assert_eq!(ids.len(), 3);
        assert_eq!(ids.iter().collect::<HashSet<_>>().len(), 2);
        let repeated: Vec<_> =
            ids.iter().filter(|id| ids.iter().filter(|other| other == id).count() == 2).collect();
        assert!(repeated.iter().all(|id| server.lost().contains(*id)));
        assert!(all(&ground).await.iter().all(|mail| mail.state == MailState::Sent));
        assert_eq!(outcomes(&ground, &unclear[0]).await, [TryOutcome::Unclear, TryOutcome::Accepted]);
    });
}

#[test]
fn m2_whoever_ends_while_handing_over_leaves_the_mail_unclear_for_another_server() {
    on_all_databases(|database| async move {
        let (ground, server) = (Ground::found(&database).await, MailServer::start().await);
        people(&ground, 1).await;
        reminders::run(&ground.tools).await.unwrap();
        let (now, dead) = (ground.tools.bus.now(), ground.tools.bus.ids().uuid_at(ground.tools.bus.now()));
        let taken = ground.tools.store.claim_mails(dead, now, now.plus_seconds(600), 10).await.unwrap();
        assert_eq!(taken.len(), 1);
        let mut worker = ground.worker(&server);
        assert_eq!(ground.deliver(&mut worker).await, 0);
        ground.later(601);
        assert_eq!(ground.deliver(&mut worker).await, 1);
        assert_eq!(outcomes(&ground, &taken[0]).await, [TryOutcome::Unclear, TryOutcome::Accepted]);
    });
}

#[test]
fn an_address_that_is_refused_is_marked_and_left_alone_until_it_is_another() {
    on_all_databases(|database| async move {
        let (ground, server) = (Ground::found(&database).await, MailServer::start().await);
        people(&ground, 2).await;
        server.change(|mood| mood.unknown.extend(["p1@example.org".to_owned()]));
        reminders::run(&ground.tools).await.unwrap();
        let mut worker = ground.worker(&server);
        ground.deliver(&mut worker).await;
        let arrived: Vec<String> = server.take().into_iter().map(|mail| mail.to).collect();
        assert_eq!(arrived, ["p2@example.org"]);
        let store = &ground.tools.store;
        assert_eq!(store.dead_letters().await.unwrap(), 1);
        assert_eq!(store.bounce_of(person(1).0).await.unwrap().unwrap().code, 550);
        assert!(reminders::refused(&ground.tools).await.unwrap().contains(&person(1).0));
        // 14 days later it is the day itself: only who can be reached is told.
        ground.later(14 * 86_400);
        assert_eq!(reminders::run(&ground.tools).await.unwrap().due, 1);
        ground.issue(person(1), ChangeDetails { details: details("Ásta", "new@example.org") }).await;
        assert_eq!(reminders::run(&ground.tools).await.unwrap().due, 1);
        // What could not be sent goes to the new address, when an officer says so, and says what is true now.
        let dead =
            store.mails(&MailFilter { state: Some(MailState::Dead), ..MailFilter::default() }, 9).await;
        let dead = dead.unwrap();
        assert!(store.send_again(dead[0].id, person(9).0, ground.tools.bus.now()).await.unwrap());
        ground.deliver(&mut worker).await;
        let arrived = server.take();
        assert_eq!(arrived.iter().filter(|mail| mail.to == "new@example.org").count(), 2);
        assert!(arrived.iter().all(|mail| mail.text.contains("has expired, on 17 May 2026")));
        assert_eq!(store.bounce_of(person(1).0).await.unwrap(), None);
        assert!(!store.send_again(dead[0].id, person(9).0, ground.tools.bus.now()).await.unwrap());
    });
}

#[test]
fn m3_a_server_that_refuses_all_is_asked_ever_more_rarely_and_then_no_more() {
    on_all_databases(|database| async move {
        let (ground, server) = (Ground::found(&database).await, MailServer::start().await);
        people(&ground, 1).await;
        reminders::run(&ground.tools).await.unwrap();
        server.change(|mood| mood.refuses_all = Some("451 4.3.0 later"));
        let mut worker = ground.worker(&server);
        let mut pauses = Vec::new();
        for _ in 0..20 {
            ground.deliver(&mut worker).await;
            let mail = all(&ground).await.remove(0);
            if mail.state == MailState::Dead {
                break;
            }
            let pause = (mail.due_at.micros() - ground.tools.bus.now().micros()) / 1_000_000;
            pauses.push(pause);
            ground.later(pause);
        }
        assert!(pauses.is_sorted() && pauses.len() == 9, "{pauses:?}");
        assert_eq!(all(&ground).await[0].state, MailState::Dead);
        ground.later(30 * 86_400);
        assert_eq!(ground.deliver(&mut worker).await, 0);
        // Policy, not the address: nobody is marked.
        server.change(|mood| mood.refuses_all = Some("554 5.7.1 relay access denied"));
        let id = all(&ground).await[0].id;
        ground.tools.store.send_again(id, person(9).0, ground.tools.bus.now()).await.unwrap();
        ground.deliver(&mut worker).await;
        assert_eq!(all(&ground).await[0].state, MailState::Waiting);
        assert!(ground.tools.store.bounces().await.unwrap().is_empty());
    });
}

#[test]
fn a_mail_server_that_is_away_costs_no_mail_a_try() {
    on_all_databases(|database| async move {
        let (ground, server) = (Ground::found(&database).await, MailServer::start().await);
        people(&ground, 1).await;
        reminders::run(&ground.tools).await.unwrap();
        server.change(|mood| mood.away = true);
        let mut worker = ground.worker(&server);
        for _ in 0..20 {
            assert_eq!(worker.step().await.unwrap(), Step::Away);
        }
        assert_eq!(all(&ground).await[0].attempts, 0);
        server.change(|mood| mood.away = false);
        assert_eq!(ground.deliver(&mut worker).await, 1);
    });
}

#[test]
fn v6_an_erased_person_gets_no_mail_that_waited_and_a_renewed_card_is_not_announced() {
    on_all_databases(|database| async move {
        let (ground, server) = (Ground::found(&database).await, MailServer::start().await);
        people(&ground, 2).await;
        reminders::run(&ground.tools).await.unwrap();
        ground.issue(person(1), Erase::by(ErasureCause::Officer)).await;
        let today = ground.tools.bus.today();
        ground
            .issue(person(2), emol::commands::combatant::record_waiver::RecordWaiver { signed_on: today })
            .await;
        let mut worker = ground.worker(&server);
        assert_eq!(ground.deliver(&mut worker).await, 2);
        assert!(server.take().is_empty());
        assert!(all(&ground).await.iter().all(|mail| mail.state == MailState::Moot));
    });
}

#[test]
fn m2_two_servers_on_one_database_decide_and_send_everything_once() {
    on_all_databases(|database| async move {
        let one = Ground::found(&database).await;
        let server = MailServer::start().await;
        people(&one, 60).await;
        let two = Ground::on(database.db.clone(), one.clock.clone()).await;
        let (a, b) = tokio::join!(reminders::run(&one.tools), reminders::run(&two.tools));
        assert_eq!(a.unwrap().written + b.unwrap().written, 60);
        server.change(|mood| mood.loses = 5);
        let (mut first, mut second) = (one.worker(&server), two.worker(&server));
        tokio::join!(one.deliver(&mut first), two.deliver(&mut second));
        one.later(61);
        tokio::join!(one.deliver(&mut first), two.deliver(&mut second));
        let ids: Vec<String> = server.take().into_iter().map(|mail| mail.id).collect();
        assert_eq!(ids.iter().collect::<HashSet<_>>().len(), 60);
        assert_eq!(ids.len(), 65);
        assert!(all(&one).await.iter().all(|mail| mail.state == MailState::Sent));
    });
}
