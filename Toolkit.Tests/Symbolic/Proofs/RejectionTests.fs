/// What the kernel and the checker must refuse.
module Toolkit.Tests.Symbolic.Proofs.RejectionTests

open System
open System.Numerics
open System.Text.Json.Nodes
open Expecto
open Toolkit.Symbolic.Algebra
open Toolkit.Symbolic.Hypergeometric
open Toolkit.Symbolic.Proofs
open Toolkit.Symbolic.Proofs.Kernel
open Toolkit.Symbolic.Export
open Toolkit.Testing
open Toolkit.Tests.Laws

let private defaults = Catalogue.entries |> List.filter _.ByDefault

let private replace i x xs = List.mapi (fun k y -> if k = i then x else y) xs

let private bump (random: Random) (arity: int) =
    // A small polynomial ≠ 0 without the index.
    let exponents = List.init arity (fun i -> if i = 0 then 0 else random.Next 2)
    BigInteger(if random.Next 2 = 0 then 1 else -3) * Polynomial.Monomial exponents

// ---- files

/// Every number, string and truth value below a node, with a way to replace it.
let rec private leaves (node: JsonNode) : (string * JsonValue * (JsonNode -> unit)) list =
    match node with
    | :? JsonObject as o ->
        [ for pair in List.ofSeq o do
              match pair.Value with
              | :? JsonValue as v -> pair.Key, v, (fun x -> o[pair.Key] <- x)
              | null -> ()
              | child -> yield! leaves child ]
    | :? JsonArray as a ->
        [ for i in 0 .. a.Count - 1 do
              match a[i] with
              | :? JsonValue as v -> "", v, (fun x -> a[i] <- x)
              | null -> ()
              | child -> yield! leaves child ]
    | _ -> []

let private mutate (random: Random) (value: JsonValue) : JsonNode =
    match value.GetValueKind() with
    | Text.Json.JsonValueKind.Number -> JsonValue.Create(value.GetValue<int>() + (if random.Next 2 = 0 then 1 else -1))
    | Text.Json.JsonValueKind.String ->
        let text = value.GetValue<string>()
        let changed = if text.StartsWith '-' && random.Next 2 = 0 then text.Substring 1 else text + " + 1"
        nonNull (JsonValue.Create changed)
    | Text.Json.JsonValueKind.True -> JsonValue.Create false
    | _ -> JsonValue.Create true

/// The steps with what their premises state in place of the premises' numbers.
let private reading (document: JsonNode) : string list =
    let steps = (nonNull document["steps"]).AsArray()

    [ for step in steps do
          let copy = (nonNull step).DeepClone()

          match copy["premises"] with
          | :? JsonArray as premises ->
              for i in 0 .. premises.Count - 1 do
                  let k = (nonNull premises[i]).GetValue<int>()

                  if k >= 0 && k < steps.Count then
                      let premise = nonNull steps[k]
                      let statement = nonNull premise["statement"]
                      premises[i] <- statement.DeepClone()
          | _ -> ()

          copy.ToJsonString() ]

[<Tests>]
let tests =
    testList "Symbolic.Proofs.RejectionTests" [
        testCase "a relation between sums with a changed coefficient, certificate, base, shift or sign is not proved" <| fun () ->
            for entry in defaults do
                for step in ProofFile.steps (TheoremTests.proved entry) do
                    match step.Certificate with
                    | :? TelescopingCertificate as certificate ->
                        let arity = certificate.Term.Variables.Length
                        let prove terms basePoint q = Telescoping.prove certificate.Term terms basePoint q
                        Assert.True((prove certificate.Terms certificate.Base certificate.Q).IsOk)

                        Law.holdsFor 200 (Law.seeded (0, 5)) (fun (seed, kind) ->
                            let random = Random seed
                            let terms = certificate.Terms
                            let i = random.Next terms.Length
                            let c, shift = terms[i]

                            let mutated =
                                match kind with
                                | 0 -> prove (replace i (c + bump random arity, shift) terms) certificate.Base certificate.Q
                                | 1 ->
                                    let index = Polynomial.Pow(Polynomial.Variable 0, random.Next 3)
                                    prove terms certificate.Base (certificate.Q + index * bump random arity)
                                | 2 ->
                                    let k = random.Next certificate.Base.Length
                                    let moved = certificate.Base[k] + BigInteger(if random.Next 2 = 0 then 1 else -1)
                                    prove terms (replace k moved certificate.Base) certificate.Q
                                | 3 ->
                                    let k = random.Next shift.Length

                                    let moved =
                                        shift
                                        |> List.mapi (fun n x ->
                                            if n = k then x + BigInteger(if random.Next 2 = 0 then 1 else -1) else x)

                                    prove (replace i (c, moved) terms) certificate.Base certificate.Q
                                | 4 -> prove (replace i (-c, shift) terms) certificate.Base certificate.Q
                                | _ ->
                                    prove
                                        (terms |> List.map (fun (_, s) -> Polynomial.Zero, s))
                                        certificate.Base
                                        Polynomial.Zero

                            Assert.True(mutated.IsError, $"{entry.Name}: mutation {kind} of seed {seed} was proved"))
                    | _ -> ()

        testCase "a normalised relation with a changed coefficient, sign, radicand, shift, witness or scale is not proved" <| fun () ->
            for entry in defaults do
                for step in ProofFile.steps (TheoremTests.proved entry) do
                    match step.Certificate with
                    | :? NormalisationCertificate as c ->
                        let prove terms witnesses scale =
                            Normalisation.prove c.Symbol step.Premises.Head terms c.Domains witnesses scale

                        Assert.True((prove c.Terms c.Witnesses c.Scale).IsOk)

                        Law.holdsFor 200 (Law.seeded (0, 6)) (fun (seed, kind) ->
                            let random = Random seed
                            let i = random.Next c.Terms.Length
                            let t = c.Terms[i]
                            let struct (up, down) = c.Scale
                            let some (k: int) = BigInteger(if random.Next 2 = 0 then k else -k)

                            let mutated =
                                match kind with
                                | 0 ->
                                    let exponents = List.init c.Symbol.Quanta.Length (fun _ -> random.Next 2)
                                    let changed = t.Coefficient + some 1 * Polynomial.Monomial exponents
                                    // x·m3 may equal −x·m1−x·m2, but a single monomial is never 0.
                                    prove (replace i { t with Coefficient = changed } c.Terms) c.Witnesses c.Scale
                                | 1 -> prove (replace i { t with Coefficient = -t.Coefficient } c.Terms) c.Witnesses c.Scale
                                | 2 ->
                                    let radicand =
                                        if t.Radicand.IsEmpty then
                                            [ Linear.plus BigInteger.One (Linear.variable c.Symbol.Quanta.Length 0) ]
                                        else
                                            let k = random.Next t.Radicand.Length
                                            replace k (Linear.plus (some 1) t.Radicand[k]) t.Radicand

                                    prove (replace i { t with Radicand = radicand } c.Terms) c.Witnesses c.Scale
                                | 3 ->
                                    let k = random.Next t.Shift.Length
                                    let shift = t.Shift |> List.mapi (fun n x -> if n = k then x + some 2 else x)
                                    prove (replace i { t with Shift = shift } c.Terms) c.Witnesses c.Scale
                                | 4 ->
                                    let w = c.Witnesses[i]
                                    let form = c.Symbol.Physical[random.Next c.Symbol.Physical.Length]
                                    prove c.Terms (replace i { w with X = Linear.plus BigInteger.One form :: w.X } c.Witnesses) c.Scale
                                | 5 -> prove c.Terms c.Witnesses (struct (up + BigInteger.One, down))
                                | _ -> prove c.Terms c.Witnesses (struct (-up, down))

                            Assert.True(mutated.IsError, $"{entry.Name}: mutation {kind} of seed {seed} was proved"))
                    | _ -> ()

        testCase "a symmetry with a changed image, offset, direction or sign is not proved" <| fun () ->
            for entry in defaults do
                for step in ProofFile.steps (TheoremTests.proved entry) do
                    match step.Certificate with
                    | :? ReindexingCertificate as s when s.First.IsSymbol ->
                        let symbol = match s.First with Function.Symbol symbol -> symbol | Function.Sum _ -> failwith "no symbol"
                        Law.holdsFor 10 (Law.seeded (0, 3)) (fun (seed, kind) ->
                            let random = Random seed
                            let arity = symbol.Term.Variables.Length

                            let map, parity =
                                match kind with
                                | 0 ->
                                    let k = random.Next s.Map.Images.Length

                                    { s.Map with
                                        Images = s.Map.Images |> List.mapi (fun i x -> if i = k then Linear.plus BigInteger.One x else x) },
                                    s.Parity
                                | 1 ->
                                    { s.Map with
                                        Offset = Linear.add s.Map.Offset (Linear.variable arity (1 + random.Next(arity - 1))) },
                                    s.Parity
                                | 2 -> { s.Map with Direction = -s.Map.Direction }, s.Parity
                                | _ -> s.Map, Linear.plus BigInteger.One s.Parity

                            Assert.True((Reindexing.symmetry symbol map parity).IsError))
                    | _ -> ()

        testCase "a proof file is valid as written, and invalid after any change in its steps but of a premise for one that states the same" <| fun () ->
            for entry in defaults do
                let json = ProofFile.write entry.Name entry.Argument (TheoremTests.proved entry)

                match ProofFile.check json with
                | Ok(name, theorem) ->
                    Assert.Equal(entry.Name, name)
                    Assert.Equal((TheoremTests.proved entry).Statement.Text, theorem.Statement.Text)
                | Error why -> Assert.Fail $"{entry.Name}: {why}"

                // The long files of the symmetries take 0.1 s each to check.
                let count = if json.Length > 30000 then 20 else 200

                Law.holdsFor count (Law.seeded (1, 1)) (fun (seed, _) ->
                    let random = Random seed
                    let document = nonNull (JsonNode.Parse json)
                    let all = leaves (nonNull document["steps"])
                    let key, value, set = all[random.Next all.Length]
                    set (mutate random value)

                    match ProofFile.check (document.ToJsonString()) with
                    | Ok _ when reading document = reading (nonNull (JsonNode.Parse json)) -> ()
                    | Ok _ -> Assert.Fail $"{entry.Name}: still valid after a change of \"{key}\" from {value}"
                    | Error _ -> ())

        testCase "a file's statement, method and assumptions are those of its proof" <| fun () ->
            let entry = defaults.Head
            let json = ProofFile.write entry.Name entry.Argument (TheoremTests.proved entry)

            for field in [ "statement"; "method"; "format" ] do
                let document = nonNull (JsonNode.Parse json)
                document[field] <- JsonValue.Create "something else"
                Assert.True((ProofFile.check (document.ToJsonString())).IsError)

            let document = nonNull (JsonNode.Parse json)
            document["assumptions"] <- JsonArray(JsonValue.Create "the axiom of choice")
            Assert.True((ProofFile.check (document.ToJsonString())).IsError)

        testCases
            "other files are invalid, with a reason"
            [ ""
              "[]"
              "{}"
              """{"format":"toolkit-proof/1"}"""
              """{"format":"toolkit-proof/1","steps":[]}"""
              """{"format":"toolkit-proof/1","steps":[{"rule":"oracle","premises":[]}]}""" ]
        <| fun (json: string) ->
            match ProofFile.check json with
            | Ok _ -> Assert.Fail "valid"
            | Error why -> Assert.NotEqual<string>("", why)

        testCase "only the kernel's own files declare its namespace" <| fun () ->
            let kernel = IO.Path.Combine(SharedData.repository, "Symbolic", "Kernel")

            for file in
                IO.Directory.GetFiles(
                    IO.Path.Combine(SharedData.repository, "Symbolic"),
                    "*.fs",
                    IO.SearchOption.AllDirectories
                ) do
                let declares =
                    IO.File.ReadLines file
                    |> Seq.exists (fun l ->
                        l.StartsWith "namespace Toolkit.Symbolic.Proofs.Kernel"
                        || l.StartsWith "module Toolkit.Symbolic.Proofs.Kernel")

                if declares then
                    Assert.StartsWith(kernel, IO.Path.GetDirectoryName file)
    ]
