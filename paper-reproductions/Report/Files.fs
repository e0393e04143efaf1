/// Writes what a run made into its folder.
module Toolkit.Reproductions.Report.Files

open System
open System.IO
open System.Text
open Toolkit.Numerics.Files

let private writeBytes (path: string) (content: byte[]) : unit =
    Directory.CreateDirectory(nonNull (Path.GetDirectoryName(Path.GetFullPath path))) |> ignore
    AtomicFile.Write(path, (fun stream -> stream.Write(ReadOnlySpan content)))

/// Writes a text file whole or not at all.
let write (path: string) (content: string) : unit = writeBytes path (Encoding.UTF8.GetBytes content)

/// The files of a figure, by what follows its name.
let suffixes = [ ".csv"; ".svg"; ".png" ]

/// Writes a figure's numbers and pictures to `out`/`folder`; gives the text of the SVG.
let figure (out: string) (folder: string) (generator: string) (figure: Figure) : string =
    let stem = Path.Combine(Path.GetFullPath out, folder, figure.Id)
    let svg = Draw.svg figure.Id generator figure.Picture
    write (stem + ".csv") (Csv.text [ $"{generator}: {figure.Title}"; figure.Caption ] figure.Table)
    write (stem + ".svg") svg
    writeBytes (stem + ".png") (Draw.png figure.Picture)
    svg
