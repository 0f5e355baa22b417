//! The `kubecast` command.

/// Runs the command line. A panic is a bug in kubecast and exits with 3.
fn main() -> std::process::ExitCode {
    std::panic::catch_unwind(kubecast::cli::main).unwrap_or_else(|_| std::process::ExitCode::from(3))
}
