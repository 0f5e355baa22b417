//! The registry of draw uses: each room that draws lists what for in its `draw_uses.rs`, under numbers
//! that no other use of the room has.

use std::collections::BTreeMap;

use syn::visit::{self, Visit};

use super::floors::room_of;
use super::imports::is_for_tests;
use super::sources;

/// Numbers that two rooms have, which can never be changed. The draws of the scenario are of replication 0
/// and of identities that the cluster does not have.
const SHARED: &[u32] = &[50, 51];

/// The uses that a file makes, by name; nameless where the number stands in the code.
#[derive(Default)]
struct Uses {
    found: Vec<(Option<String>, u32)>,
}

impl<'ast> Visit<'ast> for Uses {
    fn visit_item_mod(&mut self, item: &'ast syn::ItemMod) {
        if !is_for_tests(&item.attrs) {
            visit::visit_item_mod(self, item);
        }
    }

    fn visit_item_const(&mut self, item: &'ast syn::ItemConst) {
        let before = self.found.len();
        visit::visit_item_const(self, item);
        for (name, _) in &mut self.found[before..] {
            *name = Some(item.ident.to_string());
        }
    }

    fn visit_expr_call(&mut self, call: &'ast syn::ExprCall) {
        if let syn::Expr::Path(called) = &*call.func
            && called.path.segments.last().is_some_and(|segment| segment.ident == "DrawUse")
        {
            let number = match call.args.first() {
                Some(syn::Expr::Lit(syn::ExprLit { lit: syn::Lit::Int(number), .. })) => {
                    number.base10_parse().ok()
                }
                _ => None,
            };
            self.found.push((None, number.expect("a use is a number written out")));
        }
        visit::visit_expr_call(self, call);
    }
}

fn uses_of(text: &str) -> Vec<(Option<String>, u32)> {
    let mut uses = Uses::default();
    uses.visit_file(&syn::parse_file(text).expect("sources can be parsed"));
    uses.found
}

/// What is wrong with the uses of these files.
fn faults_of(sources: &[(String, String)]) -> Vec<String> {
    let mut faults = Vec::new();
    let mut rooms_by_number: BTreeMap<u32, Vec<(&str, String)>> = BTreeMap::new();
    let is_test = |name: &str| name.ends_with("/tests.rs") || name.contains("/tests/");
    for (name, text) in sources.iter().filter(|(name, text)| !is_test(name) && text.contains("DrawUse(")) {
        let Some(room) = room_of(name) else { continue };
        for (use_name, number) in uses_of(text) {
            match use_name.filter(|_| *name == format!("src/{room}/draw_uses.rs")) {
                Some(use_name) => rooms_by_number.entry(number).or_default().push((room, use_name)),
                None => faults.push(format!("{name}: the use {number} is not in src/{room}/draw_uses.rs")),
            }
        }
    }
    for (number, uses) in &rooms_by_number {
        let rooms: Vec<&str> = uses.iter().map(|(room, _)| *room).collect();
        if (1..rooms.len()).any(|place| rooms[..place].contains(&rooms[place])) {
            faults.push(format!("two uses of one room have the number {number}: {uses:?}"));
        } else if (rooms.len() > 1) != SHARED.contains(number) {
            faults.push(format!("the number {number} and the list of shared numbers do not agree: {uses:?}"));
        }
    }
    faults
}

#[test]
fn every_use_of_a_draw_has_a_number_of_its_own() {
    let faults = faults_of(&sources());
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn a_further_duplicate_is_refused() {
    let file = |name: &str, text: &str| (name.to_owned(), text.to_owned());
    let one = file("src/a/draw_uses.rs", "const X: DrawUse = DrawUse(1); const Y: DrawUse = DrawUse(2);");
    let faults =
        |others: &[(String, String)]| faults_of(&[std::slice::from_ref(&one), others].concat()).len();
    assert_eq!(faults(&[]), 0);
    assert_eq!(faults(&[file("src/b/draw_uses.rs", "const Z: DrawUse = DrawUse(3);")]), 0);
    assert_eq!(faults(&[file("src/b/draw_uses.rs", "const Z: DrawUse = DrawUse(1);")]), 1, "of two rooms");
    assert_eq!(faults(&[file("src/a/draw_uses.rs", "const Z: DrawUse = DrawUse(1);")]), 1, "of one room");
    assert_eq!(faults(&[file("src/a/other.rs", "const Z: DrawUse = DrawUse(3);")]), 1, "outside the list");
    assert_eq!(faults(&[file("src/a/other.rs", "fn f() { draw(DrawUse(3)); }")]), 1, "without a name");
    assert_eq!(faults(&[file("src/a/x.rs", "#[cfg(test)] mod tests { fn f() { DrawUse(1); } }")]), 0);
}
