/// What long steps of a chapter found, in files: a run that was cut short goes on where it ended.
module Toolkit.Reproductions.Report.Kept

open System
open System.Globalization
open System.IO
open System.Reflection
open Toolkit.Numerics.Structures

/// Gives the rows of numbers that a step finds: its name, all settings that they depend on, and the work itself.
type Keeper = string -> string -> (unit -> float[] list) -> float[] list

/// Does the work whenever it is asked for.
let nothing: Keeper = fun _ _ work -> work ()

/// What tells this build of the program from others: results of other code are not believed.
let build =
    [ Assembly.GetExecutingAssembly(); typeof<Structure>.Assembly ]
    |> List.map _.ManifestModule.ModuleVersionId.ToString("N")
    |> String.concat " "

let private read (path: string) (heading: string) : float[] list option =
    let number (text: string) =
        match Double.TryParse(text, CultureInfo.InvariantCulture) with
        | true, x -> Some x
        | _ -> None

    let row (line: string) =
        let fields = line.Split '\t'
        let numbers = Array.choose number fields
        if numbers.Length = fields.Length then Some numbers else None

    if not (File.Exists path) then
        None
    else
        match List.ofArray (File.ReadAllLines path) with
        | first :: lines when first = heading ->
            let rows = List.choose row lines
            if rows.Length = lines.Length then Some rows else None
        | _ -> None

/// Keeps each step in a file of its own in a folder. A file of other settings, or of another build of this program, is made again.
let inFolder (folder: string) : Keeper =
    fun name settings work ->
        let path = Path.Combine(folder, String.map (fun c -> if Char.IsAsciiLetterOrDigit c then c else '-') name + ".tsv")
        let heading = $"# {name}: {settings}; build {build}".ReplaceLineEndings " "

        match read path heading with
        | Some rows -> rows
        | None ->
            let rows = work ()
            let line (row: float[]) = String.Join('\t', row |> Array.map _.ToString("R", CultureInfo.InvariantCulture))
            Files.write path (String.Join('\n', heading :: List.map line rows) + "\n")
            rows

/// The keeper of a chapter's folder in a long run; none in a short one.
let ofChapter (request: Request) (folder: string) : Keeper =
    if request.Full then inFolder (Path.Combine(request.Out, folder, "kept")) else nothing
