//! `kubecast topology`: a machine as the kubelet sees it.

use std::path::Path;

use clap::Args;

use super::error::CliError;
use super::format::Format;
use super::input;
use crate::machine_files::catalogue::{CATALOGUE, find};
use crate::machine_files::{Described, read};
use crate::report::topology::{catalogue as list, page};

/// Options of `topology`.
#[derive(Clone, Debug, Args)]
pub struct TopologyArgs {
    /// A machine file (hwloc XML, cAdvisor MachineInfo, `lscpu -p`, `lscpu -J`), `-` for standard input, a
    /// machine of the catalogue, or a formula such as 2s4n16c2t.
    #[arg(required_unless_present = "list", value_name = "FILE|NAME")]
    machine: Option<String>,
    /// List the machines of the catalogue.
    #[arg(long, conflicts_with_all = ["machine", "format"])]
    list: bool,
    /// How the machine is printed.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

/// Prints a machine, or the catalogue.
pub fn topology(args: &TopologyArgs) -> Result<(), CliError> {
    let Some(wanted) = args.machine.as_deref().filter(|_| !args.list) else {
        return super::print(&list(CATALOGUE));
    };
    let described = described(wanted)?;
    let page = page(&described);
    match args.format {
        Format::Text => args.format.print(&page, ""),
        // On one line, as the recorded vectors have it.
        Format::Json => super::print(&format!("{}\n", page.to_json())),
    }
}

/// The machine of a file or of a name; a file of that name comes first.
pub fn described(wanted: &str) -> Result<Described, CliError> {
    if wanted == "-" || Path::new(wanted).exists() {
        let sources = input::read_all(&[wanted.to_owned()])?;
        let [source] = &sources[..] else {
            return Err(CliError::wrong_input(format!("{wanted}: a machine is one file, not a folder")));
        };
        let name = match wanted {
            "-" => "standard input".into(),
            _ => Path::new(wanted).file_stem().map_or_else(|| wanted.into(), |stem| stem.to_string_lossy()),
        };
        return read(&name, &source.text)
            .map_err(|error| CliError::wrong_input(format!("{wanted}: {error}")));
    }
    find(wanted).map_err(|error| CliError::wrong_input(format!("{wanted}: {error}")))
}
