/// Theorems on the matrices D^j, on products of harmonics and on the real basis.
module Toolkit.Symbolic.Proofs.Theorems.Rotations

open Toolkit.Symbolic.Algebra
open Toolkit.Symbolic.Proofs.Kernel

// ---- rotation matrices: what substitutions do to products of powers

let private v = Polynomial.Variable

/// Π factors^exponents under a substitution of some variables; each factor becomes a product.
let private becomes names exponents (factors: Polynomial list) (changes: (int * Polynomial) list) (images: Polynomial list list) =
    PowerProducts.substitute
        { Variables = names
          Imaginary = false
          Exponents = exponents
          Factors = factors |> List.mapi (fun i p -> p, Linear.variable exponents.Length i) }
        (List.init names.Length (fun k -> changes |> List.tryFind (fst >> (=) k) |> Option.map snd |> Option.defaultValue (v k)))
        images

/// The image of a basis form under g h, once all at once and once in two steps.
let private composed () =
    let u, w = v 8, v 9
    let g i k = v (2 * i + k)
    let h i k = v (4 + 2 * i + k)
    let image m k = m 0 k * u + m 1 k * w
    let gh i k = g i 0 * h 0 k + g i 1 * h 1 k

    becomes
        [ "g11"; "g12"; "g21"; "g22"; "h11"; "h12"; "h21"; "h22"; "u"; "v" ]
        [ "p"; "q" ]
        [ image h 0; image h 1 ]
        [ 8, image g 0; 9, image g 1 ]
        [ [ image gh 0 ]; [ image gh 1 ] ]

/// u x + v y under g on (u, v), and under transposed g on (x, y).
let private transposed =
    lazy
        (let a, b, c, d, u, w, x, y = v 0, v 1, v 2, v 3, v 4, v 5, v 6, v 7
         let both = [ [ (a * u + c * w) * x + (b * u + d * w) * y ] ]
         let under changes = becomes [ "a"; "b"; "c"; "d"; "u"; "v"; "x"; "y" ] [ "n" ] [ u * x + w * y ] changes both

         Entry.argue
             "substitution-matrix / transposition"
             [ under [ 4, a * u + c * w; 5, b * u + d * w ]; under [ 6, a * x + b * y; 7, c * x + d * y ] ])

/// u u' + v v' under g of rows (α, −β'), (β, α') and its conjugate.
let private unitarity =
    lazy
        (let a, a', b, b', u, w, u', w' = v 0, v 1, v 2, v 3, v 4, v 5, v 6, v 7
         let form = u * u' + w * w'

         Entry.argue
             "substitution-matrix / unitarity"
             [ transposed.Force()
               becomes
                   [ "alpha"; "alphabar"; "beta"; "betabar"; "u"; "v"; "ubar"; "vbar" ]
                   [ "n" ]
                   [ form ]
                   [ 4, a * u + b * w; 5, a' * w - b' * u; 6, a' * u' + b' * w'; 7, a * w' - b * u' ]
                   [ [ a * a' + b * b'; form ] ] ])

/// The images of u and v under the same g after (u, v) → (v, −u).
let private conjugation () =
    let a, a', b, b', u, w = v 0, v 1, v 2, v 3, v 4, v 5

    Entry.argue
        "substitution-matrix / conjugation"
        [ becomes
              [ "alpha"; "alphabar"; "beta"; "betabar"; "u"; "v" ]
              [ "p"; "q" ]
              [ a * u + b * w; a' * w - b' * u ]
              [ 4, w; 5, -u ]
              [ [ a * w - b * u ]; [ Polynomial.Constant -1; a' * u + b' * w ] ] ]

/// Every bracket under g in all three pairs is multiplied by det g.
let private invariance () =
    let a, b, c, d = v 6, v 7, v 8, v 9
    let brackets = GeneratingFunction.generating.Factors |> List.map fst

    Entry.argue
        "substitution-matrix / invariance"
        [ GeneratingFunction.coefficient ()
          becomes
              (GeneratingFunction.generating.Variables @ [ "a"; "b"; "c"; "d" ])
              [ "p"; "q"; "r" ]
              brackets
              [ for i in 0..2 do
                    let u, w = v (2 * i), v (2 * i + 1)
                    2 * i, a * u + c * w
                    2 * i + 1, b * u + d * w ]
              [ for bracket in brackets -> [ a * d - b * c; bracket ] ] ]

let private series () =
    Entry.argue
        "substitution-matrix / series"
        [ invariance (); unitarity.Force(); conjugation (); ThreeJ.columns.Force(); ThreeJ.cyclic.Force() ]

// ---- harmonics of one and two directions

let private axis =
    lazy (Entry.argue "direction / axisvalue" [ NullVector.harmonics.Force(); NullVector.onAxis () ])

let private product =
    lazy
        (Entry.argue
            "direction / product"
            [ axis.Force(); ThreeJ.couplingLadder.Force(); ThreeJ.columns.Force(); ThreeJ.cyclic.Force() ])

let private real () =
    Entry.argue "coefficient-extraction / real" [ NullVector.recursions.Force(); NullVector.derivatives.Force() ]

let private gaunt () = Entry.argue "direction / gaunt" [ product.Force(); NullVector.recursions.Force() ]

let private addition =
    lazy
        (Entry.argue
            "direction / addition"
            [ axis.Force(); ThreeJ.couplingLadder.Force(); ThreeJ.scalarCoupling.Force() ])

/// What the J-resolved couplings of two vector fields add up to, and what that is in terms of angles.
let internal sumsOverJ () : Result<Theorem list, string> =
    let sum =
        Entry.argue
            "direction / sumoverj"
            [ ThreeJ.scalarCoupling.Force(); ThreeJ.columns.Force(); ThreeJ.cyclic.Force(); ThreeJ.reversal.Force() ]

    Entry.all [ sum; Entry.argue "direction / vectorsum" [ sum; addition.Force() ] ]

/// The generators in the basis of the real harmonics, proved once.
let internal realLadder: Lazy<Result<Theorem, string>> =
    lazy (Entry.argue "real-ladder" [ ThreeJ.ladder 1; ThreeJ.ladder -1 ])

/// All theorems of this family.
let entries: Entry list =
    [ Entry.create
          "harmonics.product"
          "Coupled to order L, two harmonics of one direction are a standard family that on the z axis is a multiple \
           of Y_L, hence everywhere; the factor is the coupling coefficient at m = 0. The orthonormality of the \
           coupling coefficients puts the product back together (Gaunt's formula)."
          product.Force
      Entry.create
          "harmonics.recursions"
          "The solid harmonics are elements of Wigner's matrices with m = 0 whose letters multiply to x + iy, 2z and -(x - iy), so that \
           the recursions of the matrix elements in l and in m are theirs."
          NullVector.recursions.Force
      Entry.create
          "harmonics.gradients"
          "The gradient of the null vector's power N^l is a multiple of N^(l-1); coefficients of the powers of t are compared."
          NullVector.derivatives.Force
      Entry.create
          "harmonics.real-recursions"
          "Sums and differences of the recursions and the gradients for m and -m: values and gradients of the real solid harmonics as they \
           are computed, degree by degree."
          real
      Entry.create
          "gaunt.recursion"
          "z times a product of two harmonics is expanded in three ways: z is drawn to either factor, or to the harmonics of the product."
          gaunt
      Entry.create
          "harmonics.addition"
          "The sum is, up to a factor, the coupling of two harmonics to order 0, which no joint rotation changes; with \
           one direction on the z axis a single term is left."
          addition.Force
      Entry.create
          "real.ladder"
          "A change of basis in the ladder relations of the 3j symbol. The matrices of the generators in the real \
           basis are compared with their closed form at every |m|: 0, 1, and even and odd ones from 2."
          realLadder.Force
      Entry.create
          "d.composition"
          "D^j(g) is the matrix by which the substitution (u, v) -> (u, v) g acts on binary forms of degree 2j. \
           Substituting twice is substituting with the product: an identity between polynomials, for all exponents at \
           once."
          (fun () -> Entry.argue "substitution-matrix / composition" [ composed () ])
      Entry.create
          "d.unitarity"
          "(u ubar + v vbar)^(2j)/(2j)! is the sum over m of the products of a basis form and its conjugate, and SU(2) \
           leaves it unchanged: the rows of D^j are orthonormal. The columns of D^j(g) are the rows of D^j of the \
           transposed matrix."
          unitarity.Force
      Entry.create
          "d.transposition"
          "(u x + v y)^(2j)/(2j)! is the sum over m of products of basis forms in (u, v) and in (x, y); a matrix on (u, v) does to it what \
           the transposed one does on (x, y)."
          transposed.Force
      Entry.create
          "d.conjugation"
          "(u, v) -> (v, -u) turns a matrix of SU(2) into its conjugate and m into -m, with a sign."
          conjugation
      Entry.create
          "d.series"
          "Substituted into all three pairs of variables, a matrix of determinant 1 leaves the generating function of \
           the 3j symbols unchanged, so D^j1 D^j2 D^j3 leaves the 3j symbol unchanged. Unitarity moves one D to the \
           other side, and the orthonormality of the symbols along j resolves the sum over m."
          series ]
