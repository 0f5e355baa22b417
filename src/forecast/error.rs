//! What keeps a question from being answered, as parts that a program can act on.

use std::fmt;

use crate::kernel::Whereabouts;
use crate::scenario::{InputError, Place};
use crate::study::oversight::Stopped;

/// Why there is no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Error {
    /// The input or the question is wrong: every fault that was found.
    WrongInput(Vec<Fault>),
    /// Runs were cut off before what was asked about happened.
    Incomplete(Fault),
    /// The monitor ended the work.
    Stopped,
    /// kubecast is wrong.
    Bug(Bug),
}

/// Something wrong with the input or the question.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Fault {
    /// Of which kind it is.
    pub code: Code,
    /// Where in the input; `None` where it belongs to no place there.
    pub place: Option<Place>,
    /// Which part of the question; `None` where it is about the input.
    pub about: Option<About>,
    /// What is wrong and, after the last semicolon, what would be right.
    pub message: String,
}

/// A part of the question, as it was put.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct About {
    /// Its name, as the option of the command line that puts it: `pod`.
    pub name: &'static str,
    /// What was asked for.
    pub value: String,
}

/// Kinds of faults.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Code {
    /// A file cannot be read.
    Unreadable,
    /// A document is wrong.
    Document,
    /// A part of the question makes no sense.
    Question,
    /// What is asked about is not there.
    NotFound,
    /// What is asked about did not happen.
    NothingHappened,
}

/// A fault of kubecast.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Bug {
    /// What it said.
    pub message: String,
    /// The run in which it happened, if it was in one: with the input enough to replay it.
    pub run: Option<Whereabouts>,
}

impl Code {
    /// As programs read it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Unreadable => "unreadable",
            Self::Document => "document",
            Self::Question => "question",
            Self::NotFound => "notFound",
            Self::NothingHappened => "nothingHappened",
        }
    }
}

impl Fault {
    pub(super) fn new(code: Code, message: impl Into<String>) -> Self {
        Self { code, place: None, about: None, message: message.into() }
    }

    pub(super) fn about(code: Code, name: &'static str, value: &str, message: impl Into<String>) -> Self {
        Self { about: Some(About { name, value: value.to_owned() }), ..Self::new(code, message) }
    }

    /// What would be right: what follows the last semicolon of the message, as all messages are written.
    pub fn remedy(&self) -> Option<&str> {
        self.message.rsplit_once("; ").map(|(_, remedy)| remedy)
    }
}

impl From<InputError> for Fault {
    fn from(InputError { place, message }: InputError) -> Self {
        Self { place, ..Self::new(Code::Document, message) }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(place) = &self.place {
            write!(f, "{place}: ")?;
        }
        if let Some(About { name, value }) = &self.about {
            write!(f, "{name} {value}: ")?;
        }
        f.write_str(&self.message)
    }
}

impl Error {
    pub(super) fn wrong(fault: Fault) -> Self {
        Self::WrongInput(vec![fault])
    }

    /// A part of the question makes no sense.
    pub(super) fn option(name: &'static str, value: &str, message: impl Into<String>) -> Self {
        Self::wrong(Fault::about(Code::Question, name, value, message))
    }
}

impl From<Vec<InputError>> for Error {
    fn from(faults: Vec<InputError>) -> Self {
        Self::WrongInput(faults.into_iter().map(Fault::from).collect())
    }
}

impl From<Stopped> for Error {
    fn from(_: Stopped) -> Self {
        Self::Stopped
    }
}

impl fmt::Display for Bug {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "bug in kubecast {}: {}", env!("CARGO_PKG_VERSION"), self.message)?;
        self.run.map_or(Ok(()), |run| write!(f, " ({run})"))
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::WrongInput(faults) => {
                let lines: Vec<String> = faults.iter().map(ToString::to_string).collect();
                f.write_str(&lines.join("\n"))
            }
            Self::Incomplete(fault) => fault.fmt(f),
            Self::Stopped => f.write_str("the work was stopped"),
            Self::Bug(bug) => bug.fmt(f),
        }
    }
}

impl std::error::Error for Error {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn faults_tell_place_question_and_remedy() {
        let place = Place { file: "a.yaml".into(), line: 3, column: 7 };
        let of_input = Fault { place: Some(place), ..Fault::new(Code::Document, "no such kind; write Pod") };
        assert_eq!(of_input.to_string(), "a.yaml:3:7: no such kind; write Pod");
        assert_eq!(of_input.remedy(), Some("write Pod"));
        let of_question = Fault::about(Code::NotFound, "pod", "x", "there is no such pod");
        assert_eq!(of_question.to_string(), "pod x: there is no such pod");
        assert_eq!(of_question.remedy(), None);
    }
}
