//! Reports in, incidents out, through the public interface: any order, life and lineage, evidence, bounds, snapshots.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "what a test gives itself is known to be there")]
mod belief_table;
mod bounds;
mod evidence;
mod given;
mod life;
mod order;
mod said;
