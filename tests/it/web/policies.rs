//! The privacy policy: who may, what is written, shared, approved and shown, and what follows
//! from it for everybody.

use emol::commands::Command;
use emol::commands::officers::{OfficersCommand, Verb};
use emol::commands::policies::{ApproveDraft, BeginDraft};
use emol::domain::actor::Actor;
use emol::domain::date::CivilDate;
use emol::domain::demo::DEMO_OFFICERS;

use super::desk_cast::{Cast, Visitor, form};
use super::site::{Answer, NOW, fighter};
use crate::support::databases::{TestDatabase, on_all_databases};

const HOLDER: &str = "seneschal";
const FRESH: &str = "018f5c1e-7a3b-7c00-8000-00000000000";
const LIST: &str = "/desk/policies";
const DRAFT: &str = "/desk/policies/draft";
const APPROVE: &str = "/desk/policies/draft/approve";
const CARD: &str = "lusab-babad-gutih-tugad";
/// Every address that takes a form.
const FORMS: [&str; 7] = [
    DRAFT,
    "/desk/policies/draft/begin",
    "/desk/policies/draft/discard",
    "/desk/policies/draft/share",
    "/desk/policies/draft/unshare",
    APPROVE,
    "/desk/policies/2026.1/stop-requiring",
];

/// A log that allows every kind of event of this release.
async fn serve(database: &TestDatabase) -> Cast {
    emol::store::format::raise(&database.admin, emol::events::LOG_FORMAT).await.unwrap();
    Cast::serve(database).await
}

/// Approves a policy without a screen.
async fn approve(cast: &Cast, text: &str, required_from: Option<&str>) {
    let required_from = required_from.map(|day| CivilDate::parse(day).unwrap());
    let change_log = format!("It says: {text}");
    cast.site.issue(Command::Policies(BeginDraft { text: Some(text.to_owned()) }.into())).await;
    cast.site.issue(Command::Policies(ApproveDraft { change_log, required_from }.into())).await;
}

/// The fields that a form of the page would send, with some otherwise.
fn filled(page: &Answer, id: &str, other: &[(&str, &str)]) -> String {
    let forms = page.body.split("<form class=\"command").skip(1);
    let html = forms
        .filter_map(|rest| rest.split("</form>").next())
        .find(|html| html.split('>').next().is_some_and(|tag| tag.contains(&format!(" id=\"{id}\""))));
    let mut fields = super::hostile::filled(html.unwrap_or_else(|| panic!("no form {id}\n{}", page.body)));
    for (name, value) in other {
        fields.retain(|(known, _)| known != name);
        fields.push(((*name).to_owned(), (*value).to_owned()));
    }
    let fields: Vec<(&str, &str)> = fields.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
    form(&fields)
}

/// Opens a page and sends one of its forms.
async fn send(who: &Visitor<'_>, page: &str, id: &str, to: &str, other: &[(&str, &str)]) -> Answer {
    let page = who.get(page).await.is(200);
    who.post(to, &filled(&page, id, other)).await
}

async fn invitations(cast: &Cast) -> usize {
    let outbox = cast.site.state.services.store.db();
    let sql = "SELECT template FROM outbox WHERE template = 'welcome'";
    outbox.fetch_all(sql, &[]).await.unwrap().len()
}

#[test]
fn a4_the_policy_opens_to_holders_and_to_nobody_else() {
    on_all_databases(|database| async move {
        let cast = serve(&database).await;
        approve(&cast, "First", None).await;
        cast.site.issue(Command::Policies(BeginDraft::default().into())).await;
        let facts = cast.facts().await.len();
        let mut others = Vec::new();
        for who in ["fencing-deputy", "auditor", "administrator"] {
            others.push(cast.be(who).await);
        }
        let body = format!("command_id={FRESH}1&seen_version=1&text=x&change_log=x");
        for path in [LIST, DRAFT, APPROVE, "/desk/policies/2026.1"] {
            let answer = cast.nobody().get(path).await.is(303);
            assert!(answer.header("location").starts_with("/auth/login?next=%2F"), "{path}");
            for other in &others {
                other.get(path).await.is(403).shows("can_edit_privacy_policy");
            }
        }
        for path in FORMS {
            cast.nobody().post(path, &body).await.is(401);
            for other in &others {
                other.post(path, &body).await.is(403).shows("can_edit_privacy_policy");
            }
        }
        for other in &others {
            other.get("/desk").await.is(200).hides(LIST);
        }
        let holder = cast.be(HOLDER).await;
        holder.get("/desk").await.is(200).shows("href=\"/desk/policies\"").shows("Write the privacy policy");
        for path in ["/desk/policies/2026.2", "/desk/policies/x", "/desk/policies/%3Cb%3E"] {
            holder.get(path).await.is(404);
        }
        holder.post("/desk/policies/2026.2/stop-requiring", &body).await.is(404);
        // Withdrawn while the form is open.
        let page = holder.get(DRAFT).await.is(200);
        let officer = DEMO_OFFICERS.iter().find(|officer| officer.key == HOLDER).unwrap().officer();
        let verb = Verb::Withdraw { officer, grant: "can_edit_privacy_policy".parse().unwrap() };
        let by = Actor::Operator("test".to_owned());
        cast.site.issue(Command::Officers(OfficersCommand { by, verb })).await;
        cast.site.state.bus().refresh().await.unwrap();
        let sent = filled(&page, "draft", &[("text", "Mine")]);
        holder.post(DRAFT, &sent).await.is(403).shows("can_edit_privacy_policy");
        assert_eq!(cast.facts().await.len(), facts + 1, "a refused form wrote something");
    });
}

#[test]
fn v9_nobody_is_invited_until_a_policy_is_approved() {
    on_all_databases(|database| async move {
        let cast = serve(&database).await;
        let minister = cast.be("list-minister").await;
        let holder = cast.be(HOLDER).await;
        minister.get("/desk").await.shows("No privacy policy is approved yet");
        holder.get(LIST).await.is(200).shows("None is approved yet").shows("begins with a template");
        cast.nobody().get("/privacy-policy").await.is(200).shows("no approved privacy policy");
        let person = |legal_name, email| {
            [
                ("legal_name", legal_name),
                ("email", email),
                ("phone", "416 555 0123"),
                ("address1", "1 Road"),
                ("city", "Toronto"),
                ("province", "ON"),
                ("postal_code", "K1A 0B1"),
            ]
        };
        let new = "/desk/people/new";
        let wen = person("Wen Wójcik", "wen@example.org");
        let answer = send(&minister, new, "person", new, &wen).await.is(303);
        assert!(answer.header("set-cookie").starts_with("emol-done=registered-uninvited"));
        let record = answer.header("location").to_owned();
        minister.get(&record).await.is(200).shows("Nobody can be invited: no privacy policy is approved");
        assert_eq!(invitations(&cast).await, 0);

        send(&holder, LIST, "begin", "/desk/policies/draft/begin", &[]).await.is(303);
        minister.get("/desk").await.shows("A draft waits");
        let gap = send(&holder, APPROVE, "approve", APPROVE, &[("change_log", "The first.")]).await.is(422);
        gap.shows("still waits to be filled in").shows("rule V9");
        send(&holder, DRAFT, "draft", DRAFT, &[("text", "# Ours\n\nOf [DATE].")]).await.is(303);
        send(&holder, APPROVE, "approve", APPROVE, &[("change_log", "The first.")]).await.is(303);

        minister.get("/desk").await.hides("No privacy policy is approved yet");
        minister.get(&record).await.hides("Nobody can be invited");
        let lucia = person("Lucia Moretti", "lucia@example.org");
        let answer = send(&minister, new, "person", new, &lucia).await.is(303);
        assert!(answer.header("set-cookie").starts_with("emol-done=registered."));
        assert_eq!(invitations(&cast).await, 1);
    });
}

#[test]
fn v4_a_policy_is_written_previewed_shared_and_approved() {
    on_all_databases(|database| async move {
        let cast = serve(&database).await;
        approve(&cast, "# Policy\n\nOf [DATE].\n\nWe keep names.", None).await;
        let holder = cast.be(HOLDER).await;
        let public = cast.nobody().get("/privacy-policy").await.is(200);
        let public = public.shows("Version 2026.1").shows("<h2>Policy</h2>").shows("Of 22 November 2026.");
        holder.get(DRAFT).await.is(303);
        send(&holder, LIST, "begin", "/desk/policies/draft/begin", &[]).await.is(303);
        let text = "# Policy\n\nOf [DATE].\n\nWe keep **less**.";
        let facts = cast.facts().await.len();
        let typed = [("text", text), ("preview", "yes")];
        let shown = send(&holder, DRAFT, "draft", DRAFT, &typed).await.is(200).shows("Not saved yet");
        let shown = shown.shows("We keep <strong>less</strong>.").shows("<del>We keep names.</del>");
        shown.shows("<ins>We keep **less**.</ins>").shows("Of 22 November 2026.");
        assert_eq!(cast.facts().await.len(), facts, "a preview saves nothing");

        let page = holder.get(DRAFT).await;
        let body = filled(&page, "draft", &[("text", text), ("change_log", "Less is kept.")]);
        holder.post(DRAFT, &body).await.is(303);
        holder.post(DRAFT, &body).await.is(303);
        assert_eq!(cast.facts().await.len(), facts + 1, "twice is once");
        let same = send(&holder, DRAFT, "draft", DRAFT, &[]).await.is(303);
        assert!(same.header("set-cookie").starts_with("emol-done=draft-same"));
        holder.get(DRAFT).await.is(200).shows("1 line added, 1 line taken away").hides("Not saved yet");

        // Whoever has the link reads it, until it is withdrawn.
        let share = "/desk/policies/draft/share";
        send(&holder, DRAFT, "share", share, &[]).await.is(303);
        let page = holder.get(DRAFT).await.is(200);
        let link = page.body.split("/privacy-policy/draft/").nth(1).unwrap().split('"').next().unwrap();
        let link = format!("/privacy-policy/draft/{link}");
        assert_eq!(link.len(), "/privacy-policy/draft/".len() + 43, "256 bits");
        let draft = cast.nobody().get(&link).await.is(200).shows("This is a draft").shows("Less is kept.");
        assert_eq!(draft.header("x-robots-tag"), "noindex, nofollow");
        assert_eq!(
            (draft.header("referrer-policy"), draft.header("cache-control")),
            ("no-referrer", "no-store")
        );
        let stored: Vec<u8> = cast.facts().await.into_iter().flat_map(|row| row.payload).collect();
        let token = link.rsplit('/').next().unwrap().as_bytes();
        assert!(!stored.windows(token.len()).any(|part| part == token), "the log opens no draft");
        for bad in ["x", &"A".repeat(43), "%00", "018f5c1e-7a3b-7c00-8000-000000000001"] {
            cast.nobody().get(&format!("/privacy-policy/draft/{bad}")).await.is(404);
        }
        send(&holder, DRAFT, "unshare", "/desk/policies/draft/unshare", &[]).await.is(303);
        cast.nobody().get(&link).await.is(404);
        send(&holder, DRAFT, "share", share, &[]).await.is(303);
        let page = holder.get(DRAFT).await;
        let again = page.body.split("/privacy-policy/draft/").nth(1).unwrap().split('"').next().unwrap();
        let again = format!("/privacy-policy/draft/{again}");
        assert_ne!(again, link, "a withdrawn link stays so");

        // Approved: public at once, with its change log, and the version before stays.
        let page = holder.get(APPROVE).await.is(200).shows("Approve 2026.2").shows("Less is kept.");
        let body = filled(&page, "approve", &[]);
        let done = holder.post(APPROVE, &body).await.is(303);
        assert_eq!(done.header("location"), "/desk/policies/2026.2");
        let facts = cast.facts().await.len();
        assert_eq!(holder.post(APPROVE, &body).await.is(303).header("location"), "/desk/policies/2026.2");
        assert_eq!(cast.facts().await.len(), facts, "twice is once");
        let now = cast.nobody().get("/privacy-policy").await.is(200).shows("Version 2026.2");
        let now = now.shows("We keep <strong>less</strong>.").shows("href=\"/privacy-policy/2026.1\"");
        assert_ne!(now.header("etag"), public.header("etag"));
        let old = cast.nobody().get("/privacy-policy/2026.1").await.is(200).shows("We keep names.");
        old.shows("no longer in force").shows("href=\"/privacy-policy/2026.2\"");
        assert_eq!(cast.nobody().get(&again).await.is(303).header("location"), "/privacy-policy/2026.2");
        cast.nobody().get(&link).await.is(404);
        holder.get("/desk/policies/2026.2").await.is(200).shows("by Seneschal").shows("In force");
        holder.get(LIST).await.is(200).shows("Replaced").shows("Begin a draft").shows("by Seneschal");
        // A browser that has the page is told so.
        let etag = now.header("etag").to_owned();
        let headers = [("if-none-match", etag.as_str()), ("accept", "text/html")];
        cast.site.send("GET", "/privacy-policy", &headers, b"").await.is(304);
    });
}

#[test]
fn p5_two_who_write_at_once_see_each_others_text() {
    on_all_databases(|database| async move {
        let cast = serve(&database).await;
        approve(&cast, "First", None).await;
        cast.site.issue(Command::Policies(BeginDraft { text: Some("One\n\nTwo".to_owned()) }.into())).await;
        let (one, two) = (cast.be(HOLDER).await, cast.be("list-minister").await);
        let (ours, theirs) = (one.get(DRAFT).await, two.get(DRAFT).await);
        let stale = one.get(APPROVE).await.is(200);
        one.post(DRAFT, &filled(&ours, "draft", &[("text", "One\n\nThree")])).await.is(303);
        let facts = cast.facts().await.len();
        // What was not seen is not approved.
        let answer = one.post(APPROVE, &filled(&stale, "approve", &[("change_log", "Mine")])).await.is(409);
        let answer =
            answer.shows("changed since you opened this page").shows("Three").shows(">Mine</textarea>");
        // Whoever saves second sees both.
        let both = two.post(DRAFT, &filled(&theirs, "draft", &[("text", "One\n\nFour")])).await.is(409);
        let both = both.shows("Somebody else saved the draft meanwhile").shows("Seneschal");
        let both = both.shows("<del>Three</del>").shows("<ins>Four</ins>").shows("One\n\nFour</textarea>");
        assert_eq!(cast.facts().await.len(), facts);
        two.post(DRAFT, &filled(&both, "draft", &[])).await.is(303);
        two.get(DRAFT).await.shows("Four</textarea>");
        // Who had touched only the change log gets the other's text with it.
        let (ours, theirs) = (one.get(DRAFT).await, two.get(DRAFT).await);
        one.post(DRAFT, &filled(&ours, "draft", &[("text", "Five")])).await.is(303);
        let merged = two.post(DRAFT, &filled(&theirs, "draft", &[("change_log", "Log")])).await.is(409);
        let merged = merged.shows(">Five</textarea>").shows(">Log</textarea>").shows("the form holds theirs");
        // Sharing overwrites nothing.
        send(&one, DRAFT, "share", "/desk/policies/draft/share", &[]).await.is(303);
        two.post(DRAFT, &filled(&merged, "draft", &[])).await.is(303);
        // Whose draft goes away meanwhile keeps the text, and may begin another with it.
        let open = two.get(DRAFT).await;
        one.post(APPROVE, &filled(&answer, "approve", &[])).await.is(409);
        send(&one, APPROVE, "approve", APPROVE, &[("change_log", "Ours")]).await.is(303);
        let gone = two.post(DRAFT, &filled(&open, "draft", &[("text", "Late")])).await.is(422);
        let gone = gone.shows("There is no draft any more").shows(">Late</textarea>");
        two.post("/desk/policies/draft/begin", &filled(&gone, "draft", &[])).await.is(303);
        two.get(DRAFT).await.is(200).shows(">Late</textarea>");
        let late = filled(&gone, "draft", &[("command_id", &format!("{FRESH}2")), ("text", "Later")]);
        let there = one.post("/desk/policies/draft/begin", &late).await.is(422);
        there.shows("There is a draft of the privacy policy already").shows(">Later</textarea>");
        // What was open about the draft before is not saved over the new one.
        one.post(DRAFT, &filled(&open, "draft", &[("text", "Old")])).await.is(409).shows("<del>Late</del>");
    });
}

#[test]
fn v4_everybody_accepts_again_from_a_day_and_nothing_changes_before() {
    on_all_databases(|database| async move {
        let cast = serve(&database).await;
        approve(&cast, "First", None).await;
        let mut person = fighter("Ásta", CARD);
        person.marshal = true;
        let id = cast.site.register(&person).await;
        let holder = cast.be(HOLDER).await;
        cast.site.issue(Command::Policies(BeginDraft { text: Some("Second".to_owned()) }.into())).await;
        let page = holder.get(APPROVE).await.is(200).shows("One person on file accepted a policy");
        let early = [("change_log", "All."), ("required_from", "2026-11-22")];
        let early = holder.post(APPROVE, &filled(&page, "approve", &early)).await.is(422);
        early.shows("href=\"#approve-required_from\"").shows("leaves nobody time").shows(">All.</textarea>");
        let asked = [("change_log", "All."), ("required_from", "2026-12-01")];
        holder.post(APPROVE, &filled(&page, "approve", &asked)).await.is(303);
        holder
            .get("/desk/policies/2026.2")
            .await
            .shows("1 December 2026")
            .shows("Do not ask everybody again");
        cast.nobody().get("/privacy-policy").await.shows("From <time datetime=\"2026-12-01\">");
        let shows = async |accepted: bool| {
            let status = if accepted { 200 } else { 404 };
            cast.nobody().get(&format!("/card/{CARD}")).await.is(status);
            for path in ["/register", "/marshals"] {
                let page = cast.nobody().get(path).await.is(200);
                assert_eq!(page.body.contains("Ásta"), accepted, "{path}");
            }
            let holder = cast.be(HOLDER).await;
            let list = holder.get("/desk/people?state=not-accepted").await.is(200);
            assert_eq!(list.body.contains("Ásta"), !accepted);
            let record = holder.get(&format!("/desk/people/{id}")).await.is(200);
            assert_eq!(record.body.contains("To accept again"), !accepted);
            let auditor = cast.be("auditor").await;
            let then = format!("/audit/as-of?what=register&on={}", cast.site.state.today());
            assert_eq!(auditor.get(&then).await.is(200).body.contains("Ásta"), accepted);
        };
        shows(true).await;
        let minister = cast.be("list-minister").await;
        minister.get("/desk").await.shows("From 1 December 2026 on, privacy policy 2026.2");
        minister
            .get(&format!("/desk/people/{id}"))
            .await
            .shows("2026.2 has to be accepted from 1 December 2026");
        // The last instant of the day before, and the first of the day.
        let midnight = 12 * 3600 + 8 * 86_400;
        cast.site.clock.set(NOW.plus_seconds(midnight - 1));
        shows(true).await;
        cast.site.clock.set(NOW.plus_seconds(midnight));
        shows(false).await;
        let holder = cast.be(HOLDER).await;
        holder.get("/desk/policies/2026.2").await.hides("Do not ask everybody again");
        let late = format!("command_id={FRESH}3");
        let late = holder.post("/desk/policies/2026.2/stop-requiring", &late).await.is(422);
        late.shows("cannot be undone any more");
    });
}

#[test]
fn v4_that_everybody_accepts_again_can_be_taken_back_until_the_day() {
    on_all_databases(|database| async move {
        let cast = serve(&database).await;
        approve(&cast, "First", Some("2026-12-01")).await;
        cast.site.register(&fighter("Ásta", CARD)).await;
        let holder = cast.be(HOLDER).await;
        let page = "/desk/policies/2026.1";
        let to = "/desk/policies/2026.1/stop-requiring";
        send(&holder, page, "stop-requiring", to, &[]).await.is(303);
        cast.site.clock.set(NOW.plus_seconds(9 * 86_400));
        cast.nobody().get(&format!("/card/{CARD}")).await.is(200);
        cast.nobody().get("/register").await.shows("Ásta");
    });
}

#[test]
fn v4_bad_input_is_refused_and_never_becomes_a_script() {
    on_all_databases(|database| async move {
        let cast = serve(&database).await;
        approve(&cast, "First", None).await;
        let holder = cast.be(HOLDER).await;
        // Without a draft there is nothing to approve, save or share.
        let facts = cast.facts().await.len();
        holder.get(APPROVE).await.is(303);
        let body = format!("command_id={FRESH}4&seen_version=2&text=x&change_log=x");
        holder.post(APPROVE, &body).await.is(409).shows("no draft any more");
        holder.post(DRAFT, &body).await.is(422).shows("There is no draft any more").shows(">x</textarea>");
        for verb in ["discard", "share", "unshare"] {
            holder.post(&format!("{DRAFT}/{verb}"), &body).await.is(422);
        }
        holder.post(DRAFT, "command_id=x&seen_version=1").await.is(400);
        holder.post(DRAFT, &format!("command_id={FRESH}4&text=x")).await.is(400).shows("without the version");
        assert_eq!(cast.facts().await.len(), facts);
        send(&holder, LIST, "begin", "/desk/policies/draft/begin", &[]).await.is(303);
        let facts = cast.facts().await.len();
        let page = holder.get(DRAFT).await;
        let huge = "x".repeat(25_001);
        for (text, why) in
            [("", "It is empty"), (huge.as_str(), "25001 characters"), ("a\n\u{202e}b", "In line 2")]
        {
            for more in [("change_log", "x"), ("preview", "yes")] {
                let answer = holder.post(DRAFT, &filled(&page, "draft", &[("text", text), more])).await;
                answer.is(422).shows(why).shows("href=\"#draft-text\"");
            }
        }
        let wide = "𐍈".repeat(30_000);
        holder.post(DRAFT, &filled(&page, "draft", &[("text", &wide)])).await.is(413);
        holder.post(DRAFT, &filled(&page, "draft", &[("seen_version", "999")])).await.is(400);
        for empty in ["", " ", "\r\n"] {
            let answer = send(&holder, APPROVE, "approve", APPROVE, &[("change_log", empty)]).await.is(422);
            answer.shows("href=\"#approve-change_log\"").shows("It is empty");
        }
        for day in ["2025-02-29", "9999-12-31", "soon"] {
            let fields = [("change_log", "x"), ("required_from", day)];
            send(&holder, APPROVE, "approve", APPROVE, &fields).await.is(422).shows("required_from");
        }
        assert_eq!(cast.facts().await.len(), facts, "bad input wrote something");

        let evil = "# Hi<script>alert(1)</script>\n\n[x](javascript:alert(2)) <img src=x onerror=alert(3)>\n\n\
                    <div onclick=\"alert(4)\">y</div>\n\n![z](https://example.org/z.png)";
        send(&holder, DRAFT, "draft", DRAFT, &[("text", evil), ("change_log", evil)]).await.is(303);
        send(&holder, DRAFT, "share", "/desk/policies/draft/share", &[]).await.is(303);
        let page = holder.get(DRAFT).await.is(200);
        let link = page.body.split("/privacy-policy/draft/").nth(1).unwrap().split('"').next().unwrap();
        let draft = cast.nobody().get(&format!("/privacy-policy/draft/{link}")).await.is(200);
        let approving = holder.get(APPROVE).await.is(200);
        send(&holder, APPROVE, "approve", APPROVE, &[]).await.is(303);
        let mut pages = vec![page, draft, approving];
        for path in [LIST, "/desk/policies/2026.2"] {
            pages.push(holder.get(path).await.is(200));
        }
        for path in ["/privacy-policy", "/privacy-policy/2026.2"] {
            pages.push(cast.nobody().get(path).await.is(200).shows("<h2>Hi&lt;script&gt;"));
        }
        for page in pages {
            for bad in ["<script>alert", "<img", "<div onclick", "href=\"javascript", "src=\"https"] {
                assert!(!page.body.contains(bad), "{bad} in\n{}", page.body);
            }
        }
    });
}

#[test]
fn addresses_of_the_original_lead_to_where_things_are() {
    on_all_databases(|database| async move {
        let cast = serve(&database).await;
        approve(&cast, "First", None).await;
        for (from, to) in [
            ("/privacy-policy/version/2026.1", "/privacy-policy/2026.1"),
            ("/privacy-policy/edit", "/desk/policies"),
        ] {
            assert_eq!(cast.nobody().get(from).await.is(301).header("location"), to);
        }
        for unknown in
            ["/privacy-policy/version/2026.2", "/privacy-policy/version/x", "/privacy-policy/2026.2"]
        {
            cast.nobody().get(unknown).await.is(404);
        }
        cast.nobody().get("/privacy-policy/aB3dE5fG7hJ9kL1m").await.is(200).shows("no longer works");
    });
}

#[test]
fn a_log_that_does_not_allow_policies_yet_says_so() {
    on_all_databases(|database| async move {
        let cast = Cast::serve(&database).await;
        let holder = cast.be(HOLDER).await;
        let answer = send(&holder, LIST, "begin", "/desk/policies/draft/begin", &[]).await.is(409);
        answer.shows("emol migrate --raise-log-format");
    });
}
