//! The web server: where it answers, how people reach it, whom it believes.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use super::settings::{BASE_URL, LISTEN, TEST_SITE, TRUSTED_PROXIES};
use super::{ConfigError, Fault, Source};

/// Where the web server answers, how people reach it, whom it believes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServeConfig {
    /// The address and port to answer on; port 0 takes a free one.
    pub listen: SocketAddr,
    /// The address that people type, without a slash at its end; the listener's own when not set.
    pub base_url: Option<String>,
    /// Proxies whose word about a visitor's address is believed.
    pub trusted_proxies: Vec<IpAddr>,
    /// Whether the site is only for trying things.
    pub test_site: bool,
}

impl ServeConfig {
    /// Reads `EMOL_LISTEN`, `EMOL_BASE_URL`, `EMOL_TEST_SITE` and `EMOL_TRUSTED_PROXIES`.
    ///
    /// # Errors
    /// Everything that is wrong with any of them.
    pub fn read(source: &Source) -> Result<Self, ConfigError> {
        let mut faults = Vec::new();
        let mut listen = SocketAddr::from((Ipv4Addr::LOCALHOST, 8080));
        if let Some(text) = source.get(LISTEN) {
            match text.parse() {
                Ok(address) => listen = address,
                Err(_) => faults.push(Fault::wrong(LISTEN, text, "it is an address and a port")),
            }
        }
        let base_url = source.get(BASE_URL).map(|text| text.trim_end_matches('/').to_owned());
        if let Some(text) = &base_url {
            let host = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
            if !host.is_some_and(|host| !host.is_empty() && !host.contains([' ', '/', '?', '#', '@'])) {
                let why = "it is https:// or http:// and a host, without a path";
                faults.push(Fault::wrong(BASE_URL, text, why));
            }
        }
        let mut trusted_proxies = Vec::new();
        let proxies = source.get(TRUSTED_PROXIES).unwrap_or_default();
        for text in proxies.split(',').map(str::trim).filter(|text| !text.is_empty()) {
            match text.parse() {
                Ok(address) => trusted_proxies.push(address),
                Err(_) => {
                    faults.push(Fault::wrong(TRUSTED_PROXIES, text, "it is an address, without a port"));
                }
            }
        }
        let test_site = match source.get(TEST_SITE) {
            None | Some("no") => false,
            Some("yes") => true,
            Some(other) => {
                faults.push(Fault::wrong(TEST_SITE, other, "it is yes or no"));
                false
            }
        };
        if faults.is_empty() {
            Ok(Self { listen, base_url, trusted_proxies, test_site })
        } else {
            Err(ConfigError(faults))
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[test]
    fn everything_wrong_is_named_at_once() {
        let env = [
            ("EMOL_LISTEN", "8080"),
            ("EMOL_BASE_URL", "emol.example.org/x"),
            ("EMOL_TRUSTED_PROXIES", "127.0.0.1,10.0.0.0/8"),
        ];
        let env: BTreeMap<_, _> = env.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
        let error = ServeConfig::read(&Source::of(env, None).unwrap()).unwrap_err();
        let names: Vec<_> = error.0.iter().map(|fault| fault.name.as_str()).collect();
        assert_eq!(names, ["EMOL_LISTEN", "EMOL_BASE_URL", "EMOL_TRUSTED_PROXIES"]);
        assert!(error.to_string().contains("127.0.0.1:8080"), "{error}");
    }
}
