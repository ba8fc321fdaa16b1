"""The steps of `assay understand` with pandas and scipy: understand.py FILE."""
import sys

import numpy as np
import pandas as pd
from scipy import stats

frame = pd.read_parquet(sys.argv[1])
late = frame["delay"].gt(15).where(frame["delay"].notna())
day = frame["date"].dt.floor("D")

# Every column by itself.
profile = {}
for name in frame.columns:
    column = frame[name]
    entry = {"missing": int(column.isna().sum()), "distinct": int(column.nunique())}
    entry["top"] = column.value_counts().head(12).to_dict()
    if pd.api.types.is_numeric_dtype(column):
        quantiles = column.quantile([0, 0.05, 0.25, 0.5, 0.75, 0.95, 1])
        spread = quantiles[0.75] - quantiles[0.25]
        entry["quantiles"] = quantiles.to_dict()
        entry["outliers"] = int(((column < quantiles[0.25] - 3 * spread) | (column > quantiles[0.75] + 3 * spread)).sum())
        entry["histogram"] = np.histogram(column.dropna(), bins=24)[0].tolist()
        entry["mean"], entry["deviation"] = float(column.mean()), float(column.std())
    elif pd.api.types.is_datetime64_any_dtype(column):
        entry["range"] = (str(column.min()), str(column.max()))
    entry["constant"], entry["id"] = entry["distinct"] <= 1, entry["distinct"] == len(frame)
    profile[name] = entry
duplicates = int(frame.duplicated().sum())

# The outcome per day.
by_day = late.astype(float).groupby(day).agg(["mean", "count", "sum"])


def shifts(means, least=7, level=0.001):
    """Binary segmentation: the split with the largest t statistic, while it is beyond chance (Bonferroni)."""
    found, todo = [], [(0, len(means))]
    while todo:
        low, high = todo.pop()
        if high - low < 2 * least:
            continue
        tests = [(abs(stats.ttest_ind(means[low:k], means[k:high], equal_var=False).statistic), k) for k in range(low + least, high - least)]
        statistic, k = max(tests, default=(0, 0))
        if 2 * stats.norm.sf(statistic) * len(means) < level:
            found.append(k)
            todo += [(low, k), (k, high)]
    return sorted(found)


changes = shifts(by_day["mean"].to_numpy())
season = by_day["mean"].groupby(by_day.index.dayofweek).mean()


# Each column against the outcome, in at most 12 groups, tested by day.
def association(column):
    if pd.api.types.is_numeric_dtype(column):
        groups = pd.qcut(column, 12, duplicates="drop", labels=False)
    elif pd.api.types.is_datetime64_any_dtype(column):
        groups = column.dt.hour
    else:
        top = column.value_counts().head(11).index
        groups = column.where(column.isin(top), "other").astype("category").cat.codes
    y = late.astype(float)
    means = y.groupby(groups).transform("mean")
    explained = float(((means - y.mean()) ** 2).mean() / y.var())
    # By day: the mean gain of each day, and its spread over the days.
    gain = ((y - y.mean()) ** 2 - (y - means) ** 2).groupby(day).mean()
    p = float(stats.ttest_1samp(gain, 0).pvalue)
    return explained, stats.t.interval(0.95, len(gain) - 1, gain.mean() / y.var(), stats.sem(gain) / y.var()), p


names = [name for name in frame.columns if name != "delay"]
results = {name: association(frame[name]) for name in names}
adjusted = stats.false_discovery_control([results[name][2] for name in names])
print(len(frame), "rows", duplicates, "duplicates", len(changes), "shifts", len(season), "weekdays")
for name, q in zip(names, adjusted):
    print(f"{name:12} explains {results[name][0]:.5f} q {q:.3g}")
