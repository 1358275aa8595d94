//! The past, for auditors: the state on a civil day, as it was known at an
//! instant (D4). Folded from the log, and shown by the same views as today's.
//!
//! Cards, warrants and waiver follow both clocks. Details, consent and listing
//! have no effective day: they are as known at the instant. Who is erased has
//! no name in the past either.

use crate::domain::date::{CivilDate, Instant};
use crate::domain::id::{CombatantId, Position, StreamId, StreamVersion};
use crate::events::Event;
use crate::events::evolve::{Catalogue, Civil, Clash, Record};
use crate::store::{DbError, KeyError, Store};

use super::card::{self, CardView};
use super::checkpoint::Stop;
use super::gather::{self, GatherError};
use super::page::{Step, check};
use super::sorted::{Indexed, View};
use super::{Person, ReadModel, codec, desk, marshals, register};

/// Events of the catalogue's streams that are read at once.
const PAGE: i64 = 5000;

/// Why the past cannot be shown.
#[derive(Debug, thiserror::Error)]
pub enum AsOfError {
    /// The database.
    #[error(transparent)]
    Db(#[from] DbError),
    /// The keys.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// The log.
    #[error(transparent)]
    Gather(#[from] GatherError),
    /// An event that cannot be used.
    #[error("the record cannot be folded: {0}")]
    Stopped(Stop),
    /// A record that makes no sense.
    #[error("the record makes no sense: {} of {} cannot be, as {}", .0.event_type, .0.on, .0.why)]
    Clash(Box<Clash>),
    /// A card.
    #[error(transparent)]
    Card(#[from] card::CardError),
}

impl From<Clash> for AsOfError {
    fn from(clash: Clash) -> Self {
        Self::Clash(Box::new(clash))
    }
}

/// A person's record as known at an instant, its civil state on a day, and the
/// position of the last event in it; none when nothing was known.
///
/// # Errors
/// [`AsOfError`].
pub async fn record_as_of(
    store: &Store,
    id: CombatantId,
    day: CivilDate,
    known_at: Instant,
) -> Result<Option<(Record, Civil, Position)>, AsOfError> {
    let through = store.position_at(known_at).await?;
    let mut record = Record::default();
    let mut last = None;
    for row in store.read_stream(StreamId::combatant(id), StreamVersion(0)).await? {
        if row.position > through {
            break;
        }
        record.take(Step::read(&row).map_err(AsOfError::Stopped)?.fact);
        last = Some(row.position);
    }
    let Some(last) = last else { return Ok(None) };
    let civil = Person::on(id, &record, day)?.civil;
    Ok(Some((record, civil, last)))
}

/// Everybody's record as known at an instant with its civil state on a day, in
/// the order of ids; without those merged away by that day or erased. Memory for
/// everybody is needed: for the register or the marshal list use
/// [`register_as_of`] and [`marshals_as_of`].
///
/// # Errors
/// [`AsOfError`].
pub async fn everyone_as_of(
    store: &Store,
    day: CivilDate,
    known_at: Instant,
) -> Result<Vec<(CombatantId, Record, Civil)>, AsOfError> {
    let through = store.position_at(known_at).await?;
    collect(store, through, move |id, record| {
        let person = Person::on(id, &record, day)?;
        let civil = person.is_active().then_some(person.civil);
        Ok(civil.map(|civil| (id, record, civil)))
    })
    .await
}

/// The card page as it was; merged records lead to where they led that day (P6).
///
/// # Errors
/// [`AsOfError`].
pub async fn card_as_of(
    store: &Store,
    id: CombatantId,
    day: CivilDate,
    known_at: Instant,
) -> Result<Option<CardView>, AsOfError> {
    let mut id = id;
    for _ in 0..16 {
        let Some((record, _, last)) = record_as_of(store, id, day, known_at).await? else {
            return Ok(None);
        };
        match card::Projector::document(&Person::on(id, &record, day)?) {
            Some(card::Doc::MovedTo(other)) => id = other,
            Some(card::Doc::Person(doc)) => return Ok(card::view(store, id, last, *doc).await?),
            None => return Ok(None),
        }
    }
    Ok(None)
}

/// The public register as it was.
///
/// # Errors
/// [`AsOfError`].
pub async fn register_as_of(
    store: &Store,
    day: CivilDate,
    known_at: Instant,
) -> Result<register::Index, AsOfError> {
    index::<register::Entry>(store, day, known_at).await
}

/// The marshal list as it was.
///
/// # Errors
/// [`AsOfError`].
pub async fn marshals_as_of(
    store: &Store,
    day: CivilDate,
    known_at: Instant,
) -> Result<marshals::Index, AsOfError> {
    index::<marshals::Entry>(store, day, known_at).await
}

/// The desk's list as it was.
///
/// # Errors
/// [`AsOfError`].
pub async fn desk_as_of(store: &Store, day: CivilDate, known_at: Instant) -> Result<desk::Index, AsOfError> {
    index::<desk::Entry>(store, day, known_at).await
}

/// Disciplines, regions, rulebooks, switches, the kingdom's description and its policies as
/// known at an instant. The rulebook of a day follows from it.
///
/// # Errors
/// [`AsOfError`].
pub async fn catalogue_as_of(store: &Store, known_at: Instant) -> Result<Catalogue, AsOfError> {
    use crate::domain::id::StreamType;
    let through = store.position_at(known_at).await?;
    let mut catalogue = Catalogue::default();
    let mut streams = vec![
        StreamId::only(StreamType::Regions),
        StreamId::only(StreamType::Rulebook),
        StreamId::only(StreamType::Switches),
        StreamId::only(StreamType::Kingdom),
        StreamId::only(StreamType::Policies),
    ];
    streams.extend(disciplines(store, through).await?);
    for row in store.read_streams(&streams).await? {
        if row.position <= through {
            check(&row).map_err(AsOfError::Stopped)?;
            let (stream, fact) =
                codec::decode(&row).map_err(|error| AsOfError::Stopped(Stop::at(&row, error.to_string())))?;
            catalogue.take(stream, &fact);
        }
    }
    Ok(catalogue)
}

/// The streams of the disciplines that were founded by a position.
async fn disciplines(store: &Store, through: Position) -> Result<Vec<StreamId>, AsOfError> {
    let filter = crate::store::EventFilter {
        event_type: Some("DisciplineFounded".to_owned()),
        before: Some(Position(through.0.saturating_add(1))),
        ..Default::default()
    };
    let rows = store.search(&filter, PAGE).await?;
    Ok(rows
        .iter()
        .filter(
            |row| matches!(codec::decode(row), Ok((_, fact)) if matches!(fact.event, Event::Discipline(_))),
        )
        .map(|row| row.stream)
        .collect())
}

async fn index<E: Indexed>(store: &Store, day: CivilDate, known_at: Instant) -> Result<View<E>, AsOfError> {
    let through = store.position_at(known_at).await?;
    let docs = collect(store, through, move |id, record| {
        Ok(E::Model::document(&Person::on(id, &record, day)?).map(|doc| (id, doc)))
    })
    .await?;
    Ok(View::of(store.keyring(), through, docs).await?)
}

/// Folds everybody up to a position, part by part, and keeps what `map` gives.
async fn collect<T: Send + 'static>(
    store: &Store,
    through: Position,
    map: impl Fn(CombatantId, Record) -> Result<Option<T>, AsOfError> + Copy + Send + 'static,
) -> Result<Vec<T>, AsOfError> {
    let parts = gather::parts(store, through, gather::BUDGET).await?;
    let span = u8::try_from(256 / parts - 1).unwrap_or(u8::MAX);
    let mut all = Vec::new();
    let mut first = 0u8;
    loop {
        let range = first..=first.saturating_add(span);
        let (gathered, last) = gather::gather(store, through, range, gather::BUDGET, |_| {}).await?;
        let folding = tokio::task::spawn_blocking(move || {
            let mut kept = Vec::new();
            gathered.fold(|id, _, record| {
                kept.extend(map(id, record)?);
                Ok::<(), AsOfError>(())
            })?;
            Ok::<_, AsOfError>(kept)
        });
        all.extend(folding.await.map_err(|_| GatherError::Ending)??);
        match last.checked_add(1) {
            Some(more) => first = more,
            None => return Ok(all),
        }
    }
}
