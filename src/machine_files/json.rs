//! Which of the JSON formats a text is.

use serde_json::Value;

use super::parts::Parts;
use super::{MachineFileError, Source, lscpu_json, lscpu_summary, machine_info, own_json};

pub(super) fn read(text: &str) -> Result<(Source, Parts), MachineFileError> {
    let value: Value = serde_json::from_str(text)?;
    let has = |name: &str| value.get(name).is_some();
    if has("topology") {
        Ok((Source::MachineInfo, machine_info::read(text)?))
    } else if has("lscpu") {
        Ok((Source::LscpuSummary, lscpu_summary::read(text)?))
    } else if has("cpus") && has("numaNodes") {
        Ok((Source::Own, own_json::read(text)?))
    } else if has("cpus") {
        Ok((Source::Lscpu, lscpu_json::read(&value)?))
    } else {
        Err(MachineFileError::Unrecognised {
            hint: "this JSON is none of the objects with \"topology\" (cAdvisor MachineInfo), \"lscpu\" (`lscpu -J`), \
                   \"cpus\" (`lscpu -J -e`), or \"cpus\" and \"numaNodes\" (`kubecast topology --format json`)",
        })
    }
}
