//! Texts that hold no document, or none that can be read.

use crate::scenario::dump_line;

/// What a text seems to be, and where that is seen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::scenario) struct Mistake {
    /// The line, counted from 1.
    pub(in crate::scenario) line: u32,
    /// The column in characters, counted from 1.
    pub(in crate::scenario) column: u32,
    /// What it seems to be, and what would be right.
    pub(in crate::scenario) message: String,
}

impl Mistake {
    fn on_line(line: usize, message: String) -> Self {
        Self { line: line as u32, column: 1, message }
    }
}

/// So many lines of a text are looked at.
const LINES: usize = 40;

/// What a text without any object seems to be; the second is whether nothing at all stands in it.
pub(in crate::scenario) fn nothing_in(text: &str) -> (Mistake, bool) {
    if text.trim_start_matches('\u{feff}').trim().is_empty() {
        let message = "the file is empty: did the command fail that wrote it? See what `kubectl` says without the redirection";
        return (Mistake::on_line(1, message.to_owned()), true);
    }
    let Some((line, _)) = first_line(text) else {
        let message = "the file holds only comments, and no object: is it the right one?";
        return (Mistake::on_line(1, message.to_owned()), false);
    };
    let message = format!(
        "the list holds no object: did `kubectl` look into an empty namespace (`-A` takes all), or may its user see none? All \
         that counts: {}",
        dump_line::command()
    );
    (Mistake::on_line(line, message), false)
}

/// What a text is that has no document with apiVersion and kind, if that can be told.
pub(in crate::scenario) fn text(text: &str) -> Option<Mistake> {
    let (line, first) = first_line(text)?;
    let message = kubectl_message(first)
        .or_else(|| table(first))
        .or_else(|| describe(text, first))
        .or_else(|| version(first))
        .or_else(|| names(text))
        .or_else(|| markup(first))?;
    Some(Mistake::on_line(line, message))
}

/// What a text seems to be that could not be read, and what the parser said of it, where.
pub(in crate::scenario) fn unreadable(whole: &str, fault: (u32, u32, &str)) -> Option<Mistake> {
    let (line, column, said) = fault;
    if let Some(mistake) = text(whole) {
        return Some(mistake);
    }
    if let Some((line, column)) = template(whole) {
        let message = format!(
            "{{{{ … }}}} is the source of a template, as Helm charts have it, and no manifest before it is rendered: \
             `helm template NAME CHART` does it for a chart ({said})"
        );
        return Some(Mistake { line, column, message });
    }
    let is_json = whole.trim_start().starts_with(['{', '[']);
    let last = whole.trim_end().lines().count() as u32;
    let length = whole.trim_end().lines().last().map_or(0, |last| last.chars().count()) as u32;
    (is_json && (line > last || (line == last && column > length))).then(|| Mistake {
        line,
        column,
        message: format!("{said}: the text ends too early; is the file cut off?"),
    })
}

/// The first line that is neither empty nor a comment nor the beginning of a document, and its number.
fn first_line(text: &str) -> Option<(usize, &str)> {
    let text = text.trim_start_matches('\u{feff}');
    let says = |line: &str| {
        let line = line.trim();
        !(line.is_empty() || line.starts_with(['#', '%']) || line == "---" || line == "...")
    };
    text.lines().enumerate().find(|(_, line)| says(line)).map(|(index, line)| (index + 1, line.trim_end()))
}

/// How messages of `kubectl`, `helm` and the shell begin.
const MESSAGES: [&str; 10] = [
    "error: ",
    "Error: ",
    "Error from server",
    "The connection to the server",
    "Unable to connect to the server",
    "You must be logged in",
    "No resources found",
    "Warning: ",
    "couldn't get ",
    "error validating ",
];

fn kubectl_message(first: &str) -> Option<String> {
    // klog begins with the level and the date: E1130 12:00:00.000000.
    let is_log = || {
        let (head, rest) = first.split_at_checked(5)?;
        let date = head.strip_prefix(['E', 'W', 'I', 'F'])?;
        (date.bytes().all(|byte| byte.is_ascii_digit()) && rest.starts_with(' ')).then_some(())
    };
    let is_shell = first.contains("command not found");
    if !(MESSAGES.iter().any(|message| first.starts_with(message)) || is_shell || is_log().is_some()) {
        return None;
    }
    let told: String = first.chars().take(160).collect();
    if told.starts_with("No resources found") {
        return Some(format!(
            "the file holds a message of kubectl, not objects: {told:?}; `-A` takes all namespaces: {}",
            dump_line::command()
        ));
    }
    Some(format!(
        "the file holds a message of the command that should have written it, not objects: {told:?}; mend that, and redirect \
         its standard output alone (no `2>&1`): {}",
        dump_line::command()
    ))
}

fn table(first: &str) -> Option<String> {
    let mut words = first.split_whitespace().map(|word| word.split('(').next().unwrap_or(word));
    let begins = matches!(words.next(), Some("NAME" | "NAMESPACE" | "LAST" | "CURRENT"));
    let mut rest = 0;
    let is_head = words.all(|word| {
        rest += 1;
        word.chars().all(|letter| letter.is_ascii_uppercase() || "-%/_".contains(letter))
    });
    (begins && is_head && rest > 0).then(|| {
        format!(
            "this is a table of kubectl, for people to read; write the objects with `-o yaml`: {}",
            dump_line::command()
        )
    })
}

fn describe(text: &str, first: &str) -> Option<String> {
    const HEADS: [&str; 6] = ["Namespace:", "Labels:", "Annotations:", "Roles:", "Priority:", "Selector:"];
    let name = first.strip_prefix("Name:")?.trim();
    let has_head = text.lines().take(LINES).any(|line| HEADS.iter().any(|head| line.starts_with(head)));
    has_head.then(|| {
        format!(
            "this is the output of `kubectl describe`, for people to read; `kubectl get KIND {name} -o yaml` writes the object"
        )
    })
}

fn version(first: &str) -> Option<String> {
    first
        .starts_with("Client Version:")
        .then(|| "the versions as text are not read; write them with `kubectl version -o yaml`".to_owned())
}

/// Lines such as `pod/web-1` and nothing else.
fn names(text: &str) -> Option<String> {
    let is_name = |line: &str| {
        let of = |part: &str| {
            !part.is_empty()
                && part.chars().all(|letter| {
                    letter.is_ascii_lowercase() || letter.is_ascii_digit() || ".-".contains(letter)
                })
        };
        line.split_once('/').is_some_and(|(kind, name)| of(kind) && of(name))
    };
    let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty()).take(LINES);
    lines.all(is_name).then(|| {
        "these are names of objects, as `kubectl get -o name` writes them; write the objects with `-o yaml`".to_owned()
    })
}

fn markup(first: &str) -> Option<String> {
    let first = first.trim_start().to_ascii_lowercase();
    if first.starts_with("<!doctype html") || first.starts_with("<html") {
        return Some("this is a web page, not a manifest: does a login stand before the address?".to_owned());
    }
    (first.starts_with("<?xml") || first.starts_with("<topology")).then(|| {
        "this is XML, not a manifest; a machine as hwloc tells it is looked at with `kubecast topology FILE`, and stands below \
         spec.kubelets of a Scenario"
            .to_owned()
    })
}

/// The place of a template's `{{ … }}` that stands where no quoted text of a manifest has it.
fn template(text: &str) -> Option<(u32, u32)> {
    text.lines().enumerate().filter(|(_, line)| !line.trim_start().starts_with('#')).find_map(
        |(index, line)| {
            let at = line
                .find("{{")
                .or_else(|| line.trim_start().starts_with("{%").then(|| line.find("{%")).flatten())?;
            let before = line[..at].trim_end();
            let stands_bare = before.is_empty() || before.ends_with([':', '-']) && line[..at].ends_with(' ');
            // `{{}}` is a mapping in a mapping.
            let says = line[at + 2..].trim_start_matches(['-', ' ', '%']);
            let bare = stands_bare
                && says.starts_with(|first: char| first.is_alphabetic() || "._$/\"".contains(first));
            (bare || super::document::is_helm(&line[at..]))
                .then(|| (index as u32 + 1, line[..at].chars().count() as u32 + 1))
        },
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(of: &str) -> String {
        text(of).map_or_else(String::new, |mistake| format!("{}: {}", mistake.line, mistake.message))
    }

    #[test]
    fn outputs_of_kubectl_are_known_by_their_first_line() {
        for (of, expected) in [
            (
                "NAME    READY   STATUS    RESTARTS   AGE\nweb-1   1/1     Running   0   5d\n",
                "1: this is a table",
            ),
            ("\nNAMESPACE NAME TYPE CLUSTER-IP PORT(S)\n", "2: this is a table"),
            ("NAME CPU(cores) CPU% MEMORY(bytes)\n", "a table"),
            ("error: You must be logged in to the server (Unauthorized)\n", "\"error: You must be logged in"),
            ("Error from server (NotFound): pods \"x\" not found\n", "not objects: \"Error from server"),
            ("The connection to the server 10.0.0.1:6443 was refused - did you specify\n", "The connection"),
            ("E1130 12:00:00.000000   1 memcache.go:265] couldn't get\n", "E1130"),
            ("bash: kubectl: command not found\n", "command not found"),
            ("No resources found in default namespace.\n", "`-A` takes all namespaces"),
            ("Name:         web-1\nNamespace:    default\n", "`kubectl get KIND web-1 -o yaml`"),
            ("Client Version: v1.34.1\nServer Version: v1.34.0\n", "`kubectl version -o yaml`"),
            ("pod/web-1\ndeployment.apps/web\n", "`kubectl get -o name`"),
            ("<!DOCTYPE html>\n<html>\n", "a web page"),
        ] {
            let said = said(of);
            assert!(said.contains(expected), "{of:?}: {said:?}");
        }
    }

    #[test]
    fn other_texts_are_not_mistaken() {
        for of in [
            "",
            "kind: Pod\n",
            "just a string\n",
            "NAME\n",
            "NAME: x\nOTHER: y\n",
            "Name: x\n",
            "Errors: []\n",
            "E12x5 a\n",
            "{\"kind\": \"Pod\"}\n",
        ] {
            assert_eq!(said(of), "", "{of:?}");
        }
    }

    #[test]
    fn templates_are_told_from_quoted_braces() {
        assert_eq!(template("kind: Pod\nmetadata:\n  name: {{ include \"x\" . }}\n"), Some((3, 9)));
        assert_eq!(template("# {{ x }}\n{{- if .Values.on }}\n"), Some((2, 1)));
        assert_eq!(template("a: \"{{ .Values.name }}-x\"\n"), Some((1, 5)));
        assert_eq!(template("{% if x %}\n"), Some((1, 1)));
        for text in ["a: \"{{ $labels.pod }}\"\n", "a: '{{inputs.x}}'\n", "a: {b: {c: d}}\n", "- {a: {{}}}\n"]
        {
            assert_eq!(template(text), None, "{text}");
        }
    }

    #[test]
    fn a_text_that_ends_too_early_is_told_from_a_fault_within() {
        let told = |text: &str, line, column| {
            unreadable(text, (line, column, "fault")).map(|mistake| mistake.message)
        };
        assert_eq!(
            told("{\"a\": 1\n", 2, 1).as_deref(),
            Some("fault: the text ends too early; is the file cut off?")
        );
        assert_eq!(told("{\"a\": 1 2}\n", 1, 9), None);
        assert_eq!(told("a: [1\n", 2, 1), None, "a bracket that was forgotten is more likely");
    }

    #[test]
    fn texts_without_an_object_say_why() {
        let found = |text: &str| {
            let (mistake, blank) = nothing_in(text);
            (mistake.line, mistake.message.split(':').next().unwrap_or_default().to_owned(), blank)
        };
        assert_eq!(found(" \n\n"), (1, "the file is empty".to_owned(), true));
        assert_eq!(found("# a\n---\n"), (1, "the file holds only comments, and no object".to_owned(), false));
        assert_eq!(
            found("---\n# a\nkind: List\nitems: []\n"),
            (3, "the list holds no object".to_owned(), false)
        );
    }
}
