//! `spec.volumes` of pods, by kind of volume.

use super::Coverage::{Irrelevant, Simulated};
use super::{Coverage, Field, Reach, gap};

const MOUNTED: &str = "it is mounted on whichever node the pod is, and is assumed to be there";

/// A volume that lies in a place, or may be attached to so many nodes only.
const BOUND: Coverage = gap(
    "persistent volumes",
    "volumes bind no pod to a zone or node, attach limits and access modes do not count",
    Reach::NewPods,
);

/// The kinds of a volume. Those that this list does not know are gaps.
pub const VOLUME: &[Field] = &[
    ("awsElasticBlockStore", BOUND),
    ("azureDisk", BOUND),
    ("azureFile", Irrelevant(MOUNTED)),
    ("cephfs", Irrelevant(MOUNTED)),
    ("cinder", BOUND),
    ("configMap", Irrelevant(MOUNTED)),
    ("csi", BOUND),
    ("downwardAPI", Irrelevant(MOUNTED)),
    ("emptyDir", Irrelevant("what a pod writes is not simulated; requests of ephemeral-storage count")),
    ("ephemeral", BOUND),
    ("fc", BOUND),
    ("gcePersistentDisk", BOUND),
    ("gitRepo", Irrelevant(MOUNTED)),
    ("glusterfs", Irrelevant(MOUNTED)),
    ("hostPath", Irrelevant(MOUNTED)),
    ("iscsi", BOUND),
    ("name", Simulated),
    ("nfs", Irrelevant(MOUNTED)),
    ("persistentVolumeClaim", BOUND),
    ("projected", Irrelevant(MOUNTED)),
    ("rbd", BOUND),
    ("secret", Irrelevant(MOUNTED)),
    ("vsphereVolume", BOUND),
];
