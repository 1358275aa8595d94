//! The OpenID Connect provider: what it says about itself, its keys, where
//! people go to sign in, and what it answers when they come back.
//!
//! Its description and keys are fetched when they are first needed and kept
//! for an hour, by one request at a time. A token with a key that is not known
//! makes us ask once more for the keys, at most once a minute: keys change, and
//! made-up tokens must not make us knock at somebody else's door.

use std::sync::Arc;

use axum::http::{StatusCode, header};
use oauth2::basic::{
    BasicErrorResponse, BasicRevocationErrorResponse, BasicTokenIntrospectionResponse, BasicTokenType,
};
use oauth2::url::Url;
use oauth2::{
    AuthType, AuthUrl, AuthorizationCode, ClientId, ClientSecret, CsrfToken, EndpointNotSet, EndpointSet,
    ExtraTokenFields, PkceCodeChallenge, PkceCodeVerifier, RedirectUrl, RequestTokenError, Scope,
    StandardRevocableToken, StandardTokenResponse, TokenUrl,
};
use secrecy::ExposeSecret;
use serde::{Deserialize, Serialize};
use tokio::sync::{Mutex, MutexGuard};

use super::ask::{Asker, NoAnswer};
use super::begun::Secrets;
use super::id_token::{Expected, Keys, Refused, verified_address};
use crate::clock::Clock;
use crate::config::ProviderConfig;
use crate::domain::date::Instant;

/// How long the description and the keys are kept, in seconds.
const KEPT: i64 = 3600;
/// How often an unknown key may make us ask for the keys, in seconds.
const BETWEEN: i64 = 60;

/// The provider of this site.
pub struct Provider {
    config: ProviderConfig,
    come_back_to: String,
    clock: Arc<dyn Clock>,
    asker: Asker,
    known: Mutex<Known>,
}

/// What is known of the provider, and since when.
#[derive(Default)]
struct Known {
    description: Option<(Arc<Description>, Instant)>,
    keys: Option<(Arc<Keys>, Instant)>,
    /// When an unknown key made us ask.
    asked_again: Option<Instant>,
}

/// What a provider says about itself, as far as we ask.
#[derive(Debug, Deserialize)]
struct Description {
    issuer: String,
    authorization_endpoint: String,
    token_endpoint: String,
    jwks_uri: String,
    #[serde(default)]
    token_endpoint_auth_methods_supported: Option<Vec<String>>,
    #[serde(default)]
    authorization_response_iss_parameter_supported: bool,
}

/// Why a sign-in cannot begin or end. For the log; names nobody.
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    /// It cannot be reached.
    #[error("the provider gives no answer: {0}")]
    Away(#[from] NoAnswer),
    /// It is not what the settings say.
    #[error("the provider is not as the settings have it: {0}")]
    Setup(String),
    /// It does not accept what came back, or answers in a way that is not understood.
    #[error("the provider did not give a token: {0}")]
    Answer(String),
    /// What it says about the person is not to be believed.
    #[error(transparent)]
    Token(#[from] Refused),
}

#[derive(Debug, Clone, Serialize, Deserialize)]
struct IdToken {
    #[serde(default)]
    id_token: Option<String>,
}

impl ExtraTokenFields for IdToken {}

type Client = oauth2::Client<
    BasicErrorResponse,
    StandardTokenResponse<IdToken, BasicTokenType>,
    BasicTokenIntrospectionResponse,
    StandardRevocableToken,
    BasicRevocationErrorResponse,
    EndpointSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointSet,
>;

impl Provider {
    /// The provider of these settings. Nothing is asked yet.
    #[must_use]
    pub fn new(config: ProviderConfig, come_back_to: String, clock: Arc<dyn Clock>) -> Self {
        let asker = Asker::new(config.patience);
        Self { config, come_back_to, clock, asker, known: Mutex::default() }
    }

    /// Its host, as people know it.
    #[must_use]
    pub fn host(&self) -> &str {
        let rest = self.config.issuer.split_once("://").map_or("", |(_, rest)| rest);
        rest.split(['/', ':']).next().unwrap_or_default()
    }

    /// Where somebody goes to sign in; `another` lets them choose with which account.
    ///
    /// # Errors
    /// [`Fault::Away`], [`Fault::Setup`].
    pub async fn way_there(&self, secrets: &Secrets, another: bool) -> Result<String, Fault> {
        let description = self.description().await?;
        let client = self.client(&description)?;
        let verifier = PkceCodeVerifier::new(secrets.verifier.clone());
        let state = secrets.state.clone();
        let mut way = client
            .authorize_url(move || CsrfToken::new(state))
            .add_scopes(self.config.scopes.iter().cloned().map(Scope::new))
            .set_pkce_challenge(PkceCodeChallenge::from_code_verifier_sha256(&verifier))
            .add_extra_param("nonce", secrets.nonce.as_str());
        if another {
            way = way.add_extra_param("prompt", "select_account");
        }
        Ok(way.url().0.to_string())
    }

    /// The verified address of whoever came back with a code; `issuer` is who the answer says it is from.
    ///
    /// # Errors
    /// [`Fault`].
    pub async fn address(
        &self,
        code: &str,
        issuer: Option<&str>,
        secrets: &Secrets,
    ) -> Result<String, Fault> {
        let description = self.description().await?;
        let named = issuer.map(|issuer| issuer == description.issuer);
        if !named.unwrap_or(!description.authorization_response_iss_parameter_supported) {
            return Err(Fault::Answer("the answer is of another issuer".to_owned()));
        }
        let client = self.client(&description)?;
        let answer = client
            .exchange_code(AuthorizationCode::new(code.to_owned()))
            .set_pkce_verifier(PkceCodeVerifier::new(secrets.verifier.clone()))
            .request_async(&self.asker)
            .await
            .map_err(|error| match error {
                RequestTokenError::Request(why) => Fault::Away(why),
                RequestTokenError::ServerResponse(why) => Fault::Answer(format!("it says {}", why.error())),
                // The answer itself may hold a token.
                RequestTokenError::Parse(why, _) => Fault::Answer(format!("unreadable at {}", why.path())),
                RequestTokenError::Other(why) => Fault::Answer(why),
            })?;
        let token = answer.extra_fields().id_token.as_deref();
        let token = token.ok_or_else(|| Fault::Answer("it sent no id_token".to_owned()))?;
        let expected = Expected {
            issuer: &description.issuer,
            client_id: &self.config.client_id,
            nonce: &secrets.nonce,
            now: self.clock.now(),
        };
        let keys = self.keys(&description, None).await?;
        match verified_address(token, &keys, expected) {
            Err(Refused::UnknownKey) => {
                let keys = self.keys(&description, Some(&keys)).await?;
                Ok(verified_address(token, &keys, expected)?)
            }
            answer => Ok(answer?),
        }
    }

    fn client(&self, description: &Description) -> Result<Client, Fault> {
        let wrong = |what: &str| Fault::Setup(format!("its {what} is no address"));
        let there = AuthUrl::new(description.authorization_endpoint.clone())
            .map_err(|_| wrong("authorization_endpoint"))?;
        let token = TokenUrl::new(description.token_endpoint.clone()).map_err(|_| wrong("token_endpoint"))?;
        let back = RedirectUrl::new(self.come_back_to.clone())
            .map_err(|_| Fault::Setup("EMOL_BASE_URL is no address".to_owned()))?;
        // Basic authentication is what is meant where a provider says nothing.
        let methods = description.token_endpoint_auth_methods_supported.as_deref().unwrap_or_default();
        let has = |method: &str| methods.iter().any(|one| one == method);
        let in_body = has("client_secret_post") && !has("client_secret_basic");
        Ok(oauth2::Client::new(ClientId::new(self.config.client_id.clone()))
            .set_client_secret(ClientSecret::new(self.config.client_secret.expose_secret().to_owned()))
            .set_auth_type(if in_body { AuthType::RequestBody } else { AuthType::BasicAuth })
            .set_auth_uri(there)
            .set_token_uri(token)
            .set_redirect_uri(back))
    }

    /// What the provider says about itself, at most an hour old.
    async fn description(&self) -> Result<Arc<Description>, Fault> {
        let mut known = self.turn().await?;
        let now = self.clock.now();
        if let Some((description, since)) = &known.description
            && now < since.plus_seconds(KEPT)
        {
            return Ok(Arc::clone(description));
        }
        let issuer = &self.config.issuer;
        let address = format!("{}/.well-known/openid-configuration", issuer.trim_end_matches('/'));
        let body = self.fetch(&address).await?;
        let description: Description = serde_json::from_slice(&body)
            .map_err(|why| Fault::Setup(format!("{address} is no description of a provider: {why}")))?;
        if description.issuer != *issuer {
            return Err(Fault::Setup(format!(
                "{address} describes the issuer {:?}; EMOL_OIDC_ISSUER must be exactly that, or it is somebody else",
                description.issuer
            )));
        }
        for endpoint in
            [&description.authorization_endpoint, &description.token_endpoint, &description.jwks_uri]
        {
            self.check_endpoint(endpoint)?;
        }
        let description = Arc::new(description);
        known.description = Some((Arc::clone(&description), now));
        Ok(description)
    }

    /// What is sent there is secret: plain http only where the settings allow it for the issuer.
    fn check_endpoint(&self, endpoint: &str) -> Result<(), Fault> {
        let url = Url::parse(endpoint).map_err(|_| Fault::Setup("an endpoint is no address".to_owned()))?;
        let local = match url.host() {
            Some(oauth2::url::Host::Ipv4(address)) => address.is_loopback(),
            Some(oauth2::url::Host::Ipv6(address)) => address.is_loopback(),
            Some(oauth2::url::Host::Domain(name)) => name == "localhost",
            None => false,
        };
        let plain = url.scheme() == "http" && local && self.config.issuer.starts_with("http://");
        if url.scheme() == "https" || plain {
            Ok(())
        } else {
            Err(Fault::Setup("an endpoint is not reached by https".to_owned()))
        }
    }

    /// The provider's keys, at most an hour old; newer than those that did not do, if it is time to ask.
    async fn keys(&self, description: &Description, lacking: Option<&Arc<Keys>>) -> Result<Arc<Keys>, Fault> {
        let mut known = self.turn().await?;
        let now = self.clock.now();
        if let Some((keys, since)) = &known.keys
            && now < since.plus_seconds(KEPT)
        {
            let others = lacking.is_none_or(|lacking| !Arc::ptr_eq(lacking, keys));
            let too_soon = known.asked_again.is_some_and(|at| now < at.plus_seconds(BETWEEN));
            if others || too_soon {
                return Ok(Arc::clone(keys));
            }
            known.asked_again = Some(now);
        }
        let body = self.fetch(&description.jwks_uri).await?;
        let keys = Keys::read(&body).map_err(|_| Fault::Setup("its jwks_uri leads to no keys".to_owned()))?;
        let keys = Arc::new(keys);
        known.keys = Some((Arc::clone(&keys), now));
        Ok(keys)
    }

    /// What is known, once nobody else asks. While the provider is silent nobody waits for more than
    /// one other question.
    async fn turn(&self) -> Result<MutexGuard<'_, Known>, Fault> {
        let patience = self.config.patience;
        let turn = tokio::time::timeout(patience, self.known.lock()).await;
        turn.map_err(|_| Fault::Away(NoAnswer::Slow(patience)))
    }

    async fn fetch(&self, address: &str) -> Result<Vec<u8>, Fault> {
        let question = axum::http::Request::get(address)
            .header(header::ACCEPT, "application/json")
            .body(Vec::new())
            .map_err(|_| Fault::Setup("an endpoint is no address".to_owned()))?;
        let answer = self.asker.ask(question).await?;
        if answer.status() == StatusCode::OK {
            return Ok(answer.into_body());
        }
        Err(Fault::Answer(format!("{address} answers {}", answer.status().as_u16())))
    }
}
