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

/// Why features of unordered pairs carry the root of two.
[<RequireQualifiedAccess>]
module UnorderedPairs =

    let private argument = WrittenArguments.definition "PAIRS"

    /// From the exchange of the first two columns of the 3j symbol, for a family that is equivariant under joint rotations: its
    /// channels are of one order, so that C(l, m; l, −m; 0, 0) is (−1)^(2l) C(l, −m; l, m; 0, 0).
    let prove (exchange: Theorem) (premise: Theorem) : Result<Theorem, string> =
        match premise.Statement with
        | :? Equivariant as e when
            e.Hypotheses.IsEmpty && e.Action.IsJointly && WrittenArguments.isDefinition "EXCHANGE" exchange
            ->
            Ok(Rule.concludes "unordered-pairs" (UnorderedPairs(e.Fields, e.Family)) [ exchange; premise ] [ argument ])
        | _ -> Error "the premises are not the exchange of two columns and a family under joint rotations"
