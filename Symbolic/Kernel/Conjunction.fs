namespace Toolkit.Symbolic.Proofs.Kernel

open System

/// Several statements at once.
[<Sealed>]
type AllOf internal (parts: Statement list) =
    inherit Statement(box parts)

    /// The statements; none of them is a conjunction.
    member _.Parts = parts

    override _.Text =
        let lines = parts |> List.mapi (fun i part -> $"({i + 1}) {part.Text}")
        String.Join("; ", lines)

/// Theorems taken together.
[<RequireQualifiedAccess>]
module Conjunction =

    /// A conjunction of more statements is refused.
    [<Literal>]
    let private MostParts = 1000

    /// From theorems, the theorem that says all of them.
    let prove (parts: Theorem list) : Result<Theorem, string> =
        let statements =
            parts
            |> List.collect (fun part ->
                match part.Statement with
                | :? AllOf as all -> all.Parts
                | single -> [ single ])

        if parts.IsEmpty then Error "a conjunction of nothing"
        elif statements.Length > MostParts then Error $"a conjunction of more than {MostParts} statements"
        else Ok(Rule.concludes "conjunction" (AllOf statements) parts [])
