"""Features of atomic structures in NumPy: runs `toolkit features` and reads the file that it writes."""

# <readme>
import json
import subprocess
import tempfile
from pathlib import Path

import numpy as np


def features(structures, specification, *options, command=("toolkit",)):
    """The arrays of a feature file by name.

    structures     a file in extended XYZ, or one compressed by gzip
    specification  a dictionary as docs/spec.md lists it
    options        further options of `toolkit features`, such as "--gradients"
    command        what starts the program
    """
    with tempfile.TemporaryDirectory() as folder:
        spec, out = Path(folder, "spec.json"), Path(folder, "features.npz")
        spec.write_text(json.dumps(specification), encoding="utf-8")
        run = subprocess.run([*command, "features", str(structures), "--spec", str(spec), "--out", str(out), *options],
                             capture_output=True, text=True)
        if run.returncode != 0:
            raise RuntimeError(run.stderr.strip())  # one line: what, where, found, expected
        with np.load(out) as file:
            return {name: file[name] for name in file.files}


def per_structure(arrays):
    """[structure, feature]: the mean over the atoms of each structure."""
    owner = arrays["samples"]["structure"]
    sums = np.zeros((owner.max() + 1, arrays["values"].shape[1]))
    np.add.at(sums, owner, arrays["values"])
    return sums / np.bincount(owner)[:, None]
# </readme>
