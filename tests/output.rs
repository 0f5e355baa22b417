//! `--out`: checked before anything runs, and nothing is written outside of it.

use std::fs;
use std::path::Path;

use kubecast::scenario::names::is_own_file;

use crate::harness::{Outcome, file, files, folder, kubecast_on};

/// A scenario with these further fields.
fn scenario(fields: &str) -> String {
    format!(
        "apiVersion: kubecast.dev/v1alpha1
kind: Scenario
metadata: {{name: t}}
spec:
  nodePools: [{{name: w, count: 2, template: {{status: {{allocatable: {{cpu: 4, memory: 8Gi}}}}}}}}]
  manifests:
    - apiVersion: apps/v1
      kind: Deployment
      metadata: {{name: web}}
      spec:
        replicas: 2
        selector: {{matchLabels: {{a: b}}}}
        template: {{metadata: {{labels: {{a: b}}}}, spec: {{containers: [{{name: c, image: i}}]}}}}
{fields}"
    )
}

/// A study of next to nothing with these arms.
fn study(arms: &str) -> String {
    format!(
        "apiVersion: kubecast.dev/v1alpha1
kind: Study
metadata: {{name: s}}
spec:
  scenario: [{{apiVersion: v1, kind: Node, metadata: {{name: node}}, status: {{allocatable: {{cpu: 1}}}}}}]
  metrics: [{{measure: pods}}]
  replications: 2
  arms: {arms}
"
    )
}

/// What is told of input that is refused.
fn refused(args: &[&str], input: &str) -> String {
    let Outcome { code, stdout, stderr } = kubecast_on(args, input);
    assert_eq!((code, stdout.as_str()), (2, ""), "{args:?}: {stderr}");
    stderr
}

#[test]
fn variants_never_lead_out_of_the_folder() {
    let out = folder("out");
    for name in
        ["..", ".", "a/b", "../x", "/tmp/x", "a\\b", "", "a\u{1b}b", "summary.json", "Pods.csv", "x\u{0}"]
    {
        let name = serde_json::to_string(name).expect("a string");
        let text = scenario(&format!("  variants: [{{name: fine}}, {{name: {name}}}]\n"));
        let told = refused(&["run", "-", "--out", &out, "--force"], &text);
        assert!(told.contains("-:14:35: spec.variants[1].name: ") && told.contains("is no name; "), "{told}");
        assert!(!Path::new(&out).exists(), "nothing is written");
    }
    let alike = refused(&["run", "-"], &scenario("  variants: [{name: a}, {name: A}]\n"));
    assert!(alike.contains("-:14:32: spec.variants: \"a\" and \"A\" differ in case alone"), "{alike}");
}

#[test]
fn other_entries_are_named_as_well() {
    for (fields, place) in [
        ("  workloads: [{name: .., template: {}}]\n", "spec.workloads[0].name"),
        ("  workloads: [{name: 'a\\b', template: {}}]\n", "spec.workloads[0].name"),
        (
            "  serviceIPs: {serviceClusterIPRange: 10.0.0.0/24, services: [{name: '.'}]}\n",
            "spec.serviceIPs.services[0].name",
        ),
    ] {
        let told = refused(&["run", "-"], &scenario(fields));
        assert!(told.contains(place) && told.contains("is no name; "), "{told}");
    }
    for (arms, told) in [
        ("[{name: ..}]", "\"..\" is no name for an arm; it leads to another folder"),
        ("[{name: a}, {name: A}]", "\"A\" is no name for an arm; another arm is named \"a\""),
    ] {
        let error = refused(&["study", "-"], &study(arms));
        assert!(error.contains(told), "{error}");
    }
}

#[test]
fn a_place_that_cannot_be_written_is_found_before_anything_runs() {
    let there = file("there", "a file");
    // So many runs would take minutes.
    let args = |out: &str| ["run", "-", "--runs", "4000000000", "--out", out].map(str::to_owned);
    for (out, told) in [
        (there.clone(), "is a file, not a folder"),
        (format!("{there}/below"), "nothing can be written there"),
        ("/proc/kubecast/out".to_owned(), "nothing can be written there"),
    ] {
        let args = args(&out);
        let told_by_it = refused(&args.each_ref().map(String::as_str), &scenario(""));
        assert!(told_by_it.contains(&format!("--out {out}: {told}")), "{told_by_it}");
    }
    assert_eq!(fs::read_to_string(there).expect("it is still there"), "a file");
    let deep = folder("deep");
    let below = format!("{deep}/a/b");
    refused(&["run", "-", "--out", &below], "kind: [");
    assert!(!Path::new(&deep).exists(), "what was made for the trial is gone");
    kubecast_on(&["run", "-", "--out", &below, "--quiet"], &scenario("")).success();
    assert!(files(&below).contains_key("pods.csv"));
}

#[cfg(unix)]
#[test]
fn nothing_is_written_through_a_link() {
    use std::os::unix::fs::symlink;

    let (out, elsewhere) = (folder("out"), folder("elsewhere"));
    let victim = file("victim", "precious");
    let text = scenario("  variants: [{name: v}]\n");
    let args = ["run", "-", "--quiet", "--force", "--out", &out];
    for (link, target, what) in [
        ("summary.json", &victim, "a file"),
        ("resources.json", &victim, "a file that is not written this time"),
        ("v", &elsewhere, "a folder"),
        ("v/pods.csv", &victim, "a file in a folder"),
        ("v", &victim, "a link to a file instead of a folder"),
    ] {
        let _ = fs::remove_dir_all(&out);
        fs::create_dir_all(Path::new(&out).join(link).parent().expect("a folder")).expect("writable");
        fs::create_dir_all(&elsewhere).expect("writable");
        symlink(target, Path::new(&out).join(link)).expect("writable");
        let told = refused(&args, &text);
        assert!(told.contains(link) && told.contains("is a symbolic link"), "{what}: {told}");
        assert_eq!(fs::read_to_string(&victim).expect("it is there"), "precious", "{what}");
        assert!(files(&elsewhere).is_empty(), "{what}");
    }
    // A link in the place of a temporary file goes, and what it leads to stays.
    let _ = fs::remove_dir_all(&out);
    fs::create_dir_all(&out).expect("writable");
    symlink(&victim, Path::new(&out).join("summary.json.tmp")).expect("writable");
    kubecast_on(&args, &text).success();
    assert_eq!(fs::read_to_string(&victim).expect("it is there"), "precious");
    assert!(!Path::new(&out).join("summary.json.tmp").exists());
    // The folder itself is named by the user, and may be a link.
    let linked = folder("linked");
    symlink(&elsewhere, &linked).expect("writable");
    kubecast_on(&["run", "-", "--quiet", "--out", &linked], &text).success();
    assert!(files(&elsewhere).contains_key("summary.json"));
}

#[cfg(unix)]
#[test]
fn a_journal_is_not_written_through_a_link() {
    let out = folder("out");
    let victim = file("victim", "precious");
    fs::create_dir_all(&out).expect("writable");
    std::os::unix::fs::symlink(&victim, Path::new(&out).join("journal.jsonl")).expect("writable");
    for option in ["--force", "--resume"] {
        let told = refused(&["study", "-", option, "--out", &out], &study("[{name: a}]"));
        assert!(told.contains("journal.jsonl: is a symbolic link"), "{told}");
    }
    assert_eq!(fs::read_to_string(victim).expect("it is there"), "precious");
}

#[test]
fn every_file_that_is_written_is_known_as_kubecast_s_own() {
    let (run, part, whole) = (folder("run"), folder("part"), folder("whole"));
    let text = scenario("  variants: [{name: v}]\n");
    kubecast_on(&["run", "-", "--quiet", "--runs", "2", "--resources", "--out", &run], &text).success();
    for (shard, out) in [(&["--shard", "1/2"][..], &part), (&[], &whole)] {
        let args = [&["study", "-", "--quiet", "--out", out], shard].concat();
        kubecast_on(&args, &study("[{name: a}]")).success();
    }
    for name in [run, part, whole].iter().flat_map(|out| files(out).into_keys()) {
        let name = name.rsplit('/').next().unwrap_or(&name);
        assert!(is_own_file(name), "{name} is missing in OWN_FILES");
    }
}
