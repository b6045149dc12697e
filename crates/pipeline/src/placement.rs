//! Where a report is: a point that counts in its cell, or an area that is listed under its name.
//!
//! | given | becomes |
//! |---|---|
//! | a point, uncertain by 25 km or less | that point; names beside it are evidence, never a fault |
//! | a point, uncertain by more | an area: its county |
//! | a name that is one place | the place's point, uncertain by its radius or more |
//! | a ward or county, or a name that is none within them | an area |
//! | a name alone that is unknown or ambiguous | a fault with candidates |
//!
//! Never: puts an area at its centre.

use domain::{Account, Meters, Place, Point, ResolvedPlace, Violation, Whereabouts};
use geography::{
    Candidate, PlaceField, PlaceQuery, Resolved, county_of, in_territory, resolve, swapped_coordinates_would_fit,
};

use crate::precision::place_uncertainty;

/// Above it a point is an area.
const POINT_UNCERTAINTY_MAX: Meters = Meters::from_km(25);

/// Tells where a report is.
///
/// # Errors
/// If its point is outside the territory, or what it names is unknown or ambiguous; with what would be right.
pub fn place_report(account: &Account) -> Result<ResolvedPlace, Vec<Violation>> {
    match account.place.point {
        Some(point) => at_point(point, account).map_err(|fault| vec![fault]),
        None => by_name(&account.place).map_err(|fault| vec![fault]),
    }
}

fn at_point(point: Point, account: &Account) -> Result<ResolvedPlace, Violation> {
    if !in_territory(point) {
        return Err(outside(point));
    }
    let uncertainty = place_uncertainty(account);
    let hit = county_of(point);
    let is_area = uncertainty > POINT_UNCERTAINTY_MAX;
    Ok(ResolvedPlace {
        whereabouts: if is_area { Whereabouts::Area } else { Whereabouts::Point(point) },
        uncertainty,
        by_name: false,
        county: hit.map(|hit| hit.county.number()),
        ward: account.place.ward.clone(),
        disputed: hit.is_some_and(|hit| hit.disputed),
    })
}

fn outside(point: Point) -> Violation {
    let (lat, lng) = (point.lat_degrees(), point.lng_degrees());
    let advice = if swapped_coordinates_would_fit(lat, lng) {
        format!("latitude and longitude look swapped: ({lng}, {lat}) would be inside")
    } else {
        "check the sign and the order of the coordinates".to_owned()
    };
    let description = format!("({lat}, {lng}) is outside the territory (Kenya and 100 km around); {advice}");
    Violation::new("place.point", description)
}

fn by_name(place: &Place) -> Result<ResolvedPlace, Violation> {
    let resolved = resolve(PlaceQuery { name: &place.name, ward: &place.ward, county: &place.county });
    let (whereabouts, radius) = match &resolved {
        Resolved::Place(found) => (Whereabouts::Point(found.point()), found.radius()),
        Resolved::Ward(ward) => (Whereabouts::Area, ward.radius()),
        Resolved::County(county) => (Whereabouts::Area, county.radius()),
        Resolved::Unknown { field, candidates } => return Err(unresolved(*field, place, "is not known", candidates)),
        Resolved::Ambiguous { field, candidates } => {
            return Err(unresolved(*field, place, "is more than one place", candidates));
        }
    };
    let uncertainty = place.uncertainty.filter(|given| *given > radius).unwrap_or(radius);
    let is_area = whereabouts == Whereabouts::Area || uncertainty > POINT_UNCERTAINTY_MAX;
    let ward = match &resolved {
        Resolved::Ward(ward) => ward.name().to_owned(),
        Resolved::Place(_) => place.ward.clone(),
        // The county has no such ward.
        Resolved::County(_) | Resolved::Unknown { .. } | Resolved::Ambiguous { .. } => String::new(),
    };
    let disputed = resolved.point().and_then(county_of).is_some_and(|hit| hit.disputed && !is_area);
    Ok(ResolvedPlace {
        whereabouts: if is_area { Whereabouts::Area } else { whereabouts },
        uncertainty,
        by_name: true,
        county: resolved.county().map(geography::County::number),
        ward,
        disputed,
    })
}

fn unresolved(field: PlaceField, place: &Place, what: &str, candidates: &[Candidate]) -> Violation {
    let (field, text) = match field {
        PlaceField::Name => ("place.name", &place.name),
        PlaceField::Ward => ("place.ward", &place.ward),
        PlaceField::County => ("place.county", &place.county),
    };
    let named: Vec<String> = candidates.iter().map(ToString::to_string).collect();
    let advice = if named.is_empty() {
        "give a point, a ward or a county".to_owned()
    } else {
        format!("did you mean {}? or give a point, a ward or a county", named.join(", "))
    };
    Violation::new(field, format!("{text:?} {what}: {advice}"))
}
