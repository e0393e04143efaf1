/// How the proofs by Lie-algebra typing are written.
module internal Toolkit.Symbolic.Export.TypingCodecs

open System.Text.Json
open Toolkit.Symbolic.CouplingTrees
open Toolkit.Symbolic.Proofs.Kernel
open Toolkit.Symbolic.Export.Json
open Toolkit.Symbolic.Export.ProofFields

let private writeOrder (writer: Utf8JsonWriter) (name: string) (order: Order) =
    match order with
    | Fixed n -> writer.WriteNumber(name, n)
    | Named symbol -> writer.WriteString(name, symbol)

let private order (element: Json) =
    match element with
    | Integer _ -> Fixed(position element)
    | _ -> Named(text element)

let private family (theorem: Theorem) = (theorem.Statement :?> Equivariant).Family

/// Those of this file.
let all: Codec list =
    [ { Rules = [ "R1-site-sum" ]
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
              let isTrue name = field name element |> truth
              let name = field "field" element |> text

              let properties =
                  { Rank = field "rank" element |> position
                    Parity = if isTrue "axial" then Axial else Polar
                    Time = if isTrue "timeOdd" then Odd else Even }

              one premises (fun harmonic ->
                  Equivariance.site harmonic (Map.ofList [ name, properties ]) name (field "l" element |> order)) }
      plain "R1-joint" (fun premises -> one premises Equivariance.scalar)
      plain "R1-map" (fun premises -> one premises Equivariance.map)
      plain "R1-sum" Equivariance.sum
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
              three premises (fun ladder left right ->
                  Equivariance.couple ladder left right (field "L" element |> order)) }
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
                  Equivariance.coupleSeparately
                      ladder
                      left
                      right
                      (field "L" element |> order)
                      (field "S" element |> order)) }
      { Rules = [ "R6-gradient" ]
        Write =
          fun writer theorem ->
              match family theorem with
              | Gradient(_, Some field) -> writer.WriteString("by", field)
              | Gradient(_, None) -> writer.WriteNull "by"
              | other -> invalidOp $"a gradient was expected, not {other}"
        Replay =
          fun element premises ->
              let by = match field "by" element with Null -> None | name -> Some(text name)
              one premises (fun scalar -> Equivariance.gradient scalar by) }
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
                  Equivariance.suppose (field "name" element |> text) (field "order" element |> text)) }
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
