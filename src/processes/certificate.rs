//! The site's certificate, as visitors are shown it: is it one that browsers accept, and for how long?

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::client::WebPkiServerVerifier;
use tokio_rustls::rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use tokio_rustls::rustls::{
    CertificateError, ClientConfig, DigitallySignedStruct, Error, RootCertStore, SignatureScheme, crypto,
};

use crate::config::Certificate;
use crate::domain::date::Instant;

/// How long a look may take.
const PATIENCE: Duration = Duration::from_secs(20);
/// Days before its end by which a certificate should have been renewed: certbot does it at 30.
const DAYS: u64 = 14;

/// What is wrong with the certificate, in words for whoever runs the site; nothing where all is well.
///
/// # Errors
/// It could not be looked at.
pub async fn look(site: &Certificate, now: Instant) -> Result<Option<String>, String> {
    let mut roots = RootCertStore::empty();
    roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
    look_by(site, now, roots).await
}

/// The same, believing other roots.
async fn look_by(site: &Certificate, now: Instant, roots: RootCertStore) -> Result<Option<String>, String> {
    let failed = |why: &dyn std::fmt::Display| {
        format!("the certificate of {} could not be looked at, at {}: {why}", site.host, site.at)
    };
    let provider = Arc::new(crypto::ring::default_provider());
    let verifier =
        WebPkiServerVerifier::builder_with_provider(Arc::new(roots), Arc::clone(&provider)).build();
    let seconds = u64::try_from(now.micros() / 1_000_000).unwrap_or(0);
    let looker =
        Arc::new(Looker { inner: verifier.map_err(|why| failed(&why))?, seconds, seen: Mutex::new(None) });
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|why| failed(&why))?
        .dangerous()
        .with_custom_certificate_verifier(Arc::clone(&looker) as Arc<dyn ServerCertVerifier>)
        .with_no_client_auth();
    let name = ServerName::try_from(site.host.clone()).map_err(|why| failed(&why))?;
    let shaking_hands = async {
        let stream = TcpStream::connect(&site.at).await?;
        TlsConnector::from(Arc::new(config)).connect(name, stream).await
    };
    match tokio::time::timeout(PATIENCE, shaking_hands).await {
        Err(_) => return Err(failed(&"nobody answered in time")),
        Ok(Err(why)) => return Err(failed(&why)),
        Ok(Ok(_)) => {}
    }
    let seen = looker.seen.lock().unwrap_or_else(PoisonError::into_inner).take();
    Ok(match seen {
        None | Some(Seen::Good) => None,
        Some(Seen::Lapses) => Some(format!(
            "the certificate of {} ends within {DAYS} days and was not renewed: `sudo certbot renew --dry-run` on \
             the machine says why",
            site.host
        )),
        Some(Seen::Bad(why)) => {
            Some(format!("browsers do not accept the certificate of {}: {why}", site.host))
        }
    })
}

/// What was seen.
#[derive(Debug)]
enum Seen {
    Good,
    Lapses,
    Bad(String),
}

/// Judges a certificate for now and for some days ahead, and goes on with any: nothing is told to the other side.
#[derive(Debug)]
struct Looker {
    inner: Arc<WebPkiServerVerifier>,
    seconds: u64,
    seen: Mutex<Option<Seen>>,
}

impl ServerCertVerifier for Looker {
    fn verify_server_cert(
        &self,
        end: &CertificateDer<'_>,
        between: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        ocsp: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let on = |days: u64| {
            let at = UnixTime::since_unix_epoch(Duration::from_secs(self.seconds + days * 86_400));
            self.inner.verify_server_cert(end, between, name, ocsp, at)
        };
        let seen = match (on(0), on(DAYS)) {
            (Ok(_), Ok(_)) => Seen::Good,
            (Ok(_), Err(_)) => Seen::Lapses,
            (Err(Error::InvalidCertificate(why)), _) => Seen::Bad(words(&why)),
            (Err(why), _) => Seen::Bad(why.to_string()),
        };
        *self.seen.lock().unwrap_or_else(PoisonError::into_inner) = Some(seen);
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.inner.verify_tls12_signature(message, cert, signed)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.inner.verify_tls13_signature(message, cert, signed)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.inner.supported_verify_schemes()
    }
}

fn words(why: &CertificateError) -> String {
    match why {
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => {
            "it has ended; `sudo certbot renew` on the machine renews it".to_owned()
        }
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
            "it is for another name".to_owned()
        }
        CertificateError::UnknownIssuer => "nobody they know has signed it".to_owned(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::AsyncReadExt;
    use tokio::net::TcpListener;
    use tokio_rustls::TlsAcceptor;
    use tokio_rustls::rustls::ServerConfig;
    use tokio_rustls::rustls::pki_types::PrivateKeyDer;

    use super::*;

    const AUTHORITY: &[u8] = include_bytes!("../../tests/it/support/tls/authority.der");
    /// For emol.example.org, good from 2026-11-23 to 2036-11-20.
    const SITE: &[u8] = include_bytes!("../../tests/it/support/tls/site.der");
    const KEY: &[u8] = include_bytes!("../../tests/it/support/tls/key.der");

    /// Shows that certificate to whoever comes.
    async fn shown() -> String {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let at = listener.local_addr().unwrap().to_string();
        let provider = Arc::new(crypto::ring::default_provider());
        let config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![SITE.into()], PrivateKeyDer::try_from(KEY).unwrap())
            .unwrap();
        tokio::spawn(async move {
            let acceptor = TlsAcceptor::from(Arc::new(config));
            while let Ok((stream, _)) = listener.accept().await {
                if let Ok(mut stream) = acceptor.accept(stream).await {
                    let _ = stream.read(&mut [0]).await;
                }
            }
        });
        at
    }

    async fn seen(host: &str, on: &str, known: bool) -> Option<String> {
        let site = Certificate { host: host.to_owned(), at: shown().await };
        let now = chrono::DateTime::parse_from_rfc3339(&format!("{on}T12:00:00Z")).unwrap();
        let mut roots = RootCertStore::empty();
        if known {
            roots.add(AUTHORITY.into()).unwrap();
        } else {
            roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
        }
        look_by(&site, Instant::from_micros(now.timestamp_micros()), roots).await.unwrap()
    }

    #[tokio::test]
    async fn a_certificate_is_good_until_a_fortnight_before_its_end() {
        assert_eq!(seen("emol.example.org", "2036-11-05", true).await, None);
        let soon = seen("emol.example.org", "2036-11-08", true).await.unwrap();
        assert!(soon.contains("ends within 14 days"), "{soon}");
        let ended = seen("emol.example.org", "2036-12-01", true).await.unwrap();
        assert!(ended.contains("it has ended"), "{ended}");
    }

    #[tokio::test]
    async fn it_must_be_for_the_site_and_signed_by_somebody_known() {
        let other = seen("emol.example.net", "2030-01-01", true).await.unwrap();
        assert!(other.contains("another name"), "{other}");
        let unknown = seen("emol.example.org", "2030-01-01", false).await.unwrap();
        assert!(unknown.contains("nobody they know"), "{unknown}");
    }

    #[tokio::test]
    async fn where_nobody_answers_that_is_said() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let at = listener.local_addr().unwrap().to_string();
        drop(listener);
        let site = Certificate { host: "emol.example.org".to_owned(), at };
        let why = look(&site, Instant::from_micros(0)).await.unwrap_err();
        assert!(why.contains("could not be looked at"), "{why}");
    }
}
