//! What ends a command early, or not well.

use super::exit::Exit;
use crate::forecast::{About, Bug, Error, Fault};
use crate::kernel::Whereabouts;
use crate::scenario::InputError;

/// Why a command did not end well.
#[derive(Debug)]
pub enum CliError {
    /// A stated expectation was not met, or a vector failed. Told already.
    NotMet,
    /// Runs were cut off, so that the answer is not one of whole runs. Told already.
    Incomplete,
    /// The input is wrong: one message a fault, each with its place and remedy.
    WrongInput(Vec<String>),
    /// Something did not happen before the runs were cut off: what, and how they were.
    CutOff(String),
    /// kubecast is wrong.
    Bug(String),
    /// It is, and Rust has told what and where: the run that replays it.
    Panic(Option<Whereabouts>),
}

impl From<Vec<InputError>> for CliError {
    fn from(faults: Vec<InputError>) -> Self {
        Self::WrongInput(faults.iter().map(ToString::to_string).collect())
    }
}

impl From<Error> for CliError {
    fn from(error: Error) -> Self {
        match error {
            Error::WrongInput(faults) => Self::WrongInput(faults.iter().map(as_option).collect()),
            Error::Incomplete(fault) => Self::CutOff(as_option(&fault)),
            Error::Bug(Bug { run, .. }) => Self::Panic(run),
            Error::Stopped => Self::Bug("the work was stopped, though no monitor asked for it".to_owned()),
        }
    }
}

/// A fault of a question is told with the option that asks it.
fn as_option(fault: &Fault) -> String {
    match &fault.about {
        Some(About { name, value, .. }) => format!("--{name} {value}: {}", fault.message),
        None => fault.to_string(),
    }
}

impl CliError {
    /// A single fault of the input.
    pub fn wrong_input(message: impl Into<String>) -> Self {
        Self::WrongInput(vec![message.into()])
    }

    /// How the command ends.
    pub fn exit(&self) -> Exit {
        match self {
            Self::NotMet => Exit::NotMet,
            Self::Incomplete | Self::CutOff(_) => Exit::Incomplete,
            Self::WrongInput(_) => Exit::WrongInput,
            Self::Bug(_) | Self::Panic(_) => Exit::Bug,
        }
    }

    /// How a command ends that has told its answer: what is not met counts before what is not known.
    pub fn unless(met: bool, complete: bool) -> Result<(), Self> {
        match (met, complete) {
            (false, _) => Err(Self::NotMet),
            (true, false) => Err(Self::Incomplete),
            (true, true) => Ok(()),
        }
    }

    /// Tells it on standard error.
    pub fn print(&self) {
        match self {
            Self::NotMet | Self::Incomplete => {}
            Self::WrongInput(messages) => {
                for message in messages {
                    eprintln!("error: {message}");
                }
            }
            Self::CutOff(message) => eprintln!("error: {message}"),
            Self::Bug(message) => eprintln!("bug in kubecast: {message}"),
            Self::Panic(run) => {
                let run = run.map_or_else(String::new, |here| format!(" Replay it with {here}."));
                let version = env!("CARGO_PKG_VERSION");
                eprintln!("bug in kubecast {version}: please report it with the input.{run}");
            }
        }
    }
}
