/// Sums over one angular momentum of three 6j symbols, read as Wigner's 9j symbol:
/// Σ_x (−1)^(2x) (2x + 1) {a b c; f i x} {d e f; b x h} {g h i; x a d} = {a b c; d e f; g h i} (DLMF 34.6.2). For
/// reading: what is proved is the sum.
[<RequireQualifiedAccess>]
module Toolkit.Symbolic.Proofs.NineJ

open Toolkit.Symbolic.Proofs.Kernel

/// The rows of the 9j symbol that the product contains, and what is left of the product; None if there is none.
let tryFind (p: RecouplingProduct) : (string list list * RecouplingProduct) option =
    match p.Sums, p.Symbols with
    | [ x ], [ _; _; _ ] ->
        let all (s: string list) =
            match s with
            | [ a; b; c; d; e; f ] -> [ [ a; b; c ]; [ a; e; f ]; [ d; b; f ]; [ d; e; c ] ]
            | _ -> []

        /// The two triads of each symbol that are free of x: a row and a column.
        let triads = p.Symbols |> List.map (all >> List.filter (List.contains x >> not))
        let turns = p.Phase |> List.tryPick (fun (y, n) -> if y = x then Some n else None) |> Option.defaultValue 0
        let weighted = (p.Roots |> List.filter ((=) x)).Length = 2 && turns % 2 = 0

        // (−1)^(2x) is the same for all x of a triad x, y, z: (−1)^(2y + 2z).
        let sign =
            if abs turns % 4 = 2 then []
            else p.Symbols |> List.collect all |> List.find (List.contains x) |> List.filter ((<>) x) |> List.map (fun y -> y, 2)

        let added (phase: (string * int) list) =
            (phase @ sign)
            |> List.groupBy fst
            |> List.map (fun (y, terms) -> y, List.sumBy snd terms)
            |> List.filter (fun (_, n) -> n % 4 <> 0)

        let disjoint (rows: string list list) = List.distinct (List.concat rows) |> List.length = 9

        // Of each symbol, which of its two triads is the row.
        [ for i in 0..1 do
              for k in 0..1 do
                  for l in 0..1 -> [ i; k; l ] ]
        |> List.tryPick (fun choice ->
            if not weighted || triads |> List.exists (fun t -> t.Length <> 2) then
                None
            else
                let rows = List.map2 (fun (t: string list list) i -> t[i]) triads choice
                // The column that comes with the first row is the last one.
                let columns = List.map2 (fun (t: string list list) i -> t[1 - i]) triads choice |> List.rev

                let entry (row: string list) (column: string list) =
                    row |> List.filter (fun y -> List.contains y column)

                let entries = rows |> List.map (fun row -> columns |> List.map (entry row))

                if disjoint rows && disjoint columns && entries |> List.forall (List.forall (fun e -> e.Length = 1)) then
                    Some(
                        entries |> List.map (List.map List.head),
                        { Phase = p.Phase |> List.filter (fun (y, _) -> y <> x) |> added
                          Roots = p.Roots |> List.filter ((<>) x)
                          Symbols = []
                          Sums = [] }
                    )
                else
                    None)
    | _ -> None

/// "(-1)**(…) sqrt(2*e + 1) 9j(a, b, e; c, d, f; g, h, J)", if the product is that.
let tryText (p: RecouplingProduct) : string option =
    tryFind p
    |> Option.map (fun (rows, rest) ->
        let row (names: string list) = System.String.Join(", ", names)

        let phase =
            match rest.Phase |> List.map (fun (x, n) -> if n = 1 then x elif n = -1 then "-" + x else $"{n}*{x}") with
            | [] -> []
            | terms -> [ $"""(-1)**({System.String.Join(" + ", terms).Replace("+ -", "- ")})""" ]

        let roots =
            rest.Roots |> List.countBy id |> List.map (fun (x, n) -> if n = 2 then $"(2*{x} + 1)" else $"sqrt(2*{x} + 1)")

        System.String.Join(" ", phase @ roots @ [ $"9j({row rows[0]}; {row rows[1]}; {row rows[2]})" ]))
