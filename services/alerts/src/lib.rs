//! Topic `alerts` in; alerts to operations centres out, as a stream that can be resumed, as lists, one by one; and acknowledgements to the log.
//!
//! Guarantees: each alert reaches each subscription at least once and, by its cursor, shows once; the order is that of the causes in the log,
//! whatever the batches and restarts; a cursor that cannot be gone on from is refused before any alert, never skipped over; a slow
//! subscriber is cut with its cursor and slows nobody; what `access` does not permit is neither sent nor filtered by.
//!
//! Never: raises, closes or judges an alert; writes but through the log; answers from an offset of the topic.
mod acknowledge; // an alert taken, through the log
mod cells; // which cells overlap
mod config; // what an operator may tune
mod cursor; // where a stream goes on
mod duration_text; // "10s", "30d"
mod facets; // what filters look at
mod farewell; // how a stream ends
mod feed; // one reader of the topic, for all subscribers
mod filter; // which alerts
mod index; // all revisions in order, and heads
mod list; // lists, and one alert
mod page_token; // where a list goes on
mod refusal; // why not, and what a caller is told
mod revision; // one revision, as the feed holds it
mod run; // opening, and the end
mod service; // the methods
mod subscription; // one stream
mod watch; // where a stream starts

pub use crate::{
    acknowledge::ActionLog,
    config::AlertsConfig,
    feed::RunError,
    run::{Alerts, OpenError},
    service::AlertGrpc,
};
