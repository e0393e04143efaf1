/// Figure: nickel oxide with spins from density-functional theory, where that data is present.
module Toolkit.Reproductions.Spin2022.NickelOxide

open System
open System.IO
open Toolkit.Numerics.Expansion
open Toolkit.Numerics.Files
open Toolkit.Numerics.Structures
open Toolkit.Reproductions.Report
open Toolkit.Reproductions.Spin2022.BccIron
open Toolkit.Reproductions.Spin2022.Models

/// A folder that holds this data when there is any.
let folder = "nio-spin"

let private nickel = 28

/// The frames of one folder in the layout of DeePMD: type.raw, type_map.raw, set.000/*.npy; Å, eV, μB.
let private trajectory (path: string) : Labelled[] =
    let words name = File.ReadAllText(Path.Combine(path, name)).Split([| ' '; '\n'; '\r'; '\t' |], StringSplitOptions.RemoveEmptyEntries)
    let elements = words "type_map.raw"

    let species = [|
        for word in words "type.raw" ->
            let mutable z = 0

            if not (Elements.TryParse(elements[int word], &z)) then
                raise (InvalidDataException $"{path}/type_map.raw: '{elements[int word]}' is no element")

            z
    |]

    let array name = NpyData.Read(Path.Combine(path, "set.000", name + ".npy")).ToReals()
    let energy, coord, force, box = array "energy", array "coord", array "force", array "box"
    let spin, field = array "spin", array "force_mag"
    let size = 3 * species.Length

    if
        coord.Length <> size * energy.Length
        || spin.Length <> coord.Length
        || field.Length <> coord.Length
        || force.Length <> coord.Length
    then
        raise (InvalidDataException $"{path}/set.000: expected {energy.Length} frames of {species.Length} atoms in every file")

    Array.init energy.Length (fun k ->
        let part (values: float[]) = values[k * size .. (k + 1) * size - 1]

        {
            Structure =
                Structure
                    .Create(ReadOnlySpan species, ReadOnlySpan(part coord), Cell(ReadOnlySpan box[9 * k .. 9 * k + 8]), Periodicity.All)
                    .WithAtomProperty("spins", PropertyArray.Real(ReadOnlySpan(part spin), 3))
            Energy = energy[k]
            Forces = part force
            Fields = part field
        })

let private description: Description =
    { Sight = Summed
      Cutoff = 5.
      Smoothing = 1.
      NMax = 5
      LMax = 3
      Powers = 2
      Field = VectorField.Spin("spins", [ nickel ])
      Species = [ 8; nickel ] }

let private withoutFields = { energiesOnly with Force = 1. }
let private withFields = { energiesOnly with Force = 1.; Field = 1. }

/// The parts across the spin of the fields of the atoms that have one: what turns it. The lengths hardly vary in this data,
/// so what changes them cannot be learned from energies.
let private across (test: Labelled[]) (o: Outcome) : (float * float)[] =
    let size = test[0].Fields.Length

    [| for t in 0 .. test.Length - 1 do
           let spins = spinsOf test[t].Structure

           for i in 0 .. test[t].Structure.Count - 1 do
               let v = spins[3 * i .. 3 * i + 2]
               let square = Array.sumBy (fun x -> x * x) v

               if square > 0. then
                   let field pick = Array.init 3 (fun d -> pick o.Fields[t * size + 3 * i + d])

                   let part (f: float[]) =
                       let along = Array.fold2 (fun sum x y -> sum + x * y) 0. f v / square
                       Array.map2 (fun x y -> x - along * y) f v

                   yield! Array.zip (part (field fst)) (part (field snd)) |]

/// The factor by which predictions are larger than the reference.
let private slope (pairs: (float * float)[]) =
    Array.sumBy (fun (a, b) -> a * b) pairs / Array.sumBy (fun (a, _) -> a * a) pairs

let private alone, together = "energies and forces", "energies, forces and fields"
let private energies, forces, fields = "energy", "forces", "fields across the spins"

/// Components drawn and tabulated: every so many; errors are of all.
let private every = 11

/// None where the data is not there.
let figure (threads: int) (data: string option) : Figure option =
    match data |> Option.map (fun d -> Path.Combine(d, folder)) |> Option.filter Directory.Exists with
    | None -> None
    | Some root ->
        let sets =
            Directory.GetDirectories root
            |> Array.sort
            |> Array.filter (fun d -> File.Exists(Path.Combine(d, "type.raw")))
            |> Array.map trajectory

        if sets.Length < 2 then
            raise (InvalidDataException $"{root}: expected two or more folders with type.raw; found {sets.Length}")

        let all = Array.concat sets
        let train, test = Array.concat sets[.. sets.Length - 2], Array.last sets

        let outcomes = [
            for title, weights in [ alone, withoutFields; together, withFields ] do
                let model = ridge threads (features description) description.Species weights train
                title, judge threads model test
        ]

        let quantities = [ energies, "meV per atom"; forces, "(meV/Å)"; fields, "(meV/μB)" ]

        let pairs quantity (o: Outcome) =
            (if quantity = energies then o.Energies
             elif quantity = forces then o.Forces
             else across test o)
            |> Array.map (fun (a, b) -> 1000. * a, 1000. * b)

        let zero = outcomes |> List.collect (fun (_, o) -> [ for a, _ in pairs energies o -> a ]) |> List.min
        let shift quantity x = if quantity = energies then x - zero else x

        let table =
            Table.Create(
                [ "quantity"; "trained_on"; "reference_meV"; "predicted_meV" ],
                [
                    for quantity, _ in quantities do
                        for title, o in outcomes do
                            for k, (a, b) in Array.indexed (pairs quantity o) do
                                if quantity = energies || k % every = 0 then
                                    [ Text quantity; Text title; Number(shift quantity a); Number(shift quantity b) ]
                ]
            )

        let looks = [ Series.points alone Sky Square; Series.points together Blue Circle ]

        let panel (quantity, unit) =
            let shown (o: Outcome) = [
                for k, (a, b) in Array.indexed (pairs quantity o) do
                    if quantity = energies || k % every = 0 then
                        shift quantity a, shift quantity b
            ]

            let curves = List.map2 (fun series (_, o) -> series, shown o) looks outcomes

            Plots.parity
                quantity
                unit
                (Plots.around 0.05 [
                    for _, points in curves do
                        for a, b in points do
                            a
                            b
                ])
                curves

        let says (title, o: Outcome) =
            let turning = across test o

            sprintf
                "trained on %s, energies %.2g meV per atom (%.2g %% of their deviation), forces %.2g meV/Å (%.2g %%), fields across the spins %.2g meV/μB (%.2g %%) and %.2f times the reference"
                title
                (1000. * rmse o.Energies)
                (percent o.Energies)
                (1000. * rmse o.Forces)
                (percent o.Forces)
                (1000. * rmse turning)
                (percent turning)
                (slope turning)

        let lengthsOf =
            all
            |> Array.collect (fun s ->
                spinsOf s.Structure |> Array.chunkBySize 3 |> Array.map (fun v -> sqrt (Array.sumBy (fun x -> x * x) v)))
            |> Array.filter (fun l -> l > 0.1)

        Some {
            Id = "spin-nickel-oxide"
            Title = "Nickel oxide with spins from density-functional theory"
            Caption =
                $"{all.Length} frames of {all[0].Structure.Count} atoms in {sets.Length} sets of the DeePMD examples (spins on Ni of {Array.min lengthsOf:F3} to {Array.max lengthsOf:F3} μB). "
                + "Ridge regression, J-summed features with the density's, cutoff 5 Å, nmax 5, lmax 3, on "
                + $"{train.Length} frames of all sets but the last, which has {test.Length}. {Plots.beneath}"
            Conclusion =
                "Root mean square errors on the set that is not trained on: "
                + (outcomes |> List.map says |> String.concat "; ")
                + ". From energies and forces alone the model carries over to the unseen set and gets the direction of what turns the spins, but "
                + "larger than the tabulated magnetic forces by a constant factor; fitted together, the energies suffer. As tabulated, then, the "
                + "magnetic forces are not the slope of the energies along the motions that these frames hold, and a potential cannot have both. Three small sets, whose frames are alike and whose spins hardly vary in "
                + "length, say nothing of the longitudinal energy."
            Table = table
            Picture = Plots.stacked [ "trained on", looks ] 215. (List.map panel quantities)
        }
