//! `kubecast study` and `kubecast merge` with the real binary: the same bytes for any number of threads, in
//! parts, and after a kill; what is wrong with a study is said with its place.

mod interruption;
mod small;
mod wrong_input;

use small::study_file;

use crate::harness::{files, folder, kubecast, kubecast_with, snapshot};

#[test]
fn the_same_bytes_on_any_number_of_threads_and_in_parts() {
    let study = study_file("threads", "replications: 12");
    let whole = folder("study-threads-1");
    let outcome = kubecast(&["study", &study, "--threads", "1", "--out", &whole]);
    assert_eq!(outcome.code, 0, "{}", outcome.stderr);
    let expected = files(&whole);
    let names: Vec<&str> = expected.keys().map(String::as_str).collect();
    let wanted = ["differences.csv", "estimates.csv", "manifest.json", "plot.svg", "runs.csv", "summary.txt"];
    assert_eq!(names, wanted, "the journal is gone");
    snapshot("study", &String::from_utf8(expected["summary.txt"].clone()).expect("UTF-8"));
    let manifest: serde_json::Value = serde_json::from_slice(&expected["manifest.json"]).expect("JSON");
    assert_eq!(manifest["assumptions"][0]["what"], "image pull");
    assert_eq!((manifest["lints"].is_array(), manifest["irrelevant"].is_array()), (true, true));
    assert_eq!(kubecast(&["study", &study, "--out", &whole]).code, 2, "nothing is overwritten");
    assert_eq!(kubecast(&["study", &study, "--out", &whole, "--force"]).code, 0);
    assert!(files(&whole) == expected, "replaced by the same bytes");
    let two = folder("study-threads-2");
    assert_eq!(kubecast(&["study", &study, "--threads", "2", "--out", &two]).code, 0);
    assert!(files(&two) == expected, "files differ between numbers of threads");
    let parts: Vec<String> = (1..=3).map(|part| folder(&format!("study-part-{part}"))).collect();
    for (index, part) in parts.iter().enumerate() {
        let shard = format!("{}/3", index + 1);
        let outcome = kubecast(&["study", &study, "--shard", &shard, "--out", part]);
        assert_eq!(outcome.code, 0, "{}", outcome.stderr);
        assert_eq!(files(part).keys().collect::<Vec<_>>(), ["part.jsonl"]);
    }
    let merged = folder("study-merged");
    // The order of the folders does not matter.
    let outcome = kubecast(&["merge", &parts[2], &parts[0], &parts[1], "--out", &merged]);
    assert_eq!(outcome.code, 0, "{}", outcome.stderr);
    assert!(files(&merged) == expected, "three parts joined differ from the whole");
    refused_merges(&parts);
}

/// Parts that are missing, there twice, or of another study.
fn refused_merges(parts: &[String]) {
    let refused = |dirs: &[&str], told: &str| {
        let out = folder("study-merge-refused");
        let mut args = vec!["merge"];
        args.extend(dirs);
        args.extend(["--out", &out]);
        let outcome = kubecast(&args);
        assert_eq!(outcome.code, 2, "{dirs:?}");
        assert!(outcome.stderr.contains(told), "{}", outcome.stderr);
        assert!(!std::path::Path::new(&out).exists(), "nothing is written");
    };
    refused(&[&parts[0], &parts[2]], "parts are missing: 2/3");
    refused(&[&parts[0], &parts[0], &parts[1], &parts[2]], "part 1/3 again");
    let other = study_file("other-seed", "replications: 12");
    let foreign = folder("study-part-foreign");
    let args = ["study", &other, "--shard", "2/3", "--seed", "77", "--out", &foreign];
    assert_eq!(kubecast(&args).code, 0);
    refused(&[&parts[0], &foreign, &parts[2]], "is of another study");
    let empty = folder("study-part-empty");
    std::fs::create_dir_all(&empty).expect("a folder");
    refused(&[&parts[0], &empty, &parts[2]], "is not there or empty");
}

#[test]
fn a_first_stage_says_how_many_runs_are_needed() {
    let study = study_file("two-stage", "stopping: {min: 20, max: 150}");
    let whole = folder("study-two-stage");
    let outcome = kubecast(&["study", &study, "--out", &whole, "--format", "json"]);
    assert_eq!(outcome.code, 0, "{}", outcome.stderr);
    let summary: serde_json::Value = serde_json::from_str(&outcome.stdout).expect("JSON");
    let runs: Vec<u64> = summary["runsOfPoints"]
        .as_array()
        .expect("a number for each point")
        .iter()
        .map(|runs| runs.as_u64().expect("a number"))
        .collect();
    assert!(runs.iter().all(|runs| (20..=150).contains(runs)), "{runs:?}");
    assert!(runs.iter().any(|runs| *runs > 20), "some point needs more than the first stage: {runs:?}");
    let first: Vec<String> = (1..=2)
        .map(|part| {
            let out = folder(&format!("study-two-stage-{part}"));
            let shard = format!("{part}/2");
            assert_eq!(kubecast(&["study", &study, "--shard", &shard, "--out", &out]).code, 0);
            out
        })
        .collect();
    let merged = folder("study-two-stage-merged");
    assert_eq!(kubecast(&["merge", &first[0], &first[1], "--out", &merged]).code, 0);
    assert!(files(&merged) == files(&whole), "parts by point joined differ from the whole");
}

#[test]
fn the_environment_of_a_job_names_the_part() {
    let study = study_file("environment", "replications: 6");
    let by_hand = folder("study-shard-by-hand");
    assert_eq!(kubecast(&["study", &study, "--shard", "2/3", "--out", &by_hand]).code, 0);
    for (variables, name) in [
        (vec![("JOB_COMPLETION_INDEX", "1")], "job"),
        (vec![("SLURM_ARRAY_TASK_ID", "1")], "slurm"),
        (vec![("SLURM_ARRAY_TASK_ID", "6"), ("SLURM_ARRAY_TASK_MIN", "5")], "slurm-from-5"),
    ] {
        let out = folder(&format!("study-shard-{name}"));
        let args = ["study", &study, "--shard", "auto/3", "--out", &out];
        let outcome = kubecast_with(&args, &variables);
        assert_eq!(outcome.code, 0, "{name}: {}", outcome.stderr);
        assert!(files(&out) == files(&by_hand), "{name}");
    }
    let outcome = kubecast(&["study", &study, "--shard", "auto/3", "--out", &folder("study-shard-none")]);
    assert_eq!(outcome.code, 2);
    assert!(outcome.stderr.contains("JOB_COMPLETION_INDEX"), "{}", outcome.stderr);
}

#[test]
fn points_share_their_luck_only_if_asked() {
    let column = |switch: &str| {
        let study = study_file(switch, &format!("replications: 5\n  commonRandomNumbers: {switch}"));
        let out = folder(&format!("study-crn-{switch}"));
        assert_eq!(kubecast(&["study", &study, "--out", &out]).code, 0);
        let runs = files(&out).remove("runs.csv").expect("runs.csv");
        let runs = String::from_utf8(runs).expect("UTF-8");
        let heading: Vec<&str> = runs.lines().next().expect("a heading").split(',').collect();
        let place = |name: &str| heading.iter().position(|column| *column == name).expect("the column");
        let (point, arm, digest) = (place("point"), place("arm"), place("digest"));
        let rows = runs.lines().skip(1).map(|line| line.split(',').map(str::to_owned).collect::<Vec<_>>());
        let of = |wanted: &str| -> Vec<String> {
            let rows = rows.clone().filter(|row| row[point] == wanted && row[arm] == "without");
            rows.map(|row| row[digest].clone()).collect()
        };
        (of("0"), of("1"))
    };
    // Both points set the same value, in two ways of writing it.
    let (first, second) = column("true");
    assert_eq!(first, second);
    let (alone, other) = column("false");
    assert_ne!(alone, other);
}

#[test]
fn designs_choose_their_points() {
    let labels = |design: &str| -> Vec<String> {
        let study = study_file("design", &format!("replications: 2\n  design: {design}"));
        let outcome = kubecast(&["study", &study, "--format", "json"]);
        assert_eq!(outcome.code, 0, "{design}: {}", outcome.stderr);
        let summary: serde_json::Value = serde_json::from_str(&outcome.stdout).expect("JSON");
        let points = summary["points"].as_array().expect("points");
        points.iter().map(|point| point[0].as_str().expect("a label").to_owned()).collect()
    };
    // Each of two values in half of the points, in an order that is drawn.
    let mut drawn = labels("{latinHypercube: 6}");
    drawn.sort();
    assert_eq!(drawn, ["2", "2", "2", "25%", "25%", "25%"]);
    // Values of a list need not be those of the factor.
    assert_eq!(labels("{points: [{maxSurge: 3}, {maxSurge: 25%}]}"), ["3", "25%"]);
}

#[test]
fn studies_and_plans_are_checked_without_a_run() {
    let told = |name: &str| kubecast(&["validate", &format!("scenarios/studies/{name}.yaml")]);
    assert_eq!(told("match-label-keys").stdout, "valid: a Study of 12 design points, 2 arms and 2 metrics\n");
    assert_eq!(told("survive-a-zone").stdout, "valid: a Plan of 35 choices and 2 targets\n");
    let study = study_file("invalid", "replications: 0");
    let outcome = kubecast(&["validate", &study]);
    assert!(outcome.code == 2 && outcome.stderr.contains("at least 1"), "{}", outcome.stderr);
}

#[test]
fn a_change_that_nothing_would_come_of_is_refused() {
    for (command, file) in [("study", "skew-pairs"), ("plan", "survive-a-zone")] {
        let file = format!("scenarios/studies/{file}.yaml");
        let outcome = kubecast(&[command, &file, "--apply", "tests/cases/files/change.yaml"]);
        assert_eq!(outcome.code, 2, "{}", outcome.told());
        assert!(outcome.stderr.contains("a Study or Plan names its own files"), "{}", outcome.stderr);
    }
}
