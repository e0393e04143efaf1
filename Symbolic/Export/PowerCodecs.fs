/// How the proofs on products of powers are written: generating functions, rotation matrices, harmonics.
module internal Toolkit.Symbolic.Export.PowerCodecs

open System
open System.Text.Json
open Toolkit.Symbolic.Algebra
open Toolkit.Symbolic.Hypergeometric
open Toolkit.Symbolic.Proofs.Kernel
open Toolkit.Symbolic.Export.Json
open Toolkit.Symbolic.Export.ProofFields

let private writeProduct (writer: Utf8JsonWriter) (product: PowerProduct) =
    writeStrings writer "variables" product.Variables
    writer.WriteBoolean("imaginary", product.Imaginary)
    writeStrings writer "exponents" product.Exponents
    writePolynomials writer "factors" product.Letters (product.Factors |> List.map fst)
    writeForms writer "powers" product.Exponents (product.Factors |> List.map snd)

let private readProduct (element: Json) : PowerProduct =
    let variables, exponents = field "variables" element |> names, field "exponents" element |> names

    if not (Name.areDistinct (variables @ exponents)) then
        unreadable "a variable is an exponent, too"

    let empty =
        { Variables = variables
          Imaginary = field "imaginary" element |> truth
          Exponents = exponents
          Factors = [] }

    let factors = field "factors" element |> list (polynomial empty.Letters)
    let powers = field "powers" element |> list (linear exponents)

    if factors.Length <> powers.Length then
        unreadable "every factor needs a power"

    { empty with Factors = List.zip factors powers }

let private powerDerivation =
    { Rules = [ "power-derivation" ]
      Write =
        fun writer theorem ->
            let s = theorem.Statement :?> Annihilation
            let names = s.Product.Symbols
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
            let names = product.Symbols

            let derivation d : DerivationRule =
                let along = field "along" d |> list text |> List.map (fun name ->
                        match List.tryFindIndex ((=) name) product.Variables with
                        | Some i -> i
                        | None -> unreadable $"expected a variable, found \"{name}\"")
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
            writePolynomials writer "images" s.Product.Letters s.Images
            writeList writer "split" (fun qs ->
                writer.WriteStartArray()
                qs |> List.iter (fun (q: Polynomial) -> writer.WriteStringValue(q.Print s.Product.Letters))
                writer.WriteEndArray()) s.Split
      Replay =
        fun element premises ->
            let product = readProduct element
            let read = list (polynomial product.Letters)

            noPremises premises (fun () ->
                PowerProducts.substitute
                    product
                    (field "images" element |> read)
                    (field "split" element |> list read)) }

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
            writeForms writer "choices" names (theorem.Certificate :?> BinomialCertificate).Choices
            writer.WriteString("parity", Linear.print names s.Parity)
      Replay =
        fun element premises ->
            let term = field "term" element |> term
            let choices = field "choices" element |> list (linear term.Variables)

            noPremises premises (fun () ->
                BinomialCoefficient.prove
                    (field "product" element |> readProduct)
                    term
                    choices
                    (field "parity" element |> linear term.Variables)) }

/// Written arguments: the rule, and the law where one rule has several.
let private writtenArgument (rule: string) =
    { Rules = [ rule ]
      Write =
        fun writer theorem ->
            match (theorem.Statement :?> Argued).Name.Split " / " with
            | [| _; law |] -> writer.WriteString("law", law)
            | _ -> ()
      Replay =
        fun element premises ->
            let name = match tryField "law" element with Some law -> $"{rule} / {text law}" | None -> rule
            WrittenArguments.prove name premises }

/// Those of this file.
let all: Codec list =
    [ powerDerivation; powerSubstitution; binomialCoefficient ]
    @ (WrittenArguments.names |> List.map (fun name -> (name.Split " / ")[0]) |> List.distinct |> List.map writtenArgument)
