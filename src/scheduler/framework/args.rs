//! The arguments of a profile's plugins (`pluginConfig`), each of the type that its plugin declares.

use std::any::Any;
use std::fmt::Debug;
use std::sync::Arc;

use crate::kernel::Interner;

/// Arguments of a plugin.
pub trait Arguments: Clone + Debug + PartialEq + Send + Sync + 'static {
    /// What holds where a profile says nothing.
    fn defaults(names: &mut Interner) -> Self;
}

/// Arguments whose type is not known here.
trait Held: Debug + Send + Sync {
    fn as_any(&self) -> &dyn Any;
    fn equals(&self, other: &dyn Held) -> bool;
}

impl<T: Arguments> Held for T {
    fn as_any(&self) -> &dyn Any {
        self
    }

    fn equals(&self, other: &dyn Held) -> bool {
        other.as_any().downcast_ref::<T>() == Some(self)
    }
}

/// Arguments by their type, one value of each.
#[derive(Clone, Debug, Default)]
pub struct PluginArgs(Vec<Arc<dyn Held>>);

impl PluginArgs {
    /// The arguments of this type, if there are any.
    pub fn get<T: Arguments>(&self) -> Option<&T> {
        self.0.iter().find_map(|held| held.as_ref().as_any().downcast_ref())
    }

    /// The arguments of this type. A profile holds those of every plugin of its registry.
    pub fn of<T: Arguments>(&self) -> &T {
        self.get().expect("a profile holds the arguments of every plugin")
    }

    /// Sets the arguments of a type.
    pub fn set<T: Arguments>(&mut self, args: T) {
        let new: Arc<dyn Held> = Arc::new(args);
        match self.0.iter_mut().find(|held| held.as_ref().as_any().is::<T>()) {
            Some(held) => *held = new,
            None => self.0.push(new),
        }
    }

    /// For the line of a plugin that takes arguments of which nothing is simulated: there is nothing to set.
    pub fn fill_nothing(_args: &mut Self, _names: &mut Interner) {}

    /// Sets the arguments of a type to the defaults, if they are not set.
    pub fn fill<T: Arguments>(&mut self, names: &mut Interner) {
        if self.get::<T>().is_none() {
            self.set(T::defaults(names));
        }
    }
}

impl PartialEq for PluginArgs {
    /// In whatever order they were set.
    fn eq(&self, other: &Self) -> bool {
        let holds = |held: &Arc<dyn Held>| other.0.iter().any(|theirs| held.equals(theirs.as_ref()));
        self.0.len() == other.0.len() && self.0.iter().all(holds)
    }
}

impl Eq for PluginArgs {}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Clone, Debug, PartialEq)]
    struct Percentage(i32);

    #[derive(Clone, Debug, PartialEq)]
    struct Label(&'static str);

    impl Arguments for Percentage {
        fn defaults(_: &mut Interner) -> Self {
            Self(10)
        }
    }

    impl Arguments for Label {
        fn defaults(_: &mut Interner) -> Self {
            Self("zone")
        }
    }

    #[test]
    fn what_is_set_stays_and_the_rest_is_filled() {
        let names = &mut Interner::new();
        let (mut args, mut others) = (PluginArgs::default(), PluginArgs::default());
        args.set(Percentage(3));
        args.fill::<Percentage>(names);
        args.fill::<Label>(names);
        assert_eq!((args.of::<Percentage>(), args.of::<Label>()), (&Percentage(3), &Label("zone")));
        others.fill::<Label>(names);
        assert_ne!(args, others);
        others.set(Percentage(4));
        assert_ne!(args, others);
        others.set(Percentage(3));
        assert_eq!(args, others, "the order does not count");
    }
}
