/// What has been proved about rotation matrices, harmonics and the real basis, with numbers. The matrices come from the
/// binomial theorem, the 3j symbols from factorials, the harmonics from the numerical library.
module Toolkit.Tests.Symbolic.Proofs.RotationTests

open System
open System.Numerics
open Expecto
open Toolkit.Symbolic.Algebra
open Toolkit.Symbolic.Proofs
open Toolkit.Symbolic.Proofs.Kernel
open Toolkit.Symbolic.CouplingTrees
open Toolkit.Symbolic.Proofs.Theorems
open Toolkit.Numerics.Harmonics
open Toolkit.Testing
open Toolkit.Tests.Laws

let private law name =
    TheoremTests.proved (Catalogue.entries |> List.find (fun e -> e.Name = name)) |> ignore

let private factorial (n: int) = Seq.fold (fun p k -> p * float k) 1.0 [ 1..n ]
let private real (x: float) = Complex(x, 0.0)
let private total (terms: Complex list) = List.fold (fun (x: Complex) y -> x + y) Complex.Zero terms
let private power (z: Complex) (n: int) = Seq.fold (fun p _ -> p * z) Complex.One [ 1..n ]
let private parity (twice: int) = if twice % 4 = 0 then 1.0 else -1.0

let private close (expected: Complex) (found: Complex) =
    Assert.True((expected - found).Magnitude <= 1e-10 * (1.0 + expected.Magnitude), $"{expected} and {found}")

/// A matrix with rows (a, b), (c, d).
type private Matrix = { A: Complex; B: Complex; C: Complex; D: Complex }

let private times (g: Matrix) (h: Matrix) =
    { A = g.A * h.A + g.B * h.C
      B = g.A * h.B + g.B * h.D
      C = g.C * h.A + g.D * h.C
      D = g.C * h.B + g.D * h.D }

let private draw (random: Random) = Complex(Rotations.normal random, Rotations.normal random)

let private anyMatrix random =
    { A = draw random; B = draw random; C = draw random; D = draw random }

let private unitary random =
    let alpha, beta = draw random, draw random
    let norm = sqrt (alpha.Magnitude * alpha.Magnitude + beta.Magnitude * beta.Magnitude)
    let alpha, beta = alpha / real norm, beta / real norm
    { A = alpha; B = -Complex.Conjugate beta; C = beta; D = Complex.Conjugate alpha }

let private numbers twiceJ = [ -twiceJ .. 2 .. twiceJ ]

/// D^j_m'm(g): the coefficient of u^(j+m') v^(j−m') in (a u + c v)^(j+m) (b u + d v)^(j−m), normalised; all numbers
/// doubled.
let private wigner (g: Matrix) (j: int) (m': int) (m: int) : Complex =
    if abs m > j || abs m' > j then
        Complex.Zero
    else
        let p, q, p', q' = (j + m) / 2, (j - m) / 2, (j + m') / 2, (j - m') / 2
        let binomial n k = factorial n / (factorial k * factorial (n - k))

        total
            [ for k in max 0 (p' - q) .. min p p' ->
                  real (binomial p k * binomial q (p' - k))
                  * power g.A k * power g.C (p - k) * power g.B (p' - k) * power g.D (q - p' + k) ]
        * real (sqrt (factorial p' * factorial q' / (factorial p * factorial q)))

let private clebschGordan j1 m1 j2 m2 j m =
    parity (j1 - j2 + m) * sqrt (float (j + 1)) * FromFactorials.threeJ [| j1; j2; j; m1; m2; -m |]

// ---- harmonics

/// Complex harmonics with the phase of Condon and Shortley from the real ones: (−1)^m (R_m + i R_−m)/√2 for m > 0.
let private complexHarmonics (l: int) (r: float[]) : int -> Complex =
    let y = Families.harmonics l r
    let at m = real y[l + m]

    fun m ->
        let k = abs m
        let upper () = (at k + Complex.ImaginaryOne * at -k) / real (sqrt 2.0)

        if abs m > l then Complex.Zero
        elif m = 0 then at 0
        elif m > 0 then real (parity (2 * k)) * upper ()
        else Complex.Conjugate(upper ())

let private direction (random: Random) =
    let v = Array.init 3 (fun _ -> Rotations.normal random)
    let n = sqrt (Array.sumBy (fun x -> x * x) v)
    v |> Array.map (fun x -> x / n)

/// Legendre's polynomial by Bonnet's recursion.
let rec private legendre (l: int) (x: float) =
    match l with
    | 0 -> 1.0
    | 1 -> x
    | _ -> (float (2 * l - 1) * x * legendre (l - 1) x - float (l - 1) * legendre (l - 2) x) / float l

let private dot (x: float[]) (y: float[]) = Array.fold2 (fun sum a b -> sum + a * b) 0.0 x y

// ---- the real basis

/// Y_m = Σ_n conj(U_nm) R_n.
let private toReal (n: int) (m: int) : Complex =
    let half = real (1.0 / sqrt 2.0)
    let sign = real (parity (2 * n))

    if abs n <> abs m then Complex.Zero
    elif n = 0 then Complex.One
    elif n > 0 then (if m > 0 then sign * half else half)
    elif m > 0 then sign * half / Complex.ImaginaryOne
    else -half / Complex.ImaginaryOne

/// K_a of the theorem: rows and columns from −l to l.
let private generator (axis: char) (l: int) : float[,] =
    let matrix = Array2D.zeroCreate (2 * l + 1) (2 * l + 1)

    let add column row value =
        if abs row <= l && value <> 0.0 then
            matrix[l + row, l + column] <- matrix[l + row, l + column] + value

    let k m =
        if m = 0 then sqrt (float (2 * l * (l + 1))) else sqrt (float ((l - m) * (l + m + 1)))

    for n in -l .. l do
        let m = abs n

        match axis with
        | 'z' -> add n -n (float -n)
        | 'x' when n = 0 -> add n -1 (k 0 / 2.0)
        | 'x' when n > 0 ->
            add n -(m + 1) (k m / 2.0)
            if m > 1 then add n -(m - 1) (k (m - 1) / 2.0)
        | 'x' ->
            add n (m + 1) (-k m / 2.0)
            add n (m - 1) (-k (m - 1) / 2.0)
        | _ when n = 0 -> add n 1 (-k 0 / 2.0)
        | _ when n > 0 ->
            add n (m - 1) (k (m - 1) / 2.0)
            add n (m + 1) (-k m / 2.0)
        | _ ->
            if m > 1 then add n -(m - 1) (k (m - 1) / 2.0)
            add n -(m + 1) (-k m / 2.0)

    matrix

// ---- generating function

// ---- sums over J

[<Tests>]
let tests =
    testList "Symbolic.Proofs.RotationTests" [
        testCase "D of a product of any two matrices is the product of their D, integer and half-integer" <| fun () ->
            law "d.composition"

            Law.holdsFor 60 (Law.seeded (0, 9)) (fun (seed, j) ->
                let random = Random seed
                let g, h = anyMatrix random, anyMatrix random
                let scale = real (1.0 / Math.Pow(10.0, float j))

                for m' in numbers j do
                    for m in numbers j do
                        let sum = total [ for k in numbers j -> wigner g j m' k * wigner h j k m ]
                        close (scale * wigner (times g h) j m' m) (scale * sum))

        testCase "rows and columns of D are orthonormal, and its conjugate reverses the magnetic numbers" <| fun () ->
            law "d.unitarity"

            Law.holdsFor 60 (Law.seeded (0, 11)) (fun (seed, j) ->
                let g = unitary (Random seed)

                for k in numbers j do
                    for m in numbers j do
                        let expected = if k = m then Complex.One else Complex.Zero
                        close expected (total [ for n in numbers j -> wigner g j k n * Complex.Conjugate(wigner g j m n) ])
                        close expected (total [ for n in numbers j -> wigner g j n k * Complex.Conjugate(wigner g j n m) ])
                        close (real (parity (k - m)) * wigner g j -k -m) (Complex.Conjugate(wigner g j k m)))

        testCase "a product of two D is the sum over J of coupling coefficients times one D" <| fun () ->
            law "d.series"

            Law.holdsFor 40 (Law.seeded (0, 6)) (fun (seed, j1) ->
                let random = Random seed
                let j2 = random.Next 6
                let g = unitary random
                let any j = -j + 2 * random.Next(j + 1)
                let m1', m1, m2', m2 = any j1, any j1, any j2, any j2

                total
                    [ for j in abs (j1 - j2) .. 2 .. j1 + j2 ->
                          real (clebschGordan j1 m1' j2 m2' j (m1' + m2') * clebschGordan j1 m1 j2 m2 j (m1 + m2))
                          * wigner g j (m1' + m2') (m1 + m2) ]
                |> close (wigner g j1 m1' m1 * wigner g j2 m2' m2))

        testCase "powers of the null vector have the harmonics as coefficients, poles included" <| fun () ->
            law "harmonics.null-vector"

            Law.holdsFor 60 (Law.seeded (0, 8)) (fun (seed, l) ->
                let random = Random seed
                let r = if seed % 5 = 0 then [| 0.0; 0.0; 1.0 |] else direction random
                // N^l by repeated multiplication: coefficients of 1, t, t², …
                let n = [| Complex(r[0], r[1]); real (2.0 * r[2]); -Complex(r[0], -r[1]) |]

                let multiply (p: Complex[]) =
                    Array.init (p.Length + 2) (fun k ->
                        total [ for d in 0..2 do
                                      if k - d >= 0 && k - d < p.Length then n[d] * p[k - d] ])

                let coefficients = Seq.fold (fun p _ -> multiply p) [| Complex.One |] [ 1..l ]
                let c = Math.Pow(2.0, float l) * factorial l * sqrt (4.0 * Math.PI / float (2 * l + 1))
                let y = complexHarmonics l r

                for m in -l .. l do
                    real (parity (2 * m) * c / sqrt (factorial (l - m) * factorial (l + m))) * y m
                    |> close coefficients[l - m])

        testCase "a product of two harmonics is the sum of harmonics that Gaunt's formula says" <| fun () ->
            law "harmonics.product"

            Law.holdsFor 60 (Law.seeded (0, 4)) (fun (seed, l1) ->
                let random = Random seed
                let l2 = random.Next 5
                let r = direction random
                let m1, m2 = random.Next(-l1, l1 + 1), random.Next(-l2, l2 + 1)
                let m = m1 + m2

                total
                    [ for l in abs (l1 - l2) .. l1 + l2 ->
                          let threeJ (m: int[]) = FromFactorials.threeJ (Array.map ((*) 2) (Array.append [| l1; l2; l |] m))
                          let root = sqrt (float ((2 * l1 + 1) * (2 * l2 + 1) * (2 * l + 1)) / (4.0 * Math.PI))

                          real (parity (2 * m) * root * threeJ [| 0; 0; 0 |] * threeJ [| m1; m2; -m |])
                          * complexHarmonics l r m ]
                |> close (complexHarmonics l1 r m1 * complexHarmonics l2 r m2))

        testCase "z times a product of two harmonics, expanded in three ways, is Gaunt's recursion" <| fun () ->
            law "gaunt.recursion"

            Law.holdsFor 100 (Law.seeded (0, 5)) (fun (seed, l1) ->
                let random = Random seed
                let l2, l = random.Next 6, random.Next 8
                let m1, m2 = random.Next(-l1, l1 + 1), random.Next(-l2, l2 + 1)
                let m = m1 + m2

                let g l1 l2 l =
                    let threeJ (m: int[]) = FromFactorials.threeJ (Array.map ((*) 2) (Array.append [| l1; l2; l |] m))
                    sqrt (float ((2 * l1 + 1) * (2 * l2 + 1) * (2 * l + 1))) * threeJ [| 0; 0; 0 |] * threeJ [| m1; m2; -m |]

                let a l m = sqrt (float ((l + m) * (l - m)) / float ((2 * l - 1) * (2 * l + 1)))
                let both l m value = a (l + 1) m * value (l + 1) + (if l = 0 then 0.0 else a l m * value (l - 1))
                let first = both l1 m1 (fun l1 -> g l1 l2 l)
                if abs m <= l then
                    Assert.Equal(first, both l2 m2 (fun l2 -> g l1 l2 l), 1e-11)
                    Assert.Equal(first, both l m (g l1 l2), 1e-11))

        testCase "the numbers from which the library computes harmonics and their gradients are those of the theorem"
        <| fun () ->
            law "harmonics.real-recursions"
            let table = HarmonicsCoefficients.Create<float> 40

            for l in 1..40 do
                for m in 0..l do
                    let number part = table[HarmonicsCoefficients.Index(l, m) + part]
                    let f = float (2 * l + 1) / float (2 * l - 1)
                    let whole (n: int) = float n

                    if m = l then
                        Assert.Equal(
                            (if l = 1 then sqrt 3.0 else sqrt (whole (2 * l + 1) / whole (2 * l))),
                            number HarmonicsCoefficients.A,
                            1e-14
                        )
                    else
                        let below = whole ((l - m) * (l + m))
                        Assert.Equal(sqrt (whole ((2 * l + 1) * (2 * l - 1)) / below), number HarmonicsCoefficients.A, 1e-13)

                        if l > 1 then
                            let above = whole ((2 * l + 1) * (l - 1 - m) * (l - 1 + m))
                            Assert.Equal(sqrt (above / (whole (2 * l - 3) * below)), number HarmonicsCoefficients.B, 1e-13)

                    Assert.Equal(sqrt (f * whole ((l - m) * (l + m))), number HarmonicsCoefficients.Zeta, 1e-13)
                    let alpha = sqrt (f * whole ((l - m) * (l - m - 1))) / 2.0 * (if m = 0 then sqrt 2.0 else 1.0)

                    let beta =
                        if m = 0 then
                            0.0
                        else
                            sqrt (f * whole ((l + m) * (l + m - 1))) / 2.0 * (if m = 1 then sqrt 2.0 else 1.0)

                    Assert.Equal(alpha, number HarmonicsCoefficients.Alpha, 1e-13)
                    Assert.Equal(beta, number HarmonicsCoefficients.Beta, 1e-13)

        testCase "real solid harmonics, each from its explicit sum, obey the recursions and have the gradients of the theorem" <| fun () ->
            law "harmonics.real-recursions"

            Law.holdsFor 60 (Law.seeded (1, 9)) (fun (seed, l) ->
                let random = Random seed
                let r = Array.init 3 (fun _ -> Rotations.normal random)
                let solid l m (r: float[]) = if abs m > l then 0.0 else HarmonicsReference.Solid(l, m, r[0], r[1], r[2])
                let square = Array.sumBy (fun x -> x * x) r
                let f = float (2 * l + 1) / float (2 * l - 1)

                // Central differences of polynomials, with an error of the order of h⁴.
                let slope m axis =
                    let at k = solid l m (r |> Array.mapi (fun i x -> if i = axis then x + k * 1e-3 else x))
                    (8.0 * (at 1.0 - at -1.0) - (at 2.0 - at -2.0)) / 12e-3

                for m in 0..l do
                    for sign in (if m = 0 then [ 1 ] else [ 1; -1 ]) do
                        let before k n = if n < 0 || (n = 0 && k < 0) then 0.0 else solid (l - 1) (k * n) r
                        let scale = 1e-8 * (1.0 + Math.Pow(square, float l / 2.0)) * float (l * l)
                        let alpha = sqrt (f * float ((l - m) * (l - m - 1))) / 2.0 * (if m = 0 then sqrt 2.0 else 1.0)
                        let beta = if m = 0 then 0.0 else sqrt (f * float ((l + m) * (l + m - 1))) / 2.0 * (if m = 1 then sqrt 2.0 else 1.0)
                        Assert.Equal(sqrt (f * float ((l - m) * (l + m))) * before sign m, slope (sign * m) 2, scale)
                        Assert.Equal(-alpha * before sign (m + 1) + beta * before sign (m - 1), slope (sign * m) 0, scale)
                        let other = alpha * before -sign (m + 1) + beta * before -sign (m - 1)
                        Assert.Equal((if sign > 0 then -other else other), slope (sign * m) 1, scale)

                        if m < l && l > 1 then
                            let below = float ((l - m) * (l + m))
                            let a = sqrt (float ((2 * l + 1) * (2 * l - 1)) / below)
                            let b = sqrt (float ((2 * l + 1) * (l - 1 - m) * (l - 1 + m)) / (float (2 * l - 3) * below))
                            let expected = a * r[2] * before sign m - b * square * solid (l - 2) (sign * m) r
                            Assert.Equal(expected, solid l (sign * m) r, scale)

                let s = if l = 1 then sqrt 3.0 else sqrt (float (2 * l + 1) / float (2 * l))
                let c, d = solid (l - 1) (l - 1) r, (if l = 1 then 0.0 else solid (l - 1) (1 - l) r)
                let scale = 1e-9 * (1.0 + Math.Pow(square, float l / 2.0))
                Assert.Equal(s * (r[0] * c - r[1] * d), solid l l r, scale)
                Assert.Equal(s * (r[0] * d + r[1] * c), solid l -l r, scale))

        testCase "the element of a matrix of SU(2) in the recursions is the library's d, at every angle, by the definition of both" <| fun () ->
            for name in [ "d.recursion-j"; "d.recursion-m"; "d.recursion-n"; "d.half-steps"; "d.sum" ] do
                law name

            Law.holdsFor 20 (Law.seeded (0, 8)) (fun (seed, l) ->
                let random = Random seed
                let beta = Math.PI * random.NextDouble()
                let cos, sin = Math.Cos beta, Math.Sin beta
                let c, s = Math.Cos(beta / 2.0), Math.Sin(beta / 2.0)
                let rotation = [| cos; 0.0; sin; 0.0; 1.0; 0.0; -sin; 0.0; cos |]
                let turn = WignerD(ReadOnlySpan rotation, l)
                let d = turn.Complex l

                for n in -l .. l do
                    for m in -l .. l do
                        let found = FromFactorials.element [| c; -s; s; c |] [| 2 * l; 2 * n; 2 * m |]
                        Assert.Equal(d[(n + l) * (2 * l + 1) + m + l].Real, found, 1e-12))

        testCase "D turns the harmonics of every order as it turns vectors" <| fun () ->
            // Y_lm(R⁻¹ r) = Σ_m' D_m'm Y_lm'(r); R⁻¹ r is read from l = 1, where Y is proportional to (−(x+iy)/√2, z,
            // (x−iy)/√2).
            Law.holdsFor 40 (Law.seeded (0, 6)) (fun (seed, l) ->
                let random = Random seed
                let g, r = unitary random, direction random
                let turned n m = total [ for m' in -n .. n -> wigner g (2 * n) (2 * m') (2 * m) * complexHarmonics n r m' ]
                let scale = real (sqrt (4.0 * Math.PI / 3.0))
                let up, z, down = scale * turned 1 1, scale * turned 1 0, scale * turned 1 -1
                let x, y = (down - up) / real (sqrt 2.0), (down + up) * Complex.ImaginaryOne / real (sqrt 2.0)
                let components = [| x; y; z |]
                components |> Array.iter (fun c -> Assert.True(abs c.Imaginary < 1e-12))
                let back = components |> Array.map _.Real

                for m in -l .. l do
                    close (complexHarmonics l back m) (turned l m))

        testCase "harmonics of two directions add up to Legendre's polynomial of the angle, equal and opposite directions included" <| fun () ->
            law "harmonics.addition"

            Law.holdsFor 60 (Law.seeded (0, 9)) (fun (seed, l) ->
                let random = Random seed
                let r = direction random

                let r' =
                    match seed % 4 with
                    | 0 -> r
                    | 1 -> Array.map (~-) r
                    | _ -> direction random

                let y, y' = complexHarmonics l r, complexHarmonics l r'

                total [ for m in -l .. l -> real (parity (2 * m)) * y m * y' -m ]
                |> close (real (float (2 * l + 1) / (4.0 * Math.PI) * legendre l (dot r r'))))

        testCase "the real 3j tensor is annihilated by the generators in the real basis" <| fun () ->
            law "real.ladder"

            Law.holdsFor 30 (Law.seeded (0, 3)) (fun (seed, l1) ->
                let random = Random seed
                let l2 = random.Next 4
                let l3 = random.Next(abs (l1 - l2), l1 + l2 + 1)
                let l = [| l1; l2; l3 |]

                let tensor =
                    Array3D.init (2 * l1 + 1) (2 * l2 + 1) (2 * l3 + 1) (fun a b c ->
                        total
                            [ for m1 in -l1 .. l1 do
                                  for m2 in -l2 .. l2 do
                                      let u =
                                          Complex.Conjugate(
                                              toReal (a - l1) m1 * toReal (b - l2) m2 * toReal (c - l3) (-m1 - m2)
                                          )

                                      if u <> Complex.Zero then
                                          u
                                          * real (
                                              FromFactorials.threeJ
                                                  [| 2 * l1; 2 * l2; 2 * l3; 2 * m1; 2 * m2; -2 * m1 - 2 * m2 |]
                                          ) ])

                let other = if (l1 + l2 + l3) % 2 = 0 then (fun (z: Complex) -> z.Imaginary) else (fun z -> z.Real)
                tensor |> Array3D.iter (fun z -> Assert.True(abs (other z) < 1e-12))
                Assert.True(tensor |> Seq.cast<Complex> |> Seq.exists (fun z -> z.Magnitude > 1e-3))

                for axis in [ 'x'; 'y'; 'z' ] do
                    let k = l |> Array.map (generator axis)

                    tensor
                    |> Array3D.iteri (fun a b c _ ->
                        total
                            [ for n in 0 .. 2 * l1 do
                                  real (k[0].[a, n]) * tensor[n, b, c]
                              for n in 0 .. 2 * l2 do
                                  real (k[1].[b, n]) * tensor[a, n, c]
                              for n in 0 .. 2 * l3 do
                                  real (k[2].[c, n]) * tensor[a, b, n] ]
                        |> close Complex.Zero))

        testCase "the generators in the real basis turn the real harmonics as small rotations of the direction do" <| fun () ->
            // i L_z = x ∂_y − y ∂_x and so on: the change of R_n along a × r.
            let step = 1e-5

            Law.holdsFor 30 (Law.seeded (0, 5)) (fun (seed, l) ->
                let r = direction (Random seed)

                for axis, (x, y, z) in [ 'x', (1.0, 0.0, 0.0); 'y', (0.0, 1.0, 0.0); 'z', (0.0, 0.0, 1.0) ] do
                    let velocity = [| y * r[2] - z * r[1]; z * r[0] - x * r[2]; x * r[1] - y * r[0] |]
                    let at t = Families.harmonics l (Array.map2 (fun a v -> a + t * v) r velocity)
                    let change = Array.map2 (fun a b -> (a - b) / (2.0 * step)) (at step) (at -step)
                    let k, value = generator axis l, at 0.0

                    for n in 0 .. 2 * l do
                        // i L_a R_n = Σ_n' K(n', n) R_n'
                        let expected = Seq.sum [ for n' in 0 .. 2 * l -> k[n', n] * value[n'] ]
                        Assert.Equal(expected, change[n], 1e-7))

        testCase "the coefficients of the generating function are the 3j symbols computed from factorials" <| fun () ->
            law "cg.generating-function"
            let product = GeneratingFunction.generating

            for a, c, b in [ 0, 0, 0; 1, 0, 0; 1, 1, 1; 2, 1, 0; 2, 3, 1; 3, 2, 4; 4, 4, 4 ] do
                let expanded =
                    List.map2 (fun (p: Polynomial, _) (n: int) -> Polynomial.Pow(p, n)) product.Factors [ a; c; b ]
                    |> List.reduce (*)

                for m1 in numbers (a + b) do
                    for m2 in numbers (a + c) do
                        let m3 = -m1 - m2

                        if abs m3 <= b + c then
                            let exponents =
                                [ a + b, m1; a + c, m2; b + c, m3 ]
                                |> List.collect (fun (j, m) -> [ (j + m) / 2; (j - m) / 2 ])

                            let coefficient =
                                expanded.Terms 6
                                |> Seq.tryPick (fun (e, k) -> if e = exponents then Some(float k) else None)
                                |> Option.defaultValue 0.0

                            let scale =
                                sqrt (
                                    (factorial a * factorial b * factorial c * factorial (a + b + c + 1))
                                    / (exponents |> List.fold (fun p e -> p * factorial e) 1.0)
                                )

                            let symbol = FromFactorials.threeJ [| a + b; a + c; b + c; m1; m2; m3 |]
                            Assert.Equal(symbol * scale, coefficient, 1e-9 * (1.0 + abs coefficient))

        testCase "the spin power spectra of all J add up to the sum over pairs of v·w times Legendre's polynomial" <| fun () ->
            law "invariance.spin-power-spectrum-summed"
            let fields = Map.ofList [ "spin", { Rank = 1; Parity = Axial; Time = Odd } ]

            Law.holdsFor 40 (Law.seeded (0, 4)) (fun (seed, l) ->
                let random = Random seed
                let vector () = Array.init 3 (fun _ -> Rotations.normal random)
                let sites: Families.Site list =
                    [ for _ in 1 .. random.Next(1, 4) -> { Position = vector (); Vectors = Map.ofList [ "spin", vector () ] } ]

                let value family = (Families.evaluate fields Map.empty sites family |> Array.concat |> Array.head)
                let leaf = SiteSum("spin", Fixed l)
                let separate = sqrt (float (3 * (2 * l + 1))) * value (CoupledSeparately(leaf, leaf, Fixed 0, Fixed 0))

                let summed =
                    Seq.sum
                        [ for j in abs (l - 1) .. l + 1 ->
                              // The table of the real basis leaves out a factor i where l + 1 + J is odd: twice here.
                              let sign = if (l + 1 + j) % 2 = 0 then 1.0 else -1.0

                              sign
                              * sqrt (float (2 * j + 1))
                              * value (Coupled(Joined(leaf, Fixed j), Joined(leaf, Fixed j), Fixed 0)) ]

                let angles =
                    let length (v: float[]) = sqrt (dot v v)
                    let radial (s: Families.Site) = Families.radial "spin" l (length s.Position)

                    Seq.sum
                        [ for a in sites do
                              for b in sites ->
                                  let cosine = dot a.Position b.Position / (length a.Position * length b.Position)
                                  float (2 * l + 1) / (4.0 * Math.PI) * radial a * radial b
                                  * dot a.Vectors["spin"] b.Vectors["spin"] * legendre l cosine ]

                let sign = if l % 2 = 0 then -1.0 else 1.0
                Assert.Equal(separate, summed, 1e-10 * (1.0 + abs separate))
                Assert.Equal(angles, sign * summed, 1e-10 * (1.0 + abs angles)))
    ]
