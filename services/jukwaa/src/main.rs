//! The one binary: the server, the demo, the offline runs and the commands that talk to a server.
//!
//! Never: data on standard error, anything else on standard output.
mod cli; // nouns and verbs
mod version; // what was built in
mod config; // one file, the environment, flags
mod failure; // what went wrong, and the exit code
mod output; // the same answer in every format
mod client; // a server, as commands see it
mod serve; // all roles in one process
mod command; // the commands

use std::process::ExitCode;

use clap::Parser;

use crate::cli::Cli;
use crate::failure::{Exit, Failure};

fn main() -> ExitCode {
    let cli = Cli::parse();
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return fail(Failure::new(Exit::Unavailable, format!("could not start the runtime: {error}"))),
    };
    let outcome = runtime.block_on(async {
        tokio::select! {
            outcome = Box::pin(command::run(cli)) => outcome,
            interrupted = interrupted() => interrupted,
        }
    });
    runtime.shutdown_timeout(std::time::Duration::from_millis(200));
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => fail(failure),
    }
}

/// Ends a command that is interrupted; `serve` listens for itself and ends in order.
async fn interrupted() -> Result<(), Failure> {
    if serve::is_serving() {
        return std::future::pending().await;
    }
    match tokio::signal::ctrl_c().await {
        Ok(()) if !serve::is_serving() => Err(Failure::new(Exit::Interrupted, "interrupted")),
        Ok(()) | Err(_) => std::future::pending().await,
    }
}

#[allow(clippy::print_stderr, reason = "the one place where a failure is told")]
fn fail(failure: Failure) -> ExitCode {
    let exit = failure.exit;
    eprintln!("{:?}", miette::Report::new(failure));
    ExitCode::from(exit as u8)
}
