/// Proofs as files: a JSON document lists the steps of a proof, each with its rule, what the rule was given, and which
/// earlier steps it used. `check` applies the rules again, from the file alone, and compares what they say with what the
/// file says.
module Toolkit.Symbolic.Export.ProofFile

open System
open System.IO
open System.Numerics
open System.Text.Encodings.Web
open System.Text.Json
open Toolkit.Symbolic.Algebra
open Toolkit.Symbolic.Hypergeometric
open Toolkit.Symbolic.CouplingTrees
open Toolkit.Symbolic.Proofs.Kernel

/// The value of the field "format".
[<Literal>]
let Format = "toolkit-proof/1"

/// How a rule's certificate is written, and applied again when it is read.
type Codec =
    {
        /// Names of the rules that it serves.
        Rules: string list
        /// Writes the fields of a theorem that this codec's rule made.
        Write: Utf8JsonWriter -> Theorem -> unit
        /// Applies the rule to what the fields say.
        Replay: JsonElement -> Theorem list -> Result<Theorem, string>
    }

// ---- fields

exception private Unreadable of string

let private unreadable text = raise (Unreadable text)

/// The field of a given name.
let field (name: string) (element: JsonElement) : JsonElement =
    match element.ValueKind, (if element.ValueKind = JsonValueKind.Object then element.TryGetProperty name else (false, element)) with
    | JsonValueKind.Object, (true, value) -> value
    | _ -> unreadable $"the field \"{name}\" is missing"

let private text (element: JsonElement) : string =
    match element.ValueKind with
    | JsonValueKind.String ->
        match element.GetString() with
        | null -> ""
        | value -> value
    | kind -> unreadable $"expected a string, found {kind}"

let private integer (element: JsonElement) : int =
    match element.ValueKind with
    | JsonValueKind.Number ->
        match element.TryGetInt32() with
        | true, n -> n
        | _ -> unreadable $"expected an integer, found {element}"
    | kind -> unreadable $"expected an integer, found {kind}"

let private bigInteger (element: JsonElement) : BigInteger =
    match BigInteger.TryParse(text element) with
    | true, n -> n
    | _ -> unreadable $"expected an integer, found {element}"

let private list (item: JsonElement -> 'a) (element: JsonElement) : 'a list =
    match element.ValueKind with
    | JsonValueKind.Array -> [ for x in element.EnumerateArray() -> item x ]
    | kind -> unreadable $"expected a list, found {kind}"

let private polynomial (names: string[]) (element: JsonElement) : Polynomial =
    match Polynomial.TryParse(names, text element) with
    | Some p -> p
    | None -> unreadable $"""expected a polynomial in {String.Join(", ", names)}, found "{text element}" """

let private linear (names: string[]) (element: JsonElement) : Linear =
    let p = polynomial names element

    if p.TotalDegree > 1 then
        unreadable $"expected a linear form, found \"{text element}\""

    let coefficient (exponents: int[]) =
        p.Terms names.Length
        |> Seq.tryPick (fun (e, c) -> if e = exponents then Some(int c) else None)
        |> Option.defaultValue 0

    { Constant = coefficient (Array.zeroCreate names.Length)
      Coefficients = Array.init names.Length (fun i -> coefficient (Array.init names.Length (fun k -> if k = i then 1 else 0))) }

let private symbol (element: JsonElement) : Symbol =
    match text element with
    | "3j" -> Symbol.threeJ
    | "6j" -> Symbol.sixJ
    | other -> unreadable $"expected 3j or 6j, found \"{other}\""

let private term (element: JsonElement) : Term =
    let names = field "variables" element |> list text |> Array.ofList

    { Variables = names
      Alternating = (field "alternating" element).ValueKind = JsonValueKind.True
      Numerator = field "numerator" element |> list (linear names)
      Denominator = field "denominator" element |> list (linear names) }

// ---- writing

let private writeList (writer: Utf8JsonWriter) (name: string) (write: 'a -> unit) (items: seq<'a>) =
    writer.WriteStartArray name
    Seq.iter write items
    writer.WriteEndArray()

let private writeStrings (writer: Utf8JsonWriter) name (items: seq<string>) =
    writeList writer name (fun (s: string) -> writer.WriteStringValue s) items

let private writeForms (writer: Utf8JsonWriter) name (names: string[]) (forms: seq<Linear>) =
    writeStrings writer name (forms |> Seq.map (Linear.print names))

let private writeIntegers (writer: Utf8JsonWriter) name (items: seq<int>) =
    writeList writer name (fun (n: int) -> writer.WriteNumberValue n) items

let private writeTerm (writer: Utf8JsonWriter) (name: string) (term: Term) =
    writer.WriteStartObject name
    writeStrings writer "variables" term.Variables
    writer.WriteBoolean("alternating", term.Alternating)
    writeForms writer "numerator" term.Variables term.Numerator
    writeForms writer "denominator" term.Variables term.Denominator
    writer.WriteEndObject()

let private writeMap (writer: Utf8JsonWriter) (names: string[]) (map: Reindexing) (parity: Linear) =
    writeForms writer "images" names map.Images
    writer.WriteNumber("direction", map.Direction)
    writer.WriteString("offset", Linear.print names map.Offset)
    writer.WriteString("parity", Linear.print names parity)

let private readMap names element =
    { Images = field "images" element |> list (linear names) |> Array.ofList
      Direction = field "direction" element |> integer
      Offset = field "offset" element |> linear names },
    field "parity" element |> linear names

// ---- the rules

let private one (premises: Theorem list) (rule: Theorem -> Result<Theorem, string>) =
    match premises with
    | [ premise ] -> rule premise
    | _ -> Error $"expected one premise, found {premises.Length}"

let private telescoping =
    { Rules = [ "telescoping"; "termwise" ]
      Write =
        fun writer theorem ->
            let relation = theorem.Statement :?> SumRelation
            let certificate = theorem.Certificate :?> TelescopingCertificate
            let names = relation.Term.Variables
            writeTerm writer "term" relation.Term

            writeList
                writer
                "terms"
                (fun (c: Polynomial, shift: int[]) ->
                    writer.WriteStartObject()
                    writer.WriteString("coefficient", c.Print names)
                    writeIntegers writer "shift" shift
                    writer.WriteEndObject())
                relation.Terms

            writeIntegers writer "base" certificate.Base
            writer.WriteString("q", certificate.Q.Print names)
      Replay =
        fun element premises ->
            let term = field "term" element |> term

            let terms =
                field "terms" element
                |> list (fun t ->
                    field "coefficient" t |> polynomial term.Variables, field "shift" t |> list integer |> Array.ofList)

            if premises.IsEmpty then
                Telescoping.prove term terms (field "base" element |> list integer) (field "q" element |> polynomial term.Variables)
            else
                Error "expected no premises" }

let private normalisation =
    { Rules = [ "normalisation" ]
      Write =
        fun writer theorem ->
            let c = theorem.Certificate :?> NormalisationCertificate
            let names = c.Symbol.Term.Variables
            writer.WriteString("symbol", c.Symbol.Name)

            writeList
                writer
                "terms"
                (fun (t: SymbolTerm, w: Witness) ->
                    writer.WriteStartObject()
                    writer.WriteString("coefficient", t.Coefficient.Print c.Symbol.Quanta)
                    writeForms writer "radicand" c.Symbol.Quanta t.Radicand
                    writeIntegers writer "twice-shift" t.Shift
                    writeForms writer "x" names w.X
                    writeForms writer "y" names w.Y
                    writer.WriteEndObject())
                (List.zip c.Terms c.Witnesses)

            let struct (up, down) = c.Scale
            writeStrings writer "scale" [ string up; string down ]

            writeList
                writer
                "domains"
                (fun domain ->
                    writer.WriteStartObject()

                    match domain with
                    | Summand i -> writer.WriteNumber("summand", i)
                    | Bounds bounds -> writeIntegers writer "bounds" bounds

                    writer.WriteEndObject())
                c.Domains
      Replay =
        fun element premises ->
            one premises (fun premise ->
                let symbol = field "symbol" element |> symbol
                let forms names f = field f >> list (linear names)

                let terms =
                    field "terms" element
                    |> list (fun t ->
                        { Coefficient = field "coefficient" t |> polynomial symbol.Quanta
                          Radicand = t |> forms symbol.Quanta "radicand"
                          Shift = field "twice-shift" t |> list integer |> Array.ofList })

                let witnesses =
                    field "terms" element
                    |> list (fun t ->
                        { X = t |> forms symbol.Term.Variables "x"
                          Y = t |> forms symbol.Term.Variables "y" })

                let domains =
                    field "domains" element
                    |> list (fun d ->
                        match d.TryGetProperty "summand" with
                        | true, i -> Summand(integer i)
                        | _ -> Bounds(field "bounds" d |> list integer))

                match field "scale" element |> list bigInteger with
                | [ up; down ] -> Normalisation.prove symbol premise terms domains witnesses (struct (up, down))
                | _ -> Error "the scale must be two integers") }

let private reindexing =
    { Rules = [ "reindexing" ]
      Write =
        fun writer theorem ->
            let s = theorem.Statement :?> SumIdentity
            writeTerm writer "first" s.First
            writeTerm writer "second" s.Second
            writeMap writer s.Second.Variables s.Map s.Parity
      Replay =
        fun element premises ->
            let first, second = field "first" element |> term, field "second" element |> term
            let map, parity = readMap second.Variables element
            if premises.IsEmpty then Reindexing.sums first second map parity else Error "expected no premises" }

let private symmetry =
    { Rules = [ "symmetry" ]
      Write =
        fun writer theorem ->
            let s = theorem.Statement :?> Symmetry
            writer.WriteString("symbol", s.Symbol.Name)
            writeMap writer s.Symbol.Term.Variables s.Map s.Parity
      Replay =
        fun element premises ->
            let symbol = field "symbol" element |> symbol
            let map, parity = readMap symbol.Term.Variables element
            if premises.IsEmpty then Reindexing.symmetry symbol map parity else Error "expected no premises" }

let private conjunction =
    { Rules = [ "conjunction" ]
      Write = fun writer theorem -> writer.WriteString("title", (theorem.Certificate :?> ConjunctionCertificate).Title)
      Replay = fun element premises -> Conjunction.prove (field "title" element |> text) premises }

let private closedForm =
    { Rules = [ "first-order recursion" ]
      Write =
        fun writer theorem ->
            let c = theorem.Certificate :?> ClosedFormCertificate
            writer.WriteNumber("variable", c.Variable)
            writer.WriteNumber("start", c.Start)
            writeForms writer "numerator" c.Closed.Variables c.Closed.Numerator
            writeForms writer "denominator" c.Closed.Variables c.Closed.Denominator
      Replay =
        fun element premises ->
            one premises (fun premise ->
                match premise.Statement with
                | :? SumRelation as sums ->
                    let forms name = field name element |> list (linear sums.Term.Variables)
                    let closed = { sums.Term with Alternating = false; Numerator = forms "numerator"; Denominator = forms "denominator" }
                    ClosedForms.prove premise (field "variable" element |> integer) closed (field "start" element |> integer)
                | _ -> Error "the premise is not a relation between sums") }

let private evaluation =
    { Rules = [ "evaluation" ]
      Write = fun writer theorem -> writer.WriteString("symbol", (theorem.Statement :?> SymbolValue).Symbol.Name)
      Replay =
        fun element premises ->
            match premises with
            | [ identity; closed ] -> Evaluation.fromSum (field "symbol" element |> symbol) identity closed
            | _ -> Error $"expected two premises, found {premises.Length}" }

let private antisymmetry =
    { Rules = [ "antisymmetry" ]
      Write =
        fun writer theorem ->
            let c = theorem.Certificate :?> EvaluationCertificate
            writeStrings writer "names" (Array.skip 1 c.Names)
            writeForms writer "images" c.Names c.Images
      Replay =
        fun element premises ->
            one premises (fun premise ->
                // The index, which does not occur, goes without saying.
                let names = "s" :: (field "names" element |> list text) |> Array.ofList
                Evaluation.zero premise names (field "images" element |> list (linear names) |> Array.ofList)) }

let private pairing =
    { Rules = [ "orthogonality"; "adjoint ladders"; "norm" ]
      Write = fun writer theorem -> writeIntegers writer "numbers" (theorem.Certificate :?> PairingCertificate).Numbers
      Replay =
        fun element premises ->
            let numbers = field "numbers" element |> list integer |> Array.ofList

            match field "rule" element |> text, premises with
            | "orthogonality", [ relation ] when numbers.Length > 0 -> Pairing.orthogonal relation numbers[0] numbers[1..]
            | "adjoint ladders", [ raising; lowering ] when numbers.Length % 2 = 0 ->
                let half = numbers.Length / 2
                Pairing.equalNorms raising lowering numbers[.. half - 1] numbers[half..]
            | "norm", [ norms; stretched ] when numbers.Length = 0 -> Pairing.unitNorm norms stretched
            | _ -> Error "the numbers or the premises do not fit the rule" }

let private determination =
    { Rules = [ "square matrix"; "ladder, norm and sign" ]
      Write = fun _ _ -> ()
      Replay =
        fun element premises ->
            match field "rule" element |> text, premises with
            | "square matrix", [ orthogonality; norm ] -> Determination.columns orthogonality norm
            | "ladder, norm and sign", [ raising; lowering; norm; cyclic ] ->
                Determination.racah raising lowering norm cyclic
            | _ -> Error "the premises do not fit the rule" }

let rec private writeScheme (writer: Utf8JsonWriter) scheme =
    match scheme with
    | Single x -> writer.WriteStringValue x
    | Couple(l, r, x) ->
        writer.WriteStartArray()
        writeScheme writer l
        writeScheme writer r
        writer.WriteStringValue x
        writer.WriteEndArray()

let rec private scheme (element: JsonElement) : Scheme =
    match element.ValueKind with
    | JsonValueKind.String -> Single(text element)
    | _ ->
        match list id element with
        | [ l; r; x ] -> Couple(scheme l, scheme r, text x)
        | _ -> unreadable "expected a coupling scheme [left, right, name]"

let private moveText move =
    match move with
    | Exchange n -> $"exchange {n}"
    | Leftwards(n, x) -> $"leftwards {n} {x}"
    | Rightwards(n, x) -> $"rightwards {n} {x}"

let private move (element: JsonElement) : Move =
    match (text element).Split ' ' with
    | [| "exchange"; n |] -> Exchange n
    | [| "leftwards"; n; x |] -> Leftwards(n, x)
    | [| "rightwards"; n; x |] -> Rightwards(n, x)
    | _ -> unreadable $"expected a move, found \"{text element}\""

let private rewriting =
    { Rules = [ "rewriting" ]
      Write =
        fun writer theorem ->
            let c = theorem.Certificate :?> RecouplingCertificate
            writer.WritePropertyName "scheme"
            writeScheme writer c.Start
            writeStrings writer "first" (c.First |> List.map moveText)
            writeStrings writer "second" (c.Second |> List.map moveText)
      Replay =
        fun element premises ->
            one premises (fun premise ->
                Recoupling.prove premise (field "scheme" element |> scheme) (field "first" element |> list move) (field "second" element |> list move)) }

// ---- products of powers and equivariance

let private writePolynomials (writer: Utf8JsonWriter) name (names: string[]) (items: seq<Polynomial>) =
    writeStrings writer name (items |> Seq.map (fun p -> p.Print names))

let private writeProduct (writer: Utf8JsonWriter) (product: PowerProduct) =
    writeStrings writer "variables" product.Variables
    writeStrings writer "exponents" product.Exponents
    writePolynomials writer "factors" product.Variables (product.Factors |> List.map fst)
    writeForms writer "powers" product.Exponents (product.Factors |> List.map snd)

let private readProduct (element: JsonElement) : PowerProduct =
    let name (n: string) =
        if n <> "" && Seq.forall Char.IsAsciiLetterOrDigit n && Char.IsAsciiLetter n[0] then n
        else unreadable $"expected a name, found \"{n}\""

    let names f = field f element |> list (text >> name) |> Array.ofList
    let variables, exponents = names "variables", names "exponents"
    let factors = field "factors" element |> list (polynomial variables)
    let powers = field "powers" element |> list (linear exponents)

    if factors.Length <> powers.Length then
        unreadable "every factor needs a power"

    { Variables = variables; Exponents = exponents; Factors = List.zip factors powers }

let private noPremises (premises: Theorem list) (rule: unit -> Result<Theorem, string>) =
    if premises.IsEmpty then rule () else Error "expected no premises"

let private powerDerivation =
    { Rules = [ "power-derivation" ]
      Write =
        fun writer theorem ->
            let s = theorem.Statement :?> Annihilation
            let names = s.Product.Names
            writeProduct writer s.Product

            writeList
                writer
                "words"
                (fun (w: Word) ->
                    writer.WriteStartObject()
                    writer.WriteString("coefficient", w.Coefficient.Print names)

                    writeList
                        writer
                        "derivations"
                        (fun (d: DerivationRule) ->
                            writer.WriteStartObject()
                            writeStrings writer "along" (d |> List.map (fun (v, _) -> names[v]))
                            writePolynomials writer "by" names (List.map snd d)
                            writer.WriteEndObject())
                        w.Derivations

                    writer.WriteEndObject())
                s.Words
      Replay =
        fun element premises ->
            let product = readProduct element
            let names = product.Names

            let derivation d : DerivationRule =
                let along = field "along" d |> list text |> List.map (fun name -> Array.IndexOf(names, name))
                let by = field "by" d |> list (polynomial names)
                if along.Length <> by.Length then unreadable "every direction needs a coefficient"
                List.zip along by

            let word w =
                { Coefficient = field "coefficient" w |> polynomial names
                  Derivations = field "derivations" w |> list derivation }

            noPremises premises (fun () -> PowerProducts.annihilate product (field "words" element |> list word)) }

let private powerSubstitution =
    { Rules = [ "power-substitution" ]
      Write =
        fun writer theorem ->
            let s = theorem.Statement :?> Substitution
            writeProduct writer s.Product
            writePolynomials writer "images" s.Product.Variables s.Images
            writeList writer "split" (fun qs ->
                writer.WriteStartArray()
                qs |> List.iter (fun (q: Polynomial) -> writer.WriteStringValue(q.Print s.Product.Variables))
                writer.WriteEndArray()) s.Split
      Replay =
        fun element premises ->
            let product = readProduct element
            let read = list (polynomial product.Variables)

            noPremises premises (fun () ->
                PowerProducts.substitute product (field "images" element |> read |> Array.ofList) (field "split" element |> list read)) }

let private binomialCoefficient =
    { Rules = [ "binomial-coefficient" ]
      Write =
        fun writer theorem ->
            let s = theorem.Statement :?> CoefficientIsSum
            let names = s.Term.Variables
            writer.WriteStartObject "product"
            writeProduct writer s.Product
            writer.WriteEndObject()
            writeTerm writer "term" s.Term
            writeForms writer "powers" names s.Powers
            writeForms writer "choices" names (theorem.Certificate :?> BinomialCertificate).Choices
            writeForms writer "target" names s.Target
            writeForms writer "parity" names [ s.Parity ]
      Replay =
        fun element premises ->
            let term = field "term" element |> term
            let forms f = field f element |> list (linear term.Variables)

            match forms "parity" with
            | [ parity ] ->
                noPremises premises (fun () ->
                    BinomialCoefficient.prove
                        (field "product" element |> readProduct)
                        term
                        (forms "powers")
                        (forms "choices")
                        (forms "target" |> Array.ofList)
                        parity)
            | _ -> Error "expected one parity" }

let private writeOrder (writer: Utf8JsonWriter) (name: string) (order: Order) =
    match order with
    | Fixed n -> writer.WriteNumber(name, n)
    | Named symbol -> writer.WriteString(name, symbol)

let private order (element: JsonElement) =
    if element.ValueKind = JsonValueKind.Number then Fixed(integer element) else Named(text element)

/// A rule whose certificate is the premises alone.
let private plain rule (replay: Theorem list -> Result<Theorem, string>) =
    { Rules = [ rule ]; Write = (fun _ _ -> ()); Replay = fun _ premises -> replay premises }

let private two (premises: Theorem list) rule =
    match premises with
    | [ first; second ] -> rule first second
    | _ -> Error $"expected two premises, found {premises.Length}"

let private three (premises: Theorem list) rule =
    match premises with
    | [ first; second; third ] -> rule first second third
    | _ -> Error $"expected three premises, found {premises.Length}"

let private family (theorem: Theorem) = (theorem.Statement :?> Equivariant).Family

/// The rules of Lie-algebra typing.
let private typing =
    [ { plain "coefficient-extraction" (fun _ -> Harmonics.prove ()) with
          // The rule makes its premises itself; those of the file are proved for their own sake.
          Replay = fun _ premises ->
              Harmonics.prove ()
              |> Result.bind (fun t ->
                  let texts = List.map (fun (p: Theorem) -> p.Statement.Text)
                  if texts t.Premises = texts premises then Ok t else Error "the premises are not those of the rule") }
      plain "coupling-ladder" (fun premises -> two premises Couplings.ladder)
      { Rules = [ "R1-site-sum" ]
        Write =
          fun writer theorem ->
              let s = theorem.Statement :?> Equivariant

              match s.Family with
              | SiteSum(name, l) ->
                  let field = s.Fields[name]
                  writer.WriteString("field", name)
                  writer.WriteNumber("rank", field.Rank)
                  writer.WriteBoolean("axial", (field.Parity = Axial))
                  writer.WriteBoolean("timeOdd", (field.Time = Odd))
                  writeOrder writer "l" l
              | other -> invalidOp $"a site sum was expected, not {other}"
        Replay =
          fun element premises ->
              let isTrue name = (field name element).ValueKind = JsonValueKind.True
              let name = field "field" element |> text

              let properties =
                  { Rank = field "rank" element |> integer
                    Parity = if isTrue "axial" then Axial else Polar
                    Time = if isTrue "timeOdd" then Odd else Even }

              one premises (fun harmonic ->
                  Equivariance.site harmonic (Map.ofList [ name, properties ]) name (field "l" element |> order)) }
      plain "R1-joint" (fun premises -> one premises Equivariance.scalar)
      { Rules = [ "R3-join" ]
        Write =
          fun writer theorem ->
              match family theorem with
              | Joined(_, j) -> writeOrder writer "J" j
              | other -> invalidOp $"a joined family was expected, not {other}"
        Replay =
          fun element premises ->
              two premises (fun ladder leaf -> Equivariance.join ladder leaf (field "J" element |> order)) }
      { Rules = [ "R3-couple" ]
        Write =
          fun writer theorem ->
              match family theorem with
              | Coupled(_, _, l) -> writeOrder writer "L" l
              | other -> invalidOp $"a coupled family was expected, not {other}"
        Replay =
          fun element premises ->
              three premises (fun ladder left right -> Equivariance.couple ladder left right (field "L" element |> order)) }
      { Rules = [ "R3-couple-separately" ]
        Write =
          fun writer theorem ->
              match family theorem with
              | CoupledSeparately(_, _, l, s) ->
                  writeOrder writer "L" l
                  writeOrder writer "S" s
              | other -> invalidOp $"a coupled family was expected, not {other}"
        Replay =
          fun element premises ->
              three premises (fun ladder left right ->
                  Equivariance.coupleSeparately ladder left right (field "L" element |> order) (field "S" element |> order)) }
      plain "R4-invariant" (fun premises ->
          one premises (fun premise ->
              match premise.Statement with
              | :? EveryTree -> Equivariance.everyInvariant premise
              | _ -> Equivariance.invariant premise))
      { Rules = [ "R5-sign" ]
        Write = fun writer theorem -> writer.WriteBoolean("time", (theorem.Statement :?> SignOf).UnderTime)
        Replay =
          fun element premises ->
              one premises (Equivariance.sign ((field "time" element).ValueKind = JsonValueKind.True)) }
      { Rules = [ "hypothesis" ]
        Write =
          fun writer theorem ->
              match family theorem, (theorem.Statement :?> Equivariant).Action with
              | Any name, Jointly l ->
                  writer.WriteString("name", name)
                  writeOrder writer "order" l
              | other, _ -> invalidOp $"a hypothesis was expected, not {other}"
        Replay =
          fun element premises ->
              noPremises premises (fun () ->
                  Ok(Equivariance.suppose (field "name" element |> text) (field "order" element |> text))) }
      plain "induction" (fun premises ->
          match List.rev premises with
          | step :: leaves -> Equivariance.induction (List.rev leaves) step
          | [] -> Error "expected premises") ]

/// The codecs of all rules.
let codecs: Codec list =
    [ telescoping; normalisation; reindexing; symmetry; conjunction; closedForm; evaluation; antisymmetry; pairing; determination; rewriting ]
    @ [ powerDerivation; powerSubstitution; binomialCoefficient ]
    @ typing

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
        writer.WriteString("method", theorem.Certificate.Rule)
        writer.WriteString("argument", argument)
        writeStrings writer "assumptions" theorem.Assumptions

        writeList
            writer
            "steps"
            (fun (step: Theorem) ->
                let rule = step.Certificate.Rule
                writer.WriteStartObject()
                writer.WriteString("rule", rule)
                writeIntegers writer "premises" (step.Premises |> List.map (fun p -> numbers[p]))
                writer.WriteString("statement", step.Statement.Text)

                match codecOf rule with
                | Some codec -> codec.Write writer step
                | None -> invalidOp $"no codec for the rule \"{rule}\""

                writer.WriteEndObject())
            steps

        writer.WriteEndObject())

    Text.Encoding.UTF8.GetString(stream.ToArray()) + "\n"

/// Applies every rule of a proof again and compares what it yields with what the document says. Error: why the document
/// proves nothing.
let check (json: string) : Result<string * Theorem, string> =
    try
        use document = JsonDocument.Parse json
        let root = document.RootElement

        let format = field "format" root |> text

        if format <> Format then
            Error $"the format is \"{format}\", expected \"{Format}\""
        else
            let proved = Collections.Generic.List<Theorem>()

            let step (i: int) (element: JsonElement) =
                let rule = field "rule" element |> text
                let premises = field "premises" element |> list integer

                match codecOf rule with
                | None -> Error $"step {i}: there is no rule \"{rule}\""
                | Some _ when premises |> List.exists (fun p -> p < 0 || p >= proved.Count) ->
                    Error $"step {i}: a premise is not an earlier step"
                | Some codec ->
                    match codec.Replay element (premises |> List.map (fun p -> proved[p])) with
                    | Error why -> Error $"step {i} ({rule}): {why}"
                    | Ok theorem when theorem.Certificate.Rule <> rule ->
                        Error $"step {i}: the certificate is one of the rule \"{theorem.Certificate.Rule}\", not \"{rule}\""
                    | Ok theorem when theorem.Statement.Text <> (field "statement" element |> text) ->
                        Error $"step {i} ({rule}): the statement is not what the rule proves, which is: {theorem.Statement.Text}"
                    | Ok theorem ->
                        proved.Add theorem
                        Ok()

            let results = field "steps" root |> list id |> List.mapi (fun i e -> fun () -> step i e)

            match results |> List.tryPick (fun run -> match run () with Error why -> Some why | Ok() -> None) with
            | Some why -> Error why
            | None when proved.Count = 0 -> Error "there are no steps"
            | None ->
                let last = proved[proved.Count - 1]

                if (field "statement" root |> text) <> last.Statement.Text then
                    Error "the statement is not that of the last step"
                elif (field "method" root |> text) <> last.Certificate.Rule then
                    Error "the method is not that of the last step"
                elif (field "assumptions" root |> list text) <> last.Assumptions then
                    Error $"""the assumptions are not those of the proof: {String.Join("; ", last.Assumptions)}"""
                else
                    Ok(field "name" root |> text, last)
    with
    | Unreadable why -> Error why
    | :? JsonException as e -> Error $"not JSON: {e.Message}"
    // A file whose lists have the wrong lengths.
    | :? OverflowException
    | :? ArgumentException
    | :? IndexOutOfRangeException as e -> Error $"malformed: {e.Message}"
