namespace Toolkit.Symbolic.Proofs.Kernel

// The trusted base is this namespace and nothing else: the files of Proofs/Kernel, with Algebra and Hypergeometric
// below them. The representation of Theorem is private to the namespace, so a value of the type exists only because a
// rule in one of these files has checked it. Whatever derives, names, prints or stores theorems lives outside and may
// be wrong without harm.

open System

/// What a theorem says. Each family of rules has its own kind of statement.
[<AbstractClass>]
type Statement() =
    /// The statement in words and formulas, complete: quantifiers, domain and conditions included.
    abstract Text: string

/// What a rule was given to check, besides its premises: enough to check it again.
[<AbstractClass>]
type Certificate() =
    /// The name of the rule.
    abstract Rule: string
    /// How large the certificate is: the number of terms of its polynomials.
    abstract Size: int

/// A proved statement. There is no other way to get one than the rules of this namespace.
type Theorem =
    private
        { statement: Statement
          certificate: Certificate
          premises: Theorem list
          assumptions: string list }

    /// What has been proved.
    member this.Statement = this.statement

    /// What the last rule was given.
    member this.Certificate = this.certificate

    /// The theorems that the last rule used.
    member this.Premises = this.premises

    /// Mathematical facts on which the statement rests and which no rule checks, its own and those of its premises.
    member this.Assumptions =
        (this.assumptions @ (this.premises |> List.collect _.Assumptions)) |> List.distinct |> List.sort

    /// The statement's text.
    override this.ToString() = this.statement.Text

/// Certificate of a rule that needs nothing but its premises.
[<Sealed>]
type PlainCertificate internal (rule: string, size: int) =
    inherit Certificate()
    override _.Rule = rule
    override _.Size = size

/// What the rules of this namespace, and nobody else, can say.
module private Rule =

    /// The theorem that a rule yields once everything has been checked; with the rule's own certificate.
    let certifies
        (certificate: Certificate)
        (statement: Statement)
        (premises: Theorem list)
        (assumptions: string list)
        =
        { statement = statement; certificate = certificate; premises = premises; assumptions = assumptions }

    /// The theorem that a rule without data of its own yields.
    let concludes (rule: string) (statement: Statement) (premises: Theorem list) (assumptions: string list) =
        certifies (PlainCertificate(rule, premises.Length)) statement premises assumptions

    /// All theorems, or the first failure.
    let rec all (results: Result<Theorem, string> list) : Result<Theorem list, string> =
        match results with
        | [] -> Ok []
        | Error why :: _ -> Error why
        | Ok theorem :: rest -> all rest |> Result.map (fun more -> theorem :: more)
