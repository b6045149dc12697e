//! What may be said of anything: the day, the county and the mark, each made anew, so that no text of a source is carried over.
use api::{domain::v1, timestamp_from_wire, timestamp_to_wire};
use domain::{LocalDay, Timestamp, Tlp};
use geography::County;
use prost_types::Timestamp as WireTimestamp;

/// The local day of an instant, else the day that is given; empty if neither can be read.
pub(crate) fn day(instant: Option<&WireTimestamp>, day: &str) -> String {
    let of_instant = instant.and_then(timestamp_from_wire).map(Timestamp::local_day);
    of_instant.or_else(|| day.parse::<LocalDay>().ok()).map_or_else(String::new, |day| day.to_string())
}

/// The beginning of the local day of an instant.
pub(crate) fn start_of_day(instant: Option<&WireTimestamp>) -> Option<WireTimestamp> {
    let instant = timestamp_from_wire(instant?)?;
    Some(timestamp_to_wire(instant.local_day().start()))
}

/// The name of a county; empty if the text is none of the 47.
pub(crate) fn county(text: &str) -> String {
    County::from_name(text).map_or_else(String::new, |county| county.name().to_owned())
}

/// The Traffic Light Protocol mark alone: who reads must know it. Agencies and caveats would say more of the matter than that; they are
/// told as AMBER_STRICT, so that what was reduced for them stays reduced.
pub(crate) fn mark(handling: Option<&v1::Handling>) -> Option<v1::Handling> {
    let handling = handling?;
    let is_narrowed = !(handling.releasable_to.is_empty() && handling.caveats.is_empty());
    let least = if is_narrowed { Tlp::AmberStrict.number() } else { handling.tlp };
    Some(v1::Handling { tlp: handling.tlp.max(least), ..v1::Handling::default() })
}
