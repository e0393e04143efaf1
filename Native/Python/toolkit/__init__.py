"""Toolkit: symmetry-adapted features of atomic structures, and the models that are made of them.

Features(spec, [atoms])(atoms)     features with labels and gradients, as NumPy arrays
Model("MODEL/").predict(atoms)     energy, forces, virial, effective fields
toolkit.ase.Calculator("MODEL/")   the same as a calculator of ASE
coefficient("3j", j, m)            one exact coupling coefficient
coupling_table(lmax, "e3nn")       all of them, as another program defines them
"""

from ._coefficients import coefficient, coupling_table
from ._features import Block, Features, Gradients
from ._library import ToolkitError
from ._model import Model

__all__ = ["Block", "Features", "Gradients", "Model", "ToolkitError", "coefficient", "coupling_table"]
