//! What filters look at: an alert as its reader may see it, in a form that is quick to compare.
//!
//! Never: anything that `access` takes out. Where an alert is reduced its cells are gone, and it is looked for by the cover of its county, so
//! that no filter can find out where it was, and no centre of the county misses it.
use std::borrow::Borrow;
use std::cmp::Ordering;
use std::collections::BTreeSet;
use std::sync::Arc;

use api::domain::v1;
use domain::{Category, Cell, CountyNumber, Family};
use geography::{County, cell_index};

use crate::cells::CellSet;

/// What filters look at.
#[derive(Clone, Debug)]
pub(crate) struct Facets {
    pub(crate) county: Option<CountyNumber>,
    pub(crate) category: Option<Category>,
    pub(crate) family: Option<Family>,
    /// Its number on the wire.
    pub(crate) severity: i32,
    pub(crate) cells: Arc<AlertCells>,
}

impl Facets {
    /// Of an alert as permitted.
    pub(crate) fn of(alert: &v1::Alert, known: &mut KnownCells) -> Self {
        let county = County::from_name(&alert.county).map(County::number);
        Self {
            county,
            category: Category::from_number(alert.category),
            family: Family::from_number(alert.family),
            severity: alert.severity,
            cells: if alert.cells.is_empty() { known.cover(county) } else { known.take(&alert.cells) },
        }
    }
}

/// Cells as an alert says them, and ready to be compared.
#[derive(Debug)]
pub(crate) struct AlertCells {
    pub(crate) texts: Vec<String>,
    pub(crate) set: CellSet,
}

/// Cells that alerts have had. Alerts of one county or cell share theirs: a cover is hundreds of texts.
#[derive(Debug, Default)]
pub(crate) struct KnownCells(BTreeSet<ByTexts>);

impl KnownCells {
    /// The cells with these texts. What is no cell is shown as it is, and overlaps nothing.
    pub(crate) fn take(&mut self, texts: &[String]) -> Arc<AlertCells> {
        if let Some(known) = self.0.get(texts) {
            return Arc::clone(&known.0);
        }
        let cells = texts.iter().filter_map(|text| cell_index(text.parse::<Cell>().ok()?));
        let taken = Arc::new(AlertCells { texts: texts.to_vec(), set: CellSet::new(cells) });
        self.0.insert(ByTexts(Arc::clone(&taken)));
        taken
    }

    fn cover(&mut self, county: Option<CountyNumber>) -> Arc<AlertCells> {
        let texts: Vec<String> = alerting::cover(county).iter().map(Cell::to_string).collect();
        self.take(&texts)
    }
}

#[derive(Debug)]
struct ByTexts(Arc<AlertCells>);

impl Borrow<[String]> for ByTexts {
    fn borrow(&self) -> &[String] {
        &self.0.texts
    }
}

impl Ord for ByTexts {
    fn cmp(&self, other: &Self) -> Ordering {
        self.0.texts.cmp(&other.0.texts)
    }
}

impl PartialOrd for ByTexts {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for ByTexts {
    fn eq(&self, other: &Self) -> bool {
        self.0.texts == other.0.texts
    }
}

impl Eq for ByTexts {}
