//! Bad input for every field of every form behind a mailed link, and of those that ask for one: a clear answer, and
//! nothing written.

use super::pins::guarded;
use super::*;
use crate::support::databases::on_all_databases;
use crate::web::hostile::{filled, forms, walk};
use emol::commands::combatant::send_link::SendLink;
use emol::domain::mail::Mail;

const EMAIL: &str = "email=asta%40example.org";

/// The path of the link in the mail that is sent when that form is.
pub async fn asked(cast: &Cast, at: &str, mail: &str, id: CombatantId) -> String {
    let before = mailed(cast, mail).await;
    // A while later: mails are in the order of their moments.
    cast.site.clock.set(cast.site.state.bus().now().plus_seconds(60));
    cast.site.post(at, EMAIL).await.is(200);
    wait_for_mail(cast, mail, before + 1).await;
    last_link(cast, mail, id).await
}

#[test]
fn every_field_of_every_form_by_link_answers_bad_input_and_writes_nothing() {
    on_all_databases(|database| async move {
        let cast = serve(&database).await;
        let id = member(&cast, "Ásta", "asta@example.org").await;
        pins(&cast, SwitchMode::Everyone, vec![]).await;
        // One link for each page; one more of each that has to be used up on the way.
        let details = asked(&cast, "/update-info", "update-details", id).await;
        let page = cast.site.get(&details).await.is(200);
        let html = page.body.split("<form class=\"command sheet\"").nth(1).unwrap();
        let mut fields = filled(html.split("</form>").next().unwrap());
        fields.retain(|(name, _)| name != "email");
        fields.push(("email".to_owned(), "new@example.org".to_owned()));
        let fields: Vec<(&str, &str)> =
            fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        cast.site.post(&details, &form(&fields)).await.is(200).shows("One thing is left");
        let door = asked(&cast, "/my-record", "my-record", id).await;
        let opened = hidden(&cast.site.get(&door).await.is(200), &["open"], "");
        let cookie = cookie_of(&cast.site.post(&door, &opened).await.is(303));
        let new = newcomer(&cast, "Bjarni", "bjarni@example.org").await;
        issue(&cast, id, SendLink { person: id, mail: Mail::SetPin }.into()).await;
        let welcome = last_link(&cast, "welcome", new).await;
        let mut pages = vec![format!("{welcome}/decline"), welcome];
        pages.push(asked(&cast, "/update-info", "update-details", id).await);
        pages.push(last_link(&cast, "confirm-address", id).await);
        pages.push(last_link(&cast, "set-pin", id).await);
        pages.push(asked(&cast, "/my-record", "my-record", id).await);
        pages.extend(["/my-record/show", "/my-record/withdraw"].map(ToOwned::to_owned));
        // These do nothing that could be done twice, so their number is not looked at.
        let unnumbered = ["/request-card", "/update-info", "/my-record"];
        pages.extend(unnumbered.map(ToOwned::to_owned));
        let facts = cast.facts().await.len();
        let mails = outbox(&cast).await.len();
        let holder = cast.with(cookie);
        let mut walked = Vec::new();
        for path in &pages {
            let mut found = forms(&holder.get(path).await.is(200));
            assert!(!found.is_empty(), "no form on {path}");
            for form in found.iter_mut().filter(|form| unnumbered.contains(&form.action.as_str())) {
                form.fields.retain(|field| field.name != "command_id");
            }
            walked.extend(found);
        }
        let (forms, tried) = walk(&holder, walked).await;
        assert_eq!(forms.len(), 12, "{forms:?}");
        assert!(tried > 200, "{tried}");
        assert_eq!(cast.facts().await.len(), facts, "bad input wrote something");
        assert_eq!(outbox(&cast).await.len(), mails, "bad input mailed something");
        for path in &pages {
            holder.get(path).await.is(200);
        }
    });
}

#[test]
fn a_pin_that_is_no_pin_is_not_counted_as_a_try() {
    on_all_databases(|database| async move {
        let cast = serve(&database).await;
        pins(&cast, SwitchMode::Everyone, vec![]).await;
        let (_, card) = guarded(&cast, "2580").await;
        let mut asks = forms(&cast.site.get(&card).await.is(200));
        asks[0].fields.retain(|field| field.name != "command_id");
        let (_, tried) = walk(&cast.nobody(), asks).await;
        assert!(tried > 4, "{tried}");
        cast.site.post(&format!("{card}/pin"), "pin=9999").await.is(422).shows("4 more tries");
    });
}
