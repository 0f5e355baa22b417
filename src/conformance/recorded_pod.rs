//! Kubernetes objects in vectors: their JSON to the API's types, pods further on to the compact form.
//! A field that the type does not know is an error.

use kubecast_manifest::{Object, Tree, decode_object, tree};
use serde_json::Value;

use crate::api::{Behaviour, NodeId, Pod, PodId, PriorityClasses};
use crate::api_machinery::compile::{CompileContext, CompiledPod, compile_pod};
use crate::kernel::Interner;

/// Reads an object of a kind that its place in the vector says; vectors need not repeat it.
pub(super) fn object(json: &Value, api_version: &str, kind: &str) -> Result<Object, String> {
    let mut tree = Tree::from_json(json);
    for (pointer, text) in [("/apiVersion", api_version), ("/kind", kind)] {
        tree.set(pointer, tree::Value::String(text.to_owned()).into())?;
    }
    let decoded = decode_object(&tree).map_err(|error| format!("{kind}: {error}"))?;
    match decoded.unknown_fields.first() {
        Some(unknown) => Err(format!("{kind}: {unknown}")),
        None => Ok(decoded.object),
    }
}

/// Reads a pod up to its numbers. Label keys are merged.
pub(super) fn compiled_pod(
    json: &Value,
    behaviour: &Behaviour,
    names: &mut Interner,
) -> Result<CompiledPod, String> {
    let Object::Pod(source) = object(json, "v1", "Pod")? else { return Err("not a pod".to_owned()) };
    let priorities = PriorityClasses::default();
    let context = CompileContext::new(behaviour, &priorities);
    Ok(compile_pod(&source, &context, names))
}

/// Reads one pod whose owner does not matter. Nodes get numbers by their names' first appearance in
/// `names`.
pub(super) fn pod(id: u32, json: &Value, behaviour: &Behaviour, names: &mut Interner) -> Result<Pod, String> {
    let compiled = compiled_pod(json, behaviour, names)?;
    let node = compiled.node_name.map(|name| NodeId(name.0));
    Ok(compiled.numbered(PodId(id), node, None))
}
