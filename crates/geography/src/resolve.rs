//! What a source calls a place (name, ward, county) in; a place, a ward, a county, or candidates out.
//!
//! | given | becomes |
//! |---|---|
//! | a name that is one place within the ward or county that was given | that place: a point with a radius |
//! | a name that is none or several there | the ward, else the county: an area; the caller keeps the name |
//! | a name alone | the one place, ward or county of that name; a city or the seat that a county is called by before its namesakes |
//! | a name alone that is several, or none | refused, with candidates and their counties |
//! | a ward alone that is several | refused, with candidates |
//! | a county that is none | refused, with candidates |
//!
//! Never: a guess. Near spellings are candidates for a person to choose from, not matches.
use std::fmt;

use domain::{Meters, Point};
use h3o::{CellIndex, Resolution};

use crate::{
    County, Ward, cell_of, county_of_cell,
    gazetteer::{self, Cluster, Place, PlaceKind, is_called, places_named},
    name::{Kind, normalise_name, normalise_with_kind, without_spaces},
    ward::{self, wards_named},
};

/// How many candidates an answer has at most.
pub const CANDIDATES_MAX: usize = 8;
/// Least similarity (Jaro–Winkler) of a candidate to a name that is unknown.
const SIMILARITY_MIN: f64 = 0.87;
/// Names that differ more in length are not compared.
const LENGTH_DIFFERENCE_MAX: usize = 4;
/// A place just outside the county that its report names still counts: posts and villages on a border are said to be on either side.
/// Rings of resolution-7 cells, about 2.3 km each.
const BORDER_RINGS: u32 = 3;
/// From so many people on, a town is meant before all its namesakes.
const CITY_POPULATION: u32 = 50_000;
/// How far from a ward's middle its places may be, past twice its radius.
const WARD_MARGIN: Meters = Meters::from_km(5);

/// What a source calls a place. Empty text is not said.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PlaceQuery<'a> {
    /// Name of the place.
    pub name: &'a str,
    /// Name of the ward.
    pub ward: &'a str,
    /// Name of the county.
    pub county: &'a str,
}

/// The part of a query that an answer is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PlaceField {
    /// The name of the place.
    Name,
    /// The name of the ward.
    Ward,
    /// The name of the county.
    County,
}

/// What a candidate is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum CandidateKind {
    /// A named place.
    Place(PlaceKind),
    /// A ward.
    Ward,
    /// A county.
    County,
}

/// A place that may have been meant. `Display`: "Kapedo (village, Baringo, at 1.17, 36.04)", "Baringo (county)".
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// Its name.
    pub name: &'static str,
    /// What it is.
    pub kind: CandidateKind,
    /// Its county; `None` abroad.
    pub county: Option<County>,
    /// The point of a place, the middle of an area: what tells two namesakes of one county apart.
    pub point: Point,
}

/// What a query stands for.
#[derive(Clone, Debug, PartialEq)]
pub enum Resolved {
    /// A point with a radius.
    Place(&'static Place),
    /// An area.
    Ward(&'static Ward),
    /// An area.
    County(County),
    /// Nothing of that name.
    Unknown {
        /// What is not known.
        field: PlaceField,
        /// Near spellings, nearest first; may be empty.
        candidates: Vec<Candidate>,
    },
    /// Several of that name.
    Ambiguous {
        /// What is ambiguous.
        field: PlaceField,
        /// Those of that name, the greatest first.
        candidates: Vec<Candidate>,
    },
}

impl Resolved {
    /// The point of a place, the middle of an area; `None` if refused.
    #[must_use]
    pub fn point(&self) -> Option<Point> {
        match self {
            Resolved::Place(place) => Some(place.point()),
            Resolved::Ward(ward) => Some(ward.centre()),
            Resolved::County(county) => Some(county.centre()),
            Resolved::Unknown { .. } | Resolved::Ambiguous { .. } => None,
        }
    }

    /// The radius that comes with a place or an area; `None` if refused.
    #[must_use]
    pub fn radius(&self) -> Option<Meters> {
        match self {
            Resolved::Place(place) => Some(place.radius()),
            Resolved::Ward(ward) => Some(ward.radius()),
            Resolved::County(county) => Some(county.radius()),
            Resolved::Unknown { .. } | Resolved::Ambiguous { .. } => None,
        }
    }

    /// The county; `None` abroad or if refused.
    #[must_use]
    pub fn county(&self) -> Option<County> {
        match self {
            Resolved::Place(place) => place.county(),
            Resolved::Ward(ward) => Some(ward.county()),
            Resolved::County(county) => Some(*county),
            Resolved::Unknown { .. } | Resolved::Ambiguous { .. } => None,
        }
    }

    /// Whether it came from the name of a ward or county, and so is listed and counted as an area only.
    #[must_use]
    pub fn is_area(&self) -> bool {
        matches!(self, Resolved::Ward(_) | Resolved::County(_))
    }
}

impl fmt::Display for Candidate {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = match self.kind {
            CandidateKind::Place(PlaceKind::Town) => "town",
            CandidateKind::Place(PlaceKind::Village) => "village",
            CandidateKind::Place(PlaceKind::Locality) => "locality",
            CandidateKind::Place(PlaceKind::Landmark) => "landmark",
            CandidateKind::Ward => "ward",
            CandidateKind::County => return write!(formatter, "{} (county)", self.name),
        };
        let county = self.county.map_or("abroad", County::name);
        let (lat, lng) = (self.point.lat_degrees(), self.point.lng_degrees());
        write!(formatter, "{} ({kind}, {county}, at {lat:.2}, {lng:.2})", self.name)
    }
}

/// Tells what a name, ward and county stand for; the table of cases is at the head of this file.
///
/// About 2 µs; some 0.5 ms where a name is unknown and near spellings are looked for.
///
/// ```
/// use geography::{PlaceQuery, Resolved, resolve};
/// let query = PlaceQuery { name: "Kapedo", county: "Baringo", ..PlaceQuery::default() };
/// let Resolved::Place(place) = resolve(query) else { unreachable!("there is one Kapedo in Baringo") };
/// assert_eq!(place.radius(), domain::Meters::from_km(3));
/// ```
#[must_use]
pub fn resolve(query: PlaceQuery<'_>) -> Resolved {
    let said = Said::new(query);
    let county = match (said.county.is_empty(), County::from_name(query.county)) {
        (true, _) => None,
        (false, Some(county)) => Some(county),
        (false, None) => return said.unknown(PlaceField::County),
    };
    let of_county = |ward: &&'static Ward| county.is_none_or(|county| ward.county() == county);
    let wards: Vec<&'static Ward> = wards_named(&said.ward).filter(of_county).collect();
    match (wards.as_slice(), county) {
        ([], None) if said.name.is_empty() => said.unknown(PlaceField::Ward),
        ([], None) => said.name_alone(),
        ([], Some(county)) => said.place_in(county).map_or(Resolved::County(county), Resolved::Place),
        ([ward], _) => said.place_near(&wards).map_or(Resolved::Ward(ward), Resolved::Place),
        (several, Some(county)) => said.place_near(several).map_or(Resolved::County(county), Resolved::Place),
        (several, None) => said.place_near(several).map_or_else(|| ambiguous_wards(several), Resolved::Place),
    }
}

fn ambiguous_wards(wards: &[&'static Ward]) -> Resolved {
    ambiguous(PlaceField::Ward, wards.iter().map(|ward| of_ward(ward)).collect())
}

fn ambiguous(field: PlaceField, mut candidates: Vec<Candidate>) -> Resolved {
    candidates.sort_by_key(|candidate| (candidate.kind, candidate.county));
    candidates.dedup();
    candidates.truncate(CANDIDATES_MAX);
    Resolved::Ambiguous { field, candidates }
}

/// A query as names are compared: normalised and without spaces.
struct Said {
    name: String,
    kind: Kind,
    ward: String,
    county: String,
}

impl Said {
    fn new(query: PlaceQuery<'_>) -> Said {
        let (name, kind) = normalise_with_kind(query.name);
        let key = |name: &str| without_spaces(&normalise_name(name));
        Said { name: without_spaces(&name), kind, ward: key(query.ward), county: key(query.county) }
    }

    /// The one place of the name in a county, or at its border if none is in it.
    fn place_in(&self, county: County) -> Option<&'static Place> {
        let inside = self.clusters(|cluster| cluster.is_in(county));
        let found = if inside.is_empty() { self.clusters(|cluster| is_at_border(cluster, county)) } else { inside };
        the_one(&found, Some(county))
    }

    /// The one place of the name in or around any of some wards.
    fn place_near(&self, wards: &[&'static Ward]) -> Option<&'static Place> {
        let found = self.clusters(|cluster| wards.iter().any(|ward| is_around(cluster, ward)));
        the_one(&found, wards.first().map(|ward| ward.county()))
    }

    fn name_alone(&self) -> Resolved {
        let county = County::from_name(&self.name).filter(|_| matches!(self.kind, Kind::Any | Kind::County));
        let places = if matches!(self.kind, Kind::Any | Kind::Place) { self.clusters(|_| true) } else { Vec::new() };
        let county = county.filter(|county| !places.iter().any(|cluster| cluster.is_in(*county)));
        let centre = the_city(&places).or_else(|| the_centre_of_one_county(&places).filter(|_| county.is_none()));
        if let Some(centre) = centre {
            return Resolved::Place(centre);
        }
        let is_no_place = |ward: &&'static Ward| !places.iter().any(|cluster| is_around(cluster, ward));
        let may_be_ward = matches!(self.kind, Kind::Any | Kind::Ward);
        let wards: Vec<_> = wards_named(&self.name).filter(|_| may_be_ward).filter(is_no_place).collect();
        match (places.as_slice(), wards.as_slice(), county) {
            ([], [], None) => self.unknown(PlaceField::Name),
            ([cluster], [], None) => Resolved::Place(cluster.place(None)),
            ([], [ward], None) => Resolved::Ward(ward),
            ([], [], Some(county)) => Resolved::County(county),
            (places, wards, county) => {
                let places = places.iter().map(|cluster| of_place(cluster.place(None)));
                let wards = wards.iter().map(|ward| of_ward(ward));
                ambiguous(PlaceField::Name, places.chain(wards).chain(county.map(of_county)).collect())
            }
        }
    }

    /// Places of the name that are wanted. What is called as a county ("Turkana") is the county, unless a town is called so, or a village
    /// or locality in another county: the point of a hamlet would lie.
    fn clusters(&self, is_wanted: impl Fn(&Cluster) -> bool) -> Vec<Cluster> {
        let county = County::from_name(&self.name);
        let means_county = |cluster: &Cluster| match (county, cluster.place(county)) {
            (None, _) => false,
            (Some(county), place) => match place.kind() {
                PlaceKind::Town => !is_called(place, &self.name),
                PlaceKind::Village | PlaceKind::Locality => cluster.is_in(county),
                PlaceKind::Landmark => true,
            },
        };
        places_named(&self.name, |cluster| is_wanted(cluster) && !means_county(cluster))
    }

    fn unknown(&self, field: PlaceField) -> Resolved {
        let candidates = match field {
            PlaceField::Name => similar(&self.name, all_names(&self.name)),
            PlaceField::Ward => similar(&self.ward, ward_names(&self.ward)),
            PlaceField::County => similar(&self.county, county_names()),
        };
        Resolved::Unknown { field, candidates }
    }
}

/// The place of a county if there is one only; of several, the centre.
fn the_one(clusters: &[Cluster], county: Option<County>) -> Option<&'static Place> {
    match clusters {
        [cluster] => Some(cluster.place(county)),
        several => the_centre(several, county),
    }
}

/// The only town of some places; where none is a town, the only one whose people were ever counted.
fn the_centre(clusters: &[Cluster], county: Option<County>) -> Option<&'static Place> {
    let town = the_only(clusters, county, |place| place.kind() == PlaceKind::Town);
    town.or_else(|| the_only(clusters, county, |place| place.population() > 0))
}

/// The one place that everybody means by a name: a city, or the town that a county is called by.
fn the_city(clusters: &[Cluster]) -> Option<&'static Place> {
    let is_city = |place: &Place| {
        let seat = County::from_name(place.name()).is_some_and(|county| place.county() == Some(county));
        place.kind() == PlaceKind::Town && (seat || place.population() >= CITY_POPULATION)
    };
    the_only(clusters, None, is_city).filter(|city| city.county().is_some())
}

/// The centre, if all places of the name are in its county.
fn the_centre_of_one_county(clusters: &[Cluster]) -> Option<&'static Place> {
    let centre = the_centre(clusters, None)?;
    let county = centre.county()?;
    clusters.iter().all(|cluster| cluster.is_in(county)).then_some(centre)
}

fn the_only(clusters: &[Cluster], county: Option<County>, is_meant: impl Fn(&Place) -> bool) -> Option<&'static Place> {
    let mut meant = clusters.iter().map(|cluster| cluster.place(county)).filter(|place| is_meant(place));
    let only = meant.next();
    only.filter(|_| meant.next().is_none())
}

fn is_around(cluster: &Cluster, ward: &Ward) -> bool {
    let reach = Meters::new(2.0 * ward.radius().get() + WARD_MARGIN.get()).unwrap_or(WARD_MARGIN);
    cluster.is_near(ward.centre(), reach)
}

fn is_at_border(cluster: &Cluster, county: County) -> bool {
    let cell = cell_of(cluster.place(Some(county)).point(), Resolution::Seven);
    cell.grid_disk::<Vec<CellIndex>>(BORDER_RINGS).into_iter().any(|near| county_of_cell(near) == Some(county))
}

fn of_place(place: &'static Place) -> Candidate {
    Candidate {
        name: place.name(),
        kind: CandidateKind::Place(place.kind()),
        county: place.county(),
        point: place.point(),
    }
}

fn of_ward(ward: &'static Ward) -> Candidate {
    Candidate { name: ward.name(), kind: CandidateKind::Ward, county: Some(ward.county()), point: ward.centre() }
}

fn of_county(county: County) -> Candidate {
    Candidate { name: county.name(), kind: CandidateKind::County, county: Some(county), point: county.centre() }
}

fn all_names(key: &str) -> Vec<(String, Candidate)> {
    let places = gazetteer::names_from(first_letter(key));
    let places = places.flat_map(|(name, places)| places.iter().map(|place| (name.to_owned(), of_place(place))));
    places.chain(ward_names(key)).chain(county_names()).collect()
}

fn ward_names(key: &str) -> Vec<(String, Candidate)> {
    let wards = ward::names_from(first_letter(key));
    wards.flat_map(|(name, wards)| wards.iter().map(|ward| (name.to_owned(), of_ward(ward)))).collect()
}

fn county_names() -> Vec<(String, Candidate)> {
    let key = |county: County| without_spaces(&normalise_name(county.name()));
    County::all().map(|county| (key(county), of_county(county))).collect()
}

/// Names of places are rarely misheard in their first letter, and a tenth of the names is a tenth of the work.
fn first_letter(key: &str) -> &str {
    key.chars().next().and_then(|letter| key.get(..letter.len_utf8())).unwrap_or_default()
}

fn similar(key: &str, names: Vec<(String, Candidate)>) -> Vec<Candidate> {
    let is_comparable = |name: &str| name.len().abs_diff(key.len()) <= LENGTH_DIFFERENCE_MAX;
    let comparable = names.into_iter().filter(|(name, _)| is_comparable(name));
    let mut scored: Vec<(f64, Candidate)> =
        comparable.map(|(name, candidate)| (strsim::jaro_winkler(key, &name), candidate)).collect();
    scored.retain(|(similarity, _)| *similarity >= SIMILARITY_MIN);
    let rest = |candidate: &Candidate| (candidate.kind, candidate.name, candidate.county, candidate.point);
    scored.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| rest(&a.1).cmp(&rest(&b.1))));
    let mut candidates: Vec<Candidate> = scored.into_iter().map(|(_, candidate)| candidate).collect();
    candidates.dedup();
    candidates.truncate(CANDIDATES_MAX);
    candidates
}
