/// Which factors an equivariant of a density has: orders l and which of them share their channel.
namespace Toolkit.Symbolic.Invariants

open System.Numerics

/// Factors that are equal: how many, and their order l.
[<Struct>]
type EqualFactors = { L: int; Count: int }

/// Factors by order l, increasing, and among those of one l by how many are of the same channel, falling. Channels of different
/// members are different.
type Pattern = EqualFactors list

[<RequireQualifiedAccess>]
module Pattern =

    /// The orders of all factors, one by one.
    let orders (pattern: Pattern) : int list = pattern |> List.collect (fun g -> List.replicate g.Count g.L)

    /// Ways to write n as a sum of falling numbers ≤ most.
    let rec private partitions (most: int) (n: int) : int list list =
        if n = 0 then [ [] ]
        else [ for first in min most n .. -1 .. 1 do for rest in partitions first (n - first) -> first :: rest ]

    /// All patterns of a number of factors of orders l ≤ lmax whose products have the parity (−1)^(Σl) = σ (−1)^λ.
    let all (order: int) (lmax: int) (lambda: int) (sigma: int) : Pattern list =
        let rec from (l: int) (left: int) : Pattern list =
            if left = 0 then [ [] ]
            elif l > lmax then []
            else
                [ for count in left .. -1 .. 0 do
                      for parts in partitions count count do
                          for rest in from (l + 1) (left - count) -> [ for part in parts -> { L = l; Count = part } ] @ rest ]

        let isOdd = (lambda % 2 = 0) <> (sigma = 1)
        from 0 order |> List.filter (fun pattern -> (List.sum (orders pattern) % 2 <> 0) = isOdd)

    /// In how many ways a pattern's members take channels out of so many for each l.
    let assignments (channels: int) (pattern: Pattern) : BigInteger =
        pattern
        |> List.groupBy _.L
        |> List.map (fun (_, members) ->
            let ordered = Seq.fold (fun product i -> product * BigInteger(channels - i)) BigInteger.One (seq { 0 .. members.Length - 1 })
            // Members of the same size are not told apart.
            let same = members |> List.countBy _.Count |> List.map snd
            same |> List.fold (fun ways n -> ways / Seq.fold (fun f i -> f * BigInteger(i: int)) BigInteger.One (seq { 1..n })) ordered)
        |> List.fold (*) BigInteger.One

    /// Polynomials in q by their coefficients.
    let private times (a: BigInteger[]) (b: BigInteger[]) : BigInteger[] =
        let product = Array.create (a.Length + b.Length - 1) BigInteger.Zero
        for i in 0 .. a.Length - 1 do
            for j in 0 .. b.Length - 1 do product[i + j] <- product[i + j] + a[i] * b[j]
        product

    /// States of n equal factors of order l by their weight M + n l: ways to put n equal things into the 2l + 1 places m.
    let private weights (g: EqualFactors) : BigInteger[] =
        // ways[count][weight] after some places; one place more takes any count of them.
        let ways = Array.init (g.Count + 1) (fun _ -> Array.create (2 * g.L * g.Count + 1) BigInteger.Zero)
        ways[0][0] <- BigInteger.One

        for place in 0 .. 2 * g.L do
            for count in 1 .. g.Count do
                for weight in place .. 2 * g.L * g.Count do
                    ways[count][weight] <- ways[count][weight] + ways[count - 1][weight - place]

        ways[g.Count]

    /// How many independent multiplets of order λ products of a pattern's factors have: a multiplet has one state of each weight M ≤ its
    /// order, so that they are the states of weight λ less those of weight λ + 1.
    let multiplicity (lambda: int) (pattern: Pattern) : int =
        let all = pattern |> List.map weights |> List.fold times [| BigInteger.One |]
        let middle = List.sum (orders pattern)
        let at M = if M > middle then BigInteger.Zero else all[middle + M]
        int (at lambda - at (lambda + 1))
