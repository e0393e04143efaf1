/// Fields of a proof's JSON document: reading them with a reason when they are not what they should be, and writing
/// them.
module internal Toolkit.Symbolic.Export.ProofFields

open System
open System.Numerics
open System.Text.Json
open Toolkit.Symbolic.Export.Json
open Toolkit.Symbolic.Algebra
open Toolkit.Symbolic.Hypergeometric
open Toolkit.Symbolic.Proofs.Kernel

/// How a rule's certificate is written, and applied again when it is read.
type Codec =
    {
        /// Names of the rules that it serves.
        Rules: string list
        /// Writes the fields of a theorem that this codec's rule made.
        Write: Utf8JsonWriter -> Theorem -> unit
        /// Applies the rule to what the fields say.
        Replay: Json -> Theorem list -> Result<Theorem, string>
    }

// ---- reading

let polynomial (names: string list) (json: Json) : Polynomial =
    if names.Length > Polynomial.MostVariables then
        unreadable $"more than {Polynomial.MostVariables} variables"

    match PolynomialText.tryParse names (text json) with
    | Some p -> p
    | None -> unreadable $"""expected a polynomial in {String.Join(", ", names)}, found "{text json}" """

let linear (names: string list) (json: Json) : Linear =
    let p = polynomial names json

    if p.TotalDegree > 1 then
        unreadable $"expected a linear form, found \"{text json}\""

    let coefficient (exponents: int list) =
        p.Terms names.Length
        |> Seq.tryPick (fun (e, c) -> if e = exponents then Some c else None)
        |> Option.defaultValue BigInteger.Zero

    let unit i = List.init names.Length (fun k -> if k = i then 1 else 0)

    { Constant = coefficient (unit -1)
      Coefficients = List.init names.Length (unit >> coefficient) }

/// Distinct names, so few that a polynomial can be in all of them.
let names (json: Json) : string list =
    let found = list text json

    if not (Name.areDistinct found) then
        unreadable $"""expected names, each once, found {String.Join(", ", found)}"""
    elif found.Length > Polynomial.MostVariables then
        unreadable $"expected at most {Polynomial.MostVariables} names, found {found.Length}"

    found

let symbol (json: Json) : Symbol =
    match Symbol.TryFind(text json) with
    | Some found -> found
    | None -> unreadable $"expected 3j, 6j or D, found \"{text json}\""

let term (json: Json) : Term =
    let variables = field "variables" json |> names

    { Variables = variables
      Alternating = field "alternating" json |> truth
      Numerator = field "numerator" json |> list (linear variables)
      Denominator = field "denominator" json |> list (linear variables)
      Powers =
        let letters, exponents = field "letters" json |> names, field "exponents" json |> list (linear variables)
        if letters.Length <> exponents.Length then unreadable "every letter needs an exponent"
        List.zip letters exponents }

// ---- writing

let writeList (writer: Utf8JsonWriter) (name: string) (write: 'a -> unit) (items: seq<'a>) =
    writer.WriteStartArray name
    Seq.iter write items
    writer.WriteEndArray()

let writeStrings (writer: Utf8JsonWriter) name (items: seq<string>) =
    writeList writer name (fun (s: string) -> writer.WriteStringValue s) items

let writeForms (writer: Utf8JsonWriter) name (names: string list) (forms: seq<Linear>) =
    writeStrings writer name (forms |> Seq.map (Linear.print names))

let writeIntegers (writer: Utf8JsonWriter) name (items: seq<BigInteger>) =
    writeList writer name (fun (n: BigInteger) -> writer.WriteRawValue(string n)) items

let writeInteger (writer: Utf8JsonWriter) (name: string) (n: BigInteger) =
    writer.WritePropertyName name
    writer.WriteRawValue(string n)

let writeTerm (writer: Utf8JsonWriter) (name: string) (term: Term) =
    writer.WriteStartObject name
    writeStrings writer "variables" term.Variables
    writer.WriteBoolean("alternating", term.Alternating)
    writeForms writer "numerator" term.Variables term.Numerator
    writeForms writer "denominator" term.Variables term.Denominator

    writeStrings writer "letters" term.Letters
    writeForms writer "exponents" term.Variables (List.map snd term.Powers)
    writer.WriteEndObject()

let writePolynomials (writer: Utf8JsonWriter) name (names: string list) (items: seq<Polynomial>) =
    writeStrings writer name (items |> Seq.map (fun p -> p.Print names))

// ---- premises

let one (premises: Theorem list) (rule: Theorem -> Result<Theorem, string>) =
    match premises with
    | [ premise ] -> rule premise
    | _ -> Error $"expected one premise, found {premises.Length}"

let two (premises: Theorem list) rule =
    match premises with
    | [ first; second ] -> rule first second
    | _ -> Error $"expected two premises, found {premises.Length}"

let three (premises: Theorem list) rule =
    match premises with
    | [ first; second; third ] -> rule first second third
    | _ -> Error $"expected three premises, found {premises.Length}"

let noPremises (premises: Theorem list) (rule: unit -> Result<Theorem, string>) =
    if premises.IsEmpty then rule () else Error "expected no premises"

/// A rule whose certificate is the premises alone.
let plain rule (replay: Theorem list -> Result<Theorem, string>) =
    { Rules = [ rule ]; Write = (fun _ _ -> ()); Replay = fun _ premises -> replay premises }
