/// Numbers that other programs printed, in Toolkit.Tests/Data: the first lines of a file say which program and how.
module Toolkit.Tests.Symbolic.Tables.OtherPrograms

open System.IO
open Toolkit.Symbolic.Tables
open Toolkit.Tests.Laws

/// The convention with a name; one that is not there is an error of the test.
let convention (name: string) (basis: Basis) : Convention =
    match Conventions.tryFind name basis with
    | Some c -> c
    | None -> failwith name

/// The words of a file's lines but for those with #.
let rows (file: string) : string[][] =
    File.ReadAllLines(Path.Combine(SharedData.repository, "Toolkit.Tests/Data", file))
    |> Array.filter (fun line -> not (line.StartsWith '#'))
    |> Array.map (fun line -> line.Split ' ')
