//! The mails that facts bring along, as rows of the outbox with the one-time links that they hold
//! (`domain::mail` says what stands in a row). A link's id follows from the command's, so that a
//! decision that is made again, and a form that is sent again, make no second link.

use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use uuid::Uuid;

use super::{Bus, BusError};
use crate::domain::date::Instant;
use crate::domain::id::{CombatantId, CommandId, CorrelationId};
use crate::domain::mail::{ADDRESS_FIELD, LinkPurpose, Mail};
use crate::domain::personal::{Personal, Purpose, Seal};
use crate::domain::rulebook::Rules;
use crate::store::{NewLink, OutboxRow};

/// A mail to come.
#[derive(Debug, Clone)]
pub(super) struct Letter {
    /// Which.
    pub mail: Mail,
    /// Whom it is about.
    pub who: Uuid,
    /// What it holds.
    pub holds: Holds,
}

/// What a mail holds beside its text.
#[derive(Debug, Clone)]
pub(super) enum Holds {
    /// Nothing; it goes to whom it is about.
    Nothing,
    /// Nothing about anybody; it goes to the Minister of the Lists.
    Office(&'static str),
    /// The way to the card page.
    Card,
    /// A one-time link.
    Link(LinkPurpose),
    /// A one-time link to confirm an address, and that address.
    Confirm(Uuid, Personal),
    /// An address, which it goes to.
    Address(Personal),
}

impl Letter {
    /// A mail with a one-time link.
    pub(super) const fn link(mail: Mail, purpose: LinkPurpose, who: Uuid) -> Self {
        Self { mail, who, holds: Holds::Link(purpose) }
    }
}

/// For how long a link works: the welcome mail's for days, any other for hours (L1, V1).
#[must_use]
pub fn link_ends(purpose: LinkPurpose, rules: &Rules, now: Instant) -> Instant {
    let hours = match purpose {
        LinkPurpose::AcceptPolicy => rules.welcome_days.saturating_mul(24),
        _ => rules.link_hours,
    };
    now.plus_seconds(i64::from(hours) * 3600)
}

/// The id of the link that a command's mail to a person holds.
#[must_use]
pub fn link_of(command: CommandId, purpose: LinkPurpose, who: CombatantId) -> Uuid {
    Uuid::new_v5(&command.0, format!("{}/{who}", purpose.as_str()).as_bytes())
}

/// The parameters of a mail with one link.
#[must_use]
pub fn link_params(link: Uuid) -> Vec<u8> {
    serde_json::json!({ "link": link }).to_string().into_bytes()
}

/// The parameters of a mail that lists people, each with a link where one is given.
#[must_use]
pub fn people_params(people: &[(CombatantId, Option<Uuid>)]) -> Vec<u8> {
    let people: Vec<_> = people
        .iter()
        .map(|(who, link)| match link {
            Some(link) => serde_json::json!({ "who": who.0, "link": link }),
            None => serde_json::json!({ "who": who.0 }),
        })
        .collect();
    serde_json::json!({ "people": people }).to_string().into_bytes()
}

impl Bus {
    /// What letters come to: rows of the outbox, and links.
    pub(super) async fn letters(
        &self,
        letters: Vec<Letter>,
        command: CommandId,
        correlation_id: CorrelationId,
    ) -> Result<(Vec<OutboxRow>, Vec<NewLink>), BusError> {
        let now = self.now();
        let rules = self.kingdom().catalogue.rulebook_on(self.today()).rules;
        let (mut rows, mut links) = (Vec::with_capacity(letters.len()), Vec::new());
        for Letter { mail, who, holds } in letters {
            let mut subject = Some(who);
            let mut link = |id, purpose| {
                links.push(NewLink {
                    id,
                    purpose,
                    subject: who,
                    expires_at: link_ends(purpose, &rules, now),
                });
            };
            let params = match holds {
                Holds::Nothing => b"{}".to_vec(),
                Holds::Office(why) => {
                    subject = None;
                    serde_json::json!({ "why": why }).to_string().into_bytes()
                }
                Holds::Card => people_params(&[(CombatantId(who), None)]),
                Holds::Link(purpose) => {
                    let id = link_of(command, purpose, CombatantId(who));
                    link(id, purpose);
                    link_params(id)
                }
                Holds::Confirm(id, address) => {
                    link(id, LinkPurpose::ConfirmAddress);
                    let to = self.sealed_address(who, &address).await?;
                    serde_json::json!({ "link": id, "to": to }).to_string().into_bytes()
                }
                Holds::Address(address) => {
                    let to = self.sealed_address(who, &address).await?;
                    serde_json::json!({ "to": to }).to_string().into_bytes()
                }
            };
            rows.push(OutboxRow {
                id: self.ids().uuid_at(now),
                template: mail.as_str(),
                subject,
                params,
                due_at: now,
                correlation_id,
            });
        }
        Ok((rows, links))
    }

    /// An address under the person's own key, as a mail's parameters hold it.
    async fn sealed_address(&self, owner: Uuid, address: &Personal) -> Result<String, BusError> {
        let keyring = self.store().keyring();
        let (key, minted) = keyring.ensure(owner, Purpose::Details).await?;
        let (Some(text), None) = (address.text(), minted) else {
            return Err(BusError::Internal("a mail to somebody whose address cannot be read".to_owned()));
        };
        let at = Seal { owner, purpose: Purpose::Details, field: ADDRESS_FIELD };
        Ok(STANDARD_NO_PAD.encode(keyring.seal(at, text, &key).as_bytes()))
    }
}
