//! Why not, as a type; and what a caller is told: a code, a stable reason, all faults by field, what can be used instead, when to try again.
use std::time::Duration;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use bytes::Bytes;
use domain::{LogPosition, Violation};
use tonic::{Code, Status};
use tonic_types::{ErrorDetails, StatusExt};

use crate::cursor::OpenCursorError;
use crate::page_token::OpenTokenError;

/// The feed is behind the log for the time of a batch.
const FEED_RETRY: Duration = Duration::from_millis(500);
/// Streams end when somebody goes home.
const FULL_RETRY: Duration = Duration::from_secs(10);

/// Why a call was refused.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Refusal {
    /// What was asked for is wrong.
    #[error("the request has {} faults", .0.len())]
    Invalid(Vec<Violation>),
    /// There is no such alert.
    #[error("there is no such alert")]
    Unknown {
        /// What was asked for.
        id: String,
    },
    /// The cursor is not good, whatever the log holds.
    #[error(transparent)]
    Cursor(#[from] OpenCursorError),
    /// Revisions after the cursor are no longer retained.
    #[error(
        "cursor is older than alerts are kept for streams: start from now, or from metadata oldest_cursor and accept a gap"
    )]
    CursorTooOld {
        /// Where a stream with this filter can start, sealed.
        oldest: Bytes,
    },
    /// The log has not come to the cursor.
    #[error("cursor is past the end of the log: start again")]
    CursorInFuture {
        /// Where a stream with this filter would go on, sealed.
        newest: Bytes,
    },
    /// The page token is not good.
    #[error(transparent)]
    PageToken(#[from] OpenTokenError),
    /// What the caller waits for has not come.
    #[error("the answers have not come up to position {wanted} yet")]
    NotProjected {
        /// What it waits for.
        wanted: LogPosition,
    },
    /// Too many streams are open.
    #[error("{subscribers_max} streams are open, which is all that this server holds: come back later")]
    Full {
        /// The limit.
        subscribers_max: usize,
    },
}

impl Refusal {
    /// What the caller is told.
    pub(crate) fn to_status(&self) -> Status {
        let message = self.to_string();
        match self {
            Self::Invalid(faults) => api::invalid_argument("REQUEST_INVALID", "the request cannot be answered", faults),
            Self::Unknown { id } => api::not_found("alert", id),
            Self::Cursor(OpenCursorError::Forged) => invalid("CURSOR_INVALID", "cursor", &message),
            Self::Cursor(OpenCursorError::OtherFilter) => invalid("CURSOR_OF_ANOTHER_FILTER", "cursor", &message),
            Self::CursorTooOld { oldest } => {
                api::out_of_range("CURSOR_TOO_OLD", &message, [("oldest_cursor".to_owned(), cursor_text(oldest))])
            }
            Self::CursorInFuture { newest } => {
                api::out_of_range("CURSOR_IN_FUTURE", &message, [("newest_cursor".to_owned(), cursor_text(newest))])
            }
            Self::PageToken(OpenTokenError::Forged) => invalid("PAGE_TOKEN_INVALID", "page_token", &message),
            Self::PageToken(OpenTokenError::OtherQuery) => {
                invalid("PAGE_TOKEN_OF_ANOTHER_QUERY", "page_token", &message)
            }
            Self::NotProjected { .. } => api::unavailable("NOT_PROJECTED", &message, FEED_RETRY),
            Self::Full { .. } => {
                let mut details = ErrorDetails::with_error_info("SUBSCRIBERS_FULL", api::ERROR_DOMAIN, []);
                details.set_retry_info(Some(FULL_RETRY));
                Status::with_error_details(Code::ResourceExhausted, message, details)
            }
        }
    }
}

impl From<Refusal> for Status {
    fn from(refusal: Refusal) -> Self {
        refusal.to_status()
    }
}

/// A cursor as text: base64 of the URL alphabet, without padding.
pub(crate) fn cursor_text(cursor: &Bytes) -> String {
    URL_SAFE_NO_PAD.encode(cursor)
}

fn invalid(reason: &str, field: &str, message: &str) -> Status {
    let description = message.strip_prefix(field).unwrap_or(message).trim_start();
    api::invalid_argument(reason, "the request cannot be answered", &[Violation::new(field, description)])
}
