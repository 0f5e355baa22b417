//! Files that import each other in a circle can only be understood together, so there are none but those
//! named here. That a file takes from the module in whose folder it stands (`a/b.rs` from `a.rs`) makes
//! no circle: what the parts of a module share stands in the module.

use super::imports::Imports;
use super::sources;

/// A circle that stays, and why it does no harm.
struct Harmless {
    files: &'static [&'static str],
    reason: &'static str,
}

const HARMLESS: &[Harmless] = &[
    Harmless {
        files: &["crates/manifest/src/decode/access.rs", "crates/manifest/src/decode/deserializer.rs"],
        reason: "a tree is decoded by recursion: a value's fields are values",
    },
    Harmless {
        files: &[
            "src/scheduler/queue/any_change.rs",
            "src/scheduler/queue/moves.rs",
            "src/scheduler/queue/scheduling_queue.rs",
        ],
        reason: "one queue, its methods in three files by what they are about",
    },
];

#[test]
fn no_files_import_each_other_in_a_circle() {
    let sources = sources();
    let crates = ["src", "crates/manifest/src"].map(|folder| Imports::of(folder, &sources));
    let circles: Vec<(&Imports, Vec<&str>)> = crates
        .iter()
        .flat_map(|imports| imports.circles().into_iter().map(move |circle| (imports, circle)))
        .collect();
    let mut faults = Vec::new();
    for (imports, circle) in &circles {
        if !HARMLESS.iter().any(|harmless| harmless.files == circle.as_slice()) {
            faults.push(format!("a circle of {} files:\n{}", circle.len(), imports.ties(circle)));
        }
    }
    for harmless in HARMLESS {
        assert!(!harmless.reason.is_empty(), "a circle that stays says why");
        if !circles.iter().any(|(_, circle)| circle.as_slice() == harmless.files) {
            faults.push(format!("no longer a circle, take it off the list: {}\n", harmless.files.join(", ")));
        }
    }
    assert!(faults.is_empty(), "imports run in circles:\n{}", faults.concat());
}

fn tree(files: &[(&str, &str)]) -> Imports {
    let files: Vec<(String, String)> =
        files.iter().map(|(name, text)| (format!("src/{name}.rs"), (*text).to_owned())).collect();
    Imports::of("src", &files)
}

fn edges(files: &[(&str, &str)]) -> Vec<String> {
    let imports = tree(files);
    let short = |name: &str| name.trim_start_matches("src/").trim_end_matches(".rs").to_owned();
    imports.edges().map(|(from, to, _)| format!("{} > {}", short(from), short(to))).collect()
}

const ROOT: (&str, &str) = ("lib", "mod a;\nmod b;");

#[test]
fn imports_are_seen_however_they_are_written() {
    for text in [
        "use crate::b::X;",
        "use super::b::{X as Y};",
        "use crate::{b::{self, X}};",
        "use crate::b;\nfn f() { b::X; }",
        "use crate::b as c;\ntype T = Vec<c::X>;",
        "fn f() { println!(\"{}\", crate::b::X); }",
        "fn f() { use crate::b::X; }",
        "use crate::b::*;\nfn f() -> X { todo() }",
        "mod inside { use super::super::b::X; }",
        "impl crate::b::X {}",
    ] {
        assert_eq!(edges(&[ROOT, ("a", text), ("b", "pub struct X;")]), ["a > b"], "{text}");
    }
}

#[test]
fn what_is_no_import_makes_no_edge() {
    for text in [
        "mod child;",
        "use crate::b;",
        "pub use crate::b::X;",
        "#[cfg(test)]\nmod tests { use crate::b::X; }",
        "#[cfg(test)]\nuse crate::b::X;",
        "use serde::b::X;\nfn f() { let b = 1; b + std::b::X; }",
        "/// [`crate::b::X`]\nfn f() {}",
    ] {
        let none: [&str; 0] = [];
        let files = [ROOT, ("a", text), ("a/child", ""), ("b", "pub struct X;")];
        assert_eq!(edges(&files), none, "{text}");
    }
}

#[test]
fn a_name_is_followed_to_the_file_that_defines_it() {
    let face = ("b", "mod child;\npub use child::X;\npub use child::deep::*;");
    let child = ("b/child", "pub mod deep;\npub struct X;");
    let deep = ("b/child/deep", "pub fn y() {}");
    let user = ("a", "use crate::b::{X, y};");
    assert_eq!(edges(&[ROOT, user, face, child, deep]), ["a > b/child", "a > b/child/deep"]);
    let sibling = ("b/sibling", "use super::X;");
    let face = ("b", "mod child;\nmod sibling;\npub use child::X;");
    assert_eq!(edges(&[ROOT, ("a", ""), face, sibling, child, deep]), ["b/sibling > b/child"]);
    // Names that hand each other on for ever lead nowhere.
    assert!(
        edges(&[ROOT, ("a", "pub use crate::b::X;\nfn f() { X; }"), ("b", "pub use crate::a::X;")])
            .is_empty()
    );
}

#[test]
fn circles_are_found_whole() {
    let imports = tree(&[
        ("lib", "mod a;\nmod b;\nmod c;\nmod d;"),
        ("a", "use crate::b::B;\npub struct A;"),
        ("b", "use crate::c::C;\npub struct B;"),
        ("c", "use crate::a::A;\npub struct C;"),
        ("d", "use crate::a::A;\nmod part;\nuse part::P;\npub struct D;"),
        ("d/part", "use super::D;\npub struct P;"),
    ]);
    let circles = imports.circles();
    assert_eq!(
        circles,
        [["src/a.rs", "src/b.rs", "src/c.rs"]],
        "d and its own part are at home with each other"
    );
    assert_eq!(imports.ties(&circles[0]).lines().next(), Some("  src/a.rs takes B from src/b.rs"));
}
