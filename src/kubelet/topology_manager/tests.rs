//! Tests of the Topology Manager.
