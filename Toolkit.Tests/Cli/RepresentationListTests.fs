/// A list of representations in one specification: its features are those of each alone, side by side.
module Toolkit.Tests.Cli.RepresentationListTests

open System
open System.Collections.Generic
open System.IO
open Expecto
open Toolkit.Numerics.Files
open Toolkit.Numerics.Representations
open Toolkit.Numerics.Structures
open Toolkit.Testing
open Toolkit.Tests.Laws

let private ok (args: string list) =
    let code, _, err = CommandLine.run args
    // A fit says what it keeps.
    Assert.All(err.Split('\n', StringSplitOptions.RemoveEmptyEntries), fun line -> Assert.StartsWith("toolkit: fit: ", line))
    Assert.Equal(0, code)

let private spin = """{"name": "spin", "key": "spin", "axial": true, "timeOdd": true}"""
let private potential = """{"name": "V", "kind": "potential", "exponent": 1, "smearing": 1}"""

let private specOf (fields: string list) (representation: string) =
    let fields = String.Join(", ", fields)

    $"""{{"cutoff": {{"radius": 3}}, "radial": {{"nmax": 2}}, "lmax": 2, "species": ["H", "C", "O"],
    "fields": [{fields}], "representation": {representation}}}"""

/// Each representation with the fields that it reads.
let private powers = """{"kind": "power-spectrum"}""", []
let private radial = """{"kind": "radial-spectrum"}""", []
let private bispectrum = """{"kind": "bispectrum", "parity": "both"}""", []
let private spins = """{"kind": "spin-power-spectrum", "coupling": "both"}""", [ spin ]
let private mixed = """{"kind": "power-spectrum", "factors": ["rho", "V"]}""", [ potential ]
let private triples =
    """{"kind": "tree", "tree": {"format": "coupling-tree/1", "fields": {"rho": {"parity": "polar", "time": "even"}}, "tree": {"couple": [{"leaf": "rho", "l": "l"}, {"leaf": "rho", "l": "l"}], "L": 0}}}""",
    []

let private density = """{"kind": "equivariants", "order": 1, "lambda": 2}""", []
let private pairs = """{"kind": "equivariants", "lambda": 2}""", []
let private potentials = """{"kind": "equivariants", "order": 1, "lambda": 1, "factors": ["V"]}""", [ potential ]

let private listOf (parts: (string * string list) list) =
    let texts = String.Join(", ", List.map fst parts)
    specOf (parts |> List.collect snd |> List.distinct) $"[{texts}]"

let private structures =
    [ for seed in 1..4 ->
          RandomStructure.build
              { Seed = seed
                Atoms = 3 + seed
                Species = [ 1; 6; 8 ]
                Periodic = if seed % 2 = 0 then Periodicity.None else Periodicity.All
                HasCell = seed % 2 = 1
                Spacing = 0.9 }
          |> RandomStructure.withVectors "spin" seed ]

/// The arrays that a specification gives.
let private features (folder: string) (spec: string) (options: string list) =
    let path name = Path.Combine(folder, name)
    ExtendedXyzWriter.Write(path "all.xyz", structures)
    File.WriteAllText(path "spec.json", spec)
    ok ([ "features"; path "all.xyz"; "--spec"; path "spec.json"; "--out"; path "out.npz"; "--force" ] @ options)
    NpyData.ReadAll(path "out.npz")

let private names (a: NpyData) = a.Fields |> List.ofSeq

/// The columns of an array [row, …, column], each as the list of its numbers.
let private columns (a: NpyData) =
    let count = int (Seq.last a.Shape)
    let numbers = a.ToReals()
    Array.init count (fun c -> [| for k in c..count .. numbers.Length - 1 -> numbers[k] |])

let private labels (a: NpyData) =
    a.ToIntegers() |> Array.chunkBySize (List.length (names a)) |> Array.map (List.ofArray >> List.zip (names a) >> Map.ofList)

/// The features of a list hold those of each part alone, with its labels, and nothing under labels that are not its own.
let private compare (folder: string) (parts: (string * string list) list) (options: string list) =
    let together = features folder (listOf parts) options
    let found = HashSet<string * int>()

    for k, (text, fields) in List.indexed parts do
        let alone = features folder (specOf fields text) options

        for name in alone.Keys |> Seq.filter (fun n -> n.StartsWith "features") do
            let key = name.Substring "features".Length
            let own = labels alone[name]
            let all = labels together[name]
            let mine = [| for c in 0 .. all.Length - 1 do if all[c]["representation"] = int64 k then yield c |]
            Assert.Equal(own.Length, mine.Length)

            for place, c in Array.indexed mine do
                found.Add(name, c) |> ignore

                for pair in all[c] do
                    match own[place].TryFind pair.Key with
                    | Some value -> Assert.Equal(value, pair.Value)
                    | None when pair.Key = "representation" -> ()
                    | None -> Assert.Equal((if pair.Key = "sigma" then 0L else -1L), pair.Value)

            for array in alone.Keys |> Seq.filter (fun n -> n = "values" + key || (n.StartsWith "gradients" && n.EndsWith key && n <> "gradient_samples")) do
                let expected, all = columns alone[array], columns together[array]
                let scale = expected |> Seq.collect id |> Seq.fold (fun m x -> max m (abs x)) 0.

                for place, c in Array.indexed mine do
                    for x, y in Array.zip expected[place] all[c] do
                        Assert.True(abs (x - y) <= 1e-13 * scale, $"{array}: {y}, alone {x}")

    let count = together.Keys |> Seq.filter (fun n -> n.StartsWith "features") |> Seq.sumBy (fun n -> (labels together[n]).Length)
    Assert.Equal(count, found.Count)
    Assert.True(count > 0)

[<Tests>]
let tests =
    testList "Cli.RepresentationListTests" [
        testCase "features of a list are those of each alone, side by side, with their gradients" <| fun () ->
            TemporaryFolder.using (fun folder ->
                compare folder [ powers; radial ] [ "--gradients" ]
                compare folder [ bispectrum; powers; triples ] [ "--gradients" ]
                compare folder [ pairs; density ] [ "--gradients" ]
                compare folder [ powers; bispectrum ] [ "--average" ])

        testCase "parts that read vectors or potentials stand beside parts that do not" <| fun () ->
            TemporaryFolder.using (fun folder ->
                compare folder [ spins; powers ] []
                compare folder [ powers; mixed; spins ] []
                compare folder [ density; potentials; pairs ] [])

        testCase "gradients by vectors of a part that reads none are zero" <| fun () ->
            TemporaryFolder.using (fun folder ->
                let all = features folder (listOf [ powers; spins ]) [ "--gradients" ]
                let own = labels all["features"]
                let gradients = columns all["gradients_spin"]
                let of' k = [ for c in 0 .. own.Length - 1 do if own[c]["representation"] = int64 k then yield! gradients[c] ]
                Assert.All(of' 0, fun g -> Assert.Equal(0., g))
                Assert.Contains(of' 1, fun g -> abs g > 1e-3))

        testCase "nice stands beside others, and its fit travels along"
        <| fun () ->
            TemporaryFolder.using (fun folder ->
                let nice = """{"kind": "nice", "order": 3, "contraction": {"components": {"covariants": 5, "invariants": 7}}}""", []
                compare folder [ powers; nice ] []
                let path name = Path.Combine(folder, name)
                features folder (listOf [ powers; nice ]) [] |> ignore
                ok [ "features"; path "all.xyz"; "--spec"; path "out.npz"; "--out"; path "again.npz" ]

                Assert.Equal<float>(
                    (NpyData.ReadAll(path "out.npz")).["values"].ToReals(),
                    (NpyData.ReadAll(path "again.npz")).["values"].ToReals()
                ))

        testCase "blocks are chosen among those of all parts, and metatensor has the same numbers" <| fun () ->
            TemporaryFolder.using (fun folder ->
                let path name = Path.Combine(folder, name)
                let all = features folder (listOf [ density; pairs ]) []
                let some = features folder (listOf [ density; pairs ]) [ "--blocks"; "2_1" ]
                Assert.Equal<float>(all["values_2_1"].ToReals(), some["values_2_1"].ToReals())
                Assert.False(some.ContainsKey "values_0_1")
                ok [ "features"; path "all.xyz"; "--spec"; path "spec.json"; "--out"; path "out.mts"; "--blocks"; "2_1" ]
                Assert.Equal<float>(all["values_2_1"].ToReals(), (NpyData.ReadAll(path "out.mts")).["blocks/0/values"].ToReals()))

        testCase "a list is written out as it is read, and its trees are those of its parts" <| fun () ->
            let spec = Spec.Parse(listOf [ powers; mixed; spins ], "spec.json")
            Assert.Equal(3, spec.Representations.Count)
            Assert.Equal(spec, Spec.Parse(spec.ToJson(), "spec.json"))
            let trees (s: Spec) = [ for t in s.CouplingTrees "spec.json" -> t.ToJson() ]
            let each = [ for text, fields in [ powers; mixed; spins ] do yield! trees (Spec.Parse(specOf fields text, "spec.json")) ]
            Assert.Equal<string>(List.distinct each, trees spec)
            Assert.Equal(Spec.Parse(specOf [] "[{\"kind\": \"power-spectrum\"}]", "s"), Spec.Parse(specOf [] (fst powers), "s"))

        testCase "what does not go together is refused, with its place in the list"
        <| fun () ->
            let refused (expected: string) (spec: string) =
                Assert.Equal(
                    "spec.json: " + expected,
                    Assert.Throws<InputException>(fun () -> Spec.Parse(spec, "spec.json") |> ignore).Message
                )

            let nice = """{"kind": "nice"}""", []
            refused "$.representation: found '[]', expected an object { … } or a list of objects" (specOf [] "[]")
            refused "$.representation[1].kind: found equivariants, expected invariants, as the first of the list" (listOf [ powers; pairs ])

            refused
                "$.representation[1].kind: found tree of invariants, expected equivariants, as the first of the list"
                (listOf [ pairs; triples ])

            refused "$.representation[2].kind: found nice again, expected nice once in a list" (listOf [ nice; powers; nice ])

            refused
                "$.representation[1].parity: found this key with kind power-spectrum, expected parity only with bispectrum, equivariants of order 2, nice and the spin- kinds"
                (listOf [ powers; """{"kind": "power-spectrum", "parity": "both"}""", [] ])

            refused
                "$.representation[0].factors: found 'W', expected one of rho, V"
                (listOf [ """{"kind": "power-spectrum", "factors": ["rho", "W"]}""", [ potential ]; mixed ])

            refused
                "$.fields: found the potential V, which nothing reads, expected potentials that factors name"
                (listOf [ fst powers, [ potential ]; radial ])

            refused
                "$.fields: found the vector field spin with 2 representations that do not read it, expected vector fields only with the spin- kinds, nice and tree"
                (listOf [ fst powers, [ spin ]; radial ])

            let list = Spec.Parse(listOf [ powers; radial ], "spec.json")
            let e = Assert.Throws<InputException>(fun () -> list.CreateRepresentation([ 1 ], "spec.json") |> ignore)
            Assert.Equal("spec.json: $.representation: found 2 representations, expected one", e.Message)
    ]
