"""Activations: functions of a Tensor, under Keras's names. Any Python function of one serves too.

Each is a composition of `pellucid.ops`, so gradients of any order are derived from it.
"""

from pellucid.nn.activations.lookup import ACTIVATIONS, deserialize, get, serialize
from pellucid.nn.activations.normalized import glu, log_softmax, softmax, sparsemax
from pellucid.nn.activations.piecewise import (
    hard_shrink,
    hard_sigmoid,
    hard_silu,
    hard_tanh,
    leaky_relu,
    linear,
    prelu,
    relu,
    relu6,
    soft_shrink,
    sparse_sigmoid,
    threshold,
)
from pellucid.nn.activations.smooth import (
    celu,
    elu,
    exponential,
    gelu,
    log_sigmoid,
    mish,
    selu,
    sigmoid,
    silu,
    softplus,
    softsign,
    sparse_plus,
    squareplus,
    swish,
    tanh,
    tanh_shrink,
)

hard_swish = hard_silu

__all__ = [
    "ACTIVATIONS",
    "celu",
    "deserialize",
    "elu",
    "exponential",
    "gelu",
    "get",
    "glu",
    "hard_shrink",
    "hard_sigmoid",
    "hard_silu",
    "hard_swish",
    "hard_tanh",
    "leaky_relu",
    "linear",
    "log_sigmoid",
    "log_softmax",
    "mish",
    "prelu",
    "relu",
    "relu6",
    "selu",
    "serialize",
    "sigmoid",
    "silu",
    "soft_shrink",
    "softmax",
    "softplus",
    "softsign",
    "sparse_plus",
    "sparse_sigmoid",
    "sparsemax",
    "squareplus",
    "swish",
    "tanh",
    "tanh_shrink",
    "threshold",
]
