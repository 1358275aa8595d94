//! The combatant's side: links in mails, and what they open.

mod consent;
mod details;
mod hostile;
mod my_record;
mod pins;
mod requests;
mod spent;

use std::time::Duration;

use emol::commands::Command;
use emol::commands::combatant::CombatantCommand;
use emol::commands::combatant::register::Register;
use emol::commands::kingdom::{KingdomCommand, SetSwitch};
use emol::commands::policies::{ApproveDraft, BeginDraft};
use emol::domain::date::CivilDate;
use emol::domain::details::{DetailField, RawDetails};
use emol::domain::id::{CombatantId, Slug};
use emol::domain::kingdom::SwitchMode;
use emol::domain::mail::LinkPurpose;
use emol::events::combatant::Source;
use serde_json::Value;
use uuid::Uuid;

use super::desk_cast::{Cast, form};
use super::site::{Answer, NOW};
use crate::support::databases::TestDatabase;

/// A log that allows every kind of event, and a policy in force.
async fn serve(database: &TestDatabase) -> Cast {
    emol::store::format::raise(&database.admin, emol::events::LOG_FORMAT).await.unwrap();
    let cast = Cast::serve(database).await;
    approve(&cast, "We keep *what we need*.", None).await;
    cast
}

/// Approves a policy without a screen.
async fn approve(cast: &Cast, text: &str, required_from: Option<&str>) {
    let required_from = required_from.map(|day| CivilDate::parse(day).unwrap());
    cast.site.issue(Command::Policies(BeginDraft { text: Some(text.to_owned()) }.into())).await;
    let approved = ApproveDraft { change_log: "It says more.".to_owned(), required_from };
    let last = cast.site.issue(Command::Policies(approved.into())).await;
    cast.site.seen(last).await;
}

/// Somebody whom an officer registered, and who was therefore invited.
async fn newcomer(cast: &Cast, sca_name: &str, email: &str) -> CombatantId {
    let id = CombatantId(cast.site.state.services.ids.uuid_at(NOW));
    let details = RawDetails::default()
        .with(DetailField::ScaName, sca_name)
        .with(DetailField::LegalName, "Xavier Jansen")
        .with(DetailField::Email, email)
        .with(DetailField::Phone, "416 555 0100")
        .with(DetailField::Address1, "1 Road")
        .with(DetailField::City, "Toronto")
        .with(DetailField::Province, "ON")
        .with(DetailField::PostalCode, "K1A 0B1")
        .with(DetailField::DateOfBirth, "1980-01-31");
    issue(cast, id, Register { details, source: Source::Desk, roster_ref: None }.into()).await;
    id
}

async fn issue(cast: &Cast, combatant: CombatantId, command: CombatantCommand) {
    let last = cast.site.issue(Command::Combatant { combatant, command }).await;
    cast.site.seen(last).await;
}

/// Somebody who accepted.
async fn member(cast: &Cast, sca_name: &str, email: &str) -> CombatantId {
    let id = newcomer(cast, sca_name, email).await;
    let link = last_link(cast, "welcome", id).await;
    accept(cast, &link, "").await.is(200).shows("Thank you");
    id
}

/// Turns PINs on or off.
async fn pins(cast: &Cast, mode: SwitchMode, listed: Vec<CombatantId>) {
    let switch = Slug::parse("pin-authentication").unwrap();
    let command: KingdomCommand = SetSwitch { switch, mode, listed }.into();
    let last = cast.site.issue(Command::Kingdom(command)).await;
    cast.site.seen(last).await;
}

/// Sends the form of the welcome page.
async fn accept(cast: &Cast, link: &str, more: &str) -> Answer {
    let page = cast.site.get(link).await.is(200);
    let body = format!("{}&keep=yes{more}", hidden(&page, &["accept"], "version"));
    cast.site.post(link, &body).await
}

/// The command id and another hidden field of a form.
fn hidden(page: &Answer, forms: &[&str], other: &str) -> String {
    let id = forms[0];
    let mut fields = vec![("command_id", page.command_id(id))];
    if !other.is_empty() {
        fields.push((other, page.hidden(id, other)));
    }
    let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
    form(&fields)
}

/// A mail that waits in the outbox.
#[derive(Debug)]
struct Mailed {
    template: String,
    subject: Option<Uuid>,
    params: Value,
}

/// Every mail, in the order of their making.
async fn outbox(cast: &Cast) -> Vec<Mailed> {
    let db = cast.site.state.services.store.db();
    let rows = db.fetch_all("SELECT template, subject, params FROM outbox ORDER BY id", &[]).await.unwrap();
    rows.iter()
        .map(|row| Mailed {
            template: row.text(0).unwrap().to_owned(),
            subject: row.maybe_bytes(1).unwrap().map(|id| Uuid::from_slice(id).unwrap()),
            params: serde_json::from_slice(row.bytes(2).unwrap()).unwrap(),
        })
        .collect()
}

/// How many mails of that name wait.
async fn mailed(cast: &Cast, template: &str) -> usize {
    outbox(cast).await.iter().filter(|mail| mail.template == template).count()
}

/// Waits until so many mails of that name wait; what is asked for by mail is looked up after the answer.
async fn wait_for_mail(cast: &Cast, template: &str, count: usize) {
    for _ in 0..500 {
        if mailed(cast, template).await >= count {
            break;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert_eq!(mailed(cast, template).await, count, "{template}: {:?}", outbox(cast).await);
}

/// The address of the link in the last mail of that name to somebody.
async fn last_link(cast: &Cast, template: &str, who: CombatantId) -> String {
    let who = who.0.to_string();
    let found =
        outbox(cast).await.into_iter().rev().filter(|mail| mail.template == template).find_map(|mail| {
            if mail.subject.is_some_and(|subject| subject.to_string() == who)
                && let Some(link) = mail.params["link"].as_str()
            {
                return Some(link.to_owned());
            }
            let people = mail.params["people"].as_array()?;
            let one = people.iter().find(|one| one["who"] == who.as_str())?;
            Some(one["link"].as_str()?.to_owned())
        });
    let link = Uuid::parse_str(&found.unwrap_or_else(|| panic!("no {template}"))).unwrap();
    let store = &cast.site.state.services.store;
    let held = store.find_link(link).await.unwrap().unwrap();
    let purpose = LinkPurpose::ALL.into_iter().find(|purpose| held.purpose == purpose.as_str()).unwrap();
    format!("{}{}", purpose.page(), store.keyring().link_text(link))
}

/// The names of the events about somebody.
async fn events(cast: &Cast, who: CombatantId) -> Vec<String> {
    let rows = cast.site.state.services.store.read_subject(who.0).await.unwrap();
    rows.iter().map(|row| row.event_type.to_string()).collect()
}

/// A browser that keeps that cookie.
async fn with_cookie(cast: &Cast, method: &str, path: &str, cookie: &str, body: &str) -> Answer {
    let headers = [
        ("content-type", "application/x-www-form-urlencoded"),
        ("sec-fetch-site", "same-origin"),
        ("cookie", cookie),
    ];
    cast.site.send(method, path, &headers, body.as_bytes()).await
}

/// The cookie that an answer sets.
fn cookie_of(answer: &Answer) -> String {
    answer.header("set-cookie").split(';').next().unwrap().to_owned()
}
