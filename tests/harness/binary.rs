//! Runs the real binary, in the project's own folder.

use std::io::Write;
use std::process::{Command, Stdio};

use serde_json::Value;

/// How the binary ended.
#[derive(Debug)]
pub(crate) struct Outcome {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Outcome {
    /// Everything that was told.
    pub(crate) fn told(&self) -> String {
        [self.stdout.as_str(), self.stderr.as_str()].concat()
    }

    /// What a command that went well said.
    pub(crate) fn success(self) -> String {
        assert_eq!(self.code, 0, "{}", self.stderr);
        self.stdout
    }

    /// The same as JSON.
    pub(crate) fn json(self) -> Value {
        serde_json::from_str(&self.success()).expect("JSON")
    }
}

/// The binary with these arguments, not started yet.
pub(crate) fn command(args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_kubecast"));
    command.args(args).current_dir(env!("CARGO_MANIFEST_DIR"));
    command
}

/// Runs the binary.
pub(crate) fn kubecast(args: &[&str]) -> Outcome {
    kubecast_on(args, "")
}

/// Runs the binary on this standard input.
pub(crate) fn kubecast_on(args: &[&str], input: &str) -> Outcome {
    finish(command(args), input)
}

/// Runs the binary with these variables in its environment.
pub(crate) fn kubecast_with(args: &[&str], variables: &[(&str, &str)]) -> Outcome {
    let mut command = command(args);
    command.envs(variables.iter().copied());
    finish(command, "")
}

fn finish(mut command: Command, input: &str) -> Outcome {
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the binary starts");
    // A command that ends without reading its input closes the pipe.
    let _ = child.stdin.take().expect("piped").write_all(input.as_bytes());
    let output = child.wait_with_output().expect("the binary ends");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("UTF-8");
    Outcome {
        code: output.status.code().expect("ends by itself"),
        stdout: text(output.stdout),
        stderr: text(output.stderr),
    }
}
