//! Who may do and grant what (DOMAIN A1, A2).

use super::*;

fn slug(text: &str) -> Slug {
    Slug::parse(text).unwrap()
}

fn grants(texts: &[&str]) -> Grants {
    texts.iter().map(|text| text.parse::<Grant>().unwrap()).collect()
}

#[test]
fn a_permission_has_one_name_everywhere() {
    for permission in Permission::ALL {
        assert_eq!(serde_json::to_string(&permission).unwrap(), format!("\"{permission}\""));
        assert_eq!(Permission::parse(permission.as_str()), Some(permission));
    }
    assert_eq!(Permission::parse("superuser"), None);
}

#[test]
fn a1_a_grant_for_one_discipline_allows_nothing_in_another() {
    let deputy = grants(&["write_card_date@discipline:fencing"]);
    assert!(deputy.allows(Permission::WriteCardDate, Some(&slug("fencing"))));
    assert!(!deputy.allows(Permission::WriteCardDate, Some(&slug("armoured-combat"))));
    assert!(!deputy.allows(Permission::WriteCardDate, None));
    assert!(!deputy.allows(Permission::WriteMarshal, Some(&slug("fencing"))));
    assert!(deputy.allows_somewhere(Permission::WriteCardDate));
}

#[test]
fn a1_a_grant_for_the_kingdom_holds_in_every_discipline() {
    let minister = grants(&["write_card_date", "read_combatant_info"]);
    assert!(minister.allows(Permission::WriteCardDate, Some(&slug("fencing"))));
    assert!(minister.allows(Permission::ReadCombatantInfo, None));
}

#[test]
fn a2_nobody_grants_a_permission_that_they_lack() {
    let deputy = grants(&["write_officer_info", "write_marshal@discipline:fencing"]);
    for (grant, may) in [
        ("write_marshal@discipline:fencing", true),
        ("write_marshal@discipline:archery", false),
        ("write_marshal@kingdom", false),
        ("read_history", false),
        ("write_officer_info", true),
    ] {
        assert_eq!(deputy.may_grant(&grant.parse().unwrap()), may, "{grant}");
    }
    assert!(!grants(&["write_marshal"]).may_grant(&"write_marshal".parse().unwrap()));
}

#[test]
fn a_permission_about_the_kingdom_is_never_granted_for_one_discipline() {
    let wrong = Grant::new(Permission::ReadHistory, GrantScope::Discipline(slug("fencing")));
    assert_eq!(wrong, Err(NotAGrant::KingdomOnly(Permission::ReadHistory)));
    let json = r#"{"permission":"read_history","scope":"discipline:fencing"}"#;
    assert!(serde_json::from_str::<Grant>(json).is_err());
}

#[test]
fn a_grant_is_read_back_as_it_was_written() {
    for text in ["write_marshal@kingdom", "write_marshal@discipline:kingdom", "read_history@kingdom"] {
        let grant: Grant = text.parse().unwrap();
        assert_eq!(grant.to_string(), text);
        let json = serde_json::to_string(&grant).unwrap();
        assert_eq!(serde_json::from_str::<Grant>(&json).unwrap(), grant);
    }
    for bad in ["", "superuser", "write_marshal@", "write_marshal@fencing", "write_marshal@discipline:"] {
        assert!(bad.parse::<Grant>().is_err(), "{bad}");
    }
}
