//! `spec.traces`: recorded loads as CSV, by hand on a small one; on the openb trace where it is at hand.

use std::path::Path;

use kubecast::cluster::operation::AppliedObject;
use kubecast::kernel::Seed;
use kubecast::scenario::{FileReader, InputError, LoadOptions, Resolved, SourceText, load};
use kubecast::study::replication::run_once;

/// Files by name.
struct Texts(Vec<(&'static str, String)>);

impl FileReader for Texts {
    fn read(&self, path: &str) -> Result<Vec<SourceText>, String> {
        let found = self.0.iter().find(|(name, _)| *name == path);
        let (name, text) = found.ok_or_else(|| "there is no such file".to_owned())?;
        Ok(vec![SourceText { name: (*name).into(), text: text.as_str().into() }])
    }
}

fn resolved(trace: &str, files: &[(&'static str, &str)]) -> Result<Resolved, Vec<InputError>> {
    let text = format!(
        "apiVersion: kubecast.dev/v1alpha1\nkind: Scenario\nmetadata: {{name: trace}}\nspec:\n  traces:\n    - {trace}\n"
    );
    let source = SourceText { name: "f.yaml".into(), text: text.into() };
    let files = files.iter().map(|(name, text)| (*name, (*text).to_owned())).collect();
    load(&[source], &LoadOptions::default(), &Texts(files))
}

const NODES: &str =
    "name,cpu_milli,memory_mib,label:disk,resource:example.com/card\nn-0,4000,8192,ssd,2\nn-1,8000,8192,,\n";
const PODS: &str =
    "name,arrival_seconds,duration_seconds,cpu_milli,memory_mib,selector:disk,resource:example.com/card
a,0,100,3000,512,,
b,10,50,3000,512,ssd,1
c,20,,6000,512,,
";

/// Names, times of scheduling and end in seconds, and the node, of every pod.
fn lives(resolved: &Resolved) -> Vec<(String, Option<f64>, String)> {
    let (_, record) = run_once(&resolved.variants[0].setup, Seed(1), 0, false, None);
    let seconds = |time: kubecast::kernel::SimTime| time.0 as f64 / 1e9;
    let node = |row: &kubecast::measures::PodRow| {
        row.pod.node.map_or_else(String::new, |node| record.node_names[node.index()].to_string())
    };
    record.pods.iter().map(|row| (row.pod.name.to_string(), row.scheduled.map(seconds), node(row))).collect()
}

#[test]
fn arrivals_durations_and_places_by_hand() {
    let files = [("nodes.csv", NODES), ("pods.csv", PODS)];
    let trace = resolved("{nodes: nodes.csv, pods: pods.csv}", &files).expect("a good trace");
    let lives = lives(&trace);
    let names: Vec<&str> = lives.iter().map(|(name, _, _)| name.as_str()).collect();
    assert_eq!(names, ["a", "b", "c"]);
    // b needs the only node with a disk and a card, n-0. a goes where more is left: n-1, of 8 CPUs. c needs 6 CPUs,
    // which n-1 has again when a has ended, 100 s after its containers started (1.5 s or so after 0 s).
    assert_eq!((lives[0].2.as_str(), lives[1].2.as_str(), lives[2].2.as_str()), ("n-1", "n-0", "n-1"));
    assert!(lives[1].1.is_some_and(|time| (10.0..10.1).contains(&time)), "{lives:?}");
    assert!(lives[2].1.is_some_and(|time| (100.0..125.0).contains(&time)), "{lives:?}");
    // Ten times as fast, half as large: c fits beside a at once.
    let small = resolved("{nodes: nodes.csv, pods: pods.csv, timeScale: 0.1, sizeScale: 0.5}", &files);
    let lives = self::lives(&small.expect("a good trace"));
    assert!(lives[2].1.is_some_and(|time| (2.0..2.1).contains(&time)), "{lives:?}");
    let first = resolved("{nodes: nodes.csv, pods: pods.csv, limit: 2}", &files).expect("a good trace");
    assert_eq!(self::lives(&first).len(), 2);
}

#[test]
fn openb_columns_by_hand() {
    let nodes = "sn,cpu_milli,memory_mib,gpu,model\ng-0,96000,8192,2,T4\ng-1,96000,8192,8,V100M32\nc-0,4000,8192,0,\n";
    let pods = "name,cpu_milli,memory_mib,num_gpu,gpu_milli,gpu_spec,qos,pod_phase,creation_time,deletion_time,scheduled_time
p-0,1000,512,1,460,V100M16|V100M32,LS,Running,5,1000,7
p-1,1000,512,4,1000,T4,LS,Running,6,1000,7
p-2,1000,512,0,0,,BE,Running,7,8,7
";
    let trace = resolved("{format: openb, nodes: n.csv, pods: p.csv}", &[("n.csv", nodes), ("p.csv", pods)]);
    let trace = trace.expect("a good trace");
    assert_eq!(trace.variants[0].setup.nodes.len(), 3);
    let lives = lives(&trace);
    assert_eq!(lives[0].2, "g-1", "of the models that it may have");
    assert_eq!(lives[1].2, "", "four T4 are nowhere");
    assert!(lives[2].1.is_some());
}

#[test]
fn what_is_wrong_is_said_with_its_row() {
    let check = |trace: &str, pods: &str, told: &str| {
        let errors = resolved(trace, &[("p.csv", pods)]).expect_err(told);
        let text = errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n");
        assert!(text.contains(told), "{text}");
    };
    check("{pods: q.csv}", "", "f.yaml:6:7: q.csv: there is no such file");
    check(
        "{pods: p.csv}",
        "name,cpu_milli,memory_mib\n",
        "p.csv:1:1: there is no column \"arrival_seconds\"",
    );
    check(
        "{pods: p.csv}",
        "name,arrival_seconds,cpu_milli,memory_mib\na,0,1,1\nb,x,1,1\n",
        "p.csv:3:1: arrival_seconds: \"x\" is no number",
    );
    check(
        "{pods: p.csv}",
        "name,arrival_seconds,cpu_milli,memory_mib\na,,1,1\n",
        "p.csv:2:1: arrival_seconds is empty",
    );
    check("{pods: p.csv}", "name,arrival_seconds,cpu_milli,memory_mib\na,0,1\n", "p.csv:2:1: ");
    check("{pods: p.csv, format: swf}", "", "is neither kubecast nor openb");
    check("{pods: p.csv, timeScale: 0}", "", "numbers above 0");
    check("{limit: 3}", "", "give pods, nodes or both");
}

/// The whole trace of 1,523 nodes and 8,152 pods, which is not part of the project.
#[test]
fn the_openb_trace_is_read_where_it_is() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folders = ["../shared/inputs/openb", "../../shared/inputs/openb"];
    let Some(folder) = folders.iter().map(|folder| root.join(folder)).find(|folder| folder.is_dir()) else {
        eprintln!("SKIPPED: {} is not there", folders[0]);
        return;
    };
    let read = |name: &str| std::fs::read_to_string(folder.join(name)).expect("a readable file");
    let (nodes, pods) = (read("openb_node_list_all_node.csv"), read("openb_pod_list_default.csv"));
    let trace =
        resolved("{format: openb, nodes: n.csv, pods: p.csv}", &[("n.csv", &nodes), ("p.csv", &pods)]);
    let setup = &trace.expect("a good trace").variants[0].setup;
    assert_eq!(setup.nodes.len(), nodes.lines().count() - 1);
    let arriving = setup.timeline.iter().flat_map(|entry| entry.operation.applied());
    let arriving = arriving.filter(|object| matches!(object, AppliedObject::Pod(_))).count();
    assert_eq!(arriving, pods.lines().count() - 1);
}
