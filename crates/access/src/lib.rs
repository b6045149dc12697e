//! Answers in, with all that is known; answers out, with what their reader may see. Every answer of every method goes through here.
//!
//! [`permit`] is the one function that decides and redacts. It alone makes a [`Permitted`], and a handler answers with nothing else, so that
//! what was forgotten does not compile. The methods are a closed list that a test compares with the descriptors.
//!
//! Two rules, both absolute until there are roles:
//! - **Restricted** categories (gender-based violence, child defilement) show category, county, local day and counts. A member of such a
//!   category in an incident of another leaves the answer with its line, its report and its links: to list it beside a point would place it.
//!   What is restricted by now is restricted in all its past revisions.
//! - **Marks** narrow. Nobody is authenticated: the reader is whoever can reach the node's own port, and is held for the console of an
//!   agency that takes part. That meets CLEAR, GREEN and AMBER. It does not meet AMBER_STRICT and RED (the reader is of no agency, and named
//!   nowhere), a list of agencies, or a caveat (each asks for a permission that nobody here can give). What a reader does not meet is shown
//!   as if restricted, not left out: a centre hears that something grave happened in a county, and counts and pages agree for all.
//!
//! A `GetReport` or `GetAlert` answer holds its own past; of another past revision, [`permit_past`] asks for the head.
//!
//! Never: IO; a filter or an order on what was not permitted (callers filter what they get from here); a word that a source wrote, of
//! anything reduced.
mod alert; // alerts, reduced
mod answer; // every message that is answered with
mod incident; // incidents, reduced and without restricted members
mod method; // every method, and what it answers with
mod offline; // what the offline commands print of an incident
mod permitted; // the type that says it was decided
mod report; // reports and their history, reduced
mod viewer; // who reads, and what that permits
mod words; // days, counties and marks that are safe to show
pub use crate::{
    answer::{Answer, Revised},
    method::{METHODS, Method},
    offline::{Offline, offline},
    permitted::{Permitted, permit, permit_past},
    viewer::Viewer,
};
