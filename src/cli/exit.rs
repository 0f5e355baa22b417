//! The exit codes of all commands, in one table: the code, `--help` and the README have it from here.

use std::process::ExitCode;

/// How a command ends.
///
/// What is certain counts first: where a bound is not met and another answer is incomplete, the bound is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Exit {
    /// The question is answered.
    Answered = 0,
    /// A bound or expectation is not met.
    NotMet = 1,
    /// The input is wrong.
    WrongInput = 2,
    /// kubecast is wrong.
    Bug = 3,
    /// The answer is incomplete.
    Incomplete = 4,
}

/// Ctrl-C ends kubecast as it ends every program that does not catch it: the shell tells 128 + 2.
const STOPPED: (u8, &str) = (130, "stopped with Ctrl-C (the code that the shell gives it)");

impl Exit {
    const ALL: [Self; 5] = [Self::Answered, Self::NotMet, Self::WrongInput, Self::Bug, Self::Incomplete];

    /// What it means.
    fn meaning(self) -> &'static str {
        match self {
            Self::Answered => "answered",
            Self::NotMet => "a bound, a target or an expectation is not met, or a vector fails",
            Self::WrongInput => "the input is wrong, a command line included",
            Self::Bug => "a bug in kubecast",
            Self::Incomplete => {
                "the answer is incomplete: runs were cut off, or something is left out under --strict"
            }
        }
    }

    /// Every code with its meaning, in order.
    fn rows() -> impl Iterator<Item = (u8, &'static str)> {
        Self::ALL.into_iter().map(|exit| (exit as u8, exit.meaning())).chain([STOPPED])
    }

    /// The table as `--help` has it.
    pub fn help() -> String {
        let rows: Vec<String> =
            Self::rows().map(|(code, meaning)| format!("\n  {code:>3}  {meaning}")).collect();
        format!("Exit codes:{}", rows.concat())
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_readme_has_the_table() {
        let readme = include_str!("../../README.md");
        let rows: Vec<String> =
            Exit::rows().map(|(code, meaning)| format!("| {code} | {meaning} |\n")).collect();
        let table = format!("| exit code | |\n| --- | --- |\n{}\n", rows.concat());
        assert!(readme.contains(&table), "README.md should have\n{table}");
    }
}
