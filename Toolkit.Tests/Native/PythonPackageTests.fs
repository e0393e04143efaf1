/// The wheel in a fresh virtual environment: features, models and ASE's calculator.
module Toolkit.Tests.Native.PythonPackageTests

open System
open System.IO
open Expecto
open Toolkit.Numerics.Representations
open Toolkit.Numerics.Structures
open Toolkit.Tests.Cli.CommandLine
open Toolkit.Tests.Laws

/// Installs the wheel of a model's export into an environment of its own beside the system's packages; calls the test with its Python.
let private installed (kind: string) (test: (string -> string) -> (string -> string list -> string) -> unit) =
    NativeModel.requireLibrary ()
    TemporaryFolder.using (fun folder ->
        let path name = Path.Combine(folder, name)
        NativeModel.write (path "model") kind
        ok [ "export"; path "model"; "--python"; "--out"; path "out" ] |> ignore
        let wheel = Directory.GetFiles(path "out", "*.whl") |> Array.exactlyOne
        let system = "/usr/bin/python3"
        match Tool.run system [ "-m"; "venv"; "--system-site-packages"; path "venv" ] "" with
        | Some(0, _, _) -> ()
        | _ -> SharedData.skipped "no python3-venv"
        let python = path "venv/bin/python"
        match Tool.run python [ "-c"; "import numpy, ase" ] "" with
        | Some(0, _, _) -> ()
        | _ -> SharedData.skipped "no python3 with NumPy and ASE"
        match Tool.run python [ "-m"; "pip"; "install"; "--no-index"; "--no-deps"; "--quiet"; wheel ] "" with
        | Some(0, _, _) -> ()
        | other -> failwith $"pip: {other}"
        test path (fun script arguments ->
            match Tool.run python ("-" :: arguments) script with
            | Some(0, out, _) -> out
            | other -> failwith $"{other}"))

let private spec = """{"cutoff": {"radius": 3.5}, "radial": {"nmax": 4}, "lmax": 3, "representation": {"kind": "KIND"}}"""

[<Tests>]
let tests =
    testSequenced <| testList "Native.PythonPackageTests" [
        testCase "features have the values, labels and gradients of the command line" <| fun () ->
            installed "linear" (fun path python ->
                let s = NativeModel.frames 2 |> List.last
                ExtendedXyzWriter.Write(path "s.xyz", [ s ])

                for kind in [ "power-spectrum"; "equivariants" ] do
                    File.WriteAllText(path "spec.json", spec.Replace("KIND", kind))
                    ok [ "features"; path "s.xyz"; "--spec"; path "spec.json"; "--out"; path $"{kind}.npz"; "--gradients" ] |> ignore

                let out =
                    python
                        """
import sys, numpy
from ase.io import read
import toolkit
atoms = read(sys.argv[1])
def close(a, b): assert a.shape == b.shape and numpy.abs(a - b).max() <= 1e-12 * numpy.abs(b).max(), numpy.abs(a - b).max()
text = open(sys.argv[2]).read()
features = toolkit.Features(text.replace('equivariants', 'power-spectrum'), atoms)
known = numpy.load(sys.argv[3])
close(features(atoms), known['values'])
assert (features.labels == known['features']).all() and features.labels.dtype == known['features'].dtype
g = features.gradients(atoms)
close(g.values, known['values'])
close(g.gradients, known['gradients'])
rows = known['gradient_samples']
assert (rows['atom'] == g.atoms).all()
assert (numpy.repeat(numpy.arange(len(atoms)), numpy.diff(g.offsets)) == rows['sample']).all()
known = numpy.load(sys.argv[4])
for block in toolkit.Features(text, atoms)(atoms):
    name = f'{block.lam}_{block.sigma}'
    close(block.values, known['values_' + name])
    assert (block.labels == known['features_' + name]).all()
print('well')
"""
                        [ path "s.xyz"; path "spec.json"; path "power-spectrum.npz"; path "equivariants.npz" ]

                Assert.Equal("well\n", out))

        testCase "ASE's calculator: predict's numbers, a relaxation, molecular dynamics that conserves energy"
        <| fun () ->
            installed "repulsion" (fun path python ->
                ExtendedXyzWriter.Write(path "s.xyz", [ NativeModel.frames 2 |> List.last ])
                ok [ "predict"; path "model"; path "s.xyz"; "--out"; path "out.xyz" ] |> ignore

                let out =
                    python
                        """
import sys, numpy
from ase.io import read
from ase.optimize import BFGS
from ase.md.verlet import VelocityVerlet
from ase.md.velocitydistribution import MaxwellBoltzmannDistribution
from ase import units
from toolkit.ase import Calculator
atoms, known = read(sys.argv[1]), read(sys.argv[2])
atoms.calc = Calculator(sys.argv[3])
def close(a, b): assert numpy.abs(numpy.subtract(a, b)).max() <= 1e-10 * (1 + numpy.abs(b).max()), numpy.abs(numpy.subtract(a, b)).max()
close(atoms.get_potential_energy(), known.get_potential_energy())
close(atoms.get_forces(), known.get_forces())
close(atoms.get_stress(), known.get_stress())
numeric = atoms.calc.calculate_numerical_stress(atoms, d=1e-5)
assert numpy.abs(numeric - atoms.get_stress()).max() < 1e-5 * (1 + numpy.abs(numeric).max())
before, pull = atoms.get_potential_energy(), numpy.abs(atoms.get_forces()).max()
BFGS(atoms, logfile=None).run(fmax=0.02, steps=40)
assert atoms.get_potential_energy() < before and numpy.abs(atoms.get_forces()).max() < 0.3 * pull, (pull, numpy.abs(atoms.get_forces()).max())
MaxwellBoltzmannDistribution(atoms, temperature_K=200, rng=numpy.random.RandomState(1))
start = atoms.get_total_energy()
VelocityVerlet(atoms, 1.0 * units.fs).run(50)
assert abs(atoms.get_total_energy() - start) / len(atoms) < 1e-5, atoms.get_total_energy() - start
print('well')
"""
                        [ path "s.xyz"; path "out.xyz"; path "model" ]

                Assert.Equal("well\n", out))

        testCase "grades of extrapolation are predict's, and no deviations are made up" <| fun () ->
            installed "graded" (fun path python ->
                ExtendedXyzWriter.Write(path "s.xyz", [ NativeModel.frames 2 |> List.last ])
                ok [ "predict"; path "model"; path "s.xyz"; "--out"; path "out.xyz" ] |> ignore
                let out =
                    python
                        """
import sys, numpy
from ase.io import read
import toolkit
known, found = read(sys.argv[2]), toolkit.Model(sys.argv[3]).predict(read(sys.argv[1]), deviations=True)
assert numpy.abs(found['extrapolation'] - known.arrays['extrapolation']).max() <= 1e-9
assert 'energy_std' not in found
print('well')
"""
                        [ path "s.xyz"; path "out.xyz"; path "model" ]

                Assert.Equal("well\n", out))

        testCase "coefficients and tables are those of the command line"
        <| fun () ->
            installed "linear" (fun path python ->
                ok [ "tables"; "--kind"; "real-cg"; "--lmax"; "3"; "--convention"; "e3nn"; "--format"; "tsv"; "--out"; path "t.tsv" ]
                |> ignore

                let out =
                    python
                        """
import sys
import toolkit
table = toolkit.coupling_table(3, 'e3nn')
count = 0
for line in open(sys.argv[1]):
    if line[0] in '#l': continue
    l1, l2, l3, m1, m2, m3 = map(int, line.split('\t')[:6])
    assert table[l1, l2, l3][m1 + l1, m2 + l2, m3 + l3] == float(line.split('\t')[9]), line
    count += 1
assert count == sum((a != 0).sum() for a in table.values()) > 300
print(*toolkit.coefficient('3j', (2, 3, 4), (1, -2, 1)))
print(*toolkit.coefficient('6j', ('1/2', 0.5, 1, '1/2', '1/2', 1)))
for wrong in (lambda: toolkit.coefficient('3k', (1,)), lambda: toolkit.coefficient('3j', (1, 1), (0, 0)), lambda: toolkit.coupling_table(3, 'nobody')):
    try: wrong()
    except toolkit.ToolkitError as e: print(str(e).split(',')[0])
"""
                        [ path "t.tsv" ]

                let told (args: string list) = (ok ("coefficient" :: args)).Trim()

                Assert.Equal<string list>(
                    [
                        told [ "--kind"; "3j"; "--j"; "2,3,4"; "--m"; "1,-2,1" ]
                        told [ "--kind"; "6j"; "--j"; "1/2,1/2,1,1/2,1/2,1" ]
                        "kind: found '3k'"
                        "j: found 2 numbers in '1"
                        "convention: found 'nobody'"
                    ],
                    out.Split('\n', StringSplitOptions.RemoveEmptyEntries) |> List.ofArray
                ))

        testCase "spins: fields, caches that see a moment turn, and errors as exceptions with the library's text" <| fun () ->
            installed "spins" (fun path python ->
                ExtendedXyzWriter.Write(path "s.xyz", [ NativeModel.dressed 3 NativeModel.crystal ])
                ok [ "predict"; path "model"; path "s.xyz"; "--out"; path "out.xyz" ] |> ignore
                let out =
                    python
                        """
import sys, numpy
from ase.io import read
import toolkit
from toolkit.ase import Calculator
atoms, known = read(sys.argv[1]), read(sys.argv[2])
model = toolkit.Model(sys.argv[3])
found = model.predict(atoms)
def close(a, b): assert numpy.abs(numpy.subtract(a, b)).max() <= 1e-10 * (1 + numpy.abs(b).max())
close(found['field_spin'], known.arrays['field_spin'])
close(found['forces'], known.get_forces())
atoms.calc = Calculator(model)
first = atoms.get_potential_energy()
atoms.arrays['spins'][0] = [1, 2, 3]
assert atoms.get_potential_energy() != first
close(atoms.calc.results['energy'], model.predict(atoms)['energy'])
def raises(part, work):
    try: work()
    except toolkit.ToolkitError as e: assert part in str(e), str(e)
    else: raise AssertionError(part)
bare = atoms.copy(); del bare.arrays['spins']
raises("no array 'spins'", lambda: model.predict(bare))
other = atoms.copy(); other.numbers[0] = 2
raises('found He as atom 1', lambda: model.predict(other))
raises('nowhere', lambda: toolkit.Model('nowhere'))
raises('spec', lambda: toolkit.Features('{"cutof": {}}', atoms))
twice = atoms.copy(); twice.positions[1] = twice.positions[0]
raises('same place', lambda: model.predict(twice))
print('well')
"""
                        [ path "s.xyz"; path "out.xyz"; path "model" ]

                Assert.Equal("well\n", out)) ]
