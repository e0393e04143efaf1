namespace Toolkit.Symbolic.Proofs.Kernel


/// Several statements at once.
[<Sealed>]
type AllOf internal (parts: Statement list) =
    inherit Statement(box parts)

    /// The statements; none of them is a conjunction.
    member _.Parts = parts

    override _.Text =
        let lines = parts |> List.mapi (fun i part -> $"({i + 1}) {part.Text}")
        String.concat "; " lines

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

        Rule.within (fun () ->
            need (not parts.IsEmpty) "a conjunction of nothing"
            need (statements.Length <= MostParts) $"a conjunction of more than {MostParts} statements"
            Rule.concludes "conjunction" (AllOf statements) parts [])
