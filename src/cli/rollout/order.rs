//! The options of `kubecast rollout` as an order: what is rolled, and the arms with their names.

use std::collections::BTreeSet;

use super::RolloutArgs;
use crate::cli::error::CliError;
use crate::scenario::assignment::Assignment;
use crate::scenario::names;
use crate::scenario::rollout::{AS_IS, Arm, NewImage, RolloutOrder, parse_target};

/// A longer name is cut.
const LONGEST_NAME: usize = 60;

/// Reads the options; tells every fault of them at once.
pub(super) fn of(args: &RolloutArgs) -> Result<RolloutOrder, CliError> {
    let mut faults = Vec::new();
    let target = target(&args.target)
        .and_then(|target| parse_target(target, args.cluster.namespace.as_deref()))
        .map_err(|error| faults.push(error))
        .ok();
    let image = args.image.as_deref().map(image).transpose();
    let image = image.map_err(|error| faults.push(format!("--image {error}"))).ok().flatten();
    let mut list = |option: &str, text: &String| {
        Assignment::parse_list(text)
            .map_err(|error| faults.push(format!("{option} {error}")))
            .unwrap_or_default()
    };
    let set = args.cluster.set.iter().flat_map(|text| list("--set", text)).collect();
    let arms: Vec<Vec<Assignment>> = args.compare.iter().map(|text| list("--compare", text)).collect();
    for (place, arm) in arms.iter().enumerate() {
        if !arm.is_empty() && arms[..place].contains(arm) {
            faults.push(format!("--compare {}: is given twice", args.compare[place]));
        }
    }
    match target {
        Some(target) if faults.is_empty() => Ok(RolloutOrder { target, image, set, arms: named(arms) }),
        _ => Err(CliError::WrongInput(faults)),
    }
}

/// `KIND/NAME`, or `restart KIND/NAME` as after `kubectl rollout`.
fn target(words: &[String]) -> Result<&str, String> {
    match words {
        [target] => Ok(target),
        [restart, target] if restart == "restart" => Ok(target),
        words => Err(format!(
            "{:?} is no rollout; write deployment/NAME or restart deployment/NAME, and files after -f",
            words.join(" ")
        )),
    }
}

/// `IMAGE` or `CONTAINER=IMAGE`.
fn image(text: &str) -> Result<NewImage, String> {
    let (container, image) = text.split_once('=').map_or((None, text), |(name, image)| (Some(name), image));
    if image.is_empty() || container == Some("") || text.contains(char::is_whitespace) {
        return Err(format!("{text:?}: write IMAGE or CONTAINER=IMAGE"));
    }
    Ok(NewImage { container: container.map(str::to_owned), image: image.to_owned() })
}

/// Names arms by what they set, in short where that tells them apart.
fn named(arms: Vec<Vec<Assignment>>) -> Vec<Arm> {
    let join = |arm: &[Assignment], label: fn(&Assignment) -> String| {
        file_name(&arm.iter().map(label).collect::<Vec<_>>().join(","))
    };
    let short: Vec<String> = arms.iter().map(|arm| join(arm, Assignment::label)).collect();
    let mut taken = BTreeSet::from([AS_IS.to_owned()]);
    let mut named = Vec::with_capacity(arms.len());
    for (place, set) in arms.into_iter().enumerate() {
        let alike = short.iter().filter(|other| **other == short[place]).count() > 1;
        let name = if alike { join(&set, Assignment::text) } else { short[place].clone() };
        named.push(Arm { name: names::free(&name, &mut taken), set });
    }
    named
}

/// A name that is a good folder's too: `matchLabelKeys=[pod-template-hash]` without the brackets.
fn file_name(label: &str) -> String {
    let mut name = String::new();
    for letter in label.chars() {
        match letter {
            '[' | ']' | '{' | '}' | '"' | '\'' => {}
            _ if letter.is_ascii_alphanumeric() || "._=%+,".contains(letter) => name.push(letter),
            _ if name.ends_with('-') => {}
            _ => name.push('-'),
        }
    }
    name.truncate(LONGEST_NAME);
    let name = name.trim_matches(['-', '.']);
    if name.is_empty() { "arm".to_owned() } else { name.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(texts: &[&str]) -> Vec<String> {
        let arms = texts.iter().map(|text| Assignment::parse_list(text).expect("good assignments")).collect();
        named(arms).into_iter().map(|arm| arm.name).collect()
    }

    #[test]
    fn arms_are_named_by_what_they_set() {
        assert_eq!(
            names(&[
                "/spec/template/spec/topologySpreadConstraints/0/matchLabelKeys=[pod-template-hash]",
                "spec.strategy.rollingUpdate.maxSurge=50%; spec.strategy.rollingUpdate.maxUnavailable=0",
                "node/worker-0#/spec/unschedulable=true",
            ]),
            [
                "matchLabelKeys=pod-template-hash",
                "maxSurge=50%,maxUnavailable=0",
                "worker-0-unschedulable=true"
            ]
        );
        assert_eq!(
            names(&["spec.template.spec.containers[0].image=a", "spec.template.spec.containers[1].image=a"]),
            ["spec-template-spec-containers-0-image=a", "spec-template-spec-containers-1-image=a"]
        );
        assert_eq!(
            names(&["/metadata/annotations/a=x/y", "/metadata/annotations/a=x:y"]),
            ["metadata-annotations-a=x-y", "metadata-annotations-a=x-y-2"]
        );
        assert_eq!(names(&["spec.x=A", "spec.x=a"]), ["x=A", "x=a-2"]);
        let long = names(&[&format!("spec.x={}", "y".repeat(100))]);
        assert_eq!(long[0].len(), LONGEST_NAME);
    }

    #[test]
    fn images_may_name_their_container() {
        let read = |text: &str| image(text).map(|image| (image.container, image.image));
        assert_eq!(read("web:v2"), Ok((None, "web:v2".to_owned())));
        assert_eq!(
            read("app=host:5000/web@sha256:1"),
            Ok((Some("app".to_owned()), "host:5000/web@sha256:1".to_owned()))
        );
        for wrong in ["", "=web", "app=", "a b"] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
    }
}
