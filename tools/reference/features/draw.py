"""Made-up features: positive for the most part, correlated, some tokens louder than others."""
import numpy as np


def exact(values):
    """Multiples of 1/256: exact in float32 and in JSON."""
    return np.round(values * 256) / 256


def draw(rng, means, mix, noise=0.35):
    """Images [n, N, C] around means [n, N, C]: correlated noise, then a loudness for each token."""
    shape = means.shape
    spread = rng.normal(size=shape) @ mix
    loudness = np.exp(0.5 * rng.normal(size=(*shape[:2], 1)))
    return exact((means + noise * spread) * loudness)


def draw_class(rng, n, channels, tokens=4):
    """n training images and 3 fresh ones."""
    mean = 2 * np.exp(0.5 * rng.normal(size=(tokens, channels)))
    mix = np.eye(channels) + 0.5 * rng.normal(size=(channels, channels))
    both = draw(rng, np.broadcast_to(mean, (n + 3, tokens, channels)), mix)
    return both[:n], both[n:]
