/// What every feature of a representation is by its label: a coupling tree, the channels at its leaves, and a factor. These
/// are the definitions of CONVENTIONS.md, written out once for each kind.
module Toolkit.Tests.Interpreter.Definitions

open System
open Toolkit.Numerics.Representations
open Toolkit.Tests.Interpreter.NaiveExpansion
open Toolkit.Tests.Interpreter.TreeModel

/// One feature, or one channel of an equivariant block.
type Definition =
    { Tree: Tree
      /// Field (0: the density) and channel of each leaf, from left to right.
      Channels: (int * Channel) list
      Factor: float }

let private rho = "rho"

/// The name of a field by its number.
let fieldName (spec: Spec) (field: int) = if field = 0 then rho else spec.Fields[field - 1].Name

let private tree (spec: Spec) (root: Node) : Tree =
    { Fields =
        Map.ofSeq
            [ yield rho, { Rank = 0; Axial = false; TimeOdd = false }
              for f in spec.Fields do
                  yield f.Name, { Rank = 1; Axial = f.Axial; TimeOdd = f.TimeOdd } ]
      Root = root }

/// √ of the number of orders of equal or different things.
let private rootOfOrders (things: 'a list) =
    let factorial n = Seq.fold (fun p k -> p * k) 1 (seq { 2..n })
    let same = things |> List.countBy id |> List.map (snd >> factorial) |> List.fold (*) 1
    sqrt (float (factorial things.Length / same))

let private phase l = if l % 2 = 0 then 1. else -1.

/// A factor of the kinds with vectors: field, species, n, l, J.
type private Factor = { Field: int; Species: int; N: int; L: int; J: int }

let private leaf (spec: Spec) (f: Factor) =
    if f.Field = 0 then Leaf(rho, Known f.L, None) else Leaf(fieldName spec f.Field, Known f.L, Some(Known f.J))

let private channel (f: Factor) = f.Field, (f.Species, f.N)

/// The definition of a label; block: λ of an equivariant block, 0 for invariants.
let ofLabel (spec: Spec) (names: string list) (lambda: int) (label: int[]) : Definition =
    let at name = label[List.findIndex ((=) name) names]
    let has name = List.contains name names
    let density l = Leaf(rho, Known l, None)

    let plain root channels factor = { Tree = tree spec root; Channels = channels |> List.map (fun c -> 0, c); Factor = factor }

    match spec.Representations[0].Kind with
    | RepresentationKind.RadialSpectrum -> plain (density 0) [ at "species", at "n" ] 1.
    | RepresentationKind.PowerSpectrum ->
        let a, b, l = (at "species_1", at "n_1"), (at "species_2", at "n_2"), at "l"
        plain (Couple(density l, density l, Known 0)) [ a; b ] (phase l * rootOfOrders [ a; b ])
    | RepresentationKind.Bispectrum ->
        let factors = [ for k in 1..3 -> (at $"species_{k}", at $"n_{k}"), at $"l_{k}" ]
        let l k = snd factors[k - 1]
        let root = Couple(density (l 1), Couple(density (l 2), density (l 3), Known(l 1)), Known 0)
        plain root (List.map fst factors) (rootOfOrders factors)
    | RepresentationKind.Equivariants when spec.Representations[0].Order = 1 -> plain (density lambda) [ at "species", at "n" ] 1.
    | RepresentationKind.Equivariants ->
        // Elementwise products have one channel for both factors.
        let c k = if has "species" then at "species", at "n" else at $"species_{k}", at $"n_{k}"
        let factors = [ c 1, at "l_1"; c 2, at "l_2" ]
        plain (Couple(density (at "l_1"), density (at "l_2"), Known lambda)) (List.map fst factors) (rootOfOrders factors)
    | RepresentationKind.SpinPowerSpectrum ->
        let factor k = { Field = at $"field_{k}"; Species = at $"species_{k}"; N = at $"n_{k}"; L = at $"l_{k}"; J = at "J" }
        let a, b = factor 1, factor 2
        let unordered = rootOfOrders [ a; b ]
        let define root scale = { Tree = tree spec root; Channels = [ channel a; channel b ]; Factor = scale * unordered }

        if a.Field = 0 && b.Field = 0 then
            define (Couple(density a.L, density b.L, Known 0)) (phase a.L)
        elif a.J < 0 then
            // Σ_mq c^q_m c′^q_m.
            define
                (SumJ((fieldName spec a.Field, Known a.L), (fieldName spec b.Field, Known b.L), Known 0))
                (phase a.L * sqrt (float (2 * a.L + 1)))
        else
            define (Couple(leaf spec a, leaf spec b, Known 0)) (phase a.J * sqrt (float (2 * a.J + 1)))
    | RepresentationKind.SpinBispectrum ->
        let factor k = { Field = at $"field_{k}"; Species = at $"species_{k}"; N = at $"n_{k}"; L = at $"l_{k}"; J = at $"J_{k}" }
        let a, b, c = factor 1, factor 2, factor 3

        let root =
            if a.J < 0 then
                Couple(SumJ((fieldName spec a.Field, Known a.L), (fieldName spec b.Field, Known b.L), Known c.L), leaf spec c, Known 0)
            else
                Couple(Couple(leaf spec a, leaf spec b, Known c.J), leaf spec c, Known 0)

        { Tree = tree spec root; Channels = [ channel a; channel b; channel c ]; Factor = rootOfOrders [ a; b; c ] }
    | kind -> failwith $"no definition of {kind}"

/// The value [M] of a definition around an atom, and the product of the norms of its factors: the scale of its rounding.
let value (c: Coefficients) (d: Definition) : float[] * float list =
    let mutable rest = d.Channels

    // Leaves are met from left to right.
    let next () =
        let first = rest.Head
        rest <- rest.Tail
        first

    let norm (x: float seq) = sqrt (Seq.sumBy (fun v -> v * v) x)
    let norms = ResizeArray<float>()

    let leaves: SlowInterpreter.Leaves =
        { Scalar =
            fun _ l ->
                let _, channel = next ()
                let x = c.Density[channel][l]
                norms.Add(norm x)
                [| x |]
          Vector =
            fun _ l ->
                let field, channel = next ()
                let x = (c.Vectors[field - 1]).[channel].[l]
                norms.Add(norm (Seq.concat x))
                [| x |]
          Map = fun _ _ -> [| [| 1. |] |] }

    let values = SlowInterpreter.evaluate leaves d.Tree.Root
    Array.map (fun x -> d.Factor * x) values.[0], List.ofSeq norms

/// How far a feature may be off whose factors are each off by `error`, and rounded.
let allowance (d: Definition) (norms: float list) (error: float) : float =
    let product = List.fold (*) 1. norms
    let off = List.fold (fun p n -> p * (n + error)) 1. norms - product
    abs d.Factor * 4. * (off + 1e-12 * product) + Double.Epsilon
