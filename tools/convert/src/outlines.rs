//! County polygons in, reduced rings for drawing out; borders that two counties share stay shared.
//!
//! Rings are cut into arcs where three borders meet, each arc is reduced once (Ramer 1972; Douglas and Peucker 1973) from the same end
//! whichever county it is seen from, and the rings are put together again. Fit for pictures of the country; never for asking who owns a point.
use std::collections::{BTreeMap, BTreeSet};

use crate::{
    polygon::{Corner, Ground, Shape},
    table::Lines,
};

/// About 450 m: half a pixel where the country is 1 000 pixels wide.
const TOLERANCE_DEGREES: f64 = 0.004;
/// A ring smaller than this in both directions is an islet that no picture of the country shows.
const ISLET_DEGREES: f64 = 0.01;
const TURKANA: u8 = 23;

/// A corner as a key, in 1/100 000 degree: the sources have five decimals.
type Key = (i64, i64);

pub(crate) fn lines(ground: &Ground) -> Lines {
    let junctions = junctions(&ground.counties);
    let mut rows = Vec::new();
    for (number, shape) in &ground.counties {
        rows.extend(rings(shape, &junctions).map(|ring| row(*number, false, &ring)));
    }
    rows.extend(rings(&ground.ilemi, &BTreeSet::new()).map(|ring| row(TURKANA, true, &ring)));
    Lines { columns: &["county", "disputed", "ring"], rows }
}

fn row(number: u8, disputed: bool, ring: &[Corner]) -> Vec<String> {
    let corners: Vec<String> = ring.iter().map(|(lng, lat)| format!("{lng:.4} {lat:.4}")).collect();
    vec![number.to_string(), u8::from(disputed).to_string(), corners.join(",")]
}

fn rings(shape: &Shape, junctions: &BTreeSet<Key>) -> impl Iterator<Item = Vec<Corner>> {
    let shown = shape.rings().iter().filter(|ring| extent(ring) > ISLET_DEGREES);
    shown.map(|ring| reduced_ring(ring, junctions)).filter(|ring| ring.len() > 3)
}

fn extent(ring: &[Corner]) -> f64 {
    let span = |pick: fn(&Corner) -> f64| {
        let (least, most) =
            ring.iter().map(pick).fold((f64::INFINITY, f64::NEG_INFINITY), |(a, b), at| (a.min(at), b.max(at)));
        most - least
    };
    span(|corner| corner.0).max(span(|corner| corner.1))
}

fn key((lng, lat): Corner) -> Key {
    ((lng * 1e5).round() as i64, (lat * 1e5).round() as i64)
}

/// Corners that have other neighbours in another ring: there, one border becomes two.
fn junctions(counties: &[(u8, Shape)]) -> BTreeSet<Key> {
    let mut neighbours: BTreeMap<Key, BTreeSet<Key>> = BTreeMap::new();
    for (a, b) in counties.iter().flat_map(|(_, shape)| shape.segments()) {
        neighbours.entry(key(a)).or_default().insert(key(b));
        neighbours.entry(key(b)).or_default().insert(key(a));
    }
    neighbours.into_iter().filter(|(_, others)| others.len() > 2).map(|(corner, _)| corner).collect()
}

/// The ring starts at its least junction (or its least corner), so that the same border gives the same arcs in every county.
fn reduced_ring(ring: &[Corner], junctions: &BTreeSet<Key>) -> Vec<Corner> {
    let mut open = ring.to_vec();
    open.pop();
    let is_end = |corner: &Corner| junctions.contains(&key(*corner));
    let rank = |(_, corner): &(usize, &Corner)| (!is_end(corner), key(**corner));
    let start = open.iter().enumerate().min_by_key(rank).map_or(0, |(index, _)| index);
    open.rotate_left(start);
    open.extend(open.first().copied());
    let mut reduced = Vec::new();
    let mut arc: Vec<Corner> = Vec::new();
    for corner in open {
        arc.push(corner);
        if arc.len() > 1 && is_end(&corner) {
            append_arc(&mut reduced, &arc);
            arc = vec![corner];
        }
    }
    append_arc(&mut reduced, &arc);
    reduced
}

fn append_arc(ring: &mut Vec<Corner>, arc: &[Corner]) {
    let skip = usize::from(!ring.is_empty());
    ring.extend(reduced_arc(arc).into_iter().skip(skip));
}

/// Reduces from the lesser end, so that both counties of a border drop the same corners.
fn reduced_arc(arc: &[Corner]) -> Vec<Corner> {
    let (Some(first), Some(last)) = (arc.first(), arc.last()) else { return Vec::new() };
    if key(*first) <= key(*last) {
        return reduced(arc);
    }
    let backwards: Vec<Corner> = arc.iter().rev().copied().collect();
    reduced(&backwards).into_iter().rev().collect()
}

fn reduced(arc: &[Corner]) -> Vec<Corner> {
    let (Some(first), Some(last)) = (arc.first().copied(), arc.last().copied()) else { return Vec::new() };
    let inner = arc.iter().enumerate().take(arc.len() - 1).skip(1);
    let farthest =
        inner.map(|(index, corner)| (index, offset(*corner, first, last))).max_by(|a, b| a.1.total_cmp(&b.1));
    match farthest {
        Some((index, distance)) if distance > TOLERANCE_DEGREES => {
            let (before, after) = (arc.get(..=index).unwrap_or(arc), arc.get(index..).unwrap_or(arc));
            let mut whole = reduced(before);
            whole.extend(reduced(after).into_iter().skip(1));
            whole
        }
        Some(_) | None => arc.first().into_iter().chain(arc.last().filter(|_| arc.len() > 1)).copied().collect(),
    }
}

/// The distance from a corner to the segment from `a` to `b`, in degrees; on the equator both axes are alike.
fn offset(corner: Corner, a: Corner, b: Corner) -> f64 {
    let (dx, dy) = (b.0 - a.0, b.1 - a.1);
    let length_squared = dx * dx + dy * dy;
    let along =
        if length_squared > 0.0 { ((corner.0 - a.0) * dx + (corner.1 - a.1) * dy) / length_squared } else { 0.0 };
    let along = along.clamp(0.0, 1.0);
    (corner.0 - a.0 - along * dx).hypot(corner.1 - a.1 - along * dy)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn straight_run_of_corners_becomes_two() {
        let arc: Vec<Corner> = (0..10).map(|step| (f64::from(step), 0.0)).collect();

        assert_eq!(reduced(&arc), [(0.0, 0.0), (9.0, 0.0)]);
    }

    #[test]
    fn corner_off_the_line_is_kept() {
        assert_eq!(reduced(&[(0.0, 0.0), (1.0, 1.0), (2.0, 0.0)]).len(), 3);
    }

    #[test]
    fn border_is_reduced_alike_from_both_ends() {
        let arc: Vec<Corner> =
            (0..50).map(|step| (f64::from(step) / 50.0, (f64::from(step * step % 17)) / 1_000.0)).collect();
        let backwards: Vec<Corner> = arc.iter().rev().copied().collect();

        let mut other = reduced_arc(&backwards);
        other.reverse();

        assert_eq!(reduced_arc(&arc), other);
    }
}
