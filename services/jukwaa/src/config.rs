//! One configuration: a TOML file, then the environment (`JUKWAA__NODE__LISTEN`), then flags.
//!
//! Guarantees: an unknown key is an error that names the file, the line and the keys there are.
//! Never: a secret in the file; keys are made by the server in its data folder.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::failure::{Exit, Failure};

/// The file that is read if none is named.
const DEFAULT_FILE: &str = "jukwaa.toml";
/// Variables that start so are keys of the configuration.
const ENVIRONMENT_PREFIX: &str = "JUKWAA_";

/// The whole configuration.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Config {
    /// This node.
    pub(crate) node: NodeConfig,
    /// Taking reports.
    pub(crate) ingest: ingest::IngestConfig,
    /// Answering queries.
    pub(crate) query: query::QueryConfig,
    /// Streaming alerts.
    pub(crate) alerts: alerts::AlertsConfig,
}

/// This node.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct NodeConfig {
    /// Folder of the data. Default "data".
    pub(crate) data_dir: PathBuf,
    /// Address to serve on. Default "127.0.0.1:7420"; port 0 takes a free one.
    pub(crate) listen: String,
}

impl Default for NodeConfig {
    fn default() -> Self {
        Self { data_dir: PathBuf::from("data"), listen: "127.0.0.1:7420".to_owned() }
    }
}

impl Config {
    /// Reads the configuration in force, flags aside.
    ///
    /// # Errors
    /// If the file cannot be read, or something in it or in the environment is no key or no value of one.
    pub(crate) fn load(file: Option<&Path>) -> Result<Self, Failure> {
        let named =
            file.map(Path::to_path_buf).or_else(|| Some(PathBuf::from(DEFAULT_FILE)).filter(|path| path.exists()));
        let mut builder = config::Config::builder();
        if let Some(path) = &named {
            let text = std::fs::read_to_string(path).map_err(|error| bad(path, error.to_string()))?;
            // Read by itself first: this reader names the line, the layered one cannot.
            toml::from_str::<Config>(&text).map_err(|error| bad(path, error.to_string()))?;
            builder = builder.add_source(config::File::from_str(&text, config::FileFormat::Toml));
        }
        let environment = config::Environment::default().separator("__").try_parsing(true).source(Some(variables()));
        builder.add_source(environment).build().and_then(config::Config::try_deserialize).map_err(|error| {
            Failure::new(Exit::BadConfig, format!("the environment does not fit the configuration: {error}"))
        })
    }

    /// The configuration as TOML.
    ///
    /// # Errors
    /// If a value cannot be written.
    pub(crate) fn to_toml(&self) -> Result<String, Failure> {
        toml::to_string_pretty(self).map_err(|error| Failure::new(Exit::BadConfig, error.to_string()))
    }
}

/// The variables that are keys: those with the prefix and a section, so that `JUKWAA_CONFIG` is not one of them.
fn variables() -> config::Map<String, String> {
    let keys = std::env::vars().filter_map(|(name, value)| {
        let key = name.strip_prefix(ENVIRONMENT_PREFIX)?.strip_prefix('_')?;
        Some((key.to_owned(), value))
    });
    keys.collect()
}

fn bad(path: &Path, reason: String) -> Failure {
    Failure::new(Exit::BadConfig, format!("{} is not a configuration: {}", path.display(), reason.trim_end()))
        .help("`jukwaa config show` prints every key with its default")
}

impl Config {
    /// Checks the values against their bounds.
    ///
    /// # Errors
    /// All faults at once.
    pub(crate) fn check(&self) -> Result<(), Failure> {
        let of =
            |section: &str, faults: Vec<String>| faults.into_iter().map(|fault| format!("{section}.{fault}")).collect();
        let sections: [Vec<String>; 3] =
            [of("ingest", self.ingest.faults()), of("query", self.query.faults()), of("alerts", self.alerts.faults())];
        let mut faults = sections.concat();
        if self.node.listen.rsplit_once(':').is_none_or(|(_, port)| port.parse::<u16>().is_err()) {
            faults.push(format!("node.listen {:?} is not HOST:PORT", self.node.listen));
        }
        if self.node.data_dir.as_os_str().is_empty() {
            faults.push("node.data_dir is empty".to_owned());
        }
        if faults.is_empty() { Ok(()) } else { Err(Failure::new(Exit::BadConfig, faults.join("; "))) }
    }
}
