//! A mail server that does what a test tells it: takes mail, refuses one or all, loses its answers, is away.

use std::collections::HashSet;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use emol::config::{SmtpConfig, SmtpTls};
use emol::domain::contact::Email;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

/// One mail that arrived.
#[derive(Debug, Clone)]
pub struct Arrived {
    /// Where it went.
    pub to: String,
    /// Its Message-ID.
    pub id: String,
    /// Its headers, one a line.
    pub head: String,
    /// Its plain text.
    pub text: String,
}

/// How it behaves.
#[derive(Default)]
pub struct Mood {
    /// Connections end before a word is said.
    pub away: bool,
    /// What every recipient is answered, where not yes: `451 4.3.0 later`.
    pub refuses_all: Option<&'static str>,
    /// Addresses that it does not know.
    pub unknown: HashSet<String>,
    /// How long it thinks about each mail.
    pub slow: Duration,
    /// So many of the next mails arrive, but the connection ends before the answer.
    pub loses: usize,
}

#[derive(Default)]
struct Inner {
    mood: Mood,
    arrived: Vec<Arrived>,
    lost: HashSet<String>,
}

/// The server; it ends with the test.
#[derive(Clone)]
pub struct MailServer {
    port: u16,
    inner: Arc<Mutex<Inner>>,
}

impl MailServer {
    /// On a free port of this machine.
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let server = Self { port: listener.local_addr().unwrap().port(), inner: Arc::default() };
        let inner = Arc::clone(&server.inner);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(talk(stream, Arc::clone(&inner)));
            }
        });
        server
    }

    /// How to reach it.
    pub fn config(&self) -> SmtpConfig {
        SmtpConfig {
            host: "127.0.0.1".to_owned(),
            port: self.port,
            tls: SmtpTls::Never,
            ca_file: None,
            login: None,
            from: Email::parse("lists@emol.example").unwrap(),
        }
    }

    /// Changes how it behaves.
    pub fn change(&self, change: impl FnOnce(&mut Mood)) {
        change(&mut self.inner.lock().unwrap().mood);
    }

    /// What arrived since the last time this was asked.
    pub fn take(&self) -> Vec<Arrived> {
        std::mem::take(&mut self.inner.lock().unwrap().arrived)
    }

    /// The Message-IDs of those that arrived and were not answered.
    pub fn lost(&self) -> HashSet<String> {
        self.inner.lock().unwrap().lost.clone()
    }
}

async fn talk(stream: TcpStream, inner: Arc<Mutex<Inner>>) {
    let _ = speak(stream, inner).await;
}

async fn speak(stream: TcpStream, inner: Arc<Mutex<Inner>>) -> std::io::Result<()> {
    if inner.lock().unwrap().mood.away {
        return Ok(());
    }
    let (from, mut to) = stream.into_split();
    let mut lines = BufReader::new(from).lines();
    to.write_all(b"220 ready\r\n").await?;
    let mut recipient = String::new();
    while let Some(line) = lines.next_line().await? {
        let verb = line.split([' ', ':']).next().unwrap_or_default().to_ascii_uppercase();
        let answer = match verb.as_str() {
            "EHLO" => "250 emol.example".to_owned(),
            "RCPT" => {
                recipient = line.split(['<', '>']).nth(1).unwrap_or_default().to_owned();
                let inner = inner.lock().unwrap();
                match inner.mood.refuses_all {
                    Some(no) => no.to_owned(),
                    None if inner.mood.unknown.contains(&recipient) => "550 5.1.1 who?".to_owned(),
                    None => "250 ok".to_owned(),
                }
            }
            "DATA" => {
                to.write_all(b"354 go on\r\n").await?;
                let mut data = Vec::new();
                while let Some(line) = lines.next_line().await? {
                    if line == "." {
                        break;
                    }
                    data.push(line.strip_prefix('.').map(ToOwned::to_owned).unwrap_or(line));
                }
                let slow = inner.lock().unwrap().mood.slow;
                tokio::time::sleep(slow).await;
                let mut inner = inner.lock().unwrap();
                let arrived = read(&recipient, &data);
                let first = !inner.lost.contains(&arrived.id);
                let lose = first && inner.mood.loses > 0;
                if lose {
                    inner.mood.loses -= 1;
                    inner.lost.insert(arrived.id.clone());
                }
                inner.arrived.push(arrived);
                if lose {
                    return Ok(());
                }
                "250 2.0.0 taken".to_owned()
            }
            "QUIT" => {
                to.write_all(b"221 bye\r\n").await?;
                return Ok(());
            }
            _ => "250 ok".to_owned(),
        };
        to.write_all(format!("{answer}\r\n").as_bytes()).await?;
    }
    Ok(())
}

fn read(to: &str, data: &[String]) -> Arrived {
    let split = data.iter().position(String::is_empty).unwrap_or(data.len());
    let mut head: Vec<String> = Vec::new();
    for line in &data[..split] {
        match head.last_mut().filter(|_| line.starts_with(' ')) {
            Some(last) => last.push_str(line),
            None => head.push(line.clone()),
        }
    }
    let id = head.iter().find_map(|line| line.strip_prefix("Message-ID: ")).unwrap_or_default().to_owned();
    let boundary = data[split..].iter().find(|line| line.starts_with("--")).cloned().unwrap_or_default();
    let part: Vec<String> = data[split..]
        .iter()
        .skip_while(|line| **line != boundary)
        .skip(1)
        .take_while(|line| **line != boundary)
        .cloned()
        .collect();
    let body_at = part.iter().position(String::is_empty).unwrap_or(0);
    let encoding = part[..body_at]
        .iter()
        .find_map(|line| line.strip_prefix("Content-Transfer-Encoding: "))
        .unwrap_or("7bit");
    let body = part[body_at..].join("\n");
    let text = match encoding {
        "base64" => {
            String::from_utf8(STANDARD.decode(body.replace('\n', "")).unwrap_or_default()).unwrap_or_default()
        }
        "quoted-printable" => quoted(&body),
        _ => body,
    };
    Arrived { to: to.to_owned(), id, head: head.join("\n"), text: text.replace('\r', "") }
}

fn quoted(body: &str) -> String {
    let body = body.replace("=\n", "");
    let mut bytes = Vec::new();
    let mut rest = body.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'=' {
            let pair = [rest.next().unwrap_or(b'0'), rest.next().unwrap_or(b'0')];
            bytes.push(u8::from_str_radix(std::str::from_utf8(&pair).unwrap(), 16).unwrap());
        } else {
            bytes.push(byte);
        }
    }
    String::from_utf8(bytes).unwrap()
}
