//! What an alert shows of its subject: an incident or a hotspot in, the fields of the alert out.
//!
//! Guarantees: two contents are equal exactly if a reader sees no difference, which is how a revision that says nothing is held back.
//! Never: a point, cell, name or instant of a restricted subject; its cells are the cover of its county, its time the start of the local day.
use domain::{
    Category, Cell, CountyNumber, Family, Handling, Hotspot, Incident, IncidentPlace, Point, Severity, Timestamp,
};
use geography::cell_of;
use h3o::Resolution;

use crate::{cover::cover, reason, rules::Rule};

/// What an alert shows of its subject.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Content {
    pub(crate) severity: Severity,
    pub(crate) category: Option<Category>,
    pub(crate) family: Option<Family>,
    pub(crate) county: Option<CountyNumber>,
    pub(crate) nearest_place: String,
    pub(crate) point: Option<Point>,
    pub(crate) cells: Vec<Cell>,
    pub(crate) event_at: Timestamp,
    pub(crate) reason: String,
    pub(crate) handling: Handling,
    pub(crate) restricted: bool,
}

impl Content {
    /// What an alert of a rule shows of an incident.
    pub(crate) fn of_incident(rule: Rule, severity: Severity, incident: &Incident) -> Self {
        let open = Self {
            severity,
            category: Some(incident.category),
            family: incident.category.family(),
            county: incident.place.county,
            nearest_place: incident.place.nearest_place.clone(),
            point: incident.place.point,
            cells: incident_cells(&incident.place),
            event_at: incident.occurred_at,
            reason: reason::of_incident(rule, incident),
            handling: incident.handling.clone(),
            restricted: false,
        };
        if is_restricted(incident) { open.restricted() } else { open }
    }

    /// What an alert shows of a hotspot that emerged at a mark. Its handling is the default: a hotspot has none of its own.
    pub(crate) fn of_hotspot(severity: Severity, hotspot: &Hotspot, emerged_at: Timestamp) -> Self {
        Self {
            severity,
            category: None,
            family: Some(hotspot.family),
            county: hotspot.county,
            nearest_place: hotspot.nearest_place.clone(),
            point: None,
            cells: hotspot_cells(hotspot),
            event_at: emerged_at,
            reason: reason::of_hotspot(hotspot),
            handling: Handling::default(),
            restricted: false,
        }
    }

    fn restricted(self) -> Self {
        Self {
            nearest_place: String::new(),
            point: None,
            cells: cover(self.county).to_vec(),
            event_at: self.event_at.local_day().start(),
            restricted: true,
            ..self
        }
    }
}

/// Whether only category, county, local day and counts of an incident may be shown: its members are, or its own category is.
pub(crate) fn is_restricted(incident: &Incident) -> bool {
    incident.restricted || incident.category.is_restricted()
}

fn incident_cells(place: &IncidentPlace) -> Vec<Cell> {
    let cell = place.point.map(|point| Cell::new(cell_of(point, Resolution::Six).into()));
    cell.map_or_else(|| cover(place.county).to_vec(), |cell| vec![cell])
}

/// A hotspot that fades may have no significant cell at a mark; it is still where its best cell was.
fn hotspot_cells(hotspot: &Hotspot) -> Vec<Cell> {
    let cells: Vec<Cell> = hotspot.cells.iter().map(|figures| figures.cell).collect();
    if cells.is_empty() { vec![hotspot.best_cell] } else { cells }
}
