//! Documents as trees whose every value knows its line and column.

use serde_json::Value as Json;

/// A value and its place.
#[derive(Clone, Debug, PartialEq)]
pub struct Tree {
    /// The value.
    pub value: Value,
    /// The line, counted from 1; 0 if the tree was not read from a text with places.
    pub line: u32,
    /// The column in characters, counted from 1.
    pub column: u32,
}

/// What stands at a place.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// Nothing.
    Null,
    /// A truth value.
    Bool(bool),
    /// A number, in decimal as it was written (`1.50` stays `1.50`; `0x10` becomes `16`).
    Number(String),
    /// A string.
    String(String),
    /// A list.
    Seq(Vec<Tree>),
    /// A mapping, in the order of the text.
    Map(Vec<Entry>),
}

/// A key of a mapping with its value.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// The key.
    pub key: String,
    /// The key's line.
    pub line: u32,
    /// The key's column.
    pub column: u32,
    /// The value.
    pub value: Tree,
}

impl From<Value> for Tree {
    fn from(value: Value) -> Self {
        Self { value, line: 0, column: 0 }
    }
}

impl Tree {
    /// The value of a key; `None` if there is none or this is no mapping.
    pub fn get(&self, key: &str) -> Option<&Self> {
        match &self.value {
            Value::Map(entries) => entries.iter().find(|entry| entry.key == key).map(|entry| &entry.value),
            _ => None,
        }
    }

    /// The value of a key, to change it.
    pub fn get_mut(&mut self, key: &str) -> Option<&mut Self> {
        match &mut self.value {
            Value::Map(entries) => {
                entries.iter_mut().find(|entry| entry.key == key).map(|entry| &mut entry.value)
            }
            _ => None,
        }
    }

    /// The string, if this is one.
    pub fn as_str(&self) -> Option<&str> {
        if let Value::String(text) = &self.value { Some(text) } else { None }
    }

    /// The string of a key.
    pub fn get_str(&self, key: &str) -> Option<&str> {
        self.get(key)?.as_str()
    }

    /// The elements, if this is a list.
    pub fn as_seq(&self) -> Option<&[Self]> {
        if let Value::Seq(items) = &self.value { Some(items) } else { None }
    }

    /// The entries, if this is a mapping.
    pub fn as_map(&self) -> Option<&[Entry]> {
        if let Value::Map(entries) = &self.value { Some(entries) } else { None }
    }

    /// The value at a JSON pointer (RFC 6901): `/spec/containers/0/image`.
    pub fn pointer(&self, pointer: &str) -> Option<&Self> {
        segments(pointer).ok()?.iter().try_fold(self, |tree, segment| match &tree.value {
            Value::Seq(items) => items.get(segment.parse::<usize>().ok()?),
            _ => tree.get(segment),
        })
    }

    /// Sets the value at a JSON pointer. Missing mappings on the way are made; an index one past the
    /// end of a list appends. The error names the part of the pointer that leads nowhere.
    pub fn set(&mut self, pointer: &str, value: Self) -> Result<(), String> {
        let segments = segments(pointer)?;
        let Some((last, way)) = segments.split_last() else {
            *self = value;
            return Ok(());
        };
        let mut place = self;
        let mut walked = String::new();
        for segment in way {
            place = place.step(segment, &walked)?;
            walked.push('/');
            walked.push_str(segment);
        }
        place.put(last, value, &walked)
    }

    /// Takes the value at a JSON pointer away; whether it was there.
    pub fn remove(&mut self, pointer: &str) -> bool {
        let Ok(segments) = segments(pointer) else { return false };
        let Some((last, way)) = segments.split_last() else { return false };
        let mut place = self;
        for segment in way {
            let next = match &mut place.value {
                Value::Seq(items) => segment.parse::<usize>().ok().and_then(|index| items.get_mut(index)),
                Value::Map(entries) => {
                    entries.iter_mut().find(|entry| entry.key == *segment).map(|entry| &mut entry.value)
                }
                _ => None,
            };
            let Some(next) = next else { return false };
            place = next;
        }
        match &mut place.value {
            Value::Map(entries) => {
                let before = entries.len();
                entries.retain(|entry| entry.key != *last);
                entries.len() < before
            }
            Value::Seq(items) => match last.parse::<usize>() {
                Ok(index) if index < items.len() => {
                    items.remove(index);
                    true
                }
                _ => false,
            },
            _ => false,
        }
    }

    fn step(&mut self, segment: &str, walked: &str) -> Result<&mut Self, String> {
        let (line, column) = (self.line, self.column);
        if self.value == Value::Null {
            self.value = Value::Map(Vec::new());
        }
        match &mut self.value {
            Value::Map(entries) => {
                let place = entries.iter().position(|entry| entry.key == segment).unwrap_or_else(|| {
                    let value = Self { value: Value::Map(Vec::new()), line, column };
                    entries.push(Entry { key: segment.to_owned(), line, column, value });
                    entries.len() - 1
                });
                Ok(&mut entries[place].value)
            }
            Value::Seq(items) => {
                let length = items.len();
                let index = segment.parse::<usize>().ok().filter(|index| *index < length);
                index.map(|index| &mut items[index]).ok_or_else(|| bad_index(segment, walked, length))
            }
            _ => Err(format!("{walked:?} is a single value, there is nothing below it")),
        }
    }

    fn put(&mut self, last: &str, value: Self, walked: &str) -> Result<(), String> {
        let (line, column) = (self.line, self.column);
        if self.value == Value::Null {
            self.value = Value::Map(Vec::new());
        }
        match &mut self.value {
            Value::Map(entries) => {
                match entries.iter_mut().find(|entry| entry.key == last) {
                    Some(entry) => entry.value = value,
                    None => entries.push(Entry { key: last.to_owned(), line, column, value }),
                }
                Ok(())
            }
            Value::Seq(items) => {
                let length = items.len();
                match last.parse::<usize>() {
                    Ok(index) if index < length => items[index] = value,
                    Ok(index) if index == length => items.push(value),
                    _ if last == "-" => items.push(value),
                    _ => return Err(bad_index(last, walked, length)),
                }
                Ok(())
            }
            _ => Err(format!("{walked:?} is a single value, there is nothing below it")),
        }
    }

    /// A tree without places.
    pub fn from_json(json: &Json) -> Self {
        Self::from(match json {
            Json::Null => Value::Null,
            Json::Bool(value) => Value::Bool(*value),
            Json::Number(number) => Value::Number(number.to_string()),
            Json::String(text) => Value::String(text.clone()),
            Json::Array(items) => Value::Seq(items.iter().map(Self::from_json).collect()),
            Json::Object(entries) => Value::Map(
                entries
                    .iter()
                    .map(|(key, value)| Entry {
                        key: key.clone(),
                        line: 0,
                        column: 0,
                        value: Self::from_json(value),
                    })
                    .collect(),
            ),
        })
    }

    /// The same as JSON; a number that JSON cannot hold (`.inf`) becomes a string.
    pub fn to_json(&self) -> Json {
        match &self.value {
            Value::Null => Json::Null,
            Value::Bool(value) => Json::Bool(*value),
            Value::Number(text) => serde_json::from_str::<serde_json::Number>(text)
                .map_or_else(|_| Json::String(text.clone()), Json::Number),
            Value::String(text) => Json::String(text.clone()),
            Value::Seq(items) => Json::Array(items.iter().map(Self::to_json).collect()),
            Value::Map(entries) => {
                Json::Object(entries.iter().map(|entry| (entry.key.clone(), entry.value.to_json())).collect())
            }
        }
    }
}

fn bad_index(segment: &str, walked: &str, length: usize) -> String {
    format!("{walked:?} is a list of {length}; {segment:?} is no index of it (they count from 0)")
}

/// The parts of a JSON pointer, unescaped.
fn segments(pointer: &str) -> Result<Vec<String>, String> {
    if pointer.is_empty() {
        return Ok(Vec::new());
    }
    let rest =
        pointer.strip_prefix('/').ok_or_else(|| format!("the path {pointer:?} must begin with a slash"))?;
    Ok(rest.split('/').map(|part| part.replace("~1", "/").replace("~0", "~")).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn pointers_read_set_and_remove() {
        let mut tree = Tree::from_json(&json!({"spec": {"items": [{"a": 1}]}, "x/y": 1}));
        assert_eq!(tree.pointer("/spec/items/0/a").map(|tree| &tree.value), Some(&Value::Number("1".into())));
        assert!(tree.pointer("/x~1y").is_some());
        assert!(tree.pointer("/spec/items/1").is_none());
        let value = || Tree::from_json(&json!("new"));
        tree.set("/spec/items/0/a", value()).expect("replaces");
        tree.set("/spec/items/1", value()).expect("appends");
        tree.set("/spec/new/deep", value()).expect("makes the way");
        let fault = tree.set("/spec/items/5", value()).expect_err("no such index");
        assert_eq!(fault, r#""/spec/items" is a list of 2; "5" is no index of it (they count from 0)"#);
        assert!(tree.set("/x~1y/z", value()).is_err());
        assert!(tree.remove("/x~1y"));
        assert!(!tree.remove("/x~1y"));
        let expected = json!({"spec": {"items": [{"a": "new"}, "new"], "new": {"deep": "new"}}});
        assert_eq!(tree.to_json(), expected);
    }
}
