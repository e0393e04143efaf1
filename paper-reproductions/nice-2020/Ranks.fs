/// Figure: how many independent invariants the recursion makes, against how many there are.
module Toolkit.Reproductions.Nice2020.Ranks

open System
open Toolkit.Numerics.Coupling
open Toolkit.Numerics.Expansion
open Toolkit.Numerics.Radial
open Toolkit.Numerics.Representations
open Toolkit.Numerics.Representations.Nice
open Toolkit.Numerics.Selection
open Toolkit.Numerics.Structures
open Toolkit.Reproductions.Report
open Toolkit.Symbolic.Tables

type Count =
    { NMax: int
      LMax: int
      Order: int
      Sigma: int
      /// By the generating function: all that there are.
      Exact: int
      /// Products that the recursion makes with every λ that can matter, and their rank.
      Products: int
      Rank: int
      /// The rank with intermediate λ ≤ lmax.
      Cut: int
      /// The last direction that was counted and the next, of 1.
      Gap: float * float }

/// Published lists of trees with factors in the order of their l and intermediates up to lmax (the NICE authors' data, as counted by our
/// tests).
let private listed =
    dict [
        (3, 1, 4, 1), 67
        (4, 1, 4, 1), 175
        (7, 1, 3, 1), 280
        (7, 1, 3, -1), 35
        (1, 8, 3, 1), 55
        (1, 8, 3, -1), 14
        (1, 8, 4, 1), 545
    ]

let private cutoff, sigma = 3.4, 0.2

/// A heap of hydrogen atoms: every atom has more neighbours than its coefficients have numbers, so that these are in no special position.
let private heap (random: Random) (atoms: int) : Structure =
    let places = ResizeArray<float[]>()

    while places.Count < atoms do
        let r = Array.init 3 (fun _ -> 1.6 * (2. * random.NextDouble() - 1.))
        let distance (s: float[]) = sqrt (Array.fold2 (fun sum x y -> sum + (x - y) ** 2.) 0. r s)
        if distance [| 0.; 0.; 0. |] < 1.6 && places |> Seq.forall (fun s -> distance s > 0.1) then places.Add r

    Structure.Create(ReadOnlySpan(Array.create atoms 1), ReadOnlySpan(Seq.concat places |> Array.ofSeq))

let private dot (a: float[]) (b: float[]) = Array.fold2 (fun sum x y -> sum + x * y) 0. a b

/// The rank of columns, those aside that vanish by their symmetry and are rounding beside the largest of the order, and the last length
/// that counts with the next.
let private rank (threads: int) (largest: float) (columns: float[][]) : int * (float * float) =
    if columns.Length = 0 then
        0, (1., 0.)
    else
        let found = IndependentRows.Select(ReadOnlySpan(Array.concat columns), columns[0].Length, columns.Length, Nullable largest, threads)
        found.Rows.Length, (found.Last, found.Next)

/// Coefficients up to an order: the library's own, or made where it ends before.
let private tableTo (lmax: int) : CouplingTable =
    if lmax <= CouplingTable.Default.LMax then
        CouplingTable.Default
    else
        CouplingTable.Load(TableCache.getOrCreate(TableSpec.Create(TableKind.RealCg, lmax)))

/// `keep` has the cases that are known.
let counts (threads: int) (full: bool) (keep: Kept.Keeper) : Count list =
    let cases = [
        1, 3, 4
        2, 2, 3
        3, 1, 4
        2, 1, 5
        if full then
            yield! [ 4, 1, 4; 1, 8, 4; 7, 1, 3 ]
    ]

    let ofKept nmax lmax (row: float[]) =
        match row with
        | [| order; sigma; exact; products; rank; cut; last; next |] -> {
            NMax = nmax
            LMax = lmax
            Order = int order
            Sigma = int sigma
            Exact = int exact
            Products = int products
            Rank = int rank
            Cut = int cut
            Gap = last, next
          }
        | _ -> failwith "a kept count has other numbers"

    [
        for nmax, lmax, orders in cases do
            yield!
                keep $"ranks {nmax} {lmax} {orders}" $"cutoff {cutoff}, σ {sigma}" (fun () -> [
                    let functions = SmearedGto(GtoBasis(nmax, cutoff), lmax, cutoff, sigma)

                    let expansion =
                        DensityExpansion(RadialTable.Build(functions, CutoffFunction(cutoff, 0.8)), [ 1 ], CentrePolicy.Exclude)

                    let exact order sign = int (NiceCounts.Independent(nmax, lmax, order, 0, sign))
                    let atoms = List.max [ for sign in [ 1; -1 ] -> exact orders sign ] + 20
                    let heaps = (let random = Random 5 in [ for _ in 1 .. (atoms + 59) / 60 -> heap random 60 ])

                    let values lambda =
                        let table = tableTo lambda

                        let fit =
                            NiceFit.Fit(expansion, NiceSettings.Uncontracted(orders, Nullable lambda, Parities.Both), heaps, table = table)

                        let features = NiceFeatures(expansion, fit, table)

                        features,
                        heaps |> List.toArray |> Array.collect (fun h -> features.Compute h |> Array.chunkBySize features.FeatureCount)

                    let whole, cut = values (max lmax (orders / 2 * lmax)), values lmax

                    for order in 1..orders do
                        let columns (signs: int list) (features: NiceFeatures, rows: float[][]) = [|
                            for f in 0 .. features.FeatureCount - 1 do
                                if features.Labels[f][0] = order && List.contains (features.Labels[f][1]) signs then
                                    rows |> Array.map (fun row -> row[f])
                        |]

                        let largest = columns [ 1; -1 ] whole |> Array.map (fun c -> sqrt (dot c c)) |> Array.max

                        for sign in [ 1; -1 ] do
                            let columns = columns [ sign ]
                            let found, gap = rank threads largest (columns whole)

                            [|
                                float order
                                float sign
                                float (exact order sign)
                                float (columns whole).Length
                                float found
                                float (fst (rank threads largest (columns cut)))
                                fst gap
                                snd gap
                            |]
                ])
                |> List.map (ofKept nmax lmax)
    ]

let figure (counts: Count list) : Figure =
    let cases = counts |> List.map (fun c -> c.NMax, c.LMax) |> List.distinct
    let colours = [ Blue; Vermilion; Green; Purple; Orange; Sky; Ink ]
    let name (nmax, lmax) = $"{nmax}, {lmax}"
    let line case = Series.line (name case) colours[List.findIndex ((=) case) cases] Solid

    let found, cut, products =
        Series.points "rank, all λ" Ink Circle, Series.points "rank, λ ≤ lmax" Ink Diamond, Series.points "products" Ink Triangle

    let own sign case = counts |> List.filter (fun c -> c.Sigma = sign && (c.NMax, c.LMax) = case && c.Products > 0)

    let x = {
        Axis.linear "ν" (0.8, float (counts |> List.map _.Order |> List.max) + 0.2) with
            Ticks = [ for nu in 1 .. (counts |> List.map _.Order |> List.max) -> float nu, string nu ]
    }

    let panel title sign =
        let all = [
            for case in cases do
                yield! own sign case
        ]

        Panel.of'
            title
            x
            (Axis.logarithmicOver "invariants" [
                for c in all do
                    if c.Rank > 0 then
                        float c.Rank
                        float c.Products
            ])
            [
                for case in cases do
                    let points (pick: Count -> int) = [
                        for c in own sign case do
                            if pick c > 0 then
                                float c.Order, float (pick c)
                    ]

                    let coloured series = { series with Colour = (line case).Colour }
                    yield Curve(line case, points _.Exact)
                    yield Curve(coloured products, points _.Products)
                    yield Curve(coloured cut, points _.Cut)
                    yield Curve(coloured found, points _.Rank)
            ]

    let wrong = counts |> List.filter (fun c -> c.Rank <> c.Exact)
    let less = counts |> List.filter (fun c -> c.Cut < c.Rank)
    let join (parts: string list) = String.concat "; " parts
    let says (c: Count) = $"{c.Cut} instead of {c.Rank} (nmax {c.NMax}, lmax {c.LMax}, ν = {c.Order})"

    let lists =
        [
            for c in counts do
                match listed.TryGetValue((c.NMax, c.LMax, c.Order, c.Sigma)) with
                | true, n -> $"{n} against {c.Exact} (nmax {c.NMax}, lmax {c.LMax}, ν = {c.Order})"
                | _ -> ()
        ]
        |> String.concat ", "

    {
        Id = "ranks"
        Title = "Independent invariants: how many there are and how many the recursion makes"
        Caption =
            "Lines: all linearly independent invariants of ν factors for nmax and lmax, by the generating function of symmetric products. Circles: rank of the invariants of the uncontracted recursion on "
            + "environments with more neighbours than coefficients, with every intermediate λ that can matter. Diamonds, where they lie below: rank with λ ≤ lmax, the default. Triangles: products, before dependences. One species; left "
            + "σ = +1, right σ = −1. Not a figure of the paper."
        Conclusion =
            (if wrong.IsEmpty then
                 $"All {counts.Length} ranks are those of the formula. "
             else
                 $"{wrong.Length} of {counts.Length} ranks are not those of the formula. ")
            + (if less.IsEmpty then
                   ""
               else
                   $"With λ ≤ lmax the rank is {less |> List.map says |> join}: what passes through a larger λ on its way is missing. ")
            + $"Lists that the authors published are shorter than either, {lists}: they hold trees with factors in the order of their l and with intermediates up to lmax alone."
        Table =
            Table.Create(
                [
                    "nmax"
                    "lmax"
                    "nu"
                    "sigma"
                    "exact"
                    "rank"
                    "rank_lambda_to_lmax"
                    "products"
                    "published_list"
                    "last_counted"
                    "next"
                ],
                [
                    for c in counts ->
                        [
                            Whole c.NMax
                            Whole c.LMax
                            Whole c.Order
                            Whole c.Sigma
                            Whole c.Exact
                            Whole c.Rank
                            Whole c.Cut
                            Whole c.Products
                            (match listed.TryGetValue((c.NMax, c.LMax, c.Order, c.Sigma)) with
                             | true, n -> Whole n
                             | _ -> Text "")
                            Number(fst c.Gap)
                            Number(snd c.Gap)
                        ]
                ]
            )
        Picture = {
            Key = [ "nmax, lmax", List.map line cases; "recursion", [ found; cut; products ] ]
            Width = 320.
            Rows = [ 290., [ panel "scalars, σ = +1" 1; panel "pseudoscalars, σ = −1" -1 ] ]
        }
    }

let check (counts: Count list) : Check =
    Check.run "The rank of the full recursion is the number of independent invariants" (fun () ->
        counts |> List.forall (fun c -> c.Rank = c.Exact),
        counts |> List.filter (fun c -> c.Exact > 0) |> List.map (fun c -> $"{c.Rank} of {c.Exact}") |> String.concat ", ")
