namespace Toolkit.Symbolic.Proofs.Kernel

open System.Numerics
open Toolkit.Symbolic.Algebra
open Toolkit.Symbolic.Hypergeometric

/// The 6j symbol in Racah's form is what takes one order of coupling three angular momenta to the other.
[<Sealed>]
type RacahRecoupling internal () =
    inherit Statement(box "recoupling")

    override _.Text =
        "for all angular momenta a, b, c, e, f, J with triads (a, b, e), (e, c, J), (b, c, f), (a, f, J) and every M = \
         -J..J: the states |((a b)e c)J M> and |(a (b c)f)J M>, coupled with C(j1, m1; j2, m2; j, m) = (-1)**(j1 - j2 \
         + m)*sqrt(2*j + 1)*\
         3j(j1, j2, j; m1, m2, -m), are two orthonormal bases of the same space, and their scalar product, the sum \
         over all magnetic numbers of C(a, m1; b, m2; e, m12)*C(e, m12; c, m3; J, M)*C(b, m2; c, m3; f, m23)*C(a, m1; \
         f, m23; J, M), is (-1)**(a + b + c + J)*sqrt((2*e + 1)*(2*f + 1))*6j(a, b, e; c, J, f) with the 6j symbol in \
         Racah's form"

/// The proof that Racah's sum over one index is the sum over magnetic numbers, by induction over c in steps of one
/// half.
[<RequireQualifiedAccess>]
module RacahRecouplings =

    /// ±√(Π Factors).
    type private Root = { Negative: bool; Factors: Linear list }

    let private isConstant (p: Polynomial) = p.TotalDegree = 0
    let private value (p: Polynomial) = p.ValueAt(List.replicate 10 BigInteger.Zero)

    let private find (shift: int list) (r: SymbolRelation) =
        r.Terms |> List.tryFind (fun t -> t.Shift = List.map (fun (k: int) -> BigInteger k) shift)

    let private holdsAtCentre (r: SymbolRelation) =
        match r.Terms |> List.tryFindIndex (fun t -> t.Shift |> List.forall _.IsZero) with
        | Some i -> r.Domains |> List.contains (Summand i)
        | None -> false

    /// N with N 3j(x, c, J; m, μ, −M) = Σ_σ (−1)^(s+σ) h_s(c, μ) h_t(J, M) 3j(x, c+s, J+t; m, μ−σ, −M+σ), σ = ±1/2,
    /// where h_s(c, μ) is √(c + 2σμ) for s = −1/2 and −2σ √(c + 1 − 2σμ) for s = 1/2: read from a relation between the
    /// three symbols, whose roots and signs must be these. s and t are given doubled; forms are in x, c, J (positions
    /// 0, 1, 2).
    let private step (s: int) (t: int) (theorem: Theorem) : Root option =
        let form i (sign: int) (k: int) m =
            Linear.add (Linear.variable 6 i) (Linear.scale (BigInteger sign) (Linear.variable 6 m))
            |> Linear.plus (BigInteger k)

        /// The factors under σ's root; m2 = μ and m3 = −M.
        let factors sigma =
            List.sort
                [ (if s < 0 then form 1 sigma 0 4 else form 1 -sigma 1 4)
                  (if t < 0 then form 2 -sigma 0 5 else form 2 sigma 1 5) ]

        let sign sigma =
            (if (s + sigma) % 4 = 0 then 1 else -1) * (if s > 0 then -sigma else 1) * (if t > 0 then -sigma else 1)

        match theorem.Statement with
        | :? SymbolRelation as r when r.Symbol = Symbol.ThreeJ && r.Terms.Length = 3 && holdsAtCentre r ->
            let side sigma = find [ 0; s; t; 0; -sigma; sigma ] r

            match find (List.replicate 6 0) r, side 1, side -1 with
            | Some centre, Some plus, Some minus when
                List.forall (fun (x: SymbolTerm) -> isConstant x.Coefficient) [ centre; plus; minus ]
                && List.sort plus.Radicand = factors 1
                && List.sort minus.Radicand = factors -1
                && centre.Radicand |> List.forall (fun f -> f.Coefficients[3..] |> List.forall _.IsZero)
                ->
                // N = −(centre's coefficient)/κ with κ = (coefficient of σ) × (sign of σ), the same for both.
                let kappa = value plus.Coefficient * BigInteger(sign 1)
                let middle = value centre.Coefficient

                if
                    kappa = value minus.Coefficient * BigInteger(sign -1)
                    && BigInteger.Abs middle = BigInteger.Abs kappa
                    && not kappa.IsZero
                then
                    Some { Negative = (middle.Sign = kappa.Sign); Factors = centre.Radicand }
                else
                    None
            | _ -> None
        | _ -> None

    /// A root in x, c, J as one in the quantum numbers at three positions of the 6j symbol.
    let private at (positions: int list) (root: Root) =
        let images = List.init 6 (fun i -> if i < 3 then Linear.variable 6 positions[i] else Linear.zero 6)
        { root with Factors = root.Factors |> List.map (Linear.substitute images) }

    /// (2f+1) N_−t(e; c, J) {a b e; c J f} = (−1)^(t−1/2) Σ_r N_−r(b; c, f) N_rt(a; f, J) {a b e; c−1/2 J+t f+r}, r =
    /// ±1/2. The quantum numbers a, b, e, c, J, f have the positions 0 … 5.
    let private isRecursion (n: int -> int -> Root) (t: int) (theorem: Theorem) =
        match theorem.Statement with
        | :? SymbolRelation as r when r.Symbol = Symbol.SixJ && r.Terms.Length = 3 && holdsAtCentre r ->
            let side step = find [ 0; 0; 0; -1; t; step ] r

            match find (List.replicate 6 0) r, side 1, side -1 with
            | Some centre, Some plus, Some minus ->
                let left = at [ 2; 3; 4 ] (n -1 t)
                let signed negative (p: Polynomial) = if negative then -p else p
                let degree = Polynomial.Constant 2 * Polynomial.Variable 5 + Polynomial.One

                /// The coefficient that the term must have, relative to the centre's over (2f+1), both without roots.
                let matches step (term: SymbolTerm) =
                    let first, second = at [ 1; 3; 5 ] (n -1 step), at [ 0; 5; 4 ] (n step t)
                    let negative = (first.Negative <> second.Negative) <> (t < 0)

                    List.sort term.Radicand = List.sort (first.Factors @ second.Factors)
                    && isConstant term.Coefficient
                    && signed left.Negative centre.Coefficient = degree * signed (not negative) term.Coefficient

                List.sort centre.Radicand = List.sort left.Factors && matches 1 plus && matches -1 minus
            | _ -> false
        | _ -> false

    /// {a b J; 0 J b} = (−1)^n / √((p+1)(q+1)) in n = a+b+J, p = 2b, q = 2J.
    let private isAtZero (theorem: Theorem) =
        match theorem.Statement with
        | :? SymbolValue as s when s.Symbol = Symbol.SixJ && s.Names.Length = 4 && s.Value.IsSome ->
            let form n p q = Linear.ofIntegers 0 [ 0; n; p; q ]
            let n, p, q = form 1 0 0, form 0 1 0, form 0 0 1
            let twiceA = Linear.subtract (Linear.subtract (Linear.scale (BigInteger 2) n) p) q
            let next = Linear.plus BigInteger.One

            s.TwiceQuanta = [ twiceA; p; q; form 0 0 0; q; p ]
            && Linear.isEvenDifference s.Value.Value.Sign n
            && s.SquareFactorials = Some(List.sort [ p; q ], List.sort [ next p; next q ])
        | _ -> false

    let private argument =
        "written argument 'recoupling induction': the pentagon with a spin 1/2 gives the recoupling coefficients of SU(2) \
         the recursion that Racah's sum satisfies"

    let private isOrthonormality (t: Theorem) =
        match t.Statement with
        | :? AllOf as all ->
            all.Parts |> List.exists (fun p -> p :? Orthogonality) && all.Parts |> List.exists (fun p -> p :? UnitNorm)
        | _ -> false

    /// Proves `RacahRecoupling`. The premises: the relations of three 3j symbols whose j2 and j3 differ by one half, in
    /// the order −−, −+, +−, ++; those of three 6j symbols with c−1/2 and J∓1/2; the values of 3j(1/2, p, p+1/2; ±1/2,
    /// …), 3j(j, j, 0; m, −m, 0) and {a b J; 0 J b}; the symmetries 'cyclic' and 'exchange'; the orthonormality along m
    /// and along j; and the coupling ladder.
    ///
    /// Orthonormal bases: by the orthonormality of C in both directions, node by node. Scalar products of states of two
    /// schemes with the same J and M do not depend on M, by the ladder. Write U(a, b, c, J; e, f) for the scalar
    /// product in question.
    ///
    /// 1. C(c+s, μ−σ; 1/2, σ; c, μ) is h_s(c, μ)/√(2c+1+2s), by the values at one half: for s = −1/2 with p = c+s and
    ///    the exchange of the first two columns, for s = 1/2 with p = c and the cyclic symmetry; the signs are those
    ///    of h.
    /// 2. V_st(x; c, J) = U(x, c+s, 1/2, J; J+t, c) times C(x, m; c, μ; J, M) is the sum over σ of
    ///    C(c+s, μ−σ; 1/2, σ; c, μ) C(x, m; c+s, μ−σ; J+t, M−σ) C(J+t, M−σ; 1/2, σ; J, M). With 1., and C written as 3j
    ///    symbols, the relation of `step` says V_st(x; c, J) = N_st(x; c, J)/√((2J+1)(2c+1+2s)).
    /// 3. With c composed of c' = c−1/2 and 1/2, two ways lead from (a (b (c' 1/2)c)f)J to (((a b)e c')g 1/2)J,
    ///    g = J+t: U followed by V_−t(e; c, J), and V_−r(b; c, f), V_rt(a; f, J), U(a, b, c', g; e, f+r), summed over
    ///    r. Hence, with the V of 2., U V_−t(e; c, J) = Σ_r V_−r(b; c, f) V_rt(a; f, J) U(a, b, c−1/2, J+t; e, f+r).
    /// 4. With (−1)^(a+b+c+J) √((2e+1)(2f+1)) {a b e; c J f} for U this is the relation that `isRecursion` requires. So
    ///    if the claim holds at c−1/2, it holds at c wherever N_−t(e; c, J) is not 0 for one of the t with
    ///    admissible g: checked is that N_−−² = (e+c+J+1)(c+J−e) and N_−+² = (e+c−J)(e−c+J+1). If e < c+J, take
    ///    t = −1/2; if e = c+J, then t = 1/2.
    /// 5. At c = 0, e = J and f = b: U = 1 since C(j, m; 0, 0; j, m) = 1, and the claim is the value of {a b J; 0 J b}.
    let prove
        (steps: Theorem list)
        (recursions: Theorem list)
        (halves: Theorem list)
        (scalar: Theorem)
        (atZero: Theorem)
        (symmetries: Theorem list)
        (orthonormality: Theorem)
        (columns: Theorem)
        (ladder: Theorem)
        : Result<Theorem, string> =
        let x, c, j = Linear.variable 6 0, Linear.variable 6 1, Linear.variable 6 2
        let (+.), (-.) = Linear.add, Linear.subtract
        let next = Linear.plus BigInteger.One
        let signs = [ -1, -1; -1, 1; 1, -1; 1, 1 ]

        let found =
            if steps.Length <> signs.Length then
                []
            else
                List.map2 (fun (s, t) theorem -> step s t theorem |> Option.map (fun root -> (s, t), root)) signs steps
                |> List.choose id

        if found.Length <> signs.Length then
            Error "four relations between 3j symbols are needed"
        else
            let n s t = (Map.ofList found)[(s, t)]
            let isSquare s t factors = List.sort (n s t).Factors = List.sort factors

            if
                not (
                    isSquare -1 -1 [ next (x +. c +. j); c +. j -. x ]
                    && isSquare -1 1 [ x +. c -. j; next (x -. c +. j) ]
                )
            then
                Error "the factors that must not vanish are others"
            else
                match recursions, halves, symmetries with
                | [ down; up ], [ plus; minus ], [ cyclic; exchange ] when
                    isRecursion n -1 down
                    && isRecursion n 1 up
                    && SymbolValues.isHalfSpin 1 plus
                    && SymbolValues.isHalfSpin -1 minus
                    && SymbolSymmetry.isStated SymbolSymmetry.isCyclic cyclic
                    && SymbolSymmetry.isStated SymbolSymmetry.isExchange exchange
                    && SymbolValues.isScalarCoupling scalar
                    && isAtZero atZero
                    && isOrthonormality orthonormality
                    && Determination.isStated OrthonormalColumns columns
                    && (ladder.Statement :? CouplingLadder)
                    ->
                    let premises =
                        steps
                        @ recursions
                        @ halves
                        @ [ scalar; atZero ]
                        @ symmetries
                        @ [ orthonormality; columns; ladder ]

                    Ok(Rule.concludes "recoupling-induction" (RacahRecoupling()) premises [ argument ])
                | _ -> Error "a premise is not the one needed"
