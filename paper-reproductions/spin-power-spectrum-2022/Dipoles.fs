/// Figure: dipoles on small molecules. A vector field that is polar and even under time reversal, and no crystal.
module Toolkit.Reproductions.Spin2022.Dipoles

open System
open Toolkit.Numerics.Expansion
open Toolkit.Numerics.Structures
open Toolkit.Reproductions.Report
open Toolkit.Reproductions.Spin2022.BccIron
open Toolkit.Reproductions.Spin2022.Models

/// e²/(4πε₀), eV·Å.
let private coulomb = 14.3996455

let private carbon = 6

/// e.
let private charge = 0.2

/// Å³.
let private polarisability = 1.0

/// Å, within which atoms are thrown, and the least distance between two.
let private radius, spacing = 2.5, 1.2

/// Six atoms anywhere in a sphere, each with a dipole of up to 0.4 e·Å in any direction.
let molecule (seed: int) : Structure =
    let random = Random seed

    let rec place (atoms: float[] list) =
        if atoms.Length = 6 then
            atoms
        else
            let r = direction random |> Array.map ((*) (radius * Math.Cbrt(random.NextDouble())))
            let far (other: float[]) = sqrt (Array.fold2 (fun s a b -> s + (a - b) * (a - b)) 0. r other) > spacing
            place (if List.forall far atoms then r :: atoms else atoms)

    let positions = place [] |> Array.concat
    let species = Array.create 6 carbon
    let dipoles = Array.init 6 (fun _ -> let p = 0.4 * random.NextDouble() in direction random |> Array.map ((*) p)) |> Array.concat

    Structure
        .Create(ReadOnlySpan species, ReadOnlySpan positions)
        .WithAtomProperty("dipoles", PropertyArray.Real(ReadOnlySpan dipoles, 3))

/// The energy of point dipoles in one another's field and in that of the charges, with what polarising the atoms costs;
/// and −∂E/∂p, the field that is left over at each atom.
let label (s: Structure) : Labelled =
    let r, p = s.Positions.ToArray(), s.AtomProperties["dipoles"].ToReals()
    let fields = Array.zeroCreate p.Length
    let mutable energy = 0.

    for i in 0 .. s.Count - 1 do
        let cost = coulomb / polarisability

        for d in 0..2 do
            energy <- energy + 0.5 * cost * p[3 * i + d] * p[3 * i + d]
            fields[3 * i + d] <- fields[3 * i + d] - cost * p[3 * i + d]

        for j in 0 .. s.Count - 1 do
            if j <> i then
                let x = Array.init 3 (fun d -> r[3 * i + d] - r[3 * j + d])
                let square = Array.sumBy (fun x -> x * x) x
                let cube = square * sqrt square
                let along = Seq.sum (seq { for d in 0..2 -> p[3 * j + d] * x[d] })

                for d in 0..2 do
                    let charges = coulomb * charge * x[d] / cube
                    let dipoles = coulomb * (3. * along * x[d] / square - p[3 * j + d]) / cube
                    fields[3 * i + d] <- fields[3 * i + d] + charges + dipoles
                    energy <- energy - p[3 * i + d] * (charges + 0.5 * dipoles)

    { Structure = s
      Energy = energy
      Forces = Array.zeroCreate p.Length
      Fields = fields }

/// Components of the field drawn and tabulated: every so many; errors are of all.
let private every = 7

let private description sight : Description =
    { Sight = sight
      Cutoff = 6.5
      Smoothing = 1.
      NMax = 10
      LMax = 2
      Powers = 1
      Field = VectorField("dipole", "dipoles")
      Species = [ carbon ] }

let private draw first count = Array.init count (fun k -> label (molecule (first + k)))

/// Energies and fields; the energies' share of the figure's errors is per atom as everywhere here.
let private weights = { energiesOnly with Field = 1. }

let figure (threads: int) (training: int) : Figure =
    let train, test = draw 1000 training, draw 900000 200
    let sights = [ Summed; Resolved ]

    let outcomes =
        [ for sight in sights do
              let d = description sight
              let model = ridge threads (features d) d.Species weights train
              sight, model, judge threads model test ]

    let energies, fields = "energy", "field at the dipoles"

    let table =
        Table.Create(
            [ "quantity"; "features"; "reference"; "predicted" ],
            [ for sight, _, o in outcomes do
                  for a, b in o.Energies do
                      [ Text energies; Text(name sight); Number(1000. * a); Number(1000. * b) ]
              for sight, _, o in outcomes do
                  for k, (a, b) in Array.indexed o.Fields do
                      if k % every = 0 then
                          [ Text fields; Text(name sight); Number a; Number b ] ]
        )

    let looks = [ Series.points (name Summed) Orange Square; Series.points (name Resolved) Green Triangle ]

    let panel title unit (pick: Outcome -> (float * float) list) =
        let curves = List.map2 (fun series (_, _, o) -> series, pick o) looks outcomes
        Plots.parity title unit (Plots.around 0.05 (curves |> List.collect (snd >> List.map fst))) curves

    let says (sight, model: Fitted, o: Outcome) =
        $"{name sight}: energies {Plots.digits (1000. * rmse o.Energies)} meV per atom ({Plots.digits (percent o.Energies)} %%), "
        + $"fields {Plots.digits (rmse o.Fields)} V/Å ({Plots.digits (percent o.Fields)} %%), {model.Columns} coefficients"

    { Id = "molecular-dipoles"
      Title = "Dipoles on molecules: a polar vector field"
      Caption =
        $"Six atoms thrown at random into a sphere of {radius} Å, at least {spacing} Å apart, each with a charge of {charge} e and a "
        + "dipole of up to 0.4 e·Å. The energy is that of charges and dipoles on dipoles with the cost of polarising each atom; the field is "
        + $"−∂E/∂p. Ridge regression on energies and fields of {training} molecules, nmax 10, lmax 2, cutoff 6.5 Å; {test.Length} test molecules. {Plots.beneath}"
      Conclusion =
        "Root mean square errors: "
        + (outcomes |> List.map says |> String.concat "; ")
        + ". The tensor of the dipole interaction couples the directions of dipoles to those of bonds, and charges act on dipoles one at a "
        + "time: only the J-resolved features, with the products of dipoles and density that a polar field allows, see either."
      Table = table
      Picture =
        Plots.stacked
            [ "features", looks ]
            310.
            [ panel energies "meV per atom" (fun o -> [ for a, b in o.Energies -> 1000. * a, 1000. * b ])
              panel fields "(V/Å)" (fun o -> [ for k, pair in Array.indexed o.Fields do if k % every = 0 then pair ]) ] }
