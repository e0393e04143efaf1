/// The theorems of the default set, proved anew for the report.
module Toolkit.Reproductions.Checks.Theorems

open System.Diagnostics
open Toolkit.Symbolic.Export
open Toolkit.Symbolic.Export.Typesetting
open Toolkit.Symbolic.Proofs
open Toolkit.Reproductions.Report

let all () : Proved list =
    [ for entry in Catalogue.entries do
          if entry.ByDefault then
              let clock = Stopwatch.StartNew()
              let proof = entry.Proof.Value
              let seconds = clock.Elapsed.TotalSeconds

              match proof with
              | Ok theorem ->
                  { Name = entry.Name
                    Statement = Typeset.mathMl theorem.Statement
                    Assumed = theorem.Assumptions
                    Method = Report.method theorem
                    Size = Report.size theorem
                    Seconds = seconds
                    Failure = None }
              | Error why ->
                  { Name = entry.Name
                    Statement = ""
                    Assumed = []
                    Method = ""
                    Size = 0
                    Seconds = seconds
                    Failure = Some why } ]
