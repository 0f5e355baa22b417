//! Tables that are told: columns with a heading, and cells in words.

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

    /// The heading of each column.
    pub fn heading(&self) -> &[String] {
        &self.heading
    }

    /// The rows, each with a cell for each column.
    pub fn rows(&self) -> &[Vec<String>] {
        &self.rows
    }

    /// The columns that hold anything: the others are not shown.
    pub fn used(&self) -> impl Iterator<Item = usize> {
        (0..self.heading.len()).filter(|column| self.rows.iter().any(|row| !row[*column].is_empty()))
    }
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
    fn words_of_a_name_are_stacked() {
        assert_eq!(stacked("InterPodAffinity"), "Inter\nPod\nAffinity");
    }
}
