//! What stands on fjall is kept over restarts, and thrown away as a whole, positions included, where it is not what it should be.
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test fails by panicking, and its child process tells by printing"
)]

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};

use bytes::Bytes;
use domain::{ContentHash, LogPosition, ReportId, Revision};
use eventlog::Topic;
use proptest::prelude::*;
use store::{EmbeddedStore, FirstSeen, OpenError, Register, RegisterEntry, Row, Store, StoreSettings, Table, position};

const TABLE: Table = Table::of(Topic::Incidents, "incidents");
const OTHER: Table = Table::of(Topic::Incidents, "incident_heads");

fn open(folder: &Path, tables: &[Table], layout: u32) -> EmbeddedStore {
    EmbeddedStore::open(folder, tables, layout, StoreSettings::default()).unwrap()
}

fn register(folder: &Path) -> Register {
    Register::open(folder, StoreSettings::default()).unwrap()
}

fn row(number: u64) -> Row {
    let payload = Bytes::from(vec![7; 200]);
    Row { table: TABLE, partition: b"p".to_vec(), clustering: number.to_be_bytes().to_vec(), version: 1, payload }
}

fn position(store: &EmbeddedStore) -> Option<u64> {
    position::load(store, "projector", Topic::Incidents).unwrap().map(LogPosition::get)
}

fn fill(store: &EmbeddedStore) {
    store.apply(&[row(1), position::row("projector", Topic::Incidents, LogPosition::new(5))]).unwrap();
}

fn entry(report: u8, revision: u32, position: u64) -> RegisterEntry {
    let first = FirstSeen { content: ContentHash::from_bytes([report; 32]), position: LogPosition::new(position) };
    RegisterEntry {
        report: ReportId::from_bytes([report; 16]),
        revision: Revision::new(revision.into()).unwrap(),
        first,
    }
}

#[test]
fn rows_and_positions_are_there_after_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    fill(&open(folder.path(), &[TABLE], 1));

    let store = open(folder.path(), &[TABLE], 1);

    assert_eq!(store.get(TABLE, b"p", &1_u64.to_be_bytes()).unwrap(), Some(row(1).payload));
    assert_eq!(position(&store), Some(5));
}

#[test]
fn other_layout_or_other_tables_begin_empty() {
    for (tables, layout) in [(vec![TABLE], 2), (vec![TABLE, OTHER], 1)] {
        let folder = tempfile::tempdir().unwrap();
        fill(&open(folder.path(), &[TABLE], 1));
        register(folder.path()).put(&[entry(1, 1, 0)], LogPosition::new(1)).unwrap();

        let store = open(folder.path(), &tables, layout);

        assert_eq!(store.range(TABLE, b"p", b"", 9).unwrap(), []);
        assert_eq!(position(&store), None);
        assert_eq!(register(folder.path()).covered().unwrap(), LogPosition::new(1), "the register has its own form");
    }
}

#[test]
fn order_of_the_declared_tables_does_not_matter() {
    let folder = tempfile::tempdir().unwrap();
    fill(&open(folder.path(), &[TABLE, OTHER], 1));

    assert_eq!(position(&open(folder.path(), &[OTHER, TABLE], 1)), Some(5));
}

#[test]
fn damaged_store_begins_empty() {
    let folder = tempfile::tempdir().unwrap();
    fill(&open(folder.path(), &[TABLE], 1));
    fs::write(folder.path().join("tables/version"), b"not a version").unwrap();

    let store = open(folder.path(), &[TABLE], 1);

    assert_eq!(position(&store), None);
    fill(&store);
    drop(store);
    assert_eq!(position(&open(folder.path(), &[TABLE], 1)), Some(5));
}

#[test]
fn store_in_use_is_refused_and_not_emptied() {
    let folder = tempfile::tempdir().unwrap();
    let held = open(folder.path(), &[TABLE], 1);
    fill(&held);

    let refused = EmbeddedStore::open(folder.path(), &[TABLE], 1, StoreSettings::default());

    assert!(matches!(refused, Err(OpenError::Locked { .. })));
    assert_eq!(position(&held), Some(5));
}

#[test]
fn register_knows_the_first_content_of_each_revision() {
    let folder = tempfile::tempdir().unwrap();
    let written = register(folder.path());
    assert_eq!(written.covered().unwrap(), LogPosition::FIRST);
    written.put(&[entry(1, 2, 0), entry(1, 1, 3), entry(2, 1, 4)], LogPosition::new(5)).unwrap();
    written.put(&[entry(1, 300, 5)], LogPosition::new(9)).unwrap();
    drop(written);

    let register = register(folder.path());

    assert_eq!(register.covered().unwrap(), LogPosition::new(9));
    for known in [entry(1, 2, 0), entry(1, 1, 3), entry(2, 1, 4), entry(1, 300, 5)] {
        assert_eq!(register.get(known.report, known.revision).unwrap(), Some(known.first));
    }
    assert_eq!(register.get(entry(2, 2, 0).report, entry(2, 2, 0).revision).unwrap(), None);
    let revisions = register.revisions(entry(1, 1, 0).report).unwrap();
    let revisions: Vec<_> =
        revisions.into_iter().map(|(revision, first)| (revision.get(), first.position.get())).collect();
    assert_eq!(revisions, [(1, 3), (2, 0), (300, 5)]);
    assert_eq!(register.revisions(ReportId::from_bytes([9; 16])).unwrap(), []);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn register_holds_what_was_put(entries in prop::collection::vec((0_u8..4, 1_u32..400, any::<u64>()), 0..40)) {
        let folder = tempfile::tempdir().unwrap();
        let register = register(folder.path());
        let mut model = std::collections::BTreeMap::new();
        for (report, revision, position) in &entries {
            let entry = entry(*report, *revision, *position);
            model.insert((entry.report, entry.revision), entry.first);
            register.put(&[entry], LogPosition::new(*position)).unwrap();
        }

        for report in 0..4 {
            let id = ReportId::from_bytes([report; 16]);
            let expected: Vec<_> =
                model.iter().filter(|((known, _), _)| *known == id).map(|((_, revision), first)| (*revision, *first)).collect();
            prop_assert_eq!(register.revisions(id).unwrap(), expected);
        }
    }
}

/// Tells the test that it is the process to be killed.
const CHILD_FOLDER: &str = "JUKWAA_STORE_TEST_FOLDER";
const WRITTEN: &str = "written";

/// Writes batches until it is killed, and says so after each.
fn write_without_end(folder: &Path) {
    let (store, register) = (open(folder, &[TABLE], 1), register(folder));
    let remember = |number: u64| {
        let revision = u32::try_from(number + 1).unwrap();
        register.put(&[entry(1, revision, number)], LogPosition::new(number + 1)).unwrap();
    };
    let applied = position(&store).unwrap_or(0);
    // As an appender does: what the kill kept from the register comes from the log.
    (register.covered().unwrap().get()..applied).for_each(remember);
    for number in applied.. {
        let next = LogPosition::new(number + 1);
        store.apply(&[row(number), position::row("projector", Topic::Incidents, next)]).unwrap();
        remember(number);
        println!("{WRITTEN}");
    }
}

/// Lets this very test write in a process of its own, and kills that after so many batches.
fn write_and_kill(folder: &Path, batches: usize) {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "killed_process_leaves_rows_and_position_together", "--nocapture"])
        .env(CHILD_FOLDER, folder)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
    let written = lines.filter(|line| line == WRITTEN).take(batches).count();
    child.kill().unwrap();
    child.wait().unwrap();
    assert_eq!(written, batches, "the process ended by itself");
}

#[test]
fn killed_process_leaves_rows_and_position_together() {
    if let Some(folder) = std::env::var_os(CHILD_FOLDER) {
        return write_without_end(Path::new(&folder));
    }
    let folder = tempfile::tempdir().unwrap();
    let mut least = 0;
    for cycle in 0..6 {
        write_and_kill(folder.path(), 50 + cycle * 37);
        least += 50 + cycle * 37;

        let applied = position(&open(folder.path(), &[TABLE], 1)).unwrap();
        assert!(applied >= least as u64, "cycle {cycle}: {applied} of {least}");
        let rows = open(folder.path(), &[TABLE], 1).range(TABLE, b"p", b"", usize::MAX).unwrap();
        assert_eq!(rows.len() as u64, applied, "cycle {cycle}");
        let register = register(folder.path());
        let covered = register.covered().unwrap().get();
        let known = register.revisions(ReportId::from_bytes([1; 16])).unwrap().len() as u64;
        assert_eq!(known, covered, "cycle {cycle}");
        assert!(covered >= least as u64 && covered <= applied, "cycle {cycle}");
        least = usize::try_from(applied).unwrap();
    }
}
