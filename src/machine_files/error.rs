//! Why a file is not read as a machine.

use std::fmt;

use crate::kubelet::MachineError;

/// What a reader refuses. The message says where, what is wrong, and what would be right.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MachineFileError {
    /// Nothing but space.
    Empty,
    /// None of the formats.
    Unrecognised {
        /// What the file looks like, and what to do instead, where that is known.
        hint: &'static str,
    },
    /// The text breaks the rules of XML or JSON, or has a value of a wrong type.
    Syntax {
        /// XML or JSON.
        language: &'static str,
        /// From 1.
        line: u64,
        /// From 1.
        column: u64,
        /// What the parser says.
        what: String,
    },
    /// A value that cannot be, or one that is not there.
    Value {
        /// Where: line and column, or the way through the JSON.
        place: String,
        /// What is wrong.
        what: String,
        /// What would be right.
        right: &'static str,
    },
    /// Some CPUs have a socket, these do not.
    SocketMissing {
        /// The CPUs as a list.
        cpus: String,
    },
    /// The file leaves open what decisions hang on.
    Unknowable {
        /// What it leaves open, and why.
        what: String,
    },
    /// The parts do not hang together.
    NotAMachine(MachineError),
}

/// The table that tells everything a reader needs.
pub(super) const BEST: &str = "lscpu -p=CPU,CORE,SOCKET,NODE,CACHE";

impl MachineFileError {
    pub(super) fn unrecognised(text: &str) -> Self {
        let plain_summary = text.lines().take(20).any(|line| line.starts_with("Architecture:"));
        let hint = if plain_summary {
            "this is lscpu's summary as plain text, which does not tell where each CPU is; save \
             `lscpu -p=CPU,CORE,SOCKET,NODE,CACHE` instead"
        } else {
            "this is not the beginning of any of: hwloc XML (`<`), JSON (`{`), `lscpu -p` (`#`, or a CPU number)"
        };
        Self::Unrecognised { hint }
    }

    pub(super) fn value(place: impl Into<String>, what: impl Into<String>, right: &'static str) -> Self {
        Self::Value { place: place.into(), what: what.into(), right }
    }
}

impl From<MachineError> for MachineFileError {
    fn from(error: MachineError) -> Self {
        Self::NotAMachine(error)
    }
}

impl From<serde_json::Error> for MachineFileError {
    fn from(error: serde_json::Error) -> Self {
        let text = error.to_string();
        let place = format!(" at line {} column {}", error.line(), error.column());
        Self::Syntax {
            language: "JSON",
            line: error.line() as u64,
            column: error.column() as u64,
            what: text.strip_suffix(&place).unwrap_or(&text).to_owned(),
        }
    }
}

impl From<roxmltree::Error> for MachineFileError {
    fn from(error: roxmltree::Error) -> Self {
        let (text, position) = (error.to_string(), error.pos());
        Self::Syntax {
            language: "XML",
            line: u64::from(position.row),
            column: u64::from(position.col),
            what: text.strip_suffix(&format!(" at {position}")).unwrap_or(&text).to_owned(),
        }
    }
}

impl fmt::Display for MachineFileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("the file is empty"),
            Self::Unrecognised { hint } => f.write_str(hint),
            Self::Syntax { language, line, column, what } => {
                write!(f, "line {line}, column {column}: not the {language} that is expected: {what}")
            }
            Self::Value { place, what, right } => write!(f, "{place}: {what}; {right}"),
            Self::SocketMissing { cpus } => write!(
                f,
                "CPUs {cpus} tell no socket, others do; either all CPUs tell their socket, or none does and \
                 the machine is taken for one socket"
            ),
            Self::Unknowable { what } => write!(f, "{what}; save `{BEST}` instead, which tells"),
            Self::NotAMachine(error) => write!(f, "this is no machine: {error}"),
        }
    }
}

impl std::error::Error for MachineFileError {}
