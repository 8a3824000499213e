"""PyTorch: eager, with the fused Adam; and with `torch.compile`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from importlib import import_module
from typing import Any

from benchmarks import problems
from benchmarks.peers.peer import Job, Peer, calls
from benchmarks.problems import Problem


class PyTorch(Peer):
    """Rows are permuted once an epoch and sliced, which is faster than a `DataLoader`.

    Small tensors may be faster on one thread than on all: whichever is, is measured.
    """

    packages = ("torch",)

    def __init__(self) -> None:
        self.torch: Any = import_module("torch")

    def _prepared(self, function: Callable[..., Any]) -> Callable[..., Any]:
        return function

    def _threaded(self, job: Job) -> Job:
        counts = {1, self.torch.get_num_threads()}
        settings = {
            f"threads {count}": partial(self.torch.set_num_threads, count)
            for count in sorted(counts, reverse=True)
        }
        return replace(job, settings=settings)

    def train(self, problem: Problem) -> Job:
        """The usual loop."""
        step = self._step(self._network(problem), problem)
        as_tensor = self.torch.from_numpy
        check = [float(step(as_tensor(x), as_tensor(y))) for x, y in problem.batches()]
        epoch = self._epochs(problem)
        job = Job(lambda n: [epoch(step) for _ in range(n)], problem.workload.steps, check)
        return self._threaded(job)

    def search(self, problem: Problem) -> Job:
        """A new module and a new optimizer for every seed."""
        epoch = self._epochs(problem)

        def one(seed: int) -> float:
            self.torch.manual_seed(seed)
            step = self._step(self._network(problem, given=False), problem)
            return float([epoch(step) for _ in range(problem.workload.epochs)][-1])

        return self._threaded(Job(lambda n: [one(seed) for seed in range(n)], 1, [one(0)]))

    def predict(self, problem: Problem) -> Job:
        """In inference mode, from an array to an array."""
        torch, x = self.torch, problem.x
        network = torch.nn.Sequential(self._network(problem), torch.nn.Sigmoid())
        forward = self._prepared(network.eval())

        def call() -> Any:
            with torch.inference_mode():
                return forward(torch.from_numpy(x)).numpy()

        return self._threaded(calls(call))

    def elementwise(self, problem: Problem) -> Job:
        """Tensors that share the arrays' memory."""
        torch = self.torch
        x, y, z = (torch.from_numpy(each) for each in (problem.x, problem.y, problem.z))
        expression = self._prepared(lambda x, y, z: torch.exp(x) * y + torch.tanh(z))
        return self._threaded(calls(lambda: expression(x, y, z), lambda out: out.numpy()))

    def _network(self, problem: Problem, given: bool = True) -> Any:
        torch = self.torch
        layers: list[Any] = []
        for kernel, bias in problem.weights:
            linear = torch.nn.Linear(*kernel.shape)
            if given:
                linear.load_state_dict(
                    {"weight": torch.tensor(kernel.T), "bias": torch.tensor(bias)}
                )
            layers += [linear, torch.nn.ReLU()]
        return torch.nn.Sequential(*layers[:-1])

    def _step(self, network: Any, problem: Problem) -> Callable[[Any, Any], Any]:
        torch = self.torch
        nn = torch.nn
        loss_function = nn.BCEWithLogitsLoss() if problem.binary else nn.CrossEntropyLoss()
        betas = (problems.BETA_1, problems.BETA_2)
        optimizer = torch.optim.Adam(
            network.parameters(), problems.LEARNING_RATE, betas, problems.EPSILON, fused=True
        )
        loss_of = self._prepared(lambda x, y: loss_function(network(x), y))

        def step(x: Any, y: Any) -> Any:
            optimizer.zero_grad()
            loss = loss_of(x, y)
            loss.backward()
            optimizer.step()
            return loss.detach()

        return step

    def _epochs(self, problem: Problem) -> Callable[[Callable[[Any, Any], Any]], Any]:
        torch, work = self.torch, problem.workload
        x, y = torch.from_numpy(problem.x), torch.from_numpy(problem.y)

        def epoch(step: Callable[[Any, Any], Any]) -> Any:
            order = torch.randperm(len(x))
            batches = zip(x[order].split(work.batch), y[order].split(work.batch), strict=True)
            return torch.stack([step(*batch) for batch in batches]).mean()

        return epoch


class CompiledPyTorch(PyTorch):
    """Forward and backward pass go through `torch.compile`; Adam stays the fused kernel.

    Of compiling the module, this, and the whole step with its optimizer, this was the fastest.
    """

    def _prepared(self, function: Callable[..., Any]) -> Callable[..., Any]:
        prepared: Callable[..., Any] = self.torch.compile(function)
        return prepared
