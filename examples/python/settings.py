"""How the error of a linear model depends on the settings of a power spectrum: the tables of docs/settings.md.

usage: settings.py TRAIN.xyz TEST.xyz [COMMAND …]      COMMAND starts the program; default: toolkit

Energies per atom are learnt from the mean of the features over a structure's atoms, by ridge regression; the regulariser is
the best of a grid in five-fold cross-validation among the training structures. One row per setting, tab-separated.
"""
import copy
import re
import sys

import numpy as np

from toolkit_features import features, per_structure

DEFAULT = {"cutoff": {"radius": 5.0, "smoothing": 0.5}, "density": {"sigma": 0.3}, "radial": {"nmax": 8}, "lmax": 6,
           "representation": {"kind": "power-spectrum"}}
SWEEPS = [(("radial", "nmax"), [2, 4, 6, 8, 12]), (("lmax",), [0, 1, 2, 4, 6, 8]), (("density", "sigma"), [0.1, 0.2, 0.3, 0.5, 0.8]),
          (("cutoff", "radius"), [2.5, 3.0, 4.0, 5.0, 6.0, 7.0]), (("cutoff", "smoothing"), [0.1, 0.5, 1.0, 2.0])]


def energies(path):
    """eV per atom of every frame."""
    found, lines = [], iter(open(path, encoding="utf-8"))
    for line in lines:
        count, comment = int(line), next(lines)
        found.append(float(re.search(r"(?<!\S)(?:REF_)?energy=(\S+)", comment)[1]) / count)
        for _ in range(count):
            next(lines)
    return np.array(found)


def fit(kernel, y, strength):
    """Coefficients of the training structures for centred energies."""
    return np.linalg.solve(kernel + strength * np.trace(kernel) / len(y) * np.eye(len(y)), y)


def error(train, y, test, y_test):
    """Root mean square error on the test structures."""
    mean = train.mean(0)
    kernel, cross = (train - mean) @ (train - mean).T, (test - mean) @ (train - mean).T
    folds = np.arange(len(y)) % 5
    grid = 10.0 ** np.arange(-12, 0)
    scores = []
    for strength in grid:
        residuals = np.empty(len(y))
        for k in range(5):
            a, b = folds != k, folds == k
            c = fit(kernel[np.ix_(a, a)], y[a] - y[a].mean(), strength)
            residuals[b] = y[b] - y[a].mean() - kernel[np.ix_(b, a)] @ c
        scores.append(np.mean(residuals ** 2))
    c = fit(kernel, y - y.mean(), grid[np.argmin(scores)])
    return np.sqrt(np.mean((y_test - y.mean() - cross @ c) ** 2)), grid[np.argmin(scores)]


def main(train_file, test_file, command):
    y, y_test = energies(train_file), energies(test_file)
    print(f"# {len(y)} structures for training, {len(y_test)} for testing; their energies vary by {1e3 * y_test.std():.2f} meV/atom")
    print("setting\tvalue\tfeatures\tRMSE meV/atom\tregulariser", flush=True)
    for path, values in SWEEPS:
        for value in values:
            spec = copy.deepcopy(DEFAULT)
            place = spec
            for key in path[:-1]:
                place = place[key]
            place[path[-1]] = value
            both = [per_structure(features(f, spec, command=command)) for f in (train_file, test_file)]
            rmse, strength = error(both[0], y, both[1], y_test)
            print(f"{'.'.join(path)}\t{value}\t{both[0].shape[1]}\t{1e3 * rmse:.3f}\t{strength:.0e}", flush=True)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], sys.argv[3:] or ["toolkit"])
