/// The null vector's powers N(t)^l, N = −(x−iy)t² + 2zt + (x+iy), and the identities that make their coefficients solid
/// harmonics. The generators are L = −i r × ∇, L± = L_x ± i L_y.
module internal Toolkit.Symbolic.Proofs.Theorems.NullVector

open Toolkit.Symbolic.Algebra
open Toolkit.Symbolic.Proofs.Kernel

let private v = Polynomial.Variable
let private x, y, z, t, i, l = v 0, v 1, v 2, v 3, v 4, v 5
let private constant (k: int) = Polynomial.Constant k

/// N(t) to a power, in the variables x, y, z, t, i and the exponent l.
let product: PowerProduct =
    { Variables = [ "x"; "y"; "z"; "t" ]
      Imaginary = true
      Exponents = [ "l" ]
      Factors = [ -((x - i * y) * t * t) + constant 2 * z * t + x + i * y, Linear.variable 1 0 ] }

/// r² to a power, in the same variables.
let radius: PowerProduct = { product with Factors = [ x * x + y * y + z * z, Linear.variable 1 0 ] }

/// L_z = −i(x ∂_y − y ∂_x).
let lz: DerivationRule = [ 1, -(i * x); 0, i * y ]
/// L₊ = z ∂_x + i z ∂_y − (x + i y) ∂_z.
let raising: DerivationRule = [ 0, z; 1, i * z; 2, -(x + i * y) ]
/// L₋ = −z ∂_x + i z ∂_y + (x − i y) ∂_z.
let lowering: DerivationRule = [ 0, -z; 1, i * z; 2, x - i * y ]

let private alone (d: DerivationRule) = { Coefficient = Polynomial.One; Derivations = [ d ] }
let private dt: DerivationRule = [ 3, Polynomial.One ]

/// L_z N^l = (−t ∂_t + l) N^l as an operator that annihilates N^l.
let weights = [ alone lz; { Coefficient = t; Derivations = [ dt ] }; { Coefficient = -l; Derivations = [] } ]
/// L₊ N^l = (t² ∂_t − 2 l t) N^l, likewise.
let raised =
    [ alone raising
      { Coefficient = -(t * t); Derivations = [ dt ] }
      { Coefficient = constant 2 * l * t; Derivations = [] } ]

/// L₋ N^l = −∂_t N^l, likewise.
let lowered = [ alone lowering; { Coefficient = Polynomial.One; Derivations = [ dt ] } ]
/// ∂_x² + ∂_y² + ∂_z².
let laplacian =
    [ for k in 0..2 ->
          { Coefficient = Polynomial.One; Derivations = [ [ k, Polynomial.One ]; [ k, Polynomial.One ] ] } ]

/// The gradient of N^l, times N: ∂_z N^l = 2 l t N^(l−1), and likewise for ∂_x ± i ∂_y.
let gradients =
    let n = fst product.Factors.Head

    [ [ 2, Polynomial.One ], constant -2 * t * l
      [ 0, Polynomial.One; 1, i ], constant 2 * t * t * l
      [ 0, Polynomial.One; 1, -i ], constant -2 * l ]
    |> List.map (fun (d, rest) -> [ { Coefficient = n; Derivations = [ d ] }; { Coefficient = rest; Derivations = [] } ])

/// r → −r.
let inversion = [ -x; -y; -z; t; i ]

/// On the z axis, N = 2zt.
let onAxis () : Result<Theorem, string> =
    PowerProducts.substitute product [ Polynomial.Zero; Polynomial.Zero; z; t; i ] [ [ constant 2 * z * t ] ]

/// The harmonics of all orders are standard families.
let harmonics: Lazy<Result<Theorem, string>> =
    lazy
        (Entry.argue
            "coefficient-extraction"
            [ for words in [ weights; raised; lowered; laplacian ] do
                  yield PowerProducts.annihilate product words
              for d in [ lz; raising; lowering ] do
                  yield PowerProducts.annihilate radius [ alone d ]
              yield PowerProducts.substitute product inversion [ [ constant -1; fst product.Factors.Head ] ] ])

/// The recursions of the solid harmonics.
let recursions: Lazy<Result<Theorem, string>> =
    lazy
        (Entry.argue
            "coefficient-extraction / recursions"
            [ harmonics.Force(); MatrixElements.inJ (); MatrixElements.inRows (); MatrixElements.sum () ])

/// Their gradients.
let derivatives: Lazy<Result<Theorem, string>> =
    lazy
        (Entry.argue
            "coefficient-extraction / gradients"
            (harmonics.Force() :: List.map (PowerProducts.annihilate product) gradients))
