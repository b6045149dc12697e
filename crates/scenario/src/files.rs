//! A scenario in; the text of the files that scripts read out: truth, incidents, planted hotspots. The caller writes them.
//!
//! CSV with a header and LF, times in UTC, categories without a prefix. Reports are not written here: their JSON is the contract's.
//! Never: a field that needs quoting; ids, words and numbers have none of the signs that would.
use std::fmt::Write;

use crate::truth::{Scenario, TrueIncident};

/// `truth.csv`: `agency,client_report_id,true_incident_id`, in the order of the reports.
#[must_use]
pub fn truth_csv(scenario: &Scenario) -> String {
    let mut text = String::from("agency,client_report_id,true_incident_id\n");
    for (key, incident) in &scenario.truth {
        line(&mut text, format_args!("{},{},{incident}", key.agency, key.client_report_id));
    }
    text
}

/// `incidents.csv`: `incident_id,category,occurred_at,latitude,longitude,weight`, by number, as `detect` reads it.
#[must_use]
pub fn incidents_csv(scenario: &Scenario) -> String {
    let mut text = String::from("incident_id,category,occurred_at,latitude,longitude,weight\n");
    for incident in &scenario.incidents {
        let TrueIncident { id, category, occurred_at, point, weight_milli, .. } = incident;
        let (lat, lng, weight) = (point.lat_degrees(), point.lng_degrees(), f64::from(*weight_milli) / 1_000.0);
        line(&mut text, format_args!("{id},{category},{occurred_at},{lat:.7},{lng:.7},{weight}"));
    }
    text
}

/// `hotspots.csv`: `hotspot,category,cell,from,to`, one row for each cell; the category is the family.
#[must_use]
pub fn hotspots_csv(scenario: &Scenario) -> String {
    let mut text = String::from("hotspot,category,cell,from,to\n");
    for hotspot in &scenario.hotspots {
        for cell in &hotspot.cells {
            let (name, family, from, to) = (&hotspot.name, hotspot.family, hotspot.from, hotspot.to);
            line(&mut text, format_args!("{name},{family},{cell},{from},{to}"));
        }
    }
    text
}

fn line(text: &mut String, fields: std::fmt::Arguments<'_>) {
    writeln!(text, "{fields}").expect("a string takes all that memory holds");
}
