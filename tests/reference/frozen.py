"""Writes frozen values: one JSON file per script, with the versions and the call behind every case."""
import importlib.metadata
import json
import pathlib
import sys

import numpy as np


def folder():
    return pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else pathlib.Path(__file__).parent / "values"


def plain(value):
    if isinstance(value, dict):
        return {k: plain(v) for k, v in value.items()}
    if isinstance(value, (list, tuple, np.ndarray)):
        return [plain(v) for v in value]
    if isinstance(value, np.generic):
        return value.item()
    return value


def write(name, libraries, content):
    versions = {library: importlib.metadata.version(library) for library in libraries}
    document = {"made_by": f"tests/reference/freeze_{name}.py", "versions": versions, **plain(content)}
    path = folder() / f"{name}.json"
    # One case a line keeps differences readable.
    lines = ["{"]
    entries = list(document.items())
    for i, (key, value) in enumerate(entries):
        end = "," if i + 1 < len(entries) else ""
        if isinstance(value, list) and value and isinstance(value[0], dict):
            lines.append(f" {json.dumps(key)}: [")
            lines += ["  " + json.dumps(v, allow_nan=False) + ("," if j + 1 < len(value) else "") for j, v in enumerate(value)]
            lines.append(" ]" + end)
        else:
            lines.append(f" {json.dumps(key)}: {json.dumps(value, allow_nan=False)}{end}")
    path.write_text("\n".join(lines + ["}", ""]))
    print(f"{path}: {sum(len(v) for v in document.values() if isinstance(v, list))} cases")
