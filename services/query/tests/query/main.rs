//! Facts in, answers out, through the public interface: over both engines, in batches of any size, while new facts come.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot set up its world has failed")]
mod answers; // what the six methods say
mod history; // generated histories, and a plain model of what they say
mod lists; // lists as of any log time, page by page
mod projection; // the same rows, whatever the batches and restarts
mod withheld; // what a reader may not see
mod world; // logs in memory, and facts in them
