//! From what a profile enables to the plugins at each point, in order (`NewFramework` in
//! `pkg/scheduler/framework/runtime/framework.go` of kube-scheduler v1.34).
//!
//! | what a point runs | |
//! | --- | --- |
//! | first | plugins that stand in its own list and in `multiPoint`, in the order of its own list |
//! | then | the other plugins of `multiPoint` that can stand there, in its order, but those that the point disables |
//! | last | the rest of its own list, in its order |
//!
//! A point that disables `*` runs its own list alone. A weight is looked up in the list of `score` first,
//! then in `multiPoint`; 0 stands for 1.
//!
//! The sum of all weights cannot overflow, which kube-scheduler guards against as well: a weight has 32
//! bits, and each of the few plugins counts once.

use std::fmt;

use super::plugins::{PluginLists, Plugins};
use crate::scheduler::framework::{Descriptor, Point, Registry};

/// Why a framework cannot be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProfileFault {
    /// What is wrong, in kube-scheduler's words.
    pub message: String,
    /// Whose list it is about: a point's or, with `None`, `multiPoint`'s.
    pub point: Option<Point>,
    /// The entry of that list, if it is about one that the user wrote.
    pub place: Option<usize>,
}

impl fmt::Display for ProfileFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for ProfileFault {}

/// The plugins at every point, with their weights.
#[derive(Debug)]
pub(super) struct Expansion<'p> {
    at: [Vec<&'static Descriptor>; Point::COUNT],
    plugins: &'p Plugins,
}

/// Puts every plugin where it belongs.
pub(super) fn expand<'p>(
    plugins: &'p Plugins,
    registry: &Registry,
    scheduler_name: &str,
) -> Result<Expansion<'p>, ProfileFault> {
    for point in Point::ALL {
        check_list(point, plugins.at(point), registry)?;
    }
    let mut at = [const { Vec::new() }; Point::COUNT];
    for point in Point::ALL {
        at[point as usize] = at_point(point, plugins, registry)?;
    }
    let expansion = Expansion { at, plugins };
    let about_all = |message: String| ProfileFault { message, point: None, place: None };
    let sorts = expansion.at(Point::QueueSort).len();
    if sorts != 1 {
        return Err(about_all(format!(
            "only one queue sort plugin required for profile with scheduler name {scheduler_name:?}, but got {sorts}"
        )));
    }
    if expansion.at(Point::Bind).is_empty() {
        return Err(about_all(format!(
            "at least one bind plugin is needed for profile with scheduler name {scheduler_name:?}"
        )));
    }
    Ok(expansion)
}

/// The list of a point itself: plugins that are there, can stand there, each once.
fn check_list(point: Point, lists: &PluginLists, registry: &Registry) -> Result<(), ProfileFault> {
    for (place, entry) in lists.enabled.iter().enumerate() {
        let interface = point.interface();
        let fault = |message| Err(ProfileFault { message, point: Some(point), place: entry.place });
        let name = &entry.name;
        let Some(plugin) = line(registry, name) else {
            return fault(format!("{interface} {name:?} does not exist"));
        };
        if !plugin.points.contains(&point) {
            return fault(format!("plugin {name:?} does not extend {interface} plugin"));
        }
        if lists.enabled[..place].iter().any(|other| other.name == *name) {
            return fault(format!("plugin {name:?} already registered as {interface:?}"));
        }
    }
    Ok(())
}

fn at_point(
    point: Point,
    plugins: &Plugins,
    registry: &Registry,
) -> Result<Vec<&'static Descriptor>, ProfileFault> {
    let own = plugins.at(point);
    let listed: Vec<_> = own.enabled.iter().filter_map(|entry| line(registry, &entry.name)).collect();
    if own.disables_all() {
        return Ok(listed);
    }
    let mut overriding: Vec<&Descriptor> = Vec::new();
    let mut others: Vec<&Descriptor> = Vec::new();
    for entry in &plugins.multi_point.enabled {
        let (name, interface) = (&entry.name, point.interface());
        let fault = |message| Err(ProfileFault { message, point: None, place: entry.place });
        let Some(plugin) = line(registry, name) else {
            return fault(format!("{interface} {name:?} does not exist"));
        };
        if !plugin.points.contains(&point) || own.disables(name) {
            continue;
        }
        let is_it = |other: &&Descriptor| other.name == plugin.name;
        if listed.iter().any(is_it) {
            overriding.push(plugin);
        } else if others.iter().any(is_it) {
            return fault(format!("plugin {name:?} already registered as {interface:?}"));
        } else {
            others.push(plugin);
        }
    }
    let (first, last): (Vec<_>, Vec<_>) =
        listed.into_iter().partition(|plugin| overriding.iter().any(|other| other.name == plugin.name));
    Ok([first, others, last].concat())
}

fn line(registry: &Registry, name: &str) -> Option<&'static Descriptor> {
    registry.by_name(name).map(|id| registry.line(id))
}

impl Expansion<'_> {
    /// The plugins of a point, in order.
    pub(super) fn at(&self, point: Point) -> &[&'static Descriptor] {
        &self.at[point as usize]
    }

    /// A plugin's weight in scoring.
    pub(super) fn weight(&self, plugin: &Descriptor) -> i64 {
        let lists = [self.plugins.at(Point::Score), &self.plugins.multi_point];
        let entry = lists.iter().flat_map(|lists| &lists.enabled).find(|entry| entry.name == plugin.name);
        match entry.map_or(0, |entry| entry.weight) {
            0 => 1,
            weight => i64::from(weight),
        }
    }

    /// Refuses a plugin that would sort the queue, which it does itself.
    pub(super) fn check_queue_sort(&self) -> Result<(), ProfileFault> {
        let point = Point::QueueSort;
        match self.at(point).iter().find(|plugin| plugin.is_simulated()) {
            None => Ok(()),
            Some(plugin) => {
                let message = format!("{} cannot sort the queue, which sorts as PrioritySort", plugin.name);
                Err(ProfileFault { message, point: Some(point), place: None })
            }
        }
    }

    /// Refuses a plugin that would fail every pod. Kube-scheduler starts all the same, and then schedules
    /// nothing.
    pub(super) fn check_preparation(&self) -> Result<(), ProfileFault> {
        for (point, before) in [(Point::Filter, Point::PreFilter), (Point::Score, Point::PreScore)] {
            let unprepared = self.at(point).iter().find(|plugin| {
                plugin.needs_preparation.contains(&point)
                    && !self.at(before).iter().any(|other| other.name == plugin.name)
            });
            if let Some(plugin) = unprepared {
                let (name, point_name, before) = (plugin.name, point.field(), before.field());
                let message = format!(
                    "{name} runs at {point_name} without running at {before}: kube-scheduler would start, but fail every pod there; disable {name} at {point_name} too"
                );
                return Err(ProfileFault { message, point: Some(point), place: None });
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
