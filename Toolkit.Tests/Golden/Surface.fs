/// What golden files are made from: the part of the library's public surface through which users get features. When that
/// surface changes this file is the only one that follows.
module Toolkit.Tests.Golden.Surface

open System
open System.IO
open Toolkit.Numerics.Coupling
open Toolkit.Numerics.Structures
open Toolkit.Numerics.Representations
open Toolkit.Symbolic.Tables

/// One atom's row of numbers, cut where the labels change their kind: invariants are one block.
type Block =
    { /// "invariants", or λ, σ and ν of equivariants.
      What: string
      Names: string list
      /// Labels of each channel.
      Labels: int[][]
      /// Where it begins in the row.
      First: int
      /// Numbers per atom: channels, or μ times channels.
      Length: int }

/// Features of one structure with everything that can be derived from them.
type Outcome =
    { /// [atom, feature].
      Values: float[]
      /// Rows of centre i are Offsets[i] … Offsets[i + 1] − 1.
      Offsets: int[]
      /// [row]: the atom by which it differentiates.
      Atoms: int[]
      /// [row, xyz, feature].
      Gradients: float[]
      /// [row, field, xyz, feature].
      VectorGradients: float[]
      FieldCount: int
      /// Σ weights · features and its derivatives, by the backward pass.
      Evaluate: float[] -> Evaluation }

/// How structures become features under one specification.
type Subject =
    { FeatureCount: int
      Blocks: Block list
      Compute: Structure -> Outcome }

let private table (lmax: int) : CouplingTable | null =
    if lmax <= CouplingTable.Default.LMax then
        null
    else
        use bytes = new MemoryStream()
        TableFile.writeTo bytes (TableSpec.Create(TableKind.RealCg, lmax))
        CouplingTable.FromBytes(ReadOnlySpan(bytes.ToArray()), $"real-cg {lmax}")

let private labels (l: FeatureLabels) =
    List.ofSeq l.Names, Array.init l.Count (fun k -> l[k].ToArray())

/// What a specification asks for, for structures out of a data set.
let representation (json: string) (specPath: string) (frames: Structure list) : Representation =
    let frames = ResizeArray frames :> System.Collections.Generic.IReadOnlyList<_>
    let spec = Spec.Parse(json, specPath)
    let species = frames |> Seq.collect (fun f -> f.Species.ToArray()) |> Seq.distinct |> Seq.sort |> ResizeArray
    let spec = Features.WithContraction(spec, StructureSource.Of(frames, "structures.xyz"), specPath)
    spec.CreateRepresentation(species, specPath, table spec.CouplingLMax)

/// The features of a specification, for structures out of a data set.
let subject (json: string) (specPath: string) (frames: Structure list) : Subject =
    let representation = representation json specPath frames

    let blocks, evaluate =
        match representation with
        | :? EquivariantRepresentation as r ->
            let blocks =
                [ for b in r.Layout do
                      let names, values = labels b.Labels

                      { What = $"lambda {b.Key.Lambda} sigma {b.Key.Sigma} order {b.Key.Order}"
                        Names = names
                        Labels = values
                        First = b.First
                        Length = b.Length } ]

            let evaluate (s: Structure) (weights: float[]) =
                let part (b: EquivariantLayout) =
                    let values = Array.init (s.Count * b.Length) (fun k -> weights[k / b.Length * r.FeatureCount + b.First + k % b.Length])
                    EquivariantBlock(b.Key, b.Labels, s.Count, values)

                r.Evaluate(s, EquivariantBlocks(s.Count, Seq.map part r.Layout))

            blocks, evaluate
        | :? InvariantRepresentation as r ->
            let names, values = labels r.Labels
            let set = RepresentationSet [ r ]

            [ { What = "invariants"
                Names = names
                Labels = values
                First = 0
                Length = r.FeatureCount } ],
            fun s (weights: float[]) -> set.Evaluate(s, ReadOnlyMemory weights)
        | other -> failwith $"golden files know no {other.GetType().Name}"

    { FeatureCount = representation.FeatureCount
      Blocks = blocks
      Compute =
        fun s ->
            let found = representation.ComputeWithGradients s
            let values = Array.zeroCreate (s.Count * representation.FeatureCount)
            representation.Compute(s, Span values)

            { Values = values
              Offsets = found.Offsets.ToArray()
              Atoms = found.Atoms.ToArray()
              Gradients = found.Gradients.ToArray()
              VectorGradients = found.VectorGradients.ToArray()
              FieldCount = found.Fields.Count
              Evaluate = evaluate s } }
