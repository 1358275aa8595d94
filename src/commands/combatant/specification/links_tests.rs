//! §5, §6: what people do for themselves through a link, PINs, and the mails that ask for it.

use super::*;
use crate::commands::combatant::accept_policy::AcceptPolicy;
use crate::commands::combatant::ask_correction::{AskCorrection, MOST_CHARS};
use crate::commands::combatant::change_details::ChangeDetails;
use crate::commands::combatant::change_own_details::ChangeOwnDetails;
use crate::commands::combatant::confirm_address::ConfirmAddress;
use crate::commands::combatant::lock_pin::LockPin;
use crate::commands::combatant::send_link::SendLink;
use crate::commands::combatant::set_pin::SetPin;
use crate::commands::combatant::settle_correction::SettleCorrection;
use crate::commands::kingdom::SetSwitch;
use crate::domain::card_id::CardId;
use crate::domain::kingdom::{PIN_SWITCH, SwitchMode};
use crate::domain::mail::Mail;
use crate::domain::personal::Personal;
use crate::events::policies::AcceptanceRequired;

const NEW_ADDRESS: &str = "new@example.org";

fn accepted() -> AcceptPolicy {
    let card_id = CardId::from_random(&[5; 10]);
    AcceptPolicy { policy_version: Some("2026.1".into()), imported: false, listed: false, card_id }
}

fn link(number: u128) -> Uuid {
    Uuid::from_u128(number)
}

fn own(number: u128, field: Field, text: &str) -> ChangeOwnDetails {
    ChangeOwnDetails { details: sound_details().with(field, text), link: link(number) }
}

fn confirm(number: u128) -> ConfirmAddress {
    ConfirmAddress { link: link(number) }
}

fn ask(text: &str) -> AskCorrection {
    AskCorrection { text: text.to_owned() }
}

fn send(mail: Mail) -> SendLink {
    SendLink { person: person(1), mail }
}

fn set_pin() -> SetPin {
    SetPin { person: person(1) }
}

impl Story {
    /// The same in a kingdom that decided something else.
    fn where_(mut self, decide: impl FnOnce(&mut Catalogue)) -> Self {
        let mut catalogue = (*self.context.catalogue).clone();
        decide(&mut catalogue);
        self.context.catalogue = Arc::new(catalogue);
        self
    }

    /// The same where card pages ask for PINs.
    fn with_pins(self, mode: SwitchMode, listed: Vec<CombatantId>) -> Self {
        let switch = slug(PIN_SWITCH);
        self.where_(|catalogue| decree(catalogue, SetSwitch { switch, mode, listed }.into()))
    }

    /// The same where a version has to be accepted from a day on.
    fn requiring(self, number: &str, from: &str) -> Self {
        let event = AcceptanceRequired { version: version(number), from: day(from) };
        self.where_(|catalogue| catalogue.policies.take(&event.into()))
    }

    fn email(&self) -> String {
        self.record().details[&Field::Email].text().unwrap().to_owned()
    }
}

#[test]
fn p3_ones_own_details_are_judged_and_recorded_like_the_desks() {
    let story = Story::somebody();
    let facts = story.when(own(1, Field::City, "Ottawa")).unwrap();
    let desk = story.when(ChangeDetails { details: sound_details().with(Field::City, "Ottawa") });
    assert_eq!(facts, desk.unwrap());
    assert_eq!(story.when(own(1, Field::City, "Toronto")), Ok(Vec::new()), "nothing differs");
    let refused = story.when(own(1, Field::PostalCode, "nowhere")).unwrap_err();
    assert!(matches!(refused, Refusal::Fields(_)), "{refused}");
}

#[test]
fn p3_a_new_address_holds_once_it_is_confirmed_there() {
    let details = sound_details().with(Field::Email, NEW_ADDRESS).with(Field::City, "Ottawa");
    let story = Story::somebody();
    let facts = story.when(ChangeOwnDetails { details: details.clone(), link: link(7) }).unwrap();
    assert_eq!(names(&facts), ["DetailsChanged", "AddressAsked"]);
    let story = story.then(ChangeOwnDetails { details, link: link(7) });
    assert_eq!(story.email(), "asta@example.org", "until then mail goes to the old one");
    assert_eq!(story.record().details[&Field::City].text(), Some("Ottawa"), "the rest holds at once");
    assert_eq!(names(&story.when(confirm(7)).unwrap()), ["DetailsChanged", "AddressConfirmed"]);
    let story = story.then(confirm(7));
    assert_eq!(story.email(), NEW_ADDRESS);
    assert_eq!(story.refused(confirm(7)).0, "L1", "once");
}

#[test]
fn p2_the_same_mailbox_in_other_letters_needs_no_confirming() {
    let story = Story::somebody();
    let facts = story.when(own(1, Field::Email, "Asta@Example.org")).unwrap();
    assert_eq!(names(&facts), ["DetailsChanged"]);
}

#[test]
fn l1_only_the_address_that_was_asked_for_last_can_be_confirmed() {
    let story = Story::somebody();
    assert_eq!(story.refused(confirm(7)).0, "L1", "none was asked for");
    let story = story.then(own(7, Field::Email, "first@example.org"));
    let story = story.then(own(8, Field::Email, "second@example.org"));
    let (rule, message) = story.refused(confirm(7));
    assert_eq!((rule, message.contains("another address was asked for since")), ("L1", true));
    assert_eq!(story.then(confirm(8)).email(), "second@example.org");
}

#[test]
fn v6_an_address_that_waits_for_confirming_goes_with_the_record() {
    use crate::commands::combatant::erase::Erase;
    use crate::events::combatant::ErasureCause;
    let erase = Erase::by(ErasureCause::Withdrawn);
    let story = Story::somebody().then(own(7, Field::Email, NEW_ADDRESS)).then(ask("A letter")).then(erase);
    let record = story.record();
    assert_eq!((record.asked_address, record.corrections), (None, Vec::new()));
    assert_eq!(story.refused(confirm(7)).0, "V6");
}

#[test]
fn v7_a_correction_that_was_asked_for_waits_until_somebody_looks_after_it() {
    let story = Story::somebody().then(ask("  My name has   an accent "));
    let asked = story.last("CorrectionAsked");
    let record = story.record();
    assert_eq!(record.corrections, [(asked, Personal::open("My name has an accent"))]);
    let story = story.then(SettleCorrection { asked });
    assert!(story.record().corrections.is_empty());
    assert_eq!(story.when(SettleCorrection { asked }), Ok(Vec::new()), "somebody else was faster");
}

#[test]
fn v7_a_correction_says_something_and_not_too_much() {
    let story = Story::somebody();
    assert_eq!(story.refused(ask("   ")).0, "V7");
    assert_eq!(story.refused(ask("a\u{0}b")).0, "V7");
    assert!(story.when(ask(&"ð".repeat(MOST_CHARS))).is_ok());
    let (rule, message) = story.refused(ask(&"ð".repeat(MOST_CHARS + 1)));
    assert_eq!((rule, message.contains("1001 characters")), ("V7", true), "{message}");
}

#[test]
fn v7_five_corrections_may_wait_at_once() {
    let mut story = Story::somebody();
    for number in 1..=5 {
        story = story.then(ask(&format!("number {number}")));
    }
    assert_eq!(story.refused(ask("number 6")).0, "V7");
    let asked = story.last("CorrectionAsked");
    assert!(story.then(SettleCorrection { asked }).when(ask("number 6")).is_ok());
}

#[test]
fn l3_a_pin_is_set_where_card_pages_ask_for_one() {
    let story = Story::somebody().then(accepted());
    assert_eq!(story.refused(set_pin()).0, "L3", "the switch is off");
    let others = story.clone().with_pins(SwitchMode::Listed, vec![person(2)]);
    assert_eq!(others.refused(set_pin()).0, "L3", "it is on for others");
    for (mode, listed) in [(SwitchMode::Everyone, vec![]), (SwitchMode::Listed, vec![person(1)])] {
        let story = story.clone().with_pins(mode, listed).then(set_pin());
        assert!(story.record().pin);
        assert!(story.when(set_pin()).is_ok(), "L5: another one in its place");
    }
}

#[test]
fn v1_without_consent_there_is_no_card_page_that_a_pin_could_guard() {
    let story = Story::somebody().with_pins(SwitchMode::Everyone, vec![]);
    assert_eq!(story.refused(set_pin()).0, "V1");
    for mail in [Mail::SetPin, Mail::ResetPin] {
        assert_eq!(story.refused(send(mail)).0, "V1");
    }
}

#[test]
fn l4_only_a_card_with_a_pin_can_be_locked() {
    let story = Story::somebody().then(accepted()).with_pins(SwitchMode::Everyone, vec![]);
    assert_eq!(story.refused(LockPin).0, "L4");
    assert_eq!(names(&story.then(set_pin()).when(LockPin).unwrap()), ["PinLocked"]);
}

#[test]
fn l3_each_invitation_to_set_a_pin_is_sent_once_and_to_nobody_who_has_one() {
    let mut story = Story::somebody().then(accepted());
    assert_eq!(story.refused(send(Mail::SetPin)).0, "L3", "the switch is off");
    story = story.with_pins(SwitchMode::Everyone, vec![]);
    for mail in [Mail::SetPin, Mail::SetPinReminder, Mail::SetPinFinal] {
        assert_eq!(names(&story.when(send(mail)).unwrap()), ["LinkSent"]);
        story = story.then(send(mail));
        assert_eq!(story.refused(send(mail)).0, "L3", "once");
    }
    assert_eq!(story.then(set_pin()).refused(send(Mail::SetPinFinal)).0, "L3");
}

#[test]
fn l5_a_reset_needs_a_pin_and_can_be_sent_again() {
    let story = Story::somebody().then(accepted()).with_pins(SwitchMode::Everyone, vec![]);
    assert_eq!(story.refused(send(Mail::ResetPin)).0, "L5");
    let mut story = story.then(set_pin());
    for _ in 0..2 {
        assert_eq!(names(&story.when(send(Mail::ResetPin)).unwrap()), ["LinkSent"]);
        story = story.then(send(Mail::ResetPin));
    }
    assert!(story.record().pin, "the old PIN holds until another is set");
}

#[test]
fn v1_the_welcome_mail_can_be_sent_again_until_the_policy_is_accepted() {
    let mut story = Story::somebody();
    for _ in 0..2 {
        assert_eq!(names(&story.when(send(Mail::Welcome)).unwrap()), ["LinkSent"]);
        story = story.then(send(Mail::Welcome));
    }
    assert_eq!(story.then(accepted()).refused(send(Mail::Welcome)).0, "V1");
}

#[test]
fn v9_without_an_approved_policy_nobody_is_invited() {
    let story = Story::somebody().on("2026-01-09");
    assert_eq!(story.refused(send(Mail::Welcome)).0, "V9", "the first one is approved on the 10th");
}

#[test]
fn v4_who_accepted_an_older_version_is_asked_once_for_each_that_is_required() {
    let story = Story::somebody().then(accepted());
    assert_eq!(story.refused(send(Mail::PolicyChanged)).0, "V4", "nothing is required");
    // From a day to come: there is time.
    let story = story.requiring("2026.2", "2026-08-01");
    assert_eq!(names(&story.when(send(Mail::PolicyChanged)).unwrap()), ["LinkSent"]);
    let story = story.then(send(Mail::PolicyChanged));
    assert_eq!(story.when(send(Mail::PolicyChanged)), Ok(Vec::new()), "once for that version");
    let newer = AcceptPolicy { policy_version: Some("2026.2".into()), ..accepted() };
    assert_eq!(story.then(newer).refused(send(Mail::PolicyChanged)).0, "V4");
    let never = Story::somebody().requiring("2026.2", "2026-08-01");
    assert_eq!(never.refused(send(Mail::PolicyChanged)).0, "V4", "who never accepted gets the welcome mail");
}

#[test]
fn l1_mails_that_belong_to_something_else_are_not_sent_by_themselves() {
    for mail in [Mail::Reminder, Mail::CardLink, Mail::ConfirmAddress, Mail::PinLocked] {
        assert_eq!(Story::somebody().refused(send(mail)).0, "L1");
    }
}
