//! Every field filled, every answer permitted, and what comes out held against a list.
use access::{Answer, METHODS, Revised, Viewer, permit, permit_past};
use api::{alert::v1 as alert, domain::v1, ingest::v1 as ingest, query::v1 as query};
use prost::Message;

use crate::filled::{CANARY, Filling, OPEN, REDUCED, choices, fields_set, filled};

/// What may be set in an answer that is reduced. A `*` after it: its text is carried over, and so must be an id that we derived, a token
/// of ours, or a name that the reader gave.
const SHOWN: &[(&str, &[&str])] = &[
    (
        "jukwaa.domain.v1.Report",
        &[
            "category",
            "occurred_on",
            "place",
            "killed",
            "injured",
            "abducted",
            "attackers",
            "livestock",
            "handling",
            "revision",
            "retracted",
        ],
    ),
    ("jukwaa.domain.v1.Place", &["county"]),
    ("jukwaa.domain.v1.Livestock", &["count"]),
    ("jukwaa.domain.v1.Handling", &["tlp"]),
    (
        "jukwaa.domain.v1.Incident",
        &[
            "incident_id*",
            "revision",
            "state",
            "merged_into*",
            "category",
            "occurred_on",
            "place",
            "killed",
            "injured",
            "abducted",
            "attackers",
            "livestock",
            "members",
            "handling",
            "restricted",
        ],
    ),
    ("jukwaa.domain.v1.IncidentPlace", &["county"]),
    ("jukwaa.domain.v1.IncidentMember", &[]),
    (
        "jukwaa.domain.v1.Alert",
        &[
            "alert_id*",
            "revision",
            "rule*",
            "severity",
            "state",
            "close_reason",
            "superseded_by*",
            "incident_id*",
            "hotspot_id*",
            "category",
            "family",
            "county",
            "raised_at",
            "log_time",
            "historical",
            "acknowledged_by*",
            "acknowledged_at",
            "reason",
            "handling",
            "restricted",
            "occurred_on",
        ],
    ),
    ("jukwaa.domain.v1.AlertRef", &["alert_id*", "revision"]),
    ("jukwaa.query.v1.GetReportResponse", &["report_id*", "report", "revisions", "gaps", "incident_id*", "retracted"]),
    ("jukwaa.query.v1.ReportRevision", &["report", "county", "history"]),
    ("jukwaa.query.v1.ListIncidentsResponse", &["incidents", "next_page_token*", "as_of"]),
    ("jukwaa.query.v1.GetIncidentResponse", &["incident"]),
    ("jukwaa.query.v1.QuarantineItem", &["quarantine_id*", "log_time", "reason*", "restricted"]),
    ("jukwaa.query.v1.ListQuarantineResponse", &["items", "next_page_token*"]),
    (
        "jukwaa.alert.v1.WatchAlertsResponse",
        &["sequence", "cursor*", "upsert", "removed", "synced", "bookmark", "goodbye"],
    ),
    ("jukwaa.alert.v1.Synced", &[]),
    ("jukwaa.alert.v1.Bookmark", &["server_time", "lag"]),
    ("jukwaa.alert.v1.Goodbye", &["reason*", "retry_after"]),
    ("jukwaa.alert.v1.ListAlertsResponse", &["alerts", "next_page_token*"]),
    ("jukwaa.alert.v1.GetAlertResponse", &["alert", "revisions"]),
    ("google.protobuf.Timestamp", &["seconds", "nanos"]),
    ("google.protobuf.Duration", &["seconds", "nanos"]),
];

fn shown(field: &str, text: &str) -> bool {
    let (message, name) = field.rsplit_once('.').unwrap();
    let names = SHOWN.iter().find(|(known, _)| *known == message).map_or(&[][..], |(_, names)| *names);
    names.contains(&format!("{name}*").as_str()) || names.contains(&name) && !text.contains(CANARY)
}

fn console() -> Viewer {
    Viewer::agency_console()
}

fn each_choice<A: Answer + Message + Default>(filling: Filling) -> Vec<A> {
    (0..choices(A::NAME)).map(|choice| filled(A::NAME, filling, choice)).collect()
}

/// Nothing but what is listed comes out of an answer that is not for a console.
fn check_reduced<A: Answer + Message + Default>(fillings: &[Filling]) {
    for filling in fillings {
        for answer in each_choice::<A>(*filling) {
            let permitted = permit(&console(), answer).into_inner();

            let leaked: Vec<_> =
                fields_set(A::NAME, &permitted).into_iter().filter(|(field, text)| !shown(field, text)).collect();
            assert!(leaked.is_empty(), "{} under {filling:?} shows {leaked:?}", A::NAME);
        }
    }
}

/// What is for a console comes out whole, and what was permitted comes out as it went in.
fn check_whole<A: Answer + Message + Default + Clone + PartialEq + std::fmt::Debug>() {
    for answer in each_choice::<A>(OPEN) {
        assert_eq!(permit(&console(), answer.clone()).into_inner(), answer, "{}", A::NAME);
    }
    for filling in REDUCED {
        for answer in each_choice::<A>(filling) {
            let once = permit(&console(), answer).into_inner();
            assert_eq!(permit(&console(), once.clone()).into_inner(), once, "{} under {filling:?}", A::NAME);
        }
    }
}

fn check_past<A: Revised + Message + Default>() {
    for filling in REDUCED {
        let head: A = filled(A::NAME, filling, 0);
        let past: A = filled(A::NAME, OPEN, 0);

        let permitted = permit_past(&console(), past, &head).into_inner();

        let set = fields_set(A::NAME, &permitted);
        assert!(set.iter().all(|(field, text)| shown(field, text)), "{} under {filling:?}: {set:?}", A::NAME);
    }
}

#[test]
fn reduced_reports_show_what_is_listed() {
    check_reduced::<v1::Report>(&REDUCED);
    check_reduced::<query::GetReportResponse>(&REDUCED);
}

#[test]
fn reduced_incidents_show_what_is_listed() {
    check_reduced::<v1::Incident>(&REDUCED);
    check_reduced::<query::ListIncidentsResponse>(&REDUCED);
    check_reduced::<query::GetIncidentResponse>(&REDUCED);
}

#[test]
fn incident_whose_mark_alone_says_so_is_reduced() {
    let marked = [Filling { restricted: true, ..OPEN }];

    check_reduced::<query::ListIncidentsResponse>(&marked);
    check_reduced::<query::GetIncidentResponse>(&marked);
    check_reduced::<alert::WatchAlertsResponse>(&marked);
    check_reduced::<query::ListQuarantineResponse>(&marked);
}

#[test]
fn reduced_alerts_show_what_is_listed() {
    check_reduced::<v1::Alert>(&REDUCED);
    check_reduced::<alert::WatchAlertsResponse>(&REDUCED);
    check_reduced::<alert::ListAlertsResponse>(&REDUCED);
    check_reduced::<alert::GetAlertResponse>(&REDUCED);
}

#[test]
fn past_shows_no_more_than_its_head() {
    check_past::<v1::Report>();
    check_past::<v1::Incident>();
    check_past::<v1::Alert>();
}

#[test]
fn everything_else_comes_out_whole_and_once_permitted_stays() {
    check_whole::<ingest::PublishReportResponse>();
    check_whole::<ingest::PublishReportsResponse>();
    check_whole::<ingest::GetReceiptResponse>();
    check_whole::<ingest::EndHistoryResponse>();
    check_whole::<v1::Report>();
    check_whole::<v1::Incident>();
    check_whole::<v1::Hotspot>();
    check_whole::<v1::Alert>();
    check_whole::<query::QuarantineItem>();
    check_whole::<query::GetReportResponse>();
    check_whole::<query::ListIncidentsResponse>();
    check_whole::<query::GetIncidentResponse>();
    check_whole::<query::ListHotspotsResponse>();
    check_whole::<query::GetHotspotResponse>();
    check_whole::<query::ListQuarantineResponse>();
    check_whole::<alert::WatchAlertsResponse>();
    check_whole::<alert::ListAlertsResponse>();
    check_whole::<alert::GetAlertResponse>();
    check_whole::<alert::AcknowledgeAlertResponse>();
    assert_eq!(METHODS.len(), 14, "a method more: check its answer here");
}

#[test]
fn incidents_of_a_hotspot_are_reduced_one_by_one() {
    let answer: query::GetHotspotResponse = filled(query::GetHotspotResponse::NAME, REDUCED[0], 0);

    let permitted = permit(&console(), answer.clone()).into_inner();

    assert_eq!((&permitted.hotspot, &permitted.history), (&answer.hotspot, &answer.history));
    assert_eq!(permitted.incidents.len(), answer.incidents.len());
    for incident in &permitted.incidents {
        let set = fields_set(v1::Incident::NAME, incident);
        assert!(set.iter().all(|(field, text)| shown(field, text)), "{set:?}");
    }
}

#[test]
fn restricted_member_leaves_an_open_incident_without_a_trace() {
    let open: query::GetIncidentResponse = filled(query::GetIncidentResponse::NAME, OPEN, 0);
    let mut answer = open.clone();
    let incident = answer.incident.as_mut().unwrap();
    incident.members[1].restricted = true;
    incident.links[1].restricted = true;
    incident.nearest_rejected.as_mut().unwrap().restricted = true;
    answer.reports[1].category = domain::Category::ChildDefilement.number();
    let gone = [
        texts(v1::IncidentMember::NAME_IN_CONTRACT, &incident.members[1]),
        texts(v1::LinkEvidence::NAME_IN_CONTRACT, &incident.links[1]),
        texts(v1::LinkEvidence::NAME_IN_CONTRACT, incident.nearest_rejected.as_ref().unwrap()),
        texts(v1::Report::NAME, &answer.reports[1]),
    ];

    let permitted = permit(&console(), answer).into_inner();

    let expected = open.incident.unwrap();
    let incident = permitted.incident.as_ref().unwrap();
    assert_eq!((&incident.place, &incident.members[..]), (&expected.place, &expected.members[..1]));
    assert_eq!((&incident.links[..], &incident.nearest_rejected), (&expected.links[..1], &None));
    assert_eq!(permitted.reports[..], open.reports[..1]);
    let left = texts(query::GetIncidentResponse::NAME, &permitted);
    for text in gone.iter().flatten() {
        assert!(!left.contains(text), "{text}");
    }
}

/// The names of messages that are no answer by themselves.
trait Named {
    const NAME_IN_CONTRACT: &'static str;
}
impl Named for v1::IncidentMember {
    const NAME_IN_CONTRACT: &'static str = "jukwaa.domain.v1.IncidentMember";
}
impl Named for v1::LinkEvidence {
    const NAME_IN_CONTRACT: &'static str = "jukwaa.domain.v1.LinkEvidence";
}

fn texts<M: Message>(name: &str, message: &M) -> Vec<String> {
    let canary = |(_, text): (String, String)| text.starts_with(CANARY).then_some(text);
    let texts: Vec<_> = fields_set(name, message).into_iter().filter_map(canary).collect();
    assert!(!texts.is_empty(), "{name} holds no text");
    texts
}
