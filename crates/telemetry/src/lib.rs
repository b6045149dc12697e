//! What the server says of itself: lines for people on a terminal, JSON elsewhere; and an error with its causes, on one line.
//!
//! Never: personal data, a place finer than a region, standard output.

use std::error::Error;
use std::io::IsTerminal;

use tracing_subscriber::EnvFilter;

/// The level where `JUKWAA_LOG` says nothing: changes of state and what is worse; of the store, what is worse only.
const DEFAULT_FILTER: &str = "info,fjall=warn,lsm_tree=warn,h2=warn";

/// Starts writing lines to standard error; a second call does nothing.
pub fn start() {
    let filter = EnvFilter::try_from_env("JUKWAA_LOG").unwrap_or_else(|_| EnvFilter::new(DEFAULT_FILTER));
    let lines = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    let started = if std::io::stderr().is_terminal() { lines.try_init() } else { lines.json().try_init() };
    if started.is_err() {
        tracing::debug!("lines are written already");
    }
}

/// An error and its causes on one line, each once.
#[must_use]
pub fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        let cause_text = cause.to_string();
        if !text.ends_with(&cause_text) {
            text.push_str(": ");
            text.push_str(&cause_text);
        }
        source = cause.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, thiserror::Error)]
    #[error("could not open the folder")]
    struct Outer(#[source] std::io::Error);

    #[test]
    fn chain_tells_each_cause_once() {
        let error = Outer(std::io::Error::other("disk is gone"));

        assert_eq!(chain(&error), "could not open the folder: disk is gone");
    }
}
