//! The service over a real tonic server on a real embedded log, seen from outside only. The tests write what the correlator would.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

mod contract; // every message of a stream
mod cursors; // cursors that are refused, and why
mod order; // batches, crashes and repeats
mod questions; // lists, one alert, acknowledgements
mod restricted; // what may not be seen
mod resume; // cuts at any point
mod slow; // a subscriber that does not take what comes
mod world;
