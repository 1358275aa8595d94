//! P1 to P3, P5: one's own details, and a new address that is confirmed there.

use super::*;
use crate::support::databases::on_all_databases;
use crate::web::hostile;

/// The form of the page with some fields otherwise.
pub fn filled(page: &Answer, other: &[(&str, &str)]) -> String {
    let html = page.body.split("<form class=\"command sheet\"").nth(1).unwrap();
    let mut fields = hostile::filled(html.split("</form>").next().unwrap());
    for (name, value) in other {
        fields.retain(|(known, _)| known != name);
        fields.push(((*name).to_owned(), (*value).to_owned()));
    }
    let fields: Vec<(&str, &str)> =
        fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    form(&fields)
}

async fn asked(cast: &Cast, id: CombatantId, count: i64) -> String {
    // A while later: mails are in the order of their moments.
    cast.site.clock.set(NOW.plus_seconds(count));
    cast.site.post("/update-info", "email=asta%40example.org").await.is(200);
    wait_for_mail(cast, "update-details", usize::try_from(count).unwrap()).await;
    last_link(cast, "update-details", id).await
}

#[test]
fn p3_a_person_changes_their_details_with_the_desks_messages() {
    on_all_databases(|database| async move {
        let cast = serve(&database).await;
        let id = member(&cast, "Ásta", "asta@example.org").await;
        let link = asked(&cast, id, 1).await;
        let page = cast.site.get(&link).await.is(200).shows("(416) 555-0100").shows("Ontario");
        let wrong = filled(&page, &[("phone", "12"), ("postal_code", "x"), ("sca_name", "a\u{202e}b")]);
        let answer = cast.site.post(&link, &wrong).await.is(422).shows("role=\"alert\"");
        assert_eq!(answer.body.matches("class=\"error\"").count(), 3, "{}", answer.body);
        assert_eq!(mailed(&cast, "confirm-address").await, 0);
        let right = filled(&page, &[("sca_name", "Ásta <b>of</b> {{Septentria}}"), ("city", "Ottawa")]);
        cast.site
            .post(&link, &right)
            .await
            .is(200)
            .shows("Your details are saved")
            .hides("One thing is left");
        cast.site.post(&link, &right).await.is(200);
        cast.site.get(&link).await.is(410);
        assert_eq!(events(&cast, id).await.last().unwrap(), "DetailsChanged");
        let minister = cast.be("list-minister").await;
        minister.get(&format!("/desk/people/{id}")).await.shows("Ottawa").shows("the person, by a link");
    });
}

#[test]
fn l1_saving_details_unchanged_uses_the_link_up() {
    on_all_databases(|database| async move {
        let cast = serve(&database).await;
        let id = member(&cast, "Ásta", "asta@example.org").await;
        let link = asked(&cast, id, 1).await;
        let page = cast.site.get(&link).await.is(200);
        let other = filled(&cast.site.get(&link).await.is(200), &[("city", "Ottawa")]);
        let facts = cast.facts().await.len();
        let body = filled(&page, &[]);
        cast.site.post(&link, &body).await.is(200).shows("Your details are saved");
        cast.site.get(&link).await.is(410).hides("Ásta");
        // The same form is the same command and gets its own answer; anything else comes too late.
        cast.site.post(&link, &body).await.is(200).shows("Your details are saved");
        cast.site.post(&link, &other).await.is(410).hides("Ásta");
        assert_eq!(cast.facts().await.len(), facts, "nothing changed");
    });
}

#[test]
fn a_new_address_is_confirmed_there_and_the_old_one_is_told() {
    on_all_databases(|database| async move {
        let cast = serve(&database).await;
        let id = member(&cast, "Ásta", "asta@example.org").await;
        let link = asked(&cast, id, 1).await;
        let page = cast.site.get(&link).await.is(200);
        let body = filled(&page, &[("email", "first@example.net")]);
        cast.site.post(&link, &body).await.is(200).shows("One thing is left");
        let first = last_link(&cast, "confirm-address", id).await;
        cast.site.get(&first).await.is(200).shows("first@example.net");
        // Another address is asked for: the link to the first one is worth nothing any more.
        let link = asked(&cast, id, 2).await;
        let page = cast.site.get(&link).await.is(200).shows("asta@example.org");
        let body = filled(&page, &[("email", "second@example.net")]);
        cast.site.post(&link, &body).await.is(200);
        let second = last_link(&cast, "confirm-address", id).await;
        cast.site.get(&first).await.is(410);
        let minister = cast.be("list-minister").await;
        minister
            .get(&format!("/desk/people/{id}"))
            .await
            .shows("asta@example.org")
            .hides("second@example.net");
        let page = cast.site.get(&second).await.is(200).shows("second@example.net");
        let body = hidden(&page, &["confirm"], "");
        cast.site.post(&second, &body).await.is(200).shows("new address is on file");
        cast.site.get(&second).await.is(410);
        minister.get(&format!("/desk/people/{id}")).await.shows("second@example.net");
        // The old address is told, and nothing in the outbox can be read without the person's key.
        let told = outbox(&cast).await.into_iter().find(|mail| mail.template == "address-changed").unwrap();
        let sealed = base64::Engine::decode(
            &base64::engine::general_purpose::STANDARD_NO_PAD,
            told.params["to"].as_str().unwrap(),
        )
        .unwrap();
        let sealed = emol::domain::personal::Sealed::from_bytes(&sealed).unwrap();
        let keyring = cast.site.state.services.store.keyring();
        let opened = keyring.open_field(emol::domain::mail::ADDRESS_FIELD, &sealed).await.unwrap();
        assert_eq!(opened.as_deref(), Some("asta@example.org"));
    });
}

#[test]
fn p5_what_an_officer_saved_meanwhile_is_shown_and_nothing_is_lost() {
    on_all_databases(|database| async move {
        let cast = serve(&database).await;
        let id = member(&cast, "Ásta", "asta@example.org").await;
        let link = asked(&cast, id, 1).await;
        let page = cast.site.get(&link).await.is(200);
        let record = cast.site.state.bus().record(id).await.unwrap();
        let held = record.details.iter().map(|(field, value)| (*field, value.text().unwrap().to_owned()));
        let details = RawDetails(held.collect()).with(DetailField::City, "Kingston");
        issue(&cast, id, emol::commands::combatant::change_details::ChangeDetails { details }.into()).await;
        let body = filled(&page, &[("city", "Ottawa")]);
        let again = cast.site.post(&link, &body).await.is(409).shows("Kingston").shows("Ottawa");
        cast.site.post(&link, &filled(&again, &[])).await.is(200).shows("Your details are saved");
    });
}
