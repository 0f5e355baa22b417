//! The kinds of objects that the store holds, each one row of one table.
//!
//! A row gives a kind its place in [`Kind`] (and so its log), its variant of [`Change`] and
//! [`ObjectId`], its table, and the encoding of its outcome in the digest. To add a kind is to add a row: the
//! compiler then names every component that must see its changes, or say why it does not
//! ([`unseen`]).

use std::sync::Arc;

use super::outcome;
use super::table::Table;
use crate::api::{
    DaemonSet, DaemonSetId, Deployment, DeploymentId, Namespace, NamespaceId, Node, NodeId, Pod, PodId,
    ReplicaSet, ReplicaSetId, SelectorOwner, SelectorOwnerId,
};
use crate::kernel::Digest;

/// An object that the store can hold.
pub trait Object: Clone + Into<AnyObject> + 'static {
    /// Its number.
    type Id: ObjectNumber;
    /// Its kind.
    const KIND: Kind;

    /// Its number.
    fn id(&self) -> Self::Id;
    /// The table of its kind.
    fn table(tables: &Tables) -> &Table<Self>;
    /// The table of its kind, to write.
    fn table_mut(tables: &mut Tables) -> &mut Table<Self>;
    /// What it was and what it is, as an entry of the log.
    fn change(old: Option<Arc<Self>>, new: Option<Arc<Self>>) -> Change;
}

/// The number of an object of one kind.
pub trait ObjectNumber: Copy + Into<ObjectId> {
    /// From a place in the kind's table.
    fn from_place(place: u32) -> Self;
    /// The place in the kind's table.
    fn place(self) -> usize;
    /// The number, if it is one of this kind.
    fn of(id: ObjectId) -> Option<Self>;
}

macro_rules! kinds {
    ($(
        $(#[$doc:meta])*
        $kind:ident($id:ty), table $table:ident, outcome $tag:literal $encode:path;
    )*) => {
        /// Kinds of objects with a log of their own.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Kind {
            $( $(#[$doc])* $kind, )*
        }

        impl Kind {
            /// All kinds.
            pub const ALL: [Self; [$(stringify!($kind)),*].len()] = [$(Self::$kind),*];
        }

        /// The number of an object of any kind.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum ObjectId {
            $( $(#[$doc])* $kind($id), )*
        }

        /// An object of any kind.
        #[derive(Clone, Debug)]
        pub enum AnyObject {
            $( $(#[$doc])* $kind($kind), )*
        }

        /// A change of one object: what it was and what it is. Without `old` it was created, without
        /// `new` it is gone.
        #[derive(Clone, Debug)]
        pub enum Change {
            $(
                $(#[$doc])*
                $kind {
                    /// Before.
                    old: Option<Arc<$kind>>,
                    /// After.
                    new: Option<Arc<$kind>>,
                },
            )*
        }

        impl Change {
            /// The log that the change belongs to.
            pub fn kind(&self) -> Kind {
                match self { $( Self::$kind { .. } => Kind::$kind, )* }
            }

            /// Adds the change to a digest: its outcome, in a fixed encoding. A kind's tag never changes.
            pub fn encode(&self, digest: &mut Digest) {
                match self {
                    $( Self::$kind { old, new } => $encode($tag, old.as_deref(), new.as_deref(), digest), )*
                }
            }
        }

        /// Does something with an object of any kind.
        pub trait Visitor {
            /// Does it with an object of this kind.
            fn visit<T: Object>(&mut self, object: T);
            /// Does it with the number of an object of this kind.
            fn visit_id<T: Object>(&mut self, id: T::Id);
        }

        impl AnyObject {
            /// Hands the object to a visitor.
            pub fn visit(self, visitor: &mut impl Visitor) {
                match self { $( Self::$kind(object) => visitor.visit(object), )* }
            }
        }

        impl ObjectId {
            /// The kind of the object.
            pub const fn kind(self) -> Kind {
                match self { $( Self::$kind(_) => Kind::$kind, )* }
            }

            /// Hands the number to a visitor.
            pub fn visit(self, visitor: &mut impl Visitor) {
                match self { $( Self::$kind(id) => visitor.visit_id::<$kind>(id), )* }
            }
        }

        /// Every object, by kind and number.
        #[derive(Clone, Debug, Default)]
        pub struct Tables {
            $( $table: Table<$kind>, )*
        }

        $(
            impl Object for $kind {
                type Id = $id;
                const KIND: Kind = Kind::$kind;

                fn id(&self) -> $id {
                    self.id
                }

                fn table(tables: &Tables) -> &Table<Self> {
                    &tables.$table
                }

                fn table_mut(tables: &mut Tables) -> &mut Table<Self> {
                    &mut tables.$table
                }

                fn change(old: Option<Arc<Self>>, new: Option<Arc<Self>>) -> Change {
                    Change::$kind { old, new }
                }
            }

            impl From<$kind> for AnyObject {
                fn from(object: $kind) -> Self {
                    Self::$kind(object)
                }
            }

            impl From<$id> for ObjectId {
                fn from(id: $id) -> Self {
                    Self::$kind(id)
                }
            }

            impl ObjectNumber for $id {
                fn from_place(place: u32) -> Self {
                    Self(place)
                }

                fn place(self) -> usize {
                    self.index()
                }

                fn of(id: ObjectId) -> Option<Self> {
                    if let ObjectId::$kind(id) = id { Some(id) } else { None }
                }
            }
        )*
    };
}

// A reader that sees several logs at one instant sees them in this order.
kinds! {
    /// v1 Namespace.
    Namespace(NamespaceId), table namespaces, outcome 7 outcome::namespace;
    /// v1 Node.
    Node(NodeId), table nodes, outcome 1 outcome::node;
    /// v1 Pod.
    Pod(PodId), table pods, outcome 2 outcome::pod;
    /// apps/v1 ReplicaSet.
    ReplicaSet(ReplicaSetId), table replica_sets, outcome 3 outcome::replica_set;
    /// apps/v1 Deployment.
    Deployment(DeploymentId), table deployments, outcome 4 outcome::deployment;
    /// v1 Service, v1 ReplicationController, apps/v1 StatefulSet: the selector that it has.
    SelectorOwner(SelectorOwnerId), table selector_owners, outcome 5 outcome::selector_owner;
    /// apps/v1 DaemonSet.
    DaemonSet(DaemonSetId), table daemon_sets, outcome 20 outcome::daemon_set;
}

/// A component says here that it passes over changes of a kind, and why. So no kind is passed over by
/// oversight: the compiler asks every component about a new one.
pub const fn unseen(_why: &'static str) {}

/// A set of kinds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct KindSet(u32);

impl KindSet {
    /// Adds a kind.
    pub fn insert(&mut self, kind: Kind) {
        self.0 |= 1 << kind as u32;
    }

    /// Takes out the first kind of the list of kinds, if there is one.
    pub fn pop_first(&mut self) -> Option<Kind> {
        let place = self.0.trailing_zeros();
        self.0 &= self.0.wrapping_sub(1);
        Kind::ALL.get(place as usize).copied()
    }
}

const _: () = assert!(Kind::ALL.len() <= 32, "a set of kinds has 32 places");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_gives_kinds_in_the_order_of_the_list() {
        let mut set = KindSet::default();
        for kind in [Kind::SelectorOwner, Kind::Pod, Kind::Pod] {
            set.insert(kind);
        }
        assert_eq!((set.pop_first(), set.pop_first()), (Some(Kind::Pod), Some(Kind::SelectorOwner)));
        assert_eq!(set.pop_first(), None);
    }

    #[test]
    fn a_number_knows_its_kind() {
        let id = ObjectId::from(PodId(7));
        assert_eq!((PodId::of(id), NodeId::of(id)), (Some(PodId(7)), None));
    }
}
