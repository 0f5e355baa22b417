//! `kubecast backtest` as its user sees it, and `--backtest` on other commands.

use std::fs;
use std::path::Path;

use serde_json::json;

use super::dumps::{Cluster, time};
use crate::harness::{Outcome, file, files, folder, kubecast, kubecast_on, root, snapshot};

/// Two dumps with a rollout in which pulls took 70 s.
fn slow_pulls() -> [String; 3] {
    let before = Cluster::new();
    let after = Cluster { progressing: ("NewReplicaSetAvailable", 180), read: 200, ..before.rolled() };
    let event = |number: usize| {
        let name = format!("web-hash1-{number:05}");
        let of =
            json!({"kind": "Pod", "name": name, "namespace": "default", "uid": format!("one-pod1-{number}")});
        let event = |reason: &str, message: &str, at: u64| {
            json!({
                "apiVersion": "v1", "kind": "Event", "metadata": {"name": format!("{name}.{reason}"), "namespace": "default"},
                "involvedObject": of, "reason": reason, "message": message,
                "firstTimestamp": time(at), "lastTimestamp": time(at),
            })
        };
        [
            event("Scheduled", "Successfully assigned", 101),
            event("Pulled", "Successfully pulled image \"web:2\" in 1m10s (1m10s including waiting)", 172),
        ]
    };
    let events: Vec<_> = (0..4).flat_map(event).collect();
    let events = json!({ "apiVersion": "v1", "kind": "List", "items": events }).to_string();
    [("before.json", before.dump()), ("after.json", after.dump()), ("events.json", events)]
        .map(|(name, text)| file(name, &text))
}

#[test]
fn the_answer_says_what_was_missed_and_why() {
    let [before, after, events] = slow_pulls();
    let args = ["backtest", &before, &after, "--events", &events, "--runs", "50"];
    let text = kubecast(&args).success();
    snapshot("backtest", &text);
    let words: Vec<&str> = text.split_whitespace().collect();
    assert!(words.join(" ").contains("its pods took up to 70 s to pull images; the forecast"), "{text}");
    let without = kubecast(&["backtest", &before, &after, "--runs", "50"]).success();
    assert!(without.contains("the dumps do not tell why"), "{without}");
}

#[test]
fn threads_change_nothing_and_files_say_the_same() {
    let [before, after, events] = slow_pulls();
    let run = |threads: &str, name: &str| {
        let out = folder(name);
        let args = ["backtest", &before, &after, "--events", &events, "--runs", "30", "--threads", threads];
        let json = kubecast(&[&args[..], &["--json", "--out", &out]].concat()).success();
        (json, files(&out))
    };
    let (one, four) = (run("1", "one"), run("4", "four"));
    assert_eq!(one, four);
    let (json, files) = one;
    assert_eq!(files.keys().collect::<Vec<_>>(), ["backtest.csv", "summary.json"]);
    assert_eq!(files["summary.json"], json.as_bytes());
    let table = String::from_utf8_lossy(&files["backtest.csv"]).into_owned();
    let rows: Vec<&str> = table.lines().collect();
    assert_eq!(rows.len(), 3, "{table}");
    assert!(rows[1].contains(",durationSeconds,,80,,"), "{table}");
    assert!(rows[2].contains(",finalSkew,kubernetes.io/hostname|ScheduleAnyway,0,,"), "{table}");
    let value: serde_json::Value = serde_json::from_str(&json).expect("JSON");
    assert_eq!((&value["backtest"]["judged"], &value["backtest"]["held"]), (&json!(2), &json!(1)));
    assert_eq!(value["pairs"][0]["rollouts"][0]["figures"][0]["seen"], json!(80));
}

#[track_caller]
fn refused(args: &[&str], told: &str) {
    let Outcome { code, stdout, stderr } = kubecast(args);
    assert_eq!((code, stdout.as_str()), (2, ""), "{args:?}: {stderr}");
    assert!(stderr.contains(told), "{told}\n{stderr}");
}

#[test]
fn wrong_input_is_told_with_what_is_missing() {
    let [before, after, events] = slow_pulls();
    refused(&["backtest"], "<BEFORE>");
    refused(&["backtest", &before], "<AFTER>");
    refused(&["backtest", "-", "-"], "- is standard input, which can be read once");
    refused(
        &["backtest", &before, &after, "--apply", &after],
        "--apply: a forecast is judged by what happened",
    );
    refused(
        &["backtest", &before, &after, "--events", &after],
        "is no Event; --events takes what `kubectl get events",
    );
    refused(&["backtest", &before, &events], "the second dump holds no node");
    refused(&["backtest", "/nowhere/before.yaml", &after], "/nowhere/before.yaml: ");
    let later = Cluster { read: 90, ..Cluster::new() };
    let later = file("later.json", &later.dump());
    refused(&["backtest", &before, &later], "no Deployment was rolled between the dumps");
    let scaled = Cluster { read: 90, replicas: 6, pods: vec![3, 3], ..Cluster::new() };
    let scaled = file("scaled.json", &scaled.dump());
    refused(&["backtest", &before, &scaled], "happened: Deployments scaled only: default/web from 4 to 6");
    let table = file("table.txt", "NAME   READY   STATUS\nweb-1  1/1     Running\n");
    refused(&["backtest", &before, &table], "table.txt:1:1: ");
    let piped = kubecast_on(
        &["backtest", "-", &after, "--runs", "5", "--quiet"],
        &fs::read_to_string(&before).expect("it is there"),
    );
    assert_eq!(piped.success(), "");
}

#[test]
fn pairs_are_folders_in_a_folder() {
    let root = folder("pairs");
    let pair = |name: &str, files: &[(&str, String)]| {
        let folder = Path::new(&root).join(name);
        fs::create_dir_all(&folder).expect("writable");
        for (name, text) in files {
            fs::write(folder.join(name), text).expect("writable");
        }
    };
    fs::create_dir_all(&root).expect("writable");
    refused(&["backtest", "--pairs", &root], "no folder in it; each pair of dumps has one of its own");
    let (before, after) = (Cluster::new().dump(), Cluster::new().rolled().dump());
    pair("b", &[("before.json", before.clone())]);
    refused(
        &["backtest", "--pairs", &root],
        "pairs/b: after.yaml is missing; a pair is before.yaml and after.yaml",
    );
    pair("b", &[("after.json", after.clone()), ("after.yaml", after.clone())]);
    refused(&["backtest", "--pairs", &root], "pairs/b: there are several of after: ");
    fs::remove_file(Path::new(&root).join("b/after.yaml")).expect("it is there");
    pair(
        "a",
        &[("before.json", before.clone()), ("after.json", Cluster { read: 90, ..Cluster::new() }.dump())],
    );
    refused(&["backtest", &root, &root, "--pairs", &root], "cannot be used with");
    let value = kubecast(&["backtest", "--pairs", &root, "--runs", "20", "--json"]).json();
    let names: Vec<_> = value["pairs"].as_array().expect("a list").iter().map(|pair| &pair["pair"]).collect();
    assert_eq!(names, ["a", "b"]);
    assert_eq!(value["pairs"][0]["notJudged"], json!(["no Deployment was rolled between the dumps"]));
    assert_eq!(value["backtest"]["judged"], json!(2));
    pair("c", &[("before.json", after), ("after.json", before)]);
    refused(&["backtest", "--pairs", &root], "c: the second dump is older");
}

/// A study of a rollout.
const STUDY: &str = "
apiVersion: kubecast.dev/v1alpha1
kind: Study
metadata: {name: s}
spec:
  scenario: SCENARIO
  metrics: [{measure: rolloutDurationSeconds, of: deployment/default/web, rollout: 1}]
  replications: 2
";

#[test]
fn other_answers_say_how_ones_own_forecasts_held() {
    let summary = file("summary.json", "{\"backtest\": {\"judged\": 19, \"held\": 17}}");
    let told = "; of your own backtests 17 of 19 held at 90 %.\n";
    let dump = "tests/fixtures/kk98215-dump.yaml";
    let rollout = ["rollout", "deployment/app1", "-f", dump, "--runs", "5"];
    let run = ["run", "scenarios/rolling-upgrade-skew.yaml", "--runs", "3"];
    for args in [&rollout[..], &run] {
        let plain = kubecast(args).success();
        let with = kubecast(&[args, &["--backtest", &summary]].concat()).success();
        assert!(with.contains(told) && !plain.contains("backtests"), "{with}");
        assert_eq!(with.replace("; of your own backtests 17 of 19 held at 90 %", ""), plain);
        let value = kubecast(&[args, &["--backtest", &summary, "--format", "json"]].concat()).json();
        assert_eq!(value["ownBacktests"], json!({ "judged": 19, "held": 17 }));
    }
    let scenario = root("scenarios/three-zones.yaml").display().to_string();
    let study = file("study.yaml", &STUDY.replace("SCENARIO", &scenario));
    let with = kubecast(&["study", &study, "--backtest", &summary]).success();
    assert!(with.contains(told), "{with}");
    let value = kubecast(&["study", &study, "--backtest", &summary, "--format", "json"]).json();
    assert_eq!(value["ownBacktests"], json!({ "judged": 19, "held": 17 }));
    let (part, whole) = (folder("part"), folder("whole"));
    let shard = ["study", &study, "--shard", "1/1", "--out", &part];
    refused(&[&shard[..], &["--backtest", &summary]].concat(), "hand it to `kubecast merge`");
    kubecast(&shard).success();
    let merged = kubecast(&["merge", &part, "--out", &whole, "--backtest", &summary]).success();
    assert!(merged.contains(told), "{merged}");
    for (text, told) in [
        ("{}", "is the summary of another command: \"backtest\" is missing; it takes the summary.json that"),
        ("web 1/1", "is no summary ("),
        ("{\"backtest\": {\"judged\": 0, \"held\": 0}}", "judges no figure at all"),
        ("{\"backtest\": {\"judged\": 1, \"held\": 2}}", "says that 2 of 1 held"),
    ] {
        let wrong = file("wrong.json", text);
        refused(&[&rollout[..], &["--backtest", &wrong]].concat(), told);
        refused(&["study", &study, "--backtest", &wrong], told);
    }
}
