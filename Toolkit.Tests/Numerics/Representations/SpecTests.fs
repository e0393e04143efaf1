module Toolkit.Tests.Numerics.Representations.SpecTests

open System
open System.IO
open Expecto
open Toolkit.Numerics.Expansion
open Toolkit.Numerics.Files
open Toolkit.Numerics.Radial
open Toolkit.Numerics.Representations
open Toolkit.Numerics.Representations.Nice
open Toolkit.Numerics.Structures
open Toolkit.Tests.Laws

let private parse (json: string) = Spec.Parse(json, "spec.json")

let private least = """ "cutoff": {"radius": 4}, "representation": {"kind": "power-spectrum"} """

/// Every way to be wrong: the text, and the one line that it gets.
let private wrong: (string * string) list =
    let kinds = "power-spectrum, radial-spectrum, bispectrum, equivariants, spin-power-spectrum, spin-bispectrum"

    let spins (fields: string) =
        """{"cutoff": {"radius": 4}, "lmax": 4, "fields": """
        + fields
        + """, "representation": {"kind": "spin-power-spectrum"}}"""

    [
        "",
        "spec.json:1: found no JSON (The input does not contain any JSON tokens. Expected the input to start with a valid JSON token, when isFinalBlock is true), expected a JSON object"
        "[]", "spec.json: $: found '[]', expected an object { … }"
        "{}", "spec.json: $: found no key 'cutoff', expected cutoff: how far an environment reaches"
        """{"cutoff": {}}""", "spec.json: $.cutoff: found no key 'radius', expected radius: the distance beyond which nothing is seen"
        """{"cutoff": {"radius": 4}}""",
        "spec.json: $: found no key 'representation', expected representation: what is made from the density"
        """{"cutoff": {"radius": 4}, "representation": {}}""",
        $"spec.json: $.representation: found no key 'kind', expected kind: the features, one of {kinds}"
        """{"cutof": {"radius": 4}}""",
        "spec.json: $: found the unknown key 'cutof', expected 'cutoff' perhaps; known are cutoff, density, radial, lmax, species, alchemical, fields, representation, model"
        """{"Lmax": 4}""",
        "spec.json: $: found the unknown key 'Lmax', expected 'lmax' perhaps; known are cutoff, density, radial, lmax, species, alchemical, fields, representation, model"
        """{"cutoff": {"radus": 4}}""",
        "spec.json: $.cutoff: found the unknown key 'radus', expected 'radius' perhaps; known are radius, smoothing, kind"
        """{"cutoff": {"temperature": 4}}""",
        "spec.json: $.cutoff: found the unknown key 'temperature', expected one of radius, smoothing, kind"
        """{"lmax": 2, "lmax": 3}""", "spec.json: $.lmax: found the key twice, expected each key once"
        """{"cutoff": 4}""", "spec.json: $.cutoff: found '4', expected an object { … }"
        """{"cutoff": {"radius": "4"}}""", "spec.json: $.cutoff.radius: found '\"4\"', expected a number above 0 and at most 1000 Å"
        """{"cutoff": {"radius": 0}}""", "spec.json: $.cutoff.radius: found '0', expected a number above 0 and at most 1000 Å"
        """{"cutoff": {"radius": 1e999}}""", "spec.json: $.cutoff.radius: found '1e999', expected a number above 0 and at most 1000 Å"
        """{"cutoff": {"radius": 4, "smoothing": 4.5}}""",
        "spec.json: $.cutoff.smoothing: found '4.5', expected a number above 0 and at most 4 (the radius) Å"
        """{"cutoff": {"radius": 4, "kind": "step"}}""",
        "spec.json: $.cutoff.kind: found '\"step\"', expected one of shifted-cosine, polynomial"
        "{" + least + """, "lmax": 2.5}""", "spec.json: $.lmax: found '2.5', expected a whole number 0…30"
        "{" + least + """, "lmax": -1}""", "spec.json: $.lmax: found '-1', expected a whole number 0…30"
        "{" + least + """, "radial": {"nmax": 99999999999}}""",
        "spec.json: $.radial.nmax: found '99999999999', expected a whole number 1…30"
        "{" + least + """, "species": []}""",
        "spec.json: $.species: found '[]', expected a list of element symbols, each once, as [\"C\", \"H\"]"
        "{" + least + """, "species": ["H", "Q"]}""", "spec.json: $.species[1]: found '\"Q\"', expected an element's symbol"
        "{" + least + """, "species": ["H", "H"]}""",
        "spec.json: $.species: found '[\"H\", \"H\"]', expected a list of element symbols, each once, as [\"C\", \"H\"]"
        """{"cutoff": {"radius": 4}, "representation": {"kind": "soap"}}""",
        $"spec.json: $.representation.kind: found '\"soap\"', expected one of {kinds}"
        """{"cutoff": {"radius": 4}, "representation": {"kind": "power-spectrum", "parity": "both"}}""",
        "spec.json: $.representation.parity: found this key with kind power-spectrum, expected parity only with bispectrum, equivariants of order 2, nice and the spin- kinds"
        """{"cutoff": {"radius": 4}, "representation": {"kind": "bispectrum", "lambda": 2}}""",
        "spec.json: $.representation.lambda: found this key with kind bispectrum, expected lambda only with equivariants"
        """{"cutoff": {"radius": 4}, "representation": {"kind": "equivariants", "order": 1, "channels": "outer"}}""",
        "spec.json: $.representation.channels: found this key with kind equivariants, expected channels only with equivariants of order 2"
        """{"cutoff": {"radius": 4}, "representation": {"kind": "equivariants", "order": 3}}""",
        "spec.json: $.representation.order: found 3, expected 1 or 2 with equivariants"
        """{"cutoff": {"radius": 4}, "lmax": 3, "representation": {"kind": "equivariants", "lambda": 7}}""",
        "spec.json: $.representation.lambda: found 7, expected at most 6 with lmax 3 and order 2"
        """{"cutoff": {"radius": 4}, "lmax": 21, "representation": {"kind": "bispectrum"}}""",
        "spec.json: $.lmax: found 21, expected at most 20 with bispectrum, where the coupling coefficients end"
        "{" + least + """, "radial": {"kind": "tabulated"}}""",
        "spec.json: $.radial: found no key 'file', expected file: the table of radial functions"
        "{" + least + """, "radial": {"kind": "tabulated", "file": "r.txt", "nmax": 3}}""",
        "spec.json: $.radial.nmax: found a number of functions with kind tabulated, expected none: the file says how many"
        "{" + least + """, "radial": {"file": "r.txt"}}""",
        "spec.json: $.radial.file: found a file with kind gto, expected file only with kind tabulated"
        "{" + least + """, "radial": {"kind": "tabulated", "file": 3}}""",
        "spec.json: $.radial.file: found '3', expected the name of a file"
        "{" + least + """, "radial": {"scaling": {"rate": 1}}}""", "spec.json: $.radial.scaling: found no key 'scale', expected scale: "
        "{" + least + """, "density": {"kind": "delta", "sigma": 0.2}}""",
        "spec.json: $.density.sigma: found a width with kind delta, expected sigma only with kind gaussian"
        "{" + least + """, "model": {"kind": "ridge", "folds": 1}}""", "spec.json: $.model.folds: found '1', expected a whole number 2…1000"
        "{" + least + """, "model": {"kind": "ridge", "regularizer": -1}}""",
        "spec.json: $.model.regularizer: found '-1', expected a number of at least 0"
        "{" + least + """, "model": {"folds": 3}}""", "spec.json: $.model: found no key 'kind', expected kind: the model, one of ridge"
        "{" + least + """, "fields": [{"name": "spin"}]}""",
        "spec.json: $.fields: found the vector field spin with kind power-spectrum, expected vector fields only with the spin- kinds, nice and tree"
        """{"cutoff": {"radius": 4}, "representation": {"kind": "spin-bispectrum"}}""",
        "spec.json: $: found no vector field, expected fields: the vectors that atoms carry, which spin-bispectrum is made from"
        spins "3", "spec.json: $.fields: found '3', expected a list of objects [{ … }, …]"
        spins "[3]", "spec.json: $.fields[0]: found '3', expected an object { … }"
        spins "[{}]", "spec.json: $.fields[0]: found no key 'name', expected name: what labels, factors and coupling trees call it"
        spins """[{"name": "rho"}]""",
        "spec.json: $.fields[0].name: found 'rho', expected letters, digits and underscores, a letter first, and not rho"
        spins """[{"name": "a"}, {"name": "a"}]""", "spec.json: $.fields[1].name: found 'a' twice, expected each name once"
        spins """[{"name": "a", "kye": "spins"}]""",
        "spec.json: $.fields[0]: found the unknown key 'kye', expected 'key' perhaps; known are name, kind, key, axial, timeOdd, axis, species, center"
        spins """[{"name": "a", "axial": 1}]""", "spec.json: $.fields[0].axial: found '1', expected true or false"
        spins """[{"name": "a", "kind": "tensor"}]""", "spec.json: $.fields[0].kind: found '\"tensor\"', expected one of vector"
        spins """[{"name": "a", "species": ["Fe"]}], "species": ["C", "H"]""",
        "spec.json: $.fields[0].species: found Fe, expected elements of $.species"
        """{"cutoff": {"radius": 4}, "fields": [{"name": "a", "axial": true, "axis": [0, 0]}], "representation": {"kind": "spin-power-spectrum"}}""",
        "spec.json: $.fields[0].axis: found '[0, 0]', expected three numbers, not all zero, as [0, 0, 1]"
        """{"cutoff": {"radius": 4}, "lmax": 4, "fields": [{"name": "a", "axis": [0, 0, 1]}], "representation": {"kind": "spin-power-spectrum"}}""",
        "spec.json: $.fields[0].axis: found this key with a field that is not axial, expected axis only with"
        """{"cutoff": {"radius": 4}, "lmax": 20, "fields": [{"name": "a"}], "representation": {"kind": "spin-power-spectrum"}}""",
        "spec.json: $.lmax: found 20, expected at most 19 with spin-power-spectrum, where the coupling coefficients end"
        """{"cutoff": {"radius": 4}, "representation": {"kind": "power-spectrum", "coupling": "both"}}""",
        "spec.json: $.representation.coupling: found this key with kind power-spectrum, expected coupling only with the spin- kinds"
        "{\n" + least + "\n\"lmax\" 2}", "spec.json:3: found no JSON"
    ]

[<Tests>]
let tests =
    testList "Numerics.Representations.SpecTests" [
        testCase "what is absent gets its default, and comments are allowed" <| fun () ->
            let spec = parse ("{ // the shortest\n" + least + ", /* end */ }")
            Assert.Equal(CutoffFunction(4., 0.4, CutoffKind.ShiftedCosine), spec.Cutoff)
            Assert.Equal(DensitySpec(Nullable 0.3, CentrePolicy.Include), spec.Density)
            Assert.Equal(RadialSpec(RadialKind.Gto, Nullable 8, null, null), spec.Radial)
            Assert.Equal(6, spec.LMax)
            Assert.Null spec.Species
            Assert.Equal<RepresentationSpec>([ RepresentationSpec RepresentationKind.PowerSpectrum ], spec.Representations)
            Assert.Null spec.Model

        testCase "every key is taken"
        <| fun () ->
            let spec =
                parse
                    """{"cutoff": {"radius": 5.5, "smoothing": 5.5, "kind": "polynomial"},
                "density": {"kind": "gaussian", "sigma": 0.25, "center": "separate"},
                "radial": {"kind": "laplacian", "nmax": 3, "scaling": {"rate": 2, "scale": 1.5, "exponent": 6}}, "lmax": 0, "species": ["O", "H"],
                "representation": {"kind": "radial-spectrum"},
                "model": {"kind": "ridge", "regularizer": 0, "folds": 3}}"""

            Assert.Equal(CutoffFunction(5.5, 5.5, CutoffKind.Polynomial), spec.Cutoff)
            Assert.Equal(DensitySpec(Nullable 0.25, CentrePolicy.Separate), spec.Density)
            Assert.Equal(RadialSpec(RadialKind.Laplacian, Nullable 3, null, RadialScaling(2., 1.5, 6)), spec.Radial)
            Assert.Equal(0, spec.LMax)
            Assert.Equal<int>([ 1; 8 ], nonNull spec.Species)
            Assert.Equal<RepresentationSpec>([ RepresentationSpec RepresentationKind.RadialSpectrum ], spec.Representations)
            Assert.Equal(ModelSpec(Regularizer = Nullable 0., Folds = 3), nonNull spec.Model)

        testCase "a specification written out reads back as the same" <| fun () ->
            for name in SpecText.Examples do
                let text = nonNull (SpecText.Example name)
                let spec = Spec.Parse(text, name)
                let again = parse (spec.ToJson())
                Assert.Equal(spec.ToJson(), again.ToJson())
                Assert.Equal(spec, again)
                let pair = Structure.Create(ReadOnlySpan [| 6; 1 |], ReadOnlySpan [| 0.; 0.; 0.; 0.; 0.; 1.1 |])
                let complete = Features.WithContraction(spec, StructureSource.Of([| pair |], "pair.xyz"), name)

                match spec.Nice with
                | null -> for r in complete.CreateRepresentations([ 1; 6 ], name) do Assert.True(r.FeatureCount > 0)
                | _ ->
                    let e = Assert.Throws<InputException>(fun () -> complete.CreateRepresentations([ 1; 6 ], name) |> ignore)
                    Assert.Contains("found nice without a fit", e.Message)
                    Assert.True((Features.Compute(spec, StructureSource.Of([| pair |], "pair.xyz"), name)).Layout.FeatureCount > 0)

            Assert.Null(SpecText.Example "no such example")

        testCase "vector fields are taken with every key" <| fun () ->
            let text =
                """{"cutoff": {"radius": 4}, "lmax": 3, "species": ["O", "Fe", "Ni"],
            "fields": [{"name": "spin", "axial": true, "timeOdd": true, "species": ["Ni", "Fe"]},
                       {"name": "dipole", "kind": "vector", "key": "mu", "center": "exclude"}],
            "representation": {"kind": "spin-bispectrum", "coupling": "both", "scalars": "exclude", "parity": "both"}}"""

            let spec = parse text
            Assert.Equal("spin", spec.Fields[0].Name)
            Assert.Null spec.Fields[0].Key
            Assert.True spec.Fields[0].IsSpin
            Assert.Equal<int>([ 26; 28 ], nonNull spec.Fields[0].Species)
            Assert.Equal(CentrePolicy.Separate, spec.Fields[0].Centre)
            Assert.Equal(VectorFieldSpec("dipole", "mu", false, false, null, CentrePolicy.Exclude), spec.Fields[1])
            let kind = spec.Representations[0]
            Assert.Equal((FieldCoupling.Both, false, Parities.Both), (kind.Coupling, kind.HasScalars, kind.Parities))
            Assert.Equal(spec, parse (spec.ToJson()))
            Assert.NotEqual(spec, parse (text.Replace("\"coupling\": \"both\"", "\"coupling\": \"summed\"")))
            let lone = parse """{"cutoff": {"radius": 4}, "lmax": 2, "fields": [{"name": "spin", "axial": true, "timeOdd": true, "species": ["Fe"]}], "representation": {"kind": "spin-power-spectrum"}}"""
            // The density with itself and the spins with themselves.
            Assert.Equal(2, (lone.CouplingTrees "spec.json").Count)

        testCase "a specification without features is refused"
        <| fun () ->
            let spec =
                parse
                    """{"cutoff": {"radius": 4}, "lmax": 2, "fields": [{"name": "a"}], "representation": {"kind": "spin-power-spectrum", "coupling": "summed", "scalars": "exclude", "parity": "pseudo"}}"""

            let e = Assert.Throws<InputException>(fun () -> spec.CreateRepresentation([ 1 ], "spec.json") |> ignore)
            Assert.Equal("spec.json: $.representation: found no features of this kind, expected a kind with features", e.Message)

        testCase "every wrong specification gets one line with the path of the key" <| fun () ->
            for json, expected in wrong do
                let e = Assert.Throws<InputException>(fun () -> parse json |> ignore)
                Assert.StartsWith(expected, e.Message)
                Assert.DoesNotContain("\n", e.Message)

        testCase "equivariants are both parities, the bispectrum is proper, unless the specification says otherwise"
        <| fun () ->
            let representation (text: string) =
                (parse ("""{"cutoff": {"radius": 4}, "lmax": 3, "representation": {""" + text + "}}")).Representations[0]

            let equivariants = representation "\"kind\": \"equivariants\""
            Assert.Equal(RepresentationSpec(RepresentationKind.Equivariants, Parities = Parities.Both), equivariants)
            Assert.Equal(RepresentationSpec RepresentationKind.Bispectrum, representation "\"kind\": \"bispectrum\"")

            Assert.Equal(
                RepresentationSpec(
                    RepresentationKind.Equivariants,
                    Parities = Parities.Pseudo,
                    Lambda = Nullable 4,
                    Channels = ChannelProduct.Elementwise
                ),
                representation
                    "\"kind\": \"equivariants\", \"parity\": \"pseudo\", \"lambda\": 4, \"order\": 2, \"channels\": \"elementwise\""
            )

            let spec = parse """{"cutoff": {"radius": 4}, "representation": {"kind": "equivariants"}}"""
            let e = Assert.Throws<InputException>(fun () -> spec.CreateInvariants([ 1 ], "spec.json") |> ignore)
            Assert.Equal("spec.json: $.representation.kind: found 'equivariants', expected a kind of invariants", e.Message)

        testCase "species are mixed by weights or by their similarity" <| fun () ->
            let spec (text: string) = parse ("{" + least + """, "radial": {"nmax": 2}, "lmax": 1, "alchemical": {""" + text + "}}")
            let channels (text: string) = (spec(text).CreateInvariants([ 1; 6; 8 ], "spec.json")).Expansion.Groups.ToArray()
            Assert.Equal<int>([ 0; 1; 2 ], channels "")
            Assert.Equal<int>([ 0; 1 ], channels "\"channels\": 2, \"row\": 0.5, \"column\": 3")
            let weights = "\"weights\": {\"O\": [1, 2], \"C\": [3, -4], \"H\": [0, 0.5]}"
            let expansion = (spec(weights).CreateInvariants([ 1; 6; 8 ], "spec.json")).Expansion
            let mixing = nonNull expansion.Mixing
            Assert.Equal<int>([ 1; 6; 8 ], mixing.Species.ToArray())
            Assert.Equal<float>([ 0.; 0.5; 3.; -4.; 1.; 2. ], [ for a in 0..2 do yield! mixing.Weights(a).ToArray() ])
            Assert.Equal(spec(weights).ToJson(), (parse (spec(weights).ToJson())).ToJson())
            let e = Assert.Throws<InputException>(fun () -> spec(weights).CreateInvariants([ 1; 26 ], "spec.json") |> ignore)
            Assert.StartsWith("spec.json: $.alchemical: found no weights for Fe, expected weights for every species", e.Message)
            let e = Assert.Throws<InputException>(fun () -> (spec "\"channels\": 4").CreateInvariants([ 1; 6 ], "spec.json") |> ignore)
            Assert.StartsWith("spec.json: $.alchemical: found 4 pseudo-species of 2 species, expected", e.Message)

            for text, expected in
                [ "\"weights\": {\"H\": [1], \"C\": [1, 2]}", "$.alchemical.weights.C: found '[1, 2]', expected a list of 1 finite numbers, as before"
                  "\"weights\": {\"Q\": [1]}", "$.alchemical.weights: found 'Q', expected an element's symbol"
                  "\"weights\": {}", "$.alchemical.weights: found {}, expected at least one element"
                  "\"weights\": {\"H\": 1}", "$.alchemical.weights.H: found '1', expected a list of finite numbers"
                  "\"weights\": {\"H\": [1]}, \"row\": 1", "$.alchemical.row: found this key beside weights, expected weights alone, or none"
                  "\"row\": 0", "$.alchemical.row: found '0', expected a number above 0 and at most 1000" ] do
                Assert.Equal("spec.json: " + expected, Assert.Throws<InputException>(fun () -> spec text |> ignore).Message)

        testCase "a table of radial functions is found beside the specification, and must reach far enough"
        <| fun () ->
            TemporaryFolder.using (fun folder ->
                let table = Path.Combine(folder, "radial.txt")
                let path = Path.Combine(folder, "spec.json")
                let text = "{" + least + """, "radial": {"kind": "tabulated", "file": "radial.txt"}, "lmax": 1}"""
                File.WriteAllText(path, text)
                let build () = (Spec.Read path).CreateInvariants([ 1 ], path)

                let wrong (rows: string) =
                    File.WriteAllText(table, rows)
                    Assert.Throws<InputException>(fun () -> build () |> ignore).Message

                File.WriteAllText(table, "r R_0 R_1\n0 1 0\n1 1 1\n2 0 1\n3 0 0\n4 0 0\n")
                Assert.Equal(2, (build ()).Expansion.NMax)

                Assert.Equal(
                    table + ": r: found radii up to 3 Å, expected up to the cutoff radius 4 Å",
                    wrong "r R_0\n0 1\n1 1\n2 0\n3 0\n"
                )

                Assert.Equal(
                    table + ": found functions for l up to 0, expected l up to lmax, 1",
                    wrong "r R_0_0\n0 1\n1 1\n2 0\n3 0\n4 0\n"
                )

                File.Delete table

                Assert.Equal(
                    table + ": found no such file, expected a table of radial functions",
                    Assert.Throws<InputException>(fun () -> build () |> ignore).Message
                ))

        testCase "the iteration of nice is taken with every key, written out and read again"
        <| fun () ->
            let read (keys: string) =
                let spec = parse $"""{{"cutoff": {{"radius": 3}}, "lmax": 2, "representation": {{"kind": "nice"{keys}}}}}"""
                Assert.Equal(spec, parse (spec.ToJson()))
                nonNull spec.Nice

            let settings keys = (read keys).Settings
            Assert.Equal(NiceSpec(NiceSettings(Order = 4), NiceFit.DefaultEnvironments), read "")

            Assert.Equal(
                NiceSettings.Uncontracted(3, Nullable 5, Parities.Both),
                settings """, "order": 3, "lambda": 5, "parity": "both", "contraction": "none" """
            )

            let captured = settings """, "contraction": {"captured": 0.99}, "expand": "all", "purify": "none" """
            Assert.Equal(NiceBranch(Captured = Nullable 0.99), captured.Covariants)
            Assert.Equal(NiceBranch(Captured = Nullable 0.99), captured.Invariants)

            let all =
                read
                    """, "contraction": {"components": {"covariants": 7}}, "expand": {"invariants": 8}, "purify": {"covariants": 0}, "environments": 9 """

            Assert.Equal(NiceBranch(Expand = Nullable 150, Components = Nullable 7, Purify = 0), all.Settings.Covariants)
            Assert.Equal(NiceBranch(Expand = Nullable 8, Components = Nullable 200, Purify = 50), all.Settings.Invariants)
            Assert.Equal(9, all.Environments)

            Assert.Equal(
                (NiceStandard.Blocks, NiceSelection(9, NiceChoice.Cur)),
                (let s = settings """, "standard": "blocks", "select": {"count": 9, "by": "cur"} """ in s.Standard, nonNull s.Selection)
            )

            Assert.Equal(NiceSelection(100, NiceChoice.Farthest), nonNull (settings """, "select": {} """).Selection)
            Assert.True((settings """, "centres": "species" """).IsPerSpecies)

            Assert.Equal(
                NiceSelection(7, NiceChoice.Independent),
                nonNull (settings """, "select": {"count": 7, "by": "independent"} """).Selection
            )

            let certified =
                nonNull
                    (settings """, "contraction": "none", "select": {"by": "couplings", "couplings": ["a.json", "b.json"]} """).Selection

            Assert.Equal(NiceChoice.Couplings, certified.Choice)
            Assert.Equal<string>([ "a.json"; "b.json" ], certified.Files)

            Assert.Equal<NiceInvariants list>(
                [ NiceInvariants.Each; NiceInvariants.Last ],
                [ (settings "").InvariantsOf; (settings """, "branch": "last" """).InvariantsOf ]
            )

            Assert.Equal<bool list>(
                [ false; false; true ],
                [ for keys in [ ""; """, "precision": "float64" """; """, "precision": "float32" """ ] -> (read keys).IsSingle ]
            )

            Assert.Equal(
                (NiceScaling.Fields, true),
                (let s = settings """, "scaling": "fields", "time": "both" """ in s.Scaling, s.HasTimeOdd)
            )

            let refused (keys: string) (expected: string) =
                let e = Assert.Throws<InputException>(fun () -> read keys |> ignore)
                Assert.Contains(expected, e.Message)

            refused """, "contraction": "some" """ "$.representation.contraction: found '\"some\"', expected \"none\" or an object"
            refused """, "contraction": {} """ "one of components, captured"
            refused """, "contraction": {"captured": 0.9, "components": {}} """ "found components and captured"
            refused """, "contraction": {"captured": 1.5} """ "$.representation.contraction.captured: found '1.5'"
            refused """, "contraction": "none", "purify": {"covariants": 3} """ "purify only with a contraction"

            refused
                """, "select": {"by": "couplings", "couplings": ["a.json"]} """
                "found couplings with a contraction or some products, expected contraction none and expand all"

            refused """, "contraction": "none", "select": {"by": "couplings"} """ "no key 'couplings'"

            refused
                """, "contraction": "none", "select": {"by": "couplings", "count": 3, "couplings": ["a.json"]} """
                "$.representation.select.count: found this key with by couplings"

            refused """, "select": {"by": "cur", "couplings": ["a.json"]} """ "couplings only with by couplings"
            refused """, "order": 11 """ "a whole number 1…10"
            refused """, "precision": "float16" """ "$.representation.precision: found '\"float16\"', expected one of float64, float32"
            refused """, "branch": "first" """ "expected one of each, last"
            refused """, "channels": "outer" """ "this key with kind nice"
            refused """, "factors": [] """ "$.representation.factors: found '[]'"
            refused """, "factors": ["rho", "rho"] """ "found a name twice"
            refused """, "factors": ["rho", "V"] """ "found 'V', expected one of rho"

            let other =
                Assert.Throws<InputException>(fun () ->
                    parse """{"cutoff": {"radius": 3}, "representation": {"kind": "bispectrum", "expand": "all"}}""" |> ignore)

            Assert.Contains("expand only with nice", other.Message)

            let three =
                Assert.Throws<InputException>(fun () ->
                    parse """{"cutoff": {"radius": 3}, "representation": {"kind": "equivariants", "order": 3}}""" |> ignore)

            Assert.Contains("1 or 2 with equivariants", three.Message)

        testCase "docs/spec.md is what the code says" <| fun () ->
            let path = Path.Combine(SharedData.repository, "docs", "spec.md")
            let expected = SpecText.Documentation()

            // TOOLKIT_REGENERATE=1 writes the file instead of comparing.
            if Environment.GetEnvironmentVariable "TOOLKIT_REGENERATE" = "1" then
                Directory.CreateDirectory(nonNull (Path.GetDirectoryName path)) |> ignore
                File.WriteAllText(path, expected)

            Assert.Equal(expected, File.ReadAllText path)
    ]
