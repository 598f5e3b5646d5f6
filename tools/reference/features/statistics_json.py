"""Statistics of unit-length tokens by their plain definitions, dense and in float64, for tests of packages/features.

    python tools/reference/features/statistics_json.py

It writes packages/features/src/__fixtures__/statistics.json and prints a summary; its README there says what each key is.
numpy 2.4.6, Python 3.11.
"""
import json
import os

import numpy as np

from checks import check_class, check_sums
from definitions import CANDIDATES, K0, NU, RANK, RIDGE, class_loglik, deviation_of, fit, folded, loglik, sources_of, unit, whiten
from draw import draw, draw_class

OUT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../../packages/features/src/__fixtures__/statistics.json")
SEED = 20260611


def class_block(train, test, stages, deviation):
    g, fresh = (unit(f, stages) / deviation for f in (train, test))
    model = fit(g)
    check_class(model, np.concatenate([g, fresh]))
    x = whiten(model, fresh)
    kept = [v[:, s > 0] for s, v in zip(model["s"], model["v"])]  # the vectors of a zero are arbitrary
    return {
        "n": model["n"],
        "train": train,
        "test": test,
        "testUnit": unit(test, stages),
        "mean": model["mean"],
        "whitening": model["whitening"],
        "eigenvalues": model["s"],
        "projectors": [v @ v.T for v in kept],
        "whitened": x,
        "scores": (x**2).mean(axis=-1),
        "loglik": loglik(model, fresh),
        "classLoglik": class_loglik(model, fresh),
    }


def classes_block(data, stages):
    units = np.concatenate([unit(train, stages) for train, _ in data.values()])
    deviation = deviation_of(units)
    blocks = {name: class_block(train, test, stages, deviation) for name, (train, test) in data.items()}
    return {"stages": stages, "deviation": deviation, "classes": blocks}


def main_block(rng, stages):
    data = {name: draw_class(rng, n, sum(stages)) for name, n in (("a", 9), ("b", 2), ("c", 1))}
    data["b"][0][0, 2, : stages[0]] = 0  # a token of norm 0
    block = classes_block(data, stages)
    assert (unit(data["b"][0], stages)[0, 2, : stages[0]] == 0).all()
    return block


def merge_block(train, stages):
    def sums(images):
        u = unit(images, stages)
        flat = u.reshape(-1, u.shape[-1])
        found = {"n": len(u), "position": u.sum(axis=0), "outer": flat.T @ flat}
        check_sums(found, u)
        return found

    first, last, whole = sums(train[:4]), sums(train[4:]), sums(train)
    for key in whole:
        assert np.abs(first[key] + last[key] - whole[key]).max() < 1e-12
    return {"class": "a", "first": first, "last": last, "whole": whole}


def degenerate_block(rng):
    stages = [1, 3]
    (same, same_test), (varied, varied_test) = draw_class(rng, 1, 4), draw_class(rng, 3, 4)
    data = {"identical": (np.repeat(same, 3, axis=0), same_test), "varied": (varied, varied_test)}
    for pair in data.values():
        for images in pair:
            images[..., 0] = np.maximum(np.abs(images[..., 0]), 1 / 256)  # positive: unit length is exactly 1
            assert (unit(images, stages)[..., 0] == 1).all()
    block = classes_block(data, stages)
    assert block["deviation"][0] == 1
    for part in block["classes"].values():
        w = np.array(part["whitening"])
        assert abs(w[0, 0] - RIDGE**-0.5) < 1e-12 and np.abs(w[0, 1:]).max() < 1e-12
    assert all(s[1] == 0 for s in block["classes"]["identical"]["eigenvalues"])
    return block


def turned_class(rng, grid, stages, lying, noise=0.25):
    """Six images; image j lies as lying[j] says, None is upright."""
    sources, channels = sources_of(grid), sum(stages)
    mean = 2 * np.exp(0.8 * rng.normal(size=(grid * grid, channels)))
    means = np.stack([mean if turn is None else mean[sources[turn]] for turn in lying])
    train = draw(rng, means, np.eye(channels) + 0.3 * rng.normal(size=(channels, channels)), noise)
    u = unit(train, stages)
    deviation = deviation_of(u)
    scores = {name: folded(u / deviation, [sources[turn] for turn in turns]) for name, turns in CANDIDATES.items()}
    best, second = sorted(scores.values(), reverse=True)[:2]
    assert best - second > 0.01, scores
    winner = max(scores, key=scores.get)
    return {"grid": grid, "n": 6, "sources": sources, "train": train, "deviation": deviation, "loglik": scores, "winner": winner}


def turns_block(rng, stages):
    classes = {
        "d": turned_class(rng, 2, stages, [None, "180", "180", None, None, "180"]),
        "e": turned_class(rng, 2, stages, [None] * 6),
        "f": turned_class(rng, 3, stages, [None, "mirror", "90", "270", "flip", "90"], 0.1),
    }
    scores = {name: part["loglik"] for name, part in classes.items()}
    assert [part["winner"] for part in classes.values()] == ["180", "none", "turns"], scores
    for name in "de":  # four places: either set of copies brings every token to every place once
        assert abs(scores[name]["flips"] - scores[name]["turns"]) < 1e-12
    assert abs(scores["f"]["flips"] - scores["f"]["turns"]) > 0.01
    return {"stages": stages, "candidates": CANDIDATES, "folds": 5, "classes": classes}


def plain(value):
    """Lists and numbers of 10 significant digits; what is below 1e-12 is rounding, so 0."""
    if isinstance(value, dict):
        return {key: plain(v) for key, v in value.items()}
    if isinstance(value, (list, tuple, np.ndarray)):
        return [plain(v) for v in value]
    if isinstance(value, (float, np.floating)):
        return 0 if abs(value) < 1e-12 else float(f"{value:.10g}")
    return int(value) if isinstance(value, np.integer) else value


def main():
    rng, stages = np.random.default_rng(SEED), [2, 4]
    constants = {"k0": K0, "ridge": RIDGE, "nu": NU, "rank": RANK, "grid": 2, "tokens": 4, "seed": SEED}
    block = main_block(rng, stages)
    whole = block["classes"]["a"]["train"]
    file = {"constants": constants, "main": block, "merge": merge_block(whole, stages)}
    file |= {"degenerate": degenerate_block(rng), "turns": turns_block(rng, stages)}
    text = json.dumps(plain(file), separators=(",", ":"))
    assert len(text) < 150_000
    read = json.loads(text)
    for name in ("main", "degenerate", "turns"):  # inputs come back exactly, and fit in float32
        for label, part in file[name]["classes"].items():
            for key in {"train", "test"} & set(part):
                again = np.array(read[name]["classes"][label][key])
                assert (again == part[key]).all() and (again.astype(np.float32) == again).all()
    with open(OUT, "w", encoding="utf-8") as out:
        out.write(text + "\n")
    for name in ("main", "degenerate"):
        for label, part in file[name]["classes"].items():
            print(f"{name} {label}: n {part['n']}, mean score {part['scores'].mean():.4f}, loglik {part['loglik']:.6f}")
    for label, part in file["turns"]["classes"].items():
        print(f"turns {label}: {part['winner']} of {', '.join(f'{k} {v:.4f}' for k, v in part['loglik'].items())}")
    print(f"{len(text)} bytes, numpy {np.__version__}")


if __name__ == "__main__":
    main()
