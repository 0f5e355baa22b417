//! The `kubecast` command.

fn main() -> std::process::ExitCode {
    kubecast::cli::main()
}
