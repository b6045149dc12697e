//! Measures groups made durable a second: a bare loop of write and fdatasync beside the appender, on one disk, in turns.
//!
//! Usage: `cargo run -p eventlog --example append_rate -- FOLDER`. Records of 500 bytes; prints one line for each size of a group.

use std::error::Error;
use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::time::{Duration, Instant};

use bytes::Bytes;
use eventlog::{DataFolder, Entry, EventLog as _, Topic};

const RECORD_BYTES: usize = 500;
const TURN: Duration = Duration::from_secs(1);
const TURNS: u32 = 3;

fn main() -> Result<(), Box<dyn Error>> {
    let folder = std::env::args().nth(1).ok_or("usage: append_rate FOLDER")?;
    let folder = tempfile::tempdir_in(folder)?;
    let mut out = std::io::stdout();
    writeln!(
        out,
        "{:>6} {:>14} {:>14} {:>16} {:>6}",
        "group", "bare groups/s", "log groups/s", "log records/s", "ratio"
    )?;
    for group in [1, 16, 256, 4096] {
        let (bare, log) = compare(folder.path(), group)?;
        let records = log * f64::from(u32::try_from(group)?);
        writeln!(out, "{group:>6} {bare:>14.0} {log:>14.0} {records:>16.0} {:>6.2}", log / bare)?;
    }
    Ok(())
}

/// Groups a second of both, over turns that alternate, so that a slow minute of the disk meets both.
fn compare(folder: &Path, group: usize) -> Result<(f64, f64), Box<dyn Error>> {
    let batch = vec![Bytes::from(vec![0xA7; RECORD_BYTES]); group];
    let bytes = batch.concat();
    let entries: Vec<Entry> = batch.iter().cloned().map(Entry::from).collect();
    let mut bare = fs::File::create(folder.join("bare"))?;
    let data = DataFolder::open(&folder.join(format!("data-{group}")))?;
    let mut appender = data.log().open_appender(Topic::Records)?;
    let (mut bare_count, mut log_count) = (0_u32, 0_u32);
    for _ in 0..TURNS {
        bare_count += turn(|| {
            bare.write_all(&bytes)?;
            Ok(bare.sync_data()?)
        })?;
        log_count += turn(|| Ok(appender.append_durably(&entries).map(drop)?))?;
    }
    let seconds = (TURN * TURNS).as_secs_f64();
    Ok((f64::from(bare_count) / seconds, f64::from(log_count) / seconds))
}

fn turn(mut group: impl FnMut() -> Result<(), Box<dyn Error>>) -> Result<u32, Box<dyn Error>> {
    let (start, mut count) = (Instant::now(), 0);
    while start.elapsed() < TURN {
        group()?;
        count += 1;
    }
    Ok(count)
}
