namespace Toolkit.Symbolic.Proofs.Kernel

open System.Numerics
open Toolkit.Symbolic.Algebra
open Toolkit.Symbolic.Hypergeometric

/// Certificate of `Relabelling.prove` and `Relabelling.atZero`: old and new names.
[<RequireQualifiedAccess>]
type RelabellingCertificate = { Names: (string * string) list }

/// An identity between products of 6j symbols, in other names.
[<RequireQualifiedAccess>]
module Relabelling =

    /// How the label 0 is written; it is no name.
    [<Literal>]
    let private Zero = "0"

    /// Orders of the six places of a 6j symbol that leave it as it is: those of the premise's symmetries that move numbers only.
    let private orders (symmetries: Theorem) : int list list =
        let places = [ for i in 0..5 -> Linear.scale (BigInteger 2) (Linear.variable 6 i) ]

        match symmetries.Statement with
        | :? AllOf as all ->
            all.Parts
            |> List.choose (fun part ->
                match Reindexing.trySymmetry part, part with
                | Some(symbol, _, parity), (:? Equation as e) when symbol = Symbol.SixJ && (Linear.tryHalve parity).IsSome ->
                    let found = e.Left.Head.Values.Head.Twice |> List.map (fun image -> List.tryFindIndex ((=) image) places)
                    if List.forall Option.isSome found then Some(List.choose id found) else None
                | _ -> None)
        | _ -> []

    let private hasZero (i: RecouplingIdentity) = List.contains Zero (i.Start.Names @ i.Final.Names)

    /// The four triads of a 6j symbol.
    let private triadsOf (s: string list) = [ [ 0; 1; 2 ]; [ 0; 4; 5 ]; [ 3; 1; 5 ]; [ 3; 4; 2 ] ] |> List.map (List.map (fun i -> s[i]))

    /// In other names, of which 0 has no sign, and the root 1.
    let private renamed (rename: string -> string) (p: RecouplingProduct) = {
        Phase = p.Phase |> List.map (fun (x, n) -> rename x, n) |> List.filter (fst >> (<>) Zero)
        Roots = p.Roots |> List.map rename |> List.filter ((<>) Zero)
        Symbols = p.Symbols |> List.map (List.map rename)
        Sums = List.map rename p.Sums
    }

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

        let difference = (Recoupling.collect { x with Phase = x.Phase @ (y.Phase |> List.map (fun (name, n) -> name, -n)) }).Phase

        let triads = List.collect triadsOf x.Symbols
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
        Rule.within (fun () ->
            match identity.Statement with
            | :? RecouplingIdentity as i when i.Delta.IsEmpty && not (hasZero i) ->
                let rename x = renaming |> List.tryFind (fst >> (=) x) |> Option.map snd |> Option.defaultValue x
                let all = i.Start.Names @ i.Final.Names @ i.Left.Sums @ i.Right.Sums |> List.distinct
                let extra = without i.Right.Roots i.Left.Roots
                let common = without extra i.Left.Roots |> List.filter (fun x -> not (List.contains x (i.Left.Sums @ i.Right.Sums)))
                let divided (p: RecouplingProduct) = { p with Roots = without common p.Roots }
                let left, right = divided i.Left, divided i.Right
                let rules = i.Start.Triads @ i.Final.Triads |> List.map set
                need ((Map.ofList renaming).Count = renaming.Length) "a name is renamed twice"
                need (Name.areDistinct (List.map rename all)) "the new names are not names, each for one old one"

                need
                    (isSame (orders symmetries) (renamed rename left) left)
                    "the left-hand side in other names is not the same by symmetries of the 6j symbol"

                let obeys t = List.contains (Set.map rename t) rules
                need (List.forall obeys rules) "the renamed schemes obey other triangle rules"
                let statement = RecouplingIdentity(i.Start, i.Final, left, renamed rename right, [])
                Rule.certifies "relabelling" { RelabellingCertificate.Names = renaming } statement [ symmetries; identity ] []
            | _ -> raise (Refused "the second premise must be an identity between two products"))

    // ---- a label that is 0

    /// One name for another, wherever a triangle rule with 0 makes two labels equal, so that no rule is left that does; None where
    /// that would be a leaf's, whose name tells it apart.
    let rec private equate (leaves: string list) (rules: string list list) (rename: string -> string) : (string -> string) option =
        let two =
            rules
            |> List.tryPick (fun t ->
                match t |> List.map rename |> without [ Zero ] with
                | [ x; y ] when x <> y -> Some(x, y)
                | _ -> None)

        let stays x = x = Zero || List.contains x leaves

        match two with
        | None -> Some rename
        | Some(x, y) when stays x && stays y -> None
        | Some(x, y) ->
            let gone, kept = if stays y then x, y else y, x
            equate leaves rules (rename >> fun z -> if z = gone then kept else z)

    /// The symbols with an entry 0 put to their values: {a b c; 0 c b} is (−1)^(a+b+c)/√((2b+1)(2c+1)), and a symbol with other
    /// entries in the places of b and c is 0, so that of a sum over one of them a single term is left. None where the entries differ
    /// and are not summed over, where a root does not cancel, or where the triangle rule of a, b, c (beyond which the symbol is 0)
    /// is neither one of the rules nor of a symbol that is left.
    let rec private evaluated orders (rules: string list list) (gone: string list list) (p: RecouplingProduct) : RecouplingProduct option =
        match p.Symbols |> List.tryFindIndex (List.contains Zero) with
        | None ->
            // (−1)^(4x) is 1.
            let phase = (Recoupling.collect p).Phase |> List.map (fun (x, n) -> x, ((n + 1) % 4 + 4) % 4 - 1)
            let left = rules @ List.collect triadsOf p.Symbols |> List.map List.sort
            let isLeft = gone |> List.forall (fun t -> List.contains (List.sort t) left)
            if isLeft then Some { p with Phase = List.filter (fun (_, n) -> n <> 0) phase } else None
        | Some at ->
            orders
            |> List.tryPick (fun order ->
                match order |> List.map (fun i -> p.Symbols[at][i]) with
                | [ a; b; c; Zero; c'; b' ] -> Some(a, b, c, c', b')
                | _ -> None)
            |> Option.bind (fun (a, b, c, c', b') ->
                match [ b, b'; c, c' ] |> List.tryFind (fun (x, y) -> x <> y) with
                | Some(x, y) ->
                    // Of two that are summed over the first stays.
                    p.Sums
                    |> List.tryFindBack (fun z -> z = x || z = y)
                    |> Option.bind (fun old ->
                        let rename z = if z <> old then z elif old = x then y else x
                        let product = { renamed rename p with Sums = List.filter ((<>) old) p.Sums }
                        evaluated orders rules (List.map (List.map rename) gone) product)
                | None ->
                    let roots = [ b; c ] |> List.filter ((<>) Zero)
                    let left = p.Roots |> without roots

                    if left.Length <> p.Roots.Length - roots.Length then
                        None
                    else
                        let phase = [ a; b; c ] |> List.filter ((<>) Zero) |> List.map (fun x -> x, 1)

                        { p with Phase = p.Phase @ phase; Roots = left; Symbols = List.removeAt at p.Symbols }
                        |> evaluated orders rules ([ a; b; c ] :: gone))

    /// From a recoupling coefficient, or an identity between two products, the same where one label of the first scheme is 0: labels
    /// that the triangle rules make equal have one name, and the symbols of the coefficient, or of the right-hand side, are evaluated.
    let atZero (symmetries: Theorem) (value: Theorem) (theorem: Theorem) (label: string) : Result<Theorem, string> =
        let rec leaves scheme =
            match scheme with
            | Single x -> [ x ]
            | Couple(l, r, _) -> leaves l @ leaves r

        let rec relabelled rename scheme =
            match scheme with
            | Single x -> Single x
            | Couple(l, r, x) -> Couple(relabelled rename l, relabelled rename r, rename x)

        /// The schemes, the products but the last with the new names, and the last evaluated.
        let put (start: Scheme) (final: Scheme) (products: RecouplingProduct list) =
            let leaves, rules = leaves start, start.Triads @ final.Triads
            let isFree = List.contains label start.Names && not (List.contains label (Zero :: leaves))
            need (isFree && products |> List.forall (fun p -> not (List.contains label p.Sums))) "the label must be one of the first scheme"
            let rename = equate leaves rules (fun x -> if x = label then Zero else x) |> Rule.found "a leaf would be 0, or two leaves equal"

            let found = evaluated (orders symmetries) (rules |> List.map (List.map rename)) [] (renamed rename (List.last products))
            let found = found |> Rule.found "a symbol with an entry 0 cannot be evaluated"
            relabelled rename start, relabelled rename final, renamed rename products.Head, found

        Rule.within (fun () ->
            need (WrittenArguments.isDefinition "AT ZERO" value) "the second premise must be the value of a 6j symbol with an entry 0"

            let statement: Statement =
                match theorem.Statement with
                | :? RecouplingIdentity as i when i.Delta.IsEmpty ->
                    let start, final, left, right = put i.Start i.Final [ i.Left; i.Right ]
                    RecouplingIdentity(start, final, Recoupling.collect left, right, [])
                | :? RecouplingCoefficient as c ->
                    let start, final, _, found = put c.Start c.Final [ c.Value ]
                    RecouplingCoefficient(start, final, found)
                | _ -> raise (Refused "the third premise must be a coefficient or an identity")

            Rule.certifies "zero entry" { RelabellingCertificate.Names = [ label, Zero ] } statement [ symmetries; value; theorem ] [])
