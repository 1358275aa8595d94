//! §7, A1–A3: what each command needs, and who has it.

use uuid::Uuid;

use super::*;
use crate::commands::combatant::merge::Merge;
use crate::commands::combatant::{
    accept_policy, ask_correction, assign_card_id, change_details, change_own_details, confirm_address,
    correct_card, correct_waiver, destroy_evidence, end_warrant, erase, grant_authorization, grant_warrant,
    issue_card, lock_pin, record_waiver, register, renew_card, renew_check_code, renew_warrant,
    revoke_authorization, send_link, set_listing, set_pin, settle_correction, withdraw_entry,
};
use crate::commands::kingdom::*;
use crate::commands::officers::Verb;
use crate::commands::policies::*;
use crate::domain::card_id::CardId;
use crate::domain::date::CivilDate;
use crate::domain::details::RawDetails;
use crate::domain::id::{EventId, OfficerId, WarrantId};
use crate::domain::kingdom::{RawKingdom, SwitchMode};
use crate::domain::permission::Grant;
use crate::domain::personal::Personal;
use crate::domain::policy::PolicyVersion;
use crate::domain::region::RegionEntry;
use crate::domain::rulebook::Rules;
use crate::events::Fact;
use crate::events::combatant::{ErasureCause, Source};
use crate::events::officers::{OfficerDisabled, OfficerInvited, OfficerLinked, PermissionGranted};

const OWN: u128 = 77;

fn person(number: u128) -> CombatantId {
    CombatantId(Uuid::from_u128(number))
}

fn slug(text: &str) -> Slug {
    Slug::parse(text).unwrap()
}

fn day() -> CivilDate {
    CivilDate::parse("2026-06-15").unwrap()
}

/// One command of every kind about people: a new kind has no row here until it
/// is given one, and [`row`] does not compile until it is thought about.
fn about_people() -> Vec<CombatantCommand> {
    let (discipline, reason) = (slug("fencing"), || "because".to_owned());
    let card_id = CardId::from_random(&[5; 10]);
    let warrant = WarrantId(Uuid::from_u128(5));
    vec![
        register::Register { details: RawDetails::default(), source: Source::Desk, roster_ref: None }.into(),
        change_details::ChangeDetails { details: RawDetails::default() }.into(),
        accept_policy::AcceptPolicy {
            policy_version: None,
            imported: true,
            listed: false,
            card_id: card_id.clone(),
        }
        .into(),
        set_listing::SetListing { listed: true }.into(),
        assign_card_id::AssignCardId { card_id }.into(),
        issue_card::IssueCard { discipline: discipline.clone(), issued_on: day() }.into(),
        renew_card::RenewCard { discipline: discipline.clone(), issued_on: day() }.into(),
        correct_card::CorrectCard {
            discipline: discipline.clone(),
            seen: None,
            issued_on: day(),
            reason: reason(),
        }
        .into(),
        grant_authorization::GrantAuthorization {
            discipline: discipline.clone(),
            authorization: slug("rapier"),
            on: day(),
        }
        .into(),
        revoke_authorization::RevokeAuthorization {
            discipline: discipline.clone(),
            authorization: slug("rapier"),
            on: day(),
            reason: reason(),
        }
        .into(),
        grant_warrant::GrantWarrant {
            warrant,
            discipline: discipline.clone(),
            marshal: slug("marshal"),
            starts_on: day(),
            ends_on: None,
            granted_by: None,
        }
        .into(),
        end_warrant::EndWarrant { discipline: discipline.clone(), warrant, on: day(), reason: reason() }
            .into(),
        record_waiver::RecordWaiver { signed_on: day() }.into(),
        correct_waiver::CorrectWaiver { seen: None, signed_on: day(), reason: reason() }.into(),
        erase::Erase::by(ErasureCause::Officer).into(),
        renew_warrant::RenewWarrant {
            discipline,
            warrant,
            renewal: warrant,
            ends_on: day(),
            granted_by: None,
        }
        .into(),
        change_own_details::ChangeOwnDetails { details: RawDetails::default(), link: Uuid::nil() }.into(),
        confirm_address::ConfirmAddress { link: Uuid::nil() }.into(),
        send_link::SendLink { person: person(1), mail: Mail::ResetPin }.into(),
        set_pin::SetPin { person: person(1) }.into(),
        lock_pin::LockPin.into(),
        ask_correction::AskCorrection { text: "A letter".into() }.into(),
        settle_correction::SettleCorrection { asked: EventId(Uuid::nil()) }.into(),
        renew_check_code::RenewCheckCode.into(),
        destroy_evidence::DestroyEvidence::default().into(),
        withdraw_entry::WithdrawEntry {
            entry: EventId(Uuid::nil()),
            about: withdraw_entry::Entered::Card(slug("fencing")),
            reason: reason(),
        }
        .into(),
    ]
}

/// Its place in the table below.
fn row(command: &CombatantCommand) -> usize {
    match command {
        CombatantCommand::Register(_) => 0,
        CombatantCommand::ChangeDetails(_) => 1,
        CombatantCommand::AcceptPolicy(_) => 2,
        CombatantCommand::SetListing(_) => 3,
        CombatantCommand::AssignCardId(_) => 4,
        CombatantCommand::IssueCard(_) => 5,
        CombatantCommand::RenewCard(_) => 6,
        CombatantCommand::CorrectCard(_) => 7,
        CombatantCommand::GrantAuthorization(_) => 8,
        CombatantCommand::RevokeAuthorization(_) => 9,
        CombatantCommand::GrantWarrant(_) => 10,
        CombatantCommand::EndWarrant(_) => 11,
        CombatantCommand::RecordWaiver(_) => 12,
        CombatantCommand::CorrectWaiver(_) => 13,
        CombatantCommand::Erase(_) => 14,
        CombatantCommand::RenewWarrant(_) => 15,
        CombatantCommand::ChangeOwnDetails(_) => 16,
        CombatantCommand::ConfirmAddress(_) => 17,
        CombatantCommand::SendLink(_) => 18,
        CombatantCommand::SetPin(_) => 19,
        CombatantCommand::LockPin(_) => 20,
        CombatantCommand::AskCorrection(_) => 21,
        CombatantCommand::SettleCorrection(_) => 22,
        CombatantCommand::RenewCheckCode(_) => 23,
        CombatantCommand::DestroyEvidence(_) => 24,
        CombatantCommand::WithdrawEntry(_) => 25,
    }
}

/// Permission, whether it is about the discipline, whether one's own record is out of bounds (A3).
const TABLE: [(Permission, bool, bool); 26] = [
    (Permission::WriteCombatantInfo, false, false),  // Register
    (Permission::WriteCombatantInfo, false, false),  // ChangeDetails
    (Permission::WriteCombatantInfo, false, false),  // AcceptPolicy
    (Permission::WriteCombatantInfo, false, false),  // SetListing
    (Permission::WriteCombatantInfo, false, false),  // AssignCardId
    (Permission::WriteCardDate, true, true),         // IssueCard
    (Permission::WriteCardDate, true, true),         // RenewCard
    (Permission::WriteCardDate, true, true),         // CorrectCard
    (Permission::WriteAuthorizations, true, true),   // GrantAuthorization
    (Permission::WriteAuthorizations, true, true),   // RevokeAuthorization
    (Permission::WriteMarshal, true, true),          // GrantWarrant
    (Permission::WriteMarshal, true, true),          // EndWarrant
    (Permission::WriteWaiverDate, false, true),      // RecordWaiver
    (Permission::WriteWaiverDate, false, true),      // CorrectWaiver
    (Permission::WriteCombatantInfo, false, false),  // Erase
    (Permission::WarrantRoster, true, true),         // RenewWarrant
    (Permission::WriteCombatantInfo, false, false),  // ChangeOwnDetails
    (Permission::WriteCombatantInfo, false, false),  // ConfirmAddress
    (Permission::CanInitiatePinReset, false, false), // SendLink, of a PIN
    (Permission::WriteCombatantInfo, false, false),  // SetPin
    (Permission::WriteCombatantInfo, false, false),  // LockPin
    (Permission::WriteCombatantInfo, false, false),  // AskCorrection
    (Permission::WriteCombatantInfo, false, false),  // SettleCorrection
    (Permission::WriteCombatantInfo, false, false),  // RenewCheckCode
    (Permission::WriteWaiverDate, false, true),      // DestroyEvidence
    (Permission::WriteCardDate, true, true),         // WithdrawEntry, of a card
];

#[test]
fn a1_to_take_an_entry_back_needs_what_it_needed_to_make_it() {
    use withdraw_entry::{Entered, WithdrawEntry};
    let fencing = || slug("fencing");
    for (about, permission) in [
        (Entered::Card(fencing()), Permission::WriteCardDate),
        (Entered::Authorization(fencing()), Permission::WriteAuthorizations),
        (Entered::Warrant(fencing()), Permission::WriteMarshal),
        (Entered::Waiver, Permission::WriteWaiverDate),
    ] {
        let discipline = about.discipline().cloned();
        let command = WithdrawEntry { entry: EventId(Uuid::nil()), about, reason: "because".into() };
        let needs = requirement(&self::about(5, command.into()));
        assert_eq!(needs, Requirement { permission, discipline, not_own: vec![person(5)] });
    }
}

fn about(combatant: u128, command: CombatantCommand) -> Command {
    Command::Combatant { combatant: person(combatant), command }
}

#[test]
fn a1_every_command_about_a_person_needs_its_permission_where_it_changes_something() {
    let commands = about_people();
    let rows: Vec<_> = commands.iter().map(row).collect();
    assert_eq!(rows, (0..TABLE.len()).collect::<Vec<_>>(), "each kind once");
    for command in commands {
        let (permission, in_discipline, not_own) = TABLE[row(&command)];
        let expected = Requirement {
            permission,
            discipline: in_discipline.then(|| slug("fencing")),
            not_own: if not_own { vec![person(5)] } else { Vec::new() },
        };
        assert_eq!(requirement(&about(5, command.clone())), expected, "{command:?}");
    }
}

#[test]
fn a1_what_holds_for_everyone_needs_manage_kingdom() {
    let (discipline, slug, name) = (slug("fencing"), slug("rapier"), || "Name".to_owned());
    let region = || RegionEntry {
        code: "ON".into(),
        name: name(),
        country: "Canada".into(),
        postal_format: String::new(),
        active: true,
    };
    let commands: Vec<KingdomCommand> = vec![
        FoundDiscipline { slug: slug.clone(), name: name() }.into(),
        RenameDiscipline { discipline: discipline.clone(), name: name() }.into(),
        RetireDiscipline { discipline: discipline.clone() }.into(),
        ResumeDiscipline { discipline: discipline.clone() }.into(),
        AddAuthorizationType {
            discipline: discipline.clone(),
            slug: slug.clone(),
            name: name(),
            primary: true,
        }
        .into(),
        ChangeAuthorizationType {
            discipline: discipline.clone(),
            slug: slug.clone(),
            name: name(),
            primary: true,
        }
        .into(),
        RetireAuthorizationType { discipline: discipline.clone(), slug: slug.clone() }.into(),
        ResumeAuthorizationType { discipline: discipline.clone(), slug: slug.clone() }.into(),
        ResumeMarshalType { discipline: discipline.clone(), slug: slug.clone() }.into(),
        AddMarshalType { discipline: discipline.clone(), slug: slug.clone(), name: name() }.into(),
        RenameMarshalType { discipline: discipline.clone(), slug: slug.clone(), name: name() }.into(),
        RetireMarshalType { discipline, slug: slug.clone() }.into(),
        AddRegion(region()).into(),
        ChangeRegion(region()).into(),
        AdoptRulebook { in_force_from: day(), rules: Rules::default(), law: name() }.into(),
        SetSwitch { switch: slug, mode: SwitchMode::Off, listed: Vec::new() }.into(),
        DescribeKingdom(RawKingdom::default()).into(),
    ];
    for command in commands {
        let needs = requirement(&Command::Kingdom(command.clone()));
        let expected =
            Requirement { permission: Permission::ManageKingdom, discipline: None, not_own: Vec::new() };
        assert_eq!(needs, expected, "{command:?}");
    }
}

#[test]
fn a1_the_privacy_policy_needs_can_edit_privacy_policy() {
    let version = PolicyVersion::parse("2026.1").unwrap();
    let commands: [PolicyCommand; 7] = [
        BeginDraft::default().into(),
        EditDraft { text: String::new(), change_log: String::new() }.into(),
        DiscardDraft.into(),
        ShareDraft { link: Uuid::from_u128(1) }.into(),
        UnshareDraft.into(),
        ApproveDraft { change_log: String::new(), required_from: None }.into(),
        StopRequiring { version }.into(),
    ];
    for command in commands {
        let needs = requirement(&Command::Policies(command));
        let permission = Permission::CanEditPrivacyPolicy;
        assert_eq!(needs, Requirement { permission, discipline: None, not_own: Vec::new() });
        let others: Vec<_> = Permission::ALL.into_iter().filter(|one| *one != permission).collect();
        let others: Vec<_> = others.into_iter().map(Permission::as_str).collect();
        assert!(permits(&by(1), &needs, &officers(&others)).is_err());
        assert_eq!(permits(&by(1), &needs, &officers(&[permission.as_str()])), Ok(()));
        assert!(permits(&Actor::LinkHolder(Uuid::from_u128(8)), &needs, &officers(&[])).is_err());
    }
}

#[test]
fn a1_officers_and_merges_need_theirs() {
    let verb = Verb::Disable(officer(9));
    let needs = requirement(&Command::Officers(OfficersCommand { by: by(1), verb }));
    assert_eq!((needs.permission, needs.discipline), (Permission::WriteOfficerInfo, None));
    let merge =
        Merge { survivor: person(5), merged: person(6), cards: [].into(), waiver: None, seen_merged: None };
    let needs = requirement(&Command::Merge(merge));
    assert_eq!(needs.permission, Permission::WriteCombatantInfo);
    assert_eq!(needs.not_own, [person(5), person(6)], "either may be one's own");
}

fn officer(number: u128) -> OfficerId {
    OfficerId(Uuid::from_u128(number))
}

fn by(number: u128) -> Actor {
    Actor::Officer(officer(number))
}

/// Officer 1 is combatant 77 and holds these grants.
fn officers(grants: &[&str]) -> Officers {
    let mut officers = Officers::default();
    let (email, label) = (Personal::open("a@example.org"), Personal::open("A"));
    officers.take(&Fact::plain(OfficerInvited { officer: officer(1), email, label }.into()));
    for text in grants {
        let grant: Grant = text.parse().unwrap();
        officers.take(&Fact::plain(PermissionGranted { officer: officer(1), grant }.into()));
    }
    let combatant = Some(person(OWN));
    officers.take(&Fact::plain(OfficerLinked { officer: officer(1), combatant }.into()));
    officers
}

#[test]
fn a1_a_fencing_deputy_changes_no_armoured_card() {
    let officers = officers(&["write_card_date@discipline:fencing"]);
    let renew = |discipline: &str| {
        let command = renew_card::RenewCard { discipline: slug(discipline), issued_on: day() };
        permits(&by(1), &requirement(&about(5, command.into())), &officers)
    };
    assert_eq!(renew("fencing"), Ok(()));
    let denied = renew("armoured-combat").unwrap_err();
    assert_eq!(denied.to_string(), "this needs the permission write_card_date in armoured-combat");
}

#[test]
fn a3_there_is_no_superuser() {
    let everything: Vec<_> = Permission::ALL.map(Permission::as_str).to_vec();
    let all = officers(&everything);
    for (at, command) in about_people().into_iter().enumerate() {
        let needs = requirement(&about(5, command));
        assert_eq!(permits(&by(1), &needs, &all), Ok(()));
        let others: Vec<_> =
            everything.iter().copied().filter(|name| *name != TABLE[at].0.as_str()).collect();
        let denied = permits(&by(1), &needs, &officers(&others));
        assert!(matches!(denied, Err(Denied::Lacking { permission, .. }) if permission == TABLE[at].0));
    }
}

#[test]
fn a3_nobody_changes_their_own_card() {
    let officers = officers(&Permission::ALL.map(Permission::as_str));
    for command in about_people() {
        let (_, _, not_own) = TABLE[row(&command)];
        let own = permits(&by(1), &requirement(&about(OWN, command.clone())), &officers);
        assert_eq!(own, if not_own { Err(Denied::OwnRecord) } else { Ok(()) }, "{command:?}");
    }
    for (survivor, merged) in [(OWN, 6), (6, OWN)] {
        let merge = Merge {
            survivor: person(survivor),
            merged: person(merged),
            cards: [].into(),
            waiver: None,
            seen_merged: None,
        };
        assert_eq!(permits(&by(1), &requirement(&Command::Merge(merge)), &officers), Err(Denied::OwnRecord));
    }
}

#[test]
fn a3_a_record_that_ones_own_was_joined_to_is_ones_own() {
    let renew = renew_card::RenewCard { discipline: slug("fencing"), issued_on: day() };
    let needs = requirement(&about(5, renew.into()));
    assert_eq!(needs.spares(&[person(OWN), person(6), person(5)]), Err(Denied::OwnRecord));
    assert_eq!(needs.spares(&[person(OWN), person(6)]), Ok(()));
    let details = change_details::ChangeDetails { details: RawDetails::default() };
    let needs = requirement(&about(5, details.into()));
    assert_eq!(needs.spares(&[person(OWN), person(5)]), Ok(()), "details are everyone's own to mend");
}

#[test]
fn a2_who_is_not_on_the_list_or_disabled_may_nothing() {
    let mut officers = officers(&["write_combatant_info"]);
    let needs = requirement(&about(5, set_listing::SetListing { listed: true }.into()));
    assert_eq!(permits(&by(2), &needs, &officers), Err(Denied::NoOfficer));
    officers.take(&Fact::plain(OfficerDisabled { officer: officer(1) }.into()));
    assert_eq!(permits(&by(1), &needs, &officers), Err(Denied::NoOfficer));
}

#[test]
fn a_links_holder_may_change_what_is_personal_and_nothing_else() {
    let officers = officers(&[]);
    let holder = Actor::LinkHolder(Uuid::from_u128(8));
    for command in about_people() {
        let (permission, ..) = TABLE[row(&command)];
        let allowed = permits(&holder, &requirement(&about(5, command)), &officers).is_ok();
        assert_eq!(allowed, permission == Permission::WriteCombatantInfo);
    }
    let merge =
        Merge { survivor: person(5), merged: person(6), cards: [].into(), waiver: None, seen_merged: None };
    assert!(permits(&holder, &requirement(&Command::Merge(merge)), &officers).is_err());
    for actor in [Actor::Operator("ubuntu".into()), Actor::Process("import".into())] {
        for command in about_people() {
            assert_eq!(permits(&actor, &requirement(&about(5, command)), &officers), Ok(()));
        }
    }
}
