//! Secrets from Parameter Store, asked of a stand-in that speaks just enough of it.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::{Answer, Place, answer, bare};

/// What the stand-in answers.
#[derive(Clone, Copy)]
enum Mood {
    Well,
    Denied,
    Broken,
    /// Twice broken, then well.
    Slow,
}

struct StandIn {
    port: u16,
    asked: Arc<AtomicUsize>,
}

impl StandIn {
    fn start(mood: Mood, parameters: Vec<(&'static str, String)>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let asked = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&asked);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let number = count.fetch_add(1, Ordering::SeqCst);
                let _ = serve(stream, mood, number, &parameters);
            }
        });
        Self { port, asked }
    }

    fn run(&self, args: &[&str], env: &[(&str, &str)]) -> Answer {
        let mut command = bare(args);
        command
            .env("EMOL_SSM_PREFIX", "/emol/")
            .env("AWS_ENDPOINT_URL", format!("http://127.0.0.1:{}", self.port))
            .env("AWS_EC2_METADATA_SERVICE_ENDPOINT", format!("http://127.0.0.1:{}", self.port))
            .env("EMOL_AWS_CREDENTIALS_FILE", "")
            .envs(env.iter().copied());
        answer(command.output().unwrap())
    }
}

const KEY: [(&str, &str); 2] = [("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE"), ("AWS_SECRET_ACCESS_KEY", "hush-hush")];

fn serve(
    mut stream: TcpStream,
    mood: Mood,
    number: usize,
    parameters: &[(&'static str, String)],
) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream.try_clone()?);
    let (mut first, mut length) = (String::new(), 0);
    reader.read_line(&mut first)?;
    loop {
        let mut line = String::new();
        reader.read_line(&mut line)?;
        let lower = line.to_ascii_lowercase();
        if let Some(value) = lower.strip_prefix("content-length:") {
            length = value.trim().parse().unwrap_or(0);
        }
        if line.trim().is_empty() {
            break;
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body)?;
    let (status, text) = reply(&first, mood, number, &String::from_utf8_lossy(&body), parameters);
    write!(
        stream,
        "HTTP/1.1 {status} X\r\nContent-Type: application/x-amz-json-1.1\r\nContent-Length: {}\r\n\
         x-aws-ec2-metadata-token-ttl-seconds: 21600\r\nConnection: close\r\n\r\n{text}",
        text.len()
    )
}

fn reply(
    first: &str,
    mood: Mood,
    number: usize,
    body: &str,
    all: &[(&'static str, String)],
) -> (u16, String) {
    // The instance's metadata, version 2: a token first.
    if first.contains("/latest/api/token") {
        return (200, "token".to_owned());
    }
    if first.contains("/security-credentials/emol-role") {
        let text = r#"{"Code":"Success","Type":"AWS-HMAC","AccessKeyId":"ROLE","SecretAccessKey":"s","Token":"t",
            "Expiration":"2099-01-01T00:00:00Z"}"#;
        return (200, text.to_owned());
    }
    if first.contains("/security-credentials") {
        return (200, "emol-role".to_owned());
    }
    match mood {
        Mood::Denied => return (400, r#"{"__type":"AccessDeniedException","Message":"no"}"#.to_owned()),
        Mood::Broken => return (500, r#"{"__type":"InternalServerError"}"#.to_owned()),
        Mood::Slow if number < 2 => return (500, r#"{"__type":"InternalServerError"}"#.to_owned()),
        Mood::Slow | Mood::Well => {}
    }
    let asked: serde_json::Value = serde_json::from_str(body).unwrap();
    assert_eq!(asked["WithDecryption"], true);
    let names: Vec<&str> =
        asked["Names"].as_array().unwrap().iter().map(|name| name.as_str().unwrap()).collect();
    assert!(names.len() <= 10);
    let found: Vec<_> = all
        .iter()
        .filter(|(name, _)| names.contains(name))
        .map(|(name, value)| serde_json::json!({ "Name": name, "Type": "SecureString", "Value": value }))
        .collect();
    (200, serde_json::json!({ "Parameters": found, "InvalidParameters": [] }).to_string())
}

/// The master keys of a place, as parameters would hold them.
fn keys(place: &Place) -> String {
    std::fs::read_to_string(place.file("emol.db.key")).unwrap()
}

#[test]
fn the_master_keys_come_from_the_store_and_are_never_told() {
    let place = Place::migrated();
    let keys = keys(&place);
    std::fs::remove_file(place.file("emol.db.key")).unwrap();
    let store = StandIn::start(Mood::Well, vec![("/emol/master_keys", keys.clone())]);
    let url = place.url();
    let found = store.run(&["doctor"], &[KEY[0], KEY[1], ("DATABASE_URL", &url), ("EMOL_LOG", "trace")]);
    assert!(found.out.contains("the master keys open what is sealed"), "{found:?}");
    let secret = keys.trim().split_once(':').unwrap().1;
    for secret in [secret, "hush-hush"] {
        assert!(!found.out.contains(secret) && !found.err.contains(secret));
    }
    assert_eq!(store.asked.load(Ordering::SeqCst), 1, "one call for all of them");
}

#[test]
fn the_credentials_come_from_the_file_and_then_from_the_instance() {
    let place = Place::migrated();
    let store = StandIn::start(Mood::Well, vec![("/emol/master_keys", keys(&place))]);
    std::fs::remove_file(place.file("emol.db.key")).unwrap();
    let url = place.url();
    let file = place.write(
        "credentials.json",
        r#"{"aws_access_key_id": "A", "aws_secret_access_key": "hush", "region_name": "eu-west-1"}"#,
    );
    let by_file = [("DATABASE_URL", url.as_str()), ("EMOL_AWS_CREDENTIALS_FILE", &file)];
    assert_eq!(store.run(&["verify"], &by_file).code, 0);
    let by_role = store.run(&["verify"], &[("DATABASE_URL", &url)]);
    assert_eq!(by_role.code, 0, "{by_role:?}");
    let broken = place.write("broken.json", "{\"aws_access_key_id\": \"hush");
    let refused = store.run(&["verify"], &[("DATABASE_URL", &url), ("EMOL_AWS_CREDENTIALS_FILE", &broken)]);
    assert!(
        refused.code == 3 && refused.err.contains("JSON") && !refused.err.contains("hush"),
        "{refused:?}"
    );
}

#[test]
fn what_is_missing_or_denied_is_named_and_ends_with_three() {
    let store = StandIn::start(Mood::Well, vec![("/emol/db_name", "emol".to_owned())]);
    let missing = store.run(&["verify"], &KEY);
    assert_eq!(missing.code, 3, "{missing:?}");
    for name in ["/emol/db_user", "/emol/db_password", "/emol/db_host", "/emol/master_keys"] {
        assert!(missing.err.contains(name), "{missing:?}");
    }
    assert!(!missing.err.contains("/emol/db_name:"), "{missing:?}");
    let denied = StandIn::start(Mood::Denied, Vec::new()).run(&["verify"], &KEY);
    assert!(denied.code == 3 && denied.err.contains("setup_files/iam/ssm-read.json"), "{denied:?}");
}

#[test]
fn a_store_that_is_away_is_tried_again_and_then_ends_with_seven() {
    let place = Place::migrated();
    let url = place.url();
    let slow = StandIn::start(Mood::Slow, vec![("/emol/master_keys", keys(&place))]);
    assert_eq!(slow.run(&["verify"], &[KEY[0], KEY[1], ("DATABASE_URL", &url)]).code, 0);
    let broken = StandIn::start(Mood::Broken, Vec::new());
    let away = broken.run(&["verify"], &KEY);
    assert!(away.code == 7 && away.err.contains("Parameter Store"), "{away:?}");
    assert_eq!(broken.asked.load(Ordering::SeqCst), 4, "four tries and no more");
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let nobody = StandIn { port: listener.local_addr().unwrap().port(), asked: Arc::default() };
    drop(listener);
    let away = nobody.run(&["verify"], &KEY);
    assert!(away.code == 7 && away.err.contains("cannot be reached"), "{away:?}");
    // What needs no secrets asks for none.
    assert_eq!(nobody.run(&["keys", "generate"], &KEY).code, 0);
}
