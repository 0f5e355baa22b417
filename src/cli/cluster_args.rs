//! What every command that reads a cluster takes: its files, the namespace, values that are set, and how it is read.

use clap::Args;

use super::error::CliError;
use super::input;
use super::load_args::LoadArgs;
use crate::forecast::Forecast;
use crate::scenario::assignment::Assignment;

/// A cluster, and how it is read.
#[derive(Clone, Debug, Default, Args)]
pub struct ClusterArgs {
    /// A dump of the cluster, a scenario, manifests: files, folders, or `-` for standard input. May be given several times.
    #[arg(short, long, num_args = 1.., value_name = "FILE")]
    pub filename: Vec<String>,
    /// The namespace of what names none: of KIND/NAME, and of objects in the files, as kubectl apply has it.
    #[arg(short, long, value_name = "NAMESPACE")]
    pub namespace: Option<String>,
    /// Set a value before anything happens, in every variant or arm: OBJECT#PATH=VALUE, such as
    /// node/worker-0#/spec/unschedulable=true or scenario#/spec/timing/containerStart=5s. VALUE is YAML; null takes a field
    /// away.
    #[arg(long, value_name = "PATH=VALUE")]
    pub set: Vec<String>,
    /// How it is read.
    #[command(flatten)]
    pub load: LoadArgs,
}

impl ClusterArgs {
    /// The forecast of the files, those that stand as bare words first.
    pub fn forecast(&self, words: &[String], seed: Option<u64>) -> Result<Forecast, CliError> {
        self.forecast_with(words, seed, self.assignments()?)
    }

    /// The same where the command has a use of its own for what is set.
    pub fn forecast_with(
        &self,
        words: &[String],
        seed: Option<u64>,
        set: Vec<Assignment>,
    ) -> Result<Forecast, CliError> {
        let mut options = self.load.options(seed)?;
        options.set = set;
        options.namespace.clone_from(&self.namespace);
        let files: Vec<String> = words.iter().chain(&self.filename).cloned().collect();
        if files.is_empty() {
            return Err(CliError::wrong_input(
                "no input; hand in files or folders, with -f or as words, or - for standard input",
            ));
        }
        Ok(Forecast::of(input::read_all(&files)?).with_options(options))
    }

    /// What is set.
    pub fn assignments(&self) -> Result<Vec<Assignment>, CliError> {
        let lists: Result<Vec<_>, String> =
            self.set.iter().map(|text| Assignment::parse_list(text)).collect();
        Ok(lists.map_err(|error| CliError::wrong_input(format!("--set {error}")))?.concat())
    }
}
