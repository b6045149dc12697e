//! The store on Apache Cassandra keeps the promises of all stores, gives the answers of the others, and has its tables made in order.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::sync::LazyLock;

use bytes::Bytes;
use eventlog::Topic;
use store::conformance::TABLES;
use store::cql::{ConnectError, MigrateError, MigrationState, Migrator};
use store::dump::Dump as _;
use store::{ApplyError, CqlSettings, CqlStore, EmbeddedStore, MemoryStore, Row, Store, StoreSettings, Table};
use testkit::engines;
use tokio::runtime::Runtime;

static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| Runtime::new().unwrap());

const EXTRA: Table = Table::of(Topic::Alerts, "extra");

/// A keyspace of one test, not made yet.
fn keyspace() -> CqlSettings {
    let settings = CqlSettings::new(vec![engines::cassandra().to_owned()], engines::unique_name("store"));
    CqlSettings { development: true, ..settings }
}

fn migrator(settings: &CqlSettings, tables: &[Table]) -> Migrator {
    Migrator::connect(settings, tables, RUNTIME.handle().clone()).unwrap()
}

fn connect(settings: &CqlSettings, tables: &[Table]) -> Result<CqlStore, ConnectError> {
    CqlStore::connect(settings, tables, RUNTIME.handle().clone())
}

fn empty_store() -> CqlStore {
    let settings = keyspace();
    migrator(&settings, &TABLES).apply().unwrap();
    connect(&settings, &TABLES).unwrap()
}

fn row(table: Table, partition: &[u8], clustering: &[u8], version: u64, payload: &str) -> Row {
    let payload = Bytes::copy_from_slice(payload.as_bytes());
    Row { table, partition: partition.to_vec(), clustering: clustering.to_vec(), version, payload }
}

store::store_conformance!(on_cassandra, super::empty_store());

#[test]
fn stores_are_alike_byte_by_byte() {
    let folder = tempfile::tempdir().unwrap();
    let fjall = EmbeddedStore::open(folder.path(), &TABLES, 1, StoreSettings::default()).unwrap();
    let (cassandra, memory) = (empty_store(), MemoryStore::new(&TABLES));
    let rows: Vec<Row> = (0..2_000_u32)
        .map(|number| {
            let partition = [b"p".as_slice(), &(number % 37).to_be_bytes()].concat();
            let clustering = (number % 411).to_le_bytes();
            row(TABLES[number as usize % 2], &partition, &clustering, u64::from(number % 5), &format!("{}", number % 7))
        })
        .collect();
    let backwards: Vec<Row> = rows.iter().rev().cloned().collect();

    fjall.apply(&rows).unwrap();
    memory.apply(&backwards).unwrap();
    for batch in [rows.as_slice(), &backwards] {
        cassandra.apply(batch).unwrap();
    }

    for table in TABLES {
        let dump = cassandra.dump(table).unwrap();
        assert!(dump.len() > 500, "{} rows", dump.len());
        assert!(dump.is_sorted_by_key(|row| (row.partition.clone(), row.clustering.clone())));
        assert_eq!(dump, fjall.dump(table).unwrap());
        assert_eq!(dump, memory.dump(table).unwrap());
    }
}

#[test]
fn tables_are_made_once_and_in_order() {
    let settings = keyspace();
    let migrator = migrator(&settings, &TABLES);
    let names = |migrations: &[store::cql::MigrationStatus]| {
        migrations.iter().map(|migration| (migration.number, migration.name)).collect::<Vec<_>>()
    };
    assert_eq!(names(&migrator.plan().unwrap()), [(1, "reports"), (2, "incidents")]);

    assert_eq!(names(&migrator.apply().unwrap()), [(1, "reports"), (2, "incidents")]);

    assert_eq!(names(&migrator.plan().unwrap()), []);
    assert_eq!(names(&migrator.apply().unwrap()), []);
    let status = migrator.status().unwrap();
    assert!(status.iter().all(|migration| migration.state == MigrationState::Applied));
}

#[test]
fn added_table_is_made_beside_the_rows_that_are_there() {
    let settings = keyspace();
    migrator(&settings, &TABLES).apply().unwrap();
    connect(&settings, &TABLES).unwrap().apply(&[row(TABLES[0], b"p", b"c", 1, "kept")]).unwrap();
    let more = [TABLES[0], TABLES[1], EXTRA];

    let applied = migrator(&settings, &more).apply().unwrap();

    assert_eq!(applied.iter().map(|migration| migration.name).collect::<Vec<_>>(), ["extra"]);
    let store = connect(&settings, &more).unwrap();
    assert_eq!(store.get(TABLES[0], b"p", b"c").unwrap(), Some(Bytes::from_static(b"kept")));
    assert_eq!(store.get(EXTRA, b"p", b"c").unwrap(), None);
}

#[test]
fn migrators_at_once_make_one_set_of_tables() {
    let settings = keyspace();
    std::thread::scope(|scope| {
        let runs: Vec<_> = (0..3).map(|_| scope.spawn(|| migrator(&settings, &TABLES).apply())).collect();
        for run in runs {
            run.join().unwrap().unwrap();
        }
    });

    let store = connect(&settings, &TABLES).unwrap();
    store.apply(&[row(TABLES[1], b"p", b"c", 1, "one")]).unwrap();
    assert_eq!(store.get(TABLES[1], b"p", b"c").unwrap(), Some(Bytes::from_static(b"one")));
}

#[test]
fn store_without_its_tables_says_how_to_make_them() {
    let settings = keyspace();

    let error = connect(&settings, &TABLES).unwrap_err();

    assert!(error.help().contains("`jukwaa admin migrate apply`"), "{}", error.help());
    let ConnectError::Tables { source, .. } = error else { panic!("{error}") };
    assert!(matches!(*source, MigrateError::Missing { number: 1, name: "reports" }));
}

#[test]
fn changed_and_newer_tables_are_refused_and_left_alone() {
    let settings = keyspace();
    migrator(&settings, &TABLES).apply().unwrap();
    let check = |tables: &[Table], is_expected: fn(&MigrateError) -> bool| {
        assert!(is_expected(&migrator(&settings, tables).apply().unwrap_err()));
        let ConnectError::Tables { source, .. } = connect(&settings, tables).unwrap_err() else {
            panic!("not the tables")
        };
        assert!(is_expected(&source), "{source}");
    };

    check(&[TABLES[1], TABLES[0], EXTRA], |error| matches!(error, MigrateError::Changed { number: 1, .. }));
    check(&[TABLES[0]], |error| matches!(error, MigrateError::Newer { number: 2, known: 1, .. }));

    connect(&settings, &TABLES).unwrap();
}

#[test]
fn database_that_is_gone_is_an_error_within_a_bound() {
    let cassandra = engines::Cassandra::start();
    let settings = CqlSettings { contact_points: vec![cassandra.contact_point().to_owned()], ..keyspace_on_its_own() };
    migrator(&settings, &TABLES).apply().unwrap();
    let store = connect(&settings, &TABLES).unwrap();
    cassandra.kill();
    let begun = std::time::Instant::now();

    let applied = store.apply(&[row(TABLES[0], b"p", b"c", 1, "one")]);
    let read = store.get(TABLES[0], b"p", b"c");

    assert!(
        matches!(&applied, Err(error @ ApplyError::Cql { table: "reports", .. }) if !error.needs_reopen()),
        "{applied:?}"
    );
    assert!(read.is_err());
    assert!(begun.elapsed() < std::time::Duration::from_secs(20), "{:?}", begun.elapsed());
}

fn keyspace_on_its_own() -> CqlSettings {
    CqlSettings { development: true, ..CqlSettings::new(vec![], engines::unique_name("store")) }
}
