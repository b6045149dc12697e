//! The embedded engine keeps the promises of an event log, on real files and on simulated ones, with files of one group and of many.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::path::Path;
use std::sync::Arc;

use eventlog::simulated::SimulatedFiles;
use eventlog::{DataFolder, EmbeddedLog, EventLog, LogSettings};

const SMALL: LogSettings = LogSettings { segment_bytes_max: 900 };

/// A data folder that goes away with the engine.
struct RealFolder(tempfile::TempDir, LogSettings);

impl RealFolder {
    fn new(settings: LogSettings) -> Self {
        Self(tempfile::tempdir().unwrap(), settings)
    }
}

impl eventlog::conformance::Engine for RealFolder {
    fn open(&self) -> Arc<dyn EventLog> {
        Arc::new(DataFolder::open_with(self.0.path(), self.1).unwrap().log())
    }
}

fn simulated(settings: LogSettings) -> impl Fn() -> Arc<dyn EventLog> {
    let files = SimulatedFiles::new();
    move || Arc::new(EmbeddedLog::open(Arc::new(files.clone()), Path::new("log"), settings).unwrap())
}

eventlog::event_log_conformance!(real_files, super::RealFolder::new(eventlog::LogSettings::default()));
eventlog::event_log_conformance!(many_real_files, super::RealFolder::new(super::SMALL));
eventlog::event_log_conformance!(simulated_files, super::simulated(eventlog::LogSettings::default()));
eventlog::event_log_conformance!(many_simulated_files, super::simulated(super::SMALL));
