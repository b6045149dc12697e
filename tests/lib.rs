//! Whole-system tests live beside this file, one file per question; there is nothing to import.
