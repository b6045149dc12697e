//! What went wrong at the command line: one sentence, what to do, and an exit code that scripts can rely on.

use tonic::{Code, Status};
use tonic_types::StatusExt;

/// Exit codes, as in the help.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exit {
    /// Failed in part.
    Partly = 1,
    /// The command's words are off.
    Usage = 2,
    /// Not found.
    NotFound = 3,
    /// Not allowed.
    NotAllowed = 4,
    /// Unavailable: retry.
    Unavailable = 5,
    /// Conflict.
    Conflict = 6,
    /// Findings.
    Findings = 7,
    /// Bad configuration.
    BadConfig = 78,
    /// Interrupted.
    Interrupted = 130,
}

/// A command that did not do what was asked.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
#[error("{message}")]
pub(crate) struct Failure {
    /// What was tried, with what.
    pub(crate) message: String,
    /// What to do now.
    #[help]
    pub(crate) help: Option<String>,
    /// The exit code.
    pub(crate) exit: Exit,
}

impl Failure {
    /// A failure without advice.
    pub(crate) fn new(exit: Exit, message: impl Into<String>) -> Self {
        Self { message: message.into(), help: None, exit }
    }

    /// The same with advice.
    pub(crate) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// A file that could not be read or written.
    pub(crate) fn file(what: &str, path: &std::path::Path, error: &std::io::Error) -> Self {
        Self::new(Exit::Partly, format!("could not {what} {}: {error}", path.display()))
    }
}

impl From<Status> for Failure {
    fn from(status: Status) -> Self {
        let exit = match status.code() {
            Code::InvalidArgument | Code::OutOfRange => Exit::Usage,
            Code::NotFound => Exit::NotFound,
            Code::PermissionDenied | Code::Unauthenticated => Exit::NotAllowed,
            Code::Unavailable | Code::ResourceExhausted | Code::DeadlineExceeded => Exit::Unavailable,
            Code::AlreadyExists | Code::Aborted | Code::FailedPrecondition => Exit::Conflict,
            Code::Ok | Code::Cancelled | Code::Unknown | Code::Unimplemented | Code::Internal | Code::DataLoss => {
                Exit::Partly
            }
        };
        let retry = status.get_error_details().retry_info().and_then(|retry| retry.retry_delay);
        let help = retry.map(|delay| format!("try again in {} ms; the same id is safe", delay.as_millis()));
        Self { message: status.message().to_owned(), help, exit }
    }
}
