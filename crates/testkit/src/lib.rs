//! What tests share: reports with sound defaults, and a server as a process of its own.
//!
//! Never: a dependency of what is shipped.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot set up its world has failed")]

pub mod engines; // real Kafka and Cassandra
mod report; // reports with sound defaults
mod server; // the binary, started, killed and asked
pub use crate::{
    report::ReportBuilder,
    server::{RunningServer, jukwaa, wait_for},
};
