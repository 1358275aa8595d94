//! Writing, sharing and discarding the draft.

use uuid::Uuid;

use super::{draft, one, unreadable};
use crate::commands::{Context, Refusal};
use crate::domain::policy::{NotAText, TEMPLATE, read_change_log, read_text};
use crate::events::evolve::Policies;
use crate::events::policies::{
    PolicyDraftBegun, PolicyDraftDiscarded, PolicyDraftEdited, PolicyDraftShared, PolicyDraftUnshared,
};
use crate::events::{Event, Fact};

/// Begin a draft (V4).
#[derive(Debug, Clone, Default)]
pub struct BeginDraft {
    /// The Markdown to begin with; none for a copy of the newest version, or for
    /// the template where none is approved yet (V9).
    pub text: Option<String>,
}

/// Save what was written in the draft (V4).
#[derive(Debug, Clone)]
pub struct EditDraft {
    /// The whole Markdown.
    pub text: String,
    /// What it will change; may be empty until it is approved.
    pub change_log: String,
}

/// Discard the draft (V4).
#[derive(Debug, Clone, Copy)]
pub struct DiscardDraft;

/// Let whoever has its link read the draft.
#[derive(Debug, Clone, Copy)]
pub struct ShareDraft {
    /// What the link's token is made from; drawn by lot.
    pub link: Uuid,
}

/// Let the draft's link no longer work.
#[derive(Debug, Clone, Copy)]
pub struct UnshareDraft;

impl BeginDraft {
    /// V4: there is one draft at a time.
    pub(super) fn decide(&self, policies: &Policies, _: &Context) -> Result<Vec<Fact<Event>>, Refusal> {
        if policies.draft.is_some() {
            let there = "there is a draft of the privacy policy already: go on with it, or discard it first";
            return Err(Refusal::rule("V4", there));
        }
        let (text, based_on) = match (&self.text, policies.newest()) {
            (Some(text), _) => (read_text(text).map_err(|why| unreadable("the text", why))?, None),
            (None, Some(newest)) => (newest.text.to_string(), Some(newest.version)),
            (None, None) => (TEMPLATE.trim_end().to_owned(), None),
        };
        Ok(one(PolicyDraftBegun { text, based_on }))
    }
}

impl EditDraft {
    /// Nothing is recorded where nothing changes.
    pub(super) fn decide(&self, policies: &Policies, _: &Context) -> Result<Vec<Fact<Event>>, Refusal> {
        let draft = draft(policies)?;
        let text = read_text(&self.text).map_err(|why| unreadable("the text", why))?;
        let change_log = optional(&self.change_log).map_err(|why| unreadable("what changed", why))?;
        if *draft.text == *text && *draft.change_log == *change_log {
            return Ok(Vec::new());
        }
        Ok(one(PolicyDraftEdited { text, change_log }))
    }
}

/// A change log that may still be empty.
fn optional(raw: &str) -> Result<String, NotAText> {
    match read_change_log(raw) {
        Err(NotAText::Empty) => Ok(String::new()),
        read => read,
    }
}

impl DiscardDraft {
    pub(super) fn decide(&self, policies: &Policies, _: &Context) -> Result<Vec<Fact<Event>>, Refusal> {
        draft(policies)?;
        Ok(one(PolicyDraftDiscarded {}))
    }
}

impl ShareDraft {
    /// Nothing is recorded where it is shared already: the link stays what it is.
    pub(super) fn decide(&self, policies: &Policies, _: &Context) -> Result<Vec<Fact<Event>>, Refusal> {
        if draft(policies)?.link.is_some() {
            return Ok(Vec::new());
        }
        Ok(one(PolicyDraftShared { link: self.link }))
    }
}

impl UnshareDraft {
    /// Nothing is recorded where it is not shared.
    pub(super) fn decide(&self, policies: &Policies, _: &Context) -> Result<Vec<Fact<Event>>, Refusal> {
        if draft(policies)?.link.is_none() {
            return Ok(Vec::new());
        }
        Ok(one(PolicyDraftUnshared {}))
    }
}
