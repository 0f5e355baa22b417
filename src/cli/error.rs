//! What ends a command early, or not well.

use super::exit::Exit;
use crate::scenario::InputError;

/// Why a command did not end well. A panic is a bug too (see `main.rs`).
#[derive(Debug)]
pub enum CliError {
    /// A stated expectation was not met, or a vector failed. Told already.
    NotMet,
    /// Runs were cut off, so that the answer is not one of whole runs. Told already.
    Incomplete,
    /// The input is wrong: one message a fault, each with its place and remedy.
    WrongInput(Vec<String>),
    /// kubecast is wrong.
    Bug(String),
}

impl From<Vec<InputError>> for CliError {
    fn from(faults: Vec<InputError>) -> Self {
        Self::WrongInput(faults.iter().map(ToString::to_string).collect())
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
            Self::Incomplete => Exit::Incomplete,
            Self::WrongInput(_) => Exit::WrongInput,
            Self::Bug(_) => Exit::Bug,
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
            Self::Bug(message) => eprintln!("bug in kubecast: {message}"),
        }
    }
}
