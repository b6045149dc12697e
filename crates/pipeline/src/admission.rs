//! What must hold of a report before it enters the log: the same rules for ingest, which answers the publisher, and for intake, which
//! sees what came another way.
//!
//! Comes in: a report, the stamp it would get, whether it is history. Goes out: every fault at once, by field.
//! Never: judges a report by the machine's clock; history is judged by its own stamp.

use domain::{Account, LogTime, Occurrence, Report, Span, Violation};
use fusion::time_uncertainty;

use crate::placement::place_report;

/// Live reports may tell of events this old.
const AGE_MAX: Span = Span::from_days(400);
/// A source's clock may be ahead by this much, above the uncertainty it gives.
const AHEAD_MAX: Span = Span::from_hours(24);

/// Every fault that keeps a report out of the log; empty: it may enter.
#[must_use]
pub fn admit(report: &Report, stamp: LogTime, history: bool) -> Vec<Violation> {
    let Some(account) = report.body.account() else { return Vec::new() };
    let mut faults = place_report(account).err().unwrap_or_default();
    faults.extend(time_fault(account, stamp, history));
    faults
}

fn time_fault(account: &Account, stamp: LogTime, history: bool) -> Option<Violation> {
    let field = match account.occurrence {
        Occurrence::At { .. } => "occurred_at",
        Occurrence::On(_) => "occurred_on",
    };
    let middle = account.occurrence.middle();
    let uncertainty = time_uncertainty(account);
    let received = stamp.timestamp();
    if middle.minus(uncertainty).since(received) > AHEAD_MAX {
        return Some(Violation::new(
            field,
            format!(
                "{middle} lies more than its uncertainty and 24 h after it was received ({received}): check the date, or the clock of the device"
            ),
        ));
    }
    if !history && received.since(account.occurrence.end()) > AGE_MAX {
        return Some(Violation::new(
            field,
            format!(
                "{middle} lies more than 400 days before it was received ({received}): bring old events in as history"
            ),
        ));
    }
    None
}
