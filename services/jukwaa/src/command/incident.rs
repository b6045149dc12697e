//! `jukwaa incident`: incidents, and why reports are held to be one.

use api::domain::v1::{Incident, IncidentState, LineageKind, LinkEvidence};
use api::query::v1::{GetIncidentRequest, GetIncidentResponse, ListIncidentsRequest};

use crate::cli::{Format, IncidentCommand};
use crate::client::Client;
use crate::command::{input, text};
use crate::failure::Failure;
use crate::output::{self, Column, View};

/// Most incidents asked for at once.
const PAGE: usize = 500;

const TABLE: [Column<Incident>; 8] = [
    Column { name: "incident", text: |incident| incident.incident_id.clone() },
    Column { name: "category", text: |incident| text::category(incident.category) },
    Column { name: "when", text: when },
    Column { name: "county", text: |incident| place(incident, |place| place.county.clone()) },
    Column { name: "near", text: |incident| place(incident, |place| place.nearest_place.clone()) },
    Column { name: "reports", text: |incident| incident.members.len().to_string() },
    Column {
        name: "belief",
        text: |incident| belief(incident, |belief| format!("{:.3}", f64::from(belief.thousandths) / 1_000.0)),
    },
    Column { name: "killed", text: |incident| text::count(incident.killed) },
];

const CSV: [Column<Incident>; 21] = [
    Column { name: "incident_id", text: |incident| incident.incident_id.clone() },
    Column { name: "revision", text: |incident| incident.revision.to_string() },
    Column { name: "state", text: state },
    Column { name: "category", text: |incident| text::category(incident.category).to_uppercase() },
    Column {
        name: "subcategory",
        text: |incident| text::word(incident.subcategory, domain::Subcategory::from_number).to_uppercase(),
    },
    Column { name: "occurred_at", text: |incident| text::utc_time(incident.occurred_at.as_ref()) },
    Column { name: "occurred_on", text: |incident| incident.occurred_on.clone() },
    Column { name: "latitude", text: |incident| degrees(incident, |point| point.latitude) },
    Column { name: "longitude", text: |incident| degrees(incident, |point| point.longitude) },
    Column { name: "hex_id", text: |incident| place(incident, |place| place.cell.clone()) },
    Column { name: "county", text: |incident| place(incident, |place| place.county.clone()) },
    Column { name: "nearest_place", text: |incident| place(incident, |place| place.nearest_place.clone()) },
    Column {
        name: "weight",
        text: |incident| belief(incident, |belief| format!("{:.3}", f64::from(belief.thousandths) / 1_000.0)),
    },
    Column { name: "reports", text: |incident| incident.members.len().to_string() },
    Column { name: "groups", text: |incident| belief(incident, |belief| belief.groups.to_string()) },
    Column { name: "sources", text: |incident| belief(incident, |belief| belief.sources.to_string()) },
    Column { name: "killed", text: |incident| text::count(incident.killed) },
    Column { name: "injured", text: |incident| text::count(incident.injured) },
    Column { name: "abducted", text: |incident| text::count(incident.abducted) },
    Column { name: "attackers", text: |incident| text::count(incident.attackers) },
    Column { name: "livestock", text: |incident| text::count(incident.livestock) },
];

/// How incidents are shown.
pub(crate) const VIEW: View<'_, Incident> = View {
    message: "jukwaa.domain.v1.Incident",
    table: &TABLE,
    csv: &CSV,
    geometry: Some(|incident| text::point(incident.place.as_ref()?.point.as_ref())),
};

/// Runs the command.
///
/// # Errors
/// If the server refuses, or there is none.
pub(crate) async fn run(command: &IncidentCommand, client: &Client) -> Result<(), Failure> {
    match command {
        IncidentCommand::List { category, county, from, until, as_of, limit, output } => {
            let categories = category.iter().map(|word| input::option_word("--category", word, "CATEGORY_"));
            let categories: Vec<domain::Category> = categories.collect::<Result<_, _>>()?;
            let request = ListIncidentsRequest {
                categories: categories.into_iter().map(domain::Category::number).collect(),
                county: county.clone().unwrap_or_default(),
                occurred_from: input::option_instant("--from", from.as_deref())?,
                occurred_until: input::option_instant("--until", until.as_deref())?,
                as_of: input::option_instant("--as-of", as_of.as_deref())?,
                ..ListIncidentsRequest::default()
            };
            output::write(output.output, &VIEW, &list(client, request, *limit).await?)
        }
        IncidentCommand::Show { id, as_of, output } => {
            let as_of = input::option_instant("--as-of", as_of.as_deref())?;
            let request = GetIncidentRequest { incident_id: id.clone(), as_of, at_least_position: None };
            let answer = client.query().get_incident(request).await?.into_inner();
            match output.output {
                Format::Table => output::write_text(&page(&answer)),
                Format::Json | Format::Ndjson => output::write_message("jukwaa.query.v1.GetIncidentResponse", &answer),
                Format::Csv | Format::Geojson => output::write(output.output, &VIEW, answer.incident.as_slice()),
            }
        }
    }
}

/// All incidents of a request up to a limit, page by page.
///
/// # Errors
/// If the server refuses.
pub(crate) async fn list(
    client: &Client,
    mut request: ListIncidentsRequest,
    limit: usize,
) -> Result<Vec<Incident>, Failure> {
    let mut incidents = Vec::new();
    while incidents.len() < limit {
        request.page_size = i32::try_from((limit - incidents.len()).min(PAGE)).unwrap_or(i32::MAX);
        let answer = client.query().list_incidents(request.clone()).await?.into_inner();
        incidents.extend(answer.incidents);
        if answer.next_page_token.is_empty() {
            break;
        }
        request.page_token = answer.next_page_token;
    }
    Ok(incidents)
}

fn place<T: Default>(incident: &Incident, of: impl Fn(&api::domain::v1::IncidentPlace) -> T) -> T {
    incident.place.as_ref().map(of).unwrap_or_default()
}

fn belief(incident: &Incident, of: impl Fn(&api::domain::v1::Belief) -> String) -> String {
    incident.belief.as_ref().map(of).unwrap_or_default()
}

fn degrees(incident: &Incident, of: impl Fn(&api::domain::v1::LatLng) -> f64) -> String {
    incident
        .place
        .as_ref()
        .and_then(|place| place.point.as_ref())
        .map_or_else(String::new, |point| of(point).to_string())
}

fn state(incident: &Incident) -> String {
    text::enum_word(incident.state().as_str_name(), "INCIDENT_STATE_")
}

/// The time for people; of a restricted incident the day only.
fn when(incident: &Incident) -> String {
    let time = text::local_time(incident.occurred_at.as_ref());
    if time.is_empty() { incident.occurred_on.clone() } else { time }
}

/// An incident on a page: what it says, its reports, the evidence of each link, its life.
fn page(answer: &GetIncidentResponse) -> String {
    let Some(incident) = &answer.incident else { return String::new() };
    let mut lines = vec![
        format!("{}  revision {}  {}", incident.incident_id, incident.revision, state(incident)),
        format!("  {} on {}, {}", text::category(incident.category), when(incident), location(incident)),
    ];
    if incident.state() == IncidentState::Merged {
        lines.push(format!("  it became part of {}", incident.merged_into));
    }
    if let Some(belief) = &incident.belief {
        lines.push(format!(
            "  belief {:.3} ({}{}): {} groups, {} sources, {} agencies, {} echoes that weigh nothing",
            f64::from(belief.thousandths) / 1_000.0,
            text::word(belief.reliability, domain::Reliability::from_number).to_uppercase(),
            text::word(belief.credibility, domain::Credibility::from_number),
            belief.groups,
            belief.sources,
            belief.agencies,
            belief.echoes
        ));
    }
    lines.push("reports".to_owned());
    let hidden = incident.members.iter().filter(|member| member.agency.is_empty()).count();
    if hidden > 0 {
        lines.push(format!("  {hidden} that this console does not see"));
    }
    lines.extend(incident.members.iter().filter(|member| !member.agency.is_empty()).map(|member| {
        let note = match (member.echo, member.patrol) {
            (true, _) => "  echo: weighs nothing",
            (false, true) => "  found by a patrol",
            (false, false) => "",
        };
        let weight = member.mean_weight.map_or_else(
            || "alone".to_owned(),
            |weight| format!("{:+.2} nat to the others", f64::from(weight) / 10_000.0),
        );
        format!("  {}/{} revision {}  {weight}{note}", member.agency, member.client_report_id, member.revision)
    }));
    if !incident.links.is_empty() {
        lines.push("why they are one".to_owned());
        lines.extend(incident.links.iter().map(link));
    }
    if let Some(rejected) = &incident.nearest_rejected {
        lines.push("nearest that was not joined".to_owned());
        lines.push(link(rejected));
    }
    lines.push("life".to_owned());
    lines.extend(incident.lineage.iter().map(|event| {
        let other = if event.other.is_empty() { String::new() } else { format!(" with {}", event.other) };
        let kind = LineageKind::try_from(event.kind).unwrap_or(LineageKind::Unspecified);
        let kind = text::enum_word(kind.as_str_name(), "LINEAGE_KIND_");
        format!("  {} at position {} ({}){other}", kind, event.position, text::local_time(event.log_time.as_ref()))
    }));
    lines.push(String::new());
    lines.join("\n")
}

fn location(incident: &Incident) -> String {
    let Some(place) = &incident.place else { return "place not shown".to_owned() };
    let county = if place.county.is_empty() { "outside the counties" } else { &place.county };
    match (&place.point, place.nearest_place.as_str()) {
        (None, _) if place.area => format!("{county} (known as an area)"),
        (None, _) => format!("{county} (no place shown)"),
        (Some(point), "") => format!("{county} ({:.4}, {:.4})", point.latitude, point.longitude),
        (Some(point), near) => format!("near {near}, {county} ({:.4}, {:.4})", point.latitude, point.longitude),
    }
}

/// A waterfall on one line.
fn link(link: &LinkEvidence) -> String {
    let nats = |weight: i32| f64::from(weight) / 10_000.0;
    let fields = link.fields.iter().filter(|field| field.weight != 0);
    let fields: Vec<String> = fields
        .map(|field| format!("{} {:+.2} ({})", field.field.replace('_', " "), nats(field.weight), field.level))
        .collect();
    format!("  {} ~ {}: {:+.2} nat = {}", link.report_a, link.report_b, nats(link.weight), fields.join(", "))
}
