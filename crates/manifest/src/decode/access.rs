//! The parts of lists, mappings and enums, one after the other.

use serde::de::value::BorrowedStrDeserializer;
use serde::de::{DeserializeSeed, EnumAccess, Error as _, MapAccess, SeqAccess, VariantAccess, Visitor};
use serde::{Deserialize, Deserializer};

use super::deserializer::{KeyPlace, TreeDeserializer};
use super::{DecodeError, Notes, Path};
use crate::tree::{Entry, Tree};

/// The elements of a list.
#[expect(clippy::struct_field_names, reason = "the items of Items is what they are")]
pub(super) struct Items<'de, 'p> {
    items: std::iter::Enumerate<std::slice::Iter<'de, Tree>>,
    path: &'p Path<'p>,
    notes: &'p Notes,
}

impl<'de, 'p> Items<'de, 'p> {
    pub(super) fn new(items: &'de [Tree], path: &'p Path<'p>, notes: &'p Notes) -> Self {
        Self { items: items.iter().enumerate(), path, notes }
    }
}

impl<'de> SeqAccess<'de> for Items<'de, '_> {
    type Error = DecodeError;

    fn next_element_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, DecodeError> {
        let Some((index, tree)) = self.items.next() else { return Ok(None) };
        let path = Path::Index(self.path, index);
        seed.deserialize(TreeDeserializer::new(tree, &path, self.notes))
            .map(Some)
            .map_err(|error| error.at(&path, tree.line, tree.column))
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.items.len())
    }
}

/// The entries of a mapping.
pub(super) struct Fields<'de, 'p> {
    entries: std::slice::Iter<'de, Entry>,
    pending: Option<&'de Entry>,
    known: &'static [&'static str],
    path: &'p Path<'p>,
    notes: &'p Notes,
}

impl<'de, 'p> Fields<'de, 'p> {
    pub(super) fn new(
        entries: &'de [Entry],
        known: &'static [&'static str],
        path: &'p Path<'p>,
        notes: &'p Notes,
    ) -> Self {
        Self { entries: entries.iter(), pending: None, known, path, notes }
    }
}

impl<'de> MapAccess<'de> for Fields<'de, '_> {
    type Error = DecodeError;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, DecodeError> {
        let Some(entry) = self.entries.next() else { return Ok(None) };
        self.pending = Some(entry);
        let key = BorrowedStrDeserializer::<DecodeError>::new(&entry.key);
        let path = Path::Key(self.path, &entry.key);
        seed.deserialize(key).map(Some).map_err(|error| error.at(&path, entry.line, entry.column))
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, DecodeError> {
        let entry = self.pending.take().ok_or_else(|| DecodeError::custom("a value before its key"))?;
        let path = Path::Key(self.path, &entry.key);
        let mut value = TreeDeserializer::new(&entry.value, &path, self.notes);
        let (line, column) = (entry.line, entry.column);
        value.key = Some(KeyPlace { key: &entry.key, line, column, known: self.known });
        seed.deserialize(value).map_err(|error| error.at(&path, entry.value.line, entry.value.column))
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.entries.len())
    }
}

/// A variant of an enum: its name, or a mapping from its name to its content.
pub(super) struct EnumValue<'de, 'p> {
    name: &'de str,
    name_place: (u32, u32),
    content: Option<&'de Tree>,
    path: &'p Path<'p>,
    notes: &'p Notes,
}

impl<'de, 'p> EnumValue<'de, 'p> {
    pub(super) fn unit(name: &'de str, value: TreeDeserializer<'de, 'p>) -> Self {
        let name_place = (value.tree.line, value.tree.column);
        Self { name, name_place, content: None, path: value.path, notes: value.notes }
    }

    pub(super) fn with_content(entry: &'de Entry, value: TreeDeserializer<'de, 'p>) -> Self {
        Self {
            name: &entry.key,
            name_place: (entry.line, entry.column),
            content: Some(&entry.value),
            path: value.path,
            notes: value.notes,
        }
    }

    fn content<T>(
        self,
        read: impl FnOnce(TreeDeserializer<'de, '_>) -> Result<T, DecodeError>,
    ) -> Result<T, DecodeError> {
        let tree =
            self.content.ok_or_else(|| DecodeError::custom(format!("{:?} needs a value", self.name)))?;
        let path = Path::Key(self.path, self.name);
        read(TreeDeserializer::new(tree, &path, self.notes))
            .map_err(|error| error.at(&path, tree.line, tree.column))
    }
}

impl<'de> EnumAccess<'de> for EnumValue<'de, '_> {
    type Error = DecodeError;
    type Variant = Self;

    fn variant_seed<V: DeserializeSeed<'de>>(self, seed: V) -> Result<(V::Value, Self), DecodeError> {
        let name = BorrowedStrDeserializer::<DecodeError>::new(self.name);
        let (line, column) = self.name_place;
        let value = seed.deserialize(name).map_err(|error| error.at(self.path, line, column))?;
        Ok((value, self))
    }
}

impl<'de> VariantAccess<'de> for EnumValue<'de, '_> {
    type Error = DecodeError;

    fn unit_variant(self) -> Result<(), DecodeError> {
        if self.content.is_some() { self.content(|tree| <()>::deserialize(tree)) } else { Ok(()) }
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value, DecodeError> {
        self.content(|tree| seed.deserialize(tree))
    }

    fn tuple_variant<V: Visitor<'de>>(self, _len: usize, visitor: V) -> Result<V::Value, DecodeError> {
        self.content(|tree| tree.deserialize_seq(visitor))
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, DecodeError> {
        self.content(|tree| tree.deserialize_struct("", fields, visitor))
    }
}
