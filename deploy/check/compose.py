"""What the compose file must hold: the same facts as the manifests, in its own words.

Comes in: the parsed file, the configuration beside it, the topics. Goes out: faults.
Never: starts a container.
"""

from facts import DOUBLED, GRPC_PORT, ROLES, check_config, text

BROKER = {
    "KAFKA_AUTO_CREATE_TOPICS_ENABLE": lambda topics: "false",
    "KAFKA_UNCLEAN_LEADER_ELECTION_ENABLE": lambda topics: text(topics.unclean),
    "KAFKA_DEFAULT_REPLICATION_FACTOR": lambda topics: text(topics.replicas),
    "KAFKA_MIN_INSYNC_REPLICAS": lambda topics: text(topics.min_insync),
    "KAFKA_OFFSETS_TOPIC_REPLICATION_FACTOR": lambda topics: text(topics.replicas),
}


def check_compose(file, config, topics, faults):
    """All of it. Returns how many services there are."""
    services = file["services"]
    brokers = {name: service for name, service in services.items() if "/kafka:" in service["image"]}
    faults.expect(len(brokers) >= topics.replicas, "compose", f"{len(brokers)} brokers cannot hold {topics.replicas} copies")
    for name, broker in brokers.items():
        for key, wanted in BROKER.items():
            faults.expect(text(broker["environment"].get(key)) == wanted(topics), name, f"{key} must be {wanted(topics)}")
        faults.expect(broker["environment"]["KAFKA_ADVERTISED_LISTENERS"] == f"PLAINTEXT://{name}:9092", name, "it advertises another name")
    check_config(config, faults, "compose/jukwaa.toml", False, ",".join(f"{name}:9092" for name in brokers))
    for point in config["cql"]["contact_points"]:
        faults.expect(point.split(":")[0] in services, "compose/jukwaa.toml", f"cql.contact_points names {point}, which is no service")
    for name, service in services.items():
        check_service(name, service, file, faults)
    ours = {name: service for name, service in services.items() if service["image"].startswith("jukwaa:")}
    for role in ROLES:
        count = sum(service["command"] == [role] for service in ours.values())
        faults.expect(count >= (2 if role in DOUBLED else 1), f"role {role}", f"{count} services are too few")
    check_jobs(ours, faults)
    for name, service in ours.items():
        faults.expect(service.get("read_only") is True, name, "its root is writable")
        faults.expect(service.get("cap_drop") == ["ALL"], name, "it keeps capabilities")
        faults.expect(service.get("security_opt") == ["no-new-privileges:true"], name, "it may gain rights")
        faults.expect(not service.get("user", "0").startswith("0"), name, "it must not run as root")
    return len(services)


def check_service(name, service, file, faults):
    """One service: pinned, bounded, healthy before others start, reached from this machine alone, no secret."""
    image = service["image"]
    faults.expect(":" in image and not image.endswith(":latest"), name, f"image {image} is not pinned")
    faults.expect("mem_limit" in service, name, "mem_limit is missing")
    once = service.get("restart", "").startswith("on-failure")
    faults.expect(once or "healthcheck" in service, name, "healthcheck is missing")
    faults.expect(not service.get("privileged"), name, "it is privileged")
    for port in service.get("ports", []):
        faults.expect(port.startswith("127.0.0.1:") and port.endswith(f":{GRPC_PORT}"), name, f"port {port} is open beyond this machine, or is not gRPC")
    for key in service.get("environment", {}):
        faults.expect(not any(word in key for word in ("PASSWORD", "SECRET", "TOKEN")), name, f"{key} is a secret in a file")
    for volume in service.get("volumes", []):
        faults.expect(volume.split(":")[0] in file["volumes"], name, f"volume {volume} is not declared")
    for network in service["networks"]:
        faults.expect(network in file["networks"], name, f"network {network} is not declared")
    for other in service.get("depends_on", {}):
        faults.expect(other in file["services"], name, f"it waits for {other}, which is no service")


def check_jobs(ours, faults):
    """Topics, keys and tables are made by jobs, and every role waits for all three."""
    wanted = {"topics": ["admin", "topics", "create"], "keys": ["admin", "keys", "create"], "tables": ["admin", "migrate", "apply"]}
    for job, command in wanted.items():
        faults.expect(ours.get(job, {}).get("command") == command, job, f"its command must be {' '.join(command)}")
    for name, service in ours.items():
        if name in wanted:
            continue
        waits = {other for other, how in service["depends_on"].items() if how["condition"] == "service_completed_successfully"}
        faults.expect(waits == set(wanted), name, f"it waits for {sorted(waits)}, not for {sorted(wanted)}")
        faults.expect("keys:/keys:ro" in service["volumes"], name, "the keys are not mounted read-only")
