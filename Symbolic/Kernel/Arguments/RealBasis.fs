namespace Toolkit.Symbolic.Proofs.Kernel

open Toolkit.Symbolic.Algebra
open Toolkit.Symbolic.CouplingTrees

/// What has been proved of families, read in the basis of the real harmonics, in which features are computed.
[<Sealed>]
type InRealBasis internal (complex: Statement) =
    inherit Statement(box ("real basis", complex))

    /// The statement in the complex basis.
    member _.Complex = complex

    override _.Text =
        /// J_a acts on the family called `whole` of some order.
        let acts taken (whole: string) (order: string) =
            let k = Name.fresh (whole :: taken) "k"
            let n = Name.fresh (k :: whole :: taken) "n"
            WrittenArguments.fill "REAL ACTION" [ "A", whole; "k", k; "n", n; "order", order ]

        match complex with
        | :? Equivariant as e ->
            let order = match e.Action with Jointly order -> order | Separately(orbital, _) -> orbital
            let taken = List.ofSeq e.Family.Orders @ List.ofSeq e.Fields.Keys
            let whole = Name.fresh taken "A"

            WrittenArguments.fill
                "REAL FAMILY"
                [ "A", whole
                  "family", string e.Family
                  "acts", acts taken whole (string order)
                  "parity", string e.Parity
                  "time", string e.Time
                  "fields", Equivariant.Describe(e.Fields, Some e.Family) ]
        | :? EveryTree as e when not e.Invariant ->
            let acts = acts [] "A" "the root's order"
            WrittenArguments.fill "REAL EVERY" [ "acts", acts; "fields", Equivariant.Describe(e.Fields, None) ]
        | other -> WrittenArguments.fill "REAL FACT" [ "text", other.Text ]

/// From the complex basis, in which families are typed, to the real one, in which they are computed.
[<RequireQualifiedAccess>]
module RealBasis =

    let private argument = WrittenArguments.definition "REAL BASIS"

    /// Any proved statement about families without hypotheses, with the real ladder.
    ///
    /// By induction over a family: a leaf's components in the basis R are the change of basis of the standard ones. For
    /// a coupling, let A^R be the change of basis of A. W is the array of coupling coefficients carried over, so Σ C A B
    /// carried over is Σ W A^R B^R up to the i that is divided out where l1 + l2 + L is odd; a couple is linear in each
    /// part, so powers of i of the parts come out. Maps on channels and sums act on each component alike, and the summands
    /// are each acted on by the same matrices. Derivatives by x, y, z are of order 1, as x, y, z are. K_a acts on every change of basis of
    /// a standard family (real ladder), and on its multiples. At order 0 K_a = 0, and signs are those of the components' multiples.
    let prove (real: Theorem) (premise: Theorem) : Result<Theorem, string> =
        let isTyped =
            match premise.Statement with
            | :? Equivariant as e -> e.Hypotheses.IsEmpty && e.Action.IsJointly
            | :? FamilyFact
            | :? UnorderedChannels
            | :? EveryTree -> true
            | _ -> false

        if WrittenArguments.isStated "real-ladder" real && isTyped then
            Ok(Rule.concludes "real-basis" (InRealBasis premise.Statement) [ real; premise ] [ argument ])
        else
            Error "the premises are not the real ladder and a statement about families without hypotheses"
