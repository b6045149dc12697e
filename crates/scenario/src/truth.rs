//! What a scenario holds: the reports that anybody may see, and the truth that is kept apart.
//!
//! Guarantees: reports ascend by `reported_at`, then by key, and each has it; each report has one line of truth, in the same order.
//! Never: a report whose id, order or text tells which event it is of.
use domain::{Category, Cell, Family, Point, Report, ReportKey, Subcategory, Timestamp};

/// Reports, and what they were made from.
#[derive(Clone, Debug, PartialEq)]
pub struct Scenario {
    /// Ascending by `reported_at`, then by key.
    pub reports: Vec<Report>,
    /// The true incident of each report, in the order of the reports; a rumour has a number of its own, and no incident.
    pub truth: Vec<(ReportKey, u64)>,
    /// The incidents that at least one report tells of, by number; rumours are none.
    pub incidents: Vec<TrueIncident>,
    /// Where more happened than elsewhere, and when.
    pub hotspots: Vec<PlantedHotspot>,
}

/// One event as it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TrueIncident {
    /// Its number in the truth.
    pub id: u64,
    /// What kind of event.
    pub category: Category,
    /// The kind in more detail.
    pub subcategory: Option<Subcategory>,
    /// When it happened.
    pub occurred_at: Timestamp,
    /// Where it happened.
    pub point: Point,
    /// Its weight in thousandths, 1 to 1 000.
    pub weight_milli: u16,
}

/// A place and a time in which more of a family was planted than elsewhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlantedHotspot {
    /// A word for it, such as `kapedo`.
    pub name: String,
    /// The family that was planted.
    pub family: Family,
    /// Its cells at resolution 6, ascending.
    pub cells: Vec<Cell>,
    /// When it began.
    pub from: Timestamp,
    /// When it ended; the end of the scenario if it had not.
    pub to: Timestamp,
}
