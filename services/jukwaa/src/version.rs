//! What `--version` names: the binary, the parameters and the tables it was built with.

use std::sync::LazyLock;

static LONG: LazyLock<String> = LazyLock::new(|| {
    let parameters = fusion::Parameters::version_zero();
    let tables: Vec<String> =
        geography::table_versions().iter().map(|table| format!("{} {:.12}", table.name, table.digest)).collect();
    format!(
        "{}\nfusion parameters: version 0, {}\ntables: {}",
        env!("CARGO_PKG_VERSION"),
        parameters.origin(),
        tables.join(", ")
    )
});

/// The version with those of parameters and tables.
pub(crate) fn long() -> &'static str {
    &LONG
}
