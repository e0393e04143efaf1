"""Models fitted by `toolkit fit`."""

import os

import numpy

from ._library import Handle, Structure, about, call, prediction, reals


class Model:
    """A model's folder, made by `toolkit fit`.

    >>> Model("MODEL/").predict(atoms)["forces"]
    """

    def __init__(self, path, threads=1):
        self.path = os.fspath(path)
        self.threads = threads
        self._handle = Handle("toolkit_model_open", os.fsencode(self.path))
        known = about("toolkit_model_about", self._handle.value)
        self.species = known["species"]
        self.cutoff = known["cutoff"]
        self.is_local = known["local"]
        self.has_deviations = known["deviations"]
        self.has_grades = known["grades"]
        self.inputs = known["inputs"]
        self.fields = [field["name"] for field in known["fields"]]

    def predict(self, atoms, deviations=False):
        """energy (eV), energies of atoms, forces (eV/Å), virial (−dE/dε, eV), stress (eV/Å³, where there is a whole cell),
        field_NAME (−dE/dv of each vector field), and with deviations energy_std and energies_std where the model knows them, and
        extrapolation of atoms where it has grades."""
        structure = Structure(atoms, self.inputs)
        n = structure.count
        arrays = {
            "energy": numpy.empty(1),
            "energies": numpy.empty(n),
            "forces": numpy.empty((n, 3)),
            "virial": numpy.empty((3, 3)),
            "fields": numpy.empty((len(self.fields), n, 3)),
        }
        if deviations and self.has_deviations:
            arrays.update(energy_deviation=numpy.empty(1), deviations=numpy.empty(n))
        call("toolkit_model_predict", self._handle.value, structure.pointer, self.threads, prediction(arrays))
        found = {"energy": float(arrays["energy"][0]), **{name: arrays[name] for name in ("energies", "forces", "virial")}}
        volume = abs(numpy.linalg.det(numpy.asarray(getattr(atoms, "cell", numpy.zeros((3, 3))), dtype=float)))
        if volume > 0:
            found["stress"] = -arrays["virial"] / volume
        for k, name in enumerate(self.fields):
            found["field_" + name] = arrays["fields"][k]
        if "deviations" in arrays:
            found.update(energy_std=float(arrays["energy_deviation"][0]), energies_std=arrays["deviations"])
        if deviations and self.has_grades:
            grades = numpy.empty(n)
            call("toolkit_model_grades", self._handle.value, structure.pointer, self.threads, reals(grades))
            found["extrapolation"] = grades
        return found
