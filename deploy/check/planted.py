"""Faults planted into sound manifests, one at a time: a check that cannot fail is none.

Comes in: the resources of the production overlay and the compose file, found sound. Goes out: the faults that nothing found.
Never: changes what it was given.
"""

import copy

from compose import check_compose
from facts import Faults
from manifests import check_overlay


def find(resources, kind, name):
    """The resource of this kind and name."""
    return next(r for r in resources if r["kind"] == kind and r["metadata"]["name"] == name)


def pod(resources, kind, name):
    """Its pod."""
    return find(resources, kind, name)["spec"]["template"]["spec"]


def drop(resources, kind, name):
    """Takes a resource away."""
    resources.remove(find(resources, kind, name))


MANIFESTS = {
    "a misspelt field": lambda r: find(r, "Deployment", "ingest")["spec"].update(replica=2),
    "a misspelt field of an operator": lambda r: find(r, "KafkaTopic", "records")["spec"].update(partition=1),
    "records in two partitions": lambda r: find(r, "KafkaTopic", "records")["spec"].update(partitions=2),
    "records that age": lambda r: find(r, "KafkaTopic", "records")["spec"]["config"].update({"retention.ms": 604800000}),
    "two copies": lambda r: find(r, "KafkaTopic", "incidents")["spec"].update(replicas=2),
    "a topic of no table": lambda r: find(r, "KafkaTopic", "hotspots")["metadata"].update(name="hotspot"),
    "unclean election": lambda r: find(r, "Kafka", "jukwaa")["spec"]["kafka"]["config"].update({"unclean.leader.election.enable": True}),
    "positions that are not compacted": lambda r: find(r, "KafkaTopic", "positions")["spec"]["config"].update({"cleanup.policy": "delete"}),
    "probes stamped by the writer": lambda r: find(r, "KafkaTopic", "probes")["spec"]["config"].pop("message.timestamp.type"),
    "a second writer of facts": lambda r: find(r, "KafkaUser", "jukwaa-ingest")["spec"]["authorization"]["acls"].append(
        {"resource": {"type": "topic", "name": "alerts", "patternType": "literal"}, "operations": ["Write"]}
    ),
    "no standby": lambda r: find(r, "StatefulSet", "correlator")["spec"].update(replicas=1),
    "no limit of memory": lambda r: pod(r, "Deployment", "query")["containers"][0]["resources"]["limits"].pop("memory"),
    "a writable root": lambda r: pod(r, "Deployment", "alerts")["containers"][0]["securityContext"].update(readOnlyRootFilesystem=False),
    "root": lambda r: pod(r, "StatefulSet", "projector")["securityContext"].update(runAsNonRoot=False),
    "a token": lambda r: pod(r, "Deployment", "ingest").update(automountServiceAccountToken=True),
    "a password in a file": lambda r: pod(r, "Deployment", "query")["containers"][0]["env"].append({"name": "JUKWAA__CQL__PASSWORD", "value": "x"}),
    "no readiness": lambda r: pod(r, "Deployment", "ingest")["containers"][0].pop("readinessProbe"),
    "an image that moves": lambda r: pod(r, "Deployment", "ingest")["containers"][0].update(image="jukwaa:latest"),
    "no budget": lambda r: drop(r, "PodDisruptionBudget", "alerts"),
    "no default": lambda r: drop(r, "NetworkPolicy", "default-deny"),
    "a way to the store for alerts": lambda r: find(r, "Deployment", "alerts")["spec"]["template"]["metadata"]["labels"].update({"jukwaa.cql": "true"}),
    "a way out to anywhere": lambda r: find(r, "NetworkPolicy", "to-kafka")["spec"]["egress"][0].pop("to"),
    "a store of one rack": lambda r: find(r, "ScyllaCluster", "jukwaa")["spec"]["datacenter"].update(
        racks=find(r, "ScyllaCluster", "jukwaa")["spec"]["datacenter"]["racks"][:1]
    ),
    "a job that makes no tables": lambda r: pod(r, "Job", "prepare")["containers"][0].update(args=["admin", "migrate", "plan"]),
}

COMPOSE = {
    "one broker less": lambda f: f["services"].pop("kafka-3"),
    "writes to one copy": lambda f: f["services"]["kafka-1"]["environment"].update(KAFKA_MIN_INSYNC_REPLICAS=1),
    "no standby": lambda f: f["services"].pop("correlator-2"),
    "a port open to all": lambda f: f["services"]["query"].update(ports=["7430:7420"]),
    "a role that does not wait for the keys": lambda f: f["services"]["alerts"]["depends_on"].pop("keys"),
    "a writable root": lambda f: f["services"]["ingest-1"].update(read_only=False),
}


def missed(resources, topics, file, config):
    """The planted faults that no check found, and how many were planted."""
    not_found = []
    for name, plant in MANIFESTS.items():
        planted, faults = copy.deepcopy(resources), Faults()
        plant(planted)
        check_overlay(planted, topics, faults, development=False)
        if not faults.found:
            not_found.append(f"manifests: {name}")
    for name, plant in COMPOSE.items():
        planted, faults = copy.deepcopy(file), Faults()
        plant(planted)
        check_compose(planted, config, topics, faults)
        if not faults.found:
            not_found.append(f"compose: {name}")
    return not_found, len(MANIFESTS) + len(COMPOSE)
