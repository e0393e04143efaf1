/// Proofs as files: a JSON document lists the steps of a proof, each with its rule, what the rule was given, and which
/// earlier steps it used. `check` applies the rules again, from the file alone, and compares what they say with what
/// the file says.
module Toolkit.Symbolic.Export.ProofFile

open System
open System.IO
open System.Text.Encodings.Web
open System.Text.Json
open Toolkit.Symbolic.Proofs.Kernel
open Toolkit.Symbolic.Export.Json
open Toolkit.Symbolic.Export.ProofFields

/// The value of the field "format".
[<Literal>]
let Format = "toolkit-proof/1"

/// The codecs of all rules.
let private codecs: Codec list = SymbolCodecs.all @ PowerCodecs.all @ TypingCodecs.all @ TableCodec.all

let private codecOf (rule: string) = codecs |> List.tryFind (fun c -> List.contains rule c.Rules)

/// The steps of a proof, premises first, each once.
let steps (theorem: Theorem) : Theorem list =
    let seen = Collections.Generic.HashSet<Theorem>(HashIdentity.Reference)
    let ordered = Collections.Generic.List<Theorem>()

    let rec visit (t: Theorem) =
        if seen.Add t then
            List.iter visit t.Premises
            ordered.Add t

    visit theorem
    List.ofSeq ordered

/// Writes a proof as JSON.
let write (name: string) (argument: string) (theorem: Theorem) : string =
    use stream = new MemoryStream()
    let options = JsonWriterOptions(Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping)

    using (new Utf8JsonWriter(stream, options)) (fun writer ->
        let steps = steps theorem
        let numbers = Collections.Generic.Dictionary<Theorem, int>(HashIdentity.Reference)
        steps |> List.iteri (fun i t -> numbers[t] <- i)
        writer.WriteStartObject()
        writer.WriteString("format", Format)
        writer.WriteString("name", name)
        writer.WriteString("statement", theorem.Statement.Text)
        writer.WriteString("method", theorem.Rule)
        writer.WriteString("argument", argument)
        writeStrings writer "assumptions" theorem.Assumptions

        writeList
            writer
            "steps"
            (fun (step: Theorem) ->
                let rule = step.Rule
                writer.WriteStartObject()
                writer.WriteString("rule", rule)
                writeIntegers writer "premises" (step.Premises |> List.map (fun p -> Numerics.BigInteger numbers[p]))
                writer.WriteString("statement", step.Statement.Text)

                match codecOf rule with
                | Some codec -> codec.Write writer step
                | None -> invalidOp $"no codec for the rule \"{rule}\""

                writer.WriteEndObject())
            steps

        writer.WriteEndObject())

    Text.Encoding.UTF8.GetString(stream.ToArray()) + "\n"

/// A theorem's name: letters, digits, dots, underscores, primes and hyphens.
let private isName (name: string) =
    name <> ""
    && name.Length <= 200
    && name |> Seq.forall (fun c -> Char.IsAsciiLetterOrDigit c || c = '.' || c = '_' || c = '-' || c = '\'')

/// One step: the rule applied to what the document says, and compared with what it claims.
let private replay (proved: Collections.Generic.List<Theorem>) (element: Json) : Result<Theorem, string> =
    let rule = field "rule" element |> text
    let premises = field "premises" element |> list position
    let claimed = field "statement" element |> text

    match codecOf rule with
    | None -> Error $"there is no rule \"{rule}\""
    | Some _ when premises |> List.exists (fun p -> p >= proved.Count) -> Error "a premise is not an earlier step"
    | Some codec ->
        match codec.Replay element (premises |> List.map (fun p -> proved[p])) with
        | Error why -> Error $"{rule}: {why}"
        | Ok theorem when theorem.Rule <> rule ->
            Error $"the certificate is one of the rule \"{theorem.Rule}\", not \"{rule}\""
        | Ok theorem when theorem.Statement.Text <> claimed ->
            Error $"{rule}: the statement is not what the rule proves, which is: {theorem.Statement.Text}"
        | Ok theorem -> Ok theorem

/// Applies every rule of a proof again and compares what it yields with what the document says.
let private checkAtLeisure (json: string) : Result<string * Theorem, string> =
    try
        let root = parse json
        let format = field "format" root |> text
        let name = field "name" root |> text
        field "argument" root |> text |> ignore

        if format <> Format then
            Error $"the format is \"{format}\", expected \"{Format}\""
        elif not (isName name) then
            Error "the name is not a theorem's name"
        else
            let proved = Collections.Generic.List<Theorem>()
            let steps = field "steps" root |> list id

            let failure =
                steps
                |> List.indexed
                |> List.tryPick (fun (i, element) ->
                    match replay proved element with
                    | Error why -> Some $"step {i}: {why}"
                    | Ok theorem ->
                        proved.Add theorem
                        None)

            match failure with
            | Some why -> Error why
            | None when proved.Count = 0 -> Error "there are no steps"
            | None ->
                let last = proved[proved.Count - 1]

                if (field "statement" root |> text) <> last.Statement.Text then
                    Error "the statement is not that of the last step"
                elif (field "method" root |> text) <> last.Rule then
                    Error "the method is not that of the last step"
                elif (field "assumptions" root |> list text) <> last.Assumptions then
                    Error $"""the assumptions are not those of the proof: {String.Join("; ", last.Assumptions)}"""
                else
                    refuseUnasked root
                    Ok(name, last)
    with
    | Unreadable why -> Error why
    // A polynomial too large to be read.
    | :? OverflowException as e -> Error $"a limit is passed: {e.Message}"

/// What a check finds, if it does within a given time: a file can be made to need any number of large products, and whoever checks it
/// need not wait for them.
let foundWithin (limit: TimeSpan) (find: unit -> Result<string * Theorem, string>) : Result<string * Theorem, string> =
    let answer = Threading.Tasks.TaskCompletionSource<Result<string * Theorem, string>>()

    let work () =
        try
            answer.SetResult(find ())
        with e ->
            answer.SetException e

    let mebibyte = 1 <<< 20
    let thread = Threading.Thread(work, 64 * mebibyte, IsBackground = true)
    thread.Start()

    if (answer.Task :> IAsyncResult).AsyncWaitHandle.WaitOne limit then
        answer.Task.GetAwaiter().GetResult()
    else
        Error $"a limit is passed: there is no answer after {limit.TotalSeconds} s"

/// Applies every rule of a proof again and compares what it yields with what the document says. The theorem's name and
/// the theorem, or why the document proves nothing: within a minute, and whatever the text, without an exception.
let check (json: string) : Result<string * Theorem, string> =
    foundWithin (TimeSpan.FromMinutes 1.0) (fun () -> checkAtLeisure json)
