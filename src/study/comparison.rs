//! Two runs or studies side by side: each figure of both, how much it changed, and bounds on that.

mod rollout;

use serde_json::Value;

/// A figure of a run or study.
#[derive(Clone, Debug, PartialEq)]
pub struct Told {
    /// Whom it is about: `replicas=5, without`.
    pub whom: String,
    /// The metric's or measure's name.
    pub metric: String,
    /// The value.
    pub value: f64,
    /// Its interval, if the folder says one.
    pub interval: Option<(f64, f64)>,
}

/// A figure of both.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    /// Whom it is about.
    pub whom: String,
    /// The metric's or measure's name.
    pub metric: String,
    /// The figure of the first; `None` if it has none.
    pub first: Option<Told>,
    /// The figure of the second; `None` if it has none.
    pub second: Option<Told>,
}

impl Change {
    /// The second minus the first.
    pub fn change(&self) -> Option<f64> {
        Some(self.second.as_ref()?.value - self.first.as_ref()?.value)
    }

    /// The change that the intervals leave for sure: 0 where they have a value in common, or are not known.
    pub fn sure(&self) -> Option<f64> {
        let (first, second) = (self.first.as_ref()?, self.second.as_ref()?);
        let (Some(a), Some(b)) = (first.interval, second.interval) else { return Some(0.0) };
        Some(if b.0 > a.1 {
            b.0 - a.1
        } else if b.1 < a.0 {
            b.1 - a.0
        } else {
            0.0
        })
    }
}

/// The figures of a study's `estimates.csv`.
pub fn of_study(estimates: &str) -> Result<Vec<Told>, String> {
    let mut reader = csv::Reader::from_reader(estimates.as_bytes());
    let heading = reader.headers().map_err(|error| error.to_string())?.clone();
    let place = |name: &str| {
        heading.iter().position(|column| column == name).ok_or_else(|| format!("there is no column {name:?}"))
    };
    let (arm, metric) = (place("arm")?, place("metric")?);
    let (value, low, high) = (place("estimate")?, place("low")?, place("high")?);
    let mut told = Vec::new();
    for record in reader.records() {
        let record = record.map_err(|error| error.to_string())?;
        let number = |column: usize| record.get(column).and_then(|text| text.parse::<f64>().ok());
        let Some(estimate) = number(value) else { continue };
        // Between the point's number and the arm stand the factors.
        let factors = (1..arm).map(|column| format!("{}={}", &heading[column], &record[column]));
        let whom: Vec<String> = factors.chain([record[arm].to_owned()]).collect();
        told.push(Told {
            whom: whom.join(", "),
            metric: record[metric].to_owned(),
            value: estimate,
            interval: number(low).zip(number(high)),
        });
    }
    Ok(told)
}

/// The figures of the `summary.json` of a run or of a rollout.
pub fn of_summary(summary: &str) -> Result<Vec<Told>, String> {
    let summary: Value = serde_json::from_str(summary).map_err(|error| error.to_string())?;
    match (summary["variants"].as_array(), summary["arms"].as_array()) {
        (Some(variants), _) => Ok(of_run(variants)),
        (None, Some(arms)) => Ok(rollout::of_arms(arms)),
        (None, None) => Err("there are neither variants nor arms".to_owned()),
    }
}

/// Whether the summary or manifest of a run, a rollout or a study says that runs were cut off.
pub fn is_cut_off(summary: &str) -> Result<bool, String> {
    let summary: Value = serde_json::from_str(summary).map_err(|error| error.to_string())?;
    Ok(summary["cutOff"].as_array().is_some_and(|all| !all.is_empty()))
}

/// The figures of a run's variants: the mean over the runs.
fn of_run(variants: &[Value]) -> Vec<Told> {
    let mut told = Vec::new();
    for variant in variants {
        for figure in variant["figures"].as_array().into_iter().flatten() {
            let Some(measure) = figure["measure"].as_str() else { continue };
            let Some(value) = figure["mean"].as_f64().or_else(|| figure["value"].as_f64()) else { continue };
            let mut whom: Vec<String> = Vec::new();
            whom.extend(variant["variant"].as_str().map(str::to_owned));
            whom.extend(figure["workload"].as_str().map(str::to_owned));
            whom.extend(figure["rollout"].as_u64().map(|rollout| format!("rollout {rollout}")));
            whom.extend(figure["constraint"].as_str().map(str::to_owned));
            let whom = whom.join(", ");
            told.push(Told { whom, metric: measure.to_owned(), value, interval: None });
        }
    }
    told
}

/// Puts the figures of both side by side, in the order of the first, then what only the second has.
pub fn side_by_side(first: &[Told], second: &[Told]) -> Vec<Change> {
    let same = |a: &Told, b: &Told| (&a.whom, &a.metric) == (&b.whom, &b.metric);
    let change = |one: &Told, first: Option<&Told>, second: Option<&Told>| Change {
        whom: one.whom.clone(),
        metric: one.metric.clone(),
        first: first.cloned(),
        second: second.cloned(),
    };
    let mut changes: Vec<Change> = first
        .iter()
        .map(|one| change(one, Some(one), second.iter().find(|other| same(one, other))))
        .collect();
    let new = second.iter().filter(|one| !first.iter().any(|other| same(one, other)));
    changes.extend(new.map(|one| change(one, None, Some(one))));
    changes
}

/// A bound that must not be passed: `change(finalSkew above 1) > 5%`.
#[derive(Clone, Debug, PartialEq)]
pub struct FailIf {
    /// As written.
    pub text: String,
    function: Function,
    metric: String,
    whom: Option<String>,
    above: bool,
    bound: f64,
    percent: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Function {
    /// The second minus the first.
    Change,
    /// The part of it that the intervals leave for sure.
    Sure,
    /// The second.
    Value,
}

const FORMS: &str = "write change(METRIC) > N, change(METRIC) > N%, sure(METRIC) < -N or value(METRIC) > N; \
                     METRIC @ TEXT is about figures with TEXT in their name alone";

impl FailIf {
    /// Reads a bound.
    pub fn parse(text: &str) -> Result<Self, String> {
        let wrong = || format!("{text:?} is no bound; {FORMS}");
        let (function, rest) = text.split_once('(').ok_or_else(wrong)?;
        let (inside, outside) = rest.rsplit_once(')').ok_or_else(wrong)?;
        let function = match function.trim() {
            "change" => Function::Change,
            "sure" => Function::Sure,
            "value" => Function::Value,
            _ => return Err(wrong()),
        };
        let outside = outside.trim();
        let above = outside.strip_prefix('>').map(|number| (true, number));
        let (above, number) =
            above.or_else(|| outside.strip_prefix('<').map(|number| (false, number))).ok_or_else(wrong)?;
        let number = number.trim();
        let (number, percent) =
            number.strip_suffix('%').map_or((number, false), |number| (number.trim_end(), true));
        let bound: f64 = number.parse().map_err(|_| wrong())?;
        if !bound.is_finite() {
            return Err(wrong());
        }
        let (metric, whom) = inside
            .split_once('@')
            .map_or((inside, None), |(metric, whom)| (metric, Some(whom.trim().to_owned())));
        Ok(Self {
            text: text.trim().to_owned(),
            function,
            metric: metric.trim().to_owned(),
            whom,
            above,
            bound,
            percent,
        })
    }

    /// The metric that it is about.
    pub fn metric(&self) -> &str {
        &self.metric
    }

    /// Whether it is about a figure.
    pub fn is_about(&self, change: &Change) -> bool {
        change.metric == self.metric
            && self.whom.as_ref().is_none_or(|whom| change.whom.contains(whom.as_str()))
    }

    /// Whether a figure passes it. A figure that only one of both has passes a bound on its change.
    pub fn is_passed(&self, change: &Change) -> bool {
        let value = match self.function {
            Function::Change => change.change(),
            Function::Sure => change.sure(),
            Function::Value => match &change.second {
                Some(told) => Some(told.value),
                None => return false,
            },
        };
        let Some(value) = value else { return true };
        let bound = match (self.percent, self.function) {
            (false, _) => self.bound,
            (true, Function::Value) => self.bound / 100.0,
            (true, _) => self.bound / 100.0 * change.first.as_ref().map_or(0.0, |told| told.value.abs()),
        };
        if self.above { value > bound } else { value < bound }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(value: f64, half: Option<f64>) -> Told {
        let interval = half.map(|half| (value - half, value + half));
        Told { whom: "n=1, a".to_owned(), metric: "m".to_owned(), value, interval }
    }

    fn change(first: Told, second: Told) -> Change {
        side_by_side(&[first], &[second]).remove(0)
    }

    #[test]
    fn changes_are_sure_where_intervals_are_apart() {
        assert_eq!(change(told(1.0, Some(0.25)), told(2.0, Some(0.25))).sure(), Some(0.5));
        assert_eq!(change(told(2.0, Some(0.25)), told(1.0, Some(0.25))).sure(), Some(-0.5));
        assert_eq!(change(told(1.0, Some(0.75)), told(2.0, Some(0.75))).sure(), Some(0.0));
        assert_eq!(change(told(1.0, None), told(2.0, None)).sure(), Some(0.0));
    }

    #[test]
    fn bounds_are_passed_beyond_them() {
        let passed = |text: &str, first: f64, second: f64| {
            let bound = FailIf::parse(text).expect(text);
            bound.is_passed(&change(told(first, None), told(second, None)))
        };
        assert!(passed("change(m) > 10%", 10.0, 11.5) && !passed("change(m) > 10%", 10.0, 11.0));
        assert!(passed("change(m) < -1", 3.0, 1.0) && !passed("change(m) < -1", 3.0, 2.0));
        assert!(passed("value(m) > 50%", 0.0, 0.6) && !passed("sure(m) > 0", 1.0, 9.0));
        let gone = &side_by_side(&[told(1.0, None)], &[])[0];
        assert!(FailIf::parse("change(m) > 5").expect("a bound").is_passed(gone));
        let about = |text: &str| FailIf::parse(text).expect(text).is_about(gone);
        assert!(about("change(m @ n=1) > 0") && !about("change(m @ n=2) > 0") && !about("change(k) > 0"));
        for wrong in ["m > 1", "change(m)", "change(m) = 1", "median(m) > 1", "change(m > 1", "change(m) > x"]
        {
            assert!(FailIf::parse(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_study_s_estimates_are_read() {
        let text = "point,n,arm,metric,n,estimate,low,high,method\n0,1,a,m,9,0.5,0.4,0.6,t\n0,1,b,m,0,,,,t\n";
        let whom = "n=1, a".to_owned();
        let wanted = Told { whom, metric: "m".to_owned(), value: 0.5, interval: Some((0.4, 0.6)) };
        assert_eq!(of_study(text), Ok(vec![wanted]));
        assert!(of_study("a,b\n1,2\n").is_err());
    }
}
