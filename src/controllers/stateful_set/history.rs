//! The revisions of a StatefulSet's template (`getStatefulSetRevisions`, `truncateHistory`; `pkg/controller/history`).

use std::collections::BTreeSet;

use crate::api::{ControllerRevision, PodTemplate, Symbol};

/// Which revision has the template that is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// The newest one.
    Newest(Symbol),
    /// An older one, which becomes the newest: it gets this number.
    Again {
        /// Its name.
        name: Symbol,
        /// Its new number.
        revision: i64,
    },
    /// None yet: one with this number is made.
    New {
        /// Its number.
        revision: i64,
    },
}

/// Revisions from the oldest to the newest: by number, then by age, then as they stand
/// (`SortControllerRevisions`; names decide there, and the caller lists them by name).
pub fn sort(revisions: &mut [&ControllerRevision]) {
    revisions.sort_by_key(|revision| (revision.revision, revision.created));
}

/// Finds the revision of a template among all, sorted.
pub fn wanted(revisions: &[&ControllerRevision], template: &PodTemplate) -> Wanted {
    let next = revisions.last().map_or(1, |newest| newest.revision + 1);
    let equal = revisions.iter().rposition(|revision| revision.template.equals(template));
    match equal {
        Some(place) if place + 1 == revisions.len() => Wanted::Newest(revisions[place].name),
        Some(place) => Wanted::Again { name: revisions[place].name, revision: next },
        None => Wanted::New { revision: next },
    }
}

/// The revisions, of all and sorted, that are deleted: the oldest that nothing has, above so many.
pub fn surplus(revisions: &[&ControllerRevision], live: &BTreeSet<Symbol>, limit: i32) -> Vec<Symbol> {
    let dead: Vec<Symbol> =
        revisions.iter().map(|held| held.name).filter(|name| !live.contains(name)).collect();
    let above = dead.len().saturating_sub(usize::try_from(limit).unwrap_or(0));
    dead[..above].to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::Timestamp;
    use crate::controllers::deployment::fixtures::template;

    fn revision(name: u32, revision: i64, of: &str) -> ControllerRevision {
        ControllerRevision { name: Symbol(name), revision, created: Timestamp(0), template: template(of) }
    }

    #[test]
    fn a_rollback_takes_the_old_revision_again() {
        let (first, second, third) = (revision(1, 1, "a"), revision(2, 2, "b"), revision(3, 3, "a"));
        assert_eq!(wanted(&[], &template("a")), Wanted::New { revision: 1 });
        assert_eq!(wanted(&[&first, &second], &template("b")), Wanted::Newest(Symbol(2)));
        let again = Wanted::Again { name: Symbol(1), revision: 3 };
        assert_eq!(wanted(&[&first, &second], &template("a")), again);
        assert_eq!(wanted(&[&first, &second], &template("c")), Wanted::New { revision: 3 });
        let newest_of_two = wanted(&[&first, &second, &third], &template("a"));
        assert_eq!(newest_of_two, Wanted::Newest(Symbol(3)));
    }

    #[test]
    fn the_oldest_dead_revisions_go_first() {
        let kept = [revision(4, 1, "a"), revision(2, 2, "b"), revision(9, 3, "c"), revision(1, 5, "d")];
        let mut sorted: Vec<&ControllerRevision> = kept.iter().rev().collect();
        sort(&mut sorted);
        // 2 and 1 live; of 4 and 9, with a limit of 1, the older goes.
        let live = BTreeSet::from([Symbol(2), Symbol(1)]);
        assert_eq!(surplus(&sorted, &live, 1), [Symbol(4)]);
        assert_eq!(surplus(&sorted, &live, 0), [Symbol(4), Symbol(9)]);
        assert_eq!(surplus(&sorted, &live, 10), []);
    }
}
