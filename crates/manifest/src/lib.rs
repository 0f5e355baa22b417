//! Kubernetes manifests as text: YAML and JSON to trees that know their places, trees to
//! `k8s-openapi` types or any other `serde` type.
//!
//! This package is the only one that instantiates the decoders of the large Kubernetes types
//! ([`object::decode_object`]), so that a rebuild of what stands above it stays fast.
//!
//! ```
//! use kubecast_manifest::{Object, decode_object, parse};
//!
//! let documents = parse("demo.yaml", "apiVersion: v1\nkind: Namespace\nmetadata: {name: web}\n").unwrap();
//! let decoded = decode_object(&documents[0].tree).unwrap();
//! assert!(matches!(decoded.object, Object::Namespace(_)));
//! ```

pub mod decode;
pub mod document;
mod encoding;
pub mod error;
mod json_texts;
pub mod object;
mod scalar;
pub mod source;
pub mod tree;
mod yaml;

pub use decode::{DecodeError, UnknownField, decode};
pub use document::{Document, parse};
pub use error::ManifestError;
pub use k8s_openapi;
pub use object::{Decoded, Object, canonical_json, decode_object};
pub use tree::{Entry, Tree, Value};
