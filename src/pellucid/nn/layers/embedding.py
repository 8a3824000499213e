"""Embedding: whole numbers become learned vectors."""

from __future__ import annotations

from typing import Any

from pellucid.errors import ArgumentError
from pellucid.graph import Tensor, Variable, as_tensor, ops
from pellucid.nn import constraints, initializers, regularizers
from pellucid.nn.layer import LAYERS, Layer


@LAYERS.register()
class Embedding(Layer):
    """Each whole number in [0, input_dim) becomes a row of `embeddings`, a vector that is learned.

    Inputs of any shape (N, ...) give (N, ..., output_dim). Other types than integers are cut to
    whole numbers. A number outside the range raises `ArgumentError` when it is evaluated. Masks
    are not supported, so `mask_zero` must stay false.

    >>> layer = Embedding(3, 2, embeddings_initializer="ones")
    >>> layer([[0, 2]]).numpy().tolist()
    [[[1.0, 1.0], [1.0, 1.0]]]
    """

    embeddings: Variable

    def __init__(
        self,
        input_dim: int,
        output_dim: int,
        embeddings_initializer: Any = "uniform",
        embeddings_regularizer: Any = None,
        embeddings_constraint: Any = None,
        mask_zero: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        for name, value in (("input_dim", input_dim), ("output_dim", output_dim)):
            if isinstance(value, bool) or int(value) != value or value < 1:
                raise ArgumentError(
                    f"Embedding.{name}", expected="a whole number >= 1", received=value
                )
        if mask_zero:
            raise ArgumentError(
                "Embedding.mask_zero",
                expected="False",
                received=mask_zero,
                hint="Masks are not supported; leave padding out by weights or by length",
            )
        self.input_dim, self.output_dim = int(input_dim), int(output_dim)
        self.embeddings_initializer = initializers.get(embeddings_initializer)
        self.embeddings_regularizer = regularizers.get(embeddings_regularizer)
        self.embeddings_constraint = constraints.get(embeddings_constraint)
        self.mask_zero = False

    def build(self, input_shape: Any) -> None:
        """Make `embeddings`."""
        self.embeddings = self.add_weight(
            (self.input_dim, self.output_dim),
            self.embeddings_initializer,
            regularizer=self.embeddings_regularizer,
            constraint=self.embeddings_constraint,
            name="embeddings",
        )

    def call(self, inputs: Tensor) -> Tensor:
        """The rows that the inputs name."""
        if inputs.dtype not in ("int32", "int64"):
            inputs = as_tensor(inputs, "int32")
        return ops.take(self.embeddings, inputs, axis=0)
