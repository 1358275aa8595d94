//! A sign-in that has begun. What is kept of it is a cookie in the browser that
//! began it: an id, when, and where to come back to, under our own seal. State,
//! nonce and PKCE verifier follow from the id by a key that only our servers
//! have, so nothing needs to be stored, any server can go on, and the verifier
//! never leaves us before it goes to the provider. That it was used is stored:
//! it works once.

use axum::http::{HeaderMap, HeaderValue};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use uuid::Uuid;

use super::id_token::same;
use crate::domain::date::Instant;
use crate::store::Keyring;
use crate::web::cookies::Cookies;
use crate::web::error::AppError;

/// How long somebody may take at the provider, in seconds.
pub const LASTS: i64 = 600;
/// Under which purpose it is noted that a sign-in was used.
pub const PURPOSE: &str = "sign-in";
/// The cookie's name, after the prefix.
const COOKIE: &str = "begun";
/// How far the clocks of two of our servers may be apart, in seconds.
const APART: i64 = 60;

/// A sign-in that has begun.
pub struct Begun {
    /// Its id.
    pub id: Uuid,
    at: Instant,
    /// Where to come back to on this site.
    pub next: Option<String>,
}

/// What goes to the provider, or comes back from it.
pub struct Secrets {
    /// Comes back with the answer.
    pub state: String,
    /// Comes back in the id_token.
    pub nonce: String,
    /// Proves that whoever brings the code is who began (PKCE).
    pub verifier: String,
}

impl Begun {
    /// Begins one.
    #[must_use]
    pub fn now(id: Uuid, at: Instant, next: Option<&str>) -> Self {
        Self { id, at, next: next.map(ToOwned::to_owned) }
    }

    /// What belongs to it.
    #[must_use]
    pub fn secrets(&self, keyring: &Keyring) -> Secrets {
        let of = |what: &[u8]| URL_SAFE_NO_PAD.encode(keyring.sign_in_hash(&[what, self.id.as_bytes()]));
        Secrets { state: of(b"state"), nonce: of(b"nonce"), verifier: of(b"verifier") }
    }

    /// Until when it can be ended.
    #[must_use]
    pub fn until(&self) -> Instant {
        self.at.plus_seconds(LASTS + APART)
    }

    fn seal(keyring: &Keyring, content: &[u8]) -> [u8; 32] {
        keyring.sign_in_hash(&[b"cookie", content])
    }

    /// The cookie to send.
    ///
    /// # Errors
    /// Never, as it is base64.
    pub fn cookie(&self, keyring: &Keyring, cookies: Cookies) -> Result<HeaderValue, AppError> {
        let mut content = self.id.as_bytes().to_vec();
        content.extend(self.at.micros().to_be_bytes());
        content.extend(self.next.as_deref().unwrap_or_default().as_bytes());
        let seal = Self::seal(keyring, &content);
        content.extend(seal);
        let lasts = std::time::Duration::from_secs(LASTS.unsigned_abs());
        cookies.set(COOKIE, &URL_SAFE_NO_PAD.encode(content), lasts)
    }

    /// The cookie that takes it away.
    ///
    /// # Errors
    /// Never, as it is empty.
    pub fn gone(cookies: Cookies) -> Result<HeaderValue, AppError> {
        cookies.set(COOKIE, "", std::time::Duration::ZERO)
    }

    /// The sign-in that this browser began and that `state` belongs to; none where there is no such, or
    /// it began too long ago.
    #[must_use]
    pub fn of(
        headers: &HeaderMap,
        cookies: Cookies,
        keyring: &Keyring,
        now: Instant,
        state: &str,
    ) -> Option<Self> {
        let begun = Self::read(cookies.get(headers, COOKIE)?, keyring)?;
        let lives = begun.at.plus_seconds(-APART) <= now && now < begun.at.plus_seconds(LASTS);
        (lives && same(&begun.secrets(keyring).state, state)).then_some(begun)
    }

    fn read(text: &str, keyring: &Keyring) -> Option<Self> {
        let content = URL_SAFE_NO_PAD.decode(text).ok()?;
        let (content, seal) = content.split_last_chunk::<32>()?;
        if !same_bytes(&Self::seal(keyring, content), seal) {
            return None;
        }
        let (id, rest) = content.split_first_chunk::<16>()?;
        let (at, next) = rest.split_first_chunk::<8>()?;
        let next = std::str::from_utf8(next).ok()?;
        Some(Self {
            id: Uuid::from_bytes(*id),
            at: Instant::from_micros(i64::from_be_bytes(*at)),
            next: Some(next).filter(|next| !next.is_empty()).map(ToOwned::to_owned),
        })
    }
}

fn same_bytes(one: &[u8; 32], other: &[u8; 32]) -> bool {
    one.iter().zip(other).fold(0, |differ, (a, b)| differ | (a ^ b)) == 0
}
