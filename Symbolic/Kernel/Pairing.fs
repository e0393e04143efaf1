namespace Toolkit.Symbolic.Proofs.Kernel

open System.Numerics
open Toolkit.Symbolic.Algebra
open Toolkit.Symbolic.Hypergeometric

/// Certificate of the rules for sums of products: the rule's integer arguments, in its order.
[<RequireQualifiedAccess>]
type PairingCertificate = { Numbers: BigInteger list }

/// Sums of products of two symbols along a line of magnetic numbers: a relation is multiplied by a symbol and summed,
/// and the sums are compared after a displacement of the summation variable.
[<RequireQualifiedAccess>]
module Pairing =

    let private conclude rule numbers statement premises =
        Rule.certifies rule { PairingCertificate.Numbers = numbers } statement premises []

    /// A coefficient at q + displacement, in the symbol's parameters: comparable however it is written.
    let private coefficientAt (symbol: Symbol) (displacement: BigInteger list) (term: SymbolTerm) =
        match Definition.shift symbol displacement, term.Radicand |> List.map (Definition.formInParameters symbol) with
        | Some d, forms when List.forall Option.isSome forms ->
            let degree = max 0 term.Coefficient.TotalDegree
            let start = Definition.polynomialInParameters symbol degree term.Coefficient

            let moved =
                (start, List.indexed d) ||> List.fold (fun k (i, step) -> k.Shift(i + 1, step))

            let displaced (f: Linear) = Linear.plus (Linear.change (BigInteger.Zero :: d) f) f
            Some(degree, moved, forms |> List.map (Option.get >> displaced) |> List.sort)
        | _ -> None

    let private negate (v: BigInteger list) = List.map BigInteger.Negate v

    /// The symbol and the terms with three shifts of a relation between no others, without letters, that holds wherever f(q) is defined.
    let private threeTerms (theorem: Theorem) (shifts: BigInteger list list) =
        match Equations.neighbours theorem with
        | Some(Function.Symbol symbol, ([ _; _; _ ] as terms), where) when symbol.Term.Powers.IsEmpty ->
            let find shift = terms |> List.tryFind (fun t -> t.Shift = shift) |> Rule.found "a premise relates symbols at other points"
            let here = Defined(Equations.own 0 (Function.Symbol symbol))
            let holds = match where with OneOf domains -> List.contains here domains | _ -> false
            need holds "a premise is not known to hold wherever its first symbol is defined"
            symbol, List.map find shifts
        | _ -> raise (Refused "the premises must be relations between three symbols")

    /// The coefficients are the same after a displacement.
    let private same (symbol: Symbol) displacement x y =
        let moved = coefficientAt symbol displacement x
        moved.IsSome && moved = coefficientAt symbol (displacement |> List.map (fun _ -> BigInteger.Zero)) y

    /// f(q + start/2 + t v/2) in the names t, q and perhaps another one.
    let private along (symbol: Symbol) (others: int) (start: BigInteger list) (v: BigInteger list) : Value =
        let arity = 1 + symbol.Quanta.Length + others
        let step k x = Linear.scale k (Linear.variable arity x)
        let twice i k d = Linear.plus k (Linear.add (step (BigInteger 2) (i + 1)) (step d 0))
        { Function = Function.Symbol symbol; Twice = List.mapi2 twice start v }

    let private equation (symbol: Symbol) others where left right =
        Equation([ "t" ], symbol.Quanta @ others, QuantumNumbers symbol, where, OneOf [], [ left ], right)

    let private zeros (symbol: Symbol) = symbol.Quanta |> List.map (fun _ -> BigInteger.Zero)

    /// Σ_t f(q + t v)² = Σ_t f(q + w + t v)² where f(q) is defined and the factor is not 0.
    let private normsAlike (symbol: Symbol) (w: BigInteger list) (v: BigInteger list) (factor: Linear list) =
        let square start = let f = along symbol 0 start v in Product.Of(1 + w.Length, [ f; f ])
        let here = Defined(Equations.own 1 (Function.Symbol symbol))
        let lifted = factor |> List.sort |> List.map (fun x -> { x with Coefficients = BigInteger.Zero :: x.Coefficients })
        equation symbol [] (All [ here; NotZero lifted ]) (square (zeros symbol)) [ square w ]

    let private changesAlong (symbol: Symbol) (direction: BigInteger list) (form: Linear) =
        Definition.shift symbol direction |> Option.map (fun d -> Linear.change (BigInteger.Zero :: d) form)

    /// The line q + t v leaves the symbol's domain on both sides.
    let private isBounded (symbol: Symbol) (direction: BigInteger list) =
        let changes = symbol.Physical |> List.choose (changesAlong symbol direction)
        List.exists (fun (c: BigInteger) -> c.Sign > 0) changes && List.exists (fun (c: BigInteger) -> c.Sign < 0) changes

    /// Proves that symbols along q + t v with different values of one quantum number u are orthogonal, from a
    /// three-term relation K f(q) + α(q) f(q + v) + β(q) f(q − v) = 0.
    ///
    /// Checked: β(q) = α(q − v); α does not contain u; K = c (u² + u) + terms without u, c ≠ 0, so that K takes
    /// different values at different u ≥ 0; v does not change u, and every form that bounds the domain either does not
    /// contain u or does not change along v, so that both families are defined at the same t. Then with W(q) = α(q)
    /// (f(q+v) f'(q) − f'(q+v) f(q)), (K − K') f f' + W(q) − W(q − v) = 0 wherever f and f' are defined, and the sum
    /// over t telescopes; at both ends W is 0, since its symbols outside the domain are.
    let orthogonal (relation: Theorem) (variable: int) (direction: BigInteger list) : Result<Theorem, string> =
        Rule.within (fun () ->
            let none = direction |> List.map (fun _ -> BigInteger.Zero)
            let symbol, terms = threeTerms relation [ none; direction; negate direction ]
            let middle, up, down = terms[0], terms[1], terms[2]
            let momenta = if symbol = Symbol.ThreeJ then 3 else symbol.Quanta.Length
            need (variable >= 0 && variable < momenta) "the number in which the families differ must be an angular momentum"
            need direction[variable].IsZero "the direction must leave the quantum number alone"
            let u = Polynomial.Variable variable
            let c = middle.Coefficient.Coefficient(variable, 2)
            let rest = middle.Coefficient - c * (u * u + u)
            let isEigenvalue = middle.Radicand.IsEmpty && c.TotalDegree = 0 && rest.Degree variable <= 0
            need isEigenvalue "the middle coefficient is not of the form c (u² + u) + terms without u"
            let isFree = up.Coefficient.Degree variable <= 0 && up.Radicand |> List.forall (fun f -> f.Coefficients[variable].IsZero)
            need isFree "a side coefficient contains the quantum number"
            need (same symbol (negate direction) up down) "the relation is not symmetric"

            /// In parameters: does the form change when u does, the other quantum numbers fixed?
            let containsVariable (f: Linear) = not (Linear.substitute symbol.InQuanta f).Coefficients[variable].IsZero
            let changes (f: Linear) = changesAlong symbol direction f |> Option.forall (fun c -> not c.IsZero)

            need
                (symbol.Physical |> List.forall (fun f -> not (containsVariable f && changes f)))
                "the two families need not be defined at the same points"

            need (isBounded symbol direction) "the sum is not finite"
            let f = along symbol 1 none direction
            let own, other = Linear.variable 8 (variable + 1), Linear.variable 8 7
            let f' = { f with Twice = f.Twice |> List.mapi (fun i x -> if i = variable then Linear.scale (BigInteger 2) other else x) }
            let where = All [ NotZero [ Linear.subtract own other ]; SomewhereDefined f; SomewhereDefined f' ]
            let statement = equation symbol [ symbol.Quanta[variable] + "'" ] where (Product.Of(8, [ f; f' ])) []
            conclude "orthogonality" (BigInteger variable :: direction) statement [ relation ])

    /// Proves that Σ_t f(q + t v)² does not change from q to q + w, from two relations with the terms
    /// A f(q) + B f(q + w) + C f(q + w') = 0 and A' f(q) + B' f(q − w) + C' f(q − w') = 0, v = w − w'.
    ///
    /// Checked: A'(q + w) = A(q), B'(q + w) = B(q), C'(q + w') = C(q), and A does not change along v. The first
    /// relation times f(q), summed over t, and the second times f(q) at q + w, summed over t, contain the same two sums
    /// of products after a displacement of t; what remains is A (Σ f(q + t v)² − Σ f(q + w + t v)²) = 0.
    let equalNorms (raising: Theorem) (lowering: Theorem) (w: BigInteger list) (w': BigInteger list) : Result<Theorem, string> =
        Rule.within (fun () ->
            need (w.Length = w'.Length) "the steps have different lengths"
            let none, v = w |> List.map (fun _ -> BigInteger.Zero), List.map2 (fun (x: BigInteger) y -> x - y) w w'
            let symbol, r = threeTerms raising [ none; w; w' ]
            let symbol', l = threeTerms lowering (List.map negate [ none; w; w' ])
            need (symbol = symbol') "the relations are about different symbols"
            let isAdjoint = List.forall2 (fun move (x, y) -> same symbol move x y) [ w; w; w' ] (List.zip l r)
            need isAdjoint "the second relation is not the adjoint of the first"
            let a = r.Head
            need (same symbol v a a) "the first coefficient changes along the sum"
            need (a.Coefficient.TotalDegree = 0) "the first coefficient must be the root of a product of forms"
            need (isBounded symbol v) "the sum is not finite"
            conclude "adjoint ladders" (w @ w') (normsAlike symbol w v a.Radicand) [ raising; lowering ])

    /// Proves (2u + 1) Σ_t symbol(q + t v)² = 1 for the 3j symbol, u = j1, from the independence of m1 and from the
    /// value at m1 = j1, where the sum over s has one term.
    ///
    /// At b = j1 − m1 = 0, with c = s and e = n − s, the square is N / (a! c! d! e!)², in which the factorials that
    /// contain s are those of the premise's term, and the others times the premise's closed form leave x!/(x+1)!, x =
    /// 2j1. There the domain is a, d, s, n − s ≥ 0. By induction from m1 = j1 downwards the norm is the same for all
    /// m1, since the factor (j1 + m1)(j1 − m1 + 1) of the premise does not vanish for −j1 < m1 ≤ j1, and for each such
    /// m1 some symbol is defined: m2 from max(−j2, −j3−m1) to min(j2, j3−m1), which is not empty because |m1| ≤ j1 ≤ j2
    /// + j3.
    let unitNorm (norms: Theorem) (stretched: Theorem) : Result<Theorem, string> =
        Rule.within (fun () ->
            let term, value = ClosedForms.tryRead stretched |> Rule.found "the premises must be an equality of norms and a closed form"
            need (not term.Alternating && term.Variables.Length = 4) "the second premise must be a sum over s with parameters a, d, n"
            let symbol = Symbol.ThreeJ
            let form s a d n = Linear.ofIntegers 0 [ s; a; d; n ]
            let images = [ form 0 0 0 0; form 0 1 0 0; form 0 0 0 0; form 1 0 0 0; form 0 0 1 0; form -1 0 0 1 ]
            let at = List.map (Linear.substitute images)
            let isNotZero (f: Linear) = f <> form 0 0 0 0
            // The symbol's term is at s = 0 of its own index: images[0] = 0. The square over the term, times the closed form; 0! = 1.
            let bounds = at symbol.Term.Denominator
            let above = at symbol.NormNumerator @ term.Denominator @ value.Up
            let below = at symbol.NormDenominator @ bounds @ bounds @ term.Numerator @ value.Down
            let twiceJ = Linear.substitute images symbol.TwiceQuanta[0]
            let basis = [ form 1 0 0 0; form -1 0 0 1; form 0 1 0 0; form 0 0 1 0 ]
            let domain = at symbol.Physical |> List.filter isNotZero
            let sums = basis @ List.map (fun (x, y) -> Linear.add x y) (List.allPairs basis basis)
            let j1, m1 = Linear.variable 6 0, Linear.variable 6 3
            let factor = [ Linear.add j1 m1; Linear.plus BigInteger.One (Linear.subtract j1 m1) ]
            let integers = List.map (fun (k: int) -> BigInteger k)
            let direction = integers [ 0; 0; 0; 0; 2; -2 ]

            need
                (norms.Statement = normsAlike symbol (integers [ 0; 0; 0; -2; 2; 0 ]) direction factor)
                "the first premise must be about sums over m2, steps of m1 and the factor (j1 + m1)(j1 − m1 + 1)"

            let step = images.Tail |> List.map (fun f -> f.Coefficients[0])
            need (Definition.shift symbol direction = Some step) "a step of m2 is not a step of s"
            let cancel = term.Numerator |> List.exists (fun f -> List.contains f term.Denominator)
            need (not cancel) "factorials of the second premise's term cancel"

            let expected = List.sort [ twiceJ, 1; Linear.plus BigInteger.One twiceJ, -1 ]
            let square = Term.balance (List.filter isNotZero above) (List.filter isNotZero below)
            need (square = expected) "the square at m1 = j1 is not the second premise's term, or its sum not 1/(2 j1 + 1)"

            let contains forms f = List.contains f forms
            let isDomain = List.forall (contains domain) basis && List.forall (contains sums) domain
            need isDomain "the domain at m1 = j1 is not a, d, s, n − s ≥ 0"
            let f, twiceJ1 = along symbol 0 (zeros symbol) direction, BigInteger 2 * Polynomial.Variable 1
            let left = { Product.Of(7, [ f; f ]) with Coefficient = twiceJ1 + Polynomial.One }
            let statement = equation symbol [] (Defined(Equations.own 1 (Function.Symbol symbol))) left [ Product.Of(7, []) ]
            conclude "norm" [] statement [ norms; stretched ])
