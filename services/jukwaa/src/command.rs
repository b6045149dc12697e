//! The commands: one file a noun, and what they share.
mod input; // files, times, words
mod text; // values as people read them
mod detect;
mod fuse;
mod generate;
mod demo;
mod report;
mod incident;
mod hotspot;
mod map;
mod alert;
mod quarantine;
mod doctor;
mod health;

use clap::CommandFactory;

use crate::cli::{Cli, Command, ConfigCommand};
use crate::client::Client;
use crate::config::Config;
use crate::failure::Failure;
use crate::{output, serve};

/// Runs a command.
///
/// # Errors
/// What the command says.
pub(crate) async fn run(cli: Cli) -> Result<(), Failure> {
    let Cli { config, server, command } = cli;
    match &command {
        Command::Detect(args) => return detect::run(args),
        Command::Fuse(args) => return fuse::run(args),
        Command::Generate(args) => return generate::run(args),
        Command::Completions { shell } => return completions(*shell),
        Command::Hotspot(command) => {
            if let Some(outcome) = hotspot::run_offline(command) {
                return outcome;
            }
        }
        Command::Serve(_)
        | Command::Demo(_)
        | Command::Report(_)
        | Command::Incident(_)
        | Command::Alert(_)
        | Command::Quarantine(_)
        | Command::Doctor(_)
        | Command::Health
        | Command::Config(_) => {}
    }
    let config = Config::load(config.as_deref())?;
    let connect = || Client::connect(&config, server.as_deref());
    match &command {
        Command::Serve(args) => serve::run(serve::with_flags(config, args)).await,
        Command::Demo(args) => demo::run(&config, args).await,
        Command::Report(command) => report::run(command, &connect().await?).await,
        Command::Incident(command) => incident::run(command, &connect().await?).await,
        Command::Hotspot(command) => hotspot::run(command, &connect().await?).await,
        Command::Alert(command) => alert::run(command, &connect().await?).await,
        Command::Quarantine(command) => quarantine::run(command, &connect().await?).await,
        Command::Doctor(args) => doctor::run(&config, args, server.as_deref()).await,
        Command::Health => health::run(&connect().await?).await,
        Command::Config(ConfigCommand::Show) => output::write_text(&config.to_toml()?),
        Command::Config(ConfigCommand::Check) => config.check(),
        Command::Detect(_) | Command::Fuse(_) | Command::Generate(_) | Command::Completions { .. } => Ok(()),
    }
}

fn completions(shell: clap_complete::Shell) -> Result<(), Failure> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "jukwaa", &mut script);
    output::write_text(&String::from_utf8_lossy(&script))
}
