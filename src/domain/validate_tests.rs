//! The rules for a person's details (DOMAIN P1–P3).

use super::*;
use DetailField as F;

fn day(text: &str) -> CivilDate {
    CivilDate::parse(text).unwrap()
}

fn regions() -> Vec<RegionEntry> {
    [
        ("ON", "Canada", "A1A 1A1", true),
        ("MI", "United States", "12345", true),
        ("QC", "Canada", "A1A 1A1", false),
    ]
    .map(|(code, country, format, active)| RegionEntry {
        code: code.into(),
        name: format!("Region {code}"),
        country: country.into(),
        postal_format: format.into(),
        active,
    })
    .to_vec()
}

fn sound() -> RawDetails {
    RawDetails::default()
        .with(F::LegalName, "  Ásta   Example ")
        .with(F::Email, "Asta@Example.org")
        .with(F::Phone, "(416) 555-6068")
        .with(F::Address1, "1 King St.")
        .with(F::City, "Toronto")
        .with(F::Province, "on")
        .with(F::PostalCode, "m5v2t6")
}

fn judge(raw: &RawDetails) -> Result<ValidDetails, Vec<FieldError>> {
    validate(raw, &regions(), day("2026-11-22"))
}

/// The only fault there is.
fn fault_in(raw: &RawDetails) -> FieldError {
    let mut errors = judge(raw).unwrap_err();
    assert_eq!(errors.len(), 1, "{errors:?}");
    errors.remove(0)
}

#[test]
fn p2_valid_details_are_kept_normalised_and_empty_fields_are_absent() {
    let valid = judge(&sound().with(F::Branch, "  ").with(F::MemberNumber, "0042")).unwrap();
    let texts: Vec<_> = valid.texts().iter().map(|(f, t)| (*f, t.as_str())).collect();
    assert_eq!(
        texts,
        [
            (F::LegalName, "Ásta Example"),
            (F::Email, "Asta@Example.org"),
            (F::Phone, "+14165556068"),
            (F::Address1, "1 King St."),
            (F::City, "Toronto"),
            (F::Province, "ON"),
            (F::PostalCode, "M5V 2T6"),
            (F::MemberNumber, "42"),
        ]
    );
    assert!(valid.into_details().values().all(|personal| personal.text().is_some()));
}

#[test]
fn p2_valid_details_judged_again_are_the_same() {
    let raw = sound()
        .with(F::DateOfBirth, "2000-02-29")
        .with(F::MemberNumber, "7")
        .with(F::MemberExpiry, "2027-01-01");
    let once = judge(&raw).unwrap();
    assert_eq!(judge(&RawDetails(once.texts().clone())), Ok(once));
}

#[test]
fn p3_all_errors_come_at_once_in_the_order_of_the_form_with_what_was_typed() {
    let raw = RawDetails::default()
        .with(F::ScaName, &"x".repeat(256))
        .with(F::Branch, &"y".repeat(101))
        .with(F::LegalName, "a\u{7}")
        .with(F::Email, "not-an-address")
        .with(F::Phone, "12")
        .with(F::Address2, "\u{202E}")
        .with(F::Province, "ZZ")
        .with(F::PostalCode, "nowhere")
        .with(F::DateOfBirth, "31/02/2001")
        .with(F::MemberNumber, "-5")
        .with(F::MemberExpiry, "soon");
    let errors = judge(&raw).unwrap_err();
    let fields: Vec<DetailField> = errors.iter().map(|error| error.field).collect();
    assert_eq!(fields, DetailField::ALL);
    for error in &errors {
        assert_eq!(error.value, raw.get(error.field));
        assert!(!error.problem.is_empty() && !error.remedy.is_empty());
    }
}

#[test]
fn p1_required_fields_are_missed_by_name() {
    let errors = judge(&RawDetails::default()).unwrap_err();
    let missed: Vec<DetailField> = errors.iter().map(|error| error.field).collect();
    assert_eq!(missed, DetailField::ALL.into_iter().filter(|f| f.required()).collect::<Vec<_>>());
    assert_eq!(errors[0].problem, "the legal name is missing");
    assert_eq!(missed.len(), 7);
}

#[test]
fn p1_names_have_255_characters_and_branches_100_counted_in_characters_not_bytes() {
    assert!(judge(&sound().with(F::ScaName, &"þ".repeat(255)).with(F::Branch, &"þ".repeat(100))).is_ok());
    assert_eq!(fault_in(&sound().with(F::ScaName, &"x".repeat(256))).field, F::ScaName);
    assert_eq!(fault_in(&sound().with(F::Branch, &"x".repeat(101))).field, F::Branch);
}

#[test]
fn p1_the_province_is_an_active_region_and_the_error_lists_the_codes() {
    for code in ["QC", "ZZ"] {
        let error = fault_in(&sound().with(F::Province, code));
        assert_eq!((error.field, error.remedy.as_str()), (F::Province, "use one of ON, MI"));
    }
}

#[test]
fn p2_the_postal_code_matches_the_provinces_country() {
    let error = fault_in(&sound().with(F::Province, "MI"));
    assert_eq!(
        (error.field, error.remedy.as_str()),
        (F::PostalCode, "mend the code, or the province, which is Region MI")
    );
    assert!(judge(&sound().with(F::Province, "MI").with(F::PostalCode, "48226-1234")).is_ok());
    for bad in ["12345-678", "L0L0L0L"] {
        assert_eq!(fault_in(&sound().with(F::PostalCode, bad)).field, F::PostalCode);
    }
}

#[test]
fn p1_a_date_of_birth_is_between_1900_and_today() {
    for good in ["1900-01-01", "2026-11-22"] {
        assert!(judge(&sound().with(F::DateOfBirth, good)).is_ok());
    }
    for bad in ["1899-12-31", "2026-11-23", "2999-01-01", "2025-02-29", "0000-01-01", "31/02/2001"] {
        assert_eq!(fault_in(&sound().with(F::DateOfBirth, bad)).field, F::DateOfBirth);
    }
}

#[test]
fn p3_a_date_of_birth_of_tomorrow_is_said_to_be_in_the_future() {
    let error = fault_in(&sound().with(F::DateOfBirth, "2026-11-23"));
    assert_eq!(
        error.to_string(),
        "Date of birth: it is in the future; write the day on which the person was born"
    );
}

#[test]
fn p3_without_any_region_no_list_of_codes_is_begun() {
    let errors = validate(&sound().with(F::Province, ""), &[], day("2026-11-22")).unwrap_err();
    let province = errors.iter().find(|error| error.field == F::Province).unwrap();
    assert_eq!(province.remedy, "fill it in, once the kingdom has a region");
}

#[test]
fn p1_a_member_number_is_a_positive_integer() {
    assert!(judge(&sound().with(F::MemberNumber, "2147483647")).is_ok());
    for bad in ["0", "-5", "12x", "1.5", "+7", "2147483648", "99999999999999999999", "٧"] {
        assert_eq!(fault_in(&sound().with(F::MemberNumber, bad)).field, F::MemberNumber);
    }
}

#[test]
fn p1_a_member_expiry_needs_a_number() {
    assert_eq!(fault_in(&sound().with(F::MemberExpiry, "2027-01-01")).field, F::MemberExpiry);
    assert!(judge(&sound().with(F::MemberExpiry, "2027-01-01").with(F::MemberNumber, "7")).is_ok());
}

#[test]
fn v5_an_error_printed_shows_no_value() {
    let error = fault_in(&sound().with(F::Email, "hidden-value"));
    assert!(!format!("{error:?} {error}").contains("hidden"));
    assert_eq!(
        error.to_string(),
        "E-mail: an e-mail address has exactly one @; write it like name@example.org"
    );
}
