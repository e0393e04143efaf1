namespace Toolkit.Symbolic.Proofs.Kernel

open System

/// Several statements at once.
[<Sealed>]
type AllOf internal (title: string, parts: Statement list) =
    inherit Statement()

    /// What the statements have in common; of no logical weight.
    member _.Title = title

    /// The statements.
    member _.Parts = parts

    override _.Text =
        let lines = parts |> List.mapi (fun i part -> $"({i + 1}) {part.Text}")
        $"""{title}: {String.Join("; ", lines)}"""

/// Certificate of `Conjunction.prove`: nothing but the premises.
[<Sealed>]
type ConjunctionCertificate internal (title: string, count: int) =
    inherit Certificate()

    /// See `AllOf.Title`.
    member _.Title = title

    override _.Rule = "conjunction"
    override _.Size = count

/// Theorems taken together.
[<RequireQualifiedAccess>]
module Conjunction =

    /// From theorems, the theorem that says all of them.
    let prove (title: string) (parts: Theorem list) : Result<Theorem, string> =
        if parts.IsEmpty then
            Error "a conjunction of nothing"
        else
            let statement = AllOf(title, parts |> List.map _.Statement)
            Ok(Rule.certifies (ConjunctionCertificate(title, parts.Length)) statement parts [])
