"""Compares `jukwaa detect` with PySAL's esda and with SciPy, called in the same run, on random weighted sets with a past --as-of.

    python tests/evaluation/hotspots.py PATH/TO/jukwaa [--sets N] [--seed N]

For each set: the binary runs with --all-cells; counts are made again here from the points (h3), Gi* by esda.G_Local(star=True) over the
whole mask, p by scipy (binom.sf where all weights are 1, betainc else), q by scipy's false_discovery_control, hotspots by a plain search.
Prints the greatest deviations; exit code 1 if one is above its tolerance. Needs the packages of requirements.txt beside it.
"""

import argparse
import csv
import datetime
import random
import subprocess
import sys
import tempfile
from collections import defaultdict
from pathlib import Path

import esda
import h3
import libpysal
import numpy as np
from scipy import special, stats

FAMILIES = ["BANDITRY", "TRAFFICKING", "ORGANISED_GANG", "VIOLENT_EXTREMISM"]
END = datetime.datetime(2026, 6, 30, tzinfo=datetime.timezone.utc)
P_LEAST = 1e-300
INCIDENTS_LEAST = 5
# Greatest deviation allowed: z absolute, p and q relative; counts are exact.
TOLERANCES = {"observed": 0.0, "incidents": 0.0, "expected": 1e-12, "z": 1e-9, "p": 1e-9, "q": 1e-9, "score": 1e-9, "hotspots": 0.0}


def instant(time):
    return time.strftime("%Y-%m-%dT%H:%M:%SZ")


def random_set(dice, count, days, weighted):
    """Incidents anywhere in a box around Kenya and at a few crowded places, up to 40 days past END."""
    places = [(dice.uniform(-3.5, 4.0), dice.uniform(34.8, 40.8)) for _ in range(6)]
    rows = []
    for number in range(count):
        if dice.random() < 0.35:
            latitude, longitude = (value + dice.gauss(0, 0.04) for value in dice.choice(places))
        else:
            latitude, longitude = dice.uniform(-4.7, 5.0), dice.uniform(33.9, 41.9)
        at = END + datetime.timedelta(days=40) - datetime.timedelta(seconds=dice.randrange(days * 86_400))
        weight = dice.randint(1, 1_000) if weighted else 1_000
        rows.append((f"i-{number}", dice.choice(FAMILIES), at, round(latitude, 7), round(longitude, 7), weight))
    return rows


def write(rows, path, weighted):
    with open(path, "w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["incident_id", "category", "occurred_at", "latitude", "longitude"] + ["weight"] * weighted)
        for name, category, at, latitude, longitude, weight in rows:
            line = [name, category, instant(at), f"{latitude:.7f}", f"{longitude:.7f}"]
            writer.writerow(line + [f"{weight / 1000:.3f}"] * weighted)


def detect(binary, path, as_of, resolution, days, all_cells):
    command = [binary, "detect", str(path), "--as-of", instant(as_of), "--output", "csv"]
    command += ["--resolution", str(resolution), "--window-days", str(days)] + ["--all-cells"] * all_cells
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return list(csv.DictReader(done.stdout.splitlines()))


class Mask:
    """The cells that have a row, and who is next to whom."""

    def __init__(self, cells):
        self.cells = cells
        self.index = {cell: index for index, cell in enumerate(cells)}
        self.disks = [[self.index[near] for near in h3.grid_disk(cell, 1) if near in self.index] for cell in cells]
        neighbours = {index: [near for near in disk if near != index] for index, disk in enumerate(self.disks)}
        self.weights = libpysal.weights.W(neighbours, silence_warnings=True)
        self.sizes = np.array([len(disk) for disk in self.disks])


def expected_figures(mask, rows, family, as_of, resolution, days):
    """Incidents, weight of the disk (thousandths), expected, z, p and q of every cell, by formulas that share no code with ours."""
    weight, incidents = np.zeros(len(mask.cells), dtype=np.int64), np.zeros(len(mask.cells), dtype=np.int64)
    squares = 0
    for _, category, at, latitude, longitude, milli in rows:
        if category == family and as_of - datetime.timedelta(days=days) < at <= as_of:
            index = mask.index.get(h3.latlng_to_cell(latitude, longitude, resolution))
            if index is not None:
                weight[index] += milli
                incidents[index] += 1
                squares += milli * milli
    total, n = int(weight.sum()), len(mask.cells)
    disk = np.array([weight[near].sum() for near in mask.disks])
    if total == 0:
        return incidents, disk, np.zeros(n), np.zeros(n), np.ones(n), np.ones(n)
    z = esda.G_Local(weight / 1000.0, mask.weights, transform="B", permutations=0, star=True).Zs
    share = mask.sizes / n
    if total * 1000 == squares:
        p = stats.binom.sf(disk / 1000 - 1, total / 1000, share)
    else:
        actual = disk * (total / squares)
        p = np.where(disk > 0, special.betainc(np.maximum(actual, 1e-9), total * total / squares - actual + 1, share), 1.0)
    p = np.maximum(p, P_LEAST)
    return incidents, disk, total / 1000 * share, z, p, stats.false_discovery_control(p, method="bh")


def expected_hotspots(mask, incidents, q):
    """The cells of each hotspot: connected significant cells with at least five incidents."""
    left = {int(index) for index in np.flatnonzero(q <= 0.05)}
    hotspots = set()
    while left:
        component, waiting = set(), [left.pop()]
        while waiting:
            cell = waiting.pop()
            component.add(cell)
            near = [other for other in mask.disks[cell] if other in left]
            left.difference_update(near)
            waiting.extend(near)
        if incidents[list(component)].sum() >= INCIDENTS_LEAST:
            hotspots.add(frozenset(mask.cells[cell] for cell in component))
    return hotspots


def compare_set(binary, dice, number, greatest):
    resolution, days = dice.choice([5, 6, 6]), dice.choice([28, 90, 365, 1825])
    weighted, count = number % 2 == 0, dice.choice([60, 600, 6_000, 30_000])
    as_of = END - datetime.timedelta(days=dice.randrange(0, 60), seconds=dice.randrange(86_400))
    rows = random_set(dice, count, days + 160, weighted)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "incidents.csv"
        write(rows, path, weighted)
        all_rows = detect(binary, path, as_of, resolution, days, True)
        hotspot_rows = detect(binary, path, as_of, resolution, days, False)
    mask, found = None, 0
    for family in FAMILIES:
        ours = [row for row in all_rows if row["category"] == family]
        mask = mask or Mask([row["cell"] for row in ours])
        assert [row["cell"] for row in ours] == mask.cells, "every family has a row for each cell of one mask"
        figures = expected_figures(mask, rows, family, as_of, resolution, days)
        compare_figures(ours, figures, greatest)
        hotspots = defaultdict(set)
        for row in hotspot_rows:
            if row["category"] == family:
                hotspots[row["hotspot_id"]].add(row["cell"])
        expected = expected_hotspots(mask, figures[0], figures[5])
        greatest["hotspots"] = max(greatest["hotspots"], len(expected ^ {frozenset(cells) for cells in hotspots.values()}))
        found += len(expected)
    kind = "weights" if weighted else "whole"
    print(f"set {number}: {count} incidents ({kind}), {instant(as_of)}, resolution {resolution}, {days} days: {found} hotspots", flush=True)
    return found


def compare_figures(ours, figures, greatest):
    incidents, disk, expected, z, p, q = figures
    column = lambda name: np.array([float(row[name]) for row in ours])
    relative = lambda ours, theirs: np.abs(ours / theirs - 1.0)
    deviations = {
        "incidents": np.abs(column("incidents") - incidents),
        "observed": np.abs(np.rint(column("observed") * 1000) - disk),
        "expected": np.abs(column("expected") - expected),
        "z": np.abs(column("gi_star_z") - z),
        "p": relative(column("p_value"), p),
        "q": relative(column("q_value"), q),
        "score": np.abs(column("score") + np.log10(q)),
    }
    for name, values in deviations.items():
        greatest[name] = max(greatest[name], float(values.max()))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("binary", help="the jukwaa binary")
    parser.add_argument("--sets", type=int, default=12)
    parser.add_argument("--seed", type=int, default=20260630)
    options = parser.parse_args()
    dice, greatest = random.Random(options.seed), dict.fromkeys(TOLERANCES, 0.0)
    found = sum(compare_set(options.binary, dice, number, greatest) for number in range(options.sets))
    print(f"\ngreatest deviation over {options.sets} sets with {found} hotspots (esda {esda.__version__}):")
    failed = False
    for name, tolerance in TOLERANCES.items():
        failed |= not greatest[name] <= tolerance
        print(f"  {name:10} {greatest[name]:.3g} (at most {tolerance:g})")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
