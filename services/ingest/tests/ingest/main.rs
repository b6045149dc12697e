//! Ingest over a real server: what is acknowledged, what is refused, and what the log then holds.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

mod durability; // no answer before the sync that covers it
mod held_files; // syncs that wait until they are let go
mod history; // old events, one stream, before all live ones
mod protection; // nobody is named in the log
mod receipts; // what became of a report
mod register; // the same content once, other content never merged
mod several_writers; // two ingests on one log
mod shared_log; // a log that several processes append to
mod stream; // one answer each, in order
mod validation; // every fault at once
mod world; // a server, a clock and a client
