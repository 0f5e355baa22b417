//! `results/service-ip.md` and its plots are what they say they are, byte for byte.

use std::fs;
use std::path::Path;

use kubecast::report::ranges::odds::{chance, page, plot};

#[test]
fn the_results_are_what_is_computed_now() {
    for (name, text) in [
        ("service-ip.md", page()),
        ("service-ip-without.svg", plot(false)),
        ("service-ip-with.svg", plot(true)),
    ] {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("results").join(name);
        let written = fs::read_to_string(&path).expect("the results are there");
        assert!(written == text, "{name} differs; write it anew with cargo run --example service_ip_results");
    }
}

#[test]
fn the_chances_are_those_of_known_cases() {
    let close =
        |share: Option<f64>, expected: f64| share.is_some_and(|share| (share - expected).abs() < 5e-5);
    assert!(close(chance(24, false, 100), 0.3955));
    assert_eq!(chance(24, true, 100), Some(0.0));
    assert_eq!(chance(24, true, 238), Some(0.0));
    assert!(chance(24, true, 239).is_some_and(|share| share > 0.0));
    assert_eq!(chance(28, false, 14), None);
    // A /28 is not split.
    assert_eq!(chance(28, true, 5), chance(28, false, 5));
}
