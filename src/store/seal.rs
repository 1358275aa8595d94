//! Sealing: master keys, what is derived from them, and the ciphertext of one field.
//!
//! - A *master key* is not in the database. The first one given seals, all open.
//! - It wraps *person keys* (one per owner and purpose) and the *log's secret*,
//!   which is made once per database. Claims and body hashes are made with
//!   subkeys of the log's secret, so that they outlive a change of master keys.
//! - A person key seals fields with XChaCha20-Poly1305, bound to its id and the
//!   field's name.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};
use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use hkdf::Hkdf;
use hmac::{Hmac, Mac};
use sha2::Sha256;
use uuid::Uuid;
use zeroize::Zeroizing;

use crate::clock::IdSource;
use crate::domain::id::KeyId;
use crate::domain::personal::Sealed;

/// A secret of 32 bytes that is wiped when it is dropped.
pub(super) type Secret = Zeroizing<[u8; 32]>;

/// The first byte of every ciphertext, of fields and of wrapped keys.
const FORMAT: u8 = 1;
const NONCE: usize = 24;
const TAG: usize = 16;

/// What a subkey is for. The label goes into HKDF; it never changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Label {
    /// Of a master key: wraps person keys and the log's secret.
    Wrap,
    /// Of the log's secret: hashes of claims.
    Claim,
    /// Of the log's secret: hashes of commands' bodies.
    Body,
    /// Of the log's secret: tokens of one-time links.
    Link,
    /// Of the log's secret: what a sign-in that has begun is recognised by.
    SignIn,
    /// Of the log's secret: check codes, which stand on cards.
    Check,
    /// What people without an account are recognised by for a short while, and what PINs are hashed with.
    Visitor,
}

impl Label {
    const fn bytes(self) -> &'static [u8] {
        match self {
            Self::Wrap => b"emol 1 wrap",
            Self::Claim => b"emol 1 claim",
            Self::Body => b"emol 1 body",
            Self::Link => b"emol 1 link",
            Self::SignIn => b"emol 1 sign-in",
            Self::Check => b"emol 1 check",
            Self::Visitor => b"emol 1 visitor",
        }
    }
}

/// The subkey of a secret for one use.
pub(super) fn subkey(secret: &[u8; 32], label: Label) -> Secret {
    let mut out = Zeroizing::new([0; 32]);
    Hkdf::<Sha256>::new(None, secret)
        .expand(label.bytes(), out.as_mut_slice())
        .expect("HKDF-SHA256 gives up to 8160 bytes");
    out
}

/// HMAC-SHA256 over parts, each preceded by its length, so that no two lists of parts collide.
pub(super) fn keyed_hash(key: &[u8; 32], parts: &[&[u8]]) -> [u8; 32] {
    let mut mac = <Hmac<Sha256> as hmac::KeyInit>::new_from_slice(key).expect("HMAC takes any key");
    for part in parts {
        mac.update(&(part.len() as u64).to_be_bytes());
        mac.update(part);
    }
    mac.finalize().into_bytes().into()
}

/// The master keys of a kingdom: `id:key[,id:key…]`, each key 32 bytes in base64.
/// The first seals, all open.
#[derive(Clone)]
pub struct MasterKeys(Vec<MasterKey>);

#[derive(Clone)]
struct MasterKey {
    id: String,
    secret: Secret,
    wrap: Secret,
}

/// Why a text holds no master keys. Never contains a key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotMasterKeys {
    /// Nothing there.
    #[error("no master key is given; it is written id:key, for example the line that `emol doctor` suggests")]
    Empty,
    /// An entry of another shape.
    #[error(
        "master key number {0} is not written id:key, the id 1 to 32 lower-case letters, digits or hyphens"
    )]
    Shape(usize),
    /// A key that is not 32 bytes in base64.
    #[error("master key {0} is not 32 bytes in base64 (44 characters); `openssl rand -base64 32` makes one")]
    Key(String),
    /// An id twice.
    #[error("master key {0} is given twice")]
    Twice(String),
}

impl MasterKeys {
    /// Reads `id:key[,id:key…]`; spaces and newlines around entries are ignored.
    ///
    /// # Errors
    /// See [`NotMasterKeys`].
    pub fn parse(text: &str) -> Result<Self, NotMasterKeys> {
        let mut keys: Vec<MasterKey> = Vec::new();
        for (i, entry) in text.split(',').map(str::trim).filter(|entry| !entry.is_empty()).enumerate() {
            let (id, key) = entry.split_once(':').ok_or(NotMasterKeys::Shape(i + 1))?;
            let named = (1..=32).contains(&id.len())
                && id.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
            if !named {
                return Err(NotMasterKeys::Shape(i + 1));
            }
            let bytes = STANDARD_NO_PAD
                .decode(key.trim_end_matches('='))
                .map(Zeroizing::new)
                .map_err(|_| NotMasterKeys::Key(id.to_owned()))?;
            let secret: [u8; 32] =
                bytes.as_slice().try_into().map_err(|_| NotMasterKeys::Key(id.to_owned()))?;
            if keys.iter().any(|known| known.id == id) {
                return Err(NotMasterKeys::Twice(id.to_owned()));
            }
            keys.push(MasterKey::new(id.to_owned(), Zeroizing::new(secret)));
        }
        if keys.is_empty() { Err(NotMasterKeys::Empty) } else { Ok(Self(keys)) }
    }

    /// Makes one fresh key under this id (1 to 32 lower-case letters, digits or hyphens).
    #[must_use]
    pub fn generate(id: &str, ids: &dyn IdSource) -> Self {
        let mut secret = Zeroizing::new([0; 32]);
        ids.fill(secret.as_mut_slice());
        Self(vec![MasterKey::new(id.to_owned(), secret)])
    }

    /// The text that [`MasterKeys::parse`] reads: for the key file, and nowhere else.
    #[must_use]
    pub fn to_text(&self) -> Zeroizing<String> {
        let entries: Vec<String> = self
            .0
            .iter()
            .map(|key| format!("{}:{}", key.id, STANDARD.encode(key.secret.as_slice())))
            .collect();
        Zeroizing::new(entries.join(","))
    }

    /// The ids, the sealing one first.
    pub fn ids(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|key| key.id.as_str())
    }

    /// Wraps a key with the first master key. Written: format, length of the
    /// master key's id, that id, nonce, ciphertext.
    pub(super) fn wrap(&self, key: &[u8; 32], place: &[u8], ids: &dyn IdSource) -> Vec<u8> {
        let master = &self.0[0];
        let id_length = u8::try_from(master.id.len()).unwrap_or(u8::MAX);
        let mut out = vec![FORMAT, id_length];
        out.extend_from_slice(master.id.as_bytes());
        out.extend_from_slice(&encrypt(&master.wrap, key, place, ids));
        out
    }

    /// The id of the master key that wrapped this.
    pub(super) fn wrapped_by(wrapped: &[u8]) -> Option<&str> {
        let (&[format, length], rest) = wrapped.split_first_chunk::<2>()?;
        (format == FORMAT).then_some(())?;
        std::str::from_utf8(rest.get(..usize::from(length))?).ok()
    }

    /// Unwraps a key; `Err` names the master key that is missing or wrong.
    pub(super) fn unwrap(&self, wrapped: &[u8], place: &[u8]) -> Result<Secret, String> {
        let id = Self::wrapped_by(wrapped).ok_or_else(|| "?".to_owned())?;
        let master = self.0.iter().find(|key| key.id == id).ok_or_else(|| id.to_owned())?;
        let plain = decrypt(&master.wrap, &wrapped[2 + id.len()..], place).ok_or_else(|| id.to_owned())?;
        let key: [u8; 32] = plain.as_slice().try_into().map_err(|_| id.to_owned())?;
        Ok(Zeroizing::new(key))
    }

    /// Whether this was wrapped by the first master key.
    pub(super) fn is_current(&self, wrapped: &[u8]) -> bool {
        Self::wrapped_by(wrapped) == Some(self.0[0].id.as_str())
    }
}

impl MasterKey {
    fn new(id: String, secret: Secret) -> Self {
        let wrap = subkey(&secret, Label::Wrap);
        Self { id, secret, wrap }
    }
}

impl std::fmt::Debug for MasterKeys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("MasterKeys").field(&self.ids().collect::<Vec<_>>()).finish()
    }
}

/// Seals one field: format, key id, nonce, ciphertext.
pub(super) fn seal_field(key: &[u8; 32], id: KeyId, field: &str, text: &str, ids: &dyn IdSource) -> Sealed {
    let mut out = Vec::with_capacity(Sealed::MIN_BYTES + text.len());
    out.push(FORMAT);
    out.extend_from_slice(id.0.as_bytes());
    out.extend_from_slice(&encrypt(key, text.as_bytes(), &field_place(id, field), ids));
    Sealed::from_bytes(&out).expect("format, id, nonce and tag are there")
}

/// Opens one field; `None` when it was sealed with another key, for another field, or changed.
pub(super) fn open_field(key: &[u8; 32], id: KeyId, field: &str, sealed: &Sealed) -> Option<String> {
    let bytes = sealed.as_bytes();
    (bytes[0] == FORMAT && sealed.key() == id).then_some(())?;
    let mut plain = decrypt(key, &bytes[17..], &field_place(id, field))?;
    String::from_utf8(std::mem::take(&mut *plain)).ok()
}

fn field_place(id: KeyId, field: &str) -> Vec<u8> {
    [id.0.as_bytes().as_slice(), field.as_bytes()].concat()
}

/// What a wrapped key is bound to: its id, whose it is and what for.
pub(super) fn key_place(id: KeyId, owner: Uuid, purpose: &str) -> Vec<u8> {
    [id.0.as_bytes().as_slice(), owner.as_bytes(), purpose.as_bytes()].concat()
}

fn encrypt(key: &[u8; 32], plain: &[u8], place: &[u8], ids: &dyn IdSource) -> Vec<u8> {
    let mut nonce = [0; NONCE];
    ids.fill(&mut nonce);
    let cipher = XChaCha20Poly1305::new(key.into());
    let sealed = cipher
        .encrypt(&XNonce::from(nonce), Payload { msg: plain, aad: place })
        .expect("XChaCha20-Poly1305 takes up to 256 GiB");
    let mut out = nonce.to_vec();
    out.extend_from_slice(&sealed);
    out
}

fn decrypt(key: &[u8; 32], sealed: &[u8], place: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    let (nonce, rest) = sealed.split_first_chunk::<NONCE>()?;
    (rest.len() >= TAG).then_some(())?;
    let cipher = XChaCha20Poly1305::new(key.into());
    cipher.decrypt(&XNonce::from(*nonce), Payload { msg: rest, aad: place }).ok().map(Zeroizing::new)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::CountingIds;

    #[test]
    fn the_first_master_key_seals_and_all_open() {
        let ids = CountingIds::from(1);
        let old = MasterKeys::generate("k1", &ids);
        let wrapped = old.wrap(&[7; 32], b"place", &ids);
        let new = MasterKeys::generate("k2", &ids);
        let both = MasterKeys::parse(&format!("{},{}", *new.to_text(), *old.to_text())).unwrap();
        assert_eq!(*both.unwrap(&wrapped, b"place").unwrap(), [7; 32]);
        assert!(!both.is_current(&wrapped) && old.is_current(&wrapped));
        assert_eq!(new.unwrap(&wrapped, b"place").unwrap_err(), "k1");
        assert!(old.unwrap(&wrapped, b"another place").is_err());
    }

    #[test]
    fn what_is_no_list_of_master_keys_is_named() {
        let good = MasterKeys::generate("a", &CountingIds::from(3)).to_text();
        assert_eq!(MasterKeys::parse(" ").unwrap_err(), NotMasterKeys::Empty);
        assert_eq!(MasterKeys::parse("abc").unwrap_err(), NotMasterKeys::Shape(1));
        assert_eq!(MasterKeys::parse(&format!("{},B:x", *good)).unwrap_err(), NotMasterKeys::Shape(2));
        assert_eq!(MasterKeys::parse("b:c2hvcnQ=").unwrap_err(), NotMasterKeys::Key("b".into()));
        assert_eq!(
            MasterKeys::parse(&format!("{0},{0}", *good)).unwrap_err(),
            NotMasterKeys::Twice("a".into())
        );
        assert_eq!(format!("{:?}", MasterKeys::parse(&good).unwrap()), r#"MasterKeys(["a"])"#);
    }

    #[test]
    fn a_field_opens_only_under_its_own_name_key_and_bytes() {
        let ids = CountingIds::from(9);
        let (key, id) = ([3; 32], KeyId(Uuid::from_u128(5)));
        let sealed = seal_field(&key, id, "legal_name", "Ásta", &ids);
        assert_eq!(open_field(&key, id, "legal_name", &sealed).as_deref(), Some("Ásta"));
        assert_eq!(open_field(&key, id, "sca_name", &sealed), None);
        assert_eq!(open_field(&[4; 32], id, "legal_name", &sealed), None);
        let mut bytes = sealed.as_bytes().to_vec();
        *bytes.last_mut().unwrap() ^= 1;
        assert_eq!(open_field(&key, id, "legal_name", &Sealed::from_bytes(&bytes).unwrap()), None);
    }

    #[test]
    fn subkeys_never_change() {
        // What was sealed, claimed or signed under them would be lost. Known answers of another program (RFC 5869).
        for (label, begins) in [
            (Label::Wrap, 0x5b07_5c01_985c_5ef3),
            (Label::Claim, 0x4579_379a_3596_f7e6),
            (Label::Body, 0x44e7_bb56_3379_2a51),
            (Label::Link, 0xe45e_5ec7_f622_954e),
            (Label::SignIn, 0xbcd5_0c05_5b48_8876),
            (Label::Check, 0xb1e4_1ee3_b742_7aca),
            (Label::Visitor, 0xba59_e3b0_256c_1e6c_u64),
        ] {
            assert_eq!(subkey(&[1; 32], label)[..8], begins.to_be_bytes(), "{:?}", label.bytes());
        }
        let hash = keyed_hash(&[1; 32], &[b"ab", b"c"]);
        assert_eq!(hash[..8], 0x00f7_da38_a97b_dafd_u64.to_be_bytes());
        assert_ne!(keyed_hash(&[1; 32], &[b"ab", b"c"]), keyed_hash(&[1; 32], &[b"a", b"bc"]));
    }
}
