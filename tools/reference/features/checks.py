"""Identities that hold whatever the numbers are; an AssertionError where one does not."""
import numpy as np

from definitions import K0, NU, RANK, RIDGE, fit, whiten


def check_class(model, g):
    n, whitening = model["n"], model["whitening"]
    channels = g.shape[-1]
    log_w = np.linalg.slogdet(whitening)[1]
    for i in range(g.shape[1]):
        s, v = model["s"][i], model["v"][i]
        assert s[-1] == 0 or model["gaps"][i] > 0.02  # where r cuts, the values are apart
        assert s.shape == (min(RANK, n),) and (np.diff(s) <= 0).all() and (s >= 0).all()
        x = (g[:, i] - model["mean"][i]) @ whitening
        low = np.sqrt((NU + n) / NU) * (x - (x @ v) * (1 - np.sqrt(NU / (NU + s))) @ v.T)
        dense = whiten(model, g)[:, i]
        assert np.abs(low - dense).max() < 1e-12 * max(1, np.abs(dense).max())
        log_p = channels * np.log(NU / (NU + n)) + np.log1p(s / NU).sum()
        assert abs(log_p - np.linalg.slogdet(model["p"][i])[1]) < 1e-12
        inside = whitening @ np.linalg.inv(model["p"][i]) @ whitening  # the inverse of W^-1 P W^-1
        mahalanobis = np.einsum("bc,cd,bd->b", g[:, i] - model["mean"][i], inside, g[:, i] - model["mean"][i])
        assert abs(np.linalg.slogdet(inside)[1] - (2 * log_w - log_p)) < 1e-10
        np.testing.assert_allclose((dense**2).sum(axis=-1), mahalanobis, rtol=1e-10)
    root_again = whitening @ (model["covariance"] + RIDGE * np.eye(channels)) @ whitening
    assert np.abs(root_again - np.eye(channels)).max() < 1e-10 and np.abs(whitening - whitening.T).max() < 1e-12


def check_sums(sums, units):
    """Mean and covariance of a class follow from its sums: with g = u and w = n / (n + K0)."""
    n, position, outer = sums["n"], sums["position"], sums["outer"]
    w, tokens = n / (n + K0), len(position)
    mean = w * position / n + (1 - w) * position.sum(axis=0) / (n * tokens)
    cross = position.T @ mean
    covariance = (outer - cross - cross.T + n * mean.T @ mean) / (n * tokens)
    model = fit(units)
    assert np.abs(model["mean"] - mean).max() < 1e-12 and np.abs(model["covariance"] - covariance).max() < 1e-12
