//! Who does something. Opaque: no name and no address, so that it may stand in
//! the log for ever (DOMAIN V5).

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::id::OfficerId;

/// Who issued a command. Written as `officer:<uuid>`, `link:<uuid>`,
/// `operator:<unix user>` or `process:<name>`; at most 80 bytes.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub enum Actor {
    /// A signed-in officer.
    Officer(OfficerId),
    /// Somebody who holds a one-time link, by the link's id.
    LinkHolder(Uuid),
    /// Somebody with a shell on the machine, by the Unix account.
    Operator(String),
    /// The program itself, by the process' name.
    Process(String),
}

/// Why a text names no [`Actor`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("an actor is written officer:UUID, link:UUID, operator:USER or process:NAME")]
pub struct NotAnActor;

impl fmt::Display for Actor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Officer(id) => write!(f, "officer:{id}"),
            Self::LinkHolder(id) => write!(f, "link:{id}"),
            Self::Operator(user) => write!(f, "operator:{user}"),
            Self::Process(name) => write!(f, "process:{name}"),
        }
    }
}

impl FromStr for Actor {
    type Err = NotAnActor;

    fn from_str(text: &str) -> Result<Self, NotAnActor> {
        let (kind, rest) = text.split_once(':').ok_or(NotAnActor)?;
        let named = || {
            let fits = !rest.is_empty() && rest.len() <= 64 && rest.bytes().all(|b| b.is_ascii_graphic());
            fits.then(|| rest.to_owned()).ok_or(NotAnActor)
        };
        match kind {
            "officer" => OfficerId::parse(rest).map(Self::Officer).map_err(|_| NotAnActor),
            "link" => Uuid::parse_str(rest).map(Self::LinkHolder).map_err(|_| NotAnActor),
            "operator" => named().map(Self::Operator),
            "process" => named().map(Self::Process),
            _ => Err(NotAnActor),
        }
    }
}

impl From<Actor> for String {
    fn from(actor: Actor) -> Self {
        actor.to_string()
    }
}

impl TryFrom<String> for Actor {
    type Error = NotAnActor;

    fn try_from(text: String) -> Result<Self, NotAnActor> {
        text.parse()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_actor_is_read_back_as_it_was_written() {
        for actor in [
            Actor::Officer(OfficerId(Uuid::from_u128(7))),
            Actor::LinkHolder(Uuid::from_u128(8)),
            Actor::Operator("ubuntu".into()),
            Actor::Process("import".into()),
        ] {
            assert_eq!(actor.to_string().parse::<Actor>(), Ok(actor));
        }
        for bad in ["", "officer", "officer:x", "operator:", "operator:a b", "other:x"] {
            assert_eq!(bad.parse::<Actor>(), Err(NotAnActor), "{bad}");
        }
    }
}
