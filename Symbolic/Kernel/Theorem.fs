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

/// A proved statement. There is no other way to get one than the rules of this assembly.
[<Sealed; AllowNullLiteral(false)>]
type Theorem
    internal (rule: string, certificate: obj, statement: Statement, premises: Theorem list, ownAssumptions: string list) =

    let assumptions =
        ownAssumptions @ (premises |> List.collect (fun p -> p.Assumptions)) |> List.distinct |> List.sort

    /// What has been proved.
    member _.Statement = statement

    /// The name of the last rule.
    member _.Rule = rule

    /// What the last rule was given to check, besides its premises: enough to check it again.
    member _.Certificate = certificate

    /// The theorems that the last rule used.
    member _.Premises = premises

    /// Mathematical facts and written arguments on which the statement rests and which no rule checks, its own and
    /// those of its premises.
    member _.Assumptions: string list = assumptions

    /// The statement's text.
    override _.ToString() = statement.Text

/// Why a rule refuses.
exception internal Refused of string

/// How a rule states what must be.
[<AutoOpen>]
module internal Needs =

    /// Refuses, unless the condition is met.
    let need (condition: bool) (why: string) : unit = if not condition then raise (Refused why)

/// What the rules of this assembly, and nobody else, can say.
module internal Rule =

    /// What is there; or a refusal.
    let found (why: string) (value: 'a option) : 'a = match value with Some x -> x | None -> raise (Refused why)

    /// The theorem that a rule yields once everything has been checked; with the rule's own certificate.
    let certifies (rule: string) (certificate: obj) (statement: Statement) (premises: Theorem list) (assumptions: string list) =
        Theorem(rule, certificate, statement, premises, assumptions)

    /// The theorem that a rule without data of its own yields.
    let concludes (rule: string) (statement: Statement) (premises: Theorem list) (assumptions: string list) =
        certifies rule statement statement premises assumptions

    /// A rule's answer, in which a limit that has been passed (of a polynomial's degree or size) is a refusal, too.
    let within (rule: unit -> Theorem) : Result<Theorem, string> =
        try
            Ok(rule ())
        with
        | Refused why -> Error why
        | :? OverflowException as limit -> Error $"a limit is passed: {limit.Message}"
