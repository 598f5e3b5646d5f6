"""Writes packages/metrics/src/__fixtures__/{aupimo,compare}.json: AUPIMO and DeLong's test by their plain definitions. Usage: python golden.py

Versions: requirements.txt. anomalib's AUPIMO (300,000 equal steps) is stored beside the exact one, to see what its steps cost.
"""
import json
import os

import numpy as np
import torch
from scipy.stats import norm

import stubs

stubs.install()
from anomalib.metrics.pimo.functional import aupimo_scores  # noqa: E402

OUT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../../packages/metrics/src/__fixtures__")


def aupimo_plain(maps, masks, lower, upper):
    """Every distinct score as a threshold, from high to low; recall against log F by trapezoids, bounds by interpolation."""
    good = [a for a, m in zip(maps, masks) if not m.any()]
    thresholds = np.unique(np.concatenate([a.ravel() for a in maps]))[::-1]
    shared = np.array([np.mean([(a >= t).mean() for a in good]) for t in thresholds])
    scores = []
    for a, m in zip(maps, masks):
        if not m.any():
            continue
        recall = np.array([(a[m > 0] >= t).mean() for t in thresholds])
        x, y = np.log(shared[shared > 0]), recall[shared > 0]
        low, high = np.log(lower), np.log(upper)
        area = 0.0
        for x0, x1, y0, y1 in zip(x[:-1], x[1:], y[:-1], y[1:]):
            a0, a1 = max(x0, low), min(x1, high)
            if a0 < a1:
                at = lambda v: y0 + (y1 - y0) * (v - x0) / (x1 - x0)
                area += (a1 - a0) * (at(a0) + at(a1)) / 2
        scores.append(area / (high - low))
    return scores


def aupimo_case(rng, sizes, defects, levels, bounds):
    maps, masks = [], []
    for i, (h, w) in enumerate(sizes):
        mask = np.zeros((h, w), np.uint8)
        if i in defects:
            mask[h // 4 : h // 2, w // 3 : w // 2 + i] = 1
        raw = rng.normal(0, 1, (h, w)) + mask * rng.normal(2.0, 0.7, (h, w))
        maps.append(np.round(raw * levels).astype(np.int64) if levels else raw.astype(np.float32))
        masks.append(mask)
    scale = levels or 1
    floats = [(m / scale).astype(np.float32) for m in maps]
    case = {"sizes": sizes, "maps": [f.ravel().tolist() for f in floats], "masks": [m.ravel().tolist() for m in masks], "lower": bounds[0],
            "upper": bounds[1], "scores": aupimo_plain(floats, masks, *bounds), "anomalib": None}
    if len(set(sizes)) == 1:
        found = aupimo_scores(torch.from_numpy(np.stack(floats)), torch.from_numpy(np.stack(masks)).bool(), 300_000, bounds, force=True)[4]
        case["anomalib"] = [float(v) for v, m in zip(found, masks) if m.any()]
    return case


def delong_plain(a, b, labels):
    """The covariance of structural components, each pair of images once."""
    pos, neg = labels == 1, labels == 0
    kernel = lambda s: (s[pos][:, None] > s[neg][None]) + 0.5 * (s[pos][:, None] == s[neg][None])
    ka, kb = kernel(a), kernel(b)
    auc = np.array([ka.mean(), kb.mean()])
    v10 = np.stack([ka.mean(1), kb.mean(1)])
    v01 = np.stack([ka.mean(0), kb.mean(0)])
    cov = np.cov(v10) / pos.sum() + np.cov(v01) / neg.sum()
    error = float(np.sqrt(cov[0, 0] + cov[1, 1] - 2 * cov[0, 1]))
    diff = float(auc[1] - auc[0])
    return {"auroc_a": float(auc[0]), "auroc_b": float(auc[1]), "difference": diff, "standard_error": error, "p_value": float(2 * norm.sf(abs(diff) / error))}


def delong_case(rng, n, share, gain, levels):
    labels = (rng.random(n) < share).astype(int)
    common = rng.normal(size=n) + labels
    a, b = common + rng.normal(size=n), common + gain * labels + rng.normal(size=n)
    if levels:
        a, b = np.round(a * levels) / levels, np.round(b * levels) / levels
    return {"a": a.tolist(), "b": b.tolist(), "labels": labels.tolist(), "expected": delong_plain(a, b, labels)}


def write(name, value):
    with open(os.path.join(OUT, name), "w") as f:
        f.write(json.dumps(value) + "\n")


def main():
    rng = np.random.default_rng(20261126)
    write("aupimo.json", {
        "smooth": aupimo_case(rng, [(31, 37)] * 5, {1, 4}, 0, (1e-3, 1e-1)),
        "ties": aupimo_case(rng, [(23, 29)] * 4, {0, 2}, 4, (1e-2, 0.3)),
        "several_sizes": aupimo_case(rng, [(19, 23), (31, 17), (23, 29), (11, 13), (29, 19)], {2, 3}, 16, (5e-3, 0.2)),
        "up_to_one": aupimo_case(rng, [(13, 17)] * 3, {2}, 8, (1e-2, 1.0)),
    })
    z = [0.0, 1e-9, 0.1, 0.5, 1.0, 1.96, 2.5, 2.828, 2.8285, 3.0, 4.5, 6.0, 8.0, 12.0, 20.0, 37.0]
    write("compare.json", {
        "delong": {
            "small": delong_case(rng, 23, 0.4, 0.8, 0),
            "ties": delong_case(rng, 61, 0.3, 0.5, 2),
            "many": delong_case(rng, 400, 0.2, 0.4, 0),
            "no_gain": delong_case(rng, 90, 0.5, 0.0, 8),
        },
        "normal": [{"z": v, "p": float(2 * norm.sf(v))} for v in z],
    })


if __name__ == "__main__":
    main()
