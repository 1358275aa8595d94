//! Who may ask at all: cross-site protection, sizes, and how often an address may miss.
//!
//! An unsafe method needs `Sec-Fetch-Site: same-origin`. Browsers leave it out
//! on plain http; then `Origin` must name this site: the configured address, or
//! on plain http the host that the request itself names. Neither header: refused, since
//! every browser sends one of them with a form. Nothing was read or written
//! before this is settled. Pages need no per-user token, so they can be kept.

use std::convert::Infallible;
use std::hash::Hash;
use std::net::{IpAddr, Ipv6Addr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use axum::body::{Body, Bytes};
use axum::extract::{ConnectInfo, FromRequestParts, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, header};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use quick_cache::sync::Cache;

use super::error::AppError;
use super::state::AppState;
use crate::app::{MissLimits, WebConfig};

/// Largest body of a form, in bytes.
pub const MOST_BYTES: usize = 256 * 1024;
/// Most fields of a form.
pub const MOST_FIELDS: usize = 200;
/// How long a body may take to arrive.
const PATIENCE: Duration = Duration::from_secs(20);
/// What is read and thrown away of a body that is too large, so that the
/// browser listens to the answer instead of reporting a broken connection.
const MOST_DRAINED: usize = 32 * 1024 * 1024;

/// Lets an unsafe request through, its body read and measured.
///
/// # Errors
/// [`AppError::CrossSite`], [`AppError::TooLarge`], or [`AppError::Bad`] for too many fields.
pub async fn admit(config: &WebConfig, request: Request) -> Result<Request, AppError> {
    same_site(config, request.headers())?;
    let (parts, body) = request.into_parts();
    let told = parts.headers.get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse().ok());
    if told.is_some_and(|length: u64| usize::try_from(length).map_or(true, |length| length > MOST_BYTES)) {
        drain(body).await;
        return Err(AppError::TooLarge);
    }
    let read = tokio::time::timeout(PATIENCE, Limited::new(body, MOST_BYTES).collect()).await;
    let bytes = match read {
        Ok(Ok(collected)) => collected.to_bytes(),
        Ok(Err(error)) if error.is::<LengthLimitError>() => return Err(AppError::TooLarge),
        Ok(Err(_)) => return Err(AppError::Bad("the form did not arrive whole; send it again".to_owned())),
        Err(_) => return Err(AppError::Bad("the form took too long to arrive; send it again".to_owned())),
    };
    let is_form = count_fields(&parts.headers, &bytes)?;
    let mut request = Request::from_parts(parts, Body::from(bytes.clone()));
    if is_form {
        request.extensions_mut().insert(SentForm(bytes));
    }
    Ok(request)
}

/// The form of a request, beside its body: for the case that nobody is signed in any more.
#[derive(Debug, Clone)]
pub struct SentForm(pub Bytes);

async fn drain(body: Body) {
    let mut left = MOST_DRAINED;
    let mut body = body;
    let _ = tokio::time::timeout(PATIENCE, async {
        while let Some(Ok(frame)) = body.frame().await {
            let length = frame.data_ref().map_or(0, Bytes::len);
            let Some(rest) = left.checked_sub(length) else { break };
            left = rest;
        }
    })
    .await;
}

/// Whether it is a form, as browsers send those without files.
fn count_fields(headers: &HeaderMap, body: &Bytes) -> Result<bool, AppError> {
    let kind = headers.get(header::CONTENT_TYPE).map_or(&b""[..], HeaderValue::as_bytes);
    if !kind.starts_with(b"application/x-www-form-urlencoded") {
        return Ok(false);
    }
    let fields = body.split(|byte| *byte == b'&').count();
    if fields <= MOST_FIELDS {
        return Ok(true);
    }
    Err(AppError::Bad(format!(
        "the form has {fields} fields; at most {MOST_FIELDS} are read. Nothing was saved"
    )))
}

fn same_site(config: &WebConfig, headers: &HeaderMap) -> Result<(), AppError> {
    if let Some(site) = headers.get("sec-fetch-site") {
        return if site == "same-origin" { Ok(()) } else { Err(AppError::CrossSite) };
    }
    let origin = headers.get(header::ORIGIN).and_then(|value| value.to_str().ok());
    let host = headers.get(header::HOST).and_then(|value| value.to_str().ok());
    // On plain http the site may be asked for by another name, a machine's own for one; on https it has one name.
    let named = |origin: &str| !config.is_https() && origin.strip_prefix("http://") == host && host.is_some();
    let ours = origin.is_some_and(|origin| origin == config.base_url || named(origin));
    if ours { Ok(()) } else { Err(AppError::CrossSite) }
}

/// Where a request comes from: the peer, or what a configured proxy says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClientAddress {
    /// The address to count by: an IPv6 address stands for its /64.
    pub counted: IpAddr,
    /// Whether it came straight from this machine, past no proxy.
    pub local: bool,
}

impl ClientAddress {
    fn of(peer: IpAddr, headers: &HeaderMap, config: &WebConfig) -> Self {
        let peer = peer.to_canonical();
        let chain = headers.get_all("x-forwarded-for");
        let mut address = peer;
        if config.trusted_proxies.contains(&peer) {
            // The nearest address that is not one of our proxies. What stands before it anybody may have written,
            // and so too before a word that is no address.
            let said: Vec<&str> =
                chain.iter().flat_map(|value| value.to_str().unwrap_or("?").split(',')).collect();
            let read = said.iter().rev().map_while(|text| text.trim().parse::<IpAddr>().ok());
            let mut read = read.map(|address| address.to_canonical());
            if let Some(found) = read.find(|address| !config.trusted_proxies.contains(address)) {
                address = found;
            }
        }
        let local = peer.is_loopback() && chain.iter().next().is_none();
        let counted = match address {
            IpAddr::V6(v6) => {
                let [a, b, c, d, ..] = v6.segments();
                IpAddr::V6(Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0))
            }
            v4 @ IpAddr::V4(_) => v4,
        };
        Self { counted, local }
    }
}

impl FromRequestParts<AppState> for ClientAddress {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Self::Rejection> {
        let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>();
        let peer = peer.map_or(IpAddr::from([0, 0, 0, 0]), |ConnectInfo(peer)| peer.ip());
        Ok(Self::of(peer, &parts.headers, &state.config))
    }
}

/// How often something was tried within about a minute, or another while, by address, account or mailbox: unknown
/// card ids (P4), sign-ins, searches, requests for mail (L2).
pub struct Misses<K = IpAddr> {
    window: Duration,
    limits: MissLimits,
    by_address: Cache<K, Arc<Count>>,
    in_total: Count,
}

/// Tries since the first of them, forgotten a while after it.
struct Count(Mutex<(Instant, u32)>);

/// How long misses are remembered, where nothing else is said.
const WINDOW: Duration = Duration::from_secs(60);
/// How many addresses or accounts are counted at once.
const COUNTED: usize = 100_000;

impl Count {
    fn none() -> Self {
        Self(Mutex::new((Instant::now(), 0)))
    }

    /// The tries, with `more` of them.
    fn add(&self, more: u32, window: Duration) -> u32 {
        let mut held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if held.0.elapsed() >= window {
            *held = (Instant::now(), 0);
        }
        held.1 = held.1.saturating_add(more);
        held.1
    }
}

impl<K: Hash + Eq + Clone> Misses<K> {
    /// No misses yet, each remembered for a minute.
    #[must_use]
    pub fn new(limits: MissLimits) -> Self {
        Self::within(WINDOW, limits)
    }

    /// No misses yet, each remembered that long.
    #[must_use]
    pub fn within(window: Duration, limits: MissLimits) -> Self {
        Self { window, limits, by_address: Cache::new(COUNTED), in_total: Count::none() }
    }

    /// Counts a try, and stops an address, or everybody, after too many.
    ///
    /// # Errors
    /// [`AppError::TooMany`]; then it is not counted.
    pub fn take(&self, address: K) -> Result<(), AppError> {
        self.check(&address)?;
        self.note(address);
        Ok(())
    }

    /// Notes that an id was tried that does not exist.
    pub fn note(&self, address: K) {
        let made: Result<_, Infallible> =
            self.by_address.get_or_insert_with(&address, || Ok(Arc::new(Count::none())));
        let Ok(count) = made;
        count.add(1, self.window);
        self.in_total.add(1, self.window);
    }

    /// Stops an address, or everybody, after too many misses.
    ///
    /// # Errors
    /// [`AppError::TooMany`].
    pub fn check(&self, address: &K) -> Result<(), AppError> {
        let here = self.by_address.get(address).map_or(0, |count| count.add(0, self.window));
        let over =
            here >= self.limits.per_address || self.in_total.add(0, self.window) >= self.limits.in_total;
        let retry_after = u32::try_from(self.window.as_secs()).unwrap_or(u32::MAX);
        if over { Err(AppError::TooMany { retry_after }) } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config() -> WebConfig {
        let mut config = WebConfig::loopback(([127, 0, 0, 1], 8080).into());
        config.base_url = "https://emol.example.org".to_owned();
        config.trusted_proxies = vec![[10, 0, 0, 1].into(), [10, 0, 0, 2].into()];
        config
    }

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| (name.parse().unwrap(), HeaderValue::from_static(value))).collect()
    }

    #[test]
    fn a_form_is_taken_from_this_site_only() {
        let ok = |pairs: &[(&'static str, &'static str)]| same_site(&config(), &headers(pairs)).is_ok();
        assert!(ok(&[("sec-fetch-site", "same-origin")]));
        assert!(ok(&[("origin", "https://emol.example.org")]));
        assert!(!ok(&[("sec-fetch-site", "same-site"), ("origin", "https://emol.example.org")]));
        assert!(!ok(&[("sec-fetch-site", "cross-site")]));
        assert!(!ok(&[("sec-fetch-site", "none")]));
        assert!(!ok(&[("origin", "https://evil.example"), ("host", "emol.example.org")]));
        assert!(!ok(&[("origin", "null"), ("host", "emol.example.org")]));
        assert!(!ok(&[("origin", "http://evil.example"), ("host", "evil.example")]), "one name on https");
        assert!(!ok(&[]));
        let mut plain = config();
        plain.base_url = "http://emol.example.org".to_owned();
        let ok = |pairs: &[(&'static str, &'static str)]| same_site(&plain, &headers(pairs)).is_ok();
        assert!(ok(&[("origin", "http://127.0.0.1:8080"), ("host", "127.0.0.1:8080")]));
        assert!(!ok(&[("origin", "https://127.0.0.1:8080"), ("host", "127.0.0.1:8080")]));
        assert!(!ok(&[("origin", "127.0.0.1:8080"), ("host", "127.0.0.1:8080")]));
    }

    #[test]
    fn an_address_is_believed_from_the_configured_proxy_only() {
        let of = |peer: [u8; 4], forwarded: &'static str| {
            ClientAddress::of(peer.into(), &headers(&[("x-forwarded-for", forwarded)]), &config()).counted
        };
        assert_eq!(of([10, 0, 0, 1], "1.2.3.4, 5.6.7.8, 10.0.0.2"), IpAddr::from([5, 6, 7, 8]));
        assert_eq!(of([9, 9, 9, 9], "1.2.3.4"), IpAddr::from([9, 9, 9, 9]));
        assert_eq!(of([10, 0, 0, 1], "nonsense"), IpAddr::from([10, 0, 0, 1]));
        assert_eq!(
            of([10, 0, 0, 1], "1.2.3.4, 5.6.7.8:4711"),
            IpAddr::from([10, 0, 0, 1]),
            "it cannot be read"
        );
    }

    #[test]
    fn p4_an_address_that_misses_too_often_is_stopped_and_others_are_not() {
        let misses = Misses::new(MissLimits { per_address: 2, in_total: 5 });
        let (one, other) = (IpAddr::from([1, 1, 1, 1]), IpAddr::from([2, 2, 2, 2]));
        misses.note(one);
        assert!(misses.check(&one).is_ok());
        misses.note(one);
        assert!(misses.check(&one).is_err());
        assert!(misses.check(&other).is_ok());
        for last in 10..13 {
            misses.note(IpAddr::from([3, 3, 3, last]));
        }
        assert!(misses.check(&other).is_err(), "everybody together missed too often");
    }
}
