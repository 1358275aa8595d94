//! Check codes: what stands in the QR code of a card. A code is made from the person's id and from how often
//! the code was renewed, under the log's secret, and is kept nowhere: there is nothing to assign, to migrate
//! or to find in a database ([decision 13](../../../docs/adr/0013-card-in-the-hand.md)).
//!
//! Twelve bytes prove that the code is ours; they are a keyed hash of the other eighteen, which are masked by a
//! keyed hash of the twelve. So a code tells nobody whose it is, and two codes of one person have nothing in common.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use uuid::Uuid;

use super::{Keyring, seal};

/// Bytes that prove a code: 96 bits.
const TAG: usize = 12;
/// Bytes that name the person and the renewal.
const NAMED: usize = 18;

/// Whose check code it is, and which of theirs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CheckCode {
    /// The person.
    pub owner: Uuid,
    /// How often the code had been renewed when it was made.
    pub renewal: u16,
}

impl Keyring {
    /// What stands in the address of a check page: 40 letters, digits, `-` and `_`.
    #[must_use]
    pub fn check_text(&self, code: CheckCode) -> String {
        let mut named = [0; NAMED];
        named[..16].copy_from_slice(code.owner.as_bytes());
        named[16..].copy_from_slice(&code.renewal.to_be_bytes());
        let tag = self.check_tag(&named);
        let mut bytes = [0; TAG + NAMED];
        bytes[..TAG].copy_from_slice(&tag);
        bytes[TAG..].copy_from_slice(&self.masked(&tag, named));
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// The check code that an address names; none where it is not this log's.
    #[must_use]
    pub fn read_check(&self, text: &str) -> Option<CheckCode> {
        let mut bytes = [0; TAG + NAMED];
        let length = URL_SAFE_NO_PAD.decode_slice(text, &mut bytes).ok()?;
        if length != bytes.len() {
            return None;
        }
        let (mut tag, mut named) = ([0; TAG], [0; NAMED]);
        tag.copy_from_slice(&bytes[..TAG]);
        named.copy_from_slice(&bytes[TAG..]);
        let named = self.masked(&tag, named);
        let differing = tag.iter().zip(self.check_tag(&named)).fold(0, |all, (a, b)| all | (a ^ b));
        let code = CheckCode {
            owner: Uuid::from_slice(&named[..16]).ok()?,
            renewal: u16::from_be_bytes([named[16], named[17]]),
        };
        (differing == 0).then_some(code)
    }

    fn check_tag(&self, named: &[u8; NAMED]) -> [u8; TAG] {
        let hash = seal::keyed_hash(&self.0.check, &[b"tag", named]);
        let mut tag = [0; TAG];
        tag.copy_from_slice(&hash[..TAG]);
        tag
    }

    /// Masks what is named, or takes the mask off.
    fn masked(&self, tag: &[u8; TAG], mut named: [u8; NAMED]) -> [u8; NAMED] {
        let mask = seal::keyed_hash(&self.0.check, &[b"mask", tag]);
        for (byte, mask) in named.iter_mut().zip(mask) {
            *byte ^= mask;
        }
        named
    }
}
