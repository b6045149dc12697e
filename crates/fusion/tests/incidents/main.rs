//! Reports in, incidents out, through the public interface: any order, life and lineage, evidence, bounds, snapshots.
mod bounds;
mod evidence;
mod given;
mod life;
mod order;
mod said;
