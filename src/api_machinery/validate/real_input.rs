//! Manifests and cluster snapshots that real API servers take are taken here.

use std::fs;
use std::path::Path;

use kubecast_manifest::{decode_object, parse};

use super::testing::release;
use super::validate;
use crate::api_machinery::defaults;

#[test]
fn real_manifests_have_no_fault() {
    let inputs = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/inputs");
    if !inputs.is_dir() {
        eprintln!("SKIPPED: {} is not there", inputs.display());
        return;
    }
    let mut objects = 0;
    for name in ["k8s-sims/nodes-100.yaml", "k8s-sims/pods-100.yaml", "manifests/microservices-demo.yaml"] {
        let text = fs::read_to_string(inputs.join(name)).expect("readable");
        for document in parse(name, &text).expect("valid YAML") {
            let mut object = decode_object(&document.tree).expect("decodes").object;
            for minor in [24, 34, 37] {
                let behaviour = release(minor);
                defaults::apply(&mut object, &behaviour);
                assert_eq!(validate(&object, &behaviour), [], "{name}:{}", document.tree.line);
            }
            objects += 1;
        }
    }
    assert!(objects > 1000, "{objects} objects");
}
