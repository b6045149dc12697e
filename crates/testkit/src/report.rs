//! Reports with sound defaults: a cattle raid at Kapedo on the evening of 4 March 2026, told by the police.

use domain::{
    Account, Category, Grading, Handling, Occurrence, Place, Point, Priority, Report, ReportBody, ReportKey, Revision,
    SourceKind, Span, Subcategory, Timestamp,
};

/// Builds one report.
#[derive(Clone, Debug)]
pub struct ReportBuilder {
    key: ReportKey,
    revision: i64,
    account: Account,
    retracted: bool,
}

impl ReportBuilder {
    /// A raid told by an agency under an id.
    #[must_use]
    pub fn new(agency: &str, client_report_id: &str) -> Self {
        let at = "2026-03-04T18:00:00Z".parse().unwrap();
        let account = Account {
            unit: String::new(),
            external_ref: None,
            source_kind: Some(SourceKind::Police),
            channel: None,
            discovery: None,
            source_ref: String::new(),
            category: Category::Banditry,
            subcategory: Some(Subcategory::CattleRaid),
            occurrence: Occurrence::At { at, uncertainty: None },
            reported_at: None,
            place: Place { point: Some(Point::from_degrees(1.1517, 36.1034).unwrap()), ..Place::default() },
            summary: String::new(),
            language: String::new(),
            killed: None,
            injured: None,
            abducted: None,
            attackers: None,
            livestock: Vec::new(),
            weapons: Vec::new(),
            goods: Vec::new(),
            heading_degrees: None,
            modus: Vec::new(),
            identifiers: Vec::new(),
            grading: Grading::default(),
            priority: Priority::Three,
            handling: Handling::default(),
        };
        let key = ReportKey { agency: agency.parse().unwrap(), client_report_id: client_report_id.parse().unwrap() };
        Self { key, revision: 1, account, retracted: false }
    }

    /// So many minutes after the evening.
    #[must_use]
    pub fn minutes_later(mut self, minutes: i64) -> Self {
        let at = self.account.occurrence.middle().plus(Span::from_secs(minutes * 60));
        self.account.occurrence = Occurrence::At { at, uncertainty: None };
        self
    }

    /// At an instant.
    #[must_use]
    pub fn at(mut self, at: Timestamp) -> Self {
        self.account.occurrence = Occurrence::At { at, uncertainty: None };
        self
    }

    /// So many kilometres north of Kapedo.
    #[must_use]
    pub fn km_north(mut self, km: f64) -> Self {
        self.account.place.point = Some(Point::from_degrees(1.1517 + km / 111.195, 36.1034).unwrap());
        self
    }

    /// At a point.
    #[must_use]
    pub fn point(mut self, lat_degrees: f64, lng_degrees: f64) -> Self {
        self.account.place.point = Some(Point::from_degrees(lat_degrees, lng_degrees).unwrap());
        self
    }

    /// At a named place, without a point.
    #[must_use]
    pub fn named(mut self, name: &str, ward: &str, county: &str) -> Self {
        self.account.place =
            Place { name: name.to_owned(), ward: ward.to_owned(), county: county.to_owned(), ..Place::default() };
        self
    }

    /// Of a category, without a sub-category.
    #[must_use]
    pub fn category(mut self, category: Category) -> Self {
        (self.account.category, self.account.subcategory) = (category, None);
        self
    }

    /// A later revision.
    #[must_use]
    pub const fn revision(mut self, revision: i64) -> Self {
        self.revision = revision;
        self
    }

    /// Takes the report back.
    #[must_use]
    pub const fn retracted(mut self) -> Self {
        self.retracted = true;
        self
    }

    /// Anything else of the account.
    #[must_use]
    pub fn with(mut self, change: impl FnOnce(&mut Account)) -> Self {
        change(&mut self.account);
        self
    }

    /// The report of the domain.
    #[must_use]
    pub fn build(self) -> Report {
        let body = if self.retracted { ReportBody::Retraction } else { ReportBody::Account(Box::new(self.account)) };
        Report { key: self.key, revision: Revision::new(self.revision).unwrap(), body }
    }

    /// The report of the wire.
    #[must_use]
    pub fn wire(self) -> api::domain::v1::Report {
        (&self.build()).into()
    }
}
