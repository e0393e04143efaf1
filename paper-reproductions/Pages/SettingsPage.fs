/// Pictures of docs/settings.md: how the error of a linear model depends on the settings of a power spectrum, on three sets of data.
module Toolkit.Reproductions.Pages.SettingsPage

open System
open System.Globalization
open System.IO
open System.Text.RegularExpressions
open Toolkit.Reproductions.Report

/// What examples/python/settings.py printed for one set: errors in meV per atom by setting and value.
type Sweep =
    { Name: string
      /// Structures that were judged.
      Judged: int
      Errors: Map<string, (float * float) list> }

let private sets =
    [ "acetylacetone", Series.joined "acetylacetone" Blue Circle Solid
      "silicon", Series.joined "silicon" Vermilion Square Solid
      "methane", Series.joined "methane" Green Diamond Solid ]

/// Reads the file that settings.py made of a set.
let read (name: string) (path: string) : Sweep =
    let lines = File.ReadAllLines path
    let head = Regex.Match(lines[0], @"(\d+) structures for training, (\d+) for testing")
    if not head.Success then
        raise (InvalidDataException $"{path}:1: expected the numbers of structures, as settings.py writes them; found '{lines[0]}'")
    let number (text: string) = Double.Parse(text, CultureInfo.InvariantCulture)

    { Name = name
      Judged = int head.Groups[2].Value
      Errors =
        lines[2..]
        |> Array.map _.Split('\t')
        |> Array.groupBy Array.head
        |> Array.map (fun (setting, rows) -> setting, [ for row in rows -> number row[1], number row[3] ])
        |> Map }

/// The names of the pictures, the settings they are of, and what their axes say.
let private settings =
    [ "nmax", "radial.nmax", "nmax"
      "lmax", "lmax", "lmax"
      "sigma", "density.sigma", "σ / Å"
      "cutoff", "cutoff.radius", "cutoff / Å"
      "smoothing", "cutoff.smoothing", "smoothing / Å" ]

/// The pictures by name, from the files in `folder`: one panel for each set, with what chance makes of the errors of so few structures.
let pictures (folder: string) : (string * Picture) list =
    let sweeps = [ for name, series in sets -> series, read name (Path.Combine(folder, $"settings-{name}.tsv")) ]

    [
        for name, setting, axis in settings ->
            let panel (series: Series, sweep: Sweep) =
                let points = sweep.Errors[setting]
                let xs = List.map fst points
                // The relative uncertainty of a root mean square of so many errors.
                let share = 1. / sqrt (2. * float sweep.Judged)
                let bars = [ for x, e in points -> x, e * (1. - share), e * (1. + share) ]
                let margin = 0.06 * (List.max xs - List.min xs)

                let x = {
                    Axis.linear axis (List.min xs - margin, List.max xs + margin) with
                        Ticks = [ for x in xs -> x, x.ToString CultureInfo.InvariantCulture ]
                }

                let y = Axis.linear "RMSE / meV per atom" (0., 1.1 * (bars |> List.map (fun (_, _, most) -> most) |> List.max))
                Panel.of' sweep.Name x y [ Bars(series, bars); Curve(series, points) ]

            "settings-" + name, { Key = []; Width = 190.; Rows = [ 150., List.map panel sweeps ] }
    ]
