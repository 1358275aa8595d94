//! Whom a mail goes to, and what it says, as things are when it is handed over.

use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::letter::{Letter, Sender};
use super::people::{Person, Reminded};
use super::templates::{MailTemplates, TemplateError};
use crate::commands::bus::{Bus, BusError, KingdomState};
use crate::domain::contact::Email;
use crate::domain::date::Instant;
use crate::domain::details::DetailField;
use crate::domain::id::{CombatantId, OfficerId};
use crate::domain::mail::{LinkPurpose, Mail};
use crate::domain::personal::{Personal, Sealed};
use crate::events::evolve::Standing;
use crate::store::outbox::StoredMail;
use crate::store::{DbError, KeyError, Store};

/// Writes mails. Cheap to clone.
#[derive(Clone)]
pub struct Post {
    store: Store,
    bus: Bus,
    templates: MailTemplates,
    base_url: Arc<str>,
    operator: Option<Email>,
}

/// Whether one-time links are written out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Links {
    /// For the recipient.
    Shown,
    /// For everybody else: whoever has a link can use it.
    Hidden,
}

/// What becomes of a mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Composed {
    /// This.
    Letter {
        /// The mail.
        letter: Letter,
        /// The person on file whose address it goes to.
        person: Option<Uuid>,
    },
    /// There is nothing to send any more; why, for the desk.
    Moot(&'static str),
    /// There is nowhere to send it; why, for the desk.
    NoAddress(&'static str),
}

/// Why a mail could not be written now.
#[derive(Debug, thiserror::Error)]
pub enum ComposeError {
    /// The register is busy or away; later it can be.
    #[error(transparent)]
    Bus(#[from] BusError),
    /// What the outbox holds is no mail of this release.
    #[error("the mail cannot be written: {0}")]
    Unwritable(String),
}

impl From<DbError> for ComposeError {
    fn from(error: DbError) -> Self {
        Self::Bus(error.into())
    }
}

impl From<KeyError> for ComposeError {
    fn from(error: KeyError) -> Self {
        Self::Bus(error.into())
    }
}

impl From<TemplateError> for ComposeError {
    fn from(error: TemplateError) -> Self {
        Self::Unwritable(error.to_string())
    }
}

/// A person in the parameters of a mail.
#[derive(Deserialize)]
struct OneOf {
    who: Uuid,
    #[serde(default)]
    link: Option<Uuid>,
}

/// Everything that parameters of mails to people may hold.
#[derive(Deserialize)]
pub(super) struct Params {
    #[serde(default)]
    people: Vec<OneOf>,
    #[serde(default)]
    link: Option<Uuid>,
    #[serde(default)]
    to: Option<String>,
    #[serde(default)]
    pub items: Vec<Reminded>,
}

const ERASED: &str = "The person is no longer on file.";
const NO_PERSON_ADDRESS: &str = "There is no mail address on file.";
const NO_MINISTER: &str = "The kingdom's settings name no mail address of the Minister of the Lists.";
const SPENT: &str = "The link in it was used, or has expired.";
const NO_CARD: &str = "There is no card page yet: the privacy policy is not accepted.";
const RENEWED: &str = "What it was about was renewed.";
const NOT_ACCEPTED: &str = "The privacy policy in force is not accepted.";
const NO_OFFICER: &str = "The officer is not on the list, or may not sign in.";

/// What a step towards a letter comes to: the values, or why there is none.
pub(super) type Step<T> = Result<T, Composed>;

impl Post {
    /// Writes mails of a register whose pages are below `base_url` (no slash at its end).
    ///
    /// # Errors
    /// A template does not parse: a broken build.
    pub fn new(store: Store, bus: Bus, base_url: &str) -> Result<Self, TemplateError> {
        Ok(Self { store, bus, templates: MailTemplates::load()?, base_url: base_url.into(), operator: None })
    }

    /// The same, where somebody else than the Minister of the Lists is told what fails.
    #[must_use]
    pub fn operated_by(mut self, operator: Option<Email>) -> Self {
        self.operator = operator;
        self
    }

    /// Whether there is anybody to tell what fails.
    #[must_use]
    pub fn knows_an_operator(&self) -> bool {
        self.operator.is_some() || self.bus.kingdom().catalogue.kingdom.mol_email.is_some()
    }

    /// What is the same for every letter that leaves now.
    #[must_use]
    pub fn sender(&self, from: &Email) -> Sender {
        let kingdom = self.bus.kingdom();
        let settings = &kingdom.catalogue.kingdom;
        let reply_to = settings.mol_email.as_deref().and_then(|text| Email::parse(text).ok());
        Sender { from: from.clone(), name: settings.title.clone(), reply_to }
    }

    /// Now.
    #[must_use]
    pub fn now(&self) -> Instant {
        self.bus.now()
    }

    /// Writes a mail of the outbox, as things are now.
    ///
    /// # Errors
    /// [`ComposeError`] says whether it is worth trying again.
    pub async fn compose(&self, mail: &StoredMail, links: Links) -> Result<Composed, ComposeError> {
        let kind = Mail::parse(&mail.template).ok_or_else(|| {
            ComposeError::Unwritable(format!("this release has no mail named {}", mail.template))
        })?;
        match kind {
            Mail::PolicyDeclined | Mail::WeeklyDigest | Mail::NeedsYou => self.to_minister(kind, mail),
            Mail::OfficerInvited => self.to_officer(kind, mail),
            Mail::CardLink | Mail::UpdateDetails | Mail::MyRecord => {
                self.to_mailbox(kind, &params(mail)?, links).await
            }
            _ => self.to_person(kind, mail, &params(mail)?, links).await,
        }
    }

    /// Whose data a mail of the outbox shows: who shares a mailbox is in one mail (L2).
    #[must_use]
    pub fn people_in(mail: &StoredMail) -> Vec<CombatantId> {
        let listed = params(mail).map(|params| params.people).unwrap_or_default();
        let mut people: Vec<_> =
            listed.iter().map(|one| one.who).chain(mail.subject).map(CombatantId).collect();
        people.sort_unstable();
        people.dedup();
        people
    }

    /// The letter, of its own values and of what every mail has.
    fn letter(
        &self,
        mail: Mail,
        to: Email,
        person: Option<Uuid>,
        own: Value,
    ) -> Result<Composed, ComposeError> {
        let kingdom = self.bus.kingdom();
        let settings = &kingdom.catalogue.kingdom;
        let mut values = Map::new();
        values.insert("kingdom".into(), settings.title.clone().into());
        values.insert("accent".into(), settings.accent.to_string().into());
        values.insert("site".into(), self.base_url.to_string().into());
        values.insert("mol".into(), settings.mol_email.is_some().into());
        values.insert("person".into(), person.is_some().into());
        if let Value::Object(own) = own {
            values.extend(own);
        }
        let words = self.templates.write(mail, &values.into())?;
        let letter = Letter { to, subject: words.subject, text: words.text, html: words.html };
        Ok(Composed::Letter { letter, person })
    }

    fn to_minister(&self, kind: Mail, mail: &StoredMail) -> Result<Composed, ComposeError> {
        let kingdom = self.bus.kingdom();
        let minister = kingdom.catalogue.kingdom.mol_email.as_deref();
        let operator = self.operator.clone().filter(|_| kind == Mail::NeedsYou);
        let Some(to) = operator.or_else(|| minister.and_then(|text| Email::parse(text).ok())) else {
            return Ok(Composed::NoAddress(NO_MINISTER));
        };
        let mut own: Value = serde_json::from_slice(&mail.params).map_err(|why| unwritable(&why))?;
        if let (Mail::NeedsYou, Value::Object(own)) = (kind, &mut own) {
            for name in ["job", "failures", "what"] {
                own.entry(name).or_insert(Value::Null);
            }
        }
        if let (Mail::PolicyDeclined, Value::Object(own)) = (kind, &mut own) {
            // Who accepted once and takes it back declines nothing.
            let withdrew = own.get("why").is_some_and(|why| why == "withdrawn");
            own.insert("withdrew".into(), withdrew.into());
        }
        self.letter(kind, to, None, own)
    }

    fn to_officer(&self, kind: Mail, mail: &StoredMail) -> Result<Composed, ComposeError> {
        let kingdom = self.bus.kingdom();
        let officer = mail.subject.and_then(|id| kingdom.officers.all.get(&OfficerId(id)));
        let Some(officer) = officer.filter(|officer| officer.enabled) else {
            return Ok(Composed::Moot(NO_OFFICER));
        };
        let Some(to) = officer.email.text().and_then(|text| Email::parse(text).ok()) else {
            return Ok(Composed::Moot(NO_OFFICER));
        };
        self.letter(kind, to, None, json!({ "name": officer.label.text().unwrap_or_default() }))
    }

    /// To everybody of one mailbox: a family is told of each of its people (P2, L2). Who has left the
    /// mailbox meanwhile is left out.
    async fn to_mailbox(&self, kind: Mail, params: &Params, links: Links) -> Result<Composed, ComposeError> {
        let (mut to, mut people, mut until) = (None::<(Email, Uuid)>, Vec::new(), None);
        let mut why = Composed::Moot(ERASED);
        for one in &params.people {
            let person = match self.person(one.who).await? {
                Ok(person) => person,
                Err(none) => {
                    why = none;
                    continue;
                }
            };
            if to.as_ref().is_some_and(|(to, _)| to.key() != person.email.key()) {
                continue;
            }
            let href = if kind == Mail::CardLink {
                self.card(&person).ok_or(Composed::Moot(NO_CARD))
            } else {
                match self.link(kind, one.link, links).await? {
                    Ok((href, expires)) => {
                        until = Some(expires);
                        Ok(href)
                    }
                    Err(none) => Err(none),
                }
            };
            match href {
                Ok(href) => {
                    people.push(json!({ "name": person.name, "href": href }));
                    to.get_or_insert((person.email, one.who));
                }
                Err(none) => why = none,
            }
        }
        let Some((to, first)) = to else { return Ok(why) };
        let own = json!({ "one": people.len() == 1, "people": people, "until": until.unwrap_or_default() });
        self.letter(kind, to, Some(first), own)
    }

    async fn to_person(
        &self,
        kind: Mail,
        mail: &StoredMail,
        params: &Params,
        links: Links,
    ) -> Result<Composed, ComposeError> {
        let who = mail.subject.ok_or_else(|| ComposeError::Unwritable("it is about nobody".to_owned()))?;
        let person = match self.person(who).await? {
            Ok(person) => person,
            Err(none) => return Ok(none),
        };
        let kingdom = self.bus.kingdom();
        let own = match kind {
            Mail::Reminder => match self.reminder(&kingdom, &person, params)? {
                Ok(own) => own,
                Err(none) => return Ok(none),
            },
            Mail::PinLocked => {
                let rules = kingdom.catalogue.rulebook_on(self.bus.today()).rules;
                json!({ "name": person.name, "minutes": rules.pin.lock_minutes })
            }
            Mail::AddressChanged => json!({ "name": person.name }),
            _ => match self.link(kind, params.link, links).await? {
                Ok((link, until)) => json!({ "name": person.name, "link": link, "until": until }),
                Err(none) => return Ok(none),
            },
        };
        // These two go where the parameters say, sealed with the person's own key.
        if matches!(kind, Mail::ConfirmAddress | Mail::AddressChanged) {
            return match self.sealed_address(params.to.as_deref()).await? {
                Some(to) => {
                    let composed = self.letter(kind, to, Some(who), own)?;
                    // A refusal says nothing of the address on file.
                    Ok(match composed {
                        Composed::Letter { letter, .. } => Composed::Letter { letter, person: None },
                        other => other,
                    })
                }
                None => Ok(Composed::Moot(ERASED)),
            };
        }
        self.letter(kind, person.email, Some(who), own)
    }

    fn reminder(
        &self,
        kingdom: &KingdomState,
        person: &Person,
        params: &Params,
    ) -> Result<Step<Value>, ComposeError> {
        let today = self.bus.today();
        if !kingdom.catalogue.accepts(person.record.acceptance(), today) {
            return Ok(Err(Composed::Moot(NOT_ACCEPTED)));
        }
        let civil = person.record.civil(None).map_err(BusError::from)?;
        let items: Vec<Value> =
            params.items.iter().filter_map(|item| item.value(&kingdom.catalogue, &civil, today)).collect();
        let Some(first) = items.first() else { return Ok(Err(Composed::Moot(RENEWED))) };
        Ok(Ok(json!({
            "name": person.name,
            "one": items.len() == 1,
            "count": items.len(),
            "first": first,
            "cards": items.iter().any(|item| !item["discipline"].is_null()),
            "waiver": items.iter().any(|item| item["discipline"].is_null()),
            "card": self.card(person),
            "items": items,
        })))
    }

    /// Somebody on file with an address.
    async fn person(&self, who: Uuid) -> Result<Step<Person>, ComposeError> {
        let record = self.bus.record(CombatantId(who)).await?;
        let text = |field| record.details.get(&field).and_then(Personal::text);
        let name = text(DetailField::ScaName).or_else(|| text(DetailField::LegalName));
        let (Standing::Active, Some(name)) = (record.standing, name) else {
            return Ok(Err(Composed::Moot(ERASED)));
        };
        let email = text(DetailField::Email).and_then(|text| Email::parse(text).ok());
        Ok(match email {
            Some(email) => Ok(Person { name: name.to_owned(), email, record: Arc::clone(&record) }),
            None => Err(Composed::NoAddress(NO_PERSON_ADDRESS)),
        })
    }

    /// The address of somebody's card page.
    fn card(&self, person: &Person) -> Option<String> {
        let (id, _) = person.record.card_id()?;
        Some(format!("{}/card/{}", self.base_url, id.text()?))
    }

    /// A one-time link and until when it works.
    async fn link(
        &self,
        mail: Mail,
        id: Option<Uuid>,
        links: Links,
    ) -> Result<Step<(String, String)>, ComposeError> {
        let Some(id) = id else {
            return Err(ComposeError::Unwritable("its parameters name no link".to_owned()));
        };
        let link = self.store.find_link(id).await?;
        let now = self.bus.now();
        let Some(link) = link.filter(|link| link.consumed_at.is_none() && link.expires_at > now) else {
            return Ok(Err(Composed::Moot(SPENT)));
        };
        let href = match links {
            Links::Shown => {
                format!("{}{}{}", self.base_url, purpose(mail).page(), self.store.keyring().link_text(id))
            }
            Links::Hidden => "(a link that only the recipient gets to see)".to_owned(),
        };
        let zone = self.bus.kingdom().catalogue.kingdom.zone.tz();
        Ok(Ok((href, moment(link.expires_at, zone))))
    }

    async fn sealed_address(&self, sealed: Option<&str>) -> Result<Option<Email>, ComposeError> {
        let bytes = sealed.and_then(|text| STANDARD_NO_PAD.decode(text.trim_end_matches('=')).ok());
        let sealed = bytes.as_deref().and_then(Sealed::from_bytes);
        let sealed = sealed.ok_or_else(|| ComposeError::Unwritable("it has no sealed address".to_owned()))?;
        let text = self.store.keyring().open_field(DetailField::Email.as_str(), &sealed).await?;
        Ok(text.and_then(|text| Email::parse(&text).ok()))
    }
}

fn params(mail: &StoredMail) -> Result<Params, ComposeError> {
    serde_json::from_slice(&mail.params).map_err(|why| unwritable(&why))
}

fn unwritable(why: &serde_json::Error) -> ComposeError {
    ComposeError::Unwritable(format!("its parameters cannot be read ({:?})", why.classify()))
}

/// What the link of a mail is for.
const fn purpose(mail: Mail) -> LinkPurpose {
    match mail {
        Mail::UpdateDetails => LinkPurpose::UpdateDetails,
        Mail::MyRecord => LinkPurpose::MyRecord,
        Mail::SetPin | Mail::SetPinReminder | Mail::SetPinFinal => LinkPurpose::SetPin,
        Mail::ResetPin => LinkPurpose::ResetPin,
        Mail::ConfirmAddress => LinkPurpose::ConfirmAddress,
        _ => LinkPurpose::AcceptPolicy,
    }
}

/// `9 November 2026, 14:05 EST`, on the kingdom's clocks.
fn moment(at: Instant, zone: chrono_tz::Tz) -> String {
    let utc = chrono::DateTime::from_timestamp_micros(at.micros()).unwrap_or_default();
    utc.with_timezone(&zone).format("%-d %B %Y, %H:%M %Z").to_string()
}
