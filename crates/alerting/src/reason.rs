//! Why an alert was raised, in one sentence for people: what, where, when in East Africa Time, how many, on whose word.
//!
//! Guarantees: made of closed lists, numbers, names of counties and of places of the gazetteer only, so that it holds no personal data.
//! Never: text of a report. Never: more of a restricted incident than category, county, local day and counts.
use domain::{CountyNumber, Hotspot, HotspotState, Incident, Span};
use geography::County;

use crate::{content::is_restricted, rules::Rule};

/// From this half-width on, the hour of an event says nothing: only its day is told.
const HOUR_IS_KNOWN_BELOW: Span = Span::from_hours(6);

/// The sentence of an alert on an incident.
pub(crate) fn of_incident(rule: Rule, incident: &Incident) -> String {
    let what = match rule {
        Rule::PriorityOneSingleGroup => format!("Priority-1 report of {}", what(incident)),
        Rule::SeriousIncident | Rule::HotspotEmerging => capitalised(&what(incident)),
    };
    let (place, when) = if is_restricted(incident) {
        (area(incident.place.county), format!("on {}", incident.occurred_at.local_day()))
    } else {
        (incident_place(incident), when(incident))
    };
    let counts = counts(incident);
    let said = if counts.is_empty() { String::new() } else { format!(": {}", counts.join(", ")) };
    format!("{what} {place} {when}{said}; on the word of {}.", word_of_groups(incident.belief.groups))
}

/// The sentence of an alert on a hotspot.
pub(crate) fn of_hotspot(hotspot: &Hotspot) -> String {
    let state = match hotspot.state {
        HotspotState::New => "New",
        HotspotState::Growing => "Growing",
        HotspotState::Persistent => "Persistent",
        HotspotState::Fading => "Fading",
        HotspotState::Gone => "Past",
    };
    format!(
        "{state} hotspot of {} {}: {} in {} days, where an even spread gives {}; on the word of {}.",
        in_words(hotspot.family.word()),
        near(&hotspot.nearest_place, hotspot.county),
        counted(hotspot.incidents.len(), "incident", "incidents"),
        hotspot.window_days,
        whole(hotspot.expected),
        word_of_agencies(hotspot),
    )
}

fn what(incident: &Incident) -> String {
    let category = in_words(incident.category.word());
    match incident.subcategory {
        Some(subcategory) if !is_restricted(incident) => format!("{category} ({})", in_words(subcategory.word())),
        Some(_) | None => category,
    }
}

fn incident_place(incident: &Incident) -> String {
    match incident.place.point {
        Some(_) => near(&incident.place.nearest_place, incident.place.county),
        None => format!("somewhere {}", area(incident.place.county)),
    }
}

fn near(nearest_place: &str, county: Option<CountyNumber>) -> String {
    if nearest_place.is_empty() {
        return area(county);
    }
    let county = county.map_or("outside Kenya", |county| County::from(county).name());
    format!("near {nearest_place}, {county}")
}

fn area(county: Option<CountyNumber>) -> String {
    county.map_or_else(|| "outside Kenya".to_owned(), |county| format!("in {}", County::from(county)))
}

fn when(incident: &Incident) -> String {
    if incident.occurred_uncertainty < HOUR_IS_KNOWN_BELOW {
        format!("at {}", incident.occurred_at.to_eat_text())
    } else {
        format!("on {}", incident.occurred_at.local_day())
    }
}

fn counts(incident: &Incident) -> Vec<String> {
    let counts = &incident.counts;
    let said = [
        (counts.killed, "killed", "killed"),
        (counts.injured, "injured", "injured"),
        (counts.abducted, "abducted", "abducted"),
        (counts.attackers, "attacker", "attackers"),
        (counts.livestock, "head of livestock", "head of livestock"),
    ];
    let positive =
        said.into_iter().filter_map(|(count, one, many)| Some((count.filter(|count| *count > 0)?, one, many)));
    positive.map(|(count, one, many)| counted(usize::try_from(count).unwrap_or(usize::MAX), one, many)).collect()
}

fn word_of_groups(groups: u32) -> String {
    if groups <= 1 { "one group alone".to_owned() } else { format!("{groups} independent groups") }
}

fn word_of_agencies(hotspot: &Hotspot) -> String {
    match (hotspot.sources, hotspot.agencies) {
        (0, _) => "no source".to_owned(),
        (1, _) => "a single source".to_owned(),
        (sources, 0 | 1) => format!("one agency alone, {sources} sources"),
        (sources, agencies) => format!("{agencies} agencies, {sources} sources"),
    }
}

/// Below 1 a decimal would feign a precision that an even spread does not have.
fn whole(expected: f64) -> String {
    if expected < 1.0 { "less than 1".to_owned() } else { format!("about {expected:.0}") }
}

fn counted(count: usize, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}

fn in_words(word: &str) -> String {
    word.to_lowercase().replace('_', " ")
}

fn capitalised(text: &str) -> String {
    let mut characters = text.chars();
    characters.next().map_or_else(String::new, |first| first.to_uppercase().chain(characters).collect())
}
