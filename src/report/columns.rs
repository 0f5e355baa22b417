//! Tables of text: columns side by side, as wide as their widest cell.

use std::fmt::Write as _;

/// A table with a heading.
#[derive(Clone, Debug, Default)]
pub struct Columns {
    heading: Vec<String>,
    rows: Vec<Vec<String>>,
}

impl Columns {
    /// A table with these columns. A heading may have several lines.
    pub fn new(heading: impl IntoIterator<Item = impl Into<String>>) -> Self {
        Self { heading: heading.into_iter().map(Into::into).collect(), rows: Vec::new() }
    }

    /// Adds a row.
    pub fn push(&mut self, row: Vec<String>) {
        assert_eq!(row.len(), self.heading.len(), "a row has a cell for each column");
        self.rows.push(row);
    }

    /// How many rows there are.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether there are no rows.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The table, each line after `indent`. Columns without content are left out.
    pub fn to_text(&self, indent: &str) -> String {
        let used: Vec<(usize, usize)> = (0..self.heading.len())
            .filter(|column| self.rows.iter().any(|row| !row[*column].is_empty()))
            .map(|column| (column, self.width(column)))
            .collect();
        let heading: Vec<Vec<&str>> = self.heading.iter().map(|text| text.split('\n').collect()).collect();
        let height = used.iter().map(|(column, _)| heading[*column].len()).max().unwrap_or(0);
        let mut text = String::new();
        for line in 0..height {
            // Short headings stand at the bottom, next to their cells.
            let cell = |column: usize| {
                let lines = &heading[column];
                (line + lines.len()).checked_sub(height).map_or("", |place| lines[place])
            };
            write_line(&mut text, indent, used.iter().map(|&(column, width)| (cell(column), width)));
        }
        for row in &self.rows {
            write_line(&mut text, indent, used.iter().map(|&(column, width)| (row[column].as_str(), width)));
        }
        text
    }

    fn width(&self, column: usize) -> usize {
        let cells = self.rows.iter().map(|row| row[column].as_str());
        let widths = self.heading[column].split('\n').chain(cells).map(|text| text.chars().count());
        widths.max().unwrap_or(0)
    }
}

fn write_line<'c>(text: &mut String, indent: &str, cells: impl Iterator<Item = (&'c str, usize)>) {
    let mut line = indent.to_owned();
    for (cell, width) in cells {
        let _ = write!(line, "{cell:width$}  ");
    }
    text.push_str(line.trim_end());
    text.push('\n');
}

/// `NodeResourcesFit` on lines of its own words: `Node`, `Resources`, `Fit`.
pub fn stacked(name: &str) -> String {
    let mut stacked = String::new();
    for letter in name.chars() {
        if letter.is_uppercase() && !stacked.is_empty() {
            stacked.push('\n');
        }
        stacked.push(letter);
    }
    stacked
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_as_wide_as_their_widest_cell() {
        let mut table = Columns::new(["node".to_owned(), stacked("NodeName"), "empty".to_owned()]);
        table.push(["worker-10", "→1", ""].map(str::to_owned).to_vec());
        table.push(["w", "2", ""].map(str::to_owned).to_vec());
        assert_eq!(
            table.to_text("  "),
            "             Node\n  node       Name\n  worker-10  →1\n  w          2\n"
        );
        assert_eq!(stacked("InterPodAffinity"), "Inter\nPod\nAffinity");
    }
}
