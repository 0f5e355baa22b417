//! YAML and JSON texts to trees.

use saphyr_parser::{Event, Marker, Parser, ScalarStyle, Span, Tag};

use crate::json_texts;
use crate::scalar;
use crate::tree::{Entry, Tree, Value};

/// Deeper nesting than this is refused.
const MAX_DEPTH: usize = 128;
/// Aliases may add this many values to a file; more is an attack or a mistake.
const MAX_ALIASED: usize = 1_000_000;

/// What is wrong, its line and its column.
pub(crate) type YamlError = (String, u32, u32);

/// The documents of a text; empty ones are left out. JSON objects may stand one after the other.
pub(crate) fn trees(text: &str) -> Result<Vec<Tree>, YamlError> {
    let mut builder = Builder::default();
    let Err(error) = builder.read(text) else { return Ok(builder.documents) };
    let Some(parts) = json_texts::parts(text) else { return Err(error) };
    let mut builder = Builder::default();
    for part in parts {
        builder.before = (part.lines, part.columns);
        builder.read(part.text)?;
    }
    Ok(builder.documents)
}

/// A list or mapping that is being read.
struct Open {
    anchor: usize,
    line: u32,
    column: u32,
    collection: Collection,
}

enum Collection {
    Seq(Vec<Tree>),
    /// The entries, and a key whose value has not come.
    Map(Vec<Entry>, Option<(String, u32, u32)>),
}

#[derive(Default)]
struct Builder {
    /// Lines before the text, and characters before its first line.
    before: (u32, u32),
    open: Vec<Open>,
    anchors: Vec<Option<Tree>>,
    aliased: usize,
    documents: Vec<Tree>,
}

impl Builder {
    fn read(&mut self, text: &str) -> Result<(), YamlError> {
        for event in Parser::new_from_str(text) {
            let (event, span) = event.map_err(|error| {
                let (line, column) = self.place(*error.marker());
                (error.info().to_owned(), line, column)
            })?;
            self.event(event, span)?;
        }
        Ok(())
    }

    fn place(&self, marker: Marker) -> (u32, u32) {
        let (lines, columns) = self.before;
        let (line, column) = (marker.line() as u32, marker.col() as u32 + 1);
        (line + lines, if line == 1 { column + columns } else { column })
    }

    fn event(&mut self, event: Event<'_>, span: Span) -> Result<(), YamlError> {
        let (line, column) = self.place(span.start);
        match event {
            Event::Scalar(text, style, anchor, tag) => {
                let value =
                    scalar_value(&text, style, tag.as_deref()).map_err(|what| (what, line, column))?;
                self.complete(Tree { value, line, column }, anchor)
            }
            Event::SequenceStart(anchor, _) => {
                self.begin(Open { anchor, line, column, collection: Collection::Seq(Vec::new()) })
            }
            Event::MappingStart(anchor, _) => {
                self.begin(Open { anchor, line, column, collection: Collection::Map(Vec::new(), None) })
            }
            Event::SequenceEnd | Event::MappingEnd => {
                let Open { anchor, line, column, collection } =
                    self.open.pop().expect("an end follows a start");
                let value = match collection {
                    Collection::Seq(items) => Value::Seq(items),
                    Collection::Map(entries, _) => Value::Map(merged(entries)?),
                };
                self.complete(Tree { value, line, column }, anchor)
            }
            Event::Alias(anchor) => {
                let target = self.anchors.get(anchor).and_then(Option::as_ref);
                let Some(target) = target else {
                    return Err(("an alias to an anchor that encloses it".to_owned(), line, column));
                };
                self.aliased += size(target);
                if self.aliased > MAX_ALIASED {
                    return Err(("aliases expand to too many values".to_owned(), line, column));
                }
                let tree = target.clone();
                self.complete(tree, 0)
            }
            Event::DocumentEnd => {
                self.anchors.clear();
                Ok(())
            }
            Event::Nothing | Event::StreamStart | Event::StreamEnd | Event::DocumentStart(_) => Ok(()),
        }
    }

    fn begin(&mut self, open: Open) -> Result<(), YamlError> {
        if self.open.len() == MAX_DEPTH {
            return Err((format!("nested deeper than {MAX_DEPTH} levels"), open.line, open.column));
        }
        self.open.push(open);
        Ok(())
    }

    /// A value is whole: it goes where it belongs.
    fn complete(&mut self, tree: Tree, anchor: usize) -> Result<(), YamlError> {
        if anchor > 0 {
            if self.anchors.len() <= anchor {
                self.anchors.resize(anchor + 1, None);
            }
            self.anchors[anchor] = Some(tree.clone());
        }
        match self.open.last_mut().map(|open| &mut open.collection) {
            None if tree.value == Value::Null => {}
            None => self.documents.push(tree),
            Some(Collection::Seq(items)) => items.push(tree),
            Some(Collection::Map(entries, key @ None)) => *key = Some(new_key(entries, tree)?),
            Some(Collection::Map(entries, key)) => {
                let (key, line, column) = key.take().expect("a key came before");
                entries.push(Entry { key, line, column, value: tree });
            }
        }
        Ok(())
    }
}

/// A key as a string (JSON has no other keys), not there yet.
fn new_key(entries: &[Entry], tree: Tree) -> Result<(String, u32, u32), YamlError> {
    let Tree { value, line, column } = tree;
    let key = match value {
        Value::String(text) | Value::Number(text) => text,
        Value::Bool(value) => value.to_string(),
        Value::Null => "null".to_owned(),
        Value::Seq(_) | Value::Map(_) => {
            return Err(("a list or mapping cannot be a key".to_owned(), line, column));
        }
    };
    if key != "<<"
        && let Some(earlier) = entries.iter().find(|entry| entry.key == key)
    {
        let message =
            format!("the key {key:?} stands twice in this mapping (first on line {})", earlier.line);
        return Err((message, line, column));
    }
    Ok((key, line, column))
}

/// Carries out merge keys: `<<: *defaults` adds the entries that are not there.
fn merged(entries: Vec<Entry>) -> Result<Vec<Entry>, YamlError> {
    if entries.iter().all(|entry| entry.key != "<<") {
        return Ok(entries);
    }
    let (merges, mut own): (Vec<Entry>, Vec<Entry>) =
        entries.into_iter().partition(|entry| entry.key == "<<");
    for merge in merges {
        let (line, column) = (merge.line, merge.column);
        let sources = match merge.value.value {
            Value::Seq(items) => items,
            other => vec![Tree { value: other, line, column }],
        };
        for source in sources {
            let Value::Map(added) = source.value else {
                return Err(("`<<` merges mappings only".to_owned(), line, column));
            };
            for entry in added {
                if own.iter().all(|there| there.key != entry.key) {
                    own.push(entry);
                }
            }
        }
    }
    Ok(own)
}

fn scalar_value(text: &str, style: ScalarStyle, tag: Option<&Tag>) -> Result<Value, String> {
    let core = tag.filter(|tag| tag.is_yaml_core_schema()).map(|tag| tag.suffix.as_str());
    match core {
        Some("str" | "binary" | "timestamp") => Ok(Value::String(text.to_owned())),
        Some(kind) => {
            let value = scalar::resolve(text);
            let fits = matches!(
                (kind, &value),
                ("int" | "float", Value::Number(_)) | ("bool", Value::Bool(_)) | ("null", Value::Null)
            );
            if fits { Ok(value) } else { Err(format!("{text:?} is no !!{kind}")) }
        }
        None if style == ScalarStyle::Plain => Ok(scalar::resolve(text)),
        None => Ok(Value::String(text.to_owned())),
    }
}

/// Values in a tree, itself included.
fn size(tree: &Tree) -> usize {
    1 + match &tree.value {
        Value::Seq(items) => items.iter().map(size).sum(),
        Value::Map(entries) => entries.iter().map(|entry| size(&entry.value)).sum(),
        _ => 0,
    }
}
