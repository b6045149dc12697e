//! The world without structure: events uniform over the cells of the mask and over time, each apart from all others.
//!
//! Sources guess the place about the event itself and name no village: centroids would pile events up where villages are.
//! Never: a near-repeat, a planted hotspot.
use std::sync::LazyLock;

use domain::Point;
use geography::{Mask, MaskResolution};
use h3o::{LatLng, Resolution};

use crate::{
    event::{Event, Reality, details},
    kinds::{Kinds, Share},
    random::Random,
    settlement::Settlements,
    stage::{Period, Stage},
    truth::PlantedHotspot,
    witness::Ground,
};

/// Points tried in the box around a cell; a cell fills most of its box.
const TRIES_MAX: usize = 64;

/// The world without structure.
pub(crate) struct Uniform {
    kinds: Kinds,
    settlements: Settlements,
}

impl Uniform {
    /// The world with events of these kinds.
    pub(crate) fn new(kinds: &[Share], mistakes_in_group: f64) -> Self {
        Self { kinds: Kinds::new(kinds, mistakes_in_group), settlements: Settlements::new(Vec::new()) }
    }

    fn event(&self, random: &mut Random, period: Period) -> Event {
        let (point, at, kind) = (point_of_mask(random), period.any(random), self.kinds.draw(random));
        details(random).of(at, point, kind)
    }
}

impl Stage for Uniform {
    fn events(&self, random: &mut Random, period: Period, count: usize) -> Vec<Event> {
        (0..count).map(|_| self.event(random, period)).collect()
    }

    fn rumour(&self, random: &mut Random, period: Period) -> Event {
        Event { reality: Reality::Rumour, ..self.event(random, period) }
    }

    fn ground(&self) -> Ground<'_> {
        Ground { settlements: &self.settlements, kinds: &self.kinds }
    }

    fn hotspots(&self, _: Period) -> Vec<PlantedHotspot> {
        Vec::new()
    }
}

fn mask() -> &'static Mask {
    static MASK: LazyLock<&'static Mask> = LazyLock::new(|| geography::mask(MaskResolution::Six));
    &MASK
}

/// A point of a cell of the mask: each cell as likely, and each point of it.
pub(crate) fn point_of_mask(random: &mut Random) -> Point {
    let cells = mask().cells();
    let cell = random.pick_of(cells).copied().expect("the mask has cells");
    point_of_cell(random, cell)
}

/// A point of a cell, each as likely; its centre if none was hit.
pub(crate) fn point_of_cell(random: &mut Random, cell: h3o::CellIndex) -> Point {
    let corners: Vec<LatLng> = cell.boundary().iter().copied().collect();
    let bounds = |degrees: fn(LatLng) -> f64| {
        let all = corners.iter().map(|corner| degrees(*corner));
        (all.clone().fold(f64::MAX, f64::min), all.fold(f64::MIN, f64::max))
    };
    let (south, north) = bounds(LatLng::lat);
    let (west, east) = bounds(LatLng::lng);
    for _ in 0..TRIES_MAX {
        let point = Point::from_degrees(random.between(south, north), random.between(west, east));
        if let Ok(point) = point
            && geography::cell_of(point, Resolution::Six) == cell
        {
            return point;
        }
    }
    geography::cell_centre(cell)
}
