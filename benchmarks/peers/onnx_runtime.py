"""onnxruntime, which only predicts; the network is written as an ONNX model first."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from importlib import import_module
from typing import Any

import numpy as np

from benchmarks.peers.peer import Job, Peer, calls
from benchmarks.problems import Problem

# Read by every release of the last years.
_OPSET, _IR_VERSION = 17, 9


class OnnxRuntime(Peer):
    """An `InferenceSession` with all optimizations, which is its default.

    It divides even small products among threads, which may cost more than it gains: the faster of
    one thread and all is measured.
    """

    packages = ("onnxruntime", "onnx")

    def __init__(self) -> None:
        self.runtime: Any = import_module("onnxruntime")
        self.onnx: Any = import_module("onnx")
        self.helper: Any = import_module("onnx.helper")

    def predict(self, problem: Problem) -> Job:
        """`run`, from an array to an array."""
        model = self._model(problem)
        sessions = {f"threads {count or 'all'}": self._session(model, count) for count in (0, 1)}
        current = list(sessions.values())[:1]
        names = [current[0].get_outputs()[0].name]
        feeds = {"x": np.ascontiguousarray(problem.x)}
        job = calls(lambda: current[0].run(names, feeds)[0])
        settings = {
            name: partial(current.__setitem__, 0, session) for name, session in sessions.items()
        }
        return replace(job, settings=settings)

    def _session(self, model: bytes, threads: int) -> Any:
        options = self.runtime.SessionOptions()
        options.intra_op_num_threads = threads
        return self.runtime.InferenceSession(model, options, providers=["CPUExecutionProvider"])

    def _model(self, problem: Problem) -> bytes:
        helper, float32 = self.helper, self.onnx.TensorProto.FLOAT
        nodes, tensors, value = [], [], "x"
        for number, (kernel, bias) in enumerate(problem.weights):
            last = number == len(problem.weights) - 1
            names = [f"kernel_{number}", f"bias_{number}", f"z_{number}", f"a_{number}"]
            for name, array in zip(names, (kernel, bias), strict=False):
                data = array.ravel().tolist()
                tensors.append(helper.make_tensor(name, float32, array.shape, data))
            nodes.append(helper.make_node("Gemm", [value, *names[:2]], [names[2]]))
            nodes.append(helper.make_node("Sigmoid" if last else "Relu", [names[2]], [names[3]]))
            value = names[3]
        first, outputs = problem.workload.dims[0], problem.workload.dims[-1]
        graph = helper.make_graph(
            nodes,
            "network",
            [helper.make_tensor_value_info("x", float32, ["N", first])],
            [helper.make_tensor_value_info(value, float32, ["N", outputs])],
            tensors,
        )
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", _OPSET)])
        model.ir_version = _IR_VERSION
        serialized: bytes = model.SerializeToString()
        return serialized
