//! A site for one test, with a few invented people, and a very small browser.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use emol::app::{Application, MissLimits, Services, WebConfig};
use emol::clock::{FixedClock, IdSource, SystemIds};
use emol::commands::Command;
use emol::commands::bus::Request;
use emol::commands::combatant::CombatantCommand;
use emol::commands::combatant::accept_policy::AcceptPolicy;
use emol::commands::combatant::grant_authorization::GrantAuthorization;
use emol::commands::combatant::grant_warrant::GrantWarrant;
use emol::commands::combatant::record_waiver::RecordWaiver;
use emol::commands::combatant::register::Register;
use emol::commands::kingdom::{
    AddAuthorizationType, AddMarshalType, AddRegion, FoundDiscipline, KingdomCommand,
};
use emol::domain::actor::Actor;
use emol::domain::card_id::CardId;
use emol::domain::date::{CivilDate, Instant};
use emol::domain::details::{DetailField, RawDetails};
use emol::domain::id::{CombatantId, CommandId, CorrelationId, Position, Slug, WarrantId};
use emol::domain::region::RegionEntry;
use emol::events::combatant::Source;
use emol::store::Db;
use emol::web::state::AppState;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use uuid::Uuid;

use crate::support::databases::{TestDatabase, master_keys};

/// 2026-11-22T17:00:00Z: noon of the tests' today in the kingdom.
pub const NOW: Instant = Instant::from_micros(1_795_366_800_000_000);

/// A served site.
pub struct Site {
    /// Where it listens.
    pub address: SocketAddr,
    /// What its handlers work with.
    pub state: AppState,
    /// Its clock.
    pub clock: Arc<FixedClock>,
    serving: tokio::task::JoinHandle<()>,
}

impl Drop for Site {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

/// What came back.
#[derive(Debug)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// Headers as they came, names in lower case.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: String,
}

impl Answer {
    /// A header's value; empty where there is none.
    pub fn header(&self, name: &str) -> &str {
        self.headers.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value)
    }

    /// The answer, whose body must hold that.
    #[track_caller]
    pub fn shows(self, what: &str) -> Self {
        assert!(self.body.contains(what), "no {what:?} in {}\n{}", self.status, self.body);
        self
    }

    /// The answer, whose body must not hold that.
    #[track_caller]
    pub fn hides(self, what: &str) -> Self {
        assert!(!self.body.contains(what), "{what:?} in {}\n{}", self.status, self.body);
        self
    }

    /// The lines of the answer, a CSV file, with only the quotes that its cells need. The file itself
    /// quotes every cell: no separator that a spreadsheet may be set to splits one.
    #[track_caller]
    pub fn csv(&self) -> Vec<String> {
        let text = self.body.strip_prefix('\u{feff}').expect("a byte order mark");
        let mut lines = Vec::new();
        let mut quoted =
            csv::WriterBuilder::new().quote_style(csv::QuoteStyle::Always).from_writer(Vec::new());
        for row in csv::ReaderBuilder::new().has_headers(false).from_reader(text.as_bytes()).records() {
            let row = row.unwrap();
            quoted.write_record(&row).unwrap();
            let mut line = csv::Writer::from_writer(Vec::new());
            line.write_record(&row).unwrap();
            let line = String::from_utf8(line.into_inner().unwrap()).unwrap();
            lines.push(line.trim_end_matches('\n').to_owned());
        }
        assert_eq!(quoted.into_inner().unwrap(), text.as_bytes(), "a cell without quotes");
        lines
    }

    /// The answer, which must have that status.
    #[track_caller]
    pub fn is(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{}", self.body);
        self
    }
}

/// A person to register, with what differs between the tests.
#[derive(Clone, Default)]
pub struct Someone {
    /// Name in the society; empty for none.
    pub sca_name: &'static str,
    /// Real name.
    pub legal_name: &'static str,
    /// Home group; empty for none.
    pub branch: &'static str,
    /// Date of birth; empty for unknown.
    pub born: &'static str,
    /// The card page's address; empty for none, which means not accepted.
    pub card_id: &'static str,
    /// Whether the public register may show the person.
    pub listed: bool,
    /// The day the waiver was signed; empty for none.
    pub waiver: &'static str,
    /// The bout of the first authorization, which also issues the card; empty for none.
    pub bout: &'static str,
    /// Whether there is a warrant as marshal since the bout.
    pub marshal: bool,
}

/// Somebody who may fight on the tests' today.
pub fn fighter(sca_name: &'static str, card_id: &'static str) -> Someone {
    Someone {
        sca_name,
        legal_name: "Xavier Jansen",
        branch: "Ben Dunfirth",
        born: "1980-01-31",
        card_id,
        listed: true,
        waiver: "2025-01-10",
        bout: "2025-03-15",
        marshal: false,
    }
}

fn slug(text: &str) -> Slug {
    Slug::parse(text).unwrap()
}

fn day(text: &str) -> CivilDate {
    CivilDate::parse(text).unwrap()
}

impl Site {
    /// Serves an empty kingdom with one discipline.
    pub async fn serve(database: &TestDatabase) -> Self {
        Self::serve_with(database, |_| {}).await
    }

    /// The same with another configuration.
    pub async fn serve_with(database: &TestDatabase, change: impl FnOnce(&mut WebConfig)) -> Self {
        let site = Self::serve_again(database.db.clone(), change).await;
        site.found().await;
        site
    }

    /// Serves what is in a database already, over connections of the caller's choice.
    pub async fn serve_again(db: Db, change: impl FnOnce(&mut WebConfig)) -> Self {
        let clock = Arc::new(FixedClock::at(NOW));
        let ids: Arc<dyn IdSource> = Arc::new(SystemIds);
        let services = Services::open(db, master_keys(), clock.clone(), ids).await.unwrap();
        let mut config = WebConfig::loopback(([127, 0, 0, 1], 0).into());
        config.card_misses = MissLimits { per_address: 5, in_total: 1000 };
        change(&mut config);
        let application = Application::build(services, config).unwrap();
        let listener = application.listen().await.unwrap();
        let address = listener.local_addr().unwrap();
        let state = application.state().clone();
        let serving = tokio::spawn(async move {
            application.run(listener, std::future::pending()).await.unwrap();
        });
        Self { address, state, clock, serving }
    }

    /// Founds one discipline with what belongs to it.
    pub async fn found(&self) {
        let discipline = slug("armoured-combat");
        let commands: [KingdomCommand; 5] = [
            AddRegion(RegionEntry {
                code: "ON".to_owned(),
                name: "Ontario".to_owned(),
                country: "Canada".to_owned(),
                postal_format: "A1A 1A1".to_owned(),
                active: true,
            })
            .into(),
            FoundDiscipline { slug: discipline.clone(), name: "Armoured Combat".to_owned() }.into(),
            AddAuthorizationType {
                discipline: discipline.clone(),
                slug: slug("weapon-shield"),
                name: "Weapon & Shield".to_owned(),
                primary: true,
            }
            .into(),
            AddAuthorizationType {
                discipline: discipline.clone(),
                slug: slug("spear"),
                name: "Spear".to_owned(),
                primary: false,
            }
            .into(),
            AddMarshalType { discipline, slug: slug("marshal"), name: "Field Marshal".to_owned() }.into(),
        ];
        for command in commands {
            self.issue(Command::Kingdom(command)).await;
        }
        self.state.bus().refresh().await.unwrap();
    }

    /// Issues a command as an operator; the position of its last event.
    pub async fn issue(&self, command: Command) -> Position {
        let id = self.state.services.ids.uuid_at(NOW);
        let request = Request {
            command_id: CommandId(id),
            actor: Actor::Operator("test".to_owned()),
            correlation_id: CorrelationId(id),
            body: id.as_bytes().to_vec(),
            seen: None,
            command,
        };
        self.state.bus().execute(request).await.unwrap();
        self.state.services.store.head().await.unwrap().position
    }

    /// Registers somebody with everything they have, and waits until screens show it.
    pub async fn register(&self, who: &Someone) -> CombatantId {
        let id = CombatantId(self.state.services.ids.uuid_at(NOW));
        let details = RawDetails::default()
            .with(DetailField::ScaName, who.sca_name)
            .with(DetailField::LegalName, who.legal_name)
            .with(DetailField::Branch, who.branch)
            .with(DetailField::DateOfBirth, who.born)
            .with(DetailField::Email, "somebody@example.org")
            .with(DetailField::Phone, "416 555 0100")
            .with(DetailField::Address1, "1 Road")
            .with(DetailField::City, "Toronto")
            .with(DetailField::Province, "ON")
            .with(DetailField::PostalCode, "K1A 0B1");
        let mut verbs: Vec<CombatantCommand> =
            vec![Register { details, source: Source::Import, roster_ref: None }.into()];
        if !who.card_id.is_empty() {
            let card_id = CardId::parse(who.card_id).unwrap();
            let accepted = AcceptPolicy { policy_version: None, imported: true, listed: who.listed, card_id };
            verbs.push(accepted.into());
        }
        if !who.waiver.is_empty() {
            verbs.push(RecordWaiver { signed_on: day(who.waiver) }.into());
        }
        let discipline = slug("armoured-combat");
        if !who.bout.is_empty() {
            let authorization = slug("weapon-shield");
            let granted =
                GrantAuthorization { discipline: discipline.clone(), authorization, on: day(who.bout) };
            verbs.push(granted.into());
        }
        if who.marshal {
            verbs.push(
                GrantWarrant {
                    warrant: WarrantId(Uuid::from_u128(1)),
                    discipline,
                    marshal: slug("marshal"),
                    starts_on: day(who.bout),
                    ends_on: None,
                    granted_by: None,
                }
                .into(),
            );
        }
        let mut last = Position(0);
        for command in verbs {
            last = self.issue(Command::Combatant { combatant: id, command }).await;
        }
        self.seen(last).await;
        id
    }

    /// Waits until every read model, every index and the kept pages know of an event, of a person or of the kingdom.
    pub async fn seen(&self, position: Position) {
        let services = &self.state.services;
        assert!(services.projections.wait_for(position, Duration::from_secs(10)).await);
        assert!(services.indexes.wait_for(position, Duration::from_secs(10)).await);
        assert!(self.state.followed.wait_for(position, Duration::from_secs(10)).await);
    }

    /// Follows a link.
    pub async fn get(&self, path: &str) -> Answer {
        self.send("GET", path, &[], b"").await
    }

    /// Sends a form from this very site.
    pub async fn post(&self, path: &str, form: &str) -> Answer {
        self.send(
            "POST",
            path,
            &[("content-type", "application/x-www-form-urlencoded"), ("sec-fetch-site", "same-origin")],
            form.as_bytes(),
        )
        .await
    }

    /// Any request.
    pub async fn send(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Answer {
        ask(self.address, method, path, headers, body).await.unwrap()
    }
}

/// Asks whoever listens there, for text. An error when the connection ends before the answer is whole.
pub async fn ask(
    address: SocketAddr,
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: &[u8],
) -> std::io::Result<Answer> {
    let (mut answer, body) = ask_bytes(address, method, path, headers, body).await?;
    answer.body = String::from_utf8_lossy(&body).into_owned();
    Ok(answer)
}

/// The same for any file: the answer without its body, and the body.
pub async fn ask_bytes(
    address: SocketAddr,
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: &[u8],
) -> std::io::Result<(Answer, Vec<u8>)> {
    let mut head = format!("{method} {path} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n");
    for (name, value) in headers {
        head.extend([name, ": ", value, "\r\n"]);
    }
    if !body.is_empty() {
        let length = body.len().to_string();
        head.extend(["content-length: ", &length, "\r\n"]);
    }
    head.push_str("\r\n");
    let mut stream = TcpStream::connect(address).await?;
    stream.write_all(head.as_bytes()).await?;
    stream.write_all(body).await?;
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).await?;
    let cut = || std::io::Error::other("the answer was cut off");
    let end = bytes.windows(4).position(|part| part == b"\r\n\r\n").ok_or_else(cut)?;
    let body = bytes.split_off(end + 4);
    let head = String::from_utf8_lossy(&bytes);
    let mut lines = head.lines();
    let status = lines.next().and_then(|line| line.split(' ').nth(1)?.parse().ok()).ok_or_else(cut)?;
    let headers = lines
        .filter_map(|line| line.split_once(": "))
        .map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()))
        .collect();
    Ok((Answer { status, headers, body: String::new() }, body))
}
