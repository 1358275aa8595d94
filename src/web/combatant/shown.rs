//! What several of these pages say.

use std::time::Duration;

use axum::response::Response;

use super::link::message;
use crate::domain::date::CivilDate;
use crate::domain::date_text::long_date;
use crate::domain::details::DetailField;
use crate::domain::id::Position;
use crate::domain::personal::Personal;
use crate::events::evolve::Record;
use crate::web::desk::record::{detail, display_name};
use crate::web::error::AppError;
use crate::web::state::AppState;
use crate::web::views::{Link, MessageView, Tone};

/// How long a page waits until the card page knows of what was done.
const PATIENCE: Duration = Duration::from_secs(2);
/// For how long keys are backed up (V6).
const KEYS_KEPT_DAYS: i64 = 30;

/// What to call somebody.
pub(super) fn name(record: &Record) -> &str {
    display_name(record)
}

/// Waits until the lists show what was done.
pub(super) async fn wait(state: &AppState, last: Position) {
    crate::web::desk::wait_for(state, last, PATIENCE).await;
}

/// The way to the card page.
pub(super) fn card_link(record: &Record) -> Option<Link> {
    let (card_id, _) = record.card_id()?;
    Some(Link::new(format!("/card/{}", card_id.text()?), "My card"))
}

/// What goes and what stays when somebody is erased (V3, V6).
pub(super) fn consequences(state: &AppState, record: &Record) -> Vec<String> {
    let today = state.today();
    let rules = state.kingdom().catalogue.rulebook_on(today).rules;
    let born = detail(record, DetailField::DateOfBirth).and_then(|text| CivilDate::parse(text).ok());
    let mut all = vec![
        "Your names, address, birth date, membership and everything else that was typed about you become \
         unreadable within a second, for good. Nobody can undo it."
            .to_owned(),
        "Your card page and every link to it stop working. Authorizations and warrants that you hold count no more: \
         to fight again, you register and authorize anew."
            .to_owned(),
        "That somebody held these cards, and when, stays countable without a name.".to_owned(),
    ];
    if let Ok(Some(end)) = record.waivers_end() {
        let until = long_date(rules.waiver_kept_until(end, born));
        all.push(format!("The evidence of your signed waiver has to be kept until {until}, sealed apart."));
    }
    all.push(format!(
        "Copies in backups are unreadable once the last backup of the keys is gone: on {} at the latest.",
        long_date(today.plus_days(KEYS_KEPT_DAYS))
    ));
    all.push("The Minister of the Lists is told that it happened.".to_owned());
    all
}

/// The page after that.
pub(super) fn erased(state: &AppState) -> Result<Response, AppError> {
    let until = long_date(state.today().plus_days(KEYS_KEPT_DAYS));
    let view = MessageView {
        tone: Tone::Good,
        heading: "You are erased".to_owned(),
        paragraphs: vec![
            "What was kept about you cannot be read any more, by anybody.".to_owned(),
            format!("In backups it is unreadable from {until} on at the latest."),
        ],
        button: None,
        next: vec![Link::new("/", "First page")],
    };
    message(state, "You are erased", view)
}

/// What is open, as text; none where it was erased.
pub(super) fn open(value: &Personal) -> Option<String> {
    value.text().map(ToOwned::to_owned)
}
