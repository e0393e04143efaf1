namespace Toolkit.Symbolic.Proofs.Kernel

open Toolkit.Symbolic.Algebra
open Toolkit.Symbolic.CouplingTrees

/// (−1) to a sum of named integers and 0 or 1; only parities count.
type Sign =
    {
        /// The names that occur an odd number of times.
        Names: Set<string>
        /// Whether there is another factor −1.
        Negative: bool
    }

    /// "(-1)**(l1 + l2 + 1)", or "1".
    override this.ToString() =
        match List.ofSeq this.Names @ [ if this.Negative then "1" ] with
        | [] -> "1"
        | parts -> $"""(-1)**({String.concat " + " parts})"""

    /// −1 or 1.
    static member Of(negative: bool) = { Names = Set.empty; Negative = negative }

    /// (−1)^order.
    static member OfOrder(order: Order) =
        match order with
        | Fixed n -> Sign.Of(n % 2 <> 0)
        | Named name -> { Names = Set.singleton name; Negative = false }

    static member (*)(x: Sign, y: Sign) =
        { Names = Set.union (x.Names - y.Names) (y.Names - x.Names)
          Negative = x.Negative <> y.Negative }

/// Something with components that rotations mix.
type Family =
    /// c_lm = Σ_j f(r_j) Y_lm(r_j) w_j for a scalar field; c_lm,q = Σ_j f(r_j) Y_lm(r_j) v_jq for a vector field with
    /// spherical components v_q = |v| Y_1q(v) up to a factor. The sum runs over any atoms or images, f may differ from
    /// one to the next.
    | SiteSum of field: string * l: Order
    /// The two indices of a vector field's coefficients coupled to one.
    | Joined of Family * Order
    /// couple(A, B, L)_M = Σ ⟨l1 m1 l2 m2|L M⟩ A_m1 B_m2.
    | Coupled of Family * Family * Order
    /// The same for the orbital indices (to L) and the field's indices (to S) at once.
    | CoupledSeparately of Family * Family * Order * Order
    /// Any linear map on the channels of a family (which may differ in radial functions, species and so on) that is the
    /// same for every component.
    | Image of Family
    /// Families added component by component.
    | Total of Family list
    /// The derivatives of a scalar by one site's position, or by its vector of a field, as spherical components.
    | Gradient of Family * field: string option
    /// Any family that is assumed to be equivariant.
    | Any of string

    /// The families and the orders of which it is made.
    member this.Parts: Family list * Order list =
        match this with
        | SiteSum(_, l) -> [], [ l ]
        | Any _ -> [], []
        | Joined(family, j) -> [ family ], [ j ]
        | Gradient(family, _)
        | Image family -> [ family ], []
        | Total families -> families, []
        | Coupled(left, right, l) -> [ left; right ], [ l ]
        | CoupledSeparately(left, right, l, s) -> [ left; right ], [ l; s ]

    /// It and all that it is made of.
    member this.Nodes: Family list = this :: (fst this.Parts |> List.collect (fun (f: Family) -> f.Nodes))

    /// The names of its orders.
    member this.Orders: Set<string> =
        this.Nodes |> List.collect (fun f -> snd f.Parts) |> List.choose (function Named name -> Some name | Fixed _ -> None) |> set

    /// The names of its fields.
    member this.Fields: Set<string> = this.Nodes |> List.choose (function SiteSum(name, _) -> Some name | _ -> None) |> set

    override this.ToString() =
        match this with
        | SiteSum(field, l) -> $"{field}({l})"
        | Joined(SiteSum(field, l), j) -> $"{field}({l}->{j})"
        | Joined(family, j) -> $"join({family}, {j})"
        | Coupled(left, right, l) -> $"couple({left}, {right}, {l})"
        | CoupledSeparately(left, right, l, s) -> $"couple({left}, {right}; {l}, {s})"
        | Image family -> $"map({family})"
        | Gradient(family, None) -> $"grad({family})"
        | Gradient(family, Some field) -> $"grad({family}; {field})"
        | Total families -> families |> List.map string |> String.concat " + " |> sprintf "(%s)"
        | Any name -> name

/// Under what a family is equivariant, and of which order.
type Action =
    /// Positions and fields rotate together: L + S.
    | Jointly of Order
    /// Positions and fields rotate each by themselves: L with the first order, S with the second.
    | Separately of orbital: Order * spin: Order

/// A family on which the generators act by the standard matrices: J_z A_m = m A_m, J± A_m = √((l∓m)(l±m+1)) A_{m±1}.
[<Sealed>]
type Equivariant
    internal (fields: Map<string, Field>, family: Family, action: Action, parity: Sign, time: Sign, hypotheses: Map<string, Order>) =
    inherit Statement(box (fields, family, action, parity, time, hypotheses))

    /// The fields that occur.
    member _.Fields = fields

    /// The family.
    member _.Family = family

    /// How the generators act on it.
    member _.Action = action

    /// Its factor under the inversion r → −r.
    member _.Parity = parity

    /// Its factor under time reversal.
    member _.Time = time

    /// Families that are assumed to be equivariant under joint rotations, with their orders; "p(A)" and "t(A)" are the
    /// exponents of their signs.
    member _.Hypotheses = hypotheses

    /// What the fields are, and what words in a family's text mean.
    static member internal Describe(fields: Map<string, Field>, family: Family option) =
        let described =
            [ for name, field in Map.toList fields do
                  let kind = if field.Rank = 1 then "vector" else "scalar"
                  let parity = if field.Parity = Polar then "polar" else "axial"
                  let time = if field.Time = Even then "even" else "odd"
                  $"{name} a {parity} {kind} field, {time} under time reversal" ]

        let occurs (isMeant: Family -> bool) = family |> Option.exists (fun f -> List.exists isMeant f.Nodes)
        let explained = [ for word, kind in [ "MAP", occurs _.IsImage; "GRAD", occurs _.IsGradient ] do if kind then WrittenArguments.fill word [] ]
        String.concat ", " described + String.concat "" explained

    override _.Text =
        let given = hypotheses |> Map.toList |> List.map (fun (name, order) -> $"{name} of order {order}") |> String.concat ", "
        let hypothetical = hypotheses |> Map.toList |> List.collect (fun (name, order) -> [ name; string order ])
        let taken = List.ofSeq family.Orders @ List.ofSeq fields.Keys @ hypothetical
        let whole = Name.fresh taken "A"
        let m = Name.fresh (whole :: taken) "m"
        let k = Name.fresh (whole :: m :: taken) "k"

        let template, order, spin =
            match action with
            | Jointly order -> "JOINTLY", order, order
            | Separately(orbital, spin) -> "SEPARATELY", orbital, spin

        let words = [ "A", whole; "family", string family; "m", m; "k", k; "order", string order; "spin", string spin ]

        WrittenArguments.fill
            "FAMILY"
            [ "given", (if given = "" then "" else $" and all equivariant families {given}")
              "acts", WrittenArguments.fill template words
              "parity", string parity
              "time", string time
              "fields", (if fields.IsEmpty then "" else ", with ") + Equivariant.Describe(fields, Some family) ]

/// What else is said of a family.
type Claim =
    /// No rotation changes it, of positions and fields together or each alone; its factors under the inversion and time reversal.
    | Unchanged of separately: bool * parity: Sign * time: Sign
    /// Its factor under time reversal or under the inversion.
    | Multiplied of underTime: bool * sign: Sign
    /// No site has a place of its own.
    | Renumbered

/// A statement about a family without hypotheses.
[<Sealed>]
type FamilyFact internal (fields: Map<string, Field>, family: Family, claim: Claim) =
    inherit Statement(box (fields, family, claim))

    /// The fields that occur.
    member _.Fields = fields

    /// The family.
    member _.Family = family

    /// What is said of it.
    member _.Claim = claim

    override _.Text =
        let template, words =
            match claim with
            | Unchanged(separately, parity, time) ->
                let group = if separately then WrittenArguments.definition "APART" else "joint rotations of positions and fields"
                "INVARIANT", [ "group", group; "parity", string parity; "time", string time ]
            | Multiplied(underTime, sign) ->
                "SIGN", [ "operation", (if underTime then "time reversal" else "the inversion"); "sign", string sign ]
            | Renumbered -> "PERMUTATION", []

        let said = WrittenArguments.fill template (("family", string family) :: words)
        WrittenArguments.fill "FACT" [ "said", said; "fields", Equivariant.Describe(fields, Some family) ]

/// Every coupling tree over some fields, of any number of leaves; or those with the order 0 at the root.
[<Sealed>]
type EveryTree internal (fields: Map<string, Field>, invariant: bool) =
    inherit Statement(box (fields, invariant))

    /// The fields that may stand at the leaves.
    member _.Fields = fields

    /// Whether it is about trees with root 0, which are invariant, or about all.
    member _.Invariant = invariant

    override _.Text =
        WrittenArguments.fill (if invariant then "EVERY INVARIANT" else "EVERY") [ "fields", Equivariant.Describe(fields, None) ]

/// The rules of Lie-algebra typing. Generators act as derivations on products of the leaves (Leibniz) and linearly on
/// sums.
[<RequireQualifiedAccess>]
module Equivariance =

    /// Facts that no rule here checks.
    let private chainRule = WrittenArguments.definition "CHAIN"

    let private integration = WrittenArguments.definition "CONNECTED"

    let private isNatural order =
        match order with
        | Fixed n -> n >= 0
        | Named name -> Name.isValid name

    /// A family with more nodes than this is refused.
    [<Literal>]
    let private MostNodes = 1000

    /// What a derivative by a position is taken by.
    let private position = { Rank = 1; Parity = Polar; Time = Even }

    /// The orders of a family and its signs under the inversion and time reversal, when positions and fields rotate apart, or jointly.
    /// What has order 0 in its second index has that of its first jointly, since S does nothing to it.
    ///
    /// R1, leaves: L acts on f(r) Y_lm(r) as on r^l Y_lm, since it annihilates functions of r (it is f(r)/r^l times the solid
    /// harmonic), and S does nothing. v_q is the solid harmonic of order 1 in v: S acts on it as L on r Y_1q, L does nothing. The
    /// sum over sites is linear. Under the inversion Y_lm has (−1)^l, a polar vector −1; an axial field has another −1. Generators are
    /// linear, so that sums of families of one type, and linear maps on channels with the same coefficients for every component, keep it.
    ///
    /// R2 and R3: J± of Σ C A_m1 B_m2 by Leibniz, then the ladder of the coupling coefficients; for the two indices of one family,
    /// L acting on the first, S on the second; and for both indices of two families at once. Signs multiply.
    ///
    /// R6, derivatives of a scalar A by a position r_j: J_a = −i (r × ∂)_a + … has [J_a, ∂_b] = i ε_abc ∂_c and J_a A = 0, so that
    /// J_a ∂_b A = i ε_abc ∂_c A, as J_a r_b = i ε_abc r_c: they are of order 1, as r is. The same holds of a vector v_j and S. The sign
    /// is that of the scalar times that of what the derivative is by: −1 for a position and a polar vector under the inversion, −1 for
    /// what is odd in time under time reversal.
    let rec private typeOf (fields: Map<string, Field>) (given: Map<string, string>) apart family : Action * Sign * Sign =
        let typeOf = typeOf fields given
        let action first second = if apart then Separately(first, second) else Jointly first

        match family with
        | SiteSum(name, l) ->
            let field = fields[name]
            need (field.Rank = 0 || field.Rank = 1) "a field has rank 0 or 1"
            need (apart || field.Rank = 0) "a vector's two indices are not coupled"
            let parity = Sign.OfOrder l * Sign.Of(field.Rank = 1) * Sign.Of(field.Parity = Axial)
            action l (Fixed field.Rank), parity, Sign.Of(field.Time = Odd)
        | Any name ->
            need (not apart) "a family is assumed to be equivariant under joint rotations"
            let own prefix = Sign.OfOrder(Named $"{prefix}({name})")
            Jointly(Named given[name]), own "p", own "t"
        | Joined(inner, j) ->
            need (not apart) "what is joined rotates jointly"
            let _, parity, time = typeOf true inner
            Jointly j, parity, time
        | Coupled(left, right, _)
        | CoupledSeparately(left, right, _, _) ->
            let l, s = match snd family.Parts with [ l; s ] -> l, Some s | orders -> orders.Head, None
            need (if apart then s.IsSome else s.IsNone || s = Some(Fixed 0)) "the families rotate otherwise"
            let _, parity, time = typeOf s.IsSome left
            let _, parity', time' = typeOf s.IsSome right
            action l (Option.defaultValue (Fixed 0) s), parity * parity', time * time'
        | Image inner -> typeOf apart inner
        | Total families ->
            match families |> List.map (typeOf apart) |> List.distinct with
            | [ one ] -> one
            | _ -> raise (Refused "the summands' orders or signs differ, or there are none")
        | Gradient(inner, by) ->
            need (by |> Option.forall inner.Fields.Contains) "a derivative is by a field that occurs"
            let v = match by with Some name -> fields[name] | None -> position
            let one, parity, time = typeOf apart inner
            need (v.Rank = 1 && (one = Jointly(Fixed 0) || one = Separately(Fixed 0, Fixed 0))) "a derivative is of a scalar, by a vector"
            let first, second = if apart && by.IsSome then 0, 1 else 1, 0
            action (Fixed first) (Fixed second), parity * Sign.Of(v.Parity = Polar), time * Sign.Of(v.Time = Odd)

    /// A family's type, from the ladder of the harmonics if it has leaves, and that of the coupling coefficients if it couples. Families
    /// that are assumed to be equivariant are given with their orders.
    let typed (premises: Theorem list) (fields: Map<string, Field>) (given: Map<string, string>) (family: Family) (apart: bool) =
        Rule.within (fun () ->
            let nodes, assumed = family.Nodes, set given.Keys
            need (nodes.Length <= MostNodes) $"a family of more than {MostNodes} nodes"
            let occurring = nodes |> List.choose (function Any name -> Some name | _ -> None) |> set
            need (set fields.Keys = family.Fields && assumed = occurring) "other fields or assumed families than occur"
            let orders = nodes |> List.collect (fun f -> snd f.Parts)
            let ofOrders = family.Orders + set given.Values
            let all = Set.unionMany [ set fields.Keys; assumed; ofOrders ]
            need (List.forall isNatural orders && Set.forall Name.isValid all) "an order must be natural, and names be names"
            need (all.Count = fields.Count + given.Count + ofOrders.Count) "one name stands for two things"
            let couples = nodes |> List.exists (function Joined _ | Coupled _ | CoupledSeparately _ -> true | _ -> false)
            let needed = [ if not fields.IsEmpty then "coefficient-extraction"
                           if couples then "coupling-ladder" ]
            need (premises.Length = needed.Length && List.forall2 WrittenArguments.isStated needed premises) "other premises are needed"
            let action, parity, time = typeOf fields given apart family
            let statement = Equivariant(fields, family, action, parity, time, Map.map (fun _ order -> Named order) given)
            Rule.concludes "typing" statement premises [ if not fields.IsEmpty then chainRule ])

    /// A fact about a family without hypotheses.
    let private state rule (premise: Theorem) assumptions (claim: Equivariant -> Claim option) : Result<Theorem, string> =
        Rule.within (fun () ->
            match premise.Statement with
            | :? Equivariant as e when e.Hypotheses.IsEmpty ->
                let said = claim e |> Rule.found "the family's order, or what it is made of, is not what the rule needs"
                Rule.concludes rule (FamilyFact(e.Fields, e.Family, said)) [ premise ] assumptions
            | _ -> raise (Refused "the premise is not about an equivariant family without hypotheses"))

    /// R4: at order 0 the standard matrices are 0, so every generator annihilates the family, or every tree with root 0.
    let invariant (premise: Theorem) : Result<Theorem, string> =
        match premise.Statement with
        | :? EveryTree as every when not every.Invariant ->
            Ok(Rule.concludes "R4-invariant" (EveryTree(every.Fields, true)) [ premise ] [ integration ])
        | _ ->
            state "R4-invariant" premise [ integration ] (fun e ->
                match e.Action with
                | Jointly(Fixed 0) -> Some(Unchanged(false, e.Parity, e.Time))
                | Separately(Fixed 0, Fixed 0) -> Some(Unchanged(true, e.Parity, e.Time))
                | _ -> None)

    /// R5: the sign under the inversion or under time reversal, by itself.
    let sign (underTime: bool) (premise: Theorem) : Result<Theorem, string> =
        state "R5-sign" premise [] (fun e -> Some(Multiplied(underTime, (if underTime then e.Time else e.Parity))))

    /// R7: a leaf is a sum over sites, in which they may stand in any order, and everything else is made of leaves. A derivative by
    /// one site gives that site a place of its own.
    let unordered (premise: Theorem) : Result<Theorem, string> =
        let isOfSums (family: Family) = family.Nodes |> List.forall (function Gradient _ | Any _ -> false | _ -> true)
        state "R7-permutation" premise [] (fun e -> if isOfSums e.Family then Some Renumbered else None)

    /// Induction over coupling trees. Given are one theorem for the leaves of each field, with l (and J) free, and the
    /// step: couple(A, B, L) for arbitrary equivariant A and B, with orders and signs free. Every tree is a leaf or
    /// such a coupling. What the rules say of such families is determined by what they are made of.
    let induction (leaves: Theorem list) (step: Theorem) : Result<Theorem, string> =
        Rule.within (fun () ->
            let leaf (t: Theorem) =
                match t.Statement with
                | :? Equivariant as e ->
                    match e.Family, e.Action with
                    | SiteSum(name, Named _), Jointly _ -> name, e.Fields[name]
                    | Joined(SiteSum(name, Named l), Named j), Jointly _ when j <> l -> name, e.Fields[name]
                    | _ -> raise (Refused "a premise is not about the leaves of a field with orders of any size")
                | _ -> raise (Refused "a premise is not about the leaves of a field")

            let isStep =
                match step.Statement with
                | :? Equivariant as e ->
                    match e.Family with
                    // Two families, and three different orders.
                    | Coupled(Any a, Any b, (Named _ as l)) -> a <> b && (Set.ofSeq e.Hypotheses.Values).Add(l).Count = 3
                    | _ -> false
                | _ -> false

            let fields = List.map leaf leaves
            need (not leaves.IsEmpty && (Map.ofList fields).Count = leaves.Length) "no leaves, or two premises about one field"
            need isStep "the step is not about the coupling of any two equivariant families"
            Rule.concludes "induction" (EveryTree(Map.ofList fields, false)) (leaves @ [ step ]) [])
