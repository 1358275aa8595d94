//! Identifiers. Values that must not be mixed up are different types.

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

macro_rules! uuid_ids {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl $name {
            /// Reads the hyphenated or plain hexadecimal form of a UUID.
            ///
            /// # Errors
            /// The text is not a UUID.
            pub fn parse(text: &str) -> Result<Self, uuid::Error> {
                Uuid::parse_str(text).map(Self)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self.0)
            }
        }
    )*};
}

uuid_ids! {
    /// A person on file. Never a login account (DOMAIN §1).
    CombatantId;
    /// A login: somebody whose verified e-mail address is on the officers' list.
    OfficerId;
    /// One event of the log; UUID version 7.
    EventId;
    /// One command, chosen by whoever issues it, so that sending it twice does it once.
    CommandId;
    /// Ties together everything that one request or one run of a process caused.
    CorrelationId;
    /// One warrant of one combatant.
    WarrantId;
    /// One key that seals personal data.
    KeyId;
}

/// A name in an address or an event that never changes: lower-case ASCII
/// letters, digits and single hyphens, 1 to 64 characters.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct Slug(Arc<str>);

/// Why a text is not a [`Slug`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a slug has 1 to 64 lower-case letters, digits and single hyphens between them")]
pub struct NotASlug;

impl Slug {
    /// Reads a slug.
    ///
    /// # Errors
    /// [`NotASlug`] when the text has another shape.
    pub fn parse(text: &str) -> Result<Self, NotASlug> {
        let shaped = !text.is_empty()
            && text.len() <= 64
            && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
            && !text.starts_with('-')
            && !text.ends_with('-')
            && !text.contains("--");
        if shaped { Ok(Self(Arc::from(text))) } else { Err(NotASlug) }
    }

    /// The text of the slug.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl<'de> Deserialize<'de> for Slug {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        Self::parse(&text).map_err(serde::de::Error::custom)
    }
}

impl fmt::Display for Slug {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Slug {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Slug({})", self.0)
    }
}

impl std::borrow::Borrow<str> for Slug {
    fn borrow(&self) -> &str {
        &self.0
    }
}

/// A place in the log: 1 for the first event, gapless, in commit order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Position(pub i64);

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// How many events a stream has; 0 for a stream that does not exist yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct StreamVersion(pub i64);

/// The kinds of streams there are. The name is what the event row holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StreamType {
    /// One person: details, consent, cards, warrants, waiver.
    Combatant,
    /// One discipline with its types.
    Discipline,
    /// All regions: one stream.
    Regions,
    /// The rulebook: one stream.
    Rulebook,
    /// All officers and their grants: one stream, for the last-holder rule (A2).
    Officers,
    /// All switches: one stream.
    Switches,
    /// The kingdom's own description: one stream.
    Kingdom,
    /// The privacy policy, its draft and its versions: one stream.
    Policies,
    /// Who read what: one stream per person (or officer, for lists) and month (V7).
    Access,
    /// What happened to the log itself.
    Log,
}

impl StreamType {
    /// Every kind, in the order of their declaration.
    pub const ALL: [Self; 10] = [
        Self::Combatant,
        Self::Discipline,
        Self::Regions,
        Self::Rulebook,
        Self::Officers,
        Self::Switches,
        Self::Kingdom,
        Self::Policies,
        Self::Access,
        Self::Log,
    ];

    /// The name as the event row holds it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Combatant => "combatant",
            Self::Discipline => "discipline",
            Self::Regions => "regions",
            Self::Rulebook => "rulebook",
            Self::Officers => "officers",
            Self::Switches => "switches",
            Self::Kingdom => "kingdom",
            Self::Policies => "policies",
            Self::Access => "access",
            Self::Log => "log",
        }
    }

    /// The kind of that name, if there is one.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == name)
    }
}

impl fmt::Display for StreamType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// One stream of events: the boundary within which a decision is consistent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StreamId {
    /// What kind of stream.
    pub kind: StreamType,
    /// Which one of that kind.
    pub id: Uuid,
}

/// The name space of stream ids that are derived from a name (UUID version 5).
const NAMES: Uuid = Uuid::from_u128(0x6d0e_9c1e_58f1_4a53_9d0b_7a3d_2f10_c0de);

impl StreamId {
    /// The stream of one person.
    #[must_use]
    pub const fn combatant(id: CombatantId) -> Self {
        Self { kind: StreamType::Combatant, id: id.0 }
    }

    /// The stream of one discipline. Its slug never changes, so the slug gives
    /// the id: two disciplines of one slug cannot both begin.
    #[must_use]
    pub fn discipline(slug: &Slug) -> Self {
        Self::named(StreamType::Discipline, slug.as_str())
    }

    /// The one stream of a kind that has only one.
    #[must_use]
    pub fn only(kind: StreamType) -> Self {
        Self::named(kind, "")
    }

    /// The stream that records who read about `about` in a month (`YYYY-MM`).
    #[must_use]
    pub fn access(about: Uuid, month: &str) -> Self {
        Self::named(StreamType::Access, &format!("{about}/{month}"))
    }

    fn named(kind: StreamType, name: &str) -> Self {
        Self { kind, id: Uuid::new_v5(&NAMES, format!("{kind}/{name}").as_bytes()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slug_has_one_shape() {
        for good in ["armoured-combat", "a", "2-weapon"] {
            assert_eq!(Slug::parse(good).unwrap().as_str(), good);
        }
        for bad in ["", "-a", "a-", "a--b", "A", "a b", "é", &"x".repeat(65)] {
            assert_eq!(Slug::parse(bad), Err(NotASlug), "{bad}");
        }
    }

    #[test]
    fn the_stream_of_a_discipline_follows_from_its_slug() {
        let slug = Slug::parse("fencing").unwrap();
        // Another id would orphan what was written under this one.
        assert_eq!(StreamId::discipline(&slug).id.to_string(), "6913c010-e6cb-5e20-ac0a-9792afa2e272");
        let regions = StreamId::only(StreamType::Regions).id;
        assert_eq!(regions.to_string(), "6f902dd2-4e35-5dc1-9b75-65f1a710ca06");
    }

    #[test]
    fn every_stream_type_is_found_by_its_name() {
        for kind in StreamType::ALL {
            assert_eq!(StreamType::parse(kind.as_str()), Some(kind));
        }
    }
}
