//! Whether this machine's clock agrees with the broker's: one that does not stamps nothing.
//!
//! Comes in: a measurement of the difference. Goes out: a state that the appender asks before each stamp, and that health follows.
//! Guarantees: measured before the first stamp and each minute after; over two seconds off, or never measured, nothing is stamped.
//!
//! Never: sets a clock; forgets a difference because it could not be measured again.
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;

use crate::refusal::Refusal;

/// The greatest difference at which records are stamped.
pub const CLOCK_OFF_MAX: Duration = Duration::from_secs(2);
/// How often it is measured.
const MEASURE_EVERY: Duration = Duration::from_secs(60);
/// How soon it is measured again after a measurement that failed.
const MEASURE_RETRY: Duration = Duration::from_secs(5);

/// Measures by how many microseconds this machine's clock is ahead of the broker's, below zero: behind it; or says why it cannot. May block.
pub type MeasureClock = Arc<dyn Fn() -> Result<i64, String> + Send + Sync>;

/// Compares two clocks, again and again.
#[derive(Clone)]
pub struct ClockGuard {
    measure: MeasureClock,
    every: Duration,
}

impl fmt::Debug for ClockGuard {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("ClockGuard").field("every", &self.every).finish_non_exhaustive()
    }
}

/// What was measured last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClockState {
    /// Within [`CLOCK_OFF_MAX`], or nobody asked for a comparison.
    Sound,
    /// Over it.
    Off {
        /// Microseconds ahead of the broker's clock; below zero: behind it.
        ahead_micros: i64,
    },
    /// No measurement has succeeded.
    Unmeasured,
}

impl ClockState {
    /// Judges a measurement.
    #[must_use]
    pub fn of(ahead_micros: i64) -> Self {
        if u128::from(ahead_micros.unsigned_abs()) > CLOCK_OFF_MAX.as_micros() {
            Self::Off { ahead_micros }
        } else {
            Self::Sound
        }
    }

    /// What is told instead of a stamp.
    pub(crate) const fn refusal(self) -> Option<Refusal> {
        match self {
            Self::Sound => None,
            Self::Off { ahead_micros } => Some(Refusal::ClockOff { ahead_micros }),
            Self::Unmeasured => Some(Refusal::ClockUnmeasured),
        }
    }
}

impl ClockGuard {
    /// A guard that measures so, each minute.
    #[must_use]
    pub fn new(measure: MeasureClock) -> Self {
        Self { measure, every: MEASURE_EVERY }
    }

    /// The same guard with another time between measurements.
    #[must_use]
    pub fn every(self, every: Duration) -> Self {
        Self { every, ..self }
    }

    /// Measures once; `before` stays if that fails. Blocks.
    pub(crate) fn measure(&self, before: ClockState) -> ClockState {
        match (self.measure)() {
            Ok(ahead_micros) => {
                let state = ClockState::of(ahead_micros);
                if state != ClockState::Sound {
                    tracing::error!(ahead_micros, "the clock of this machine is off: nothing is stamped");
                }
                state
            }
            Err(reason) => {
                tracing::warn!(reason, "the clock could not be compared with the broker's");
                before
            }
        }
    }

    /// Measures for ever.
    pub(crate) async fn watch(self, state: watch::Sender<ClockState>) {
        loop {
            let before = *state.borrow();
            let pause = if before == ClockState::Unmeasured { MEASURE_RETRY.min(self.every) } else { self.every };
            tokio::time::sleep(pause).await;
            let guard = self.clone();
            let Ok(measured) = tokio::task::spawn_blocking(move || guard.measure(before)).await else { return };
            state.send_replace(measured);
        }
    }
}
