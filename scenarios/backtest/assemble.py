#!/usr/bin/env python3
"""Assembles dumps from before and after recorded rollouts.

    python3 scenarios/backtest/assemble.py [FOLDER [FILE LINE RUNS]]

reads tests/conformance/real-cluster/*.jsonl.gz and writes a folder for each rollout into FOLDER (default:
scenarios/backtest/pairs), with before.yaml, after.yaml and scenario.yaml. The same recordings give the same bytes.
FILE, LINE and RUNS choose another recording, in which it is told where the pods were: kk98215.jsonl.gz kk98215-slow-without 30.

Recorded are the nodes, the Deployment, how long each rollout took, and where its pods were at the end. A dump shows more:
- Times are whole seconds, as the API stores them: each run begins at a fraction of a second of its own, and beginning and end
  are cut afterwards.
- Pods carry the beginning of their rollout as creationTimestamp, and its end as the time since which they are ready; when each
  of them was made and started is not recorded, so their statuses say nothing of it. What scenario.yaml says of it is how the
  recorded kubelets drew it.
- Of pacing-5 and pacing-30 it is not recorded where pods were. They have no spread constraint, and are dealt out in turn.
- UIDs and hashes are made up from the names.
The first rollout of a run is left out where nobody recorded where the pods were before it.
"""

import datetime
import gzip
import hashlib
import json
import pathlib
import shutil
import sys
import uuid

HERE = pathlib.Path(__file__).resolve().parent
RECORDINGS = HERE.parent.parent / "tests/conformance/real-cluster"
BEGIN = datetime.datetime(2026, 11, 30, 10, 0, 0, tzinfo=datetime.timezone.utc)
GOLDEN = 0.6180339887498949
# Which lines, how many of their runs, and whether the pods' places are recorded.
CHOSEN = [
    ("kk98215.jsonl.gz", "kk98215-cdq-without", 7, True),
    ("zones-2-3-5.jsonl.gz", "zones-2-3-5-default-limits", 3, True),
    ("pacing.jsonl.gz", "pacing-5", 2, False),
    ("pacing.jsonl.gz", "pacing-30", 2, False),
]


def second(time):
    """A time as the API stores it."""
    whole = BEGIN + datetime.timedelta(seconds=int(time // 1))
    return whole.strftime("%Y-%m-%dT%H:%M:%SZ")


def uid(*names):
    return str(uuid.uuid5(uuid.NAMESPACE_URL, "/".join(map(str, names))))


def letters(length, *names):
    """Letters as pod-template-hash and names of pods have them."""
    alphabet = "bcdfghjklmnpqrstvwxz2456789"
    digest = hashlib.sha256("/".join(map(str, names)).encode()).digest()
    return "".join(alphabet[byte % len(alphabet)] for byte in digest[:length])


def condition(kind, reason, since, updated=None):
    found = {"type": kind, "status": "True", "reason": reason, "lastTransitionTime": second(since)}
    if updated is not None:
        found["lastUpdateTime"] = second(updated)
    return found


class Run:
    """One recorded run of a scenario: revision 1 is the creation, revision k + 1 the k-th restart."""

    def __init__(self, line, number, phase, placed):
        self.line, self.number, self.placed = line, number, placed
        self.deployment = line["deployments"][0]
        self.name = self.deployment["metadata"]["name"]
        self.rollouts = line["runs"][number]["rollouts"]
        # The creation is complete five seconds before the first restart begins.
        begin = 60.0 + phase
        self.times = [(begin - 10, begin - 5)]
        for rollout in self.rollouts:
            end = begin + rollout["durationSeconds"]
            self.times.append((begin, end))
            begin = end + line["settleSeconds"]

    def template(self, revision):
        template = json.loads(json.dumps(self.deployment["spec"]["template"]))
        if revision > 1:
            restarted = {"kubectl.kubernetes.io/restartedAt": second(self.times[revision - 1][0])}
            template["metadata"]["annotations"] = restarted
        return template

    def hash_of(self, revision):
        return letters(9, self.line["id"], self.number, revision)

    def places(self, revision):
        """The node of each pod."""
        nodes = [node["metadata"]["name"] for node in self.line["nodes"]]
        replicas = self.deployment["spec"]["replicas"]
        if not self.placed:
            return [nodes[place % len(nodes)] for place in range(replicas)]
        counts = self.rollouts[revision - 2]["nodes"]
        return [node for node, count in zip(nodes, counts) for _ in range(count)]

    def dump(self, revision, read):
        """All objects after the rollout to a revision, read at a time."""
        return (
            [self.node(node, read) for node in self.line["nodes"]]
            + [self.deployment_object(revision)]
            + [self.replica_set(one, revision) for one in range(1, revision + 1)]
            + [self.pod(place, node, revision) for place, node in enumerate(self.places(revision))]
        )

    def node(self, node, read):
        name = node["metadata"]["name"]
        ready = condition("Ready", "KubeletReady", 0)
        ready["lastHeartbeatTime"] = second(read)
        return {
            "apiVersion": "v1",
            "kind": "Node",
            "metadata": {**node["metadata"], "uid": uid(self.line["id"], self.number, name)},
            "status": {
                "allocatable": node["status"]["allocatable"],
                "conditions": [ready],
                "nodeInfo": {"kubeletVersion": self.line["kubernetes"]},
            },
        }

    def deployment_object(self, revision):
        begin, end = self.times[revision - 1]
        replicas = self.deployment["spec"]["replicas"]
        counts = ["replicas", "updatedReplicas", "readyReplicas", "availableReplicas"]
        return {
            "apiVersion": "apps/v1",
            "kind": "Deployment",
            "metadata": {
                **self.deployment["metadata"],
                "uid": uid(self.line["id"], self.number, "deployment"),
                "generation": revision,
                "creationTimestamp": second(self.times[0][0]),
                "annotations": {"deployment.kubernetes.io/revision": str(revision)},
            },
            "spec": {**self.deployment["spec"], "template": self.template(revision)},
            "status": {
                "observedGeneration": revision,
                **{count: replicas for count in counts},
                "conditions": [
                    condition("Available", "MinimumReplicasAvailable", self.times[0][1], self.times[0][1]),
                    condition("Progressing", "NewReplicaSetAvailable", self.times[0][0], end),
                ],
            },
        }

    def owner(self, kind, name, owner_uid):
        return [{"apiVersion": "apps/v1", "kind": kind, "name": name, "uid": owner_uid, "controller": True}]

    def replica_set(self, one, newest):
        template, value = self.template(one), self.hash_of(one)
        template["metadata"]["labels"] = {**template["metadata"]["labels"], "pod-template-hash": value}
        replicas = self.deployment["spec"]["replicas"] if one == newest else 0
        matched = {**self.deployment["spec"]["selector"]["matchLabels"], "pod-template-hash": value}
        return {
            "apiVersion": "apps/v1",
            "kind": "ReplicaSet",
            "metadata": {
                "name": f"{self.name}-{value}",
                "namespace": "default",
                "uid": uid(self.line["id"], self.number, "replicaset", one),
                "creationTimestamp": second(self.times[one - 1][0]),
                "labels": template["metadata"]["labels"],
                "annotations": {"deployment.kubernetes.io/revision": str(one)},
                "ownerReferences": self.owner(
                    "Deployment", self.name, uid(self.line["id"], self.number, "deployment")
                ),
            },
            "spec": {"replicas": replicas, "selector": {"matchLabels": matched}, "template": template},
            "status": {"replicas": replicas, "readyReplicas": replicas, "availableReplicas": replicas},
        }

    def pod(self, place, node, revision):
        begin, end = self.times[revision - 1]
        value = self.hash_of(revision)
        template = self.template(revision)
        name = f"{self.name}-{value}-{letters(5, self.line['id'], self.number, revision, place)}"
        ready = {"type": "Ready", "status": "True", "lastTransitionTime": second(end)}
        return {
            "apiVersion": "v1",
            "kind": "Pod",
            "metadata": {
                "name": name,
                "namespace": "default",
                "uid": uid(self.line["id"], self.number, "pod", revision, place),
                "creationTimestamp": second(begin),
                "labels": {**template["metadata"]["labels"], "pod-template-hash": value},
                "ownerReferences": self.owner(
                    "ReplicaSet",
                    f"{self.name}-{value}",
                    uid(self.line["id"], self.number, "replicaset", revision),
                ),
            },
            "spec": {**template["spec"], "nodeName": node},
            "status": {"phase": "Running", "conditions": [ready]},
        }


def write_dump(path, objects, words):
    lines = [f"# {words} Made by scenarios/backtest/assemble.py.", "apiVersion: v1", "kind: List", "items:"]
    lines += ["- " + json.dumps(one, separators=(", ", ": ")) for one in objects]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def other_pace(line):
    """What of the control plane is not as by default."""
    manager = line["controlPlane"]["controllerManager"]
    qps, burst = manager["kubeAPIQPS"], manager["kubeAPIBurst"]
    settings = ""
    if (qps, burst) != (20, 30):
        flags = f"{{kube-api-qps: {qps}, kube-api-burst: {burst}}}"
        settings += f"  controlPlane: {{kube-controller-manager: {flags}}}\n"
    if line["ties"] == "random":
        settings += "  scheduler: {tieBreak: random}\n"
    # Where the controllers' limits were off, load made every hop longer; else the limits set the pace.
    preset = "    preset: loaded\n" if line["load"] == "loaded" and qps >= 1000 else ""
    return f"{settings}  timing:\n{preset}"


def write_scenario(path, line):
    low, high = (round(1000 * bound) for bound in line["timing"]["containerStartUniformSeconds"])
    gone = round(1000 * line["timing"]["terminationSeconds"])
    path.write_text(
        "# How the recorded kubelets drew these times; dumps of whole seconds cannot tell them.\n"
        "apiVersion: kubecast.dev/v1alpha1\n"
        "kind: Scenario\n"
        f"metadata: {{name: {line['id']}}}\n"
        f"spec:\n{other_pace(line)}"
        f"    containerStart: {{uniform: [{low}ms, {high}ms], step: 1ms}}\n"
        f"    termination: {gone}ms\n",
        encoding="utf-8",
    )


def main():
    target = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else HERE / "pairs"
    chosen = [(sys.argv[2], sys.argv[3], int(sys.argv[4]), True)] if len(sys.argv) > 4 else CHOSEN
    shutil.rmtree(target, ignore_errors=True)
    runs = 0
    for file, wanted, count, placed in chosen:
        with gzip.open(RECORDINGS / file, "rt", encoding="utf-8") as text:
            line = next(one for one in map(json.loads, text) if one["id"] == wanted)
        for number in range(count):
            runs += 1
            run = Run(line, number, runs * GOLDEN % 1, placed)
            for restart in range(2 if placed else 1, len(run.rollouts) + 1):
                (begin, end), revision = run.times[restart], restart + 1
                folder = target / f"{wanted}-run{number + 1}-restart{restart}"
                folder.mkdir(parents=True)
                about = f"{wanted}, run {number + 1},"
                # A dump is read at once, in this second or the next: before the rollout begins, and after its end.
                before = run.dump(revision - 1, begin - 1)
                write_dump(folder / "before.yaml", before, f"{about} before restart {restart}.")
                write_dump(folder / "after.yaml", run.dump(revision, end + 1), f"{about} after restart {restart}.")
                write_scenario(folder / "scenario.yaml", line)


if __name__ == "__main__":
    main()
