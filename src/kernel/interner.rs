//! Strings as dense numbers.

use std::sync::Arc;

use super::lookup::LookupMap;

/// A string's number. Equal numbers of one [`Interner`] are equal strings; the order of numbers is the
/// order of first appearance, *not* that of the strings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Symbol(pub u32);

/// A table of strings. Numbers are given in order of first appearance, from 0.
///
/// What a table held when it was [frozen](Interner::freeze) its clones share: a clone costs what came since.
#[derive(Clone, Debug, Default)]
pub struct Interner {
    frozen: Arc<Texts>,
    own: Texts,
}

/// Strings and their numbers.
#[derive(Clone, Debug, Default)]
struct Texts {
    texts: Vec<Arc<str>>,
    numbers: LookupMap<Arc<str>, Symbol>,
}

impl Interner {
    /// An empty table.
    pub fn new() -> Self {
        Self::default()
    }

    /// The same table, all of which its clones will share.
    #[must_use]
    pub fn freeze(mut self) -> Self {
        if self.own.texts.is_empty() {
            return self;
        }
        if self.frozen.texts.is_empty() {
            return Self { frozen: Arc::new(self.own), own: Texts::default() };
        }
        let mut all = Texts::clone(&self.frozen);
        all.texts.append(&mut self.own.texts);
        for (text, number) in all.texts.iter().zip(0..).skip(self.frozen.texts.len()) {
            all.numbers.insert(Arc::clone(text), Symbol(number));
        }
        Self { frozen: Arc::new(all), own: Texts::default() }
    }

    /// The number of a string, given now if it is new.
    pub fn intern(&mut self, text: &str) -> Symbol {
        if let Some(symbol) = self.get(text) {
            return symbol;
        }
        let symbol = Symbol(u32::try_from(self.len()).expect("fewer than 2^32 distinct strings"));
        let shared: Arc<str> = text.into();
        self.own.texts.push(Arc::clone(&shared));
        self.own.numbers.insert(shared, symbol);
        symbol
    }

    /// The number of a string, if it has one.
    pub fn get(&self, text: &str) -> Option<Symbol> {
        self.frozen.numbers.get(text).or_else(|| self.own.numbers.get(text)).copied()
    }

    /// The string of a number that this table gave.
    pub fn resolve(&self, symbol: Symbol) -> &str {
        self.shared(symbol)
    }

    /// The same, to be kept.
    pub fn shared(&self, symbol: Symbol) -> &Arc<str> {
        let place = symbol.0 as usize;
        let frozen = &self.frozen.texts;
        if let Some(text) = frozen.get(place) { text } else { &self.own.texts[place - frozen.len()] }
    }

    /// The strings whose numbers are not below `from`, in order of their numbers.
    pub fn since(&self, from: usize) -> impl Iterator<Item = &Arc<str>> {
        let frozen = self.frozen.texts.get(from..).unwrap_or_default();
        let own = self.own.texts.get(from.saturating_sub(self.frozen.texts.len())..).unwrap_or_default();
        frozen.iter().chain(own)
    }

    /// How many strings there are.
    pub fn len(&self) -> usize {
        self.frozen.texts.len() + self.own.texts.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_follow_first_appearance() {
        let mut names = Interner::new();
        let (b, a) = (names.intern("b"), names.intern("a"));
        assert_eq!((b, a, names.intern("b")), (Symbol(0), Symbol(1), Symbol(0)));
        assert_eq!((names.resolve(a), names.get("c"), names.len()), ("a", None, 2));
    }

    #[test]
    fn a_clone_of_a_frozen_table_goes_on_where_it_was() {
        let mut names = Interner::new();
        let (a, b) = (names.intern("a"), names.intern("b"));
        let mut first = names.freeze();
        let mut second = first.clone();
        assert_eq!((first.intern("c"), first.intern("a"), second.intern("d")), (Symbol(2), a, Symbol(2)));
        assert_eq!((first.resolve(Symbol(2)), second.resolve(Symbol(2)), second.resolve(b)), ("c", "d", "b"));
        assert_eq!(first.since(1).map(AsRef::as_ref).collect::<Vec<_>>(), ["b", "c"]);
        let twice = first.freeze();
        assert_eq!((twice.get("c"), twice.since(2).count(), twice.len()), (Some(Symbol(2)), 1, 3));
    }
}
