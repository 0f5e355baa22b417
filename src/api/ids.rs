//! Dense numbers of objects, and UIDs.

macro_rules! dense_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub u32);

        impl $name {
            /// The number as an index into a table.
            pub fn index(self) -> usize {
                self.0 as usize
            }
        }
    };
}

dense_id! {
    /// A node, in order of creation. Numbers are never used twice in a run.
    NodeId
}
dense_id! {
    /// A pod, in order of creation. Numbers are never used twice in a run.
    PodId
}
dense_id! {
    /// A Deployment, in order of creation. Numbers are never used twice in a run.
    DeploymentId
}
dense_id! {
    /// A ReplicaSet, in order of creation. Numbers are never used twice in a run.
    ReplicaSetId
}

dense_id! {
    /// A Service, ReplicationController or StatefulSet, as the owner of a selector. Numbers are never used
    /// twice in a run.
    SelectorOwnerId
}

dense_id! {
    /// A StatefulSet, in order of creation. Numbers are never used twice in a run.
    StatefulSetId
}

dense_id! {
    /// A DaemonSet, in order of creation. Numbers are never used twice in a run.
    DaemonSetId
}

dense_id! {
    /// A namespace, in order of creation. Numbers are never used twice in a run.
    NamespaceId
}

/// The number of an object that owns others, by its kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum OwnerId {
    /// A Deployment, which owns ReplicaSets.
    Deployment(DeploymentId),
    /// A ReplicaSet, which owns pods.
    ReplicaSet(ReplicaSetId),
    /// A DaemonSet, which owns pods.
    DaemonSet(DaemonSetId),
}

/// `metadata.uid` as a number whose order is the bytewise order of the canonical text.
///
/// Kubernetes breaks ties between pods of similar age by comparing UIDs as strings; canonical UUIDs
/// (lower-case hexadecimal, fixed places for the dashes) compare like the 128-bit number they stand for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Uid(pub u128);

impl Uid {
    /// Reads a canonical UUID; any other text is taken by its first 16 bytes, which keeps the
    /// bytewise order of texts that differ there.
    pub fn from_text(text: &str) -> Self {
        let hex: String = text.chars().filter(|c| *c != '-').collect();
        if hex.len() == 32
            && text.len() == 36
            && let Ok(value) = u128::from_str_radix(&hex, 16)
        {
            return Self(value);
        }
        let mut bytes = [0_u8; 16];
        for (place, byte) in bytes.iter_mut().zip(text.bytes()) {
            *place = byte;
        }
        Self(u128::from_be_bytes(bytes))
    }
}

impl std::fmt::Display for Uid {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let hex = format!("{:032x}", self.0);
        write!(f, "{}-{}-{}-{}-{}", &hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn uids_order_like_their_text() {
        let texts = ["0a000000-0000-4000-8000-000000000001", "a0000000-0000-4000-8000-000000000000"];
        assert!(Uid::from_text(texts[0]) < Uid::from_text(texts[1]));
        assert_eq!(Uid::from_text(texts[0]).to_string(), texts[0]);
        assert!(Uid::from_text("u00") < Uid::from_text("u01"));
    }
}
