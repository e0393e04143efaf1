namespace Toolkit.Symbolic.Proofs.Theorems

open Toolkit.Symbolic.Proofs.Kernel

/// A theorem that the project knows how to prove.
type Entry =
    {
        /// Dotted and stable: "3j.recursion-m".
        Name: string
        /// False for theorems that are proved only on request or in a full run.
        ByDefault: bool
        /// The argument in words, for the report.
        Argument: string
        /// The proof, carried out when first asked for.
        Proof: Lazy<Result<Theorem, string>>
    }

/// What theorem modules have in common.
[<RequireQualifiedAccess>]
module Entry =

    /// An entry of the default set.
    let create name argument (prove: unit -> Result<Theorem, string>) =
        { Name = name; ByDefault = true; Argument = argument; Proof = lazy (prove ()) }

    /// Applies a rule to premises that may have failed.
    let using (rule: Theorem -> Result<Theorem, string>) (premise: Result<Theorem, string>) = Result.bind rule premise

    /// All of them, or the first failure.
    let all (results: Result<Theorem, string> list) : Result<Theorem list, string> =
        List.foldBack
            (fun r acc -> r |> Result.bind (fun t -> acc |> Result.map (fun ts -> t :: ts)))
            results
            (Ok [])

    /// A written argument applied to premises that may have failed.
    let argue (name: string) (premises: Result<Theorem, string> list) : Result<Theorem, string> =
        all premises |> Result.bind (WrittenArguments.prove name)
