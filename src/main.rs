//! The `kubecast` command.

use kubecast::cli::exit::Exit;

/// Runs the command line. A panic is a bug in kubecast.
fn main() -> std::process::ExitCode {
    std::panic::catch_unwind(kubecast::cli::main).unwrap_or_else(|_| Exit::Bug.into())
}
