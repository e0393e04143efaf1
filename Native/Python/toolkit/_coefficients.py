"""Exact coupling coefficients, and tables of them in the conventions of other programs."""

import ctypes
import os
import tempfile

import numpy

from ._library import call, library


def _numbers(values):
    return ",".join(str(value) for value in values).encode("utf-8")


def coefficient(kind, j, m=None):
    """One coefficient: its exact value as text and the nearest float.

    kind: "3j", "cg", "real-cg", "gaunt", "6j" or "9j"; j and m: sequences of integers, or of halves as "1/2" or 0.5. For cg and
    real-cg the third m is M; 6j and 9j have none.

    >>> coefficient("3j", (2, 3, 4), (1, -2, 1))
    ('sqrt(7/180)', 0.19720265943665385)
    """
    exact, value = ctypes.c_void_p(), ctypes.c_double()
    call("toolkit_coefficient", kind.encode("utf-8"), _numbers(j), None if m is None else _numbers(m), ctypes.byref(exact), ctypes.byref(value))
    try:
        return ctypes.string_at(exact.value).decode("utf-8"), value.value
    finally:
        library().toolkit_free(exact)


def coupling_table(lmax, convention="toolkit", kind="real-cg"):
    """All coefficients up to lmax as another program defines them ("e3nn", "mace", "scipy" …): a dict from (l1, l2, l3) to an array
    [m1, m2, m3] with m = -l … l, zeros included."""
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "table.npz")
        call("toolkit_table", kind.encode("utf-8"), lmax, convention.encode("utf-8"), os.fsencode(path))
        with numpy.load(path) as file:
            values, m, blocks = file["values"], file["m"], file["blocks"]
    found = {}
    for twice1, twice2, twice3, first, count in blocks:
        array = numpy.zeros((twice1 + 1, twice2 + 1, twice3 + 1))
        rows = slice(first, first + count)
        array[tuple(m[rows].T)] = values[rows]
        found[int(twice1) // 2, int(twice2) // 2, int(twice3) // 2] = array
    return found
