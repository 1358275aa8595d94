//! Who asks: a client of our own that sends any request, and `wrk` for many of the same.

use std::net::SocketAddr;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// A connection that is kept, and one request at a time on it.
pub struct Client {
    stream: TcpStream,
    /// The last answer, headers and body.
    pub answer: Vec<u8>,
}

impl Client {
    /// Connects.
    pub async fn to(address: SocketAddr) -> Self {
        let stream = TcpStream::connect(address).await.unwrap();
        stream.set_nodelay(true).unwrap();
        Self { stream, answer: Vec::with_capacity(64 * 1024) }
    }

    /// Sends a request and reads the whole answer; its status.
    pub async fn send(&mut self, request: &[u8]) -> u16 {
        self.stream.write_all(request).await.unwrap();
        self.answer.clear();
        let mut whole = usize::MAX;
        while self.answer.len() < whole {
            assert!(self.stream.read_buf(&mut self.answer).await.unwrap() > 0, "the server hung up");
            if whole == usize::MAX
                && let Some(end) = self.answer.windows(4).position(|four| four == b"\r\n\r\n")
            {
                let head = String::from_utf8_lossy(&self.answer[..end]).to_ascii_lowercase();
                let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
                whole = end + 4 + length.map_or(0, |length| length.trim().parse::<usize>().unwrap());
            }
        }
        std::str::from_utf8(&self.answer[9..12]).unwrap().parse().unwrap()
    }
}

/// A GET request.
pub fn get(path: &str) -> Vec<u8> {
    format!("GET {path} HTTP/1.1\r\nhost: bench\r\n\r\n").into_bytes()
}

/// Requests a second and the 99th percentile in milliseconds, by wrk on one thread with 32 connections.
pub async fn wrk(url: String) -> (f64, f64) {
    run_wrk(&[&url]).await
}

/// [`wrk`] asking for one path after another, over and over.
pub async fn wrk_all(address: SocketAddr, paths: &[String]) -> (f64, f64) {
    wrk_as(address, "", paths).await
}

/// The same as whoever has that cookie.
pub async fn wrk_as(address: SocketAddr, cookie: &str, paths: &[String]) -> (f64, f64) {
    let listed: String = paths.iter().flat_map(|path| ["wrk.format('GET', '", path, "'),\n"]).collect();
    let script = format!(
        "wrk.headers['Cookie'] = '{cookie}'\nlocal at = 0\nlocal all\nfunction init() all = {{\n{listed}}} end\n\
         function request() at = at % #all + 1 return all[at] end\n"
    );
    let file = std::env::temp_dir().join(format!("emol-wrk-{}.lua", std::process::id()));
    std::fs::write(&file, script).unwrap();
    let measured = run_wrk(&["-s", file.to_str().unwrap(), &format!("http://{address}")]).await;
    std::fs::remove_file(&file).unwrap();
    measured
}

async fn run_wrk(what: &[&str]) -> (f64, f64) {
    let run = tokio::process::Command::new("wrk")
        .args(["-t1", "-c32", "-d2s", "--latency"])
        .args(what)
        .output()
        .await
        .expect("wrk is installed: setup_files/bench.sh does that");
    let text = String::from_utf8(run.stdout).unwrap();
    assert!(!text.contains("Non-2xx"), "{text}");
    let after = |label: &str| {
        let line = text.lines().find(|line| line.trim().starts_with(label)).unwrap();
        line.trim()[label.len()..].trim().to_owned()
    };
    let slow = after("99%");
    let number: f64 = slow.trim_end_matches(|c: char| c.is_alphabetic()).parse().unwrap();
    let millis = if slow.ends_with("us") {
        number / 1000.0
    } else if slow.ends_with("ms") {
        number
    } else {
        number * 1000.0
    };
    (after("Requests/sec:").parse().unwrap(), millis)
}

/// Searches of the register by part of a name, which are never kept, each with a full page of fifty.
pub fn searches() -> Vec<String> {
    let parts = ["a", "e", "i", "o", "n", "r", "l"];
    (0..2_000).map(|n| format!("/register?q={}&page={}", parts[n % parts.len()], n / 7 % 4 + 1)).collect()
}
