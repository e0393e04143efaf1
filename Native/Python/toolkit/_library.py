"""The shared library of Toolkit by ctypes: loading, structures, errors."""

import ctypes
import json
import os
import pathlib
import platform

import numpy

_VERSIONS = ("v4", "v3")
_V4 = {"avx512f", "avx512bw", "avx512cd", "avx512dq", "avx512vl"}
# Not "abm", which it needs, too: each processor with the others has it, but some virtual machines do not list it.
_V3 = {"avx2", "bmi1", "bmi2", "f16c", "fma", "movbe"}


class ToolkitError(Exception):
    """What the library refuses or cannot do, in its own words."""


class _Structure(ctypes.Structure):
    _fields_ = [
        ("atoms", ctypes.c_int64),
        ("species", ctypes.POINTER(ctypes.c_int32)),
        ("positions", ctypes.POINTER(ctypes.c_double)),
        ("cell", ctypes.POINTER(ctypes.c_double)),
        ("periodic", ctypes.c_int32),
        ("properties", ctypes.c_int32),
        ("names", ctypes.POINTER(ctypes.c_char_p)),
        ("widths", ctypes.POINTER(ctypes.c_int32)),
        ("values", ctypes.POINTER(ctypes.POINTER(ctypes.c_double))),
    ]


class _Prediction(ctypes.Structure):
    _fields_ = [
        (name, ctypes.POINTER(ctypes.c_double))
        for name in ("energy", "energies", "forces", "virial", "fields", "energy_deviation", "deviations")
    ]


def _flags():
    try:
        with open("/proc/cpuinfo", encoding="ascii", errors="replace") as file:
            for line in file:
                if line.startswith("flags"):
                    return set(line.split(":", 1)[1].split())
    except OSError:
        pass
    return set()


def _path():
    """The library for this processor; TOOLKIT_LIBRARY names another."""
    named = os.environ.get("TOOLKIT_LIBRARY")
    if named:
        return pathlib.Path(named)
    if platform.system() != "Linux" or platform.machine() != "x86_64":
        raise ToolkitError(f"there is a library for Linux on x86_64 alone; this is {platform.system()} on {platform.machine()}")
    flags = _flags()
    if not _V3 <= flags:
        raise ToolkitError(f"the processor lacks {', '.join(sorted(_V3 - flags))}, which the library needs (x86-64-v3)")
    folder = pathlib.Path(__file__).parent
    for version in _VERSIONS if _V4 <= flags else _VERSIONS[1:]:
        path = folder / f"libtoolkit-{version}.so"
        if path.exists():
            return path
    raise ToolkitError(f"there is no libtoolkit-v3.so in {folder}")


def _load():
    library = ctypes.CDLL(str(_path()))
    library.toolkit_error.restype = ctypes.c_char_p
    library.toolkit_free.argtypes = [ctypes.c_void_p]
    library.toolkit_free.restype = None
    library.toolkit_close.argtypes = [ctypes.c_void_p]
    handle, text = ctypes.POINTER(ctypes.c_void_p), ctypes.POINTER(ctypes.c_void_p)
    structure, reals = ctypes.POINTER(_Structure), ctypes.POINTER(ctypes.c_double)
    integers, threads = ctypes.POINTER(ctypes.c_int32), ctypes.c_int32
    for name, arguments in {
        "toolkit_model_open": [ctypes.c_char_p, handle],
        "toolkit_model_about": [ctypes.c_void_p, text],
        "toolkit_model_predict": [ctypes.c_void_p, structure, threads, ctypes.POINTER(_Prediction)],
        "toolkit_model_grades": [ctypes.c_void_p, structure, threads, reals],
        "toolkit_features_open": [ctypes.c_char_p, ctypes.c_int64, structure, ctypes.c_char_p, threads, handle],
        "toolkit_features_about": [ctypes.c_void_p, text],
        "toolkit_features_compute": [ctypes.c_void_p, structure, threads, reals],
        "toolkit_features_gradient_rows": [ctypes.c_void_p, structure, ctypes.POINTER(ctypes.c_int64)],
        "toolkit_features_gradients": [ctypes.c_void_p, structure, threads, reals, integers, integers, reals, reals],
        "toolkit_coefficient": [ctypes.c_char_p, ctypes.c_char_p, ctypes.c_char_p, text, ctypes.POINTER(ctypes.c_double)],
        "toolkit_table": [ctypes.c_char_p, ctypes.c_int32, ctypes.c_char_p, ctypes.c_char_p],
    }.items():
        getattr(library, name).argtypes = arguments
    return library


_library = None


def library():
    """The shared library, loaded at its first use."""
    global _library
    if _library is None:
        _library = _load()
    return _library


def call(name, *arguments):
    """Calls a function of the library; what goes wrong is raised with the library's text."""
    if getattr(library(), name)(*arguments) != 0:
        raise ToolkitError(library().toolkit_error().decode("utf-8"))


def about(name, handle):
    """The JSON that a function says of an object."""
    text = ctypes.c_void_p()
    call(name, handle, ctypes.byref(text))
    try:
        return json.loads(ctypes.string_at(text.value).decode("utf-8"))
    finally:
        library().toolkit_free(text)


def reals(array):
    """A pointer to the doubles of an array; null for None."""
    return array.ctypes.data_as(ctypes.POINTER(ctypes.c_double)) if array is not None else None


def integers(array):
    """A pointer to the 32-bit integers of an array."""
    return array.ctypes.data_as(ctypes.POINTER(ctypes.c_int32))


class Handle:
    """An object of the library, given back when nobody holds it any more."""

    def __init__(self, name, *arguments):
        self.value = ctypes.c_void_p()
        call(name, *arguments, ctypes.byref(self.value))

    def __del__(self):
        value = getattr(self, "value", None)
        if value and _library is not None:
            _library.toolkit_close(value)


class Structure:
    """Atoms as the library reads them: of ase.Atoms, or of anything that has numbers, positions, cell, pbc and arrays."""

    def __init__(self, atoms, inputs=None):
        """inputs: the arrays of numbers per atom that are read; None: all there are."""
        species = numpy.ascontiguousarray(atoms.numbers, dtype=numpy.int32)
        positions = numpy.ascontiguousarray(atoms.positions, dtype=numpy.float64)
        if positions.shape != (len(species), 3):
            raise ToolkitError(f"positions of the shape {positions.shape}; expected ({len(species)}, 3)")
        cell = numpy.ascontiguousarray(getattr(atoms, "cell", numpy.zeros((3, 3))), dtype=numpy.float64)
        periodic = sum(1 << k for k, repeats in enumerate(getattr(atoms, "pbc", (False,) * 3)) if repeats)
        arrays = getattr(atoms, "arrays", {})
        names = [name for name in (arrays if inputs is None else inputs) if name not in ("numbers", "positions")]
        properties = []
        for name in names:
            if name not in arrays:
                raise ToolkitError(f"atoms have no array {name!r}; there are {', '.join(sorted(arrays)) or 'none'}")
            values = numpy.asarray(arrays[name])
            if not (numpy.issubdtype(values.dtype, numpy.number) or values.dtype == bool):
                continue
            values = numpy.ascontiguousarray(values.reshape(len(species), -1) if len(species) else values, dtype=numpy.float64)
            properties.append((name.encode("utf-8"), values.shape[1] if values.ndim > 1 else 1, values))
        count = len(properties)
        values = [reals(p[2]) for p in properties]
        self._kept = (species, positions, cell, properties)
        self.count = len(species)
        self.value = _Structure(
            self.count,
            integers(species),
            reals(positions),
            reals(cell) if cell.any() else None,
            periodic,
            count,
            (ctypes.c_char_p * count)(*(p[0] for p in properties)) if count else None,
            (ctypes.c_int32 * count)(*(p[1] for p in properties)) if count else None,
            (ctypes.POINTER(ctypes.c_double) * count)(*values) if count else None,
        )

    @property
    def pointer(self):
        return ctypes.byref(self.value)


def structures(frames):
    """An array of structures, and what keeps their memory."""
    kept = [Structure(atoms) for atoms in frames]
    return (_Structure * len(kept))(*(s.value for s in kept)), kept


def prediction(arrays):
    """Where a prediction goes: arrays by name; what is absent is not wanted."""
    return _Prediction(*(reals(arrays.get(name)) for name, _ in _Prediction._fields_))
