//! What names, label keys and label values look like (`validation` and `validate/content` of
//! apimachinery, v1.34). Each function gives everything that is wrong with a text, in the API server's
//! words; nothing if it is right.

const LABEL: &str = "[a-z0-9]([-a-z0-9]*[a-z0-9])?";
const KEY: &str = "([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]";
const KEY_RULE: &str = "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character";

/// Most bytes of a label, of a DNS label, and of the part of a label's key behind the slash.
const MOST_LABEL_BYTES: usize = 63;
const MOST_SUBDOMAIN_BYTES: usize = 253;

/// `must be between LOW and HIGH, inclusive`.
pub(super) fn range(low: i64, high: i64) -> String {
    format!("must be between {low} and {high}, inclusive")
}

/// A rule that is also written as a regular expression.
fn rule(rule: &str, examples: &[&str], regex: &str) -> String {
    let examples: Vec<String> = examples.iter().map(|example| format!("'{example}'")).collect();
    format!("{rule} (e.g. {}, regex used for validation is '{regex}')", examples.join(",  or "))
}

fn too_long(text: &str, most: usize) -> Option<String> {
    (text.len() > most).then(|| format!("must be no more than {most} bytes"))
}

fn is_lower(byte: u8) -> bool {
    byte.is_ascii_lowercase() || byte.is_ascii_digit()
}

/// Lower-case letters, digits and dashes, a letter or digit at both ends.
fn is_dns_label(text: &str) -> bool {
    let bytes = text.as_bytes();
    let ends = bytes.first().zip(bytes.last());
    ends.is_some_and(|(first, last)| is_lower(*first) && is_lower(*last))
        && bytes.iter().all(|byte| is_lower(*byte) || *byte == b'-')
}

fn is_dns_subdomain(text: &str) -> bool {
    text.split('.').all(is_dns_label)
}

/// Letters, digits, `-`, `_`, `.`, a letter or digit at both ends.
fn is_key(text: &str) -> bool {
    let bytes = text.as_bytes();
    let ends = bytes.first().zip(bytes.last());
    ends.is_some_and(|(first, last)| first.is_ascii_alphanumeric() && last.is_ascii_alphanumeric())
        && bytes.iter().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(byte))
}

/// A DNS label of RFC 1123: names of containers and namespaces.
pub(super) fn dns_label(text: &str) -> Vec<String> {
    let mut wrong: Vec<String> = too_long(text, MOST_LABEL_BYTES).into_iter().collect();
    if !is_dns_label(text) {
        wrong.push(if is_dns_subdomain(text) {
            "must not contain dots".to_owned()
        } else {
            rule(
                "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character",
                &["my-name", "123-abc"],
                LABEL,
            )
        });
    }
    wrong
}

/// A DNS subdomain of RFC 1123: names of most objects.
pub(super) fn dns_subdomain(text: &str) -> Vec<String> {
    let mut wrong: Vec<String> = too_long(text, MOST_SUBDOMAIN_BYTES).into_iter().collect();
    if !is_dns_subdomain(text) {
        wrong.push(rule(
            "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character",
            &["example.com"],
            &format!("{LABEL}(\\.{LABEL})*"),
        ));
    }
    wrong
}

/// A DNS label of RFC 1035: names of Services.
pub(super) fn dns_1035_label(text: &str) -> Vec<String> {
    let mut wrong: Vec<String> = too_long(text, MOST_LABEL_BYTES).into_iter().collect();
    if !is_dns_label(text) || !text.starts_with(|first: char| first.is_ascii_lowercase()) {
        wrong.push(rule(
            "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character",
            &["my-name", "abc-123"],
            "[a-z]([-a-z0-9]*[a-z0-9])?",
        ));
    }
    wrong
}

/// A label's key, and other names with an optional prefix.
pub(super) fn qualified_name(text: &str) -> Vec<String> {
    let key_rule = || rule(KEY_RULE, &["MyName", "my.name", "123-abc"], KEY);
    let mut wrong = Vec::new();
    let name = match text.split_once('/') {
        None => text,
        Some((_, name)) if name.contains('/') => {
            return vec![format!(
                "a valid label key {} with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')",
                key_rule()
            )];
        }
        Some(("", name)) => {
            wrong.push("prefix part must be non-empty".to_owned());
            name
        }
        Some((prefix, name)) => {
            wrong.extend(dns_subdomain(prefix).iter().map(|fault| format!("prefix part {fault}")));
            name
        }
    };
    if name.is_empty() {
        wrong.push("name part must be non-empty".to_owned());
    } else {
        wrong.extend(too_long(name, MOST_LABEL_BYTES).map(|fault| format!("name part {fault}")));
    }
    if !is_key(name) {
        wrong.push(format!("name part {}", key_rule()));
    }
    wrong
}

/// A label's value.
pub(super) fn label_value(text: &str) -> Vec<String> {
    let mut wrong: Vec<String> = too_long(text, MOST_LABEL_BYTES).into_iter().collect();
    if !text.is_empty() && !is_key(text) {
        wrong.push(rule(
            "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character",
            &["MyValue", "my_value", "12345"],
            &format!("({KEY})?"),
        ));
    }
    wrong
}

/// A port's number.
pub(super) fn port_number(number: i32) -> Option<String> {
    (!(1..=65_535).contains(&number)).then(|| range(1, 65_535))
}

/// A port's name.
pub(super) fn port_name(text: &str) -> Vec<String> {
    let mut wrong: Vec<String> = too_long(text, 15).into_iter().collect();
    let mut check = |is_right: bool, fault: &str| {
        if !is_right {
            wrong.push(fault.to_owned());
        }
    };
    let bytes = text.as_bytes();
    check(
        !bytes.is_empty() && bytes.iter().all(|byte| is_lower(*byte) || *byte == b'-'),
        "must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)",
    );
    check(bytes.iter().any(u8::is_ascii_lowercase), "must contain at least one letter (a-z)");
    check(!text.contains("--"), "must not contain consecutive hyphens");
    check(!text.starts_with('-') && !text.ends_with('-'), "must not begin or end with a hyphen");
    wrong
}

/// A percentage: digits and `%`.
pub(super) fn percent(text: &str) -> Option<String> {
    let digits = text.strip_suffix('%').unwrap_or_default();
    let is_right = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    (!is_right).then(|| {
        rule(
            "a valid percent string must be a numeric string followed by an ending '%'",
            &["1%", "93%"],
            "[0-9]+%",
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// From `validation_test.go` of apimachinery's package `validation`.
    #[test]
    fn right_and_wrong_names() {
        for text in ["a", "ab", "a1", "a-1", "0", "01", "1-2", "1-a-b-c-d"] {
            assert_eq!(dns_label(text), [""; 0], "{text}");
            assert_eq!(dns_subdomain(text), [""; 0], "{text}");
        }
        for text in ["", "A", "-", "a-", "-a", "_", "a_b", "a b", "a.", ".a", "a@b", &"a".repeat(64)] {
            assert_eq!(dns_label(text).len(), 1, "{text}");
        }
        assert_eq!(dns_label("a.b"), ["must not contain dots"]);
        for text in ["a.a", "0.0.0.0", "a.b.c.d.e"] {
            assert_eq!(dns_subdomain(text), [""; 0], "{text}");
        }
        for text in ["", "A.b", "a..b", ".", "a.b.", "-a.b", &"a".repeat(254)] {
            assert_eq!(dns_subdomain(text).len(), 1, "{text}");
        }
        assert!(dns_1035_label("a1").is_empty());
        for text in ["1a", "0", "-a", "a.b", "A"] {
            assert_eq!(dns_1035_label(text).len(), 1, "{text}");
        }
    }

    #[test]
    fn right_and_wrong_keys() {
        for text in ["simple", "now-with-dashes", "1-num.2-num", "1234/5678", "a.b.c/D_e", "Uppercase"] {
            assert!(qualified_name(text).is_empty(), "{text}");
        }
        for text in ["nospecial%@", "cantend-", "-cantstart", "only/one/slash", "Example.com/abc", "/a"] {
            assert_eq!(qualified_name(text).len(), 1, "{text}");
        }
        assert_eq!(qualified_name("").len(), 2);
        assert_eq!(qualified_name("a/").len(), 2);
        assert!(label_value("").is_empty() && label_value("A_b.c").is_empty());
        assert_eq!(label_value("a b").len(), 1);
    }

    /// The words are those of a cluster, from issues at kubernetes/kubernetes.
    #[test]
    fn wrong_names_are_answered_in_kubernetes_words() {
        assert_eq!(
            dns_subdomain("My_App"),
            [
                "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')"
            ]
        );
        assert_eq!(
            label_value("a b"),
            [
                "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')"
            ]
        );
    }

    #[test]
    fn ports_and_percentages() {
        assert_eq!(port_number(0), Some("must be between 1 and 65535, inclusive".to_owned()));
        assert_eq!(port_number(65_535), None);
        assert!(port_name("http-2").is_empty());
        for (text, faults) in
            [("-a", 1), ("a--b", 1), ("1", 1), ("", 2), ("Http", 1), ("averyverylongname", 1)]
        {
            assert_eq!(port_name(text).len(), faults, "{text}");
        }
        assert_eq!(percent("25%"), None);
        for text in ["25", "%", "-5%", "2.5%", "25%%"] {
            assert!(percent(text).is_some(), "{text}");
        }
    }
}
