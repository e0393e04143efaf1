module Toolkit.Tests.Numerics.Files.ChemiscopeTests

open System
open System.IO
open System.Text.Json
open Expecto
open Toolkit.Numerics.Files
open Toolkit.Numerics.Representations
open Toolkit.Numerics.Structures
open Toolkit.Tests.Laws

let private spec =
    Spec.Parse("""{"cutoff": {"radius": 3}, "radial": {"nmax": 2}, "lmax": 1, "representation": {"kind": "power-spectrum"}}""", "spec.json")

/// The JSON of the structures of a text in extended XYZ, and the properties that are left out of it.
let private write (text: string) (test: JsonElement -> string list -> unit) =
    TemporaryFolder.using (fun folder ->
        let frames = ExtendedXyzReader.Read(new StringReader(text), "in.xyz") |> Array.ofSeq
        let path = Path.Combine(folder, "map.json")
        let omitted = Chemiscope.Write(path, "data", frames, Features.Compute(spec, StructureSource.Of(frames, "in.xyz"), "spec.json"), 3.)
        use json = JsonDocument.Parse(File.ReadAllText path)
        test json.RootElement (List.ofSeq omitted))

let private names (json: JsonElement) =
    json.GetProperty("properties").EnumerateObject() |> Seq.map _.Name |> List.ofSeq

let private components = [ for i in 1..3 -> $"principal component {i}" ]

[<Tests>]
let tests =
    testList "Numerics.Files.ChemiscopeTests" [
        testCase "a property that has the name of a principal component, or an atom's and a structure's of one name, keep names of their own" <| fun () ->
            let text =
                "2\nProperties=species:S:1:pos:R:3:charge:R:1 \"principal component 1\"=5 charge=7 energy=1\nH 0 0 0 0.25\nO 0 0 1 -0.25\n"

            write text (fun json omitted ->
                Assert.Equal<string list>([], omitted)

                Assert.Equal<string list>(
                    components @ [ "charge"; "principal component 1 (of the file)"; "charge (of the file)"; "energy" ],
                    names json)

                let value (name: string) =
                    [ for x in json.GetProperty("properties").GetProperty(name).GetProperty("values").EnumerateArray() -> x.GetDouble() ]

                Assert.Equal<float list>([ 5. ], value "principal component 1 (of the file)")
                Assert.Equal<float list>([ 0.25; -0.25 ], value "charge")
                Assert.Equal<float list>([ 7. ], value "charge (of the file)"))

        testCase "a property with a number that is missing is left out, and the file says which and why"
        <| fun () ->
            let text =
                [
                    "1\nProperties=species:S:1:pos:R:3:charge:R:1 energy=1 gap=2 name=a\nH 0 0 0 1\n"
                    "2\nProperties=species:S:1:pos:R:3:charge:R:1 energy=nan name=b late=3\nH 0 0 0 1\nH 0 0 1 inf\n"
                ]
                |> String.concat ""

            write text (fun json omitted ->
                Assert.Equal<string list>(
                    [
                        "charge (∞ in structure 2)"
                        "energy (NaN in structure 2)"
                        "gap (absent in structure 2)"
                        "late (absent in structure 1)"
                    ],
                    omitted |> List.map (fun o -> o.Replace("Infinity", "∞"))
                )

                Assert.Equal<string list>(components @ [ "name" ], names json)

                Assert.Equal(
                    "Left out: " + String.Join("; ", omitted) + ".",
                    json.GetProperty("meta").GetProperty("description").GetString()
                ))
    ]
