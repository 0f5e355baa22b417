//! The house rules, kept by a test: imports run down the floors and in no circle, files and functions
//! stay short, every module says what it models, and the project's documents are there.

mod circles;
mod draw_uses;
mod floors;
mod imports;

use std::fs;
use std::path::{Path, PathBuf};

use syn::spanned::Spanned;
use syn::visit::{self, Visit};

const MOST_LINES_A_FILE: usize = 400;
const MOST_LINES_A_FUNCTION: usize = 70;

fn rust_files(folder: &str) -> Vec<PathBuf> {
    let mut files = Vec::new();
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display())) {
            let path = entry.expect("a readable entry").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                files.push(path);
            }
        }
    }
    files.sort();
    files
}

fn sources() -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut sources = Vec::new();
    for folder in ["src", "tests", "crates/manifest/src"] {
        for path in rust_files(folder) {
            let name = path.strip_prefix(root).expect("below the root").display().to_string();
            sources.push((name, fs::read_to_string(&path).expect("readable source")));
        }
    }
    assert!(sources.len() > 50, "the rules look at the sources");
    sources
}

#[test]
fn files_stay_short() {
    let long: Vec<String> = sources()
        .iter()
        .map(|(name, text)| (name, text.lines().count()))
        .filter(|(_, lines)| *lines > MOST_LINES_A_FILE)
        .map(|(name, lines)| format!("{name}: {lines} lines"))
        .collect();
    assert!(long.is_empty(), "more than {MOST_LINES_A_FILE} lines:\n{}", long.join("\n"));
}

struct LongFunctions<'a> {
    file: &'a str,
    found: Vec<String>,
}

impl LongFunctions<'_> {
    fn check(&mut self, name: &syn::Ident, item: &dyn Fn() -> proc_macro2::Span, end: proc_macro2::Span) {
        let lines = end.end().line - item().start().line + 1;
        if lines > MOST_LINES_A_FUNCTION {
            self.found.push(format!("{}: {name} has {lines} lines", self.file));
        }
    }
}

impl<'ast> Visit<'ast> for LongFunctions<'_> {
    fn visit_item_fn(&mut self, item: &'ast syn::ItemFn) {
        self.check(&item.sig.ident, &|| item.sig.span(), item.block.span());
        visit::visit_item_fn(self, item);
    }

    fn visit_impl_item_fn(&mut self, item: &'ast syn::ImplItemFn) {
        self.check(&item.sig.ident, &|| item.sig.span(), item.block.span());
        visit::visit_impl_item_fn(self, item);
    }
}

#[test]
fn functions_fit_on_a_screen() {
    let mut found = Vec::new();
    for (name, text) in sources() {
        let file = syn::parse_file(&text).unwrap_or_else(|error| panic!("{name}: {error}"));
        let mut visitor = LongFunctions { file: &name, found: Vec::new() };
        visitor.visit_file(&file);
        found.append(&mut visitor.found);
    }
    assert!(found.is_empty(), "more than {MOST_LINES_A_FUNCTION} lines:\n{}", found.join("\n"));
}

#[test]
fn every_file_says_what_it_is() {
    let silent: Vec<String> = sources()
        .into_iter()
        .filter(|(_, text)| !text.trim_start().starts_with("//!"))
        .map(|(name, _)| name)
        .collect();
    assert!(silent.is_empty(), "without `//!`:\n{}", silent.join("\n"));
}

#[test]
fn no_bare_exception_and_no_mark_of_unfinished_work() {
    // Written in pieces, so that this file does not find itself.
    let banned = [
        ["#[al", "low("].concat(),
        ["TO", "DO"].concat(),
        ["FIX", "ME"].concat(),
        ["unimple", "mented!"].concat(),
        ["todo", "!("].concat(),
    ];
    let mut faults = Vec::new();
    for (name, text) in sources() {
        for word in &banned {
            if text.contains(word.as_str()) {
                faults.push(format!("{name}: {word}"));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn the_kernel_knows_no_kubernetes() {
    let words = ["pod", "kube", "deployment", "replicaset", "kubelet", "namespace"];
    for (name, text) in sources().iter().filter(|(name, _)| name.starts_with("src/kernel")) {
        let text = text.to_lowercase().replace("kubecast", "");
        for word in words {
            assert!(!text.contains(word), "{name} says {word}");
        }
    }
}

#[test]
fn the_documents_are_there() {
    for name in [
        "README.md",
        "ARCHITECTURE.md",
        "CONTRIBUTING.md",
        "CHANGELOG.md",
        "LICENSE",
        "deny.toml",
        "clippy.toml",
        "rustfmt.toml",
        "rust-toolchain.toml",
        "Cargo.lock",
        ".ci/run",
        "scenarios/README.md",
    ] {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(name);
        let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert!(text.len() > 20, "{name} is empty");
    }
}
