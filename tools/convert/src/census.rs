//! Census rows and county polygons in, the table of counties out: number, code, name, aliases, people, land, centre.
//!
//! The centre is that of the polygon's area, lakes included; where a name is drawn. Land is the census's, without the lakes.
use crate::{
    polygon::{Corner, Shape},
    sources::Sources,
    table::Lines,
};

/// Other spellings that people and sources use, by county number. Case, accents, strokes, hyphens, spaces and "County" need no alias.
const ALIASES: &[(u8, &[&str])] = &[
    (6, &["Taita", "Taveta"]),
    (13, &["Tharaka"]),
    (24, &["Pokot"]),
    (28, &["Elegeyo-Marakwet", "Keiyo-Marakwet", "Elgeyo", "Marakwet"]),
    (47, &["Nairobi City"]),
];

pub(crate) fn counties(sources: &Sources) -> Lines {
    let rows = sources.ground.counties.iter().zip(&sources.census).map(|((number, shape), census)| {
        debug_assert_eq!(*number, census.number, "both lists are in the constitution's order");
        let (lng, lat) = centroid(shape);
        vec![
            number.to_string(),
            census.code.clone(),
            census.name.clone(),
            aliases(*number).join("|"),
            census.population.to_string(),
            format!("{:.1}", census.land_area_km2),
            format!("{lat:.5}"),
            format!("{lng:.5}"),
        ]
    });
    Lines {
        columns: &["number", "code", "name", "aliases", "population", "land_area_km2", "centre_lat", "centre_lng"],
        rows: rows.collect(),
    }
}

fn aliases(number: u8) -> &'static [&'static str] {
    ALIASES.iter().find(|(of, _)| *of == number).map_or(&[], |(_, aliases)| aliases)
}

/// The centre of area of the outer rings and holes together, by the sum of signed triangles; the rings of a hole turn the other way.
fn centroid(shape: &Shape) -> Corner {
    let (mut twice_area, mut east, mut north) = (0.0, 0.0, 0.0);
    for ((x1, y1), (x2, y2)) in shape.segments() {
        let cross = x1 * y2 - x2 * y1;
        twice_area += cross;
        east += (x1 + x2) * cross;
        north += (y1 + y2) * cross;
    }
    (east / (3.0 * twice_area), north / (3.0 * twice_area))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn centroid_of_a_square_is_its_middle() {
        let ring = vec![(1.0, 1.0), (3.0, 1.0), (3.0, 3.0), (1.0, 3.0), (1.0, 1.0)];

        let (lng, lat) = centroid(&Shape::new(vec![ring]));

        assert!((lng - 2.0).abs() < 1e-12 && (lat - 2.0).abs() < 1e-12, "{lng} {lat}");
    }
}
