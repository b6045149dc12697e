//! How long two years of daily marks take, and minute marks after them: `cargo run --release -p hotspots --example pace [INCIDENTS]`.
//!
//! A third of the incidents lies in 40 planted places, the rest anywhere; each is told three times with another belief, as reports come in.
#![allow(clippy::disallowed_types, clippy::disallowed_methods, clippy::print_stdout, reason = "it measures and prints")]

use std::time::Instant;

use domain::{Cause, Family, Hotspot, IncidentId, LogPosition, LogTime, Span, Timestamp};
use geography::{MaskResolution, cell_centre, mask};
use hotspots::{Counted, Hotspots, Settings};

const DAYS: i64 = 730;

/// A multiplicative generator (Lehmer 1951, modulus 2^61 − 1).
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        let product = u128::from(self.0) * 437_799_614_237_992_725;
        self.0 = u64::try_from(product % ((1 << 61) - 1)).unwrap_or(1);
        usize::try_from(self.0 >> 8).unwrap_or(0) % sides
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let incidents: usize = std::env::args().nth(1).map_or(Ok(20_000), |text| text.parse())?;
    let start: Timestamp = "2024-07-01T00:00:00Z".parse()?;
    let mut days = world(incidents, start)?;
    let mut stream = Hotspots::new(Settings::default());
    let (mut revisions, mut references) = (0, 0);
    let clock = Instant::now();
    for (day, told) in (1..).zip(&mut days) {
        told.drain(..).for_each(|counted| stream.upsert(counted));
        let revised = evaluate(&mut stream, start.plus(Span::from_days(day)));
        revisions += revised.len();
        references += revised.iter().map(|hotspot| hotspot.incidents.len()).sum::<usize>();
    }
    println!(
        "{DAYS} days of {incidents} incidents: {:.2?}, {revisions} revisions, {references} incident ids in them",
        clock.elapsed()
    );
    println!("living hotspots at the end: {}", stream.heads().count());
    minutes(&mut stream, start.plus(Span::from_days(DAYS)))?;
    Ok(())
}

/// Incidents by the day on which they are told.
fn world(incidents: usize, start: Timestamp) -> Result<Vec<Vec<Counted>>, Box<dyn std::error::Error>> {
    let mask = mask(MaskResolution::Six);
    let mut dice = Dice(42);
    let places: Vec<usize> = (0..40).map(|_| dice.roll(mask.len())).collect();
    let mut days: Vec<Vec<Counted>> = (0..DAYS).map(|_| Vec::new()).collect();
    for number in 0..incidents {
        let family = *Family::ALL.get(dice.roll(4)).ok_or("four families")?;
        let place = *places.get(dice.roll(40)).ok_or("forty places")?;
        let near = mask.disk(place);
        let planted = near.get(dice.roll(near.len())).map_or(0, |&cell| cell as usize);
        let index = if dice.roll(3) == 0 { planted } else { dice.roll(mask.len()) };
        let point = cell_centre(*mask.cells().get(index).ok_or("a cell of the mask")?);
        let day = dice.roll(days.len());
        let second = i64::try_from(day * 86_400 + dice.roll(86_400))?;
        for told in 0..3 {
            let agencies =
                ["police", "npr", "elders"].iter().take(told + 1).map(|name| name.parse()).collect::<Result<_, _>>()?;
            let counted = Counted {
                incident: IncidentId::from_bytes((number as u128).to_be_bytes()),
                family,
                at: start.plus(Span::from_secs(second)),
                point,
                weight_milli: u16::try_from(400 + 200 * told + dice.roll(100))?,
                agencies,
                sources: Vec::new(),
            };
            days.get_mut(day + told).into_iter().for_each(|day| day.push(counted.clone()));
        }
    }
    Ok(days)
}

fn minutes(stream: &mut Hotspots, from: Timestamp) -> Result<(), Box<dyn std::error::Error>> {
    let mask = mask(MaskResolution::Six);
    let mut dice = Dice(43);
    let (marks, mut revisions) = (1_000, 0);
    let clock = Instant::now();
    for minute in 1..=marks {
        let at = from.plus(Span::from_secs(60 * minute));
        let point = cell_centre(*mask.cells().get(dice.roll(mask.len())).ok_or("a cell of the mask")?);
        for family in Family::ALL {
            let id = (1 << 100) + (u128::try_from(minute)? << 8) + u128::try_from(family.number())?;
            let incident = IncidentId::from_bytes(id.to_be_bytes());
            stream.upsert(Counted {
                incident,
                family: *family,
                at,
                point,
                weight_milli: 800,
                agencies: vec![],
                sources: vec![],
            });
        }
        revisions += evaluate(stream, at).len();
    }
    let each = clock.elapsed() / u32::try_from(marks)?;
    println!("{marks} minutes with an incident in each family: {each:.2?} a mark, {revisions} revisions");
    Ok(())
}

fn evaluate(stream: &mut Hotspots, at: Timestamp) -> Vec<Hotspot> {
    let mark = LogTime::new(at);
    stream.evaluate(mark, Cause { position: LogPosition::FIRST, timer: Some(mark) })
}
