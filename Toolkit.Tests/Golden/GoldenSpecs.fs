/// The specifications whose features are kept in golden files: every kind, and every key away from its default.
module Toolkit.Tests.Golden.GoldenSpecs

/// Parts of a specification that a case replaces or adds, as JSON texts.
type private Parts =
    { Cutoff: string
      Density: string option
      Radial: string
      LMax: int option
      /// Further top keys, whole.
      Others: string list
      Representation: string }

let private small =
    { Cutoff = """{"radius": 3.6}"""
      Density = None
      Radial = """{"nmax": 3}"""
      LMax = Some 3
      Others = []
      Representation = """{"kind": "power-spectrum"}""" }

let private text (parts: Parts) : string =
    [ $"\"cutoff\": {parts.Cutoff}"
      match parts.Density with
      | Some density -> $"\"density\": {density}"
      | None -> ()
      if parts.Radial <> "" then
          $"\"radial\": {parts.Radial}"
      match parts.LMax with
      | Some lmax -> $"\"lmax\": {lmax}"
      | None -> ()
      yield! parts.Others
      $"\"representation\": {parts.Representation}" ]
    |> String.concat ", "
    |> fun inside -> "{" + inside + "}"

let private weights = "\"alchemical\": {\"weights\": {\"O\": [0.3, 1.1], \"C\": [0.9, -0.4], \"H\": [0.2, 0.5]}}"

let private centre word parts =
    { parts with Density = Some $"{{\"center\": \"{word}\"}}" }

/// What changes the coefficients and not what is made of them: for the power spectrum every way, for other kinds a few.
let private ofDensity: (string * (Parts -> Parts)) list =
    [ "smoothing", (fun p -> { p with Cutoff = """{"radius": 3.6, "smoothing": 2.1}""" })
      "smoothing-whole-radius", (fun p -> { p with Cutoff = """{"radius": 3.3, "smoothing": 3.3}""" })
      "cutoff-polynomial", (fun p -> { p with Cutoff = """{"radius": 3.6, "smoothing": 1.5, "kind": "polynomial"}""" })
      "sigma", (fun p -> { p with Density = Some """{"kind": "gaussian", "sigma": 0.55}""" })
      "delta", (fun p -> { p with Density = Some """{"kind": "delta"}""" })
      "center-include", centre "include"
      "center-exclude", centre "exclude"
      "center-separate", centre "separate"
      "delta-exclude", (fun p -> { p with Density = Some """{"kind": "delta", "center": "exclude"}""" })
      "delta-separate", (fun p -> { p with Density = Some """{"kind": "delta", "center": "separate"}""" })
      "laplacian", (fun p -> { p with Radial = """{"kind": "laplacian", "nmax": 3}""" })
      "laplacian-delta", (fun p -> { p with Radial = """{"kind": "laplacian", "nmax": 4}"""; Density = Some """{"kind": "delta"}""" })
      "monomial", (fun p -> { p with Radial = """{"kind": "monomial", "nmax": 3}""" })
      "monomial-delta", (fun p -> { p with Radial = """{"kind": "monomial", "nmax": 3}"""; Density = Some """{"kind": "delta"}""" })
      "tabulated", (fun p -> { p with Radial = """{"kind": "tabulated", "file": "radial-every-l.txt"}""" })
      "tabulated-by-l-delta",
      (fun p -> { p with Radial = """{"kind": "tabulated", "file": "radial-by-l.txt"}"""; LMax = Some 2; Density = Some """{"kind": "delta"}""" })
      "scaling", (fun p -> { p with Radial = """{"nmax": 3, "scaling": {"scale": 1.7}}""" })
      "scaling-rate-exponent", (fun p -> { p with Radial = """{"nmax": 3, "scaling": {"rate": 2.5, "scale": 2, "exponent": 7}}""" })
      "contraction-channels", (fun p -> { p with Radial = """{"nmax": 5, "contraction": {"channels": 2}}""" })
      "contraction-captured", (fun p -> { p with Radial = """{"kind": "laplacian", "nmax": 5, "contraction": {"captured": 0.97}}""" })
      "contraction-weights",
      (fun p ->
          { p with
              LMax = Some 1
              Radial = """{"nmax": 3, "contraction": {"weights": [[[0.6, 0.8, -0.2], [0.1, -0.5, 0.9]], [[1, 0.2, 0.3], [-0.4, 0.7, 0.1]]]}}""" })
      "nmax-1", (fun p -> { p with Radial = """{"nmax": 1}""" })
      "nmax-7", (fun p -> { p with Radial = """{"nmax": 7}"""; LMax = Some 2 })
      "lmax-0", (fun p -> { p with LMax = Some 0 })
      "species", (fun p -> { p with Others = [ """"species": ["Fe", "O", "H", "C"]""" ]; Radial = """{"nmax": 2}""" })
      "alchemical", (fun p -> { p with Others = [ "\"alchemical\": {}" ] })
      "alchemical-channels", (fun p -> { p with Others = [ """"alchemical": {"channels": 2, "row": 0.7, "column": 3}""" ] })
      "alchemical-weights", (fun p -> { p with Others = [ weights ] })
      "alchemical-separate", (fun p -> { centre "separate" p with Others = [ weights ] })
      "alchemical-contraction", (fun p -> { p with Others = [ weights ]; Radial = """{"nmax": 5, "contraction": {"channels": 2}}""" }) ]

let private some (names: string list) =
    ofDensity |> List.filter (fun (name, _) -> List.contains name names)

/// What other kinds than the power spectrum are tried with.
let private few =
    some
        [ "cutoff-polynomial"
          "delta-exclude"
          "center-separate"
          "laplacian"
          "scaling"
          "contraction-weights"
          "lmax-0"
          "species"
          "alchemical-weights"
          "alchemical-separate" ]

/// With fewer radial functions where there would be three.
let private little nmax parts =
    let fewer =
        parts.Radial.Replace("\"nmax\": 3}", $"\"nmax\": {nmax}}}").Replace("\"nmax\": 3, \"scaling", $"\"nmax\": {nmax}, \"scaling")
    { parts with Radial = fewer }

let private named kind (name, parts) = $"{kind}.{name}", text parts

let private powerSpectra =
    [ yield "small", small
      yield "defaults", { small with Cutoff = """{"radius": 4}"""; Radial = ""; LMax = None }
      yield "lmax-9", { small with LMax = Some 9; Radial = """{"nmax": 2}""" }
      for name, change in ofDensity do yield name, change small ]
    |> List.map (named "power-spectrum")

let private radialSpectra =
    let plain = { small with Representation = """{"kind": "radial-spectrum"}""" }

    [ yield "small", plain
      for name, change in few do yield name, change plain ]
    |> List.map (named "radial-spectrum")

let private bispectra =
    let kind parity =
        { small with
            Radial = """{"nmax": 2}"""
            LMax = Some 2
            Representation = $"{{\"kind\": \"bispectrum\"{parity}}}" }

    let both = kind ", \"parity\": \"both\""

    [ yield "small", { kind "" with LMax = Some 3 }
      for parity in [ "proper"; "pseudo"; "both" ] do yield $"parity-{parity}", { kind $", \"parity\": \"{parity}\"" with LMax = Some 3 }
      // Beyond the table that comes with the library.
      yield
          "lmax-9",
          { both with
              LMax = Some 9
              Radial = """{"nmax": 1}"""
              Others = [ "\"alchemical\": {\"weights\": {\"O\": [0.3], \"C\": [0.9], \"H\": [0.5]}}" ] }
      for name, change in few do yield name, change both |> little 2 ]
    |> List.map (named "bispectrum")

let private equivariants =
    let kind options =
        { small with Representation = $"{{\"kind\": \"equivariants\"{options}}}" }

    let first = ", \"order\": 1"
    let smaller parts = { parts with Radial = """{"nmax": 2}"""; LMax = Some 2 }

    [ yield "small", kind ""
      yield "order-1", kind first
      yield "order-1-lambda-2", kind (first + ", \"lambda\": 2")
      for name, change in few do yield $"order-1-{name}", change (kind first)
      for parity in [ "proper"; "pseudo"; "both" ] do
          for channels in [ "outer"; "elementwise" ] do
              yield $"parity-{parity}-{channels}", kind $", \"order\": 2, \"parity\": \"{parity}\", \"channels\": \"{channels}\""
      yield "lambda-0", kind ", \"lambda\": 0"
      yield "lambda-1", kind ", \"lambda\": 1"
      yield "lambda-6", smaller (kind ", \"lambda\": 6") |> fun p -> { p with LMax = Some 3 }
      yield "elementwise-separate", centre "separate" (kind ", \"channels\": \"elementwise\"")
      yield "elementwise-alchemical-weights", { kind ", \"channels\": \"elementwise\"" with Others = [ weights ] }
      for name, change in few do yield $"order-2-{name}", change (smaller (kind "")) ]
    |> List.map (named "equivariants")

let private spin = """{"name": "spins", "axial": true, "timeOdd": true}"""

let private spins =
    let fields list = "\"fields\": [" + String.concat ", " list + "]"

    [
        for kind, nmax, lmax in [ "spin-power-spectrum", 2, 2; "spin-bispectrum", 1, 2 ] do
            let with' list options = {
                small with
                    Radial = $"{{\"nmax\": {nmax}}}"
                    LMax = Some lmax
                    Others = [ fields list ]
                    Representation = $"{{\"kind\": \"{kind}\"{options}}}"
            }

            let both = ", \"coupling\": \"both\", \"parity\": \"both\""
            let dipole = """{"name": "mu"}"""

            let cases = [
                yield "small", with' [ spin ] ""
                for coupling in [ "resolved"; "summed"; "both" ] do
                    for scalars in [ "include"; "exclude" ] do
                        for parity in [ "proper"; "pseudo"; "both" ] do
                            // Products v·v' of two factors have no pseudoscalars.
                            if (kind, coupling, parity) <> ("spin-power-spectrum", "summed", "pseudo") then
                                yield
                                    $"{coupling}-{scalars}-{parity}",
                                    with'
                                        [ spin; dipole ]
                                        $", \"coupling\": \"{coupling}\", \"scalars\": \"{scalars}\", \"parity\": \"{parity}\""
                for axial in [ "true"; "false" ] do
                    for odd in [ "true"; "false" ] do
                        yield
                            $"axial-{axial}-timeOdd-{odd}",
                            with'
                                [ $"{{\"name\": \"a\", \"kind\": \"vector\", \"key\": \"spins\", \"axial\": {axial}, \"timeOdd\": {odd}}}" ]
                                both
                for word in [ "separate"; "include"; "exclude" ] do
                    yield
                        $"field-center-{word}",
                        with'
                            [
                                $"{{\"name\": \"spins\", \"axial\": true, \"timeOdd\": true, \"center\": \"{word}\"}}"
                                $"{{\"name\": \"mu\", \"center\": \"{word}\"}}"
                            ]
                            both
                yield
                    "field-species",
                    with'
                        [
                            """{"name": "spins", "axial": true, "timeOdd": true, "species": ["O"]}"""
                            """{"name": "mu", "species": ["H", "C"], "center": "include"}"""
                        ]
                        both
                yield "collinear", with' [ """{"name": "s", "key": "moment", "axial": true, "timeOdd": true}""" ] both
                yield
                    "collinear-axis",
                    with' [ """{"name": "s", "key": "moment", "axial": true, "timeOdd": true, "axis": [1, 2, -2]}""" ] both
                yield
                    "two-spins", with' [ spin; """{"name": "t", "key": "mu", "axial": true, "timeOdd": true, "center": "include"}""" ] both
                yield
                    "three-fields",
                    with'
                        [ spin; dipole; """{"name": "m", "key": "moment", "axial": true}""" ]
                        ", \"coupling\": \"summed\", \"scalars\": \"exclude\""
                for name, change in some [ "cutoff-polynomial"; "delta-exclude"; "center-separate"; "laplacian"; "scaling" ] do
                    yield name, change (with' [ spin ] both) |> little nmax
                for name, others in [ "species", """"species": ["Fe", "O", "H", "C"]"""; "alchemical-weights", weights ] do
                    let p = with' [ spin ] both
                    yield name, { p with Others = p.Others @ [ others ] }
                let p = centre "separate" (with' [ spin; dipole ] both)
                yield "alchemical-separate", { p with Others = p.Others @ [ weights ] }
                yield "lmax-0", { with' [ spin; dipole ] both with LMax = Some 0 }

                yield
                    "contraction-weights",
                    {
                        with' [ spin ] both with
                            LMax = Some 1
                            Radial = """{"nmax": 3, "contraction": {"weights": [[[0.6, 0.8, -0.2]], [[1, 0.2, 0.3]]]}}"""
                    }
            ]

            yield! List.map (named kind) cases
    ]

let private trees =
    let plain file =
        { small with Radial = """{"nmax": 1}"""; LMax = Some 2; Representation = $"{{\"kind\": \"tree\", \"file\": \"{file}\"}}" }

    [ "four", plain "tree-four.json"
      "four-alchemical", { plain "tree-four.json" with Others = [ weights ] }
      "vectors",
      { plain "tree-vectors.json" with
          Others = [ """"fields": [{"name": "spins", "axial": true, "timeOdd": true}]""" ] } ]
    |> List.map (named "tree")

/// Name and JSON text of every case; the name begins with the kind.
let all: (string * string) list =
    powerSpectra @ radialSpectra @ bispectra @ equivariants @ spins @ trees
