"""Values for src/learn/reference_test.cc: metrics as scikit-learn computes them."""
import numpy as np
from sklearn import metrics

from frozen import write

random = np.random.default_rng(7)


def binary():
    cases = []
    for what, n, rate, digits in (("plain", 50, 0.3, 6), ("many ties", 60, 0.5, 1), ("certain and wrong", 40, 0.2, 3)):
        y = (random.uniform(size=n) < rate).astype(int)
        y[:2] = (0, 1)
        p = np.round(np.clip(rate + 0.3 * (y - rate) + random.normal(0, 0.25, n), 0.001, 0.999), digits)
        if what == "certain and wrong":
            p[:4] = (1.0, 0.0, 0.0, 1.0)  # the first two are wrong: clipped to the nearest double
        prior = y.mean()
        cases.append({"what": what, "outcome": y, "prediction": p,
                      "auc": metrics.roc_auc_score(y, p), "log_loss": metrics.log_loss(y, p), "brier": metrics.brier_score_loss(y, p),
                      "accuracy": metrics.accuracy_score(y, p >= 0.5), "skill": metrics.d2_log_loss_score(y, np.column_stack([1 - p, p])),
                      "entropy": float(-prior * np.log(prior) - (1 - prior) * np.log(1 - prior)),
                      "call": "roc_auc_score, log_loss, brier_score_loss, accuracy_score(y, p >= .5), d2_log_loss_score"})
    return cases


def multiclass():
    cases = []
    for classes, n in ((3, 40), (5, 80)):
        y = random.integers(0, classes, n)
        y[:classes] = np.arange(classes)
        p = random.dirichlet(np.ones(classes), n)
        p[np.arange(n), y] += 0.3
        p = np.round(p / p.sum(axis=1, keepdims=True), 4)
        p[:, -1] = np.round(1 - p[:, :-1].sum(axis=1), 4)
        shares = np.bincount(y) / n
        cases.append({"classes": classes, "outcome": y, "prediction": p.ravel(), "log_loss": metrics.log_loss(y, p),
                      "brier": metrics.brier_score_loss(y, p, scale_by_half=False), "accuracy": metrics.accuracy_score(y, p.argmax(axis=1)),
                      "skill": metrics.d2_log_loss_score(y, p), "entropy": float(-(shares * np.log(shares)).sum()),
                      "call": "log_loss, brier_score_loss(scale_by_half=False), accuracy_score, d2_log_loss_score"})
    return cases


def regression():
    cases = []
    for n, scale in ((30, 1.0), (60, 1000.0)):
        y = np.round(scale * random.normal(size=n) * 64) / 64  # outcomes are kept as 32-bit floats
        p = np.round(0.7 * y + 0.4 * scale * random.normal(size=n), 4)
        cases.append({"outcome": y, "prediction": p, "rmse": metrics.root_mean_squared_error(y, p), "mae": metrics.mean_absolute_error(y, p), "r2": metrics.r2_score(y, p),
                      "call": "root_mean_squared_error, mean_absolute_error, r2_score"})
    return cases


def ranking():
    cases = []
    for what, sizes, k in (("whole lists", (6, 9, 4), 0), ("ties", (8, 8, 5, 12), 0), ("cut at 3, ties", (8, 8, 5, 12), 3)):
        query = np.repeat(np.arange(len(sizes)), sizes)
        gain = random.integers(0, 4, len(query))
        score = np.round(gain + random.normal(0, 1.5, len(query)), 0 if "ties" in what else 4)
        ndcg = [metrics.ndcg_score([gain[query == q]], [score[query == q]], k=k or None) for q in range(len(sizes))]
        cases.append({"what": what, "query": query, "outcome": gain, "prediction": score, "k": k, "ndcg": ndcg, "call": "ndcg_score([gain], [score], k) per query, ties averaged"})
    return cases


write("metrics", ("scikit-learn", "numpy"), {"binary": binary(), "multiclass": multiclass(), "regression": regression(), "ranking": ranking()})
