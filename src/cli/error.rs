//! What ends a command early, with its exit code.

use crate::scenario::InputError;

/// Why a command did not end well. A panic, which is a bug, exits with 3 (see `main.rs`).
#[derive(Debug)]
pub enum CliError {
    /// A stated expectation was not met, or a vector failed (exit 1). Told already.
    NotMet,
    /// The input is wrong (exit 2): one message a fault, each with its place and remedy.
    WrongInput(Vec<String>),
    /// kubecast is wrong (exit 3).
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

    /// The exit code.
    pub fn code(&self) -> u8 {
        match self {
            Self::NotMet => 1,
            Self::WrongInput(_) => 2,
            Self::Bug(_) => 3,
        }
    }

    /// Tells it on standard error.
    pub fn print(&self) {
        match self {
            Self::NotMet => {}
            Self::WrongInput(messages) => {
                for message in messages {
                    eprintln!("error: {message}");
                }
            }
            Self::Bug(message) => eprintln!("bug in kubecast: {message}"),
        }
    }
}
