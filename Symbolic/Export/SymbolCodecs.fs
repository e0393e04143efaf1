/// How the proofs on the 3j and 6j symbols are written: sums, symmetries, orthogonality, recoupling.
module internal Toolkit.Symbolic.Export.SymbolCodecs

open System.Numerics
open System.Text.Json
open Toolkit.Symbolic.Algebra
open Toolkit.Symbolic.Hypergeometric
open Toolkit.Symbolic.Proofs.Kernel
open Toolkit.Symbolic.Export.Json
open Toolkit.Symbolic.Export.ProofFields

let private writeMap (writer: Utf8JsonWriter) (names: string list) (map: Reindexing) (parity: Linear) =
    writeForms writer "images" names map.Images
    writeInteger writer "direction" map.Direction
    writer.WriteString("offset", Linear.print names map.Offset)
    writer.WriteString("parity", Linear.print names parity)

let private readMap names element =
    { Images = field "images" element |> list (linear names)
      Direction = field "direction" element |> integer
      Offset = field "offset" element |> linear names },
    field "parity" element |> linear names

let private telescoping =
    { Rules = [ "telescoping"; "termwise" ]
      Write =
        fun writer theorem ->
            let certificate = theorem.Certificate :?> TelescopingCertificate
            let names = certificate.Term.Names
            writeTerm writer "term" certificate.Term

            writeList
                writer
                "terms"
                (fun (c: Polynomial, shift: BigInteger list) ->
                    writer.WriteStartObject()
                    writer.WriteString("coefficient", c.Print names)
                    writeIntegers writer "shift" shift
                    writer.WriteEndObject())
                certificate.Terms

            writeIntegers writer "base" certificate.Base
            writer.WriteString("q", certificate.Q.Print names)
      Replay =
        fun element premises ->
            let term = field "term" element |> term

            let terms =
                field "terms" element
                |> list (fun t ->
                    field "coefficient" t |> polynomial term.Names, field "shift" t |> list integer)

            if premises.IsEmpty then
                Telescoping.prove
                    term
                    terms
                    (field "base" element |> list integer)
                    (field "q" element |> polynomial term.Names)
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
                    writer.WriteString("coefficient", t.Coefficient.Print c.Symbol.Names)
                    writeForms writer "radicand" c.Symbol.Quanta t.Radicand
                    writeIntegers writer "twice-shift" t.Shift
                    writeForms writer "x" names w.X
                    writeForms writer "y" names w.Y
                    writer.WriteEndObject())
                (List.zip c.Terms c.Witnesses)

            let struct (up, down) = c.Scale
            writeStrings writer "scale" [ string up; string down ]

            writeList writer "domains" (fun (bounds: BigInteger list) ->
                writer.WriteStartArray()
                for k in bounds do writer.WriteRawValue(string k)
                writer.WriteEndArray()) c.Domains
      Replay =
        fun element premises ->
            one premises (fun premise ->
                let symbol = field "symbol" element |> symbol
                let forms names f = field f >> list (linear names)

                let terms =
                    field "terms" element
                    |> list (fun t ->
                        { Coefficient = field "coefficient" t |> polynomial symbol.Names
                          Radicand = t |> forms symbol.Quanta "radicand"
                          Shift = field "twice-shift" t |> list integer })

                let witnesses =
                    field "terms" element
                    |> list (fun t ->
                        { X = t |> forms symbol.Term.Variables "x"
                          Y = t |> forms symbol.Term.Variables "y" })

                let domains = field "domains" element |> list (list integer)

                match field "scale" element |> list (text >> readInteger) with
                | [ up; down ] -> Normalisation.prove symbol premise terms domains witnesses (struct (up, down))
                | _ -> Error "the scale must be two integers") }

let private reindexing =
    { Rules = [ "reindexing" ]
      Write =
        fun writer theorem ->
            let c = theorem.Certificate :?> ReindexingCertificate
            writeTerm writer "first" c.First.Term
            writeTerm writer "second" c.Second.Term
            writeMap writer c.Second.Term.Variables c.Map c.Parity
      Replay =
        fun element premises ->
            let first, second = field "first" element |> term, field "second" element |> term
            let map, parity = readMap second.Variables element
            if premises.IsEmpty then Reindexing.sums first second map parity else Error "expected no premises" }

let private symmetry =
    { Rules = [ "symmetry" ]
      Write =
        fun writer theorem ->
            let c = theorem.Certificate :?> ReindexingCertificate
            match c.First with
            | Function.Symbol symbol -> writer.WriteString("symbol", symbol.Name)
            | Function.Sum _ -> invalidOp "a symmetry is a symbol's"
            writeMap writer c.Second.Term.Variables c.Map c.Parity
      Replay =
        fun element premises ->
            let symbol = field "symbol" element |> symbol
            let map, parity = readMap symbol.Term.Variables element
            if premises.IsEmpty then Reindexing.symmetry symbol map parity else Error "expected no premises" }

let private conjunction =
    { Rules = [ "conjunction" ]
      Write = fun _ _ -> ()
      Replay = fun _ premises -> Conjunction.prove premises }

let private closedForm =
    { Rules = [ "first-order recursion" ]
      Write =
        fun writer theorem ->
            let c = theorem.Certificate :?> ClosedFormCertificate
            writer.WriteNumber("variable", c.Variable)
            writeInteger writer "start" c.Start
            writeForms writer "numerator" c.Closed.Variables c.Closed.Numerator
            writeForms writer "denominator" c.Closed.Variables c.Closed.Denominator
      Replay =
        fun element premises ->
            one premises (fun premise ->
                match premise.Certificate with
                | :? TelescopingCertificate as sums ->
                    let forms name = field name element |> list (linear sums.Term.Variables)

                    let closed =
                        { sums.Term with
                            Alternating = false
                            Numerator = forms "numerator"
                            Denominator = forms "denominator" }

                    ClosedForms.prove
                        premise
                        (field "variable" element |> position)
                        closed
                        (field "start" element |> integer)
                | _ -> Error "the premise is not a relation between sums") }

let private evaluation =
    { Rules = [ "evaluation" ]
      Write = fun writer theorem -> writer.WriteString("symbol", (theorem.Certificate :?> EvaluationCertificate).Symbol.Name)
      Replay =
        fun element premises ->
            match premises with
            | [ identity; closed ] -> Evaluation.fromSum (field "symbol" element |> symbol) identity closed
            | _ -> Error $"expected two premises, found {premises.Length}" }

/// The index, which does not occur, goes without saying.
let private withIndex (names: string list) =
    if List.contains "s" names || names.Length >= Polynomial.MostVariables then
        unreadable "the index s is a name too many"

    "s" :: names

let private singleTerm =
    { Rules = [ "single term" ]
      Write =
        fun writer theorem ->
            let c = theorem.Certificate :?> EvaluationCertificate
            writer.WriteString("symbol", c.Symbol.Name)
            writeStrings writer "names" c.Names.Tail
            writeForms writer "images" c.Names c.Images
            c.Index |> Option.iter (fun index -> writer.WriteString("index", Linear.print c.Names index))
      Replay =
        fun element premises ->
            let names = withIndex (field "names" element |> names)
            let forms f = field f element |> list (linear names)

            noPremises premises (fun () ->
                Evaluation.single
                    (field "symbol" element |> symbol)
                    names
                    (forms "images")
                    (field "index" element |> linear names)) }

let private antisymmetry =
    { Rules = [ "antisymmetry" ]
      Write =
        fun writer theorem ->
            let c = theorem.Certificate :?> EvaluationCertificate
            writeStrings writer "names" c.Names.Tail
            writeForms writer "images" c.Names c.Images
      Replay =
        fun element premises ->
            one premises (fun premise ->
                let names = withIndex (field "names" element |> names)
                Evaluation.zero premise names (field "images" element |> list (linear names))) }

let private pairing =
    { Rules = [ "orthogonality"; "adjoint ladders"; "norm" ]
      Write = fun writer theorem -> writeIntegers writer "numbers" (theorem.Certificate :?> PairingCertificate).Numbers
      Replay =
        fun element premises ->
            let numbers = field "numbers" element |> list integer

            match field "rule" element |> text, premises with
            | "orthogonality", [ relation ] when numbers.Length > 0 ->
                if numbers[0].Sign < 0 || numbers[0] > BigInteger 5 then
                    Error "the first number is not the position of a quantum number"
                else
                    Pairing.orthogonal relation (int numbers[0]) numbers.Tail
            | "adjoint ladders", [ raising; lowering ] when numbers.Length % 2 = 0 ->
                let half = numbers.Length / 2
                Pairing.equalNorms raising lowering numbers[.. half - 1] numbers[half..]
            | "norm", [ norms; stretched ] when numbers.Length = 0 -> Pairing.unitNorm norms stretched
            | _ -> Error "the numbers or the premises do not fit the rule" }

let rec private writeScheme (writer: Utf8JsonWriter) scheme =
    match scheme with
    | Single x -> writer.WriteStringValue x
    | Couple(l, r, x) ->
        writer.WriteStartArray()
        writeScheme writer l
        writeScheme writer r
        writer.WriteStringValue x
        writer.WriteEndArray()

let rec private scheme (element: Json) : Scheme =
    match element with
    | Text name -> Single name
    | _ ->
        match list id element with
        | [ l; r; x ] -> Couple(scheme l, scheme r, text x)
        | _ -> unreadable "expected a coupling scheme [left, right, name]"

let private moveText move =
    match move with
    | Exchange n -> $"exchange {n}"
    | Leftwards(n, x) -> $"leftwards {n} {x}"
    | Rightwards(n, x) -> $"rightwards {n} {x}"

let private move (element: Json) : Move =
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
                Recoupling.prove
                    premise
                    (field "scheme" element |> scheme)
                    (field "first" element |> list move)
                    (field "second" element |> list move)) }

let private recouplingPath =
    { Rules = [ "recoupling path" ]
      Write =
        fun writer theorem ->
            let c = theorem.Certificate :?> RecouplingCertificate
            writer.WritePropertyName "scheme"
            writeScheme writer c.Start
            writeStrings writer "moves" (c.First |> List.map moveText)
      Replay =
        fun element premises ->
            one premises (fun premise ->
                Recoupling.connect premise (field "scheme" element |> scheme) (field "moves" element |> list move)) }

let private relabelling =
    { Rules = [ "relabelling" ]
      Write =
        fun writer theorem ->
            writeStrings writer "names" ((theorem.Certificate :?> RelabellingCertificate).Names |> List.map (fun (x, y) -> $"{x} {y}"))
      Replay =
        fun element premises ->
            let pair (json: Json) =
                match (text json).Split ' ' with
                | [| x; y |] -> x, y
                | _ -> unreadable $"expected an old and a new name, found \"{text json}\""

            two premises (fun symmetries identity -> Relabelling.prove symmetries identity (field "names" element |> list pair)) }

let private zeroEntry =
    { Rules = [ "zero entry" ]
      Write = fun writer theorem -> writer.WriteString("label", fst (theorem.Certificate :?> RelabellingCertificate).Names.Head)
      Replay =
        fun element premises ->
            three premises (fun symmetries value theorem -> Relabelling.atZero symmetries value theorem (field "label" element |> text)) }

/// Those of this file.
let all: Codec list =
    [ telescoping
      normalisation
      reindexing
      symmetry
      conjunction
      closedForm
      evaluation
      singleTerm
      antisymmetry
      pairing
      recouplingPath
      rewriting
      relabelling
      zeroEntry ]
