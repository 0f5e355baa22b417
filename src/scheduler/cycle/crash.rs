//! Where kube-scheduler itself ends: inputs on which some releases panic. A cluster of such a release schedules nothing
//! as long as the input is there, since the scheduler panics again when it has started anew.

/// v1.33.0 to v1.33.3: requests of a pod that runs are added up, and a container without requests has some in its
/// status (pull requests 132895, 133285).
pub const NIL_MAP: &str = "assignment to entry in nil map";
/// v1.27.14, v1.28.10, v1.29.5, v1.30.0, v1.30.1: PreFilter names nodes, none of which is there (issue 124930).
pub const DIVIDE_BY_ZERO: &str = "integer divide by zero";
