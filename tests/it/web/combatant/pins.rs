//! L3 to L5: PINs.

use super::*;
use crate::support::databases::on_all_databases;
use emol::commands::combatant::merge::Merge;
use emol::commands::combatant::send_link::SendLink;
use emol::domain::actor::Actor;
use emol::domain::id::CorrelationId;
use emol::domain::mail::Mail;
use emol::processes::pin_invitations::{Invited, invite};

async fn card_of(cast: &Cast, id: CombatantId) -> String {
    let record = cast.site.state.bus().record(id).await.unwrap();
    format!("/card/{}", record.card_id().unwrap().0.text().unwrap())
}

pub async fn set(cast: &Cast, link: &str, pin: &str) -> Answer {
    let page = cast.site.get(link).await.is(200);
    let command = page.command_id("set-pin");
    cast.site.post(link, &form(&[("command_id", &command), ("pin", pin), ("again", pin)])).await
}

/// Somebody with a PIN, and the card page.
pub async fn guarded(cast: &Cast, pin: &str) -> (CombatantId, String) {
    let id = newcomer(cast, "Ásta", "asta@example.org").await;
    let answer = accept(cast, &last_link(cast, "welcome", id).await, "").await.is(303);
    let to = answer.header("location").to_owned();
    assert_eq!(to, last_link(cast, "set-pin", id).await, "accepting leads to setting a PIN");
    assert_eq!(mailed(cast, "card-link").await, 0);
    set(cast, &to, pin).await.is(200).shows("Your PIN is set");
    assert_eq!(mailed(cast, "card-link").await, 1, "now the card");
    (id, card_of(cast, id).await)
}

async fn try_pin(cast: &Cast, card: &str, pin: &str) -> Answer {
    cast.site.post(&format!("{card}/pin"), &form(&[("pin", pin)])).await
}

#[test]
fn l3_a_card_page_asks_for_the_pin_and_remembers_a_browser_for_a_while() {
    on_all_databases(|database| async move {
        let cast = serve(&database).await;
        pins(&cast, SwitchMode::Everyone, vec![]).await;
        let (id, card) = guarded(&cast, "2580").await;
        let asks = cast.site.get(&card).await.is(200).shows("asks for its PIN").hides("Ásta").hides("Xavier");
        assert_eq!(asks.header("cache-control"), "private, no-store");
        try_pin(&cast, &card, "").await.is(422);
        try_pin(&cast, &card, "2581").await.is(422).shows("4 more tries").hides("2581");
        let right = try_pin(&cast, &card, "2580").await.is(303);
        assert_eq!(right.header("location"), card);
        let cookie = cookie_of(&right);
        let page = with_cookie(&cast, "GET", &card, &cookie, "").await.is(200).shows("Ásta");
        assert_eq!(page.header("cache-control"), "private, no-store");
        assert_eq!(page.header("etag"), "", "kept nowhere");
        cast.site.get(&card).await.shows("asks for its PIN").hides("Ásta");
        // Half an hour later it asks again; with the switch off it asks nobody.
        cast.site.clock.set(NOW.plus_seconds(1801));
        with_cookie(&cast, "GET", &card, &cookie, "").await.shows("asks for its PIN");
        pins(&cast, SwitchMode::Listed, vec![]).await;
        cast.site.get(&card).await.is(200).shows("Ásta");
        pins(&cast, SwitchMode::Listed, vec![id]).await;
        cast.site.get(&card).await.is(200).shows("asks for its PIN");
        // Nothing else asks: requests by mail need none.
        cast.site.post("/update-info", "email=asta%40example.org").await.is(200);
        wait_for_mail(&cast, "update-details", 1).await;
    });
}

#[test]
fn l3_p6_the_address_of_a_joined_record_asks_for_its_pin_until_the_survivor_has_one() {
    on_all_databases(|database| async move {
        let cast = serve(&database).await;
        pins(&cast, SwitchMode::Everyone, vec![]).await;
        let (merged, card) = guarded(&cast, "2580").await;
        pins(&cast, SwitchMode::Listed, vec![]).await;
        let survivor = member(&cast, "Bjarni", "bjarni@example.org").await;
        pins(&cast, SwitchMode::Everyone, vec![]).await;
        let merge = Merge { survivor, merged, cards: [].into(), waiver: None, seen_merged: None };
        let position = cast.site.issue(Command::Merge(merge)).await;
        cast.site.seen(position).await;
        cast.site.get(&card).await.is(200).shows("asks for its PIN").hides("Bjarni");
        cast.site.get(&format!("{card}.pdf")).await.is(200).shows("asks for its PIN");
        try_pin(&cast, &card, "2581").await.is(422);
        let right = try_pin(&cast, &card, "2580").await.is(303);
        with_cookie(&cast, "GET", &card, &cookie_of(&right), "").await.is(200).shows("Bjarni");
        // From then on it is the survivor's that counts.
        let mail = SendLink { person: survivor, mail: Mail::SetPin };
        issue(&cast, survivor, mail.into()).await;
        set(&cast, &last_link(&cast, "set-pin", survivor).await, "1379").await.is(200);
        try_pin(&cast, &card, "2580").await.is(422);
        try_pin(&cast, &card, "1379").await.is(303);
    });
}

#[test]
fn l3_a_poor_pin_is_refused_and_never_shown_again() {
    on_all_databases(|database| async move {
        let cast = serve(&database).await;
        pins(&cast, SwitchMode::Everyone, vec![]).await;
        let id = newcomer(&cast, "Ásta", "asta@example.org").await;
        accept(&cast, &last_link(&cast, "welcome", id).await, "").await.is(303);
        let link = last_link(&cast, "set-pin", id).await;
        for (poor, why) in
            [("1234", "in a row"), ("7777", "again and again"), ("12", "4 to 8"), ("12a4", "digits only")]
        {
            set(&cast, &link, poor).await.is(422).shows(why).hides(&format!("value=\"{poor}\""));
        }
        let page = cast.site.get(&link).await;
        let body = form(&[("command_id", &page.command_id("set-pin")), ("pin", "2580"), ("again", "2581")]);
        cast.site.post(&link, &body).await.is(422).shows("not the same");
        set(&cast, &link, "2580").await.is(200);
        cast.site.get(&link).await.is(410);
        // The digits are nowhere, and no plain hash of them either.
        let held = cast.site.state.services.store.pin(id.0).await.unwrap().unwrap();
        assert!(!held.hash.windows(4).any(|part| part == b"2580"));
    });
}

#[test]
fn l4_five_wrong_tries_lock_for_fifteen_minutes_and_mail_once() {
    on_all_databases(|database| async move {
        let cast = serve(&database).await;
        pins(&cast, SwitchMode::Everyone, vec![]).await;
        let (id, card) = guarded(&cast, "2580").await;
        for left in ["4 more tries", "3 more tries", "2 more tries", "One more try"] {
            try_pin(&cast, &card, "9999").await.is(422).shows(left);
        }
        let locked = try_pin(&cast, &card, "9999").await.is(429).shows("15 minutes");
        assert_eq!(locked.header("retry-after"), "900");
        try_pin(&cast, &card, "2580").await.is(429);
        cast.site.get(&card).await.is(429).hides("Ásta");
        assert_eq!(mailed(&cast, "pin-locked").await, 1);
        assert_eq!(events(&cast, id).await.iter().filter(|name| *name == "PinLocked").count(), 1);
        // Then five new tries.
        cast.site.clock.set(NOW.plus_seconds(15 * 60));
        try_pin(&cast, &card, "9999").await.is(422).shows("4 more tries");
        try_pin(&cast, &card, "2580").await.is(303);
        try_pin(&cast, &card, "9999").await.is(422).shows("4 more tries");
    });
}

#[test]
fn l4_fifty_tries_at_once_are_five() {
    on_all_databases(|database| async move {
        let cast = serve(&database).await;
        pins(&cast, SwitchMode::Everyone, vec![]).await;
        let (id, _) = guarded(&cast, "2580").await;
        let store = &cast.site.state.services.store;
        let mut all = tokio::task::JoinSet::new();
        for _ in 0..50 {
            let store = store.clone();
            let until = NOW.plus_seconds(900);
            all.spawn(async move { store.take_pin_try(id.0, 5, NOW, until).await });
        }
        let tries = all.join_all().await;
        let allowed: Vec<_> = tries
            .into_iter()
            .filter_map(|one| match one.unwrap() {
                emol::store::PinTry::Allowed { left } => Some(left),
                emol::store::PinTry::Refused => None,
            })
            .collect();
        assert_eq!(allowed.len(), 5);
        assert_eq!(allowed.iter().filter(|left| **left == 0).count(), 1, "one of them locks");
    });
}

#[test]
fn l5_an_officers_reset_keeps_the_old_pin_until_the_new_one_is_set() {
    on_all_databases(|database| async move {
        let cast = serve(&database).await;
        pins(&cast, SwitchMode::Everyone, vec![]).await;
        let (id, card) = guarded(&cast, "2580").await;
        let path = format!("/desk/people/{id}");
        // Whoever may not reset PINs sees no form, and the desk says the same of one that is sent.
        let seneschal = cast.be("seneschal").await;
        let sent = form(&[("command_id", &Uuid::from_u128(5).to_string())]);
        seneschal.get(&path).await.is(200).hides("id=\"reset-pin\"");
        seneschal.post(&format!("{path}/reset-pin"), &sent).await.is(403).shows("can_initiate_pin_reset");
        let officer =
            emol::domain::demo::DEMO_OFFICERS.iter().find(|one| one.key == "list-minister").unwrap();
        let grant = "can_initiate_pin_reset".parse().unwrap();
        let held = officer.grants().unwrap().into_iter().any(|one| one == grant);
        if held {
            let minister = cast.be("list-minister").await;
            let page = minister.get(&path).await.is(200);
            let body = hidden(&page, &["reset-pin"], "");
            minister.post(&format!("{path}/reset-pin"), &body).await.is(303);
        } else {
            let mail = Mail::ResetPin;
            issue(&cast, id, SendLink { person: id, mail }.into()).await;
        }
        let link = last_link(&cast, "reset-pin", id).await;
        let right = try_pin(&cast, &card, "2580").await.is(303);
        let cookie = cookie_of(&right);
        cast.site.clock.set(NOW.plus_seconds(1));
        set(&cast, &link, "1379").await.is(200);
        assert_eq!(mailed(&cast, "card-link").await, 1, "the card's address is the same");
        with_cookie(&cast, "GET", &card, &cookie, "").await.shows("asks for its PIN");
        try_pin(&cast, &card, "2580").await.is(422);
        try_pin(&cast, &card, "1379").await.is(303);
    });
}

#[test]
fn people_are_invited_to_set_a_pin_reminded_and_told_for_the_last_time_each_once() {
    on_all_databases(|database| async move {
        let cast = serve(&database).await;
        let (one, two) = (
            member(&cast, "Ásta", "asta@example.org").await,
            member(&cast, "Bjarni", "bjarni@example.org").await,
        );
        let new = newcomer(&cast, "Cormac", "cormac@example.org").await;
        let people = [one, two, new];
        let bus = cast.site.state.bus();
        let by = Actor::Operator("test".to_owned());
        let run = |mail, limit, dry| {
            let (people, by) = (&people, &by);
            async move { invite(bus, people, mail, by, CorrelationId(Uuid::nil()), limit, dry).await.unwrap() }
        };
        assert_eq!(run(Mail::SetPin, None, false).await, Invited::default(), "PINs are off");
        pins(&cast, SwitchMode::Everyone, vec![]).await;
        assert_eq!(run(Mail::SetPin, None, true).await, Invited { due: 2, mailed: 0 });
        assert_eq!(run(Mail::SetPinReminder, None, false).await, Invited::default(), "nobody was invited");
        assert_eq!(run(Mail::SetPin, Some(1), false).await, Invited { due: 2, mailed: 1 });
        assert_eq!(run(Mail::SetPin, None, false).await, Invited { due: 1, mailed: 1 });
        assert_eq!(run(Mail::SetPin, None, false).await, Invited::default());
        set(&cast, &last_link(&cast, "set-pin", one).await, "2580").await.is(200);
        assert_eq!(run(Mail::SetPinReminder, None, false).await, Invited { due: 1, mailed: 1 });
        assert_eq!(run(Mail::SetPinFinal, None, false).await, Invited { due: 1, mailed: 1 });
        assert_eq!(run(Mail::SetPinFinal, None, false).await, Invited::default());
        for (mail, count) in [("set-pin", 2), ("set-pin-reminder", 1), ("set-pin-final", 1)] {
            assert_eq!(mailed(&cast, mail).await, count, "{mail}");
        }
    });
}
