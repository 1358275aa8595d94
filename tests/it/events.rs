//! The events as rows hold them. `golden/` has one payload, and where fields
//! may be missing a second, of every version that ever shipped: named
//! `<stream>.<event>.v<version>[.<variant>].json`, with the same made-up
//! ciphertext wherever a field is sealed. A file is never changed once shipped.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use emol::domain::id::StreamType;
use emol::domain::personal::{Personal, Purpose, Sealed};
use emol::events::{DecodeError, Event, EventDoc};

/// What stands in the golden files for anything sealed: a format byte, the
/// bytes 0 to 15 as the key's id, a nonce of twos, ciphertext of threes.
const CIPHERTEXT: &str = "AQABAgMEBQYHCAkKCwwNDg8CAgICAgICAgICAgICAgICAgICAgICAgIDAwMDAwMDAwMDAwMDAwMDAwMDAw";

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// One golden payload.
struct Golden {
    file: String,
    stream: StreamType,
    event: String,
    version: i64,
    payload: String,
}

impl Golden {
    fn read(path: &Path) -> Self {
        let file = path.file_name().unwrap().to_str().unwrap().to_owned();
        let mut parts = file.split('.');
        let mut part = || parts.next().unwrap_or_else(|| panic!("{file} has too few parts in its name"));
        let stream = StreamType::parse(part()).unwrap_or_else(|| panic!("{file} is of no stream"));
        let event = part().to_owned();
        let version = part().strip_prefix('v').and_then(|digits| digits.parse().ok());
        let version = version.unwrap_or_else(|| panic!("{file} names no version"));
        let payload = fs::read_to_string(path).unwrap().trim_end_matches('\n').to_owned();
        Self { file, stream, event, version, payload }
    }

    fn decode(&self) -> Event {
        Event::decode(self.stream, &self.event, self.version, self.payload.as_bytes())
            .unwrap_or_else(|error| panic!("{}: {error}", self.file))
    }

    /// Whether it is of the version that this program writes.
    fn is_current(&self) -> bool {
        doc(self.stream, &self.event).is_some_and(|doc| doc.version == self.version)
    }
}

fn doc(stream: StreamType, event: &str) -> Option<&'static EventDoc> {
    let (_, events) = Event::docs().into_iter().find(|(kind, _)| *kind == stream)?;
    events.iter().find(|doc| doc.name == event)
}

fn golden() -> Vec<Golden> {
    let mut paths: Vec<PathBuf> =
        fs::read_dir(root().join("tests/it/golden")).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths.iter().map(|path| Golden::read(path)).collect()
}

fn ciphertext() -> Personal {
    Personal::Sealed(Sealed::from_bytes(&STANDARD_NO_PAD.decode(CIPHERTEXT).unwrap()).unwrap())
}

#[test]
fn every_version_of_every_event_has_a_golden_payload() {
    let golden = golden();
    let mut missing = Vec::new();
    for (stream, events) in Event::docs() {
        for doc in events {
            for version in 1..=doc.version {
                let there = |g: &&Golden| g.stream == stream && g.event == doc.name && g.version == version;
                if !golden.iter().any(|g| there(&g)) {
                    missing.push(format!("tests/it/golden/{stream}.{}.v{version}.json", doc.name));
                }
            }
        }
    }
    assert!(missing.is_empty(), "write these, with {CIPHERTEXT} for what is sealed: {missing:#?}");
    for g in &golden {
        let known = doc(g.stream, &g.event).is_some_and(|doc| (1..=doc.version).contains(&g.version));
        assert!(known, "{}: no such event or version; what shipped is never taken away", g.file);
    }
}

#[test]
fn every_payload_is_read_and_the_current_ones_are_written_again_byte_for_byte() {
    for g in golden() {
        let event = g.decode();
        assert_eq!(event.event_type(), g.event, "{}", g.file);
        let written = String::from_utf8(event.encode().unwrap()).unwrap();
        if g.is_current() {
            assert_eq!(written, g.payload, "{}", g.file);
        }
        let again = Event::decode(g.stream, &g.event, event.schema_version(), written.as_bytes()).unwrap();
        assert_eq!(again, event, "{}: upcasting and writing loses nothing", g.file);
    }
}

#[test]
fn every_field_that_is_documented_is_in_a_current_payload() {
    for (stream, events) in Event::docs() {
        for doc in events {
            let mut shown = BTreeSet::new();
            for g in golden().iter().filter(|g| g.stream == stream && g.event == doc.name && g.is_current()) {
                let json: serde_json::Value = serde_json::from_str(&g.payload).unwrap();
                shown.extend(json.as_object().unwrap().keys().cloned());
            }
            let documented: BTreeSet<_> = doc.fields.iter().map(|field| field.name.to_owned()).collect();
            assert_eq!(shown, documented, "{stream}.{}", doc.name);
        }
    }
}

#[test]
fn v5_every_personal_field_is_visited_and_none_is_written_open() {
    let mut personal = 0;
    for g in golden().into_iter().filter(Golden::is_current) {
        let sealed = g.payload.matches(CIPHERTEXT).count();
        personal += sealed;
        let mut event = g.decode();
        let mut visited = 0;
        event.each_personal(&mut |_, _, value| {
            assert_eq!(*value, ciphertext(), "{}", g.file);
            *value = Personal::open("Ásta Example");
            visited += 1;
        });
        assert_eq!(visited, sealed, "{}: a sealed field is not visited", g.file);
        if sealed == 0 {
            continue;
        }
        assert!(event.encode().is_err(), "{}: an open value was written", g.file);
        assert!(!format!("{event:?}").contains("Example"), "{}: an open value was printed", g.file);
        for one in 0..sealed {
            let mut partly = event.clone();
            let mut at = 0;
            partly.each_personal(&mut |_, _, value| {
                if at != one {
                    *value = ciphertext();
                }
                at += 1;
            });
            assert!(partly.encode().is_err(), "{}: one open value was written", g.file);
        }
        event.each_personal(&mut |_, _, value| *value = ciphertext());
        assert_eq!(String::from_utf8(event.encode().unwrap()).unwrap(), g.payload, "{}", g.file);
    }
    assert!(personal > 40, "the golden files hold what is personal: {personal}");
}

#[test]
fn v6_only_the_signer_of_a_waiver_is_sealed_with_the_evidence_key() {
    let mut evidence = BTreeSet::new();
    for g in golden() {
        g.decode().each_personal(&mut |field, purpose, _| {
            if purpose == Purpose::Waiver {
                evidence.insert((g.event.clone(), field));
            }
        });
    }
    assert_eq!(evidence, BTreeSet::from([("WaiverRecorded".to_owned(), "signer")]));
}

#[test]
fn v5_details_are_sealed_under_the_names_of_their_own_fields() {
    let g = golden().into_iter().find(|g| g.file == "combatant.CombatantRegistered.v1.json").unwrap();
    let mut fields = BTreeSet::new();
    g.decode().each_personal(&mut |field, _, _| {
        fields.insert(field);
    });
    let mut expected: BTreeSet<_> = emol::domain::details::DetailField::ALL
        .into_iter()
        .map(emol::domain::details::DetailField::as_str)
        .collect();
    expected.insert("roster_ref");
    assert_eq!(fields, expected);
}

#[test]
fn what_is_personal_is_gone_for_good_once_it_is_gone() {
    for mut event in golden().iter().filter(|g| g.payload.contains(CIPHERTEXT)).map(Golden::decode) {
        event.each_personal(&mut |_, _, value| *value = Personal::Gone);
        assert!(event.encode().is_err());
    }
}

#[test]
fn a_payload_of_a_newer_version_or_a_damaged_one_says_so() {
    for g in golden() {
        let newer = doc(g.stream, &g.event).unwrap().version + 1;
        let unknown = Event::decode(g.stream, &g.event, newer, g.payload.as_bytes()).unwrap_err();
        assert!(matches!(unknown, DecodeError::Unknown { .. }), "{}", g.file);
        let half = &g.payload.as_bytes()[..g.payload.len() - 1];
        let damaged = Event::decode(g.stream, &g.event, g.version, half).unwrap_err();
        assert!(matches!(damaged, DecodeError::Damaged { .. }), "{}", g.file);
        let message = damaged.to_string();
        assert!(message.contains(&g.event) && !message.contains(CIPHERTEXT), "{message}");
    }
}

#[test]
fn names_of_events_are_different_within_a_stream_and_every_stream_has_some() {
    let mut kinds = BTreeSet::new();
    for (stream, events) in Event::docs() {
        assert!(!events.is_empty() && kinds.insert(stream), "{stream}");
        let names: BTreeSet<_> = events.iter().map(|doc| doc.name).collect();
        assert_eq!(names.len(), events.len(), "{stream}");
        for doc in events {
            assert!(doc.version >= 1 && !doc.meaning.is_empty(), "{}", doc.name);
            assert!(doc.fields.iter().all(|field| !field.meaning.is_empty()), "{}", doc.name);
        }
    }
    assert_eq!(kinds, BTreeSet::from(StreamType::ALL));
}

#[test]
#[expect(clippy::disallowed_methods, reason = "how a person asks for the page to be written anew")]
fn docs_events_md_says_what_the_code_says() {
    let path = root().join("docs/EVENTS.md");
    let now = emol::events::catalogue::markdown();
    if std::env::var_os("EMOL_WRITE_DOCS").is_some() {
        fs::write(&path, &now).unwrap();
    }
    let kept = fs::read_to_string(&path).unwrap_or_default();
    assert!(
        kept == now,
        "docs/EVENTS.md is stale: run EMOL_WRITE_DOCS=1 cargo test --test it events, and look at the difference"
    );
}
