//! Which test ran on which engine, for the sums at the end of `make test`.
//!
//! Comes in: `JUKWAA_TEST_COUNTS`, the file to write to; without it nothing is counted.
//! Goes out: lines of `binary`, `test` and `engine`. `scripts/count-tests` counts a test once, however often it asks for an engine.
//!
//! Never: decides whether a test runs.

use std::fs::OpenOptions;
use std::io::Write as _;
use std::path::Path;

const COUNTS: &str = "JUKWAA_TEST_COUNTS";

pub(super) fn count(engine: &str) {
    let Some(path) = std::env::var_os(COUNTS) else { return };
    let binary = std::env::current_exe().unwrap();
    let binary = binary.file_name().map(Path::new).unwrap().display();
    // The harness names the thread of a test after it. One line in one write: other processes append to the same file.
    let thread = std::thread::current();
    let line = format!("{binary} {} {engine}\n", thread.name().unwrap_or("unnamed"));
    let mut file = OpenOptions::new().append(true).create(true).open(path).unwrap();
    file.write_all(line.as_bytes()).unwrap();
}
