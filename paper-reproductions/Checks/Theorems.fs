/// The theorems of the default set, proved anew for the report.
module Toolkit.Reproductions.Checks.Theorems

open System.Diagnostics
open Toolkit.Symbolic.Export
open Toolkit.Symbolic.Proofs
open Toolkit.Reproductions.Report

let all () : Proved list =
    [ for entry in Catalogue.entries do
          if entry.ByDefault then
              let clock = Stopwatch.StartNew()

              match entry.Proof.Value with
              | Ok theorem ->
                  let assumed =
                      match theorem.Assumptions with
                      | [] -> ""
                      | facts -> " Assumed: " + String.concat "; " facts + "."

                  { Name = entry.Name
                    Statement = theorem.Statement.Text + assumed
                    Method = Report.method theorem
                    Size = Report.size theorem
                    Seconds = clock.Elapsed.TotalSeconds
                    Failure = None }
              | Error why ->
                  { Name = entry.Name
                    Statement = ""
                    Method = ""
                    Size = 0
                    Seconds = clock.Elapsed.TotalSeconds
                    Failure = Some why } ]
