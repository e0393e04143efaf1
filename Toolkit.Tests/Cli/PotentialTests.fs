/// Potential fields and coupling trees from the command line.
module Toolkit.Tests.Cli.PotentialTests

open System
open System.IO
open Expecto
open Toolkit.Numerics.Files
open Toolkit.Numerics.Structures
open Toolkit.Testing
open Toolkit.Tests.Laws

/// Two species with charges under q.
let private charged (seed: int) atoms =
    let s = RandomStructure.build { Seed = seed; Atoms = atoms; Species = [ 11; 17 ]; Periodic = Periodicity.All; HasCell = true; Spacing = 1.2 }
    let species = Array.init atoms (fun i -> if i % 2 = 0 then 11 else 17)
    let q = Array.init atoms (fun i -> if i % 2 = 0 then 1. else -1.)
    s.WithSpecies(ReadOnlySpan species).WithAtomProperty("q", PropertyArray.Real(ReadOnlySpan q))

[<Tests>]
let tests =
    testList "Cli.PotentialTests" [
        testCase "the command line makes features with potentials and trees, and says what a structure lacks" <| fun () ->
            TemporaryFolder.using (fun folder ->
                let path name = Path.Combine(folder, name)
                let run args = CommandLine.run args
                ExtendedXyzWriter.Write(path "salt.xyz", [ charged 2 4; charged 3 6 ])

                let spec charges =
                    "{\"cutoff\": {\"radius\": 3}, \"radial\": {\"nmax\": 2}, \"lmax\": 1, \"fields\": [{\"name\": \"V\", \"kind\": \"potential\", \"charges\": \"" + charges + "\"}],
                      \"representation\": {\"kind\": \"power-spectrum\", \"factors\": [\"rho\", \"V\"]}}"

                File.WriteAllText(path "spec.json", spec "q")
                let code, _, error = run [ "features"; path "salt.xyz"; "--spec"; path "spec.json"; "--out"; path "salt.npz" ]
                Assert.Equal((0, ""), (code, error))
                let values = (NpyData.ReadAll(path "salt.npz")["values"])
                Assert.Equal<int>([| 10; 4 * 4 * 2 |], Array.ofSeq values.Shape)
                File.WriteAllText(path "other.json", spec "charge")
                let code, _, error = run [ "features"; path "salt.xyz"; "--spec"; path "other.json"; "--out"; path "no.npz" ]
                Assert.Equal(1, code)
                Assert.Contains("salt.xyz: frame 1: found no atom property 'charge' (there are q), expected charges", error)
                let code, _, error = run [ "features"; path "salt.xyz"; "--spec"; path "spec.json"; "--gradients"; "--out"; path "no.npz" ]
                Assert.Equal(1, code)
                Assert.Contains("the potential V", error)

                // Chosen atoms have the features that they have among all.
                let code, _, _ = run [ "features"; path "salt.xyz"; "--spec"; path "spec.json"; "--centres"; "Cl"; "--out"; path "some.npz" ]
                Assert.Equal(0, code)
                let some = ((NpyData.ReadAll(path "some.npz"))["values"]).ToReals()
                let all = values.ToReals() |> Array.chunkBySize 32
                Assert.Equal<float>(Array.concat [ for i in 1..2..9 -> all[i] ], some))

        testCase "what products with potentials compute is proved invariant" <| fun () ->
            TemporaryFolder.using (fun folder ->
                let path = Path.Combine(folder, "spec.json")
                File.WriteAllText(path, """{"cutoff": {"radius": 3}, "lmax": 2, "fields": [{"name": "V", "kind": "potential", "charges": {"Na": 1, "Cl": -1}}, {"name": "W", "kind": "potential", "exponent": 6}], "representation": {"kind": "bispectrum", "factors": ["V", "rho", "W"]}}""")
                let code, output, error = CommandLine.run [ "prove"; "--spec"; path; "--out"; Path.Combine(folder, "proofs") ]
                Assert.Equal((0, ""), (code, error))
                Assert.Contains("proved", output))

        testCase "a tree in a file is executed and proved, and travels in the output" <| fun () ->
            TemporaryFolder.using (fun folder ->
                let path name = Path.Combine(folder, name)
                ExtendedXyzWriter.Write(path "salt.xyz", [ charged 2 4 ])
                let tree = """{"format": "coupling-tree/1", "fields": {"rho": {"parity": "polar", "time": "even"}}, "tree": {"couple": [{"leaf": "rho", "l": "l"}, {"leaf": "rho", "l": "l"}], "L": 0}}"""
                File.WriteAllText(path "tree.json", tree)
                File.WriteAllText(path "spec.json", """{"cutoff": {"radius": 3}, "radial": {"nmax": 2}, "lmax": 1, "representation": {"kind": "tree", "file": "tree.json"}}""")
                let ok args = (let code, _, error = CommandLine.run args in Assert.Equal((0, ""), (code, error)))
                ok [ "features"; path "salt.xyz"; "--spec"; path "spec.json"; "--out"; path "a.npz" ]
                ok [ "features"; path "salt.xyz"; "--spec"; path "a.npz"; "--out"; path "b.npz" ]
                let values name = ((NpyData.ReadAll(path name))["values"]).ToReals()
                Assert.Equal(4 * 4 * 4 * 2, (values "a.npz").Length)
                Assert.Equal<float>(values "a.npz", values "b.npz")
                let code, output, _ = CommandLine.run [ "prove"; "--spec"; path "spec.json"; "--out"; path "proofs" ]
                Assert.Equal(0, code)
                Assert.Contains("proved", output))
    ]
