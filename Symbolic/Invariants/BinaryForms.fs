/// Multiplets of integer order l as binary forms of degree 2l, modulo a prime: there couplings are transvectants, whose coefficients are
/// integers.
module internal Toolkit.Symbolic.Invariants.BinaryForms

open Toolkit.Symbolic.Algebra

/// Coefficients of x^(2l − k) y^k for k = 0 … 2l.
type Form = uint64[]

/// n (n − 1) … (n − k + 1).
let private falling (n: int) (k: int) : uint64 =
    Seq.fold (fun product i -> Modular.multiply product (Modular.ofInt (n - i))) 1UL (seq { 0 .. k - 1 })

let private binomials (n: int) : uint64[] =
    Array.init (n + 1) (fun k -> Modular.multiply (falling n k) (Modular.inverse (falling k k)))

/// The derivative ∂_x^a ∂_y^b of a form: the degree falls by a + b.
let private derivative (a: int) (b: int) (f: Form) : Form =
    let degree = f.Length - 1

    Array.init (degree - a - b + 1) (fun k ->
        Modular.multiply f[k + b] (Modular.multiply (falling (degree - k - b) a) (falling (k + b) b)))

/// The transvectant Σ_i (−1)^i binomial(r, i) ∂_x^(r−i) ∂_y^i f · ∂_x^i ∂_y^(r−i) g with r = l + l' − L: up to a factor that is not zero
/// the part of order L of the product of two multiplets of orders l and l'.
let couple (L: int) (f: Form) (g: Form) : Form =
    let r = (f.Length - 1) / 2 + (g.Length - 1) / 2 - L
    let binomial = binomials r
    let result = Array.zeroCreate (2 * L + 1)

    for i in 0..r do
        let a, b = derivative (r - i) i f, derivative i (r - i) g

        for p in 0 .. a.Length - 1 do
            if a[p] <> 0UL then
                let factor = Modular.multiply binomial[i] a[p]

                for q in 0 .. b.Length - 1 do
                    let term = Modular.multiply factor b[q]
                    result[p + q] <- if i % 2 = 0 then Modular.add result[p + q] term else Modular.subtract result[p + q] term

    result
