//! `emol health`: whether a running server answers. Speaks just enough HTTP to
//! ask, because containers have no other program to do it with.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use serde::Serialize;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::{Failure, output};
use crate::config::{ServeConfig, Source};

/// Where to ask.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Asks the address in EMOL_LISTEN. Ends with 0 when the server answers and can reach its database, otherwise with 1.
In a Dockerfile: HEALTHCHECK CMD [\"emol\", \"health\"]")]
pub struct Args {
    /// Ask this address instead
    #[arg(long, value_name = "ADDRESS:PORT")]
    address: Option<SocketAddr>,
    /// How long to wait, in seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 3)]
    timeout: u64,
    /// Print the result as JSON
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Serialize)]
struct Report {
    healthy: bool,
    address: String,
    status: Option<u16>,
    found: String,
}

/// The path that answers whether the server is well.
const PATH: &str = "/health/ready";

pub async fn run(args: Args, source: &Source) -> Result<(), Failure> {
    let address = match args.address {
        Some(address) => address,
        None => ServeConfig::read(source)?.listen,
    };
    let address = reachable(address);
    let asked = tokio::time::timeout(Duration::from_secs(args.timeout.max(1)), ask(address)).await;
    let (status, found) = match asked {
        Ok(Ok(status)) => (Some(status), format!("{address} answers {status}")),
        Ok(Err(error)) => (None, format!("{address} does not answer: {error}")),
        Err(_) => (None, format!("{address} does not answer within {} s", args.timeout.max(1))),
    };
    let healthy = status.is_some_and(|status| (200..400).contains(&status));
    if args.json {
        output::say_json(&Report { healthy, address: address.to_string(), status, found })?;
        return if healthy { Ok(()) } else { Err(Failure::Refused(String::new())) };
    }
    if healthy {
        output::say(&found);
        Ok(())
    } else {
        Err(Failure::Refused(found))
    }
}

/// A server that answers on every address is asked on this machine's own.
fn reachable(address: SocketAddr) -> SocketAddr {
    let ip = match address.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => IpAddr::V4(Ipv4Addr::LOCALHOST),
        IpAddr::V6(ip) if ip.is_unspecified() => IpAddr::V6(Ipv6Addr::LOCALHOST),
        ip => ip,
    };
    SocketAddr::new(ip, address.port())
}

async fn ask(address: SocketAddr) -> std::io::Result<u16> {
    let mut stream = TcpStream::connect(address).await?;
    let request = format!("GET {PATH} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await?;
    let mut head = Vec::new();
    stream.take(64).read_to_end(&mut head).await?;
    let line = String::from_utf8_lossy(&head);
    let status = line.split_whitespace().nth(1).and_then(|status| status.parse().ok());
    status.ok_or_else(|| std::io::Error::other("what answers there does not speak HTTP"))
}
