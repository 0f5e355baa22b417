//! What `docs/rollout-trace.md` says of each step of the trace, in order; the step's own words come first, so
//! that a trace that changes is not explained by sentences written for another.

/// A step in its own words, and the rule that caused it.
pub(crate) const PROSE: [(&str, &str); 60] = [
    (
        "Deployment web is there",
        "The API server stores it; the watch shows it to the Deployment controller, which puts its key into the work queue.",
    ),
    (
        "ReplicaSet A is made, for 8 pods",
        "`getNewReplicaSet`: no ReplicaSet has the Deployment's template, so one is made. Its size is what `replicas + maxSurge` leaves after all other ReplicaSets, at most `replicas`: with no others, 8 of the 10 allowed.",
    ),
    (
        "Deployment web: revision 1; NewReplicaSetCreated",
        "The Deployment takes the revision of its new ReplicaSet, one more than the highest of the old ones (0), and begins to count its deadline.",
    ),
    (
        "made",
        "`manageReplicas`: 8 pods are wanted, none is active. They are created in batches of 1, 2, 4 and 1 (slow start), all in one sync, as 500 would be.",
    ),
    (
        "ReplicaSet A reports 0 pods, 0 ready, 0 available",
        "`calculateStatus` counts the pods that this sync listed *before* it created any. Written all the same: the generation that it has observed is news.",
    ),
    (
        "bound",
        "Pods go where the least is requested (NodeResourcesFit) and the fewest pods of their ReplicaSet are (the default constraints of PodTopologySpread); of equal nodes this scenario takes the first name (`tieBreak: first`), kube-scheduler any. Eight pods on four nodes: two each.",
    ),
    (
        "ReplicaSet A reports 8 pods, 0 ready, 0 available",
        "Created pods reach the controller's cache as watch events, each of which puts the ReplicaSet's key into the queue again; this sync lists all eight.",
    ),
    (
        "Deployment web: 8 pods, 8 updated, 0 ready, 0 available; ReplicaSetUpdated",
        "The Deployment's status is the sum of its ReplicaSets'. More updated pods than before count as progress, so the deadline starts anew.",
    ),
    ("ready", "Four seconds after the binding all containers run; without a readiness probe that is ready."),
    (
        "ReplicaSet A reports 8 pods, 8 ready, 0 available",
        "Ready is not yet available: `minReadySeconds` is 2. The controller asks its queue to look again when the first pod has been ready so long (so v1.34; earlier releases look a second later, and for a pod that became ready after others perhaps much later).",
    ),
    (
        "Deployment web: 8 pods, 8 updated, 8 ready, 0 available",
        "More ready pods: progress again, with the same reason.",
    ),
    (
        "ReplicaSet A reports 8 pods, 8 ready, 8 available",
        "The look that was asked for. Nothing happened in the cluster; time alone made the pods available.",
    ),
    (
        "Deployment web: 8 pods, 8 updated, 8 ready, 8 available; NewReplicaSetAvailable",
        "`DeploymentComplete`: updated, all and available pods are `replicas`, and the generation is the observed one. No deadline runs any more.",
    ),
    (
        "`setImage deployment/default/web *=web:v2`",
        "The template changes, and with it the generation. No pod does anything yet.",
    ),
    (
        "ReplicaSet B is made, for 2 pods",
        "The rollout begins. 25 % of 8 is 2: at most 10 pods, and 8 are there, so the new ReplicaSet starts with 2.",
    ),
    (
        "Deployment web: revision 2; NewReplicaSetCreated",
        "Revision 1 is the highest of the old ones; the new one is 2.",
    ),
    (
        "ReplicaSet A: 8 → 6 pods",
        "The same sync goes on to `reconcileOldReplicaSets`, which later syncs do only if there is nothing to scale up. At least 8 − 2 = 6 pods must be available. 10 wanted − 6 − 2 new ones that are not available yet = 2 may go, and all of A's are healthy; 8 available − 6 = 2 go.",
    ),
    (
        "Deployment web: 8 pods, 0 updated, 8 ready, 8 available",
        "The status of this sync is computed from the ReplicaSets as they were before it scaled them: B is new and has reported nothing.",
    ),
    (
        "told to stop",
        "All eight are assigned, running and ready, became ready in the same second, were created in the same second, and share their node with one other pod of the Deployment. Nothing tells them apart, so the order in which the cache happens to list them decides: by lot.",
    ),
    (
        "ReplicaSet A reports 8 pods, 8 ready, 8 available",
        "Again the pods at the beginning of the sync. Until A's next sync its status says 8 available where 6 are wanted; a Deployment sync that sees that takes nothing from A.",
    ),
    ("made", "B's first sync, in the same round."),
    ("ReplicaSet B reports 0 pods, 0 ready, 0 available", "Counted before they were made."),
    (
        "bound",
        "The two pods that were told to stop still hold their 500m: all nodes are as full as each other. So the first name, and not where room is about to be; for the second pod, the next.",
    ),
    (
        "ReplicaSet B: 2 → 4 pods",
        "`reconcileNewReplicaSet`: A wants 6 and B 2, 10 are allowed. A terminating pod counts for nothing here, so at this moment 12 pods may exist, of which 10 are active.",
    ),
    (
        "ReplicaSet A reports 6 pods, 6 ready, 6 available",
        "Now the deletions show. A pod with a deletion timestamp is not active (`FilterActivePods`).",
    ),
    ("made", "`manageReplicas`: 4 wanted, 2 active."),
    ("ReplicaSet B reports 2 pods, 0 ready, 0 available", "The first two."),
    (
        "bound",
        "Node-0 and node-1 have three pods each now, terminating ones included, one of them of B; node-2 and node-3 have two, none of B.",
    ),
    (
        "Deployment web: 8 pods, 2 updated, 6 ready, 6 available; ReplicaSetUpdated",
        "Progress. Nothing can be scaled: B may not grow (10 of 10), and of A none may go: 10 − 6 − 4 new ones not available = 0.",
    ),
    ("ReplicaSet B reports 4 pods, 0 ready, 0 available", "All four."),
    (
        "Deployment web: 10 pods, 4 updated, 6 ready, 6 available",
        "From here on nothing is left to do but to wait for B's pods.",
    ),
    (
        "gone",
        "Three seconds after they were told. A rolling update does not wait for that: no controller does anything.",
    ),
    ("ready", "Four seconds after the binding."),
    ("ReplicaSet B reports 4 pods, 4 ready, 0 available", "And again `minReadySeconds`."),
    (
        "Deployment web: 10 pods, 4 updated, 10 ready, 6 available",
        "Ten ready, but the arithmetic of the rollout knows available pods only.",
    ),
    ("ReplicaSet B reports 4 pods, 4 ready, 4 available", "The look after two seconds."),
    (
        "ReplicaSet A: 6 → 2 pods",
        "Nothing to scale up (10 of 10), so `reconcileOldReplicaSets`: 10 wanted − 6 − 0 = 4 may go; 10 available − 6 = 4 go.",
    ),
    ("Deployment web: 10 pods, 4 updated, 10 ready, 10 available", "From before the scaling."),
    (
        "told to stop",
        "This time the nodes tell them apart: node-1 and node-2 hold three pods of the Deployment each (two of A, one of B), node-0 and node-3 two. Pods go first where more of their owner's pods are (`getPodsRankedByRelatedPodsOnSameNode`), old and new ones counted together: exactly these four.",
    ),
    ("ReplicaSet A reports 6 pods, 6 ready, 6 available", "From before the deletion."),
    ("ReplicaSet B: 4 → 8 pods", "2 + 4 of 10 allowed: room for 4, and 4 are missing to `replicas`."),
    ("ReplicaSet A reports 2 pods, 2 ready, 2 available", "The deletions show."),
    ("made", "8 wanted, 4 active."),
    (
        "ReplicaSet B reports 4 pods, 4 ready, 4 available",
        "From before the creation; only the observed generation is new.",
    ),
    (
        "bound",
        "First node-0 and node-3, which hold two pods each; node-1 and node-2 hold three, as the terminating ones still count. Then all hold three, and node-1 and node-2 have one pod of B less.",
    ),
    (
        "Deployment web: 6 pods, 4 updated, 6 ready, 6 available",
        "The lowest point: 6 available, as many as must be.",
    ),
    ("ReplicaSet B reports 8 pods, 4 ready, 4 available", "All eight."),
    (
        "Deployment web: 10 pods, 8 updated, 6 ready, 6 available",
        "More updated pods: progress. 10 − 6 − 4 = 0 of A may go.",
    ),
    ("gone", "The second set."),
    ("ready", "The last four."),
    ("ReplicaSet B reports 8 pods, 8 ready, 4 available", "Four of them not yet for two seconds."),
    ("Deployment web: 10 pods, 8 updated, 10 ready, 6 available", "More ready pods: progress."),
    ("ReplicaSet B reports 8 pods, 8 ready, 8 available", "The look."),
    ("ReplicaSet A: 2 → 0 pods", "10 available − 6 = 4 might go; A has 2."),
    (
        "Deployment web: 10 pods, 8 updated, 10 ready, 10 available",
        "Not complete: two of ten pods are not updated.",
    ),
    ("told to stop", "All of A's pods go: nothing is ranked, the order of the list stands."),
    ("ReplicaSet A reports 2 pods, 2 ready, 2 available", "From before the deletion."),
    ("ReplicaSet A reports 0 pods, 0 ready, 0 available", "The deletions show."),
    (
        "Deployment web: 8 pods, 8 updated, 8 ready, 8 available; NewReplicaSetAvailable",
        "Complete, twelve seconds after it began. A stays, with 0 pods, as revision 1: a `rollback` would bring it back as revision 3. It would go with the clean-up of more than `revisionHistoryLimit` (10) old ones, which runs when the stored status is complete.",
    ),
    ("gone", "The last two old pods; the rollout was complete before."),
];
