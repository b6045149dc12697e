//! A resolution in; the cells that hotspots are counted over out: their order, neighbours and counties.
//!
//! The mask holds the cells whose centre is in Kenya (with the Ilemi triangle, lakes included) and two rings around them, so that an event
//! at the border has a whole disk. Cells ascend; an index into the mask is a cell's place in that order.
//! Guarantees: disks are symmetric (i is in the disk of j exactly if j is in that of i). Never: a cell that another resolution made.
use std::sync::{LazyLock, OnceLock};

use h3o::{CellIndex, Resolution};

use crate::{County, county_of_cell, ground::county_cells};

/// Rings of cells around those whose centre is in Kenya.
const RING_COUNT: u32 = 2;

/// A resolution that a mask exists for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum MaskResolution {
    /// About 250 km² a cell.
    Five,
    /// About 36 km² a cell; what the server evaluates.
    Six,
    /// About 5 km² a cell.
    Seven,
}

impl MaskResolution {
    /// All of them, coarse to fine.
    pub const ALL: [MaskResolution; 3] = [MaskResolution::Five, MaskResolution::Six, MaskResolution::Seven];

    /// Takes an H3 resolution; `None` unless 5, 6 or 7.
    #[must_use]
    pub fn new(resolution: u8) -> Option<MaskResolution> {
        Self::ALL.into_iter().find(|known| u8::from(known.resolution()) == resolution)
    }

    /// The H3 resolution.
    #[must_use]
    pub const fn resolution(self) -> Resolution {
        match self {
            MaskResolution::Five => Resolution::Five,
            MaskResolution::Six => Resolution::Six,
            MaskResolution::Seven => Resolution::Seven,
        }
    }
}

/// The cells of one resolution that are counted.
pub struct Mask {
    resolution: MaskResolution,
    cells: Vec<CellIndex>,
    /// The disk of cell i is `disks[disk_starts[i]..disk_starts[i + 1]]`.
    disk_starts: Vec<u32>,
    disks: Vec<u32>,
    counties: OnceLock<Vec<Option<County>>>,
}

/// The mask of a resolution, made on first use (some 10 ms at resolution 6, 0.1 s at 7).
///
/// ```
/// let mask = geography::mask(geography::MaskResolution::Six);
/// let maralal = domain::Point::from_degrees(1.09667, 36.69806).expect("on the globe");
/// let index = mask.index_of(geography::cell_of(maralal, h3o::Resolution::Six)).expect("in Kenya");
/// assert_eq!(mask.disk(index).len(), 7);
/// assert_eq!(mask.county(index).map(geography::County::name), Some("Samburu"));
/// ```
#[must_use]
pub fn mask(resolution: MaskResolution) -> &'static Mask {
    match resolution {
        MaskResolution::Five => &FIVE,
        MaskResolution::Six => &SIX,
        MaskResolution::Seven => &SEVEN,
    }
}

static FIVE: LazyLock<Mask> = LazyLock::new(|| Mask::build(MaskResolution::Five));
static SIX: LazyLock<Mask> = LazyLock::new(|| Mask::build(MaskResolution::Six));
static SEVEN: LazyLock<Mask> = LazyLock::new(|| Mask::build(MaskResolution::Seven));

impl Mask {
    /// The resolution of its cells.
    #[must_use]
    pub fn resolution(&self) -> MaskResolution {
        self.resolution
    }

    /// The number of cells.
    #[must_use]
    pub fn len(&self) -> usize {
        self.cells.len()
    }

    /// Whether there are no cells; there are.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.cells.is_empty()
    }

    /// The cells: ascending, no duplicates.
    #[must_use]
    pub fn cells(&self) -> &[CellIndex] {
        &self.cells
    }

    /// Whether a cell is counted.
    #[must_use]
    pub fn contains(&self, cell: CellIndex) -> bool {
        self.index_of(cell).is_some()
    }

    /// The place of a cell in the order of the mask; `None` if it is not counted.
    #[must_use]
    pub fn index_of(&self, cell: CellIndex) -> Option<usize> {
        self.cells.binary_search(&cell).ok()
    }

    /// The county of a cell: of its centre, else the nearest within 10 km; `None` farther out, and past the end of the mask.
    ///
    /// The first call settles all cells of the mask.
    #[must_use]
    pub fn county(&self, index: usize) -> Option<County> {
        let counties = self.counties.get_or_init(|| self.cells.iter().map(|cell| county_of_cell(*cell)).collect());
        counties.get(index).copied().flatten()
    }

    /// A cell and its neighbours inside the mask, as ascending indices; empty past the end of the mask.
    #[must_use]
    pub fn disk(&self, index: usize) -> &[u32] {
        let bounds = self.disk_starts.get(index).zip(self.disk_starts.get(index + 1));
        let range = bounds.and_then(|(start, end)| self.disks.get(*start as usize..*end as usize));
        range.unwrap_or_default()
    }

    fn build(resolution: MaskResolution) -> Mask {
        let cells = with_rings(county_cells(resolution.resolution()));
        let mut disk_starts = Vec::with_capacity(cells.len() + 1);
        let mut disks = Vec::with_capacity(cells.len() * 7);
        for cell in &cells {
            disk_starts.push(small(disks.len()));
            disks.extend(
                neighbours_and_self(*cell).into_iter().filter_map(|near| cells.binary_search(&near).ok()).map(small),
            );
        }
        disk_starts.push(small(disks.len()));
        Mask { resolution, cells, disk_starts, disks, counties: OnceLock::new() }
    }
}

fn small(count: usize) -> u32 {
    u32::try_from(count).expect("a mask has below 200 000 cells, each with a disk of 7")
}

/// Ascending, so that their indices ascend too.
fn neighbours_and_self(cell: CellIndex) -> Vec<CellIndex> {
    let mut disk: Vec<CellIndex> = cell.grid_disk(1);
    disk.sort_unstable();
    disk
}

/// Adds the rings; each takes only the neighbours of the last.
fn with_rings(inside: Vec<CellIndex>) -> Vec<CellIndex> {
    let mut cells = inside.clone();
    let mut edge = inside;
    for _ in 0..RING_COUNT {
        let mut ring: Vec<CellIndex> = edge.iter().flat_map(|cell| cell.grid_disk::<Vec<_>>(1)).collect();
        ring.sort_unstable();
        ring.dedup();
        ring.retain(|cell| cells.binary_search(cell).is_err());
        cells.extend(&ring);
        cells.sort_unstable();
        edge = ring;
    }
    cells
}
