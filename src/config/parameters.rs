//! Secrets in AWS's Parameter Store: which ones, and which settings they fill.
//! What is set in the environment or in the settings file wins and is not asked for.
//!
//! The asking itself is `ssm.rs`, behind the cargo feature of that name.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::PathBuf;

use super::settings::{
    AWS_CREDENTIALS_FILE, DATABASE_URL, MASTER_KEYS, MASTER_KEYS_FILE, OIDC_CLIENT_ID, OIDC_CLIENT_SECRET,
    SSM_PREFIX,
};
use super::{ConfigError, Fault, Source};

/// The parts of the database's address, each a parameter of its own.
pub(super) const DATABASE: [&str; 4] = ["db_name", "db_user", "db_password", "db_host"];
/// The parameter with the master keys.
pub(super) const MASTER: &str = "master_keys";
/// Parameters that a kingdom may do without, and the key of the setting that each fills.
pub(super) const OPTIONAL: [(&str, &str); 3] = [
    ("oauth_client_id", OIDC_CLIENT_ID.key),
    ("oauth_client_secret", OIDC_CLIENT_SECRET.key),
    ("smtp_url", "smtp_url"),
];
/// Where everything runs when nothing else is said.
const REGION: &str = "ca-central-1";
/// The file that the kingdom's machine already has.
const CREDENTIALS_FILE: &str = "/opt/emol/emol_credentials.json";

/// Where the secrets are, and how to ask for them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParametersConfig {
    /// What the names begin with, like `/emol/`: a slash at both ends.
    pub prefix: String,
    /// The region.
    pub region: String,
    /// Another address than AWS's own, for a stand-in.
    pub endpoint: Option<String>,
    /// Another address of the instance's metadata service, for a stand-in.
    pub metadata: Option<String>,
    /// The JSON file with credentials; it need not exist.
    pub credentials_file: PathBuf,
    /// Whether somebody named that file: then it must exist.
    pub named: bool,
    /// The names to ask for, without the prefix.
    pub wanted: Vec<&'static str>,
}

/// Why the secrets could not be had.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SecretsError {
    /// A setting, a parameter or a right is missing: somebody has to mend it.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The store did not answer: trying again later may help.
    #[error("{0}")]
    Away(String),
}

impl From<Fault> for SecretsError {
    fn from(fault: Fault) -> Self {
        Self::Config(fault.into())
    }
}

impl ParametersConfig {
    /// Reads `EMOL_SSM_PREFIX` and AWS's own variables; nothing where no prefix is set.
    ///
    /// # Errors
    /// A prefix of another shape.
    pub fn read(source: &Source) -> Result<Option<Self>, ConfigError> {
        let Some(prefix) = source.get(SSM_PREFIX) else { return Ok(None) };
        let fits = |c: char| c.is_ascii_alphanumeric() || "/_.-".contains(c);
        if !prefix.starts_with('/') || prefix.contains("//") || !prefix.chars().all(fits) {
            let why =
                "it begins with a slash and holds letters, digits, slashes, dots, hyphens and underscores";
            return Err(Fault::wrong(SSM_PREFIX, prefix, why).into());
        }
        let file = source.get(AWS_CREDENTIALS_FILE);
        let credentials_file = PathBuf::from(file.unwrap_or(CREDENTIALS_FILE));
        let region = source.aws("AWS_REGION").or_else(|| source.aws("AWS_DEFAULT_REGION"));
        let region = region.map(ToOwned::to_owned).or_else(|| region_in(&credentials_file));
        let endpoint = source.aws("AWS_ENDPOINT_URL_SSM").or_else(|| source.aws("AWS_ENDPOINT_URL"));
        Ok(Some(Self {
            prefix: format!("{}/", prefix.trim_end_matches('/')),
            region: region.unwrap_or_else(|| REGION.to_owned()),
            endpoint: endpoint.map(ToOwned::to_owned),
            metadata: source.aws("AWS_EC2_METADATA_SERVICE_ENDPOINT").map(ToOwned::to_owned),
            credentials_file,
            named: file.is_some(),
            wanted: wanted(source),
        }))
    }

    /// Whether a parameter must be there.
    fn must(name: &str) -> bool {
        DATABASE.contains(&name) || name == MASTER
    }

    /// What the parameters that were found say, by the keys of settings.
    ///
    /// # Errors
    /// Every parameter that is empty, and every one that must be there and is not.
    pub(super) fn settings(
        &self,
        found: &BTreeMap<String, String>,
    ) -> Result<BTreeMap<String, String>, ConfigError> {
        let mut faults = Vec::new();
        for name in &self.wanted {
            let problem = match found.get(*name).map(|value| value.trim().is_empty()) {
                Some(true) => "is empty in Parameter Store",
                None if Self::must(name) => "is not in Parameter Store, or this account may not read it",
                _ => continue,
            };
            faults.push(self.fault(name, problem));
        }
        if !faults.is_empty() {
            return Err(ConfigError(faults));
        }
        let mut settings = BTreeMap::new();
        if let [Some(name), Some(user), Some(password), Some(host)] = DATABASE.map(|part| found.get(part)) {
            let (name, user, password) = (coded(name), coded(user), coded(password));
            let host = host.trim();
            settings.insert(DATABASE_URL.key.to_owned(), format!("mysql://{user}:{password}@{host}/{name}"));
        }
        for (name, key) in OPTIONAL.into_iter().chain([(MASTER, MASTER_KEYS.key)]) {
            if let Some(value) = found.get(name) {
                settings.insert(key.to_owned(), value.trim().to_owned());
            }
        }
        Ok(settings)
    }

    fn fault(&self, name: &str, problem: &str) -> Fault {
        let Self { prefix, region, .. } = self;
        Fault {
            name: format!("{prefix}{name}"),
            problem: format!("{problem} ({region})"),
            example: Some(format!(
                "aws ssm put-parameter --region {region} --type SecureString --name {prefix}{name} --value …"
            )),
        }
    }
}

/// The parameters whose settings are not set otherwise.
fn wanted(source: &Source) -> Vec<&'static str> {
    let mut names = Vec::new();
    if source.get(DATABASE_URL).is_none() {
        names.extend(DATABASE);
    }
    if source.get(MASTER_KEYS).is_none() && source.get(MASTER_KEYS_FILE).is_none() {
        names.push(MASTER);
    }
    names.extend(OPTIONAL.iter().filter(|(_, key)| !source.has(key)).map(|(name, _)| *name));
    names
}

/// The region that the credentials file names, as the kingdom's always did.
fn region_in(file: &std::path::Path) -> Option<String> {
    let text = std::fs::read_to_string(file).map(zeroize::Zeroizing::new).ok()?;
    let value: serde_json::Value = serde_json::from_str(&text).ok()?;
    Some(value.get("region_name")?.as_str()?.to_owned())
}

/// As it may stand in a URL.
fn coded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.trim().bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(pairs: &[(&str, &str)]) -> Result<Option<ParametersConfig>, ConfigError> {
        let env: BTreeMap<_, _> = pairs.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
        ParametersConfig::read(&Source::of(env, None).unwrap())
    }

    fn found(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
        pairs.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect()
    }

    const PREFIX: (&str, &str) = ("EMOL_SSM_PREFIX", "/emol");
    const ALL: [(&str, &str); 5] = [
        ("db_name", "emol"),
        ("db_user", "emol"),
        ("db_password", "p@ss/w:rd é"),
        ("db_host", "10.0.0.7:3307"),
        ("master_keys", "main:abc"),
    ];

    #[test]
    fn without_a_prefix_nothing_is_asked_for() {
        assert_eq!(config(&[]).unwrap(), None);
        for bad in ["emol", "/em ol", "//emol", "/emol//"] {
            let error = config(&[("EMOL_SSM_PREFIX", bad)]).unwrap_err().to_string();
            assert!(error.contains("EMOL_SSM_PREFIX=/emol/"), "{bad}: {error}");
        }
    }

    #[test]
    fn what_is_set_otherwise_is_not_asked_for() {
        let all = config(&[PREFIX]).unwrap().unwrap();
        assert_eq!((all.prefix.as_str(), all.region.as_str()), ("/emol/", "ca-central-1"));
        assert_eq!(all.wanted.len(), 8);
        let some = config(&[PREFIX, ("DATABASE_URL", "x"), ("EMOL_OIDC_CLIENT_ID", "y")]).unwrap().unwrap();
        assert_eq!(some.wanted, ["master_keys", "oauth_client_secret", "smtp_url"]);
    }

    #[test]
    fn the_address_of_the_database_is_put_together_whatever_the_password_holds() {
        let settings = config(&[PREFIX]).unwrap().unwrap().settings(&found(&ALL)).unwrap();
        assert_eq!(settings["database_url"], "mysql://emol:p%40ss%2Fw%3Ard%20%C3%A9@10.0.0.7:3307/emol");
        assert_eq!(settings["master_keys"], "main:abc");
    }

    #[test]
    fn what_is_missing_or_empty_is_named_all_at_once_and_never_taken_for_empty() {
        let config = config(&[PREFIX]).unwrap().unwrap();
        let error = config.settings(&found(&[ALL[0], ALL[1], ALL[3], ("master_keys", " ")])).unwrap_err();
        let names: Vec<_> = error.0.iter().map(|fault| fault.name.as_str()).collect();
        assert_eq!(names, ["/emol/db_password", "/emol/master_keys"]);
        let text = error.to_string();
        assert!(text.contains("is empty") && text.contains("aws ssm put-parameter"), "{text}");
    }
}
