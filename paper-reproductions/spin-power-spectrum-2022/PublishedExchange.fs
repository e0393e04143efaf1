/// Figure: spirals in bcc iron by density-functional theory and by the model that learned them, beside the constants of a public code.
module Toolkit.Reproductions.Spin2022.PublishedExchange

open System
open Toolkit.Numerics.Learning
open Toolkit.Reproductions.Report
open Toolkit.Reproductions.Spin2022.BccIron
open Toolkit.Reproductions.Spin2022.Models

/// Squares of distances, a², and J, mRy, of the first four shells, E = −Σ J e·e′ over both directions of every pair: UppASD/UppASD,
/// commit e955d3f, examples/SimpleSystems/bccFe/jfile.
let private published = [ 0.75, 1.33767484769984; 1., 0.75703576545650; 2., -0.05975437643846; 2.75, -0.08819834160658 ]

let private millirydberg = 13.605693122994

/// How much planes of atoms at ±n a/2 along the wave vector add to the energy of a spiral, meV per atom: S_n (1 − cos nπq), by n from 1 on.
let private planes: float list =
    let halves = [ -3. .. 3. ]

    let sites =
        [ for x in halves do
              for y in halves do
                  for z in halves do
                      // Sites of a bcc lattice: all coordinates whole, or all half.
                      if abs (x % 2.) = abs (y % 2.) && abs (y % 2.) = abs (z % 2.) then abs z, (x * x + y * y + z * z) / 4. ]

    [ for n in 1. .. 3. ->
          millirydberg * List.sum [ for far, j in published -> j * float (sites |> List.filter ((=) (n, far)) |> List.length) ] ]

let private spiral (planes: float list) (q: float) : float =
    planes |> List.mapi (fun k s -> s * (1. - cos (float (k + 1) * Math.PI * q))) |> List.sum

/// The energy per atom of a flat spiral above the ferromagnet by the published constants, meV; q along Γ–H in 2π/a.
let byConstants (q: float) : float = spiral planes q

/// The planes that a spiral's energies at some q are made of, by least squares.
let private fitted (count: int) (energies: (float * float) list) : float list =
    let equations = NormalEquations count
    let rows = [| for q, _ in energies do for n in 1..count -> 1. - cos (float n * Math.PI * q) |]
    equations.Add(ReadOnlySpan rows, ReadOnlySpan [| for _, e in energies -> e |])
    RidgeRegression.Fit(equations, 1e-14).Coefficients |> List.ofSeq

let private reference = Series.points "density-functional theory" Ink Circle
let private model = Series.joined "Gaussian process" Vermilion Diamond Solid
let private others = Series.line "UppASD's constants" Blue Dashed

/// The figure, of spirals by their q in units of 2π/a and of a model that has learned them.
let figure (spirals: (float * Labelled)[]) (learned: Fitted) : Figure =
    let ofFerromagnet (energy: Labelled -> float) =
        let each = [ for q, s in spirals -> q, 1000. * energy s / float s.Structure.Count ]
        [ for q, e in each -> q, e - snd each.Head ]

    let known, predicted = ofFerromagnet _.Energy, ofFerromagnet (fun s -> (learned.Predict s.Structure).Energy)
    let line = [ for q in 0. .. 0.02 .. 1. -> q, byConstants q ]
    let near = known[1]
    let sums = [ reference, fitted 4 known; model, fitted 4 predicted; { others with Symbol = Some Square }, planes ]
    let listed sums = sums |> List.map (fun (s: float) -> $"{s:F0}") |> String.concat ", "

    {
        Id = "iron-spirals-published"
        Title = "Spirals in iron by density-functional theory beside the exchange constants of a public code"
        Caption =
            "Left: flat spirals along Γ–H from the ferromagnet, calculated (Elk, LSDA, a = 2.83 Å; moments of their own length), by the Gaussian process of the figures before trained on all frames, "
            + "these spirals among them, and by the exchange constants that UppASD ships for bcc iron (commit e955d3f, examples/SimpleSystems/bccFe/jfile: "
            + "1.338, 0.757, −0.060 and −0.088 mRy for the first four shells, both directions of a pair counted). Right: what spirals along one axis tell of exchange, sums over planes of atoms "
            + "at ±n a/2 in E(q) = Σ S_n (1 − cos nπq), by least squares with four of them. What differs: constants of that kind are slopes at the ferromagnet (magnetic force theorem), of one length of "
            + "moments and of few shells; calculated spirals turn moments by any angle and leave them their length. The paper's own Hamiltonian is not public, so no number of it can stand here."
        Conclusion =
            $"At q = {fst near:F3} the calculated spiral lies {snd near:F1} meV per atom above the ferromagnet, by UppASD's constants {byConstants (fst near):F1}; at H, where neighbours are antiparallel, "
            + $"{snd (List.last known):F0} and {byConstants 1.:F0}: far from the ferromagnet its constants do not hold. Planes in meV per atom: "
            + (sums |> List.map (fun (series, sums) -> $"{series.Name} {listed sums}") |> String.concat "; ")
            + "."
        Table =
            Table.Create(
                [ "quantity"; "x"; "source"; "meV_per_atom" ],
                [
                    for series, points in [ reference, known; model, predicted; others, line ] do
                        for q, e in points -> [ Text "energy of a spiral, q in 2pi/a"; Number q; Text series.Name; Number e ]
                    for series, sums in sums do
                        for n, s in List.indexed sums -> [ Text "plane, n"; Whole(n + 1); Text series.Name; Number s ]
                ]
            )
        Picture =
            let energies = List.map snd (known @ predicted @ line)

            let all = [
                for _, sums in sums do
                    yield! sums
            ]

            {
                Key = [ "", [ reference; model; others ] ]
                Width = 300.
                Rows = [
                    260.,
                    [
                        Panel.of'
                            "spirals along Γ–H"
                            (Axis.linearOf 5 "q / (2π/a)" (-0.04, 1.04))
                            (Axis.linear "energy / meV per atom" (Plots.around 0.05 energies))
                            [ Curve(others, line); Curve(model, predicted); Curve(reference, known) ]
                        Panel.of'
                            "planes of atoms"
                            { Axis.linearOf 5 "n" (0.8, 4.2) with Ticks = [ for n in 1..4 -> float n, string n ] }
                            (Axis.linear "S / meV per atom" (Plots.around 0.08 (0. :: all)))
                            [
                                Guide((0.8, 0.), (4.2, 0.))
                                for series, sums in List.rev sums do
                                    Curve(series, [ for n, s in List.indexed sums -> float (n + 1), s ])
                            ]
                    ]
                ]
            }
    }
