//! Registering somebody who may be on file already (P6).

use super::desk_cast::{Cast, form};
use super::desk_people::person;
use super::site::fighter;
use crate::support::databases::on_all_databases;

const LONG: &str = "lusab-babad-gutih-tugad";
const NEW: &str = "/desk/people/new";

#[test]
fn p6_whoever_may_be_on_file_already_is_registered_only_once_the_officer_has_seen_who_it_may_be() {
    on_all_databases(|database| async move {
        let cast = Cast::serve(&database).await;
        let known = cast.site.register(&fighter("Ásta", LONG)).await;
        let minister = cast.be("list-minister").await;
        let command = minister.get(NEW).await.is(200).command_id("person");
        let (facts, readings) = (cast.facts().await.len(), cast.readings().await.len());
        let fields = [("sca_name", "Somebody Else"), ("legal_name", "XAVIER  Jansen"), ("city", "Ottawa")];
        let asked = minister.post(NEW, &person(&command, &fields)).await.is(409);
        let asked = asked.shows("Perhaps the same person").shows("the same legal name");
        let asked = asked.shows(&format!("href=\"/desk/people/{known}\"")).shows("Register all the same");
        // Nothing typed is lost, nothing was written, and who was shown is on record (V7).
        let asked = asked.shows("value=\"Ottawa\"").shows("value=\"XAVIER  Jansen\"").shows("Somebody Else");
        assert_eq!(cast.facts().await.len(), facts);
        assert_eq!(cast.readings().await[readings..], ["ListRead"]);
        assert_eq!(asked.command_id("person"), command, "the same form goes on");
        // The button sends who was shown along; it works without a script.
        assert_eq!(asked.hidden("person", "despite"), known.to_string());
        let mut despite = fields.to_vec();
        let id = known.to_string();
        despite.push(("despite", &id));
        let done = minister.post(NEW, &person(&command, &despite)).await.is(303);
        assert_ne!(done.header("location"), format!("/desk/people/{known}"));
        // Sent again, it is the same person; nobody is asked about themselves.
        let again = minister.post(NEW, &person(&command, &despite)).await.is(303);
        assert_eq!(again.header("location"), done.header("location"));
        // Two are alike now: having seen one of them is not having seen both.
        let command = minister.get(NEW).await.command_id("person");
        minister.post(NEW, &person(&command, &despite)).await.is(409).shows("Somebody Else");
    });
}

#[test]
fn p6_an_address_or_a_member_number_that_is_on_file_is_asked_about_and_a_wrong_form_is_mended_first() {
    on_all_databases(|database| async move {
        let cast = Cast::serve(&database).await;
        let minister = cast.be("list-minister").await;
        let send = async |other: &[(&str, &str)]| {
            let command = minister.get(NEW).await.command_id("person");
            minister.post(NEW, &person(&command, other)).await
        };
        send(&[("member_number", "20417")]).await.is(303);
        let other = [("sca_name", ""), ("legal_name", "Ana Novak"), ("email", "ana@example.org")];
        send(&[&other[..2], &[("email", "WEN@example.org")]].concat())
            .await
            .is(409)
            .shows("the same e-mail address");
        send(&[&other[..], &[("member_number", "20417")]].concat())
            .await
            .is(409)
            .shows("the same member number");
        send(&[&other[..], &[("sca_name", "magnus")]].concat()).await.is(409).shows("the same SCA name");
        send(&[("city", "")]).await.is(422).hides("Perhaps the same person");
        send(&other).await.is(303);
        // Whoever may not register learns nothing from the question.
        let command = form(&[("command_id", "018f5c1e-7a3b-7c00-8000-00000000000b")]);
        cast.be("auditor").await.post(NEW, &command).await.is(403).hides("Magnús");
    });
}
