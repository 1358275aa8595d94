//! L1: by a link that was used, is too old or is not whole nobody sees or changes anything, whatever form is sent.

use super::details::filled;
use super::hostile::asked;
use super::pins::{guarded, set};
use super::*;
use crate::support::databases::on_all_databases;
use emol::commands::combatant::send_link::SendLink;
use emol::domain::mail::Mail;

/// What is on file about whoever these links are for.
const PERSONAL: [&str; 7] = ["Ásta", "Xavier", "@example.org", "1 Road", "555-0100", "K1A 0B1", "1980-01-31"];
/// Versions that a form may say it was opened at.
const SEEN: [&str; 7] = ["0", "1", "3", "99999", "-1", "x", ""];
/// Every field of every form behind a link.
const FIELDS: [(&str, &str); 7] = [
    ("keep", "yes"),
    ("listed", "yes"),
    ("version", "2026.1"),
    ("pin", "2580"),
    ("again", "2580"),
    ("legal_name", "Somebody Else"),
    ("email", "else@example.net"),
];

/// Sends all kinds of forms there: each is told that the link is gone, and nothing else.
async fn refuses(cast: &Cast, path: &str) {
    for (number, seen) in SEEN.into_iter().enumerate() {
        let command = Uuid::new_v5(&Uuid::nil(), format!("{path} {number}").as_bytes()).to_string();
        for command in [command.as_str(), "x"] {
            let mut fields = vec![("command_id", command), ("seen_version", seen)];
            for _ in 0..2 {
                let mut answer = cast.site.post(path, &form(&fields)).await.is(410).shows("no longer works");
                for what in PERSONAL {
                    answer = answer.hides(what);
                }
                fields.extend(FIELDS);
            }
        }
    }
}

/// The pages of somebody with a PIN, each by an open link: welcome, set another PIN, details, record, new address.
async fn pages(cast: &Cast, id: CombatantId) -> Vec<String> {
    let details = asked(cast, "/update-info", "update-details", id).await;
    let page = cast.site.get(&details).await.is(200);
    cast.site.post(&details, &filled(&page, &[("email", "new@example.org")])).await.is(200);
    let new = newcomer(cast, "Ásta the Younger", "younger@example.org").await;
    issue(cast, id, SendLink { person: id, mail: Mail::ResetPin }.into()).await;
    vec![
        last_link(cast, "welcome", new).await,
        last_link(cast, "reset-pin", id).await,
        asked(cast, "/update-info", "update-details", id).await,
        asked(cast, "/my-record", "my-record", id).await,
        last_link(cast, "confirm-address", id).await,
    ]
}

#[test]
fn l1_a_used_link_shows_nothing_and_changes_nothing_by_any_form() {
    on_all_databases(|database| async move {
        let cast = serve(&database).await;
        pins(&cast, SwitchMode::Everyone, vec![]).await;
        let (id, _) = guarded(&cast, "2580").await;
        let mut paths = vec![last_link(&cast, "welcome", id).await, last_link(&cast, "set-pin", id).await];
        let open = pages(&cast, id).await;
        let [welcome, reset, details, record, address] = open.as_slice() else { panic!("{open:?}") };
        accept(&cast, welcome, "").await.is(303);
        set(&cast, reset, "1379").await.is(200);
        let page = cast.site.get(details).await.is(200);
        let changed = filled(&page, &[("city", "Ottawa")]);
        cast.site.post(details, &changed).await.is(200);
        let page = cast.site.get(record).await.is(200);
        cast.site.post(record, &hidden(&page, &["open"], "")).await.is(303);
        let page = cast.site.get(address).await.is(200);
        cast.site.post(address, &hidden(&page, &["confirm"], "")).await.is(200);
        paths.push(format!("{welcome}/decline"));
        paths.extend(open.iter().cloned());
        let facts = cast.facts().await.len();
        for path in &paths {
            cast.site.get(path).await.is(410);
            refuses(&cast, path).await;
        }
        assert_eq!(cast.facts().await.len(), facts);
        // The form that used a link up still gets its own answer, and with other bytes it is another form.
        cast.site.post(details, &changed).await.is(200).shows("Your details are saved").hides("Xavier");
        cast.site.post(details, &format!("{changed}&more=1")).await.is(410).hides("Xavier");
    });
}

#[test]
fn l1_a_link_that_is_too_old_shows_nothing_and_changes_nothing_by_any_form() {
    on_all_databases(|database| async move {
        let cast = serve(&database).await;
        pins(&cast, SwitchMode::Everyone, vec![]).await;
        let (id, _) = guarded(&cast, "2580").await;
        let mut paths = pages(&cast, id).await;
        paths.push(format!("{}/decline", paths[0]));
        for path in &paths {
            cast.site.get(path).await.is(200);
        }
        let facts = cast.facts().await.len();
        cast.site.clock.set(cast.site.state.bus().now().plus_seconds(7 * 24 * 3600));
        for path in &paths {
            cast.site.get(path).await.is(410);
            refuses(&cast, path).await;
        }
        assert_eq!(cast.facts().await.len(), facts);
    });
}

#[test]
fn l1_a_link_that_is_not_whole_or_for_another_page_shows_nothing_by_any_form() {
    on_all_databases(|database| async move {
        let cast = serve(&database).await;
        pins(&cast, SwitchMode::Everyone, vec![]).await;
        let (id, _) = guarded(&cast, "2580").await;
        let open = pages(&cast, id).await;
        let facts = cast.facts().await.len();
        for (number, path) in open.iter().enumerate() {
            let cut = path.rfind('/').unwrap() + 1;
            let (page, token) = path.split_at(cut);
            let mut tampered = token.to_owned();
            tampered.replace_range(..1, if token.starts_with('A') { "B" } else { "A" });
            let other = open[(number + 1) % open.len()].rsplit('/').next().unwrap();
            for bad in [tampered.as_str(), &token[1..], "x", other] {
                refuses(&cast, &format!("{page}{bad}")).await;
            }
        }
        assert_eq!(cast.facts().await.len(), facts);
        for path in &open {
            cast.site.get(path).await.is(200);
        }
    });
}

#[test]
fn l1_the_form_that_set_a_pin_sent_twice_is_answered_twice_and_sets_it_once() {
    on_all_databases(|database| async move {
        let cast = serve(&database).await;
        pins(&cast, SwitchMode::Everyone, vec![]).await;
        let (id, _) = guarded(&cast, "2580").await;
        issue(&cast, id, SendLink { person: id, mail: Mail::ResetPin }.into()).await;
        let link = last_link(&cast, "reset-pin", id).await;
        let command = cast.site.get(&link).await.is(200).command_id("set-pin");
        let body = form(&[("command_id", &command), ("pin", "1379"), ("again", "1379")]);
        cast.site.post(&link, &body).await.is(200).shows("Your PIN is set");
        let held = cast.site.state.services.store.pin(id.0).await.unwrap().unwrap();
        cast.site.post(&link, &body).await.is(200).shows("Your PIN is set");
        let again = cast.site.state.services.store.pin(id.0).await.unwrap().unwrap();
        assert_eq!((again.hash, again.set_at), (held.hash, held.set_at));
        assert_eq!(events(&cast, id).await.iter().filter(|name| *name == "PinSet").count(), 2);
    });
}
