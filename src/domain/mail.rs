//! The mails of the register and the purposes of one-time links, by name
//! (DOMAIN §6 and §8). A row of the outbox holds a mail's name, whom it is
//! about, and parameters without anything personal; what it says is rendered
//! when it is handed over.

/// The field that addresses in parameters are sealed as (`to` of `confirm-address` and `address-changed`):
/// the one they have in the person's details.
pub const ADDRESS_FIELD: &str = "email";

/// A mail. Its name is its template's and stands in the outbox.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Mail {
    /// Everything of a person that lapses soon or lapsed, in one mail a day (M1).
    Reminder,
    /// The address of a person's card page.
    CardLink,
    /// The link to change one's own details.
    UpdateDetails,
    /// The link to see everything that is held.
    MyRecord,
    /// The privacy policy, with the link to accept or decline it (V1).
    Welcome,
    /// A newer privacy policy has to be accepted (V4).
    PolicyChanged,
    /// The link to set a PIN.
    SetPin,
    /// The same, once more.
    SetPinReminder,
    /// The same, for the last time.
    SetPinFinal,
    /// The link to set another PIN (L5).
    ResetPin,
    /// Too many wrong PINs were tried (L4).
    PinLocked,
    /// To a new address: is it yours?
    ConfirmAddress,
    /// To the old address: it was changed.
    AddressChanged,
    /// To the Minister of the Lists: somebody declined the policy, and is erased (V3).
    PolicyDeclined,
    /// To the Minister of the Lists: what happened and what waits, once a week.
    WeeklyDigest,
    /// To the Minister of the Lists or the operator: something failed.
    NeedsYou,
    /// To an officer: they were invited.
    OfficerInvited,
}

/// What a one-time link is for (L1). A link works for its own purpose only.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum LinkPurpose {
    /// Accept or decline the privacy policy (V1 to V3).
    AcceptPolicy,
    /// Change one's own details.
    UpdateDetails,
    /// Set a first PIN.
    SetPin,
    /// Set another PIN (L5).
    ResetPin,
    /// See everything that is held.
    MyRecord,
    /// Confirm a new mail address.
    ConfirmAddress,
}

/// How far a mail of the outbox came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum MailState {
    /// It waits to be handed over.
    Waiting,
    /// A server hands it over now.
    Sending,
    /// It was handed over and the answer was lost; it goes again under the same Message-ID.
    Unclear,
    /// The mail server accepted it.
    Sent,
    /// There was nothing to send any more: the person is erased, the link has expired, the card is renewed.
    Moot,
    /// It could not be handed over and is not tried any more.
    Dead,
}

/// What came of one try to hand a mail over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TryOutcome {
    /// Accepted.
    Accepted,
    /// Not now, says the mail server, or the connection broke before the mail was given.
    Later,
    /// The mail server does not take this mail.
    Refused,
    /// The mail server does not know this address.
    NoSuchAddress,
    /// The answer was lost.
    Unclear,
    /// There was nothing to send.
    Moot,
    /// There is nowhere to send it: no address is on file.
    NoAddress,
    /// It could not be written: its parameters make no sense.
    Unwritable,
    /// Not a try: somebody asked for another round of them.
    Again,
}

impl MailState {
    /// Every state.
    pub const ALL: [Self; 6] =
        [Self::Waiting, Self::Sending, Self::Unclear, Self::Sent, Self::Moot, Self::Dead];

    /// Its name in the outbox; ASCII, at most 16 bytes.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Sending => "sending",
            Self::Unclear => "unclear",
            Self::Sent => "sent",
            Self::Moot => "moot",
            Self::Dead => "dead",
        }
    }

    /// The state of a name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == name)
    }
}

impl TryOutcome {
    /// Every outcome.
    pub const ALL: [Self; 9] = [
        Self::Accepted,
        Self::Later,
        Self::Refused,
        Self::NoSuchAddress,
        Self::Unclear,
        Self::Moot,
        Self::NoAddress,
        Self::Unwritable,
        Self::Again,
    ];

    /// Its name in the table of tries; ASCII, at most 16 bytes.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::Later => "later",
            Self::Refused => "refused",
            Self::NoSuchAddress => "no-such-address",
            Self::Unclear => "unclear",
            Self::Moot => "moot",
            Self::NoAddress => "no-address",
            Self::Unwritable => "unwritable",
            Self::Again => "again",
        }
    }

    /// The outcome of a name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|outcome| outcome.as_str() == name)
    }
}

impl Mail {
    /// Every mail.
    pub const ALL: [Self; 17] = [
        Self::Reminder,
        Self::CardLink,
        Self::UpdateDetails,
        Self::MyRecord,
        Self::Welcome,
        Self::PolicyChanged,
        Self::SetPin,
        Self::SetPinReminder,
        Self::SetPinFinal,
        Self::ResetPin,
        Self::PinLocked,
        Self::ConfirmAddress,
        Self::AddressChanged,
        Self::PolicyDeclined,
        Self::WeeklyDigest,
        Self::NeedsYou,
        Self::OfficerInvited,
    ];

    /// The mails that ask for a PIN, in the order in which somebody gets them: each once, and none before the
    /// one before it (L3).
    pub const PIN_INVITATIONS: [Self; 3] = [Self::SetPin, Self::SetPinReminder, Self::SetPinFinal];

    /// The mail that somebody must have had before this one.
    #[must_use]
    pub const fn follows(self) -> Option<Self> {
        match self {
            Self::SetPinReminder => Some(Self::SetPin),
            Self::SetPinFinal => Some(Self::SetPinReminder),
            _ => None,
        }
    }

    /// Its name; ASCII, at most 64 bytes.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Reminder => "reminder",
            Self::CardLink => "card-link",
            Self::UpdateDetails => "update-details",
            Self::MyRecord => "my-record",
            Self::Welcome => "welcome",
            Self::PolicyChanged => "policy-changed",
            Self::SetPin => "set-pin",
            Self::SetPinReminder => "set-pin-reminder",
            Self::SetPinFinal => "set-pin-final",
            Self::ResetPin => "reset-pin",
            Self::PinLocked => "pin-locked",
            Self::ConfirmAddress => "confirm-address",
            Self::AddressChanged => "address-changed",
            Self::PolicyDeclined => "policy-declined",
            Self::WeeklyDigest => "weekly-digest",
            Self::NeedsYou => "needs-you",
            Self::OfficerInvited => "officer-invited",
        }
    }

    /// The mail of a name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|mail| mail.as_str() == name)
    }
}

impl LinkPurpose {
    /// Every purpose.
    pub const ALL: [Self; 6] = [
        Self::AcceptPolicy,
        Self::UpdateDetails,
        Self::SetPin,
        Self::ResetPin,
        Self::MyRecord,
        Self::ConfirmAddress,
    ];

    /// Its name in the table of links; ASCII, at most 32 bytes.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::AcceptPolicy => "accept-policy",
            Self::UpdateDetails => "update-details",
            Self::SetPin => "set-pin",
            Self::ResetPin => "reset-pin",
            Self::MyRecord => "my-record",
            Self::ConfirmAddress => "confirm-address",
        }
    }

    /// The page that a link leads to; the link's token follows.
    #[must_use]
    pub const fn page(self) -> &'static str {
        match self {
            Self::AcceptPolicy => "/welcome/",
            Self::UpdateDetails => "/my-details/",
            Self::SetPin | Self::ResetPin => "/my-pin/",
            Self::MyRecord => "/my-record/",
            Self::ConfirmAddress => "/my-address/",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_mail_and_every_purpose_has_a_name_of_its_own() {
        let mails: std::collections::BTreeSet<_> = Mail::ALL.into_iter().map(Mail::as_str).collect();
        assert_eq!(mails.len(), Mail::ALL.len());
        assert!(Mail::ALL.into_iter().all(|mail| Mail::parse(mail.as_str()) == Some(mail)));
        assert!(MailState::ALL.into_iter().all(|state| MailState::parse(state.as_str()) == Some(state)));
        assert!(TryOutcome::ALL.into_iter().all(|one| TryOutcome::parse(one.as_str()) == Some(one)));
        let purposes: std::collections::BTreeSet<_> =
            LinkPurpose::ALL.into_iter().map(LinkPurpose::as_str).collect();
        assert_eq!(purposes.len(), LinkPurpose::ALL.len());
    }
}
