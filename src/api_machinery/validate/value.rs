//! Values as the API server shows them in its messages: strings quoted as Go quotes them, structures
//! as Go prints them (`%#v`, apimachinery v1.34).
//!
//! DIFFERENCE: a quantity is shown as its text, not as the Go structure behind it.

use std::collections::BTreeMap;
use std::fmt;

use k8s_openapi::apimachinery::pkg::apis::meta::v1::LabelSelector;
use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;

use crate::api::go_text::quote;

/// A value, ready to be shown.
pub(super) struct Shown(String);

impl fmt::Display for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<&str> for Shown {
    fn from(text: &str) -> Self {
        Self(quote(text))
    }
}

impl From<i32> for Shown {
    fn from(number: i32) -> Self {
        Self(number.to_string())
    }
}

impl From<i64> for Shown {
    fn from(number: i64) -> Self {
        Self(number.to_string())
    }
}

impl From<&IntOrString> for Shown {
    fn from(value: &IntOrString) -> Self {
        Self(match value {
            IntOrString::Int(number) => format!("intstr.IntOrString{{Type:0, IntVal:{number}, StrVal:\"\"}}"),
            IntOrString::String(text) => {
                format!("intstr.IntOrString{{Type:1, IntVal:0, StrVal:{}}}", quote(text))
            }
        })
    }
}

impl From<Option<&BTreeMap<String, String>>> for Shown {
    fn from(map: Option<&BTreeMap<String, String>>) -> Self {
        Self(string_map(map))
    }
}

impl From<&LabelSelector> for Shown {
    fn from(selector: &LabelSelector) -> Self {
        let expressions = selector.match_expressions.as_ref().map_or_else(
            || "[]v1.LabelSelectorRequirement(nil)".to_owned(),
            |list| {
                let each = list.iter().map(|one| {
                    format!(
                        "v1.LabelSelectorRequirement{{Key:{}, Operator:{}, Values:{}}}",
                        quote(&one.key),
                        quote(&one.operator),
                        string_list(one.values.as_deref())
                    )
                });
                format!("[]v1.LabelSelectorRequirement{{{}}}", each.collect::<Vec<_>>().join(", "))
            },
        );
        let labels = string_map(selector.match_labels.as_ref());
        Self(format!("v1.LabelSelector{{MatchLabels:{labels}, MatchExpressions:{expressions}}}"))
    }
}

impl Shown {
    /// A text that is ready as it is.
    pub(super) fn ready(text: String) -> Self {
        Self(text)
    }

    /// A list of strings.
    pub(super) fn list(texts: &[String]) -> Self {
        Self(string_list(Some(texts)))
    }
}

fn string_map(map: Option<&BTreeMap<String, String>>) -> String {
    let Some(map) = map else { return "map[string]string(nil)".to_owned() };
    let entries: Vec<String> =
        map.iter().map(|(key, value)| format!("{}:{}", quote(key), quote(value))).collect();
    format!("map[string]string{{{}}}", entries.join(", "))
}

fn string_list(list: Option<&[String]>) -> String {
    let Some(list) = list else { return "[]string(nil)".to_owned() };
    let quoted: Vec<String> = list.iter().map(|text| quote(text)).collect();
    format!("[]string{{{}}}", quoted.join(", "))
}

#[cfg(test)]
mod tests {
    use k8s_openapi::apimachinery::pkg::apis::meta::v1::LabelSelectorRequirement;

    use super::*;

    #[test]
    fn strings_are_quoted_as_go_does() {
        // `strconv.Quote` of each, from its documentation and tests.
        for (text, expected) in [
            ("", r#""""#),
            ("a b", r#""a b""#),
            ("\u{7}\u{8}\u{c}\n\r\t\u{b}", r#""\a\b\f\n\r\t\v""#),
            ("☺", "\"☺\""),
            ("\u{1}", r#""\x01""#),
            ("\u{a0}", r#""\u00a0""#),
            ("\\\"", r#""\\\"""#),
        ] {
            assert_eq!(quote(text), expected);
        }
    }

    #[test]
    fn structures_are_printed_as_go_does() {
        let map = BTreeMap::from([("b".to_owned(), "2".to_owned()), ("a".to_owned(), "1".to_owned())]);
        assert_eq!(Shown::from(Some(&map)).to_string(), r#"map[string]string{"a":"1", "b":"2"}"#);
        assert_eq!(Shown::from(None).to_string(), "map[string]string(nil)");
        let percent = IntOrString::String("25x".to_owned());
        assert_eq!(
            Shown::from(&percent).to_string(),
            r#"intstr.IntOrString{Type:1, IntVal:0, StrVal:"25x"}"#
        );
        let selector = LabelSelector {
            match_labels: None,
            match_expressions: Some(vec![LabelSelectorRequirement {
                key: "a".to_owned(),
                operator: "Exists".to_owned(),
                values: None,
            }]),
        };
        assert_eq!(
            Shown::from(&selector).to_string(),
            "v1.LabelSelector{MatchLabels:map[string]string(nil), \
             MatchExpressions:[]v1.LabelSelectorRequirement{v1.LabelSelectorRequirement{Key:\"a\", \
             Operator:\"Exists\", Values:[]string(nil)}}}"
        );
    }
}
