/// The theorems that the project proves, by name.
module Toolkit.Symbolic.Proofs.Catalogue

open Toolkit.Symbolic.Proofs.Theorems

/// All of them, in the order of the report.
let entries: Entry list =
    ThreeJ.entries @ SixJ.entries @ GeneratingFunction.entries @ Rotations.entries @ MatrixElements.entries @ Trees.entries

/// Those with one of the given names; "3j.contiguous.*" stands for all that begin with "3j.contiguous.". Error: the
/// first name that fits none.
let select (names: string list) : Result<Entry list, string> =
    let fits (name: string) (entry: Entry) =
        if name.EndsWith '*' then
            entry.Name.StartsWith(name.TrimEnd '*', System.StringComparison.Ordinal)
        else
            entry.Name = name

    match names |> List.tryFind (fun name -> not (List.exists (fits name) entries)) with
    | Some unknown -> Error unknown
    | None -> Ok(entries |> List.filter (fun e -> names |> List.exists (fun name -> fits name e)))
