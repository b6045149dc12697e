//! The wire in, checked filters out: what a list is asked for, in one form, with every fault told at once.
//!
//! Guarantees: two requests that mean the same have the same hash (categories in any order, a county in any spelling), so that a page
//! token goes on with either. Page size, token and position are no part of it.
//!
//! Never: a filter on what the reader may not see. Filters are applied to what `access` permits (see `matches`), so that no question can
//! find out a point, a time or a name by asking twice.
use api::{
    domain::v1 as wire, parse_at_least_position, parse_page_size, query::v1, timestamp_from_wire, timestamp_to_wire,
};
use domain::{AgencyId, Category, Family, LocalDay, LogPosition, LogTime, Timestamp, Violation};
use geography::{County, normalise_name};
use prost::Message;

use crate::page_token::QueryHash;

/// Names that are told for a county that is not known.
const NEAREST_NAMES: usize = 3;

/// What every list has in common.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PageRequest {
    /// Items, 1 to 1 000.
    pub size: usize,
    /// From the answer before; empty: the first page.
    pub token: String,
    /// Waits for this position.
    pub at_least: Option<LogPosition>,
    /// Method and filters.
    pub query: QueryHash,
}

/// Which incidents.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IncidentFilter {
    /// Ascending, no duplicates, not empty.
    pub categories: Vec<Category>,
    /// Of this county only.
    pub county: Option<County>,
    /// With a time at or after this.
    pub occurred_from: Option<Timestamp>,
    /// With a time before this.
    pub occurred_until: Option<Timestamp>,
    /// As known at this log time; `None`: now.
    pub as_of: Option<LogTime>,
}

/// Which hotspots.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HotspotFilter {
    /// Ascending, not empty.
    pub families: Vec<Family>,
    /// Of this county only.
    pub county: Option<County>,
    /// Of this window only, in days.
    pub window_days: Option<u16>,
    /// As known at this log time; `None`: now.
    pub as_of: Option<LogTime>,
    /// Those that are gone, too.
    pub include_gone: bool,
}

/// Which quarantined records.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QuarantineFilter {
    /// Of this agency only.
    pub agency: Option<AgencyId>,
}

impl IncidentFilter {
    /// Checks a request for incidents.
    ///
    /// # Errors
    /// All its faults: unknown categories or county, times that are none or in the wrong order, a negative page size or position.
    pub fn parse(request: &v1::ListIncidentsRequest) -> Result<(Self, PageRequest), Vec<Violation>> {
        let mut faults = Vec::new();
        let filter = Self {
            categories: parse_words(
                "categories",
                &request.categories,
                Category::from_number,
                Category::ALL,
                &mut faults,
            ),
            county: parse_county(&request.county, &mut faults),
            occurred_from: parse_time("occurred_from", request.occurred_from.as_ref(), &mut faults),
            occurred_until: parse_time("occurred_until", request.occurred_until.as_ref(), &mut faults),
            as_of: parse_time("as_of", request.as_of.as_ref(), &mut faults).map(LogTime::new),
        };
        if let (Some(from), Some(until)) = (filter.occurred_from, filter.occurred_until)
            && from >= until
        {
            faults.push(violation("occurred_until", format!("{until} is not after occurred_from {from}")));
        }
        let (size, at_least) = (request.page_size, request.at_least_position);
        let (size, at_least) = (parse_page_size(size, &mut faults), parse_at_least_position(at_least, &mut faults));
        let query = QueryHash::of("ListIncidents", &filter.canonical());
        fail_or((filter, PageRequest { size, token: request.page_token.clone(), at_least, query }), faults)
    }

    /// Whether a permitted incident is asked for. What is shown to the day only matches by its day.
    #[must_use]
    pub fn matches(&self, incident: &wire::Incident) -> bool {
        let in_county =
            self.county.is_none_or(|county| incident.place.as_ref().is_some_and(|place| place.county == county.name()));
        in_county && self.matches_time(incident)
    }

    fn matches_time(&self, incident: &wire::Incident) -> bool {
        if self.occurred_from.is_none() && self.occurred_until.is_none() {
            return true;
        }
        let instant = incident.occurred_at.as_ref().and_then(timestamp_from_wire);
        let day = || incident.occurred_on.parse::<LocalDay>().ok();
        let Some((first, last)) = instant.map(|at| (at, at)).or_else(|| day().map(|day| (day.start(), last_of(day))))
        else {
            return false;
        };
        self.occurred_from.is_none_or(|from| last >= from) && self.occurred_until.is_none_or(|until| first < until)
    }

    fn canonical(&self) -> Vec<u8> {
        v1::ListIncidentsRequest {
            categories: self.categories.iter().map(|category| category.number()).collect(),
            county: county_text(self.county),
            occurred_from: self.occurred_from.map(timestamp_to_wire),
            occurred_until: self.occurred_until.map(timestamp_to_wire),
            as_of: self.as_of.map(|time| timestamp_to_wire(time.timestamp())),
            ..v1::ListIncidentsRequest::default()
        }
        .encode_to_vec()
    }
}

impl HotspotFilter {
    /// Checks a request for hotspots.
    ///
    /// # Errors
    /// All its faults: an unknown family or county, a window that is no number of days, a time that is none, a negative page size or position.
    pub fn parse(request: &v1::ListHotspotsRequest) -> Result<(Self, PageRequest), Vec<Violation>> {
        let mut faults = Vec::new();
        let family = (request.family != 0).then_some(request.family);
        let filter = Self {
            families: parse_words("family", family.as_slice(), Family::from_number, Family::ALL, &mut faults),
            county: parse_county(&request.county, &mut faults),
            window_days: parse_window(request.window_days, &mut faults),
            as_of: parse_time("as_of", request.as_of.as_ref(), &mut faults).map(LogTime::new),
            include_gone: request.include_gone,
        };
        let (size, at_least) = (request.page_size, request.at_least_position);
        let (size, at_least) = (parse_page_size(size, &mut faults), parse_at_least_position(at_least, &mut faults));
        let query = QueryHash::of("ListHotspots", &filter.canonical());
        fail_or((filter, PageRequest { size, token: request.page_token.clone(), at_least, query }), faults)
    }

    /// Whether a permitted hotspot is asked for.
    #[must_use]
    pub fn matches(&self, hotspot: &wire::Hotspot) -> bool {
        let in_county = self.county.is_none_or(|county| hotspot.county == county.name());
        in_county && (self.include_gone || hotspot.state() != wire::HotspotState::Gone)
    }

    fn canonical(&self) -> Vec<u8> {
        let only = match self.families.as_slice() {
            [family] => family.number(),
            _ => 0,
        };
        v1::ListHotspotsRequest {
            family: only,
            county: county_text(self.county),
            window_days: self.window_days.map_or(0, i32::from),
            as_of: self.as_of.map(|time| timestamp_to_wire(time.timestamp())),
            include_gone: self.include_gone,
            ..v1::ListHotspotsRequest::default()
        }
        .encode_to_vec()
    }
}

impl QuarantineFilter {
    /// Checks a request for quarantined records.
    ///
    /// # Errors
    /// All its faults: a text that names no agency, a negative page size or position.
    pub fn parse(request: &v1::ListQuarantineRequest) -> Result<(Self, PageRequest), Vec<Violation>> {
        let mut faults = Vec::new();
        let agency = (!request.agency.is_empty()).then(|| request.agency.parse::<AgencyId>());
        let agency = agency.transpose().unwrap_or_else(|error| {
            faults.push(violation("agency", error.to_string()));
            None
        });
        let (size, at_least) = (request.page_size, request.at_least_position);
        let (size, at_least) = (parse_page_size(size, &mut faults), parse_at_least_position(at_least, &mut faults));
        let canonical = agency.as_ref().map_or("", AgencyId::as_str);
        let query = QueryHash::of("ListQuarantine", canonical.as_bytes());
        fail_or((Self { agency }, PageRequest { size, token: request.page_token.clone(), at_least, query }), faults)
    }

    /// Whether a permitted entry is asked for.
    #[must_use]
    pub fn matches(&self, item: &v1::QuarantineItem) -> bool {
        self.agency.as_ref().is_none_or(|agency| item.agency == agency.as_str())
    }
}

/// Reads a log time that a query is asked as of.
///
/// # Errors
/// If it is no instant between 1900 and 2200.
pub(crate) fn parse_as_of(as_of: Option<&prost_types::Timestamp>) -> Result<Option<LogTime>, Vec<Violation>> {
    let mut faults = Vec::new();
    let as_of = parse_time("as_of", as_of, &mut faults).map(LogTime::new);
    fail_or(as_of, faults)
}

/// The last instant of a day.
fn last_of(day: LocalDay) -> Timestamp {
    day.end().minus(domain::Span::from_micros(1))
}

fn fail_or<T>(value: T, faults: Vec<Violation>) -> Result<T, Vec<Violation>> {
    if faults.is_empty() { Ok(value) } else { Err(faults) }
}

fn violation(field: &str, description: String) -> Violation {
    Violation { field: field.to_owned(), description }
}

fn county_text(county: Option<County>) -> String {
    county.map_or_else(String::new, |county| county.name().to_owned())
}

/// The words of the numbers, ascending, once each; all of the list if none is given.
fn parse_words<W: Copy + Ord>(
    field: &str,
    numbers: &[i32],
    from_number: fn(i32) -> Option<W>,
    all: &[W],
    faults: &mut Vec<Violation>,
) -> Vec<W> {
    if numbers.is_empty() {
        return all.to_vec();
    }
    let mut words = Vec::new();
    for &number in numbers {
        match from_number(number) {
            Some(word) => words.push(word),
            None => faults.push(violation(field, format!("{number} is not in the list"))),
        }
    }
    words.sort_unstable();
    words.dedup();
    words
}

fn parse_time(field: &str, time: Option<&prost_types::Timestamp>, faults: &mut Vec<Violation>) -> Option<Timestamp> {
    let time = time?;
    let parsed = timestamp_from_wire(time);
    if parsed.is_none() {
        faults.push(violation(field, "is no instant between 1900 and 2200".to_owned()));
    }
    parsed
}

fn parse_window(days: i32, faults: &mut Vec<Violation>) -> Option<u16> {
    if days == 0 {
        return None;
    }
    let window = u16::try_from(days).ok();
    if window.is_none() {
        faults.push(violation("window_days", format!("{days} is no length of a window")));
    }
    window
}

fn parse_county(name: &str, faults: &mut Vec<Violation>) -> Option<County> {
    if name.is_empty() {
        return None;
    }
    let county = County::from_name(name);
    if county.is_none() {
        let shown: String = name.chars().take(64).collect();
        let nearest = nearest_counties(&shown).join(", ");
        faults.push(violation("county", format!("{shown:?} is not one of the 47 counties; nearest: {nearest}")));
    }
    county
}

/// The names most like this one, best first.
fn nearest_counties(name: &str) -> Vec<&'static str> {
    let wanted = normalise_name(name);
    let mut ranked: Vec<(f64, &'static str)> = County::all()
        .map(|county| (strsim::jaro_winkler(&wanted, &normalise_name(county.name())), county.name()))
        .collect();
    ranked.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.1.cmp(b.1)));
    ranked.into_iter().take(NEAREST_NAMES).map(|(_, name)| name).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Option<prost_types::Timestamp> {
        Some(timestamp_to_wire(text.parse().unwrap()))
    }

    fn incidents(
        change: impl FnOnce(&mut v1::ListIncidentsRequest),
    ) -> Result<(IncidentFilter, PageRequest), Vec<Violation>> {
        let mut request = v1::ListIncidentsRequest::default();
        change(&mut request);
        IncidentFilter::parse(&request)
    }

    #[test]
    fn unknown_county_is_told_with_the_nearest_names() {
        let faults = incidents(|request| request.county = "Turkhana".to_owned()).unwrap_err();

        assert_eq!(faults.len(), 1);
        assert!(faults[0].description.contains("Turkana"), "{}", faults[0].description);
    }

    #[test]
    fn all_faults_of_a_request_are_told_at_once() {
        let faults = incidents(|request| {
            request.categories = vec![1, 99];
            request.county = "Atlantis".to_owned();
            request.page_size = -1;
            request.at_least_position = Some(-1);
            request.occurred_from = at("2026-03-05T00:00:00Z");
            request.occurred_until = at("2026-03-04T00:00:00Z");
        })
        .unwrap_err();

        let fields: Vec<&str> = faults.iter().map(|fault| fault.field.as_str()).collect();
        assert_eq!(fields, ["categories", "county", "occurred_until", "page_size", "at_least_position"]);
    }

    #[test]
    fn requests_that_mean_the_same_have_one_hash() {
        let one = incidents(|request| {
            request.categories = vec![2, 1];
            request.county = "tana river county".to_owned();
            request.page_size = 7;
        });
        let other = incidents(|request| {
            request.categories = vec![1, 2, 2];
            request.county = "TanaRiver".to_owned();
        });

        assert_eq!(one.unwrap().1.query, other.unwrap().1.query);
    }

    #[test]
    fn another_filter_has_another_hash() {
        let plain = incidents(|_| ()).unwrap().1.query;

        for change in [
            (|request: &mut v1::ListIncidentsRequest| request.categories = vec![1])
                as fn(&mut v1::ListIncidentsRequest),
            |request| request.county = "Lamu".to_owned(),
            |request| request.occurred_from = at("2026-03-05T00:00:00Z"),
            |request| request.as_of = at("2026-03-05T00:00:00Z"),
        ] {
            assert_ne!(incidents(change).unwrap().1.query, plain);
        }
    }

    #[test]
    fn incident_known_to_the_day_matches_by_its_day_only() {
        let reduced = wire::Incident { occurred_on: "2026-03-04".to_owned(), ..wire::Incident::default() };
        let matches = |from: &str, until: &str| {
            let filter = incidents(|request| (request.occurred_from, request.occurred_until) = (at(from), at(until)));
            filter.unwrap().0.matches(&reduced)
        };

        // The day in East Africa runs from 21:00 UTC of the day before.
        assert!(matches("2026-03-03T00:00:00Z", "2026-03-03T21:00:00.000001Z"));
        assert!(!matches("2026-03-03T00:00:00Z", "2026-03-03T21:00:00Z"));
        assert!(matches("2026-03-04T20:59:59Z", "2026-03-06T00:00:00Z"));
        assert!(!matches("2026-03-04T21:00:00Z", "2026-03-06T00:00:00Z"));
    }
}
