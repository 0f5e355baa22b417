//! What every command that reads a cluster takes: the release, how strictly, which notes are not wanted.

use clap::Args;

use super::error::CliError;
use super::input;

use crate::api::Release;
use crate::scenario::lints;
use crate::scenario::{Ask, LoadOptions};

/// How an input is read.
#[derive(Clone, Debug, Default, Args)]
pub struct LoadArgs {
    /// The Kubernetes release to follow, whatever the input says.
    #[arg(long, value_name = "V", value_parser = Release::parse)]
    pub kubernetes_version: Option<Release>,
    /// Apply these files at the start, as kubectl apply would; what they do not say stays as it is.
    #[arg(long, value_name = "FILE")]
    pub apply: Vec<String>,
    /// Take warnings for errors, and an answer that leaves something out for incomplete (exit code 4).
    #[arg(long)]
    pub strict: bool,
    /// Leave out the notes of a rule. The annotation kubecast.dev/allow: RULE does it for one object.
    #[arg(long, value_name = "RULE", value_parser = rule)]
    pub allow: Vec<String>,
}

/// The name of a rule of lints.
fn rule(text: &str) -> Result<String, String> {
    if lints::rules().any(|rule| rule == text) {
        return Ok(text.to_owned());
    }
    Err(format!("there is no such rule; there are {}", lints::rules().collect::<Vec<_>>().join(", ")))
}

impl LoadArgs {
    /// Refuses `--apply` where nothing would come of it: a Study or Plan names its files itself.
    pub fn without_change(&self) -> Result<(), CliError> {
        if self.apply.is_empty() {
            return Ok(());
        }
        let message =
            "--apply: a Study or Plan names its own files; put the change among them, or into an arm";
        Err(CliError::wrong_input(message))
    }

    /// As the readers take it.
    pub fn options(&self, seed: Option<u64>) -> Result<LoadOptions, CliError> {
        Ok(LoadOptions {
            apply: input::read_all(&self.apply)?,
            strict: self.strict,
            seed,
            kubernetes_version: self.kubernetes_version,
            ask: Ask { allow: self.allow.iter().cloned().collect(), ..Ask::default() },
            ..LoadOptions::default()
        })
    }
}
