//! Who asks: a client of our own that sends any request, and `wrk` for many of the same.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

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
    let run = tokio::process::Command::new("wrk")
        .args(["-t1", "-c32", "-d2s", "--latency", &url])
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

/// Every request once, by 32 clients; requests a second.
pub async fn each_once(address: SocketAddr, paths: &Arc<Vec<Vec<u8>>>) -> f64 {
    let next = Arc::new(AtomicUsize::new(0));
    let started = Instant::now();
    let mut clients = Vec::new();
    for _ in 0..32 {
        let (paths, next) = (Arc::clone(paths), Arc::clone(&next));
        clients.push(tokio::spawn(async move {
            let mut client = Client::to(address).await;
            while let Some(path) = paths.get(next.fetch_add(1, Ordering::Relaxed)) {
                assert_eq!(client.send(path).await, 200);
            }
        }));
    }
    for client in clients {
        client.await.unwrap();
    }
    paths.len() as f64 / started.elapsed().as_secs_f64()
}

/// Searches of the register by part of a name, which are never kept, each with a full page of fifty.
pub fn searches() -> Vec<Vec<u8>> {
    let parts = ["a", "e", "i", "o", "n", "r", "l"];
    (0..2_000)
        .map(|n| get(&format!("/register?q={}&page={}", parts[n % parts.len()], n / 7 % 4 + 1)))
        .collect()
}
