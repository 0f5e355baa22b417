//! Where a panic, which is a bug in kubecast, becomes an error, with the run that it happened in.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};

use super::error::{Bug, Error};
use crate::kernel::Whereabouts;
use crate::study::oversight::{Monitor, Oversight};

/// Does work that runs nothing.
pub(super) fn of<T>(work: impl FnOnce() -> Result<T, Error>) -> Result<T, Error> {
    // What the work leaves half done is dropped with it: nothing of it is looked at afterwards.
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|panic| Err(bug(&*panic, None)))
}

/// Does work that runs replications.
pub(super) fn overseen<T>(
    monitor: &dyn Monitor,
    work: impl FnOnce(&Oversight<'_>) -> Result<T, Error>,
) -> Result<T, Error> {
    let oversight = Oversight::new(monitor);
    let done = catch_unwind(AssertUnwindSafe(|| work(&oversight)));
    done.unwrap_or_else(|panic| Err(bug(&*panic, oversight.broken())))
}

fn bug(panic: &(dyn Any + Send), run: Option<Whereabouts>) -> Error {
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    let message = text.or_else(|| panic.downcast_ref::<String>().cloned());
    Error::Bug(Bug { message: message.unwrap_or_else(|| "a panic without a message".to_owned()), run })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::study::oversight::Unmonitored;

    #[test]
    fn a_panic_becomes_an_error() {
        let broken: Result<(), Error> =
            overseen(&Unmonitored, |_| std::panic::resume_unwind(Box::new("odd".to_owned())));
        assert_eq!(broken, Err(Error::Bug(Bug { message: "odd".to_owned(), run: None })));
    }
}
