//! What the binary says of itself: every command that does something has an example, and what is not built is not named.
#![allow(clippy::unwrap_used, reason = "tests")]

use std::process::Command;

fn said(arguments: &[&str]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_jukwaa")).args(arguments).output().unwrap();
    assert!(output.status.success(), "{arguments:?}");
    String::from_utf8(output.stdout).unwrap()
}

/// The commands that a help lists.
fn listed(help: &str) -> Vec<String> {
    let commands = help.lines().skip_while(|line| *line != "Commands:").skip(1).take_while(|line| !line.is_empty());
    // A line that is indented further goes on with the words of the one before.
    let first = commands.filter(|line| line.starts_with("  ") && !line.starts_with("   "));
    first.filter_map(|line| line.split_whitespace().next()).map(str::to_owned).collect()
}

#[test]
fn every_command_has_an_example() {
    for noun in listed(&said(&["--help"])) {
        let help = said(&[&noun, "--help"]);
        let verbs = listed(&help);
        if verbs.is_empty() {
            assert!(help.contains("Example"), "{noun} has no example");
        }
        for verb in verbs {
            assert!(said(&[&noun, &verb, "--help"]).contains("Example"), "{noun} {verb} has no example");
        }
    }
}

#[test]
fn version_names_parameters_and_tables() {
    let version = said(&["--version"]);

    assert!(version.contains("fusion parameters: version 0") && version.contains("county cells"), "{version}");
}

#[test]
fn exit_codes_are_told() {
    let help = said(&["--help"]);

    for code in ["0 done", "3 not found", "7 findings", "78 bad configuration", "130 interrupted"] {
        assert!(help.replace('\n', " ").contains(code), "{code}");
    }
}
