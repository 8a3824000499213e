"""Which processor this is, told without LLVM: what a compiled program on disk is good for.

Machine code for the instructions of one processor ends the process on another that lacks them, and
a cache folder may be shared by machines, or outlive a move to another one. Names and lists from the
operating system are too coarse: a virtual machine may hide single instructions, and a kernel lists
only those it knows. So on Linux for x86-64 the processor itself is asked, as LLVM does.
"""

from __future__ import annotations

import ctypes
import functools
from collections.abc import Iterator

import numpy as np

from pellucid.compiler.targets.native import objects
from pellucid.compiler.targets.native.machine import host

# cpuid(eax, ecx, result): push rbx; mov eax, edi; mov ecx, esi; mov r8, rdx; cpuid;
# mov [r8], eax; mov [r8+4], ebx; mov [r8+8], ecx; mov [r8+12], edx; pop rbx; ret
_CPUID = bytes.fromhex("53 89f8 89f1 4989d0 0fa2 418900 41895804 41894808 4189500c 5b c3")
# xgetbv(): xor ecx, ecx; xgetbv; shl rdx, 32; or rax, rdx; ret
_XGETBV = bytes.fromhex("31c9 0f01d0 48c1e220 4809d0 c3")
_XGETBV_START = 64

# (leaf, subleaf, registers of eax ebx ecx edx): vendor; family and features; more features in 7;
# saving of registers; tracing; key locker; matrix unit; AVX10; features and names by AMD.
# Left out are registers that tell on which of several cores the question was asked.
_QUESTIONS = (
    (0x0, 0, (1, 2, 3)),
    (0x1, 0, (0, 2, 3)),
    (0x7, 0, (1, 2, 3)),
    (0x7, 1, (0, 1, 2, 3)),
    (0xD, 1, (0,)),
    (0x14, 0, (1,)),
    (0x19, 0, (1,)),
    (0x1E, 1, (0,)),
    (0x24, 0, (1,)),
    (0x80000001, 0, (2, 3)),
    (0x80000008, 0, (1,)),
)
_SAVES_REGISTERS = 1 << 27  # of ecx of leaf 1: the system keeps vector registers, xgetbv says which


@functools.cache
def identity() -> str:
    """A text, the same for two processors only if each runs what LLVM makes for the other.

    LLVM chooses instructions by what the processor tells about itself; here stand those answers.
    """
    if not objects.OWN_LOADER:
        return repr(host())
    try:
        return " ".join(f"{number:x}" for number in _answers())
    except OSError:  # no executable memory but LLVM's
        return repr(host())


def _answers() -> Iterator[int]:
    memory = objects.Memory(_XGETBV_START + len(_XGETBV))
    for start, code in ((0, _CPUID), (_XGETBV_START, _XGETBV)):
        memory.bytes[start : start + len(code)] = np.frombuffer(code, np.uint8)
    memory.seal(0, objects.PAGE, executable=True)
    ask = ctypes.CFUNCTYPE(None, ctypes.c_uint32, ctypes.c_uint32, ctypes.c_void_p)(memory.address)
    answer = (ctypes.c_uint32 * 4)()
    for leaf, subleaf, registers in _QUESTIONS:
        ask(leaf & 0x80000000, 0, ctypes.addressof(answer))
        if leaf > answer[0]:
            continue
        ask(leaf, subleaf, ctypes.addressof(answer))
        yield leaf
        yield from (answer[register] for register in registers)
        if leaf == 1 and answer[2] & _SAVES_REGISTERS:
            yield ctypes.CFUNCTYPE(ctypes.c_uint64)(memory.address + _XGETBV_START)()
