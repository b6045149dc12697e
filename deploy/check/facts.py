"""What every deployment must hold to, whatever its format.

Comes in: deploy/topics.toml. Goes out: the topics with their settings, and a list of faults that checks add to.
Never: reads a manifest.
"""

import tomllib

ROLES = ["ingest", "correlator", "projector", "query", "alerts"]
# Of these there must be two: publishers go to the other one, the standby takes over.
DOUBLED = ["ingest", "correlator"]
GRPC_PORT = 7420
# Roles that read or write tables; the others have no way to the store and no password of it.
WITH_STORE = ["ingest", "projector", "query", "admin"]


class Faults:
    """Collects faults with their place, and counts what was looked at."""

    def __init__(self):
        self.found = []
        self.checked = 0

    def expect(self, holds, where, what):
        """Counts a check; where it does not hold, keeps the sentence."""
        self.checked += 1
        if not holds:
            self.found.append(f"{where}: {what}")


class Topics:
    """The table of topics."""

    def __init__(self, path):
        with open(path, "rb") as file:
            table = tomllib.load(file)
        self.replicas = table["replicas"]
        self.min_insync = table["min_insync_replicas"]
        self.unclean = table["unclean_leader_election"]
        self.topics = table["topic"]

    def settings(self, name, development):
        """All settings of a topic, as a broker takes them."""
        own = self.topics[name]["config"]
        return own | {"min.insync.replicas": 1 if development else self.min_insync, "unclean.leader.election.enable": self.unclean}

    def copies(self, development):
        """Replicas of each topic."""
        return 1 if development else self.replicas


def text(value):
    """A setting as a broker writes it: true is a word, a number its digits."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def check_config(config, faults, where, development, servers):
    """The configuration that all roles read: the engine, the safety of the log, and no secret."""
    kafka = config.get("kafka", {})
    faults.expect(config.get("engine", {}).get("kind") == "distributed", where, 'engine.kind must be "distributed"')
    faults.expect(kafka.get("development", False) == development, where, f"kafka.development must be {development}")
    faults.expect(kafka.get("bootstrap_servers") == servers, where, f"kafka.bootstrap_servers must be {servers!r}, where Kafka listens")
    faults.expect(config.get("node", {}).get("listen") == f"0.0.0.0:{GRPC_PORT}", where, f"node.listen must be 0.0.0.0:{GRPC_PORT}")
    for key in keys_of(config):
        faults.expect(not any(word in key.lower() for word in ("password", "secret", "token")), where, f"{key} is a secret: it belongs into a Secret")


def keys_of(table, prefix=""):
    """Every key of nested tables, dotted."""
    for key, value in table.items():
        yield prefix + key
        if isinstance(value, dict):
            yield from keys_of(value, f"{prefix}{key}.")
