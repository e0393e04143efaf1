namespace Toolkit.Symbolic.Proofs.Kernel

// The trusted base is this assembly and nothing else. The constructor of Theorem is internal to it, and it has no
// friends, so a value of the type exists only because a rule in one of these files has checked it. Whatever derives,
// names, prints or stores theorems lives outside and may be wrong without harm.

open System

/// What a theorem says. Each family of rules has its own kind of statement; two statements are equal when their data
/// are, whatever they are printed as.
[<AbstractClass>]
type Statement internal (data: objnull) =
    member private _.Data = data

    /// The statement in words and formulas, complete: quantifiers, domain and conditions included.
    abstract Text: string

    override this.Equals(other: objnull) =
        match other with
        | :? Statement as s -> s.GetType() = this.GetType() && obj.Equals(s.Data, data)
        | _ -> false

    override _.GetHashCode() =
        match data with
        | null -> 0
        | data -> data.GetHashCode()

/// What a rule was given to check, besides its premises: enough to check it again. By itself that of a rule that needs nothing else.
type Certificate internal (rule: string, size: int) =
    /// The name of the rule.
    member _.Rule = rule

    /// How large the certificate is: the number of terms of its polynomials.
    member _.Size = size

/// A proved statement. There is no other way to get one than the rules of this assembly.
[<Sealed; AllowNullLiteral(false)>]
type Theorem
    internal (statement: Statement, certificate: Certificate, premises: Theorem list, ownAssumptions: string list) =

    let assumptions =
        ownAssumptions @ (premises |> List.collect (fun p -> p.Assumptions)) |> List.distinct |> List.sort

    /// What has been proved.
    member _.Statement = statement

    /// What the last rule was given.
    member _.Certificate = certificate

    /// The theorems that the last rule used.
    member _.Premises = premises

    /// Mathematical facts and written arguments on which the statement rests and which no rule checks, its own and
    /// those of its premises.
    member _.Assumptions: string list = assumptions

    /// The statement's text.
    override _.ToString() = statement.Text

/// What the rules of this assembly, and nobody else, can say.
module internal Rule =

    /// The theorem that a rule yields once everything has been checked; with the rule's own certificate.
    let certifies (certificate: Certificate) (statement: Statement) (premises: Theorem list) (assumptions: string list) =
        Theorem(statement, certificate, premises, assumptions)

    /// The theorem that a rule without data of its own yields.
    let concludes (rule: string) (statement: Statement) (premises: Theorem list) (assumptions: string list) =
        certifies (Certificate(rule, premises.Length)) statement premises assumptions

    /// A rule's answer, in which a limit that has been passed (of a polynomial's degree or size) is a refusal.
    let within (rule: unit -> Result<Theorem, string>) : Result<Theorem, string> =
        try
            rule ()
        with :? OverflowException as limit ->
            Error $"a limit is passed: {limit.Message}"

    /// All theorems, or the first failure.
    let rec all (results: Result<Theorem, string> list) : Result<Theorem list, string> =
        match results with
        | [] -> Ok []
        | Error why :: _ -> Error why
        | Ok theorem :: rest -> all rest |> Result.map (fun more -> theorem :: more)
