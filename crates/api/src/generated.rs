//! The code that the protos become, nested as the packages are, since generated code refers to others by `super::super::`.
#![allow(
    missing_docs,
    unreachable_pub,
    clippy::all,
    clippy::allow_attributes_without_reason,
    clippy::missing_errors_doc,
    clippy::indexing_slicing,
    clippy::too_many_lines,
    clippy::wildcard_enum_match_arm,
    clippy::large_futures,
    clippy::disallowed_types,
    reason = "generated: the rules are for code that people write"
)]

/// What happened: reports, incidents, hotspots, alerts.
pub mod domain {
    /// Version 1.
    pub mod v1 {
        include!(concat!(env!("OUT_DIR"), "/jukwaa.domain.v1.rs"));
    }
}
/// What the topics hold.
pub mod log {
    /// Version 1.
    pub mod v1 {
        include!(concat!(env!("OUT_DIR"), "/jukwaa.log.v1.rs"));
    }
}
/// Publishing.
pub mod ingest {
    /// Version 1.
    pub mod v1 {
        include!(concat!(env!("OUT_DIR"), "/jukwaa.ingest.v1.rs"));
    }
}
/// Asking.
pub mod query {
    /// Version 1.
    pub mod v1 {
        include!(concat!(env!("OUT_DIR"), "/jukwaa.query.v1.rs"));
    }
}
/// Subscribing.
pub mod alert {
    /// Version 1.
    pub mod v1 {
        include!(concat!(env!("OUT_DIR"), "/jukwaa.alert.v1.rs"));
    }
}
