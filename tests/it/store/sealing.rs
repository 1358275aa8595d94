//! Sealing: who has no key reads nothing, and a destroyed key is gone everywhere within a second (V5, V6).

use std::sync::Arc;
use std::time::Duration;

use emol::clock::{CountingIds, FixedClock, SystemIds};
use emol::domain::personal::{Purpose, Seal, Sealed};
use emol::store::{AppendError, ClaimKind, KeyError, MasterKeys, Store};
use uuid::Uuid;

use super::samples::{adds, person};
use crate::support::databases::{NOW, master_keys, on_all_databases};

const OWNER: Uuid = Uuid::from_u128(42);

fn at(field: &'static str) -> Seal {
    Seal { owner: OWNER, purpose: Purpose::Details, field }
}

/// Seals a name and a note, and makes the keys durable.
async fn sealed(store: &Store) -> (Sealed, Sealed) {
    let wanted = [(OWNER, Purpose::Details), (OWNER, Purpose::Waiver)];
    let mut keys = store.keyring().ensure_many(&wanted).await.unwrap();
    let waiver = Seal { purpose: Purpose::Waiver, ..at("signed_name") };
    let out = (
        store.keyring().seal(at("legal_name"), "Ραφαήλ", &keys[0].0),
        store.keyring().seal(waiver, "Raphael", &keys[1].0),
    );
    let mut append = adds(1, person(42), 0, 1);
    append.keys = keys.iter_mut().filter_map(|(_, row)| row.take()).collect();
    assert_eq!(append.keys.len(), 2);
    store.append(append).await.unwrap();
    out
}

#[test]
fn a_sealed_field_opens_under_its_own_name_only() {
    on_all_databases(|database| async move {
        let store = database.store(1).await;
        let (name, _) = sealed(&store).await;
        let keyring = store.keyring();
        assert_eq!(keyring.open_field("legal_name", &name).await.unwrap().as_deref(), Some("Ραφαήλ"));
        assert!(matches!(keyring.open_field("sca_name", &name).await, Err(KeyError::Damaged { .. })));
        let (again, row) = keyring.ensure(OWNER, Purpose::Details).await.unwrap();
        assert!(row.is_none() && again.id() == name.key());
        let other = database.other_process().await;
        assert_eq!(other.keyring().open_field("legal_name", &name).await.unwrap().as_deref(), Some("Ραφαήλ"));
    });
}

#[test]
fn a_destroyed_key_is_gone_in_every_process_within_a_second() {
    on_all_databases(|database| async move {
        let (here, there) = (database.store(1).await, database.other_process().await);
        let (name, signed) = sealed(&here).await;
        for store in [&here, &there] {
            assert!(store.keyring().open_field("legal_name", &name).await.unwrap().is_some());
        }
        let mut erase = adds(2, person(42), 1, 1);
        erase.destroy = vec![(OWNER, Some(Purpose::Details))];
        here.append(erase).await.unwrap();
        assert_eq!(here.keyring().open_field("legal_name", &name).await.unwrap(), None);
        tokio::time::sleep(Duration::from_secs(1)).await;
        assert_eq!(there.keyring().open_field("legal_name", &name).await.unwrap(), None);
        // Evidence of the waiver has its own key and its own date.
        let both = [("legal_name", &name), ("signed_name", &signed)];
        assert_eq!(there.keyring().open_many(&both).await.unwrap(), [None, Some("Raphael".to_owned())]);
        let refused = there.keyring().ensure(OWNER, Purpose::Details).await;
        assert!(matches!(refused, Err(KeyError::Erased(OWNER))), "{refused:?}");
        let erasures = there.keyring().erasures().await.unwrap();
        assert_eq!(erasures, [(OWNER, NOW)]);
    });
}

#[test]
fn a_key_made_before_an_erasure_is_not_stored_after_it() {
    on_all_databases(|database| async move {
        let store = database.store(1).await;
        let (_, row) = store.keyring().ensure(OWNER, Purpose::Details).await.unwrap();
        let mut erase = adds(1, person(42), 0, 1);
        erase.destroy = vec![(OWNER, None)];
        store.append(erase).await.unwrap();
        let mut late = adds(2, person(1), 0, 1);
        late.keys.extend(row);
        assert!(matches!(store.append(late).await, Err(AppendError::Erased(OWNER))));
    });
}

#[test]
fn of_two_keys_made_at_once_one_is_refused() {
    on_all_databases(|database| async move {
        let store = database.store(1).await;
        let (_, first) = store.keyring().ensure(OWNER, Purpose::Details).await.unwrap();
        let (_, second) = store.keyring().ensure(OWNER, Purpose::Details).await.unwrap();
        let mut one = adds(1, person(1), 0, 1);
        one.keys.extend(first);
        store.append(one).await.unwrap();
        let mut two = adds(2, person(2), 0, 1);
        two.keys.extend(second);
        assert!(matches!(store.append(two).await, Err(AppendError::KeyTaken(OWNER))));
    });
}

#[test]
fn a_change_of_master_keys_rewraps_keys_and_keeps_claims() {
    on_all_databases(|database| async move {
        let store = database.store(1).await;
        let (name, _) = sealed(&store).await;
        let claim = store.keyring().claim_hash(ClaimKind::CardId, "a card");
        let fresh = MasterKeys::generate("new", &CountingIds::from(77));
        let both = MasterKeys::parse(&format!("{},{}", *fresh.to_text(), *master_keys().to_text())).unwrap();
        let open = |db, keys| Store::open(db, keys, Arc::new(FixedClock::at(NOW)), Arc::new(SystemIds));
        let owner = open(database.admin.clone(), both).await.unwrap();
        assert_eq!(owner.keyring().wrapped_by_others().await.unwrap(), 3);
        assert_eq!(owner.keyring().rewrap().await.unwrap(), 3, "two keys and the log's secret");
        assert_eq!(owner.keyring().rewrap().await.unwrap(), 0);
        assert_eq!(owner.keyring().wrapped_by_others().await.unwrap(), 0);
        let later = open(database.db.clone(), fresh).await.unwrap();
        assert!(later.keyring().open_field("legal_name", &name).await.unwrap().is_some());
        assert_eq!(later.keyring().claim_hash(ClaimKind::CardId, "a card"), claim);
        let old = open(database.db.clone(), master_keys()).await.err().expect("the old key is out");
        assert!(old.to_string().contains("master key new"), "{old}");
    });
}

#[test]
fn nothing_readable_reaches_the_database_file() {
    on_all_databases(|database| async move {
        let store = database.store(1).await;
        sealed(&store).await;
        let Some(path) = database.url.strip_prefix("sqlite://") else { return };
        for file in [path.to_owned(), format!("{path}-wal")] {
            let bytes = std::fs::read(&file).unwrap_or_default();
            for name in ["Ραφαήλ", "Raphael"] {
                assert!(!bytes.windows(name.len()).any(|part| part == name.as_bytes()), "found in {file}");
            }
        }
    });
}
