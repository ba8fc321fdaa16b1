#!/usr/bin/env python3
"""bench/peers/ope.py [RUNS]: the same off-policy evaluation by `assay ope` and by the formulas of Open Bandit Pipeline (obp 0.5.4, docs/estimators.rst) in NumPy.

Two logs: the Open Bandit Dataset's men campaign (../shared/data, left out where it is absent) and 200,000 simulated decisions of a known world, these also with a
reward model of the action alone, which both sides fit alike. Prints the values side by side and the wall times of whole processes, in turn, medians. tau and lambda are
the same on both sides and change weights. Fails when ipw or snipw differs by more than rounding; when dr differs by more than two of its standard errors; when any of
the six differs by more than a tenth of that where the models are alike (else dm, switch-dr and dros are not held to the peer's: where weights are taken away the model
answers, and the models differ); or when tau or lambda changed no weight. obp itself does not install on Python 3.11: it asks for one below 3.10.
"""
import csv
import gzip
import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

import numpy as np

root = pathlib.Path(__file__).resolve().parents[2]
program = os.environ.get("ASSAY_PROGRAM", str(root / "build" / "release" / "assay"))
FOLDS, BOOTSTRAP, NAMES = 5, 1000, ["ipw", "snipw", "dm", "dr", "switch-dr", "dros"]


def estimates(reward, propensity, target, logged, modelled, tau, shrink):
    """One value per row of each estimator: obp's _estimate_round_rewards."""
    w = target / propensity
    kept = w * (w <= tau)
    shrunk = w if np.isinf(shrink) else shrink * w / (w**2 + shrink)
    return {"ipw": w * reward, "snipw": w * reward / w.mean(), "dm": modelled, "dr": modelled + w * (reward - logged),
            "switch-dr": modelled + kept * (reward - logged), "dros": modelled + shrunk * (reward - logged)}


def logistic(x, y, steps=15, penalty=1.0):
    """obp's RegressionModel with logistic regression (L2, as scikit-learn's C = 1), by Newton's method."""
    x = np.column_stack([x, np.ones(len(x))])
    weights = np.zeros(x.shape[1])
    ridge = np.full(x.shape[1], penalty)
    ridge[-1] = 1e-9
    for _ in range(steps):
        p = 1 / (1 + np.exp(-(x @ weights)))
        step = np.linalg.solve((x * (p * (1 - p))[:, None]).T @ x + np.diag(ridge), x.T @ (p - y) + ridge * weights)
        weights -= step
        if np.abs(step).max() < 1e-8:
            break
    return weights


def one_hot(codes, size):
    out = np.zeros((len(codes), size))
    out[np.arange(len(codes)), codes] = 1
    return out


def peer(path, task):
    """What obp does: read, fit across folds on one-hot features and actions, predict every action, estimate, interval by bootstrap of the values per row."""
    with (gzip.open(path, "rt") if path.endswith(".gz") else open(path)) as file:
        rows = list(csv.DictReader(file))
    column = lambda name: np.array([row[name] for row in rows])
    reward, propensity = column(task["reward"]).astype(float), column(task["propensity"]).astype(float)
    codes = {name: np.unique(column(name), return_inverse=True) for name in [task["action"], *task["features"]]}
    items, action = codes[task["action"]]
    features = np.hstack([np.empty((len(rows), 0)), *(one_hot(codes[name][1], len(codes[name][0])) for name in task["features"])])
    target = np.full(len(rows), 1 / len(items))
    fold = np.random.default_rng(42).permutation(len(rows)) % FOLDS
    logged, modelled = np.empty(len(rows)), np.zeros(len(rows))
    for f in range(FOLDS):
        train, test = fold != f, fold == f
        weights = logistic(np.hstack([features[train], one_hot(action[train], len(items))]), reward[train])
        base = features[test] @ weights[: features.shape[1]] + weights[-1]
        answers = 1 / (1 + np.exp(-(base[:, None] + weights[features.shape[1]:-1])))
        logged[test] = answers[np.arange(test.sum()), action[test]]
        modelled[test] = answers.mean(axis=1)
    by_row = estimates(reward, propensity, target, logged, modelled, task["tau"], task["lambda"])
    draw = np.random.default_rng(1)
    out = {}
    for name, values in by_row.items():
        means = [values[draw.integers(len(values), size=len(values))].mean() for _ in range(BOOTSTRAP)]
        out[name] = [float(values.mean()), *np.percentile(means, [2.5, 97.5]).tolist(), float(values.std(ddof=1) / len(values) ** 0.5)]
    json.dump(out, sys.stdout)


def simulate(path, rows=200_000, items=10):
    rng = np.random.default_rng(4)
    logits, chance = rng.normal(size=(8, items)), 0.05 * np.exp(0.6 * rng.normal(size=(8, items)))
    policy = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    kind = rng.integers(8, size=rows)
    action = (rng.random(rows)[:, None] > policy[kind].cumsum(axis=1)).sum(axis=1).clip(max=items - 1)
    click = rng.random(rows) < chance[kind, action]
    with open(path, "w") as file:
        file.write("country,device,item,p,click\n")
        for k, a, c in zip(kind, action, click):
            file.write(f"c{k // 2},d{k % 2},i{a},{policy[k, a]!r},{int(c)}\n".replace("np.float64(", "").replace(")", ""))
    return float(chance.mean())


def ours(path, task):
    words = [program, "ope", path, "--target-policy", "uniform", "--tau", str(task["tau"]), "--lambda", str(task["lambda"]), "--json", "--quiet"]
    if task["features"]:
        words += ["--features", ",".join(task["features"])]
    for flag in ("reward", "propensity", "action"):
        words += [f"--{flag}", task[flag]]
    return subprocess.run(words, capture_output=True, text=True, check=True).stdout


def main():
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 3
    failed = False
    with tempfile.TemporaryDirectory() as folder:
        simulated = os.path.join(folder, "log.csv")
        truth = simulate(simulated)
        men = root.parent / "shared" / "data" / "obd_bts_men.csv.gz"
        users = [f"user_feature_{i}" for i in range(4)]
        flags = {"reward": "click", "propensity": "p", "action": "item", "tau": 3, "lambda": 10}
        tasks = [("200,000 simulated decisions", simulated, {**flags, "features": ["country", "device"]}), ("the same, models of the action alone", simulated, {**flags, "features": []})]
        if men.exists():
            tasks.insert(0, ("Open Bandit Dataset, men", str(men), {"reward": "click", "propensity": "propensity_score", "action": "item_id", "features": [*users, "position"], "tau": 20, "lambda": 400}))
        else:
            print("Open Bandit Dataset: not beside this tree, left out")
        for label, path, task in tasks:
            seconds, answers = {"assay": [], "numpy": []}, {}
            for _ in range(runs):
                for name, work in (("assay", lambda: ours(path, task)), ("numpy", lambda: subprocess.run([sys.executable, __file__, "--peer", path, json.dumps(task)], capture_output=True, text=True, check=True).stdout)):
                    began = time.monotonic()
                    answers[name] = json.loads(work())
                    seconds[name].append(time.monotonic() - began)
            median = {name: statistics.median(times) for name, times in seconds.items()}
            print(f"{label}: assay {median['assay']:.2f} s, obp's formulas in NumPy {median['numpy']:.2f} s, ratio {median['numpy'] / median['assay']:.1f}" + (f"; truth {truth:.6f}" if path == simulated else ""))
            for estimate in answers["assay"]["estimates"]:
                value, low, high, error = answers["numpy"][estimate["name"]]
                error = answers["numpy"]["dr"][3]
                slack = 1e-9 * abs(value) if estimate["name"] in ("ipw", "snipw") else 0.1 * error if not task["features"] else 2 * error if estimate["name"] == "dr" else np.inf
                changed = estimate["name"] not in ("switch-dr", "dros") or estimate["rows_changed"] > 0
                agrees = abs(estimate["value"] - value) <= slack and changed
                failed |= not agrees
                interval = "no interval" if estimate["low"] is None else f"{estimate['low']:.6f} to {estimate['high']:.6f}"
                print(f"  {estimate['name']:10} assay {estimate['value']:.9f} ({interval}), obp {value:.9f} ({low:.6f} to {high:.6f}), {estimate['rows_changed']} weights changed, {'DIFFER' if not agrees else 'other model' if slack == np.inf else 'agree'}")
    return 1 if failed else 0


if __name__ == "__main__":
    if len(sys.argv) > 1 and sys.argv[1] == "--peer":
        peer(sys.argv[2], json.loads(sys.argv[3]))
    else:
        sys.exit(main())
