//! A folder with engines that end with this process.
//!
//! Guarantees: the script `watch` waits for the end of its standard input, and the other end is held here and inherited by nobody. A drop
//! closes it, and so does the kernel when this process ends in any other way.
//!
//! Never: knows which engine it is; that is in the scripts.

use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

/// Why an engine did not start, in the sentence of the script.
#[derive(Debug)]
pub(super) struct StartError(String);

impl fmt::Display for StartError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "an engine of the test does not start: {}", self.0)
    }
}

#[derive(Debug)]
pub(super) struct Run {
    folder: PathBuf,
    watch: Child,
}

impl Run {
    pub(super) fn begin() -> Self {
        let folder = tempfile::Builder::new().prefix("jukwaa-engines-").tempdir().unwrap().keep();
        // A session of its own: it has work to do when the terminal interrupts the tests.
        let watch = Command::new("setsid")
            .arg(scripts().join("watch"))
            .arg(&folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        Self { folder, watch }
    }

    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    /// Runs a script that starts something, and returns the address that it says after a label.
    pub(super) fn start(&self, script: &str, arguments: &[&str], label: &str) -> Result<String, StartError> {
        let said = self.script(script, arguments)?;
        let address = said.lines().find_map(|line| line.strip_prefix(label));
        address.map(str::to_owned).ok_or_else(|| StartError(format!("{script} said no {label} but {said:?}")))
    }

    pub(super) fn kill(&self, process: &str) {
        self.script("stop", &["--signal", "KILL", "--only", process]).unwrap_or_else(|error| panic!("{error}"));
    }

    pub(super) fn stop(self) {
        self.script("stop", &[]).unwrap_or_else(|error| panic!("{error}"));
    }

    pub(super) fn signal(&self, process: &str, signal: &str) {
        let file = fs::read_to_string(self.folder.join(format!("{process}.pid")));
        let file = file.unwrap_or_else(|_| panic!("{process} does not run"));
        let pid = file.split_whitespace().next().unwrap();
        let sent = Command::new("kill").args(["-s", signal, pid]).status().unwrap();
        assert!(sent.success(), "{process} does not run");
    }

    fn script(&self, name: &str, arguments: &[&str]) -> Result<String, StartError> {
        let ran = Command::new(scripts().join(name)).arg(&self.folder).args(arguments).stdin(Stdio::null()).output();
        let ran = ran.map_err(|error| StartError(format!("{name} cannot be run: {error}")))?;
        if ran.status.success() {
            return Ok(String::from_utf8_lossy(&ran.stdout).into_owned());
        }
        Err(StartError(String::from_utf8_lossy(&ran.stderr).trim_end().to_owned()))
    }
}

impl Drop for Run {
    fn drop(&mut self) {
        // To wait for the watch is to wait for the end of the engines. It cannot be told here if it failed: the next start would.
        drop(self.watch.stdin.take());
        let ended = self.watch.wait();
        drop(ended);
    }
}

fn scripts() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../deploy/dev"))
}
