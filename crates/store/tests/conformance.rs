//! The stores on fjall and in memory keep the same promises, and give the same answers to any rows.

use std::path::Path;

use bytes::Bytes;
use eventlog::Topic;
use proptest::prelude::*;
use store::conformance::TABLES;
use store::{ApplyError, EmbeddedStore, MemoryStore, ReadError, Row, Store, StoreSettings, StoredRow, Table};

/// A store on fjall in a folder that goes away with it.
#[derive(Debug)]
struct Temporary {
    store: EmbeddedStore,
    _folder: tempfile::TempDir,
}

impl Temporary {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        Self { store: open(folder.path()), _folder: folder }
    }
}

impl Store for Temporary {
    fn get(&self, table: Table, partition: &[u8], clustering: &[u8]) -> Result<Option<Bytes>, ReadError> {
        self.store.get(table, partition, clustering)
    }

    fn range(&self, table: Table, partition: &[u8], from: &[u8], limit: usize) -> Result<Vec<StoredRow>, ReadError> {
        self.store.range(table, partition, from, limit)
    }

    fn apply(&self, rows: &[Row]) -> Result<(), ApplyError> {
        self.store.apply(rows)
    }
}

fn open(folder: &Path) -> EmbeddedStore {
    EmbeddedStore::open(folder, &TABLES, 1, StoreSettings::default()).unwrap()
}

store::store_conformance!(on_fjall, super::Temporary::new());
store::store_conformance!(in_memory, store::MemoryStore::new(&store::conformance::TABLES));

fn rows() -> impl Strategy<Value = Vec<Row>> {
    let key = || prop::collection::vec(prop_oneof![Just(0_u8), Just(1), Just(0xFF)], 0..3);
    let row = (0_usize..2, key(), key(), 0_u64..4, any::<u16>()).prop_map(
        |(table, partition, clustering, version, payload)| {
            let payload = Bytes::copy_from_slice(&payload.to_be_bytes());
            Row { table: TABLES[table], partition, clustering, version, payload }
        },
    );
    prop::collection::vec(row, 0..12)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn both_stores_give_the_same_answers(batches in prop::collection::vec(rows(), 1..12), limit in 0_usize..5) {
        let (fjall, memory) = (Temporary::new(), MemoryStore::new(&TABLES));
        for batch in &batches {
            fjall.apply(batch).unwrap();
            memory.apply(batch).unwrap();
        }

        for row in batches.iter().flatten() {
            let Row { table, partition, clustering, .. } = row;
            prop_assert_eq!(
                fjall.get(*table, partition, clustering).unwrap(),
                memory.get(*table, partition, clustering).unwrap()
            );
            prop_assert_eq!(
                fjall.range(*table, partition, clustering, limit).unwrap(),
                memory.range(*table, partition, clustering, limit).unwrap()
            );
        }
    }
}

#[test]
fn engines_can_be_shared_behind_the_trait() {
    let store: std::sync::Arc<dyn Store> = std::sync::Arc::new(MemoryStore::new(&[Table::of(Topic::Alerts, "alerts")]));

    assert!(store.get(Table::of(Topic::Alerts, "alerts"), b"", b"").unwrap().is_none());
}
