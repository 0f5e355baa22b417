//! JSON objects one after the other without anything between them: JSON lines, or what `jq '.items[]'` writes.

/// One text of several, and where it begins.
pub(crate) struct Part<'t> {
    pub(crate) text: &'t str,
    /// Lines before the one on which it begins.
    pub(crate) lines: u32,
    /// Characters before it on that line.
    pub(crate) columns: u32,
}

/// The objects of a text that holds several; `None` if it is anything else. The last may be cut off.
pub(crate) fn parts(text: &str) -> Option<Vec<Part<'_>>> {
    let mut parts = Vec::new();
    let (mut depth, mut in_string, mut escaped) = (0_usize, false, false);
    let (mut line, mut line_start) = (0_u32, 0);
    let mut begin = None;
    for (at, byte) in text.bytes().enumerate() {
        if byte == b'\n' {
            (line, line_start) = (line + 1, at + 1);
        }
        if in_string {
            match byte {
                _ if escaped => escaped = false,
                b'\\' => escaped = true,
                b'"' => in_string = false,
                _ => {}
            }
            continue;
        }
        match byte {
            b'{' | b'[' if depth > 0 => depth += 1,
            b'{' => {
                depth = 1;
                begin = Some((at, line, text[line_start..at].chars().count() as u32));
            }
            b'}' | b']' if depth > 0 => depth -= 1,
            b'"' if depth > 0 => in_string = true,
            _ if depth > 0 || byte.is_ascii_whitespace() => {}
            _ => return None,
        }
        if depth == 0
            && let Some((from, lines, columns)) = begin.take()
        {
            parts.push(Part { text: &text[from..=at], lines, columns });
        }
    }
    if let Some((from, lines, columns)) = begin {
        parts.push(Part { text: &text[from..], lines, columns });
    }
    (parts.len() > 1).then_some(parts)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Option<Vec<(&str, u32, u32)>> {
        let parts = parts(text)?;
        Some(parts.iter().map(|part| (part.text, part.lines, part.columns)).collect())
    }

    #[test]
    fn objects_one_after_the_other_are_told_apart() {
        assert_eq!(found("{\"a\":1}\n{\"b\":2}\n"), Some(vec![("{\"a\":1}", 0, 0), ("{\"b\":2}", 1, 0)]));
        let pretty = "{\n  \"a\": \"}\\\"{\"\n} {\n}";
        assert_eq!(found(pretty), Some(vec![("{\n  \"a\": \"}\\\"{\"\n}", 0, 0), ("{\n}", 2, 2)]));
        assert_eq!(found("{}\n{\"b\": ["), Some(vec![("{}", 0, 0), ("{\"b\": [", 1, 0)]), "cut off");
    }

    #[test]
    fn other_texts_are_none() {
        for text in [
            "",
            "{}",
            "{\"a\": 1}\n",
            "a: {}\nb: {}\n",
            "{{ .Values.x }}\nkind: Pod\n",
            "{}, {}",
            "[{}]\n[{}]",
        ] {
            assert_eq!(found(text), None, "{text}");
        }
    }
}
