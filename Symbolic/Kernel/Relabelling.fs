namespace Toolkit.Symbolic.Proofs.Kernel

open System.Numerics
open Toolkit.Symbolic.Algebra
open Toolkit.Symbolic.Hypergeometric

/// Certificate of `Relabelling.prove`: which names become which.
[<Sealed>]
type RelabellingCertificate internal (names: (string * string) list) =
    inherit Certificate()

    /// Old and new names.
    member _.Names = names

    override _.Rule = "relabelling"
    override _.Size = names.Length

/// An identity between products of 6j symbols, in other names.
[<RequireQualifiedAccess>]
module Relabelling =

    /// Orders of the six places of a 6j symbol that leave it as it is: those of the premise's symmetries that move numbers only.
    let private orders (symmetries: Theorem) : int list list =
        let places = [ for i in 0..5 -> Linear.scale (BigInteger 2) (Linear.variable 6 i) ]

        match symmetries.Statement with
        | :? AllOf as all ->
            all.Parts
            |> List.choose (function
                | :? Symmetry as s when s.Symbol = Symbol.SixJ && (Linear.tryHalve s.Parity).IsSome ->
                    let found = s.TwiceImages |> List.map (fun image -> List.tryFindIndex ((=) image) places)
                    if List.forall Option.isSome found then Some(List.choose id found) else None
                | _ -> None)
        | _ -> []

    let rec private triads scheme =
        match scheme with
        | Single _ -> []
        | Couple(l, r, x) -> set [ Recoupling.top l; Recoupling.top r; x ] :: triads l @ triads r

    /// One list without the members of another, each as often as it stands there.
    let private without (ys: 'a list) (xs: 'a list) =
        (xs, ys)
        ||> List.fold (fun left y ->
            match List.tryFindIndex ((=) y) left with
            | Some i -> List.removeAt i left
            | None -> left)

    /// A set is the sum, modulo 2, of some of the others.
    let rec private isSum (others: Set<string> list) (x: Set<string>) =
        let add a b = Set.union (a - b) (b - a)

        match others with
        | [] -> x.IsEmpty
        | first :: rest when first.IsEmpty -> isSum rest x
        | first :: rest ->
            let clear (y: Set<string>) = if y.Contains first.MinimumElement then add y first else y
            isSum (List.map clear rest) (clear x)

    /// The products are equal because each symbol of one is a symbol of the other with its places in another order, and the signs
    /// are: their exponents differ by 2 k, and (−1)^(2 k) = 1 where k is a sum of triads, up to even multiples, since the three
    /// numbers of a triad add up to an integer.
    let private isSame (orders: int list list) (x: RecouplingProduct) (y: RecouplingProduct) =
        let isImage (s: string list) (t: string list) = orders |> List.exists (List.map (fun i -> s[i]) >> (=) t)

        let left =
            (Some y.Symbols, x.Symbols)
            ||> List.fold (fun left s ->
                left |> Option.bind (fun ts -> List.tryFindIndex (isImage s) ts |> Option.map (fun i -> List.removeAt i ts)))

        let difference =
            (Recoupling.collect { x with Phase = x.Phase @ (y.Phase |> List.map (fun (name, n) -> name, -n)) }).Phase

        let places = [ [ 0; 1; 2 ]; [ 0; 4; 5 ]; [ 3; 1; 5 ]; [ 3; 4; 2 ] ]
        let triads = x.Symbols |> List.collect (fun s -> places |> List.map (List.map (fun i -> s[i])))
        // A name that stands twice in a triad counts as nothing there.
        let odd (names: string list) = names |> List.countBy id |> List.filter (fun (_, n) -> n % 2 <> 0) |> List.map fst |> set

        left = Some []
        && List.sort x.Roots = List.sort y.Roots
        && set x.Sums = set y.Sums
        && difference |> List.forall (fun (_, n) -> n % 2 = 0)
        && difference |> List.filter (fun (_, n) -> n % 4 <> 0) |> List.map fst |> set |> isSum (List.map odd triads)

    /// From an identity, left = right, that left = (right in other names), where left in other names is left itself up to the
    /// symmetries of the 6j symbol; roots that both sides have of names that are not summed over are divided out.
    ///
    /// Checked: different names stay different; the renamed schemes obey no triangle rule that the others do not.
    let prove (symmetries: Theorem) (identity: Theorem) (renaming: (string * string) list) : Result<Theorem, string> =
        match identity.Statement with
        | :? RecouplingIdentity as i when i.Delta.IsEmpty ->
            let rename x = renaming |> List.tryFind (fst >> (=) x) |> Option.map snd |> Option.defaultValue x
            let all = Recoupling.names i.Start @ Recoupling.names i.Final @ i.Left.Sums @ i.Right.Sums |> List.distinct

            let common =
                let left = without i.Right.Roots i.Left.Roots
                without left i.Left.Roots |> List.filter (fun x -> not (List.contains x (i.Left.Sums @ i.Right.Sums)))

            let divided (p: RecouplingProduct) = { p with Roots = without common p.Roots }

            let renamed (p: RecouplingProduct) =
                { Phase = p.Phase |> List.map (fun (x, n) -> rename x, n)
                  Roots = List.map rename p.Roots
                  Symbols = p.Symbols |> List.map (List.map rename)
                  Sums = List.map rename p.Sums }

            let left, right = divided i.Left, divided i.Right
            let rules = triads i.Start @ triads i.Final

            if renaming |> List.map fst |> List.distinct |> List.length <> renaming.Length || not (Name.areDistinct (List.map rename all)) then
                Error "the new names are not names, each for one old one"
            elif not (isSame (orders symmetries) (renamed left) left) then
                Error "the left-hand side in other names is not the same by symmetries of the 6j symbol"
            elif rules |> List.exists (fun t -> not (List.contains (Set.map rename t) rules)) then
                Error "the renamed schemes obey other triangle rules"
            else
                let statement = RecouplingIdentity(i.Start, i.Final, left, renamed right, [])
                Ok(Rule.certifies (RelabellingCertificate renaming) statement [ symmetries; identity ] [])
        | _ -> Error "the second premise must be an identity between two products"
