"""Prints what keeps the pooled image AUROC of a model below the mean of its classes, from the scores.csv of `ltad eval --out`.

    python pooled_ceiling.py scores.csv        (needs NumPy)

"ranked by good test images" replaces each score by its rank among the good test images of its class: no rule that brings the classes to
one scale can pool better than that, and no rule that is made in training can know it.
"""
import csv
import sys

import numpy as np

rows = [row for row in csv.DictReader(open(sys.argv[1])) if row["split"] == "test"]
classes = sorted({row["class"] for row in rows})


def scores(name, label):
    return np.array([float(row["score"]) for row in rows if row["class"] == name and row["label"] == label])


def ranks(good, values):
    """Share of the good images below each value; equal ones count half."""
    good = np.sort(good)
    return (np.searchsorted(good, values, "left") + np.searchsorted(good, values, "right")) / 2 / len(good)


def percent(value):
    return f"{100 * value:.1f}"


good = {name: scores(name, "0") for name in classes}
bad = {name: scores(name, "1") for name in classes}
pooled = np.concatenate(list(good.values())), np.concatenate(list(bad.values()))
ranked = [np.concatenate([ranks(good[name], part[name]) for name in classes]) for part in (good, bad)]
print("mean of classes                    ", percent(np.mean([ranks(good[name], bad[name]).mean() for name in classes])))
print("pooled                             ", percent(ranks(*pooled).mean()))
print("pooled, ranked by good test images ", percent(ranks(*ranked).mean()))
