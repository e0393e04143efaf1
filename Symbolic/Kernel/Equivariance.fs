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

    /// The number of its nodes.
    member this.Size: int = 1 + List.sumBy (fun (f: Family) -> f.Size) (fst this.Parts)

    /// The names of its orders.
    member this.Orders: Set<string> =
        let families, orders = this.Parts
        let own = orders |> List.choose (function Named name -> Some name | Fixed _ -> None)
        Set.unionMany (Set.ofList own :: List.map (fun (f: Family) -> f.Orders) families)

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

    /// What words in a family's text mean.
    static member internal Explain(family: Family) =
        let text = string family
        let explained (word: string) (meaning: string) = if text.Contains $"{word}(" then "; " + meaning else ""

        explained "map" "map(X) is any linear map on the channels of X"
        + explained
            "grad"
            "grad(X) is the derivative of X by the position of one site and grad(X; v) that by its vector v, as spherical \
             components, where X has one"

    static member internal Describe(fields: Map<string, Field>) =
        fields
        |> Map.toList
        |> List.map (fun (name, field) ->
            let kind = if field.Rank = 1 then "vector" else "scalar"
            let parity = if field.Parity = Polar then "polar" else "axial"
            let time = if field.Time = Even then "even" else "odd"
            $"{name} a {parity} {kind} field, {time} under time reversal")
        |> String.concat ", "

    override _.Text =
        let given = hypotheses |> Map.toList |> List.map (fun (name, order) -> $"{name} of order {order}") |> String.concat ", "
        let given = if given = "" then "" else $" and all equivariant families {given}"
        let where = if fields.IsEmpty then "" else $", with {Equivariant.Describe fields}"

        let words = Equivariant.Explain family
        let hypothetical = hypotheses |> Map.toList |> List.collect (fun (name, order) -> [ name; string order ])
        let taken = List.ofSeq family.Orders @ List.ofSeq fields.Keys @ hypothetical
        let whole = Name.fresh taken "A"
        let m = Name.fresh (whole :: taken) "m"
        let k = Name.fresh (whole :: m :: taken) "k"

        let acts =
            match action with
            | Jointly order ->
                $"{whole} = {family} satisfies J_z {whole}_{m} = {m} {whole}_{m}, J+- {whole}_{m} = sqrt(({k} -+ {m})*\
                  ({k} +- {m} + 1)) {whole}_({m}+-1) with {k} = {order}, J the generators of joint rotations of \
                  positions and fields"
            | Separately(orbital, spin) ->
                $"{whole} = {family} satisfies the ladder relations of order {orbital} in its first index under L, \
                  rotations of the positions alone, and those of order {spin} in its second under S, rotations of the \
                  fields alone"

        $"for all natural values of the names in it{given}: {acts}; its sign is {parity} under the inversion and \
          {time} under time reversal{where}{words}"

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
        let said =
            match claim with
            | Unchanged(separately, parity, time) ->
                let group =
                    if separately then "rotations of the positions alone and of the fields alone"
                    else "joint rotations of positions and fields"

                $"{family} is unchanged by {group}; its sign is {parity} under the inversion and {time} under time reversal"
            | Multiplied(underTime, sign) ->
                let operation = if underTime then "time reversal" else "the inversion"
                $"every component of {family} is multiplied by {sign} under {operation}"
            | Renumbered ->
                $"every component of {family} is unchanged when the sites are numbered otherwise, each keeping its position, \
                  what it carries and its radial functions"

        $"for all natural values of the names in it: {said}, with {Equivariant.Describe fields}{Equivariant.Explain family}"

/// Every coupling tree over some fields, of any number of leaves; or those with the order 0 at the root.
[<Sealed>]
type EveryTree internal (fields: Map<string, Field>, invariant: bool) =
    inherit Statement(box (fields, invariant))

    /// The fields that may stand at the leaves.
    member _.Fields = fields

    /// Whether it is about trees with root 0, which are invariant, or about all.
    member _.Invariant = invariant

    override _.Text =
        let leaves = $"whose leaves are expansion coefficients of {Equivariant.Describe fields}, and for all natural values of its orders"

        if invariant then
            $"for every finite coupling tree with root order 0 {leaves}: its value is unchanged by joint rotations"
        else
            $"for every finite coupling tree {leaves}: the family at its root satisfies the ladder relations of the root's \
              order under joint rotations; its sign under the inversion is (-1)**(sum of the leaves' l, plus 1 for each \
              polar vector leaf and for each axial scalar leaf), its sign under time reversal (-1)**(number of time-odd \
              leaves)"

/// The rules of Lie-algebra typing. Generators act as derivations on products of the leaves (Leibniz) and linearly on
/// sums.
[<RequireQualifiedAccess>]
module Equivariance =

    /// Facts that no rule here checks.
    let private chainRule = WrittenArguments.definition "CHAIN"

    let private integration = WrittenArguments.definition "CONNECTED"

    let private isHarmonic (t: Theorem) = WrittenArguments.isStated "coefficient-extraction" t
    let private isLadder (t: Theorem) = WrittenArguments.isStated "coupling-ladder" t

    let private isNatural order =
        match order with
        | Fixed n -> n >= 0
        | Named name -> Name.isValid name

    /// A family with more nodes than this is refused.
    [<Literal>]
    let private MostNodes = 1000

    /// The statement, if it is not too long and uses no name for two things.
    let private stating (e: Equivariant) rule premises assumptions : Theorem =
        let orders = Set.union e.Family.Orders (e.Hypotheses |> Map.toSeq |> Seq.map (snd >> string) |> Set.ofSeq)
        let fields, families = set e.Fields.Keys, set e.Hypotheses.Keys
        let isShared = not (Set.intersect orders fields + Set.intersect families (orders + fields)).IsEmpty
        need (e.Family.Size <= MostNodes) $"a family of more than {MostNodes} nodes"
        need (not isShared) "one name stands for two things"
        Rule.concludes rule e premises assumptions

    /// R1, leaves. f(r) Y_lm(r): L acts on it as on r^l Y_lm, since it annihilates functions of r (f(r) Y_lm is
    /// f(r)/r^l times the solid harmonic), and S does nothing. v_q is the solid harmonic of order 1 in v: S acts on it
    /// as L on r Y_1q, L does nothing. The sum over sites is linear. Under the inversion Y_lm has (−1)^l, a polar
    /// vector −1; an axial field has another −1.
    let site (harmonic: Theorem) (fields: Map<string, Field>) (name: string) (l: Order) : Result<Theorem, string> =
        Rule.within (fun () ->
            let field = fields.TryFind name |> Rule.found $"there is no field {name}"
            need (field.Rank = 0 || field.Rank = 1) "a field has rank 0 or 1"
            need (isHarmonic harmonic) "the premise is not the ladder of the harmonics"
            need (isNatural l && Name.isValid name) "an order must be natural, and names be names"
            let parity = Sign.OfOrder l * Sign.Of(field.Rank = 1) * Sign.Of(field.Parity = Axial)
            let own, action = Map.ofList [ name, field ], Separately(l, Fixed field.Rank)
            let statement = Equivariant(own, SiteSum(name, l), action, parity, Sign.Of(field.Time = Odd), Map.empty)
            stating statement "R1-site-sum" [ harmonic ] [ chainRule ])

    let private (|Typed|) (e: Equivariant) = e.Family, e.Action, e.Parity, e.Time

    let private merge (maps: Map<string, 'a> list) : Map<string, 'a> option =
        let all = maps |> List.collect Map.toList |> List.distinct
        if (List.distinctBy fst all).Length = all.Length then Some(Map.ofList all) else None

    /// A family that is made of others, with the ladder of the coupling coefficients where it is needed: what the parts assume and
    /// use has to fit together; `shape` says what becomes of families that it is made for, and of their types.
    let private make rule (ladder: Theorem list) (parts: Theorem list) shape : Result<Theorem, string> =
        Rule.within (fun () ->
            let families = parts |> List.choose (fun p -> match p.Statement with :? Equivariant as e -> Some e | _ -> None)
            need (families.Length = parts.Length) "a premise is not an equivariant family"
            need (List.forall isLadder ladder) "the first premise is not the coupling ladder"
            let merged maps = merge maps |> Rule.found "the families use one name for two things"
            let shaped = shape families |> Rule.found "the families' orders, indices or signs are not those that the rule needs"
            let family, action, parity, time = shaped
            let fields, hypotheses = families |> List.map _.Fields |> merged, families |> List.map _.Hypotheses |> merged
            stating (Equivariant(fields, family, action, parity, time, hypotheses)) rule (ladder @ parts) [])

    /// A family that the fields' rotations leave alone has the same order under joint rotations: S does nothing to it.
    let scalar (premise: Theorem) : Result<Theorem, string> =
        make "R1-joint" [] [ premise ] (function
            | [ Typed(f, Separately(l, Fixed 0), parity, time) ] -> Some(f, Jointly l, parity, time)
            | _ -> None)

    /// R3 for the two indices of one family: L acts on the first, S on the second, their sum as on a product (Leibniz),
    /// and the ladder of the coupling coefficients does the rest.
    let join (ladder: Theorem) (premise: Theorem) (j: Order) : Result<Theorem, string> =
        make "R3-join" [ ladder ] [ premise ] (function
            | [ Typed(f, Separately _, parity, time) ] when isNatural j -> Some(Joined(f, j), Jointly j, parity, time)
            | _ -> None)

    /// R2 and R3: J± of Σ C A_m1 B_m2 by Leibniz, then the ladder of the coupling coefficients. Signs multiply.
    let couple (ladder: Theorem) (left: Theorem) (right: Theorem) (l: Order) : Result<Theorem, string> =
        make "R3-couple" [ ladder ] [ left; right ] (function
            | [ Typed(a, Jointly _, parity, time); Typed(b, Jointly _, parity', time') ] when isNatural l ->
                Some(Coupled(a, b, l), Jointly l, parity * parity', time * time')
            | _ -> None)

    /// The same for both indices at once: L sees only the first ones, S only the second.
    let coupleSeparately (ladder: Theorem) (left: Theorem) (right: Theorem) (l: Order) (s: Order) : Result<Theorem, string> =
        make "R3-couple-separately" [ ladder ] [ left; right ] (function
            | [ Typed(a, Separately _, parity, time); Typed(b, Separately _, parity', time') ] when isNatural l && isNatural s ->
                Some(CoupledSeparately(a, b, l, s), Separately(l, s), parity * parity', time * time')
            | _ -> None)

    /// R1 for channels: the generators are linear, and the map has the same coefficients for every component, so that
    /// the image of a family's channels is a family of the same type. Signs are common to all channels.
    let map (premise: Theorem) : Result<Theorem, string> =
        make "R1-map" [] [ premise ] (function
            | [ Typed(f, action, parity, time) ] -> Some(Image f, action, parity, time)
            | _ -> None)

    /// R1 for sums: families of the same type, order and signs.
    let sum (premises: Theorem list) : Result<Theorem, string> =
        make "R1-sum" [] premises (function
            | Typed(_, action, parity, time) :: rest as all when
                rest |> List.forall (fun e -> e.Action = action && e.Parity = parity && e.Time = time)
                ->
                Some(Total(all |> List.map _.Family), action, parity, time)
            | _ -> None)

    /// R6: the derivatives of a scalar A by a position r_j. J_a = −i (r × ∂)_a + … has [J_a, ∂_b] = i ε_abc ∂_c and J_a A = 0, so
    /// that J_a ∂_b A = i ε_abc ∂_c A, as J_a r_b = i ε_abc r_c: they are of order 1, as r is. The same holds of a vector v_j and
    /// S. The sign of a derivative is that of the scalar times that of what it is by: −1 for a position and a polar vector
    /// under the inversion, −1 for what is odd in time under time reversal.
    let gradient (premise: Theorem) (by: string option) : Result<Theorem, string> =
        let position = { Rank = 1; Parity = Polar; Time = Even }

        make "R6-gradient" [] [ premise ] (function
            | [ Typed(f, action, parity, time) as e ] ->
                let action =
                    match action, by with
                    | Jointly(Fixed 0), _ -> Some(Jointly(Fixed 1))
                    | Separately(Fixed 0, Fixed 0), None -> Some(Separately(Fixed 1, Fixed 0))
                    | Separately(Fixed 0, Fixed 0), Some _ -> Some(Separately(Fixed 0, Fixed 1))
                    | _ -> None

                match action, (match by with None -> Some position | Some name -> e.Fields.TryFind name) with
                | Some action, Some v when v.Rank = 1 ->
                    Some(Gradient(f, by), action, parity * Sign.Of(v.Parity = Polar), time * Sign.Of(v.Time = Odd))
                | _ -> None
            | _ -> None)

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
        let rec isOfSums family =
            match family with
            | Gradient _
            | Any _ -> false
            | made -> List.forall isOfSums (fst made.Parts)

        state "R7-permutation" premise [] (fun e -> if isOfSums e.Family then Some Renumbered else None)

    /// "If A is equivariant, then A is equivariant": the start of a hypothetical proof.
    let suppose (name: string) (order: string) : Result<Theorem, string> =
        Rule.within (fun () ->
            need (Name.isValid name && Name.isValid order) "a hypothesis needs a name and the name of its order"
            let own prefix = Sign.OfOrder(Named $"{prefix}({name})")
            let hypotheses = Map.ofList [ name, Named order ]
            let statement = Equivariant(Map.empty, Any name, Jointly(Named order), own "p", own "t", hypotheses)
            stating statement "hypothesis" [] [])

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
