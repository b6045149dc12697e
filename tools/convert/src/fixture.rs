//! The ground in, random points with their county by polygon out: what the cell table is tested against.
//!
//! Points are even over the box around the counties, hence nearly so over the ground (Kenya lies on the equator), by SplitMix64 (Steele, Lea,
//! Flood 2014) from a fixed seed. The first draws that fall outside are kept too, with county 0.
use crate::{
    polygon::{Corner, Ground},
    table::Lines,
};

const SEED: u64 = 0x6a75_6b77_6161;
const INSIDE_COUNT: usize = 20_000;
const OUTSIDE_COUNT: usize = 2_000;
const DISPUTED: u8 = 0x40;

pub(crate) fn lines(ground: &Ground) -> Lines {
    let mut generator = SplitMix(SEED);
    let (south_west, north_east) = bounds(ground);
    let (mut inside, mut outside) = (Vec::new(), Vec::new());
    while inside.len() < INSIDE_COUNT {
        let point = (generator.between(south_west.0, north_east.0), generator.between(south_west.1, north_east.1));
        match ground.county_byte(point) {
            0 if outside.len() < OUTSIDE_COUNT => outside.push(row(point, 0)),
            0 => {}
            byte => inside.push(row(point, byte)),
        }
    }
    inside.extend(outside);
    Lines { columns: &["lat_e5", "lng_e5", "county", "disputed"], rows: inside }
}

fn bounds(ground: &Ground) -> (Corner, Corner) {
    let shapes = || ground.counties.iter().map(|(_, shape)| shape.bounds()).chain([ground.ilemi.bounds()]);
    let south_west = shapes().fold((180.0_f64, 90.0_f64), |least, (at, _)| (least.0.min(at.0), least.1.min(at.1)));
    let north_east = shapes().fold((-180.0_f64, -90.0_f64), |most, (_, at)| (most.0.max(at.0), most.1.max(at.1)));
    (south_west, north_east)
}

fn row((lng, lat): Corner, byte: u8) -> Vec<String> {
    let e5 = |degrees: f64| format!("{:.0}", degrees * 1e5);
    vec![e5(lat), e5(lng), (byte & !DISPUTED).to_string(), u8::from(byte & DISPUTED != 0).to_string()]
}

struct SplitMix(u64);

impl SplitMix {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number with five decimals, so that the file holds the very point that was asked about.
    fn between(&mut self, least: f64, greatest: f64) -> f64 {
        let unit = (self.next() >> 11) as f64 / (1_u64 << 53) as f64;
        ((least + unit * (greatest - least)) * 1e5).round() / 1e5
    }
}
