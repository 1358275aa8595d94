//! People sorted by name, in shared pieces: a change copies one piece, not
//! 100 000 entries, and whoever reads the old state keeps it.
//!
//! Searches walk over everybody, and what they cost is mostly waiting for memory. So entries are laid out anew, in
//! the order of their names, whenever half as many have come as there were: neighbours then lie side by side.

use std::collections::{BTreeSet, HashMap};
use std::ops::Deref;
use std::sync::{Arc, OnceLock};

use super::ReadModel;
use crate::domain::id::{CombatantId, Position, Slug};
use crate::domain::personal::{Personal, Sealed};
use crate::domain::text::fold;
use crate::store::{KeyError, Keyring};

/// Most entries in one piece.
const PIECE: usize = 512;

/// A kind of entry that an index holds in memory.
pub trait Indexed: Clone + Send + Sync + 'static {
    /// The read model.
    type Model: ReadModel;
    /// The values to open, always the same number in the same order.
    fn sealed(doc: &DocOf<Self>) -> Vec<(&'static str, Option<&Personal>)>;
    /// The entry; none when the index does not show the person. `opened` is in
    /// the order of [`Indexed::sealed`], none where there was nothing or the key is gone.
    fn entry(
        id: CombatantId,
        doc: DocOf<Self>,
        opened: Vec<Option<String>>,
        slugs: &mut Slugs,
    ) -> Option<Self>;
    /// By what entries are sorted: a folded name, then the person.
    fn key(&self) -> (&str, CombatantId);
    /// The home group, where lists are filtered by it.
    fn branch(&self) -> Option<&str> {
        None
    }
}

/// The document of an entry's read model.
pub type DocOf<E> = <<E as Indexed>::Model as ReadModel>::Doc;

/// One copy of each slug: there are few of them, and many entries that name them.
#[derive(Debug, Default)]
pub struct Slugs(HashMap<Slug, Slug>);

impl Slugs {
    /// The copy to keep.
    pub fn share(&mut self, slug: Slug) -> Slug {
        self.0.entry(slug).or_insert_with_key(Clone::clone).clone()
    }
}

/// What an index held at one moment. Cloning is cheap.
#[derive(Debug)]
pub struct View<E> {
    pieces: Vec<Arc<Vec<Arc<E>>>>,
    version: Position,
    /// Found when first asked for; every copy shares it until somebody comes, goes or changes.
    branches: Arc<OnceLock<Vec<Box<str>>>>,
}

impl<E> Clone for View<E> {
    fn clone(&self) -> Self {
        Self { pieces: self.pieces.clone(), version: self.version, branches: Arc::clone(&self.branches) }
    }
}

impl<E> Default for View<E> {
    fn default() -> Self {
        Self { pieces: Vec::new(), version: Position(0), branches: Arc::default() }
    }
}

impl<E> View<E> {
    /// The last event that it has taken in: what a kept page is kept for.
    #[must_use]
    pub fn version(&self) -> Position {
        self.version
    }

    /// How many entries it has.
    #[must_use]
    pub fn len(&self) -> usize {
        self.pieces.iter().map(|piece| piece.len()).sum()
    }

    /// Whether it has none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.pieces.iter().all(|piece| piece.is_empty())
    }

    /// Every entry, by name.
    pub fn iter(&self) -> impl Iterator<Item = &Arc<E>> {
        self.pieces.iter().flat_map(|piece| piece.iter())
    }
}

impl<E: Indexed> View<E> {
    /// The home groups there are, in the order of their folded names.
    #[must_use]
    pub fn branch_names(&self) -> &[Box<str>] {
        self.branches.get_or_init(|| {
            let names: BTreeSet<&str> = self.iter().filter_map(|entry| entry.branch()).collect();
            let mut names: Vec<Box<str>> = names.into_iter().map(Box::from).collect();
            names.sort_by_cached_key(|name| fold(name));
            names
        })
    }

    /// The entries with that folded name.
    pub fn named<'v>(&'v self, folded: &'v str) -> impl Iterator<Item = &'v Arc<E>> {
        let first =
            self.pieces.partition_point(|piece| piece.last().is_some_and(|entry| entry.key().0 < folded));
        self.pieces[first..]
            .iter()
            .flat_map(|piece| piece.iter())
            .skip_while(move |entry| entry.key().0 < folded)
            .take_while(move |entry| entry.key().0 == folded)
    }

    fn place(&self, key: (&str, CombatantId)) -> (usize, Result<usize, usize>) {
        let piece = self
            .pieces
            .partition_point(|piece| piece.last().is_some_and(|entry| entry.key() < key))
            .min(self.pieces.len().saturating_sub(1));
        let within = self.pieces.get(piece).map_or(Err(0), |p| p.binary_search_by(|e| e.key().cmp(&key)));
        (piece, within)
    }

    fn insert(&mut self, entry: Arc<E>) {
        self.branches = Arc::default();
        if self.pieces.is_empty() {
            self.pieces.push(Arc::default());
        }
        let (piece, within) = self.place(entry.key());
        let entries = Arc::make_mut(&mut self.pieces[piece]);
        match within {
            Ok(at) => entries[at] = entry,
            Err(at) => entries.insert(at, entry),
        }
        if entries.len() > PIECE {
            let rest = entries.split_off(entries.len() / 2);
            self.pieces.insert(piece + 1, Arc::new(rest));
        }
    }

    fn remove(&mut self, entry: &E) {
        self.branches = Arc::default();
        let (piece, within) = self.place(entry.key());
        if let Ok(at) = within {
            let entries = Arc::make_mut(&mut self.pieces[piece]);
            entries.remove(at);
            if entries.is_empty() {
                self.pieces.remove(piece);
            }
        }
    }

    /// An index of these documents alone, as of some event: the past, for auditors.
    ///
    /// # Errors
    /// The keys.
    pub async fn of(
        keyring: &Keyring,
        version: Position,
        docs: Vec<(CombatantId, DocOf<E>)>,
    ) -> Result<Self, KeyError> {
        let mut held = Held::default();
        let mut docs = docs.into_iter();
        loop {
            let part: Vec<_> = docs.by_ref().take(1000).map(|(id, doc)| (id, Some(doc))).collect();
            if part.is_empty() {
                held.view.version = version;
                return Ok(held.view);
            }
            held.take(keyring, part).await?;
        }
    }
}

/// An index with what is needed to change it.
pub(super) struct Held<E> {
    by_id: HashMap<CombatantId, Arc<E>>,
    slugs: Slugs,
    view: View<E>,
    /// How many entries have come since all were laid out in order.
    scattered: usize,
}

impl<E> Default for Held<E> {
    fn default() -> Self {
        Self { by_id: HashMap::new(), slugs: Slugs::default(), view: View::default(), scattered: 0 }
    }
}

impl<E> Deref for Held<E> {
    type Target = View<E>;
    fn deref(&self) -> &View<E> {
        &self.view
    }
}

impl<E: Indexed> Held<E> {
    /// Takes in documents, opened in bulk; none takes the person out.
    pub async fn take(
        &mut self,
        keyring: &Keyring,
        docs: Vec<(CombatantId, Option<DocOf<E>>)>,
    ) -> Result<(), KeyError> {
        let opened = open::<E>(keyring, &docs).await?;
        for ((id, doc), opened) in docs.into_iter().zip(opened) {
            self.forget(id);
            let Some(doc) = doc else { continue };
            if let Some(entry) = E::entry(id, doc, opened, &mut self.slugs) {
                let entry = Arc::new(entry);
                self.by_id.insert(id, Arc::clone(&entry));
                self.view.insert(entry);
                self.scattered += 1;
            }
        }
        if self.scattered > PIECE.max(self.by_id.len() / 2) {
            self.lay_out();
        }
        Ok(())
    }

    /// Puts every entry, with its texts, next to the one before it. Whoever reads the old state keeps it.
    fn lay_out(&mut self) {
        let again = |piece: &Arc<Vec<Arc<E>>>| {
            Arc::new(piece.iter().map(|entry| Arc::new(E::clone(entry))).collect::<Vec<_>>())
        };
        self.view.pieces = self.view.pieces.iter().map(again).collect();
        for entry in self.view.pieces.iter().flat_map(|piece| piece.iter()) {
            self.by_id.insert(entry.key().1, Arc::clone(entry));
        }
        self.scattered = 0;
    }

    /// Takes a person out.
    pub fn forget(&mut self, id: CombatantId) {
        if let Some(old) = self.by_id.remove(&id) {
            self.view.remove(&old);
        }
    }

    /// Says up to which event it is.
    pub fn reached(&mut self, version: Position) {
        self.view.version = version;
    }

    /// What it holds now.
    pub fn snapshot(&self) -> View<E> {
        self.view.clone()
    }
}

/// Opens the values of many documents with as few statements as possible. A
/// person whose values do not open is left out and named in the log.
async fn open<E: Indexed>(
    keyring: &Keyring,
    docs: &[(CombatantId, Option<DocOf<E>>)],
) -> Result<Vec<Vec<Option<String>>>, KeyError> {
    let wanted: Vec<_> =
        docs.iter().map(|(_, doc)| doc.as_ref().map(E::sealed).unwrap_or_default()).collect();
    let sealed: Vec<(&'static str, &Sealed)> = wanted.iter().flatten().filter_map(with_bytes).collect();
    let opened = match keyring.open_many(&sealed).await {
        Err(KeyError::Damaged { .. }) => None,
        other => Some(other?),
    };
    let mut all = Vec::with_capacity(docs.len());
    let bulk = opened.is_some();
    let mut texts = opened.into_iter().flatten();
    for (values, (id, _)) in wanted.iter().zip(docs) {
        let own: Vec<Option<String>> = if bulk {
            texts.by_ref().take(values.iter().filter_map(with_bytes).count()).collect()
        } else {
            let own: Vec<_> = values.iter().filter_map(with_bytes).collect();
            match keyring.open_many(&own).await {
                Err(error @ KeyError::Damaged { .. }) => {
                    tracing::error!(person = %id, read_model = E::Model::MODEL.as_str(), %error, "a person is left out");
                    vec![None; own.len()]
                }
                other => other?,
            }
        };
        let mut own = own.into_iter();
        all.push(values.iter().map(|value| with_bytes(value).and_then(|_| own.next().flatten())).collect());
    }
    Ok(all)
}

fn with_bytes<'d>(value: &(&'static str, Option<&'d Personal>)) -> Option<(&'static str, &'d Sealed)> {
    match value {
        (field, Some(Personal::Sealed(sealed))) => Some((*field, sealed)),
        _ => None,
    }
}
