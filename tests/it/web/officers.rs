//! `/desk/officers`: who manages officers, and what they can and cannot give (A1–A4, P5, V7).

use emol::commands::Command;
use emol::commands::officers::{OfficersCommand, Verb};
use emol::domain::actor::Actor;
use emol::domain::demo::DEMO_OFFICERS;
use emol::domain::id::{OfficerId, StreamType};
use emol::domain::permission::Permission;

use super::desk_cast::{Cast, Visitor, form};
use super::site::{Answer, fighter};
use crate::support::databases::on_all_databases;

const LONG: &str = "lusab-babad-gutih-tugad";
const UNKNOWN: &str = "018f5c1e-7a3b-7c00-8000-0123456789ab";
const FRESH: &str = "018f5c1e-7a3b-7c00-8000-00000000000";

fn id_of(key: &str) -> OfficerId {
    DEMO_OFFICERS.iter().find(|officer| officer.key == key).unwrap().officer()
}

fn page_of(key: &str) -> String {
    format!("/desk/officers/{}", id_of(key))
}

async fn issue(cast: &Cast, verb: Verb) {
    let by = Actor::Operator("test".to_owned());
    cast.site.issue(Command::Officers(OfficersCommand { by, verb })).await;
}

async fn give(cast: &Cast, to: &str, grants: &[&str]) {
    for grant in grants {
        issue(cast, Verb::Grant { officer: id_of(to), grant: grant.parse().unwrap() }).await;
    }
}

async fn take(cast: &Cast, from: &str, grant: &str) {
    issue(cast, Verb::Withdraw { officer: id_of(from), grant: grant.parse().unwrap() }).await;
}

/// The events of the officers' stream, by name, from `after` on.
async fn officers_events(cast: &Cast, after: usize) -> Vec<String> {
    let rows = cast.facts().await;
    let rows = rows.iter().filter(|row| row.stream.kind == StreamType::Officers).skip(after);
    rows.map(|row| row.event_type.to_string()).collect()
}

/// The ticks of the matrix on a page.
fn ticks(page: &Answer) -> Vec<String> {
    let tags = page.body.split("<input type=\"checkbox\"").skip(1).filter_map(|rest| rest.split('>').next());
    let ticked = tags.filter(|tag| tag.contains(" checked"));
    ticked.map(|tag| tag.split("value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned()).collect()
}

/// The form with the matrix as a browser sends it, with ticks added and taken out.
fn grants(page: &Answer, add: &[&str], remove: &[&str]) -> String {
    let hidden = |name| page.hidden("grants", name);
    let (command, version, was) = (hidden("command_id"), hidden("seen_version"), hidden("was"));
    let kept = ticks(page);
    let kept = kept.iter().map(String::as_str).filter(|tick| !remove.contains(tick));
    let mut fields = vec![("command_id", command.as_str()), ("seen_version", &version), ("was", &was)];
    fields.extend(kept.chain(add.iter().copied()).map(|tick| ("grant", tick)));
    form(&fields)
}

fn small(page: &Answer, name: &str, more: &[(&str, &str)]) -> String {
    let (command, version) = (page.hidden(name, "command_id"), page.hidden(name, "seen_version"));
    let mut fields = vec![("command_id", command.as_str()), ("seen_version", version.as_str())];
    fields.extend(more);
    form(&fields)
}

#[test]
fn a4_every_page_and_form_is_for_holders_of_write_officer_info_alone() {
    on_all_databases(|database| async move {
        let cast = Cast::serve(&database).await;
        // Somebody without any grant, and somebody whose grant goes while the page is open.
        for grant in ["read_combatant_info", "can_edit_privacy_policy"] {
            take(&cast, "seneschal", grant).await;
        }
        give(&cast, "auditor", &["write_officer_info"]).await;
        let former = cast.be("auditor").await;
        let opened = former.get(&page_of("list-minister")).await.is(200);
        take(&cast, "auditor", "write_officer_info").await;
        let one = page_of("list-minister");
        let pages = ["/desk/officers", "/desk/officers/new", &one, "/desk/officers/nonsense"];
        let unknown = format!("/desk/officers/{UNKNOWN}");
        let sent = grants(&opened, &["read_history@kingdom"], &[]);
        let posts = ["grants", "disable", "enable", "link", "unlink"].map(|verb| format!("{one}/{verb}"));
        let before = cast.facts().await.len();
        let others: [Visitor<'_>; 4] = [
            former,
            cast.be("seneschal").await,
            cast.be("fencing-deputy").await,
            cast.be("list-minister").await,
        ];
        for other in &others {
            for path in pages.iter().chain([&unknown.as_str()]) {
                other.get(path).await.is(403).shows("write_officer_info").hides("@example.org");
            }
            for path in posts.iter().map(String::as_str).chain(["/desk/officers/new"]) {
                other.post(path, &sent).await.is(403);
            }
            other.get("/desk").await.is(200).hides("/desk/officers");
        }
        for path in pages {
            assert!(
                cast.nobody().get(path).await.is(303).header("location").starts_with("/auth/login?next=")
            );
        }
        for path in &posts {
            cast.nobody().post(path, &sent).await.is(401);
        }
        let holder = cast.be("administrator").await;
        holder.get("/desk").await.is(200).shows("href=\"/desk/officers\"").shows("Invite an officer");
        for path in &pages[..3] {
            holder.get(path).await.is(200);
        }
        for path in ["/desk/officers/nonsense", &unknown, &format!("{unknown}/grants")] {
            assert!([404, 405].contains(&holder.get(path).await.status), "{path}");
        }
        holder.post(&format!("{unknown}/grants"), &sent).await.is(404);
        assert_eq!(cast.facts().await.len(), before, "a refused form wrote something");
    });
}

#[test]
fn an_officer_is_invited_with_what_they_may_do_and_told_where_to_sign_in() {
    on_all_databases(|database| async move {
        let cast = Cast::serve(&database).await;
        give(&cast, "administrator", &["write_card_date"]).await;
        let administrator = cast.be("administrator").await;
        let empty = administrator.get("/desk/officers/new").await.is(200);
        let command = empty.command_id("invite");
        let body = form(&[
            ("command_id", &command),
            ("name", "Deputy <b>Rapier"),
            ("email", "New.Deputy+lists@example.org"),
            ("grant", "write_card_date@discipline:fencing"),
        ]);
        let done = administrator.post("/desk/officers/new", &body).await.is(303);
        let path = done.header("location").split('#').next().unwrap().to_owned();
        let again = administrator.post("/desk/officers/new", &body).await.is(303);
        assert_eq!(again.header("location").split('#').next(), Some(path.as_str()), "the same officer");
        let page = administrator.get(&path).await.is(200).shows("Invited").shows("Cards in Fencing");
        let address = format!("http://127.0.0.1:{}/auth/login", cast.site.state.config.listen.port());
        let page =
            page.shows(&address).shows("mailto:?to&#x3D;New.Deputy%2Blists%40example.org").hides("<b>Rapier");
        assert_eq!(ticks(&page), ["write_card_date@discipline:fencing"]);
        let list = administrator.get("/desk/officers").await.is(200).shows("New.Deputy+lists@example.org");
        list.shows("Invited").shows("Deputy &lt;b&gt;Rapier").shows("never");
        let outbox = cast.site.state.services.store.db();
        let rows =
            outbox.fetch_all("SELECT template FROM outbox WHERE template = 'officer-invited'", &[]).await;
        assert_eq!(rows.unwrap().len(), DEMO_OFFICERS.len() + 1, "the mail waits for a mail server");

        // Once they came, there is nothing to tell them any more.
        let id = OfficerId::parse(path.rsplit('/').next().unwrap()).unwrap();
        let state = &cast.site.state;
        let how = emol::domain::id::Slug::parse("openid-connect").unwrap();
        let visit = emol::commands::bus::Visit::Begins { how };
        let correlation = emol::domain::id::CorrelationId(uuid::Uuid::from_u128(5));
        state.bus().record_visit(id, correlation, visit).await.unwrap();
        administrator.get(&path).await.shows("Active").hides("id=\"invitation\"").shows("Signed in by");
    });
}

#[test]
fn an_invitation_that_cannot_be_is_refused_by_the_field_and_keeps_what_was_typed() {
    on_all_databases(|database| async move {
        let cast = Cast::serve(&database).await;
        let administrator = cast.be("administrator").await;
        let before = cast.facts().await.len();
        let send = |number: &str, name: &str, email: &str, grant: &str| {
            let command = format!("{FRESH}{number}");
            form(&[("command_id", &command), ("name", name), ("email", email), ("grant", grant)])
        };
        let post = async |body: &str| administrator.post("/desk/officers/new", body).await;
        let both = post(&send("1", " ", "nobody", "manage_kingdom@kingdom")).await.is(422);
        let both = both.shows("href=\"#invite-name\"").shows("href=\"#invite-email\"").shows("exactly one @");
        assert_eq!(ticks(&both), ["manage_kingdom@kingdom"]);
        both.shows("value=\"nobody\"");
        let taken =
            post(&send("2", "Again", "SENESCHAL@example.org", "manage_kingdom@kingdom")).await.is(422);
        taken.shows("href=\"#invite-email\"").shows("is already on the list");
        let wider = post(&send("3", "Auditor", "a@example.org", "read_history@kingdom")).await.is(422);
        wider
            .shows("href=\"#g-read_history-everywhere\"")
            .shows("because you do not hold it yourself (rule A2)");
        post(&send("4", "Odd", "b@example.org", "can_import@discipline:fencing")).await.is(400);
        post(&send("5", "Odd", "b@example.org", "be_king@kingdom")).await.is(400);
        post(&send("", "Odd", "b@example.org", "")).await.is(400);
        assert_eq!(cast.facts().await.len(), before);
    });
}

#[test]
fn a2_rights_are_given_and_taken_in_one_form_as_far_as_one_holds_them() {
    on_all_databases(|database| async move {
        let cast = Cast::serve(&database).await;
        give(&cast, "administrator", &["write_marshal@discipline:fencing"]).await;
        let administrator = cast.be("administrator").await;
        let path = page_of("seneschal");
        let post = format!("{path}/grants");
        let page = administrator.get(&path).await.is(200);
        assert_eq!(ticks(&page), ["read_combatant_info@kingdom", "can_edit_privacy_policy@kingdom"]);
        let page = page.shows("not yours to give");
        let count = officers_events(&cast, 0).await.len();

        // Shown first, and nothing is written by looking.
        let change =
            grants(&page, &["write_marshal@discipline:fencing"], &["can_edit_privacy_policy@kingdom"]);
        let looked = administrator.post(&post, &format!("{change}&preview=yes")).await.is(200);
        let looked = looked
            .shows("Saving will")
            .shows("<li>Warrants in Fencing</li>")
            .shows("<li>Privacy policy</li>");
        assert_eq!(ticks(&looked).len(), 2);
        assert_eq!(officers_events(&cast, count).await, [""; 0]);

        // What one lacks is refused by its tick, whole, and also where the page does not offer it.
        let wider = grants(&page, &["write_marshal@kingdom", "write_marshal@discipline:fencing"], &[]);
        let refused = administrator.post(&post, &wider).await.is(422);
        refused.shows("href=\"#g-write_marshal-everywhere\"").shows("you do not hold it yourself (rule A2)");
        let nowhere = grants(&page, &["write_marshal@discipline:jousting"], &[]);
        administrator.post(&post, &nowhere).await.is(422);
        assert_eq!(officers_events(&cast, count).await, [""; 0]);

        administrator.post(&post, &change).await.is(303);
        assert_eq!(officers_events(&cast, count).await, ["PermissionGranted", "PermissionWithdrawn"]);
        administrator.post(&post, &change).await.is(303);
        assert_eq!(officers_events(&cast, count).await.len(), 2, "sent twice, done once");
        let page = administrator.get(&path).await.is(200);
        assert_eq!(ticks(&page), ["read_combatant_info@kingdom", "write_marshal@discipline:fencing"]);
        let page = page.shows("Warrants in Fencing: given").shows("Privacy policy: taken away");
        let officers = &cast.site.state.kingdom().officers;
        assert!(!officers.all[&id_of("seneschal")].grants.allows(Permission::CanEditPrivacyPolicy, None));
        let nothing = administrator.post(&post, &grants(&page, &[], &[])).await.is(303);
        assert!(nothing.header("set-cookie").starts_with("emol-done=grants-unchanged"));
    });
}

#[test]
fn a2_nobody_widens_their_own_rights_and_the_last_holder_stays() {
    on_all_databases(|database| async move {
        let cast = Cast::serve(&database).await;
        take(&cast, "earl-marshal", "write_officer_info").await;
        let administrator = cast.be("administrator").await;
        let path = page_of("administrator");
        let page = administrator.get(&path).await.is(200).shows("nobody can widen their own");
        let before = cast.facts().await.len();
        let wider = administrator.post(&format!("{path}/grants"), &grants(&page, &["can_import"], &[])).await;
        wider.is(422).shows("href=\"#g-can_import-everywhere\"").shows("Nobody may widen their own rights");
        let last = grants(&page, &[], &["write_officer_info@kingdom"]);
        let last = administrator.post(&format!("{path}/grants"), &last).await.is(422);
        last.shows("href=\"#g-write_officer_info-everywhere\"")
            .shows("This is the last officer who may manage");
        let disabled = administrator.post(&format!("{path}/disable"), &small(&page, "disable", &[])).await;
        disabled.is(422).shows("This is the last officer who may manage");
        assert_eq!(cast.facts().await.len(), before);
        // With another holder, both go.
        give(&cast, "seneschal", &["write_officer_info"]).await;
        let given_up = grants(&page, &[], &["write_officer_info@kingdom"]);
        administrator.post(&format!("{path}/grants"), &given_up).await.is(303);
        administrator.get(&path).await.is(403);
    });
}

#[test]
fn p5_two_administrators_at_one_officer_lose_nothing_and_at_two_officers_nobody_waits() {
    on_all_databases(|database| async move {
        let cast = Cast::serve(&database).await;
        let wide = ["read_history", "can_import", "read_combatant_info", "export_sealed"];
        give(&cast, "administrator", &wide).await;
        give(&cast, "auditor", &["write_officer_info", "can_import", "read_combatant_info"]).await;
        let (one, other) = (cast.be("administrator").await, cast.be("auditor").await);
        let path = page_of("fencing-deputy");
        let post = format!("{path}/grants");
        let (mine, theirs) = (one.get(&path).await.is(200), other.get(&path).await.is(200));
        let elsewhere = one.get(&page_of("list-minister")).await.is(200);
        other
            .post(&post, &grants(&theirs, &["can_import@kingdom"], &["read_combatant_info@kingdom"]))
            .await
            .is(303);
        // Another officer than the one that was changed.
        let aside = grants(&elsewhere, &["read_history@kingdom"], &[]);
        one.post(&format!("{}/grants", page_of("list-minister")), &aside).await.is(303);
        // The same one: what was typed stays, what was not touched follows.
        let count = officers_events(&cast, 0).await.len();
        let late = one.post(&post, &grants(&mine, &["export_sealed@kingdom"], &[])).await.is(409);
        let late =
            late.shows("Somebody else changed this officer meanwhile").shows("#g-can_import-everywhere");
        let late = late.shows("not changed by you");
        let kept = ticks(&late);
        assert!(
            kept.contains(&"export_sealed@kingdom".to_owned())
                && kept.contains(&"can_import@kingdom".to_owned())
        );
        assert!(!kept.contains(&"read_combatant_info@kingdom".to_owned()), "{kept:?}");
        assert_eq!(officers_events(&cast, count).await, [""; 0]);
        one.post(&post, &grants(&late, &[], &[])).await.is(303);
        assert_eq!(officers_events(&cast, count).await, ["PermissionGranted"]);
        // A small form that was opened before says so as well.
        one.post(&format!("{path}/disable"), &small(&mine, "disable", &[]))
            .await
            .is(409)
            .shows("changed since");
        assert_eq!(officers_events(&cast, count).await.len(), 1);
        // Something else about the officer is not in the way.
        let page = one.get(&path).await.is(200);
        issue(&cast, Verb::Link { officer: id_of("fencing-deputy"), combatant: None }).await;
        let person = cast.site.register(&fighter("Ásta", LONG)).await;
        issue(&cast, Verb::Link { officer: id_of("fencing-deputy"), combatant: Some(person) }).await;
        one.post(&post, &grants(&page, &["read_history@kingdom"], &[])).await.is(303);
    });
}

#[test]
fn a_disabled_officer_is_out_at_once_and_comes_back_without_the_old_sessions() {
    on_all_databases(|database| async move {
        let cast = Cast::serve(&database).await;
        let administrator = cast.be("administrator").await;
        let seneschal = cast.be("seneschal").await;
        seneschal.get("/desk").await.is(200);
        let path = page_of("seneschal");
        let page = administrator.get(&path).await.is(200).shows("Active");
        administrator.post(&format!("{path}/disable"), &small(&page, "disable", &[])).await.is(303);
        seneschal.get("/desk").await.is(303);
        let page = administrator.get(&path).await.is(200).shows("Disabled").hides("id=\"disable\"");
        administrator.get("/desk/officers").await.is(200).shows("Disabled");
        administrator.post(&format!("{path}/enable"), &small(&page, "enable", &[])).await.is(303);
        seneschal.get("/desk").await.is(303);
        cast.be("seneschal").await.get("/desk/people").await.is(200);
        let own = administrator.get(&path).await.shows("Enabled again").shows("by Administrator");
        own.hides("Disabled</span>");
    });
}

#[test]
fn a3_an_officer_is_linked_to_who_they_are_on_file_and_cannot_change_that_card() {
    on_all_databases(|database| async move {
        let cast = Cast::serve(&database).await;
        let id = cast.site.register(&fighter("Ásta", LONG)).await;
        let administrator = cast.be("administrator").await;
        let path = page_of("list-minister");
        // Whoever may not see records says which by its address, and learns nothing about it (A4).
        let page = administrator
            .get(&format!("{path}?find=asta"))
            .await
            .is(200)
            .hides("Ásta")
            .hides("Find the person");
        let wrong = small(&page, "link", &[("record", "Ásta")]);
        administrator.post(&format!("{path}/link"), &wrong).await.is(422).shows("href=\"#link-record\"");
        let address = format!("https://emol.example.org/desk/people/{id}/edit#waiver");
        administrator
            .post(&format!("{path}/link"), &small(&page, "link", &[("record", &address)]))
            .await
            .is(303);
        administrator
            .get(&path)
            .await
            .hides("Ásta")
            .shows("A person on file")
            .shows("Linked to a person on file");
        let minister = cast.be("list-minister").await;
        let command = form(&[
            ("command_id", &format!("{FRESH}7")),
            ("discipline", "armoured-combat"),
            ("on", "2026-11-01"),
        ]);
        minister.post(&format!("/desk/people/{id}/renew-card"), &command).await.is(403).shows("their own");
        // Whoever may see them finds the person by name.
        give(&cast, "administrator", &["read_combatant_info"]).await;
        let page = administrator.get(&format!("{path}?find=asta")).await.is(200).shows("Which of them?");
        let page = page.shows(&format!("href=\"/desk/people/{id}\""));
        let nobody = small(&page, "link", &[("record", UNKNOWN)]);
        administrator.post(&format!("{path}/link"), &nobody).await.is(422).shows("There is no such record");
        administrator.get(&format!("{path}?find=zzz")).await.is(200).shows("Nobody of that name");
        administrator.post(&format!("{path}/unlink"), &small(&page, "unlink", &[])).await.is(303);
        administrator.get(&path).await.shows("Nobody yet").shows("Link to a person on file undone");
        minister.post(&format!("/desk/people/{id}/renew-card"), &command).await.is(303);
        // Nobody loosens their own link.
        let own = administrator
            .get(&page_of("administrator"))
            .await
            .is(200)
            .hides("id=\"link\"")
            .shows("This is you");
        let body = form(&[
            ("command_id", &own.hidden("grants", "command_id")),
            ("seen_version", &own.hidden("grants", "seen_version")),
            ("record", &id.to_string()),
        ]);
        let answer = administrator.post(&format!("{}/link", page_of("administrator")), &body).await.is(422);
        answer.shows("Nobody may unbind their own rights");
    });
}

#[test]
fn v7_addresses_are_read_on_record_and_what_an_officer_did_names_nobody() {
    on_all_databases(|database| async move {
        let cast = Cast::serve(&database).await;
        let id = cast.site.register(&fighter("Ásta", LONG)).await;
        let minister = cast.be("list-minister").await;
        minister.get("/desk/people?q=asta").await.is(200);
        minister.get(&format!("/desk/people/{id}")).await.is(200);
        let command = form(&[
            ("command_id", &format!("{FRESH}8")),
            ("discipline", "armoured-combat"),
            ("on", "2026-11-01"),
        ]);
        minister.post(&format!("/desk/people/{id}/renew-card"), &command).await.is(303);
        let administrator = cast.be("administrator").await;
        let before = cast.readings().await.len();
        administrator.get("/desk/officers/new").await.is(200);
        assert_eq!(cast.readings().await.len(), before, "the empty form opens nobody's address");
        administrator.get("/desk/officers").await.is(200).shows("list-minister@example.org");
        let page =
            administrator.get(&page_of("list-minister")).await.is(200).shows("list-minister@example.org");
        assert_eq!(cast.readings().await[before..], ["ListRead", "RecordRead"]);
        let page = page.shows("Card renewed in Armoured Combat").shows("Read lists and records 2 times");
        page.hides("Ásta").hides("asta”").hides(&id.to_string()).hides("/audit");
        // Auditors are led to all of it.
        give(&cast, "administrator", &["read_history"]).await;
        let page = administrator.get(&page_of("list-minister")).await.is(200);
        let actor = format!("officer%3A{}", id_of("list-minister"));
        let page = page.shows(&format!("/audit?officer&#x3D;{actor}"));
        page.shows("/audit/events/");
        let own = format!("/audit?person={}", id_of("list-minister"));
        administrator.get(&own).await.is(200).shows("Record read on desk-officer");
    });
}
