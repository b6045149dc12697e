//! The 47 counties: a number in; name, people, land and centre out; and a name in, the county out.
//!
//! Names are compared after normalisation and without spaces, so that "TanaRiver", "Taita/Taveta" and "Nairobi City County" are found.
//! Never: a former province or district.
use std::{fmt, sync::LazyLock};

use domain::{CountyNumber, Meters, Point};

use crate::{
    name::{self, normalise_name},
    table::{self, ParseTableError, Row},
};

/// A county of Kenya, in the order of the constitution.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct County(CountyNumber);

/// Where a county's name is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CountyLabel {
    /// The county.
    pub county: County,
    /// Its name.
    pub name: &'static str,
    /// The middle of its area, lakes included.
    pub at: Point,
}

/// The names of all counties with the points where they are drawn, by number.
#[must_use]
pub fn labels() -> Vec<CountyLabel> {
    County::all().map(|county| CountyLabel { county, name: county.name(), at: county.centre() }).collect()
}

impl County {
    /// All counties, by number.
    pub fn all() -> impl DoubleEndedIterator<Item = County> + Clone {
        (1..=47).filter_map(County::new)
    }

    /// Takes a number, 1 to 47.
    #[must_use]
    pub fn new(number: u8) -> Option<County> {
        CountyNumber::new(number).map(County)
    }

    /// Finds a county by its name, as people write it.
    ///
    /// ```
    /// let county = geography::County::from_name("TAITA/TAVETA COUNTY").expect("it is one of the 47");
    /// assert_eq!(county.name(), "Taita-Taveta");
    /// ```
    #[must_use]
    pub fn from_name(name: &str) -> Option<County> {
        let wanted = name::without_spaces(&normalise_name(name));
        let known = |record: &&Record| record.spellings.contains(&wanted);
        RECORDS.iter().find(known).map(|record| record.county)
    }

    /// The number, 1 to 47.
    #[must_use]
    pub const fn number(self) -> CountyNumber {
        self.0
    }

    /// The code of the United Nations: "KE001" to "KE047".
    #[must_use]
    pub fn code(self) -> &'static str {
        self.record().code
    }

    /// The name in English, without the word "County".
    #[must_use]
    pub fn name(self) -> &'static str {
        self.record().name
    }

    /// Persons, census of 2019.
    #[must_use]
    pub fn population(self) -> u64 {
        self.record().population
    }

    /// Land in km² by the census of 2019, without lakes and sea; positive.
    #[must_use]
    pub fn land_area_km2(self) -> f64 {
        self.record().land_area_km2
    }

    /// The radius of a disk with the county's land area.
    #[must_use]
    pub fn radius(self) -> Meters {
        disk_radius(self.land_area_km2())
    }

    /// The middle of the county's area, lakes included.
    #[must_use]
    pub fn centre(self) -> Point {
        self.record().centre
    }

    fn record(self) -> &'static Record {
        let index = usize::from(self.0.get()) - 1;
        RECORDS.get(index).expect("a test reads a record for each of the 47 numbers")
    }
}

impl From<CountyNumber> for County {
    fn from(number: CountyNumber) -> County {
        County(number)
    }
}

impl From<County> for CountyNumber {
    fn from(county: County) -> CountyNumber {
        county.0
    }
}

impl fmt::Display for County {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.name())
    }
}

/// √(km² / π), in metres.
pub(crate) fn disk_radius(km2: f64) -> Meters {
    let metres = libm::sqrt(km2.max(0.0) / std::f64::consts::PI) * 1_000.0;
    Meters::new(metres).unwrap_or(Meters::ZERO)
}

struct Record {
    county: County,
    code: &'static str,
    name: &'static str,
    /// Normalised and without spaces.
    spellings: Vec<String>,
    population: u64,
    land_area_km2: f64,
    centre: Point,
}

static RECORDS: LazyLock<Vec<Record>> = LazyLock::new(|| {
    table::rows("counties", table::COUNTIES, read).expect("the table is committed, and a test reads all of it")
});

fn read(mut row: Row) -> Result<Record, ParseTableError> {
    let county = County::new(row.value("number")?).ok_or_else(|| row.fault("number"))?;
    let (code, name, aliases) = (row.text("code")?, row.text("name")?, row.text("aliases")?);
    let names = [name].into_iter().chain(aliases.split('|').filter(|alias| !alias.is_empty()));
    Ok(Record {
        county,
        code,
        name,
        spellings: names.map(|name| name::without_spaces(&normalise_name(name))).collect(),
        population: row.value("population")?,
        land_area_km2: row.value("land_area_km2")?,
        centre: row.point("centre")?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_county_is_found_by_its_own_name() {
        assert_eq!(County::all().count(), 47);
        for county in County::all() {
            assert_eq!(County::from_name(county.name()), Some(county), "{county}");
            assert_eq!(
                County::from_name(&format!("  {} COUNTY", county.name().to_uppercase())),
                Some(county),
                "{county}"
            );
            assert_eq!(county.code(), format!("KE{:03}", county.number().get()));
        }
    }

    #[test]
    fn spellings_of_other_sources_are_found() {
        let cases = [
            ("Taita/Taveta", 6),
            ("Taita Taveta", 6),
            ("Elgeyo/Marakwet", 28),
            ("Elegeyo-Marakwet", 28),
            ("ELEGEYO-MARAKWET", 28),
            ("Keiyo-Marakwet", 28),
            ("Nairobi City", 47),
            ("NairobiCity", 47),
            ("Nairobi City County", 47),
            ("TanaRiver", 4),
            ("Kaunti ya Tana River", 4),
            ("Murang’a", 21),
            ("Muranga", 21),
            ("Tharaka - Nithi", 13),
            ("Trans-Nzoia", 26),
            ("HomaBay", 43),
        ];
        for (name, number) in cases {
            assert_eq!(County::from_name(name), County::new(number), "{name}");
        }
    }

    #[test]
    fn name_of_no_county_is_not_found() {
        for name in ["", "County", "Rift Valley", "Kapedo", "Tana"] {
            assert_eq!(County::from_name(name), None, "{name}");
        }
    }

    #[test]
    fn people_and_land_sum_to_the_census() {
        let people: u64 = County::all().map(County::population).sum();
        let land: f64 = County::all().map(County::land_area_km2).sum();

        assert_eq!(people, 47_564_296);
        assert!((land - 580_876.3).abs() < 1.0, "{land}");
    }

    #[test]
    fn radius_is_that_of_a_disk_of_the_land_area() {
        let turkana = County::from_name("Turkana").unwrap();

        let radius = turkana.radius().get();

        assert!((std::f64::consts::PI * radius * radius / 1e6 - turkana.land_area_km2()).abs() < 1e-6);
    }

    #[test]
    fn label_stands_in_its_county() {
        for label in labels() {
            let hit = crate::county_of(label.at).map(|hit| hit.county);
            assert_eq!(hit, Some(label.county), "{}", label.name);
        }
    }
}
