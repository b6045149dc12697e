//! The binary as a process of its own: started on a free port, killed at any moment, started again, asked by gRPC.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use api::alert::v1::alert_service_client::AlertServiceClient;
use api::ingest::v1::ingest_service_client::IngestServiceClient;
use api::query::v1::query_service_client::QueryServiceClient;
use tonic::transport::{Channel, Endpoint};

/// Ten times what a start takes on a slow machine: only shows that it ends.
const START_MAX: Duration = Duration::from_secs(60);
const LOOK_EVERY: Duration = Duration::from_millis(10);

/// The binary that was built with the tests.
///
/// # Panics
/// If it was not built.
#[must_use]
pub fn jukwaa() -> PathBuf {
    let test = std::env::current_exe().unwrap();
    // A test binary lies in target/<profile>/deps.
    let binary = test.parent().and_then(Path::parent).unwrap().join("jukwaa");
    assert!(binary.is_file(), "{} is not built: `cargo build --package jukwaa`", binary.display());
    binary
}

/// Looks every 10 ms until a question has an answer.
///
/// # Panics
/// If there is none within a minute.
pub async fn wait_for<T>(what: &str, mut ask: impl AsyncFnMut() -> Option<T>) -> T {
    let begun = Instant::now();
    loop {
        if let Some(answer) = ask().await {
            return answer;
        }
        assert!(begun.elapsed() < START_MAX, "{what} did not happen within {START_MAX:?}");
        tokio::time::sleep(LOOK_EVERY).await;
    }
}

/// A server that this test started, and that ends with it.
#[derive(Debug)]
pub struct RunningServer {
    child: Child,
    channel: Channel,
    address: String,
}

impl RunningServer {
    /// Starts the binary on a folder and waits until it answers.
    ///
    /// # Panics
    /// If it does not.
    pub async fn start(folder: &Path, arguments: &[&str]) -> Self {
        let note = folder.join("ADDRESS");
        if note.exists() {
            std::fs::remove_file(&note).unwrap();
        }
        let mut child = Command::new(jukwaa())
            .args(["serve", "--listen", "127.0.0.1:0", "--data-dir"])
            .arg(folder)
            .args(arguments)
            .env("JUKWAA_LOG", "warn")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::inherit())
            .spawn()
            .unwrap();
        let (address, channel) = wait_for("the start of the server", async || {
            if let Some(status) = child.try_wait().unwrap() {
                panic!("the server ended at once: {status}");
            }
            let address = std::fs::read_to_string(&note).ok()?.trim().to_owned();
            let channel = Endpoint::from_shared(format!("http://{address}")).ok()?.connect().await.ok()?;
            Some((address, channel))
        })
        .await;
        Self { child, channel, address }
    }

    /// Where it answers.
    #[must_use]
    pub fn address(&self) -> &str {
        &self.address
    }

    /// Kills it as a power cut would end it, but for the disk.
    ///
    /// # Panics
    /// If it cannot be killed.
    pub fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// The same while others still hold it; it is reaped at the end.
    ///
    /// # Panics
    /// If it cannot be killed.
    pub fn kill_now(&self) {
        let killed = Command::new("kill").args(["-KILL", &self.child.id().to_string()]).status().unwrap();
        assert!(killed.success());
    }

    /// Asks it to end, and waits until it has.
    ///
    /// # Panics
    /// If it does not end within a minute, or fails.
    pub async fn stop(mut self) {
        let asked = Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status().unwrap();
        assert!(asked.success());
        let status = wait_for("the end of the server", async || self.child.try_wait().unwrap()).await;
        assert!(status.success(), "the server ended with {status}");
    }

    /// A client of the service that takes reports.
    #[must_use]
    pub fn ingest(&self) -> IngestServiceClient<Channel> {
        IngestServiceClient::new(self.channel.clone())
    }

    /// A client of the service that answers queries.
    #[must_use]
    pub fn query(&self) -> QueryServiceClient<Channel> {
        QueryServiceClient::new(self.channel.clone()).max_decoding_message_size(256 * 1024 * 1024)
    }

    /// A client of the service that streams alerts.
    #[must_use]
    pub fn alerts(&self) -> AlertServiceClient<Channel> {
        AlertServiceClient::new(self.channel.clone())
    }
}

impl Drop for RunningServer {
    fn drop(&mut self) {
        // It may have ended already; what matters is that it does not outlive the test.
        let killed = self.child.kill().and_then(|()| self.child.wait());
        drop(killed);
    }
}
