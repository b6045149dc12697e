//! The server of a folder: the one that holds it, or one that is started and left running.

use std::fs::File;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use super::too_long;
use crate::client::Client;
use crate::failure::{Exit, Failure};
use crate::serve;

/// How long a server may take to start: it replays its log.
const START_MAX: Duration = Duration::from_secs(120);
const STOP_MAX: Duration = Duration::from_secs(15);
const LOOK_EVERY: Duration = Duration::from_millis(50);
/// What the server says, in the folder.
const LINES: &str = "serve.log";

/// A server that answers.
pub(super) struct Server {
    /// Its address.
    pub(super) address: String,
}

/// Finds the server that holds a folder, or starts one.
///
/// # Errors
/// If it cannot start; with what it said.
pub(super) async fn find_or_start(folder: &Path, listen: &str) -> Result<Server, Failure> {
    if let Some(address) = serve::recorded_address(folder)
        && Client::connect_to(&address).await.is_ok()
    {
        return Ok(Server { address });
    }
    let mut child = start(folder, listen)?;
    let begun = Instant::now();
    while begun.elapsed() < START_MAX {
        if let Some(status) = child.try_wait().map_err(|error| Failure::new(Exit::Unavailable, error.to_string()))? {
            return Err(Failure::new(
                Exit::Unavailable,
                format!("the server ended at once ({status}): {}", last_words(folder)),
            ));
        }
        // The note of an earlier server that was killed may still be there: only an answer counts.
        if let Some(address) = serve::recorded_address(folder)
            && Client::connect_to(&address).await.is_ok()
        {
            return Ok(Server { address });
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
    Err(too_long("starting the server"))
}

fn start(folder: &Path, listen: &str) -> Result<Child, Failure> {
    let failed = |error: std::io::Error| Failure::file("start a server for", folder, &error);
    std::fs::create_dir_all(folder).map_err(failed)?;
    let lines = File::create(folder.join(LINES)).map_err(failed)?;
    Command::new(std::env::current_exe().map_err(failed)?)
        .args(["serve", "--allow-history", "--listen", listen, "--data-dir"])
        .arg(folder)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(lines)
        // A group of its own, so that Ctrl-C at the demo leaves it running.
        .process_group(0)
        .spawn()
        .map_err(failed)
}

/// The last thing the server said.
fn last_words(folder: &Path) -> String {
    let text = std::fs::read_to_string(folder.join(LINES)).unwrap_or_default();
    let lines: Vec<&str> = text.lines().filter(|line| !line.trim().is_empty()).collect();
    lines.iter().skip(lines.len().saturating_sub(4)).map(|line| line.trim()).collect::<Vec<_>>().join(" ")
}

/// Stops the server of a folder, by the process id in its lock.
///
/// # Errors
/// If it does not end in time.
pub(super) async fn stop(folder: &Path) -> Result<(), Failure> {
    let pid = std::fs::read_to_string(folder.join("LOCK")).unwrap_or_default();
    let pid = pid.trim();
    if pid.parse::<u32>().is_err() {
        return Ok(());
    }
    let asked = Command::new("kill").args(["-TERM", pid]).status();
    asked.map_err(|error| Failure::new(Exit::Partly, format!("could not stop the server (pid {pid}): {error}")))?;
    let begun = Instant::now();
    while begun.elapsed() < STOP_MAX {
        if serve::recorded_address(folder).is_none() {
            return Ok(());
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
    Err(too_long("stopping the server"))
}
