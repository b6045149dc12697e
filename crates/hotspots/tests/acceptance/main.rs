//! Hotspots through the public interface: over worlds of a small generator, on the real mask.

#[cfg(test)]
mod detection; // one set, one instant
#[cfg(test)]
mod streaming; // along log time
#[cfg(test)]
mod world; // incidents to count
