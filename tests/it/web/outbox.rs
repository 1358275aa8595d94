//! The desk's outbox: what waits, what a mail says, and sending again what could not be sent (M3).

use emol::domain::mail::{MailState, TryOutcome};
use emol::processes::reminders;
use emol::store::outbox::{MailFilter, StoredMail, TryEnd};

use super::desk_cast::{Cast, form};
use super::site::{Someone, fighter};
use crate::support::databases::on_all_databases;

/// Somebody whose waiver expires in 14 days, with a reminder that waits.
async fn reminded(cast: &Cast) -> StoredMail {
    let who = Someone { waiver: "2019-12-06", ..fighter("<b>Ragnar", "lusab-babad-gutih-tugad") };
    cast.site.register(&who).await;
    let tools = cast.site.state.services.tools("https://emol.example").unwrap();
    assert_eq!(reminders::run(&tools).await.unwrap().written, 1);
    let all = tools.store.mails(&MailFilter::default(), 100).await.unwrap();
    all.into_iter().find(|mail| mail.template == "reminder").unwrap()
}

#[test]
fn a_mail_that_waits_is_listed_and_what_it_says_can_be_read_and_both_are_recorded() {
    on_all_databases(|database| async move {
        let cast = Cast::serve(&database).await;
        let mail = reminded(&cast).await;
        let minister = cast.be("list-minister").await;
        let before = cast.readings().await.len();
        let page = minister.get("/desk/outbox").await.is(200).shows("No mail server is set up");
        page.shows("Reminder").shows("&lt;b&gt;Ragnar").shows(&format!("/desk/outbox/{}", mail.id));
        minister.get("/desk/outbox?state=dead").await.is(200).shows("No mail here");
        let page = minister.get(&format!("/desk/outbox/{}", mail.id)).await.is(200);
        let page = page.shows("your waiver expires in 14 days").shows("Greetings &lt;b&gt;Ragnar");
        page.shows("on 6 December 2026").hides("Send it again").shows("It was not tried yet");
        assert_eq!(cast.readings().await[before..], ["ListRead", "ListRead", "RecordRead"]);
        for nowhere in ["nonsense", "018f0000-0000-7000-8000-000000000000"] {
            minister.get(&format!("/desk/outbox/{nowhere}")).await.is(404);
        }
        for odd in
            ["state=nonsense", "before=x&state=%00", "state=dead&before=018f0000-0000-7000-8000-000000000000"]
        {
            minister.get(&format!("/desk/outbox?{odd}")).await.is(200);
        }
    });
}

#[test]
fn m3_a_dead_letter_stands_on_the_home_and_goes_again_when_an_officer_says_so() {
    on_all_databases(|database| async move {
        let cast = Cast::serve(&database).await;
        let mail = reminded(&cast).await;
        let store = &cast.site.state.services.store;
        let (now, server) = (super::site::NOW, mail.id);
        let taken =
            store.claim_mails(server, now.plus_seconds(60), now.plus_seconds(120), 100).await.unwrap();
        let taken = taken.iter().find(|one| one.id == mail.id).unwrap();
        let end = TryEnd {
            outcome: TryOutcome::NoSuchAddress,
            code: Some(550),
            state: MailState::Dead,
            due_at: now,
        };
        assert!(store.end_try(taken, server, now, end).await.unwrap());
        let minister = cast.be("list-minister").await;
        minister.get("/desk").await.is(200).shows("Mail not sent").shows("/desk/outbox?state&#x3D;dead");
        let path = format!("/desk/outbox/{}", mail.id);
        let page = minister.get(&path).await.is(200).shows("does not know this address").shows("said 550");
        let again = form(&[("command_id", &page.command_id("again"))]);
        minister.post(&format!("{path}/again"), &again).await.is(303);
        minister.post(&format!("{path}/again"), &again).await.is(303);
        let page = minister.get(&path).await.is(200).shows("Waiting").shows("An officer sent it again");
        page.hides("Send it again");
        minister.get("/desk").await.is(200).hides("Mail not sent");
        let tries = store.tries_of(mail.id).await.unwrap();
        assert_eq!(
            tries.iter().map(|one| one.outcome).collect::<Vec<_>>(),
            [TryOutcome::NoSuchAddress, TryOutcome::Again]
        );
    });
}
