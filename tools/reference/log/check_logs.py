"""Reads the records of a training with the real programs: TensorBoard's event reader, and a running MLflow server.

pip install tensorboard mlflow
python check_logs.py MODEL [MLFLOW_ADDRESS]

Every step of log.jsonl must be there, with the same numbers in single precision.
"""

import json
import struct
import sys
from pathlib import Path

from tensorboard.backend.event_processing.event_accumulator import EventAccumulator


def single(value):
    return struct.unpack("<f", struct.pack("<f", value))[0]


def rows_of(folder):
    """(phase, name) -> step -> value; the last row of a step counts."""
    series = {}
    for line in (folder / "log.jsonl").read_text().splitlines():
        row = json.loads(line)
        if row.pop("event") != "step":
            continue
        phase, step = row.pop("phase"), row.pop("step")
        row.pop("time")
        for name, value in row.items():
            series.setdefault((phase, name), {})[step] = value
    return series


def check_tensorboard(folder, series):
    for (phase, name), expected in series.items():
        reader = EventAccumulator(str(folder / "tensorboard" / phase), size_guidance={"scalars": 0})
        reader.Reload()
        found = {event.step: event.value for event in reader.Scalars(name)}
        assert found == {step: single(value) for step, value in expected.items()}, (phase, name)
        assert len(reader.Scalars(name)) == len(expected), "a step is there twice"
        print(f"TensorBoard {phase}/{name}: {len(found)} steps")


def check_mlflow(folder, series, address):
    from mlflow.tracking import MlflowClient

    client = MlflowClient(address)
    run_id = json.loads((folder / "mlflow.json").read_text())["runId"]
    run = client.get_run(run_id)
    assert run.info.status == "FINISHED", run.info.status
    assert run.data.params["seed"] and run.data.params["detect.steps"]
    for (phase, name), expected in series.items():
        found = {metric.step: metric.value for metric in client.get_metric_history(run_id, f"{phase}/{name}")}
        assert found.keys() == expected.keys(), (phase, name)
        assert all(abs(found[step] - value) <= 1e-6 * abs(value) for step, value in expected.items()), (phase, name)
        print(f"MLflow {phase}/{name}: {len(found)} steps")


folder = Path(sys.argv[1])
series = rows_of(folder)
assert series, "log.jsonl has no steps"
check_tensorboard(folder, series)
if len(sys.argv) > 2:
    check_mlflow(folder, series, sys.argv[2])
