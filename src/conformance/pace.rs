//! Kinds `pace-single`, `pace-many`, `pace-ops`, `pace-other` (DaemonSets; StatefulSets have no answer yet): what the controllers and the scheduler of v1.36.2 write, and when. The
//! real code ran on a virtual clock, behind client-go's clients with their limits; latencies and start-up times are
//! given, so nothing is drawn.
//!
//! A write agrees if it is of the same component, on the same object, with the same outcome, within a
//! millisecond. Where the recording could as well have come out otherwise (`sensitive`), counts and times of
//! completion are held against it roughly.

mod observer;
mod operations;
mod scene;
mod verdict;

use std::sync::Arc;

use serde_json::{Value, json};

use self::observer::Observer;
use self::scene::Scene;
use crate::cluster::world;
use crate::kernel::{Draws, Probe, Seed};

/// The model's answer: what was recorded where it agrees, else what came out.
pub fn check(vector: &Value) -> Result<Value, String> {
    let scene = Scene::new(vector)?;
    let mut observer = Observer::new(&scene);
    world::run(&Arc::clone(&scene.setup), Draws::new(Seed(1), 0), &mut observer, Probe::default());
    let found = observer.finish();
    let recorded = vector.get("expect").unwrap_or(&Value::Null);
    let expect = match vector.get("sensitive") {
        None => verdict::exact(recorded, &found),
        Some(_) => verdict::rough(recorded, vector.get("alternative").unwrap_or(&Value::Null), &found),
    };
    Ok(json!({ "expect": expect }))
}
