//! `matchLabelKeys` and `mismatchLabelKeys` of spread constraints and (anti-)affinity terms
//! (core/validation, v1.34).
//!
//! When a pod is created the API server merges the keys that it carries into the selector, and looks
//! afterwards: a key that stands twice is refused. A pod that exists already, as its `uid` tells, went
//! through that once, and its selector holds the merged requirements; a template goes through it later.

use std::collections::BTreeSet;

use k8s_openapi::apimachinery::pkg::apis::meta::v1::LabelSelector;

use super::fault::Faults;
use super::labels::{LabelMap, label_key};
use super::path::Path;

const NO_SELECTOR: &str = "must not be specified when labelSelector is not set";
const IN_BOTH: &str = "exists in both matchLabelKeys and labelSelector";

/// The fields of a term, with the labels of the pod that is being created.
pub(super) struct LabelKeys<'a> {
    /// `matchLabelKeys`.
    pub(super) matching: &'a [String],
    /// `mismatchLabelKeys`.
    pub(super) mismatching: &'a [String],
    /// `labelSelector`.
    pub(super) selector: Option<&'a LabelSelector>,
    /// The labels that are merged into the selector now; `None` if nothing is merged.
    pub(super) merged: LabelMap<'a>,
}

fn valid_keys(keys: &[String], has_selector: bool, at: &Path<'_>, faults: &mut Faults) {
    if keys.is_empty() {
        return;
    }
    if !has_selector {
        faults.forbidden(at, NO_SELECTOR);
        return;
    }
    for (index, key) in keys.iter().enumerate() {
        label_key(key, &at.index(index), faults);
    }
}

impl LabelKeys<'_> {
    /// The rule of affinity terms, and of spread constraints where the API server merges their keys.
    pub(super) fn check(&self, at: &Path<'_>, faults: &mut Faults) {
        let matching = at.child("matchLabelKeys");
        valid_keys(self.matching, self.selector.is_some(), &matching, faults);
        let mismatching = at.child("mismatchLabelKeys");
        valid_keys(self.mismatching, self.selector.is_some(), &mismatching, faults);
        for key in self.keys_of_expressions_met_before() {
            if let Some(index) = self.matching.iter().rposition(|listed| listed == key) {
                // The API server says the term's path with the number of the key behind it.
                faults.invalid(&at.unsaid("matchLabelKeys").index(index), key, IN_BOTH);
            }
        }
        for (index, key) in self.matching.iter().enumerate() {
            if self.mismatching.contains(key) {
                let detail = "exists in both matchLabelKeys and mismatchLabelKeys";
                faults.invalid(&matching.index(index), key.as_str(), detail);
            }
        }
    }

    /// The keys of the selector's expressions, merged ones included, that its labels or an earlier
    /// expression name already.
    fn keys_of_expressions_met_before(&self) -> Vec<&str> {
        let Some(selector) = self.selector else { return Vec::new() };
        let mut met: BTreeSet<&str> =
            selector.match_labels.iter().flatten().map(|(key, _)| key.as_str()).collect();
        let written = selector.match_expressions.iter().flatten().map(|one| one.key.as_str());
        let carried = |key: &&str| self.merged.is_some_and(|labels| labels.contains_key(*key));
        let merged = self.matching.iter().chain(self.mismatching).map(String::as_str).filter(carried);
        written.chain(merged).filter(|key| !met.insert(key)).collect()
    }

    /// The rule of spread constraints where the keys are merged by the scheduler alone: none of them
    /// may stand in the selector.
    pub(super) fn check_unmerged(&self, at: &Path<'_>, faults: &mut Faults) {
        if self.matching.is_empty() {
            return;
        }
        let at = at.child("matchLabelKeys");
        if self.selector.is_none() {
            faults.forbidden(&at, NO_SELECTOR);
        }
        let in_selector = |key: &String| {
            self.selector.is_some_and(|selector| {
                selector.match_labels.as_ref().is_some_and(|labels| labels.contains_key(key))
                    || selector.match_expressions.iter().flatten().any(|one| one.key == *key)
            })
        };
        for (index, key) in self.matching.iter().enumerate() {
            let at = at.index(index);
            label_key(key, &at, faults);
            if in_selector(key) {
                faults.invalid(&at, key.as_str(), IN_BOTH);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{check, check_in, check_places};

    fn pod(uid: &str, constraint: &str) -> String {
        format!(
            "apiVersion: v1\nkind: Pod\nmetadata: {{name: p{uid}, labels: {{app: a, v: \"1\"}}}}\nspec: {{containers: [{{name: c}}], topologySpreadConstraints: [{{maxSkew: 1, topologyKey: t, whenUnsatisfiable: DoNotSchedule, {constraint}}}]}}\n"
        )
    }

    const AT: &str = "spec.topologySpreadConstraints[0]";

    /// `TestValidateTopologySpreadConstraints` and the tests of merged label keys
    /// (pkg/apis/core/validation).
    #[test]
    fn keys_of_spread_constraints() {
        check(&pod("", "labelSelector: {matchLabels: {app: a}}, matchLabelKeys: [v]"), &[]);
        check(
            &pod("", "matchLabelKeys: [v]"),
            &[&format!(
                "{AT}.matchLabelKeys: Forbidden: must not be specified when labelSelector is not set"
            )],
        );
        check_places(
            &pod("", "labelSelector: {matchLabels: {app: a}}, matchLabelKeys: [v, app]"),
            &[(
                &format!("{AT}.matchLabelKeys[1]"),
                &format!("{AT}[1]: Invalid value: \"app\": exists in both matchLabelKeys and labelSelector"),
            )],
        );
        let twice = "labelSelector: {matchExpressions: [{key: v, operator: Exists}]}, matchLabelKeys: [v]";
        check(
            &pod("", twice),
            &[&format!("{AT}[0]: Invalid value: \"v\": exists in both matchLabelKeys and labelSelector")],
        );
        // Keys that the pod does not carry are not merged.
        check(&pod("", "labelSelector: {matchLabels: {x: a}}, matchLabelKeys: [x]"), &[]);
    }

    #[test]
    fn what_exists_was_merged_once() {
        let merged = "labelSelector: {matchExpressions: [{key: v, operator: In, values: [\"1\"]}]}, matchLabelKeys: [v]";
        check(&pod(", uid: u", merged), &[]);
    }

    #[test]
    fn releases_without_merging_look_at_the_selector_as_it_is() {
        let constraint = "labelSelector: {matchLabels: {x: a}}, matchLabelKeys: [x]";
        let expected = format!(
            "{AT}.matchLabelKeys[0]: Invalid value: \"x\": exists in both matchLabelKeys and labelSelector"
        );
        check_in(33, &pod("", constraint), &[&expected]);
        // Before 1.27 the field is dropped.
        check_in(26, &pod("", constraint), &[]);
    }

    #[test]
    fn keys_of_affinity_terms() {
        let pod = |term: &str| {
            format!(
                "apiVersion: v1\nkind: Pod\nmetadata: {{name: p, labels: {{app: a, v: \"1\"}}}}\nspec: {{containers: [{{name: c}}], affinity: {{podAffinity: {{requiredDuringSchedulingIgnoredDuringExecution: [{{topologyKey: t, {term}}}]}}}}}}\n"
            )
        };
        let at = "spec.affinity.podAffinity.requiredDuringSchedulingIgnoredDuringExecution[0]";
        check(&pod("labelSelector: {matchLabels: {app: a}}, matchLabelKeys: [v]"), &[]);
        check(
            &pod("mismatchLabelKeys: [v]"),
            &[&format!(
                "{at}.mismatchLabelKeys: Forbidden: must not be specified when labelSelector is not set"
            )],
        );
        check(
            &pod("labelSelector: {}, matchLabelKeys: [v], mismatchLabelKeys: [v]"),
            &[
                &format!("{at}[0]: Invalid value: \"v\": exists in both matchLabelKeys and labelSelector"),
                &format!(
                    "{at}.matchLabelKeys[0]: Invalid value: \"v\": exists in both matchLabelKeys and mismatchLabelKeys"
                ),
            ],
        );
        check(&pod("labelSelector: {matchLabels: {app: a}}, mismatchLabelKeys: [app]"), &[]);
    }
}
