//! Writes `results/service-ip.md` and its plots anew.

use std::fs;
use std::path::Path;

use kubecast::report::ranges::odds::{page, plot};

fn main() -> std::io::Result<()> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("results");
    fs::write(folder.join("service-ip.md"), page())?;
    fs::write(folder.join("service-ip-without.svg"), plot(false))?;
    fs::write(folder.join("service-ip-with.svg"), plot(true))
}
