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
        let template, wanted = if triples.IsNone then "UNORDERED PAIRS", "ABpqab" else "UNORDERED TRIPLES", "ABtuabcLk"
        let taken = List.ofSeq family.Orders @ List.ofSeq fields.Keys
        let names = ([], wanted) ||> Seq.fold (fun names x -> names @ [ Name.fresh (taken @ names) (string x) ])

        WrittenArguments.fill
            template
            ([ "family", string family
               "order", (match triples with Some order -> string order | None -> "")
               "fields", Equivariant.Describe(fields, Some family) ]
             @ List.zip [ for x in wanted -> string x ] names)

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
