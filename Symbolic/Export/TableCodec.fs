/// How theorems about tables are written: what the table is and its checksum. To apply the rule again the table is made
/// again; another file has another checksum.
module internal Toolkit.Symbolic.Export.TableCodec

open Toolkit.Symbolic.AngularMomentum
open Toolkit.Symbolic.Tables
open Toolkit.Symbolic.Proofs.Kernel
open Toolkit.Symbolic.Proofs.Theorems
open Toolkit.Symbolic.Export.Json
open Toolkit.Symbolic.Export.ProofFields

/// A larger table takes too long to be made for a file that nobody has vouched for.
let private mostTwiceLMax = 80

let all: Codec list =
    [ { Rules = [ "table" ]
        Write =
          fun writer theorem ->
              let s = theorem.Statement :?> CorrectTable
              let kind = TableKind.All |> List.find (fun k -> TableTheorems.tabulated k = Some s.What)
              writer.WriteString("what", kind.Name)
              writer.WriteNumber("twice-lmax", s.TwiceLMax)
              writer.WriteBoolean("half", s.Half)
              writer.WriteBoolean("single", s.Single)
              writer.WriteString("checksum", s.Checksum)
        Replay =
          fun element premises ->
              let what = field "what" element |> text
              let twice = field "twice-lmax" element |> position
              let half = field "half" element |> truth
              let single = field "single" element |> truth
              let checksum = field "checksum" element |> text

              match TableKind.TryParse what |> Option.bind (fun kind -> TableTheorems.tabulated kind |> Option.map (fun w -> kind, w)) with
              | None -> Error $"there are no theorems about tables of \"{what}\""
              | Some _ when twice > mostTwiceLMax ->
                  Error $"a table beyond lmax {mostTwiceLMax / 2} is not made again: prove it from its file"
              | Some(kind, what) ->
                  let own = if kind.IsRealCg then Conventions.toolkit else Conventions.toolkitComplex
                  let precision = if single then Precision.Single else Precision.Double

                  TableSpec.TryCreate(kind, HalfInteger.FromTwice twice, half, own, precision)
                  |> Result.bind (fun spec -> TableTheorems.proveBytes what twice half single (TableFile.toBytes spec) premises)
                  |> Result.bind (fun theorem ->
                      let found = (theorem.Statement :?> CorrectTable).Checksum
                      if found = checksum then Ok theorem else Error $"the table has the checksum {found}, not {checksum}") } ]
