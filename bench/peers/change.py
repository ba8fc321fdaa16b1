#!/usr/bin/env python3
"""bench/peers/change.py [RUNS]: who names the cause of a change? Planted causes of one to three dimensions; the cells that Assay, Adtributor's
rule and wise-pizza report against the true ones (README.md)."""
import csv
import json
import logging
import math
import os
import pathlib
import random
import subprocess
import sys
import tempfile
import time
import warnings

root = pathlib.Path(__file__).resolve().parents[2]
environment = pathlib.Path(os.environ.get("ASSAY_PEERS", pathlib.Path.home() / ".cache" / "assay-peers"))
program = os.environ.get("ASSAY_PROGRAM", str(root / "build" / "release" / "assay"))
SIZES = {"country": 8, "channel": 6, "device": 5, "product": 4}
DAYS, ROWS_A_DAY = 28, 300


def prepare():
    """Runs this file again in the environment of the peers."""
    python = environment / "bin" / "python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", str(environment)], check=True)
    if subprocess.run([str(python), "-c", "import wise_pizza"], capture_output=True).returncode != 0:
        subprocess.run([str(python), "-m", "pip", "install", "--quiet", "wise-pizza==0.2.9"])
    if pathlib.Path(sys.executable).absolute() != python.absolute() and "ASSAY_PEERS_RUNNING" not in os.environ:
        os.execve(str(python), [str(python), __file__, *sys.argv[1:]], {**os.environ, "ASSAY_PEERS_RUNNING": "1"})


def draw_values(rng, name):
    weights = [1 / (i + 1) ** 0.7 for i in range(SIZES[name])]
    return rng.choices(range(SIZES[name]), weights)[0]


def matches(cell, row):
    return all(row[name] == value for name, value in cell)


def simulate(seed):
    """Rows, the metric and the true cells. Values are log-normal around a level of their own for each value of each dimension; days share a shock."""
    rng = random.Random(seed)
    metric = ["avg", "sum", "ratio"][seed % 3]
    effects = {name: [math.exp(rng.gauss(0, 0.25)) for _ in range(size)] for name, size in SIZES.items()}
    rows = []
    for day in range(2 * DAYS):
        shock = math.exp(rng.gauss(0, 0.05))
        for _ in range(ROWS_A_DAY):
            row = {name: draw_values(rng, name) for name in SIZES}
            level = shock * math.prod(effects[name][row[name]] for name in SIZES)
            row.update(day=day, side=int(day >= DAYS), y=1 + rng.expovariate(1), value=level * math.exp(rng.gauss(0, 0.8)))
            rows.append(row)
    causes = []
    while len(causes) < 1 + seed // 3 % 2:
        cell = tuple(sorted((name, draw_values(rng, name)) for name in rng.sample(list(SIZES), 1 + (seed // 6 + len(causes)) % 3)))
        share = sum(matches(cell, row) for row in rows) / len(rows)
        # Causes touch no row twice, so that each is one.
        apart = all(any(a[0] == b[0] and a[1] != b[1] for a in cell for b in other) for other in causes)
        if 0.02 <= share <= 0.35 and apart:
            causes.append(cell)
    for cell in causes:
        factor = rng.choice([rng.uniform(1.5, 2.5), rng.uniform(0.3, 0.6)])
        for row in rows:
            if row["side"] == 1 and matches(cell, row):
                row["value"] *= factor
    if metric == "ratio":
        for row in rows:
            row["value"] *= row["y"]
    return metric, rows, causes


def assay(metric, rows, _):
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "rows.csv")
        with open(path, "w", newline="") as file:
            writer = csv.writer(file)
            writer.writerow([*SIZES, "day", "side", "value", "y"])
            for row in rows:
                writer.writerow([*(f"{name}{row[name]}" for name in SIZES), time.strftime("%Y-%m-%d", time.gmtime(86400 * (19000 + row["day"]))), row["side"], row["value"], row["y"]])
        of = {"avg": "avg(value)", "sum": "sum(value)", "ratio": "sum(value)/sum(y)"}[metric]
        ran = subprocess.run([program, "change", path, "--metric", of, "--before", "side = 0", "--after", "side = 1", "--time", "day", "--features", ",".join(SIZES), "--json", "--quiet"], capture_output=True, text=True, check=True)
    return [tuple(sorted((p["feature"], int(p["value"][len(p["feature"]):])) for p in part["predicates"])) for part in json.loads(ran.stdout)["parts"]]


def adtributor(metric, rows, _):
    """Bhagwan et al., NSDI 2014, algorithm 1 with its thresholds .1 and .67, before as the forecast; the dimension with the most surprise. A mean or ratio by
    section 4.3: explanatory power of a quotient by finite differences, surprise of numerator and denominator added."""
    number = len({row["day"] for row in rows}) / 2
    assert number == DAYS  # as many days on either side: no scaling

    def totals(name):
        sums = {}
        for row in rows:
            value = sums.setdefault(row[name] if name else None, [[0.0, 0.0], [0.0, 0.0]])
            value[0][row["side"]] += row["value"]
            value[1][row["side"]] += {"avg": 1.0, "ratio": row["y"], "sum": 0.0}[metric]
        return sums

    (f1, a1), (f2, a2) = totals(None)[None]

    def surprise(f, a, total_f, total_a):
        p, q = f / total_f, a / total_a
        return 0.5 * ((p * math.log(2 * p / (p + q)) if p > 0 else 0) + (q * math.log(2 * q / (p + q)) if q > 0 else 0))

    best = (-1.0, [])
    for name in SIZES:
        elements = []
        for value, ((f, a), (g, b)) in totals(name).items():
            s = surprise(f, a, f1, a1)
            if metric == "sum":
                power = (a - f) / (a1 - f1)
            else:
                s += surprise(g, b, f2, a2)
                power = ((a - f) * f2 - (b - g) * f1) / (f2 * (f2 + b - g))
            elements.append([s, power, value])
        if metric != "sum":
            whole = sum(e[1] for e in elements)
            for e in elements:
                e[1] /= whole
        chosen, explained, found = [], 0.0, 0.0
        for s, power, value in sorted(elements, reverse=True):
            if power > 0.1:
                chosen.append(((name, value),))
                explained += power
                found += s
            if explained > 0.67:
                break
        if explained > 0.67 and found > best[0]:
            best = (found, chosen)
    return best[1]


def wise_pizza(metric, rows, segments):
    """explain_changes_in_totals or _in_average, as its documentation calls them; `segments`: how many to return, None for its default."""
    import pandas as pd
    import wise_pizza as wp
    frame = pd.DataFrame(rows)
    frame["size"] = 1.0 if metric != "ratio" else frame["y"]
    sides = [frame[frame["side"] == s].groupby(list(SIZES), as_index=False)[["value", "size"]].sum() for s in (0, 1)]
    explain = wp.explain_changes_in_totals if metric == "sum" else wp.explain_changes_in_average
    options = {} if segments is None else {"max_segments": segments}
    logging.disable(logging.WARNING)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            fit = explain(sides[0], sides[1], dims=list(SIZES), total_name="value", size_name="size", max_depth=3, how="totals", verbose=0, **options)
        except ValueError as error:
            # Its lasso is handed no segment at all: no answer.
            print(f"wise-pizza: {error}", file=sys.stderr)
            return []
    return [tuple(sorted((name, int(value)) for name, value in s["segment"].items() if name in SIZES)) for s in fit.segments]


def jaccard(predicted, causes, cells):
    """By rows: of the union of the reported cells with that of the true ones."""
    first = {i for i, row in enumerate(cells) if any(matches(p, row) for p in predicted)}
    second = {i for i, row in enumerate(cells) if any(matches(p, row) for p in causes)}
    weight = lambda chosen: sum(cells[i]["weight"] for i in chosen)
    return weight(first & second) / weight(first | second) if first | second else 1.0


def main():
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 90
    methods = {"assay": lambda *a: assay(*a, None), "Adtributor": lambda *a: adtributor(*a, None)}
    try:
        import importlib.metadata

        version = importlib.metadata.version("wise-pizza")
        methods["wise-pizza"] = lambda *a: wise_pizza(*a, None)
        methods["wise-pizza, told how many"] = None
        print(f"wise-pizza {version}")
    except ImportError as error:
        print(f"wise-pizza: not installed here ({error}); left out")
    counts = {name: {} for name in methods}
    for seed in range(runs):
        metric, rows, causes = simulate(seed)
        grid = {}
        for row in rows:
            key = tuple(row[name] for name in SIZES)
            grid[key] = grid.get(key, 0) + 1
        cells = [{**dict(zip(SIZES, key)), "weight": weight} for key, weight in grid.items()]
        for name, method in methods.items():
            began = time.monotonic()
            predicted = method(metric, rows) if method else wise_pizza(metric, rows, len(causes))
            seconds = time.monotonic() - began
            right = len(set(predicted) & set(causes))
            depth = max(len(cell) for cell in causes)
            for group in ("all", metric, f"up to {depth} dimensions"):
                c = counts[name].setdefault(group, [0, 0, 0, 0.0, 0.0, 0])
                for i, add in enumerate((right, len(set(predicted)), len(causes), jaccard(predicted, causes, cells), seconds, 1)):
                    c[i] += add
    groups = sorted({g for c in counts.values() for g in c}, key=lambda g: (g != "all", g))
    print(f"{runs} changes; F1 of cells (all predicates right), precision, recall; Jaccard index of rows, mean; seconds, mean")
    print(f"{'':28}" + "".join(f"{group:>22}" for group in groups))
    f1 = lambda c: 2 * c[0] / (c[1] + c[2]) if c[1] + c[2] else 0.0
    for name, by_group in counts.items():
        print(f"{name:28}" + "".join(f"{f1(by_group[g]):>13.3f} / {by_group[g][3] / by_group[g][5]:.3f}" for g in groups))
    for name, by_group in counts.items():
        c = by_group["all"]
        print(f"{name:28} precision {c[0] / max(c[1], 1):.3f}, recall {c[0] / c[2]:.3f}, {c[4] / c[5]:.2f} s")
    ours = f1(counts["assay"]["all"])
    worse = [name for name, c in counts.items() if f1(c["all"]) > ours]
    print("assay's F1 is the highest" if not worse else f"assay's F1 is below that of {', '.join(worse)}")
    return 1 if worse else 0


if __name__ == "__main__":
    prepare()
    sys.exit(main())
