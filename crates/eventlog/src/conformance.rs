//! The promises of an event log, as tests for any engine.
