//! `jukwaa health`: whether a server takes calls, by the health that gRPC defines. For scripts and containers.
//!
//! Never: tells more than the one word; `jukwaa doctor` looks further.

use std::time::Duration;

use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_check_response::ServingStatus;

use crate::client::Client;
use crate::failure::{Exit, Failure};
use crate::output;

/// Longer than this a server that works does not think about it.
const ANSWER_MAX: Duration = Duration::from_secs(5);

/// Runs the command.
///
/// # Errors
/// With exit code 5 unless the server says SERVING.
pub(crate) async fn run(client: &Client) -> Result<(), Failure> {
    let request = HealthCheckRequest { service: String::new() };
    let mut health = client.health();
    let asked = tokio::time::timeout(ANSWER_MAX, health.check(request)).await;
    let Ok(answer) = asked else {
        return Err(Failure::new(
            Exit::Unavailable,
            format!("no word of its health within {} s", ANSWER_MAX.as_secs()),
        ));
    };
    let status =
        answer.map_err(|status| Failure::new(Exit::Unavailable, format!("no word of its health: {status}")))?;
    let status = status.into_inner().status();
    if status == ServingStatus::Serving {
        return output::write_text("SERVING\n");
    }
    Err(Failure::new(Exit::Unavailable, status.as_str_name()).help("its log says why, and it goes on by itself"))
}
