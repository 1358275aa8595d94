//! What just happened, said once on the next page. It travels in a cookie that
//! lives a minute and holds a code and slugs, never anything personal.

use axum::http::{HeaderMap, HeaderValue, header};

use crate::commands::bus::KingdomState;
use crate::domain::id::Slug;
use crate::web::error::AppError;
use crate::web::views::{Flash, Link, Tone};
use crate::web::words;

const COOKIE: &str = "emol-done";

/// What was done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Done {
    /// Which verb: `card-renewed`.
    pub code: &'static str,
    /// In which discipline.
    pub discipline: Option<Slug>,
    /// Which authorization or marshal type.
    pub kind: Option<Slug>,
}

/// Every code, what it says, and what it adds.
const SAID: [(&str, &str, &str); 35] = [
    (
        "registered",
        "Registered.",
        "The welcome mail with the privacy policy goes out. Next: record the waiver, or authorize.",
    ),
    ("changed", "Details changed.", "What was there before is in the history."),
    ("unchanged", "Nothing to change.", "What you sent is what is on file."),
    ("card-issued", "Card issued", "Next: grant authorizations."),
    ("card-renewed", "Card renewed", "Its new dates are below."),
    (
        "card-renewed-earlier",
        "Earlier renewal recorded",
        "The card’s dates do not move: a later entry set them.",
    ),
    ("card-corrected", "Card’s date corrected", "The entry it corrects is marked in the history."),
    (
        "card-corrected-later",
        "Card’s date corrected",
        "Authorizations were entered for days before it: they count from the card’s date on. Take back those whose day is \
         wrong, too.",
    ),
    ("granted", "granted", "Grant another, or go on to the next discipline."),
    ("revoked", "revoked", "The card and its dates stay."),
    (
        "warranted",
        "Warrant granted",
        "Once the privacy policy is accepted, the marshal list shows it while card and waiver are good.",
    ),
    ("warrant-ended", "Warrant ended", "It stays in the history."),
    ("waiver-recorded", "Waiver recorded.", "Its last valid day is below."),
    (
        "waiver-recorded-earlier",
        "Earlier waiver recorded.",
        "The last valid day does not move: a waiver signed later is on file.",
    ),
    ("waiver-corrected", "Waiver’s date corrected.", "The entry it corrects is marked in the history."),
    (
        "entry-withdrawn",
        "Entry taken back",
        "The record is as if it had not been made. It is marked in the history.",
    ),
    (
        "waiver-withdrawn",
        "Waiver’s entry taken back.",
        "The record is as if it had not been made. It is marked in the history.",
    ),
    ("listed", "Listed publicly.", "The public register shows this person, unless a minor."),
    ("unlisted", "No longer listed.", "The public register does not show this person."),
    ("card-link", "New card link made.", "Earlier links keep working."),
    ("check-code", "New check code made.", "Codes printed or kept before lead nowhere now."),
    ("welcome-sent", "Sent.", "The welcome mail with a new link is on its way; it works for some days."),
    ("pin-link", "Sent.", "The mail with a link to choose a PIN is on its way."),
    ("settled", "Done.", "It no longer waits. The history keeps what was asked."),
    ("merged", "Joined.", "This record goes on. The other one’s card links lead here."),
    ("erased", "Erased.", "The key is destroyed. What happened stays countable, without a name."),
    ("officer-invited", "Invited.", "They are on the officers’ list. What to send them is below."),
    (
        "grants-changed",
        "Rights changed.",
        "What changed stands first below, under Changes. It holds from now on.",
    ),
    ("grants-unchanged", "Nothing to change.", "They hold exactly what you ticked."),
    ("officer-disabled", "Disabled.", "They cannot sign in any more, and their open sessions ended."),
    ("officer-enabled", "Enabled.", "They can sign in again, with what they held before."),
    (
        "officer-linked",
        "Linked.",
        "From now on this officer cannot change that person’s cards, authorizations, warrants or waiver.",
    ),
    ("officer-unlinked", "Link undone.", "This officer is nobody on file any more."),
    ("session-ended", "Signed out there.", "Whoever goes on there has to sign in, within a minute."),
    ("soon", "Saved.", "Lists follow shortly."),
];

/// Those and the ones of other rooms of the desk.
fn said() -> impl Iterator<Item = (&'static str, &'static str, &'static str)> {
    SAID.into_iter().chain(super::kingdom::SAID).chain(super::policies::SAID).chain(super::outbox::SAID)
}

impl Done {
    /// Something that is about no discipline.
    #[must_use]
    pub const fn plain(code: &'static str) -> Self {
        Self { code, discipline: None, kind: None }
    }

    /// Something in a discipline.
    #[must_use]
    pub const fn within(code: &'static str, discipline: Slug, kind: Option<Slug>) -> Self {
        Self { code, discipline: Some(discipline), kind }
    }

    /// The section of the record that shows it.
    #[must_use]
    pub fn anchor(&self) -> String {
        match (&self.discipline, self.code) {
            (Some(slug), _) => format!("#d-{slug}"),
            (
                None,
                "waiver-recorded" | "waiver-recorded-earlier" | "waiver-corrected" | "waiver-withdrawn",
            ) => "#waiver".to_owned(),
            _ => String::new(),
        }
    }

    /// The cookie to send.
    ///
    /// # Errors
    /// Never, as it holds only slugs.
    pub fn cookie(&self) -> Result<HeaderValue, AppError> {
        let slug = |slug: &Option<Slug>| slug.as_ref().map_or_else(String::new, ToString::to_string);
        let value = format!("{}.{}.{}", self.code, slug(&self.discipline), slug(&self.kind));
        let text = format!("{COOKIE}={value}; Path=/desk; HttpOnly; SameSite=Lax; Max-Age=60");
        HeaderValue::try_from(text).map_err(|why| AppError::Internal(why.to_string()))
    }

    /// What the browser says was done. Anything that is not one of ours is nothing.
    #[must_use]
    pub fn of(headers: &HeaderMap) -> Option<Self> {
        let cookies = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
        let pairs = cookies.flat_map(|value| value.split(';')).filter_map(|p| p.trim_start().split_once('='));
        let value = pairs.filter(|(name, _)| *name == COOKIE).map(|(_, value)| value).next()?;
        let mut parts = value.split('.');
        let code = parts.next()?;
        let (code, ..) = said().find(|(known, ..)| *known == code)?;
        let mut slug = || parts.next().and_then(|text| Slug::parse(text).ok());
        Some(Self { code, discipline: slug(), kind: slug() })
    }

    /// The message.
    #[must_use]
    pub fn flash(&self, kingdom: &KingdomState) -> Option<Flash> {
        let (_, title, text) = said().find(|(code, ..)| *code == self.code)?;
        let catalogue = &kingdom.catalogue;
        let title = match (&self.discipline, &self.kind) {
            (Some(of), Some(kind)) => {
                let place = words::discipline(catalogue, of);
                match self.code {
                    "granted" | "revoked" => {
                        format!("{} {title} in {place}.", words::authorization(catalogue, of, kind))
                    }
                    _ => format!("{title}: {} in {place}.", words::marshal(catalogue, of, kind)),
                }
            }
            (Some(of), None) => format!("{title} in {}.", words::discipline(catalogue, of)),
            (None, _) => title.to_owned(),
        };
        let next =
            self.code.starts_with("registered").then(|| Link::new("/desk/people/new", "Register another"));
        Some(Flash { tone: Tone::Good, title, text: text.to_owned(), next })
    }
}

/// The cookie that takes the message away once it was shown.
#[must_use]
pub fn gone() -> HeaderValue {
    HeaderValue::from_static("emol-done=; Path=/desk; HttpOnly; SameSite=Lax; Max-Age=0")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_done_is_read_back_and_nothing_else_is() {
        let fencing = Slug::parse("fencing").unwrap();
        let done = Done::within("granted", fencing.clone(), Slug::parse("heavy-rapier").ok());
        let cookie = done.cookie().unwrap();
        let sent = cookie.to_str().unwrap().split(';').next().unwrap().to_owned();
        let mut headers = HeaderMap::new();
        headers.insert(header::COOKIE, HeaderValue::try_from(format!("emol=x; {sent}")).unwrap());
        assert_eq!(Done::of(&headers), Some(done));
        for bad in ["emol-done=<b>.a.b", "emol-done=", "emol-done=nothing.fencing."] {
            headers.insert(header::COOKIE, HeaderValue::from_static(bad));
            assert_eq!(Done::of(&headers), None, "{bad}");
        }
    }
}
