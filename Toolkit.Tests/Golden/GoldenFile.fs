/// Golden files: the features of one specification on the golden structures as they were when the file was written, small
/// enough to be kept. Values are kept as sums with fixed signs and weights, so that one wrong value, or two that changed
/// places, is seen; README.md beside the data says which.
module Toolkit.Tests.Golden.GoldenFile

open System
open System.Globalization
open System.IO
open System.Security.Cryptography
open System.Text
open Toolkit.Numerics.Structures
open Toolkit.Testing
open Toolkit.Tests.Laws
open Toolkit.Tests.Golden.Surface

/// Numbers under a name, exact to 1e-12 of their scale.
type Line =
    { Key: string
      /// The largest magnitude among what the numbers are made from.
      Scale: float
      Numbers: float[] }

/// What a file holds: texts that must be the same, then numbers that must be close.
type Content =
    { Spec: string
      /// Names of labels, counts and digests.
      Labels: string list
      Lines: Line list }

/// |found − expected| ≤ tolerance · scale.
let tolerance = 1e-12

/// The folder of the data.
let folder: string = Path.Combine(SharedData.repository, "Toolkit.Tests", "Data", "Golden")

let private specPath = Path.Combine(folder, "spec.json")

/// Name and structure, in the order of the file.
let structures: Lazy<(string * Structure) list> =
    lazy
        [ for s in ExtendedXyzReader.Read(Path.Combine(folder, "structures.xyz")) do
              s.Properties["name"].Texts[0], s ]

/// A number between ½ and 1½ in magnitude that depends on a key alone: SplitMix64's finaliser. (Not System.Random, whose
/// sequence is not promised.)
let weight (stream: int) (index: int) : float =
    let mix (z: uint64) =
        let z = (z ^^^ (z >>> 30)) * 0xbf58476d1ce4e5b9UL
        let z = (z ^^^ (z >>> 27)) * 0x94d049bb133111ebUL
        z ^^^ (z >>> 31)

    let bits = mix (mix (uint64 stream + 0x9e3779b97f4a7c15UL) + uint64 index * 0x9e3779b97f4a7c15UL)
    let magnitude = 0.5 + float (bits >>> 12) / float (1UL <<< 52)
    if bits &&& 1UL = 0UL then magnitude else -magnitude

let private digest (text: string) =
    Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes text))

/// The row cut into runs of features whose numbers are summed together: blocks of equivariants, parts of the invariants.
let private runs (subject: Subject) : (int * int) list =
    let most = 12

    [ for block in subject.Blocks do
          if subject.Blocks.Length > 1 then
              block.First, block.Length
          else
              let pieces = min most (max 1 block.Length)

              for k in 0 .. pieces - 1 do
                  let first, last = k * block.Length / pieces, (k + 1) * block.Length / pieces
                  block.First + first, last - first ]

let private labelLines (subject: Subject) : string list =
    [ for block in subject.Blocks do
          let rows = block.Labels |> Array.map (Array.map string >> String.concat ",")
          let names = String.concat "," block.Names
          let whole = digest (names + "\n" + String.concat "\n" rows)
          // Digests of parts say where labels begin to differ.
          let part k = (digest (String.concat "\n" rows[k * rows.Length / 8 .. (k + 1) * rows.Length / 8 - 1]))[..7]
          let parts = String.concat "," (Seq.map part (seq { 0..7 }))
          $"{block.What}: at {block.First}, {block.Length} numbers, {rows.Length} labels {names}; {whole}; {parts}" ]

let private largest (values: float seq) = Seq.fold (fun m x -> max m (abs x)) 0. values

/// Σ weight · value over `count` numbers from `first` on.
let private sum stream (values: float[]) first count =
    let mutable total = 0.

    for k in first .. first + count - 1 do
        total <- total + weight stream k * values[k]

    total

let private norm (values: float seq) = sqrt (Seq.sumBy (fun x -> x * x) values)

let private structureLines (subject: Subject) (name: string) (s: Structure) : Line list =
    let found = subject.Compute s
    let n, features = s.Count, subject.FeatureCount
    let runs = runs subject

    let line key scale numbers = { Key = $"{name} {key}"; Scale = scale; Numbers = numbers }

    /// A row's run of features, summed with weights that differ from feature to feature and row to row.
    let project (stream: int) (rows: float[]) row (first, count) =
        sum (stream + 1000 * row) rows[row * features .. (row + 1) * features - 1] first count

    let ofRun (rows: float[]) (first, count) =
        seq {
            for row in 0 .. rows.Length / max 1 features - 1 do
                yield! Array.sub rows (row * features + first) count
        }

    /// Gradients [row, xyz, feature]: by centre and direction, then by run of features.
    let gradients (stream: int) (what: string) (rows: float[]) =
        let scale = largest rows
        let all = 0, features

        let ofCentre i d =
            Seq.sum (
                seq {
                    for row in found.Offsets[i] .. found.Offsets[i + 1] - 1 ->
                        weight (stream + 1) (31 * row + found.Atoms[row]) * project stream rows (3 * row + d) all
                }
            )

        [
            line $"{what} by centre" scale [|
                for i in 0 .. n - 1 do
                    for d in 0..2 -> ofCentre i d
            |]
            line $"{what} by run" scale [|
                for run in runs -> Seq.sum (seq { for row in 0 .. 3 * found.Atoms.Length - 1 -> project (stream + 2) rows row run })
            |]
            line $"{what} norms" scale [| for run in runs -> norm (ofRun rows run) |]
        ]

    let scale = largest found.Values
    let values = found.Values
    let weights = Array.init (n * features) (weight 17)
    let evaluated = found.Evaluate weights

    let field f =
        // [row, field, xyz, feature] to [row, xyz, feature].
        Array.init (found.Atoms.Length * 3 * features) (fun k ->
            let row, rest = k / (3 * features), k % (3 * features)
            found.VectorGradients[(row * found.FieldCount + f) * 3 * features + rest])

    let force = largest evaluated.Forces

    [
        line "atoms and rows" 1. [|
            float n
            float features
            float found.FieldCount
            yield! Array.map float found.Offsets
            yield! Array.map float found.Atoms
        |]
        if n * features <= 200 then
            line "values" scale values
        else
            line "values by atom and run" scale [|
                for i in 0 .. n - 1 do
                    for run in runs -> project 1 values i run
            |]

        line "norms" scale [| for run in runs -> norm (ofRun values run) |]
        yield! gradients 3 "gradients" found.Gradients
        for f in 0 .. found.FieldCount - 1 do
            yield! gradients (7 + 4 * f) $"gradients by field {f}" (field f)

        line "energy" (Seq.sumBy abs evaluated.AtomicEnergies) [| evaluated.Energy |]
        line "atomic energies" (largest evaluated.AtomicEnergies) evaluated.AtomicEnergies
        line "forces" force evaluated.Forces
        line "virial" (max force (largest evaluated.Virial)) evaluated.Virial
        line "cell gradient" (max force (largest evaluated.CellGradient)) evaluated.CellGradient
        for f in 0 .. evaluated.EffectiveFields.Count - 1 do
            line $"effective field {f}" (largest evaluated.EffectiveFields[f]) evaluated.EffectiveFields[f]
    ]

/// What a specification gives today.
let compute (spec: string) : Content =
    let frames = structures.Force()
    let subject = subject spec specPath (List.map snd frames)

    { Spec = spec
      Labels = labelLines subject
      Lines = [ for name, s in frames do yield! structureLines subject name s ] }

/// Sixteen digits say a number to 1e-15 of itself: enough for the tolerance, and shorter than what reads back to the bit.
let private number (x: float) = x.ToString("G16", CultureInfo.InvariantCulture)

/// The text of a file.
let write (content: Content) : string =
    let line l = String.concat "\t" (l.Key :: number l.Scale :: List.ofArray (Array.map number l.Numbers))

    [ "# Golden features, written by the test GoldenTests with TOOLKIT_REGENERATE=golden (README.md). Do not edit by hand."
      "spec\t" + content.Spec
      for text in content.Labels do
          "labels\t" + text
      for l in content.Lines do
          line l ]
    |> List.map (fun l -> l + "\n")
    |> String.concat ""

/// Reads what `write` wrote.
let read (path: string) : Content =
    let lines = File.ReadAllLines path |> Array.filter (fun l -> not (l.StartsWith '#')) |> Array.map _.Split('\t')
    let under key = lines |> Array.filter (fun l -> l[0] = key) |> Array.map (fun l -> l[1]) |> List.ofArray
    let real (word: string) = Double.Parse(word, CultureInfo.InvariantCulture)

    { Spec = List.exactlyOne (under "spec")
      Labels = under "labels"
      Lines =
        [ for l in lines do
              if l[0] <> "spec" && l[0] <> "labels" then
                  { Key = l[0]
                    Scale = real l[1]
                    Numbers = Array.map real l[2..] } ] }

/// Every difference between a file and what is found, in words; none: they agree.
let differences (expected: Content) (found: Content) : string list =
    let texts what (a: string list) (b: string list) =
        [ if a.Length <> b.Length then
              $"{what}: expected {a.Length}, found {b.Length}"
          for x, y in Seq.zip a b do
              if x <> y then
                  $"{what}: expected {x}\n  found {y}" ]

    [ yield! texts "specification" [ expected.Spec ] [ found.Spec ]
      yield! texts "labels" expected.Labels found.Labels
      yield! texts "lines" (expected.Lines |> List.map _.Key) (found.Lines |> List.map _.Key)
      for a, b in Seq.zip expected.Lines found.Lines do
          if a.Numbers.Length <> b.Numbers.Length then
              $"{a.Key}: expected {a.Numbers.Length} numbers, found {b.Numbers.Length}"
          else
              let wrong =
                  [ for k in 0 .. a.Numbers.Length - 1 do
                        if not (abs (a.Numbers[k] - b.Numbers[k]) <= tolerance * a.Scale) then
                            k ]

              match wrong with
              | [] -> ()
              | _ ->
                  let worst =
                      wrong |> List.maxBy (fun k -> let d = abs (a.Numbers[k] - b.Numbers[k]) in if Double.IsNaN d then infinity else d)
                  let off = abs (a.Numbers[worst] - b.Numbers[worst]) / a.Scale
                  $"{a.Key}: {wrong.Length} of {a.Numbers.Length} numbers; worst is number {worst}, expected {number a.Numbers[worst]}, found {number b.Numbers[worst]}, off by {off:E1} of the scale" ]
