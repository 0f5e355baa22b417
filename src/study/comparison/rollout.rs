//! The figures of a rollout's `summary.json`, by arm and constraint.

use serde_json::Value;

use super::Told;

/// What is told of each arm: a field, and the measure that it is. The mean over the runs, as of a run's folder.
const MEANS: [(&str, &str); 5] = [
    ("durationSeconds", "rolloutDurationSeconds"),
    ("surgePodsMax", "surgePodsMax"),
    ("unavailablePodsMax", "unavailablePodsMax"),
    ("pendingSecondsMax", "pendingSecondsMax"),
    ("pendingSecondsTotal", "pendingSecondsTotal"),
];
/// The same of each constraint.
const MEANS_OF_CONSTRAINTS: [(&str, &str); 2] = [
    ("readyShareAfterDomainLossMin", "readyShareAfterDomainLossMin"),
    ("readyShareAfterDomainLoss", "readyShareAfterDomainLoss"),
];

/// The figures of all arms. A duration that no run has is none.
pub(super) fn of_arms(arms: &[Value]) -> Vec<Told> {
    let mut told = Vec::new();
    for arm in arms {
        let name = arm["arm"].as_str().unwrap_or_default();
        let mut add = |whom: &str, metric: &str, value: &Value, interval: &Value| {
            let (Some(value), interval) = (value.as_f64(), ends(interval)) else { return };
            told.push(Told { whom: whom.to_owned(), metric: metric.to_owned(), value, interval });
        };
        let blocked = &arm["blocked"];
        add(name, "rolloutBlocked", &blocked["share"], &blocked["wilson95"]);
        let lasted = &arm["durationSeconds"];
        add(name, "rolloutDurationSeconds median", &lasted["median"], &lasted["medianInterval95"]);
        for (field, metric) in MEANS {
            add(name, metric, &arm[field]["mean"], &Value::Null);
        }
        for constraint in arm["constraints"].as_array().into_iter().flatten() {
            let whom = format!("{name}, {}", constraint["constraint"].as_str().unwrap_or_default());
            let above = &constraint["aboveMaxSkew"];
            add(&whom, "finalSkew above maxSkew", &above["share"], &above["wilson95"]);
            for (field, metric) in MEANS_OF_CONSTRAINTS {
                add(&whom, metric, &constraint[field]["mean"], &Value::Null);
            }
        }
    }
    told
}

fn ends(interval: &Value) -> Option<(f64, f64)> {
    Some((interval.get(0)?.as_f64()?, interval.get(1)?.as_f64()?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn arms_and_constraints_are_read() {
        let summary = |mean: f64| json!({ "mean": mean, "median": mean + 1.0 });
        let arm = json!({
            "arm": "as-is",
            "blocked": { "count": 1, "share": 0.25, "wilson95": [0.1, 0.5] },
            "durationSeconds": null,
            "surgePodsMax": summary(2.0),
            "constraints": [{
                "constraint": "zone|DoNotSchedule",
                "aboveMaxSkew": { "share": 0.5, "wilson95": [0.4, 0.6] },
                "readyShareAfterDomainLoss": summary(0.75),
            }],
        });
        let told = |whom: &str, metric: &str, value, interval| {
            let (whom, metric) = (whom.to_owned(), metric.to_owned());
            Told { whom, metric, value, interval }
        };
        let constraint = "as-is, zone|DoNotSchedule";
        assert_eq!(
            of_arms(&[arm]),
            [
                told("as-is", "rolloutBlocked", 0.25, Some((0.1, 0.5))),
                told("as-is", "surgePodsMax", 2.0, None),
                told(constraint, "finalSkew above maxSkew", 0.5, Some((0.4, 0.6))),
                told(constraint, "readyShareAfterDomainLoss", 0.75, None),
            ]
        );
        let lasted =
            json!({ "durationSeconds": { "mean": 3.0, "median": 2.0, "medianInterval95": [1.0, 4.0] } });
        assert_eq!(
            of_arms(&[lasted]),
            [
                told("", "rolloutDurationSeconds median", 2.0, Some((1.0, 4.0))),
                told("", "rolloutDurationSeconds", 3.0, None),
            ]
        );
    }
}
