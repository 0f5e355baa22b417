//! `serde::Deserializer` over a tree.

use serde::Deserializer;
use serde::de::{Error as _, Visitor};

use super::access::{EnumValue, Fields, Items};
use super::{DecodeError, Notes, Path};
use crate::tree::{Tree, Value};

/// A value of a tree, about to be decoded.
#[derive(Clone, Copy)]
pub(super) struct TreeDeserializer<'de, 'p> {
    pub(super) tree: &'de Tree,
    pub(super) path: &'p Path<'p>,
    pub(super) notes: &'p Notes,
    /// The value may be a number though a string is wanted (quantities).
    lenient: bool,
    /// The key before this value and the fields known beside it, for values of no interest.
    pub(super) key: Option<KeyPlace<'de>>,
}

/// A key of a mapping and what may stand there.
#[derive(Clone, Copy)]
pub(super) struct KeyPlace<'de> {
    pub(super) key: &'de str,
    pub(super) line: u32,
    pub(super) column: u32,
    pub(super) known: &'static [&'static str],
}

impl<'de, 'p> TreeDeserializer<'de, 'p> {
    pub(super) fn new(tree: &'de Tree, path: &'p Path<'p>, notes: &'p Notes) -> Self {
        Self { tree, path, notes, lenient: false, key: None }
    }

    fn wrong(&self, expected: &str) -> DecodeError {
        let found = match &self.tree.value {
            Value::Null => "nothing".to_owned(),
            Value::Bool(value) => format!("the truth value {value}"),
            Value::Number(text) => format!("the number {text}"),
            Value::String(text) => format!("the string {text:?}"),
            Value::Seq(_) => "a list".to_owned(),
            Value::Map(_) => "a mapping".to_owned(),
        };
        let remedy = match &self.tree.value {
            // What was written may be another word for it: `no`, `off`.
            Value::Bool(_) if expected == "a string" => "; write it in quotes".to_owned(),
            Value::Number(text) if expected == "a string" => format!("; write \"{text}\" in quotes"),
            _ => String::new(),
        };
        DecodeError::custom(format!("expected {expected}, found {found}{remedy}")).at(
            self.path,
            self.tree.line,
            self.tree.column,
        )
    }

    fn integer(&self) -> Result<i128, DecodeError> {
        match &self.tree.value {
            Value::Number(text) => {
                // Go reads 5.0 and 5e0 into an integer as little as "5".
                text.parse::<i128>().map_err(|_| self.wrong("a whole number"))
            }
            Value::Null => Ok(0),
            _ => Err(self.wrong("a whole number")),
        }
    }

    fn place<T>(&self, result: Result<T, DecodeError>) -> Result<T, DecodeError> {
        result.map_err(|error| error.at(self.path, self.tree.line, self.tree.column))
    }
}

macro_rules! integers {
    ($($method:ident $visit:ident $kind:ty;)*) => {
        $(fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeError> {
            let value = <$kind>::try_from(self.integer()?)
                .map_err(|_| self.wrong(concat!("a number that fits ", stringify!($kind))))?;
            self.place(visitor.$visit(value))
        })*
    };
}

impl<'de> Deserializer<'de> for TreeDeserializer<'de, '_> {
    type Error = DecodeError;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        match &self.tree.value {
            Value::Null => self.place(visitor.visit_unit()),
            Value::Bool(value) => self.place(visitor.visit_bool(*value)),
            Value::Number(text) if self.lenient => self.place(visitor.visit_borrowed_str(text)),
            Value::Number(text) => {
                if let Ok(value) = text.parse::<i64>() {
                    self.place(visitor.visit_i64(value))
                } else if let Ok(value) = text.parse::<u64>() {
                    self.place(visitor.visit_u64(value))
                } else {
                    let value = text.parse::<f64>().map_err(|_| self.wrong("a finite number"))?;
                    self.place(visitor.visit_f64(value))
                }
            }
            Value::String(text) => self.place(visitor.visit_borrowed_str(text)),
            Value::Seq(_) => self.deserialize_seq(visitor),
            Value::Map(_) => self.deserialize_map(visitor),
        }
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        match &self.tree.value {
            Value::Bool(value) => self.place(visitor.visit_bool(*value)),
            Value::Null => self.place(visitor.visit_bool(false)),
            _ => Err(self.wrong("true or false")),
        }
    }

    integers! {
        deserialize_i8 visit_i8 i8;
        deserialize_i16 visit_i16 i16;
        deserialize_i32 visit_i32 i32;
        deserialize_i64 visit_i64 i64;
        deserialize_u8 visit_u8 u8;
        deserialize_u16 visit_u16 u16;
        deserialize_u32 visit_u32 u32;
        deserialize_u64 visit_u64 u64;
    }

    fn deserialize_f32<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        self.deserialize_f64(visitor)
    }

    fn deserialize_f64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        match &self.tree.value {
            Value::Number(text) => {
                let value = text.parse::<f64>().map_err(|_| self.wrong("a finite number"))?;
                self.place(visitor.visit_f64(value))
            }
            _ => Err(self.wrong("a number")),
        }
    }

    fn deserialize_char<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        self.deserialize_str(visitor)
    }

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        match &self.tree.value {
            Value::String(text) => self.place(visitor.visit_borrowed_str(text)),
            Value::Number(text) if self.lenient => self.place(visitor.visit_borrowed_str(text)),
            Value::Null => self.place(visitor.visit_borrowed_str("")),
            _ => Err(self.wrong("a string")),
        }
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        self.deserialize_str(visitor)
    }

    fn deserialize_bytes<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        self.deserialize_str(visitor)
    }

    fn deserialize_byte_buf<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        self.deserialize_str(visitor)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        if self.tree.value == Value::Null { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    fn deserialize_unit<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        visitor.visit_unit()
    }

    fn deserialize_unit_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        visitor: V,
    ) -> Result<V::Value, DecodeError> {
        visitor.visit_unit()
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        mut self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value, DecodeError> {
        self.lenient = name == "Quantity";
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        let items: &'de [Tree] = match &self.tree.value {
            Value::Seq(items) => items,
            Value::Null => &[],
            _ => return Err(self.wrong("a list")),
        };
        self.place(visitor.visit_seq(Items::new(items, self.path, self.notes)))
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, _len: usize, visitor: V) -> Result<V::Value, DecodeError> {
        self.deserialize_seq(visitor)
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        _len: usize,
        visitor: V,
    ) -> Result<V::Value, DecodeError> {
        self.deserialize_seq(visitor)
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        self.deserialize_struct("", &[], visitor)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, DecodeError> {
        let entries = match &self.tree.value {
            Value::Map(entries) => entries.as_slice(),
            Value::Null => &[],
            _ => return Err(self.wrong("a mapping")),
        };
        self.place(visitor.visit_map(Fields::new(entries, fields, self.path, self.notes)))
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _name: &'static str,
        _variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, DecodeError> {
        let result = match &self.tree.value {
            Value::String(text) => visitor.visit_enum(EnumValue::unit(text, self)),
            Value::Map(entries) if entries.len() == 1 => {
                visitor.visit_enum(EnumValue::with_content(&entries[0], self))
            }
            Value::Map(_) => Err(DecodeError::custom("expected exactly one of the possible keys")),
            _ => Err(self.wrong("a name, or a mapping with one key")),
        };
        self.place(result)
    }

    fn deserialize_identifier<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        self.deserialize_str(visitor)
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        if let Some(place) = self.key {
            self.notes.unknown_field(self.path, (place.line, place.column), place.key, place.known);
        }
        visitor.visit_unit()
    }
}
