//! Random numbers as a vector lists them: each call must be the one that is listed, and all must be made.

use serde::Deserialize;

use crate::service_ip::RandomSource;

/// A number that the random source gave.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Draw {
    #[serde(rename = "fn")]
    function: String,
    bound: Option<u64>,
    value: u64,
}

/// The numbers of one step.
pub(super) struct Script<'a> {
    draws: std::slice::Iter<'a, Draw>,
    fault: Option<String>,
}

impl<'a> Script<'a> {
    pub(super) fn new(draws: &'a [Draw]) -> Self {
        Self { draws: draws.iter(), fault: None }
    }

    fn next(&mut self, function: &str, bound: Option<u64>) -> u64 {
        let call = |function: &str, bound: Option<u64>| match bound {
            Some(bound) => format!("{function}({bound})"),
            None => format!("{function}()"),
        };
        let asked = call(function, bound);
        match self.draws.next() {
            Some(draw) if draw.function == function && draw.bound == bound => {
                if bound.is_some_and(|bound| draw.value >= bound) {
                    let value = draw.value;
                    self.fault.get_or_insert_with(|| format!("{value} is no value of {asked}"));
                    return 0;
                }
                return draw.value;
            }
            Some(draw) => {
                let listed = call(&draw.function, draw.bound);
                self.fault.get_or_insert_with(|| format!("asks for {asked}, Kubernetes for {listed}"));
            }
            None => {
                self.fault.get_or_insert_with(|| format!("asks for {asked}, Kubernetes for nothing more"));
            }
        }
        0
    }

    /// The error says which call differs from the script.
    pub(super) fn finish(self) -> Result<(), String> {
        let left = self.draws.len();
        match self.fault {
            Some(fault) => Err(fault),
            None if left > 0 => Err(format!("asks for {left} random numbers fewer than Kubernetes")),
            None => Ok(()),
        }
    }
}

impl RandomSource for Script<'_> {
    fn intn(&mut self, bound: u64) -> u64 {
        self.next("Intn", Some(bound))
    }

    fn int63n(&mut self, bound: u64) -> u64 {
        self.next("Int63n", Some(bound))
    }

    fn uint64(&mut self) -> u64 {
        self.next("Uint64", None)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_call_must_be_the_listed_one() {
        let draws: Vec<Draw> = serde_json::from_value(serde_json::json!([
            { "fn": "Intn", "bound": 5, "value": 3 }, { "fn": "Uint64", "value": 9 },
        ]))
        .expect("draws");
        let mut script = Script::new(&draws);
        assert_eq!((script.intn(5), script.uint64(), script.finish()), (3, 9, Ok(())));
        let mut script = Script::new(&draws);
        script.int63n(5);
        assert_eq!(script.finish(), Err("asks for Int63n(5), Kubernetes for Intn(5)".to_owned()));
        let mut script = Script::new(&draws);
        script.intn(4);
        assert_eq!(script.finish(), Err("asks for Intn(4), Kubernetes for Intn(5)".to_owned()));
        let mut script = Script::new(&draws[..1]);
        script.intn(5);
        script.intn(5);
        assert_eq!(script.finish(), Err("asks for Intn(5), Kubernetes for nothing more".to_owned()));
        assert!(Script::new(&draws).finish().is_err());
        let beyond = [Draw { value: 5, ..draws[0].clone() }];
        let mut script = Script::new(&beyond);
        script.intn(5);
        assert_eq!(script.finish(), Err("5 is no value of Intn(5)".to_owned()));
    }
}
