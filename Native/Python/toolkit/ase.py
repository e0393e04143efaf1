"""A calculator for ASE."""

import numpy
from ase.calculators.calculator import Calculator as _Calculator
from ase.calculators.calculator import all_changes

from ._model import Model


class Calculator(_Calculator):
    """Energy, forces and stress of a model, made by `toolkit fit`, in ASE.

    Spins or charges are read from the atoms' arrays of the names that the model was fitted with; results hold −dE/dv of them
    as field_NAME.

    >>> atoms.calc = Calculator("MODEL/")
    """

    implemented_properties = ["energy", "free_energy", "energies", "forces", "stress"]

    def __init__(self, model, threads=1, **options):
        super().__init__(**options)
        self.model = model if isinstance(model, Model) else Model(model, threads)
        self._seen = {}

    def check_state(self, atoms, tol=1e-15):
        changes = super().check_state(atoms, tol)
        # ASE compares none of the arrays that it does not know itself.
        for name in self.model.inputs:
            seen, now = self._seen.get(name), atoms.arrays.get(name)
            if seen is None or now is None or seen.shape != now.shape or (seen != now).any():
                changes.append(name)
        return changes

    def calculate(self, atoms=None, properties=("energy",), system_changes=all_changes):
        super().calculate(atoms, properties, system_changes)
        found = self.model.predict(self.atoms)
        self._seen = {name: numpy.array(self.atoms.arrays[name]) for name in self.model.inputs}
        stress = found.pop("stress", None)
        self.results = {**found, "free_energy": found["energy"]}
        if stress is not None:
            self.results["stress"] = stress.flat[[0, 4, 8, 5, 2, 1]]
