//! Whether the answers hang on assumed times, in words and as JSON.

use serde_json::{Value, json};

use crate::report::page::{Block, Section};
use crate::report::run::rollout_name;
use crate::study::sensitivity::{Answer, Estimate, Hops, Question, RERUNS, Rerun};

/// What the hops of a group are.
fn hops_words(hops: Hops) -> &'static str {
    match hops {
        Hops::StartUp => "start-up times (imagePull, containerStart, readiness)",
        Hops::Lag => "lag (apiRequest, binding, watch, controllerSync)",
    }
}

fn rerun_words(rerun: Rerun) -> String {
    let hops = if rerun.hops == Hops::StartUp { "start-up" } else { "lag" };
    format!("{hops} {}", if rerun.doubled { "doubled" } else { "halved" })
}

/// The groups that were scaled, in words; what takes no time is not.
fn scaled(answers: &[Answer]) -> (Vec<&'static str>, Vec<&'static str>) {
    let was_scaled =
        |hops| answers.iter().flat_map(|answer| &answer.reruns).any(|(rerun, _)| rerun.hops == hops);
    let words = |there| {
        [Hops::StartUp, Hops::Lag]
            .into_iter()
            .filter(move |hops| was_scaled(*hops) == there)
            .map(hops_words)
            .collect()
    };
    (words(true), words(false))
}

fn estimate_words(question: &Question, estimate: Estimate) -> String {
    let Estimate { value, low, high } = estimate;
    match question {
        Question::MedianSeconds => format!("{value:.1} s [{low:.1}, {high:.1}]"),
        _ => format!("{:.1} % [{:.1}, {:.1}]", value * 100.0, low * 100.0, high * 100.0),
    }
}

fn question_words(question: &Question) -> String {
    match question {
        Question::SkewAbove(constraint, max_skew) => format!("skew above {max_skew} on {constraint}"),
        Question::Blocked => "does not complete".to_owned(),
        Question::MedianSeconds => "median duration".to_owned(),
    }
}

/// What is told below the answer.
pub fn section(answers: &[Answer]) -> Section {
    let (scaled, without) = scaled(answers);
    if scaled.is_empty() {
        let nothing = "Timing: start-up and lag take no time here, so there is nothing to scale.";
        return vec![Block::Note(nothing.to_owned())];
    }
    let scaled = scaled.join(" and ");
    let rest = without.first().map_or_else(String::new, |hops| format!("; {hops} takes no time here"));
    let moved: Vec<&Answer> = answers.iter().filter(|answer| answer.moved().next().is_some()).collect();
    if moved.is_empty() {
        return vec![Block::Note(format!(
            "Timing: not sensitive within {scaled} halved and doubled: no answer of {} leaves its 95 % \
             interval{rest}.",
            answers.len()
        ))];
    }
    let mut section = vec![Block::Note(format!(
        "Timing: the answer is sensitive to timing: with {scaled} halved and doubled, {} of {} answers move by \
         more than their 95 % intervals{rest}:",
        moved.len(),
        answers.len()
    ))];
    section.extend(moved.iter().map(|answer| Block::Sentence(1, moved_words(answer))));
    if moved.iter().all(|answer| answer.question == Question::MedianSeconds) {
        let only =
            "How long it takes moves; no share of runs with too much skew, and none of blocked ones, does.";
        section.push(Block::Sentence(1, only.to_owned()));
    }
    section
}

fn moved_words(answer: &Answer) -> String {
    let variant = answer.variant.as_ref().map_or_else(String::new, |name| format!("{name}: "));
    let words =
        |(rerun, there)| format!("{} {}", rerun_words(rerun), estimate_words(&answer.question, there));
    let reruns: Vec<String> = answer.moved().map(words).collect();
    format!(
        "{variant}{}: {} {}; {}",
        rollout_name(&answer.workload, answer.rollout, answer.adopted),
        question_words(&answer.question),
        estimate_words(&answer.question, answer.as_given),
        reruns.join(", ")
    )
}

/// The block `timingSensitivity` of `summary.json`.
pub fn to_json(answers: &[Answer]) -> Value {
    let (scaled, _) = scaled(answers);
    json!({
        "sensitive": answers.iter().any(|answer| answer.moved().next().is_some()),
        "scaled": scaled,
        "reruns": RERUNS
            .iter()
            .filter(|rerun| answers.iter().flat_map(|answer| &answer.reruns).any(|(there, _)| there == *rerun))
            .map(|rerun| rerun_words(*rerun))
            .collect::<Vec<_>>(),
        "answers": answers.iter().map(answer).collect::<Vec<_>>(),
    })
}

fn answer(answer: &Answer) -> Value {
    let (measure, constraint) = match &answer.question {
        Question::SkewAbove(constraint, max_skew) => {
            ("shareWithSkewAboveMaxSkew", json!({ "name": &**constraint, "maxSkew": max_skew }))
        }
        Question::Blocked => ("shareBlocked", Value::Null),
        Question::MedianSeconds => ("medianDurationSeconds", Value::Null),
    };
    let moved: Vec<Rerun> = answer.moved().map(|(rerun, _)| rerun).collect();
    json!({
        "variant": answer.variant,
        "workload": &*answer.workload,
        "rollout": answer.rollout,
        "answer": measure,
        "constraint": constraint,
        "asGiven": estimate(answer.as_given),
        "reruns": answer.reruns.iter().map(|(rerun, there)| json!({
            "with": rerun_words(*rerun),
            "found": there.map(estimate),
            "moved": moved.contains(rerun),
        })).collect::<Vec<_>>(),
    })
}

fn estimate(estimate: Estimate) -> Value {
    json!({ "value": estimate.value, "interval95": [estimate.low, estimate.high] })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::page::text_of;

    fn answer_with(reruns: Vec<(Rerun, f64)>) -> Answer {
        let estimate = |value: f64| Estimate { value, low: value - 0.02, high: value + 0.02 };
        Answer {
            variant: None,
            workload: "deployment/default/web".into(),
            rollout: 1,
            adopted: false,
            question: Question::SkewAbove("zone|DoNotSchedule".into(), 1),
            as_given: estimate(0.35),
            reruns: reruns.into_iter().map(|(rerun, value)| (rerun, Some(estimate(value)))).collect(),
        }
    }

    #[test]
    fn what_moves_is_named_and_what_does_not_is_counted() {
        let text = |answers: &[Answer]| text_of(&[section(answers)]);
        let calm = [answer_with(vec![(RERUNS[0], 0.33), (RERUNS[1], 0.37)])];
        assert_eq!(
            text(&calm),
            "Timing: not sensitive within start-up times (imagePull, containerStart, readiness) halved and \
             doubled: no answer of 1 leaves its 95 % interval; lag (apiRequest, binding, watch, controllerSync) takes no time here.\n"
        );
        let moving = [answer_with(vec![(RERUNS[0], 0.33), (RERUNS[3], 0.5)])];
        let text = text(&moving);
        assert!(text.contains("sensitive to timing: with start-up times"), "{text}");
        assert!(
            text.ends_with(
                "  deployment/default/web after rollout 1: skew above 1 on zone|DoNotSchedule 35.0 % [33.0, 37.0]; \
                 lag doubled 50.0 % [48.0, 52.0]\n"
            ),
            "{text}"
        );
        assert_eq!(to_json(&moving)["answers"][0]["reruns"][1]["moved"], true);
        assert!(text_of(&[section(&[answer_with(vec![])])]).contains("nothing to scale"));
    }
}
