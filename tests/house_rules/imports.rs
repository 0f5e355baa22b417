//! Which file of a crate takes names from which: every `use`, every path in the code and in the
//! arguments of macros, followed through re-exports to the file that defines what it names.
//!
//! A `mod` declaration is no import, nor is a path that ends at a module: what is taken out of the
//! module is. Code under `cfg(test)` does not count; tests may look at everything.

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::{TokenStream, TokenTree};
use syn::visit::{self, Visit};

/// How many re-exports one name may pass through.
const MOST_HOPS: usize = 16;

/// One module: a file, or a block inside a file.
#[derive(Default)]
struct Module {
    file: usize,
    parent: Option<usize>,
    children: BTreeMap<String, usize>,
    items: BTreeSet<String>,
    /// The names that `use` brings in, with what they stand for.
    names: BTreeMap<String, Vec<Vec<String>>>,
    /// What `use` takes for this module, not only hands on with `pub use`.
    taken: Vec<Vec<String>>,
    /// The modules whose every name is brought in.
    globs: Vec<Vec<String>>,
    /// The paths of the code.
    paths: BTreeSet<Vec<String>>,
}

/// What a path leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Found {
    Module(usize),
    /// Something that this module defines.
    Item(usize),
}

/// The imports between the files of one crate.
#[derive(Default)]
pub(super) struct Imports {
    files: Vec<String>,
    modules: Vec<Module>,
    /// By importing and imported file: the names taken.
    edges: BTreeMap<(usize, usize), BTreeSet<String>>,
}

impl Imports {
    /// Of a crate's files: names below the repository's root, with their text. `folder` holds `lib.rs`.
    pub(super) fn of(folder: &str, sources: &[(String, String)]) -> Self {
        let mut imports = Self::default();
        let mut files: Vec<(Vec<&str>, &str, &str)> = sources
            .iter()
            .filter_map(|(name, text)| {
                let path = name.strip_prefix(folder)?.strip_prefix('/')?.strip_suffix(".rs")?;
                (path != "main").then(|| (path.split('/').collect(), name.as_str(), text.as_str()))
            })
            .collect();
        // The root first, then parents before their children.
        files.sort_by_key(|(path, name, _)| (*path != ["lib"], path.len(), *name));
        for (path, name, text) in files {
            let file = syn::parse_file(text).unwrap_or_else(|error| panic!("{name}: {error}"));
            let module = imports.module_of_file(&path, name);
            if !is_for_tests(&file.attrs) {
                Reader { imports: &mut imports, module }.visit_file(&file);
            }
        }
        imports.connect();
        imports
    }

    fn module_of_file(&mut self, path: &[&str], name: &str) -> usize {
        self.files.push(name.to_owned());
        let file = self.files.len() - 1;
        if path == ["lib"] {
            self.modules.push(Module { file, ..Module::default() });
            return 0;
        }
        let (last, folders) = path.split_last().expect("a file has a name");
        let parent = folders.iter().fold(0, |module, folder| {
            *self.modules[module].children.get(*folder).unwrap_or_else(|| panic!("{name}: no {folder}.rs"))
        });
        self.child(parent, last, file)
    }

    fn child(&mut self, parent: usize, name: &str, file: usize) -> usize {
        self.modules.push(Module { file, parent: Some(parent), ..Module::default() });
        let module = self.modules.len() - 1;
        self.modules[parent].children.insert(name.to_owned(), module);
        module
    }

    fn connect(&mut self) {
        let mut edges: BTreeMap<(usize, usize), BTreeSet<String>> = BTreeMap::new();
        for (number, module) in self.modules.iter().enumerate() {
            for path in module.taken.iter().chain(&module.paths) {
                let Some(Found::Item(definer)) = self.resolve(number, path, MOST_HOPS) else { continue };
                let definer = self.modules[definer].file;
                if definer != module.file && !self.is_inside(module.file, definer) {
                    let name = path.last().expect("a path has a segment").clone();
                    edges.entry((module.file, definer)).or_default().insert(name);
                }
            }
        }
        self.edges = edges;
    }

    /// Whether one file stands in the folder of another: `a/b.rs` inside `a.rs`.
    fn is_inside(&self, file: usize, other: usize) -> bool {
        let folder = self.files[other].trim_end_matches(".rs");
        let rest = self.files[file].strip_prefix(folder);
        rest.is_some_and(|rest| rest.starts_with('/'))
    }

    /// What `path` leads to where it stands in `module`; nothing if it leaves the crate.
    fn resolve(&self, module: usize, path: &[String], hops: usize) -> Option<Found> {
        let (first, rest) = path.split_first()?;
        let start = match first.as_str() {
            "crate" => Some(0),
            "self" => Some(module),
            "super" => self.modules[module].parent,
            _ => return self.walk(module, path, hops),
        };
        let mut module = start?;
        let mut rest = rest;
        while let Some(("super", left)) = rest.split_first().map(|(first, left)| (first.as_str(), left)) {
            module = self.modules[module].parent?;
            rest = left;
        }
        if rest.is_empty() { Some(Found::Module(module)) } else { self.walk(module, rest, hops) }
    }

    fn walk(&self, module: usize, path: &[String], hops: usize) -> Option<Found> {
        let (first, rest) = path.split_first()?;
        match self.look_up(module, first, rest.is_empty(), hops)? {
            Found::Module(next) if !rest.is_empty() => self.walk(next, rest, hops),
            found => Some(found),
        }
    }

    fn look_up(&self, module: usize, name: &str, is_last: bool, hops: usize) -> Option<Found> {
        let hops = hops.checked_sub(1)?;
        let here = &self.modules[module];
        let child = here.children.get(name).map(|child| Found::Module(*child));
        if child.is_some() && !is_last {
            return child;
        }
        if here.items.contains(name) {
            return Some(Found::Item(module));
        }
        let imported = here.names.get(name).into_iter().flatten();
        // `use serde;` names a crate by itself: following it would lead back here.
        let imported = imported.filter(|path| path.len() > 1 || path[0] != name);
        let found: Vec<Found> = imported.filter_map(|path| self.resolve(module, path, hops)).collect();
        let item = found.iter().find(|found| matches!(found, Found::Item(_)));
        let through_globs = || {
            let globs = here.globs.iter().filter_map(|path| self.resolve(module, path, hops));
            let mut modules = globs.filter_map(|found| match found {
                Found::Module(other) if other != module => Some(other),
                _ => None,
            });
            modules.find_map(|other| self.look_up(other, name, is_last, hops))
        };
        item.or(found.first()).copied().or(child).or_else(through_globs)
    }

    /// Each import: from which file, from which file's definitions, which names.
    pub(super) fn edges(&self) -> impl Iterator<Item = (&str, &str, &BTreeSet<String>)> {
        self.edges
            .iter()
            .map(|((from, to), names)| (self.files[*from].as_str(), self.files[*to].as_str(), names))
    }

    /// Every circle: files that reach each other, two or more, in the order of their names.
    pub(super) fn circles(&self) -> Vec<Vec<&str>> {
        let mut reach: Vec<BTreeSet<usize>> = vec![BTreeSet::new(); self.files.len()];
        for (from, reached) in reach.iter_mut().enumerate() {
            let mut left = vec![from];
            while let Some(file) = left.pop() {
                for ((_, next), _) in self.edges.range((file, 0)..=(file, usize::MAX)) {
                    if reached.insert(*next) {
                        left.push(*next);
                    }
                }
            }
        }
        let mut circles = BTreeSet::new();
        for (file, reached) in reach.iter().enumerate().filter(|(file, reached)| reached.contains(file)) {
            let circle = reached.iter().filter(|other| reach[**other].contains(&file));
            let mut names: Vec<&str> = circle.map(|other| self.files[*other].as_str()).collect();
            names.sort_unstable();
            circles.insert(names);
        }
        circles.into_iter().collect()
    }

    /// What ties a circle, one line an import.
    pub(super) fn ties(&self, circle: &[&str]) -> String {
        let inside = self.edges().filter(|(from, to, _)| circle.contains(from) && circle.contains(to));
        let line = |(from, to, names): (&str, &str, &BTreeSet<String>)| {
            let names: Vec<&str> = names.iter().map(String::as_str).collect();
            format!("  {from} takes {} from {to}\n", names.join(", "))
        };
        inside.map(line).collect()
    }
}

/// Reads what a module defines, brings in and names.
struct Reader<'a> {
    imports: &'a mut Imports,
    module: usize,
}

impl Reader<'_> {
    fn here(&mut self) -> &mut Module {
        &mut self.imports.modules[self.module]
    }

    fn bring_in(&mut self, tree: &syn::UseTree, before: &[String], is_taken: bool) {
        let with = |name: &syn::Ident| [before, &[name.to_string()]].concat();
        let (name, path) = match tree {
            syn::UseTree::Path(path) => return self.bring_in(&path.tree, &with(&path.ident), is_taken),
            syn::UseTree::Group(group) => {
                return group.items.iter().for_each(|tree| self.bring_in(tree, before, is_taken));
            }
            syn::UseTree::Glob(_) => return self.here().globs.push(before.to_vec()),
            syn::UseTree::Name(name) if name.ident == "self" => {
                (before.last().cloned().unwrap_or_default(), before.to_vec())
            }
            syn::UseTree::Name(name) => (name.ident.to_string(), with(&name.ident)),
            syn::UseTree::Rename(name) => (name.rename.to_string(), with(&name.ident)),
        };
        if is_taken {
            self.here().taken.push(path.clone());
        }
        self.here().names.entry(name).or_default().push(path);
    }

    fn paths_of_tokens(&mut self, tokens: TokenStream) {
        let mut path = Vec::new();
        let mut colons = 0;
        for token in tokens {
            match token {
                TokenTree::Ident(ident) => {
                    if colons != 2 {
                        self.keep(&mut path);
                    }
                    path.push(ident.to_string());
                    colons = 0;
                }
                TokenTree::Punct(punct) if punct.as_char() == ':' => colons += 1,
                TokenTree::Group(group) => {
                    self.keep(&mut path);
                    self.paths_of_tokens(group.stream());
                }
                _ => self.keep(&mut path),
            }
        }
        self.keep(&mut path);
    }

    fn keep(&mut self, path: &mut Vec<String>) {
        if !path.is_empty() {
            let path = std::mem::take(path);
            self.here().paths.insert(path);
        }
    }
}

pub(super) fn is_for_tests(attributes: &[syn::Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        let condition = attribute.parse_args::<syn::Meta>();
        attribute.path().is_ident("test")
            || attribute.path().is_ident("cfg")
                && condition.is_ok_and(|condition| condition.path().is_ident("test"))
    })
}

/// The attributes of an item and the name that it defines.
fn head(item: &syn::Item) -> (&[syn::Attribute], Option<&syn::Ident>) {
    match item {
        syn::Item::Const(item) => (&item.attrs, Some(&item.ident)),
        syn::Item::Enum(item) => (&item.attrs, Some(&item.ident)),
        syn::Item::Fn(item) => (&item.attrs, Some(&item.sig.ident)),
        syn::Item::Macro(item) => (&item.attrs, item.ident.as_ref()),
        syn::Item::Static(item) => (&item.attrs, Some(&item.ident)),
        syn::Item::Struct(item) => (&item.attrs, Some(&item.ident)),
        syn::Item::Trait(item) => (&item.attrs, Some(&item.ident)),
        syn::Item::Type(item) => (&item.attrs, Some(&item.ident)),
        syn::Item::Impl(item) => (&item.attrs, None),
        syn::Item::Use(item) => (&item.attrs, None),
        syn::Item::Mod(item) => (&item.attrs, None),
        _ => (&[], None),
    }
}

impl<'ast> Visit<'ast> for Reader<'_> {
    fn visit_item(&mut self, item: &'ast syn::Item) {
        let (attributes, name) = head(item);
        if is_for_tests(attributes) {
            return;
        }
        if let Some(name) = name {
            let name = name.to_string();
            self.here().items.insert(name);
        }
        visit::visit_item(self, item);
    }

    fn visit_impl_item_fn(&mut self, item: &'ast syn::ImplItemFn) {
        if !is_for_tests(&item.attrs) {
            visit::visit_impl_item_fn(self, item);
        }
    }

    fn visit_item_mod(&mut self, item: &'ast syn::ItemMod) {
        let Some((_, items)) = &item.content else { return };
        let file = self.here().file;
        let module = self.imports.child(self.module, &item.ident.to_string(), file);
        let mut inside = Reader { imports: self.imports, module };
        for item in items {
            inside.visit_item(item);
        }
    }

    fn visit_item_use(&mut self, item: &'ast syn::ItemUse) {
        self.bring_in(&item.tree, &[], matches!(item.vis, syn::Visibility::Inherited));
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        let mut segments = path.segments.iter().map(|segment| segment.ident.to_string()).collect();
        self.keep(&mut segments);
        visit::visit_path(self, path);
    }

    fn visit_macro(&mut self, called: &'ast syn::Macro) {
        self.visit_path(&called.path);
        self.paths_of_tokens(called.tokens.clone());
    }
}
