/// How the proofs by Lie-algebra typing are written.
module internal Toolkit.Symbolic.Export.TypingCodecs

open System.Text.Json
open Toolkit.Symbolic.CouplingTrees
open Toolkit.Symbolic.Proofs.Kernel
open Toolkit.Symbolic.Export.Json
open Toolkit.Symbolic.Export.ProofFields

let private order (element: Json) =
    match element with
    | Integer _ -> Fixed(position element)
    | _ -> Named(text element)

let rec private writeFamily (writer: Utf8JsonWriter) (family: Family) =
    let write (word: string) (families: Family list) (orders: Order list) =
        writer.WriteStartArray()
        writer.WriteStringValue word
        List.iter (writeFamily writer) families
        for order in orders do
            match order with
            | Fixed n -> writer.WriteNumberValue n
            | Named name -> writer.WriteStringValue name
        writer.WriteEndArray()

    match family with
    | SiteSum(name, l) -> write "leaf" [] [ Named name; l ]
    | Any name -> write "any" [] [ Named name ]
    | Joined(inner, j) -> write "join" [ inner ] [ j ]
    | Coupled(left, right, l) -> write "couple" [ left; right ] [ l ]
    | CoupledSeparately(left, right, l, s) -> write "couple" [ left; right ] [ l; s ]
    | Image inner -> write "map" [ inner ] []
    | Total families -> write "sum" families []
    | Gradient(inner, by) -> write "grad" [ inner ] [ for name in Option.toList by -> Named name ]

let rec private family (json: Json) : Family =
    match list id json with
    | [ Text "leaf"; name; l ] -> SiteSum(text name, order l)
    | [ Text "any"; name ] -> Any(text name)
    | [ Text "join"; inner; j ] -> Joined(family inner, order j)
    | [ Text "couple"; left; right; l ] -> Coupled(family left, family right, order l)
    | [ Text "couple"; left; right; l; s ] -> CoupledSeparately(family left, family right, order l, order s)
    | [ Text "map"; inner ] -> Image(family inner)
    | Text "sum" :: families -> Total(List.map family families)
    | [ Text "grad"; inner ] -> Gradient(family inner, None)
    | [ Text "grad"; inner; by ] -> Gradient(family inner, Some(text by))
    | _ -> unreadable "expected a family"

/// Pairs as a map, in which no name stands twice.
let private distinct (pairs: (string * 'a) list) =
    let map = Map.ofList pairs
    if map.Count = pairs.Length then map else unreadable "a name stands twice"

let private typing =
    { Rules = [ "typing" ]
      Write =
        fun writer theorem ->
            let s = theorem.Statement :?> Equivariant

            writeList writer "fields" (fun (name: string, field: Field) ->
                writer.WriteStartObject()
                writer.WriteString("name", name)
                writer.WriteNumber("rank", field.Rank)
                writer.WriteBoolean("axial", (field.Parity = Axial))
                writer.WriteBoolean("timeOdd", (field.Time = Odd))
                writer.WriteEndObject()) (Map.toList s.Fields)

            writeList writer "given" (fun (name: string, order: Order) ->
                writer.WriteStringValue $"{name} {order}") (Map.toList s.Hypotheses)

            writer.WritePropertyName "family"
            writeFamily writer s.Family
            writer.WriteBoolean("apart", not s.Action.IsJointly)
      Replay =
        fun element premises ->
            let read (json: Json) =
                let isTrue name = field name json |> truth

                text (field "name" json),
                { Rank = field "rank" json |> position
                  Parity = if isTrue "axial" then Axial else Polar
                  Time = if isTrue "timeOdd" then Odd else Even }

            let given (json: Json) =
                match (text json).Split ' ' with
                | [| name; order |] -> name, order
                | _ -> unreadable "expected a family and its order"

            Equivariance.typed
                premises
                (field "fields" element |> list read |> distinct)
                (field "given" element |> list given |> distinct)
                (field "family" element |> family)
                (field "apart" element |> truth) }

/// Those of this file.
let all: Codec list =
    [ typing
      plain "R4-invariant" (fun premises -> one premises Equivariance.invariant)
      { Rules = [ "R5-sign" ]
        Write =
          fun writer theorem ->
              match (theorem.Statement :?> FamilyFact).Claim with
              | Multiplied(underTime, _) -> writer.WriteBoolean("time", underTime)
              | other -> invalidOp $"a sign was expected, not {other}"
        Replay =
          fun element premises ->
              one premises (Equivariance.sign (field "time" element |> truth)) }
      plain "R7-permutation" (fun premises -> one premises Equivariance.unordered)
      plain "unordered-pairs" (fun premises -> two premises UnorderedPairs.prove)
      plain "unordered-triples" (fun premises ->
          match premises with
          | [ exchange; cyclic; scalar; family ] -> UnorderedPairs.triples exchange cyclic scalar family
          | _ -> Error $"expected four premises, found {premises.Length}")
      plain "real-basis" (fun premises -> two premises RealBasis.prove)
      plain "induction" (fun premises ->
          match List.rev premises with
          | step :: leaves -> Equivariance.induction (List.rev leaves) step
          | [] -> Error "expected premises") ]
