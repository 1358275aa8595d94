//! The demo's officers on a served site, and what they do there.

use emol::app::{DemoConfig, WebConfig};
use emol::commands::Command;
use emol::commands::kingdom::{AddAuthorizationType, AddMarshalType, FoundDiscipline, KingdomCommand};
use emol::commands::officers::{OfficersCommand, Verb};
use emol::domain::actor::Actor;
use emol::domain::date::CivilDate;
use emol::domain::demo::DEMO_OFFICERS;
use emol::domain::id::{Position, Slug, StreamType};
use emol::store::{Db, RecordedRow};

use super::site::{Answer, Site};
use crate::support::databases::TestDatabase;

/// A site with two disciplines and all of the demo's officers.
pub struct Cast {
    /// The site.
    pub site: Site,
}

/// Somebody at a browser.
pub struct Visitor<'a> {
    site: &'a Site,
    /// The session's cookie; empty for nobody.
    pub cookie: String,
}

fn slug(text: &str) -> Slug {
    Slug::parse(text).unwrap()
}

impl Cast {
    /// Serves it.
    pub async fn serve(database: &TestDatabase) -> Self {
        Self::serve_on(database.db.clone()).await
    }

    /// Serves it over connections of the caller's choice.
    pub async fn serve_on(db: Db) -> Self {
        let Self { site } = Self::serve_again(db).await;
        site.found().await;
        let fencing = slug("fencing");
        let commands: [KingdomCommand; 3] = [
            FoundDiscipline { slug: fencing.clone(), name: "Fencing".to_owned() }.into(),
            AddAuthorizationType {
                discipline: fencing.clone(),
                slug: slug("heavy-rapier"),
                name: "Heavy Rapier".to_owned(),
                primary: true,
            }
            .into(),
            AddMarshalType { discipline: fencing, slug: slug("marshal"), name: "Rapier Marshal".to_owned() }
                .into(),
        ];
        for command in commands {
            site.issue(Command::Kingdom(command)).await;
        }
        for officer in DEMO_OFFICERS {
            let id = officer.officer();
            let email = format!("{}@example.org", officer.key);
            let mut verbs = vec![Verb::Invite { officer: id, email, label: officer.name.to_owned() }];
            verbs.extend(
                officer.grants.iter().map(|grant| Verb::Grant { officer: id, grant: grant.parse().unwrap() }),
            );
            for verb in verbs {
                let by = Actor::Operator("test".to_owned());
                site.issue(Command::Officers(OfficersCommand { by, verb })).await;
            }
        }
        Self { site }
    }

    /// Serves what is in a database already: the same disciplines and officers.
    pub async fn serve_again(db: Db) -> Self {
        let today = CivilDate::parse("2026-11-22").unwrap();
        let demo = |config: &mut WebConfig| config.demo = DemoConfig::on_loopback(config.listen, today);
        Self { site: Site::serve_again(db, demo).await }
    }

    /// Somebody who has not signed in.
    pub fn nobody(&self) -> Visitor<'_> {
        self.with(String::new())
    }

    /// Somebody whose browser sends that cookie.
    pub fn with(&self, cookie: String) -> Visitor<'_> {
        Visitor { site: &self.site, cookie }
    }

    /// An officer, signed in.
    pub async fn be(&self, key: &str) -> Visitor<'_> {
        let answer = self.site.post("/auth/login", &format!("persona={key}")).await.is(303);
        let cookie = answer.header("set-cookie").split(';').next().unwrap().to_owned();
        Visitor { site: &self.site, cookie }
    }

    /// Everything in the log but readings.
    pub async fn facts(&self) -> Vec<RecordedRow> {
        let rows = self.site.state.services.store.read_after(Position(0), 10_000).await.unwrap();
        rows.into_iter().filter(|row| row.stream.kind != StreamType::Access).collect()
    }

    /// The readings in the log, by their event's name.
    pub async fn readings(&self) -> Vec<String> {
        let rows = self.site.state.services.store.read_after(Position(0), 10_000).await.unwrap();
        rows.iter()
            .filter(|row| row.stream.kind == StreamType::Access && row.event_type.ends_with("Read"))
            .map(|row| row.event_type.to_string())
            .collect()
    }
}

impl Visitor<'_> {
    /// Follows a link.
    pub async fn get(&self, path: &str) -> Answer {
        self.site.send("GET", path, &[("cookie", &self.cookie), ("accept", "text/html")], b"").await
    }

    /// Sends a form.
    pub async fn post(&self, path: &str, form: &str) -> Answer {
        let headers = [
            ("content-type", "application/x-www-form-urlencoded"),
            ("sec-fetch-site", "same-origin"),
            ("accept", "text/html"),
            ("cookie", &self.cookie),
        ];
        self.site.send("POST", path, &headers, form.as_bytes()).await
    }
}

impl Answer {
    /// The hidden command id of a form of the page.
    #[track_caller]
    pub fn command_id(&self, form: &str) -> String {
        self.hidden(form, "command_id")
    }

    /// A hidden value of a form of the page.
    #[track_caller]
    pub fn hidden(&self, form: &str, name: &str) -> String {
        let at = self.body.find(&format!("id=\"{form}\"")).unwrap_or_else(|| panic!("no form {form}"));
        let field = format!("name=\"{name}\" value=\"");
        let rest = &self.body[at..];
        let rest = &rest[rest.find(&field).unwrap() + field.len()..];
        rest[..rest.find('"').unwrap()].to_owned()
    }
}

/// A form's fields, encoded.
pub fn form(fields: &[(&str, &str)]) -> String {
    emol::web::views::href("", fields).trim_start_matches('?').to_owned()
}
