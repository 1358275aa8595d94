//! Whether an id_token is worth anything: who signed it, for whom, when, and
//! whether it says whose address was verified. Pure: keys, time and what is
//! expected come in.
//!
//! Signatures are RS256 or ES256, checked with the provider's own keys. A token
//! without a signature (`none`) or with one made by a shared secret (`HS…`,
//! where the secret would be the public key) is refused before any key is looked at.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::signature::{ECDSA_P256_SHA256_FIXED, RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents};
use ring::signature::{UnparsedPublicKey, VerificationAlgorithm};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::domain::date::Instant;

/// How far the provider's clock may be off, in seconds.
const LEEWAY: i64 = 60;
/// No token of a provider is longer, in bytes.
const MOST_BYTES: usize = 16 * 1024;

/// One of the provider's keys; what it is not for is left out.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Jwk {
    kty: String,
    kid: Option<String>,
    alg: Option<String>,
    #[serde(rename = "use")]
    purpose: Option<String>,
    n: String,
    e: String,
    crv: String,
    x: String,
    y: String,
}

/// The provider's keys.
#[derive(Debug, Clone, Default)]
pub struct Keys(Vec<Jwk>);

/// What the token must say.
#[derive(Debug, Clone, Copy)]
pub struct Expected<'a> {
    /// Who issues it.
    pub issuer: &'a str,
    /// For whom.
    pub client_id: &'a str,
    /// What was sent along when the sign-in began.
    pub nonce: &'a str,
    /// Now.
    pub now: Instant,
}

/// Why a token is refused. Names nobody.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// Not three parts of JSON and signature.
    #[error("the id_token is damaged")]
    Damaged,
    /// Signed in a way that is not accepted, or not at all.
    #[error("the id_token is signed neither with RS256 nor with ES256")]
    Algorithm,
    /// Signed with a key that is not known (any more, or yet).
    #[error("the id_token's key is not among the provider's keys")]
    UnknownKey,
    /// The signature is not the key's.
    #[error("the id_token's signature is wrong")]
    Signature,
    /// Somebody else issued it.
    #[error("the id_token is of another issuer")]
    Issuer,
    /// It is for somebody else.
    #[error("the id_token is for another client")]
    Audience,
    /// Its time is over.
    #[error("the id_token has expired")]
    Expired,
    /// Its time has not come; one of the clocks is wrong.
    #[error("the id_token is from the future: is this machine's clock right?")]
    Early,
    /// It answers another sign-in.
    #[error("the id_token answers another sign-in")]
    Nonce,
    /// It names no address.
    #[error("the id_token names no e-mail address; is `email` among the scopes?")]
    NoAddress,
    /// The address may be anybody's.
    #[error("the id_token's e-mail address is not verified")]
    Unverified,
}

#[derive(Deserialize)]
struct Header {
    alg: String,
    #[serde(default)]
    kid: Option<String>,
    /// Extensions that must be understood; none is.
    #[serde(default)]
    crit: Option<serde_json::Value>,
}

#[derive(Deserialize)]
struct Claims {
    iss: String,
    #[serde(default)]
    sub: String,
    aud: Audience,
    #[serde(default)]
    azp: Option<String>,
    exp: f64,
    iat: f64,
    #[serde(default)]
    nbf: Option<f64>,
    #[serde(default)]
    nonce: Option<String>,
    #[serde(default)]
    email: Option<String>,
    #[serde(default)]
    email_verified: Option<serde_json::Value>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    Several(Vec<String>),
}

impl Keys {
    /// Reads a JWK set; keys of kinds that are not known are left out.
    ///
    /// # Errors
    /// It is no JWK set.
    pub fn read(body: &[u8]) -> Result<Self, serde_json::Error> {
        #[derive(Deserialize)]
        struct Set {
            keys: Vec<serde_json::Value>,
        }
        let set: Set = serde_json::from_slice(body)?;
        Ok(Self(set.keys.into_iter().filter_map(|key| serde_json::from_value(key).ok()).collect()))
    }

    /// The one key that may have signed. Without a name in the token there must be no choice.
    fn find(&self, algorithm: &str, kind: &str, kid: Option<&str>) -> Option<&Jwk> {
        let mut fitting = self.0.iter().filter(|key| {
            key.kty == kind
                && key.purpose.as_deref().is_none_or(|purpose| purpose == "sig")
                && key.alg.as_deref().is_none_or(|alg| alg == algorithm)
                && kid.is_none_or(|kid| key.kid.as_deref() == Some(kid))
        });
        let first = fitting.next()?;
        (kid.is_some() || fitting.next().is_none()).then_some(first)
    }
}

/// The verified address that a token speaks of.
///
/// # Errors
/// [`Refused`]: the first thing that is wrong with it.
pub fn verified_address(token: &str, keys: &Keys, expected: Expected<'_>) -> Result<String, Refused> {
    if token.len() > MOST_BYTES {
        return Err(Refused::Damaged);
    }
    let (signed, signature) = token.rsplit_once('.').ok_or(Refused::Damaged)?;
    let (header, payload) = signed.split_once('.').ok_or(Refused::Damaged)?;
    let header: Header = part(header)?;
    if header.crit.is_some() {
        return Err(Refused::Algorithm);
    }
    let kind = match header.alg.as_str() {
        "RS256" => "RSA",
        "ES256" => "EC",
        _ => return Err(Refused::Algorithm),
    };
    let signature = bytes(signature)?;
    let key = keys.find(&header.alg, kind, header.kid.as_deref()).ok_or(Refused::UnknownKey)?;
    if !key.signed(signed.as_bytes(), &signature)? {
        return Err(Refused::Signature);
    }
    judge(part(payload)?, expected)
}

fn judge(claims: Claims, expected: Expected<'_>) -> Result<String, Refused> {
    if claims.iss != expected.issuer {
        return Err(Refused::Issuer);
    }
    let (ours, several) = match &claims.aud {
        Audience::One(one) => (one == expected.client_id, false),
        Audience::Several(all) => (all.iter().any(|one| one == expected.client_id), all.len() > 1),
    };
    // With several audiences, the one that it was issued to must be said, and be us.
    let party = claims.azp.as_deref().map_or(!several, |party| party == expected.client_id);
    if !ours || !party {
        return Err(Refused::Audience);
    }
    #[expect(clippy::cast_precision_loss, reason = "seconds of this millennium are exact")]
    let (now, leeway) = (expected.now.micros() as f64 / 1e6, LEEWAY as f64);
    // JSON has no number that is none, so one of the two always holds.
    if claims.exp + leeway <= now {
        return Err(Refused::Expired);
    }
    if claims.iat - leeway > now || claims.nbf.is_some_and(|nbf| nbf - leeway > now) {
        return Err(Refused::Early);
    }
    if !claims.nonce.is_some_and(|nonce| same(&nonce, expected.nonce)) {
        return Err(Refused::Nonce);
    }
    if claims.sub.is_empty() {
        return Err(Refused::Damaged);
    }
    let address = claims.email.filter(|email| !email.is_empty()).ok_or(Refused::NoAddress)?;
    // Some providers write the word instead of the value.
    let verified = claims.email_verified.is_some_and(|value| value == true || value == "true");
    if verified { Ok(address) } else { Err(Refused::Unverified) }
}

impl Jwk {
    /// Whether this key made the signature.
    fn signed(&self, message: &[u8], signature: &[u8]) -> Result<bool, Refused> {
        if self.kty == "RSA" {
            let (n, e) = (number(&self.n)?, number(&self.e)?);
            let key = RsaPublicKeyComponents { n: &n, e: &e };
            return Ok(key.verify(&RSA_PKCS1_2048_8192_SHA256, message, signature).is_ok());
        }
        if self.crv != "P-256" {
            return Err(Refused::UnknownKey);
        }
        let mut point = vec![4];
        for coordinate in [&self.x, &self.y] {
            let coordinate = bytes(coordinate)?;
            if coordinate.len() != 32 {
                return Err(Refused::UnknownKey);
            }
            point.extend(coordinate);
        }
        let algorithm: &dyn VerificationAlgorithm = &ECDSA_P256_SHA256_FIXED;
        Ok(UnparsedPublicKey::new(algorithm, point).verify(message, signature).is_ok())
    }
}

/// Compares without telling by the time it takes how much was right.
pub fn same(one: &str, other: &str) -> bool {
    let differ = one.bytes().zip(other.bytes()).fold(0, |differ, (a, b)| differ | (a ^ b));
    one.len() == other.len() && differ == 0
}

fn bytes(text: &str) -> Result<Vec<u8>, Refused> {
    URL_SAFE_NO_PAD.decode(text).map_err(|_| Refused::Damaged)
}

/// A number as ring wants it: big-endian, without zeros before it.
fn number(text: &str) -> Result<Vec<u8>, Refused> {
    let bytes = bytes(text)?;
    let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
    Ok(bytes[zeros..].to_vec())
}

fn part<T: DeserializeOwned>(text: &str) -> Result<T, Refused> {
    serde_json::from_slice(&bytes(text)?).map_err(|_| Refused::Damaged)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn expected(now: i64) -> Expected<'static> {
        let now = Instant::from_micros(now * 1_000_000);
        Expected { issuer: "https://id.example", client_id: "emol", nonce: "n", now }
    }

    fn judged(change: impl FnOnce(&mut serde_json::Value)) -> Result<String, Refused> {
        let mut claims = serde_json::json!({
            "iss": "https://id.example", "sub": "1", "aud": "emol", "exp": 2000, "iat": 1000, "nonce": "n",
            "email": "a@example.org", "email_verified": true,
        });
        change(&mut claims);
        judge(serde_json::from_value(claims).map_err(|_| Refused::Damaged)?, expected(1500))
    }

    #[test]
    fn with_several_audiences_the_one_it_was_issued_to_must_be_us() {
        assert!(judged(|_| ()).is_ok());
        assert!(judged(|c| c["aud"] = serde_json::json!(["emol"])).is_ok());
        assert_eq!(judged(|c| c["aud"] = serde_json::json!([])), Err(Refused::Audience));
        assert_eq!(judged(|c| c["aud"] = serde_json::json!(["emol", "x"])), Err(Refused::Audience));
        assert_eq!(judged(|c| c["azp"] = "x".into()), Err(Refused::Audience));
        let both = |c: &mut serde_json::Value, azp: &str| {
            c["aud"] = serde_json::json!(["x", "emol"]);
            c["azp"] = azp.into();
        };
        assert!(judged(|c| both(c, "emol")).is_ok());
        assert_eq!(judged(|c| both(c, "x")), Err(Refused::Audience));
    }

    #[test]
    fn clocks_may_be_a_minute_apart_and_not_more() {
        assert!(judged(|c| c["exp"] = 1441.into()).is_ok());
        assert_eq!(judged(|c| c["exp"] = 1440.into()), Err(Refused::Expired));
        assert!(judged(|c| c["iat"] = 1560.into()).is_ok());
        assert_eq!(judged(|c| c["iat"] = 1561.into()), Err(Refused::Early));
        assert_eq!(judged(|c| c["nbf"] = 1561.into()), Err(Refused::Early));
        assert_eq!(judged(|c| c["exp"] = "soon".into()), Err(Refused::Damaged));
        assert_eq!(judged(|c| drop(c.as_object_mut().unwrap().remove("iat"))), Err(Refused::Damaged));
    }

    #[test]
    fn an_address_counts_only_when_it_is_verified() {
        assert!(judged(|c| c["email_verified"] = "true".into()).is_ok());
        for not in [serde_json::json!(false), serde_json::json!(1), serde_json::json!(null), "false".into()] {
            assert_eq!(judged(|c| c["email_verified"] = not), Err(Refused::Unverified));
        }
        assert_eq!(judged(|c| c["email"] = "".into()), Err(Refused::NoAddress));
    }

    #[test]
    fn a_key_without_a_name_is_taken_only_where_there_is_no_other() {
        let keys =
            Keys::read(br#"{"keys":[{"kty":"RSA","kid":"a"},{"kty":"EC","kid":"b"},{"kty":7}]}"#).unwrap();
        assert!(keys.find("RS256", "RSA", None).is_some());
        assert!(keys.find("RS256", "RSA", Some("b")).is_none());
        let two = Keys::read(br#"{"keys":[{"kty":"RSA","kid":"a"},{"kty":"RSA","kid":"b"}]}"#).unwrap();
        assert!(two.find("RS256", "RSA", None).is_none());
        assert_eq!(two.find("RS256", "RSA", Some("b")).unwrap().kid.as_deref(), Some("b"));
        let other = br#"{"keys":[{"kty":"RSA","use":"enc"},{"kty":"RSA","alg":"RS512"}]}"#;
        assert!(Keys::read(other).unwrap().find("RS256", "RSA", None).is_none());
    }

    #[test]
    fn what_is_no_token_is_refused_whatever_it_is() {
        let long = "a".repeat(MOST_BYTES + 1);
        for text in ["", ".", "..", "a.b.c", "e30.e30.", "e30.e30", "ä.ö.ü", long.as_str()] {
            assert_eq!(
                verified_address(text, &Keys::default(), expected(0)),
                Err(Refused::Damaged),
                "{} bytes",
                text.len()
            );
        }
    }

    #[test]
    fn texts_are_compared_whole() {
        assert!(same("abc", "abc") && same("", ""));
        assert!(!same("abc", "ab") && !same("ab", "abc") && !same("abc", "abd"));
    }
}
