/// The theorems of the default set and that on the library's own table, proved anew for the report.
module Toolkit.Reproductions.Checks.Theorems

open System
open System.Diagnostics
open System.IO
open Toolkit.Numerics.Coupling
open Toolkit.Symbolic.Export
open Toolkit.Symbolic.Export.Typesetting
open Toolkit.Symbolic.Proofs
open Toolkit.Symbolic.Proofs.Kernel
open Toolkit.Symbolic.Proofs.Theorems
open Toolkit.Reproductions.Report

/// The table of coupling coefficients that features are computed with, as the library carries it.
let private ownTable () : Result<Theorem, string> =
    let folder = Directory.CreateTempSubdirectory "toolkit-table"

    try
        let path = Path.Combine(folder.FullName, "real-cg-8.table")

        do
            use resource = nonNull (typeof<CouplingTable>.Assembly.GetManifestResourceStream "Toolkit.Numerics.Coupling.real-cg-8.table")
            use file = File.Create path
            resource.CopyTo file

        TableTheorems.ofFile path |> Result.bind (fun entry -> entry.Proof.Value)
    finally
        folder.Delete true

let all () : Proved list =
    [ for name, proof in
          [ for entry in Catalogue.entries do
                if entry.ByDefault then entry.Name, entry.Proof.Force
            "table.real-cg-8", ownTable ] do
          let clock = Stopwatch.StartNew()
          let proof = proof ()
          let seconds = clock.Elapsed.TotalSeconds

          match proof with
          | Ok theorem ->
              { Name = name
                Statement = Typeset.mathMl theorem.Statement
                Assumed = theorem.Assumptions
                Method = Report.method theorem
                Size = Report.size theorem
                Seconds = seconds
                Failure = None }
          | Error why ->
              { Name = name
                Statement = ""
                Assumed = []
                Method = ""
                Size = 0
                Seconds = seconds
                Failure = Some why } ]
