//! The county table against points whose county was asked of the polygons.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test may panic; the committed fixture has four columns"
)]
use domain::Point;

/// 20 000 points inside a county or the Ilemi triangle, then 2 000 outside.
const POINTS: &str = include_str!("../data/points.tsv");

struct Case {
    point: Point,
    /// 0 outside.
    county: u8,
    disputed: bool,
}

fn cases() -> Vec<Case> {
    let case = |line: &str| {
        let fields: Vec<i32> = line.split('\t').map(|field| field.parse().unwrap()).collect();
        let point = Point::from_degrees(f64::from(fields[0]) / 1e5, f64::from(fields[1]) / 1e5).unwrap();
        Case { point, county: u8::try_from(fields[2]).unwrap(), disputed: fields[3] == 1 }
    };
    POINTS.lines().skip(2).map(case).collect()
}

fn agrees(case: &Case) -> bool {
    let hit = geography::county_of(case.point);
    let found = hit.map_or((0, false), |hit| (hit.county.number().get(), hit.disputed));
    found == (case.county, case.disputed)
}

fn share(cases: &[Case]) -> f64 {
    cases.iter().filter(|case| agrees(case)).count() as f64 / cases.len() as f64
}

#[test]
fn random_points_are_in_the_county_of_the_polygons() {
    let cases = cases();
    let (inside, outside) = cases.split_at(20_000);

    assert!(inside.iter().all(|case| case.county > 0) && outside.iter().all(|case| case.county == 0));
    println!("inside {:.5}, outside {:.5}", share(inside), share(outside));
    assert!(share(inside) >= 0.995, "{}", share(inside));
    assert!(share(outside) >= 0.995, "{}", share(outside));
}

#[test]
fn county_with_the_fewest_points_agrees_too() {
    let cases = cases();
    let of = |number: u8| cases.iter().filter(|case| case.county == number).collect::<Vec<_>>();

    for number in 1..=47 {
        let cases = of(number);
        let wrong = cases.iter().filter(|case| !agrees(case)).count();
        assert!(wrong <= 1 + cases.len() / 50, "county {number}: {wrong} of {}", cases.len());
    }
}
