//! The promises of a store, each as a function that panics with words where an engine breaks it.
//!
//! Comes in: an empty store over [`TABLES`]. `store_conformance!` makes one test of each promise.
//! Guarantees: nothing here knows an engine.
//!
//! Never: kills and restarts; those belong to the engine's own tests.

use bytes::Bytes;
use domain::LogPosition;
use eventlog::Topic;

use crate::error::{ApplyError, ReadError};
use crate::position;
use crate::table::{KEY_BYTES_MAX, Row, Store, StoredRow, Table, VERSION_MAX};

/// The tables that a store under test declares.
pub const TABLES: [Table; 2] = [REPORTS, INCIDENTS];

const REPORTS: Table = Table::of(Topic::Receipts, "reports");
const INCIDENTS: Table = Table::of(Topic::Incidents, "incidents");

/// Makes a module with one test for each promise: `store_conformance!(name, expression that gives an empty Store over TABLES)`. Engines that
/// keep the positions of projectors beside the rows have `position_conformance!` as well.
#[macro_export]
macro_rules! store_conformance {
    ($module:ident, $store:expr) => {
        $crate::store_conformance!(@tests $module, $store,
            row_is_read_back_by_its_key
            range_is_ascending_from_a_key_on
            range_stays_in_its_partition
            keys_of_any_bytes_are_told_apart
            higher_version_stays_whatever_the_order
            greater_payload_of_one_version_stays
            rules_of_one_batch_are_those_of_many
            applying_again_changes_nothing
            refused_batch_stores_nothing
            undeclared_table_is_refused
            more_rows_than_a_page_come_in_order
        );
    };
    (@tests $module:ident, $store:expr, $($promise:ident)+) => {
        mod $module {
            $(
                #[test]
                fn $promise() {
                    $crate::conformance::$promise(&$store);
                }
            )+
        }
    };
}

fn row(table: Table, partition: &[u8], clustering: &[u8], version: u64, payload: &'static str) -> Row {
    let (partition, clustering) = (partition.to_vec(), clustering.to_vec());
    Row { table, partition, clustering, version, payload: Bytes::from_static(payload.as_bytes()) }
}

fn apply(store: &dyn Store, rows: &[Row]) {
    store.apply(rows).expect("the store takes rows");
}

fn get(store: &dyn Store, table: Table, partition: &[u8], clustering: &[u8]) -> Option<Bytes> {
    store.get(table, partition, clustering).expect("a sound store is read")
}

fn range(store: &dyn Store, partition: &[u8], from: &[u8], limit: usize) -> Vec<(Vec<u8>, Bytes)> {
    let rows = store.range(REPORTS, partition, from, limit).expect("a sound store is read");
    rows.into_iter().map(|StoredRow { clustering, payload }| (clustering.to_vec(), payload)).collect()
}

/// A row is found by table, partition and clustering, and by nothing less.
pub fn row_is_read_back_by_its_key(store: &dyn Store) {
    apply(store, &[row(REPORTS, b"p", b"c", 1, "one"), row(REPORTS, b"e", b"", 1, "")]);

    assert_eq!(get(store, REPORTS, b"p", b"c"), Some(Bytes::from_static(b"one")));
    assert_eq!(get(store, REPORTS, b"e", b""), Some(Bytes::new()));
    for (table, partition, clustering) in
        [(REPORTS, "p", "d"), (REPORTS, "q", "c"), (REPORTS, "", "pc"), (REPORTS, "pc", ""), (INCIDENTS, "p", "c")]
    {
        assert_eq!(
            get(store, table, partition.as_bytes(), clustering.as_bytes()),
            None,
            "{partition:?} {clustering:?}"
        );
    }
}

/// Rows come in the order of their clustering, the first one asked for included, no more than asked for.
pub fn range_is_ascending_from_a_key_on(store: &dyn Store) {
    let rows: Vec<Row> = [5_u8, 1, 9, 3, 7].iter().map(|number| row(REPORTS, b"p", &[*number], 1, "")).collect();
    apply(store, &rows);
    let numbers = |from: &[u8], limit| -> Vec<u8> {
        range(store, b"p", from, limit).into_iter().flat_map(|(clustering, _)| clustering).collect()
    };

    assert_eq!(numbers(&[], 100), [1, 3, 5, 7, 9]);
    assert_eq!(numbers(&[3], 100), [3, 5, 7, 9]);
    assert_eq!(numbers(&[4], 2), [5, 7]);
    assert_eq!(numbers(&[3, 0], 1), [5]);
    assert_eq!(numbers(&[10], 100), [0_u8; 0]);
    assert_eq!(numbers(&[], 0), [0_u8; 0]);
}

/// Rows of partitions that sort beside it, or begin with it, are not in a range.
pub fn range_stays_in_its_partition(store: &dyn Store) {
    let partitions: [&[u8]; 7] = [b"a", b"a\0", b"a\0\0", b"a\0\xFF", b"a\x01", b"aa", b"\xFF"];
    for partition in partitions {
        apply(store, &[row(REPORTS, partition, b"x", 1, "x"), row(REPORTS, partition, b"", 1, "")]);
        apply(store, &[row(INCIDENTS, partition, b"y", 1, "y")]);
    }

    for partition in partitions {
        let found = range(store, partition, b"", 100);
        let expected = [(b"".to_vec(), Bytes::new()), (b"x".to_vec(), Bytes::from_static(b"x"))];
        assert_eq!(found, expected, "{partition:?}");
    }
    assert_eq!(range(store, b"b", b"", 100), []);
    assert_eq!(range(store, b"", b"", 100), []);
}

/// Zero bytes and bytes of all ones, at either side of the border between the two keys, make different keys.
pub fn keys_of_any_bytes_are_told_apart(store: &dyn Store) {
    let parts: [&[u8]; 7] = [b"", b"\0", b"\0\0", b"\0\xFF", b"\xFF", b"\xFF\0", b"\x01"];
    let partitions = || parts.iter().filter(|part| !part.is_empty());
    let pairs: Vec<_> = partitions().flat_map(|left| parts.iter().map(move |right| (*left, *right))).collect();
    for ((partition, clustering), version) in pairs.iter().zip(1..) {
        let payload = Bytes::from(format!("{version}"));
        apply(store, &[Row { payload, ..row(REPORTS, partition, clustering, version, "") }]);
    }

    for ((partition, clustering), version) in pairs.iter().zip(1_u64..) {
        let found = get(store, REPORTS, partition, clustering);
        assert_eq!(found, Some(Bytes::from(format!("{version}"))), "{partition:?} {clustering:?}");
    }
}

/// A replay from an earlier position never takes a row back.
pub fn higher_version_stays_whatever_the_order(store: &dyn Store) {
    apply(store, &[row(REPORTS, b"p", b"c", 2, "two")]);

    apply(store, &[row(REPORTS, b"p", b"c", 1, "one"), row(REPORTS, b"p", b"d", 1, "other")]);

    assert_eq!(get(store, REPORTS, b"p", b"c"), Some(Bytes::from_static(b"two")));
    assert_eq!(get(store, REPORTS, b"p", b"d"), Some(Bytes::from_static(b"other")));
    apply(store, &[row(REPORTS, b"p", b"c", VERSION_MAX, "last")]);
    apply(store, &[row(REPORTS, b"p", b"c", VERSION_MAX - 1, "zzzz")]);
    assert_eq!(get(store, REPORTS, b"p", b"c"), Some(Bytes::from_static(b"last")));
}

/// A version has one payload; where a fault gave it two, every engine ends with the same one.
pub fn greater_payload_of_one_version_stays(store: &dyn Store) {
    apply(store, &[row(REPORTS, b"p", b"c", 1, "b"), row(REPORTS, b"p", b"d", 1, "")]);

    apply(store, &[row(REPORTS, b"p", b"c", 1, "ab"), row(REPORTS, b"p", b"d", 1, "a")]);
    apply(store, &[row(REPORTS, b"p", b"d", 1, "")]);

    assert_eq!(get(store, REPORTS, b"p", b"c"), Some(Bytes::from_static(b"b")));
    assert_eq!(get(store, REPORTS, b"p", b"d"), Some(Bytes::from_static(b"a")));
}

/// Within a batch the rules are those of batches one after another.
pub fn rules_of_one_batch_are_those_of_many(store: &dyn Store) {
    apply(
        store,
        &[
            row(REPORTS, b"p", b"c", 1, "zero"),
            row(REPORTS, b"p", b"c", 3, "third"),
            row(REPORTS, b"p", b"c", 3, "other third"),
            row(REPORTS, b"p", b"c", 2, "two"),
        ],
    );

    assert_eq!(get(store, REPORTS, b"p", b"c"), Some(Bytes::from_static(b"third")));
    assert_eq!(range(store, b"p", b"", 9).len(), 1);
}

/// A projector that repeats a batch after a crash changes nothing.
pub fn applying_again_changes_nothing(store: &dyn Store) {
    let rows = [row(REPORTS, b"p", b"a", 1, "a"), row(REPORTS, b"p", b"b", 4, "b"), row(INCIDENTS, b"p", b"a", 1, "")];
    apply(store, &rows);
    let before = range(store, b"p", b"", 9);

    apply(store, &rows);
    apply(store, &[]);

    assert_eq!(range(store, b"p", b"", 9), before);
}

/// If one row is refused, none is stored.
pub fn refused_batch_stores_nothing(store: &dyn Store) {
    let long = vec![1; KEY_BYTES_MAX + 1];
    let sound = || row(REPORTS, b"p", b"c", 1, "sound");

    for refused in [row(REPORTS, &long, b"", 1, ""), row(REPORTS, b"p", &long, 1, "")] {
        let error = store.apply(&[sound(), refused]).expect_err("the key is over the limit");
        assert!(matches!(error, ApplyError::KeyTooLong { table: "reports", .. }) && !error.needs_reopen());
    }
    let error = store.apply(&[sound(), row(REPORTS, b"", b"c", 1, "")]).expect_err("there is no empty partition");
    assert!(matches!(error, ApplyError::PartitionEmpty { table: "reports" }));
    let error = store.apply(&[sound(), row(REPORTS, b"p", b"c", VERSION_MAX + 1, "")]).expect_err("it is no version");
    assert!(matches!(error, ApplyError::VersionTooHigh { table: "reports", .. }));

    assert_eq!(get(store, REPORTS, b"p", b"c"), None);
    apply(store, &[row(REPORTS, &vec![0; KEY_BYTES_MAX], &vec![0xFF; KEY_BYTES_MAX], 1, "longest")]);
    assert_eq!(range(store, &vec![0; KEY_BYTES_MAX], b"", 9).len(), 1);
}

/// There are no tables but the declared ones.
pub fn undeclared_table_is_refused(store: &dyn Store) {
    let undeclared = Table::of(Topic::Alerts, "undeclared");

    assert!(matches!(store.get(undeclared, b"", b""), Err(ReadError::Undeclared { table: "undeclared" })));
    assert!(matches!(store.range(undeclared, b"", b"", 1), Err(ReadError::Undeclared { .. })));
    let applied = store.apply(&[row(REPORTS, b"p", b"c", 1, ""), row(undeclared, b"", b"", 1, "")]);
    assert!(matches!(applied, Err(ApplyError::Undeclared { table: "undeclared" })));
    assert_eq!(get(store, REPORTS, b"p", b"c"), None);
}

/// A list longer than any engine reads at once.
pub fn more_rows_than_a_page_come_in_order(store: &dyn Store) {
    let rows: Vec<Row> = (0..2_500_u16).rev().map(|number| row(REPORTS, b"p", &number.to_be_bytes(), 1, "x")).collect();
    apply(store, &rows);

    for (from, limit, expected) in [(0, 9_999, 0..2_500_u16), (1, 2_400, 1..2_401), (2_499, 2, 2_499..2_500)] {
        let found = range(store, b"p", &u16::to_be_bytes(from), limit);
        let numbers = found.iter().map(|(clustering, _)| clustering.clone());
        let expected = expected.map(|number| number.to_be_bytes().to_vec());
        assert!(numbers.eq(expected), "from {from}, at most {limit}: {} rows", found.len());
    }
}

/// Makes a module with the promises of positions that stand beside the rows: as [`store_conformance!`], for embedded engines. On the
/// distributed one a projector's position is its consumer group's.
#[macro_export]
macro_rules! position_conformance {
    ($module:ident, $store:expr) => {
        $crate::store_conformance!(@tests $module, $store, position_is_applied_with_its_rows position_may_go_back);
    };
}

/// A projector's position stands in the batch that it covers.
pub fn position_is_applied_with_its_rows(store: &dyn Store) {
    let load = |reader, topic| position::load(store, reader, topic).expect("a sound store is read");
    assert_eq!(load("projector", Topic::Incidents), None);

    let position = position::row("projector", Topic::Incidents, LogPosition::new(7));
    apply(store, &[row(INCIDENTS, b"p", b"c", 1, "seven"), position]);

    assert_eq!(load("projector", Topic::Incidents), Some(LogPosition::new(7)));
    assert_eq!(load("projector", Topic::Alerts), None);
    assert_eq!(load("other", Topic::Incidents), None);
    assert_eq!(get(store, INCIDENTS, b"p", b"c"), Some(Bytes::from_static(b"seven")));
}

/// A reader whose facts were lost starts again earlier.
pub fn position_may_go_back(store: &dyn Store) {
    for number in [9, 4, 4] {
        apply(store, &[position::row("projector", Topic::Alerts, LogPosition::new(number))]);
    }

    let loaded = position::load(store, "projector", Topic::Alerts).expect("a sound store is read");
    assert_eq!(loaded, Some(LogPosition::new(4)));
}
