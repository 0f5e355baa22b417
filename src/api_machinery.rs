//! What the API server does to an object that is handed in, before it is one of [`crate::api`]: gives it its defaults, validates
//! it, and converts it to compact form.
//!
//! The rules are those of `pkg/apis` and `apimachinery` of kube-apiserver, by release and gates ([`crate::api::Behaviour`]). Large
//! `k8s-openapi` types come in; they are decoded by the `kubecast-manifest` package and live only until they are compiled.

pub mod compile;
pub mod defaults;
pub mod validate;
