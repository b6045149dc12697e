//! Prints what each lookup costs: `cargo run -p geography --example lookups`. The first call of each parses its table.
#![allow(
    clippy::disallowed_types,
    clippy::print_stdout,
    reason = "it measures, and prints what it measured; no part of the product"
)]
use std::{hint::black_box, time::Instant};

use domain::Point;
use geography::{MaskResolution, PlaceQuery};

fn main() {
    let points = points();
    let query = |name, county| PlaceQuery { name, county, ..PlaceQuery::default() };
    once("first nearest_place", || geography::nearest_place(Point::from_degrees(0.0, 37.0).ok()?));
    once("first county_of", || geography::county_of(Point::from_degrees(0.0, 37.0).ok()?));
    once("first resolve", || geography::resolve(query("Kapedo", "Baringo")));
    for resolution in MaskResolution::ALL {
        once(&format!("mask {resolution:?}"), || geography::mask(resolution).len());
        once(&format!("its counties {resolution:?}"), || geography::mask(resolution).county(0));
    }
    each("county_of", &points, |point| geography::county_of(*point));
    each("in_territory", &points, |point| geography::in_territory(*point));
    each("nearest_place", &points, |point| geography::nearest_place(*point));
    let meru = geography::County::from_name("Meru").map(geography::County::centre);
    each("distance", &points, |point| meru.map(|centre| geography::distance(*point, centre)));
    each("resolve, known", &["Kapedo"; 1_000], |name| geography::resolve(query(name, "Baringo")));
    each("resolve, unknown", &["Maragoyi Hill"; 200], |name| geography::resolve(query(name, "")));
}

/// An even lattice over the country's box.
fn points() -> Vec<Point> {
    let degrees = (0..20_000).map(|step| (f64::from(step % 141) / 14.1 - 4.8, f64::from(step % 143) / 17.9 + 33.9));
    degrees.filter_map(|(lat, lng)| Point::from_degrees(lat, lng).ok()).collect()
}

fn once<Answer>(what: &str, ask: impl FnOnce() -> Answer) {
    let start = Instant::now();
    black_box(ask());
    println!("{what:<24} {:>10.2?}", start.elapsed());
}

fn each<Question, Answer>(what: &str, questions: &[Question], ask: impl Fn(&Question) -> Answer) {
    let start = Instant::now();
    for question in questions {
        black_box(ask(question));
    }
    println!("{what:<24} {:>10.2?}", start.elapsed() / u32::try_from(questions.len()).unwrap_or(u32::MAX));
}
