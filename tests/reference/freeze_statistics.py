"""Values for src/stats/reference_test.cc."""
import warnings

import numpy as np
import statsmodels.api as sm
from scipy import optimize, stats
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.proportion import proportion_confint
from statsmodels.tsa.stattools import acf

from frozen import write

random = np.random.default_rng(20010101)


def distributions():
    cases = []

    def add(function, arguments, call):
        value = float(eval(call))  # the call is the record of how the value was made
        cases.append({"function": function, "arguments": arguments, "value": value, "call": call})

    for z in (-8.5, -2.326, -1, 0, 0.3, 1.96, 6):
        add("NormalCdf", [z], f"stats.norm.cdf({z})")
        add("TwoSidedNormalP", [z], f"2 * stats.norm.sf(abs({z}))")
    for p in (1e-10, 0.025, 0.5, 0.8, 0.975, 1 - 1e-9):
        add("NormalQuantile", [p], f"stats.norm.ppf({p!r})")
        for degrees in (1, 2.5, 9, 99.7, 1e6):
            add("StudentQuantile", [p, degrees], f"stats.t.ppf({p!r}, {degrees})")
    for t in (-3.2, -0.5, 0, 1.1, 12):
        for degrees in (0.7, 1, 4.4, 30, 1e5):
            add("StudentCdf", [t, degrees], f"stats.t.cdf({t}, {degrees})")
            add("TwoSidedStudentP", [t, degrees], f"2 * stats.t.sf(abs({t}), {degrees})")
    for x in (0.001, 1, 3.84, 25, 400):
        for degrees in (1, 7, 180):
            add("ChiSquareUpperP", [x, degrees], f"stats.chi2.sf({x}, {degrees})")
    for f in (0.01, 0.9, 2.5, 40):
        for d1, d2 in ((1, 5), (4, 18.5), (11, 181)):
            add("FisherUpperP", [f, d1, d2], f"stats.f.sf({f}, {d1}, {d2})")
    for k, n, p in ((0, 5, 0.1), (3, 12, 0.5), (38, 500, 0.05), (499, 500, 0.99), (12, 12, 0.3)):
        add("BinomialCdf", [k, n, p], f"stats.binom.cdf({k}, {n}, {p})")
    for k, n in ((1, 12), (6, 12), (59, 180), (0, 3), (300, 500)):
        add("BinomialTwoSidedP", [k, n], f"stats.binomtest({k}, {n}, 0.5).pvalue")
    for p, a, b in ((0.025, 3, 8), (0.975, 0.5, 0.5), (0.5, 120, 4)):
        add("BetaQuantile", [p, a, b], f"stats.beta.ppf({p}, {a}, {b})")
    return cases


def bell_mccaffrey(values, part, unit):
    """Mean, or mean of part 1 minus mean of part 0: CR2 variance and Imbens and Kolesar's degrees of freedom.

    With whole matrices: residual maker M, blocks M_gg^(-1/2), contrast c, s = sum over units of (a_g' e)^2 and
    cov(e) = block-wise sigma^2 + tau^2, estimated by moments (parts have variances of their own)."""
    values, part, unit = np.asarray(values, float), np.asarray(part), np.asarray(unit)
    n = len(values)
    names = np.unique(part)
    x = np.column_stack([(part == c).astype(float) for c in names])
    contrast = np.array([1.0]) if len(names) == 1 else np.array([-1.0, 1.0])
    inverse = np.linalg.inv(x.T @ x)
    hat = x @ inverse @ x.T
    maker = np.eye(n) - hat
    residual = maker @ values
    units = np.unique(unit)
    rows = []
    for g in units:
        at = unit == g
        block = maker[np.ix_(at, at)]
        w, q = np.linalg.eigh(block)
        root = q @ np.diag(np.where(w > 1e-10, 1 / np.sqrt(np.maximum(w, 1e-300)), 0)) @ q.T
        row = np.zeros(n)
        row[at] = root.T @ x[at] @ inverse @ contrast
        rows.append(row)
    a = np.array(rows)
    variance = float(((a @ residual) ** 2).sum())
    # Moments of the influences of the contrast.
    influence = np.zeros(n)
    for c, sign in zip(names, contrast):
        influence[part == c] = sign * residual[part == c] / (part == c).sum()
    omega = np.zeros((n, n))
    shared = {}
    for c in names:
        m = part == c
        total = (influence[m] ** 2).sum()
        v = total / (m.sum() - 1)
        sums = np.array([influence[m & (unit == g)].sum() for g in units])
        sizes = np.array([(m & (unit == g)).sum() for g in units])
        pairs = (sizes**2).sum() - m.sum()
        t = ((sums**2).sum() - v * (m.sum() - (sizes**2).sum() / m.sum())) / pairs if pairs > 0 else 0.0
        shared[c] = min(max(t, 0.0), v)
        same = np.outer(m, m) & (unit[:, None] == unit[None, :])
        omega[same] = shared[c]
        omega[np.diag_indices(n)] = np.where(m, v, omega.diagonal())
    if len(names) == 2:
        m0, m1 = part == names[0], part == names[1]
        sums = sum(influence[m0 & (unit == g)].sum() * influence[m1 & (unit == g)].sum() for g in units)
        pairs = sum((m0 & (unit == g)).sum() * (m1 & (unit == g)).sum() for g in units)
        most = np.sqrt(shared[names[0]] * shared[names[1]])
        t = min(max(sums / pairs, -most), most) if pairs else 0.0
        cross = (np.outer(m0, m1) | np.outer(m1, m0)) & (unit[:, None] == unit[None, :])
        omega[cross] = t
    # In units of influences the estimate is their sum, so that the weights a become those of the parts' centred sums.
    scale = np.zeros(n)
    for c, sign in zip(names, contrast):
        scale[part == c] = sign / (part == c).sum()
    b = a / scale[None, :]
    covariance = b @ maker @ omega @ maker @ b.T
    degrees = np.trace(covariance) ** 2 / (covariance**2).sum()
    return float(variance**0.5), float(degrees)


def clusters():
    cases = []

    def least_squares(values, part, **cov):
        x = np.ones((len(values), 1)) if len(set(part)) == 1 else sm.add_constant(np.asarray(part, float))
        fit = sm.OLS(values, x).fit(**cov)
        return float(fit.params[-1]), float(fit.bse[-1])

    y = np.round(random.normal(3, 2, 24), 3)
    inside = np.array([1, 0, 0] * 8)
    # Rows of their own: HC2, which is Student's and Welch's.
    value, error = least_squares(y, np.zeros(24), cov_type="HC2")
    t = stats.ttest_1samp(y, 0)
    low, high = t.confidence_interval(0.95)
    cases.append({"what": "mean of rows", "values": y, "inside": [], "unit": [], "value": value, "standard_error": error, "degrees": float(t.df), "p_value": float(t.pvalue), "low": float(low), "high": float(high),
                  "call": "OLS(y, 1).fit(cov_type='HC2'); scipy.stats.ttest_1samp(y, 0)"})
    value, error = least_squares(y, inside, cov_type="HC2")
    t = stats.ttest_ind(y[inside == 1], y[inside == 0], equal_var=False)
    low, high = t.confidence_interval(0.95)
    cases.append({"what": "difference of rows", "values": y, "inside": inside, "unit": [], "value": value, "standard_error": error, "degrees": float(t.df), "p_value": float(t.pvalue), "low": float(low), "high": float(high),
                  "call": "OLS(y, [1, inside]).fit(cov_type='HC2'); scipy.stats.ttest_ind(equal_var=False)"})
    # Units of one size: statsmodels' cluster variance with its factor G / (G - 1).
    unit = np.repeat(np.arange(8), 3)
    y = np.round(random.normal(3, 2, 24) + np.repeat(random.normal(0, 2, 8), 3), 3)
    value, error = least_squares(y, np.zeros(24), cov_type="cluster", cov_kwds={"groups": unit})
    low, high = stats.t.interval(0.95, 7, value, error)
    cases.append({"what": "mean by equal units", "values": y, "inside": [], "unit": unit, "value": value, "standard_error": error, "degrees": 7.0, "p_value": float(2 * stats.t.sf(abs(value / error), 7)), "low": float(low), "high": float(high),
                  "call": "OLS(y, 1).fit(cov_type='cluster', cov_kwds={'groups': unit}); scipy.stats.t with G - 1"})
    # The same rows in other orders and other designs: bell_mccaffrey above.
    sizes = [1, 7, 2, 12, 3, 1, 5, 2, 30, 4]
    uneven = np.repeat(np.arange(10), sizes)
    n = len(uneven)
    order = random.permutation(n)
    y = np.round(random.normal(0, 1, n) + random.normal(0, 1.5, 10)[uneven], 3)
    crossed = (random.uniform(size=n) < 0.4).astype(int)
    between = np.isin(uneven, (0, 3, 4, 6)).astype(int)
    half = np.where(uneven < 5, between, crossed)
    for what, part in (("mean by uneven units", np.zeros(n, int)), ("difference, units on both sides", crossed), ("difference, whole units", between), ("difference, some units on both sides", half)):
        v, p, u = y[order], part[order], uneven[order]
        error, degrees = bell_mccaffrey(v, p, u)
        value = float(v.mean()) if len(set(p)) == 1 else float(v[p == 1].mean() - v[p == 0].mean())
        low, high = stats.t.interval(0.95, degrees, value, error)
        cases.append({"what": what, "values": v, "inside": [] if len(set(p)) == 1 else p, "unit": u, "value": value, "standard_error": error, "degrees": degrees, "p_value": float(2 * stats.t.sf(abs(value / error), degrees)),
                      "low": float(low), "high": float(high), "call": "bell_mccaffrey (this script, numpy)"})
    return cases


def shares():
    cases = []
    for units in (3, 40, 2000):
        for level in (0.95, 0.99):
            low, high = proportion_confint(units, units, alpha=1 - level, method="beta")
            cases.append({"units": units, "level": level, "low": float(low), "call": f"proportion_confint({units}, {units}, alpha={1 - level:.2f}, method='beta')"})
    return cases


def multiple():
    cases = []
    for p in ([0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240, 0.4262, 0.5719, 0.6528, 0.7590, 1.0],
              [0.04, 0.01, 0.03, 0.01, 0.9], [0.2], list(np.round(random.uniform(size=40) ** 2, 5))):
        for function, method in (("BenjaminiHochberg", "fdr_bh"), ("BenjaminiYekutieli", "fdr_by"), ("Holm", "holm")):
            cases.append({"function": function, "p_values": p, "adjusted": multipletests(p, method=method)[1], "call": f"multipletests(p, method='{method}')[1]"})
    return cases


def autocorrelations():
    cases = []
    for phi, n in ((0.0, 12), (0.6, 40), (0.9, 200), (-0.4, 60)):
        series = np.zeros(n)
        for i in range(n):
            series[i] = (phi * series[i - 1] if i else 0) + random.normal()
        series = np.round(series - series.mean(), 6)
        series[-1] -= series.sum()
        cases.append({"series": series, "first": float(acf(series, nlags=1, adjusted=False, fft=False)[1]), "call": "acf(series, nlags=1, adjusted=False, fft=False)[1]"})
    return cases


def curves():
    cases = []
    sizes = np.array([200.0, 400, 800, 1600, 3200, 6400, 12800])
    for a, b, c, noise in ((3, 0.5, 0.4, 0.002), (1.2, 0.3, 0.7, 0.004), (8, 0.9, 0.25, 0.001), (2, 0.7, 0.5, 0.003)):
        error = noise * (1 + 3 * (sizes / sizes[0]) ** -0.5)
        score = np.round(c - a * sizes**-b + error * random.normal(size=len(sizes)), 6)
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            fit, _ = optimize.curve_fit(lambda n, a, b, c: c - a * n**-b, sizes, score, p0=(a, b, c), sigma=error, absolute_sigma=True, xtol=1e-14, ftol=1e-14, maxfev=100000)
        cases.append({"rows": sizes, "score": score, "standard_error": error, "a": fit[0], "b": fit[1], "c": fit[2], "call": "curve_fit(c - a * n**-b, rows, score, sigma=standard_error, absolute_sigma=True)"})
    return cases


write("statistics", ("scipy", "statsmodels", "numpy"), {
    "distributions": distributions(), "clusters": clusters(), "shares": shares(), "multiple_testing": multiple(),
    "autocorrelations": autocorrelations(), "learning_curves": curves()})
