//! Alerting as the pipeline uses it: subjects and time in, alerts out.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]
mod acknowledgements;
mod merges;
mod replay;
mod restricted;
mod subjects;
mod thresholds;
