namespace Toolkit.Symbolic.Proofs.Kernel

open Toolkit.Symbolic.Algebra
open Toolkit.Symbolic.CouplingTrees

/// Unordered pairs or, with their order, triples of a family's channels, weighted, stand for all ordered ones.
[<Sealed>]
type UnorderedChannels internal (fields: Map<string, Field>, family: Family, triples: Order option) =
    inherit Statement(box (fields, family, triples))

    /// The fields that occur.
    member _.Fields = fields

    /// The family whose channels are coupled to 0.
    member _.Family = family

    /// None: pairs; of triples the family's order.
    member _.Triples = triples

    override _.Text =
        let fresh (wanted: string) =
            ([], wanted)
            ||> Seq.fold (fun names x -> names @ [ Name.fresh (List.ofSeq family.Orders @ List.ofSeq fields.Keys @ names) (string x) ])

        let said =
            match triples, fresh (if triples.IsNone then "ABpqab" else "ABtuabcLk") with
            | None, [ one; other; p; q; a; b ] ->
                $"for all natural values of the names in it: with {one}_{a} the channels of {family} around one atom and {other}_{a} those \
                  around another, {p}_{a}{b} = couple({one}_{a}, {one}_{b}, 0) and {q}_{a}{b} = couple({other}_{a}, {other}_{b}, 0), \
                  {p}_{a}{b} is {p}_{b}{a}, and the sum over all {a}, {b} of {p}_{a}{b}*{q}_{a}{b} is the sum over {a} <= {b} of \
                  sqrt(2)*{p}_{a}{b}*sqrt(2)*{q}_{a}{b}, without the roots where {a} = {b}"
            | Some order, [ one; other; t; u; a; b; c; l; k ] ->
                let at x i = $"{x}_{i}"
                let A, L, T, U = at one, at l, $"{t}_{a}{b}{c}", $"{u}_{a}{b}{c}"

                $"with {A a} the channels of {family} around one atom, for finitely many natural values of the names in it, {other}_{a} those \
                  around another, {L a} their order {order}, and {T} = couple({A a}, couple({A b}, {A c}, {L a}), 0), {U} the same of \
                  {other}, {t}_{b}{a}{c} and {t}_{a}{c}{b} are (-1)**({L a} + {L b} + {L c})*{T}, and the sum over all {a}, {b}, {c} of \
                  {T}*{U} is the sum over {a} <= {b} <= {c} of {k}*{T}*{U}, {k} = 6, 3 or 1 the number of different orders of {a}, {b}, {c}"
            | _ -> invalidOp "six names, or nine"

        $"{said}, with {Equivariant.Describe fields}{Equivariant.Explain family}"

/// Why features of unordered pairs carry the root of two, and those of unordered triples that of the number of their orders.
[<RequireQualifiedAccess>]
module UnorderedPairs =

    /// From statements about the 3j symbol, by their names, and a family under joint rotations.
    let private conclude rule (premises: Theorem list) (needed: string list) (premise: Theorem) argument (triples: Order -> Order option) =
        match premise.Statement with
        | :? Equivariant as e when e.Hypotheses.IsEmpty && List.forall2 WrittenArguments.isDefinition needed premises ->
            match e.Action with
            | Jointly order ->
                let statement = UnorderedChannels(e.Fields, e.Family, triples order)
                Ok(Rule.concludes rule statement (premises @ [ premise ]) [ WrittenArguments.definition argument ])
            | Separately _ -> Error "the family is not one under joint rotations"
        | _ -> Error "the premises are not what is needed of the 3j symbol and a family"

    /// From the exchange of the first two columns of the 3j symbol, for a family that is equivariant under joint rotations: its
    /// channels are of one order, so that C(l, m; l, −m; 0, 0) is (−1)^(2l) C(l, −m; l, m; 0, 0).
    let prove (exchange: Theorem) (premise: Theorem) : Result<Theorem, string> =
        conclude "unordered-pairs" [ exchange ] [ "EXCHANGE" ] premise "PAIRS" (fun _ -> None)

    /// From the exchange, the cyclic symmetry and C(l, m; l, −m; 0, 0): t_abc is the sum over m, m', m'' of (−1)^(l_a − m) /
    /// √(2l_a+1) A_m C(l_b, m'; l_c, m''; l_a, −m) A_m' A_m'', which is (−1)^(l_a+l_b+l_c) times that of the 3j symbol with the
    /// columns b, c, a; with its columns permuted it changes by its sign alone.
    let triples (exchange: Theorem) (cyclic: Theorem) (scalar: Theorem) (premise: Theorem) : Result<Theorem, string> =
        conclude "unordered-triples" [ exchange; cyclic; scalar ] [ "EXCHANGE"; "CYCLIC"; "SCALAR" ] premise "TRIPLES" Some
