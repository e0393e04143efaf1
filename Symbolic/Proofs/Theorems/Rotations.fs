/// Theorems on the matrices D^j, on products of harmonics and on the real basis.
module Toolkit.Symbolic.Proofs.Theorems.Rotations

open Toolkit.Symbolic.Proofs.Kernel

type private Proof = Result<Theorem, string>

/// Applies a rule to premises, all of which must have been proved.
let private from (premises: Proof list) (rule: Theorem list -> Proof) : Proof =
    Entry.all premises |> Result.bind rule

let private notThese () : Proof = Error "the rule has other premises"

// ---- rotation matrices

let private unitarity =
    lazy (RotationMatrices.transposition () |> Result.bind RotationMatrices.unitarity)

let private invariance =
    lazy (GeneratingFunction.coefficient () |> Result.bind RotationMatrices.invariance)

let private series () =
    let premises =
        [ invariance.Force()
          unitarity.Force()
          RotationMatrices.conjugation ()
          ThreeJ.columns.Force()
          ThreeJ.cyclic.Force() ]

    from premises (function
        | [ invariance; unitarity; conjugation; columns; cyclic ] ->
            RotationMatrices.series invariance unitarity conjugation columns cyclic
        | _ -> notThese ())

// ---- harmonics of one and two directions

let private axis = lazy (Harmonics.prove () |> Result.bind Directions.axis)

let private product () =
    from [ axis.Force(); ThreeJ.couplingLadder.Force(); ThreeJ.columns.Force(); ThreeJ.cyclic.Force() ] (function
        | [ axis; ladder; columns; cyclic ] -> Directions.product axis ladder columns cyclic
        | _ -> notThese ())

let private addition =
    lazy
        (from [ axis.Force(); ThreeJ.couplingLadder.Force(); ThreeJ.scalarCoupling.Force() ] (function
            | [ axis; ladder; scalar ] -> Directions.addition axis ladder scalar
            | _ -> notThese ()))

/// What the J-resolved couplings of two vector families add up to, and what that is in terms of angles.
let internal sumsOverJ () : Result<Theorem list, string> =
    let sum =
        from
            [ ThreeJ.scalarCoupling.Force(); ThreeJ.columns.Force(); ThreeJ.cyclic.Force(); ThreeJ.reversal.Force() ]
            (function
             | [ scalar; columns; cyclic; reversal ] -> Directions.sumOverJ scalar columns cyclic reversal
             | _ -> notThese ())

    let angles =
        from [ sum; addition.Force() ] (function
            | [ sum; addition ] -> Directions.vectorSum sum addition
            | _ -> notThese ())

    Entry.all [ sum; angles ]

/// The generators in the basis of the real harmonics, proved once.
let internal realLadder: Lazy<Result<Theorem, string>> =
    lazy
        (from [ ThreeJ.ladder 1; ThreeJ.ladder -1 ] (function
            | [ raising; lowering ] -> RealLadders.prove raising lowering
            | _ -> notThese ()))

/// All theorems of this family.
let entries: Entry list =
    [ Entry.create
          "harmonics.product"
          "Coupled to order L, two harmonics of one direction are a standard family that on the z axis is a multiple \
           of Y_L, hence everywhere; the factor is the coupling coefficient at m = 0. The orthonormality of the \
           coupling coefficients puts the product back together (Gaunt's formula)."
          product
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
          RotationMatrices.composition
      Entry.create
          "d.unitarity"
          "(u ubar + v vbar)^(2j)/(2j)! is the sum over m of the products of a basis form and its conjugate, and SU(2) \
           leaves it unchanged: the rows of D^j are orthonormal. The columns of D^j(g) are the rows of D^j of the \
           transposed matrix."
          unitarity.Force
      Entry.create
          "d.series"
          "Substituted into all three pairs of variables, a matrix of determinant 1 leaves the generating function of \
           the 3j symbols unchanged, so D^j1 D^j2 D^j3 leaves the 3j symbol unchanged. Unitarity moves one D to the \
           other side, and the orthonormality of the symbols along j resolves the sum over m."
          series ]
