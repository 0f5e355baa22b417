//! Label selectors and node selector terms, by the rules of apimachinery's `labels` package.

use serde_json::Value;

use super::json::{Texts, is_there, list, text, text_list, texts};

/// One requirement on labels.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Requirement<'a> {
    key: &'a str,
    operator: &'a str,
    values: Vec<&'a str>,
}

/// A label selector; `None` is a missing one, which matches nothing.
pub(crate) type Selector<'a> = Option<Vec<Requirement<'a>>>;

impl<'a> Requirement<'a> {
    fn is(key: &'a str, value: &'a str) -> Self {
        Self { key, operator: "In", values: vec![value] }
    }

    fn read(json: &'a Value) -> Self {
        Self {
            key: text(json, &["key"]),
            operator: text(json, &["operator"]),
            values: text_list(json, &["values"]),
        }
    }

    fn holds(&self, labels: &Texts<'_>) -> bool {
        let value = labels.get(self.key);
        let listed = value.is_some_and(|value| self.values.contains(value));
        match self.operator {
            "In" => listed,
            "NotIn" => !listed,
            "Exists" => value.is_some(),
            "DoesNotExist" => value.is_none(),
            "Gt" | "Lt" => {
                let number = |text: &str| text.parse::<i64>().ok();
                match (value.and_then(|value| number(value)), number(self.values[0])) {
                    (Some(held), Some(bound)) if self.operator == "Gt" => held > bound,
                    (Some(held), Some(bound)) => held < bound,
                    _ => false,
                }
            }
            other => panic!("the operator {other:?}"),
        }
    }

    /// What `labels.NewRequirement` asks for: the number of values by operator, integers for `Gt` and
    /// `Lt`, and values that a label could have.
    fn can_be_read(&self) -> bool {
        let counted = match self.operator {
            "In" | "NotIn" => !self.values.is_empty(),
            "Exists" | "DoesNotExist" => self.values.is_empty(),
            _ => self.values.len() == 1 && self.values[0].parse::<i64>().is_ok(),
        };
        counted && self.values.iter().all(|value| is_label_value(value))
    }
}

fn is_label_value(text: &str) -> bool {
    let inside = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
    let ends = text.bytes().next().into_iter().chain(text.bytes().last());
    text.len() <= 63 && text.bytes().all(inside) && ends.into_iter().all(|byte| byte.is_ascii_alphanumeric())
}

/// A map as a selector: every pair is required.
pub(crate) fn of_map<'a>(map: &Texts<'a>) -> Vec<Requirement<'a>> {
    map.iter().map(|(key, value)| Requirement::is(key, value)).collect()
}

/// The `LabelSelector` at a path.
pub(crate) fn label_selector<'a>(json: &'a Value, path: &[&str]) -> Selector<'a> {
    is_there(json, path).then(|| {
        let json = super::json::at(json, path);
        let mut requirements = of_map(&texts(json, &["matchLabels"]));
        requirements.extend(list(json, &["matchExpressions"]).iter().map(Requirement::read));
        requirements
    })
}

/// Adds what the API server adds for `matchLabelKeys` and `mismatchLabelKeys` of the carrier: nothing
/// to a missing selector, nothing for a key that the pod's own labels lack.
pub(crate) fn merge_keys<'a>(selector: &mut Selector<'a>, carrier: &'a Value, own: &Texts<'a>) {
    let Some(requirements) = selector else { return };
    for (field, operator) in [("matchLabelKeys", "In"), ("mismatchLabelKeys", "NotIn")] {
        for key in text_list(carrier, &[field]) {
            if let Some(value) = own.get(key) {
                requirements.push(Requirement { key, operator, values: vec![value] });
            }
        }
    }
}

/// Whether labels satisfy a selector.
pub(crate) fn matches(selector: &Selector<'_>, labels: &Texts<'_>) -> bool {
    selector.as_ref().is_some_and(|all| all.iter().all(|requirement| requirement.holds(labels)))
}

/// Whether a node selector term has nothing in it; such a term matches no node.
pub(crate) fn is_empty_term(term: &Value) -> bool {
    list(term, &["matchExpressions"]).is_empty() && list(term, &["matchFields"]).is_empty()
}

/// Whether a node selector term can be read at all.
pub(crate) fn can_be_read(term: &Value) -> bool {
    let expressions = list(term, &["matchExpressions"]).iter();
    let fields = list(term, &["matchFields"]).iter().map(Requirement::read);
    expressions.map(Requirement::read).all(|requirement| requirement.can_be_read())
        && fields
            .into_iter()
            .all(|field| ["In", "NotIn"].contains(&field.operator) && field.values.len() == 1)
}

/// Whether a node satisfies a node selector term.
pub(crate) fn term_matches(term: &Value, name: &str, labels: &Texts<'_>) -> bool {
    let field_holds = |field: Requirement<'_>| {
        let held = if field.key == "metadata.name" { name } else { "" };
        (field.values[0] == held) == (field.operator == "In")
    };
    !is_empty_term(term)
        && can_be_read(term)
        && list(term, &["matchExpressions"]).iter().all(|json| Requirement::read(json).holds(labels))
        && list(term, &["matchFields"]).iter().map(Requirement::read).all(field_holds)
}
