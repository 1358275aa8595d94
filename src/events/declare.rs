//! How events are declared: one macro gives each its struct, its place in the
//! stream's enum, its codec with typed upcasters, its personal fields and its
//! documentation, so that none of the five can be forgotten.

use std::collections::BTreeMap;

use crate::domain::personal::{Personal, Purpose};

/// One event in the documentation.
#[derive(Debug, Clone, Copy)]
pub struct EventDoc {
    /// The name that the event row holds.
    pub name: &'static str,
    /// The version this program writes.
    pub version: i64,
    /// What happened.
    pub meaning: &'static [&'static str],
    /// Its fields.
    pub fields: &'static [FieldDoc],
}

/// One field of an event in the documentation.
#[derive(Debug, Clone, Copy)]
pub struct FieldDoc {
    /// The field's name in the payload.
    pub name: &'static str,
    /// Its Rust type.
    pub kind: &'static str,
    /// What it holds.
    pub meaning: &'static [&'static str],
}

/// A type of field that may hold personal values. Most hold none.
pub trait HoldsPersonal {
    /// Shows every personal value inside, `name` being the field it stands in.
    fn each(&mut self, _name: &'static str, _visit: &mut dyn FnMut(&'static str, Purpose, &mut Personal)) {}
}

impl HoldsPersonal for Personal {
    fn each(&mut self, name: &'static str, visit: &mut dyn FnMut(&'static str, Purpose, &mut Personal)) {
        visit(name, Purpose::Details, self);
    }
}

impl<T: HoldsPersonal> HoldsPersonal for Option<T> {
    fn each(&mut self, name: &'static str, visit: &mut dyn FnMut(&'static str, Purpose, &mut Personal)) {
        if let Some(value) = self {
            value.each(name, visit);
        }
    }
}

impl<T: HoldsPersonal> HoldsPersonal for Vec<T> {
    fn each(&mut self, name: &'static str, visit: &mut dyn FnMut(&'static str, Purpose, &mut Personal)) {
        for value in self {
            value.each(name, visit);
        }
    }
}

impl<T: HoldsPersonal> HoldsPersonal for BTreeMap<crate::domain::details::DetailField, T> {
    /// A person's details are sealed under their own fields' names.
    fn each(&mut self, _name: &'static str, visit: &mut dyn FnMut(&'static str, Purpose, &mut Personal)) {
        for (field, value) in self {
            value.each(field.as_str(), visit);
        }
    }
}

/// Says that these types of fields hold nothing personal.
macro_rules! not_personal {
    ($($plain:ty),* $(,)?) => {$(
        impl $crate::events::HoldsPersonal for $plain {}
    )*};
}

not_personal!(bool, u16, u32, i64, String, uuid::Uuid);
not_personal!(
    crate::domain::actor::Actor,
    crate::domain::card_id::CardIdForm,
    crate::domain::date::CivilDate,
    crate::domain::id::CombatantId,
    crate::domain::id::EventId,
    crate::domain::id::OfficerId,
    crate::domain::id::Position,
    crate::domain::id::Slug,
    crate::domain::id::WarrantId,
    crate::domain::arms::Charge,
    crate::domain::kingdom::Colour,
    crate::domain::kingdom::KingdomSettings,
    crate::domain::kingdom::SwitchMode,
    crate::domain::permission::Grant,
    crate::domain::policy::PolicyVersion,
    crate::domain::rulebook::Rules,
);

/// Declares the events of one stream type: see the other files of this room.
macro_rules! stream_events {
    (
        $(#[$enum_doc:meta])*
        pub enum $Enum:ident on $Kind:ident {
            $(
                $(#[doc = $doc:literal])+
                $Event:ident = $version:literal $(from { $($old:literal => $Old:ty),+ $(,)? })? {
                    $( $(#[doc = $field_doc:literal])+ $(#[serde($($serde:tt)*)])? $field:ident : $type:ty, )*
                }
            )+
        }
    ) => {
        $(#[$enum_doc])*
        #[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
        #[serde(tag = "type")]
        pub enum $Enum {
            $( $(#[doc = $doc])+ $Event($Event), )+
        }

        $(
            $(#[doc = $doc])+
            #[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
            pub struct $Event {
                $( $(#[doc = $field_doc])+ $(#[serde($($serde)*)])? pub $field: $type, )*
            }

            impl From<$Event> for $Enum {
                fn from(event: $Event) -> Self {
                    Self::$Event(event)
                }
            }
        )+

        impl $crate::events::StreamEvent for $Enum {
            const STREAM: $crate::domain::id::StreamType = $crate::domain::id::StreamType::$Kind;

            const DOCS: &'static [$crate::events::EventDoc] = &[$(
                $crate::events::EventDoc {
                    name: stringify!($Event),
                    version: $version,
                    meaning: &[$($doc),+],
                    fields: &[$(
                        $crate::events::FieldDoc {
                            name: stringify!($field),
                            kind: stringify!($type),
                            meaning: &[$($field_doc),+],
                        },
                    )*],
                },
            )+];

            fn event_type(&self) -> &'static str {
                match self { $( Self::$Event(_) => stringify!($Event), )+ }
            }

            fn schema_version(&self) -> i64 {
                match self { $( Self::$Event(_) => $version, )+ }
            }

            fn encode(&self) -> Result<Vec<u8>, serde_json::Error> {
                match self { $( Self::$Event(event) => serde_json::to_vec(event), )+ }
            }

            fn decode(event_type: &str, version: i64, payload: &[u8])
                -> Result<Self, $crate::events::DecodeError> {
                let damaged = |error: serde_json::Error| $crate::events::DecodeError::Damaged {
                    event_type: event_type.to_owned(),
                    version,
                    column: error.column(),
                };
                match (event_type, version) {
                    $(
                        (stringify!($Event), $version) =>
                            serde_json::from_slice::<$Event>(payload).map(Self::$Event).map_err(damaged),
                        $($(
                            (stringify!($Event), $old) => serde_json::from_slice::<$Old>(payload)
                                .map(|old| Self::$Event(old.into())).map_err(damaged),
                        )+)?
                    )+
                    _ => Err($crate::events::DecodeError::Unknown { event_type: event_type.to_owned(), version }),
                }
            }

            fn each_personal(
                &mut self,
                visit: &mut dyn FnMut(&'static str, $crate::domain::personal::Purpose,
                    &mut $crate::domain::personal::Personal),
            ) {
                match self {
                    $( Self::$Event(event) => {
                        let _ = &event; // some events hold no field
                        $( $crate::events::HoldsPersonal::each(&mut event.$field, stringify!($field), visit); )*
                    } )+
                }
            }
        }
    };
}

#[cfg(test)]
mod tests {
    use super::super::{DecodeError, StreamEvent};

    /// The first version of an event that later gained a field.
    #[derive(serde::Deserialize)]
    struct BannerRaisedV1 {
        colour: String,
    }

    impl From<BannerRaisedV1> for BannerRaised {
        fn from(old: BannerRaisedV1) -> Self {
            Self { colour: old.colour, charge: "none".into() }
        }
    }

    stream_events! {
        /// Events made up to test how events are declared.
        pub enum BannerEvent on Kingdom {
            /// A banner went up.
            BannerRaised = 2 from { 1 => BannerRaisedV1 } {
                /// Its colour.
                colour: String,
                /// What is on it.
                charge: String,
            }
            /// It came down.
            BannerLowered = 1 {}
        }
    }

    #[test]
    fn a_typed_upcaster_reads_the_version_that_shipped_before() {
        let event = BannerEvent::decode("BannerRaised", 1, br#"{"colour":"red"}"#).unwrap();
        assert_eq!(event, BannerRaised { colour: "red".into(), charge: "none".into() }.into());
        assert_eq!(event.schema_version(), 2);
        assert_eq!(BannerEvent::decode("BannerRaised", 2, &event.encode().unwrap()).unwrap(), event);
    }

    #[test]
    fn an_unknown_event_or_version_needs_a_newer_program() {
        for (name, version) in [("BannerRaised", 3), ("BannerBurnt", 1)] {
            let error = BannerEvent::decode(name, version, b"{}").unwrap_err();
            assert!(matches!(error, DecodeError::Unknown { .. }), "{name} {version}");
        }
        assert!(matches!(BannerEvent::decode("BannerRaised", 2, b"{"), Err(DecodeError::Damaged { .. })));
    }
}
