//! The masks: how large, how they hang together, and what their cells belong to.
use geography::{County, MaskResolution, mask};
use h3o::CellIndex;

#[test]
fn mask_has_as_many_cells_as_kenya_is_large() {
    // Kenya with its lakes has about 592 000 km², and the two rings some more at each resolution.
    for (resolution, least, most) in [
        (MaskResolution::Five, 2_500, 3_400),
        (MaskResolution::Six, 16_000, 19_000),
        (MaskResolution::Seven, 108_000, 122_000),
    ] {
        let count = mask(resolution).len();
        println!("{resolution:?} {count}");
        assert!((least..=most).contains(&count), "{resolution:?}: {count}");
    }
}

#[test]
fn cells_ascend_and_are_found_at_their_index() {
    for resolution in MaskResolution::ALL {
        let mask = mask(resolution);
        assert!(mask.cells().is_sorted_by(|a, b| a < b));
        for (index, cell) in mask.cells().iter().enumerate() {
            assert_eq!(mask.index_of(*cell), Some(index));
        }
    }
}

#[test]
fn disks_ascend_hold_their_cell_and_are_symmetric() {
    for resolution in MaskResolution::ALL {
        let mask = mask(resolution);
        for index in 0..mask.len() {
            let disk = mask.disk(index);
            assert!(disk.is_sorted_by(|a, b| a < b) && disk.contains(&(index as u32)) && disk.len() <= 7);
            assert!(
                disk.iter().all(|near| mask.disk(*near as usize).contains(&(index as u32))),
                "{resolution:?} {index}"
            );
        }
    }
}

#[test]
fn disk_is_what_h3_says_within_the_mask() {
    let mask = mask(MaskResolution::Six);
    for (index, cell) in mask.cells().iter().enumerate().step_by(7) {
        let mut expected: Vec<CellIndex> = cell.grid_disk(1);
        expected.retain(|near| mask.contains(*near));
        expected.sort_unstable();
        let disk: Vec<CellIndex> = mask.disk(index).iter().map(|near| mask.cells()[*near as usize]).collect();
        assert_eq!(disk, expected);
    }
}

#[test]
fn cell_in_kenya_has_two_whole_rings() {
    let mask = mask(MaskResolution::Six);
    let inside = |cell: &&CellIndex| geography::county_of(geography::cell_centre(**cell)).is_some();
    let mut inside_count = 0;
    for cell in mask.cells().iter().filter(inside) {
        inside_count += 1;
        assert!(cell.grid_disk::<Vec<CellIndex>>(2).into_iter().all(|near| mask.contains(near)), "{cell}");
    }
    assert!(inside_count > 15_000, "{inside_count}");
}

#[test]
fn cell_outside_kenya_is_within_two_rings_of_it() {
    let mask = mask(MaskResolution::Five);
    let is_in_kenya = |cell: &CellIndex| geography::county_of(geography::cell_centre(*cell)).is_some();
    for cell in mask.cells() {
        assert!(cell.grid_disk::<Vec<CellIndex>>(2).iter().any(is_in_kenya), "{cell}");
    }
}

#[test]
fn every_county_has_cells_in_each_mask() {
    for resolution in MaskResolution::ALL {
        let mask = mask(resolution);
        let mut counts = [0_usize; 48];
        for index in 0..mask.len() {
            counts[mask.county(index).map_or(0, |county: County| usize::from(county.number().get()))] += 1;
        }
        assert!(counts.iter().skip(1).all(|count| *count > 0), "{resolution:?} {counts:?}");
    }
}

#[test]
fn neighbouring_kenya_beyond_10_km_has_no_county() {
    let mask = mask(MaskResolution::Five);
    let without = (0..mask.len()).filter(|index| mask.county(*index).is_none()).count();

    assert!(without > 100, "{without}");
    assert_eq!(mask.county(mask.len()), None);
    assert!(mask.disk(mask.len()).is_empty());
}
