//! Inputs of commands: files, folders, standard input; and what is doubtful about them.

use std::io::Read;
use std::sync::Arc;

use kubecast_manifest::source;

use super::error::CliError;
use crate::forecast;
use crate::scenario::{InputError, SourceText};

/// The texts of the command line's inputs, in order; `-` is standard input.
pub fn read_all(paths: &[String]) -> Result<Vec<SourceText>, CliError> {
    let mut sources = Vec::new();
    let mut faults = Vec::new();
    for path in paths {
        let read =
            if path == "-" { standard_input() } else { forecast::read_all([path]).map_err(CliError::from) };
        match read {
            Ok(read) => sources.extend(read),
            Err(CliError::WrongInput(told)) => faults.extend(told),
            Err(other) => return Err(other),
        }
    }
    if faults.is_empty() { Ok(sources) } else { Err(CliError::WrongInput(faults)) }
}

fn standard_input() -> Result<Vec<SourceText>, CliError> {
    let fault = |error: String| CliError::wrong_input(format!("-: {error}"));
    let mut bytes = Vec::new();
    std::io::stdin().lock().read_to_end(&mut bytes).map_err(|error| fault(error.to_string()))?;
    let text: Arc<str> = source::text_of(bytes).map_err(fault)?.into();
    Ok(vec![SourceText { name: "-".into(), text }])
}

/// Tells warnings about an input on standard error.
pub fn warn(warnings: &[InputError], quiet: bool) {
    for warning in warnings.iter().filter(|_| !quiet) {
        eprintln!("warning: {warning}");
    }
}

/// The text of a single input file; `-` is standard input.
pub fn read_one(path: &str) -> Result<SourceText, CliError> {
    let mut sources = read_all(&[path.to_owned()])?;
    match (sources.pop(), sources.is_empty()) {
        (Some(source), true) => Ok(source),
        _ => Err(CliError::wrong_input(format!("{path}: one file is wanted, not a folder"))),
    }
}
