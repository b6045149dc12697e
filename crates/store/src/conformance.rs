//! The promises of a store, as tests for any engine.
