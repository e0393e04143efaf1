/// Real spherical harmonics as CONVENTIONS.md defines them, from the explicit polynomials: slow, and for small l.
module Toolkit.Tests.Interpreter.NaiveHarmonics

open System

let private factorial n = Seq.fold (fun p k -> p * float k) 1. (seq { 2..n })

let private binomial n k = factorial n / (factorial k * factorial (n - k))

/// The coefficients of P_l(x) = 2⁻ˡ Σ_k (−1)ᵏ C(l, k) C(2l − 2k, l) x^(l − 2k), by power of x.
let private legendre l : float[] =
    let c = Array.zeroCreate (l + 1)

    for k in 0 .. l / 2 do
        c[l - 2 * k] <- (if k % 2 = 0 then 1. else -1.) * binomial l k * binomial (2 * l - 2 * k) l / float (pown 2I l)

    c

let private derivative (c: float[]) =
    if c.Length = 1 then [| 0. |] else Array.init (c.Length - 1) (fun k -> float (k + 1) * c[k + 1])

let private value (c: float[]) x = Array.foldBack (fun a sum -> a + x * sum) c 0.

/// √((2l + 1)/4π (l − m)!/(l + m)!) sinᵐθ dᵐP_l/dxᵐ(cos θ): P_l^m without the sign (−1)^m.
let private associated l m (cosine: float) (sine: float) =
    let c = Seq.fold (fun c _ -> derivative c) (legendre l) (seq { 1..m })
    sqrt (float (2 * l + 1) / (4. * Math.PI) * factorial (l - m) / factorial (l + m)) * pown sine m * value c cosine

/// Y_lm of a direction, m = −l … l: √2 P_l^|m| sin |m|φ, P_l^0, √2 P_l^m cos mφ.
let ofDirection (l: int) (x: float, y: float, z: float) : float[] =
    let r = sqrt (x * x + y * y + z * z)
    let phi = atan2 y x
    let cosine, sine = z / r, sqrt (x * x + y * y) / r

    Array.init (2 * l + 1) (fun k ->
        let m = k - l
        let p = associated l (abs m) cosine sine

        if m = 0 then p
        elif m > 0 then sqrt 2. * p * cos (float m * phi)
        else sqrt 2. * p * sin (float -m * phi))
