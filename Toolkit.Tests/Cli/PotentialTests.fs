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
    let s =
        RandomStructure.build {
            Seed = seed
            Atoms = atoms
            Species = [ 11; 17 ]
            Periodic = Periodicity.All
            HasCell = true
            Spacing = 1.2
        }

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
                let code, _, _ =
                    run [ "features"; path "salt.xyz"; "--spec"; path "spec.json"; "--centres"; "Cl"; "--out"; path "some.npz" ]
                Assert.Equal(0, code)
                let some = ((NpyData.ReadAll(path "some.npz"))["values"]).ToReals()
                let all = values.ToReals() |> Array.chunkBySize 32
                Assert.Equal<float>(Array.concat [ for i in 1..2..9 -> all[i] ], some))

        testCase
            "structures that are hard for potentials have right features or are refused with frame, what was found and what was expected"
        <| fun () ->
            TemporaryFolder.using (fun folder ->
                let path name = Path.Combine(folder, name)
                let atoms = "Na 0 0 0 1\nCl 2.5 0.3 0.2 -1\nNa 1.1 2.6 0.4 1\nCl 0.5 1.2 2.8 -1\n"

                let write lattice pbc (atoms: string) =
                    let cell = if lattice = "" then "" else $"Lattice=\"{lattice}\" "
                    let count = atoms.Split('\n').Length - 1
                    File.WriteAllText(path "hard.xyz", $"{count}\n{cell}pbc=\"{pbc}\" Properties=species:S:1:pos:R:3:q:R:1\n{atoms}")

                let spec members =
                    File.WriteAllText(
                        path "spec.json",
                        "{\"cutoff\": {\"radius\": 3}, \"radial\": {\"nmax\": 2}, \"lmax\": 2, \"fields\": [{\"name\": \"V\", \"kind\": \"potential\", \"charges\": \"q\""
                        + members
                        + "}],
                          \"representation\": {\"kind\": \"power-spectrum\", \"factors\": [\"V\", \"V\"]}}"
                    )

                let command = [ "features"; path "hard.xyz"; "--spec"; path "spec.json"; "--out"; path "hard.npz"; "--force" ]

                let features lattice pbc atoms =
                    write lattice pbc atoms
                    CommandLine.ok command |> ignore
                    ((NpyData.ReadAll(path "hard.npz"))["values"]).ToReals()

                let same (expected: float[]) (actual: float[]) =
                    let scale = expected |> Array.map abs |> Array.max
                    Array.iter2 (fun (e: float) a -> Assert.Equal(e, a, 1e-5 * scale)) expected actual

                spec ""
                let cubic = features "6 0 0 0 6 0 0 0 6" "T T T" atoms
                same cubic (features "6 0 0 600 6 0 -120 66 6" "T T T" atoms)
                same cubic (features "0 6 0 6 0 0 0 0 6" "T T T" atoms)
                same cubic (features "6 0 0 0 6 0 0 0 6" "T T T" (atoms.Replace("Na 0 0 0", "Na 6000000 -600 0")))
                let slab = features "6 0 0 0 6 0 0 0 30" "T T F" atoms
                same slab (features "6 0 0 0 6 0 0 0 0" "T T F" atoms)
                same slab (features "6 0 0 600 6 0 1 2 9" "T T F" atoms)
                same (features "6 0 0 0 9 0 0 0 9" "T F F" atoms) (features "6 0 0 0 0 0 0 0 0" "T F F" atoms)
                // A uniform background makes up for charges that do not sum to zero: the field of all charges less that of one.
                let charge q = atoms.Replace("2.8 -1", $"2.8 {q}")
                let linear a b c = Array.map3 (fun (x: float) y z -> x - 2. * y + z) a b c

                let bend q =
                    linear
                        (features "6 0 0 0 6 0 0 0 6" "T T T" (charge q))
                        (features "6 0 0 0 6 0 0 0 6" "T T T" (charge (q + 1.)))
                        (features "6 0 0 0 6 0 0 0 6" "T T T" (charge (q + 2.)))

                same (bend -1.) (bend 3.)
                // Two clusters far apart are each by themselves, but for the monopole, which falls off.
                let far = features "" "F F F" (atoms + "Na 1e11 0 0 1\nCl 1e11 3 0 -1\n")
                same (features "" "F F F" atoms) far[.. far.Length / 6 * 4 - 1]

                let refused code found = CommandLine.fails code found command

                let refusedOf lattice pbc atoms found =
                    write lattice pbc atoms
                    refused 1 found

                refusedOf
                    "6 0 0 0 6 0 0 0 6"
                    "T T T"
                    (atoms + "Na 0 0 0 1\n")
                    "hard.xyz: frame 1, atoms 1 and 5: found the same place, expected atoms apart"

                refusedOf "6 0 0 0 6 0 0 0 6" "T T T" (atoms + "Cl 6 -6 0 1\n") "frame 1, atoms 1 and 5: found the same place"
                refusedOf "6 0 0 0 6 0 0 0 6" "T T T" "" "hard.xyz: found no atoms, expected structures with atoms"

                refusedOf
                    "6 0 0 0 6 0 6 6 0"
                    "T T T"
                    atoms
                    "hard.xyz:2: Lattice: found dependent vectors [6 0 0; 0 6 0; 6 6 0], expected linearly independent"

                refusedOf
                    "6 0 0 0 6 0 0 0 6"
                    "T T T"
                    (atoms.Replace("2.8 -1", "2.8 nan"))
                    "frame 1: found the charge NaN of atom 4, expected a number of at most 1000000 e"

                refusedOf "6 0 0 0 6 0 0 0 6" "T T T" (atoms.Replace("2.8 -1", "2.8 -1e200")) "found the charge -1E+200 of atom 4"

                refusedOf
                    "6 0 0 0 6 0 0 0 6"
                    "T T T"
                    (atoms.Replace("1.1 2.6", "6e20 2.6"))
                    "frame 1, atom 3: found a position 1E+20 lattice vectors away"

                refusedOf
                    "6 0 0 0 6 0 0 0 6"
                    "T T F"
                    (atoms.Replace("1.2 2.8", "1.2 1e5"))
                    "frame 1: found atoms up to 1E+05 Å apart across a slab whose cell is 36 Å² large: too many waves, expected atoms that belong to it"

                refusedOf "" "F F F" (atoms.Replace("1.2 2.8", "1.2 1e200")) "atoms Infinity Å apart, expected at most 1E+12 Å"
                write "6 0 0 0 6 0 0 0 6" "T T T" atoms

                for members, found in
                    [
                        ", \"smearing\": 0", "$.fields[0].smearing: found '0', expected a number above 0 and at most 100 Å"
                        ", \"smearing\": -1", "$.fields[0].smearing: found '-1'"
                        ", \"smearing\": NaN", "spec.json:1: found no JSON"
                        ", \"smearing\": 1e-6",
                        "$.fields (V): found a field that cannot be made (charges smeared by 1E-06 Å are points to radial functions that reach 15 Å; expected a width of at least 0.075 Å)"
                        ", \"smearing\": 20", "frame 1: found a cell no longer than 6 Å, whose charges, smeared by 20 Å, all but cancel"
                        ", \"smearing\": 1000", "$.fields[0].smearing: found '1000', expected a number above 0 and at most 100 Å"
                        ", \"tolerance\": 1e-13", "$.fields[0].tolerance: found '1e-13', expected a number of at least 1E-12"
                        ", \"split\": 1000",
                        "$.fields[0].split: found 1000, expected a width from that of the charges, 1 Å, to 20 times that"
                        ", \"evaluator\": \"direct\"", "frame 1: found a structure that repeats, so that the sum over pairs never ends"
                    ] do
                    spec members
                    refused 1 found)

        testCase "what products with potentials compute is proved invariant"
        <| fun () ->
            TemporaryFolder.using (fun folder ->
                let path = Path.Combine(folder, "spec.json")

                File.WriteAllText(
                    path,
                    """{"cutoff": {"radius": 3}, "lmax": 2, "fields": [{"name": "V", "kind": "potential", "charges": {"Na": 1, "Cl": -1}}, {"name": "W", "kind": "potential", "exponent": 6}], "representation": {"kind": "bispectrum", "factors": ["V", "rho", "W"]}}"""
                )

                let code, output, error = CommandLine.run [ "prove"; "--spec"; path; "--out"; Path.Combine(folder, "proofs") ]
                Assert.Equal((0, ""), (code, error))
                Assert.Contains("proved", output))

        testCase "a tree in a file is executed and proved, and travels in the output"
        <| fun () ->
            TemporaryFolder.using (fun folder ->
                let path name = Path.Combine(folder, name)
                ExtendedXyzWriter.Write(path "salt.xyz", [ charged 2 4 ])

                let tree =
                    """{"format": "coupling-tree/1", "fields": {"rho": {"parity": "polar", "time": "even"}}, "tree": {"couple": [{"leaf": "rho", "l": "l"}, {"leaf": "rho", "l": "l"}], "L": 0}}"""

                File.WriteAllText(path "tree.json", tree)

                File.WriteAllText(
                    path "spec.json",
                    """{"cutoff": {"radius": 3}, "radial": {"nmax": 2}, "lmax": 1, "representation": {"kind": "tree", "file": "tree.json"}}"""
                )

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
