"""The search of `assay slices` with sliceline: slices.py FILE LOSS ALPHA K MAX_L MIN_SUP, where LOSS is a column, or two with != between.

Prints as JSON the seconds of reading, of coding the columns as whole numbers, of the fit on those, of its one-hot encoding done once more alone, the
processor seconds of the fit, the largest resident set before and after it in GiB, and score and size of what it found.
"""
import json
import resource
import sys
import time

import numpy as np
import pandas as pd
from sklearn.preprocessing import OneHotEncoder
from sliceline import Slicefinder, is_numba_available

path, loss, alpha, k, max_l, min_sup = sys.argv[1:]


def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1048576


def clocked(work):
    began = time.perf_counter()
    done = work()
    return done, time.perf_counter() - began


frame, reading = clocked(lambda: pd.read_parquet(path) if path.endswith(".parquet") else pd.read_csv(path, dtype=str))
columns = loss.split(" != ")
errors = (frame[columns[0]] != frame[columns[1]]).to_numpy(dtype=np.float64) if len(columns) > 1 else frame[loss].to_numpy(dtype=np.float64)
features = frame.drop(columns=columns)
codes, coding = clocked(lambda: np.column_stack([features[name].factorize()[0] for name in features.columns]))
del frame, features

# Compiles what numba compiles.
small = np.arange(200).reshape(50, 4) % 3
Slicefinder(alpha=0.9, k=2, max_l=3, min_sup=1, verbose=False).fit(small, (small[:, 0] == 1) + 0.1)

before, processor = peak(), time.process_time()
finder = Slicefinder(alpha=float(alpha), k=int(k), max_l=int(max_l), min_sup=int(min_sup), verbose=False)
_, fitting = clocked(lambda: finder.fit(codes, errors))
processor = time.process_time() - processor
after = peak()
_, one_hot = clocked(lambda: OneHotEncoder(handle_unknown="ignore").fit_transform(codes))
json.dump({"numba": is_numba_available(), "reading": reading, "coding": coding, "fit": fitting, "one_hot": one_hot, "processor": processor, "before": before, "after": after,
           "slices": [[s["slice_score"], int(s["slice_size"])] for s in finder.top_slices_statistics_]}, sys.stdout)
