/// What an enemy has tried, and whole kinds of it: numbers that wrap, names that mean something else, state that can be
/// changed, assemblies that pretend to be the kernel's, claims about nothing, files that say more than they prove.
module Toolkit.Tests.Symbolic.Proofs.SoundnessTests

open System
open System.Diagnostics
open System.IO
open System.Numerics
open System.Reflection
open System.Reflection.Emit
open Expecto
open Toolkit.Symbolic.Algebra
open Toolkit.Symbolic.CouplingTrees
open Toolkit.Symbolic.Export
open Toolkit.Symbolic.Hypergeometric
open Toolkit.Symbolic.Proofs
open Toolkit.Symbolic.Proofs.Kernel
open Toolkit.Symbolic.Proofs.Theorems
open Toolkit.Tests.Cli
open Toolkit.Tests.Laws

let private refused what (result: Result<Theorem, string>) =
    match result with
    | Ok theorem -> Assert.Fail $"{what}: proved {theorem.Statement.Text}"
    | Error why -> Assert.NotEqual<string>("", why)

let private proved name =
    TheoremTests.proved (Catalogue.entries |> List.find (fun e -> e.Name = name))

let private file name =
    let entry = Catalogue.entries |> List.find (fun e -> e.Name = name)
    ProofFile.write entry.Name entry.Argument (TheoremTests.proved entry)

let private isInvalid (json: string) (fact: string) =
    match ProofFile.check json with
    | Ok _ -> Assert.Fail "valid"
    | Error why -> Assert.Contains(fact, why)

// ---- numbers

/// Σ_s 1/(s! (a−s)!).
let private binomial names =
    let form k s a = Linear.ofIntegers k [ s; a ]
    { Variables = names; Alternating = false; Numerator = []; Denominator = [ form 0 1 0; form 0 -1 1 ]; Powers = [] }

// ---- names

/// Names that mean something else, or nothing.
let private hostile =
    [ "i"; "i'"; ""; " "; "2"; "2*x"; "x + y"; "x y"; "x\ty"; "x\n"; "-x"; "x!"; "sum"; "sqrt"; "for"; "all"; "where"
      "x**2"; "(x)"; "é"; "𝑥"; "x\u200b"; "x,y"; "1e9"; "_x"; "'"; "couple"; "join"; "otherwise"; "x=1"; "x;y"
      String('x', 41) ]

// ---- state

/// Compiles C# against the kernel as an assembly of the given name: exit code and messages of the compiler.
let private compile (name: string) (source: string) : (int * string) option =
    let runtime = Runtime.InteropServices.RuntimeEnvironment.GetRuntimeDirectory()
    let root = Path.GetFullPath(Path.Combine(runtime, "..", "..", ".."))
    let sdk = Path.Combine(root, "sdk")

    let compiler =
        if Directory.Exists sdk then
            Directory.GetFiles(sdk, "csc.dll", SearchOption.AllDirectories) |> Array.sort |> Array.tryLast
        else
            None

    compiler
    |> Option.map (fun compiler ->
        let mutable result = 0, ""

        TemporaryFolder.using (fun folder ->
            let file = Path.Combine(folder, "Forgery.cs")
            File.WriteAllText(file, source)

            let references =
                Directory.GetFiles(runtime, "System*.dll")
                |> Array.append [| typeof<Theorem>.Assembly.Location; typeof<int list>.Assembly.Location |]
                |> Array.append (Directory.GetFiles(runtime, "netstandard.dll"))
                |> Array.filter (fun f -> not (f.Contains ".Native"))
                |> Array.map (fun f -> $"-r:\"{f}\"")

            let response = Path.Combine(folder, "forgery.rsp")

            File.WriteAllLines(
                response,
                Array.append
                    references
                    [| "-noconfig"; "-nostdlib"; "-target:library"; "-langversion:latest"
                       $"-out:\"{Path.Combine(folder, name)}.dll\""; $"\"{file}\"" |]
            )

            let start = ProcessStartInfo(Path.Combine(root, "dotnet"), $"exec \"{compiler}\" @\"{response}\"")
            start.RedirectStandardOutput <- true
            start.RedirectStandardError <- true
            use run = nonNull (Process.Start start)
            let messages = run.StandardOutput.ReadToEnd() + run.StandardError.ReadToEnd()
            run.WaitForExit()
            result <- run.ExitCode, messages)

        result)

// ---- claims about nothing

// ---- files

let private replaceFirst (old: string) (fresh: string) (text: string) =
    let i = text.IndexOf(old, StringComparison.Ordinal)
    Assert.True(i >= 0, $"no {old}")
    text.Substring(0, i) + fresh + text.Substring(i + old.Length)

[<Tests>]
let tests =
    testList "Symbolic.Proofs.SoundnessTests" [
        testCase "theorems that passed an earlier checker and are false are refused" <| fun () ->
            let folder = Path.Combine(SharedData.repository, "Toolkit.Tests", "Data", "false-theorems")
            let files = Directory.GetFiles(folder, "*.json")
            Assert.True(files.Length >= 3)

            for file in files do
                let code, out, err = CommandLine.run [ "check"; file ]
                Assert.Equal((1, ""), (code, err))
                Assert.StartsWith("invalid: ", out)
                // By a rule, not for the words of its statement.
                Assert.DoesNotContain("the statement is not what", out)

        testCase "shifts that would be equal modulo 2^31, 2^32, 2^63 or 2^64 are different" <| fun () ->
            let term = binomial [ "s"; "a" ]

            for bits in [ 31; 32; 63; 64 ] do
                let period = BigInteger.Pow(BigInteger 2, bits)

                for k in [ period; -period; period / BigInteger 2 ] do
                    let terms = [ Polynomial.One, [ k ]; -Polynomial.One, [ k - period ] ]
                    let basePoint = Term.commonBase term (List.map snd terms)
                    refused "wrapped shifts" (Telescoping.prove term terms basePoint Polynomial.Zero)

            // The same relation far away is the relation: (a + k + 1) S(a + k + 1) = 2 S(a + k).
            let relation (k: BigInteger) =
                let a = Polynomial.Variable 1 + Polynomial.Constant k
                let terms = [ a + Polynomial.One, [ k + BigInteger.One ]; Polynomial.Constant -2, [ k ] ]
                Telescoping.prove term terms (Term.commonBase term (List.map snd terms)) Polynomial.One

            Assert.True((relation BigInteger.Zero).IsOk)
            Assert.True((relation (BigInteger.Pow(BigInteger 2, 100))).IsOk)

        testCase "forms and bounds far from the origin do not wrap" <| fun () ->
            for bits in [ 31; 32; 63; 64; 100 ] do
                let far = BigInteger.Pow(BigInteger 2, bits)
                let form = Linear.plus far (Linear.scale far (Linear.variable 2 1))
                Assert.Equal(far * far + far, Linear.valueAt [ BigInteger.Zero; far ] form)
                let bounds = Symbol.ThreeJ.Physical |> List.map (fun _ -> far)
                let lowest = Symbol.ThreeJ.AtLeast(bounds, Linear.plus -far Symbol.ThreeJ.Physical.Head)
                Assert.Equal(Some BigInteger.Zero, lowest)

        testCase "hostile names are refused by every rule that takes names" <| fun () ->
            let ladder = ThreeJ.couplingLadder.Force() |> Result.toOption |> Option.get
            let harmonic = (proved "harmonics.null-vector")
            let recoupling = proved "6j.racah-formula"
            let symmetry = ThreeJ.reversal.Force() |> Result.toOption |> Option.get
            let rho = { Rank = 0; Parity = Polar; Time = Even }
            let fields = Map.ofList [ "rho", rho ]
            let typed name l =
                Equivariance.typed [ harmonic ] (Map.ofList [ name, rho ]) Map.empty (SiteSum(name, l)) false

            Assert.True((typed "rho" (Named "l")).IsOk)
            let rho' = SiteSum("rho", Named "l")
            let one, zero = Polynomial.One, Polynomial.Zero

            for name in hostile do
                Assert.False(Name.isValid name, name)
                let terms = [ one, [ BigInteger.One ]; one, [ BigInteger.Zero ] ]

                for names in [ [ name; "a" ]; [ "s"; name ] ] do
                    let term = binomial names
                    refused name (Telescoping.prove term terms (Term.commonBase term (List.map snd terms)) zero)
                    let map = { Images = [ Linear.variable 2 1 ]; Direction = BigInteger.One; Offset = Linear.zero 2 }
                    refused name (Reindexing.sums term term map (Linear.zero 2))

                let power variables exponents =
                    { Variables = variables
                      Imaginary = false
                      Exponents = exponents
                      Factors = [ Polynomial.Variable 0, Linear.variable 1 0 ] }

                let word = { Coefficient = one; Derivations = [ [ 0, one ] ] }

                for product in [ power [ name ] [ "n" ]; power [ "x" ] [ name ]; power [ "x" ] [ "x" ] ] do
                    refused name (PowerProducts.annihilate product [ word ])
                    refused name (PowerProducts.substitute product [ -Polynomial.Variable 0 ] [ [ -Polynomial.Variable 0 ] ])

                refused name (Evaluation.zero symmetry [ "s"; name ] (List.replicate 5 (Linear.zero 2)))
                refused name (Evaluation.single Symbol.ThreeJ [ name; "n" ] (List.replicate 5 (Linear.zero 2)) (Linear.zero 2))
                refused name (typed "rho" (Named name))
                refused name (typed name (Named "l"))
                refused name (Equivariance.typed [ harmonic; ladder ] fields Map.empty (Coupled(rho', rho', Named name)) false)
                refused name (Equivariance.typed [] Map.empty (Map.ofList [ name, "lA" ]) (Any name) false)
                refused name (Equivariance.typed [] Map.empty (Map.ofList [ "A", name ]) (Any "A") false)
                let scheme = Couple(Single name, Couple(Single "b", Single "c", "f"), "J")
                refused name (Recoupling.prove recoupling scheme [ Leftwards("J", "e") ] [ Leftwards("J", "e") ])
                let scheme = Couple(Single "a", Couple(Single "b", Single "c", "f"), "J")
                refused name (Recoupling.prove recoupling scheme [ Leftwards("J", name); Rightwards("J", "g") ] [])

        testCase "bound names avoid those in use, so that nothing is captured" <| fun () ->
            let harmonic = proved "harmonics.null-vector"
            let rho = { Rank = 0; Parity = Polar; Time = Even }

            for name in [ "m"; "k"; "A" ] do
                let theorem =
                    Equivariance.typed [ harmonic ] (Map.ofList [ "rho", rho ]) Map.empty (SiteSum("rho", Named name)) false
                    |> Result.toOption
                    |> Option.get

                let text = theorem.Statement.Text
                Assert.Contains($"rho({name})", text)
                // The bound name of that kind is another.
                Assert.DoesNotContain((if name = "A" then "A = rho" elif name = "m" then "J_z A_m =" else "with k = "), text)

            // S of a relation whose parameter is called S.
            let term = binomial [ "s"; "S" ]
            let one = Polynomial.Variable 1 + Polynomial.One
            let terms = [ Polynomial.One, [ BigInteger.One ]; Polynomial.Constant -2, [ BigInteger.Zero ] ]

            for coefficients in [ terms; [ one, snd terms[0]; Polynomial.Constant -2 * one, snd terms[1] ] ] do
                for q in [ Polynomial.One; -Polynomial.One; one; -one; Polynomial.Zero ] do
                    match Telescoping.prove term coefficients (Term.commonBase term (List.map snd terms)) q with
                    | Ok theorem -> Assert.Contains("S1(S + 1)", theorem.Statement.Text)
                    | Error _ -> ()

            // A name that the text of D's definition uses in another sense.
            let images = [ for k in [ 1; 0; 0 ] -> Linear.ofIntegers 0 [ 0; k ] ]
            let single name = Evaluation.single Symbol.MatrixElement [ "s"; name ] images (Linear.zero 2)
            Assert.True((single "p").IsOk)

            for name in [ "D"; "j"; "n"; "m"; "k"; "a" ] do
                refused "a name with two meanings" (single name)

            // A field and an order, or two families, of one name.
            let site l = Equivariance.typed [ harmonic ] (Map.ofList [ "rho", rho ]) Map.empty (SiteSum("rho", Named l)) true
            refused "one name for two things" (site "rho")
            refused "one name for two things" (Equivariance.typed [] Map.empty (Map.ofList [ "A", "A" ]) (Any "A") false)

        testCase "nothing public in the kernel can be changed: no arrays, no fields, no setters, no constructors of theorems" <| fun () ->
            let assembly = typeof<Theorem>.Assembly
            let all = BindingFlags.Public ||| BindingFlags.Instance ||| BindingFlags.Static ||| BindingFlags.DeclaredOnly

            let isMutable (t: Type) =
                t.IsArray
                || (t.IsGenericType
                    && List.contains
                        (t.GetGenericTypeDefinition())
                        [ typedefof<Collections.Generic.List<_>>; typedefof<Collections.Generic.Dictionary<_, _>>; typedefof<_ ref> ])

            for t in assembly.GetExportedTypes() do
                for p in t.GetProperties all do
                    Assert.False(p.CanWrite && p.GetSetMethod() <> null, $"{t}.{p.Name} can be set")
                    Assert.False(isMutable p.PropertyType, $"{t}.{p.Name} is {p.PropertyType}")

                for f in t.GetFields all do
                    Assert.True(f.IsInitOnly || f.IsLiteral, $"{t}.{f.Name} is a field that can be set")
                    Assert.False(isMutable f.FieldType, $"{t}.{f.Name} is {f.FieldType}")

                for m in t.GetMethods all do
                    Assert.False(isMutable m.ReturnType, $"{t}.{m.Name} returns {m.ReturnType}")

            Assert.Empty(typeof<Theorem>.GetConstructors())
            Assert.True typeof<Theorem>.IsSealed
            Assert.Empty(typeof<Symbol>.GetConstructors())

        testCase "the kernel has no friends, references the language's library alone and cannot be subclassed from outside" <| fun () ->
            let assembly = typeof<Theorem>.Assembly
            Assert.Empty(assembly.GetCustomAttributes<System.Runtime.CompilerServices.InternalsVisibleToAttribute>())

            for reference in assembly.GetReferencedAssemblies() do
                let name = nonNull reference.Name
                Assert.True(name = "FSharp.Core" || name.StartsWith "System." || name = "netstandard", name)

            let any = BindingFlags.Public ||| BindingFlags.NonPublic ||| BindingFlags.Instance

            for constructor in typeof<Statement>.GetConstructors any do
                Assert.False(constructor.IsPublic || constructor.IsFamily || constructor.IsFamilyOrAssembly)

        testCase "code that calls the theorem's constructor from an assembly of any name is stopped by the runtime" <| fun () ->
            let any = BindingFlags.NonPublic ||| BindingFlags.Instance
            let constructor = typeof<Theorem>.GetConstructors any |> Array.exactlyOne

            for name in [ "benchmarks"; "Toolkit.Tests"; "Toolkit.Symbolic"; "Toolkit.Kernel"; "forgery" ] do
                let assembly = AssemblyBuilder.DefineDynamicAssembly(AssemblyName name, AssemblyBuilderAccess.Run)
                let forger = (assembly.DefineDynamicModule name).DefineType("Forger", TypeAttributes.Public)

                let forge =
                    forger.DefineMethod("Forge", MethodAttributes.Public ||| MethodAttributes.Static, typeof<obj>, Type.EmptyTypes)

                let il = forge.GetILGenerator()

                for _ in constructor.GetParameters() do
                    il.Emit OpCodes.Ldnull

                il.Emit(OpCodes.Newobj, constructor)
                il.Emit OpCodes.Ret
                let method = nonNull (forger.CreateType().GetMethod "Forge")

                let thrown =
                    Assert.Throws<TargetInvocationException>(fun () -> method.Invoke(null, [||]) |> ignore)

                Assert.IsType<MethodAccessException>(nonNull thrown.InnerException) |> ignore

        testCase "a forgery does not compile, whatever its assembly is called, and what a client may do does" <| fun () ->
            let source body =
                $"using Toolkit.Symbolic.Proofs.Kernel; public static class Forgery {{ public static object Make(Theorem t) => {body}; }}"

            match compile "client" (source "t.Statement.Text") with
            | None -> SharedData.skipped "no compiler beside the runtime"
            | Some(code, messages) ->
                Assert.True((code = 0), messages)

                for name in [ "benchmarks"; "Toolkit.Tests"; "Toolkit.Symbolic" ] do
                    for body in
                        [ "new Theorem(t.Rule, t.Certificate, t.Statement, t.Premises, t.Assumptions)"
                          "new AllOf(null)"
                          "Rule.concludes(\"oracle\", t.Statement, t.Premises, t.Assumptions)" ] do
                        match compile name (source body) with
                        | Some(code, messages) ->
                            Assert.NotEqual(0, code)
                            Assert.Contains("error CS", messages)
                        | None -> ()

        testCase "a claim whose conditions cannot be met is refused" <| fun () ->
            // (s − 1 … )! in the numerator is never of a natural number wherever 1/s! is all there is to bound it.
            let form k s a = Linear.ofIntegers k [ s; a ]

            for numerator in [ form 0 1 1; form -1 0 0; form -5 -1 1 ] do
                let term = { binomial [ "s"; "a" ] with Numerator = [ numerator ] }
                let terms = [ Polynomial.One, [ BigInteger.Zero ]; -Polynomial.One, [ BigInteger.One ] ]

                for q in [ Polynomial.Zero; Polynomial.One; -Polynomial.One ] do
                    match Telescoping.prove term terms (Term.commonBase term (List.map snd terms)) q with
                    | Error _ -> ()
                    | Ok theorem ->
                        // No condition without an alternative.
                        match (theorem.Statement :?> Equation).Where with
                        | Condition.All conditions -> Assert.DoesNotContain(OneOf [], conditions)
                        | other -> Assert.Fail $"{other}"

            // A family on which the symbol is nowhere defined: j1 − m1 = −1.
            let images = [ 0; -1; 0; 0; 0 ] |> List.map (fun k -> Linear.ofIntegers k [ 0; 0 ])
            refused "nowhere defined" (Evaluation.single Symbol.ThreeJ [ "s"; "n" ] images (Linear.zero 2))

            // Exponents n and −n−1 are never both natural.
            let product =
                { Variables = [ "x"; "y" ]
                  Imaginary = false
                  Exponents = [ "n" ]
                  Factors =
                    [ Polynomial.Variable 0, Linear.variable 1 0
                      Polynomial.Variable 1, Linear.ofIntegers -1 [ -1 ] ] }

            let swap = [ Polynomial.Variable 1; Polynomial.Variable 0 ]
            refused "no natural exponents" (PowerProducts.substitute product swap [ [ swap[0] ]; [ swap[1] ] ])
            refused "nothing" (Conjunction.prove [])

        testCase "a claim with variables beyond its own is refused" <| fun () ->
            let theorem = proved "3j.recursion-m"
            let c = theorem.Certificate :?> NormalisationCertificate
            let relation = theorem.Premises.Head

            for variable in 6..9 do
                let x = Polynomial.Variable variable

                for extra in [ x; x * x; x - x * x ] do
                    let claim = c.Terms |> List.map (fun t -> { t with Coefficient = t.Coefficient + extra })
                    refused "beyond the arity" (Normalisation.prove c.Symbol relation claim c.Domains c.Witnesses c.Scale)

            let t = relation.Certificate :?> TelescopingCertificate
            let more = t.Terms |> List.map (fun (p, shift) -> p + Polynomial.Variable 9, shift)
            refused "beyond the arity" (Telescoping.prove t.Term more t.Base t.Q)

        testCase "witnesses with a factor that is zero on the edge of the domain are refused, or the claim is true there, too" <| fun () ->
            let mutable accepted, refusals = 0, 0
            let random = Random 3

            for entry in Catalogue.entries |> List.filter _.ByDefault do
                for step in ProofFile.steps (TheoremTests.proved entry) do
                    match step.Certificate with
                    | :? NormalisationCertificate as c ->
                        for form in c.Symbol.Physical do
                            // The same claim times form/form: X gets a factor that is 0 on the domain's edge.
                            let witnesses = c.Witnesses |> List.map (fun w -> { X = form :: w.X; Y = form :: w.Y })

                            match Normalisation.prove c.Symbol step.Premises.Head c.Terms c.Domains witnesses c.Scale with
                            | Error _ -> refusals <- refusals + 1
                            | Ok theorem ->
                                accepted <- accepted + 1
                                Assert.Equal(Some 20, Statements.holdsAt 20 random theorem.Statement)
                    | _ -> ()

            Assert.True(refusals > 50, $"{refusals} refused, {accepted} accepted")

        testCase "a file that needs more than a minute is refused, and so are products and factorials that are too many" <| fun () ->
            let edited name (rule: string) (edit: Text.Json.Nodes.JsonObject -> unit) =
                let root = (nonNull (Text.Json.Nodes.JsonNode.Parse(file name))).AsObject()

                for step in (nonNull root["steps"]).AsArray() do
                    let step = (nonNull step).AsObject()
                    if string step["rule"] = rule then edit step

                root.ToJsonString()

            let list (items: string list) = Text.Json.JsonSerializer.SerializeToNode items

            // 1000!^100000 / 999!^100000, when nothing else is wrong.
            let factorials =
                edited "3j.racah-formula" "first-order recursion" (fun step ->
                    for key, n in [ "numerator", "1000"; "denominator", "999" ] do
                        let kept = [ for x in (nonNull step[key]).AsArray() -> string x ]
                        step[key] <- list (kept @ List.replicate 100_000 n))

            isInvalid factorials "a limit is passed: factorials"
            // 30,000 terms times as many.
            let dense = String.Join(" + ", [ for i in 0..29_999 -> $"{i + 1}*x**{i % 31}*y**{i / 31 % 31}*z**{i / 961}" ])
            let names, factors = [ "x"; "y"; "z" ], [ Polynomial.Variable 0, Linear.variable 1 0 ]
            let product = { Variables = names; Imaginary = false; Exponents = [ "n" ]; Factors = factors }
            let large = (PolynomialText.tryParse names dense).Value
            let images = [ large; Polynomial.Variable 1; Polynomial.Variable 2 ]
            refused "a product" (PowerProducts.substitute product images [ [ large; large ] ])
            // Whatever else takes long.
            use isAsked = new Threading.ManualResetEventSlim(false)

            let slow () =
                isAsked.Wait()
                ProofFile.check (file "3j.racah-formula")

            match ProofFile.foundWithin (TimeSpan.FromMilliseconds 20.0) slow with
            | Error why -> Assert.Contains("there is no answer", why)
            | Ok _ -> Assert.Fail "an answer that nobody had given"

            isAsked.Set()

        testCase "keys in another order are the same file; a key twice, or one that is not known, is refused" <| fun () ->
            let json = file "3j.lowering"
            let rotate (node: Text.Json.Nodes.JsonObject) =
                let first = Seq.head node
                node.Remove first.Key |> ignore
                node.Add(first.Key, first.Value)

            let root = (nonNull (Text.Json.Nodes.JsonNode.Parse json)).AsObject()
            rotate root
            for step in (nonNull root["steps"]).AsArray() do
                rotate ((nonNull step).AsObject())
            Assert.True((ProofFile.check (root.ToJsonString())).IsOk)

            for key, value in [ "name", "\"x\""; "rule", "\"termwise\""; "statement", "\"\""; "q", "\"0\""; "alternating", "true" ] do
                isInvalid (replaceFirst $"\"{key}\":" $"\"{key}\": {value}, \"{key}\":" json) "twice"

            for before in [ "\"name\":"; "\"rule\":"; "\"variables\":"; "\"coefficient\":"; "\"x\":"; "\"symbol\":" ] do
                isInvalid (replaceFirst before ("\"remark\": 1, " + before) json) "remark"

        testCase "values of other kinds end with a reason, never with an exception" <| fun () ->
            for name in [ "3j.recursion-m"; "3j.m-zero"; "6j.racah"; "invariance.spin-bispectrum"; "harmonics.null-vector" ] do
                let json = file name

                for key in
                    [ "domains"; "terms"; "shift"; "steps"; "premises"; "base"; "q"; "images"; "numbers"; "scheme"; "first"; "l"; "J"
                      "names"; "words"; "factors"; "assumptions"; "scale"; "variables"; "rank"; "axial" ] do
                    let i = json.IndexOf($"\"{key}\":", StringComparison.Ordinal)

                    if i >= 0 then
                        for value in [ "[\"x\"]"; "null"; "[]"; "{}"; "[[]]"; "1e400"; "-1"; "99999999999999999999"; "\"\""; "true"; "[null]" ] do
                            let node = nonNull (Text.Json.Nodes.JsonNode.Parse json)

                            let rec put (n: Text.Json.Nodes.JsonNode | null) =
                                match n with
                                | :? Text.Json.Nodes.JsonObject as o ->
                                    if o.ContainsKey key then
                                        o[key] <- Text.Json.Nodes.JsonNode.Parse value
                                    else
                                        for pair in List.ofSeq o do
                                            put pair.Value
                                | :? Text.Json.Nodes.JsonArray as a ->
                                    for item in List.ofSeq a do
                                        put item
                                | _ -> ()

                            put node

                            if not (Text.Json.Nodes.JsonNode.DeepEquals(node, Text.Json.Nodes.JsonNode.Parse json)) then
                                Assert.True((ProofFile.check (node.ToJsonString())).IsError, $"{name}: {key} = {value}")

        testCase "rules that rest on a written argument name it, and those that compute do not" <| fun () ->
            let argumentOf name =
                (proved name).Assumptions |> List.filter (fun a -> a.StartsWith "written argument")

            for name in [ "3j.recursion-m"; "3j.regge"; "6j.recursion"; "6j.symmetries"; "3j.ladder" ] do
                Assert.Empty((proved name).Assumptions)

            for name, word in
                [ "6j.racah-formula", "recoupling induction"
                  "6j.racah", "linear independence"
                  "d.composition", "comparison of coefficients"
                  "harmonics.addition", "directions"
                  "real.ladder", "real ladder"
                  "invariance.real-basis", "real basis"
                  "invariance.unordered-pairs", "unordered pairs"
                  "harmonics.null-vector", "coefficient extraction"
                  "3j.normalisation", "limit"
                  "invariance.bispectrum", "coupling ladder" ] do
                Assert.Contains(argumentOf name, (fun (a: string) -> a.Contains word))
    ]
