/// Compares whatever executes coupling trees on structures with the slow interpreter: today the library's coefficients and
/// coupling kernels; what executes a user's own tree is one more engine.
module Toolkit.Tests.Interpreter.TreeComparison

open Toolkit.Numerics.Representations
open Toolkit.Numerics.Structures
open Toolkit.Tests.Interpreter.TreeModel

/// Executes a tree: for every atom the features, each with the field (0: the density) and the channel of every leaf, from left
/// to right, and its values [M].
type Engine = Tree -> Structure -> ((int * NaiveExpansion.Channel) list * float[]) list[]

/// Radial functions are tabulated to this part of their largest value.
let radialError = 3e-9

/// The largest norm of the coefficients of one channel and l.
let largest (c: NaiveExpansion.Coefficients) : float =
    let norm (x: float seq) = sqrt (Seq.sumBy (fun v -> v * v) x)

    Seq.append
        (c.Density.Values |> Seq.collect id |> Seq.map norm)
        (c.Vectors |> Seq.collect (fun v -> v.Values |> Seq.collect id |> Seq.map (Seq.concat >> norm)))
    |> Seq.max

/// What differs, in words. spec: what the coefficients are made by, fields in the order of their numbers; species: those that have
/// channels. Trees have no maps: their channels are tuples of those of the leaves.
let differences (spec: Spec) (species: int list) (engine: Engine) (tree: Tree) (s: Structure) : string list =
    let expand = NaiveExpansion.coefficients spec "spec.json" species None
    let found = engine tree s

    [ for i in 0 .. s.Count - 1 do
          let c = expand s i
          let error = radialError * largest c

          for channels, values in found[i] do
              let definition: Definitions.Definition = { Tree = tree; Channels = channels; Factor = 1. }
              let expected, norms = Definitions.value c definition
              // A sum has several products, each with norms of its own: their allowances add up.
              let allowance = Definitions.allowance definition norms error

              if expected.Length <> values.Length then
                  $"atom {i}, {channels}: expected {expected.Length} components, found {values.Length}"
              else
                  for m in 0 .. expected.Length - 1 do
                      if not (abs (expected[m] - values[m]) <= allowance) then
                          $"atom {i}, {channels}, component {m}: expected {expected[m]:R}, found {values[m]:R}, allowed {allowance:E1}" ]
