"""Values for src/learn/reference_test.cc: the linear rung as scikit-learn fits it."""
import numpy as np
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.multiclass import OneVsRestClassifier
from sklearn.preprocessing import StandardScaler

from frozen import write

random = np.random.default_rng(11)


def linear():
    cases = []
    n, p = 120, 3
    # Sixty-fourths are exact in 32-bit floats, which the encoder holds.
    x = np.round(random.normal(size=(n, p)) * [1, 20, 0.5] * 64) / 64
    z = StandardScaler().fit_transform(x)
    margin = z @ [1.5, -0.8, 0.3]
    logistic = dict(C=1.0, tol=1e-12, max_iter=10000)

    y = (random.uniform(size=n) < 1 / (1 + np.exp(-margin))).astype(int)
    fit = LogisticRegression(**logistic).fit(z, y)
    cases.append({"task": "binary", "classes": 2, "columns": x.T, "outcome": y, "prediction": fit.predict_proba(z)[:, 1], "call": "LogisticRegression(C=1, tol=1e-12).fit(StandardScaler().fit_transform(x), y)"})

    # A rare outcome that one column separates but for the penalty.
    y = (z[:, 0] > 1.4).astype(int)
    fit = LogisticRegression(**logistic).fit(z, y)
    cases.append({"task": "binary", "classes": 2, "columns": x.T, "outcome": y, "prediction": fit.predict_proba(z)[:, 1], "call": "the same, separable"})

    y = (np.digitize(margin + random.normal(size=n), (-0.8, 0.8))).astype(int)
    fit = OneVsRestClassifier(LogisticRegression(**logistic)).fit(z, y)
    cases.append({"task": "multiclass", "classes": 3, "columns": x.T, "outcome": y, "prediction": fit.predict_proba(z).ravel(), "call": "OneVsRestClassifier(LogisticRegression(C=1, tol=1e-12))"})

    y = np.round((5 + 2 * margin + random.normal(size=n)) * 64) / 64
    # Weights grow with the outcome's unit as its errors do, so one penalty holds in all units.
    fit = Ridge(alpha=1.0, tol=1e-12).fit(z, y)
    cases.append({"task": "regression", "classes": 0, "columns": x.T, "outcome": y, "prediction": fit.predict(z), "call": "Ridge(alpha=1).fit(StandardScaler().fit_transform(x), y)"})
    return cases


write("learners", ("scikit-learn", "numpy"), {"linear": linear()})
