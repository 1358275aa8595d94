//! How a read model's document is written: MessagePack without the names of fields, after a byte that
//! says which shape it has. A third of the bytes of JSON, and sealed values as they are.

use serde::Serialize;

use super::ReadModel;

/// The bytes of a document.
///
/// # Errors
/// A personal value is open, which none from the log is.
pub(super) fn encode<M: ReadModel>(doc: &M::Doc) -> Result<Vec<u8>, rmp_serde::encode::Error> {
    let mut bytes = vec![M::SHAPE];
    doc.serialize(&mut rmp_serde::Serializer::new(&mut bytes))?;
    Ok(bytes)
}

/// The document that the bytes are; none when they have another shape.
pub(super) fn decode<M: ReadModel>(bytes: &[u8]) -> Option<M::Doc> {
    let (shape, rest) = bytes.split_first()?;
    (*shape == M::SHAPE).then(|| rmp_serde::from_slice(rest).ok()).flatten()
}

#[cfg(test)]
mod tests {
    use std::fmt::Debug;

    use uuid::Uuid;

    use super::*;
    use crate::domain::card_id::CardIdForm;
    use crate::domain::date::CivilDate;
    use crate::domain::details::DetailField;
    use crate::domain::id::{OfficerId, Slug, StreamVersion, WarrantId};
    use crate::domain::personal::{Personal, Sealed};
    use crate::domain::policy::{Acceptance, PolicyVersion};
    use crate::events::evolve::{Card, Term, WaiverHeld, Warrant};
    use crate::projections::{card, desk, marshals, register};

    fn sealed() -> Personal {
        Personal::Sealed(Sealed::from_bytes(&[0; Sealed::MIN_BYTES]).unwrap())
    }

    fn slug(text: &str) -> Slug {
        Slug::parse(text).unwrap()
    }

    fn day(number: i64) -> CivilDate {
        CivilDate::from_day_number(number).unwrap()
    }

    fn warrant() -> Warrant {
        let (starts_on, ends_on) = (day(20_000), Some(day(20_730)));
        let (id, granted_by) = (WarrantId(Uuid::from_u128(1)), Some(OfficerId(Uuid::from_u128(2))));
        Warrant { id, marshal: slug("marshal"), starts_on, ends_on, granted_by }
    }

    /// Written and read again it is the same, and its fields, types and their order are those of its shape.
    fn is_of_shape<M: ReadModel<Doc: PartialEq + Debug>>(doc: M::Doc, shape: u8, fields: &str) {
        let bytes = encode::<M>(&doc).unwrap();
        assert_eq!(decode::<M>(&bytes).as_ref(), Some(&doc));
        assert_eq!(decode::<M>(&[&[M::SHAPE + 1], &bytes[1..]].concat()), None);
        assert_eq!(decode::<M>(&bytes[..bytes.len() - 1]), None);
        let seal = "A".repeat(76);
        let json = serde_json::to_string(&doc).unwrap().replace(&seal, "sealed");
        let now = (M::SHAPE, json.as_str());
        assert_eq!(
            now,
            (shape, fields),
            "what {} writes has changed: raise its SHAPE and mend this test",
            M::MODEL
        );
    }

    #[test]
    fn a_document_keeps_its_shape_or_says_so() {
        let term = Some(Term { issued_on: day(20_000), expires_on: day(20_730), rulebook: 0 });
        let fencing = slug("fencing");
        let authorizations = [(slug("single-sword"), day(20_000))].into();
        is_of_shape::<card::Projector>(
            card::Doc::Person(Box::new(card::PersonDoc {
                version: StreamVersion(7),
                sca_name: Some(sealed()),
                legal_name: None,
                branch: Some(sealed()),
                acceptance: Acceptance::Of(PolicyVersion::parse("2026.1").unwrap()),
                listed: false,
                card_id: Some((sealed(), CardIdForm::Long)),
                check_renewals: 1,
                cards: [(fencing.clone(), Card { term, authorizations, warrants: vec![warrant()] })].into(),
                waiver: Some(WaiverHeld { signed_on: day(20_000), expires_on: day(22_556), rulebook: 0 }),
            })),
            3,
            concat!(
                r#"{"Person":{"version":7,"sca_name":"sealed","legal_name":null,"branch":"sealed","acceptance":20260001,"#,
                r#""listed":false,"card_id":["sealed","long"],"check_renewals":1,"cards":{"fencing":{"term":{"issued_on":"2024-10-04","#,
                r#""expires_on":"2026-10-04","rulebook":0},"authorizations":{"single-sword":"2024-10-04"},"#,
                r#""warrants":[{"id":"00000000-0000-0000-0000-000000000001","marshal":"marshal","#,
                r#""starts_on":"2024-10-04","ends_on":"2026-10-04","#,
                r#""granted_by":"00000000-0000-0000-0000-000000000002"}]}},"waiver":{"signed_on":"2024-10-04","#,
                r#""expires_on":"2031-10-04","rulebook":0}}}"#,
            ),
        );
        is_of_shape::<register::Projector>(
            register::Doc {
                sca_name: sealed(),
                branch: None,
                date_of_birth: Some(sealed()),
                acceptance: Acceptance::Unknown,
                waiver_expires: Some(day(22_556)),
                cards: [(
                    fencing.clone(),
                    register::DocCard { expires_on: day(20_730), authorizations: vec![slug("single-sword")] },
                )]
                .into(),
            },
            2,
            concat!(
                r#"{"sca_name":"sealed","branch":null,"date_of_birth":"sealed","acceptance":1,"waiver_expires":"2031-10-04","#,
                r#""cards":{"fencing":{"expires_on":"2026-10-04","authorizations":["single-sword"]}}}"#,
            ),
        );
        is_of_shape::<marshals::Projector>(
            marshals::Doc {
                sca_name: None,
                legal_name: Some(sealed()),
                date_of_birth: Some(sealed()),
                branch: None,
                acceptance: Acceptance::Unknown,
                waiver_expires: None,
                cards: [(
                    fencing.clone(),
                    marshals::DocCard { expires_on: Some(day(20_730)), warrants: vec![warrant()] },
                )]
                .into(),
            },
            3,
            concat!(
                r#"{"sca_name":null,"legal_name":"sealed","date_of_birth":"sealed","branch":null,"acceptance":1,"#,
                r#""waiver_expires":null,"#,
                r#""cards":{"fencing":{"expires_on":"2026-10-04","#,
                r#""warrants":[{"id":"00000000-0000-0000-0000-000000000001","marshal":"marshal","#,
                r#""starts_on":"2024-10-04","ends_on":"2026-10-04","#,
                r#""granted_by":"00000000-0000-0000-0000-000000000002"}]}}}"#,
            ),
        );
        is_of_shape::<desk::Projector>(
            desk::Doc {
                details: [(DetailField::LegalName, sealed())].into(),
                acceptance: Acceptance::Of(PolicyVersion::parse("2026.1").unwrap()),
                listed: true,
                card_id: None,
                corrections: 2,
                waiver_expires: None,
                cards: [(
                    fencing,
                    desk::DocCard {
                        expires_on: None,
                        authorizations: vec![slug("single-sword")],
                        warrants: vec![(slug("marshal"), day(20_000), None)],
                    },
                )]
                .into(),
            },
            3,
            concat!(
                r#"{"details":{"legal_name":"sealed"},"acceptance":20260001,"listed":true,"card_id":null,"#,
                r#""waiver_expires":null,"corrections":2,"cards":{"fencing":{"expires_on":null,"authorizations":["single-sword"],"#,
                r#""warrants":[["marshal","2024-10-04",null]]}}}"#,
            ),
        );
    }
}
