//! The stores on fjall and in memory keep the same promises, and give the same answers to any rows.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::path::Path;

use bytes::Bytes;
use eventlog::Topic;
use proptest::prelude::*;
use proptest::test_runner::TestRunner;
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
store::position_conformance!(positions_on_fjall, super::Temporary::new());
store::position_conformance!(positions_in_memory, store::MemoryStore::new(&store::conformance::TABLES));

/// Rows whose keys share beginnings and hold the bytes that keys are escaped with.
fn rows() -> impl Strategy<Value = Vec<Row>> {
    let key = || prop::collection::vec(prop_oneof![Just(0_u8), Just(1), Just(0xFF)], 0..3);
    let row = (0_usize..2, key(), key(), 0_u64..4, any::<[u8; 2]>());
    let row = row.prop_map(|(table, partition, clustering, version, payload)| {
        let payload = Bytes::copy_from_slice(&payload);
        Row { table: TABLES[table], partition, clustering, version, payload }
    });
    prop::collection::vec(row, 0..12)
}

/// Puts the rows of a case into partitions of their own, so that all cases share one store: opening one costs many syncs.
fn of_case(rows: Vec<Row>, case: u32) -> Vec<Row> {
    let own = |row: Row| Row { partition: [&case.to_be_bytes(), row.partition.as_slice()].concat(), ..row };
    rows.into_iter().map(own).collect()
}

#[test]
fn both_stores_give_the_same_answers() {
    let (fjall, memory) = (Temporary::new(), MemoryStore::new(&TABLES));
    let case = std::cell::Cell::new(0);
    let mut runner = TestRunner::new(ProptestConfig::with_cases(512));
    let outcome = runner.run(&(prop::collection::vec(rows(), 1..12), 0_usize..5), |(batches, limit)| {
        case.set(case.get() + 1);
        let batches: Vec<Vec<Row>> = batches.into_iter().map(|rows| of_case(rows, case.get())).collect();
        for batch in &batches {
            fjall.apply(batch).unwrap();
            memory.apply(batch).unwrap();
        }
        for Row { table, partition, clustering, .. } in batches.iter().flatten() {
            let got = fjall.get(*table, partition, clustering).unwrap();
            prop_assert_eq!(got, memory.get(*table, partition, clustering).unwrap());
            let range = fjall.range(*table, partition, clustering, limit).unwrap();
            prop_assert_eq!(range, memory.range(*table, partition, clustering, limit).unwrap());
        }
        Ok(())
    });
    outcome.unwrap();
}

#[test]
fn engines_can_be_shared_behind_the_trait() {
    let store: std::sync::Arc<dyn Store> = std::sync::Arc::new(MemoryStore::new(&[Table::of(Topic::Alerts, "alerts")]));

    assert!(store.get(Table::of(Topic::Alerts, "alerts"), b"", b"").unwrap().is_none());
}
