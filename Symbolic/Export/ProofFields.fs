/// Fields of a proof's JSON document: reading them with a reason when they are not what they should be, and writing
/// them.
module internal Toolkit.Symbolic.Export.ProofFields

open System
open System.Numerics
open System.Text.Json
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
        Replay: JsonElement -> Theorem list -> Result<Theorem, string>
    }

// ---- reading

/// A field is missing or of another kind than its place needs.
exception Unreadable of string

let unreadable text = raise (Unreadable text)

/// The field of a given name.
let field (name: string) (element: JsonElement) : JsonElement =
    match
        element.ValueKind,
        (if element.ValueKind = JsonValueKind.Object then element.TryGetProperty name else (false, element))
    with
    | JsonValueKind.Object, (true, value) -> value
    | _ -> unreadable $"the field \"{name}\" is missing"

let text (element: JsonElement) : string =
    match element.ValueKind with
    | JsonValueKind.String ->
        match element.GetString() with
        | null -> ""
        | value -> value
    | kind -> unreadable $"expected a string, found {kind}"

let integer (element: JsonElement) : int =
    match element.ValueKind with
    | JsonValueKind.Number ->
        match element.TryGetInt32() with
        | true, n -> n
        | _ -> unreadable $"expected an integer, found {element}"
    | kind -> unreadable $"expected an integer, found {kind}"

let bigInteger (element: JsonElement) : BigInteger =
    match BigInteger.TryParse(text element) with
    | true, n -> n
    | _ -> unreadable $"expected an integer, found {element}"

let list (item: JsonElement -> 'a) (element: JsonElement) : 'a list =
    match element.ValueKind with
    | JsonValueKind.Array -> [ for x in element.EnumerateArray() -> item x ]
    | kind -> unreadable $"expected a list, found {kind}"

let polynomial (names: string[]) (element: JsonElement) : Polynomial =
    match Polynomial.TryParse(names, text element) with
    | Some p -> p
    | None -> unreadable $"""expected a polynomial in {String.Join(", ", names)}, found "{text element}" """

let linear (names: string[]) (element: JsonElement) : Linear =
    let p = polynomial names element

    if p.TotalDegree > 1 then
        unreadable $"expected a linear form, found \"{text element}\""

    let coefficient (exponents: int[]) =
        p.Terms names.Length
        |> Seq.tryPick (fun (e, c) -> if e = exponents then Some(int c) else None)
        |> Option.defaultValue 0

    { Constant = coefficient (Array.zeroCreate names.Length)
      Coefficients =
        Array.init names.Length (fun i -> coefficient (Array.init names.Length (fun k -> if k = i then 1 else 0))) }

let symbol (element: JsonElement) : Symbol =
    match text element with
    | "3j" -> Symbol.threeJ
    | "6j" -> Symbol.sixJ
    | other -> unreadable $"expected 3j or 6j, found \"{other}\""

let term (element: JsonElement) : Term =
    let names = field "variables" element |> list text |> Array.ofList

    { Variables = names
      Alternating = (field "alternating" element).ValueKind = JsonValueKind.True
      Numerator = field "numerator" element |> list (linear names)
      Denominator = field "denominator" element |> list (linear names) }

// ---- writing

let writeList (writer: Utf8JsonWriter) (name: string) (write: 'a -> unit) (items: seq<'a>) =
    writer.WriteStartArray name
    Seq.iter write items
    writer.WriteEndArray()

let writeStrings (writer: Utf8JsonWriter) name (items: seq<string>) =
    writeList writer name (fun (s: string) -> writer.WriteStringValue s) items

let writeForms (writer: Utf8JsonWriter) name (names: string[]) (forms: seq<Linear>) =
    writeStrings writer name (forms |> Seq.map (Linear.print names))

let writeIntegers (writer: Utf8JsonWriter) name (items: seq<int>) =
    writeList writer name (fun (n: int) -> writer.WriteNumberValue n) items

let writeTerm (writer: Utf8JsonWriter) (name: string) (term: Term) =
    writer.WriteStartObject name
    writeStrings writer "variables" term.Variables
    writer.WriteBoolean("alternating", term.Alternating)
    writeForms writer "numerator" term.Variables term.Numerator
    writeForms writer "denominator" term.Variables term.Denominator
    writer.WriteEndObject()

let writePolynomials (writer: Utf8JsonWriter) name (names: string[]) (items: seq<Polynomial>) =
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

/// Applies a rule that makes some of its premises itself to the others; those of the file, proved for their own sake,
/// must be the same.
let makingPremises (isGiven: Theorem -> bool) (rule: Theorem list -> Result<Theorem, string>) (premises: Theorem list) =
    rule (List.filter isGiven premises)
    |> Result.bind (fun theorem ->
        let texts = List.map (fun (p: Theorem) -> p.Statement.Text)

        if texts theorem.Premises = texts premises then
            Ok theorem
        else
            Error "the premises are not those of the rule")
