//! Property tests draw the same cases in every run: their seed comes from `.cargo/config.toml`, or from the environment
//! where fresh cases are wanted, and no property has one of its own. (`TestRunner::deterministic` is for samples that
//! show what a strategy makes.)

use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, RngSeed, TestRunner};

use crate::harness::{root, rust_files};

/// What would draw other cases than the seed says, or keep some from run to run.
const BANNED: [&str; 5] = ["RngSeed", "rng_seed", "new_with_rng", "failure_persistence", "with_source_file"];

/// The one that mixes the seed with a number of each of its properties, and this file.
const EXCEPT: [&str; 2] = ["tests/scheduler_properties.rs", "tests/property_tests.rs"];

/// What a file says that is banned.
fn banned<'a>(name: &str, text: &'a str) -> Vec<(usize, &'a str)> {
    let is_banned = |line: &str| BANNED.iter().any(|word| line.contains(word));
    let lines = text.lines().enumerate().filter(|(_, line)| is_banned(line));
    if EXCEPT.contains(&name) { Vec::new() } else { lines.map(|(at, line)| (at + 1, line.trim())).collect() }
}

#[test]
fn the_seed_is_given() {
    let seed = Config::default().rng_seed;
    let told =
        "cargo sets PROPTEST_RNG_SEED, as .cargo/config.toml says, where it is run in the project's folder";
    assert!(matches!(seed, RngSeed::Fixed(_)), "{told}");
}

#[test]
fn two_runs_draw_the_same_and_another_seed_draws_others() {
    let drawn = |config: Config| {
        let mut runner = TestRunner::new(config);
        let strategy = prop::collection::vec(any::<u64>(), 20);
        strategy.new_tree(&mut runner).expect("numbers can be drawn").current()
    };
    assert_eq!(drawn(Config::default()), drawn(Config::with_cases(5)));
    let RngSeed::Fixed(seed) = Config::default().rng_seed else { panic!("the seed is given") };
    let other = Config { rng_seed: RngSeed::Fixed(seed.wrapping_add(1)), ..Config::default() };
    assert_ne!(drawn(Config::default()), drawn(other));
}

#[test]
fn no_test_has_a_seed_of_its_own() {
    let mut faults = Vec::new();
    for folder in ["src", "tests", "benches", "crates"] {
        for (file, text) in rust_files(root(folder)) {
            let name = format!("{folder}/{file}");
            faults.extend(
                banned(&name, &text).into_iter().map(|(line, told)| format!("{name}:{line}: {told}")),
            );
        }
    }
    assert!(faults.is_empty(), "these would not follow PROPTEST_RNG_SEED:\n{}", faults.join("\n"));
}

#[test]
fn a_seed_of_its_own_is_found() {
    let own = "proptest! {\n    #![proptest_config(Config { rng_seed: RngSeed::Fixed(1), ..Config::default() })]\n}";
    assert_eq!(banned("src/any.rs", own).len(), 1);
    assert_eq!(banned("src/any.rs", "\nTestRunner::new_with_rng(config, rng)")[0].0, 2);
    assert_eq!(banned("src/any.rs", "#![proptest_config(ProptestConfig::with_cases(400))]"), []);
    assert_eq!(banned("tests/scheduler_properties.rs", own), []);
}
