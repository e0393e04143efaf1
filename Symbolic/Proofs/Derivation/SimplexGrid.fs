namespace Toolkit.Symbolic.Proofs

open System
open System.Collections.Generic
open Toolkit.Symbolic.Algebra

/// Points from whose values a polynomial of bounded total degree is read off, modulo p, by Newton's divided differences
/// along one variable after the other: as many values as there are coefficients, and no linear system.
[<Sealed>]
type internal SimplexGrid(dimension: int, degree: int, random: Random) =

    /// Exponents of total degree ≤ degree in ascending lexicographic order.
    static let rec monomials (n: int) (d: int) : int list list =
        if n = 0 then
            [ [] ]
        else
            [ for e in 0..d do
                  for rest in monomials (n - 1) (d - e) -> e :: rest ]

    let exponents = monomials dimension degree |> List.map Array.ofList |> Array.ofList

    let key (e: int[]) = Array.fold (fun k x -> (k <<< 6) ||| uint64 x) 0UL e

    let index =
        let table = Dictionary<uint64, int>(exponents.Length)
        exponents |> Array.iteri (fun i e -> table[key e] <- i)
        table

    /// For each variable and monomial, the place of the monomial with one power less of it, or −1; it comes earlier.
    let previous =
        Array.init dimension (fun i ->
            exponents
            |> Array.map (fun e ->
                if e[i] = 0 then -1 else index[key (Array.mapi (fun k x -> if k = i then x - 1 else x) e)]))

    let nodes =
        Array.init dimension (fun _ ->
            let drawn = HashSet<uint64>()

            while drawn.Count <= degree do
                drawn.Add(uint64 (random.NextInt64(1L, int64 Modular.Prime))) |> ignore

            Seq.toArray drawn)

    /// Monomials of total degree ≤ d in n variables.
    static member Monomials(n: int, d: int) = monomials n d

    /// The exponents of the coefficients, in their order.
    member _.Exponents = exponents

    /// Where the values are wanted.
    member _.Points: uint64[][] = exponents |> Array.map (Array.mapi (fun i e -> nodes[i][e]))

    /// The coefficients of the polynomial with these values at the points.
    member _.Interpolate(values: uint64[]) : uint64[] =
        let c = Array.copy values

        for i in 0 .. dimension - 1 do
            let x, before = nodes[i], previous[i]

            for order in 1..degree do
                let inverse =
                    Array.init (degree + 1) (fun e ->
                        if e < order then 0UL else Modular.inverse (Modular.subtract x[e] x[e - order]))

                for k in c.Length - 1 .. -1 .. 0 do
                    let e = exponents[k][i]

                    if e >= order then
                        c[k] <- Modular.multiply (Modular.subtract c[k] c[before[k]]) inverse[e]

        // Only now: a power of one variable collects Newton's coefficients from all its nodes.
        for i in 0 .. dimension - 1 do
            let x, before = nodes[i], previous[i]

            for node in degree - 1 .. -1 .. 0 do
                for k in 0 .. c.Length - 1 do
                    // c of e − 1 loses node·(c of e), which is still the old one.
                    if exponents[k][i] > node then
                        let low = before[k]
                        c[low] <- Modular.subtract c[low] (Modular.multiply x[node] c[k])

        c
