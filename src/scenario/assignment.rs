//! `PATH=VALUE` on a command line: a value in an object, as `spec.variants[].set` of a scenario has it.
//!
//! | written | means |
//! | --- | --- |
//! | `/spec/replicas=10` | a JSON pointer into the object that the command is about |
//! | `spec.template.spec.topologySpreadConstraints[0].maxSkew=2` | the same with dots and list indices |
//! | `spec.template.metadata.labels[example.com/tier]=web` | a key that holds dots |
//! | `node/worker-0#/spec/unschedulable=true` | in another object, a pool, a generator or the scenario |
//! | `spec.strategy.rollingUpdate=null` | takes the field away |
//!
//! VALUE is YAML. Several assignments in one text are separated by `;`, outside quotes and brackets.

use kubecast_manifest::{Entry, Tree, Value, parse};

use super::overrides::forget_places;
use super::reference::Reference;

/// A value in an object.
#[derive(Clone, Debug, PartialEq)]
pub struct Assignment {
    /// What stands before `#`; `None` is the object that the command is about.
    target: Option<String>,
    /// The JSON pointer.
    pointer: String,
    value: Tree,
    /// VALUE as written, on one line.
    written: String,
}

impl Assignment {
    /// Reads `PATH=VALUE`.
    pub fn parse(text: &str) -> Result<Self, String> {
        let fault = |message: String| format!("{}: {message}", text.trim());
        let Some((path, value)) = text.split_once('=') else {
            return Err(fault(
                "there is no value; write PATH=VALUE, such as spec.strategy.rollingUpdate.maxSurge=50%"
                    .to_owned(),
            ));
        };
        let (target, path) = match path.trim().split_once('#') {
            Some((target, path)) => (Some(target.trim()), path.trim()),
            None => (None, path.trim()),
        };
        if target.is_some_and(str::is_empty) {
            return Err(fault(
                "before # stands an object, such as node/worker-0#/spec/unschedulable".to_owned(),
            ));
        }
        let pointer = if path.starts_with('/') { checked(path) } else { pointer_of_dotted(path) };
        let pointer = pointer.map_err(fault)?;
        if target.is_none() && !["/spec", "/metadata", "/status"].iter().any(|top| begins_with(&pointer, top))
        {
            return Err(fault(format!(
                "{path:?} begins with no part of an object; write the whole path from spec or metadata on, such as \
                 spec.strategy.rollingUpdate.maxSurge"
            )));
        }
        let tree = value_of(value).map_err(fault)?;
        Ok(Self {
            target: target.map(str::to_owned),
            pointer,
            value: tree,
            written: value.split_whitespace().collect::<Vec<_>>().join(" "),
        })
    }

    /// Reads `PATH=VALUE; PATH=VALUE`, at least one.
    pub fn parse_list(text: &str) -> Result<Vec<Self>, String> {
        let parts: Vec<&str> = split(text).into_iter().filter(|part| !part.trim().is_empty()).collect();
        if parts.is_empty() {
            return Err(format!("{text:?} assigns nothing; write PATH=VALUE"));
        }
        parts.into_iter().map(Self::parse).collect()
    }

    /// The key under `set` in a variant: `OBJECT#/path`.
    pub(super) fn key(&self, about: &Reference) -> String {
        let target = self.target.as_ref().map_or_else(|| about.to_string(), Clone::clone);
        format!("{target}#{}", self.pointer)
    }

    /// As an entry of `set`, where no object is what the command is about.
    pub(super) fn entry(&self) -> Result<Entry, String> {
        let target = self.target.as_ref().ok_or_else(|| {
            format!(
                "{}: say in which object, such as deployment/default/web#/spec/replicas=10 or \
                 node/worker-0#/spec/unschedulable=true",
                self.text()
            )
        })?;
        let key = format!("{target}#{}", self.pointer);
        Ok(Entry { key, line: 0, column: 0, value: self.value.clone() })
    }

    /// Whether it sets something at or below a place of the object that the command is about.
    pub(super) fn is_below(&self, about: &Reference, top: &str) -> bool {
        let is_own = |target: &String| Reference::parse(target).is_ok_and(|target| target == *about);
        self.target.as_ref().is_none_or(is_own) && begins_with(&self.pointer, top)
    }

    /// The value.
    pub(super) fn value(&self) -> &Tree {
        &self.value
    }

    /// The assignment in short, `maxSurge=50%`: the last key of the path that is no index, after the name
    /// of another object.
    pub fn label(&self) -> String {
        let is_key = |part: &&str| !part.is_empty() && *part != "-" && part.parse::<usize>().is_err();
        let key = self.pointer.rsplit('/').find(is_key).unwrap_or(&self.pointer);
        let key = key.replace("~1", "/").replace("~0", "~");
        format!("{}{key}={}", self.object_words(), self.written)
    }

    /// The whole assignment, as it may be written: `OBJECT#/path=VALUE`.
    pub fn text(&self) -> String {
        let target = self.target.as_ref().map_or_else(String::new, |target| format!("{target}#"));
        format!("{target}{}={}", self.pointer, self.written)
    }

    fn object_words(&self) -> String {
        let name = self.target.as_deref().map(|target| target.rsplit('/').next().unwrap_or(target));
        name.map_or_else(String::new, |name| format!("{name} "))
    }
}

/// Whether a pointer is `top` or leads below it.
fn begins_with(pointer: &str, top: &str) -> bool {
    pointer.strip_prefix(top).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// A JSON pointer without empty parts.
fn checked(pointer: &str) -> Result<String, String> {
    if pointer.split('/').skip(1).any(str::is_empty) {
        return Err(format!("the path {pointer:?} has an empty part"));
    }
    Ok(pointer.to_owned())
}

/// `spec.containers[0].image` as a JSON pointer.
fn pointer_of_dotted(path: &str) -> Result<String, String> {
    let fault = || {
        Err(format!(
            "{path:?} is no path; write a JSON pointer (/spec/replicas) or one with dots (spec.list[0].field)"
        ))
    };
    let mut pointer = String::new();
    let mut rest = path;
    while !rest.is_empty() {
        let (part, after) = if let Some(inner) = rest.strip_prefix('[') {
            let Some((part, after)) = inner.split_once(']') else { return fault() };
            (part.trim_matches(['\'', '"']), after)
        } else {
            let end = rest.find(['.', '[']).unwrap_or(rest.len());
            rest.split_at(end)
        };
        if part.is_empty() || part.contains([']', '[']) {
            return fault();
        }
        pointer.push('/');
        pointer.push_str(&part.replace('~', "~0").replace('/', "~1"));
        rest = match after.strip_prefix('.') {
            Some("") => return fault(),
            Some(next) => next,
            None if after.is_empty() || after.starts_with('[') => after,
            None => return fault(),
        };
    }
    if pointer.is_empty() { fault() } else { Ok(pointer) }
}

/// The value of a piece of YAML.
fn value_of(text: &str) -> Result<Tree, String> {
    let text = text.trim();
    if text.is_empty() {
        return Err("there is no value behind =; write null to take the field away".to_owned());
    }
    // The value of a key, indented, may be anything that stands on lines of its own.
    let indented: Vec<String> = text.lines().map(|line| format!("  {line}")).collect();
    let documents = parse("value", &format!("value:\n{}\n", indented.join("\n")));
    let documents = documents.map_err(|error| format!("the value {text:?} is {}", error.message))?;
    let only = match &documents[..] {
        [document] => {
            document.tree.as_map().filter(|entries| entries.len() == 1).map(|entries| &entries[0].value)
        }
        _ => None,
    };
    let value = only.ok_or_else(|| format!("the value {text:?} is not one YAML value"))?;
    if value.value == Value::Null && !["null", "Null", "NULL", "~"].contains(&text) {
        return Err(format!("the value {text:?} is empty; write null to take the field away"));
    }
    let mut value = value.clone();
    forget_places(&mut value);
    Ok(value)
}

/// The parts between `;` outside quotes and brackets.
fn split(text: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let (mut begin, mut depth, mut quote, mut before) = (0, 0_usize, None, ' ');
    for (place, letter) in text.char_indices() {
        if let Some(open) = quote {
            quote = (letter != open).then_some(open);
        } else {
            match letter {
                // An apostrophe within a word opens nothing.
                '\'' | '"' if !before.is_alphanumeric() => quote = Some(letter),
                '[' | '{' => depth += 1,
                ']' | '}' => depth = depth.saturating_sub(1),
                ';' if depth == 0 => {
                    parts.push(&text[begin..place]);
                    begin = place + 1;
                }
                _ => {}
            }
        }
        before = letter;
    }
    parts.push(&text[begin..]);
    parts
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn read(text: &str) -> (String, serde_json::Value) {
        let about = Reference::new("deployment", None, "web");
        let assignment = Assignment::parse(text).expect("a good assignment");
        (assignment.key(&about), assignment.value.to_json())
    }

    #[test]
    fn pointers_and_dotted_paths_mean_the_same() {
        let key = "deployment/default/web#/spec/template/spec/topologySpreadConstraints/0/matchLabelKeys";
        let expected = (key.to_owned(), json!(["pod-template-hash"]));
        let dotted = "spec.template.spec.topologySpreadConstraints[0].matchLabelKeys=[pod-template-hash]";
        assert_eq!(read(dotted), expected);
        let pointer = "/spec/template/spec/topologySpreadConstraints/0/matchLabelKeys = [pod-template-hash]";
        assert_eq!(read(pointer), expected);
        let (key, value) = read("spec.template.metadata.labels['example.com/tier']=\"1\"");
        assert_eq!(key, "deployment/default/web#/spec/template/metadata/labels/example.com~1tier");
        assert_eq!(value, json!("1"));
        assert_eq!(read("nodePool/worker#/count=20").0, "nodePool/worker#/count");
        assert_eq!(read("/spec/template/spec/nodeSelector=disk: ssd").1, json!({"disk": "ssd"}));
        assert_eq!(read("/spec/strategy/rollingUpdate/maxSurge=50%").1, json!("50%"));
        assert_eq!(read("/spec/strategy/rollingUpdate=null").1, json!(null));
    }

    #[test]
    fn lists_are_split_outside_quotes_and_brackets() {
        let list = |text: &str| -> Vec<String> {
            let list = Assignment::parse_list(text).expect("good assignments");
            list.iter().map(Assignment::label).collect()
        };
        assert_eq!(
            list("spec.strategy.rollingUpdate.maxSurge=0; spec.strategy.rollingUpdate.maxUnavailable=1;"),
            ["maxSurge=0", "maxUnavailable=1"]
        );
        assert_eq!(list("/metadata/annotations/a='x; y'; spec.replicas=3"), ["a='x; y'", "replicas=3"]);
        assert_eq!(list("/spec/template/spec/tolerations/0={key: a;b}"), ["tolerations={key: a;b}"]);
        assert_eq!(list("/metadata/annotations/a=it's; spec.replicas=3"), ["a=it's", "replicas=3"]);
        assert_eq!(list("node/n-1#/spec/unschedulable=true"), ["n-1 unschedulable=true"]);
    }

    #[test]
    fn what_is_wrong_is_said() {
        for (text, told) in [
            ("spec.replicas", "there is no value"),
            ("spec.replicas=", "write null to take the field away"),
            ("spec.replicas=# nothing", "is empty"),
            ("spec.replicas=[1", "is not valid YAML"),
            ("spec..replicas=1", "is no path"),
            ("spec.replicas.=1", "is no path"),
            ("spec.list[0=1", "is no path"),
            ("spec.list[]=1", "is no path"),
            ("spec.list[0]x=1", "is no path"),
            ("=1", "is no path"),
            ("/spec//replicas=1", "has an empty part"),
            ("maxSurge=1", "write the whole path from spec or metadata on"),
            ("#/spec/replicas=1", "before # stands an object"),
            (" ; ", "assigns nothing"),
        ] {
            let error = Assignment::parse_list(text).expect_err(text);
            assert!(error.contains(told), "{text}: {error}");
        }
    }
}
