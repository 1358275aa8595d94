//! The privacy policy: its draft, its versions, and what has to be accepted.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::domain::date::CivilDate;
use crate::domain::policy::PolicyVersion;
use crate::events::PolicyEvent;

/// The privacy policy as it has become.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Policies {
    /// What is being written; one at a time (V4).
    pub draft: Option<Draft>,
    /// Every approved version, the oldest first.
    pub approved: Vec<ApprovedPolicy>,
}

/// A policy that is being written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Draft {
    /// The Markdown.
    pub text: Arc<str>,
    /// What it will change, as far as that is written.
    pub change_log: Arc<str>,
    /// The version that it began as a copy of.
    pub based_on: Option<PolicyVersion>,
    /// What the token of its link is made from, while it is shared.
    pub link: Option<Uuid>,
}

/// A version that holds or held.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApprovedPolicy {
    /// Its number.
    pub version: PolicyVersion,
    /// The Markdown; `[DATE]` stands for the day of approval.
    pub text: Arc<str>,
    /// What it changed.
    pub change_log: Arc<str>,
    /// The day of approval.
    pub approved_on: CivilDate,
    /// From when everybody has to have accepted it, or a newer one.
    pub required_from: Option<CivilDate>,
    /// The link under which it was shared as a draft, which leads to it now.
    pub link: Option<Uuid>,
}

impl Policies {
    /// Takes the stream's next event.
    pub fn take(&mut self, event: &PolicyEvent) {
        match event {
            PolicyEvent::PolicyDraftBegun(e) => {
                self.draft = Some(Draft {
                    text: Arc::from(e.text.as_str()),
                    change_log: Arc::from(""),
                    based_on: e.based_on,
                    link: None,
                });
            }
            PolicyEvent::PolicyDraftEdited(e) => {
                if let Some(draft) = &mut self.draft {
                    draft.text = Arc::from(e.text.as_str());
                    draft.change_log = Arc::from(e.change_log.as_str());
                }
            }
            PolicyEvent::PolicyDraftDiscarded(_) => self.draft = None,
            PolicyEvent::PolicyDraftShared(e) => {
                if let Some(draft) = &mut self.draft {
                    draft.link = Some(e.link);
                }
            }
            PolicyEvent::PolicyDraftUnshared(_) => {
                if let Some(draft) = &mut self.draft {
                    draft.link = None;
                }
            }
            PolicyEvent::PolicyApproved(e) => {
                let link = self.draft.take().and_then(|draft| draft.link);
                self.approved.push(ApprovedPolicy {
                    version: e.version,
                    text: Arc::from(e.text.as_str()),
                    change_log: Arc::from(e.change_log.as_str()),
                    approved_on: e.approved_on,
                    required_from: None,
                    link,
                });
            }
            PolicyEvent::AcceptanceRequired(e) => self.require(e.version, Some(e.from)),
            PolicyEvent::AcceptanceNotRequired(e) => self.require(e.version, None),
        }
    }

    fn require(&mut self, version: PolicyVersion, from: Option<CivilDate>) {
        if let Some(policy) = self.approved.iter_mut().find(|policy| policy.version == version) {
            policy.required_from = from;
        }
    }

    /// An approved version.
    #[must_use]
    pub fn version(&self, version: PolicyVersion) -> Option<&ApprovedPolicy> {
        self.approved.iter().find(|policy| policy.version == version)
    }

    /// The version before another one.
    #[must_use]
    pub fn before(&self, version: PolicyVersion) -> Option<&ApprovedPolicy> {
        self.approved.iter().rev().find(|policy| policy.version < version)
    }

    /// The newest version, whatever its day.
    #[must_use]
    pub fn newest(&self) -> Option<&ApprovedPolicy> {
        self.approved.last()
    }

    /// The version in force on a day; without one nobody can be invited (V9).
    #[must_use]
    pub fn in_force_on(&self, day: CivilDate) -> Option<&ApprovedPolicy> {
        self.approved.iter().rev().find(|policy| policy.approved_on <= day)
    }

    /// The version that must have been accepted by a day, or a newer one (V4).
    #[must_use]
    pub fn required_on(&self, day: CivilDate) -> Option<PolicyVersion> {
        let called =
            self.approved.iter().filter(|policy| policy.required_from.is_some_and(|from| from <= day));
        called.map(|policy| policy.version).max()
    }

    /// The version that will have to be accepted, and from when: the first call after a day.
    #[must_use]
    pub fn coming_after(&self, day: CivilDate) -> Option<(PolicyVersion, CivilDate)> {
        let called = self.approved.iter().filter_map(|policy| Some((policy.version, policy.required_from?)));
        called.filter(|(_, from)| *from > day).min_by_key(|(_, from)| *from)
    }
}
