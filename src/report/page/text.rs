//! A page as text for a terminal. Sections stand apart by an empty line.

use std::fmt::Write as _;

use super::block::{Block, List, Section};
use crate::report::page::columns::Columns;
use crate::report::words::wrapped;

/// What a block is set in with, once a step.
const STEP: &str = "  ";
/// How far apart names and values stand at least.
const BETWEEN_TERMS: usize = 3;

/// The whole.
pub(super) fn render(sections: &[Section]) -> String {
    let mut text = String::new();
    for (place, section) in sections.iter().enumerate() {
        if place > 0 {
            text.push('\n');
        }
        for block in section {
            write_block(&mut text, block);
        }
    }
    text
}

fn write_block(text: &mut String, block: &Block) {
    match block {
        Block::Warning(words) | Block::Heading(words) | Block::Note(words) => {
            let _ = writeln!(text, "{words}");
        }
        Block::Sentence(depth, words) => {
            let _ = writeln!(text, "{}{words}", STEP.repeat(*depth));
        }
        Block::List(list) => write_list(text, list),
        Block::Table(depth, columns) => write_table(text, &STEP.repeat(*depth), columns),
        Block::Terms(terms) => {
            let longest = terms.iter().map(|(name, _)| name.chars().count()).max().unwrap_or(0);
            let width = longest + BETWEEN_TERMS;
            for (name, value) in terms {
                let _ = writeln!(text, "{name:width$}{value}");
            }
        }
        Block::Verbatim(lines) => text.push_str(lines),
    }
}

fn write_list(text: &mut String, list: &List) {
    let indent = list.indent;
    for item in &list.items {
        let first = format!("{indent}{} ", item.mark);
        if list.wrapped {
            text.push_str(&wrapped(&first, &" ".repeat(first.len()), &item.text));
        } else {
            let _ = writeln!(text, "{first}{}", item.text);
        }
    }
}

/// Columns side by side, as wide as their widest cell. Columns without content are left out.
fn write_table(text: &mut String, indent: &str, table: &Columns) {
    let used: Vec<(usize, usize)> = table.used().map(|column| (column, width(table, column))).collect();
    let heading: Vec<Vec<&str>> = table.heading().iter().map(|text| text.split('\n').collect()).collect();
    let height = used.iter().map(|(column, _)| heading[*column].len()).max().unwrap_or(0);
    for line in 0..height {
        // Short headings stand at the bottom, next to their cells.
        let cell = |column: usize| {
            let lines = &heading[column];
            (line + lines.len()).checked_sub(height).map_or("", |place| lines[place])
        };
        write_line(text, indent, used.iter().map(|&(column, width)| (cell(column), width)));
    }
    for row in table.rows() {
        write_line(text, indent, used.iter().map(|&(column, width)| (row[column].as_str(), width)));
    }
}

fn width(table: &Columns, column: usize) -> usize {
    let cells = table.rows().iter().map(|row| row[column].as_str());
    let widths = table.heading()[column].split('\n').chain(cells).map(|text| text.chars().count());
    widths.max().unwrap_or(0)
}

fn write_line<'c>(text: &mut String, indent: &str, cells: impl Iterator<Item = (&'c str, usize)>) {
    let mut line = indent.to_owned();
    for (cell, width) in cells {
        let _ = write!(line, "{cell:width$}  ");
    }
    text.push_str(line.trim_end());
    text.push('\n');
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::page::columns::stacked;

    #[test]
    fn columns_are_as_wide_as_their_widest_cell() {
        let mut table = Columns::new(["node".to_owned(), stacked("NodeName"), "empty".to_owned()]);
        table.push(["worker-10", "→1", ""].map(str::to_owned).to_vec());
        table.push(["w", "2", ""].map(str::to_owned).to_vec());
        assert_eq!(
            render(&[vec![Block::Table(1, table)]]),
            "             Node\n  node       Name\n  worker-10  →1\n  w          2\n"
        );
    }

    #[test]
    fn sections_stand_apart() {
        let sections = [
            vec![Block::sentence("One."), Block::Sentence(1, "Two.".to_owned())],
            vec![],
            vec![Block::list("\t", ["three".to_owned()])],
            vec![Block::Terms(vec![("four", "4".to_owned()), ("of", "5".to_owned())])],
        ];
        assert_eq!(render(&sections), "One.\n  Two.\n\n\n\t- three\n\nfour   4\nof     5\n");
    }
}
