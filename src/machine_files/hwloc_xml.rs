//! The elements and attributes of hwloc's XML.

use roxmltree::Node;

use super::MachineFileError;

/// `line 3, column 5`.
pub(super) fn place(node: Node<'_, '_>) -> String {
    let position = node.document().text_pos_at(node.range().start);
    format!("line {}, column {}", position.row, position.col)
}

/// An attribute that is a number; `None` where it is not there.
pub(super) fn number<T: std::str::FromStr>(
    node: Node<'_, '_>,
    name: &str,
) -> Result<Option<T>, MachineFileError> {
    let read = |text: &str| {
        text.trim().parse().map_err(|_| {
            let what = format!("{name}={text:?} is no number that can stand here");
            MachineFileError::value(place(node), what, "it is a whole number from 0")
        })
    };
    node.attribute(name).map(read).transpose()
}

pub(super) fn objects<'a, 'i>(below: Node<'a, 'i>) -> impl Iterator<Item = Node<'a, 'i>> {
    below.descendants().filter(|node| node.has_tag_name("object"))
}

pub(super) fn kind<'a>(object: Node<'a, '_>) -> &'a str {
    object.attribute("type").unwrap_or_default()
}
