//! The source folder in, its records out.
//!
//! Every fault names the file. Columns that the tables do not need are ignored. Never: a file whose licence is not open.
use std::path::{Path, PathBuf};

use serde::{Deserialize, de::DeserializeOwned};

use crate::polygon::{Corner, Ground, Shape};

#[derive(Debug, thiserror::Error)]
pub(crate) enum ReadError {
    #[error("could not read {path}")]
    Read { path: PathBuf, source: std::io::Error },
    #[error("could not read {path} as GeoJSON")]
    Shapes { path: PathBuf, source: serde_json::Error },
    #[error("could not read the rows of {path}")]
    Rows { path: PathBuf, source: csv::Error },
    #[error("found no feature {feature:?} in {path}")]
    NoFeature { path: PathBuf, feature: &'static str },
}

pub(crate) struct Sources {
    pub(crate) ground: Ground,
    pub(crate) census: Vec<CensusRow>,
    pub(crate) places: Vec<PlaceRow>,
    pub(crate) neighbours: Vec<PlaceRow>,
    pub(crate) wards: Vec<WardRow>,
}

#[derive(Deserialize)]
pub(crate) struct CensusRow {
    pub(crate) number: u8,
    pub(crate) code: String,
    pub(crate) name: String,
    pub(crate) population: u64,
    pub(crate) land_area_km2: f64,
}

/// A row of GeoNames, or of its subset for the neighbours, which has cities only and no feature code.
#[derive(Deserialize)]
pub(crate) struct PlaceRow {
    pub(crate) geonameid: u64,
    pub(crate) name: String,
    pub(crate) alternatenames: String,
    pub(crate) latitude: f64,
    pub(crate) longitude: f64,
    #[serde(default = "populated")]
    pub(crate) feature_code: String,
    pub(crate) country_code: String,
    pub(crate) population: u64,
}

#[derive(Deserialize)]
pub(crate) struct WardRow {
    pub(crate) ward: String,
    pub(crate) constituency_code: String,
    pub(crate) constituency: String,
    pub(crate) county_code: String,
    pub(crate) latitude: Option<f64>,
    pub(crate) longitude: Option<f64>,
    pub(crate) km2: Option<f64>,
}

fn populated() -> String {
    "PPL".to_owned()
}

impl Sources {
    pub(crate) fn read(folder: &Path) -> Result<Sources, ReadError> {
        let (comma, tab) = (Dialect { delimiter: b',', quoting: true }, Dialect { delimiter: b'\t', quoting: false });
        Ok(Sources {
            ground: read_ground(&folder.join("geography"))?,
            census: read_rows(folder.join("census/counties_2019.csv"), comma)?,
            places: read_rows(folder.join("places/geonames_KE.tsv"), tab)?,
            neighbours: read_rows(folder.join("places/geonames_neighbours.csv"), comma)?,
            wards: read_rows(folder.join("geography/wards.csv"), comma)?,
        })
    }
}

#[derive(Clone, Copy)]
struct Dialect {
    delimiter: u8,
    quoting: bool,
}

#[derive(Deserialize)]
struct Collection {
    features: Vec<Feature>,
}

#[derive(Deserialize)]
struct Feature {
    properties: Properties,
    geometry: Geometry,
}

#[derive(Deserialize)]
struct Properties {
    number: Option<u8>,
    what: Option<String>,
}

#[derive(Deserialize)]
#[serde(tag = "type", content = "coordinates")]
enum Geometry {
    Polygon(Vec<Vec<Corner>>),
    MultiPolygon(Vec<Vec<Vec<Corner>>>),
}

impl Geometry {
    fn into_shape(self) -> Shape {
        match self {
            Geometry::Polygon(rings) => Shape::new(rings),
            Geometry::MultiPolygon(polygons) => Shape::new(polygons.into_iter().flatten().collect()),
        }
    }
}

fn read_ground(folder: &Path) -> Result<Ground, ReadError> {
    let numbered = |feature: Feature| feature.properties.number.map(|number| (number, feature.geometry.into_shape()));
    let mut counties: Vec<_> =
        read_features(folder.join("counties.geojson"))?.into_iter().filter_map(numbered).collect();
    counties.sort_by_key(|(number, _)| *number);
    let path = folder.join("disputed.geojson");
    let ilemi = read_features(path.clone())?
        .into_iter()
        .next()
        .ok_or(ReadError::NoFeature { path, feature: "Ilemi Triangle" })?;
    Ok(Ground {
        counties,
        ilemi: ilemi.geometry.into_shape(),
        kenya: read_territory(folder, "kenya")?,
        territory: read_territory(folder, "kenya_and_100_km")?,
    })
}

fn read_territory(folder: &Path, what: &'static str) -> Result<Shape, ReadError> {
    let path = folder.join("territory.geojson");
    let features = read_features(path.clone())?.into_iter();
    let mut wanted = features.filter(|feature| feature.properties.what.as_deref() == Some(what));
    let feature = wanted.next().ok_or(ReadError::NoFeature { path, feature: what })?;
    Ok(feature.geometry.into_shape())
}

fn read_features(path: PathBuf) -> Result<Vec<Feature>, ReadError> {
    let text = match std::fs::read_to_string(&path) {
        Ok(text) => text,
        Err(source) => return Err(ReadError::Read { path, source }),
    };
    match serde_json::from_str::<Collection>(&text) {
        Ok(collection) => Ok(collection.features),
        Err(source) => Err(ReadError::Shapes { path, source }),
    }
}

fn read_rows<Row: DeserializeOwned>(path: PathBuf, dialect: Dialect) -> Result<Vec<Row>, ReadError> {
    let reader = csv::ReaderBuilder::new().delimiter(dialect.delimiter).quoting(dialect.quoting).from_path(&path);
    let rows = reader.and_then(|reader| reader.into_deserialize().collect());
    rows.map_err(|source| ReadError::Rows { path, source })
}
