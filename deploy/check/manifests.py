"""What the rendered manifests of one overlay must hold, beyond the schema of Kubernetes.

Comes in: its resources, the topics. Goes out: faults.
Never: asks a cluster; what a name in a Secret holds is not known here, only that no value stands in a file.
"""

import tomllib

import kubernetes_validate

import custom_resources
from facts import DOUBLED, GRPC_PORT, ROLES, WITH_STORE, check_config

KUBERNETES = "1.34"
WORKLOADS = {"Deployment", "StatefulSet", "Job"}


def title(resource):
    """Kind and name, as messages name a resource."""
    return f"{resource['kind']} {resource['metadata']['name']}"


def check_schema(resources, faults):
    """Known kinds by kubernetes-validate, the operators' by our own shapes. Returns how many of each."""
    known = custom = 0
    for resource in resources:
        if custom_resources.is_custom(resource):
            custom += 1
            custom_resources.check_shape(resource, faults)
            continue
        known += 1
        told = ""
        try:
            kubernetes_validate.validate(resource, KUBERNETES, strict=True)
        except (kubernetes_validate.ValidationError, kubernetes_validate.SchemaNotFoundError) as error:
            told = str(getattr(error, "message", error)).splitlines()[0]
        faults.expect(not told, title(resource), told)
    return known, custom


def matches(selector, labels):
    """Whether a label selector takes these labels."""
    fits = all(labels.get(key) == value for key, value in selector.get("matchLabels", {}).items())
    for term in selector.get("matchExpressions", []):
        if term["operator"] != "In":
            raise ValueError(f"the check knows the operator In alone, not {term['operator']}")
        fits = fits and labels.get(term["key"]) in term["values"]
    return fits


def check_pod(resource, resources, faults):
    """One workload's pod: no rights, bounded, nothing secret in its variables, and all it mounts is there."""
    where, pod = title(resource), resource["spec"]["template"]["spec"]
    of = lambda kind: {r["metadata"]["name"] for r in resources if r["kind"] == kind and r["metadata"]["namespace"] == resource["metadata"]["namespace"]}
    faults.expect(pod.get("automountServiceAccountToken") is False, where, "it must have no token of the API server")
    faults.expect(pod.get("serviceAccountName") in of("ServiceAccount"), where, "it needs a service account of its own")
    context = pod.get("securityContext", {})
    faults.expect(context.get("runAsNonRoot") is True and context.get("runAsUser", 0) > 0, where, "it must not run as root")
    faults.expect(context.get("seccompProfile", {}).get("type") == "RuntimeDefault", where, "it needs the default seccomp profile")
    for host in ("hostNetwork", "hostPID", "hostIPC"):
        faults.expect(not pod.get(host), where, f"{host} must not be set")
    claims = {claim["metadata"]["name"] for claim in resource["spec"].get("volumeClaimTemplates", [])}
    volumes = {volume["name"] for volume in pod.get("volumes", [])} | claims
    for volume in pod.get("volumes", []):
        faults.expect("hostPath" not in volume, where, f"volume {volume['name']} is a folder of the machine")
        if "configMap" in volume:
            faults.expect(volume["configMap"]["name"] in of("ConfigMap"), where, f"ConfigMap {volume['configMap']['name']} is not there")
    for container in pod.get("initContainers", []) + pod["containers"]:
        check_container(container, f"{where}, container {container['name']}", volumes, faults)


def check_container(container, where, volumes, faults):
    """One container: pinned, bounded, without rights."""
    image = container["image"]
    faults.expect("@sha256:" in image or (":" in image.rsplit("/", 1)[-1] and not image.endswith(":latest")), where, f"image {image} is not pinned")
    resources = container.get("resources", {})
    for part in ("requests", "limits"):
        for amount in ("cpu", "memory"):
            faults.expect(amount in resources.get(part, {}), where, f"resources.{part}.{amount} is missing")
    same = resources.get("requests", {}).get("memory") == resources.get("limits", {}).get("memory")
    faults.expect(same, where, "memory must be asked for in full: a role that grows into what it does not have is killed")
    context = container.get("securityContext", {})
    faults.expect(context.get("allowPrivilegeEscalation") is False, where, "it may gain rights")
    faults.expect(context.get("readOnlyRootFilesystem") is True, where, "its root is writable")
    faults.expect(context.get("capabilities", {}).get("drop") == ["ALL"], where, "it keeps capabilities")
    faults.expect(not context.get("privileged"), where, "it is privileged")
    for variable in container.get("env", []):
        literal = "value" in variable and any(word in variable["name"] for word in ("PASSWORD", "SECRET", "TOKEN", "KEY"))
        faults.expect(not literal, where, f"{variable['name']} is a secret in a file")
    for mount in container.get("volumeMounts", []):
        faults.expect(mount["name"] in volumes, where, f"volume {mount['name']} is not there")


def check_role(role, resources, faults):
    """One role: its kind, its probes, where it is spread, its budget, its service, its user of Kafka."""
    workloads = [r for r in resources if r["kind"] in WORKLOADS and r["spec"]["template"]["metadata"]["labels"].get("app.kubernetes.io/component") == role]
    faults.expect(len(workloads) == 1, f"role {role}", f"{len(workloads)} workloads, not one")
    for workload in workloads:
        where, spec, pod = title(workload), workload["spec"], workload["spec"]["template"]["spec"]
        labels, container = spec["template"]["metadata"]["labels"], pod["containers"][0]
        lasting = role in ("correlator", "projector")
        faults.expect((workload["kind"] == "StatefulSet") == lasting, where, "correlator and projector keep name and disk, the others do not")
        faults.expect(container.get("args") == ["serve", "--role", role], where, f"its arguments must be serve --role {role}")
        least = 2 if role in DOUBLED else 1
        faults.expect(spec["replicas"] >= least, where, f"{spec['replicas']} replicas, at least {least}")
        faults.expect(matches(spec["selector"], labels), where, "its selector does not take its own pods")
        for probe in ("startupProbe", "readinessProbe"):
            faults.expect(container.get(probe, {}).get("grpc", {}).get("port") == GRPC_PORT, where, f"{probe} must ask gRPC health at {GRPC_PORT}")
        faults.expect("livenessProbe" in container, where, "livenessProbe is missing")
        keys = [constraint["topologyKey"] for constraint in pod.get("topologySpreadConstraints", [])]
        faults.expect("kubernetes.io/hostname" in keys and "topology.kubernetes.io/zone" in keys, where, "it must be spread over machines and zones")
        secrets = [volume["secret"]["secretName"] for volume in pod["volumes"] if "secret" in volume]
        for secret in ("jukwaa-keys", "jukwaa-cluster-ca-cert", f"jukwaa-{role}"):
            faults.expect(secret in secrets, where, f"Secret {secret} is not mounted")
        budgets = [r for r in resources if r["kind"] == "PodDisruptionBudget" and matches(r["spec"]["selector"], labels)]
        faults.expect(len(budgets) == 1, where, f"{len(budgets)} disruption budgets, not one")
        services = [r for r in resources if r["kind"] == "Service" and matches({"matchLabels": r["spec"].get("selector", {})}, labels)]
        faults.expect(len(services) == 1, where, f"{len(services)} services take its pods, not one")
        if lasting:
            faults.expect(spec["serviceName"] in [r["metadata"]["name"] for r in services], where, "serviceName names no service of its pods")
            faults.expect("data" in [claim["metadata"]["name"] for claim in spec.get("volumeClaimTemplates", [])], where, "its data needs a claim")
    users = [r for r in resources if r["kind"] == "KafkaUser" and r["metadata"]["name"] == f"jukwaa-{role}"]
    faults.expect(len(users) == 1, f"role {role}", f"KafkaUser jukwaa-{role} is missing")


def check_network(resources, faults):
    """Deny by default in both namespaces; each pod out to names, Kafka and, where it has tables, the store, and nowhere else."""
    policies = [r for r in resources if r["kind"] == "NetworkPolicy"]
    for namespace in ("jukwaa", "jukwaa-store"):
        deny = [
            p
            for p in policies
            if p["metadata"]["namespace"] == namespace and p["spec"]["podSelector"] == {} and set(p["spec"]["policyTypes"]) == {"Ingress", "Egress"}
        ]
        closed = any("ingress" not in p["spec"] and "egress" not in p["spec"] for p in deny)
        faults.expect(closed, f"namespace {namespace}", "there is no policy that denies all by default")
    for workload in (r for r in resources if r["kind"] in WORKLOADS):
        where, labels = title(workload), workload["spec"]["template"]["metadata"]["labels"]
        role = labels["app.kubernetes.io/component"]
        own = [p["spec"] for p in policies if p["metadata"]["namespace"] == "jukwaa" and matches(p["spec"]["podSelector"], labels)]
        out = {port["port"] for spec in own for rule in spec.get("egress", []) for port in rule.get("ports", [{"port": "any"}])}
        wanted = {53, 9093} | ({9042} if role in WITH_STORE else set())
        faults.expect(out == wanted, where, f"may go out to the ports {sorted(map(str, out))}, needs {sorted(map(str, wanted))}")
        anywhere = any("to" not in rule for spec in own for rule in spec.get("egress", []))
        faults.expect(not anywhere, where, "a rule lets it out to any address")
        into = {port["port"] for spec in own for rule in spec.get("ingress", []) for port in rule.get("ports", [{"port": "any"}])}
        called = {"ingest", "query", "alerts"}
        wanted = ({GRPC_PORT} if role in called else set()) | ({9464} if role in ROLES else set())
        faults.expect(into == wanted, where, f"may be reached at {sorted(map(str, into))}, needs {sorted(map(str, wanted))}")


def check_jobs(resources, faults):
    """Topics, then tables, before anything serves for the first time."""
    jobs = [r for r in resources if r["kind"] == "Job"]
    steps = [c["args"] for job in jobs for c in job["spec"]["template"]["spec"].get("initContainers", []) + job["spec"]["template"]["spec"]["containers"]]
    faults.expect(steps == [["admin", "topics", "create"], ["admin", "migrate", "apply"]], "Job", f"its steps are {steps}")


def check_overlay(resources, topics, faults, development):
    """All of it. Returns the counts for the line that is printed."""
    known, custom = check_schema(resources, faults)
    faults.expect(not [r for r in resources if r["kind"] == "Secret"], "Secret", "no secret in a file")
    for resource in (r for r in resources if r["kind"] in WORKLOADS):
        check_pod(resource, resources, faults)
    for role in ROLES:
        check_role(role, resources, faults)
    check_network(resources, faults)
    check_jobs(resources, faults)
    custom_resources.check_kafka(resources, topics, faults, development)
    custom_resources.check_scylla(resources, faults, development)
    for config in (r for r in resources if r["kind"] == "ConfigMap" and "jukwaa.toml" in r["data"]):
        kafka = next(r for r in resources if r["kind"] == "Kafka")
        servers = f"{kafka['metadata']['name']}-kafka-bootstrap:{kafka['spec']['kafka']['listeners'][0]['port']}"
        table = tomllib.loads(config["data"]["jukwaa.toml"])
        check_config(table, faults, title(config), development, servers)
        store = next(r for r in resources if r["kind"] == "ScyllaCluster")["metadata"]
        points = [f"{store['name']}-client.{store['namespace']}.svc:9042"]
        faults.expect(table["cql"]["contact_points"] == points, title(config), f"cql.contact_points must be {points}")
    return known, custom
