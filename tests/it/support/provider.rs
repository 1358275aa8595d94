//! An OpenID Connect provider of our own on a port of this machine. It checks
//! what a careful provider checks (client, redirect, PKCE, that a code is used
//! once), and lies in whatever way a test asks for.

use std::collections::{BTreeMap, HashMap};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use axum::extract::{Form, Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use emol::config::ProviderConfig;
use ring::rand::SystemRandom;
use ring::rsa::PublicKeyComponents;
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair, RSA_PKCS1_SHA256, RsaKeyPair};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tokio::net::TcpListener;

use crate::web::site::{Answer, NOW, ask};

const CLIENT: &str = "emol-test";
const SECRET: &str = "a secret: of the/test";
/// A key for tests only.
const RSA: &str = include_str!("rsa-test-key.pem");

/// How a token is signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sign {
    /// With the RSA key, as `rsa`.
    Rsa,
    /// With the first elliptic key, as `ec`.
    Ec,
    /// With the second elliptic key, as `new`.
    NewEc,
    /// With another elliptic key than it says.
    WrongKey,
    /// Not at all.
    Nothing,
    /// With the RSA key's public half as a shared secret.
    PublicKeyAsSecret,
    /// With the right key, and then changed.
    Changed,
}

/// What comes instead of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Instead {
    /// Nothing, for a long time.
    Silence,
    /// Ten megabytes of JSON.
    TooMuch,
    /// An error of the server.
    Broken,
    /// A page.
    Page,
}

/// How the provider behaves; tests change it.
pub struct Book {
    /// Changes what it says about itself.
    pub description: Box<dyn Fn(&mut Value) + Send>,
    /// Changes what a token says.
    pub claims: Box<dyn Fn(&mut Value) + Send>,
    /// How it signs.
    pub sign: Sign,
    /// The keys that it publishes, by their names.
    pub published: Vec<&'static str>,
    /// By path, what comes instead.
    pub instead: BTreeMap<&'static str, Instead>,
    /// Whose account it is.
    pub email: String,
    /// How often each path was asked.
    pub asked: BTreeMap<String, u32>,
    codes: HashMap<String, HashMap<String, String>>,
}

struct Keys {
    rsa: RsaKeyPair,
    ec: [EcdsaKeyPair; 3],
}

struct Inner {
    issuer: String,
    keys: Keys,
    book: Mutex<Book>,
}

/// The provider, while it runs.
pub struct Provider {
    inner: Arc<Inner>,
    address: SocketAddr,
    serving: tokio::task::JoinHandle<()>,
}

impl Drop for Provider {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

impl Provider {
    /// Starts it.
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let book = Book {
            description: Box::new(|_| ()),
            claims: Box::new(|_| ()),
            sign: Sign::Rsa,
            published: vec!["rsa", "ec"],
            instead: BTreeMap::new(),
            email: "mol@example.org".to_owned(),
            asked: BTreeMap::new(),
            codes: HashMap::new(),
        };
        let inner = Arc::new(Inner {
            issuer: format!("http://{address}"),
            keys: Keys::new(),
            book: Mutex::new(book),
        });
        let router = Router::new()
            .route("/.well-known/openid-configuration", get(describe))
            .route("/authorize", get(authorize))
            .route("/token", post(token))
            .route("/keys", get(keys))
            .with_state(Arc::clone(&inner));
        let serving = tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self { inner, address, serving }
    }

    /// How it behaves.
    pub fn book(&self) -> MutexGuard<'_, Book> {
        self.inner.book.lock().unwrap()
    }

    /// How often a path was asked.
    pub fn asked(&self, path: &str) -> u32 {
        self.book().asked.get(path).copied().unwrap_or(0)
    }

    /// What a site that uses it is told.
    pub fn config(&self) -> ProviderConfig {
        ProviderConfig {
            issuer: self.inner.issuer.clone(),
            client_id: CLIENT.to_owned(),
            client_secret: SECRET.to_owned().into(),
            scopes: vec!["openid".to_owned(), "email".to_owned()],
            patience: Duration::from_millis(1500),
        }
    }

    /// Follows the way there as a browser would, and consents; where it leads back to, path and query.
    pub async fn visit(&self, way: &str) -> String {
        let path = way.strip_prefix(&self.inner.issuer).unwrap_or_else(|| panic!("{way} is elsewhere"));
        let answer: Answer = ask(self.address, "GET", path, &[], b"").await.unwrap().is(303);
        let back = answer.header("location").to_owned();
        back[back.find("/auth/callback").unwrap()..].to_owned()
    }
}

impl Keys {
    fn new() -> Self {
        let body: String = RSA.lines().skip(1).filter(|line| !line.starts_with('-')).collect();
        let rsa = RsaKeyPair::from_pkcs8(&STANDARD.decode(body).unwrap()).unwrap();
        let random = SystemRandom::new();
        let ec = [(); 3].map(|()| {
            let pkcs8 = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &random).unwrap();
            EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, pkcs8.as_ref(), &random).unwrap()
        });
        Self { rsa, ec }
    }

    fn public(&self, name: &str) -> Value {
        let text = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
        if name == "rsa" {
            let public: PublicKeyComponents<Vec<u8>> = self.rsa.public().into();
            return json!({"kty": "RSA", "kid": "rsa", "use": "sig", "alg": "RS256", "n": text(&public.n),
                "e": text(&public.e)});
        }
        let point = self.ec[usize::from(name == "new")].public_key().as_ref();
        json!({"kty": "EC", "kid": name, "crv": "P-256", "x": text(&point[1..33]), "y": text(&point[33..])})
    }

    fn token(&self, sign: Sign, mut claims: Value) -> String {
        let text = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
        let (alg, kid) = match sign {
            Sign::Rsa | Sign::Changed => ("RS256", "rsa"),
            Sign::Ec | Sign::WrongKey => ("ES256", "ec"),
            Sign::NewEc => ("ES256", "new"),
            Sign::Nothing => ("none", "rsa"),
            Sign::PublicKeyAsSecret => ("HS256", "rsa"),
        };
        let head = text(json!({"alg": alg, "kid": kid, "typ": "JWT"}).to_string().as_bytes());
        let mut signed = format!("{head}.{}", text(claims.to_string().as_bytes()));
        let random = SystemRandom::new();
        let ec = |key: usize| self.ec[key].sign(&random, signed.as_bytes()).unwrap().as_ref().to_vec();
        let signature = match sign {
            Sign::Rsa | Sign::Changed => {
                let mut signature = vec![0; self.rsa.public().modulus_len()];
                self.rsa.sign(&RSA_PKCS1_SHA256, &random, signed.as_bytes(), &mut signature).unwrap();
                signature
            }
            Sign::Ec => ec(0),
            Sign::NewEc => ec(1),
            Sign::WrongKey => ec(2),
            Sign::Nothing => Vec::new(),
            Sign::PublicKeyAsSecret => {
                let public: PublicKeyComponents<Vec<u8>> = self.rsa.public().into();
                let secret = ring::hmac::Key::new(ring::hmac::HMAC_SHA256, &public.n);
                ring::hmac::sign(&secret, signed.as_bytes()).as_ref().to_vec()
            }
        };
        if sign == Sign::Changed {
            claims["email"] = "administrator@example.org".into();
            signed = format!("{head}.{}", text(claims.to_string().as_bytes()));
        }
        format!("{signed}.{}", text(&signature))
    }
}

type Asked = HashMap<String, String>;

/// Notes the question; what comes instead of an answer, if a test wishes.
async fn instead(inner: &Inner, path: &'static str) -> Option<Response> {
    let instead = {
        let mut book = inner.book.lock().unwrap();
        *book.asked.entry(path.to_owned()).or_default() += 1;
        book.instead.get(path).copied()
    };
    Some(match instead? {
        Instead::Silence => {
            tokio::time::sleep(Duration::from_secs(60)).await;
            StatusCode::OK.into_response()
        }
        Instead::TooMuch => Json(json!({"keys": [], "issuer": "x".repeat(10 * 1024 * 1024)})).into_response(),
        Instead::Broken => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
        Instead::Page => axum::response::Html("<p>Down for maintenance").into_response(),
    })
}

async fn describe(State(inner): State<Arc<Inner>>) -> Response {
    if let Some(instead) = instead(&inner, "description").await {
        return instead;
    }
    let issuer = &inner.issuer;
    let mut description = json!({
        "issuer": issuer,
        "authorization_endpoint": format!("{issuer}/authorize"),
        "token_endpoint": format!("{issuer}/token"),
        "jwks_uri": format!("{issuer}/keys"),
        "response_types_supported": ["code"],
    });
    (inner.book.lock().unwrap().description)(&mut description);
    Json(description).into_response()
}

async fn keys(State(inner): State<Arc<Inner>>) -> Response {
    if let Some(instead) = instead(&inner, "keys").await {
        return instead;
    }
    let published = inner.book.lock().unwrap().published.clone();
    let keys: Vec<Value> = published.into_iter().map(|name| inner.keys.public(name)).collect();
    Json(json!({ "keys": keys })).into_response()
}

/// Somebody signs in here and consents.
async fn authorize(State(inner): State<Arc<Inner>>, Query(asked): Query<Asked>) -> Response {
    let is = |name: &str, value: &str| asked.get(name).is_some_and(|given| given == value);
    assert!(
        is("response_type", "code") && is("client_id", CLIENT) && is("scope", "openid email"),
        "{asked:?}"
    );
    assert!(is("code_challenge_method", "S256") && asked["code_challenge"].len() == 43, "{asked:?}");
    assert!(asked["state"].len() >= 43 && asked["nonce"].len() >= 43 && asked["state"] != asked["nonce"]);
    let mut book = inner.book.lock().unwrap();
    let code = format!("code-{}", book.codes.len());
    let back = asked["redirect_uri"].clone();
    let way = emol::web::views::href(&back, &[("code", &code), ("state", &asked["state"])]);
    book.codes.insert(code, asked);
    Redirect::to(&way).into_response()
}

async fn token(State(inner): State<Arc<Inner>>, headers: HeaderMap, Form(asked): Form<Asked>) -> Response {
    if let Some(instead) = instead(&inner, "token").await {
        return instead;
    }
    let mut book = inner.book.lock().unwrap();
    let refuse = |error: &str| (StatusCode::BAD_REQUEST, Json(json!({ "error": error }))).into_response();
    let form = |text: &str| emol::web::views::href("", &[("", text)])[2..].to_owned();
    let login = STANDARD.encode(format!("{}:{}", form(CLIENT), form(SECRET)));
    if headers.get(header::AUTHORIZATION).is_none_or(|given| given != &format!("Basic {login}")) {
        return refuse("invalid_client");
    }
    let Some(begun) = asked.get("code").and_then(|code| book.codes.remove(code)) else {
        return refuse("invalid_grant");
    };
    let verifier = asked.get("code_verifier").map(Sha256::digest);
    let proven = verifier.is_some_and(|hash| URL_SAFE_NO_PAD.encode(hash) == begun["code_challenge"]);
    if !proven || asked.get("redirect_uri") != begun.get("redirect_uri") {
        return refuse("invalid_grant");
    }
    let now = NOW.micros() / 1_000_000;
    let mut claims = json!({
        "iss": inner.issuer, "sub": "1", "aud": CLIENT, "iat": now, "exp": now + 300, "nonce": begun["nonce"],
        "email": book.email, "email_verified": true,
    });
    (book.claims)(&mut claims);
    let token = inner.keys.token(book.sign, claims);
    Json(json!({"access_token": "x", "token_type": "Bearer", "expires_in": 300, "id_token": token}))
        .into_response()
}
