//! Which cells are significant: Benjamini–Hochberg over all cells of the mask, those without weight having p = 1.
//!
//! q of a cell is the least, over all p' ≥ p, of n·p'/rank(p'); significant: q ≤ 0.05. Source: Benjamini & Hochberg 1995.
//!
//! Guarantees: [`significant`] gives the very bits that [`all_figures`] gives for the significant cells, without most of its p: the number of
//! rejections is the greatest fixed point of k ↦ #{p ≤ αk/n}, which is reached from above by cutting sorted disks where p exceeds the bound
//! (property tests compare the two, and both with a statement by brute force).

use crate::binomial_tail::TailTest;
use crate::counts::Counts;
use crate::grid::Grid;

/// α: of the cells that are called significant, the share that is so by chance.
pub(crate) const FALSE_DISCOVERY_SHARE: f64 = 0.05;
/// The cut is looser by this: far above the error of p, so that a p that is out of order in its last digits is still compared itself.
const CUT_MARGIN: f64 = 1.0 + 1e-9;

/// p and q of a disk.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Figures {
    pub(crate) p_value: f64,
    pub(crate) q_value: f64,
}

/// A significant cell.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Significant {
    pub(crate) cell: u32,
    pub(crate) figures: Figures,
}

/// p and q of every cell of the grid.
pub(crate) fn all_figures(grid: &Grid, counts: &Counts) -> Vec<Figures> {
    let test = TailTest::new(counts.totals(), grid.len());
    let p_values = grid.cells().zip(counts.disks()).filter(|(_, weight)| **weight > 0);
    let p_values = p_values.map(|(cell, &weight)| (cell, test.p(grid.disk_size(cell), weight))).collect();
    let mut figures = vec![Figures { p_value: 1.0, q_value: 1.0 }; grid.len()];
    for judged in judge(p_values, grid.len()) {
        figures.get_mut(judged.cell as usize).into_iter().for_each(|figures| *figures = judged.figures);
    }
    figures
}

/// The significant cells, ascending.
pub(crate) fn significant(grid: &Grid, counts: &Counts) -> Vec<Significant> {
    let test = TailTest::new(counts.totals(), grid.len());
    let mut groups = Group::above_expectation(grid, counts);
    let mut kept = groups.iter().map(|group| group.disks.len()).sum::<usize>();
    let bound_for = |kept: usize| FALSE_DISCOVERY_SHARE * kept as f64 / grid.len() as f64 * CUT_MARGIN;
    groups.iter_mut().for_each(|group| group.sort(&test, bound_for(kept)));
    loop {
        let bound = bound_for(kept);
        groups.iter_mut().for_each(|group| group.cut(&test, bound));
        let left = groups.iter().map(|group| group.disks.len()).sum::<usize>();
        if left == kept {
            break;
        }
        kept = left;
    }
    let mut judged = judge(groups.iter().flat_map(|group| group.p_values(&test)).collect(), grid.len());
    judged.retain(|judged| judged.figures.q_value <= FALSE_DISCOVERY_SHARE);
    judged.sort_unstable_by_key(|judged| judged.cell);
    judged
}

/// The disks of one size, by falling weight: p rises along them.
struct Group {
    size: usize,
    /// Weight and cell.
    disks: Vec<(u64, u32)>,
}

impl Group {
    /// The disks above expectation. p of the others is above α: the median of a binomial is at most its mean rounded up.
    fn above_expectation(grid: &Grid, counts: &Counts) -> Vec<Group> {
        let (n, total) = (grid.len() as u64, counts.totals().weight);
        let mut groups: Vec<Group> = Vec::new();
        for (cell, &weight) in grid.cells().zip(counts.disks()) {
            if weight == 0 {
                continue;
            }
            let size = grid.disk_size(cell);
            if weight * n <= total * size as u64 {
                continue;
            }
            match groups.iter_mut().find(|group| group.size == size) {
                Some(group) => group.disks.push((weight, cell)),
                None => groups.push(Group { size, disks: vec![(weight, cell)] }),
            }
        }
        groups
    }

    /// Sorts the disks whose p is within a bound. Most are not: of many the bound's weight is found first, without sorting them.
    fn sort(&mut self, test: &TailTest, bound: f64) {
        const MANY: usize = 64;
        if self.disks.len() > MANY {
            let most = self.disks.iter().map(|disk| disk.0).max().unwrap_or(0);
            let least = least_weight_within(test, self.size, bound, most);
            self.disks.retain(|disk| disk.0 >= least);
        }
        self.disks.sort_unstable_by_key(|&(weight, cell)| (u64::MAX - weight, cell));
    }

    /// Leaves out the disks whose p exceeds a bound.
    fn cut(&mut self, test: &TailTest, bound: f64) {
        let end = self.disks.partition_point(|&(weight, _)| test.p(self.size, weight) <= bound);
        self.disks.truncate(end);
    }

    /// Cells and their p; disks of one weight share one computation.
    fn p_values(&self, test: &TailTest) -> Vec<(u32, f64)> {
        let equal_weights = self.disks.chunk_by(|a, b| a.0 == b.0);
        let with_p = equal_weights.filter_map(|disks| Some((disks, test.p(self.size, disks.first()?.0))));
        with_p.flat_map(|(disks, p)| disks.iter().map(move |&(_, cell)| (cell, p))).collect()
    }
}

/// The least weight of a disk, up to `most`, whose p is within a bound; above `most` if there is none.
fn least_weight_within(test: &TailTest, size: usize, bound: f64, most: u64) -> u64 {
    let (mut least, mut above) = (1, most + 1);
    while least < above {
        let middle = least + (above - least) / 2;
        if test.p(size, middle) <= bound {
            above = middle;
        } else {
            least = middle + 1;
        }
    }
    least
}

/// q of cells that hold the least p of `cell_count` cells; right where the p that are left out make no q smaller.
fn judge(mut p: Vec<(u32, f64)>, cell_count: usize) -> Vec<Significant> {
    p.sort_unstable_by(|a, b| a.1.total_cmp(&b.1).then(a.0.cmp(&b.0)));
    let mut least = 1.0_f64;
    let ranked = p.into_iter().enumerate().rev();
    let judged = ranked.map(|(before, (cell, p_value))| {
        least = least.min(p_value * cell_count as f64 / (before + 1) as f64);
        Significant { cell, figures: Figures { p_value, q_value: least } }
    });
    judged.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn counted(grid: &Grid, incidents: &[(u32, u16)]) -> Counts {
        let mut counts = Counts::new(grid);
        incidents.iter().for_each(|&(cell, weight)| counts.add(grid, cell, weight));
        counts
    }

    /// Many in one corner, some anywhere.
    fn incidents() -> impl Strategy<Value = Vec<(u32, u16)>> {
        let corner =
            prop::collection::vec((prop::sample::select(vec![0_u32, 1, 2, 20, 21, 22, 41]), 1_u16..=1_000), 0..25);
        let anywhere = prop::collection::vec((0_u32..400, prop_oneof![Just(1_000_u16), 1_u16..=1_000]), 0..80);
        (corner, anywhere).prop_map(|(corner, anywhere)| [corner, anywhere].concat())
    }

    proptest! {
        #[test]
        fn shortcut_gives_the_bits_of_the_whole(incidents in incidents()) {
            let grid = Grid::hexagons(20, 20);
            let counts = counted(&grid, &incidents);

            let all = all_figures(&grid, &counts);

            let expected: Vec<Significant> = grid.cells().zip(all)
                .filter(|(_, figures)| figures.q_value <= FALSE_DISCOVERY_SHARE)
                .map(|(cell, figures)| Significant { cell, figures })
                .collect();
            prop_assert_eq!(significant(&grid, &counts), expected);
        }

        #[test]
        fn q_is_the_statement_of_benjamini_and_hochberg(incidents in incidents()) {
            let grid = Grid::hexagons(20, 20);
            let counts = counted(&grid, &incidents);

            let all = all_figures(&grid, &counts);

            for figures in &all {
                let beyond = all.iter().filter(|other| other.p_value >= figures.p_value);
                let rank = |p: f64| all.iter().filter(|other| other.p_value <= p).count() as f64;
                let q = beyond.map(|other| other.p_value * all.len() as f64 / rank(other.p_value)).fold(1.0, f64::min);
                prop_assert!((figures.q_value - q).abs() <= 1e-15 * q);
            }
        }
    }

    #[test]
    fn nothing_counted_is_nothing_significant() {
        let grid = Grid::hexagons(20, 20);
        let counts = Counts::new(&grid);

        assert!(significant(&grid, &counts).is_empty());
        assert!(all_figures(&grid, &counts).iter().all(|f| f.p_value.to_bits() == 1_f64.to_bits() && f.q_value >= 1.0));
    }

    #[test]
    fn a_crowded_corner_is_significant_and_the_rest_is_not() {
        let grid = Grid::hexagons(20, 20);
        let scattered = (0..40).map(|index| (index * 10 + 5, 1_000));
        let crowd = std::iter::repeat_n((21, 900), 12);
        let counts = counted(&grid, &scattered.chain(crowd).collect::<Vec<_>>());

        let cells: Vec<u32> = significant(&grid, &counts).iter().map(|found| found.cell).collect();

        assert_eq!(cells, grid.disk(21));
    }
}
