//! Machine files and named machines, read by the library and by the binary: hand-written files whose
//! machines were worked out by hand, real files whose facts were read off them, published core counts, and
//! what a user is told who hands in something else.

use std::fs;
use std::path::{Path, PathBuf};

use kubecast::kubelet::Machine;
use kubecast::machine_files::catalogue::{self, CATALOGUE};
use kubecast::machine_files::{Described, read};
use kubecast::report::topology::page;

use crate::harness::{self, Outcome, kubecast, root, snapshot};

fn file(path: &Path) -> Described {
    let text = fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    read("m", &text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// `cpu/core/socket/numa/uncore` of each CPU.
fn places(machine: &Machine) -> String {
    let uncore = |uncore: Option<u32>| uncore.map_or_else(|| "-".to_owned(), |id| id.to_string());
    let place = |cpu: &kubecast::kubelet::LogicalCpu| {
        format!("{}/{}/{}/{}/{}", cpu.cpu, cpu.core, cpu.socket, cpu.numa, uncore(cpu.uncore))
    };
    machine.cpus().iter().map(place).collect::<Vec<_>>().join(" ")
}

/// Sockets, NUMA nodes, cores, CPUs.
fn sums(described: &Described) -> [u64; 4] {
    let json = page(described).to_json();
    ["sockets", "numaNodes", "cores", "cpus"].map(|name| json["sums"][name].as_u64().expect("a number"))
}

#[test]
fn hand_written_files_are_the_machines_worked_out_by_hand() {
    for (name, cpus, distances) in [
        (
            // CPU 7 is offline: socket 1's cache is no longer that of 2 × 2 threads, and is told.
            "hwloc-v1-two-nodes.xml",
            "0/0/0/0/0 1/0/1/1/1 2/1/0/0/0 3/1/1/1/1 4/0/0/0/0 5/0/1/1/1 6/1/0/0/0",
            "[[10,21],[21,10]]",
        ),
        ("hwloc-v2-memory-only.xml", "0/0/0/0/0 1/1/0/0/0 2/4/0/0/1 3/4/0/0/1", "[[10,18],[17,10]]"),
        (
            "hwloc-v3-socket-in-node.xml",
            "0/0/0/0/16 1/1/0/0/16 2/0/1/0/48 3/1/1/0/48 32/0/0/0/16 33/1/0/0/16 34/0/1/0/48 35/1/1/0/48",
            "[]",
        ),
        (
            "machine-info.json",
            "0/0/0/0/0 1/1/0/0/1 2/0/1/1/2 3/1/1/1/3 4/0/0/0/0 5/1/0/0/1 6/0/1/1/2 7/1/1/1/3",
            "[[10,21,40],[21,10,40],[40,40,10]]",
        ),
        (
            // Of node 0, whose CPU 5 is offline, the cache of three CPUs is told; node 1's is not, so that
            // its CPUs have their socket's number.
            "lscpu-p.txt",
            "0/0/0/0/0 1/1/0/0/0 2/2/0/1/0 3/3/0/1/0 4/0/0/0/0 6/2/0/1/0 7/3/0/1/0",
            "[]",
        ),
        ("lscpu-e.json", "0/0/0/0/- 1/1/0/0/- 2/2/1/1/- 3/3/1/1/-", "[]"),
        (
            "lscpu-summary.json",
            "0/0/0/0/0 1/1/0/0/1 2/2/0/1/2 3/3/0/1/3 4/4/1/2/4 5/5/1/2/5 6/6/1/3/6 7/7/1/3/7 8/0/0/0/0 \
             9/1/0/0/1 10/2/0/1/2 11/3/0/1/3 12/4/1/2/4 13/5/1/2/5 14/6/1/3/6 15/7/1/3/7",
            "[]",
        ),
    ] {
        let described = file(&root("tests/machines").join(name));
        assert_eq!(places(&described.machine), cpus, "{name}");
        let told = serde_json::to_string(described.machine.distances()).expect("JSON");
        assert_eq!(told, distances, "{name}");
    }
}

/// What the files of the folder hold: sockets, NUMA nodes, cores, CPUs. Counted in the files themselves;
/// of their names, `192em64t-24n8c2t` is 24 nodes × 8 cores × 2 threads.
const REAL: [(&str, [u64; 4]); 30] = [
    ("hwloc-xml/16-2gr2gr2n2c+misc.xml", [1, 8, 16, 16]),
    ("hwloc-xml/16amd64-4distances.xml", [8, 8, 16, 16]),
    ("hwloc-xml/16amd64-8n2c-cpusets-xml.xml", [6, 8, 10, 10]),
    ("hwloc-xml/16em64t-4s2c2t-offlines-xml.xml", [4, 1, 7, 12]),
    ("hwloc-xml/16em64t-4s2c2t-offlines.xml", [4, 1, 6, 7]),
    ("hwloc-xml/16em64t-4s2c2t-xml.xml", [4, 1, 8, 16]),
    ("hwloc-xml/16em64t-4s2c2t.xml", [4, 1, 8, 16]),
    ("hwloc-xml/16intel64-manyVFs.xml", [2, 2, 16, 16]),
    ("hwloc-xml/192em64t-24n8c2t.xml", [24, 24, 192, 384]),
    ("hwloc-xml/24em64t-2n6c2t-pci.xml", [2, 2, 12, 24]),
    ("hwloc-xml/2i386-2t-hugepagesizecount.xml", [1, 1, 1, 2]),
    ("hwloc-xml/32amd64-4s2n4c-cgroup2.xml", [1, 8, 6, 6]),
    ("hwloc-xml/32em64t-2n8c+dax+nvme+mic+dimms.xml", [2, 2, 16, 16]),
    ("hwloc-xml/32em64t-2n8c2t-pci-noio.xml", [2, 2, 16, 32]),
    ("hwloc-xml/32em64t-2n8c2t-pci-wholeio.xml", [2, 2, 16, 32]),
    ("hwloc-xml/64intel64-heteromem.xml", [1, 8, 16, 64]),
    ("hwloc-xml/8intel64-4n2t-memattrs.xml", [1, 4, 8, 8]),
    ("hwloc-xml/cxlmem+dax.v2.xml", [1, 1, 4, 4]),
    ("hwloc-xml/cxlmem+dax.v3.xml", [1, 1, 4, 4]),
    ("hwloc-xml/fakecpukinds.xml", [1, 1, 2, 4]),
    ("hwloc-xml/fakeheterocpunuma.xml", [2, 6, 10, 20]),
    ("hwloc-xml/fakepcilocalities.xml", [4, 4, 40, 40]),
    ("hwloc-xml/irregulargroups-disallowed.xml", [8, 8, 64, 64]),
    ("hwloc-xml/memorysidecaches.xml", [2, 4, 40, 80]),
    ("hwloc-xml/nvidia-dgx-gb10.xml", [1, 1, 20, 20]),
    ("hwloc-xml/nvidiaDGX2.xml", [2, 2, 4, 4]),
    ("hwloc-xml/test1.xml", [1, 4, 7, 10]),
    ("machineinfo/machineinfo-v39-dualxeongold6230.json", [2, 4, 40, 80]),
    ("machineinfo/machineinfo-v39-ryzen1600.json", [1, 1, 6, 12]),
    ("machineinfo/machineinfo-v43-dualnuma.json", [2, 2, 52, 104]),
];

/// The folder of real files, where it is there.
fn real_files() -> Option<PathBuf> {
    let folder = root("../shared/inputs");
    let there = folder.join("hwloc-xml").is_dir() && folder.join("machineinfo").is_dir();
    if !there {
        println!("SKIPPED: no {}/hwloc-xml and machineinfo", folder.display());
    }
    there.then_some(folder)
}

#[test]
fn real_files_hold_what_was_counted_in_them() {
    let Some(folder) = real_files() else { return };
    for (name, expected) in REAL {
        assert_eq!(sums(&file(&folder.join(name))), expected, "{name}");
    }
    for part in ["hwloc-xml", "machineinfo"] {
        for entry in fs::read_dir(folder.join(part)).expect("a folder") {
            let name = format!("{part}/{}", entry.expect("an entry").file_name().to_string_lossy());
            assert!(REAL.iter().any(|(known, _)| *known == name), "{name} is not in the list of this test");
        }
    }
}

#[test]
fn real_files_in_detail() {
    let Some(folder) = real_files() else { return };
    let cpus_of = |described: &Described, node: u32| -> Vec<u32> {
        let its = described.machine.cpus().iter().filter(|cpu| cpu.numa == node);
        its.map(|cpu| cpu.cpu).collect()
    };
    // Sub-NUMA clusters numbered across the sockets: nodes 0 and 2 are on socket 0, 11 apart.
    let dell = file(&folder.join("hwloc-xml/memorysidecaches.xml"));
    assert_eq!(dell.machine.distances()[0], [10, 21, 11, 21]);
    assert_eq!(cpus_of(&dell, 2)[..3], [2, 6, 10]);
    assert!(dell.machine.cpus().iter().all(|cpu| cpu.socket == cpu.numa % 2));
    // The catalogue's machine of the same firmware has the same CPUs in the same places.
    let named = catalogue::find("xeon-6230-2s-snc2-interleaved").expect("a machine");
    let place = |machine: &Machine| -> Vec<_> {
        machine.cpus().iter().map(|cpu| (cpu.cpu, cpu.socket, cpu.numa, cpu.uncore)).collect()
    };
    assert_eq!(place(&named.machine), place(&dell.machine));
    assert_eq!(named.machine.distances(), dell.machine.distances());
    // Nodes that a cpuset hid: CPUs 0 and 1 are on node 0, 14 and 15 on node 7.
    let hidden = file(&folder.join("hwloc-xml/16amd64-8n2c-cpusets-xml.xml"));
    assert_eq!(
        (cpus_of(&hidden, 0), cpus_of(&hidden, 7), cpus_of(&hidden, 4)),
        (vec![0, 1], vec![14, 15], vec![])
    );
    // High-bandwidth memory beside the CPUs' own: the DRAM nodes 0 to 3 have the CPUs.
    let knl = file(&folder.join("hwloc-xml/64intel64-heteromem.xml"));
    assert_eq!((cpus_of(&knl, 0).len(), cpus_of(&knl, 7).len()), (16, 0));
    let numalink = file(&folder.join("hwloc-xml/192em64t-24n8c2t.xml"));
    assert_eq!(numalink.machine.distances()[0][..4], [10, 50, 65, 65]);
    let rows = file(&folder.join("hwloc-xml/fakeheterocpunuma.xml"));
    assert_eq!(rows.machine.distances()[3], [40, 40, 50, 10, 20, 30]);
    // cAdvisor's pairs of siblings, CPU numbers socket by socket.
    let gold = file(&folder.join("machineinfo/machineinfo-v39-dualxeongold6230.json"));
    assert_eq!(cpus_of(&gold, 1)[..11], [10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 50]);
    assert_eq!(gold.machine.numa_nodes()[3].memory_bytes, Some(50_700_451_840));
}

#[test]
fn every_machine_comes_back_from_its_json() {
    let mut all: Vec<Described> =
        CATALOGUE.iter().map(|row| catalogue::find(row.name).expect("a machine")).collect();
    for entry in fs::read_dir(root("tests/machines")).expect("a folder") {
        all.push(file(&entry.expect("an entry").path()));
    }
    if let Some(folder) = real_files() {
        all.extend(REAL.iter().map(|(name, _)| file(&folder.join(name))));
    }
    for described in all {
        let text = page(&described).to_json().to_string();
        let back = read("another name", &text).expect("its own JSON");
        assert_eq!(back.machine, described.machine);
    }
}

#[test]
fn the_catalogue_has_the_published_counts() {
    // Cores a socket by the vendor, threads a core, and L3 caches a socket.
    for (name, cores, threads, caches) in [
        ("epyc-7742", 64, 2, 16),
        ("epyc-7763", 64, 2, 8),
        ("epyc-9654", 96, 2, 12),
        ("epyc-9754", 128, 2, 16),
        ("epyc-9755", 128, 2, 16),
        ("epyc-9965", 192, 2, 12),
        ("epyc-8434p", 48, 2, 8),
        ("ryzen-5-1600", 6, 2, 2),
        ("xeon-8280", 28, 2, 1),
        ("xeon-6230", 20, 2, 1),
        ("xeon-9242", 48, 2, 2),
        ("xeon-8380", 40, 2, 1),
        ("xeon-8480", 56, 2, 1),
        ("grace", 72, 1, 1),
        ("gh200", 72, 1, 1),
        ("altra-max-128", 128, 1, 0),
        ("graviton3", 64, 1, 1),
        ("graviton4", 96, 1, 1),
    ] {
        let rows: Vec<_> = CATALOGUE.iter().filter(|row| row.name.starts_with(name)).collect();
        assert!(!rows.is_empty(), "{name}");
        for row in rows {
            let described = catalogue::find(row.name).expect("a machine");
            let [sockets, _, all_cores, cpus] = sums(&described);
            assert_eq!((all_cores, cpus), (cores * sockets, cores * sockets * threads), "{}", row.name);
            assert_eq!(described.machine.caches().len() as u64, caches * sockets, "{}", row.name);
        }
    }
    for row in CATALOGUE {
        let known = ["epyc", "ryzen", "xeon", "grace", "gh200", "altra", "graviton"];
        assert!(known.iter().any(|name| row.name.starts_with(name)), "{} is not counted here", row.name);
    }
}

#[test]
fn the_documentation_names_every_machine() {
    let text = fs::read_to_string(root("docs/machines.md")).expect("docs/machines.md");
    for row in CATALOGUE {
        assert!(text.contains(&format!("`{}`", row.name)), "{} is not in docs/machines.md", row.name);
    }
}

#[test]
fn drawings_fit_a_terminal() {
    let mut all: Vec<Described> =
        CATALOGUE.iter().map(|row| catalogue::find(row.name).expect("a machine")).collect();
    if let Some(folder) = real_files() {
        all.extend(REAL.iter().map(|(name, _)| file(&folder.join(name))));
    }
    for described in all {
        let text = page(&described).to_text();
        assert!(text.lines().count() <= 110, "{} lines: {text}", text.lines().count());
        for line in text.lines() {
            assert!(line.chars().count() <= 100, "{}: {line}", described.machine.name());
        }
    }
}

#[test]
fn a_file_cut_anywhere_is_a_machine_or_an_error() {
    let mut machines = 0;
    for entry in fs::read_dir(root("tests/machines")).expect("a folder") {
        let text = fs::read_to_string(entry.expect("an entry").path()).expect("a text");
        for (at, _) in text.char_indices() {
            for part in [&text[..at], &text[at..]] {
                if let Ok(described) = read("m", part) {
                    assert!(!page(&described).to_text().is_empty());
                    machines += 1;
                }
            }
        }
    }
    assert!(machines > 20, "tables of CPUs stay tables when lines are gone, {machines}");
}

fn topology(args: &[&str]) -> Outcome {
    kubecast(&[&["topology"], args].concat())
}

#[test]
fn the_binary_draws_files_and_names() {
    let drawn = topology(&["tests/machines/hwloc-v3-socket-in-node.xml"]);
    assert_eq!((drawn.code, drawn.stderr.as_str()), (0, ""));
    snapshot("topology", &drawn.stdout);
    let json = topology(&["2s2n2c1t-interleaved", "--format", "json"]);
    let value: serde_json::Value = serde_json::from_str(&json.stdout).expect("JSON");
    assert_eq!(value["cpus"][2], serde_json::json!({"cpu": 2, "core": 2, "socket": 0, "numa": 2}));
    assert_eq!(value["numaNodes"], serde_json::json!([0, 1, 2, 3]));
    assert_eq!(value["numaDistances"][0], serde_json::json!([10, 32, 12, 32]));
    assert_eq!(value["sockets"][1], serde_json::json!({"id": 1, "cpus": "4-7", "numaNodes": [1, 3]}));
    let list = topology(&["--list"]);
    assert_eq!((list.code, list.stdout.lines().count() > CATALOGUE.len()), (0, true));
}

#[test]
fn what_is_no_machine_ends_with_2_and_says_why() {
    for (name, text, message) in [
        ("cut.xml", "<topology version=\"2.0\"><object type=\"Machine\">", "line 1, column"),
        ("no-cpu.xml", "<topology><object type=\"Machine\"/></topology>", "it has no online CPU"),
        ("html.xml", "<html></html>", "the outermost element is <html>; hwloc's XML is <topology>"),
        ("cut.json", "{\"topology\": [{\"node_id\": 0,\n  \"cores\": [", "line 2, column 12"),
        ("type.json", "{\"topology\": [{\"node_id\": true}]}", "invalid type: boolean"),
        ("pod.json", "{\"kind\": \"Pod\"}", "none of the objects with \"topology\""),
        ("short.txt", "# CPU,Core,Socket,Node\n0,0,0,0\n1,1\n", "line 3: 2 values for 4 columns"),
        (
            "summary.txt",
            "Architecture: x86_64\nCPU(s): 4\n",
            "save `lscpu -p=CPU,CORE,SOCKET,NODE,CACHE` instead",
        ),
        (
            "summary.json",
            "{\"lscpu\":[{\"field\":\"CPU(s):\",\"data\":\"4\"},{\"field\":\"Thread(s) per core:\",\"data\":\"2\"},\
             {\"field\":\"Socket(s):\",\"data\":\"1\"},{\"field\":\"NUMA node0 CPU(s):\",\"data\":\"0-3\"}]}",
            "the summary does not tell which CPUs share a core",
        ),
        ("row.json", "{\"cpus\": [{\"cpu\": 0, \"core\": \"x\"}]}", "cpus[0]: core \"x\" is no number"),
        (
            "own.json",
            "{\"cpus\": [{\"cpu\": 0, \"core\": 0, \"socket\": 0, \"numa\": 3}], \"numaNodes\": [0]}",
            "CPU 0 is on NUMA node 3, which is not there",
        ),
        ("empty.txt", "", "the file is empty"),
    ] {
        let path = harness::file(name, text);
        let outcome = topology(&[&path]);
        assert_eq!((outcome.code, outcome.stdout.as_str()), (2, ""), "{name}: {}", outcome.stderr);
        let place = format!("error: {path}: ");
        assert!(outcome.stderr.starts_with(&place) && outcome.stderr.contains(message), "{}", outcome.stderr);
    }
    for (name, message) in [
        ("epyc-7763-nps4", "did you mean epyc-7763-2s-nps4"),
        ("zzz", "no such machine in the catalogue (`kubecast topology --list` shows all)"),
        ("2s4n16c2t-dense", "the suffixes are -linux"),
        ("tests/machines", "a machine is one file, not a folder"),
    ] {
        let outcome = topology(&[name]);
        assert_eq!(outcome.code, 2, "{name}: {}", outcome.stderr);
        assert!(outcome.stderr.contains(message), "{}", outcome.stderr);
    }
}
