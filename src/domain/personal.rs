//! Personal data as it travels through commands and events (DOMAIN V5).
//!
//! A [`Personal`] value is open in memory where a decision needs it, sealed in
//! the log and in read models, and gone once its key was destroyed. It cannot
//! be written to the log while it is open, and printing it for debugging
//! never shows what it holds.

use std::fmt;
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::id::KeyId;

/// One text that belongs to a person.
#[derive(Clone, PartialEq, Eq)]
pub enum Personal {
    /// Readable. Refuses to be serialized.
    Open(Arc<str>),
    /// Sealed with a key of that person.
    Sealed(Sealed),
    /// Its key is destroyed: nobody can read it any more (V6).
    Gone,
}

/// One ciphertext as [`crate::store::seal`] makes it: a format byte, the key's
/// id (16 bytes), the nonce (24 bytes), then XChaCha20-Poly1305's output.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Sealed(Arc<[u8]>);

/// Which of a person's keys seals a field (DOMAIN V5, V6).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Purpose {
    /// Everything that erasure destroys at once.
    Details,
    /// Evidence of a waiver, kept until its own date.
    Waiver,
}

/// Where a sealed field belongs: whose key, which of them, and the field's
/// name, which is bound into the ciphertext.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Seal {
    /// The person (combatant or officer) or access stream that owns the key.
    pub owner: Uuid,
    /// Which key of that owner.
    pub purpose: Purpose,
    /// The field's name, the same wherever the ciphertext is copied to.
    pub field: &'static str,
}

impl Purpose {
    /// The name as the key table holds it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Details => "details",
            Self::Waiver => "waiver",
        }
    }

    /// The purpose of that name, if there is one.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        [Self::Details, Self::Waiver].into_iter().find(|purpose| purpose.as_str() == name)
    }
}

impl Personal {
    /// An open value.
    #[must_use]
    pub fn open(text: &str) -> Self {
        Self::Open(Arc::from(text))
    }

    /// The text, if it is open.
    #[must_use]
    pub fn text(&self) -> Option<&str> {
        match self {
            Self::Open(text) => Some(text),
            Self::Sealed(_) | Self::Gone => None,
        }
    }
}

impl Sealed {
    /// Shortest possible: format, key id, nonce and tag around nothing.
    pub const MIN_BYTES: usize = 1 + 16 + 24 + 16;

    /// Takes ciphertext bytes as they are; `None` when they are too short to be one.
    #[must_use]
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        (bytes.len() >= Self::MIN_BYTES).then(|| Self(Arc::from(bytes)))
    }

    /// The bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// The key that opens it.
    #[must_use]
    pub fn key(&self) -> KeyId {
        let mut id = [0; 16];
        id.copy_from_slice(&self.0[1..17]);
        KeyId(Uuid::from_bytes(id))
    }
}

impl fmt::Debug for Personal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Open(_) => "Personal(open)",
            Self::Sealed(_) => "Personal(sealed)",
            Self::Gone => "Personal(gone)",
        })
    }
}

impl fmt::Debug for Sealed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Sealed({})", self.key())
    }
}

impl Serialize for Personal {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Sealed(sealed) if serializer.is_human_readable() => {
                serializer.serialize_str(&STANDARD_NO_PAD.encode(&sealed.0))
            }
            Self::Sealed(sealed) => serializer.serialize_bytes(&sealed.0),
            Self::Open(_) => Err(serde::ser::Error::custom("an open personal value is never written")),
            Self::Gone => Err(serde::ser::Error::custom("an erased personal value is never written again")),
        }
    }
}

impl<'de> Deserialize<'de> for Personal {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct SealedValue;
        impl serde::de::Visitor<'_> for SealedValue {
            type Value = Personal;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a sealed value, in base64 where the format is text")
            }
            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Personal, E> {
                self.visit_bytes(&STANDARD_NO_PAD.decode(text).map_err(E::custom)?)
            }
            fn visit_bytes<E: serde::de::Error>(self, bytes: &[u8]) -> Result<Personal, E> {
                Sealed::from_bytes(bytes)
                    .map(Personal::Sealed)
                    .ok_or_else(|| E::custom("a sealed value is shorter than its own frame"))
            }
        }
        if deserializer.is_human_readable() {
            deserializer.deserialize_str(SealedValue)
        } else {
            deserializer.deserialize_bytes(SealedValue)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_open_value_is_never_written_nor_printed() {
        let name = Personal::open("Ásta");
        assert!(serde_json::to_string(&name).is_err());
        assert!(!format!("{name:?}").contains("sta"));
    }

    #[test]
    fn a_sealed_value_is_read_back_as_it_was_written() {
        let sealed = Personal::Sealed(Sealed::from_bytes(&[7; 70]).unwrap());
        let json = serde_json::to_string(&sealed).unwrap();
        assert_eq!(serde_json::from_str::<Personal>(&json).unwrap(), sealed);
        assert!(serde_json::from_str::<Personal>("\"AAAA\"").is_err());
    }
}
