namespace Toolkit.Symbolic.Proofs.Kernel

open Toolkit.Symbolic.Algebra
open Toolkit.Symbolic.Hypergeometric
open Toolkit.Symbolic.CouplingTrees

/// What is said about harmonics of one and of two directions.
type DirectionLaw =
    /// Y_lm on the z axis.
    | AxisValue
    /// Products of two harmonics of one direction.
    | Product
    /// Sums of products of harmonics of two directions.
    | Addition
    /// Sums over J of joint couplings as a separate coupling.
    | SumOverJ
    /// The sum over J for two vector fields, in terms of angles.
    | VectorSum

/// A law of the harmonics of `HarmonicLadder`, normalised by C_l = 2^l l! √(4π/(2l + 1)), and of what is coupled from
/// them.
[<Sealed>]
type HarmonicLaw internal (law: DirectionLaw) =
    inherit Statement(box law)

    static let normalised =
        "Y_lm as in the null-vector lemma with C_l = 2**l*l!*sqrt(4*pi/(2*l + 1))"

    static let legendre =
        "P_l(x*x' + y*y' + z*z'), where P_l(z) is the coefficient of t**l in (N/2)**l at a point with x**2 + y**2 + \
         z**2 = 1, that is Legendre's polynomial with P_l(1) = 1"

    /// Which.
    member _.Law = law

    override _.Text =
        match law with
        | AxisValue ->
            "for all natural l: Y_lm(0, 0, 1) is 0 for m not 0, and Y_l0(0, 0, 1) = 2**l*l!/C_l = \
             sqrt((2*l + 1)/(4*pi)); "
            + normalised
        | Product ->
            "for all natural l1, l2, all m1, m2 and every direction: Y_l1,m1*Y_l2,m2 is the sum over L = |l1 - l2|..l1 \
             + l2 of (-1)**M*sqrt((2*l1 + 1)*(2*l2 + 1)*(2*L + 1)/(4*pi))*3j(l1, l2, L; 0, 0, 0)*3j(l1, l2, L; m1, m2, \
             -M)*Y_L,M, M = m1 + m2; "
            + normalised
        | Addition ->
            "for all natural l and all directions r = (x, y, z), r' = (x', y', z'): the sum over m = -l..l of \
             (-1)**m*Y_l,m(r)*Y_l,-m(r') is (2*l + 1)/(4*pi)*"
            + $"{legendre}; {normalised}"
        | SumOverJ ->
            "for all natural l, s and any families A, B of order l under rotations of the positions and s under \
             rotations of the fields: the sum over J = |l - s|..l + s of sqrt(2*J + 1)*couple(join(A, J), join(B, J), \
             0) is sqrt((2*l + 1)*(2*s + 1))*couple(A, B; 0, 0)"
        | VectorSum ->
            "for all natural l, any vectors v_j, w_k at directions r_j, r_k and any numbers f_j, g_k: with A_lm,q the \
             sum over j of f_j*Y_lm(r_j)*v_jq and B_lm,q that over k of g_k*Y_lm(r_k)*w_kq, v_q = \
             sqrt(4*pi/3)*|v|*Y_1q(v), the sum over J = |l - 1|..l + 1 of (-1)**(l + 1)*sqrt(2*J + 1)*couple(join(A, \
             J), join(B, J), 0) is the sum over j, k of (2*l + 1)/(4*pi)*f_j*g_k*(v_j . w_k)*"
            + $"{legendre} of r_j and r_k; {normalised}"

/// Functions of directions: determined by their values on one axis, because rotations reach every direction from there.
[<RequireQualifiedAccess>]
module Directions =

    let private transitivity =
        "rotations: every direction is the image of the z axis under a rotation, and what the generators do to a \
         family (as on a standard one) determines what rotations do to it, since the rotation group is connected"

    let private argument =
        "written argument 'directions': families that are standard under rotations are determined by their values on the \
         z axis, and sums over J are resolved by the orthonormality of the coupling coefficients"

    let private conclude law premises assumptions =
        Rule.concludes "direction" (HarmonicLaw law) premises (argument :: assumptions)

    let private isLaw (law: DirectionLaw) (theorem: Theorem) =
        match theorem.Statement with
        | :? HarmonicLaw as s -> s.Law = law
        | _ -> false

    let private isHarmonic (t: Theorem) = t.Statement :? HarmonicLadder
    let private isLadder (t: Theorem) = t.Statement :? CouplingLadder

    let private isColumns = Determination.isStated OrthonormalColumns

    /// On the z axis N = 2zt, as is proved here, so of N^l only the coefficient of t^l is left: (2z)^l = C_l/l! r^l
    /// Y_l0.
    let axis (harmonics: Theorem) : Result<Theorem, string> =
        if not (isHarmonic harmonics) then
            Error "the premise must be the null-vector lemma"
        else
            let v = Polynomial.Variable
            let onAxis = [ Polynomial.Zero; Polynomial.Zero; v 2; v 3; v 4 ]

            PowerProducts.substitute NullVector.product onAxis [ [ Polynomial.Constant 2 * v 2 * v 3 ] ]
            |> Result.map (fun value -> conclude AxisValue [ harmonics; value ] [])

    /// A_M = Σ C(m1, m2; M) Y_l1m1 Y_l2m2 is a standard family of order L, by the coupling ladder and Leibniz' rule. On
    /// the z axis only m1 = m2 = 0 contributes, so A_M is 0 there for M ≠ 0, like Y_LM; A_M − κ Y_LM with κ = A_0/Y_L0
    /// on the axis is a standard family that is 0 on the axis, hence everywhere. κ = C(0, 0; 0)
    /// √((2l1+1)(2l2+1)/(4π(2L+1))). The product is Σ_L C(m1, m2; M) A_M by the orthonormality along L, where the
    /// cyclic symmetry brings L to the first column; the signs of the two C, with M and with 0, are (−1)^M together
    /// since l1 − l2 is an integer.
    let product (axis: Theorem) (ladder: Theorem) (columns: Theorem) (cyclic: Theorem) : Result<Theorem, string> =
        if
            isLaw AxisValue axis
            && isLadder ladder
            && isColumns columns
            && SymbolSymmetry.isStated SymbolSymmetry.isCyclic cyclic
        then
            Ok(conclude Product [ axis; ladder; columns; cyclic ] [ transitivity ])
        else
            Error
                "the premises must be the values on the axis, the coupling ladder, the orthonormality along j and the \
                 cyclic symmetry"

    /// G(r, r') = Σ_m (−1)^m Y_lm(r) Y_l−m(r') is, up to (−1)^l √(2l+1), the coupling to L = 0, by the value of the
    /// symbol; so the joint generators annihilate it (coupling ladder at J = 0), and rotations that turn r and r'
    /// together do not change it. Turned until r' is on the z axis it is Y_l0(r) Y_l0(0, 0, 1), r then being a
    /// direction with z = cos of the angle. There l!/C_l times the coefficient of t^l in N^l is Y_l0, which is 2^l
    /// l!/C_l P_l(z).
    let addition (axis: Theorem) (ladder: Theorem) (scalar: Theorem) : Result<Theorem, string> =
        if isLaw AxisValue axis && isLadder ladder && SymbolValues.isScalarCoupling scalar then
            Ok(conclude Addition [ axis; ladder; scalar ] [ transitivity ])
        else
            Error
                "the premises must be the values on the axis, the coupling ladder and the value of 3j(j, j, 0; m, -m, \
                 0)"

    /// √(2J+1) couple(A_J, B_J, 0) = Σ_M (−1)^(J−M) A_JM B_J−M by the value of the symbol, A_JM = Σ C(m, q; M) A_mq and
    /// B_J−M = Σ C(m', q'; −M) B_m'q'. By the reversal C(m', q'; −M) = (−1)^(l+s+J) C(−m', −q'; M). The signs together
    /// are (−1)^(l+s−M), free of J, and the sum over J of C(m, q; M) C(−m', −q'; M) is 1 for m' = −m, q' = −q and 0
    /// otherwise. What is left is Σ (−1)^(l−m) (−1)^(s−q) A_mq B_−m−q, which is the right-hand side by the value of the
    /// symbol again.
    let sumOverJ (scalar: Theorem) (columns: Theorem) (cyclic: Theorem) (reversal: Theorem) : Result<Theorem, string> =
        if
            SymbolValues.isScalarCoupling scalar
            && isColumns columns
            && SymbolSymmetry.isStated SymbolSymmetry.isCyclic cyclic
            && SymbolSymmetry.isStated SymbolSymmetry.isReversal reversal
        then
            Ok(conclude SumOverJ [ scalar; columns; cyclic; reversal ] [])
        else
            Error "the premises must be the value of 3j(j, j, 0; m, -m, 0), the orthonormality along j, the cyclic \
                   symmetry and the reversal of m"

    /// The sum over J, with s = 1, is Σ_jk f_j g_k (−1)^(l+1) G_l(r_j, r_k) Σ_q (−1)^q v_jq w_kq, G_l the sum of the
    /// addition theorem. The last factor is (4π/3) |v||w| G_1 = |v||w| P_1 of the angle, and P_1(z) = z since N
    /// contains 2zt.
    let vectorSum (sum: Theorem) (addition: Theorem) : Result<Theorem, string> =
        let n = fst NullVector.product.Factors.Head

        if not (isLaw SumOverJ sum && isLaw Addition addition) then
            Error "the premises must be the sum over J and the addition theorem"
        elif n.Coefficient(3, 1) <> Polynomial.Constant 2 * Polynomial.Variable 2 then
            Error "P_1(z) is not z"
        else
            Ok(conclude VectorSum [ sum; addition ] [])
