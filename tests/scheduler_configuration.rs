//! KubeSchedulerConfiguration as an input: what is refused, in kube-scheduler's words and with places, and
//! what becomes of the rest.

mod accepted;
mod arguments;
mod behaviour;
mod refused;

use std::fmt::Write;
use std::sync::Arc;

use kubecast::cluster::setup::ClusterSetup;
use kubecast::scenario::{LoadOptions, NoFiles, Resolved, SourceText, load};

fn source(name: &str, text: &str) -> SourceText {
    SourceText { name: name.into(), text: text.into() }
}

const POD: &str =
    "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec: {containers: [{name: c, image: i}]}\n";

/// A configuration with these lines below `apiVersion` and `kind`; the first is line 3.
fn configuration(lines: &str) -> String {
    format!("apiVersion: kubescheduler.config.k8s.io/v1\nkind: KubeSchedulerConfiguration\n{lines}")
}

fn told(texts: &[SourceText]) -> Vec<String> {
    match load(texts, &LoadOptions::default(), &NoFiles) {
        Ok(resolved) => resolved.warnings.iter().map(|warning| format!("warning: {warning}")).collect(),
        Err(errors) => errors.iter().map(ToString::to_string).collect(),
    }
}

/// Loads a configuration beside a pod and compares what is told, without the words that begin each line:
/// `s.yaml:`, and `KubeSchedulerConfiguration: ` behind line and column.
fn check(lines: &str, expected: &[&str]) {
    let told = told(&[source("s.yaml", &configuration(lines)), source("p.yaml", POD)]);
    let told: Vec<String> = told
        .iter()
        .map(|line| line.replacen("s.yaml:", "", 1).replacen("KubeSchedulerConfiguration: ", "", 1))
        .collect();
    assert_eq!(told, expected, "of the configuration\n{lines}");
}

/// One plugin's arguments in flow style, on line 6.
fn check_args(plugin: &str, args: &str, expected: &[&str]) {
    check(&format!("profiles:\n- pluginConfig:\n  - name: {plugin}\n    args: {args}\n"), expected);
}

fn resolve(texts: &[&str]) -> Resolved {
    let sources: Vec<SourceText> =
        texts.iter().enumerate().map(|(index, text)| source(&format!("f{index}.yaml"), text)).collect();
    load(&sources, &LoadOptions::default(), &NoFiles).unwrap_or_else(|errors| {
        let lines = errors.iter().fold(String::new(), |mut text, error| {
            writeln!(text, "{error}").expect("writes to memory");
            text
        });
        panic!("{lines}")
    })
}

fn setup(texts: &[&str]) -> Arc<ClusterSetup> {
    Arc::clone(&resolve(texts).variants[0].setup)
}
