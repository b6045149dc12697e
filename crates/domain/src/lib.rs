//! The words of Jukwaa: what a report, an incident, a hotspot and an alert are, and the rules that hold for each.
//!
//! Comes in: checked values of the wire. Goes out: types that cannot hold what the rules forbid.
//! Guarantees: every constructor checks; `Display` is the wire form and `FromStr` its inverse.
//!
//! Never: IO, async, clock, entropy, unordered iteration, serde. Wire and disk have their own forms, converted in `api`.
mod alert; // what is raised, and its lifecycle
mod closed; // how a closed list of words is made
mod fact; // what a stage concludes
mod handling; // marks, joined to the strictest
mod hotspot; // where a family is above what was expected
mod id; // who and which, derived from input only
mod incident; // one event, its members and its evidence
pub mod invariants; // rules of the design, as functions
mod place; // points, metres, cells, places
mod record; // what the log holds
mod report; // what one source says
mod taxonomy; // categories, families and the other closed lists
mod time; // instants, spans, local days, log time
mod violation; // what was wrong with what was sent
pub use crate::{
    alert::{Alert, AlertState, CloseReason, Severity, Subject},
    closed::ParseWordError,
    fact::{Fact, QuarantineEntry, QuarantineReason, Receipt, TakenRevision},
    handling::{Caveat, Handling, Tlp},
    hotspot::{Hotspot, HotspotCell, HotspotState},
    id::{
        AgencyId, AlertId, ClientReportId, ContentHash, HotspotId, IncidentId, ParseIdError, QuarantineId, ReportId,
        ReportKey, SourceId,
    },
    incident::{
        Belief, Counts, FieldEvidence, Incident, IncidentPlace, IncidentState, LineageEvent, LineageKind, LinkEvidence,
        Member, Weight,
    },
    place::{Cell, CountyNumber, Meters, ParseCellError, Place, Point, PointError, ResolvedPlace, Whereabouts},
    record::{Action, Cause, Decision, LogPosition, Payload, Record, StampedReport},
    report::{
        AcceptedReport, Account, ExternalRef, Goods, Grading, Identifier, Livestock, Occurrence, Report, ReportBody,
        Revision, Weapon,
    },
    taxonomy::{
        Category, Channel, Credibility, Discovery, Family, IdentifierKind, LivestockKind, Priority, Reliability,
        SourceKind, Subcategory, WeaponKind,
    },
    time::{LocalDay, LogTime, ParseTimeError, Span, Timestamp},
    violation::Violation,
};
