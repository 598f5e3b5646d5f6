"""The statistics themselves: each by its plain definition, dense, in float64. Images are [n, N, C], all of one class."""
import numpy as np

K0, RIDGE, NU, RANK = 10, 0.01, 100, 2
CANDIDATES = {
    "none": [],
    "180": ["180"],
    "flips": ["mirror", "flip", "180"],
    "turns": ["90", "180", "270"],
    "all": ["mirror", "flip", "90", "180", "270"],
}


def unit(features, stages):
    """f_l sqrt(C_l) / max(||f_l||, 1e-12), stage by stage; features are [..., C]."""
    parts = np.split(features, np.cumsum(stages)[:-1], axis=-1)
    lengths = [np.sqrt((part**2).sum(axis=-1, keepdims=True)) for part in parts]
    return np.concatenate([f * np.sqrt(c) / np.maximum(n, 1e-12) for f, c, n in zip(parts, stages, lengths)], axis=-1)


def deviation_of(units):
    """Biased, over all tokens; 1 where the channel is constant. units is [images, N, C]."""
    tokens = units.reshape(-1, units.shape[-1])
    constant = np.ptp(tokens, axis=0) < 1e-12
    return np.where(constant, 1.0, tokens.std(axis=0))


def sources_of(grid):
    """Where the tokens of a turned copy come from, copy[i] = image[source[i]]; token y * grid + x."""
    places = np.arange(grid * grid).reshape(grid, grid)
    turned = {"mirror": places[:, ::-1], "flip": places[::-1]}
    turned |= {str(90 * k): np.rot90(places, k) for k in (1, 2, 3)}  # counter-clockwise
    return {name: turn.ravel() for name, turn in turned.items()}


def root(a, power):
    values, vectors = np.linalg.eigh(a)
    return vectors @ np.diag(values**power) @ vectors.T


def fit(g):
    """Shrunk mean and W of one class and, position by position, s, V and P. g is [n, N, C], in units of the deviation."""
    n, tokens, channels = g.shape
    w = n / (n + K0)
    mean = w * g.mean(axis=0) + (1 - w) * g.mean(axis=(0, 1))
    left = g - mean
    covariance = sum(np.outer(r, r) for r in left.reshape(-1, channels)) / (n * tokens)
    whitening = root(covariance + RIDGE * np.eye(channels), -0.5)
    rank = min(RANK, n)
    values, vectors, gaps = [], [], []
    for i in range(tokens):
        x = left[:, i] @ whitening  # symmetric: rows are W r
        s, v = np.linalg.eigh(x.T @ x)
        s, v = s[::-1], v[:, ::-1]
        gaps.append((s[rank - 1] - s[rank]) / s[0])
        values.append(np.where(s < 1e-12 * s[0], 0, s)[:rank])
        vectors.append(v[:, :rank])
    prior = [(NU * np.eye(channels) + v @ np.diag(s) @ v.T) / (NU + n) for s, v in zip(values, vectors)]
    return {"n": n, "mean": mean, "whitening": whitening, "s": values, "v": vectors, "p": prior, "gaps": gaps, "covariance": covariance}


def whiten(model, g):
    """x' of images [B, N, C], by the root of the dense P_i."""
    roots = [root(p, -0.5) for p in model["p"]]
    return np.stack([(g[:, i] - model["mean"][i]) @ model["whitening"] @ roots[i] for i in range(g.shape[1])], axis=1)


def loglik(model, g):
    """Mean over images and tokens of the log density for each channel, without the 2 pi."""
    log_w = np.linalg.slogdet(model["whitening"])[1]
    log_p = np.array([np.linalg.slogdet(p)[1] for p in model["p"]])  # [N]
    square = (whiten(model, g) ** 2).sum(axis=-1)  # [B, N]
    return float(np.mean(-0.5 * (square - 2 * log_w + log_p) / g.shape[-1]))


def class_loglik(model, g):
    """The same under the class's Gaussian alone, of covariance W^-2 at every position."""
    log_w = np.linalg.slogdet(model["whitening"])[1]
    square = (((g - model["mean"]) @ model["whitening"]) ** 2).sum(axis=-1)  # [B, N]
    return float(np.mean(-0.5 * (square - 2 * log_w) / g.shape[-1]))


def folded(g, sources):
    """Held-out class log density of the unturned images, each fold fitted with the copies of the other folds."""
    folds = min(5, len(g))
    total = 0.0
    for fold in range(folds):
        held = np.arange(len(g)) % folds == fold
        known = g[~held]
        copies = [known[:, source] for source in sources]
        total += class_loglik(fit(np.concatenate([known, *copies])), g[held]) * held.sum()
    return total / len(g)
