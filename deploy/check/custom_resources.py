"""The resources of the two operators, which kubernetes-validate does not know.

Comes in: rendered resources. Goes out: faults against the shape written down here: the fields that our manifests use, required or not, and no
other, so that a misspelt field is found. It is our reading of the operators' documents, not their schema: a cluster with the operators has the
last word (`kubectl apply --dry-run=server`).
Never: checks a field that we do not use.
"""

import jsonschema

from facts import text

NAME = {"type": "string", "pattern": "^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$"}
QUANTITY = {"type": "string", "pattern": r"^[0-9]+(m|Ki|Mi|Gi|Ti)?$"}


def record(required, optional=None):
    """An object with exactly these fields."""
    return {"type": "object", "properties": required | (optional or {}), "required": list(required), "additionalProperties": False}


AMOUNTS = record({"cpu": QUANTITY, "memory": QUANTITY})
RESOURCES = record({"requests": AMOUNTS, "limits": AMOUNTS})
LABELS = {"type": "object", "additionalProperties": {"type": "string"}}
OPEN = {"type": "object"}
APART = record({"podAntiAffinity": record({"requiredDuringSchedulingIgnoredDuringExecution": {"type": "array", "minItems": 1}})})
COUNT = {"type": "integer", "minimum": 1}

SPECS = {
    ("kafka.strimzi.io/v1", "KafkaNodePool"): record(
        {
            "replicas": COUNT,
            "roles": {"type": "array", "items": {"enum": ["controller", "broker"]}, "minItems": 1},
            "storage": record(
                {
                    "type": {"const": "jbod"},
                    "volumes": {
                        "type": "array",
                        "minItems": 1,
                        "items": record(
                            {"id": {"type": "integer"}, "type": {"const": "persistent-claim"}, "size": QUANTITY, "deleteClaim": {"const": False}},
                            {"kraftMetadata": {"const": "shared"}, "class": NAME},
                        ),
                    },
                }
            ),
            "resources": RESOURCES,
        },
        {"jvmOptions": LABELS, "template": record({"pod": record({"affinity": APART})})},
    ),
    ("kafka.strimzi.io/v1", "Kafka"): record(
        {
            "kafka": record(
                {
                    "version": {"type": "string", "pattern": r"^4\.\d+\.\d+$"},
                    "metadataVersion": {"type": "string", "pattern": r"^4\.\d+-IV\d+$"},
                    "listeners": {
                        "type": "array",
                        "minItems": 1,
                        "items": record(
                            {
                                "name": {"type": "string", "pattern": "^[a-z0-9]{1,11}$"},
                                "port": {"type": "integer", "minimum": 9092},
                                "type": {"const": "internal"},
                                "tls": {"const": True},
                                "authentication": record({"type": {"enum": ["tls", "scram-sha-512"]}}),
                                "networkPolicyPeers": {"type": "array", "minItems": 1},
                            }
                        ),
                    },
                    "authorization": record({"type": {"const": "simple"}}),
                    "config": OPEN,
                },
                {"rack": record({"topologyKey": {"type": "string"}})},
            ),
            "entityOperator": record({"topicOperator": record({"resources": RESOURCES}), "userOperator": record({"resources": RESOURCES})}),
        }
    ),
    ("kafka.strimzi.io/v1", "KafkaTopic"): record({"partitions": COUNT, "replicas": COUNT, "config": OPEN}, {"topicName": NAME}),
    ("kafka.strimzi.io/v1", "KafkaUser"): record(
        {
            "authentication": record({"type": {"enum": ["tls", "scram-sha-512"]}}),
            "authorization": record(
                {
                    "type": {"const": "simple"},
                    "acls": {
                        "type": "array",
                        "minItems": 1,
                        "items": record(
                            {
                                "resource": {
                                    "oneOf": [
                                        record({"type": {"const": "cluster"}}),
                                        record(
                                            {
                                                "type": {"enum": ["topic", "group"]},
                                                "name": {"type": "string"},
                                                "patternType": {"enum": ["literal", "prefix"]},
                                            }
                                        ),
                                    ]
                                },
                                "operations": {
                                    "type": "array",
                                    "minItems": 1,
                                    "items": {"enum": ["Read", "Write", "Create", "Alter", "AlterConfigs", "Describe", "DescribeConfigs"]},
                                },
                            }
                        ),
                    },
                }
            ),
        }
    ),
    ("scylla.scylladb.com/v1", "ScyllaCluster"): record(
        {
            "version": {"type": "string"},
            "agentVersion": {"type": "string"},
            "developerMode": {"type": "boolean"},
            "datacenter": record(
                {
                    "name": NAME,
                    "racks": {
                        "type": "array",
                        "minItems": 1,
                        "items": record(
                            {
                                "name": NAME,
                                "members": COUNT,
                                "scyllaConfig": NAME,
                                "storage": record({"capacity": QUANTITY}, {"storageClassName": NAME}),
                                "resources": RESOURCES,
                                "agentResources": RESOURCES,
                                "placement": APART,
                            }
                        ),
                    },
                }
            ),
        },
        {"cpuset": {"type": "boolean"}, "automaticOrphanedNodeCleanup": {"type": "boolean"}},
    ),
}


def is_custom(resource):
    """True for what only an operator knows."""
    return resource["apiVersion"].split("/")[0] in {"kafka.strimzi.io", "scylla.scylladb.com"}


def check_shape(resource, faults):
    """The fields of one resource."""
    where = f"{resource['kind']} {resource['metadata']['name']}"
    spec = SPECS.get((resource["apiVersion"], resource["kind"]))
    faults.expect(spec is not None, where, f"{resource['apiVersion']} has no shape in custom_resources.py")
    if spec is None:
        return
    errors = list(jsonschema.Draft202012Validator(spec).iter_errors(resource.get("spec", {})))
    told = "; ".join(f"spec.{'.'.join(map(str, error.absolute_path))}: {error.message}" for error in errors)
    faults.expect(not errors, where, told)


def check_kafka(resources, topics, faults, development):
    """Kafka against the table: how many brokers, what each topic is set to, who may write what."""
    of = lambda kind: {r["metadata"]["name"]: r for r in resources if r["kind"] == kind and is_custom(r)}
    copies, enough = topics.copies(development), 1 if development else topics.min_insync
    brokers = sum(pool["spec"]["replicas"] for pool in of("KafkaNodePool").values() if "broker" in pool["spec"]["roles"])
    faults.expect(brokers >= copies, "KafkaNodePool", f"{brokers} brokers cannot hold {copies} copies")
    for name, kafka in of("Kafka").items():
        wanted = {
            "auto.create.topics.enable": False,
            "unclean.leader.election.enable": topics.unclean,
            "default.replication.factor": copies,
            "min.insync.replicas": enough,
            "offsets.topic.replication.factor": copies,
            "transaction.state.log.replication.factor": copies,
            "transaction.state.log.min.isr": enough,
        }
        for key, value in wanted.items():
            faults.expect(kafka["spec"]["kafka"]["config"].get(key) == value, f"Kafka {name}", f"config {key} must be {text(value)}")
    declared = {r["spec"].get("topicName", name): r for name, r in of("KafkaTopic").items()}
    faults.expect(set(declared) == set(topics.topics), "KafkaTopic", f"{sorted(declared)} are declared, the table has {sorted(topics.topics)}")
    for name, topic in declared.items():
        if name not in topics.topics:
            continue
        where, spec = f"KafkaTopic {name}", topic["spec"]
        faults.expect(topic["metadata"]["labels"].get("strimzi.io/cluster") in of("Kafka"), where, "its label strimzi.io/cluster names no Kafka")
        faults.expect(spec["partitions"] == topics.topics[name]["partitions"], where, f"partitions must be {topics.topics[name]['partitions']}")
        faults.expect(spec["replicas"] == copies, where, f"replicas must be {copies}")
        found = {key: text(value) for key, value in spec["config"].items()}
        wanted = {key: text(value) for key, value in topics.settings(name, development).items()}
        faults.expect(found == wanted, where, f"config is {found}, the table has {wanted}")
    check_writers(of("KafkaUser"), topics, faults)


def check_writers(users, topics, faults):
    """Facts have one writer, and a role that only reads writes nothing."""
    writers = {name: set() for name in topics.topics}
    for user, resource in users.items():
        for acl in resource["spec"]["authorization"]["acls"]:
            target = acl["resource"]
            if target["type"] == "topic" and "Write" in acl["operations"] and target["name"] in writers:
                writers[target["name"]].add(user.removeprefix("jukwaa-"))
            known = target["type"] != "topic" or target["name"] in writers or target["name"] == "*"
            faults.expect(known, f"KafkaUser {user}", f"{target.get('name')} is no topic")
    for name in ("receipts", "incidents", "hotspots", "quarantine", "alerts"):
        faults.expect(writers[name] == {"correlator"}, "KafkaUser", f"{name} must have one writer, the correlator, not {sorted(writers[name])}")
    faults.expect("query" not in set().union(*writers.values()), "KafkaUser", "query writes to no topic")


def check_scylla(resources, faults, development):
    """The store: a copy in each of three racks, or the one of development."""
    for cluster in (r for r in resources if r["kind"] == "ScyllaCluster"):
        where, spec = f"ScyllaCluster {cluster['metadata']['name']}", cluster["spec"]
        members = sum(rack["members"] for rack in spec["datacenter"]["racks"])
        faults.expect(spec["developerMode"] == development, where, f"developerMode must be {text(development)}")
        faults.expect(development or len(spec["datacenter"]["racks"]) >= 3, where, "a quorum needs three racks")
        faults.expect(members >= (1 if development else 3), where, f"{members} members are too few")
        maps = {r["metadata"]["name"] for r in resources if r["kind"] == "ConfigMap" and r["metadata"]["namespace"] == cluster["metadata"]["namespace"]}
        for rack in spec["datacenter"]["racks"]:
            faults.expect(rack["scyllaConfig"] in maps, where, f"rack {rack['name']} names the ConfigMap {rack['scyllaConfig']}, which is not there")
