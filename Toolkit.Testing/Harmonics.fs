/// How real harmonics turn.
module Toolkit.Testing.Harmonics

open System
open Toolkit.Numerics.Harmonics

/// D of an orthogonal matrix M on the real harmonics of order l, Y_l(M r) = D Y_l(r): rows, by an exact quadrature on the
/// sphere.
let wignerD (l: int) (m: float[]) : float[][] =
    let harmonics = SphericalHarmonics<float>(max l 1)
    let y = Array.zeroCreate harmonics.Count

    let at (u: float[]) =
        harmonics.Compute(ReadOnlySpan [| u[0] |], ReadOnlySpan [| u[1] |], ReadOnlySpan [| u[2] |], Span y)
        y[l * l .. l * l + 2 * l]

    let azimuths = 2 * l + 2
    let d = Array.init (2 * l + 1) (fun _ -> Array.zeroCreate (2 * l + 1))

    for z, w in Quadrature.gaussLegendre (l + 1) -1. 1. do
        for k in 0 .. azimuths - 1 do
            let phi = 2. * Math.PI * float k / float azimuths
            let s = sqrt (1. - z * z)
            let u = [| s * cos phi; s * sin phi; z |]
            let before, after = at u, at (Rotations.applyToVectors m (ReadOnlySpan u))

            for i in 0 .. 2 * l do
                for j in 0 .. 2 * l do
                    d[i][j] <- d[i][j] + w * 2. * Math.PI / float azimuths * after[i] * before[j]

    d

/// A block (λ, σ) of equivariants in a row of numbers.
[<Sealed>]
type Block(lambda: int, sigma: int, first: int, channels: int) =
    do
        if lambda < 0 || abs sigma <> 1 || first < 0 || channels < 0 then
            invalidArg (nameof lambda) $"λ = {lambda}, σ = {sigma}, first {first}, {channels} channels: expected λ ≥ 0, σ = ±1, no negative number"

    /// The order λ: 2λ + 1 components turn like the real harmonics of order λ, μ = −λ … λ.
    member _.Lambda = lambda

    /// +1 or −1: the inversion multiplies by σ (−1)^λ.
    member _.Sigma = sigma

    /// The place of (μ = −λ, channel 0) in the row; numbers stand [μ, channel], channel fastest.
    member _.First = first

    /// The number of channels.
    member _.Channels = channels

/// The row of numbers after the structure is turned by an orthogonal matrix: each block by σ D_λ in a mirror, by D_λ
/// otherwise; numbers outside the blocks stay.
let turn (blocks: Block seq) (m: float[]) (row: float[]) : float[] =
    let result = Array.copy row
    let isMirror = Rotations.determinant m < 0.

    for b in blocks do
        let d = wignerD b.Lambda m
        let sign = if isMirror && b.Sigma < 0 then -1. else 1.

        for mu in 0 .. 2 * b.Lambda do
            for q in 0 .. b.Channels - 1 do
                result[b.First + mu * b.Channels + q] <-
                    Seq.sum (seq { for k in 0 .. 2 * b.Lambda -> sign * d[mu][k] * row[b.First + k * b.Channels + q] })

    result
