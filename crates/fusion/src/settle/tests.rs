//! Settling against a plain reading of its definition: all pairs looked at again before each merge.
use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;

/// Units by (reports, whether frozen).
type Drawn = Vec<(u8, bool)>;
/// Nats by two places.
type Nats = BTreeMap<(usize, usize), i32>;
/// Sum and number of pairs between two clusters, their least reports, their places.
type Best = ((i64, i64), (ReportId, ReportId), usize, usize);

/// Few values, so that means are often equal.
fn instances() -> impl Strategy<Value = (Drawn, Nats)> {
    let units = proptest::collection::vec((1_u8..=3, proptest::bool::weighted(0.2)), 1..9);
    units.prop_flat_map(|units| {
        let count = units.len();
        let pairs = proptest::collection::btree_map(
            (0..count, 0..count),
            prop_oneof![-5_i32..=4, 1_i32..=4],
            0..=3 * count * count,
        );
        (Just(units), pairs)
    })
}

fn unit(index: usize, (node_count, frozen): (u8, bool)) -> Unit {
    // Ids run against the order of the list, so that a tie which falls to the place instead of the id shows.
    let least = ReportId::from_bytes([u8::try_from(200 - index).unwrap(); 16]);
    let nodes = (0..node_count).map(|number| Node::new(u32::try_from(index).unwrap() * 10 + u32::from(number)));
    Unit { nodes: nodes.collect(), least, occurred_at: Timestamp::LEAST, frozen }
}

fn links(pairs: &Nats) -> Vec<Link> {
    let nats = |((a, b), weight): (&(usize, usize), &i32)| Link { a: *a, b: *b, weight: weight * NAT };
    pairs.iter().filter(|((a, b), _)| a < b).map(nats).collect()
}

/// The sum over all pairs of reports, and their number.
fn between(units: &[Unit], links: &[Link], a: &[usize], b: &[usize]) -> (i64, i64) {
    let count = |units_of: &[usize]| units_of.iter().map(|unit| units[*unit].nodes.len() as i64).sum::<i64>();
    let crosses =
        |link: &&Link| (a.contains(&link.a) && b.contains(&link.b)) || (a.contains(&link.b) && b.contains(&link.a));
    let above_floor: i64 = links.iter().filter(crosses).map(|link| i64::from(link.weight - WEIGHT_FLOOR)).sum();
    let pairs = count(a) * count(b);
    (above_floor + pairs * i64::from(WEIGHT_FLOOR), pairs)
}

fn by_definition(units: &[Unit], links: &[Link]) -> Vec<Vec<usize>> {
    let mut clusters: Vec<Vec<usize>> = (0..units.len()).map(|unit| vec![unit]).collect();
    let least = |cluster: &[usize]| cluster.iter().map(|unit| units[*unit].least).min().unwrap();
    let is_frozen = |cluster: &[usize]| cluster.iter().any(|unit| units[*unit].frozen);
    loop {
        let mut best: Option<Best> = None;
        for a in 0..clusters.len() {
            for b in a + 1..clusters.len() {
                let (sum, pairs) = between(units, links, &clusters[a], &clusters[b]);
                if sum <= 0 || (is_frozen(&clusters[a]) && is_frozen(&clusters[b])) {
                    continue;
                }
                let (here, there) = (least(&clusters[a]), least(&clusters[b]));
                let names = (here.min(there), here.max(there));
                let wins = best.is_none_or(|((most, of), known, ..)| {
                    let order = (sum * of).cmp(&(most * pairs));
                    order.is_gt() || (order.is_eq() && names < known)
                });
                if wins {
                    best = Some(((sum, pairs), names, a, b));
                }
            }
        }
        let Some((_, _, a, b)) = best else { return clusters };
        let absorbed = clusters.remove(b);
        clusters[a].extend(absorbed);
    }
}

fn sorted(mut clusters: Vec<Vec<usize>>) -> Vec<Vec<usize>> {
    clusters.iter_mut().for_each(|cluster| cluster.sort_unstable());
    clusters.sort();
    clusters
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn settling_is_what_its_definition_says((drawn, pairs) in instances()) {
        let units: Vec<Unit> = drawn.into_iter().enumerate().map(|(index, drawn)| unit(index, drawn)).collect();
        let links = links(&pairs);
        prop_assert_eq!(sorted(settle(&units, links.clone())), sorted(by_definition(&units, &links)));
    }
}
