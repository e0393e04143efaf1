namespace Toolkit.Symbolic.CouplingTrees

open System.Text.Json

/// Reads coupling-tree/1, the form in which the numerical representations describe what they compute. Every error is
/// one line: where, what was found, what was expected.
[<RequireQualifiedAccess>]
module CouplingTreeReader =

    exception private Refused of string

    let private refuse (where: string) (found: string) (expected: string) : 'a =
        raise (Refused $"{where}: found {found}, expected {expected}")

    let private show (element: JsonElement) =
        let text = element.GetRawText().ReplaceLineEndings " "
        if text.Length > 40 then text.Substring(0, 40) + "…" else text

    /// The members of an object, each once and each known.
    let private members (where: string) (known: string list) (element: JsonElement) : Map<string, JsonElement> =
        let list = String.concat ", " known

        if element.ValueKind <> JsonValueKind.Object then
            refuse where (show element) $"an object with {list}"

        (Map.empty, element.EnumerateObject())
        ||> Seq.fold (fun map property ->
            if not (List.contains property.Name known) then
                refuse where $"the key '{property.Name}'" $"one of {list}"
            elif map.ContainsKey property.Name then
                refuse where $"the key '{property.Name}' twice" "it once"
            else
                map.Add(property.Name, property.Value))

    let private need (where: string) (key: string) (map: Map<string, JsonElement>) =
        match map.TryFind key with
        | Some value -> value
        | None -> refuse where "nothing" $"the key '{key}'"

    let private text (where: string) (element: JsonElement) : string =
        match element.ValueKind, element with
        | JsonValueKind.String, e -> nonNull (e.GetString())
        | _ -> refuse where (show element) "a text"

    let private isName (name: string) =
        name <> ""
        && System.Char.IsAsciiLetter name[0]
        && Seq.forall (fun c -> System.Char.IsAsciiLetterOrDigit c || c = '_') name

    let private name (where: string) (element: JsonElement) =
        let found = text where element

        if isName found then
            found
        else
            refuse where $"'{found}'" "a name of letters, digits and underscores that starts with a letter"

    let private choose (where: string) (options: (string * 'a) list) (element: JsonElement) : 'a =
        let found = text where element

        match List.tryFind (fst >> (=) found) options with
        | Some(_, value) -> value
        | None -> refuse where $"'{found}'" (options |> List.map fst |> String.concat " or ")

    let private order (where: string) (element: JsonElement) =
        match element.ValueKind with
        | JsonValueKind.String -> Named(name where element)
        | JsonValueKind.Number ->
            match element.TryGetInt32() with
            | true, n when n >= 0 -> Fixed n
            | _ -> refuse where (show element) "an integer ≥ 0 or a name"
        | _ -> refuse where (show element) "an integer ≥ 0 or a name"

    let private field (where: string) (element: JsonElement) =
        let map = members where [ "rank"; "parity"; "time" ] element

        let rank =
            match map.TryFind "rank" with
            | None -> 0
            | Some value ->
                match value.ValueKind = JsonValueKind.Number, value with
                | true, v when fst (v.TryGetInt32()) && (v.GetInt32() = 0 || v.GetInt32() = 1) -> v.GetInt32()
                | _ -> refuse $"{where}.rank" (show value) "0 or 1"

        { Rank = rank
          Parity = need where "parity" map |> choose $"{where}.parity" [ "polar", Polar; "axial", Axial ]
          Time = need where "time" map |> choose $"{where}.time" [ "even", Even; "odd", Odd ] }

    let rec private node (fields: Map<string, Field>) (where: string) (element: JsonElement) =
        let map = members where [ "leaf"; "l"; "J"; "couple"; "L"; "sumJ"; "map"; "sum" ] element

        let isSummed =
            match map.TryFind "sumJ" with
            | None -> false
            | Some value when value.ValueKind = JsonValueKind.True -> true
            | Some value when value.ValueKind = JsonValueKind.False -> false
            | Some value -> refuse $"{where}.sumJ" (show value) "true or false"

        if map.ContainsKey "map" then
            Mapped(node fields $"{where}.map" (need where "map" (members where [ "map" ] element)))
        elif map.ContainsKey "sum" then
            let terms = need where "sum" (members where [ "sum" ] element)

            if terms.ValueKind <> JsonValueKind.Array || terms.GetArrayLength() = 0 then
                refuse $"{where}.sum" (show terms) "an array of at least one node"

            Sum(List.mapi (fun i term -> node fields $"{where}.sum[{i}]" term) [ for t in terms.EnumerateArray() -> t ])
        elif map.ContainsKey "couple" && isSummed then
            let map = members where [ "couple"; "L"; "sumJ" ] element
            let children = map["couple"]

            if children.ValueKind <> JsonValueKind.Array || children.GetArrayLength() <> 2 then
                refuse $"{where}.couple" (show children) "an array of two nodes"

            /// A vector leaf; its J is summed over, so it has none.
            let leaf (i: int) =
                let place = $"{where}.couple[{i}]"
                let map = members place [ "leaf"; "l" ] children[i]
                let field = name $"{place}.leaf" (need place "leaf" map)

                match fields.TryFind field with
                | Some { Rank = 1 } -> field, order $"{place}.l" (need place "l" map)
                | _ -> refuse $"{place}.leaf" $"'{field}'" "a field of rank 1, since its J is summed over"

            CoupleVectors(leaf 0, leaf 1, order $"{where}.L" (need where "L" map))
        elif map.ContainsKey "couple" then
            let map = members where [ "couple"; "L"; "sumJ" ] element
            let children = map["couple"]

            if children.ValueKind <> JsonValueKind.Array || children.GetArrayLength() <> 2 then
                refuse $"{where}.couple" (show children) "an array of two nodes"

            Couple(
                node fields $"{where}.couple[0]" children[0],
                node fields $"{where}.couple[1]" children[1],
                order $"{where}.L" (need where "L" map)
            )
        else
            let leaf = name $"{where}.leaf" (need where "leaf" map)

            match fields.TryFind leaf with
            | None ->
                let known = fields.Keys |> String.concat ", "
                refuse $"{where}.leaf" $"'{leaf}'" $"one of the fields {known}"
            | Some { Rank = 0 } ->
                let map = members where [ "leaf"; "l" ] element
                Scalar(leaf, order $"{where}.l" (need where "l" map))
            | Some _ ->
                let map = members where [ "leaf"; "l"; "J" ] element
                Vector(leaf, order $"{where}.l" (need where "l" map), order $"{where}.J" (need where "J" map))

    /// The tree in a text, or one line that says what is wrong with it.
    let read (json: string) : Result<CouplingTree, string> =
        try
            use document =
                JsonDocument.Parse(
                    json,
                    JsonDocumentOptions(CommentHandling = JsonCommentHandling.Skip, MaxDepth = 512)
                )

            let map = members "coupling tree" [ "format"; "fields"; "tree" ] document.RootElement
            let format = text "format" (need "coupling tree" "format" map)

            if format <> "coupling-tree/1" then
                refuse "format" $"'{format}'" "'coupling-tree/1'"

            let listed = need "coupling tree" "fields" map

            if listed.ValueKind <> JsonValueKind.Object then
                refuse "fields" (show listed) "an object of named fields"

            let fields =
                (Map.empty, listed.EnumerateObject())
                ||> Seq.fold (fun known property ->
                    if not (isName property.Name) then
                        refuse
                            "fields"
                            $"'{property.Name}'"
                            "a name of letters, digits and underscores that starts with a letter"
                    elif known.ContainsKey property.Name then
                        refuse "fields" $"the field '{property.Name}' twice" "it once"
                    else
                        known.Add(property.Name, field $"fields.{property.Name}" property.Value))

            Ok { Fields = fields; Tree = node fields "tree" (need "coupling tree" "tree" map) }
        with
        | Refused line -> Error line
        | :? JsonException as e ->
            let line, column = e.LineNumber.GetValueOrDefault() + 1L, e.BytePositionInLine.GetValueOrDefault() + 1L
            Error $"line {line}, byte {column}: not JSON"
