namespace Toolkit.Symbolic.Proofs.Kernel

open System
open System.Numerics
open Toolkit.Symbolic.Algebra
open Toolkit.Symbolic.Hypergeometric

/// Σ_t symbol(q + t v) symbol(q' + t v) = 0, where q and q' differ in one quantum number only.
[<Sealed>]
type Orthogonality internal (symbol: Symbol, variable: int, direction: BigInteger list) =
    inherit Statement(box (symbol, variable, direction))

    /// Which symbol.
    member _.Symbol = symbol

    /// Position of the quantum number in which the two differ.
    member _.Variable = variable

    /// v, doubled.
    member _.Direction = direction

    override _.Text =
        let moved (names: string list) =
            let print name (k: BigInteger) =
                if k.IsZero then name
                elif k = BigInteger 2 then $"{name} + t"
                elif k = BigInteger -2 then $"{name} - t"
                else $"{name} + ({k}/2)*t"

            symbol.Call(List.map2 print names direction)

        let primed = symbol.Quanta |> List.mapi (fun i name -> if i = variable then name + "'" else name)
        let u = symbol.Quanta[variable]

        $"the sum over all integers t of {moved symbol.Quanta}*{moved primed} is 0 if {u} <> {u}' and both families \
          contain a defined symbol; a symbol outside its domain counts as 0"

/// Σ_t symbol(q + t v)² = Σ_t symbol(q + w + t v)².
[<Sealed>]
type EqualNorms internal (symbol: Symbol, step: BigInteger list, direction: BigInteger list, factor: Linear list) =
    inherit Statement(box (symbol, step, direction, factor))

    /// Which symbol.
    member _.Symbol = symbol

    /// w, doubled.
    member _.Step = step

    /// v, doubled.
    member _.Direction = direction

    /// Forms in the quantum numbers whose product must not be 0.
    member _.Factor = factor

    override _.Text =
        let vector (v: BigInteger list) =
            String.Join(", ", v |> List.map (fun k -> if k.IsEven then string (k / BigInteger 2) else $"{k}/2"))

        let quanta = String.Join(", ", symbol.Quanta)
        let product = factor |> List.map (fun f -> $"({Linear.print symbol.Quanta f})") |> String.concat "*"

        $"the sum over all integers t of {symbol.Name}(q + t*({vector direction}))**2 is that of \
          {symbol.Name}(q + ({vector step}) + t*({vector direction}))**2 for all quantum numbers q = \
          ({quanta}) at which {symbol.Name}(q) is defined and {product} is not 0; a symbol outside its \
          domain counts as 0"

/// Σ_t symbol(q + t v)² = 1/(2u + 1).
[<Sealed>]
type UnitNorm internal (symbol: Symbol, variable: int, direction: BigInteger list) =
    inherit Statement(box (symbol, variable, direction))

    /// Which symbol.
    member _.Symbol = symbol

    /// Position of the quantum number u.
    member _.Variable = variable

    /// v, doubled.
    member _.Direction = direction

    override _.Text =
        let quanta = String.Join(", ", symbol.Quanta)
        let vector = String.Join(", ", direction |> List.map (fun k -> string (k / BigInteger 2)))
        let u = symbol.Quanta[variable]

        $"the sum over all integers t of {symbol.Name}(q + t*({vector}))**2 is 1/(2*{u} + 1) for all quantum numbers q \
          = ({quanta}) of a defined symbol; a symbol outside its domain counts as 0"

/// Certificate of the rules for sums of products.
[<Sealed>]
type PairingCertificate internal (rule: string, numbers: BigInteger list) =
    inherit Certificate()

    /// The rule's integer arguments, in its order.
    member _.Numbers = numbers

    override _.Rule = rule
    override _.Size = 1

/// Sums of products of two symbols along a line of magnetic numbers: a relation is multiplied by a symbol and summed,
/// and the sums are compared after a displacement of the summation variable.
[<RequireQualifiedAccess>]
module Pairing =

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

    let private find (shift: BigInteger list) (relation: SymbolRelation) =
        relation.Terms |> List.tryFind (fun t -> t.Shift = shift)

    let private holdsAt (shift: BigInteger list) (relation: SymbolRelation) =
        relation.Domains |> List.contains (Summand(relation.Terms |> List.findIndex (fun t -> t.Shift = shift)))

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
        let isAngularMomentum (symbol: Symbol) =
            symbol.Term.Powers.IsEmpty && variable >= 0 && variable < (if symbol = Symbol.ThreeJ then 3 else symbol.Quanta.Length)

        match relation.Statement with
        | :? SymbolRelation as r when not (isAngularMomentum r.Symbol) ->
            Error "the number in which the families differ must be an angular momentum"
        | :? SymbolRelation as r when r.Terms.Length = 3 && direction.Length = r.Symbol.Quanta.Length ->
            let symbol = r.Symbol
            let none = symbol.Quanta |> List.map (fun _ -> BigInteger.Zero)

            match find none r, find direction r, find (negate direction) r with
            | Some middle, Some up, Some down ->
                let u = Polynomial.Variable variable
                let c = middle.Coefficient.Coefficient(variable, 2)
                let rest = middle.Coefficient - c * (u * u + u)

                /// In parameters: does the form change when u does, the other quantum numbers fixed?
                let containsVariable (f: Linear) =
                    not (Linear.substitute symbol.InQuanta f).Coefficients[variable].IsZero

                let changes (f: Linear) =
                    changesAlong symbol direction f |> Option.forall (fun c -> not c.IsZero)

                if not direction[variable].IsZero then
                    Error "the direction must leave the quantum number alone"
                elif not middle.Radicand.IsEmpty || c.TotalDegree <> 0 || rest.Degree variable > 0 then
                    Error "the middle coefficient is not of the form c (u² + u) + terms without u"
                elif
                    up.Coefficient.Degree variable > 0
                    || up.Radicand |> List.exists (fun f -> not f.Coefficients[variable].IsZero)
                then
                    Error "a side coefficient contains the quantum number"
                elif
                    (coefficientAt symbol none down).IsNone
                    || coefficientAt symbol none down <> coefficientAt symbol (negate direction) up
                then
                    Error "the relation is not symmetric"
                elif not (holdsAt none r) then
                    Error "the relation is not known to hold wherever the middle symbol is defined"
                elif symbol.Physical |> List.exists (fun f -> containsVariable f && changes f) then
                    Error "the two families need not be defined at the same points"
                elif not (isBounded symbol direction) then
                    Error "the sum is not finite"
                else
                    let certificate = PairingCertificate("orthogonality", BigInteger variable :: direction)
                    Ok(Rule.certifies certificate (Orthogonality(symbol, variable, direction)) [ relation ] [])
            | _ -> Error "the relation must be between the symbols at q, q + v and q − v"
        | _ -> Error "the premise must be a relation between three symbols"

    /// Proves that Σ_t f(q + t v)² does not change from q to q + w, from two relations with the terms
    /// A f(q) + B f(q + w) + C f(q + w') = 0 and A' f(q) + B' f(q − w) + C' f(q − w') = 0, v = w − w'.
    ///
    /// Checked: A'(q + w) = A(q), B'(q + w) = B(q), C'(q + w') = C(q), and A does not change along v. The first
    /// relation times f(q), summed over t, and the second times f(q) at q + w, summed over t, contain the same two sums
    /// of products after a displacement of t; what remains is A (Σ f(q + t v)² − Σ f(q + w + t v)²) = 0.
    let equalNorms (raising: Theorem) (lowering: Theorem) (w: BigInteger list) (w': BigInteger list) : Result<Theorem, string> =
        match raising.Statement, lowering.Statement with
        | (:? SymbolRelation as r), (:? SymbolRelation as l) when
            r.Symbol = l.Symbol && r.Symbol.Term.Powers.IsEmpty && r.Terms.Length = 3 && l.Terms.Length = 3
            && w.Length = r.Symbol.Quanta.Length && w'.Length = w.Length
            ->
            let symbol = r.Symbol
            let none = w |> List.map (fun _ -> BigInteger.Zero)
            let v = List.map2 (fun (x: BigInteger) y -> x - y) w w'

            match find none r, find w r, find w' r, find none l, find (negate w) l, find (negate w') l with
            | Some a, Some b, Some c, Some a', Some b', Some c' ->
                let same displacement x y =
                    let moved = coefficientAt symbol displacement x
                    moved.IsSome && moved = coefficientAt symbol none y

                if not (same w a' a && same w b' b && same w' c' c) then
                    Error "the second relation is not the adjoint of the first"
                elif not (same v a a) then
                    Error "the first coefficient changes along the sum"
                elif a.Coefficient.TotalDegree <> 0 then
                    Error "the first coefficient must be the root of a product of forms"
                elif not (holdsAt none r && holdsAt none l) then
                    Error "the relations are not known to hold wherever their first symbol is defined"
                elif not (isBounded symbol v) then
                    Error "the sum is not finite"
                else
                    let certificate = PairingCertificate("adjoint ladders", w @ w')
                    Ok(Rule.certifies certificate (EqualNorms(symbol, w, v, a.Radicand)) [ raising; lowering ] [])
            | _ -> Error "the relations must be between f(q), f(q + w), f(q + w') and between f(q), f(q − w), f(q − w')"
        | _ -> Error "the premises must be relations between three symbols"

    /// Proves Σ_t symbol(q + t v)² = 1/(2u + 1) for the 3j symbol, u = j1, from the independence of m1 and from the
    /// value at m1 = j1, where the sum over s has one term.
    ///
    /// At b = j1 − m1 = 0, with c = s and e = n − s, the square is N / (a! c! d! e!)², in which the factorials that
    /// contain s are those of the premise's term, and the others times the premise's closed form leave x!/(x+1)!, x =
    /// 2j1. There the domain is a, d, s, n − s ≥ 0. By induction from m1 = j1 downwards the norm is the same for all
    /// m1, since the factor (j1 + m1)(j1 − m1 + 1) of the premise does not vanish for −j1 < m1 ≤ j1, and for each such
    /// m1 some symbol is defined: m2 from max(−j2, −j3−m1) to min(j2, j3−m1), which is not empty because |m1| ≤ j1 ≤ j2
    /// + j3.
    let unitNorm (norms: Theorem) (stretched: Theorem) : Result<Theorem, string> =
        match norms.Statement, stretched.Statement with
        | (:? EqualNorms as equal), (:? ClosedForm as closed) ->
            let symbol = Symbol.ThreeJ
            // The premise's variables: s, a, d, n.
            let form s a d n = Linear.ofIntegers 0 [ s; a; d; n ]
            let images = [ form 0 0 0 0; form 0 1 0 0; form 0 0 0 0; form 1 0 0 0; form 0 0 1 0; form -1 0 0 1 ]
            let at = List.map (Linear.substitute images)
            let squares forms = at forms @ at forms
            let isZero (f: Linear) = f = form 0 0 0 0
            // The term at s = 0 of its own index: images[0] = 0.
            let numerator = at symbol.NormNumerator |> List.filter (isZero >> not)
            let denominator = at symbol.NormDenominator @ squares symbol.Term.Denominator |> List.filter (isZero >> not)

            let cancel (xs: Linear list) (ys: Linear list) =
                ys
                |> List.fold
                    (fun (xs, left) y ->
                        match List.tryFindIndex ((=) y) xs with
                        | Some i -> List.removeAt i xs, left
                        | None -> xs, y :: left)
                    (xs, [])

            let up, down = cancel numerator denominator
            let hasIndex (f: Linear) = not f.Coefficients[0].IsZero
            let upIndex, upFree = List.partition hasIndex up
            let downIndex, downFree = List.partition hasIndex down
            let leftUp, leftDown = cancel (upFree @ closed.Closed.Numerator) (downFree @ closed.Closed.Denominator)
            let twiceJ = Linear.substitute images symbol.TwiceQuanta[0]
            let basis = [ form 1 0 0 0; form -1 0 0 1; form 0 1 0 0; form 0 0 1 0 ]
            let domain = at symbol.Physical |> List.filter (isZero >> not)
            let sums = basis @ List.map (fun (x, y) -> Linear.add x y) (List.allPairs basis basis)
            let j1, m1 = Linear.variable 6 0, Linear.variable 6 3
            let factor = [ Linear.add j1 m1; Linear.plus BigInteger.One (Linear.subtract j1 m1) ]
            let integers = List.map (fun (k: int) -> BigInteger k)

            if
                equal.Symbol <> symbol
                || equal.Direction <> integers [ 0; 0; 0; 0; 2; -2 ]
                || equal.Step <> integers [ 0; 0; 0; -2; 2; 0 ]
            then
                Error "the first premise must be about sums over m2 and steps of m1"
            elif List.sort equal.Factor <> List.sort factor then
                Error "the first premise's factor must be (j1 + m1)(j1 − m1 + 1)"
            elif
                Definition.shift symbol equal.Direction
                <> Some(images.Tail |> List.map (fun f -> f.Coefficients[0]))
            then
                Error "a step of m2 is not a step of s"
            elif closed.Term.Alternating || closed.Term.Variables.Length <> 4 then
                Error "the second premise must be a sum over s with parameters a, d, n"
            elif
                List.sort upIndex <> List.sort closed.Term.Numerator
                || List.sort downIndex <> List.sort closed.Term.Denominator
            then
                Error "the second premise's term is not the square at m1 = j1"
            elif leftUp <> [ twiceJ ] || leftDown <> [ Linear.plus BigInteger.One twiceJ ] then
                Error "the sum at m1 = j1 is not 1/(2 j1 + 1)"
            elif
                not (List.forall (fun f -> List.contains f domain) basis)
                || not (List.forall (fun f -> List.contains f sums) domain)
            then
                Error "the domain at m1 = j1 is not a, d, s, n − s ≥ 0"
            else
                let statement = UnitNorm(symbol, 0, equal.Direction)
                Ok(Rule.certifies (PairingCertificate("norm", [])) statement [ norms; stretched ] [])
        | _ -> Error "the premises must be an equality of norms and a closed form"
