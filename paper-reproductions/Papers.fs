/// The papers of which figures are made. A new paper is a folder of files and a line here.
module Toolkit.Reproductions.Papers

open Toolkit.Reproductions.Report

type Paper =
    { /// What the command line calls it.
      Name: string
      Make: Request -> Chapter }

let all: Paper list =
    [ { Name = "nice"; Make = Nice2020.Chapter.make }
      { Name = "spin"; Make = Spin2022.Chapter.make }
      { Name = "lode"; Make = Lode2019.Chapter.make }
      { Name = "benchmarks"; Make = Benchmarks2026.Chapter.make } ]
