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
    cells: CellsOf<S, R>,
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

enum CellsOf<S, R> {
    One(fn(&R) -> Cow<'_, str>),
    Several { names: fn(S) -> Vec<String>, cells: fn(&R) -> Vec<String> },
}

/// Takes a table cell by cell, its heading first: what a form of files, such as CSV, has to have.
pub trait Cells {
    /// The next cell of the row.
    fn cell(&mut self, text: &str) -> io::Result<()>;

    /// The row is done.
    fn end_of_row(&mut self) -> io::Result<()>;
}

/// Hands over heading and rows.
type HandOver<'t, S> = Box<dyn Fn(S, &mut dyn Cells) -> io::Result<()> + 't>;

/// A table that is made from `S`: its file, its columns, and its rows.
pub struct Table<'t, S> {
    /// Its file: `placements.csv` and so on.
    pub file: &'static str,
    /// What each row is for.
    pub one_row_for: &'static str,
    /// Its columns in order.
    pub columns: Vec<ColumnWords>,
    hand_over: HandOver<'t, S>,
}

impl<S, R> Column<S, R> {
    /// A column.
    pub fn new(name: &'static str, meaning: &'static str, cell: fn(&R) -> Cow<'_, str>) -> Self {
        Self { words: ColumnWords { name, meaning, several: false }, cells: CellsOf::One(cell) }
    }

    /// As many columns, with such names, as the input says.
    pub fn several(
        name: &'static str,
        meaning: &'static str,
        names: fn(S) -> Vec<String>,
        cells: fn(&R) -> Vec<String>,
    ) -> Self {
        Self { words: ColumnWords { name, meaning, several: true }, cells: CellsOf::Several { names, cells } }
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
            hand_over: Box::new(move |of, cells| hand_over(&columns, of, rows(of), cells)),
        }
    }

    /// The table with what it is made from.
    pub fn of(self, of: S) -> FilledTable<'t> {
        let Self { file, columns, hand_over, .. } = self;
        FilledTable { file, columns, hand_over: Box::new(move |cells| hand_over(of, cells)) }
    }
}

/// Hands over heading and rows of what is known.
type HandOverAll<'t> = Box<dyn Fn(&mut dyn Cells) -> io::Result<()> + 't>;

/// A table whose rows are known. They are made when they are asked for, and never all at once.
pub struct FilledTable<'t> {
    /// Its file as CSV: `placements.csv` and so on.
    pub file: &'static str,
    /// Its columns in order.
    pub columns: Vec<ColumnWords>,
    hand_over: HandOverAll<'t>,
}

impl FilledTable<'_> {
    /// Hands over the heading and each row.
    pub fn hand_over(&self, cells: &mut dyn Cells) -> io::Result<()> {
        (self.hand_over)(cells)
    }

    /// Writes the table as CSV.
    pub fn write_csv(&self, out: &mut dyn Write) -> io::Result<()> {
        let mut csv = Csv(csv::Writer::from_writer(out));
        self.hand_over(&mut csv)?;
        csv.0.flush()
    }
}

struct Csv<W: Write>(csv::Writer<W>);

impl<W: Write> Cells for Csv<W> {
    fn cell(&mut self, text: &str) -> io::Result<()> {
        self.0.write_field(text).map_err(io::Error::other)
    }

    fn end_of_row(&mut self) -> io::Result<()> {
        self.0.write_record(None::<&[u8]>).map_err(io::Error::other)
    }
}

fn hand_over<S: Copy, R>(
    columns: &[Column<S, R>],
    of: S,
    rows: impl Iterator<Item = R>,
    out: &mut dyn Cells,
) -> io::Result<()> {
    for column in columns {
        match &column.cells {
            CellsOf::One(_) => out.cell(column.words.name)?,
            CellsOf::Several { names, .. } => names(of).iter().try_for_each(|name| out.cell(name))?,
        }
    }
    out.end_of_row()?;
    for row in rows {
        for column in columns {
            match &column.cells {
                CellsOf::One(cell) => out.cell(&cell(&row))?,
                CellsOf::Several { cells, .. } => cells(&row).iter().try_for_each(|cell| out.cell(cell))?,
            }
        }
        out.end_of_row()?;
    }
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
        let table = table.of(&[3, 4]);
        let mut text = Vec::new();
        table.write_csv(&mut text).expect("a text takes it");
        assert_eq!(
            String::from_utf8_lossy(&text),
            "number,times 1,times 2,words\n3,3,6,\"one, or two\"\n4,4,8,\"one, or two\"\n"
        );
        assert_eq!(table.columns.len(), 3);
    }
}
