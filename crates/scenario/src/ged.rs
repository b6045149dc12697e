//! Events of the UCDP Georeferenced Event Dataset in; the reports that several agencies would have sent of them out.
//!
//! Both layouts are read: the plain one, and the one with a second line of HXL tags. What an event is precise about, its reports are: the
//! codes of place and date become uncertainties, region codes become areas. A row that cannot be used is told with its line and reason.
//! Never: a side or dyad in an event, a report, an id or a text (they name communities); a free text of the set, since it may name persons.
mod mapping; // sides to a category
mod precision; // codes to uncertainties
mod read; // text to events
mod retell; // events to reports
pub use self::{
    read::{GedEvent, GedNote, GedReading, read},
    retell::{reports, scenario},
};
