//! The ward list in, one row a ward out, each with a point and an area.
//!
//! Some wards of the list have no inner point or area. They take the mean of their constituency's others and are marked `estimated`; a reader
//! treats a ward as an area anyway, so a mean serves.
use crate::{
    sources::{Sources, WardRow},
    table::Lines,
};

pub(crate) fn lines(sources: &Sources) -> Lines {
    let rows = sources.wards.iter().map(|ward| {
        let siblings = || sources.wards.iter().filter(|other| other.constituency_code == ward.constituency_code);
        let known = ward.latitude.zip(ward.longitude).zip(ward.km2);
        let ((lat, lng), km2) = known.or_else(|| mean(siblings())).unwrap_or_default();
        vec![
            county_number(ward),
            ward.constituency.clone(),
            ward.ward.replace('`', "'"),
            format!("{lat:.5}"),
            format!("{lng:.5}"),
            format!("{km2:.2}"),
            u8::from(known.is_none()).to_string(),
        ]
    });
    Lines { columns: &["county", "constituency", "ward", "lat", "lng", "km2", "estimated"], rows: rows.collect() }
}

/// "KE030" is county 30; the list has no other form.
fn county_number(ward: &WardRow) -> String {
    ward.county_code.trim_start_matches("KE").trim_start_matches('0').to_owned()
}

fn mean<'a>(wards: impl Iterator<Item = &'a WardRow>) -> Option<((f64, f64), f64)> {
    let known: Vec<_> = wards.filter_map(|ward| Some((ward.latitude?, ward.longitude?, ward.km2?))).collect();
    let count = known.len() as f64;
    let mean = |pick: fn(&(f64, f64, f64)) -> f64| known.iter().map(pick).sum::<f64>() / count;
    (!known.is_empty()).then(|| ((mean(|at| at.0), mean(|at| at.1)), mean(|at| at.2)))
}
