"""Fusion against the generator's truth, on seeds that no parameter was fitted on.

Runs `jukwaa generate` and `jukwaa fuse` as a user would and prints, for each density of recipe a4, precision, recall and F1 over pairs of
reports and over reports (B-cubed, Bagga and Baldwin 1998): mean and range over the seeds, beside what must be reached. Scored here in plain
Python, apart from the code that it judges.

    python tests/evaluation/fusion.py target/debug/jukwaa [--seeds 101-105] [--reports 10000] [--noise a4]
"""

import argparse
import collections
import csv
import io
import pathlib
import statistics
import subprocess
import sys
import tempfile

# Pairwise F1, B-cubed F1 that must be reached, by density.
WANTED = {"easy": (0.96, 0.98), "medium": (0.945, 0.975), "hard": (0.92, 0.965)}


def pairs(counts):
    """Pairs within groups of these sizes."""
    return sum(count * (count - 1) // 2 for count in counts)


def harmonic(precision, recall):
    """The F1 of a precision and a recall."""
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0


def score(truth, found):
    """Pairwise and B-cubed precision, recall and F1 of one partition; both map report to group."""
    reports = sorted(truth)
    missing = [report for report in reports if report not in found]
    if missing:
        sys.exit(f"{len(missing)} reports have no row, such as {missing[0]}")
    wanted = collections.Counter(truth[report] for report in reports)
    made = collections.Counter(found[report] for report in reports)
    both = collections.Counter((found[report], truth[report]) for report in reports)
    together = pairs(both.values())
    precision = together / max(1, pairs(made.values()))
    recall = together / max(1, pairs(wanted.values()))
    b_precision = sum(n * n / made[group] for (group, _), n in both.items()) / len(reports)
    b_recall = sum(n * n / wanted[event] for (_, event), n in both.items()) / len(reports)
    return {
        "pair P": precision,
        "pair R": recall,
        "pair F1": harmonic(precision, recall),
        "B3 P": b_precision,
        "B3 R": b_recall,
        "B3 F1": harmonic(b_precision, b_recall),
    }


def run_seed(binary, seed, density, reports, noise):
    """Scores one generated world."""
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        made = [binary, "generate", "--seed", str(seed), "--reports", str(reports), "--density", density, "--noise", noise, "--out", folder]
        subprocess.run(made, check=True)
        fused = subprocess.run([binary, "fuse", folder / "reports.ndjson", "--output", "csv"], check=True, capture_output=True, text=True)
        truth = {
            (row["agency"], row["client_report_id"]): row["true_incident_id"]
            for row in csv.DictReader(open(folder / "truth.csv", newline="", encoding="utf-8"))
        }
        found = {(row["agency"], row["client_report_id"]): row["incident_id"] for row in csv.DictReader(io.StringIO(fused.stdout))}
    return score(truth, found)


def seeds_of(text):
    """Seeds as `101-105` or `7,9`."""
    first, dash, last = text.partition("-")
    return list(range(int(first), int(last) + 1)) if dash else [int(seed) for seed in text.split(",")]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("binary")
    parser.add_argument("--seeds", default="101-105")
    parser.add_argument("--reports", type=int, default=10_000)
    parser.add_argument("--noise", default="a4")
    arguments = parser.parse_args()
    seeds = seeds_of(arguments.seeds)
    print(f"fusion, noise {arguments.noise}, {arguments.reports} reports a world, seeds {arguments.seeds}: mean (least to greatest)")
    missed = False
    for density, (pair_wanted, b_cubed_wanted) in WANTED.items():
        scores = [run_seed(arguments.binary, seed, density, arguments.reports, arguments.noise) for seed in seeds]
        figures = {name: [one[name] for one in scores] for name in scores[0]}
        shown = (f"{name} {statistics.mean(values):.4f} ({min(values):.4f} to {max(values):.4f})" for name, values in figures.items())
        print(f"{density:7}", "  ".join(shown))
        reached = statistics.mean(figures["pair F1"]) >= pair_wanted and statistics.mean(figures["B3 F1"]) >= b_cubed_wanted
        print(f"        wanted: pair F1 {pair_wanted}, B3 F1 {b_cubed_wanted}: {'reached' if reached else 'MISSED'}")
        missed |= not reached
    sys.exit(1 if missed and arguments.noise == "a4" else 0)


if __name__ == "__main__":
    main()
