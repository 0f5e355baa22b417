//! Scheduling cycles on random clusters: the library's answer must be that of an independent naive twin,
//! which is itself held against every recorded decision.

mod cases;
mod churn;
mod coverage;
mod found;
mod library;
mod metamorphic;
mod preemption;
mod sequences;
mod twin;

use std::fmt::{self, Debug, Formatter};
use std::path::Path;

use kubecast::conformance::comparison::first_difference;
use kubecast::conformance::scheduler_cycle;
use kubecast_manifest::source::read_text;
use proptest::strategy::Strategy;
use proptest::test_runner::{Config, RngAlgorithm, RngSeed, TestCaseError, TestError, TestRng, TestRunner};
use serde_json::Value;

/// Cases of the test that CI runs, and of the long one.
const CASES: u32 = 2500;
const MANY_CASES: u32 = 200_000;

/// Runs a property on random inputs, others for each `seed`; a failure is told with the smallest input that shows
/// it.
fn hold_on<S: Strategy>(strategy: S, seed: u8, cases: u32, property: impl Fn(&S::Value) -> Result<(), String>)
where
    S::Value: Debug,
{
    let config = Config { cases, max_shrink_iters: 5_000, ..Config::default() };
    let RngSeed::Fixed(of_the_run) = config.rng_seed else { panic!("cargo sets PROPTEST_RNG_SEED") };
    let mut bytes = [seed; 32];
    for (byte, of_the_run) in bytes.iter_mut().zip(of_the_run.to_le_bytes()) {
        *byte ^= of_the_run;
    }
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &bytes);
    let check = |input| property(&input).map_err(TestCaseError::fail);
    match TestRunner::new_with_rng(config, rng).run(&strategy, check) {
        Ok(()) => {}
        Err(TestError::Fail(reason, input)) => panic!("{reason}\n{input:#?}"),
        Err(error) => panic!("{error}"),
    }
}

/// A cluster whose failure is told as JSON, so that it can be kept as a vector.
#[derive(Clone)]
struct Case(Value);

impl Debug for Case {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{:#}", self.0)
    }
}

/// Runs a property on random clusters.
fn hold(seed: u8, cases: u32, property: impl Fn(&Value) -> Result<(), String>) {
    hold_on(cases::case().boxed().prop_map(Case), seed, cases, |case| property(&case.0));
}

/// The recorded vectors of a file.
fn recorded(file: &str) -> Vec<Value> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/conformance/scheduler").join(file);
    let text = read_text(&path).unwrap_or_else(|error| panic!("{file}: {error}"));
    text.lines().map(|line| serde_json::from_str(line).expect("a vector")).collect()
}

/// The library's answer must be the twin's, leaf by leaf; where a plugin fails, both must fail.
fn agrees_with_the_twin(case: &Value) -> Result<(), String> {
    match (scheduler_cycle::check(case), twin::answer(case)) {
        (Ok(answer), Ok(expected)) => match first_difference(&expected, &answer) {
            None => Ok(()),
            Some(difference) => Err(format!("the twin and the library differ: {difference}")),
        },
        (Err(_), Err(_)) => Ok(()),
        (answer, expected) => Err(format!("the library: {answer:?}\nthe twin: {expected:?}")),
    }
}

#[test]
fn the_library_agrees_with_the_twin() {
    hold(1, CASES, agrees_with_the_twin);
}

#[test]
#[ignore = "takes minutes; run it by hand in a release build"]
fn the_library_agrees_with_the_twin_in_many_cases() {
    hold(2, MANY_CASES, agrees_with_the_twin);
}

#[test]
fn the_twin_decides_as_kubernetes_did() {
    let vectors = recorded("cycle.jsonl.gz");
    let mut failures = Vec::new();
    for vector in &vectors {
        let answer = twin::answer(vector).unwrap_or_else(|error| panic!("{}: {error}", vector["id"]));
        if let Some(difference) = first_difference(vector, &answer) {
            failures.push(format!("{}: {difference}", vector["id"]));
        }
    }
    assert_eq!(vectors.len(), 1567, "recorded cycles");
    assert!(failures.is_empty(), "{} failed:\n{}", failures.len(), failures.join("\n"));
}
