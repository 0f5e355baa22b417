//! A progress bar on standard error, for work over a second on a terminal.

use std::io::IsTerminal;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::forecast::Monitor;

/// How long work goes on before the bar is drawn.
const PATIENCE: Duration = Duration::from_secs(1);

/// A bar that counts finished runs; drawn only on a terminal, only after a second, never with
/// `quiet`.
pub struct Progress {
    bar: ProgressBar,
    wanted: bool,
    #[expect(
        clippy::disallowed_types,
        reason = "how long a person waits is measured on the clock, in cli only"
    )]
    started: std::time::Instant,
}

impl Progress {
    /// A bar for runs of which nobody has told yet.
    #[expect(
        clippy::disallowed_types,
        reason = "how long a person waits is measured on the clock, in cli only"
    )]
    pub fn new(quiet: bool) -> Self {
        let wanted = !quiet && std::io::stderr().is_terminal();
        let bar = ProgressBar::with_draw_target(Some(0), ProgressDrawTarget::hidden());
        let style = ProgressStyle::with_template("{bar:40} {pos}/{len} runs, {eta} left");
        bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
        Self { bar, wanted, started: std::time::Instant::now() }
    }
}

impl Monitor for Progress {
    fn expect(&self, runs: u64) {
        self.bar.inc_length(runs);
    }

    fn finished(&self) {
        if self.wanted && self.bar.is_hidden() && self.started.elapsed() > PATIENCE {
            self.bar.set_draw_target(ProgressDrawTarget::stderr());
        }
        self.bar.inc(1);
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}
