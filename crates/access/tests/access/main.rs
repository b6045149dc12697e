//! Access as the services use it: whatever a message holds, no more of it comes out than is on the list.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]
#![allow(clippy::wildcard_enum_match_arm, reason = "kinds of values are of another crate: what is not known panics")]
mod canary;
mod filled;
mod methods;
mod views;
