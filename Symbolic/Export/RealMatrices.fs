/// The matrices of the generators in the basis of the real harmonics, of which the written argument 'real ladder' speaks,
/// as identities between polynomials that anybody may multiply out.
module internal Toolkit.Symbolic.Export.RealMatrices

open System.Numerics
open Toolkit.Symbolic.Algebra

let private i, root = Polynomial.Variable 0, Polynomial.Variable 1
/// The variables of the polynomials here: the imaginary unit, the root of 2 and the symbols c_n.
let names = [ "i"; "r"; "c0"; "c1"; "c2"; "c3" ]
let private constant (k: int) = Polynomial.Constant k

/// A vector: coefficients of Y_n.
type private Vector = Map<int, Polynomial>

let private scale (c: Polynomial) (x: Vector) : Vector = Map.map (fun _ y -> c * y) x

let private sum (vectors: Vector list) : Vector =
    vectors
    |> List.collect Map.toList
    |> List.groupBy fst
    |> List.map (fun (n, terms) -> n, terms |> List.fold (fun total (_, c) -> total + c) Polynomial.Zero)
    |> Map.ofList

let private y n : Vector = Map.ofList [ n, Polynomial.One ]

/// √((l − n)(l + n + 1)), which is the same at −n−1: a symbol c_n for each n ≥ 0.
let private c n = Polynomial.Variable(2 + (if n >= 0 then n else -n - 1))

let private along (step: int -> Vector) (x: Vector) =
    x |> Map.toList |> List.map (fun (n, p) -> scale p (step n)) |> sum

let private raise = along (fun n -> scale (c n) (y (n + 1)))
let private lower = along (fun n -> scale (c (n - 1)) (y (n - 1)))
let private weigh = along (fun n -> scale (constant n) (y n))

/// √2 R_n; 0 for a component that the formulas mention but that does not exist.
let private real (n: int) : Vector =
    let m = abs n
    let sign = constant (if m % 2 = 0 then 1 else -1)

    if n = 0 then scale root (y 0)
    elif n > 0 then sum [ scale sign (y m); y -m ]
    else scale -i (sum [ scale sign (y m); scale -Polynomial.One (y -m) ])

let private k m = if m = 0 then root * c 0 else c m

/// 2 i L_a √2 R_n and the claim, for one n: what must be equal.
let private claims (n: int) : (string * Vector * Vector) list =
    let m = abs n
    let x = sum [ scale i (raise (real n)); scale i (lower (real n)) ]
    let y = sum [ raise (real n); scale -Polynomial.One (lower (real n)) ]
    let z = scale (constant 2 * i) (weigh (real n))
    let minus = scale -Polynomial.One
    /// k(m) R_±(m+1) and k(m−1) R_±(m−1), the latter without R_-0.
    let outer sign = scale (k m) (real (sign * (m + 1)))
    let inner sign = if sign < 0 && m = 1 then Map.empty else scale (k (m - 1)) (real (sign * (m - 1)))

    [ "z", z, scale (constant (-2 * n)) (real -n)
      if n = 0 then
          "x", x, outer -1
          "y", y, minus (outer 1)
      elif n > 0 then
          "x", x, sum [ outer -1; inner -1 ]
          "y", y, sum [ inner 1; minus (outer 1) ]
      else
          "x", x, minus (sum [ outer 1; inner 1 ])
          "y", y, sum [ inner -1; minus (outer -1) ] ]

/// p with x² = value put in for a variable.
let reduce (variable: int) (value: int) (p: Polynomial) =
    (Polynomial.Zero, p.Terms names.Length)
    ||> Seq.fold (fun total (exponents, coefficient) ->
        let n = exponents[variable]
        let lowered = exponents |> List.mapi (fun v e -> if v = variable then n % 2 else e)
        total + coefficient * BigInteger.Pow(BigInteger value, n / 2) * Polynomial.Monomial lowered)

/// The differences of both sides, component by component; 0 for i² = −1 and r² = 2.
let differences (n: int) =
    [ for axis, left, right in claims n do
          for KeyValue(component', p) in sum [ left; scale -Polynomial.One right ] -> axis, component', p ]
