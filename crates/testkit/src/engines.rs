//! Real Kafka and Cassandra for tests, through the scripts of `deploy/dev`. Blocking: a test starts what it needs before it awaits.
//!
//! Comes in: `JUKWAA_TEST_KAFKA` and `JUKWAA_TEST_CQL`, the addresses of engines that `make test` started for all tests.
//! Goes out: addresses, and which test ran on which engine, for the sums of `make test`.
//! Guarantees: on loopback and free ports, each in a folder of its own that is removed at the end; whatever happens to the process that
//! started one, be it a panic or `kill -9`, the engine ends with it. A missing engine fails the test with what to install.
//!
//! Never: skips a test, touches a process that it did not start.

use std::path::Path;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU32, Ordering};

use self::count::count;
use self::run::{Run, StartError};

mod count; // which test ran on which engine
mod run; // a folder with engines that end with this process

const SHARED_KAFKA: &str = "JUKWAA_TEST_KAFKA";
const SHARED_CASSANDRA: &str = "JUKWAA_TEST_CQL";

/// The bootstrap servers of one broker of Kafka that all tests share. Tests of faults start their own.
///
/// Take topics or a prefix from [`unique_name`].
///
/// # Panics
/// If it does not start.
#[must_use]
pub fn kafka() -> &'static str {
    // Never dropped: the broker ends with the process.
    static KAFKA: LazyLock<Result<(String, Option<Kafka>), StartError>> = LazyLock::new(|| {
        if let Ok(address) = std::env::var(SHARED_KAFKA) {
            return Ok((address, None));
        }
        let kafka = Kafka::begin(1)?;
        Ok((kafka.bootstrap_servers.clone(), Some(kafka)))
    });
    count("kafka");
    KAFKA.as_ref().map_or_else(|error| panic!("{error}"), |(address, _)| address)
}

/// Where one node of Cassandra serves CQL that all tests share: `host:port`. Tests of faults start their own.
///
/// Take a keyspace from [`unique_name`].
///
/// # Panics
/// If it does not start.
#[must_use]
pub fn cassandra() -> &'static str {
    static CASSANDRA: LazyLock<Result<(String, Option<Cassandra>), StartError>> = LazyLock::new(|| {
        if let Ok(address) = std::env::var(SHARED_CASSANDRA) {
            return Ok((address, None));
        }
        let cassandra = Cassandra::begin()?;
        Ok((cassandra.contact_point.clone(), Some(cassandra)))
    });
    count("cassandra");
    CASSANDRA.as_ref().map_or_else(|error| panic!("{error}"), |(address, _)| address)
}

/// A name that no other test uses, for a prefix of topics or a keyspace: what is given, then digits and `_`.
#[must_use]
pub fn unique_name(what: &str) -> String {
    static NUMBER: AtomicU32 = AtomicU32::new(0);
    // A shared engine outlives a process, whose id may come again.
    let since = std::time::SystemTime::UNIX_EPOCH.elapsed().unwrap();
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    format!("{what}_{}_{}_{number}", since.as_secs(), std::process::id())
}

/// Brokers of Kafka of one test; they end when it is dropped.
#[derive(Debug)]
pub struct Kafka {
    run: Run,
    bootstrap_servers: String,
}

impl Kafka {
    /// Starts one broker, or three that keep three copies and want two of them for a write.
    ///
    /// # Panics
    /// If they do not start.
    #[must_use]
    pub fn start(brokers: u32) -> Self {
        count("kafka");
        Self::begin(brokers).unwrap_or_else(|error| panic!("{error}"))
    }

    fn begin(brokers: u32) -> Result<Self, StartError> {
        let run = Run::begin();
        let bootstrap_servers = run.start("start-kafka", &["--brokers", &brokers.to_string()], "bootstrap.servers=")?;
        Ok(Self { run, bootstrap_servers })
    }

    /// Where they serve: `host:port`, joined by commas; the same for its whole life.
    #[must_use]
    pub fn bootstrap_servers(&self) -> &str {
        &self.bootstrap_servers
    }

    /// Where its data and logs lie, until it is dropped.
    #[must_use]
    pub fn folder(&self) -> &Path {
        self.run.folder()
    }

    /// Kills a broker, 1 to 3, as a power cut would but for the disk, and waits until it is gone.
    ///
    /// # Panics
    /// If it cannot be killed.
    pub fn kill(&self, broker: u32) {
        self.run.kill(&format!("kafka-{broker}"));
    }

    /// Starts a broker again on its data and its port, and waits until it serves.
    ///
    /// # Panics
    /// If it does not start.
    pub fn restart(&self, broker: u32) {
        let started = self.run.start("start-kafka", &["--only", &broker.to_string()], "bootstrap.servers=");
        started.unwrap_or_else(|error| panic!("{error}"));
    }

    /// Freezes a broker: it keeps its connections and answers nothing.
    ///
    /// # Panics
    /// If it does not run.
    pub fn freeze(&self, broker: u32) {
        self.run.signal(&format!("kafka-{broker}"), "STOP");
    }

    /// Lets a frozen broker go on.
    ///
    /// # Panics
    /// If it does not run.
    pub fn thaw(&self, broker: u32) {
        self.run.signal(&format!("kafka-{broker}"), "CONT");
    }

    /// Stops all brokers as an operator would. What is only dropped is killed, which is faster.
    ///
    /// # Panics
    /// If one does not stop.
    pub fn stop(self) {
        self.run.stop();
    }
}

/// A node of Cassandra of one test; it ends when it is dropped.
#[derive(Debug)]
pub struct Cassandra {
    run: Run,
    contact_point: String,
}

impl Cassandra {
    /// Starts it.
    ///
    /// # Panics
    /// If it does not start.
    #[must_use]
    pub fn start() -> Self {
        count("cassandra");
        Self::begin().unwrap_or_else(|error| panic!("{error}"))
    }

    fn begin() -> Result<Self, StartError> {
        let run = Run::begin();
        let contact_point = run.start("start-cassandra", &[], "cql=")?;
        Ok(Self { run, contact_point })
    }

    /// Where it serves CQL: `host:port`; the same for its whole life.
    #[must_use]
    pub fn contact_point(&self) -> &str {
        &self.contact_point
    }

    /// Where its data and its log lie, until it is dropped.
    #[must_use]
    pub fn folder(&self) -> &Path {
        self.run.folder()
    }

    /// Kills it as a power cut would but for the disk, and waits until it is gone.
    ///
    /// # Panics
    /// If it cannot be killed.
    pub fn kill(&self) {
        self.run.kill("cassandra");
    }

    /// Starts it again on its data and its port, and waits until it serves.
    ///
    /// # Panics
    /// If it does not start.
    pub fn restart(&self) {
        let started = self.run.start("start-cassandra", &[], "cql=");
        started.unwrap_or_else(|error| panic!("{error}"));
    }

    /// Freezes it: it keeps its connections and answers nothing.
    ///
    /// # Panics
    /// If it does not run.
    pub fn freeze(&self) {
        self.run.signal("cassandra", "STOP");
    }

    /// Lets it go on.
    ///
    /// # Panics
    /// If it does not run.
    pub fn thaw(&self) {
        self.run.signal("cassandra", "CONT");
    }

    /// Stops it as an operator would. What is only dropped is killed, which is faster.
    ///
    /// # Panics
    /// If it does not stop.
    pub fn stop(self) {
        self.run.stop();
    }
}
