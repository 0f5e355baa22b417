//! HorizontalPodAutoscalers: how many replicas their workloads may have instead.

use super::{Scene, some};
use crate::scenario::coverage::gap::Gap;
use crate::scenario::objects::ObjectSource;
use crate::scenario::reference::Reference;

pub(super) fn gaps(scene: &Scene<'_>) -> Vec<Gap> {
    let autoscalers: Vec<&ObjectSource> = scene.of_kind("horizontalpodautoscaler").collect();
    if autoscalers.is_empty() {
        return Vec::new();
    }
    let mut ranges = Vec::new();
    let mut decisive = false;
    for source in &autoscalers {
        let Some(target) = source.scale_target() else { continue };
        let now = replicas_of(scene, &target);
        let least = source.whole_number("/spec/minReplicas").unwrap_or(1);
        let most = source.whole_number("/spec/maxReplicas").unwrap_or(least);
        let now_words = now.map_or_else(String::new, |now| format!(" instead of {now}"));
        let ask = &scene.plan.ask;
        let is_shown = ask.shows_autoscaler && ask.subject.as_ref() == Some(&target);
        let shown_words = if is_shown { " (arms of this answer show both ends)" } else { "" };
        decisive |= (least, most) != (now.unwrap_or(least), now.unwrap_or(most))
            && scene.stake.is_about(&target)
            && !is_shown;
        ranges.push(format!("{target} may run {least}–{most} replicas{now_words}{shown_words}"));
    }
    let colon = if ranges.is_empty() { "" } else { ": " };
    let effect = format!("replicas do not follow the load{colon}{}", some(&ranges));
    vec![
        Gap::new("HorizontalPodAutoscalers", effect)
            .counted(autoscalers.len().to_string())
            .decisive(decisive),
    ]
}

fn replicas_of(scene: &Scene<'_>, workload: &Reference) -> Option<i64> {
    let source = scene.plan.objects.iter().find(|source| source.reference == *workload)?;
    Some(source.whole_number("/spec/replicas").unwrap_or(1))
}
