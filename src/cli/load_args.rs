//! How an input is read: the release, the pace, changes, how strictly, which notes are not wanted.

use clap::Args;

use super::error::CliError;
use super::input;

use crate::api::Release;
use crate::scenario::lints;
use crate::scenario::timing_preset::TimingPreset;
use crate::scenario::{Ask, LoadOptions};

/// How an input is read.
#[derive(Clone, Debug, Default, Args)]
pub struct LoadArgs {
    /// The Kubernetes release to follow, whatever the input says.
    #[arg(long, value_name = "V", value_parser = Release::parse)]
    pub kubernetes_version: Option<Release>,
    /// The pace of the control plane, whatever the input says: instant, quiet, loaded, threshold.
    #[arg(long, value_name = "PRESET", value_parser = TimingPreset::parse)]
    pub timing_preset: Option<TimingPreset>,
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
    /// Refuses `--timing-preset` where no time passes.
    pub fn without_time(&self) -> Result<(), CliError> {
        match self.timing_preset {
            None => Ok(()),
            Some(_) => {
                Err(CliError::wrong_input("--timing-preset: pods are placed here without any time passing"))
            }
        }
    }

    /// As the readers take it.
    pub fn options(&self, seed: Option<u64>) -> Result<LoadOptions, CliError> {
        Ok(LoadOptions {
            apply: input::read_all(&self.apply)?,
            strict: self.strict,
            seed,
            kubernetes_version: self.kubernetes_version,
            ask: Ask {
                allow: self.allow.iter().cloned().collect(),
                timing_preset: self.timing_preset,
                ..Ask::default()
            },
            ..LoadOptions::default()
        })
    }
}
