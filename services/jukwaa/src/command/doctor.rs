//! `jukwaa doctor`: what a person should act on, each finding with what to do.

use std::io::Write;
use std::path::Path;
use std::time::Instant;

use api::query::v1::ListHotspotsRequest;

use crate::cli::{DoctorArgs, Format};
use crate::client::Client;
use crate::config::Config;
use crate::failure::{Exit, Failure};
use crate::{output, serve};

/// Below it a disk is called nearly full.
const FREE_BYTES_MIN: u64 = 1024 * 1024 * 1024;
/// Above it a sync is called slow: every acknowledgement waits for one.
const SYNC_MS_MAX: f64 = 20.0;
/// Syncs that are timed.
const SYNCS: usize = 9;

/// One thing looked at.
struct Check {
    name: &'static str,
    sound: bool,
    found: String,
    advice: &'static str,
}

/// Runs the command.
///
/// # Errors
/// With exit code 7 if there are findings.
pub(crate) async fn run(config: &Config, args: &DoctorArgs, server: Option<&str>) -> Result<(), Failure> {
    let folder = args.data_dir.as_deref().unwrap_or(&config.node.data_dir);
    let mut checks = folder_checks(folder);
    checks.push(server_check(config, folder, server).await);
    write(args.output.output, &checks)?;
    let findings = checks.iter().filter(|check| !check.sound).count();
    match findings {
        0 => Ok(()),
        count => Err(Failure::new(Exit::Findings, format!("{count} of {} checks found something", checks.len()))),
    }
}

fn folder_checks(folder: &Path) -> Vec<Check> {
    if !folder.is_dir() {
        let found = format!("{} does not exist", folder.display());
        return vec![Check {
            name: "data folder",
            sound: false,
            found,
            advice: "start a server, or name the folder with --data-dir",
        }];
    }
    vec![format_check(folder), key_check(folder), disk_check(folder), sync_check(folder)]
}

fn format_check(folder: &Path) -> Check {
    let (sound, found) = match eventlog::check_format(folder) {
        Ok(_) => (true, folder.display().to_string()),
        Err(error) => (false, error.to_string()),
    };
    Check { name: "data folder", sound, found, advice: "name the folder of a server of this version with --data-dir" }
}

fn key_check(folder: &Path) -> Check {
    use std::os::unix::fs::PermissionsExt;
    let path = folder.join("keys.toml");
    let (sound, found) = match std::fs::metadata(&path) {
        Ok(metadata) => {
            let mode = metadata.permissions().mode() & 0o777;
            (mode & 0o077 == 0, format!("{} has rights {mode:03o}", path.display()))
        }
        Err(error) => (false, format!("{}: {error}", path.display())),
    };
    Check {
        name: "key file",
        sound,
        found,
        advice: "only its owner may read it: chmod 600; if it is missing, put it back from a backup",
    }
}

fn disk_check(folder: &Path) -> Check {
    let (sound, found) = match serve::free_bytes(folder) {
        Ok(free) => (free >= FREE_BYTES_MIN, format!("{} MiB free", free / (1024 * 1024))),
        Err(error) => (false, error.to_string()),
    };
    Check { name: "disk space", sound, found, advice: "make room: below the reserve the server refuses reports" }
}

/// The median time of a small append and sync beside the log.
fn sync_check(folder: &Path) -> Check {
    let (sound, found) = match sync_ms(folder) {
        Ok(ms) => (ms <= SYNC_MS_MAX, format!("{ms:.2} ms a sync (median of {SYNCS})")),
        Err(error) => (false, error.to_string()),
    };
    Check {
        name: "sync time",
        sound,
        found,
        advice: "every acknowledgement waits for a sync: use a faster disk, or expect slower answers",
    }
}

fn sync_ms(folder: &Path) -> std::io::Result<f64> {
    let path = folder.join(format!("doctor.{}.tmp", std::process::id()));
    let mut file = std::fs::File::create(&path)?;
    let mut times = Vec::with_capacity(SYNCS);
    for _ in 0..SYNCS {
        let start = Instant::now();
        file.write_all(&[0; 512])?;
        file.sync_data()?;
        times.push(start.elapsed().as_secs_f64() * 1_000.0);
    }
    std::fs::remove_file(&path)?;
    times.sort_by(f64::total_cmp);
    Ok(times.get(SYNCS / 2).copied().unwrap_or(0.0))
}

async fn server_check(config: &Config, folder: &Path, server: Option<&str>) -> Check {
    let recorded = serve::recorded_address(folder);
    let address = server.map(str::to_owned).or(recorded).unwrap_or_else(|| config.node.listen.clone());
    let asked = async {
        let client = Client::connect_to(&address).await?;
        let request = ListHotspotsRequest { page_size: 1, ..ListHotspotsRequest::default() };
        Ok::<_, Failure>(client.query().list_hotspots(request).await?)
    };
    let (sound, found) = match asked.await {
        Ok(_) => (true, format!("answers at {address}")),
        Err(failure) => (false, failure.message),
    };
    Check { name: "server", sound, found, advice: "start it with `jukwaa serve`" }
}

fn write(format: Format, checks: &[Check]) -> Result<(), Failure> {
    let header = || ["check", "result", "found", "advice"].map(str::to_owned);
    let texts = |check: &Check| {
        let advice = if check.sound { "" } else { check.advice };
        vec![check.name.to_owned(), result(check).to_owned(), check.found.clone(), advice.to_owned()]
    };
    let object = |check: &Check| serde_json::json!({"check": check.name, "result": result(check), "found": check.found, "advice": if check.sound { "" } else { check.advice }});
    match format {
        Format::Table => output::write_text(&output::text_table(header(), checks.iter().map(texts))),
        Format::Csv => output::write_text(&output::csv_text(header().to_vec(), checks.iter().map(texts))?),
        Format::Json => {
            output::write_text(&format!("{}\n", serde_json::Value::Array(checks.iter().map(object).collect())))
        }
        Format::Ndjson => checks.iter().try_for_each(|check| output::write_text(&format!("{}\n", object(check)))),
        Format::Geojson => Err(Failure::new(Exit::Usage, "checks have no place: choose table, json, ndjson or csv")),
    }
}

const fn result(check: &Check) -> &'static str {
    if check.sound { "sound" } else { "finding" }
}
