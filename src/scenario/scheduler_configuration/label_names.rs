//! What label keys and values look like (`IsQualifiedName` and `IsValidLabelValue` of apimachinery, v1.34):
//! everything that is wrong with a text, in Kubernetes' words.

const MOST_NAME_BYTES: usize = 63;
const MOST_PREFIX_BYTES: usize = 253;

const NAME_RULE: &str = "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";
const PREFIX_RULE: &str = "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";
const VALUE_RULE: &str = "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')";

/// A label's key, or a resource's name: a name with an optional prefix.
pub(super) fn qualified_name(text: &str) -> Vec<String> {
    let mut wrong = Vec::new();
    let name = match text.split_once('/') {
        None => text,
        Some((_, name)) if name.contains('/') => {
            return vec![format!(
                "a valid label key {NAME_RULE} with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')"
            )];
        }
        Some(("", name)) => {
            wrong.push("prefix part must be non-empty".to_owned());
            name
        }
        Some((prefix, name)) => {
            wrong.extend(too_long("prefix part ", prefix, MOST_PREFIX_BYTES));
            if !prefix.split('.').all(is_dns_label) {
                wrong.push(format!("prefix part {PREFIX_RULE}"));
            }
            name
        }
    };
    if name.is_empty() {
        wrong.push("name part must be non-empty".to_owned());
    } else {
        wrong.extend(too_long("name part ", name, MOST_NAME_BYTES));
    }
    if !is_name(name) {
        wrong.push(format!("name part {NAME_RULE}"));
    }
    wrong
}

/// A label's value.
pub(super) fn label_value(text: &str) -> Vec<String> {
    let mut wrong: Vec<String> = too_long("", text, MOST_NAME_BYTES).into_iter().collect();
    if !text.is_empty() && !is_name(text) {
        wrong.push(VALUE_RULE.to_owned());
    }
    wrong
}

fn too_long(part: &str, text: &str, most: usize) -> Option<String> {
    (text.len() > most).then(|| format!("{part}must be no more than {most} bytes"))
}

/// Letters, digits, `-`, `_`, `.`, a letter or digit at both ends.
fn is_name(text: &str) -> bool {
    let ends = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_alphanumeric);
    let bytes = text.as_bytes();
    ends(bytes.first())
        && ends(bytes.last())
        && bytes.iter().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(byte))
}

/// Lower-case letters, digits, `-`, a letter or digit at both ends.
fn is_dns_label(text: &str) -> bool {
    let is_lower = |byte: &u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let bytes = text.as_bytes();
    bytes.first().is_some_and(is_lower)
        && bytes.last().is_some_and(is_lower)
        && bytes.iter().all(|byte| is_lower(byte) || *byte == b'-')
}

#[cfg(test)]
mod tests {
    use super::*;

    /// From `validation_test.go` of apimachinery's package `validation`.
    #[test]
    fn right_and_wrong_names() {
        for text in ["simple", "now-with-dashes", "1-num.2-num", "1234/5678", "a.b.c/D_e", "Uppercase"] {
            assert!(qualified_name(text).is_empty(), "{text}");
        }
        for text in ["nospecial%@", "cantend-", "-cantstart", "only/one/slash", "Example.com/abc", "/a"] {
            assert_eq!(qualified_name(text).len(), 1, "{text}");
        }
        assert_eq!(qualified_name(&"a".repeat(64)), ["name part must be no more than 63 bytes"]);
        assert_eq!(qualified_name("").len(), 2);
        assert!(label_value("").is_empty() && label_value("A_b.c").is_empty());
        assert_eq!(label_value("a b"), [VALUE_RULE]);
        assert_eq!(label_value(&"a".repeat(64)), ["must be no more than 63 bytes"]);
    }
}
