/// Writes what a run made into its folder.
module Toolkit.Reproductions.Report.Files

open System.IO
open System.Text
open Toolkit.Numerics.Files

/// Writes a text file whole or not at all.
let write (path: string) (content: string) : unit =
    Directory.CreateDirectory(nonNull (Path.GetDirectoryName(Path.GetFullPath path))) |> ignore
    AtomicFile.Write(path, (fun stream -> stream.Write(Encoding.UTF8.GetBytes content)))

/// Writes a figure's CSV and description to `out`/`folder`; pictures of an earlier run go, so that none can stand beside
/// numbers that are not its own. Gives the description's path.
let figure (out: string) (folder: string) (generator: string) (figure: Figure) : string =
    let stem = Path.Combine(Path.GetFullPath out, folder, figure.Id)

    for suffix in [ ".svg"; ".png" ] do
        if File.Exists(stem + suffix) then
            File.Delete(stem + suffix)

    write (stem + ".csv") (Csv.text [ $"{generator}: {figure.Title}"; figure.Caption ] figure.Table)
    write (stem + ".vl.json") (Json.text (VegaLite.document generator figure.Plot))
    stem + ".vl.json"
