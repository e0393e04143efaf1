/// ASE as the judge of the extended-XYZ reader and writer: each side reads what the other wrote.
module Toolkit.Tests.Numerics.Structures.AseTests

open System
open System.IO
open System.Text.Json
open Expecto
open Toolkit.Numerics.Structures
open Toolkit.Tests.Laws

let private aseWrites =
    """
import sys, numpy as np
from ase import Atoms
from ase.build import bulk
from ase.calculators.singlepoint import SinglePointCalculator
from ase.io import write
m = Atoms('CH4', positions=np.arange(15).reshape(5, 3) / 7.0)
m.info.update(config_type='free gas', REF_energy=-3.25, n=3, ok=True, empty='', tags=['a b', 'c'], d={'k': [1, 2]},
              v=np.array([1.5, 2.5]), t=np.arange(9.0).reshape(3, 3), flags=np.array([True, False]), one=np.array([4]),
              quoted='it is "so"', whole=2.0, small=1e-30)
m.arrays['REF_forces'] = -m.get_positions()
m.arrays['fixed'] = np.array([True, False, True, False, False])
m.arrays['labels'] = np.array(['a', 'bb', 'c', 'd', 'e'])
c = bulk('Fe', cubic=True) * (1, 1, 2)
c.pbc = [True, False, True]
c.set_initial_magnetic_moments(np.arange(12.0).reshape(4, 3))
s = np.array([[1., 2., 3.], [2., 4., 5.], [3., 5., 6.]])
c.calc = SinglePointCalculator(c, energy=-1.5, free_energy=-1.75, forces=np.ones((4, 3)), stress=[1., 4., 6., 5., 3., 2.],
                               magmoms=np.array([1.0, 2.0, 3.0, 4.0]))
c.info['virial'] = np.arange(9.0).reshape(3, 3)
write(sys.argv[1], [m, c], format='extxyz')
"""

let private aseReads =
    """
import sys, json, numpy as np
from ase.io import read
a = read(sys.argv[1], index=':', format='extxyz')
def plain(x):
    if isinstance(x, np.ndarray): return x.tolist()
    if isinstance(x, np.generic): return x.item()
    return x
out = []
for f in a:
    info = {k: plain(v) for k, v in f.info.items()}
    arrays = {k: plain(v) for k, v in f.arrays.items()}
    results = {k: plain(v) for k, v in (f.calc.results if f.calc else {}).items()}
    out.append(dict(info=info, arrays=arrays, results=results, cell=f.cell.tolist(), pbc=f.pbc.tolist()))
print(json.dumps(out))
"""

[<Tests>]
let tests =
    testList "Numerics.Structures.AseTests" [
        testCase "a file that ASE writes is read with all its values" <| fun () ->
            Tool.withPython "ase" (fun python ->
                TemporaryFolder.using (fun folder ->
                    let path = Path.Combine(folder, "ase.xyz")
                    python aseWrites [ path ] |> ignore
                    let frames = ExtendedXyzReader.Read path |> Array.ofSeq
                    let m, c = frames[0], frames[1]
                    let p = m.Properties
                    Assert.Equal(PropertyValue.Text "free gas", p["config_type"])
                    Assert.Equal(PropertyValue.Real -3.25, p["REF_energy"])
                    Assert.Equal(PropertyValue.Integer 3L, p["n"])
                    Assert.Equal(PropertyValue.Logical true, p["ok"])
                    Assert.Equal(PropertyValue.Text "", p["empty"])
                    Assert.Equal(PropertyValue.Text(ReadOnlySpan [| "a b"; "c" |], ReadOnlySpan [| 2 |]), p["tags"])
                    Assert.Equal(PropertyValue.Json "{\"k\":[1,2]}", p["d"])
                    Assert.Equal(PropertyValue.Real(ReadOnlySpan [| 1.5; 2.5 |], ReadOnlySpan [| 2 |]), p["v"])
                    Assert.Equal(PropertyValue.Real(ReadOnlySpan [| 0. .. 8. |], ReadOnlySpan [| 3; 3 |]), p["t"])
                    Assert.Equal(PropertyValue.Logical(ReadOnlySpan [| true; false |], ReadOnlySpan [| 2 |]), p["flags"])
                    Assert.Equal(PropertyValue.Text "it is \"so\"", p["quoted"])
                    Assert.Equal(PropertyValue.Real 2., p["whole"])
                    Assert.Equal(PropertyValue.Real 1e-30, p["small"])
                    Assert.Equal(Periodicity.None, m.Periodic)
                    Assert.Equal<int>([| 6; 1; 1; 1; 1 |], m.Species.ToArray())
                    Assert.Equal(0.14285714, m.Positions[1])
                    Assert.Equal(-0.14285714, m.AtomProperties["REF_forces"].Reals[1])
                    Assert.Equal<bool>([| true; false; true; false; false |], m.AtomProperties["fixed"].Logicals.ToArray())
                    Assert.Equal("bb", m.AtomProperties["labels"].Texts[1])
                    Assert.Equal(Periodicity(true, false, true), c.Periodic)
                    Assert.Equal(5.74, (nonNull c.Cell).Vector(2)[2], tolerance = 1e-12)
                    Assert.Equal<float>([| -1.5 |], Labels.Energies([| c |], "ase.xyz"))
                    Assert.Equal<float>([| 1.; 2.; 3.; 2.; 4.; 5.; 3.; 5.; 6. |], Labels.Stresses([| c |], "ase.xyz")[0])
                    Assert.Equal(PropertyValue.Real(ReadOnlySpan [| 0. .. 8. |], ReadOnlySpan [| 3; 3 |]), c.Properties["virial"])
                    Assert.Equal(3, c.AtomProperties["initial_magmoms"].Components)
                    Assert.Equal<float>([| 0.; 0.; 3. |], (Labels.Spins([| c |], "ase.xyz")[0])[6..8])))

        testCase "ASE reads a file that is written here with all its values" <| fun () ->
            Tool.withPython "ase" (fun python ->
                TemporaryFolder.using (fun folder ->
                    let path = Path.Combine(folder, "ours.xyz")

                    let three (values: float list) = PropertyValue.Real(ReadOnlySpan(Array.ofList values), ReadOnlySpan [| 3; 3 |])

                    let s =
                        Structure
                            .Create(
                                ReadOnlySpan [| 26; 8 |],
                                ReadOnlySpan [| 0.1; 1. / 3.; -2.; 1e-20; 5.; 6. |],
                                Cell(ReadOnlySpan [| 3.; 0.; 0.5; 0.; 4.; 0.; 1.; 0.; 5. |]),
                                Periodicity(true, true, false)
                            )
                            .WithAtomProperty("REF_forces", PropertyArray.Real(ReadOnlySpan [| 1. .. 6. |], 3))
                            .WithAtomProperty("id", PropertyArray.Integer(ReadOnlySpan [| 4L; 5L |]))
                            .WithAtomProperty("fixed", PropertyArray.Logical(ReadOnlySpan [| true; false |]))
                            .WithAtomProperty("label", PropertyArray.Text(ReadOnlySpan [| "a"; "b" |]))
                            .WithProperty("energy", PropertyValue.Real -2.)
                            .WithProperty("stress", three [ 1.; 2.; 3.; 2.; 4.; 5.; 3.; 5.; 6. ])
                            .WithProperty("virial", three [ 0. .. 8. ])
                            .WithProperty("t", three [ 0. .. 8. ])
                            .WithProperty("name", PropertyValue.Text "two \"words\" \\ back")
                            .WithProperty("digits", PropertyValue.Text "5")
                            .WithProperty("lines", PropertyValue.Text "a\nb")
                            .WithProperty("list", PropertyValue.Text(ReadOnlySpan [| "a b"; "c" |], ReadOnlySpan [| 2 |]))
                            .WithProperty("one", PropertyValue.Integer(ReadOnlySpan [| 4L |], ReadOnlySpan [| 1 |]))
                            .WithProperty("json", PropertyValue.Json "{\"k\": [1, \"x\\\"y\"]}")
                            .WithProperty("two words", PropertyValue.Logical false)

                    ExtendedXyzWriter.Write(path, [ s ])
                    use document = JsonDocument.Parse(python aseReads [ path ])
                    let frame = document.RootElement[0]
                    let text (part: string) (key: string) = ((frame.GetProperty part).GetProperty key).GetRawText()
                    let eq (part: string) key (expected: string) = Assert.Equal(expected, (text part key).Replace(" ", ""))
                    Assert.Equal("[[3.0, 0.0, 0.5], [0.0, 4.0, 0.0], [1.0, 0.0, 5.0]]", (frame.GetProperty "cell").GetRawText())
                    Assert.Equal("[true, true, false]", (frame.GetProperty "pbc").GetRawText())
                    eq "arrays" "numbers" "[26,8]"
                    eq "arrays" "positions" "[[0.1,0.3333333333333333,-2.0],[1e-20,5.0,6.0]]"
                    eq "arrays" "REF_forces" "[[1.0,2.0,3.0],[4.0,5.0,6.0]]"
                    eq "arrays" "id" "[4,5]"
                    eq "arrays" "fixed" "[true,false]"
                    eq "arrays" "label" "[\"a\",\"b\"]"
                    eq "results" "energy" "-2.0"
                    eq "results" "stress" "[1.0,4.0,6.0,5.0,3.0,2.0]"
                    eq "info" "virial" "[[0.0,1.0,2.0],[3.0,4.0,5.0],[6.0,7.0,8.0]]"
                    eq "info" "t" "[[0.0,1.0,2.0],[3.0,4.0,5.0],[6.0,7.0,8.0]]"
                    Assert.Equal("\"two \\\"words\\\" \\\\ back\"", text "info" "name")
                    eq "info" "digits" "\"5\""
                    eq "info" "lines" "\"a\\nb\""
                    Assert.Equal("[\"a b\", \"c\"]", text "info" "list")
                    eq "info" "one" "[4]"
                    eq "info" "json" "{\"k\":[1,\"x\\\"y\"]}"
                    eq "info" "two words" "false"))
    ]
