//! Asking the provider: one question, one connection, an answer of limited
//! size within a limited time. Redirects are not followed: every address is
//! named by the provider's own description, and none of them moves.

use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Bytes;
use axum::http::uri::{PathAndQuery, Scheme};
use axum::http::{HeaderValue, Uri, header};
use http_body_util::{BodyExt, Full, LengthLimitError, Limited};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use oauth2::{AsyncHttpClient, HttpRequest, HttpResponse};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::task::JoinHandle;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::pki_types::ServerName;
use tokio_rustls::rustls::{ClientConfig, RootCertStore, crypto};

/// Largest answer that is read, in bytes; descriptions and keys of large providers have some 5 KiB.
const MOST_BYTES: usize = 256 * 1024;

/// Asks over https, and over plain http where an address says so.
pub struct Asker {
    tls: TlsConnector,
    patience: Duration,
}

/// Why there is no answer. For the log: names hosts and reasons, never what was asked or answered.
#[derive(Debug, thiserror::Error)]
pub enum NoAnswer {
    /// The address cannot be asked.
    #[error("its address cannot be used: {0}")]
    Address(&'static str),
    /// No connection, or it broke.
    #[error("{host} cannot be reached: {why}")]
    Unreachable {
        /// Whom we asked.
        host: String,
        /// What came instead of an answer.
        why: String,
    },
    /// It took too long.
    #[error("it did not answer within {} ms", .0.as_millis())]
    Slow(Duration),
    /// The answer is larger than is read.
    #[error("its answer has more than {MOST_BYTES} bytes")]
    TooLarge,
}

trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Stream for T {}

/// Ends the task when the question is given up.
struct Driving(JoinHandle<()>);

impl Drop for Driving {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl Asker {
    /// Asks whoever proves by a certificate of Mozilla's list to be who is asked.
    ///
    /// # Panics
    /// Never: ring speaks the protocol versions that rustls has.
    #[must_use]
    pub fn new(patience: Duration) -> Self {
        let roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
        let config = ClientConfig::builder_with_provider(Arc::new(crypto::ring::default_provider()))
            .with_safe_default_protocol_versions()
            .expect("ring speaks TLS 1.2 and 1.3")
            .with_root_certificates(roots)
            .with_no_client_auth();
        Self { tls: TlsConnector::from(Arc::new(config)), patience }
    }

    /// The answer to one question, whatever its status.
    ///
    /// # Errors
    /// [`NoAnswer`].
    pub async fn ask(&self, question: HttpRequest) -> Result<HttpResponse, NoAnswer> {
        let asked = tokio::time::timeout(self.patience, self.exchange(question)).await;
        asked.unwrap_or(Err(NoAnswer::Slow(self.patience)))
    }

    async fn exchange(&self, question: HttpRequest) -> Result<HttpResponse, NoAnswer> {
        let (mut parts, body) = question.into_parts();
        let (secure, host, port) = place(&parts.uri)?;
        let fails =
            |why: &dyn std::fmt::Display| NoAnswer::Unreachable { host: host.clone(), why: why.to_string() };
        let tcp = TcpStream::connect((host.as_str(), port)).await.map_err(|why| fails(&why))?;
        let stream: Box<dyn Stream> = if secure {
            let name = ServerName::try_from(host.clone()).map_err(|why| fails(&why))?;
            Box::new(self.tls.connect(name, tcp).await.map_err(|why| fails(&why))?)
        } else {
            Box::new(tcp)
        };
        let authority = parts.uri.authority().map_or("", |authority| authority.as_str());
        let authority = HeaderValue::from_str(authority).map_err(|_| NoAnswer::Address("its host"))?;
        parts.headers.insert(header::HOST, authority);
        parts.uri = Uri::from(parts.uri.path_and_query().cloned().unwrap_or(PathAndQuery::from_static("/")));
        let (mut sender, connection) =
            http1::handshake::<_, Full<Bytes>>(TokioIo::new(stream)).await.map_err(|why| fails(&why))?;
        let _driving = Driving(tokio::spawn(async move {
            // What went wrong is told to whoever waits for the answer.
            let _ = connection.await;
        }));
        let question = axum::http::Request::from_parts(parts, Full::new(Bytes::from(body)));
        let answer = sender.send_request(question).await.map_err(|why| fails(&why))?;
        let (parts, body) = answer.into_parts();
        match Limited::new(body, MOST_BYTES).collect().await {
            Ok(body) => Ok(HttpResponse::from_parts(parts, body.to_bytes().to_vec())),
            Err(error) if error.is::<LengthLimitError>() => Err(NoAnswer::TooLarge),
            Err(error) => Err(fails(&error)),
        }
    }
}

impl<'c> AsyncHttpClient<'c> for Asker {
    type Error = NoAnswer;
    type Future = Pin<Box<dyn Future<Output = Result<HttpResponse, NoAnswer>> + Send + 'c>>;

    fn call(&'c self, question: HttpRequest) -> Self::Future {
        Box::pin(self.ask(question))
    }
}

/// Whether by https, the host, the port.
fn place(uri: &Uri) -> Result<(bool, String, u16), NoAnswer> {
    let secure = match uri.scheme() {
        Some(scheme) if *scheme == Scheme::HTTPS => true,
        Some(scheme) if *scheme == Scheme::HTTP => false,
        _ => return Err(NoAnswer::Address("it is neither https nor http")),
    };
    if uri.authority().is_none_or(|authority| authority.as_str().contains('@')) {
        return Err(NoAnswer::Address("its host"));
    }
    let host = uri.host().ok_or(NoAnswer::Address("its host"))?;
    let host = host.trim_start_matches('[').trim_end_matches(']').to_owned();
    Ok((secure, host, uri.port_u16().unwrap_or(if secure { 443 } else { 80 })))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_says_whom_to_ask() {
        let of = |text: &str| place(&text.parse().unwrap()).ok();
        assert_eq!(of("https://id.example/x"), Some((true, "id.example".into(), 443)));
        assert_eq!(of("http://[::1]:99/"), Some((false, "::1".into(), 99)));
        assert_eq!(of("/path"), None);
        assert_eq!(of("https://user@id.example/"), None);
        assert_eq!(of("ftp://id.example/"), None);
    }
}
