/// Proof files edited at random: whatever is accepted is true, and nothing ends with an exception.
module Toolkit.Tests.Symbolic.Proofs.FuzzTests

open System
open System.Collections.Generic
open System.IO
open System.Numerics
open System.Text.Json
open System.Text.Json.Nodes
open Expecto
open Toolkit.Symbolic.Algebra
open Toolkit.Symbolic.Proofs
open Toolkit.Symbolic.Proofs.Kernel
open Toolkit.Symbolic.Export
open Toolkit.Tests.Laws

let private defaults = Catalogue.entries |> List.filter _.ByDefault

/// How many times as many edits as by default.
let private times =
    match Int32.TryParse(Environment.GetEnvironmentVariable "TOOLKIT_CASES") with
    | true, n when n > 0 -> n
    | _ -> 1

let private names = [ "x"; "y'"; "S"; "A"; "m"; "k"; "t"; "i"; "2*x"; "sum"; ""; "l l"; "d"; "lambda"; "x_1" ]

let private numbers =
    [ "0"; "1"; "-1"; "2"; "-2"; "2147483647"; "2147483648"; "-2147483648"; "4294967296"; "9223372036854775808"
      "-9223372036854775808"; "18446744073709551616" ]

/// Every place below a node: what it is, how to replace it, how to remove it.
let rec private places (node: JsonNode | null) : (JsonNode | null * (JsonNode | null -> unit) * (unit -> unit)) list =
    match node with
    | :? JsonObject as o ->
        [ for pair in List.ofSeq o do
              pair.Value, (fun x -> o[pair.Key] <- x), (fun () -> o.Remove pair.Key |> ignore)
              yield! places pair.Value ]
    | :? JsonArray as a ->
        [ for i in 0 .. a.Count - 1 do
              a[i], (fun x -> a[i] <- x), (fun () -> a.RemoveAt i)
              yield! places a[i] ]
    | _ -> []

let private clone (node: JsonNode | null) : JsonNode | null =
    match node with
    | null -> null
    | n -> n.DeepClone()

let private any (random: Random) (xs: 'a list) = xs[random.Next xs.Length]

/// Another number, name, polynomial or truth value in the place of one.
let private mutate (random: Random) (value: JsonValue) : JsonNode | null =
    match value.GetValueKind() with
    | JsonValueKind.Number ->
        let n = BigInteger.Parse(value.ToJsonString())
        let steps = [ BigInteger.One; BigInteger 2; BigInteger.Pow(BigInteger 2, 31); BigInteger.Pow(BigInteger 2, 63) ]
        let step = any random steps
        let changed = if random.Next 3 = 0 then BigInteger.Parse(any random numbers) elif random.Next 2 = 0 then n + step else n - step
        JsonNode.Parse(string changed)
    | JsonValueKind.String ->
        let text = value.GetValue<string>()

        match random.Next 6 with
        | 0 -> JsonValue.Create(text + " + " + any random numbers)
        | 1 when text.StartsWith '-' -> JsonValue.Create(text.Substring 1)
        | 1 -> JsonValue.Create("-" + text)
        | 2 -> JsonValue.Create(any random names)
        | 3 -> JsonValue.Create(any random numbers)
        | 4 when text.Length > 1 ->
            let i = random.Next text.Length
            JsonValue.Create(text.Remove(i, 1))
        | _ -> JsonValue.Create(text.Replace("1", any random [ "2"; "-1"; "2147483649" ]))
    | JsonValueKind.True -> JsonValue.Create false
    | JsonValueKind.False -> JsonValue.Create true
    | _ -> JsonValue.Create 0

/// A polynomial times a factor, as text.
let private scaled (names: string list) (factor: Polynomial) (node: JsonNode | null) : JsonNode | null =
    match node with
    | :? JsonValue as v when v.GetValueKind() = JsonValueKind.String ->
        match PolynomialText.tryParse names (v.GetValue<string>()) with
        | Some p -> JsonValue.Create((factor * p).Print names)
        | None -> clone node
    | _ -> clone node

let private strings (node: JsonNode | null) =
    match node with
    | :? JsonArray as a -> [ for x in a -> (nonNull x).GetValue<string>() ]
    | _ -> []

/// Edits that an enemy who knows the rules would make: a relation times a factor, another order of terms or premises,
/// another premise, one name for another everywhere, one domain less.
let private clever (random: Random) (root: JsonObject) =
    let steps = [ for s in (nonNull root["steps"]).AsArray() -> (nonNull s).AsObject() ]
    let step = any random steps

    match random.Next 6 with
    | 0 ->
        match step["term"], step["terms"] with
        | (:? JsonObject as term), (:? JsonArray as terms) when step.ContainsKey "q" ->
            let names = strings term["variables"]
            let v = random.Next(1, names.Length)
            let k = Polynomial.Constant(any random [ 2; -1; 3; -7 ])
            let factor = if random.Next 2 = 0 then k else Polynomial.Variable v + k

            for t in terms do
                match t with
                | :? JsonObject as o -> o["coefficient"] <- scaled names factor o["coefficient"]
                | _ -> ()

            step["q"] <- scaled names factor step["q"]
        | _ -> ()
    | 1 ->
        for key in [ "terms"; "premises"; "domains"; "words"; "radicand"; "factors"; "numerator"; "denominator" ] do
            match step[key] with
            | :? JsonArray as a when a.Count > 1 && random.Next 2 = 0 ->
                let i = random.Next a.Count
                let item = clone a[i]
                a.RemoveAt i
                a.Insert(random.Next(a.Count + 1), item)
            | _ -> ()
    | 2 ->
        match step["premises"] with
        | :? JsonArray as a when a.Count > 0 -> a[random.Next a.Count] <- JsonValue.Create(random.Next steps.Length)
        | _ -> ()
    | 3 ->
        match step["domains"] with
        | :? JsonArray as a when a.Count > 1 -> a.RemoveAt(random.Next a.Count)
        | _ -> ()
    | 4 ->
        // The last step is another one.
        let all = (nonNull root["steps"]).AsArray()
        if all.Count > 1 then all.RemoveAt(all.Count - 1)
    | _ ->
        // One order, field, variable or label is called otherwise, everywhere.
        let candidates =
            [ for value, _, _ in places step do
                  match value with
                  | :? JsonValue as v when v.GetValueKind() = JsonValueKind.String && Name.isValid (v.GetValue<string>()) ->
                      v.GetValue<string>()
                  | _ -> () ]

        if not candidates.IsEmpty then
            let old, fresh = any random candidates, any random names

            for value, set, _ in places root["steps"] do
                match value with
                | :? JsonValue as v when v.GetValueKind() = JsonValueKind.String ->
                    let text = v.GetValue<string>()
                    set (JsonValue.Create(Text.RegularExpressions.Regex.Replace(text, $@"\b{old}\b", fresh.Replace("$", ""))))
                | _ -> ()

let private edit (random: Random) (root: JsonObject) =
    match random.Next 3 with
    | 0 -> clever random root
    | _ ->
        let all = places root
        let value, set, remove = any random all

        match random.Next 10 with
        | 0 -> remove ()
        | 1 ->
            let other, _, _ = any random all
            set (clone other)
        | 2 -> set (JsonArray(clone value))
        | 3 -> set null
        | 4 ->
            match value with
            | :? JsonObject as o -> o[any random [ "remark"; "rule"; "q"; "l"; "terms" ]] <- JsonValue.Create 1
            | :? JsonArray as a when a.Count > 0 -> a.Add(clone a[random.Next a.Count])
            | _ -> ()
        | _ ->
            match value with
            | :? JsonValue as v -> set (mutate random v)
            | :? JsonArray as a when a.Count > 1 -> a.RemoveAt(random.Next a.Count)
            | _ -> ()

/// The statement that the checker says a step proves is put in the file's place of it, as an enemy would; so are the
/// assumptions.
let private repaired (root: JsonObject) : Result<string * Theorem, string> =
    let rec attempt n =
        match ProofFile.check (root.ToJsonString()) with
        | Error why when n > 0 ->
            let marker = "the statement is not what the rule proves, which is: "
            let i = why.IndexOf(marker, StringComparison.Ordinal)

            if i >= 0 && why.StartsWith "step " then
                let k = int (why.Substring(5, why.IndexOf ':' - 5))
                (nonNull ((nonNull root["steps"])[k]))["statement"] <- JsonValue.Create(why.Substring(i + marker.Length))
                attempt (n - 1)
            elif why = "the statement is not that of the last step" then
                let steps = (nonNull root["steps"]).AsArray()
                root["statement"] <- clone ((nonNull steps[steps.Count - 1])["statement"])
                attempt (n - 1)
            elif why = "the method is not that of the last step" then
                let steps = (nonNull root["steps"]).AsArray()
                root["method"] <- clone ((nonNull steps[steps.Count - 1])["rule"])
                attempt (n - 1)
            elif why.StartsWith "the assumptions are not those of the proof: " then
                let list = why.Substring("the assumptions are not those of the proof: ".Length)
                let array = JsonArray()
                if list <> "" then
                    for a in list.Split "; " do array.Add(JsonValue.Create a)
                root["assumptions"] <- array
                attempt (n - 1)
            else
                Error why
        | result -> result

    attempt 200

/// An edit, unless it makes no document.
let private tryEdit random root =
    try
        edit random root
    with
    | :? InvalidOperationException
    | :? KeyNotFoundException
    | :? NullReferenceException
    | :? ArgumentException -> ()

[<Tests>]
let tests =
    testList "Symbolic.Proofs.FuzzTests" [
        testCase "every theorem of the default set is true at random points, by an evaluator that shares nothing with the rules" <| fun () ->
            let random = Random 11

            for entry in defaults do
                for step in ProofFile.steps (TheoremTests.proved entry) do
                    match Statements.holdsAt 10 random step.Statement with
                    | Some inside -> Assert.True(inside >= 5, $"{entry.Name}: {inside} points of {step.Statement.Text}")
                    | None -> ()

        testCase "a proof file edited at random is refused, or its statement is true at fifty points; no edit ends with an exception" <| fun () ->
            let known = HashSet<Statement>()

            for entry in defaults do
                for step in ProofFile.steps (TheoremTests.proved entry) do
                    known.Add step.Statement |> ignore

            let evaluated = HashSet<Statement>()
            let mutable edits, accepted, different = 0, 0, 0

            for entry in defaults do
                let json = ProofFile.write entry.Name entry.Argument (TheoremTests.proved entry)
                // The long files of the symmetries take 0.1 s each to check.
                let count = times * (if json.Length > 30000 then 6 else 30)

                for seed in 1..count do
                    let random = Random(seed * 7919 + entry.Name.Length)
                    let root = (nonNull (JsonNode.Parse json)).AsObject()
                    edits <- edits + 1

                    let result =
                        try
                            for _ in 0 .. random.Next 2 do
                                tryEdit random root

                            repaired root
                        with e ->
                            failwith $"{entry.Name}, seed {seed}: {e}"

                    match result with
                    | Error _ -> ()
                    | Ok(_, theorem) ->
                        accepted <- accepted + 1

                        if not (known.Contains theorem.Statement) then
                            different <- different + 1

                            if evaluated.Add theorem.Statement then
                                try
                                    match theorem.Statement with
                                    | :? RecouplingIdentity as identity ->
                                        TheoremTests.holdsInNumbers 3 identity.Start identity |> ignore
                                    | _ ->
                                        match Statements.holdsAt 50 random theorem.Statement with
                                        | Some inside ->
                                            Assert.True(inside >= 20, $"{entry.Name}, seed {seed}: {inside} points of {theorem.Statement.Text}")
                                        | None ->
                                            // Statements over any family, of which only names can be changed, and values far away.
                                            let rec isSaid (statement: Statement) =
                                                match statement with
                                                | :? Equivariant
                                                | :? EveryTree
                                                | :? UnorderedChannels
                                                | :? InRealBasis -> true
                                                | :? FamilyFact as fact -> fact.Claim = Renumbered
                                                | :? Equation as equation -> Statements.isFar equation
                                                | :? AllOf as all -> all.Parts |> List.forall isSaid
                                                | _ -> false

                                            Assert.True(isSaid theorem.Statement, theorem.Statement.Text)

                                    // By its text alone, too. Values far away are not multiplied out.
                                    match Toolkit.Symbolic.Statements.Reader.read theorem.Statement.Text with
                                    | Ok read when read.Claims.Length = 1 ->
                                        match Toolkit.Symbolic.Statements.Evaluation.counterexample random 20 read with
                                        | Some why when not (why.Contains "no point") ->
                                            Assert.Fail $"{entry.Name}, seed {seed}: {why}: {theorem.Statement.Text}"
                                        | _ -> ()
                                    | _ -> ()
                                with Statements.Refuted why ->
                                    Assert.Fail $"{entry.Name}, seed {seed}: {why}: {theorem.Statement.Text}"

            Assert.True(20 * different >= accepted, $"{edits} edits, {accepted} accepted, {different} with other data")
            Assert.True(different > 0)

        testCase "the kernel and the stand-alone checker accept the same files among those that are edited at random" <| fun () ->
            TemporaryFolder.using (fun folder ->
                for name, text in Scripts.checker () do
                    File.WriteAllText(Path.Combine(folder, name), text)

                let edited =
                    [ for entry in defaults do
                          let json = ProofFile.write entry.Name entry.Argument (TheoremTests.proved entry)

                          for seed in 1 .. (if json.Length > 30000 then times else 5 * times) do
                              let random = Random(seed * 104729 + entry.Name.Length)
                              let root = (nonNull (JsonNode.Parse json)).AsObject()

                              tryEdit random root
                              let result = repaired root
                              let file = Path.Combine(folder, $"{entry.Name}.{seed}.json")
                              File.WriteAllText(file, root.ToJsonString())
                              file, result ]

                match Tool.run "python3" (Path.Combine(folder, "check_theorem.py") :: List.map fst edited) "" with
                | None -> SharedData.skipped "no python3"
                | Some(_, out, err) ->
                    Assert.Equal("", err)
                    let lines = out.TrimEnd().Split '\n' |> List.ofArray

                    for (file, result), line in List.zip edited lines do
                        let said = match result with Ok _ -> "valid" | Error why -> why
                        Assert.True(result.IsOk = line.StartsWith "valid\t", $"{file}: {said}; {line}")

                    let accepted, refused = edited |> List.map snd |> List.partition _.IsOk
                    Assert.True(accepted.Length > 5 && refused.Length > 5, $"{accepted.Length} accepted, {refused.Length} refused"))
    ]
