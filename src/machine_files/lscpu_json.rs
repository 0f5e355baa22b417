//! `lscpu -J -e`: the table of CPUs as JSON. Older versions of lscpu write every value as a string.

use serde_json::Value;

use super::MachineFileError;
use super::lscpu_parse::{Row, parts};
use super::parts::Parts;

pub(super) fn read(value: &Value) -> Result<Parts, MachineFileError> {
    let Some(cpus) = value.get("cpus").and_then(Value::as_array) else {
        return Err(MachineFileError::value("cpus", "this is no list", "`lscpu -J -e` lists the CPUs here"));
    };
    let mut rows = Vec::with_capacity(cpus.len());
    for (at, cpu) in cpus.iter().enumerate() {
        rows.push(row(format!("cpus[{at}]"), cpu)?);
    }
    parts(&rows)
}

fn row(place: String, value: &Value) -> Result<Row, MachineFileError> {
    let Some(object) = value.as_object() else {
        return Err(MachineFileError::value(place, "this is no object", "each CPU is one"));
    };
    let text_of = |value: &Value| match value {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        other => other.to_string(),
    };
    let number = object.get("cpu").and_then(|cpu| text_of(cpu).parse().ok());
    let Some(cpu) = number else {
        return Err(MachineFileError::value(place, "there is no CPU number \"cpu\"", "each CPU has one"));
    };
    if !object.keys().any(|name| name.eq_ignore_ascii_case("core")) {
        return Err(MachineFileError::Unknowable { what: format!("{place} has no \"core\"") });
    }
    let mut row = Row { place, cpu, ..Row::default() };
    for (name, value) in object.iter().filter(|(name, _)| *name != "cpu") {
        row.set(&name.to_lowercase(), text_of(value).trim())?;
    }
    Ok(row)
}

#[cfg(test)]
mod tests {
    use super::super::read;

    #[test]
    fn numbers_and_strings_are_the_same() {
        let new = "{\"cpus\":[{\"cpu\":1,\"node\":1,\"socket\":0,\"core\":3,\"l1d:l1i:l2:l3\":\"1:1:1:0\",\
                   \"online\":true,\"maxmhz\":4500.0},{\"cpu\":2,\"node\":null,\"socket\":null,\"core\":null,\
                   \"l1d:l1i:l2:l3\":null,\"online\":false}]}";
        let old = "{\"cpus\":[{\"cpu\":\"1\",\"node\":\"1\",\"socket\":\"0\",\"core\":\"3\",\"l1d:l1i:l2:l3\":\
                   \"1:1:1:0\",\"online\":\"yes\"},{\"cpu\":\"2\",\"node\":\"-\",\"socket\":\"-\",\"core\":\"-\",\
                   \"l1d:l1i:l2:l3\":\":::\",\"online\":\"no\"}]}";
        let new = read("m", new).expect("a machine");
        assert_eq!(new, read("m", old).expect("a machine"));
        let cpu = new.machine.cpus()[0];
        assert_eq!((cpu.cpu, cpu.core, cpu.socket, cpu.numa), (1, 3, 0, 1));
        assert_eq!(new.machine.caches().len(), 1);
    }

    #[test]
    fn what_cannot_be_is_refused() {
        for (text, message) in [
            ("{\"cpus\": 1}", "cpus: this is no list"),
            ("{\"cpus\": [1]}", "cpus[0]: this is no object"),
            ("{\"cpus\": [{\"core\": 1}]}", "cpus[0]: there is no CPU number"),
            ("{\"cpus\": [{\"cpu\": 1}]}", "cpus[0] has no \"core\""),
            ("{\"cpus\": [{\"cpu\": 1, \"core\": 1.5}]}", "cpus[0]: core \"1.5\" is no number"),
            ("{\"cpus\": []}", "no online CPU"),
        ] {
            let error = read("m", text).expect_err(text).to_string();
            assert!(error.contains(message), "{error}");
        }
    }
}
