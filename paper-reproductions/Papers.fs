/// The papers of which figures are made. A new paper is a folder of files and a line here.
module Toolkit.Reproductions.Papers

open Toolkit.Reproductions.Report

type Paper =
    { /// What the command line calls it.
      Name: string
      Make: Request -> Chapter }

let all: Paper list =
    [ { Name = "nice"; Make = Nice2020.Chapter.make }
      { Name = "spin"; Make = Spin2022.Chapter.make } ]

/// Papers that the command line knows by name though there are no figures of them yet.
let planned = [ "spin"; "lode" ] |> List.filter (fun name -> all |> List.forall (fun p -> p.Name <> name))
