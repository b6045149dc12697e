"""Checks the deployments: check.py RENDERED_FOLDER, from the top of the repository.

Comes in: each overlay as kustomize rendered it, the compose file, the table of topics. Goes out: a line for each with what was checked, every
fault with its place, and exit 1 if there is one.
Never: goes to the network.
"""

import pathlib
import sys
import tomllib

import yaml

from compose import check_compose
from facts import Faults, Topics
from manifests import KUBERNETES, check_overlay
from planted import missed

OVERLAYS = {"development": True, "production": False}


def main(rendered):
    """Runs all checks."""
    topics = Topics("deploy/topics.toml")
    found, sound = [], {}
    for name, development in OVERLAYS.items():
        resources = list(yaml.safe_load_all((rendered / f"{name}.yaml").read_text()))
        faults = Faults()
        known, custom = check_overlay(resources, topics, faults, development)
        print(f"{name}: {known} resources by the schema of Kubernetes {KUBERNETES}, strict; {custom} of operators by our own shapes; {faults.checked} checks")
        found += [f"{name}: {fault}" for fault in faults.found]
        sound[name] = resources
    file = yaml.safe_load(pathlib.Path("deploy/compose/compose.yaml").read_text())
    config = tomllib.loads(pathlib.Path("deploy/compose/jukwaa.toml").read_text())
    faults = Faults()
    count = check_compose(file, config, topics, faults)
    print(f"compose: {count} services; {faults.checked} checks")
    found += [f"compose: {fault}" for fault in faults.found]
    if not found:
        not_found, planted = missed(sound["production"], topics, file, config)
        print(f"planted faults: {planted - len(not_found)} of {planted} found")
        found += [f"not found when planted: {name}" for name in not_found]
    for fault in found:
        print(fault, file=sys.stderr)
    print("not checked: the operators' own schemas (Strimzi, Scylla), and anything that only a cluster can tell")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(pathlib.Path(sys.argv[1])))
