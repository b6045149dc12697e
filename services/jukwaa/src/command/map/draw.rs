//! The picture: counties, cells by score, numbers of the hotspots, names, legend.

use domain::{Cell, Family, Point};

use super::Picture;

/// Width and height of the map in user units; the scale is the same in both directions, since Kenya lies on the equator.
const WIDTH: f64 = 900.0;
const UNITS_PER_DEGREE: f64 = 104.0;
const WEST: f64 = 33.6;
const NORTH: f64 = 5.7;
const SOUTH: f64 = -4.9;
const LEGEND_HEIGHT: f64 = 150.0;
/// Lower bounds of the classes of score; below the first nothing is significant.
const CLASSES: [f64; 5] = [1.3, 3.0, 6.0, 12.0, 24.0];

/// Colours of a family, light to dark by class.
const fn ramp(family: Family) -> [&'static str; 5] {
    match family {
        Family::Banditry => ["#fdd0a2", "#fdae6b", "#f16913", "#d94801", "#7f2704"],
        Family::Trafficking => ["#c6dbef", "#9ecae1", "#4292c6", "#2171b5", "#08306b"],
        Family::OrganisedGang => ["#dadaeb", "#bcbddc", "#807dba", "#6a51a3", "#3f007d"],
        Family::ViolentExtremism => ["#c7e9c0", "#a1d99b", "#41ab5d", "#238b45", "#00441b"],
    }
}

fn colour(family: Family, score: f64) -> &'static str {
    let class = CLASSES.iter().rposition(|bound| score >= *bound).unwrap_or(0);
    ramp(family).get(class).copied().unwrap_or("#888888")
}

fn x(lng_degrees: f64) -> f64 {
    (lng_degrees - WEST) * UNITS_PER_DEGREE
}

fn y(lat_degrees: f64) -> f64 {
    (NORTH - lat_degrees) * UNITS_PER_DEGREE
}

/// Text as XML.
pub(super) fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// What a family is called.
pub(super) fn family_name(family: Family) -> String {
    family.word().to_lowercase().replace('_', " ")
}

/// The picture as one SVG.
pub(super) fn svg(picture: &Picture) -> String {
    let height = (NORTH - SOUTH) * UNITS_PER_DEGREE + LEGEND_HEIGHT;
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {height:.0}\" font-family=\"sans-serif\" role=\"img\">\n<title>Hotspots, {} days up to {}</title>\n<rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>\n",
        picture.window_days,
        escape(&picture.as_of)
    );
    counties(&mut svg);
    cells(&mut svg, picture);
    names(&mut svg);
    numbers(&mut svg, picture);
    legend(&mut svg, picture);
    svg.push_str("</svg>\n");
    svg
}

fn counties(svg: &mut String) {
    svg.push_str("<g fill=\"#f4f1ea\" stroke=\"#8c8577\" stroke-width=\"0.8\" stroke-linejoin=\"round\">\n");
    for outline in geography::outlines() {
        let dash = if outline.disputed { " stroke-dasharray=\"4 3\"" } else { "" };
        svg.push_str(&format!("<path{dash} d=\"{}\"/>\n", path(outline.ring.iter().map(|point| degrees(*point)))));
    }
    svg.push_str("</g>\n");
}

fn degrees(point: Point) -> (f64, f64) {
    (point.lng_degrees(), point.lat_degrees())
}

fn path(points: impl Iterator<Item = (f64, f64)>) -> String {
    let mut path = String::new();
    for (index, (lng, lat)) in points.enumerate() {
        path.push_str(&format!("{}{:.1} {:.1}", if index == 0 { "M" } else { "L" }, x(lng), y(lat)));
    }
    path.push('Z');
    path
}

fn cells(svg: &mut String, picture: &Picture) {
    svg.push_str("<g stroke=\"#3a3a3a\" stroke-width=\"0.35\">\n");
    for hotspot in &picture.hotspots {
        for (cell, score) in &hotspot.cells {
            let Some(index) = geography::cell_index(*cell) else { continue };
            let ring = path(index.boundary().iter().map(|corner| (corner.lng(), corner.lat())));
            svg.push_str(&format!("<path fill=\"{}\" d=\"{ring}\"/>\n", colour(hotspot.family, *score)));
        }
    }
    svg.push_str("</g>\n");
}

fn names(svg: &mut String) {
    svg.push_str("<g font-size=\"9.5\" fill=\"#6b6558\" text-anchor=\"middle\" paint-order=\"stroke\" stroke=\"#f4f1ea\" stroke-width=\"2\">\n");
    for label in geography::labels() {
        let (lng, lat) = degrees(label.at);
        svg.push_str(&format!("<text x=\"{:.1}\" y=\"{:.1}\">{}</text>\n", x(lng), y(lat), escape(label.name)));
    }
    svg.push_str("</g>\n");
}

/// The middle of a hotspot's cells.
fn middle(cells: &[(Cell, f64)]) -> Option<(f64, f64)> {
    let centres = || {
        cells
            .iter()
            .filter_map(|(cell, _)| geography::cell_index(*cell))
            .map(|index| degrees(geography::cell_centre(index)))
    };
    #[expect(clippy::cast_precision_loss, reason = "a few hundred cells")]
    let count = centres().count() as f64;
    let sum = centres().fold((0.0, 0.0), |sum, at| (sum.0 + at.0, sum.1 + at.1));
    (count > 0.0).then(|| (sum.0 / count, sum.1 / count))
}

fn numbers(svg: &mut String, picture: &Picture) {
    svg.push_str("<g font-size=\"11\" font-weight=\"bold\" fill=\"#111\" text-anchor=\"middle\" paint-order=\"stroke\" stroke=\"#fff\" stroke-width=\"3\">\n");
    for (number, hotspot) in (1..).zip(&picture.hotspots) {
        if let Some((lng, lat)) = middle(&hotspot.cells) {
            svg.push_str(&format!("<text x=\"{:.1}\" y=\"{:.1}\">{number}</text>\n", x(lng), y(lat) + 4.0));
        }
    }
    svg.push_str("</g>\n");
}

fn legend(svg: &mut String, picture: &Picture) {
    let top = (NORTH - SOUTH) * UNITS_PER_DEGREE + 12.0;
    svg.push_str(&format!(
        "<g font-size=\"12\" fill=\"#222\">\n<text x=\"20\" y=\"{:.0}\" font-size=\"15\" font-weight=\"bold\">Hotspots over {} days up to {}</text>\n<text x=\"20\" y=\"{:.0}\">Cells by score (−log10 of q, Benjamini–Hochberg over Kenya): darker is further above an even spread.</text>\n",
        top + 4.0,
        picture.window_days,
        escape(&picture.as_of),
        top + 22.0
    ));
    for (row, family) in (0_u8..).zip(Family::ALL) {
        let line = top + 44.0 + f64::from(row) * 20.0;
        let count = picture.hotspots.iter().filter(|hotspot| hotspot.family == *family).count();
        svg.push_str(&format!("<text x=\"20\" y=\"{line:.0}\">{} ({count})</text>\n", family_name(*family)));
        for ((class, bound), fill) in (0_u8..).zip(CLASSES).zip(ramp(*family)) {
            let left = 200.0 + f64::from(class) * 90.0;
            svg.push_str(&format!(
                "<rect x=\"{left:.0}\" y=\"{:.0}\" width=\"16\" height=\"12\" fill=\"{fill}\" stroke=\"#3a3a3a\" stroke-width=\"0.4\"/><text x=\"{:.0}\" y=\"{line:.0}\">from {bound}</text>\n",
                line - 10.0,
                left + 22.0
            ));
        }
    }
    svg.push_str(&format!(
        "<text x=\"20\" y=\"{:.0}\" font-size=\"9\" fill=\"#666\">County borders © OpenStreetMap contributors (ODbL 1.0); place names © GeoNames (CC BY 4.0)</text>\n</g>\n",
        top + 128.0
    ));
}
