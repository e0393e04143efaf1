/// Random quantum numbers that the selection rules allow, doubled.
module Toolkit.Tests.Laws.QuantumNumbers

open System

/// (j1, j2, j3, m1, m2, m3) with random m that add to 0, for a triangle of doubled j.
let withRandomM (random: Random) (j1: int, j2: int, j3: int) : int * int * int * int * int * int =
    let pick j = -j + 2 * random.Next(j + 1)
    let mutable m1, m2 = pick j1, pick j2

    while abs (m1 + m2) > j3 do
        m1 <- pick j1
        m2 <- pick j2

    j1, j2, j3, m1, m2, -(m1 + m2)

/// A random symbol with each 2j at most `size`.
let upTo (random: Random) (size: int) =
    let j1, j2 = random.Next(size + 1), random.Next(size + 1)
    withRandomM random (j1, j2, abs (j1 - j2) + 2 * random.Next(min j1 j2 + 1))

/// A random symbol with each 2j within 20% of `size`; `integers`: of integer j.
let near (random: Random) (size: int) (integers: bool) =
    let around () = let n = size - size / 5 + random.Next(2 * size / 5 + 1) in if integers then n / 2 * 2 else n
    let j1, j2, j3 = around (), around (), around ()
    withRandomM random (j1, j2, (if (j1 + j2 + j3) % 2 = 0 then j3 else j3 + 1))
