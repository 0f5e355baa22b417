//! What plugins write in one scheduling cycle for themselves to read later in it (`CycleState` of
//! kube-scheduler v1.34), apart from the plugins, so that it can be cloned for trials.
//!
//! Kubernetes keeps untyped values under text keys; here a value is found by its type, which is its
//! plugin's own. Allocations are reused from cycle to cycle: a value that the present cycle has not written
//! yet is still there to be filled anew, but is not read and not cloned.

use std::any::{Any, TypeId};
use std::fmt;

use super::plugin_id::PluginSet;

/// A value that can be kept.
trait Value: Send {
    fn as_any(&self) -> &dyn Any;
    fn as_any_mut(&mut self) -> &mut dyn Any;
    fn cloned(&self) -> Box<dyn Value>;
}

impl<T: Any + Clone + Send> Value for T {
    fn as_any(&self) -> &dyn Any {
        self
    }

    fn as_any_mut(&mut self) -> &mut dyn Any {
        self
    }

    fn cloned(&self) -> Box<dyn Value> {
        Box::new(self.clone())
    }
}

struct Slot {
    key: TypeId,
    /// The present cycle wrote it.
    is_written: bool,
    value: Box<dyn Value>,
}

/// The state of a cycle.
#[derive(Default)]
pub struct CycleState {
    slots: Vec<Slot>,
    /// The plugins whose filter passes every node.
    pub(super) skip_filter: PluginSet,
    /// The plugins that give no scores.
    pub(super) skip_score: PluginSet,
}

impl CycleState {
    /// A new cycle begins: nothing is written yet.
    pub fn begin(&mut self) {
        self.slots.iter_mut().for_each(|slot| slot.is_written = false);
        self.skip_filter = PluginSet::default();
        self.skip_score = PluginSet::default();
    }

    /// The value of a type, to be written. It may hold what an earlier cycle left there.
    pub fn write<T: Any + Clone + Default + Send>(&mut self) -> &mut T {
        let key = TypeId::of::<T>();
        let place = self.slots.iter().position(|slot| slot.key == key).unwrap_or_else(|| {
            self.slots.push(Slot { key, is_written: false, value: Box::<T>::default() });
            self.slots.len() - 1
        });
        let slot = &mut self.slots[place];
        slot.is_written = true;
        slot.value.as_mut().as_any_mut().downcast_mut().expect("a slot holds the type of its key")
    }

    /// The value of a type, if this cycle has written one.
    pub fn get<T: Any>(&self) -> Option<&T> {
        let key = TypeId::of::<T>();
        let slot = self.slots.iter().find(|slot| slot.key == key && slot.is_written)?;
        slot.value.as_ref().as_any().downcast_ref()
    }

    /// The value of a type. A profile sees to it that the method which writes it runs first.
    pub fn read<T: Any>(&self) -> &T {
        self.get().expect("a plugin has prepared what it reads")
    }

    /// The value of a type, to be changed, if this cycle has written one.
    pub fn get_mut<T: Any>(&mut self) -> Option<&mut T> {
        let key = TypeId::of::<T>();
        let slot = self.slots.iter_mut().find(|slot| slot.key == key && slot.is_written)?;
        slot.value.as_mut().as_any_mut().downcast_mut()
    }
}

impl Clone for CycleState {
    /// What this cycle has written.
    fn clone(&self) -> Self {
        let written = self.slots.iter().filter(|slot| slot.is_written);
        let slots = written.map(|slot| Slot { value: slot.value.as_ref().cloned(), ..*slot });
        Self { slots: slots.collect(), skip_filter: self.skip_filter, skip_score: self.skip_score }
    }
}

impl fmt::Debug for CycleState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let written = self.slots.iter().filter(|slot| slot.is_written).count();
        f.debug_struct("CycleState").field("written", &written).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Clone, Default)]
    struct Counts(Vec<i64>);

    #[derive(Clone, Default)]
    struct Other(i64);

    #[test]
    fn a_clone_changes_by_itself_and_a_new_cycle_reads_nothing_old() {
        let mut state = CycleState::default();
        state.write::<Counts>().0.push(1);
        let mut trial = state.clone();
        trial.get_mut::<Counts>().expect("written").0.push(2);
        trial.write::<Other>().0 = 7;
        assert_eq!((state.read::<Counts>().0.len(), trial.read::<Counts>().0.len()), (1, 2));
        assert!(state.get::<Other>().is_none());
        state.begin();
        assert!(state.get::<Counts>().is_none() && state.get_mut::<Counts>().is_none());
        assert!(state.clone().slots.is_empty(), "a clone takes only what was written");
        assert_eq!(state.write::<Counts>().0, [1], "the memory is still there");
    }
}
