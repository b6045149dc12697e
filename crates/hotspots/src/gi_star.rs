//! Gi*: by how many standard deviations the weight in a disk stands out from the mean over the mask. A label, not a test.
//!
//! Source: Getis & Ord 1992, Ord & Getis 1995, equation 14, with a binary disk, itself included, cells without weight included:
//! z = (D − x̄·W) / (s·√((nW − W²)/(n − 1))), s² = Σx²/n − x̄². Compared with `esda.G_Local(star=True, transform="B")` by
//! `tests/evaluation/hotspots.py`.
//!
//! Deviation: multiplied out so that the cancelling differences are exact integers. z has no unit: it is the same for thousandths.

use crate::counts::Totals;

/// z of a disk of `disk_size` cells with `disk_weight` thousandths, in a mask of `cell_count` cells; 0 where nothing can stand out.
pub(crate) fn gi_star_z(totals: Totals, cell_count: usize, disk_size: usize, disk_weight: u64) -> f64 {
    let (n, w) = (cell_count as i128, disk_size as i128);
    let sum = i128::from(totals.weight);
    let spread = (cell_count as u128 * totals.cell_squares).saturating_sub(sum.unsigned_abs() * sum.unsigned_abs());
    if spread == 0 || w == 0 || w >= n {
        return 0.0;
    }
    let above = n * i128::from(disk_weight) - sum * w;
    let disk_spread = (w * (n - w)) as f64 / (n - 1) as f64;
    above as f64 / (libm::sqrt(spread as f64) * libm::sqrt(disk_spread))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{counts::Counts, grid::Grid};

    /// The formula as it is written, in floats.
    fn plain_z(grid: &Grid, counts: &Counts, cell: u32) -> f64 {
        let n = grid.len() as f64;
        let x: Vec<f64> = grid.cells().map(|cell| counts.cell(cell) as f64 / 1e3).collect();
        let mean = x.iter().sum::<f64>() / n;
        let deviation = (x.iter().map(|x| x * x).sum::<f64>() / n - mean * mean).sqrt();
        let w = grid.disk_size(cell) as f64;
        (counts.disk(cell) as f64 / 1e3 - mean * w) / (deviation * ((n * w - w * w) / (n - 1.0)).sqrt())
    }

    #[test]
    fn z_is_the_formula_of_ord_and_getis() {
        let grid = Grid::hexagons(9, 8);
        let mut counts = Counts::new(&grid);
        for (cell, weight) in [(10, 1_000), (10, 333), (11, 500), (30, 999), (71, 1)] {
            counts.add(&grid, cell, weight);
        }

        for cell in grid.cells() {
            let z = gi_star_z(counts.totals(), grid.len(), grid.disk_size(cell), counts.disk(cell));
            assert!((z - plain_z(&grid, &counts, cell)).abs() < 1e-12, "cell {cell}: {z}");
        }
    }

    #[test]
    fn nothing_stands_out_of_an_even_spread() {
        let grid = Grid::hexagons(3, 3);
        let mut counts = Counts::new(&grid);

        assert_eq!(gi_star_z(counts.totals(), 9, 7, 0).to_bits(), 0);
        grid.cells().for_each(|cell| counts.add(&grid, cell, 700));
        assert_eq!(gi_star_z(counts.totals(), 9, 7, counts.disk(4)).to_bits(), 0);
    }
}
