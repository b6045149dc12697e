//! The text of a GED file in; events, and what is wrong with which line, out.
//!
//! Columns are found by their names, in any order; those that nobody needs may be missing. A line is that of the row's first letter, so that
//! an editor finds it though rows may have line breaks in quotes.
//! Never: a row that vanishes; it is an event, a problem, or the one row of tags.
use std::{collections::BTreeSet, fmt, str::FromStr};

use csv::StringRecord;
use domain::{Category, LocalDay, Meters, Occurrence, Point};
use geography::County;

use super::{mapping, precision};

/// An event of the set, as far as it goes into reports.
#[derive(Clone, Debug, PartialEq)]
pub struct GedEvent {
    /// Line of the file, from 1.
    pub line: u64,
    /// GED's id of the event.
    pub id: String,
    /// What kind of event.
    pub category: Category,
    /// When: a day, or a middle with half its length.
    pub occurrence: Occurrence,
    /// GED's coordinates: of the named place, or of a region.
    pub point: Point,
    /// Radius that holds the truth in 68 of 100 cases; above 25 km the place is an area.
    pub uncertainty: Meters,
    /// True if the coordinates stand for a place; false if for a region.
    pub is_point: bool,
    /// The county that the set names, or that a region's point is in; `None` abroad.
    pub county: Option<County>,
    /// The country by the set's coder; not always the one that the point is in.
    pub country: String,
    /// Dead by the best estimate. `None` if that is 0: then deaths are only in the high one, and nobody knows.
    pub killed: Option<u32>,
}

/// Something about a line that the user should know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GedNote {
    /// Line of the file, from 1.
    pub line: u64,
    /// What, without a full stop.
    pub text: String,
}

impl fmt::Display for GedNote {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "line {}: {}", self.line, self.text)
    }
}

/// What a file holds.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct GedReading {
    /// In the order of the file.
    pub events: Vec<GedEvent>,
    /// Rows that were left out, and why.
    pub problems: Vec<GedNote>,
    /// Rows that were taken although something about them is odd.
    pub warnings: Vec<GedNote>,
}

/// Columns that every row must have.
const NEEDED: [&str; 6] = ["id", "type_of_violence", "latitude", "longitude", "date_start", "best"];
/// Letters of a date; a time part after it says nothing.
const DATE_LETTERS: usize = 10;

/// Reads a file in either layout. Linear in its size.
///
/// ```
/// let text = "id,type_of_violence,side_a,side_b,latitude,longitude,date_start,best,low,high\n\
///             7,2,A,B,1.18251,36.10395,2014-05-01 00:00:00.000,4,4,4\n";
/// let reading = scenario::ged::read(text);
/// assert_eq!(reading.events.len(), 1);
/// assert_eq!(reading.events[0].category, domain::Category::Banditry);
/// ```
#[must_use]
pub fn read(text: &str) -> GedReading {
    let mut reading = GedReading::default();
    let text = text.trim_start_matches('\u{feff}');
    let mut rows = csv::ReaderBuilder::new().flexible(true).from_reader(text.as_bytes());
    let columns = match rows.headers() {
        Ok(header) => Columns(header.iter().map(|name| name.trim().to_lowercase()).collect()),
        Err(error) => return reading.with_problem(1, error.to_string()),
    };
    let missing: Vec<&str> = NEEDED.into_iter().filter(|name| columns.index(name).is_none()).collect();
    if !missing.is_empty() {
        return reading.with_problem(1, format!("the header has no column {}", missing.join(", ")));
    }
    let mut ids = BTreeSet::new();
    for record in rows.records() {
        match record {
            Ok(record) => reading.take(&Row { columns: &columns, record: &record }, &mut ids),
            Err(error) => {
                let line = error.position().map_or(0, csv::Position::line);
                reading = reading.with_problem(line, error.to_string());
            }
        }
    }
    reading
}

impl GedReading {
    fn with_problem(mut self, line: u64, text: String) -> Self {
        self.problems.push(GedNote { line, text });
        self
    }

    fn take(&mut self, row: &Row<'_>, ids: &mut BTreeSet<String>) {
        if row.is_tags() || row.is_blank() {
            return;
        }
        let line = row.line();
        match row.event() {
            Ok(event) if !ids.insert(event.id.clone()) => {
                self.problems.push(GedNote { line, text: format!("the id {} stands in an earlier row too", event.id) });
            }
            Ok(event) => {
                let warnings = row.warnings().into_iter().map(|text| GedNote { line, text });
                self.warnings.extend(warnings);
                self.events.push(event);
            }
            Err(text) => self.problems.push(GedNote { line, text }),
        }
    }
}

/// Names of the columns, in lowercase.
struct Columns(Vec<String>);

impl Columns {
    fn index(&self, name: &str) -> Option<usize> {
        self.0.iter().position(|known| known == name)
    }
}

struct Row<'a> {
    columns: &'a Columns,
    record: &'a StringRecord,
}

impl<'a> Row<'a> {
    fn line(&self) -> u64 {
        self.record.position().map_or(0, csv::Position::line)
    }

    /// The row of HXL tags: no id, and words that begin with '#'.
    fn is_tags(&self) -> bool {
        self.text("id").is_none_or(|id| id.starts_with('#'))
            && self.record.iter().any(|field| field.trim().starts_with('#'))
    }

    fn is_blank(&self) -> bool {
        self.record.iter().all(|field| field.trim().is_empty())
    }

    /// A field with something in it.
    fn text(&self, column: &str) -> Option<&'a str> {
        let field = self.record.get(self.columns.index(column)?)?.trim();
        (!field.is_empty()).then_some(field)
    }

    fn needed<Value: FromStr>(&self, column: &str) -> Result<Value, String> {
        let text = self.text(column).ok_or_else(|| format!("{column} is empty"))?;
        text.parse().map_err(|_| format!("{column} {text:?} is not a number"))
    }

    fn code(&self, column: &str) -> Result<Option<u8>, String> {
        self.text(column).map(|_| self.needed(column)).transpose()
    }

    fn day(&self, column: &str) -> Result<Option<LocalDay>, String> {
        let Some(text) = self.text(column) else { return Ok(None) };
        let date = text.get(..DATE_LETTERS).filter(|_| text.get(DATE_LETTERS..).is_some_and(is_time_part));
        let day = date.and_then(|date| date.parse().ok());
        day.map(Some).ok_or_else(|| format!("{column} {text:?} is not a date of the form 2014-05-01"))
    }

    fn event(&self) -> Result<GedEvent, String> {
        let id = self.text("id").ok_or("id is empty")?.to_owned();
        let violence: u8 = self.needed("type_of_violence")?;
        if !(1..=3).contains(&violence) {
            return Err(format!("type_of_violence {violence} is none of 1, 2, 3"));
        }
        let point = self.point()?;
        let where_prec = self.code("where_prec")?;
        let radius = precision::radius(where_prec)
            .ok_or_else(|| format!("where_prec {} is none of 1 to 7", told(where_prec)))?;
        let best: u32 = self.needed("best")?;
        let sides = ["side_a", "side_b"].map(|column| self.text(column).unwrap_or_default());
        Ok(GedEvent {
            line: self.line(),
            id,
            category: mapping::category(violence, sides),
            occurrence: self.occurrence()?,
            point,
            uncertainty: radius,
            is_point: precision::is_point(where_prec),
            county: self.county(where_prec, point),
            country: self.text("country").unwrap_or_default().to_owned(),
            killed: (best > 0).then_some(best),
        })
    }

    fn point(&self) -> Result<Point, String> {
        let (lat, lng): (f64, f64) = (self.needed("latitude")?, self.needed("longitude")?);
        let point = Point::from_degrees(lat, lng).map_err(|error| error.to_string())?;
        if geography::in_territory(point) {
            return Ok(point);
        }
        let swapped = geography::swapped_coordinates_would_fit(lat, lng);
        let hint = if swapped { "; latitude and longitude look swapped" } else { "" };
        Err(format!("({lat}, {lng}) is outside the territory (Kenya and 100 km around){hint}"))
    }

    fn occurrence(&self) -> Result<Occurrence, String> {
        let first = self.day("date_start")?.ok_or("date_start is empty")?;
        let last = self.day("date_end")?.unwrap_or(first);
        let date_prec = self.code("date_prec")?;
        let days =
            precision::days(date_prec).ok_or_else(|| format!("date_prec {} is none of 1 to 5", told(date_prec)))?;
        Ok(precision::occurrence(first, last.max(first), days))
    }

    /// The county that the row names, else, for a district, the one that its point is in. A province has none.
    fn county(&self, where_prec: Option<u8>, point: Point) -> Option<County> {
        let is_abroad = self.text("country").is_some_and(|country| !country.eq_ignore_ascii_case("kenya"));
        if is_abroad {
            return None;
        }
        let is_named_so = |name: &&str| name.to_lowercase().ends_with("county");
        let named = self.text("adm_1").filter(is_named_so).and_then(County::from_name);
        let of_point = || geography::county_of(point).map(|hit| hit.county);
        named.or_else(|| if matches!(where_prec, Some(4..=6)) { None } else { of_point() })
    }

    fn warnings(&self) -> Vec<String> {
        let mut warnings = Vec::new();
        let [low, best, high] = ["low", "best", "high"].map(|column| self.needed::<u32>(column).ok());
        if low.zip(best).is_some_and(|(low, best)| low > best) || best.zip(high).is_some_and(|(best, high)| best > high)
        {
            warnings.push(format!(
                "low {}, best {}, high {} are not in order; best was taken",
                told(low),
                told(best),
                told(high)
            ));
        }
        if let (Ok(Some(first)), Ok(Some(last))) = (self.day("date_start"), self.day("date_end"))
            && last < first
        {
            warnings.push(format!("date_end {last} is before date_start {first}; date_start was taken"));
        }
        warnings
    }
}

fn is_time_part(rest: &str) -> bool {
    rest.is_empty() || rest.starts_with([' ', 'T'])
}

fn told<Value: fmt::Display>(value: Option<Value>) -> String {
    value.map_or_else(|| "(empty)".to_owned(), |value| value.to_string())
}
