//! What the officers' events add up to.

use uuid::Uuid;

use super::*;
use crate::domain::permission::Grant;
use crate::events::officers::{
    OfficerDisabled, OfficerEnabled, OfficerInvited, PermissionGranted, PermissionWithdrawn,
};

fn officer() -> OfficerId {
    OfficerId(Uuid::from_u128(1))
}

fn fold(events: impl IntoIterator<Item = OfficersEvent>) -> Officers {
    let mut officers = Officers::default();
    let (email, label) = (Personal::open("a@example.org"), Personal::open("A"));
    officers.take(&Fact::plain(OfficerInvited { officer: officer(), email, label }.into()));
    for event in events {
        officers.take(&Fact::plain(event));
    }
    officers
}

#[test]
fn grants_come_and_go() {
    let grant = Grant::everywhere(Permission::ReadHistory);
    let given = PermissionGranted { officer: officer(), grant: grant.clone() };
    let holds = fold([given.clone().into()]);
    assert_eq!((holds.holders(Permission::ReadHistory), holds.version), (1, StreamVersion(2)));
    let taken = fold([given.into(), PermissionWithdrawn { officer: officer(), grant }.into()]);
    assert_eq!(taken.holders(Permission::ReadHistory), 0);
}

#[test]
fn a_disabled_officer_keeps_the_grants_but_holds_nothing() {
    let grant = Grant::everywhere(Permission::WriteOfficerInfo);
    let given: OfficersEvent = PermissionGranted { officer: officer(), grant: grant.clone() }.into();
    let disabled = fold([given.clone(), OfficerDisabled { officer: officer() }.into()]);
    assert!(disabled.enabled(officer()).is_none());
    assert_eq!(disabled.holders(Permission::WriteOfficerInfo), 0);
    assert!(disabled.all[&officer()].grants.contains(&grant));
    let again =
        [given, OfficerDisabled { officer: officer() }.into(), OfficerEnabled { officer: officer() }.into()];
    assert_eq!(fold(again).holders(Permission::WriteOfficerInfo), 1);
}

#[test]
fn p5_an_officer_is_as_old_as_the_last_event_about_them() {
    let mut officers = fold([OfficerDisabled { officer: officer() }.into()]);
    let other = OfficerId(Uuid::from_u128(2));
    let (email, label) = (Personal::open("b@example.org"), Personal::open("B"));
    officers.take(&Fact::plain(OfficerInvited { officer: other, email, label }.into()));
    assert_eq!(officers.all[&officer()].changed, StreamVersion(2));
    assert_eq!(officers.all[&other].changed, StreamVersion(3));
}

#[test]
fn a_grant_for_one_discipline_does_not_count_as_holding_it_in_the_kingdom() {
    let grant: Grant = "write_marshal@discipline:fencing".parse().unwrap();
    let officers = fold([PermissionGranted { officer: officer(), grant }.into()]);
    assert_eq!(officers.holders(Permission::WriteMarshal), 0);
}
