//! Strings as dense numbers.

use std::sync::Arc;

use super::lookup::LookupMap;

/// A string's number. Equal numbers of one [`Interner`] are equal strings; the order of numbers is the
/// order of first appearance, *not* that of the strings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Symbol(pub u32);

/// A table of strings. Numbers are given in order of first appearance, from 0.
#[derive(Clone, Debug, Default)]
pub struct Interner {
    texts: Vec<Arc<str>>,
    numbers: LookupMap<Arc<str>, Symbol>,
}

impl Interner {
    /// An empty table.
    pub fn new() -> Self {
        Self::default()
    }

    /// The number of a string, given now if it is new.
    pub fn intern(&mut self, text: &str) -> Symbol {
        if let Some(symbol) = self.numbers.get(text) {
            return *symbol;
        }
        let symbol = Symbol(u32::try_from(self.texts.len()).expect("fewer than 2^32 distinct strings"));
        let shared: Arc<str> = text.into();
        self.texts.push(Arc::clone(&shared));
        self.numbers.insert(shared, symbol);
        symbol
    }

    /// The number of a string, if it has one.
    pub fn get(&self, text: &str) -> Option<Symbol> {
        self.numbers.get(text).copied()
    }

    /// The string of a number that this table gave.
    pub fn resolve(&self, symbol: Symbol) -> &str {
        &self.texts[symbol.0 as usize]
    }

    /// How many strings there are.
    pub fn len(&self) -> usize {
        self.texts.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.texts.is_empty()
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
}
