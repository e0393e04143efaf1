namespace Toolkit.Symbolic.Proofs.Kernel

open Toolkit.Symbolic.Algebra
open Toolkit.Symbolic.CouplingTrees

/// Unordered pairs of a family's channels, weighted, stand for all ordered ones.
[<Sealed>]
type UnorderedPairs internal (fields: Map<string, Field>, family: Family) =
    inherit Statement(box ("unordered pairs", fields, family))

    /// The fields that occur.
    member _.Fields = fields

    /// The family whose channels are coupled to 0.
    member _.Family = family

    override _.Text =
        let taken = List.ofSeq family.Orders @ List.ofSeq fields.Keys

        let names =
            (taken, [ "A"; "B"; "p"; "q"; "a"; "b" ])
            ||> List.fold (fun known wanted -> Name.fresh known wanted :: known)
            |> List.take 6
            |> List.rev

        match names with
        | [ one; other; p; q; a; b ] ->
            $"for all natural values of the names in it: with {one}_{a} the channels of {family} around one atom and {other}_{a} those \
              around another, {p}_{a}{b} = couple({one}_{a}, {one}_{b}, 0) and {q}_{a}{b} = couple({other}_{a}, {other}_{b}, 0), \
              {p}_{a}{b} is {p}_{b}{a}, and the sum over all {a}, {b} of {p}_{a}{b}*{q}_{a}{b} is the sum over {a} <= {b} of \
              sqrt(2)*{p}_{a}{b}*sqrt(2)*{q}_{a}{b}, without the roots where {a} = {b}, with \
              {Equivariant.Describe fields}{Equivariant.Explain family}"
        | _ -> invalidOp "six names"

/// Unordered triples of a family's channels, of all orders, weighted, stand for all ordered ones.
[<Sealed>]
type UnorderedTriples internal (fields: Map<string, Field>, family: Family, order: Order) =
    inherit Statement(box ("unordered triples", fields, family, order))

    /// The fields that occur.
    member _.Fields = fields

    /// The family whose channels are coupled to 0.
    member _.Family = family

    override _.Text =
        let taken = List.ofSeq family.Orders @ List.ofSeq fields.Keys

        let names =
            (taken, [ "A"; "B"; "t"; "u"; "a"; "b"; "c"; "L"; "k" ])
            ||> List.fold (fun known wanted -> Name.fresh known wanted :: known)
            |> List.take 9
            |> List.rev

        match names with
        | [ one; other; t; u; a; b; c; l; k ] ->
            let at x i = $"{x}_{i}"
            let A, L, T, U = at one, at l, $"{t}_{a}{b}{c}", $"{u}_{a}{b}{c}"

            $"with {A a} the channels of {family} around one atom, for finitely many natural values of the names in it, {other}_{a} those \
              around another, {L a} their order {order}, and {T} = couple({A a}, couple({A b}, {A c}, {L a}), 0), {U} the same of {other}, \
              {t}_{b}{a}{c} and {t}_{a}{c}{b} are (-1)**({L a} + {L b} + {L c})*{T}, and the sum over all {a}, {b}, {c} of {T}*{U} is the \
              sum over {a} <= {b} <= {c} of {k}*{T}*{U}, {k} = 6, 3 or 1 the number of different orders of {a}, {b}, {c}, with \
              {Equivariant.Describe fields}{Equivariant.Explain family}"
        | _ -> invalidOp "nine names"

/// Why features of unordered pairs carry the root of two, and those of unordered triples that of the number of their orders.
[<RequireQualifiedAccess>]
module UnorderedPairs =

    let private family (premise: Theorem) =
        match premise.Statement with
        | :? Equivariant as e when e.Hypotheses.IsEmpty ->
            match e.Action with
            | Jointly order -> Some(e, order)
            | Separately _ -> None
        | _ -> None

    /// From the exchange of the first two columns of the 3j symbol, for a family that is equivariant under joint rotations: its
    /// channels are of one order, so that C(l, m; l, −m; 0, 0) is (−1)^(2l) C(l, −m; l, m; 0, 0).
    let prove (exchange: Theorem) (premise: Theorem) : Result<Theorem, string> =
        match family premise with
        | Some(e, _) when WrittenArguments.isDefinition "EXCHANGE" exchange ->
            let statement = UnorderedPairs(e.Fields, e.Family)
            Ok(Rule.concludes "unordered-pairs" statement [ exchange; premise ] [ WrittenArguments.definition "PAIRS" ])
        | _ -> Error "the premises are not the exchange of two columns and a family under joint rotations"

    /// From the exchange, the cyclic symmetry and C(l, m; l, −m; 0, 0): t_abc is the sum over m, m', m'' of (−1)^(l_a − m) /
    /// √(2l_a+1) A_m C(l_b, m'; l_c, m''; l_a, −m) A_m' A_m'', which is (−1)^(l_a+l_b+l_c) times that of the 3j symbol with the
    /// columns b, c, a; with its columns permuted it changes by its sign alone.
    let triples (exchange: Theorem) (cyclic: Theorem) (scalar: Theorem) (premise: Theorem) : Result<Theorem, string> =
        let premises = [ exchange; cyclic; scalar ]

        match family premise with
        | Some(e, order) when List.forall2 WrittenArguments.isDefinition [ "EXCHANGE"; "CYCLIC"; "SCALAR" ] premises ->
            let statement = UnorderedTriples(e.Fields, e.Family, order)
            Ok(Rule.concludes "unordered-triples" statement (premises @ [ premise ]) [ WrittenArguments.definition "TRIPLES" ])
        | _ -> Error "the premises are not two symmetries, a value of the 3j symbol and a family under joint rotations"
