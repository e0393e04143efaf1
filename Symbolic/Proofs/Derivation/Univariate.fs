/// Polynomials in one variable modulo p, as ascending coefficients: what a relation is along a line.
[<RequireQualifiedAccess>]
module internal Toolkit.Symbolic.Proofs.Univariate

open System
open Toolkit.Symbolic.Algebra

/// Without leading zeros.
let trim (f: uint64[]) =
    Array.truncate (1 + Array.FindLastIndex(f, fun c -> c <> 0UL)) f

/// f(x).
let valueAt (f: uint64[]) (x: uint64) =
    let mutable value = 0UL

    for i in f.Length - 1 .. -1 .. 0 do
        value <- Modular.add f[i] (Modular.multiply value x)

    value

/// f·(c0 + c1 x).
let timesLinear (c0: uint64) (c1: uint64) (f: uint64[]) =
    Array.init (f.Length + 1) (fun i ->
        let low = if i < f.Length then Modular.multiply c0 f[i] else 0UL
        let high = if i > 0 then Modular.multiply c1 f[i - 1] else 0UL
        Modular.add low high)

/// f / (x − root), whose remainder is known to be 0.
let deflate (root: uint64) (f: uint64[]) =
    let quotient = Array.zeroCreate (f.Length - 1)
    let mutable carry = 0UL

    for i in f.Length - 1 .. -1 .. 1 do
        carry <- Modular.add f[i] (Modular.multiply carry root)
        quotient[i - 1] <- carry

    quotient
