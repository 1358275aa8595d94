//! Disciplines and their types. Slugs never change; nothing in use can vanish:
//! a type is retired, not removed.

use super::{name, one};
use crate::commands::{Context, Refusal};
use crate::domain::id::{Slug, StreamId};
use crate::events::discipline::{
    AuthorizationTypeAdded, AuthorizationTypeChanged, AuthorizationTypeRetired, DisciplineFounded,
    DisciplineRenamed, DisciplineResumed, DisciplineRetired, MarshalTypeAdded, MarshalTypeRenamed,
    MarshalTypeRetired,
};
use crate::events::evolve::{Catalogue, DisciplineState, TypeState};
use crate::events::{DisciplineEvent, Event, Fact};

/// Add a martial activity.
#[derive(Debug, Clone)]
pub struct FoundDiscipline {
    /// Its name in addresses, for ever.
    pub slug: Slug,
    /// Its name on screens.
    pub name: String,
}

/// Give a discipline another name on screens.
#[derive(Debug, Clone)]
pub struct RenameDiscipline {
    /// Which.
    pub discipline: Slug,
    /// The new name.
    pub name: String,
}

/// Let a discipline take no new cards.
#[derive(Debug, Clone)]
pub struct RetireDiscipline {
    /// Which.
    pub discipline: Slug,
}

/// Take a retired discipline up again: it takes new cards as before.
#[derive(Debug, Clone)]
pub struct ResumeDiscipline {
    /// Which.
    pub discipline: Slug,
}

/// Add a competence.
#[derive(Debug, Clone)]
pub struct AddAuthorizationType {
    /// Where.
    pub discipline: Slug,
    /// Its name in addresses, for ever.
    pub slug: Slug,
    /// Its name on screens.
    pub name: String,
    /// Whether it stands first on cards (C6).
    pub primary: bool,
}

/// Give a competence another name, or make it primary or not.
#[derive(Debug, Clone)]
pub struct ChangeAuthorizationType {
    /// Where.
    pub discipline: Slug,
    /// Which.
    pub slug: Slug,
    /// Its name on screens.
    pub name: String,
    /// Whether it stands first on cards (C6).
    pub primary: bool,
}

/// Grant a competence no longer; who holds it keeps it.
#[derive(Debug, Clone)]
pub struct RetireAuthorizationType {
    /// Where.
    pub discipline: Slug,
    /// Which.
    pub slug: Slug,
}

/// Take a retired competence up again: it is granted as before.
#[derive(Debug, Clone)]
pub struct ResumeAuthorizationType {
    /// Where.
    pub discipline: Slug,
    /// Which.
    pub slug: Slug,
}

/// Add a kind of marshal.
#[derive(Debug, Clone)]
pub struct AddMarshalType {
    /// Where.
    pub discipline: Slug,
    /// Its name in addresses, for ever.
    pub slug: Slug,
    /// Its name on screens.
    pub name: String,
}

/// Give a kind of marshal another name.
#[derive(Debug, Clone)]
pub struct RenameMarshalType {
    /// Where.
    pub discipline: Slug,
    /// Which.
    pub slug: Slug,
    /// Its name on screens.
    pub name: String,
}

/// Warrant a kind of marshal no longer; who holds a warrant keeps it.
#[derive(Debug, Clone)]
pub struct RetireMarshalType {
    /// Where.
    pub discipline: Slug,
    /// Which.
    pub slug: Slug,
}

/// Take a retired kind of marshal up again: warrants are granted as before.
#[derive(Debug, Clone)]
pub struct ResumeMarshalType {
    /// Where.
    pub discipline: Slug,
    /// Which.
    pub slug: Slug,
}

fn known<'a>(catalogue: &'a Catalogue, slug: &Slug) -> Result<&'a DisciplineState, Refusal> {
    catalogue
        .disciplines
        .get(slug)
        .ok_or_else(|| Refusal::rule("C5", format!("there is no discipline {slug}")))
}

/// A type that is in use, to be changed.
fn active<'a>(
    types: &'a std::collections::BTreeMap<Slug, TypeState>,
    slug: &Slug,
) -> Result<&'a TypeState, Refusal> {
    let found = types.get(slug).ok_or_else(|| Refusal::rule("C5", format!("there is no type {slug}")))?;
    if found.retired {
        return Err(Refusal::rule("C5", format!("the type {slug} is already retired")));
    }
    Ok(found)
}

/// A type that was retired, to be taken up again.
fn retired<'a>(
    types: &'a std::collections::BTreeMap<Slug, TypeState>,
    slug: &Slug,
) -> Result<&'a TypeState, Refusal> {
    let found = types.get(slug).ok_or_else(|| Refusal::rule("C5", format!("there is no type {slug}")))?;
    if !found.retired {
        return Err(Refusal::rule("C5", format!("the type {slug} is in use already")));
    }
    Ok(found)
}

/// A slug or a name that no other type of the discipline has.
fn unused(
    types: &std::collections::BTreeMap<Slug, TypeState>,
    slug: &Slug,
    name: &str,
    adding: bool,
) -> Result<(), Refusal> {
    if adding && types.contains_key(slug) {
        return Err(Refusal::rule("C5", format!("the slug {slug} is taken; slugs never change hands")));
    }
    let folded = crate::domain::text::fold(name);
    let other = types.iter().any(|(s, state)| s != slug && crate::domain::text::fold(&state.name) == folded);
    if other {
        return Err(Refusal::rule("C5", format!("another type is already called {name}")));
    }
    Ok(())
}

/// A name that no other discipline has.
fn unused_name(catalogue: &Catalogue, slug: &Slug, name: &str) -> Result<(), Refusal> {
    let folded = crate::domain::text::fold(name);
    let other = catalogue
        .disciplines
        .iter()
        .any(|(s, state)| s != slug && crate::domain::text::fold(&state.name) == folded);
    if other {
        return Err(Refusal::rule("C5", format!("another discipline is already called {name}")));
    }
    Ok(())
}

macro_rules! in_discipline {
    ($($Verb:ty: |$verb:ident, $state:ident, $catalogue:ident| $decide:expr;)*) => {$(
        impl $Verb {
            pub(super) fn stream(&self) -> StreamId {
                StreamId::discipline(&self.discipline)
            }

            pub(super) fn decide(&self, catalogue: &Catalogue, _: &Context) -> Result<Vec<Fact<Event>>, Refusal> {
                let ($verb, $state, $catalogue) = (self, known(catalogue, &self.discipline)?, catalogue);
                let event: DisciplineEvent = $decide;
                Ok(one(event))
            }
        }
    )*};
}

in_discipline! {
    RenameDiscipline: |verb, _state, catalogue| {
        let name = name(&verb.name, "discipline")?;
        unused_name(catalogue, &verb.discipline, &name)?;
        DisciplineRenamed { name }.into()
    };
    RetireDiscipline: |_verb, state, _catalogue| {
        if state.retired {
            return Err(Refusal::rule("C5", format!("{} is already retired", state.name)));
        }
        DisciplineRetired {}.into()
    };
    ResumeDiscipline: |_verb, state, _catalogue| {
        if !state.retired {
            return Err(Refusal::rule("C5", format!("{} is in use already", state.name)));
        }
        DisciplineResumed {}.into()
    };
    AddAuthorizationType: |verb, state, _catalogue| {
        let name = name(&verb.name, "authorization")?;
        unused(&state.authorizations, &verb.slug, &name, true)?;
        AuthorizationTypeAdded { slug: verb.slug.clone(), name, primary: verb.primary }.into()
    };
    ChangeAuthorizationType: |verb, state, _catalogue| {
        active(&state.authorizations, &verb.slug)?;
        let name = name(&verb.name, "authorization")?;
        unused(&state.authorizations, &verb.slug, &name, false)?;
        AuthorizationTypeChanged { slug: verb.slug.clone(), name, primary: verb.primary }.into()
    };
    RetireAuthorizationType: |verb, state, _catalogue| {
        active(&state.authorizations, &verb.slug)?;
        AuthorizationTypeRetired { slug: verb.slug.clone() }.into()
    };
    ResumeAuthorizationType: |verb, state, _catalogue| {
        let TypeState { name, primary, .. } = retired(&state.authorizations, &verb.slug)?.clone();
        AuthorizationTypeAdded { slug: verb.slug.clone(), name, primary }.into()
    };
    AddMarshalType: |verb, state, _catalogue| {
        let name = name(&verb.name, "marshal type")?;
        unused(&state.marshals, &verb.slug, &name, true)?;
        MarshalTypeAdded { slug: verb.slug.clone(), name }.into()
    };
    RenameMarshalType: |verb, state, _catalogue| {
        active(&state.marshals, &verb.slug)?;
        let name = name(&verb.name, "marshal type")?;
        unused(&state.marshals, &verb.slug, &name, false)?;
        MarshalTypeRenamed { slug: verb.slug.clone(), name }.into()
    };
    RetireMarshalType: |verb, state, _catalogue| {
        active(&state.marshals, &verb.slug)?;
        MarshalTypeRetired { slug: verb.slug.clone() }.into()
    };
    ResumeMarshalType: |verb, state, _catalogue| {
        let name = retired(&state.marshals, &verb.slug)?.name.clone();
        MarshalTypeAdded { slug: verb.slug.clone(), name }.into()
    };
}

impl FoundDiscipline {
    pub(super) fn stream(&self) -> StreamId {
        StreamId::discipline(&self.slug)
    }

    pub(super) fn decide(&self, catalogue: &Catalogue, _: &Context) -> Result<Vec<Fact<Event>>, Refusal> {
        let name = name(&self.name, "discipline")?;
        if catalogue.disciplines.contains_key(&self.slug) {
            return Err(Refusal::rule("C5", format!("there is already a discipline {}", self.slug)));
        }
        unused_name(catalogue, &self.slug, &name)?;
        Ok(one(DisciplineEvent::from(DisciplineFounded { slug: self.slug.clone(), name })))
    }
}
