//! Errors for people, on the wire: a code, one sentence, a stable reason with a page in `docs/errors`, all field violations, when to retry.

use std::collections::HashMap;
use std::time::Duration;

use tonic::{Code, Status};
use tonic_types::{ErrorDetails, FieldViolation, StatusExt};

use ::domain::Violation;

/// Bytes of faults in the details. They travel in a header, in base64, and clients refuse headers over 8 KiB with a code that says nothing.
const DETAIL_BYTES_MAX: usize = 3_000;
/// Bytes of faults in the message, which travels beside the details.
const MESSAGE_BYTES_MAX: usize = 1_200;

/// The domain of our error reasons.
pub const ERROR_DOMAIN: &str = "jukwaa.ke";

fn details(reason: &str) -> ErrorDetails {
    ErrorDetails::with_error_info(reason, ERROR_DOMAIN, HashMap::new())
}

/// What was sent is wrong: every fault at once, reason `REPORT_INVALID` or another given.
#[must_use]
pub fn invalid_argument(reason: &str, message: &str, violations: &[Violation]) -> Status {
    let mut details = details(reason);
    let told = fitting(violations, DETAIL_BYTES_MAX);
    let mut fields: Vec<FieldViolation> =
        told.iter().map(|fault| FieldViolation::new(&fault.field, &fault.description)).collect();
    if told.len() < violations.len() {
        fields.push(FieldViolation::new("", format!("and {} more faults", violations.len() - told.len())));
    }
    details.set_bad_request(fields);
    let named: Vec<String> = fitting(violations, MESSAGE_BYTES_MAX)
        .iter()
        .map(|fault| format!("{}: {}", fault.field, fault.description))
        .collect();
    let more = violations.len() - named.len();
    let more = if more > 0 { format!("; and {more} more faults") } else { String::new() };
    let message = if named.is_empty() { message.to_owned() } else { format!("{message}: {}{more}", named.join("; ")) };
    Status::with_error_details(Code::InvalidArgument, message, details)
}

/// The first faults that fit into so many bytes, and at least one.
fn fitting(violations: &[Violation], bytes_max: usize) -> &[Violation] {
    let mut bytes = 0;
    let fits = |fault: &&Violation| {
        bytes += fault.field.len() + fault.description.len() + 8;
        bytes <= bytes_max
    };
    let count = violations.iter().take_while(fits).count().max(1);
    violations.get(..count).unwrap_or(violations)
}

/// Not found, or not to be seen: the two look the same.
#[must_use]
pub fn not_found(what: &str, id: &str) -> Status {
    Status::with_error_details(Code::NotFound, format!("no {what} {id:?}"), details("NOT_FOUND"))
}

/// The state of the server does not allow it.
#[must_use]
pub fn failed_precondition(reason: &str, message: &str) -> Status {
    Status::with_error_details(Code::FailedPrecondition, message, details(reason))
}

/// Try again later; the same id is safe.
#[must_use]
pub fn unavailable(reason: &str, message: &str, retry_after: Duration) -> Status {
    let mut details = details(reason);
    details.set_retry_info(Some(retry_after));
    Status::with_error_details(Code::Unavailable, message, details)
}

/// A cursor or token out of range, with what the caller can use instead.
#[must_use]
pub fn out_of_range(reason: &str, message: &str, metadata: impl IntoIterator<Item = (String, String)>) -> Status {
    let details = ErrorDetails::with_error_info(reason, ERROR_DOMAIN, metadata.into_iter().collect::<HashMap<_, _>>());
    Status::with_error_details(Code::OutOfRange, message, details)
}

/// Any other refusal, by code.
#[must_use]
pub fn refused(code: Code, reason: &str, message: &str) -> Status {
    Status::with_error_details(code, message, details(reason))
}
