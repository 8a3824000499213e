"""From nodes to kernels: views, fusion, layout, memory plan."""

from pellucid.compiler.kernels.interpret import interpret
from pellucid.compiler.kernels.ir import Kernel, KernelProgram
from pellucid.compiler.kernels.layout import lower
from pellucid.compiler.kernels.memory import MemoryPlan, plan_memory
from pellucid.compiler.kernels.views import Buffer, View

__all__ = [
    "Buffer",
    "Kernel",
    "KernelProgram",
    "MemoryPlan",
    "View",
    "interpret",
    "lower",
    "plan_memory",
]
