"""Toolkit: symmetry-adapted features of atomic structures, and the models that are made of them.

Features(spec, [atoms])(atoms)     features with labels and gradients, as NumPy arrays
Model("MODEL/").predict(atoms)     energy, forces, virial, effective fields
toolkit.ase.Calculator("MODEL/")   the same as a calculator of ASE
"""

from ._features import Block, Features, Gradients
from ._library import ToolkitError
from ._model import Model

__all__ = ["Block", "Features", "Gradients", "Model", "ToolkitError"]
