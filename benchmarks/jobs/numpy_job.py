# mypy: ignore-errors
"""Train 30-16-1 by hand in NumPy."""

import sys

import numpy as np

data = np.load(sys.argv[1])
x, y = data["x"], data["y"]
rng = np.random.default_rng(0)
width = x.shape[1]
sizes = [(width, 16), (1, 16), (16, 1), (1, 1)]
ends = np.cumsum([a * b for a, b in sizes])


def views(flat):
    """Kernels and biases as windows of one vector."""
    return [part.reshape(size) for part, size in zip(np.split(flat, ends[:-1]), sizes, strict=True)]


theta, gradient, m, v = (np.zeros(ends[-1], np.float32) for _ in range(4))
a, b, c, d = views(theta)
da, db, dc, dd = views(gradient)
a[...] = rng.standard_normal(a.shape) * np.sqrt(2 / width)
c[...] = rng.standard_normal(c.shape) * np.sqrt(2 / 16)

t = 0
for _ in range(int(sys.argv[2])):
    order = rng.permutation(len(x))
    losses = []
    for start in range(0, len(x), 32):
        chosen = order[start : start + 32]
        xs, ys = x[chosen], y[chosen]
        h = np.maximum(xs @ a + b, 0)
        z = h @ c + d
        losses.append((np.maximum(z, 0) - z * ys + np.log1p(np.exp(-np.abs(z)))).mean())
        dz = (1 / (1 + np.exp(-z)) - ys) / np.float32(len(xs))
        dh = (dz @ c.T) * (h > 0)
        da[...], db[...], dc[...], dd[...] = xs.T @ dh, dh.sum(0), h.T @ dz, dz.sum(0)
        t += 1
        m += (gradient - m) * np.float32(0.1)
        v += (gradient * gradient - v) * np.float32(0.001)
        rate = np.float32(1e-3 * np.sqrt(1 - 0.999**t) / (1 - 0.9**t))
        theta -= rate * m / (np.sqrt(v) + np.float32(1e-7))
print(float(np.mean(losses)))
