/// Every feature is what CONVENTIONS.md says it is: the slow interpreter computes it from the coupling tree of its label and
/// from coefficients made by plain loops, for every kind and every key of the specification.
module Toolkit.Tests.Numerics.Representations.DefinitionTests

open System
open System.IO
open System.Collections.Generic
open Expecto
open Toolkit.Numerics.Coupling
open Toolkit.Numerics.Expansion
open Toolkit.Numerics.Representations
open Toolkit.Numerics.Structures
open Toolkit.Symbolic.Tables
open Toolkit.Tests.Golden
open Toolkit.Tests.Interpreter
open Toolkit.Tests.Laws

let private specPath = Path.Combine(GoldenFile.folder, "spec.json")

/// The largest number of labels of one specification that are compared: of longer sets a random sample.
let private most = 2000

/// A specification with everything that its data give, and its representation.
let private build (json: string) (frames: Structure list) (table: CouplingTable | null) =
    let frames = ResizeArray frames :> IReadOnlyList<_>
    let spec = Spec.Parse(json, specPath)
    let species = frames |> Seq.collect (fun f -> f.Species.ToArray()) |> Seq.distinct |> Seq.sort |> List.ofSeq
    let spec = Features.WithContraction(spec, StructureSource.Of(frames, "structures.xyz"), specPath)

    let table: CouplingTable | null =
        if isNull table && spec.CouplingLMax > CouplingTable.Default.LMax then
            use bytes = new MemoryStream()
            TableFile.writeTo bytes (TableSpec.Create(TableKind.RealCg, spec.CouplingLMax))
            CouplingTable.FromBytes(ReadOnlySpan(bytes.ToArray()), "real-cg")
        else
            table

    let species = match spec.Species with null -> species | given -> List.ofSeq given
    spec, species, spec.CreateRepresentation(species, specPath, table)

/// The blocks of a representation: λ, names of labels, labels, place.
let private blocks (representation: Representation) =
    let labels (l: FeatureLabels) = List.ofSeq l.Names, Array.init l.Count (fun k -> l[k].ToArray())

    match representation with
    | :? EquivariantRepresentation as r -> [ for b in r.Layout -> b.Key.Lambda, b.Key.Sigma, labels b.Labels, b.First ]
    | :? InvariantRepresentation as r -> [ 0, 1, labels r.Labels, 0 ]
    | other -> failwith $"what is {other.GetType().Name}?"

let private mixing (spec: Spec) (expansion: DensityExpansion) : (int -> float[]) option =
    match spec.Alchemical with
    | null -> None
    | alchemical ->
        match alchemical.Weights with
        | null ->
            // The similarity of elements has tests of its own.
            let m = nonNull expansion.Mixing
            Some(fun z -> m.Weights(Array.IndexOf(m.Species.ToArray(), z)).ToArray())
        | weights -> Some(fun z -> weights[z])

/// What is wrong with the features of a specification, in words.
let private differences (name: string) (json: string) (structures: (string * Structure) list) (table: CouplingTable | null) : string list =
    let spec, species, representation = build json (GoldenFile.structures.Force() |> List.map snd) table
    let expand = NaiveExpansion.coefficients spec specPath species (mixing spec representation.Expansion)
    let random = Random 11

    let chosen =
        [ for lambda, sigma, (names, labels), first in blocks representation do
              let count = labels.Length
              let picked = if count <= most then [| 0 .. count - 1 |] else Array.init most (fun _ -> random.Next count)
              lambda, sigma, first, count, [ for k in picked -> k, Definitions.ofLabel spec names lambda labels[k] ] ]

    let stated = [ for tree in representation.CouplingTrees -> TreeModel.parse (tree.ToJson()) ]

    [ for lambda, sigma, _, _, definitions in chosen do
          for _, d in definitions do
              let signature = TreeModel.signature d.Tree.Fields d.Tree.Root

              if signature.Lambda <> lambda then
                  $"{name}: {TreeModel.write d.Tree} has order {signature.Lambda}, expected {lambda}"

              if (representation :? EquivariantRepresentation) && signature.Sigma <> sigma then
                  $"{name}: {TreeModel.write d.Tree} has σ = {signature.Sigma}, expected {sigma}"

      // The tree of each feature is one of those that the representation states. (Sums over J are stated by their terms.)
      let isStated (d: Definitions.Definition) =
          let rec hasSum node =
              match node with
              | TreeModel.SumJ _ -> true
              | TreeModel.Couple(a, b, _) -> hasSum a || hasSum b
              | _ -> false

          hasSum d.Tree.Root || stated |> List.exists (fun general -> TreeModel.stands general d.Tree)

      for _, _, _, _, definitions in chosen do
          match definitions |> List.tryFind (fun (_, d) -> not (isStated d)) with
          | Some(_, d) -> $"{name}: {TreeModel.write d.Tree} is none of the stated trees"
          | None -> ()

      for what, s in structures do
          let values = Array.zeroCreate (s.Count * representation.FeatureCount)
          representation.Compute(s, Span values)

          for i in 0 .. s.Count - 1 do
              let c = expand s i
              let error = TreeComparison.radialError * TreeComparison.largest c
              for _, _, first, count, definitions in chosen do
                  for k, d in definitions do
                      let expected, norms = Definitions.value c d
                      let allowance = Definitions.allowance d norms error

                      for m in 0 .. expected.Length - 1 do
                          let found = values[i * representation.FeatureCount + first + m * count + k]

                          if not (abs (found - expected[m]) <= allowance) then
                              $"{name}, {what}, atom {i}, label {k}, component {m}: expected {expected[m]:R}, found {found:R}, allowed {allowance:E1}; {d.Factor:R} times {TreeModel.write d.Tree}" ]

let private compare (kind: string) =
    let structures = GoldenFile.structures.Force()
    let cases = GoldenSpecs.all |> List.filter (fun (name, _) -> name.StartsWith(kind + ".", StringComparison.Ordinal))
    Assert.NotEmpty cases

    for name, json in cases do
        match differences name json structures null with
        | [] -> ()
        | wrong -> Assert.Fail(String.concat "\n" ($"{wrong.Length} differences" :: List.truncate 10 wrong))

/// The bytes of the library's table, and where the coefficients of a block begin in them.
let private tableBytes () =
    use stream = new MemoryStream()
    TableFile.writeTo stream (TableSpec.Create(TableKind.RealCg, 8))
    let bytes = stream.ToArray()

    let place (values: float[]) =
        // The block's values stand one after the other: found by their bits.
        let at = bytes.AsSpan().IndexOf(ReadOnlySpan(Array.collect (fun (x: float) -> BitConverter.GetBytes x) values))
        Assert.True(at > 0)
        at

    bytes, place

/// The library's table after a change of its bytes, for a test.
let private withMutated (change: CouplingTable -> byte[] -> (float[] -> int) -> unit) (test: CouplingTable -> unit) : unit =
    TemporaryFolder.using (fun folder ->
        let path = Path.Combine(folder, "mutated.table")
        let bytes, place = tableBytes ()
        use intact = CouplingTable.FromBytes(ReadOnlySpan bytes, "real-cg")
        change intact bytes place
        File.WriteAllBytes(path, bytes)
        // Without its checksum, which would refuse it.
        use table = CouplingTable.Load(path, false)
        test table)

/// One coefficient of a block is changed.
let private coefficient (l1: int, l2: int, l3: int) (change: float -> float) (intact: CouplingTable) (bytes: byte[]) place =
    let values = intact.Block(l1, l2, l3).Value.ToArray()
    let at: int = place values
    Assert.True(BitConverter.TryWriteBytes(bytes.AsSpan(at, 8), change values[0]))

/// In the place of the product to l3 stands the one to a smaller l, whose components its first rows are.
let private order (l1: int, l2: int, l3: int) (other: int) (intact: CouplingTable) (bytes: byte[]) place =
    let block = intact.Block(l1, l2, l3)
    let wrong = intact.Block(l1, l2, other)
    Assert.InRange(wrong.Count, 1, block.Count)
    let at: int = place (block.Value.ToArray())
    let last = wrong.Count - 1

    for k in 0 .. block.Count - 1 do
        // What the smaller block does not fill is zero.
        let value = if k <= last then wrong.Value[k] else 0.
        Assert.True(BitConverter.TryWriteBytes(bytes.AsSpan(at + 8 * k, 8), value))
        bytes[at + 8 * block.Count + k] <- wrong.M1[min k last]
        bytes[at + 9 * block.Count + k] <- wrong.M2[min k last]
        bytes[at + 10 * block.Count + k] <- wrong.M3[min k last]

[<Tests>]
let tests =
    testList "Numerics.Representations.DefinitionTests" [
        testCase "radial spectra are what the conventions say" <| fun () ->
            compare "radial-spectrum"

        testCase "power spectra are what the conventions say" <| fun () ->
            compare "power-spectrum"

        testCase "bispectra are what the conventions say" <| fun () ->
            compare "bispectrum"

        testCase "equivariants are what the conventions say" <| fun () ->
            compare "equivariants"

        testCase "spin power spectra are what the conventions say" <| fun () ->
            compare "spin-power-spectrum"

        testCase "spin bispectra are what the conventions say" <| fun () ->
            compare "spin-bispectrum"

        testCase "a coefficient that is wrong in the table of the engine is seen"
        <| fun () ->
            let specs = Map.ofList GoldenSpecs.all
            let structures = GoldenFile.structures.Force() |> List.truncate 1

            for name, block in
                [
                    "bispectrum.parity-both", (1, 2, 1)
                    "equivariants.small", (1, 2, 3)
                    "spin-power-spectrum.resolved-include-both", (1, 1, 1)
                    "spin-bispectrum.summed-exclude-both", (1, 1, 2)
                ] do
                withMutated (coefficient block (~-)) (fun table -> Assert.NotEmpty(differences name specs[name] structures table))

                withMutated (coefficient block (fun x -> x * (1. + 1e-6))) (fun table ->
                    Assert.NotEmpty(differences name specs[name] structures table))

                withMutated (coefficient block id) (fun table -> Assert.Empty(differences name specs[name] structures table))

        testCase "a product to another l than the engine's table says is seen" <| fun () ->
            let specs = Map.ofList GoldenSpecs.all
            let structures = GoldenFile.structures.Force() |> List.truncate 1

            for name, block, other in
                [ "bispectrum.parity-both", (2, 2, 2), 1
                  "equivariants.small", (1, 2, 3), 2
                  "spin-power-spectrum.resolved-include-both", (1, 1, 2), 1
                  "spin-bispectrum.summed-exclude-both", (1, 1, 2), 1 ] do
                let l1, l2, l3 = block
                withMutated (order block other) (fun table ->
                    Assert.Equal<float>(CouplingTable.Default.Block(l1, l2, other).Value[0], table.Block(l1, l2, l3).Value[0])
                    Assert.NotEmpty(differences name specs[name] structures table))
    ]
