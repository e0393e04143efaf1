/// Recoupling coefficients in numbers: as products of 6j symbols, and by their definition as sums of products of
/// Clebsch–Gordan coefficients over magnetic numbers. Nothing here is trusted; it is a second opinion.
[<RequireQualifiedAccess>]
module Toolkit.Symbolic.Proofs.RecouplingEvaluation

open System
open Toolkit.Symbolic.AngularMomentum
open Toolkit.Symbolic.Proofs.Kernel

let private isTriad a b c = (a + b + c) % 2 = 0 && c <= a + b && c >= abs (a - b)

/// Whether every node of the scheme obeys the triangle rule (angular momenta doubled).
let rec obeys (at: Map<string, int>) (scheme: Scheme) : bool =
    match scheme with
    | Single _ -> true
    | Couple(l, r, x) -> isTriad (at[l.Top]) (at[r.Top]) at[x] && obeys at l && obeys at r

/// The product, summed (angular momenta doubled, those of the sums up to a bound beyond which no triangle closes).
let rec product (p: RecouplingProduct) (at: Map<string, int>) : float =
    match p.Sums with
    | x :: rest ->
        let bound = at |> Map.toSeq |> Seq.sumBy snd
        [ 0..bound ] |> List.sumBy (fun k -> product { p with Sums = rest } (at.Add(x, k)))
    | [] ->
        let six (s: string list) =
            match s |> List.map (fun x -> at[x]) with
            | [ a; b; c; d; e; f ] when isTriad a b c && isTriad a e f && isTriad d b f && isTriad d e c ->
                (Wigner6j.ofTwice a b c d e f).ToDouble()
            | _ -> 0.0

        let value = p.Symbols |> List.fold (fun v s -> if v = 0.0 then v else v * six s) 1.0

        if value = 0.0 then
            0.0
        else
            // Twice the exponent of −1, which is an integer wherever the symbols are defined.
            let twice = p.Phase |> List.sumBy (fun (x, n) -> n * at[x])
            let roots = p.Roots |> List.fold (fun v x -> v * sqrt (float (at[x] + 1))) 1.0
            (if twice / 2 % 2 = 0 then 1.0 else -1.0) * roots * value

/// The state of a scheme with magnetic number m (doubled): its components along the products of the leaves' states, by
/// the leaves' magnetic numbers.
let rec private state (at: Map<string, int>) (scheme: Scheme) (m: int) : Map<Map<string, int>, float> =
    match scheme with
    | Single x -> Map.ofList [ Map.ofList [ x, m ], 1.0 ]
    | Couple(l, r, x) ->
        let a, b = at[l.Top], at[r.Top]

        [ for m1 in -a .. 2 .. a do
              let m2 = m - m1

              if abs m2 <= b then
                  let c = (ClebschGordan.ofTwice a m1 b m2 at[x] m).ToDouble()

                  if c <> 0.0 then
                      for KeyValue(left, u) in state at l m1 do
                          for KeyValue(right, v) in state at r m2 do
                              (left, right) ||> Map.fold (fun all k x -> all.Add(k, x)), c * u * v ]
        |> List.groupBy fst
        |> List.map (fun (key, terms) -> key, List.sumBy snd terms)
        |> Map.ofList

/// ⟨second|first⟩ by the definition, at the highest magnetic number.
let overlap (first: Scheme) (second: Scheme) (at: Map<string, int>) : float =
    let right = state at second (at[second.Top])

    state at first (at[first.Top])
    |> Map.toSeq
    |> Seq.sumBy (fun (key, u) ->
        match right.TryFind key with
        | Some v -> u * v
        | None -> 0.0)

/// Twice the labels of both schemes at random, from the leaves upwards: those of leaves at most as large as said, those of
/// pairs within their triangles where they are drawn first. Not every draw obeys the second scheme.
let draw (random: Random) (largest: int) (statement: RecouplingCoefficient) : Map<string, int> =
    let rec add (at: Map<string, int>) scheme =
        match scheme with
        | Single x -> if at.ContainsKey x then at else at.Add(x, random.Next(largest + 1))
        | Couple(l, r, x) ->
            let at = add (add at l) r

            let a, b = at[l.Top], at[r.Top]
            if at.ContainsKey x then at else at.Add(x, abs (a - b) + 2 * random.Next(min a b + 1))

    add (add (Map.ofList [ "0", 0 ]) statement.Start) statement.Final

/// Compares a coefficient with its definition at random points of both schemes' domain (leaves up to 2). How many
/// points there were, or the first at which they differ.
let check (statement: RecouplingCoefficient) (points: int) (seed: int) : Result<int, string> =
    let random = Random seed

    let rec loop tries found =
        if found = points || tries = 0 then
            Ok found
        else
            let at = draw random 4 statement

            if not (obeys at statement.Start && obeys at statement.Final) then
                loop (tries - 1) found
            else
                let left, right = overlap statement.Start statement.Final at, product statement.Value at

                if abs (left - right) > 1e-10 then
                    let text = at |> Map.toSeq |> Seq.map (fun (x, k) -> $"2*{x} = {k}") |> String.concat ", "
                    Error $"at {text}: found {right}, expected {left}"
                else
                    loop (tries - 1) (found + 1)

    loop (200 * points) 0
