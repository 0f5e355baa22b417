//! Public reports and a new user's inputs, each with what real Kubernetes does (`tests/cases/files`; kk is
//! kubernetes/kubernetes). A case that needs what is not simulated yet is told of in the answer's first line meanwhile.

mod inputs;
mod reports;
mod wrong;

use crate::harness::kubecast;

/// One case: a command on files of the folder, and what its answer holds.
#[derive(Clone, Copy)]
struct Case {
    /// The report, or what it is about.
    about: &'static str,
    /// The command; words that end in a file's ending are files of the folder.
    command: &'static str,
    /// The exit code.
    code: i32,
    /// What the answer says.
    says: &'static [&'static str],
    /// What it does not say.
    hides: &'static [&'static str],
}

/// What an answer says that leaves nothing out.
const WHOLE: &str = "Nothing in this input is left out of the simulation.";
/// How one begins that could be otherwise.
const DECISIVE: &str = "NOT SIMULATED, AND CAN CHANGE THIS ANSWER: ";

/// A case that comes out right, with nothing left out.
const fn right(about: &'static str, command: &'static str, says: &'static [&'static str]) -> Case {
    Case { about, command, code: 0, says, hides: &[DECISIVE] }
}

/// A case that needs what is not simulated: the answer begins with it.
const fn told(about: &'static str, command: &'static str, says: &'static [&'static str]) -> Case {
    Case { about, command, code: 0, says, hides: &[WHOLE] }
}

/// An input that is refused.
const fn refused(about: &'static str, command: &'static str, says: &'static [&'static str]) -> Case {
    Case { about, command, code: 2, says, hides: &[WHOLE] }
}

fn check(cases: &[Case]) {
    let mut wrong = Vec::new();
    for case in cases {
        let is_file =
            |word: &&str| [".yaml", ".gz", ".json", ".txt"].iter().any(|ending| word.ends_with(ending));
        let place = |word: &str| format!("tests/cases/files/{word}");
        let words: Vec<String> = case
            .command
            .split(' ')
            .map(|word| if is_file(&word) { place(word) } else { word.to_owned() })
            .collect();
        let outcome = kubecast(&words.iter().map(String::as_str).collect::<Vec<_>>());
        let answer = outcome.told();
        let mut fault = |what: String| wrong.push(format!("{} ({}): {what}", case.about, case.command));
        if outcome.code != case.code {
            fault(format!("exit code {} instead of {}: {answer}", outcome.code, case.code));
        }
        for text in case.says.iter().filter(|text| !answer.contains(**text)) {
            fault(format!("does not say {text:?}: {answer}"));
        }
        for text in case.hides.iter().filter(|text| answer.contains(**text)) {
            fault(format!("says {text:?}: {answer}"));
        }
    }
    assert!(wrong.is_empty(), "{} cases:\n{}", wrong.len(), wrong.join("\n\n"));
}
