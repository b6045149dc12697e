//! The command line: noun, then verb. Data on standard output, everything else on standard error.
//!
//! Guarantees: what is not built is not here; every command has an example in its help.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

/// Jukwaa: one picture of incidents from the reports of many agencies.
#[derive(Debug, Parser)]
#[command(
    name = "jukwaa",
    version = crate::version::long(),
    disable_help_subcommand = true,
    after_help = "Exit codes: 0 done, 1 failed in part, 2 usage, 3 not found, 4 not allowed, 5 unavailable (retry), 6 conflict, 7 findings, \
                  78 bad configuration, 130 interrupted."
)]
pub(crate) struct Cli {
    /// Configuration file (TOML). Absent: `jukwaa.toml` in the working folder, if there is one.
    #[arg(long, global = true, env = "JUKWAA_CONFIG", value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    /// Address of the server that client commands talk to. Absent: `node.listen` of the configuration.
    #[arg(long, global = true, env = "JUKWAA_SERVER", value_name = "HOST:PORT")]
    pub(crate) server: Option<String>,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Run the server: ingest, correlator, query and alerts in one process on the embedded engine.
    #[command(after_help = "Example: jukwaa serve --data-dir data --listen 127.0.0.1:7420")]
    Serve(ServeArgs),
    /// Start a server, play two years of incidents (or real events) through the public API, and show what came of it.
    #[command(after_help = "Examples:\n  jukwaa demo\n  jukwaa demo --events GED.csv --data-dir data-events")]
    Demo(DemoArgs),
    /// Fuse a file of reports into incidents, offline.
    #[command(after_help = "Example: jukwaa fuse reports.ndjson --output csv")]
    Fuse(FuseArgs),
    /// Find hotspots in a file of incidents, offline.
    #[command(after_help = "Example: jukwaa detect incidents.csv --as-of 2026-06-30T00:00:00Z --output csv")]
    Detect(DetectArgs),
    /// Generate reports with their truth, seeded.
    #[command(after_help = "Example: jukwaa generate --seed 1 --reports 10000 --out world")]
    Generate(GenerateArgs),
    /// Publish and read reports.
    #[command(subcommand)]
    Report(ReportCommand),
    /// Read incidents.
    #[command(subcommand)]
    Incident(IncidentCommand),
    /// Read hotspots.
    #[command(subcommand)]
    Hotspot(HotspotCommand),
    /// Read, watch and acknowledge alerts.
    #[command(subcommand)]
    Alert(AlertCommand),
    /// Read what was not merged.
    #[command(subcommand)]
    Quarantine(QuarantineCommand),
    /// Look for what a person should act on: folder, rights, disk, server.
    #[command(after_help = "Exits with 7 if there are findings.\nExample: jukwaa doctor --data-dir data")]
    Doctor(DoctorArgs),
    /// Tell whether a server takes calls: SERVING, or exit code 5.
    #[command(after_help = "Example: jukwaa health --server 127.0.0.1:7420")]
    Health,
    /// Show or check the configuration.
    #[command(subcommand)]
    Config(ConfigCommand),
    /// Print the completions of a shell.
    #[command(after_help = "Example: jukwaa completions bash > /etc/bash_completion.d/jukwaa")]
    Completions {
        /// The shell.
        shell: clap_complete::Shell,
    },
}

/// How answers are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// A table for people, times in East Africa Time.
    Table,
    /// One JSON array.
    Json,
    /// One JSON object a line.
    Ndjson,
    /// Comma-separated, with a header.
    Csv,
    /// A GeoJSON feature collection (RFC 7946), where there are places.
    Geojson,
}

/// How answers are written.
#[derive(Clone, Copy, Debug, Args)]
pub(crate) struct OutputArgs {
    /// How to write the answer.
    #[arg(long, short, value_enum, default_value = "table")]
    pub(crate) output: Format,
}

/// Options of `serve`.
#[derive(Debug, Args)]
pub(crate) struct ServeArgs {
    /// Folder of the data.
    #[arg(long, value_name = "DIR")]
    pub(crate) data_dir: Option<PathBuf>,
    /// Address to serve on.
    #[arg(long, value_name = "HOST:PORT")]
    pub(crate) listen: Option<String>,
    /// Take history: old events, stamped by their reported_at.
    #[arg(long)]
    pub(crate) allow_history: bool,
}

/// Options of `demo`.
#[derive(Debug, Args)]
pub(crate) struct DemoArgs {
    /// Real events in the CSV layout of UCDP GED instead of the generated scenario.
    #[arg(long, value_name = "FILE")]
    pub(crate) events: Option<PathBuf>,
    /// Folder of the data. Absent: `data`, or `data-events` with --events.
    #[arg(long, value_name = "DIR")]
    pub(crate) data_dir: Option<PathBuf>,
    /// Address to serve on.
    #[arg(long, value_name = "HOST:PORT")]
    pub(crate) listen: Option<String>,
    /// Local midnight at which the generated scenario ends. Absent: that of the folder's first start.
    #[arg(long, value_name = "TIME")]
    pub(crate) until: Option<String>,
    /// Seed of the generated scenario.
    #[arg(long, default_value_t = 1)]
    pub(crate) seed: u64,
    /// Stop the server at the end instead of leaving it running.
    #[arg(long)]
    pub(crate) stop: bool,
}

/// Options of `fuse`.
#[derive(Debug, Args)]
pub(crate) struct FuseArgs {
    /// Reports, one JSON object a line; `-` is standard input.
    pub(crate) file: PathBuf,
    /// Background rates: `file` (of the file itself) or `0` (the server's first version).
    #[arg(long, default_value = "file", value_parser = ["file", "0"])]
    pub(crate) background: String,
    /// Stop at the first line that cannot be read.
    #[arg(long)]
    pub(crate) strict: bool,
    #[command(flatten)]
    pub(crate) output: OutputArgs,
}

/// Options of `detect`.
#[derive(Debug, Args)]
pub(crate) struct DetectArgs {
    /// Incidents: incident_id,category,occurred_at,latitude,longitude[,weight]; `-` is standard input.
    pub(crate) file: PathBuf,
    /// The end of the windows, RFC 3339.
    #[arg(long, value_name = "TIME")]
    pub(crate) as_of: String,
    /// H3 resolution, 5 to 7.
    #[arg(long, default_value_t = 6)]
    pub(crate) resolution: u8,
    /// Windows in days; may be given several times. Absent: 28, 90, 365, 1825.
    #[arg(long, value_name = "DAYS", value_delimiter = ',')]
    pub(crate) window_days: Vec<u16>,
    /// One row for every cell of the mask.
    #[arg(long)]
    pub(crate) all_cells: bool,
    #[command(flatten)]
    pub(crate) output: OutputArgs,
}

/// Options of `generate`.
#[derive(Debug, Args)]
pub(crate) struct GenerateArgs {
    /// Seed: the same seed gives the same files.
    #[arg(long)]
    pub(crate) seed: u64,
    /// How many reports, about.
    #[arg(long)]
    pub(crate) reports: usize,
    /// Folder for reports.ndjson, truth.csv, incidents.csv, hotspots.csv.
    #[arg(long, value_name = "DIR")]
    pub(crate) out: PathBuf,
    /// How close incidents lie: candidates a report are 1.5, 2.7 or 6.4.
    #[arg(long, default_value = "medium", value_parser = ["easy", "medium", "hard"])]
    pub(crate) density: String,
    /// The noise model.
    #[arg(long, default_value = "full", value_parser = ["a4", "full"])]
    pub(crate) noise: String,
    /// Planted hotspots, or none at all.
    #[arg(long, default_value = "planted", value_parser = ["planted", "uniform"])]
    pub(crate) world: String,
    /// The end of the reports, RFC 3339.
    #[arg(long, default_value = "2026-06-30T21:00:00Z", value_name = "TIME")]
    pub(crate) until: String,
}

/// Verbs of `report`.
#[derive(Debug, Subcommand)]
pub(crate) enum ReportCommand {
    /// Publish reports, one JSON object a line, and print a receipt each.
    #[command(after_help = "Example: jukwaa report publish reports.ndjson")]
    Publish {
        /// The file; `-` is standard input.
        file: PathBuf,
        /// Publish as history: old events, in ascending reportedAt.
        #[arg(long)]
        history: bool,
        #[command(flatten)]
        output: OutputArgs,
    },
    /// Show a report with its revisions.
    #[command(after_help = "Example: jukwaa report show police/OB-7/04/03/2026")]
    Show {
        /// The report id, or agency/clientReportId.
        id: String,
        #[command(flatten)]
        output: OutputArgs,
    },
    /// Take a report back.
    #[command(after_help = "Example: jukwaa report retract police/OB-7/04/03/2026")]
    Retract {
        /// agency/clientReportId, or the report id.
        id: String,
        #[command(flatten)]
        output: OutputArgs,
    },
}

/// Verbs of `incident`.
#[derive(Debug, Subcommand)]
pub(crate) enum IncidentCommand {
    /// List incidents, newest first.
    #[command(after_help = "Example: jukwaa incident list --category banditry --county Baringo --limit 20")]
    List {
        /// Only this category; may be given several times.
        #[arg(long)]
        category: Vec<String>,
        /// Only this county.
        #[arg(long)]
        county: Option<String>,
        /// Only incidents at or after this time, RFC 3339.
        #[arg(long, value_name = "TIME")]
        from: Option<String>,
        /// Only incidents before this time, RFC 3339.
        #[arg(long, value_name = "TIME")]
        until: Option<String>,
        /// As of this log time, RFC 3339.
        #[arg(long, value_name = "TIME")]
        as_of: Option<String>,
        /// How many at most.
        #[arg(long, default_value_t = 50)]
        limit: usize,
        #[command(flatten)]
        output: OutputArgs,
    },
    /// Show an incident with its reports, the evidence of each link, and its lineage.
    #[command(after_help = "Example: jukwaa incident show inc-0123456789abcdef0123456789abcdef")]
    Show {
        /// The incident.
        id: String,
        /// As of this log time, RFC 3339.
        #[arg(long, value_name = "TIME")]
        as_of: Option<String>,
        #[command(flatten)]
        output: OutputArgs,
    },
}

/// Verbs of `hotspot`.
#[derive(Debug, Subcommand)]
pub(crate) enum HotspotCommand {
    /// List hotspots.
    #[command(
        after_help = "Example: jukwaa hotspot list --family banditry --window-days 365 --as-of 2026-01-01T00:00:00Z"
    )]
    List(HotspotListArgs),
    /// Show a hotspot with its history and incidents, and why.
    #[command(after_help = "Example: jukwaa hotspot show hot-0123456789abcdef0123456789abcdef")]
    Show {
        /// The hotspot.
        id: String,
        /// As of this log time, RFC 3339.
        #[arg(long, value_name = "TIME")]
        as_of: Option<String>,
        #[command(flatten)]
        output: OutputArgs,
    },
    /// Print the cells of the mask, one a line.
    #[command(after_help = "Example: jukwaa hotspot mask --resolution 6")]
    Mask {
        /// H3 resolution, 5 to 7.
        #[arg(long)]
        resolution: u8,
    },
    /// Draw the hotspots on the counties: one self-contained picture.
    #[command(
        after_help = "Example: jukwaa hotspot map --family banditry --window-days 365 --output html > hotspots.html"
    )]
    Map {
        /// The picture's format.
        #[arg(long, short, value_enum, default_value = "html")]
        output: MapFormat,
        /// A file of `detect --output csv` instead of the server.
        #[arg(long, value_name = "FILE")]
        from: Option<PathBuf>,
        /// Only this family.
        #[arg(long)]
        family: Option<String>,
        /// Only this window.
        #[arg(long, value_name = "DAYS")]
        window_days: Option<u16>,
        /// As of this log time, RFC 3339.
        #[arg(long, value_name = "TIME")]
        as_of: Option<String>,
    },
}

/// Options of `hotspot list`.
#[derive(Debug, Args)]
pub(crate) struct HotspotListArgs {
    /// Only this family: banditry, trafficking, organised_gang, violent_extremism.
    #[arg(long)]
    pub(crate) family: Option<String>,
    /// Only this county.
    #[arg(long)]
    pub(crate) county: Option<String>,
    /// Only this window: 28, 90, 365 or 1825.
    #[arg(long, value_name = "DAYS")]
    pub(crate) window_days: Option<u16>,
    /// As of this log time, RFC 3339.
    #[arg(long, value_name = "TIME")]
    pub(crate) as_of: Option<String>,
    /// List those that are gone, too.
    #[arg(long)]
    pub(crate) include_gone: bool,
    /// How many at most.
    #[arg(long, default_value_t = 50)]
    pub(crate) limit: usize,
    #[command(flatten)]
    pub(crate) output: OutputArgs,
}

/// A picture's format.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum MapFormat {
    /// A page with a legend and a table.
    Html,
    /// The picture alone.
    Svg,
}

/// Which alerts.
#[derive(Clone, Debug, Args)]
pub(crate) struct AlertFilterArgs {
    /// Only this county; may be given several times.
    #[arg(long)]
    pub(crate) county: Vec<String>,
    /// Only alerts that overlap this H3 cell; may be given several times.
    #[arg(long)]
    pub(crate) cell: Vec<String>,
    /// Only this category; may be given several times.
    #[arg(long)]
    pub(crate) category: Vec<String>,
    /// At least this severity: low, medium, high, critical.
    #[arg(long)]
    pub(crate) severity: Option<String>,
}

/// Verbs of `alert`.
#[derive(Debug, Subcommand)]
pub(crate) enum AlertCommand {
    /// List alerts, newest first.
    #[command(after_help = "Example: jukwaa alert list --county Turkana --severity high")]
    List {
        #[command(flatten)]
        filter: AlertFilterArgs,
        /// Only this state; may be given several times: raised, acknowledged, superseded, closed.
        #[arg(long)]
        state: Vec<String>,
        /// How many at most.
        #[arg(long, default_value_t = 50)]
        limit: usize,
        #[command(flatten)]
        output: OutputArgs,
    },
    /// Stream alerts as they come, one line each, until interrupted.
    #[command(after_help = "Example: jukwaa alert watch --county Turkana --severity high")]
    Watch {
        #[command(flatten)]
        filter: AlertFilterArgs,
        /// Start with the oldest revision kept instead of now.
        #[arg(long, conflicts_with = "cursor")]
        beginning: bool,
        /// Go on after this cursor (base64, from an earlier line).
        #[arg(long)]
        cursor: Option<String>,
        /// Stop after this many alerts.
        #[arg(long)]
        count: Option<usize>,
        #[command(flatten)]
        output: OutputArgs,
    },
    /// Acknowledge an alert.
    #[command(after_help = "Example: jukwaa alert ack alt-0123456789abcdef0123456789abcdef --actor duty-officer-3")]
    Ack {
        /// The alert.
        id: String,
        /// Who takes it.
        #[arg(long)]
        actor: String,
        /// A note.
        #[arg(long, default_value = "")]
        note: String,
        #[command(flatten)]
        output: OutputArgs,
    },
}

/// Verbs of `quarantine`.
#[derive(Debug, Subcommand)]
pub(crate) enum QuarantineCommand {
    /// List what was not merged, newest first, and why.
    #[command(after_help = "Example: jukwaa quarantine list --agency police")]
    List {
        /// Only this agency.
        #[arg(long)]
        agency: Option<String>,
        /// How many at most.
        #[arg(long, default_value_t = 50)]
        limit: usize,
        #[command(flatten)]
        output: OutputArgs,
    },
}

/// Options of `doctor`.
#[derive(Debug, Args)]
pub(crate) struct DoctorArgs {
    /// Folder of the data.
    #[arg(long, value_name = "DIR")]
    pub(crate) data_dir: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) output: OutputArgs,
}

/// Verbs of `config`.
#[derive(Debug, Subcommand)]
pub(crate) enum ConfigCommand {
    /// Print the configuration in force, as TOML.
    #[command(after_help = "Example: JUKWAA__NODE__LISTEN=127.0.0.1:7500 jukwaa config show")]
    Show,
    /// Check the configuration: exits with 78 if it is bad.
    #[command(after_help = "Example: jukwaa config check --config jukwaa.toml")]
    Check,
}
