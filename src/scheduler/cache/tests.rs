//! The cache: what it counts as pods and nodes come and go.

use super::*;
use crate::api::testing::{node, pod};
use crate::api::{NodeImage, PodAffinity};

#[test]
fn pods_and_nodes_come_and_go_in_any_order() {
    let mut names = Interner::new();
    let mut cache = Cache::new(&mut names);
    let mut early = pod(&mut names, 0, "early");
    early.node = Some(NodeId(3));
    Arc::make_mut(&mut early.spec).priority = -5;
    Arc::make_mut(&mut early.spec).anti_affinity = required_term();
    cache.put_pod(Arc::new(early.clone()));
    assert_eq!(cache.lowest_priority(), Some(-5));
    assert!(cache.nodes_with_affinity().is_empty(), "its node is not there yet");
    cache.put_node(&Arc::new(node(&mut names, 3, "n")));
    assert_eq!(cache.nodes_with_required_anti_affinity(), [NodeId(3)], "now it is");
    cache.put_pod(Arc::new(early.clone()));
    cache.refresh();
    assert_eq!((cache.nodes(), cache.node_info(NodeId(3)).pods().len()), (&[NodeId(3)][..], 1));
    cache.remove_node(NodeId(3));
    cache.refresh();
    assert!(cache.nodes().is_empty() && cache.nodes_with_required_anti_affinity().is_empty());
    assert!(cache.remove_pod(early.id) && !cache.remove_pod(early.id));
    assert_eq!((cache.lowest_priority(), cache.home_of(early.id)), (None, None));
}

fn required_term() -> PodAffinity {
    let term = crate::api::AffinityTerm {
        selector: None,
        namespaces: Vec::new(),
        namespace_selector: None,
        every_namespace_if_incoming: false,
        topology_key: Symbol(0),
        match_label_keys: Vec::new(),
        mismatch_label_keys: Vec::new(),
    };
    PodAffinity { required: vec![term], preferred: Vec::new() }
}

#[test]
fn images_are_counted_once_a_node() {
    let mut names = Interner::new();
    let mut cache = Cache::new(&mut names);
    let image = NodeImage { name: names.intern("web:1"), size_bytes: 9 };
    for id in 0..2 {
        let mut made = node(&mut names, id, &format!("n{id}"));
        made.images = vec![image, image];
        cache.put_node(&Arc::new(made.clone()));
        cache.put_node(&Arc::new(made));
    }
    assert_eq!(cache.image(image.name), Some(ImageState { size_bytes: 9, nodes: 2 }));
    cache.remove_node(NodeId(0));
    cache.remove_node(NodeId(1));
    assert_eq!(cache.image(image.name), None);
}
