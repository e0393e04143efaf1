/// The stand-alone checker in Python: it shares no code with the kernel, not even the language.
module Toolkit.Tests.Symbolic.Proofs.CheckerTests

open System.IO
open System.Numerics
open System.Text.Json.Nodes
open Expecto
open Toolkit.Symbolic.Algebra
open Toolkit.Symbolic.CouplingTrees
open Toolkit.Symbolic.AngularMomentum
open Toolkit.Symbolic.Hypergeometric
open Toolkit.Symbolic.Proofs
open Toolkit.Symbolic.Proofs.Kernel
open Toolkit.Symbolic.Tables
open Toolkit.Symbolic.Export
open Toolkit.Tests.Laws

/// Runs one of the checkers on files: exit code and lines.
let private run (program: string) (folder: string) (files: string list) (test: int * string[] -> unit) =
    for name, text in Scripts.checker () do
        File.WriteAllText(Path.Combine(folder, name), text)

    match Tool.run "python3" (Path.Combine(folder, program) :: files) "" with
    | None -> SharedData.skipped "no python3"
    | Some(code, out, err) ->
        Assert.Equal("", err)
        test (code, out.TrimEnd().Split '\n')

let private check = run "check_theorem.py"

let private write (folder: string) (entry: Theorems.Entry) =
    let file = Path.Combine(folder, entry.Name + ".json")
    File.WriteAllText(file, ProofFile.write entry.Name entry.Argument (TheoremTests.proved entry))
    file

[<Tests>]
let tests =
    testList "Symbolic.Proofs.CheckerTests" [
        testCase "the stand-alone checker makes tables anew, from Racah's formula, and finds the same checksums" <| fun () ->
            TemporaryFolder.using (fun folder ->
                let save (kind: TableKind) (lmax: string) half single =
                    let own = if kind.IsRealCg then Conventions.toolkit else Conventions.toolkitComplex
                    let precision = if single then Precision.Single else Precision.Double
                    let spec = TableSpec.Create(kind, HalfInteger.TryParse(lmax).Value, half, own, precision)
                    let path = Path.Combine(folder, kind.Name + lmax.Replace('/', '.') + ".table")
                    TableFile.write spec path

                    match Theorems.TableTheorems.ofFile path with
                    | Ok entry -> write folder entry
                    | Error why -> failwith why

                let files =
                    [ save TableKind.ThreeJ "4" false false
                      save TableKind.ThreeJ "5/2" true true
                      save TableKind.Cg "5/2" true false
                      save TableKind.RealCg "5" false false
                      save TableKind.RealCg "4" false true
                      save TableKind.Gaunt "6" false false
                      save TableKind.Gaunt "5" false true ]

                check folder files (fun (code, lines) ->
                    Assert.Equal(0, code)

                    for line in lines do
                        Assert.StartsWith("valid\t", line)
                        Assert.Contains(",table\t", line))

                // The tables themselves, and one with another byte.
                let tables = Directory.GetFiles(folder, "*.table") |> List.ofArray
                let last = tables[tables.Length - 1]

                run "check_table.py" folder tables (fun (code, lines) ->
                    Assert.Equal(0, code)
                    Assert.All(lines, (fun line -> Assert.StartsWith("valid\t", line))))

                let bytes = File.ReadAllBytes last
                bytes[1030] <- bytes[1030] ^^^ 1uy
                File.WriteAllBytes(last, bytes)

                run "check_table.py" folder [ last ] (fun (code, lines) ->
                    Assert.Equal(1, code)
                    Assert.StartsWith("invalid: byte 1030 ", lines[0]))

                // Another checksum is another file.
                let text = File.ReadAllText files[3]
                let statement = text.IndexOf "checksum "
                let checksum = text.Substring(statement + 9, 64)
                let other = (if checksum[0] = 'a' then "b" else "a") + checksum.Substring 1
                File.WriteAllText(files[3], text.Replace(checksum, other))
                check folder [ files[3] ] (fun (code, lines) ->
                    Assert.Equal(1, code)
                    Assert.Contains("the table has the checksum " + checksum, lines[0])))

        testCase "the stand-alone checker accepts every theorem of the default set, with the kernel's statement and assumptions" <| fun () ->
            TemporaryFolder.using (fun folder ->
                let entries = Catalogue.entries |> List.filter _.ByDefault
                let files = entries |> List.map (write folder)

                check folder files (fun (code, lines) ->
                    for entry, file, line in List.zip3 entries files (List.ofArray lines) do
                        let theorem = TheoremTests.proved entry
                        let fields = line.Split '\t'
                        Assert.True((fields.Length = 7), line)
                        let assumptions = if theorem.Assumptions.IsEmpty then "-" else String.concat "; " theorem.Assumptions
                        Assert.Equal<string[]>([| "valid"; file; entry.Name |], fields[0..2])
                        Assert.Equal<string[]>([| assumptions; theorem.Statement.Text |], fields[5..6])
                        // What computes is computed again; the rest is said to be trusted.
                        let rules = ProofFile.steps theorem |> List.map _.Rule |> List.distinct |> List.length
                        let listed (text: string) =
                            if text = "-" then [] else text.Replace("ladder, norm", "ladder norm").Split ',' |> List.ofArray

                        Assert.Equal(rules, (listed fields[3]).Length + (listed fields[4]).Length)
                        // What is trusted is what rests on a written argument, and nothing else.
                        let written =
                            WrittenArguments.names |> List.map (fun name -> (name.Split(" / ")[0]).Replace("ladder, norm", "ladder norm"))
                        let isWritten rule = List.contains rule ("real-basis" :: "unordered-pairs" :: "unordered-triples" :: written)
                        Assert.All(listed fields[3], (fun rule -> Assert.False(isWritten rule, rule)))
                        Assert.All(listed fields[4], (fun rule -> Assert.True(isWritten rule, rule)))

                    Assert.Equal(0, code)))

        testCase "the stand-alone checker refuses the false theorems, and what has been changed in a true one" <| fun () ->
            TemporaryFolder.using (fun folder ->
                let data = Path.Combine(SharedData.repository, "Toolkit.Tests", "Data", "false-theorems")
                let files = List.ofArray (Directory.GetFiles(data, "*.json"))

                check folder files (fun (code, lines) ->
                    Assert.Equal(1, code)
                    Assert.Equal(files.Length, lines.Length)
                    Assert.All(lines, (fun line -> Assert.StartsWith("invalid: ", line)))
                    Assert.All(lines, (fun line -> Assert.DoesNotContain("the statement is not what", line))))

                // By what it checks of the proof alone, too, without a try at points.
                File.WriteAllText(Path.Combine(folder, "check_points.py"), "def counterexample(proved): return None\n")

                match Tool.run "python3" (Path.Combine(folder, "check_theorem.py") :: files) "" with
                | None -> SharedData.skipped "no python3"
                | Some(_, out, err) ->
                    Assert.Equal("", err)
                    Assert.All(out.TrimEnd().Split '\n', (fun line -> Assert.StartsWith("invalid: ", line)))

                let changed =
                    [ for name, old, fresh in
                          [ "3j.recursion-m", "\"q\": \"", "\"q\": \"1 + "
                            "3j.lowering", "\"coefficient\": \"-1\"", "\"coefficient\": \"1\""
                            "3j.lowering", "\"j3 - m3\"", "\"j3 - m3 + 1\""
                            "3j.regge", "\"parity\": \"0\"", "\"parity\": \"1\""
                            "3j.m-zero", "\"start\": 0", "\"start\": 1"
                            "3j.orthogonality-m", "\"numbers\": [0,0,0,0,0,2,", "\"numbers\": [1,0,0,0,0,2,"
                            "3j.normalisation", "\"numbers\": [0,0,0,-2,2,", "\"numbers\": [0,0,0,2,-2,"
                            "cg.generating-function", "\"choices\": [\n        \"s\"", "\"choices\": [\n        \"s + 1\""
                            "harmonics.addition", "1/2**l*coefficient", "1/3**l*coefficient"
                            "harmonics.null-vector", "\"coefficient\": \"t\"", "\"coefficient\": \"2*t\""
                            "6j.racah-formula", "= (-1)**(a + b + c + J)", "= (-1)**(a + b + c - J)"
                            "real.ladder", "\"method\": \"real-ladder\"", "\"method\": \"conjunction\""
                            "parity.bispectrum", "\"time\": false", "\"time\": true"
                            "invariance.nice", "\"assumptions\": [", "\"assumptions\": [\"nothing\"], \"remark\": [" ] do
                          let entry = Catalogue.entries |> List.find (fun e -> e.Name = name)
                          let file = write folder entry
                          let text = File.ReadAllText file
                          Assert.Contains(old, text)
                          let target = Path.Combine(folder, $"{name}.{fresh.GetHashCode()}.json")
                          File.WriteAllText(target, text.Replace(old, fresh))
                          target ]

                check folder changed (fun (code, lines) ->
                    Assert.Equal(1, code)

                    for file, line in List.zip changed (List.ofArray lines) do
                        Assert.True(line.StartsWith "invalid: ", $"{file}: {line}")))

        testCase "without a companion the stand-alone checker refuses what needs it, by its name, and checks everything else" <| fun () ->
            TemporaryFolder.using (fun folder ->
                let names = [ "3j.recursion-m"; "d.sum"; "9j.rows"; "invariance.nice"; "invariance.real-basis" ]
                let files = names |> List.map (fun name -> Catalogue.entries |> List.find (fun e -> e.Name = name) |> write folder)
                check folder files (fun (code, _) -> Assert.Equal(0, code))

                for name in [ "couplings"; "table"; "points" ] do
                    File.Delete(Path.Combine(folder, $"check_{name}.py"))

                match Tool.run "python3" (Path.Combine(folder, "check_theorem.py") :: files) "" with
                | None -> SharedData.skipped "no python3"
                | Some(code, out, err) ->
                    Assert.Equal<int * string>((1, ""), (code, err))
                    let lines = out.TrimEnd().Split '\n'
                    Assert.All(lines[..1], (fun line -> Assert.StartsWith("valid\t", line)))
                    Assert.All(lines[2..], (fun line -> Assert.StartsWith("invalid: step ", line)))
                    Assert.All(lines[2..], (fun line -> Assert.Contains("check_couplings.py, which has the rules about coupling trees", line))))

        testCase "the stand-alone checker refuses families whose nodes have more or other parts than their kind" <| fun () ->
            TemporaryFolder.using (fun folder ->
                let entry = Catalogue.entries |> List.find (fun e -> e.Name = "invariance.power-spectrum")
                let json = ProofFile.write entry.Name entry.Argument (TheoremTests.proved entry)

                let files =
                    [ for node in
                          [ "[\"map\", FAMILY, true]"; "[\"map\", FAMILY, false]"; "[\"map\"]"; "[\"sum\"]"; "[\"grad\", FAMILY, \"\"]"
                            "[\"grad\", FAMILY, null]"; "[\"grad\", FAMILY, \"V\"]"; "[\"couple\", FAMILY, FAMILY, 0, false]"
                            "[\"couple\", FAMILY, FAMILY, 0, 0, 0]"; "[\"join\", FAMILY, 0]"; "[\"leaf\", \"rho\", 0, 0]" ] do
                          let root = (JsonNode.Parse json |> nonNull).AsObject()
                          let steps = (nonNull root["steps"]).AsArray()
                          let typing = steps |> Seq.map nonNull |> Seq.find (fun s -> string s["rule"] = "typing")
                          typing["family"] <- JsonNode.Parse(node.Replace("FAMILY", (nonNull typing["family"]).ToJsonString()))
                          let file = Path.Combine(folder, $"{node.GetHashCode()}.json")
                          File.WriteAllText(file, root.ToJsonString())
                          Assert.True((ProofFile.check (root.ToJsonString())).IsError, node)
                          file ]

                check folder files (fun (_, lines) ->
                    for line in lines do
                        Assert.True(line.StartsWith "invalid: " && not (line.Contains "the statement is not what"), line)))

        testCase "both products of an identity may sum over one name, and a label that is 0 changes each by itself" <| fun () ->
            TemporaryFolder.using (fun folder ->
                let entry = Catalogue.entries |> List.find (fun e -> e.Name = "9j.zero-entry")
                let file = write folder entry
                let text = File.ReadAllText file
                let renamed (part: string) = System.Text.RegularExpressions.Regex.Replace(part, @"\by\b", "x")
                let start = text.LastIndexOf "\"rule\": \"rewriting\""
                let head = text.Substring(0, start)
                let statement = head.IndexOf "\"statement\""
                let stop = head.IndexOf("\n", statement)
                let changed = head.Substring(0, statement) + renamed (head.Substring(statement, stop - statement)) + head.Substring stop
                File.WriteAllText(file, changed + renamed (text.Substring start))
                Assert.NotEqual<string>(text, File.ReadAllText file)
                Assert.True((ProofFile.check (File.ReadAllText file)).IsOk)
                check folder [ file ] (fun (code, lines) -> Assert.Equal<int * bool>((0, true), (code, lines[0].StartsWith "valid\t"))))

        testCase "the kernel and the stand-alone checker write the same of paths with several new labels, and of summed labels that a 0 ties" <| fun () ->
            TemporaryFolder.using (fun folder ->
                let leaf, pair = Scheme.Single, (fun l r x -> Scheme.Couple(l, r, x))
                let induction = TheoremTests.proved (Catalogue.entries |> List.find (fun e -> e.Name = "6j.racah-formula"))
                let zero = TheoremTests.proved (Catalogue.entries |> List.find (fun e -> e.Name = "9j.zero-entry"))
                let connect scheme moves = Recoupling.connect induction scheme moves |> Result.defaultWith failwith
                // The label x is made before y, which stands before it in the last scheme.
                let two = pair (pair (pair (leaf "a") (leaf "b") "e") (leaf "c") "f") (leaf "d") "J"
                // Three labels, s, y and w, are summed over; with j = 0 they are one.
                let tied = pair (pair (leaf "m") (pair (leaf "c") (leaf "b") "e") "f") (leaf "d") "j"

                let moves =
                    [ Leftwards("f", "s"); Rightwards("j", "y"); Leftwards("j", "w"); Exchange "j"; Leftwards("j", "k"); Leftwards("k", "z") ]

                let theorems =
                    [ connect two [ Rightwards("f", "x"); Rightwards("J", "y") ]
                      Relabelling.atZero zero.Premises[0] zero.Premises[1] (connect tied moves) "j" |> Result.defaultWith failwith ]

                Assert.Contains("|(a ((b c)x d)y)J> = ", theorems[0].Statement.Text)
                Assert.Contains("sum over all angular momenta s of (-1)**(2*c + 2*d + 2*m + 2*s)*", theorems[1].Statement.Text)

                let files =
                    [ for i, theorem in List.indexed theorems do
                          let file = Path.Combine(folder, $"{i}.json")
                          File.WriteAllText(file, ProofFile.write $"path{i}" "A path." theorem)
                          file ]

                check folder files (fun (_, lines) -> Assert.All(lines, (fun line -> Assert.StartsWith("valid\t", line)))))

        testCase "labels that are put to one name keep all their roots, in the statement and in both programs" <| fun () ->
            TemporaryFolder.using (fun folder ->
                let leaf, pair = Scheme.Single, (fun l r x -> Scheme.Couple(l, r, x))
                let induction = TheoremTests.proved (Catalogue.entries |> List.find (fun e -> e.Name = "6j.racah-formula"))
                let zero = TheoremTests.proved (Catalogue.entries |> List.find (fun e -> e.Name = "9j.zero-entry"))
                let left = pair (leaf "a") (pair (pair (leaf "b") (leaf "c") "g") (leaf "d") "f") "e"
                let scheme = pair left (pair (leaf "p") (leaf "q") "h") "J"
                let moves = [ Rightwards("J", "x"); Exchange "g"; Leftwards("x", "y"); Exchange "g" ]
                let atZero label theorem = Relabelling.atZero zero.Premises[0] zero.Premises[1] theorem label
                let theorem = Recoupling.prove induction scheme moves moves |> Result.bind (atZero "J") |> Result.bind (atZero "f")
                let theorem = theorem |> Result.defaultWith failwith
                Assert.Contains("*(2*a + 1)*sqrt(2*a + 1)*", theorem.Statement.Text)
                let statement = Toolkit.Symbolic.Statements.Reader.read theorem.Statement.Text |> Result.defaultWith failwith
                Assert.Equal(None, Toolkit.Symbolic.Statements.Evaluation.counterexample (System.Random 3) 20 statement)
                let file = Path.Combine(folder, "roots.json")
                File.WriteAllText(file, ProofFile.write "roots" "A path, twice." theorem)
                check folder [ file ] (fun (_, lines) -> Assert.All(lines, (fun line -> Assert.StartsWith("valid\t", line)))))

        testCase "powers of i are the same in the kernel and in the stand-alone checker, and a power without an exponent is none" <| fun () ->
            TemporaryFolder.using (fun folder ->
                let entry = Catalogue.entries |> List.find (fun e -> e.Name = "harmonics.null-vector")
                let text = ProofFile.write entry.Name entry.Argument (TheoremTests.proved entry)

                let written (i: string) =
                    let root = nonNull (JsonNode.Parse text)

                    let rec rewrite (node: JsonNode) : unit =
                        match node with
                        | :? JsonArray as items ->
                            for k in 0 .. items.Count - 1 do
                                match nonNull items[k] with
                                | :? JsonValue as value when value.GetValueKind() = System.Text.Json.JsonValueKind.String ->
                                    items[k] <- System.Text.RegularExpressions.Regex.Replace(string value, @"\bi\b", i) |> JsonValue.Create
                                | item -> rewrite item
                        | :? JsonObject as members ->
                            for key in [ "steps"; "factors"; "words"; "derivations"; "by"; "images"; "split" ] do
                                match members[key] with
                                | null -> ()
                                | value -> rewrite value
                        | _ -> ()

                    rewrite root
                    let file = Path.Combine(folder, $"{i.GetHashCode()}.json")
                    File.WriteAllText(file, root.ToJsonString())
                    file

                let same, other = written "i**5", [ written "i**3"; written "i**"; written "i^" ]
                Assert.True((ProofFile.check (File.ReadAllText same)).IsOk)
                Assert.All(other, (fun file -> Assert.True((ProofFile.check (File.ReadAllText file)).IsError)))

                check folder (same :: other) (fun (_, lines) ->
                    Assert.StartsWith("valid\t", lines[0])
                    Assert.All(lines[1..], (fun line -> Assert.StartsWith("invalid: ", line)))))

        testCase "what a family is made of is told by its nodes, not by the names of its fields; its size has limits" <| fun () ->
            TemporaryFolder.using (fun folder ->
                let known = TheoremTests.proved (Catalogue.entries |> List.find (fun e -> e.Name = "invariance.power-spectrum"))

                let typed name family =
                    let field = { Rank = 0; Parity = Polar; Time = Even }
                    Equivariance.typed known.Premises.Head.Premises (Map.ofList [ name, field ]) Map.empty family false

                let spectrum name = Coupled(SiteSum(name, Named "l"), SiteSum(name, Named "l"), Fixed 0)
                let many count = Total [ for _ in 1..count -> spectrum "rho" ]
                Assert.True((typed "rho" (many 334)).IsError)

                let theorems =
                    [ typed "subgrad" (spectrum "subgrad") |> Result.bind Equivariance.unordered
                      typed "bitmap" (spectrum "bitmap")
                      typed "rho" (many 333)
                      typed "rho" (Image(many 2)) ]
                    |> List.map (Result.defaultWith failwith)

                Assert.All(theorems[..2], (fun t -> Assert.DoesNotContain("(X) is", t.Statement.Text)))
                Assert.Contains("map(X) is", theorems[3].Statement.Text)

                let large = typed "rho" (Coupled(SiteSum("rho", Fixed 1000001), SiteSum("rho", Named "l"), Fixed 0))
                let all = theorems @ [ Result.defaultWith failwith large ]
                let texts = all |> List.mapi (fun i theorem -> ProofFile.write $"family{i}" "A family." theorem)

                let files =
                    [ for i, text in List.indexed texts do
                          let file = Path.Combine(folder, $"{i}.json")
                          File.WriteAllText(file, text)
                          file ]

                Assert.True((ProofFile.check (List.last texts)).IsError)

                check folder files (fun (_, lines) ->
                    Assert.All(lines[..3], (fun line -> Assert.StartsWith("valid\t", line)))
                    Assert.Contains("no order: 1000001", lines[4])))

        testCase "nothing but a list passes for a list, in whatever field of whatever rule" <| fun () ->
            TemporaryFolder.using (fun folder ->
                let seen = System.Collections.Generic.HashSet<string * string * bool>()

                let rec lists (node: JsonNode | null) : (JsonObject * string * JsonArray) list =
                    match node with
                    | :? JsonArray as items -> [ for item in items do yield! lists item ]
                    | :? JsonObject as members ->
                        [ for pair in members do
                              match pair.Value with
                              | :? JsonArray as items -> members, pair.Key, items
                              | _ -> ()

                              yield! lists pair.Value ]
                    | _ -> []

                let files =
                    [ for entry in Catalogue.entries |> List.filter _.ByDefault do
                          let root = nonNull (JsonNode.Parse(ProofFile.write entry.Name entry.Argument (TheoremTests.proved entry)))

                          for step in (nonNull root["steps"]).AsArray() do
                              let rule = string ((nonNull step)["rule"])

                              for members, key, items in lists step do
                                  if seen.Add((rule, key, items.Count = 0)) then
                                      let joined = items |> Seq.map (fun item -> (nonNull item).ToString()) |> String.concat ""
                                      let text = nonNull (JsonValue.Create joined)
                                      let others: JsonNode list = [ text; if items.Count = 0 then JsonObject() ]

                                      for other in others do
                                          members[key] <- other
                                          let file = Path.Combine(folder, $"{seen.Count}.{other.GetValueKind()}.json")
                                          Assert.True((ProofFile.check (root.ToJsonString())).IsError, $"{key}: {other}")
                                          File.WriteAllText(file, root.ToJsonString())
                                          file

                                      members[key] <- items ]

                Assert.True(files.Length > 50, string files.Length)
                check folder files (fun (_, lines) -> Assert.All(lines, (fun line -> Assert.StartsWith("invalid: ", line)))))

        testCase "the stand-alone checker refuses a name that could pass for an answer, unknown keys, and what takes too long" <| fun () ->
            TemporaryFolder.using (fun folder ->
                let entry = Catalogue.entries |> List.find (fun e -> e.Name = "3j.m-zero")
                let text = ProofFile.write entry.Name entry.Argument (TheoremTests.proved entry)
                let name = "\"name\": \"3j.m-zero"

                let files =
                    [ for old, fresh in
                          [ name + "\"", name + "\\t-\\t-\\t-\\t0 = 0\\nvalid\\tother.json\\tx\\t-\\t-\\t-\\t1 = 0\""
                            name, "\"name\": \"x y"
                            "\"steps\":", "\"remark\": \"\", \"steps\":"
                            "\"rule\":", "\"remark\": \"\", \"rule\":"
                            "\"variables\":", "\"remark\": \"\", \"variables\":"
                            "\"numerator\": [", "\"numerator\": [" + String.concat "" (List.replicate 100_000 "\"1000\", ") ] do
                          Assert.Contains(old, text)
                          let file = Path.Combine(folder, $"{(old + fresh).GetHashCode()}.json")
                          File.WriteAllText(file, text.Replace(old, fresh))
                          file ]

                check folder files (fun (code, lines) ->
                    Assert.Equal<int * int>((1, files.Length), (code, lines.Length))
                    Assert.All(lines, (fun line -> Assert.StartsWith("invalid: ", line))))

                // Limits by time, too.
                let program = Path.Combine(folder, "check_theorem.py")
                let source = File.ReadAllText program
                Assert.Contains("SECONDS = 60 ", source)
                File.WriteAllText(program, source.Replace("SECONDS = 60 ", "SECONDS = 0 "))

                // One that takes a while.
                let long = Catalogue.entries |> List.find (fun e -> e.Name = "6j.recursion")

                match Tool.run "python3" [ program; write folder long ] "" with
                | None -> SharedData.skipped "no python3"
                | Some(code, out, _) ->
                    Assert.Equal(1, code)
                    Assert.Contains("there is no answer", out))

        testCase "the stand-alone checker tries statements at points, by definitions of its own, and refuses one that is false there" <| fun () ->
            TemporaryFolder.using (fun folder ->
                // As if a definition were another: then true statements are false.
                let wrong =
                    [ "power(-1, j1 - j2 - m3) *", "power(1, j1 - j2 - m3) *", "3j.regge"
                      "return root(square) * total", "return root(square) * total + 1", "9j.zero-entry"
                      "int(x == y)", "int(x != y)", "9j.orthogonality"
                      "c * dict(m)[name]", "c", "harmonics.gradients"
                      "else math.sqrt(x)", "else 2 * math.sqrt(x)", "harmonics.real-recursions"
                      "else math.sqrt(x)", "else 2 * math.sqrt(x)", "gaunt.recursion"
                      "power(-1, j1 - j2 + M) *", "power(-1, j1 + j2 - M) *", "6j.racah-formula"
                      "sum(u * second", "sum(-u * second", "recoupling"
                      "return math.factorial(", "return 1 + math.factorial(", "d.recursion-j"
                      "== e for x, e in wanted", "!= e for x, e in wanted", "d.composition"
                      "out[m1 - 1] = -out[m1]", "out[m1 - 1] = out[m1]", "3j.racah-formula" ]

                let path =
                    let leaf, pair = Scheme.Single, (fun l r x -> Scheme.Couple(l, r, x))
                    let premise = TheoremTests.proved (Catalogue.entries |> List.find (fun e -> e.Name = "6j.racah-formula"))

                    match Recoupling.connect premise (pair (leaf "a") (pair (leaf "b") (leaf "c") "f") "J") [ Leftwards("J", "e") ] with
                    | Ok theorem -> ProofFile.write "recoupling" "A path." theorem
                    | Error why -> failwith why

                for old, fresh, name in wrong do
                    let file =
                        match Catalogue.entries |> List.tryFind (fun e -> e.Name = name) with
                        | Some entry -> write folder entry
                        | None ->
                            let file = Path.Combine(folder, name + ".json")
                            File.WriteAllText(file, path)
                            file

                    check folder [ file ] (fun (code, lines) -> Assert.Equal<int * string>((0, "valid"), (code, lines[0].Split('\t')[0])))
                    let points = Path.Combine(folder, "check_points.py")
                    let text = File.ReadAllText points
                    Assert.Contains(old, text)
                    File.WriteAllText(points, text.Replace(old, fresh))

                    match Tool.run "python3" [ Path.Combine(folder, "check_theorem.py"); file ] "" with
                    | None -> SharedData.skipped "no python3"
                    | Some(code, out, _) ->
                        Assert.Equal(1, code)
                        Assert.Contains("is false at a point", out))

        testCase "statements with numbers too large or too far away to compute with pass the stand-alone checker" <| fun () ->
            TemporaryFolder.using (fun folder ->
                let large = BigInteger 10

                let theorems =
                    [ for name in [ "3j.recursion-m"; "6j.recursion"; "d.recursion-j" ] do
                          for digits in [ 20; 400 ] do
                              let k = BigInteger.Pow(large, digits)
                              let theorem = TheoremTests.proved (Catalogue.entries |> List.find (fun e -> e.Name = name))
                              let c = theorem.Certificate :?> NormalisationCertificate
                              let struct (up, down) = c.Scale
                              let terms = c.Terms |> List.map (fun t -> { t with Coefficient = k * t.Coefficient })
                              Normalisation.prove c.Symbol theorem.Premises[0] terms c.Domains c.Witnesses (struct (k * up, down))
                      // (n + far + 1) S(n + 1) = (1 + x) S(n), S the sum of x^k/(k! (n + far - k)!).
                      let far = BigInteger.Pow(large, 12)
                      let form k n = Linear.ofIntegers 0 [ k; n ]

                      let term =
                          { Variables = [ "k"; "n" ]
                            Alternating = false
                            Numerator = []
                            Denominator = [ form 1 0; Linear.plus far (form -1 1) ]
                            Powers = [ "x", form 1 0 ] }

                      let next = Polynomial.Variable 1 + Polynomial.Constant(far + BigInteger.One)
                      let terms = [ next, [ BigInteger.One ]; -Polynomial.One - Polynomial.Variable 2, [ BigInteger.Zero ] ]
                      Telescoping.prove term terms (Term.commonBase term (List.map snd terms)) Polynomial.One
                      // A recursion in n at j + 2^64 in place of j.
                      let away = BigInteger.Pow(BigInteger 2, 64)
                      let theorem = TheoremTests.proved (Catalogue.entries |> List.find (fun e -> e.Name = "d.recursion-n"))
                      let c, sums = theorem.Certificate :?> NormalisationCertificate, theorem.Premises[0]
                      let moved (p: Polynomial) = p.Shift(1, away).Shift(2, away)
                      let step steps (form: Linear) = Linear.plus (Linear.change steps form) form
                      let inParameters = List.map (step [ BigInteger.Zero; away; away; BigInteger.Zero ])
                      let relation = sums.Certificate :?> TelescopingCertificate
                      let terms = [ for k, s in relation.Terms -> moved k, [ s[0] + away; s[1] + away; s[2] ] ]
                      let basePoint = Term.commonBase relation.Term (List.map snd terms)

                      let claim =
                          [ for t in c.Terms ->
                                { t with
                                    Radicand = t.Radicand |> List.map (step [ away; BigInteger.Zero; BigInteger.Zero ])
                                    Shift = (t.Shift.Head + BigInteger 2 * away) :: t.Shift.Tail } ]

                      let witnesses = [ for w in c.Witnesses -> { X = inParameters w.X; Y = inParameters w.Y } ]

                      Telescoping.prove relation.Term terms basePoint (moved relation.Q)
                      |> Result.bind (fun sums -> Normalisation.prove c.Symbol sums claim [ c.Domains.Head ] witnesses c.Scale)
                      // A family of one point: no names.
                      Evaluation.single Symbol.MatrixElement [ "s" ] [ for k in [ 3; 0; 0 ] -> Linear.ofIntegers k [ 0 ] ] (Linear.zero 1) ]

                let files =
                    theorems
                    |> List.mapi (fun i theorem ->
                        match theorem with
                        | Error why -> failwith why
                        | Ok theorem ->
                            let file = Path.Combine(folder, $"large{i}.json")
                            File.WriteAllText(file, ProofFile.write $"large{i}" "Large." theorem)
                            file)

                check folder files (fun (code, lines) ->
                    Assert.All(lines, (fun line -> Assert.StartsWith("valid\t", line)))
                    Assert.Equal<int * int>((0, files.Length), (code, lines.Length))))

        testCase "the stand-alone checker lets no step pass for a written argument that lacks a premise or has another" <| fun () ->
            TemporaryFolder.using (fun folder ->
                let argued (step: JsonNode) =
                    WrittenArguments.names |> List.exists (fun name -> (name.Split " / ")[0] = string step["rule"])

                let files =
                    [ for entry in Catalogue.entries |> List.filter _.ByDefault do
                          let text = ProofFile.write entry.Name entry.Argument (TheoremTests.proved entry)
                          let count = (nonNull (nonNull (JsonNode.Parse text)).["steps"]).AsArray().Count

                          for i in 0 .. count - 1 do
                              let root = nonNull (JsonNode.Parse text)
                              let step = nonNull (nonNull root["steps"]).[i]
                              let premises = (nonNull step["premises"]).AsArray()

                              if argued step && premises.Count > 0 then
                                  // The first premise left out, or the step before it put in its place.
                                  let first = (nonNull premises[0]).GetValue<int>()
                                  premises.RemoveAt 0
                                  if i % 2 = 0 && first > 0 then premises.Insert(0, JsonValue.Create(first - 1))
                                  let file = Path.Combine(folder, $"{entry.Name}.{i}.json")
                                  File.WriteAllText(file, root.ToJsonString())
                                  file ]

                Assert.True(files.Length > 50, string files.Length)

                check folder files (fun (code, lines) ->
                    Assert.Equal(1, code)

                    for file, line in List.zip files (List.ofArray lines) do
                        Assert.True(line.StartsWith "invalid: step " && line.Contains "the premises are not those of the argument", $"{file}: {line}")))
    ]
