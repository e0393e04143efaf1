/// Numerical integration, slow and independent of what it checks.
module Toolkit.Testing.Quadrature

/// Nodes and weights of the n-point Gauss–Legendre rule on [a, b], by Newton's method on the Legendre polynomial.
let gaussLegendre (n: int) (a: float) (b: float) : (float * float)[] =
    [| for k in 1..n ->
           let legendre x =
               let mutable p0, p1 = 1., x

               for j in 2..n do
                   let p2 = ((2. * float j - 1.) * x * p1 - (float j - 1.) * p0) / float j
                   p0 <- p1
                   p1 <- p2

               p1, float n * (x * p1 - p0) / (x * x - 1.)

           let rec root x i =
               let p, d = legendre x
               let next = x - p / d
               if i = 0 || abs (next - x) < 1e-16 then next else root next (i - 1)

           let x = root (cos (System.Math.PI * (float k - 0.25) / (float n + 0.5))) 50
           let _, d = legendre x
           0.5 * (a + b) + 0.5 * (b - a) * x, (b - a) / ((1. - x * x) * d * d) |]

/// ∫ f over [a, b] with n Gauss–Legendre points on each of `pieces` equal pieces.
let integrate (pieces: int) (n: int) (a: float) (b: float) (f: float -> float) : float =
    let h = (b - a) / float pieces
    let rule = gaussLegendre n 0. h
    Seq.sum (seq { for p in 0 .. pieces - 1 do for x, w in rule -> w * f (a + float p * h + x) })
