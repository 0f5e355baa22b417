//! Tables: rows of one kind, and columns that each have a name, a meaning, and a cell of every row.
//!
//! Whoever adds a column adds one line to the list of its table, at the end; the tables of columns in
//! `scenarios/README.md` and `docs/studies.md` are made from the same lines (`documented.rs`).

use std::borrow::Cow;
use std::io::{self, Write};

/// A column of a table with rows `R` that is made from `S`.
pub struct Column<S, R> {
    /// What it is called, and what it means.
    pub words: ColumnWords,
    cells: Cells<S, R>,
}

/// What a column is called, and what it means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ColumnWords {
    /// Its name, with the unit at the end; of several columns that the input names, what they are.
    pub name: &'static str,
    /// What it means, in one sentence of Markdown without a full stop.
    pub meaning: &'static str,
    /// Whether there may be several, which the input names.
    pub several: bool,
}

enum Cells<S, R> {
    One(fn(&R) -> Cow<'_, str>),
    Several { names: fn(S) -> Vec<String>, cells: fn(&R) -> Vec<String> },
}

/// Writes heading and rows.
type WriteRows<'t, S> = Box<dyn Fn(S, &mut dyn Write) -> csv::Result<()> + 't>;

/// A table that is made from `S`: its file, its columns, and its rows.
pub struct Table<'t, S> {
    /// Its file: `placements.csv` and so on.
    pub file: &'static str,
    /// What each row is for.
    pub one_row_for: &'static str,
    /// Its columns in order.
    pub columns: Vec<ColumnWords>,
    write: WriteRows<'t, S>,
}

impl<S, R> Column<S, R> {
    /// A column.
    pub fn new(name: &'static str, meaning: &'static str, cell: fn(&R) -> Cow<'_, str>) -> Self {
        Self { words: ColumnWords { name, meaning, several: false }, cells: Cells::One(cell) }
    }

    /// As many columns, with such names, as the input says.
    pub fn several(
        name: &'static str,
        meaning: &'static str,
        names: fn(S) -> Vec<String>,
        cells: fn(&R) -> Vec<String>,
    ) -> Self {
        Self { words: ColumnWords { name, meaning, several: true }, cells: Cells::Several { names, cells } }
    }
}

impl<'t, S: Copy + 't> Table<'t, S> {
    /// A table with these columns, and the rows that it has of an `S`.
    pub fn new<R: 't, I: Iterator<Item = R>>(
        (file, one_row_for): (&'static str, &'static str),
        columns: impl IntoIterator<Item = Column<S, R>>,
        rows: impl Fn(S) -> I + 't,
    ) -> Self {
        let columns: Vec<Column<S, R>> = columns.into_iter().collect();
        Self {
            file,
            one_row_for,
            columns: columns.iter().map(|column| column.words).collect(),
            write: Box::new(move |of, out| write(&columns, of, rows(of), out)),
        }
    }

    /// Writes the table as CSV.
    pub fn write(&self, of: S, out: &mut dyn Write) -> io::Result<()> {
        (self.write)(of, out).map_err(io::Error::other)
    }

    /// The table as CSV.
    pub fn to_csv(&self, of: S) -> String {
        let mut text = Vec::new();
        self.write(of, &mut text).expect("a text takes it, and rows are as long as the heading");
        String::from_utf8(text).expect("names are UTF-8")
    }
}

fn write<S: Copy, R>(
    columns: &[Column<S, R>],
    of: S,
    rows: impl Iterator<Item = R>,
    out: &mut dyn Write,
) -> csv::Result<()> {
    let mut table = csv::Writer::from_writer(out);
    for column in columns {
        match &column.cells {
            Cells::One(_) => table.write_field(column.words.name)?,
            Cells::Several { names, .. } => names(of).iter().try_for_each(|name| table.write_field(name))?,
        }
    }
    table.write_record(None::<&[u8]>)?;
    for row in rows {
        for column in columns {
            match &column.cells {
                Cells::One(cell) => table.write_field(&*cell(&row))?,
                Cells::Several { cells, .. } => {
                    cells(&row).iter().try_for_each(|cell| table.write_field(cell))?;
                }
            }
        }
        table.write_record(None::<&[u8]>)?;
    }
    table.flush()?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_make_the_heading_and_the_cells() {
        let table: Table<'_, &[u32]> = Table::new(
            ("numbers.csv", "each number"),
            [
                Column::new("number", "the number", |number: &u32| number.to_string().into()),
                Column::several(
                    "its multiples",
                    "up to how many numbers there are",
                    |numbers: &[u32]| (1..=numbers.len()).map(|times| format!("times {times}")).collect(),
                    |number| vec![number.to_string(), (2 * number).to_string()],
                ),
                Column::new("words", "the number in words", |_| "one, or two".into()),
            ],
            |numbers| numbers.iter().copied(),
        );
        assert_eq!(
            table.to_csv(&[3, 4]),
            "number,times 1,times 2,words\n3,3,6,\"one, or two\"\n4,4,8,\"one, or two\"\n"
        );
        assert_eq!(table.columns.len(), 3);
    }
}
