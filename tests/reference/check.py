"""Freezes everything again into a temporary folder and compares with values/, numbers to 9 digits."""
import json
import math
import pathlib
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).parent


def same(a, b):
    if isinstance(a, float) or isinstance(b, float):
        return math.isclose(a, b, rel_tol=1e-9, abs_tol=1e-12)
    if isinstance(a, dict):
        return a.keys() == b.keys() and all(same(a[k], b[k]) for k in a)
    if isinstance(a, list):
        return len(a) == len(b) and all(same(x, y) for x, y in zip(a, b))
    return a == b


with tempfile.TemporaryDirectory() as folder:
    wrong = 0
    for script in sorted(HERE.glob("freeze_*.py")):
        subprocess.run([sys.executable, script, folder], check=True)
    for fresh in sorted(pathlib.Path(folder).glob("*.json")):
        new, old = (json.loads(p.read_text()) for p in (fresh, HERE / "values" / fresh.name))
        for key in new:
            if key != "versions" and not same(new[key], old.get(key)):
                print(f"{fresh.name}: '{key}' differs")
                wrong += 1
    sys.exit(1 if wrong else 0)
