/// Pictures of the pages in this repository, drawn anew from the numbers beside them in docs/pictures.
module Toolkit.Reproductions.Pages.Pages

open System.IO
open Toolkit.Reproductions.Nice2020
open Toolkit.Reproductions.Report

/// The command that draws them.
let command = "dotnet run -c Release --project paper-reproductions -- pages"

/// The folder of the pictures, in that of the repository.
let folder = Path.Combine("docs", "pictures")

let private rows (path: string) =
    File.ReadLines path |> Seq.filter (fun line -> not (line.StartsWith '#')) |> Seq.skip 1 |> Seq.map _.Split(',')

/// The pictures by the names of their files, as SVG texts.
let all (repository: string) : (string * string) list =
    let inside = Path.Combine(repository, folder)

    let curves =
        CurvePlot.picture "energy" "meV" (CurvePlot.parse (rows (Path.Combine(inside, "learning-curves-gfn2.csv")))) CurvePlot.published

    [
        for name, picture in ("learning-curves-gfn2", curves) :: SettingsPage.pictures inside ->
            name + ".svg", Draw.onWhite name command picture
    ]

/// Writes them; gives their paths.
let write (repository: string) : string list =
    [ for name, text in all repository do
          let path = Path.Combine(repository, folder, name)
          Files.write path text
          path ]
