//! Scalars as the text has them. YAML 1.1 reads `n` as false and `010` as 8: who is told to write a value in quotes is
//! told what stands there, not what was read.

/// How a fault ends that is mended by quotes; some say before it what was read.
const IN_QUOTES: &str = " in quotes";
/// Where its remedy begins.
const REMEDY: &str = "; write ";

/// What YAML 1.1 takes for truth values, in lower case.
const WORDS: [&str; 8] = ["y", "n", "yes", "no", "on", "off", "true", "false"];

/// A fault's message with what stands at its place in the text, if it is mended by quotes.
pub(super) fn in_quotes(message: &str, text: &str, line: u32, column: u32) -> Option<String> {
    let begin = message.strip_suffix(IN_QUOTES)?.rfind(REMEDY)?;
    let word = plain_at(text, line, column)?;
    Some(format!("{}{REMEDY}\"{word}\"{IN_QUOTES}", &message[..begin]))
}

/// The number or truth value that begins at a place of a text, without quotes.
fn plain_at(text: &str, line: u32, column: u32) -> Option<&str> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let line = text.lines().nth(line.checked_sub(1)? as usize)?;
    let (from, _) = line.char_indices().nth(column.checked_sub(1)? as usize)?;
    let rest = &line[from..];
    let end = rest.find(|letter: char| !(letter.is_ascii_alphanumeric() || "+-._".contains(letter)));
    let word = &rest[..end.unwrap_or(rest.len())];
    let is_number =
        word.trim_start_matches(['+', '-', '.']).starts_with(|first: char| first.is_ascii_digit());
    (is_number || WORDS.contains(&word.to_ascii_lowercase().as_str())).then_some(word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_to_be_quoted_is_what_stands_there() {
        let text = "labels: {country: no, on: Y}\nport: 010\nname: \"n\"\nkind: Pod\n";
        let message = "expected a string, found the truth value false; write it in quotes";
        let at = |line, column| in_quotes(message, text, line, column);
        let right = |word: &str| {
            Some(format!("expected a string, found the truth value false; write \"{word}\" in quotes"))
        };
        assert_eq!(at(1, 19), right("no"));
        assert_eq!(at(1, 27), right("Y"));
        assert_eq!(at(2, 7), right("010"));
        assert_eq!(
            in_quotes("found the number 8; write \"8\" in quotes", text, 2, 7).as_deref(),
            Some("found the number 8; write \"010\" in quotes")
        );
        for (line, column) in [(3, 7), (4, 7), (9, 1), (1, 99), (0, 0)] {
            assert_eq!(at(line, column), None, "{line}:{column}");
        }
        assert_eq!(in_quotes("something else", text, 1, 19), None);
    }
}
