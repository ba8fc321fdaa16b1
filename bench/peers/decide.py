"""The steps of `assay feasibility` and `assay train` with scikit-learn and xgboost: decide.py FILE."""
import sys

import numpy as np
import pandas as pd
import xgboost
from scipy import stats
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler, TargetEncoder
from sklearn.tree import DecisionTreeClassifier

random = np.random.default_rng(42)
frame = pd.read_parquet(sys.argv[1]).dropna(subset=["delay"]).sort_values("date", kind="stable").reset_index(drop=True)
y = frame["delay"].gt(15).to_numpy(dtype=np.int8)
day = frame["date"].dt.floor("D").factorize()[0]
numbers = np.column_stack([frame["distance"], frame["date"].dt.month, frame["date"].dt.dayofweek, frame["date"].dt.day]).astype(np.float32)
categories = frame[["origin", "destination"]].astype("category").apply(lambda c: c.cat.codes).to_numpy()
num_days = day.max() + 1


def encoded(train, test):
    """Numbers, and categories by their smoothed share, out of fold for the training rows themselves."""
    encoder = TargetEncoder(smooth=20, cv=5, random_state=42)
    own = encoder.fit_transform(categories[train], y[train])
    return np.hstack([numbers[train], own]).astype(np.float32), np.hstack([numbers[test], encoder.transform(categories[test])]).astype(np.float32)


def losses(p, rows):
    p = np.clip(p, 1e-12, 1 - 1e-12)
    return -np.where(y[rows] == 1, np.log(p), np.log1p(-p))


def by_day(values, rows):
    """Mean with a 95 % interval by days."""
    sums, counts = np.bincount(day[rows], values, num_days), np.bincount(day[rows], minlength=num_days)
    used = counts > 0
    mean, n = values.mean(), used.sum()
    error = np.sqrt(n / (n - 1) * ((sums[used] - mean * counts[used]) ** 2).sum()) / len(values)
    return mean, *stats.t.interval(0.95, n - 1, mean, error)


def boosted_parameters(depth):
    return {"objective": "binary:logistic", "tree_method": "hist", "max_bin": 128, "max_depth": depth, "eta": 0.15, "min_child_weight": 5, "lambda": 5, "nthread": 2, "seed": 42}


def tune(rows):
    sample = np.sort(random.choice(rows, min(len(rows), 600_000), replace=False))
    best = (np.inf, 4, 50)
    curves = {depth: [] for depth in (2, 4, 6)}
    for train, test in forward(sample, 2):
        a, b = encoded(train, test)
        data, watch = xgboost.DMatrix(a, y[train]), xgboost.DMatrix(b, y[test])
        for depth in curves:
            history = {}
            xgboost.train({**boosted_parameters(depth), "eval_metric": "logloss"}, data, 150, evals=[(watch, "test")], evals_result=history, early_stopping_rounds=30, verbose_eval=False)
            curves[depth].append(history["test"]["logloss"])
    for depth, pair in curves.items():
        length = min(map(len, pair))
        mean = np.mean([curve[:length] for curve in pair], axis=0)
        best = min(best, (mean.min(), depth, int(mean.argmin()) + 1))
    return best[1], best[2]


def forward(rows, folds):
    """Rolling origin: each block of days is predicted from all days before it, with a day between."""
    edges = np.linspace(day[rows].min(), day[rows].max() + 1, folds + 2).astype(int)
    for k in range(1, folds + 1):
        yield rows[day[rows] < edges[k] - 1], rows[(day[rows] >= edges[k]) & (day[rows] < edges[k + 1])]


def rungs(train, test):
    """Predictions of the rungs on `test`, fitted on `train`."""
    a, b = encoded(train, test)
    out = {"constant": np.full(len(test), y[train].mean())}
    out["rule"] = DecisionTreeClassifier(max_depth=3, min_samples_leaf=len(train) // 200).fit(a, y[train]).predict_proba(b)[:, 1]
    out["linear"] = make_pipeline(StandardScaler(), LogisticRegression(max_iter=200)).fit(a, y[train]).predict_proba(b)[:, 1]
    depth, trees = tune(train)
    booster = xgboost.train(boosted_parameters(depth), xgboost.DMatrix(a, y[train]), trees)
    out["boosted"] = booster.predict(xgboost.DMatrix(b))
    return out


def skill_with_intervals(predictions, rows):
    base = losses(predictions["constant"], rows)
    return {name: by_day((base - losses(p, rows)) / base.mean(), rows) for name, p in predictions.items()}


# Feasibility. Leaks: each feature alone, the time of day among them.
everything = np.arange(len(y))
thin = np.sort(random.choice(everything, min(len(y), 400_000), replace=False))
for name, codes in {"origin": categories[thin, 0], "destination": categories[thin, 1], "hour": frame["date"].dt.hour.to_numpy()[thin]}.items():
    shares = TargetEncoder(smooth=20, cv=5, random_state=42).fit_transform(codes.reshape(-1, 1), y[thin])[:, 0]
    print(name, "alone", by_day(losses(np.full(len(thin), y.mean()), thin) - losses(shares, thin), thin))

# Pattern: the larger skill of two families on 20,000 rows against series shifted in a circle.
few = np.sort(random.choice(everything, min(len(y), 20_000), replace=False))
folds = [(encoded(train, test), train, test) for train, test in forward(few, 3)]


def statistic(outcome):
    gains = []
    for model in (lambda: DecisionTreeClassifier(max_depth=3, min_samples_leaf=100), lambda: make_pipeline(StandardScaler(), LogisticRegression(max_iter=200))):
        total = base = 0.0
        for (a, b), train, test in folds:
            p = np.clip(model().fit(a, outcome[train]).predict_proba(b)[:, 1], 1e-12, 1)
            q = outcome[train].mean()
            total += -np.where(outcome[test] == 1, np.log(p), np.log1p(-np.minimum(p, 1 - 1e-12))).sum()
            base += -np.where(outcome[test] == 1, np.log(q), np.log1p(-q)).sum()
        gains.append(1 - total / base)
    return max(gains)


observed, as_good, permutations = statistic(y), 0, 0
while permutations < 199 and as_good < 10:
    shifted = y.copy()
    shifted[few] = np.roll(y[few], random.integers(1000, len(few) - 1000))
    as_good += statistic(shifted) >= observed
    permutations += 1
print("pattern p", (as_good + 1) / (permutations + 1), "after", permutations)

# Gain out of fold, and the learning curve.
collected = {}
tested = []
for train, test in forward(thin, 4):
    tested.append(test)
    for name, p in rungs(train, test).items():
        collected.setdefault(name, []).append(p)
print("gain", skill_with_intervals({name: np.concatenate(parts) for name, parts in collected.items()}, np.concatenate(tested)))
train, test = list(forward(thin, 2))[-1]
for halvings in range(6, -1, -1):
    part = train[:: 2**halvings]
    a, b = encoded(part, test)
    depth, trees = tune(part)
    booster = xgboost.train(boosted_parameters(depth), xgboost.DMatrix(a, y[part]), trees)
    print("curve", len(part), losses(booster.predict(xgboost.DMatrix(b)), test).mean())

# The ladder: choice inside the training part, then the final fits and the holdout once.
cut = int(num_days * 0.8)
training, holdout = everything[day < cut - 1], everything[day >= cut]
sample = np.sort(random.choice(training, min(len(training), 1_000_000), replace=False))
collected, tested = {}, []
for train, test in forward(sample, 4):
    tested.append(test)
    for name, p in rungs(train, test).items():
        collected.setdefault(name, []).append(p)
print("choice", skill_with_intervals({name: np.concatenate(parts) for name, parts in collected.items()}, np.concatenate(tested)))
final = rungs(training, holdout)
print("holdout", skill_with_intervals(final, holdout))
for name, p in final.items():
    print(name, "auc", roc_auc_score(y[holdout], p), "brier", by_day((p - y[holdout]) ** 2, holdout))
