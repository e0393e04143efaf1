/// Products of symbolic powers: what the kernel refuses, and its identities at numbers.
module Toolkit.Tests.Symbolic.Proofs.PowerProductTests

open System
open System.Numerics
open System.Text.Json.Nodes
open Expecto
open Toolkit.Symbolic.Algebra
open Toolkit.Symbolic.Proofs
open Toolkit.Symbolic.Proofs.Kernel
open Toolkit.Symbolic.Proofs.Theorems
open Toolkit.Symbolic.Export
open Toolkit.Testing
open Toolkit.Tests.Laws

let private entries = GeneratingFunction.entries @ Rotations.entries @ Trees.entries

let private steps =
    lazy
        (entries |> List.collect (fun e -> ProofFile.steps (TheoremTests.proved e)) |> List.distinctBy _.Statement.Text)

let private must (node: JsonNode | null) : JsonNode =
    match node with
    | null -> failwith "a field is missing"
    | found -> found

let private replace i x xs = List.mapi (fun k y -> if k = i then x else y) xs

let private bump (random: Random) (arity: int) =
    BigInteger(if random.Next 2 = 0 then 1 else -2) * Polynomial.Monomial(List.init arity (fun _ -> random.Next 2))

/// Variables on which the product depends.
let private used (product: PowerProduct) =
    [ for v in 0 .. product.Variables.Length - 1 do
          if product.Factors |> List.exists (fun (p, _) -> p.Degree v > 0) then v ]

[<Tests>]
let tests =
    testList "Symbolic.Proofs.PowerProductTests" [
        testCase "an operator with a changed direction, or a changed word beside others, annihilates no longer" <| fun () ->
            let mutable seen = 0

            for step in steps.Force() do
                match step.Statement with
                | :? Annihilation as s ->
                    seen <- seen + 1
                    Assert.True((PowerProducts.annihilate s.Product s.Words).IsOk)

                    Law.holdsFor 200 (Law.seeded (0, 1)) (fun (seed, kind) ->
                        let random = Random seed
                        let i = random.Next s.Words.Length
                        let word = s.Words[i]
                        let c = bump random s.Product.Symbols.Length

                        let mutated =
                            if kind = 0 && s.Words.Length > 1 then
                                { word with Coefficient = word.Coefficient + c }
                            elif word.Derivations.IsEmpty then
                                { word with Coefficient = -word.Coefficient }
                            else
                                let variables = used s.Product
                                let v = variables[random.Next variables.Length]
                                let k = random.Next word.Derivations.Length
                                { word with Derivations = replace k ((v, c) :: word.Derivations[k]) word.Derivations }

                        Assert.True((PowerProducts.annihilate s.Product (replace i mutated s.Words)).IsError))
                | _ -> ()

            Assert.True(seen >= 10)

        testCase "a substitution with a changed image or a changed factor is not proved" <| fun () ->
            let mutable seen = 0

            for step in steps.Force() do
                match step.Statement with
                | :? Substitution as s ->
                    seen <- seen + 1
                    Assert.True((PowerProducts.substitute s.Product s.Images s.Split).IsOk)

                    Law.holdsFor 200 (Law.seeded (0, 1)) (fun (seed, kind) ->
                        let random = Random seed
                        let c = bump random s.Product.Letters.Length

                        let mutated =
                            if kind = 0 then
                                let i = random.Next s.Split.Length
                                let k = random.Next s.Split[i].Length

                                PowerProducts.substitute
                                    s.Product
                                    s.Images
                                    (replace i (replace k (s.Split[i][k] + c) s.Split[i]) s.Split)
                            else
                                let variables = used s.Product
                                let v = variables[random.Next variables.Length]

                                PowerProducts.substitute
                                    s.Product
                                    (s.Images |> List.mapi (fun k p -> if k = v then p + c else p))
                                    s.Split

                        Assert.True mutated.IsError)
                | _ -> ()

            Assert.True(seen >= 4)

        testCase "a binomial coefficient with a changed exponent, index, target or sign is not proved" <| fun () ->
            let theorem = GeneratingFunction.coefficient () |> Result.toOption |> Option.get
            let s = theorem.Statement :?> CoefficientIsSum
            let choices = (theorem.Certificate :?> BinomialCertificate).Choices

            Law.holdsFor 400 (Law.seeded (0, 2)) (fun (seed, kind) ->
                let random = Random seed
                let sign = if random.Next 2 = 0 then BigInteger.One else BigInteger.MinusOne

                let change (x: Linear) =
                    match random.Next(x.Coefficients.Length + 1) with
                    | 0 -> Linear.plus sign x
                    | k -> Linear.add x (Linear.scale sign (Linear.variable x.Coefficients.Length (k - 1)))

                let i = random.Next 3
                let factors = s.Product.Factors |> List.mapi (fun k (p, e) -> p, (if k = i then change e else e))

                let mutated =
                    match kind with
                    | 0 -> BinomialCoefficient.prove { s.Product with Factors = factors } s.Term choices s.Parity
                    | 1 -> BinomialCoefficient.prove s.Product s.Term (replace i (change choices[i]) choices) s.Parity
                    | _ -> BinomialCoefficient.prove s.Product s.Term choices (change s.Parity)

                Assert.True mutated.IsError)

        testCase "the coupling ladder follows from the two ladder relations of the 3j symbol and from no other theorem" <| fun () ->
            let raising, lowering =
                ThreeJ.ladder 1 |> Result.toOption |> Option.get, ThreeJ.ladder -1 |> Result.toOption |> Option.get

            let ladder first second = WrittenArguments.prove "coupling-ladder" [ first; second ]

            Assert.True((ladder raising lowering).IsOk)
            Assert.True((ladder lowering raising).IsError)

            for entry in Catalogue.entries |> List.filter _.ByDefault do
                let theorem = TheoremTests.proved entry
                Assert.True((ladder theorem lowering).IsError)
                Assert.True((ladder raising theorem).IsError)

        testCase "proof files of this family are valid, and invalid when a field of a step is changed" <| fun () ->
            for entry in entries do
                let theorem = TheoremTests.proved entry
                let file = ProofFile.write entry.Name entry.Argument theorem
                Assert.Equal(Ok entry.Name, ProofFile.check file |> Result.map fst)
                let count = (ProofFile.steps theorem).Length

                Law.holdsFor 12 (Law.seeded (0, 0)) (fun (seed, _) ->
                    let random = Random seed
                    let root = must (JsonNode.Parse file)
                    let step = (must (must root["steps"]).[random.Next count]).AsObject()
                    let json (value: 'a) : JsonNode = must (JsonValue.Create<'a> value)

                    let changed: (string * JsonNode) list =
                        [ for pair in Seq.toList step do
                              match pair.Key with
                              | "l"
                              | "L"
                              | "J"
                              | "S" -> pair.Key, json "other"
                              | "axial"
                              | "timeOdd"
                              | "imaginary"
                              | "time" -> pair.Key, json (not ((must pair.Value).GetValue<bool>()))
                              | "rank" -> pair.Key, json (1 - (must pair.Value).GetValue<int>())
                              | "statement" -> pair.Key, json ((must pair.Value).GetValue<string>() + " ")
                              | "factors"
                              | "target"
                              | "choices"
                              | "split"
                              | "images"
                              | "words" -> pair.Key, JsonArray() :> JsonNode
                              | "rule" -> pair.Key, json "R4-invariant-too"
                              | "premises" -> pair.Key, JsonArray(json count) :> JsonNode
                              | _ -> () ]

                    let key, value = changed[random.Next changed.Length]
                    step[key] <- value
                    Assert.True((ProofFile.check (root.ToJsonString())).IsError, $"{entry.Name}: {key} changed"))

        testCase "powers of the null vector satisfy the operator identities at random complex points" <| fun () ->
            // L_z N^l by the chain rule in floating-point numbers, l = 0 … 12.
            let i = Complex.ImaginaryOne

            Law.holdsFor 200 (Law.seeded (0, 12)) (fun (seed, l) ->
                let random = Random seed
                let draw () = Complex(Rotations.normal random, 0.)
                let x, y, z, t = draw (), draw (), draw (), draw ()
                let n = -(x - i * y) * t * t + Complex(2., 0.) * z * t + x + i * y
                let power (k: int) = if k < 0 then Complex.Zero else Complex.Pow(n, float k)
                let slope = Complex(float l, 0.) * power (l - 1)

                let nx, ny, nz, nt =
                    Complex.One - t * t,
                    i * (Complex.One + t * t),
                    Complex(2., 0.) * t,
                    Complex(-2., 0.) * (x - i * y) * t + Complex(2., 0.) * z

                let check (left: Complex) (right: Complex) =
                    Assert.True((left - right).Magnitude < 1e-9 * (1. + (slope * n).Magnitude * 10. + left.Magnitude))

                check (slope * (-i * (x * ny - y * nx))) (-t * slope * nt + Complex(float l, 0.) * power l)

                check
                    (slope * (z * nx + i * z * ny - (x + i * y) * nz))
                    (t * t * slope * nt - Complex(2. * float l, 0.) * t * power l)

                check (slope * (-z * nx + i * z * ny + (x - i * y) * nz)) (-slope * nt))
    ]
