//! Machine files and named machines → a [`Machine`] as the kubelet is told it.
//!
//! | format | where |
//! | --- | --- |
//! | hwloc XML of the versions 1, 2 and 3 (`lstopo --of xml`) | `hwloc`, `bitmap`, `distances` |
//! | cAdvisor MachineInfo JSON | `machine_info` |
//! | `lscpu -p`, with any columns that hold CPU and Core | `lscpu_parse` |
//! | `lscpu -J -e`, and the summary `lscpu -J` | `lscpu_json`, `lscpu_summary` |
//! | kubecast's own JSON, as `kubecast topology --format json` prints it | `own_json` |
//! | a name of the catalogue, or a formula such as `2s4n16c2t` | [`catalogue`], [`layout`] |
//!
//! A file's format is known by its content. What a reader had to assume or leave out it says in a note;
//! what it cannot know and a decision could hang on is refused. `docs/machines.md` is for users.

pub mod catalogue;
pub mod error;
pub mod layout;

mod bitmap;
mod distances;
mod hwloc;
mod hwloc_xml;
mod json;
mod lscpu_json;
mod lscpu_parse;
mod lscpu_summary;
mod machine_info;
mod own_json;
mod parts;

use std::fmt;

pub use error::MachineFileError;

use crate::kubelet::Machine;

/// What a machine was read from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// hwloc's XML.
    Hwloc,
    /// cAdvisor's MachineInfo.
    MachineInfo,
    /// A table of CPUs by lscpu, as text or JSON.
    Lscpu,
    /// lscpu's summary as JSON.
    LscpuSummary,
    /// kubecast's own JSON.
    Own,
    /// The catalogue, or a formula.
    Catalogue,
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Hwloc => "hwloc XML",
            Self::MachineInfo => "cAdvisor MachineInfo",
            Self::Lscpu => "lscpu, CPU by CPU",
            Self::LscpuSummary => "lscpu's summary",
            Self::Own => "kubecast's topology JSON",
            Self::Catalogue => "kubecast's catalogue",
        })
    }
}

/// A machine and how it is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Described {
    /// The machine.
    pub machine: Machine,
    /// What it was read from.
    pub source: Source,
    /// What was assumed, left out or added by the reader, as sentences.
    pub notes: Vec<String>,
}

/// Reads a machine file. `name` is what the machine is called where the file does not say.
pub fn read(name: &str, text: &str) -> Result<Described, MachineFileError> {
    let text = text.trim_start_matches('\u{feff}');
    let (source, parts) = match text.trim_start().chars().next() {
        None => return Err(MachineFileError::Empty),
        Some('<') => (Source::Hwloc, hwloc::read(text)?),
        Some('{' | '[') => json::read(text)?,
        Some('#' | '0'..='9') => (Source::Lscpu, lscpu_parse::read(text)?),
        Some(_) => return Err(MachineFileError::unrecognised(text)),
    };
    let (machine, notes) = parts.finish(name)?;
    Ok(Described { machine, source, notes })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const TEXTS: [&str; 6] = [
        "<?xml version=\"1.0\"?><!DOCTYPE topology SYSTEM \"hwloc2.dtd\"><topology version=\"2.0\"><object \
         type=\"Machine\" cpuset=\"0x3\" complete_cpuset=\"0x7\" complete_nodeset=\"0x1\"><object \
         type=\"NUMANode\" os_index=\"0\" cpuset=\"0x3\" local_memory=\"1024\"/><object type=\"Package\" \
         os_index=\"0\"><object type=\"L3Cache\"><object type=\"Core\" os_index=\"0\"><object type=\"PU\" \
         os_index=\"0\"/><object type=\"PU\" os_index=\"1\"/></object></object></object></object><distances2 \
         type=\"NUMANode\" nbobjs=\"1\" kind=\"5\" indexing=\"os\"><indexes>0</indexes><u64values>10\
         </u64values></distances2></topology>",
        "{\"topology\":[{\"node_id\":0,\"memory\":1,\"distances\":[10],\"cores\":[{\"core_id\":0,\
         \"thread_ids\":[0,1],\"socket_id\":0,\"uncore_caches\":[{\"id\":1,\"level\":3}]}]}]}",
        "# CPU,Core,Socket,Node,,L1d,L1i,L2,L3\n0,0,0,0,,0,0,0,0\n1,1,0,0,,1,1,1,0\n",
        "{\"cpus\":[{\"cpu\":0,\"node\":0,\"socket\":0,\"core\":0,\"l1d:l2:l3\":\"0:0:0\",\"online\":true}]}",
        "{\"lscpu\":[{\"field\":\"CPU(s):\",\"data\":\"4\"},{\"field\":\"Thread(s) per core:\",\"data\":\"1\"},\
         {\"field\":\"Socket(s):\",\"data\":\"2\"},{\"field\":\"L3 cache:\",\"data\":\"1 MiB (2 instances)\"},\
         {\"field\":\"NUMA node0 CPU(s):\",\"data\":\"0,1\"},{\"field\":\"NUMA node1 CPU(s):\",\"data\":\
         \"2,3\"}]}",
        "{\"name\":\"m\",\"cpus\":[{\"cpu\":0,\"core\":0,\"socket\":0,\"numa\":0,\"uncore\":0}],\
         \"numaNodes\":[0],\"numaDistances\":[[10]],\"caches\":[{\"level\":3,\"id\":0,\"cpus\":\"0\"}]}",
    ];

    #[test]
    fn each_format_is_known_by_its_content() {
        let sources = TEXTS.map(|text| read("m", text).map(|described| described.source));
        assert_eq!(
            sources,
            [
                Ok(Source::Hwloc),
                Ok(Source::MachineInfo),
                Ok(Source::Lscpu),
                Ok(Source::Lscpu),
                Ok(Source::LscpuSummary),
                Ok(Source::Own),
            ]
        );
    }

    #[test]
    fn what_is_no_machine_file_is_said_so() {
        for (text, message) in [
            (" \n", "the file is empty"),
            ("Architecture: x86_64\n", "lscpu's summary as plain text"),
            ("cores: 4", "not the beginning of any of: hwloc XML"),
            ("{\"a\": 1}", "none of the objects"),
            ("[1]", "none of the objects"),
            ("<a/>", "the outermost element is <a>"),
            ("<a", "line 1, column"),
            ("{\"a\":\n tru}", "line 2, column"),
        ] {
            let error = read("m", text).expect_err(text).to_string();
            assert!(error.contains(message), "{text:?}: {error}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(3_000))]

        /// Whatever is cut out, put in or put in place of something: an answer, never a panic.
        #[test]
        fn no_text_makes_a_reader_panic(
            which in 0..TEXTS.len(),
            edits in prop::collection::vec((0.0..1.0, 0_usize..12, "[-0-9,:{}\\[\\]<>\"xfa./ \n]{0,9}"), 1..4),
        ) {
            let mut text: Vec<char> = TEXTS[which].chars().collect();
            for (at, cut, put) in edits {
                let from = (text.len() as f64 * at) as usize;
                let to = text.len().min(from + cut);
                text.splice(from..to, put.chars());
            }
            let text: String = text.into_iter().collect();
            let _ = read("m", &text);
            let half = text.len() / 2;
            if text.is_char_boundary(half) {
                let _ = read("m", &text[..half]);
            }
        }
    }
}
