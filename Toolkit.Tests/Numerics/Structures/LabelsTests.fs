module Toolkit.Tests.Numerics.Structures.LabelsTests

open System
open System.IO
open Expecto
open Toolkit.Numerics.Files
open Toolkit.Numerics.Structures
open Toolkit.Tests.Laws

let private frames (comments: string list) =
    let text = comments |> List.map (fun c -> $"1\n{c}\nH 0 0 0 1 2 3\n") |> String.concat ""
    use reader = new StringReader(text)
    ExtendedXyzReader.Read(reader, "in.xyz") |> Array.ofSeq

let private with' (keys: string) = $"Properties=species:S:1:pos:R:3:forces:R:3 {keys}"

let private fails (expected: string) (read: unit -> obj) =
    let e = Assert.Throws<InputException>(fun () -> read () |> ignore)
    Assert.Equal(expected, e.Message)

[<Tests>]
let tests =
    testList "Numerics.Structures.LabelsTests" [
        testCase "REF keys come first, then the plain ones" <| fun () ->
            let data = frames [ with' "energy=1 REF_energy=2"; with' "REF_energy=3 energy=4" ]
            Assert.Equal<float>([| 2.; 3. |], Labels.Energies(data, "in.xyz"))
            Assert.Equal<float>([| 1.; 4. |], Labels.Energies(data, "in.xyz", "energy"))
            Assert.Equal<float>([| 1.; 2.; 3. |], (Labels.Forces(data, "in.xyz"))[1])

        testCase "an absent label is an error that names the frame and its keys" <| fun () ->
            let data = frames [ with' "energy=1 free_energy=2"; with' "free_energy=2 dipole=3" ]

            fails "in.xyz: frame 2: found no energy; it has free_energy, dipole, expected the key energy" (fun () ->
                Labels.Energies(data, "in.xyz"))

            fails "in.xyz: frame 1: found no energy; it has energy, free_energy, expected the key my_energy" (fun () ->
                Labels.Energies(data, "in.xyz", "my_energy"))

            fails "in.xyz: frame 1: found no spins; it has forces, expected the key REF_magmom or REF_magmoms or magmoms or magmom or spins, or another that --spin-key names" (fun () ->
                Labels.Spins(data, "in.xyz"))

            fails "in.xyz: frame 1: found no stress; it has no such properties, expected the key REF_stress or stress" (fun () ->
                Labels.Stresses(frames [ with' "" ], "in.xyz"))

        testCase "values of different origin are never mixed" <| fun () ->
            fails "in.xyz: frame 2: found no energy; it has energy, expected the key REF_energy" (fun () ->
                Labels.Energies(frames [ with' "REF_energy=1"; with' "energy=1" ], "in.xyz"))

        testCase "labels of another shape, and labels that are not finite, are errors" <| fun () ->
            fails "in.xyz: frame 1, energy: found Text, expected one number" (fun () ->
                Labels.Energies(frames [ with' "energy=low" ], "in.xyz"))

            fails "in.xyz: frame 1, energy: found Integer[2], expected one number" (fun () ->
                Labels.Energies(frames [ with' "energy=\"1 2\"" ], "in.xyz"))

            fails "in.xyz: frame 2, energy: found NaN as number 1, expected finite numbers" (fun () ->
                Labels.Energies(frames [ with' "energy=1"; with' "energy=nan" ], "in.xyz"))

        testCase "stress comes from nine numbers, six Voigt numbers, or the virial divided by minus the volume" <| fun () ->
            let expected = [| 1.; 6.; 5.; 6.; 2.; 4.; 5.; 4.; 3. |]
            let lattice = "Lattice=\"2 0 0 0 3 0 0 0 4\" "
            let voigt = frames [ with' (lattice + "stress=\"1 2 3 4 5 6\"") ]
            let nine = frames [ with' (lattice + "stress=\"1 6 5 6 2 4 5 4 3\"") ]
            let virial = frames [ with' (lattice + "virial=\"-24 -144 -120 -144 -48 -96 -120 -96 -72\"") ]
            Assert.Equal<float>(expected, Labels.Stresses(voigt, "in.xyz")[0])
            Assert.Equal<float>(expected, Labels.Stresses(nine, "in.xyz")[0])
            Assert.Equal<float>(expected, Labels.StressesFromVirial(virial, "in.xyz")[0])

            fails "in.xyz: frame 1, virial: found Integer[6], expected a 3×3 matrix, or six numbers xx yy zz yz xz xy, in a cell of three vectors" (fun () ->
                Labels.StressesFromVirial(frames [ with' "virial=\"1 2 3 4 5 6\"" ], "in.xyz"))

        testCase "public data sets read whole, and write and read back the same" <| fun () ->
            SharedData.usingEach
                (fun (name, _, _) -> name)
                [ "ch4-pbe/methane.xyz", None, 5
                  "methane-dft/methane_train.xyz", Some 800, 5
                  "charged-dimers/charge-charge.xyz", None, 0
                  "ionic-frames/coulomb_test_frames.xyz", Some 3, 8
                  "water-bulk/coords_1000.xyz", Some 1000, 96 ]
                (fun (name, count, atoms) path ->
                    let data = ExtendedXyzReader.Read path |> Array.ofSeq
                    count |> Option.iter (fun n -> Assert.Equal(n, data.Length))
                    Assert.NotEmpty data

                    for s in data do
                        if atoms > 0 then Assert.Equal(atoms, s.Count)

                    use writer = new StringWriter()
                    for s in data do
                        ExtendedXyzWriter.Write(writer, s)
                    use reader = new StringReader(writer.ToString())
                    Assert.Equal<Structure>(data, ExtendedXyzReader.Read(reader, name) |> Array.ofSeq)

                    if name <> "water-bulk/coords_1000.xyz" then
                        let energies = Labels.Energies(data, name)
                        Assert.All(energies, fun e -> Assert.True(e < 0.))
                        let forces = Labels.Forces(data, name)
                        Assert.Equal(data.Length, forces.Length)
                    else
                        Assert.Equal(9, data[0].Properties["alpha"].Size))
    ]
