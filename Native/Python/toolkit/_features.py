"""Features of atoms with their labels."""

import ctypes
import json
import os
from dataclasses import dataclass

import numpy

from ._library import Handle, Structure, about, call, integers, reals, structures


@dataclass(frozen=True)
class Block:
    """Features of one kind for all atoms.

    values: [atom, channel] for invariants, [atom, μ, channel] with μ = −λ … λ for equivariants.
    labels: a structured array [channel] that says what each channel is.
    """

    lam: int
    sigma: int
    values: numpy.ndarray
    labels: numpy.ndarray


@dataclass(frozen=True)
class Gradients:
    """Features of all atoms and their gradients, sparse by the atoms that each depends on.

    values: [atom, feature]; rows offsets[i] … offsets[i + 1] − 1 are of centre i, row k differentiates by the position of
    atoms[k]: gradients [row, xyz, feature], per Å; fields[NAME] likewise by the atom's vector.
    """

    values: numpy.ndarray
    offsets: numpy.ndarray
    atoms: numpy.ndarray
    gradients: numpy.ndarray
    fields: dict


class Features:
    """Features as a specification says (docs/spec.md): a dict, JSON, or the name of a file of JSON.

    What the specification leaves to the data, as species, a contraction or a fit of kind nice, is made from `atoms`, a list;
    `fitted` is the .npz of a fit to use instead.

    >>> features = Features({"cutoff": {"radius": 4}, "lmax": 4, …}, [atoms])
    >>> features(atoms)            # [atom, feature]
    >>> features.labels            # what each feature is
    """

    def __init__(self, spec, atoms=(), fitted=None, threads=1):
        if isinstance(spec, dict):
            text = json.dumps(spec)
        elif isinstance(spec, os.PathLike) or "{" not in spec:
            with open(spec, encoding="utf-8") as file:
                text = file.read()
        else:
            text = spec
        frames = [atoms] if hasattr(atoms, "positions") else list(atoms)
        array, kept = structures(frames)
        path = os.fsencode(fitted) if fitted is not None else None
        self.threads = threads
        self._handle = Handle("toolkit_features_open", text.encode("utf-8"), len(kept), array, path, threads)
        self._about = about("toolkit_features_about", self._handle.value)
        self.spec = self._about["spec"]
        self.length = self._about["length"]
        self.cutoff = self._about["cutoff"]
        self.fields = self._about["fields"]
        self._blocks = self._about["blocks"]

    @property
    def is_equivariant(self):
        """Whether features turn with the structure: then they come in blocks."""
        return self._about["equivariant"]

    @property
    def labels(self):
        """What each invariant is: a structured array [feature]."""
        if self.is_equivariant:
            raise ValueError("equivariants have labels block by block: see blocks()")
        return _labels(self._blocks[0])

    def __call__(self, atoms):
        """Invariants [atom, feature], or for equivariants a list of blocks."""
        values = self._compute(atoms)
        return self._split(values) if self.is_equivariant else values

    def blocks(self, atoms):
        """The features as blocks, one of all invariants or one for each (λ, σ)."""
        return self._split(self._compute(atoms))

    def gradients(self, atoms):
        """Features and their gradients by positions and vectors."""
        structure = Structure(atoms, self._about["inputs"])
        rows = ctypes.c_int64()
        call("toolkit_features_gradient_rows", self._handle.value, structure.pointer, ctypes.byref(rows))
        values = numpy.empty((structure.count, self.length))
        offsets = numpy.empty(structure.count + 1, dtype=numpy.int32)
        sources = numpy.empty(rows.value, dtype=numpy.int32)
        gradients = numpy.empty((rows.value, 3, self.length))
        fields = numpy.empty((rows.value, len(self.fields), 3, self.length)) if self.fields else None
        call("toolkit_features_gradients", self._handle.value, structure.pointer, self.threads, reals(values), integers(offsets),
             integers(sources), reals(gradients), reals(fields))
        return Gradients(values, offsets, sources, gradients, {name: fields[:, k] for k, name in enumerate(self.fields)})

    def _compute(self, atoms):
        structure = Structure(atoms, self._about["inputs"])
        values = numpy.empty((structure.count, self.length))
        call("toolkit_features_compute", self._handle.value, structure.pointer, self.threads, reals(values))
        return values

    def _split(self, values):
        found = []
        for block in self._blocks:
            components = 2 * block["lambda"] + 1
            parts = [
                values[:, first : first + components * channels].reshape(len(values), components, channels)
                for first, channels in block["columns"]
            ]
            joined = parts[0] if len(parts) == 1 else numpy.concatenate(parts, axis=2)
            found.append(Block(block["lambda"], block["sigma"], joined if self.is_equivariant else joined[:, 0], _labels(block)))
        return found


def _labels(block):
    names = block["names"]
    table = numpy.array(block["labels"], dtype=numpy.int32).reshape(-1, len(names))
    labels = numpy.empty(len(table), dtype=[(name, "<i4") for name in names])
    for k, name in enumerate(names):
        labels[name] = table[:, k]
    return labels
