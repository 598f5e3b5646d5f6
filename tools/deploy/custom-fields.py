"""Checks deploy/kubernetes/keda.yaml and kserve.yaml against the models of KEDA and KServe.

    pip install cloudcoil-models-keda pyyaml
    pip download kserve --no-deps && unzip kserve-*.whl -d kserve-models   # the models alone: the package wants 2 GB of others
    KSERVE_MODELS=kserve-models python tools/deploy/custom-fields.py deploy/
"""

import ast
import os
import sys
from pathlib import Path

import yaml
from cloudcoil.models.keda.v1alpha1 import ScaledObject

deploy = Path(sys.argv[1], "kubernetes")


def read(name):
    return yaml.safe_load((deploy / name).read_text())


def check(model, given, path):
    """No field of KEDA's that pydantic has left out."""
    if isinstance(given, dict) and hasattr(type(model), "model_fields"):
        names = {field.alias or name: name for name, field in type(model).model_fields.items()}
        for key, value in given.items():
            assert key in names, f"{path}.{key} is no field of {type(model).__name__}"
            check(getattr(model, names[key]), value, f"{path}.{key}")
    if isinstance(given, list):
        for i, (one, value) in enumerate(zip(model, given)):
            check(one, value, f"{path}[{i}]")


def fields(name):
    """JSON names of the fields of a model of KServe, read from its source."""
    source = Path(os.environ["KSERVE_MODELS"], f"kserve/models/{name}.py").read_text()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "attribute_map":
            return set(ast.literal_eval(node.value).values())


scaled = read("keda.yaml")
check(ScaledObject.model_validate(scaled), scaled, "ScaledObject")
if "KSERVE_MODELS" in os.environ:
    service = read("kserve.yaml")
    for given, model in (
        (service, "v1beta1_inference_service"),
        (service["spec"], "v1beta1_inference_service_spec"),
        (service["spec"]["predictor"], "v1beta1_predictor_spec"),
    ):
        assert set(given) <= fields(model), set(given) - fields(model)
print("valid")
