# mypy: ignore-errors
"""Train 30-16-1 with JAX, all epochs in one compiled function."""

import sys

import jax
import jax.numpy as jnp
import numpy as np

data = np.load(sys.argv[1])
x, y = jnp.asarray(data["x"]), jnp.asarray(data["y"])
steps = len(x) // 32


def loss_of(weights, x, y):
    """The mean loss of a batch."""
    (a, b), (c, d) = weights
    z = jax.nn.relu(x @ a + b) @ c + d
    return (jnp.maximum(z, 0) - z * y + jnp.log1p(jnp.exp(-jnp.abs(z)))).mean()


def step(state, chosen):
    """One step of Adam on the rows chosen."""
    weights, m, v, t = state
    loss, gradient = jax.value_and_grad(loss_of)(weights, x[chosen], y[chosen])
    t = t + 1
    rate = 1e-3 * jnp.sqrt(1 - 0.999**t) / (1 - 0.9**t)
    m = jax.tree.map(lambda m, g: 0.9 * m + 0.1 * g, m, gradient)
    v = jax.tree.map(lambda v, g: 0.999 * v + 0.001 * g * g, v, gradient)
    weights = jax.tree.map(lambda w, m, v: w - rate * m / (jnp.sqrt(v) + 1e-7), weights, m, v)
    return (weights, m, v, t), loss


@jax.jit
def train(key, epochs):
    """The mean loss of the last epoch."""
    first, second, order_key = jax.random.split(key, 3)
    width = x.shape[1]
    weights = [
        (jax.random.normal(first, (width, 16)) * np.sqrt(2 / width), jnp.zeros(16)),
        (jax.random.normal(second, (16, 1)) * np.sqrt(2 / 16), jnp.zeros(1)),
    ]
    zeros = jax.tree.map(jnp.zeros_like, weights)

    def epoch(number, carry):
        order = jax.random.permutation(jax.random.fold_in(order_key, number), len(x))
        state, losses = jax.lax.scan(step, carry[0], order[: steps * 32].reshape(steps, 32))
        return state, losses.mean()

    start = (weights, zeros, zeros, jnp.float32(0))
    return jax.lax.fori_loop(0, epochs, epoch, (start, jnp.float32(0)))[1]


print(float(train(jax.random.PRNGKey(0), int(sys.argv[2]))))
