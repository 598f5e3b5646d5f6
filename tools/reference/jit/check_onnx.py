"""Checks .onnx files of @ltad/jit with the programs of others: the ONNX checker and ONNX Runtime for Python.

    python check_onnx.py FOLDER

FOLDER/cases.json lists cases: model (a file name), inputs and outputs (name, dtype, shape, file with the raw little-endian numbers),
floor (the least number that errors are relative to).
packages/jit/src/portability.test.ts writes such a folder and runs this; the expected outputs are those of onnxruntime-node.
Prints one JSON line: versions, number of cases, the largest relative error, and the faults. Exit status 1 if there are any.

Needs onnx and onnxruntime (numpy comes with them). Run with onnx 1.23.2, onnxruntime 1.32.0, Python 3.11; also the oldest that
know opset 19 should do: onnx 1.14, onnxruntime 1.15.
"""

import json
import sys
from pathlib import Path

import numpy as np
import onnx
import onnxruntime as ort

DTYPES = {"float32": np.float32, "int32": np.int32, "bool": np.bool_}
TOLERANCE = 1e-5  # of the largest element; sums are added in another order


def load(folder: Path, entry: dict) -> np.ndarray:
    data = np.frombuffer((folder / entry["file"]).read_bytes(), DTYPES[entry["dtype"]])
    return data.reshape(entry["shape"])


def relative_error(actual: np.ndarray, expected: np.ndarray, floor: float) -> float:
    if actual.dtype != expected.dtype or actual.shape != expected.shape:
        return float("inf")
    if expected.size == 0:
        return 0.0
    if expected.dtype != np.float32:
        return float(np.any(actual != expected))
    same = (actual == expected) | (np.isnan(actual) & np.isnan(expected))
    if not np.all(np.isfinite(actual) == np.isfinite(expected)) or not np.all(same | np.isfinite(expected)):
        return float("inf")
    finite = np.isfinite(expected)
    difference = np.abs(actual[finite].astype(np.float64) - expected[finite])
    scale = max(floor, float(np.max(np.abs(expected[finite]), initial=0)))
    return float(np.max(difference, initial=0)) / scale


def check(folder: Path, case: dict) -> float:
    path = str(folder / case["model"])
    onnx.checker.check_model(path, full_check=True)  # the path: external data lies beside it
    options = ort.SessionOptions()
    options.intra_op_num_threads = 1
    session = ort.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    names = [entry["name"] for entry in case["outputs"]]
    results = session.run(names, {entry["name"]: load(folder, entry) for entry in case["inputs"]})
    return max(relative_error(result, load(folder, entry), case["floor"]) for result, entry in zip(results, case["outputs"]))


def main() -> None:
    folder = Path(sys.argv[1])
    cases = json.loads((folder / "cases.json").read_text())
    worst, faults = 0.0, []
    for case in cases:
        try:
            error = check(folder, case)
        except Exception as fault:  # noqa: BLE001: whatever it is, it belongs to this case
            faults.append(f"{case['name']}: {type(fault).__name__}: {str(fault)[:300]}")
            continue
        if error > TOLERANCE:
            faults.append(f"{case['name']}: relative error {error:.2e}, allowed {TOLERANCE:.0e}")
        worst = max(worst, error)
    versions = {"onnx": onnx.__version__, "onnxruntime": ort.__version__}
    print(json.dumps({**versions, "cases": len(cases), "worst": worst, "faults": faults}))
    sys.exit(1 if faults else 0)


main()
