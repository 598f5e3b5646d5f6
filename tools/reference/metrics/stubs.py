"""Lets anomalib's metrics be imported alone: without its training code, and without what they need only for plotting and GPU."""
import importlib.abc
import importlib.machinery
import importlib.util
import os
import sys
import types

ABSENT = ("matplotlib", "kornia", "anomalib.data")


class _Anything(type):
    def __getattr__(cls, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return cls


class _Stub(types.ModuleType):
    __path__ = []

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return _Anything(name, (), {})


class _Finder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    def find_spec(self, name, path=None, target=None):
        absent = any(name == a or name.startswith(a + ".") for a in ABSENT)
        return importlib.machinery.ModuleSpec(name, self, is_package=True) if absent else None

    def create_module(self, spec):
        return _Stub(spec.name)

    def exec_module(self, module):
        pass


def install():
    import torchmetrics  # noqa: F401  before the stubs: it asks whether matplotlib is there

    root = os.path.dirname(importlib.util.find_spec("anomalib").origin)
    for name, folder in {"anomalib": root, "anomalib.metrics": f"{root}/metrics", "anomalib.utils": f"{root}/utils"}.items():
        package = types.ModuleType(name)  # without its __init__, which imports everything
        package.__path__ = [folder]
        sys.modules[name] = package
    sys.meta_path.insert(0, _Finder())
