namespace Toolkit.Symbolic.Proofs.Kernel

open System.Numerics
open Toolkit.Symbolic.Algebra

/// The ladder relations of the 3j symbol in the basis of the real harmonics.
[<Sealed>]
type RealLadder internal () =
    inherit Statement(box "real ladder")

    /// R_m in terms of Y_m.
    static member internal Basis =
        "R_m = ((-1)**m*Y_m + Y_-m)/sqrt(2), R_-m = ((-1)**m*Y_m - Y_-m)/(sqrt(2)*i) for m > 0 and R_0 = Y_0"

    /// The matrices by which generators act on the basis R.
    static member internal Matrices =
        "With k(0) = sqrt(2*l*(l + 1)) and k(m) = sqrt((l - m)*(l + m + 1)) these real matrices are: i*L_z \
         R_n = -n*R_-n for all n; i*L_x R_0 = k(0)*R_-1/2 and i*L_y R_0 = -k(0)*R_1/2; for m > 0, R_-0 counting as 0: \
         i*L_x R_m = (k(m)*R_-(m+1) + k(m-1)*R_-(m-1))/2, i*L_x R_-m = -(k(m)*R_m+1 + k(m-1)*R_m-1)/2, i*L_y R_m = \
         (k(m-1)*R_m-1 - k(m)*R_m+1)/2, i*L_y R_-m = (k(m-1)*R_-(m-1) - k(m)*R_-(m+1))/2"

    override _.Text =
        $"for all natural l1, l2, l3: with {RealLadder.Basis}, let W be defined by sum over m1, m2, m3 of 3j(l1, l2, l3; m1, m2, m3)*Y_m1*Y_m2*Y_m3 \
         = sum over n1, n2, n3 of W(n1, n2, n3)*R_n1*R_n2*R_n3 for standard families of orders l1, l2, l3. Then for \
         each of a = x, y, z and all n1, n2, n3 the sum over i = 1, 2, 3 and n = -l_i..l_i of K_a(l_i)(n_i, n)*W with \
         n in place of n_i is 0, where i*L_a R_n = sum over n' of K_a(l)(n', n)*R_n' for every standard family of \
         order l. {RealLadder.Matrices}"

/// From the ladder relations in the complex basis to those in the real one.
[<RequireQualifiedAccess>]
module RealLadders =

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

    let private argument =
        "written argument 'real ladder': a change of basis carries the ladder relations to the real harmonics, and the \
         matrices at |m| = 2 and 3 stand for all larger |m|"

    /// From the two ladder relations, in the form of the coupling ladder's premises: Σ 3j Y Y Y is annihilated by the
    /// total L_z (m1 + m2 + m3 = 0) and L±: the coefficient of Y_n1 Y_n2 Y_n3 in L± of it is Σ_i √((l_i ∓ n_i + 1)(l_i
    /// ± n_i)) 3j(n_i ∓ 1). In the real basis, whose products are linearly independent, Σ_i K(n_i, n) W = 0.
    ///
    /// Checked are the matrices: i L_a R_n as combinations of Y, for n = −3…3. For |n| ≥ 2 nothing enters but the
    /// parity of n, c_n and c_(n−1) standing for any two numbers, so |n| = 2 and 3 stand for all of them.
    let prove (raising: Theorem) (lowering: Theorem) : Result<Theorem, string> =
        let all = [ -3 .. 3 ] |> List.collect differences

        if (Couplings.ladder raising lowering).IsError then
            Error "the premises are not the two ladder relations of the 3j symbol"
        elif all |> List.exists (fun (_, _, p) -> not (p |> reduce 0 -1 |> reduce 1 2).IsZero) then
            Error "the matrices in the real basis are others"
        else
            Ok(Rule.certifies (PlainCertificate("real-ladder", all.Length)) (RealLadder()) [ raising; lowering ] [ argument ])
