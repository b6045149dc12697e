//! Compiles the protos without protoc: descriptors for reflection and JSON, types and services for tonic.

use std::error::Error;
use std::path::{Path, PathBuf};

/// The files of the contract, below `proto/`.
const FILES: &[&str] = &[
    "jukwaa/domain/v1/taxonomy.proto",
    "jukwaa/domain/v1/report.proto",
    "jukwaa/domain/v1/incident.proto",
    "jukwaa/domain/v1/hotspot.proto",
    "jukwaa/domain/v1/alert.proto",
    "jukwaa/log/v1/log.proto",
    "jukwaa/ingest/v1/ingest.proto",
    "jukwaa/query/v1/query.proto",
    "jukwaa/alert/v1/alert_service.proto",
];

fn main() -> Result<(), Box<dyn Error>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../proto");
    println!("cargo:rerun-if-changed={}", root.display());
    let out = PathBuf::from(std::env::var("OUT_DIR")?);

    let mut compiler = protox::Compiler::new([&root])?;
    compiler.include_source_info(true).include_imports(true).open_files(FILES)?;
    let descriptors = compiler.file_descriptor_set();
    std::fs::write(out.join("jukwaa.fds"), compiler.encode_file_descriptor_set())?;

    // Maps as BTreeMap and bytes as Bytes: the same message has the same encoding in every run.
    tonic_prost_build::configure()
        .bytes(".")
        .btree_map(".")
        .extern_path(".google.rpc", "::tonic_types::pb")
        .compile_fds(descriptors)?;
    Ok(())
}
