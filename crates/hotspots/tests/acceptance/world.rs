//! Incidents to count: seeded, at the centres of the mask's cells. The same seed gives the same world on every machine.

use domain::{Cause, Family, IncidentId, LogPosition, LogTime, Point, Span, Timestamp};
use geography::{Mask, MaskResolution, cell_centre, mask};
use hotspots::{Counted, Settings};

/// SplitMix64 (Steele, Lea & Flood 2014): enough for worlds.
pub(crate) struct Dice(u64);

impl Dice {
    pub(crate) fn new(seed: u64) -> Dice {
        Dice(seed)
    }

    /// 0 to `sides` − 1.
    pub(crate) fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        u64::try_from((u128::from(mixed ^ (mixed >> 31)) * u128::from(sides)) >> 64).unwrap()
    }

    pub(crate) fn pick<T: Copy>(&mut self, of: &[T]) -> T {
        of[usize::try_from(self.roll(of.len() as u64)).unwrap()]
    }
}

/// The instant that the worlds end at.
pub(crate) fn end() -> Timestamp {
    "2026-06-30T00:00:00Z".parse().unwrap()
}

pub(crate) fn days(count: i64) -> Span {
    Span::from_days(count)
}

pub(crate) fn settings(resolution: MaskResolution, windows_days: &[u16]) -> Settings {
    Settings { resolution, windows_days: windows_days.to_vec() }
}

pub(crate) fn cause(mark: LogTime) -> Cause {
    Cause { position: LogPosition::FIRST, timer: Some(mark) }
}

/// The centre of a cell of a mask.
pub(crate) fn centre(mask: &Mask, index: usize) -> Point {
    cell_centre(mask.cells()[index])
}

pub(crate) fn index_at(mask: &Mask, lat: f64, lng: f64) -> usize {
    let point = Point::from_degrees(lat, lng).unwrap();
    mask.index_of(geography::cell_of(point, mask.resolution().resolution())).unwrap()
}

/// An incident of weight 1 that nobody is named for.
pub(crate) fn incident(number: u64, family: Family, at: Timestamp, point: Point) -> Counted {
    let incident = IncidentId::from_bytes(u128::from(number).to_be_bytes());
    Counted { incident, family, at, point, weight_milli: 1_000, agencies: vec![], sources: vec![] }
}

/// Each cell of the mask is as likely as any other, at any time of so many days before the end; any belief from 0.3 to 1.
pub(crate) fn uniform(seed: u64, resolution: MaskResolution, incidents: u64, of_days: u64) -> Vec<Counted> {
    let mask = mask(resolution);
    let mut dice = Dice::new(seed);
    let mut one = |number: u64| {
        let cell = usize::try_from(dice.roll(mask.len() as u64)).unwrap();
        let before = Span::from_secs(i64::try_from(dice.roll(of_days * 86_400)).unwrap());
        let family = dice.pick(Family::ALL);
        let weight_milli = u16::try_from(300 + dice.roll(701)).unwrap();
        Counted { weight_milli, ..incident(number, family, end().minus(before), centre(mask, cell)) }
    };
    (0..incidents).map(&mut one).collect()
}

/// So many incidents in the disk of a cell, at any time of so many days before an instant.
pub(crate) fn cluster(
    seed: u64,
    family: Family,
    (mask, cell): (&Mask, usize),
    incidents: u64,
    (of_days, until): (u64, Timestamp),
) -> Vec<Counted> {
    let mut dice = Dice::new(seed);
    let mut one = |number: u64| {
        let near = dice.pick(mask.disk(cell)) as usize;
        let before = Span::from_secs(i64::try_from(dice.roll(of_days * 86_400)).unwrap());
        incident(seed * 1_000_000 + number, family, until.minus(before), centre(mask, near))
    };
    (0..incidents).map(&mut one).collect()
}
