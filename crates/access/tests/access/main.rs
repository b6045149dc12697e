//! Access as the services use it: whatever a message holds, no more of it comes out than is on the list.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]
mod canary;
mod filled;
mod methods;
mod views;
