//! A filter of the wire in, a checked one out; and whether an alert matches it.
//!
//! Guarantees: every fault is told at once, an unknown county with the nearest names; an area never resolves to nothing, so a cell that is
//! none, or that touches no ground alerts come from, is a fault. Two filters that mean the same have the same hash, so that a cursor goes on
//! with either.
//!
//! Never: a look at what `access` takes out; see `facets`.
use std::sync::LazyLock;

use api::alert::v1;
use domain::{Category, Cell, CountyNumber, Family, Severity, Violation};
use geography::{County, cell_index, normalise_name};
use h3o::{CellIndex, Resolution};
use prost::Message;
use sha2::{Digest, Sha256};

use crate::cells::CellSet;
use crate::facets::Facets;

/// Cells of one filter. The cover of any county has fewer.
const CELLS_MAX: usize = 1_000;
/// Counties or categories of one filter.
const WORDS_MAX: usize = 100;
/// Names that are told for a county that is not known.
const NEAREST_NAMES: usize = 3;
/// Characters of a text that are shown in a fault.
const SHOWN_CHARS_MAX: usize = 64;

/// Bytes of a filter's hash.
pub(crate) const HASH_BYTES: usize = 16;

/// Tells filters apart.
pub(crate) type FilterHash = [u8; HASH_BYTES];

/// Which alerts. Every condition that is set must hold.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Filter {
    /// Ascending, no duplicates; empty: all.
    counties: Vec<CountyNumber>,
    /// Empty: all.
    cells: CellSet,
    /// Ascending, no duplicates; empty: all.
    categories: Vec<Category>,
    /// The families of these categories.
    families: Vec<Family>,
    severity_min: Option<Severity>,
}

impl Filter {
    /// Checks a filter.
    pub(crate) fn parse(filter: &v1::AlertFilter, faults: &mut Vec<Violation>) -> Self {
        let categories = parse_categories(&filter.categories, faults);
        let mut families: Vec<Family> = categories.iter().filter_map(|category| category.family()).collect();
        families.dedup();
        Self {
            counties: parse_counties(&filter.counties, faults),
            cells: parse_cells(&filter.cells, faults),
            categories,
            families,
            severity_min: parse_severity(filter.severity_min, faults),
        }
    }

    /// Whether an alert is asked for, by what its reader may see of it.
    pub(crate) fn matches(&self, alert: &Facets) -> bool {
        self.matches_severity(alert)
            && self.matches_category(alert)
            && self.matches_county(alert)
            && self.matches_cells(alert)
    }

    /// The same for every filter that means the same.
    pub(crate) fn hash(&self) -> FilterHash {
        let canonical = self.canonical().encode_to_vec();
        let mut hash = FilterHash::default();
        hash.iter_mut().zip(Sha256::digest(canonical)).for_each(|(to, from)| *to = from);
        hash
    }

    /// The one form of all filters that mean this.
    pub(crate) fn canonical(&self) -> v1::AlertFilter {
        v1::AlertFilter {
            counties: self.counties.iter().map(|county| County::from(*county).name().to_owned()).collect(),
            cells: self.cells.cells().iter().map(|cell| Cell::new((*cell).into()).to_string()).collect(),
            categories: self.categories.iter().map(|category| category.number()).collect(),
            severity_min: self.severity_min.map_or(0, Severity::number),
        }
    }

    fn matches_severity(&self, alert: &Facets) -> bool {
        self.severity_min.is_none_or(|least| alert.severity >= least.number())
    }

    fn matches_category(&self, alert: &Facets) -> bool {
        self.categories.is_empty()
            || alert.category.is_some_and(|category| self.categories.contains(&category))
            || alert.family.is_some_and(|family| self.families.contains(&family))
    }

    fn matches_county(&self, alert: &Facets) -> bool {
        self.counties.is_empty() || alert.county.is_some_and(|county| self.counties.contains(&county))
    }

    fn matches_cells(&self, alert: &Facets) -> bool {
        self.cells.cells().is_empty() || self.cells.overlaps(&alert.cells.set)
    }
}

/// Where alerts can come from: the territory.
static GROUND: LazyLock<CellSet> =
    LazyLock::new(|| CellSet::new(alerting::cover(None).iter().filter_map(|cell| cell_index(*cell))));

fn parse_categories(numbers: &[i32], faults: &mut Vec<Violation>) -> Vec<Category> {
    let mut categories = Vec::new();
    for (index, number) in bounded("filter.categories", numbers, WORDS_MAX, faults).iter().enumerate() {
        match Category::from_number(*number) {
            Some(category) => categories.push(category),
            None => faults
                .push(Violation::new(&format!("filter.categories[{index}]"), format!("{number} is not in the list"))),
        }
    }
    sorted(categories)
}

fn parse_counties(names: &[String], faults: &mut Vec<Violation>) -> Vec<CountyNumber> {
    let mut counties = Vec::new();
    for (index, name) in bounded("filter.counties", names, WORDS_MAX, faults).iter().enumerate() {
        match County::from_name(name) {
            Some(county) => counties.push(county.number()),
            None => faults.push(Violation::new(&format!("filter.counties[{index}]"), unknown_county(name))),
        }
    }
    sorted(counties)
}

fn unknown_county(name: &str) -> String {
    let shown = shown(name);
    let wanted = normalise_name(&shown);
    let mut ranked: Vec<(f64, &'static str)> = County::all()
        .map(|county| (strsim::jaro_winkler(&wanted, &normalise_name(county.name())), county.name()))
        .collect();
    ranked.sort_by(|one, other| other.0.total_cmp(&one.0).then_with(|| one.1.cmp(other.1)));
    let nearest: Vec<&str> = ranked.into_iter().take(NEAREST_NAMES).map(|(_, name)| name).collect();
    format!("{shown:?} is not one of the 47 counties; nearest: {}", nearest.join(", "))
}

fn parse_cells(texts: &[String], faults: &mut Vec<Violation>) -> CellSet {
    let mut cells = Vec::new();
    for (index, text) in bounded("filter.cells", texts, CELLS_MAX, faults).iter().enumerate() {
        match parse_cell(text) {
            Ok(cell) => cells.push(cell),
            Err(fault) => faults.push(Violation::new(&format!("filter.cells[{index}]"), fault)),
        }
    }
    CellSet::new(cells)
}

fn parse_cell(text: &str) -> Result<CellIndex, String> {
    let cell = text.parse::<Cell>().ok().and_then(cell_index);
    let cell = cell.ok_or_else(|| format!("{:?} is not the hexadecimal index of an H3 cell", shown(text)))?;
    if cell.resolution() > Resolution::Nine {
        return Err(format!(
            "{text:?} has resolution {}; give its parent of resolution 9 or coarser",
            cell.resolution()
        ));
    }
    if !GROUND.overlaps(&CellSet::new([cell])) {
        return Err(format!("{text:?} does not touch Kenya or the 100 km around it"));
    }
    Ok(cell)
}

fn parse_severity(number: i32, faults: &mut Vec<Violation>) -> Option<Severity> {
    let severity = Severity::from_number(number);
    if severity.is_none() && number != 0 {
        faults.push(Violation::new("filter.severity_min", format!("{number} is not in the list")));
    }
    severity
}

/// The entries that are looked at; more is a fault.
fn bounded<'entries, T>(
    field: &str,
    entries: &'entries [T],
    most: usize,
    faults: &mut Vec<Violation>,
) -> &'entries [T] {
    if entries.len() > most {
        faults.push(Violation::new(field, format!("has {} entries, at most {most}", entries.len())));
    }
    entries.get(..most).unwrap_or(entries)
}

fn shown(text: &str) -> String {
    text.chars().take(SHOWN_CHARS_MAX).collect()
}

fn sorted<T: Ord>(mut words: Vec<T>) -> Vec<T> {
    words.sort_unstable();
    words.dedup();
    words
}

#[cfg(test)]
mod tests;
