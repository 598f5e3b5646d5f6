"""Times other programs on the maps that bench/metrics wrote. Usage: python bench.py FOLDER WHAT..., WHAT of sklearn, sklearn_images, anomalib, torchmetrics, loop.

One thread. Prints a line of JSON for each: name, seconds, peak memory in bytes beyond the maps, values. Versions: requirements.txt; the loop needs scikit-image 0.26.0.
"""
import json
import os
import resource
import sys
import time

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[name] = "1"
import numpy as np

SIDE = 512


def load(folder):
    maps = np.fromfile(f"{folder}/maps.f32", np.float32).reshape(-1, SIDE, SIDE)
    return maps, np.fromfile(f"{folder}/masks.u8", np.uint8).reshape(-1, SIDE, SIDE)


def sklearn(folder):
    from sklearn.metrics import average_precision_score, precision_recall_curve, roc_auc_score

    maps, masks = load(folder)
    scores, labels = maps.ravel(), masks.ravel()

    def work():
        precision, recall, _ = precision_recall_curve(labels, scores)
        f1 = 2 * precision * recall / np.maximum(precision + recall, 1e-300)
        return {"auroc": roc_auc_score(labels, scores), "ap": average_precision_score(labels, scores), "f1max": f1.max()}

    return work


def sklearn_images(folder):
    from sklearn.metrics import roc_auc_score

    scores, labels = np.fromfile(f"{folder}/scores.f64", np.float64), np.fromfile(f"{folder}/labels.u8", np.uint8)
    return lambda: {"auroc": roc_auc_score(labels, scores)}


def anomalib(folder):
    import stubs

    stubs.install()
    import torch
    from anomalib.metrics.aupro import _AUPRO

    torch.set_num_threads(1)
    maps, masks = load(folder)
    metric = _AUPRO(fpr_limit=0.3)
    for a, m in zip(maps, masks):
        metric.update(torch.from_numpy(a)[None], torch.from_numpy(m)[None])
    return lambda: {"aupro": metric.compute()}


def torchmetrics(folder):
    import torch
    from torchmetrics.functional.classification import binary_auroc, binary_average_precision

    torch.set_num_threads(1)
    maps, masks = load(folder)
    scores = torch.from_numpy(maps.ravel())
    scores = (scores - scores.min()) / (scores.max() - scores.min())  # outside [0, 1] it would apply a sigmoid
    labels = torch.from_numpy(masks.ravel().astype(np.int64))
    return lambda: {"auroc": binary_auroc(scores, labels), "ap": binary_average_precision(scores, labels)}


def loop(folder, thresholds=200, timed=None):
    """The loop of many papers' code (compute_pro of RD4AD and its descendants): 200 equal steps, regions labelled anew at each, no interpolation at the limit."""
    from skimage import measure
    from sklearn.metrics import auc

    maps, masks = load(folder)
    timed = timed or thresholds

    def work():
        low, high = maps.min(), maps.max()
        points = []
        for k in range(timed):
            t = low + (high - low) / thresholds * (k + (thresholds - timed) // 2)
            binary = maps > t
            pros = []
            for found, mask in zip(binary, masks):
                for region in measure.regionprops(measure.label(mask)):
                    pros.append(found[region.coords[:, 0], region.coords[:, 1]].sum() / region.area)
            normal = 1 - masks
            points.append((np.logical_and(normal, binary).sum() / normal.sum(), np.mean(pros)))
        points = np.array(sorted(p for p in points if p[0] < 0.3))
        return {"aupro": auc(points[:, 0] / points[:, 0].max(), points[:, 1]) if timed == thresholds and len(points) > 1 else float("nan")}

    return work


def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def main():
    folder, what = sys.argv[1:3]
    options = {"timed": int(sys.argv[3])} if len(sys.argv) > 3 else {}
    work = {"sklearn": sklearn, "sklearn_images": sklearn_images, "anomalib": anomalib, "torchmetrics": torchmetrics, "loop": loop}[what](folder, **options)
    before = peak()
    times = []
    if what == "sklearn_images":
        work()  # a warm-up
    for _ in range(9 if what == "sklearn_images" else 1):
        start = time.perf_counter()
        values = work()
        times.append(time.perf_counter() - start)
    values = {k: float(v) for k, v in values.items() if np.isfinite(float(v))}
    print(json.dumps({"name": what, "seconds": sorted(times)[len(times) // 2], "peakBytes": peak() - before, "values": values}))


if __name__ == "__main__":
    main()
