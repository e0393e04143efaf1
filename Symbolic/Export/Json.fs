/// JSON documents as immutable data, read strictly: a key that stands twice in an object, a number that is no integer,
/// and a key that nobody asked for are refused.
module internal Toolkit.Symbolic.Export.Json

open System
open System.Collections.Generic
open System.Numerics
open System.Text.Json

/// A document, or a part of it.
type Json =
    | Null
    | Truth of bool
    | Integer of BigInteger
    | Text of string
    | Items of Json list
    | Members of Members

/// An object's members, and which of them have been asked for.
and Members(where: string, values: Map<string, Json>) =
    let asked = HashSet<string>()

    /// Where the object stands in the document.
    member _.Where = where

    /// The value of a key, which counts as asked for.
    member _.TryFind(key: string) =
        asked.Add key |> ignore
        values.TryFind key

    /// The first key here or below that nobody has asked for.
    member _.Unasked: string option =
        values
        |> Map.toSeq
        |> Seq.tryPick (fun (key, value) ->
            if asked.Contains key then
                Members.UnaskedBelow value
            else
                Some $"the key \"{key}\" of {where}")

    static member private UnaskedBelow(value: Json) : string option =
        match value with
        | Members m -> m.Unasked
        | Items items -> items |> List.tryPick Members.UnaskedBelow
        | _ -> None

/// A part of the document is missing or of another kind than its place needs.
exception Unreadable of string

let unreadable text = raise (Unreadable text)

/// Numbers with more digits than this are refused.
[<Literal>]
let private MostDigits = 1000

let private kindOf json =
    match json with
    | Null -> "null"
    | Truth _ -> "a truth value"
    | Integer _ -> "a number"
    | Text _ -> "a string"
    | Items _ -> "a list"
    | Members _ -> "an object"

/// An integer as it is written: digits, perhaps after a minus sign.
let readInteger (text: string) : BigInteger =
    let digits = if text.StartsWith '-' then text.Substring 1 else text

    if digits = "" || not (Seq.forall Char.IsAsciiDigit digits) then
        let shown = if text.Length > 40 then text.Substring(0, 40) + "…" else text
        unreadable $"expected an integer, found {shown}"

    if digits.Length > MostDigits then
        unreadable $"an integer of more than {MostDigits} digits"

    BigInteger.Parse text

let rec private convert (where: string) (element: JsonElement) : Json =
    match element.ValueKind with
    | JsonValueKind.True -> Truth true
    | JsonValueKind.False -> Truth false
    | JsonValueKind.Number -> Integer(readInteger (element.GetRawText()))
    | JsonValueKind.String ->
        match element.GetString() with
        | null -> Null
        | text -> Text text
    | JsonValueKind.Array ->
        Items(List.mapi (fun i item -> convert $"{where}[{i}]" item) [ for item in element.EnumerateArray() -> item ])
    | JsonValueKind.Object ->
        let map =
            (Map.empty, element.EnumerateObject())
            ||> Seq.fold (fun map property ->
                if map.ContainsKey property.Name then
                    unreadable $"the key \"{property.Name}\" stands twice in {where}"

                map.Add(property.Name, convert $"{where}.{property.Name}" property.Value))

        Json.Members(new Members(where, map))
    | _ -> Null

/// Reads a document.
let parse (text: string) : Json =
    try
        use document = JsonDocument.Parse text
        convert "the document" document.RootElement
    with
    | :? JsonException as e ->
        let line, column = e.LineNumber.GetValueOrDefault() + 1L, e.BytePositionInLine.GetValueOrDefault() + 1L
        unreadable $"not JSON: line {line}, byte {column}"
    // A string with half of a surrogate pair.
    | :? InvalidOperationException -> unreadable "not JSON: a string is not Unicode"

/// Refuses a document with a key that nobody has asked for.
let refuseUnasked (json: Json) =
    match json with
    | Members m ->
        match m.Unasked with
        | Some which -> unreadable $"{which} is unknown here"
        | None -> ()
    | _ -> ()

/// The field of a given name, if it is there.
let tryField (name: string) (json: Json) : Json option =
    match json with
    | Members m -> m.TryFind name
    | other -> unreadable $"expected an object with the field \"{name}\", found {kindOf other}"

/// The field of a given name.
let field (name: string) (json: Json) : Json =
    match tryField name json with
    | Some value -> value
    | None -> unreadable $"the field \"{name}\" is missing"

let text (json: Json) : string =
    match json with
    | Text value -> value
    | other -> unreadable $"expected a string, found {kindOf other}"

let integer (json: Json) : BigInteger =
    match json with
    | Integer n -> n
    | other -> unreadable $"expected an integer, found {kindOf other}"

/// A small natural number: a position, a count.
let position (json: Json) : int =
    let n = integer json
    if n.Sign < 0 || n > BigInteger 1_000_000 then unreadable $"expected a position, found {n}"
    int n

let truth (json: Json) : bool =
    match json with
    | Truth value -> value
    | other -> unreadable $"expected true or false, found {kindOf other}"

let list (item: Json -> 'a) (json: Json) : 'a list =
    match json with
    | Items items -> items |> List.map item
    | other -> unreadable $"expected a list, found {kindOf other}"
