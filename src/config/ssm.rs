//! Asking AWS's Parameter Store: once, at the start, decrypted, ten names a call.
//! Values go into the settings and nowhere else.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use aws_config::imds::{self, credentials::ImdsCredentialsProvider};
use aws_config::provider_config::ProviderConfig;
use aws_sdk_ssm::Client;
use aws_sdk_ssm::config::retry::RetryConfig;
use aws_sdk_ssm::config::timeout::TimeoutConfig;
use aws_sdk_ssm::config::{BehaviorVersion, Credentials, ProvideCredentials, Region};
use aws_sdk_ssm::error::{DisplayErrorContext, ProvideErrorMetadata, SdkError};
use aws_smithy_http_client::tls::{self, rustls_provider::CryptoMode};
use serde::Deserialize;

use super::parameters::{ParametersConfig, SecretsError};
use super::settings::{AWS_CREDENTIALS_FILE, SSM_PREFIX};
use super::{Fault, Source};

/// Most names in one call.
const NAMES: usize = 10;
/// How often one call is tried; with the limits below it ends within half a minute.
const TRIES: u32 = 4;
const ONE_TRY: Duration = Duration::from_secs(5);
const ALL_TRIES: Duration = Duration::from_secs(25);
/// The instance's own metadata service is near, or not there at all.
const METADATA: Duration = Duration::from_secs(2);

/// The kingdom's JSON file.
#[derive(Deserialize)]
struct File {
    aws_access_key_id: String,
    aws_secret_access_key: String,
}

/// Asks for every wanted parameter; those that are not there are left out.
///
/// # Errors
/// [`SecretsError::Config`] where somebody has to mend something, [`SecretsError::Away`] after the last try.
pub(super) async fn ask(
    config: &ParametersConfig,
    source: &Source,
) -> Result<BTreeMap<String, String>, SecretsError> {
    let http = aws_smithy_http_client::Builder::new()
        .tls_provider(tls::Provider::Rustls(CryptoMode::Ring))
        .build_https();
    let (credentials, from) = match own_credentials(config, source)? {
        Some(found) => found,
        None => (of_the_instance(config, &http).await?, "the instance role"),
    };
    let mut builder = aws_sdk_ssm::Config::builder()
        .behavior_version(BehaviorVersion::v2026_01_12())
        .region(Region::new(config.region.clone()))
        .http_client(http)
        .credentials_provider(credentials)
        .retry_config(RetryConfig::standard().with_max_attempts(TRIES))
        .timeout_config(
            TimeoutConfig::builder()
                .connect_timeout(ONE_TRY)
                .operation_attempt_timeout(ONE_TRY)
                .operation_timeout(ALL_TRIES)
                .build(),
        );
    if let Some(endpoint) = &config.endpoint {
        builder = builder.endpoint_url(endpoint);
    }
    let client = Client::from_conf(builder.build());
    let mut found = BTreeMap::new();
    for names in config.wanted.chunks(NAMES) {
        let full = names.iter().map(|name| format!("{}{name}", config.prefix)).collect();
        let answer = client.get_parameters().set_names(Some(full)).with_decryption(true).send().await;
        let answer = answer.map_err(|error| refused(&error, config, from))?;
        for parameter in answer.parameters() {
            let name = parameter.name().and_then(|name| name.strip_prefix(&config.prefix));
            if let (Some(name), Some(value)) = (name, parameter.value()) {
                found.insert(name.to_owned(), value.to_owned());
            }
        }
    }
    Ok(found)
}

/// Credentials from the environment, or from the file.
fn own_credentials(
    config: &ParametersConfig,
    source: &Source,
) -> Result<Option<(Credentials, &'static str)>, SecretsError> {
    if let (Some(id), Some(secret)) = (source.aws("AWS_ACCESS_KEY_ID"), source.aws("AWS_SECRET_ACCESS_KEY")) {
        let token = source.aws("AWS_SESSION_TOKEN").map(ToOwned::to_owned);
        return Ok(Some((Credentials::new(id, secret, token, None, "environment"), "AWS_ACCESS_KEY_ID")));
    }
    match read_file(&config.credentials_file) {
        Ok(file) => {
            let File { aws_access_key_id: id, aws_secret_access_key: secret } = file;
            let credentials = Credentials::new(id, secret, None, None, "file");
            Ok(Some((credentials, "the credentials file")))
        }
        Err(None) if !config.named => Ok(None),
        Err(why) => {
            let shown = config.credentials_file.display().to_string();
            let why = why.unwrap_or_else(|| "there is no such file".to_owned());
            Err(Fault::wrong(AWS_CREDENTIALS_FILE, &shown, &why).into())
        }
    }
}

/// Reads the file; `Err(None)` where there is none. What is wrong is told without what is in it.
fn read_file(path: &Path) -> Result<File, Option<String>> {
    let text = std::fs::read_to_string(path).map(zeroize::Zeroizing::new).map_err(|error| {
        let missing = error.kind() == std::io::ErrorKind::NotFound;
        (!missing)
            .then(|| format!("it cannot be read ({error}); it must belong to the account that runs emol"))
    })?;
    let shape = "it must be JSON with aws_access_key_id, aws_secret_access_key and region_name";
    serde_json::from_str(&text).map_err(|_| Some(shape.to_owned()))
}

/// Credentials of the instance's role, by IMDSv2.
async fn of_the_instance(
    config: &ParametersConfig,
    http: &(impl aws_sdk_ssm::config::HttpClient + Clone + 'static),
) -> Result<Credentials, SecretsError> {
    let provider = ProviderConfig::without_region()
        .with_http_client(http.clone())
        .with_region(Some(Region::new(config.region.clone())));
    let mut client = imds::Client::builder()
        .configure(&provider)
        .max_attempts(3)
        .connect_timeout(METADATA)
        .read_timeout(METADATA);
    if let Some(endpoint) = &config.metadata {
        client = client
            .endpoint(endpoint)
            .map_err(|error| SecretsError::Away(format!("AWS_EC2_METADATA_SERVICE_ENDPOINT: {error}")))?;
    }
    let role = ImdsCredentialsProvider::builder().configure(&provider).imds_client(client.build()).build();
    role.provide_credentials().await.map_err(|_| {
        Fault {
            name: "AWS credentials".to_owned(),
            problem: format!(
                "there are none: neither AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, nor the file {}, nor an \
                 instance role (on EC2, give the instance one and let its metadata be reached from containers: \
                 http-put-response-hop-limit 2; Lightsail has none that could be used)",
                config.credentials_file.display()
            ),
            example: Some(
                r#"{"aws_access_key_id": "…", "aws_secret_access_key": "…", "region_name": "ca-central-1"}"#
                    .to_owned(),
            ),
        }
        .into()
    })
}

/// What an error of the call means, and what to do.
fn refused<E, R>(error: &SdkError<E, R>, config: &ParametersConfig, from: &str) -> SecretsError
where
    E: ProvideErrorMetadata + std::error::Error + 'static,
    R: std::fmt::Debug,
{
    let place = config.endpoint.as_deref().unwrap_or(&config.region);
    let SdkError::ServiceError(answer) = error else {
        let why = match error {
            SdkError::TimeoutError(_) => "no answer in time".to_owned(),
            other => DisplayErrorContext(other).to_string(),
        };
        return SecretsError::Away(format!(
            "Parameter Store ({place}) cannot be reached after {TRIES} tries: {why}"
        ));
    };
    let code = answer.err().code().unwrap_or("unknown");
    let fault = |name: &str, problem: String| Fault { name: name.to_owned(), problem, example: None }.into();
    match code {
        "AccessDeniedException" | "AccessDenied" => fault(
            SSM_PREFIX.env,
            format!(
                "{from} may not read {}* in {place}: give it the rights of setup_files/iam/ssm-read.json \
                 (ssm:GetParameters, and kms:Decrypt on the key that seals them)",
                config.prefix
            ),
        ),
        "UnrecognizedClientException"
        | "InvalidClientTokenId"
        | "InvalidSignatureException"
        | "SignatureDoesNotMatch"
        | "ExpiredTokenException"
        | "IncompleteSignature" => fault(
            "AWS credentials",
            format!(
                "{from} is refused by AWS ({code}): make a new access key, and check this machine's clock"
            ),
        ),
        "InvalidKeyId" | "ValidationException" => {
            fault(SSM_PREFIX.env, format!("Parameter Store ({place}) refuses the question: {code}"))
        }
        _ => SecretsError::Away(format!("Parameter Store ({place}) answers {code} after {TRIES} tries")),
    }
}
