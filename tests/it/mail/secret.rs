//! STARTTLS, TLS and logging in, with a mail server of somebody else's and certificates made here: what `emol mail test`
//! and `emol doctor` say when all is well, and when it is not.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::foreign::{Foreign, program};
use crate::cli::{Answer, Place, answer, free_port};

const PASSWORD: &str = "pa/ss%w0rd";
/// The same as it is written in an address.
const WRITTEN: &str = "pa%2Fss%25w0rd";
/// Another one.
const MISTYPED: &str = "passw0rd";

/// An authority of our own, and a certificate for `localhost` that comes from it.
struct Certificates {
    ca: PathBuf,
    cert: PathBuf,
    key: PathBuf,
}

impl Certificates {
    fn make(place: &Place) -> Self {
        let openssl = |args: &[&str]| {
            let made =
                answer(Command::new("openssl").args(args).current_dir(&place.folder).output().unwrap());
            assert_eq!(made.code, 0, "openssl {args:?}: {}", made.err);
        };
        let key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
        let ca =
            ["-x509", "-keyout", "ca.key", "-out", "ca.pem", "-subj", "/CN=A kingdom's own", "-days", "2"];
        openssl(&[&["req"], &key[..], &ca].concat());
        let asked = ["-keyout", "key.pem", "-out", "asked.pem", "-subj", "/CN=localhost"];
        openssl(&[&["req"], &key[..], &asked].concat());
        place.write("names", "subjectAltName=DNS:localhost\nbasicConstraints=CA:FALSE\n");
        openssl(&[
            "x509",
            "-req",
            "-in",
            "asked.pem",
            "-CA",
            "ca.pem",
            "-CAkey",
            "ca.key",
            "-CAcreateserial",
            "-days",
            "2",
            "-extfile",
            "names",
            "-out",
            "cert.pem",
        ]);
        Self { ca: place.file("ca.pem"), cert: place.file("cert.pem"), key: place.file("key.pem") }
    }

    fn start(&self, program: &str, place: &Place, name: &str, more: &[&str]) -> Foreign {
        let (cert, key) = (self.cert.to_str().unwrap(), self.key.to_str().unwrap());
        let tls = ["--cert", cert, "--key", key, "--user", "emol", "--password", PASSWORD];
        Foreign::start(program, place.file(name), &[&tls, more].concat())
    }
}

/// What `emol mail test` says with those settings; never a password, and not the address either.
fn tried(place: &Place, url: &str, ca: Option<&Path>) -> Answer {
    said(place, &["mail", "test", "asta@example.org"], url, ca)
}

fn said(place: &Place, args: &[&str], url: &str, ca: Option<&Path>) -> Answer {
    let mut command = place.command(args);
    command.env("EMOL_SMTP_URL", url).env("EMOL_MAIL_FROM", "lists@emol.example");
    if let Some(ca) = ca {
        command.env("EMOL_SMTP_CA_FILE", ca);
    }
    let said = answer(command.output().unwrap());
    for secret in [PASSWORD, WRITTEN, "asta@", MISTYPED] {
        assert!(!said.err.contains(secret) && !said.out.contains(secret), "{said:?}");
    }
    said
}

#[track_caller]
fn refused(answer: &Answer, because: &[&str]) {
    assert_eq!(answer.code, 1, "{answer:?}");
    for part in because {
        assert!(answer.err.contains(part), "not “{part}” but {answer:?}");
    }
}

#[test]
fn starttls_and_a_login_work_with_an_authority_of_ones_own() {
    let Some(program) = program() else { return };
    let place = Place::empty();
    let certificates = Certificates::make(&place);
    let server = certificates.start(&program, &place, "mails", &[]);
    let port = server.port;
    let url = format!("smtp://emol:{WRITTEN}@localhost:{port}?starttls=always");

    let good = tried(&place, &url, Some(&certificates.ca));
    assert_eq!(good.code, 0, "{good:?}");
    assert!(good.out.starts_with("accepted (250), as <"), "{good:?}");
    assert_eq!(server.count(), 1);

    let ca = Some(certificates.ca.as_path());
    let wrong = format!("smtp://emol:{MISTYPED}@localhost:{port}?starttls=always");
    refused(&tried(&place, &wrong, ca), &["refuses the user or the password", "(535)"]);
    let nobody = format!("smtp://localhost:{port}?starttls=always");
    refused(&tried(&place, &nobody, ca), &["wants a user and a password in EMOL_SMTP_URL", "(530)"]);
    let clear = format!("smtp://emol:{WRITTEN}@localhost:{port}?starttls=never");
    refused(&tried(&place, &clear, ca), &["takes no user and password here", "only over TLS"]);
    refused(
        &tried(&place, &url, None),
        &["an authority that this program does not know", "EMOL_SMTP_CA_FILE"],
    );
    let number = format!("smtp://emol:{WRITTEN}@127.0.0.1:{port}?starttls=always");
    refused(&tried(&place, &number, ca), &["another name than the host in EMOL_SMTP_URL"]);
    let wrapped = format!("smtps://emol:{WRITTEN}@localhost:{port}");
    refused(&tried(&place, &wrapped, ca), &["speaks no TLS", "smtps:// is for port 465"]);
    let absent = place.file("absent.pem");
    refused(&tried(&place, &url, Some(&absent)), &["EMOL_SMTP_CA_FILE", "absent.pem cannot be read"]);
    refused(&tried(&place, &url, Some(&certificates.key)), &["EMOL_SMTP_CA_FILE", "holds no certificate"]);
    assert_eq!(server.count(), 1, "nothing of that left");
}

#[test]
fn tls_from_the_first_byte_and_a_login_work_too() {
    let Some(program) = program() else { return };
    let place = Place::empty();
    let certificates = Certificates::make(&place);
    let server = certificates.start(&program, &place, "mails", &["--wrapped"]);
    let url = format!("smtps://emol:{WRITTEN}@localhost:{}", server.port);
    let good = tried(&place, &url, Some(&certificates.ca));
    assert_eq!(good.code, 0, "{good:?}");
    assert_eq!(server.count(), 1);
    refused(&tried(&place, &url, None), &["an authority that this program does not know"]);
}

#[test]
fn a_server_without_starttls_gets_no_mail_where_secrecy_is_wanted() {
    let Some(program) = program() else { return };
    let place = Place::empty();
    let server = Foreign::start(&program, place.file("mails"), &[]);
    let url = format!("smtp://emol:{WRITTEN}@localhost:{}?starttls=always", server.port);
    refused(&tried(&place, &url, None), &["offers no STARTTLS", "587"]);
    let nobody = format!("smtp://localhost:{}", free_port());
    refused(&tried(&place, &nobody, None), &["does not answer", "check host and port in EMOL_SMTP_URL"]);
    assert_eq!(server.count(), 0);
    // In the clear, on this machine itself, it is taken.
    let clear = format!("smtp://localhost:{}", server.port);
    assert_eq!(tried(&place, &clear, None).code, 0);
    assert_eq!(server.count(), 1);
}

#[test]
fn the_doctor_tries_the_mail_server_and_says_what_to_do() {
    let place = Place::migrated();
    let looked = |url: &str, ca: Option<&Path>| -> (String, String, String) {
        let answer = said(&place, &["doctor", "--json"], url, ca);
        let report: serde_json::Value = serde_json::from_str(&answer.out).unwrap();
        let findings = report["findings"].as_array().unwrap();
        let about = |check: &str| findings.iter().find(|one| one["check"] == check).cloned();
        let found = about("mail").or_else(|| about("settings")).unwrap();
        let text = |part: &str| found[part].as_str().unwrap_or_default().to_owned();
        (text("grade"), text("found"), text("what_to_do"))
    };
    let answer = place.run(&["doctor"]);
    assert!(
        answer.out.contains("no mail server is set up") && answer.out.contains("emol mail test"),
        "{answer:?}"
    );
    let (grade, found, _) = looked("smtp//nonsense", None);
    assert!(grade == "problem" && found.contains("EMOL_SMTP_URL"), "{grade} {found}");
    let (grade, found, to_do) = looked(&format!("smtp://localhost:{}", free_port()), None);
    assert!(
        grade == "warning" && found.contains("does not answer") && to_do.contains("mail waits"),
        "{found} {to_do}"
    );
    let Some(program) = program() else { return };
    let certificates = Certificates::make(&place);
    let server = certificates.start(&program, &place, "mails", &[]);
    let at = |login: &str| format!("smtp://{login}localhost:{}?starttls=always", server.port);
    let ca = Some(certificates.ca.as_path());
    let (grade, found, _) = looked(&at(&format!("emol:{WRITTEN}@")), ca);
    assert!(
        grade == "ok" && found.contains("answers with STARTTLS, takes the user and the password"),
        "{found}"
    );
    let (grade, found, to_do) = looked(&at(&format!("emol:{MISTYPED}@")), ca);
    assert!(grade == "warning" && found.contains("(535)") && to_do.contains("%2F"), "{found} {to_do}");
    let (grade, found, _) = looked(&at(""), ca);
    assert!(grade == "warning" && found.contains("wants a user and a password"), "{found}");
    assert_eq!(server.count(), 0, "the doctor sends nothing");
}
