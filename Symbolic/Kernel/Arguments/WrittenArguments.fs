namespace Toolkit.Symbolic.Proofs.Kernel

open System.Collections.Generic
open System.IO
open System.Reflection
open System.Text.RegularExpressions

/// What a written argument concludes. Its text stands in written-arguments.txt.
[<Sealed>]
type Argued internal (name: string, text: string) =
    inherit Statement(box name)

    /// Which argument: the name of its rule, or "rule / law".
    member _.Name = name

    override _.Text = text

/// The one rule behind written-arguments.txt: from statements that have been proved, word for word, to the one that people have
/// argued for. A statement's text is all that it says, so that the same words are the same statement.
[<RequireQualifiedAccess>]
module WrittenArguments =

    type internal Argument = { From: string list; By: string list; So: string }

    /// The file, for those who read it and for the checkers that share it.
    let text: string =
        use stream = nonNull (Assembly.GetExecutingAssembly().GetManifestResourceStream "written-arguments.txt")
        use reader = new StreamReader(stream)
        reader.ReadToEnd()

    /// Lines without remarks, those indented by four joined to the one that they continue.
    let private lines =
        (text.Split '\n' |> List.ofArray, [])
        ||> List.foldBack (fun line later ->
            match later with
            | _ when line.Trim() = "" || line[0] = '#' -> later
            | next :: rest when (next: string).StartsWith "    " -> $"{line.TrimEnd()} {next.Trim()}" :: rest
            | _ -> line.TrimEnd() :: later)

    /// With words in place of what stands in braces, all at once.
    let private replaced (words: IReadOnlyDictionary<string, string>) (text: string) =
        Regex.Replace(text, "{([^}]*)}", fun found ->
            match words.TryGetValue found.Groups[1].Value with
            | true, word -> word
            | _ -> found.Value)

    let private definitions, private arguments =
        let definitions, arguments = Dictionary<string, string>(), Dictionary<string, Argument>()
        let mutable name = ""

        let expand (text: string) =
            let text = replaced definitions text
            if text.Contains '{' then invalidOp $"a name without a definition: {text}" else text

        let add (change: Argument -> Argument) = arguments[name] <- change arguments[name]

        for line in lines do
            match line.Trim().Split(' ', 2) with
            | [| "let"; definition |] ->
                let parts = definition.Split(" = ", 2)
                definitions.Add(parts[0], expand parts[1])
            | [| "template"; definition |] ->
                let parts = definition.Split(" = ", 2)
                definitions.Add(parts[0], replaced definitions parts[1])
            | [| "argument"; title |] ->
                name <- title
                arguments.Add(name, { From = []; By = []; So = "" })
            | [| "from"; premise |] ->
                let text = if premise.StartsWith "argument " then arguments[premise.Substring 9].So else expand premise
                add (fun a -> { a with From = a.From @ [ text ] })
            | [| "by"; assumption |] -> add (fun a -> { a with By = a.By @ [ expand assumption ] })
            | [| "so"; statement |] -> add (fun a -> { a with So = expand statement })
            | [| "because"; _ |] -> ()
            | _ -> invalidOp $"not a line of written arguments: {line}"

        definitions, arguments

    /// What "let NAME = …" says.
    let internal definition (name: string) : string = definitions[name]

    /// What "template NAME = …" says, with these words in its places.
    let internal fill (name: string) (words: (string * string) list) : string = replaced (dict words |> Dictionary) definitions[name]

    /// The names of all of them.
    let names: string list = List.ofSeq arguments.Keys

    /// The theorem says what is defined by that name.
    let isDefinition (name: string) (theorem: Theorem) : bool = theorem.Statement.Text = definitions[name]

    /// The theorem is the conclusion of the argument of that name.
    let isStated (name: string) (theorem: Theorem) : bool =
        match theorem.Statement with
        | :? Argued as s -> s.Name = name
        | _ -> false

    /// The argument's conclusion, from its premises in their order.
    let prove (name: string) (premises: Theorem list) : Result<Theorem, string> =
        match arguments.TryGetValue name with
        | true, a when premises |> List.map _.Statement.Text = a.From ->
            Ok(Rule.concludes (name.Split(" / ")[0]) (Argued(name, a.So)) premises a.By)
        | true, a ->
            let found = premises |> List.map (fun p -> p.Statement.Text)

            Seq.zip (Seq.append found (Seq.initInfinite (fun _ -> "nothing"))) a.From
            |> Seq.tryFind (fun (x, y) -> x <> y)
            |> Option.map (fun (found, needed) -> $"a premise must be: {needed}; found: {found}")
            |> Option.defaultValue $"{a.From.Length} premises are needed, not {premises.Length}"
            |> Error
        | _ -> Error $"there is no written argument \"{name}\""
