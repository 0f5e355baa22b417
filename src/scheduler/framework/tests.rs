//! A plugin of a user's own, with public means only; the order of the stages; and pods that come and go in
//! a cycle's state.

mod own_plugin;
mod pods_in_state;
