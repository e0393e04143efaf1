namespace Toolkit.Symbolic.Proofs.Kernel

open Toolkit.Symbolic.Algebra

/// A coupling scheme: angular momenta by name, coupled pairwise.
type Scheme =
    /// One angular momentum.
    | Single of string
    /// Two schemes, coupled to the named angular momentum.
    | Couple of Scheme * Scheme * string

    /// Every name in it, each node's before those of its parts.
    member this.Names: string list =
        match this with
        | Single x -> [ x ]
        | Couple(l, r, x) -> x :: l.Names @ r.Names

    /// What it is coupled to.
    member this.Top =
        match this with
        | Single x
        | Couple(_, _, x) -> x

    /// Names that a triangle rule joins, each node's before those of its parts.
    member this.Triads: string list list =
        match this with
        | Single _ -> []
        | Couple(l, r, x) -> [ l.Top; r.Top; x ] :: l.Triads @ r.Triads

/// One step from a scheme to another, at a node that is named by what it couples to.
type Move =
    /// (A B) e = (−1)^(a+b−e) (B A) e.
    | Exchange of node: string
    /// (A (B C) f) e → ((A B) x C) e with a new name x, summed over.
    | Leftwards of node: string * fresh: string
    /// ((A B) f C) e → (A (B C) x) e with a new name x, summed over.
    | Rightwards of node: string * fresh: string

/// A product of a sign, roots and 6j symbols, in names of angular momenta.
type RecouplingProduct =
    {
        /// The sign is (−1) to the sum of these, name and multiplicity.
        Phase: (string * int) list
        /// Names x of factors √(2x + 1).
        Roots: string list
        /// The 6j symbols, by their rows.
        Symbols: string list list
        /// Names that are summed over.
        Sums: string list
    }

/// Two products of 6j symbols, summed over intermediate angular momenta, are equal; or one is δ.
[<Sealed>]
type RecouplingIdentity
    internal
    (start: Scheme, final: Scheme, left: RecouplingProduct, right: RecouplingProduct, delta: (string * string) list) =
    inherit Statement(box (start, final, left, right, delta))

    /// The scheme whose triangle rules, with those of the final one, are the domain.
    member _.Start = start

    /// The scheme whose triangle rules, with those of the first one, are the domain.
    member _.Final = final

    /// The left-hand side.
    member _.Left = left

    /// The right-hand side, without the delta.
    member _.Right = right

    /// Pairs of names whose equality the right-hand side requires.
    member _.Delta = delta

    static member internal Print(p: RecouplingProduct) =
        let phase = p.Phase |> List.sortBy fst |> List.map (fun (x, n) -> if n = 1 then x elif n = -1 then "-" + x else $"{n}*{x}")
        let exponent = (String.concat " + " phase).Replace("+ -", "- ")

        // A label that others have been put to may have any number of roots.
        let roots (x, n) = List.replicate (n / 2) $"(2*{x} + 1)" @ List.replicate (n % 2) $"sqrt(2*{x} + 1)"
        let symbol (s: string list) = $"6j({s[0]}, {s[1]}, {s[2]}; {s[3]}, {s[4]}, {s[5]})"

        let sums = if p.Sums.IsEmpty then "" else $"""sum over all angular momenta {String.concat ", " p.Sums} of """
        let sign = if phase.IsEmpty then [] else [ $"(-1)**({exponent})" ]

        match sign @ (List.countBy id p.Roots |> List.collect roots) @ List.map symbol p.Symbols with
        | [] -> sums + "1"
        | parts -> sums + String.concat "*" parts

    static member internal Print(scheme: Scheme) : string =
        match scheme with
        | Single x -> x
        | Couple(l, r, x) -> $"({RecouplingIdentity.Print l} {RecouplingIdentity.Print r}){x}"

    /// What is said for all angular momenta with which schemes obey the triangle rules.
    static member internal Say(laws: string, schemes: Scheme list, remarks: string list) : string =
        let triads = schemes |> List.collect _.Triads |> List.distinct |> List.map (String.concat ", " >> sprintf "(%s)")

        { Laws = laws
          ForAll = Sentence.Kind("angular momenta", schemes |> List.collect _.Names |> List.distinct |> List.filter ((<>) "0"))
          Where = if triads.IsEmpty then [] else [ $"""{String.concat ", " triads} are triads""" ]
          Remarks = WrittenArguments.definition "OUTSIDE" :: remarks }
            .Text

    override _.Text =
        let equal = delta |> List.map (fun (x, y) -> $"delta({x}, {y})") |> String.concat "*"
        let right' = if delta.IsEmpty then RecouplingIdentity.Print right else equal
        RecouplingIdentity.Say($"{RecouplingIdentity.Print left} = {right'}", [ start; final ], [])

/// Certificate of `Recoupling.prove` and, with one path, of `Recoupling.connect`: where the paths begin, and the paths.
[<RequireQualifiedAccess>]
type RecouplingCertificate = { Start: Scheme; First: Move list; Second: Move list }

/// The states of one coupling scheme as combinations of those of another.
[<Sealed>]
type RecouplingCoefficient internal (start: Scheme, final: Scheme, value: RecouplingProduct) =
    inherit Statement(box (start, final, value))

    /// The scheme whose states are expressed.
    member _.Start = start

    /// The scheme in whose states.
    member _.Final = final

    /// The coefficient.
    member _.Value = value

    override _.Text =
        let overlap = $"<{RecouplingIdentity.Print start}|{RecouplingIdentity.Print final}>"
        let laws = $"{overlap} = {RecouplingIdentity.Print value}"
        RecouplingIdentity.Say(laws, [ start; final ], [ WrittenArguments.definition "OVERLAP" ])

/// Identities between 6j symbols by rewriting coupling schemes: two ways from one scheme to another have the same
/// coefficients, since the coupled states of a scheme are linearly independent.
[<RequireQualifiedAccess>]
module Recoupling =

    let private argument = WrittenArguments.definition "INDEPENDENCE"

    /// A scheme and its paths with more names or moves than this are refused.
    [<Literal>]
    let private Most = 200

    let private nothing = { Phase = []; Roots = []; Symbols = []; Sums = [] }

    let private node move =
        match move with
        | Exchange n
        | Leftwards(n, _)
        | Rightwards(n, _) -> n

    /// ⟨((A B) e C) J | (A (B C) f) J⟩ = (−1)^(a+b+c+J) √((2e+1)(2f+1)) {a b e; c J f}.
    let private coefficient a b c j e f fresh =
        { Phase = [ a, 1; b, 1; c, 1; j, 1 ]; Roots = [ e; f ]; Symbols = [ [ a; b; e; c; j; f ] ]; Sums = [ fresh ] }

    /// The scheme after a move at its top, with the coefficient.
    let private atTop move scheme =
        match move, scheme with
        | Exchange _, Couple(l, r, x) ->
            Some(Couple(r, l, x), { nothing with Phase = [ l.Top, 1; r.Top, 1; x, -1 ] })
        | Leftwards(_, fresh), Couple(a, Couple(b, c, f), j) ->
            Some(Couple(Couple(a, b, fresh), c, j), coefficient a.Top b.Top c.Top j fresh f fresh)
        | Rightwards(_, fresh), Couple(Couple(a, b, e), c, j) ->
            Some(Couple(a, Couple(b, c, fresh), j), coefficient a.Top b.Top c.Top j e fresh fresh)
        | _ -> None

    let rec private apply move scheme =
        match scheme with
        | Single _ -> None
        | Couple(_, _, x) when x = node move -> atTop move scheme
        | Couple(l, r, x) ->
            match apply move l with
            | Some(l', p) -> Some(Couple(l', r, x), p)
            | None -> apply move r |> Option.map (fun (r', p) -> Couple(l, r', x), p)

    /// Equal up to one renaming of the labels that the paths have introduced: list of (first, second) names.
    let rec private unify x y =
        match x, y with
        | Single a, Single b -> if a = b then Some [] else None
        | Couple(l, r, a), Couple(l', r', b) ->
            match unify l l', unify r r' with
            | Some u, Some v -> Some((if a = b then [] else [ a, b ]) @ u @ v)
            | _ -> None
        | _ -> None

    let private follow (start: Scheme) moves =
        let fresh = moves |> List.choose (function Leftwards(_, x) | Rightwards(_, x) -> Some x | Exchange _ -> None)

        let step state move =
            state
            |> Option.bind (fun (scheme, p) ->
                apply move scheme
                |> Option.map (fun (scheme', q) ->
                    scheme',
                    { Phase = p.Phase @ q.Phase
                      Roots = p.Roots @ q.Roots
                      Symbols = p.Symbols @ q.Symbols
                      Sums = p.Sums @ q.Sums }))

        if Name.areDistinct (start.Names @ fresh) then List.fold step (Some(start, nothing)) moves else None

    /// Collects the sign's exponent.
    let internal collect (p: RecouplingProduct) =
        { p with
            Phase =
                p.Phase
                |> List.groupBy fst
                |> List.map (fun (x, terms) -> x, List.sumBy snd terms)
                |> List.filter (fun (_, n) -> n <> 0) }

    /// A path's coefficient, in which the labels that it ends with are not summed over.
    let private within (final: string list) (p: RecouplingProduct) =
        collect { p with Sums = p.Sums |> List.filter (fun x -> not (List.contains x final)) }

    /// Follows two paths from a scheme, once the premise says what the coefficient of a move is, to a statement about their ends.
    let private conclude rule (recoupling: Theorem) (start: Scheme) (first: Move list) (second: Move list) statement =
        Rule.within (fun () ->
            need (start.Names.Length <= Most && first.Length <= Most && second.Length <= Most) $"more than {Most} names or moves"

            need
                (WrittenArguments.isStated "recoupling-induction" recoupling)
                "the premise must be that the 6j symbol in Racah's form is the recoupling coefficient"

            let end' moves = follow start moves |> Rule.found "a move does not apply, or a name is used twice"
            let found = statement (end' first) (end' second)
            let found: Statement = found |> Rule.found "the paths do not end in the same scheme, or there is none"
            let certificate: RecouplingCertificate = { Start = start; First = first; Second = second }
            Rule.certifies rule certificate found [ recoupling ] [ argument ])

    /// Proves that two paths from one scheme to another have the same coefficients, or, if the second path is empty and
    /// the first returns to the scheme with labels renamed, that its coefficient is δ of each.
    ///
    /// The final labels, common to both paths, are fixed and not summed over; intermediate ones are. The premise says
    /// that the states of both schemes of three angular momenta are orthonormal bases and that the 6j symbol takes one
    /// to the other; node by node it does so for those of any scheme.
    let prove (recoupling: Theorem) (start: Scheme) (first: Move list) (second: Move list) : Result<Theorem, string> =
        conclude "rewriting" recoupling start first second (fun (end1, left) (end2, right) ->
            match unify end1 end2 with
            // The second path must use the first one's names for what both end with.
            | Some [] when not second.IsEmpty ->
                Some(RecouplingIdentity(start, end1, within end2.Names left, within end2.Names right, []))
            | Some(_ :: _ as renamed) when second.IsEmpty ->
                Some(RecouplingIdentity(start, end1, within (List.map fst renamed) left, nothing, renamed))
            | _ -> None)

    /// The coefficient with which the states of a scheme are combinations of those at the end of a path: a product of
    /// 6j symbols, summed over the labels that do not remain.
    let connect (recoupling: Theorem) (start: Scheme) (moves: Move list) : Result<Theorem, string> =
        conclude "recoupling path" recoupling start moves [] (fun (final, p) _ ->
            if moves.IsEmpty then None else Some(RecouplingCoefficient(start, final, within final.Names p)))
