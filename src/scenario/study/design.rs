//! Factors and design points: which values are set where, in which combinations.

use kubecast_manifest::{Document, Entry, Tree, Value};

use super::document::{DesignDocument, FactorDocument, RangeDocument};
use crate::kernel::{Draws, Identity, Seed};
use crate::scenario::draw_uses::LATIN_HYPERCUBE;
use crate::scenario::error::{Findings, did_you_mean};
use crate::scenario::places::{place_of, text};

/// No design has more points.
const MOST_POINTS: usize = 100_000;

/// A factor, checked.
#[derive(Clone, Debug)]
pub(in crate::scenario) struct Factor {
    /// Its name.
    pub(in crate::scenario) name: String,
    /// Where its value is set.
    pub(in crate::scenario) paths: Vec<String>,
    /// Its values, with their names.
    pub(in crate::scenario) levels: Vec<Level>,
}

/// A value of a factor.
#[derive(Clone, Debug)]
pub(in crate::scenario) struct Level {
    /// Its name in tables.
    pub(in crate::scenario) label: String,
    /// The value.
    pub(in crate::scenario) value: Tree,
}

/// A design point: a level for each factor.
pub(super) type Point = Vec<Level>;

impl Factor {
    /// Checks the factor at `pointer` of a document.
    pub(in crate::scenario) fn check(
        factor: &FactorDocument,
        pointer: &str,
        document: &Document,
    ) -> Result<Self, String> {
        let paths = match (&factor.path, &factor.paths) {
            (Some(path), None) => vec![path.clone()],
            (None, Some(paths)) if !paths.is_empty() => paths.clone(),
            _ => return Err("give path, or paths with at least one".to_owned()),
        };
        let key = paths[0]
            .rsplit('/')
            .find(|part| !part.is_empty() && *part != "-" && part.parse::<usize>().is_err());
        let key = key.map_or_else(|| paths[0].clone(), |key| key.replace("~1", "/").replace("~0", "~"));
        let name = factor.name.clone().unwrap_or(key);
        let tree = document.tree.pointer(pointer).unwrap_or(&document.tree);
        let values: Vec<Tree> = match (&factor.values, &factor.range) {
            (Some(_), None) => tree.get("values").and_then(Tree::as_seq).unwrap_or_default().to_vec(),
            (None, Some(range)) => {
                let at = tree.get("range").unwrap_or(tree);
                let number = |value: f64| Tree { value: Value::Number(number_text(value)), ..text("", at) };
                range.values()?.into_iter().map(number).collect()
            }
            _ => return Err(format!("the factor {name:?} has no values: give values or range")),
        };
        if values.is_empty() {
            return Err(format!("the factor {name:?} has no values: give at least one"));
        }
        let labels = match &factor.labels {
            Some(labels) if labels.len() != values.len() => {
                return Err(format!("{} labels for {} values", labels.len(), values.len()));
            }
            Some(labels) => labels.clone(),
            None => values.iter().map(label).collect(),
        };
        let levels: Vec<Level> =
            labels.into_iter().zip(values).map(|(label, value)| Level { label, value }).collect();
        for (index, level) in levels.iter().enumerate() {
            if levels[..index].iter().any(|other| other.label == level.label) {
                return Err(format!("the factor {name:?} has the value {:?} twice", level.label));
            }
        }
        Ok(Self { name, paths, levels })
    }
}

/// A number as it is written: whole ones without a point.
fn number_text(value: f64) -> String {
    // Sums of steps carry the rounding of binary fractions.
    let shortened: f64 = format!("{value:.9e}").parse().unwrap_or(value);
    shortened.to_string()
}

/// A value on one line.
fn label(value: &Tree) -> String {
    match &value.value {
        Value::String(text) => text.clone(),
        _ => value.to_json().to_string(),
    }
}

impl RangeDocument {
    fn values(&self) -> Result<Vec<f64>, String> {
        let step = self.step.unwrap_or(1.0);
        let all = [self.from, self.to, step];
        if !all.iter().all(|value| value.is_finite()) || step <= 0.0 || self.to < self.from {
            return Err("range: give from, to at or above it, and a step above 0".to_owned());
        }
        let count = ((self.to - self.from) / step + 1e-9).floor();
        if count >= MOST_POINTS as f64 {
            return Err(format!("range: more than {MOST_POINTS} values"));
        }
        Ok((0..=count as u64).map(|index| self.from + index as f64 * step).collect())
    }
}

/// The design points. Without factors there is one.
pub(super) fn points(
    design: Option<&DesignDocument>,
    factors: &[Factor],
    seed: u64,
    document: &Document,
    findings: &mut Findings,
) -> Vec<Point> {
    let here = document.tree.pointer("/spec/design").and_then(|tree| place_of(&document.file, tree));
    let fault = |findings: &mut Findings, message: String| {
        findings.error(here.clone(), format!("spec.design: {message}"));
        Vec::new()
    };
    match design.map(|design| (&design.points, design.latin_hypercube)) {
        None => {
            let all = factors.iter().try_fold(1_usize, |all, factor| all.checked_mul(factor.levels.len()));
            match all.filter(|all| *all <= MOST_POINTS) {
                Some(_) => grid(factors),
                None => fault(findings, format!("the full grid has more than {MOST_POINTS} points")),
            }
        }
        Some((Some(_), None)) => listed(factors, document, findings),
        Some((None, Some(count))) if count > 0 && !factors.is_empty() => {
            latin_hypercube(factors, count as usize, seed)
        }
        Some((None, Some(_))) => fault(findings, "latinHypercube: at least 1 point, and a factor".to_owned()),
        Some(_) => fault(findings, "give points or latinHypercube".to_owned()),
    }
}

/// All combinations; the last factor's values change fastest.
fn grid(factors: &[Factor]) -> Vec<Point> {
    let mut points: Vec<Point> = vec![Vec::new()];
    for factor in factors {
        let with = |point: &Point| {
            let point = point.clone();
            factor
                .levels
                .iter()
                .map(move |level| point.iter().chain([level]).cloned().collect::<Point>())
                .collect::<Vec<_>>()
        };
        points = points.iter().flat_map(with).collect();
    }
    points
}

/// Each factor's values in strata of equal size, shuffled by themselves (M. D. McKay, R. J. Beckman,
/// W. J. Conover, Technometrics 21, 1979).
fn latin_hypercube(factors: &[Factor], count: usize, seed: u64) -> Vec<Point> {
    let mut points: Vec<Point> = vec![Vec::new(); count];
    for (index, factor) in factors.iter().enumerate() {
        let mut strata: Vec<usize> = (0..count).collect();
        let who = Identity { owner: 0, revision: 0, ordinal: index as u32 };
        Draws::new(Seed(seed), 0).keyed(LATIN_HYPERCUBE, who, 0).shuffle(&mut strata);
        for (point, stratum) in points.iter_mut().zip(strata) {
            point.push(factor.levels[stratum * factor.levels.len() / count].clone());
        }
    }
    points
}

/// The points of a list; each names a value for every factor.
fn listed(factors: &[Factor], document: &Document, findings: &mut Findings) -> Vec<Point> {
    let list = document.tree.pointer("/spec/design/points").and_then(Tree::as_seq).unwrap_or_default();
    let mut points = Vec::new();
    for (number, tree) in list.iter().enumerate() {
        let entries: &[Entry] = tree.as_map().unwrap_or_default();
        for entry in entries {
            if factors.iter().all(|factor| factor.name != entry.key) {
                let hint = did_you_mean(&entry.key, factors.iter().map(|factor| factor.name.as_str()));
                let message =
                    format!("spec.design.points[{number}]: there is no factor {:?}{hint}", entry.key);
                findings.error(place_of(&document.file, &entry.value), message);
            }
        }
        let mut point = Point::new();
        for factor in factors {
            match tree.get(&factor.name) {
                Some(value) => {
                    let label = label(value);
                    let known = factor.levels.iter().find(|level| level.label == label);
                    point.push(known.cloned().unwrap_or_else(|| Level { label, value: value.clone() }));
                }
                None => {
                    let message =
                        format!("spec.design.points[{number}]: no value for the factor {:?}", factor.name);
                    findings.error(place_of(&document.file, tree), message);
                }
            }
        }
        points.push(point);
    }
    if points.is_empty() {
        let here = document.tree.pointer("/spec/design").and_then(|tree| place_of(&document.file, tree));
        findings.error(here, "spec.design.points: give at least one point");
    }
    points
}

#[cfg(test)]
mod tests {
    use super::*;

    fn factor(name: &str, levels: usize) -> Factor {
        let level =
            |index: usize| Level { label: index.to_string(), value: Value::Number(index.to_string()).into() };
        Factor { name: name.to_owned(), paths: Vec::new(), levels: (0..levels).map(level).collect() }
    }

    fn labels(points: &[Point]) -> Vec<String> {
        points
            .iter()
            .map(|point| point.iter().map(|level| level.label.as_str()).collect::<Vec<_>>().join("/"))
            .collect()
    }

    #[test]
    fn the_last_factor_changes_fastest() {
        assert_eq!(
            labels(&grid(&[factor("a", 2), factor("b", 3)])),
            ["0/0", "0/1", "0/2", "1/0", "1/1", "1/2"]
        );
        assert_eq!(grid(&[]).len(), 1);
    }

    #[test]
    fn a_latin_hypercube_uses_each_value_equally_often() {
        let points = latin_hypercube(&[factor("a", 4), factor("b", 2)], 8, 7);
        for (place, levels, times) in [(0, 4, 2), (1, 2, 4)] {
            for level in 0..levels {
                let used = points.iter().filter(|point| point[place].label == level.to_string()).count();
                assert_eq!(used, times, "{:?}", labels(&points));
            }
        }
        assert_eq!(labels(&points), labels(&latin_hypercube(&[factor("a", 4), factor("b", 2)], 8, 7)));
        assert_ne!(labels(&points), labels(&latin_hypercube(&[factor("a", 4), factor("b", 2)], 8, 8)));
    }

    #[test]
    fn ranges_have_no_crumbs() {
        let range = RangeDocument { from: 0.1, to: 0.5, step: Some(0.1) };
        let texts: Vec<String> = range.values().expect("a range").into_iter().map(number_text).collect();
        assert_eq!(texts, ["0.1", "0.2", "0.3", "0.4", "0.5"]);
        assert!(RangeDocument { from: 2.0, to: 1.0, step: None }.values().is_err());
    }
}
