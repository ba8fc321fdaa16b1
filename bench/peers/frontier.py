"""The curve of `assay frontier` by a grid of lambdas in NumPy: frontier.py FILE none|log2 K LAMBDAS, with FILE from generate_frontier.

For every lambda of an even grid over [0, 1]: blend the scores, partition each query's items for its best K, sort those where the order counts, and take the mean
of their gains. Prints as JSON the seconds of reading, of the curve, the processor seconds of the curve, the largest resident set in GiB before and after it,
and the curve: [lambda, first metric, second metric].
"""
import json
import resource
import sys
import time

import numpy as np
import pyarrow.parquet

path, discount, k, lambdas = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])


def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1048576


began = time.perf_counter()
table = pyarrow.parquet.read_table(path, columns=["session", "quality", "click", "liked", "clicked"])
queries = int(table["session"][-1].as_py()) + 1
first, second, *gains = (table[name].to_numpy().astype(np.float64).reshape(queries, -1) for name in ("quality", "click", "liked", "clicked"))
del table
reading = time.perf_counter() - began

before, began, processor = peak(), time.perf_counter(), time.process_time()
items = first.shape[1]
k = min(k, items)
weights = 1 / np.log2(np.arange(k) + 2) if discount == "log2" else np.full(k, 1 / int(sys.argv[3]))
blend, part = np.empty_like(first), np.empty_like(first)
curve = []
for lambda_ in np.linspace(0, 1, lambdas):
    np.multiply(first, lambda_ - 1, out=blend)
    np.multiply(second, -lambda_, out=part)
    blend += part  # negated: the smallest are the best
    top = np.argpartition(blend, k - 1, axis=1)[:, :k] if k < items else np.broadcast_to(np.arange(items), first.shape)
    if discount == "log2":
        top = np.take_along_axis(top, np.argsort(np.take_along_axis(blend, top, axis=1), axis=1), axis=1)
    curve.append([float(lambda_), *(float((np.take_along_axis(gain, top, axis=1) @ weights).mean()) for gain in gains)])
seconds, processor, after = time.perf_counter() - began, time.process_time() - processor, peak()
json.dump({"numpy": np.__version__, "reading": reading, "seconds": seconds, "processor": processor, "before": before, "after": after, "curve": curve}, sys.stdout)
