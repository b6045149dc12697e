//! Who and which: names that agencies give, and ids derived from input only.
//!
//! Comes in: text of the wire, or the ids of what something is made of. Goes out: 16-byte ids with a prefix that tells their kind.
//! Guarantees: the same input gives the same id on every machine; an id of one kind is never read as another.
//!
//! Never: draws an id at random.

use std::fmt;
use std::str::FromStr;

use sha2::{Digest, Sha256};
use unicode_normalization::UnicodeNormalization;

/// Most characters of an agency's name.
pub(crate) const AGENCY_CHARS_MAX: usize = 64;
/// Most characters of a client's report id.
pub(crate) const CLIENT_REPORT_ID_CHARS_MAX: usize = 128;

/// A name or an id that could not be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ParseIdError {
    /// An agency's name.
    #[error("{text:?} is not an agency: 1 to 64 of a-z, 0-9, '-' and '_'")]
    Agency {
        /// What was given.
        text: String,
    },
    /// A client's report id.
    #[error("{text:?} is not a report id: 1 to 128 characters, not blank")]
    ClientReportId {
        /// What was given, cut at 160 characters.
        text: String,
    },
    /// A derived id.
    #[error("{text:?} is not an id of the form {prefix}-<32 hexadecimal digits>")]
    Derived {
        /// What was given.
        text: String,
        /// The prefix that was wanted.
        prefix: &'static str,
    },
}

/// The name of an agency: 1 to 64 of a-z, 0-9, '-' and '_'.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AgencyId(String);

impl AgencyId {
    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for AgencyId {
    type Err = ParseIdError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-' || byte == b'_';
        if text.is_empty() || text.len() > AGENCY_CHARS_MAX || !text.bytes().all(allowed) {
            return Err(ParseIdError::Agency { text: text.chars().take(160).collect() });
        }
        Ok(Self(text.to_owned()))
    }
}

impl fmt::Display for AgencyId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(&self.0)
    }
}

/// The publisher's own id of a report: 1 to 128 characters in Unicode NFC, not blank.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ClientReportId(String);

impl ClientReportId {
    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for ClientReportId {
    type Err = ParseIdError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let error = || ParseIdError::ClientReportId { text: text.chars().take(160).collect() };
        if text.len() > CLIENT_REPORT_ID_CHARS_MAX * 16 {
            return Err(error());
        }
        let normal: String = text.nfc().collect();
        if normal.trim().is_empty() || normal.chars().count() > CLIENT_REPORT_ID_CHARS_MAX {
            return Err(error());
        }
        Ok(Self(normal))
    }
}

impl fmt::Display for ClientReportId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(&self.0)
    }
}

/// Which report: unique for ever. `Display` is `agency/client_report_id`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ReportKey {
    /// The agency that publishes it.
    pub agency: AgencyId,
    /// Its id there.
    pub client_report_id: ClientReportId,
}

impl ReportKey {
    /// The id that is derived from it.
    #[must_use]
    pub fn report_id(&self) -> ReportId {
        ReportId(digest("report", &[self.agency.as_str().as_bytes(), self.client_report_id.as_str().as_bytes()]))
    }
}

impl fmt::Display for ReportKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}/{}", self.agency, self.client_report_id)
    }
}

impl FromStr for ReportKey {
    type Err = ParseIdError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (agency, client_report_id) =
            text.split_once('/').ok_or_else(|| ParseIdError::Agency { text: text.to_owned() })?;
        Ok(Self { agency: agency.parse()?, client_report_id: client_report_id.parse()? })
    }
}

/// The first 16 bytes of SHA-256 over a kind and length-prefixed parts.
fn digest(kind: &str, parts: &[&[u8]]) -> [u8; 16] {
    let mut hasher = Sha256::new();
    hasher.update(kind.as_bytes());
    for part in parts {
        hasher.update((part.len() as u64).to_be_bytes());
        hasher.update(part);
    }
    let mut id = [0; 16];
    id.iter_mut().zip(hasher.finalize()).for_each(|(to, from)| *to = from);
    id
}

macro_rules! derived_id {
    ($(#[$doc:meta])* $name:ident $prefix:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name([u8; 16]);

        impl $name {
            /// Takes the bytes of an id that was made before.
            #[must_use]
            pub const fn from_bytes(bytes: [u8; 16]) -> Self {
                Self(bytes)
            }

            /// The bytes.
            #[must_use]
            pub const fn as_bytes(&self) -> &[u8; 16] {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(formatter, concat!($prefix, "-{:032x}"), u128::from_be_bytes(self.0))
            }
        }

        impl FromStr for $name {
            type Err = ParseIdError;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                let error = || ParseIdError::Derived { text: text.chars().take(160).collect(), prefix: $prefix };
                let digits = text.strip_prefix(concat!($prefix, "-")).ok_or_else(error)?;
                let plain = digits.len() == 32 && digits.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
                if !plain {
                    return Err(error());
                }
                u128::from_str_radix(digits, 16).map(|value| Self(value.to_be_bytes())).map_err(|_| error())
            }
        }
    };
}

derived_id! {
    /// Id of a report: hash of agency and client's report id.
    ReportId "rep"
}
derived_id! {
    /// Id of an incident: from its member with the least position.
    IncidentId "inc"
}
derived_id! {
    /// Id of a hotspot: from family, resolution, window, least cell and the mark of its birth.
    HotspotId "hot"
}
derived_id! {
    /// Id of an alert: hash of rule and subject.
    AlertId "alt"
}
derived_id! {
    /// Id of a quarantine entry: hash of the record's position.
    QuarantineId "qua"
}
derived_id! {
    /// A source: (agency, hash of its reference), else (agency, unit), else (agency, source kind).
    SourceId "src"
}

impl IncidentId {
    /// The incident whose member with the least position is this report.
    #[must_use]
    pub fn of_first_member(report: ReportId) -> Self {
        Self(digest("incident", &[report.as_bytes()]))
    }

    /// An incident that a file names in its own way.
    #[must_use]
    pub fn of_name(name: &str) -> Self {
        Self(digest("incident-name", &[name.as_bytes()]))
    }
}

impl HotspotId {
    /// A hotspot born at a mark (microseconds) with this least cell.
    #[must_use]
    pub fn of_birth(family: i32, resolution: u8, window_days: u16, least_cell: u64, mark_us: i64) -> Self {
        let parts: [&[u8]; 5] = [
            &family.to_be_bytes(),
            &[resolution],
            &window_days.to_be_bytes(),
            &least_cell.to_be_bytes(),
            &mark_us.to_be_bytes(),
        ];
        Self(digest("hotspot", &parts))
    }
}

impl AlertId {
    /// The alert of a rule on a subject (the bytes of its id).
    #[must_use]
    pub fn of_subject(rule: &str, subject: &[u8; 16]) -> Self {
        Self(digest("alert", &[rule.as_bytes(), subject]))
    }
}

impl QuarantineId {
    /// The entry for the record at a position.
    #[must_use]
    pub fn of_position(position: u64) -> Self {
        Self(digest("quarantine", &[&position.to_be_bytes()]))
    }
}

impl SourceId {
    /// A source that its agency names by a keyed hash.
    #[must_use]
    pub fn of_reference(agency: &AgencyId, source_ref: &str) -> Self {
        Self(digest("source-ref", &[agency.as_str().as_bytes(), source_ref.as_bytes()]))
    }

    /// A source known by its unit only.
    #[must_use]
    pub fn of_unit(agency: &AgencyId, unit: &str) -> Self {
        Self(digest("source-unit", &[agency.as_str().as_bytes(), unit.as_bytes()]))
    }

    /// A source known by its kind only; 0: not said.
    #[must_use]
    pub fn of_kind(agency: &AgencyId, kind: i32) -> Self {
        Self(digest("source-kind", &[agency.as_str().as_bytes(), &kind.to_be_bytes()]))
    }
}

/// HMAC-SHA-256 of a canonical report as sent, under a key that is never rotated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ContentHash([u8; 32]);

impl ContentHash {
    /// Takes the 32 bytes.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The 32 bytes.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn report_key_text_is_read_back(agency in "[a-z0-9_-]{1,64}", id in "\\PC{1,128}") {
            prop_assume!(!id.trim().is_empty());
            if let Ok(key) = format!("{agency}/{id}").parse::<ReportKey>() {
                prop_assert_eq!(key.to_string().parse::<ReportKey>().unwrap(), key);
            }
        }

        #[test]
        fn derived_id_text_is_read_back(bytes: [u8; 16]) {
            let id = IncidentId::from_bytes(bytes);
            prop_assert_eq!(id.to_string().parse::<IncidentId>().unwrap(), id);
            prop_assert!(id.to_string().parse::<AlertId>().is_err());
        }

        #[test]
        fn no_text_panics(text in "\\PC*") {
            let outcomes = (text.parse::<ReportKey>().is_ok(), text.parse::<ReportId>().is_ok(), text.parse::<ClientReportId>().is_ok());
            prop_assert!(!outcomes.1 || text.starts_with("rep-"));
        }
    }

    #[test]
    fn parts_are_not_confused() {
        let key = |agency: &str, id: &str| ReportKey {
            agency: agency.parse().unwrap(),
            client_report_id: id.parse().unwrap(),
        };

        assert_ne!(key("ab", "c").report_id(), key("a", "bc").report_id());
    }

    #[test]
    fn composed_and_decomposed_ids_are_one() {
        assert_eq!("e\u{301}".parse::<ClientReportId>().unwrap(), "\u{e9}".parse::<ClientReportId>().unwrap());
    }

    #[test]
    fn blank_or_long_ids_are_refused() {
        assert!(" \t".parse::<ClientReportId>().is_err());
        assert!("x".repeat(129).parse::<ClientReportId>().is_err());
        assert!("x".repeat(128).parse::<ClientReportId>().is_ok());
    }
}
