//! How a stream ends: the last message in it, with cursor, reason and when to come back; then the status, which a proxy may lose.
//!
//! The delay has a part by chance, so that the subscribers of a server that restarts do not come back all at once.
use std::collections::HashMap;
use std::time::Duration;

use access::{Permitted, Viewer, permit};
use api::alert::v1::{Goodbye, WatchAlertsResponse, watch_alerts_response::Message};
use bytes::Bytes;
use tonic::{Code, Status};
use tonic_types::{ErrorDetails, StatusExt};

use crate::refusal::cursor_text;

/// The least delay: a server that restarts is not back sooner.
const RETRY_LEAST: Duration = Duration::from_millis(500);

/// Why the server ends a stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reason {
    /// The server ends.
    Shutdown,
    /// The subscriber does not take what is there for it.
    SlowSubscriber,
    /// The stream is as old as streams become.
    MaxAge,
}

impl Reason {
    /// The word in the message, which is the reason of the status too.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Shutdown => "SHUTDOWN",
            Self::SlowSubscriber => "SLOW_SUBSCRIBER",
            Self::MaxAge => "MAX_AGE",
        }
    }

    const fn code(self) -> Code {
        match self {
            Self::Shutdown | Self::MaxAge => Code::Unavailable,
            Self::SlowSubscriber => Code::ResourceExhausted,
        }
    }

    const fn sentence(self) -> &'static str {
        match self {
            Self::Shutdown => "the server ends: go on from the cursor when it is back",
            Self::SlowSubscriber => "the subscriber takes alerts more slowly than they come: go on from the cursor",
            Self::MaxAge => "the stream has reached the age at which it is opened anew: go on from the cursor",
        }
    }
}

/// The end of a stream.
#[derive(Debug)]
pub(crate) struct Farewell {
    pub(crate) goodbye: Permitted<WatchAlertsResponse>,
    pub(crate) status: Status,
}

impl Farewell {
    /// Says why, and from where to go on.
    pub(crate) fn new(reason: Reason, sequence: i64, cursor: Bytes, jitter_max: Duration, viewer: &Viewer) -> Self {
        let retry_after = RETRY_LEAST + jitter_max.mul_f64(chance());
        let metadata = HashMap::from([("cursor".to_owned(), cursor_text(&cursor))]);
        let mut details = ErrorDetails::with_error_info(reason.word(), api::ERROR_DOMAIN, metadata);
        details.set_retry_info(Some(retry_after));
        let goodbye = Goodbye {
            reason: reason.word().to_owned(),
            retry_after: prost_types::Duration::try_from(retry_after).ok(),
        };
        let response = WatchAlertsResponse { sequence, cursor, message: Some(Message::Goodbye(goodbye)) };
        let status = Status::with_error_details(reason.code(), reason.sentence(), details);
        Self { goodbye: permit(viewer, response), status }
    }
}

/// 0 to 1 by chance; the middle if the system gives none.
pub(crate) fn chance() -> f64 {
    let mut bytes = [0; 2];
    match getrandom::fill(&mut bytes) {
        Ok(()) => f64::from(u16::from_be_bytes(bytes)) / f64::from(u16::MAX),
        Err(_) => 0.5,
    }
}
