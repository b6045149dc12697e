//! A data folder is used by one process, keeps its node, and is refused, unchanged and with what to do, where it is not what it should be.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::fs;
use std::path::Path;

use bytes::Bytes;
use domain::LogPosition;
use eventlog::{DataFolder, EventLog as _, OpenError, Topic};

fn folder() -> tempfile::TempDir {
    tempfile::tempdir().unwrap()
}

fn refusal(path: &Path) -> OpenError {
    DataFolder::open(path).expect_err("the folder should have been refused")
}

#[test]
fn first_start_makes_the_folder_and_its_parents() {
    let parent = folder();
    let path = parent.path().join("a/b/data");

    let data = DataFolder::open(&path).unwrap();

    assert_eq!(fs::read_to_string(path.join("FORMAT")).unwrap(), "1\n");
    assert_eq!(fs::read_to_string(path.join("node")).unwrap(), format!("{}\n", data.node()));
    assert_eq!(data.store_path(), path.join("store"));
    assert_eq!(data.keys_path(), path.join("keys.toml"));
    assert!(data.free_bytes().unwrap() > 0);
}

#[test]
fn node_stays_the_same_and_differs_between_folders() {
    let (one, other) = (folder(), folder());
    let first = DataFolder::open(one.path()).unwrap().node();

    assert_eq!(DataFolder::open(one.path()).unwrap().node(), first);
    assert_ne!(DataFolder::open(other.path()).unwrap().node(), first);
}

#[test]
fn locked_folder_names_the_process_that_has_it() {
    let path = folder();
    let _held = DataFolder::open(path.path()).unwrap();

    let refusal = refusal(path.path());

    assert!(matches!(refusal, OpenError::Locked { pid: Some(pid), .. } if pid == std::process::id()));
    let message = refusal.to_string();
    assert!(message.ends_with(&format!("is in use by another process (pid {})", std::process::id())), "{message}");
    assert_eq!(refusal.help(), "stop the other process or choose another data folder");
}

#[test]
fn folder_stays_locked_while_a_handle_of_its_log_lives() {
    let path = folder();
    let log = DataFolder::open(path.path()).unwrap().log();
    let appender = log.open_appender(Topic::Records).unwrap();
    drop(log);

    assert!(matches!(refusal(path.path()), OpenError::Locked { .. }));
    drop(appender);
    DataFolder::open(path.path()).unwrap();
}

#[test]
fn stale_lock_of_a_dead_process_does_not_matter() {
    let path = folder();
    fs::write(path.path().join("LOCK"), "4711000\n").unwrap();

    DataFolder::open(path.path()).unwrap();

    assert_eq!(fs::read_to_string(path.path().join("LOCK")).unwrap(), format!("{}\n", std::process::id()));
}

#[test]
fn newer_format_is_refused_unchanged() {
    let path = folder();
    drop(DataFolder::open(path.path()).unwrap());
    fs::write(path.path().join("FORMAT"), "2\n").unwrap();

    let refusal = refusal(path.path());

    assert!(matches!(refusal, OpenError::NewerFormat { found: 2, known: 1, .. }));
    assert!(refusal.to_string().ends_with("has format 2, this version reads up to 1"));
    assert_eq!(fs::read_to_string(path.path().join("FORMAT")).unwrap(), "2\n");
}

#[test]
fn unreadable_format_and_node_are_refused() {
    let path = folder();
    drop(DataFolder::open(path.path()).unwrap());

    for (file, content) in [("FORMAT", "one\n"), ("FORMAT", "0\n"), ("node", "ff\n"), ("node", "")] {
        let sound = fs::read(path.path().join(file)).unwrap();
        fs::write(path.path().join(file), content).unwrap();
        assert!(matches!(refusal(path.path()), OpenError::Unreadable { .. }), "{file} {content:?}");
        fs::write(path.path().join(file), sound).unwrap();
    }
    DataFolder::open(path.path()).unwrap();
}

#[test]
fn log_without_a_format_is_refused() {
    let path = folder();
    fs::create_dir(path.path().join("log")).unwrap();

    assert!(matches!(refusal(path.path()), OpenError::NoFormat { .. }));
    assert!(!path.path().join("FORMAT").exists());
}

#[test]
fn reader_of_records_that_are_gone_refuses_the_start() {
    let path = folder();
    let log = DataFolder::open(path.path()).unwrap().log();
    log.open_appender(Topic::Records).unwrap().append_durably(&[Bytes::from_static(b"kept").into()]).unwrap();
    log.store_position("correlator", Topic::Records, LogPosition::new(1)).unwrap();
    drop(log);
    fs::remove_file(path.path().join("log/records/00000000000000000000.log")).unwrap();

    let refusal = refusal(path.path());

    assert!(matches!(refusal, OpenError::Missing { topic: Topic::Records, position, end, .. }
        if position == LogPosition::new(1) && end == LogPosition::FIRST));
}

#[test]
fn reader_of_facts_that_are_gone_is_set_back() {
    let path = folder();
    let log = DataFolder::open(path.path()).unwrap().log();
    log.open_appender(Topic::Alerts).unwrap().append_durably(&[Bytes::from_static(b"lost").into()]).unwrap();
    log.store_position("projector", Topic::Alerts, LogPosition::new(1)).unwrap();
    drop(log);
    fs::remove_file(path.path().join("log/alerts/00000000000000000000.log")).unwrap();

    let log = DataFolder::open(path.path()).unwrap().log();

    assert_eq!(log.load_position("projector", Topic::Alerts).unwrap(), Some(LogPosition::FIRST));
    assert_eq!(log.opened_end(Topic::Alerts), LogPosition::FIRST);
}
