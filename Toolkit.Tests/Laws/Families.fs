/// Equivariant families evaluated with numbers: the real harmonics of Numerics and its table of real coupling
/// coefficients. Slow; it shares nothing with the proofs but the description of the family.
module Toolkit.Tests.Laws.Families

open System
open Toolkit.Numerics.Coupling
open Toolkit.Numerics.Harmonics
open Toolkit.Symbolic.Proofs.Kernel
open Toolkit.Symbolic.CouplingTrees

/// Σ C(l1 m1 l2 m2; L M) a_m1 b_m2 in the real basis.
let couple (a: float[]) (b: float[]) (l: int) : float[] =
    let block = CouplingTable.Default.Block((a.Length - 1) / 2, (b.Length - 1) / 2, l)
    let sum = Array.zeroCreate (2 * l + 1)

    for i in 0 .. block.Count - 1 do
        let m = int block.M3[i]
        sum[m] <- sum[m] + block.Value[i] * a[int block.M1[i]] * b[int block.M2[i]]

    sum

/// An atom: where it is, and the value of each vector field.
type Site = { Position: float[]; Vectors: Map<string, float[]> }

/// Y_lm(r/|r|), m = −l…l.
let harmonics (l: int) (r: float[]) : float[] =
    let y = SphericalHarmonics(max l 1)
    let values = Array.zeroCreate y.Count
    y.Compute(ReadOnlySpan [| r[0] |], ReadOnlySpan [| r[1] |], ReadOnlySpan [| r[2] |], Span values)
    values[l * l .. l * l + 2 * l]

let private norm (r: float[]) = sqrt (Array.sumBy (fun x -> x * x) r)

/// The number that an order stands for.
let order (names: Map<string, int>) (o: Order) =
    match o with
    | Fixed n -> n
    | Named name -> names[name]

/// The radial function of a field's coefficients of order l.
let radial (name: string) (l: int) (r: float) : float =
    exp (-(0.3 + 0.1 * float name.Length) * r * r) * (1. + float l * r)

/// c[lm, q], with a radial function that differs from field to field; one column for a scalar field.
let private site (fields: Map<string, Field>) (sites: Site list) (name: string) (l: int) : float[][] =
    sites
    |> List.map (fun s ->
        let f = radial name l (norm s.Position)

        let vector =
            if fields[name].Rank = 0 then
                [| 1. |]
            else
                let v = s.Vectors[name]
                [| v[1]; v[2]; v[0] |]

        harmonics l s.Position |> Array.map (fun y -> vector |> Array.map (fun v -> f * y * v)))
    |> List.reduce (Array.map2 (Array.map2 (+)))

let private columns (rows: float[][]) = Array.transpose rows

/// The family's components [first index][second index]; one column under joint rotations.
let rec evaluate (fields: Map<string, Field>) (names: Map<string, int>) (sites: Site list) (family: Family) : float[][] =
    let value = evaluate fields names sites
    let column (a: float[]) = a |> Array.map Array.singleton

    match family with
    | SiteSum(name, l) -> site fields sites name (order names l)
    | Joined(inner, j) ->
        // Σ C(l m 1 q; J M) c_lm,q
        let c = value inner
        let l, s = c.Length, c[0].Length
        let unit n i = Array.init n (fun k -> if k = i then 1. else 0.)

        [ for m in 0 .. l - 1 do
              for q in 0 .. s - 1 -> couple (unit l m) (unit s q) (order names j) |> Array.map (fun x -> x * c[m][q]) ]
        |> List.reduce (Array.map2 (+))
        |> column
    | Coupled(a, b, l) -> couple (Array.concat (value a)) (Array.concat (value b)) (order names l) |> column
    | CoupledSeparately(a, b, l, s) ->
        // Rows by L, then columns by S.
        let a, b = columns (value a), columns (value b)
        let l, s = order names l, order names s
        let coupled = Array.map (fun x -> Array.map (fun y -> couple x y l) b) a

        let block = CouplingTable.Default.Block((a.Length - 1) / 2, (b.Length - 1) / 2, s)
        let sum = Array.init (2 * l + 1) (fun _ -> Array.zeroCreate (2 * s + 1))

        for i in 0 .. block.Count - 1 do
            let part = coupled[int block.M1[i]][int block.M2[i]]

            for m in 0 .. 2 * l do
                sum[m][int block.M3[i]] <- sum[m][int block.M3[i]] + block.Value[i] * part[m]

        sum
    | Gradient(inner, by) ->
        // Differences of the sixth order, by the first site; y, z, x are the components of order 1.
        let first, others = List.head sites, List.tail sites
        let vector = match by with None -> first.Position | Some name -> first.Vectors[name]
        let h = 2e-3 * norm vector

        let at axis (step: float) =
            let moved = vector |> Array.mapi (fun k x -> if k = axis then x + step * h else x)
            let site =
                match by with None -> { first with Position = moved } | Some name -> { first with Vectors = first.Vectors.Add(name, moved) }
            evaluate fields names (site :: others) inner |> Array.concat |> Array.exactlyOne

        [| for axis in [ 1; 2; 0 ] ->
               let odd k = at axis k - at axis -k
               (45. * odd 1. - 9. * odd 2. + odd 3.) / (60. * h) |]
        |> column
    // Some map on one channel.
    | Image inner -> value inner |> Array.map (Array.map (fun x -> 1.7 * x))
    | Total families -> families |> List.map value |> List.reduce (Array.map2 (Array.map2 (+)))
    | Any name -> invalidArg (nameof family) $"{name} has no value"

/// The names in a family.
let rec names (family: Family) : string list =
    let own o =
        match o with
        | Named name -> [ name ]
        | Fixed _ -> []

    match family with
    | SiteSum(_, l) -> own l
    | Joined(inner, j) -> names inner @ own j
    | Coupled(a, b, l) -> names a @ names b @ own l
    | CoupledSeparately(a, b, l, s) -> names a @ names b @ own l @ own s
    | Gradient(inner, _)
    | Image inner -> names inner
    | Total families -> List.collect names families
    | Any _ -> []

/// The number that a sign stands for.
let sign (names: Map<string, int>) (s: Sign) : float =
    let odd = s.Names |> Seq.sumBy (fun name -> names[name])
    if (odd + (if s.Negative then 1 else 0)) % 2 = 0 then 1. else -1.
