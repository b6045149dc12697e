//! The page around the picture: what is drawn, and a table of the hotspots with the incidents behind each.

use super::draw::{escape, family_name, svg};
use super::{Drawn, Picture};

const STYLE: &str = "body{font-family:sans-serif;margin:1.5rem auto;max-width:60rem;color:#222}\
svg{width:100%;height:auto;max-height:95vh}table{border-collapse:collapse;width:100%;font-size:.85rem}\
th,td{border-bottom:1px solid #ccc;padding:.25rem .5rem;text-align:left}td.n,th.n{text-align:right}\
p.note{color:#555;font-size:.85rem}@media print{svg{page-break-after:always}}";

/// The page as one HTML file.
pub(super) fn html(picture: &Picture) -> String {
    let rows: String = (1..).zip(&picture.hotspots).map(|(number, hotspot)| row(number, hotspot)).collect();
    let table = if picture.hotspots.is_empty() {
        "<p>No cell stands significantly above an even spread in this window.</p>".to_owned()
    } else {
        format!(
            "<table><thead><tr><th class=\"n\">no.</th><th>family</th><th>county</th><th>near</th><th>state</th><th class=\"n\">cells</th>\
             <th class=\"n\">incidents</th><th class=\"n\">observed</th><th class=\"n\">expected</th><th class=\"n\">score</th><th>on the word of</th></tr></thead>\
             <tbody>\n{rows}</tbody></table>"
        )
    };
    format!(
        "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>Jukwaa: hotspots</title><style>{STYLE}</style></head><body>\n\
         {}\n<h2>Hotspots, {} days up to {}</h2>\n{table}\n\
         <p class=\"note\">Observed and expected are sums of belief (0 to 1 an incident); expected is an even spread over the mask. \
         A hotspot is of places and incident kinds, never of persons. What patrols find by themselves, areas and restricted categories are not counted.</p>\n\
         </body></html>\n",
        svg(picture),
        picture.window_days,
        escape(&picture.as_of)
    )
}

fn row(number: usize, hotspot: &Drawn) -> String {
    format!(
        "<tr><td class=\"n\">{number}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td class=\"n\">{}</td><td class=\"n\">{}</td>\
         <td class=\"n\">{:.1}</td><td class=\"n\">{:.2}</td><td class=\"n\">{:.1}</td><td>{}</td></tr>\n",
        family_name(hotspot.family),
        escape(&hotspot.county),
        escape(&hotspot.near),
        escape(&hotspot.state),
        hotspot.cells.len(),
        hotspot.incidents,
        hotspot.observed,
        hotspot.expected,
        hotspot.score,
        escape(&hotspot.voices)
    )
}
