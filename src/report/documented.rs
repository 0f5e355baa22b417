//! Measures and columns stand in the documents as they stand in their lists. Built with `KUBECAST_UPDATE=1`, the
//! test writes the tables of the documents; otherwise it compares them.

mod releases;

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use crate::measures::MEASURES;
use crate::report::run::{files, tables};
use crate::report::table::{ColumnWords, Table};
use crate::report::{backtest, plan, rollout, study};
use crate::scenario::names::is_own_file;

const SCENARIOS: &str = "scenarios/README.md";
const STUDIES: &str = "docs/studies.md";
const BACKTESTS: &str = "docs/backtest.md";

/// A table of columns as a document has it.
struct Documented {
    file: &'static str,
    one_row_for: &'static str,
    columns: Vec<ColumnWords>,
}

impl<S> From<Table<'_, S>> for Documented {
    fn from(table: Table<'_, S>) -> Self {
        let Table { file, one_row_for, columns, .. } = table;
        Self { file, one_row_for, columns }
    }
}

/// The tables that `scenarios/README.md` lists.
fn tables_of_runs() -> Vec<Documented> {
    let mut all: Vec<Documented> = tables::tables().into_iter().map(|table| table.table.into()).collect();
    all.push(files::runs().into());
    all.extend(rollout::tables().map(Documented::from));
    all
}

/// The tables that `docs/studies.md` lists.
fn tables_of_studies() -> Vec<Documented> {
    let mut all: Vec<Documented> = study::tables::tables().map(Documented::from).into();
    all.push(plan::evidence().into());
    all
}

/// The tables that `docs/backtest.md` lists.
fn tables_of_backtests() -> Vec<Documented> {
    vec![backtest::csv_table().into()]
}

/// All of them.
fn all_tables() -> impl Iterator<Item = Documented> {
    tables_of_runs().into_iter().chain(tables_of_studies()).chain(tables_of_backtests())
}

fn path(document: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(document)
}

/// The document with this table: its rows replace those below the heading.
fn with_table(text: &str, heading: &str, rows: &str, document: &str) -> String {
    let begin = text.find(&format!("\n{heading}\n| --- |"));
    let begin = begin.unwrap_or_else(|| panic!("{document} has no table {heading:?}")) + 1;
    let first = text[begin..].match_indices('\n').nth(1).expect("a heading has a line below").0;
    let end = text[begin..].find("\n\n").map_or(text.len(), |end| begin + end + 1);
    format!("{}{rows}{}", &text[..=begin + first], &text[end..])
}

fn with_columns(mut text: String, tables: &[Documented], document: &str) -> String {
    for table in tables {
        let mut rows = String::new();
        for ColumnWords { name, meaning, several } in &table.columns {
            let name = if *several { (*name).to_owned() } else { format!("`{name}`") };
            let _ = writeln!(rows, "| {name} | {meaning} |");
        }
        text = with_table(&text, &format!("| `{}` | |", table.file), &rows, document);
    }
    text
}

fn with_files(text: &str, tables: &[Documented], document: &str) -> String {
    let mut text = text.to_owned();
    for table in tables {
        let begin = format!("\n| `{}` | ", table.file);
        let lines: Vec<usize> = text.match_indices(&begin).map(|(place, _)| place + 1).collect();
        let overview = lines.into_iter().find(|place| !text[place + begin.len() - 1..].starts_with("|\n"));
        let place = overview.unwrap_or_else(|| panic!("{document} does not list {}", table.file));
        let end = place + text[place..].find('\n').expect("the line has an end");
        text.replace_range(place..end, &format!("| `{}` | {} |", table.file, table.one_row_for));
    }
    text
}

fn with_measures(text: &str, document: &str) -> String {
    let mut rows = String::new();
    for measure in MEASURES {
        let (name, scope, unit) = (measure.name, measure.scope(), measure.unit.words());
        let _ = writeln!(rows, "| `{name}` | {scope} | {unit} | {} |", measure.words);
    }
    with_table(text, "| measure | of a | in | value |", &rows, document)
}

/// Compares a document with what it should be, or writes it.
fn compare(document: &str, wanted: &dyn Fn(&str) -> String) {
    let path = path(document);
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{document}: {error}"));
    let wanted = wanted(&text);
    if wanted != text && option_env!("KUBECAST_UPDATE").is_some() {
        std::fs::write(&path, wanted).unwrap_or_else(|error| panic!("{document}: {error}"));
        return;
    }
    let line = wanted.lines().zip(text.lines()).position(|(wanted, found)| wanted != found);
    assert!(
        wanted == text,
        "{document} is out of date from line {} on: build the test with KUBECAST_UPDATE=1 and run it",
        line.map_or(0, |line| line + 1)
    );
}

#[test]
fn documents_have_the_measures_and_columns_of_the_lists() {
    compare(SCENARIOS, &|text| {
        let tables = tables_of_runs();
        let text = with_files(&with_measures(text, SCENARIOS), &tables, SCENARIOS);
        with_columns(text, &tables, SCENARIOS)
    });
    compare(STUDIES, &|text| with_columns(text.to_owned(), &tables_of_studies(), STUDIES));
    compare(BACKTESTS, &|text| with_columns(text.to_owned(), &tables_of_backtests(), BACKTESTS));
}

#[test]
fn no_variant_is_named_as_a_table() {
    for table in all_tables() {
        assert!(is_own_file(table.file), "{} is missing in OWN_FILES", table.file);
    }
}

#[test]
fn names_of_measures_and_columns_are_different() {
    let mut names: Vec<&str> = MEASURES.iter().map(|measure| measure.name).collect();
    names.sort_unstable();
    assert!(names.windows(2).all(|pair| pair[0] != pair[1]), "{names:?}");
    for table in all_tables() {
        let mut names: Vec<&str> = table.columns.iter().map(|column| column.name).collect();
        names.sort_unstable();
        assert!(names.windows(2).all(|pair| pair[0] != pair[1]), "{}: {names:?}", table.file);
    }
}
