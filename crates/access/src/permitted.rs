//! The type that says that access has decided.
use crate::{
    answer::{Answer, Revised},
    viewer::Viewer,
};

/// What its reader may see. Only this crate makes one.
///
/// ```compile_fail
/// let forged = access::Permitted(api::query::v1::GetReportResponse::default());
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Permitted<T>(T);

impl<T> Permitted<T> {
    /// What may be seen.
    pub const fn get(&self) -> &T {
        &self.0
    }

    /// What may be seen, to be sent.
    pub fn into_inner(self) -> T {
        self.0
    }
}

/// Decides what a reader may see of an answer, or of a part of one, and takes the rest out.
///
/// What was permitted before is permitted unchanged, so that a list may be filtered item by item and then permitted as a whole.
pub fn permit<A: Answer>(viewer: &Viewer, answer: A) -> Permitted<A> {
    Permitted(answer.seen_by(viewer))
}

/// Decides what a reader may see of a past revision of a report, an incident or an alert: no more than of its head.
pub fn permit_past<A: Revised>(viewer: &Viewer, past: A, head: &A) -> Permitted<A> {
    if head.is_reduced_for(viewer) { Permitted(past.reduced_as(head)) } else { permit(viewer, past) }
}
