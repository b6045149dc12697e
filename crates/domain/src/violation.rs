//! A fault in what was sent: which field, and what to do about it. All faults of a report are told at once.

/// One fault in what was sent.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Violation {
    /// Path of the field as on the wire, such as `place.point.latitude`.
    pub field: String,
    /// What is wrong and what would be right, without a full stop.
    pub description: String,
}

impl Violation {
    /// Names a field and its fault.
    #[must_use]
    pub fn new(field: &str, description: impl Into<String>) -> Self {
        Self { field: field.to_owned(), description: description.into() }
    }
}
