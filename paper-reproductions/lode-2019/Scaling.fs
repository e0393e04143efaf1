/// Figure: time and memory of long-ranged features against the number of ions, and what accuracy costs (beyond the paper).
module Toolkit.Reproductions.Lode2019.Scaling

open System
open System.Diagnostics
open System.Runtime.InteropServices
open Toolkit.Numerics.Fields.Potential
open Toolkit.Numerics.Radial
open Toolkit.Numerics.Structures
open Toolkit.Reproductions.Lode2019.ChargeGas
open Toolkit.Reproductions.Report

/// Ions of a melt of rock salt per Å³ (1.56 g/cm³), and how far each is from its site, Å.
let private density, noise = 0.0321, 0.4

/// n × n × n ions of rock salt, displaced at random; n is even.
let salt (n: int) : Structure =
    let spacing = Math.Cbrt(1. / density)
    let random = Random n
    let normal () = sqrt (-2. * log (1. - random.NextDouble())) * cos (2. * Math.PI * random.NextDouble())
    let sites = [| for x in 0 .. n - 1 do for y in 0 .. n - 1 do for z in 0 .. n - 1 -> x, y, z |]
    let species = sites |> Array.map (fun (x, y, z) -> if (x + y + z) % 2 = 0 then positive else negative)
    let positions = sites |> Array.collect (fun (x, y, z) -> [| for k in [ x; y; z ] -> spacing * float k + noise * normal () |])
    Structure.Create(ReadOnlySpan species, ReadOnlySpan positions, Cell.Cubic(spacing * float n), Periodicity.All)

let private lmax, cutoff, smearing = 4, 3., 1.

let private field (evaluator: PotentialEvaluator) (tolerance: float) =
    let settings = PotentialSettings(Smearing = smearing, Tolerance = tolerance, Evaluator = evaluator)
    PotentialField(settings, MonomialBasis(1, cutoff), lmax, ReadOnlySpan [| positive; negative |])

/// Where so many ions are, what their features took.
type Point =
    { Ions: int
      /// Seconds on one thread.
      Seconds: float
      /// Bytes allocated by the first run, the features themselves not counted; the others use them again.
      Bytes: float }

/// The fastest of several runs of one field on one structure, as many as half a second has where they are short; the features, too.
let private measure (field: PotentialField) (structure: Structure) : Point * float[] =
    let values: float[] = Array.zeroCreate (structure.Count * field.ValuesPerCentre)

    let run () =
        let before = GC.GetTotalAllocatedBytes true
        let clock = Stopwatch.StartNew()
        use state = field.Begin structure
        state.Forward(0, structure.Count, Span values)
        let time = clock.Elapsed.TotalSeconds
        time, float (GC.GetTotalAllocatedBytes true - before)

    field.Release()
    let clock = Stopwatch.StartNew()
    let all = ResizeArray [ run () ]

    while all.Count < 12 && clock.Elapsed.TotalSeconds < 0.4 do
        all.Add(run ())

    { Ions = structure.Count; Seconds = all |> Seq.map fst |> Seq.min; Bytes = snd all[0] }, values

/// The slope of the straight line nearest to the logarithms of some pairs.
let exponent (points: (float * float) list) : float =
    let logs = points |> List.map (fun (x, y) -> log x, log y)
    let mx, my = logs |> List.averageBy fst, logs |> List.averageBy snd
    (logs |> List.sumBy (fun (x, y) -> (x - mx) * (y - my))) / (logs |> List.sumBy (fun (x, _) -> (x - mx) ** 2.))

/// The largest error of a value over the root mean square of those of its l and species, in the worst of these.
let error (channels: int) (reference: float[]) (values: float[]) : float =
    let functions = (lmax + 1) * (lmax + 1)

    Seq.max (
        seq {
            for l in 0..lmax do
                for a in 0 .. channels - 1 do
                    let own =
                        [| for i in 0 .. reference.Length / (functions * channels) - 1 do
                               for lm in l * l .. (l + 1) * (l + 1) - 1 -> (i * functions + lm) * channels + a |]

                    let size = sqrt (own |> Array.averageBy (fun k -> reference[k] * reference[k]))
                    (own |> Array.map (fun k -> abs (values[k] - reference[k])) |> Array.max) / size
        }
    )

/// One tolerance: what was asked for and found, and what it cost.
type Accuracy =
    { Tolerance: float
      Error: float
      /// Microseconds per ion.
      Cost: float }

type Measured =
    { /// By increasing numbers of ions.
      Mesh: Point list
      Waves: Point list
      MeshAccuracy: Accuracy list
      WavesAccuracy: Accuracy list }

let private tolerance = 1e-4

/// Ions of the structure on which errors are measured.
let private accuracyEdge = 12

/// `keep` has the times that are known; `tick` hears of each.
let measureAll (full: bool) (keep: Kept.Keeper) (tick: unit -> unit) : Measured =
    let curve evaluator edges =
        let field =
            lazy
                (let field = field evaluator tolerance
                 // Compiled and tabulated before the first is timed.
                 for _ in 1..8 do
                     field.Compute(salt 10) |> ignore

                 field)

        let timed n =
            let point, _ = measure field.Value (salt n)
            [ [| float point.Ions; point.Seconds; point.Bytes |] ]

        [ for n in edges do
              let found = keep $"scaling {evaluator} {n}" $"lmax {lmax}, cutoff {cutoff}, σ {smearing}, tolerance {tolerance}, density {density}, noise {noise}" (fun () -> timed n)
              tick ()
              { Ions = int found.Head[0]; Seconds = found.Head[1]; Bytes = found.Head[2] } ]

    let mesh = curve PotentialEvaluator.Mesh ([ 10; 16; 22; 32; 46 ] @ (if full then [ 68; 100 ] else []))
    let waves = curve PotentialEvaluator.Waves ([ 10; 16; 22 ] @ (if full then [ 32; 46 ] else []))
    let structure = salt accuracyEdge
    let reference = (field PotentialEvaluator.Waves 1e-12).Compute structure
    tick ()

    let accuracy evaluator =
        [ for power in 2..8 do
              let tolerance = 10. ** float -power
              let field = field evaluator tolerance
              let point, values = measure field structure
              tick ()

              { Tolerance = tolerance
                Error = error field.ChannelCount reference values
                Cost = 1e6 * point.Seconds / float point.Ions } ]

    { Mesh = mesh
      Waves = waves
      MeshAccuracy = accuracy PotentialEvaluator.Mesh
      WavesAccuracy = accuracy PotentialEvaluator.Waves }

/// How often `measureAll` calls.
let ticks (full: bool) = (if full then 7 + 5 else 5 + 3) + 1 + 2 * 7

let private mesh = Series.joined "mesh" Blue Circle Solid
let private waves = Series.joined "waves" Vermilion Square Solid
let private asked = Series.line "asked for" Ink Dashed

/// Where a curve is long enough to be a law.
let private large (points: Point list) = points |> List.filter (fun p -> p.Ions > 4000)

let private perIon (p: Point) = 1e6 * p.Seconds / float p.Ions

let figure (m: Measured) : Figure =
    let law points = exponent [ for p in large points -> float p.Ions, p.Seconds ]
    let room points = exponent [ for p in large points -> float p.Ions, p.Bytes ]
    let last = List.last m.Mesh
    let bytes (p: Point) = p.Bytes / float p.Ions
    let ions = [ for p in m.Mesh @ m.Waves -> float p.Ions ]
    let x () = Axis.logarithmic "ions" (0.8 * List.min ions, 1.25 * List.max ions)
    let curve series (value: Point -> float) points = Curve(series, [ for p in points -> float p.Ions, value p ])
    let megabytes (p: Point) = p.Bytes / 1e6
    let accuracies = m.MeshAccuracy @ m.WavesAccuracy
    let costs = [ for a in accuracies -> a.Cost ]
    let shared = m.Mesh |> List.filter (fun p -> m.Waves |> List.exists (fun q -> q.Ions = p.Ions)) |> List.last
    let slower = (m.Waves |> List.find (fun q -> q.Ions = shared.Ions)).Seconds / shared.Seconds
    let met = accuracies |> List.filter (fun a -> a.Error <= a.Tolerance) |> List.length
    let cheap, dear = List.head m.MeshAccuracy, List.last m.MeshAccuracy
    let atoms = accuracyEdge * accuracyEdge * accuracyEdge

    {
        Id = "scaling"
        Title = "Time, memory and accuracy of long-ranged features"
        Caption =
            $"The potential field (1/r, σ = {smearing:F0} Å, lmax {lmax}, one monomial per l within {cutoff:F0} Å, two species: 50 numbers for each ion) of rock salt "
            + $"at the density of its melt, ions displaced by {noise} Å; one thread of {RuntimeInformation.ProcessArchitecture}, measured in this run: another run has other times. "
            + $"Left and middle: time and memory allocated on the way (the next structure uses it again), the features not counted, at a tolerance of {tolerance:``0e-0``}; pairs "
            + "nearby and fast Fourier transforms on a mesh, or pairs and a sum over waves for each ion; the width of the split is chosen by cost in both. "
            + $"Right: the largest error of a value over the root mean square of those of its l and species, against waves at 1e-12, over the time for {atoms} ions; "
            + "dashed: the tolerance of each point. Not in the paper."
        Conclusion =
            $"From {(large m.Mesh).Head.Ions} to {last.Ions} ions the mesh's time grows as N to the power {law m.Mesh:F2} and its memory as N to the power {room m.Mesh:F2}; at {last.Ions} "
            + $"ions {perIon last:F0} µs and {bytes last / 1000.:F1} kB for each. A sum over waves grows as N to the power {law m.Waves:F2} and takes {slower:F1} times "
            + $"as long at {shared.Ions} ions. Each decade of accuracy makes the mesh {(dear.Cost / cheap.Cost) ** (1. / (float (m.MeshAccuracy.Length - 1))):F2} times as slow on average; "
            + $"{met} of {accuracies.Length} errors are within the tolerance asked for."
        Table =
            Table.Create(
                [ "evaluator"; "ions"; "tolerance"; "seconds"; "us_per_ion"; "bytes_per_ion"; "largest_relative_error" ],
                [
                    for name, points in [ "mesh", m.Mesh; "waves", m.Waves ] do
                        for p in points ->
                            [ Text name; Whole p.Ions; Number tolerance; Number p.Seconds; Number(perIon p); Number(bytes p); Text "" ]
                    for name, points in [ "mesh", m.MeshAccuracy; "waves", m.WavesAccuracy ] do
                        for a in points ->
                            [
                                Text name
                                Whole atoms
                                Number a.Tolerance
                                Number(1e-6 * a.Cost * float atoms)
                                Number a.Cost
                                Text ""
                                Number a.Error
                            ]
                ]
            )
        Picture = {
            Key = [ "", [ mesh; waves; asked ] ]
            Width = 250.
            Rows = [
                250.,
                [
                    Panel.of' "" (x ()) (Axis.logarithmicOver "time / s" [ for p in m.Mesh @ m.Waves -> p.Seconds ]) [
                        curve mesh _.Seconds m.Mesh
                        curve waves _.Seconds m.Waves
                    ]
                    Panel.of' "" (x ()) (Axis.logarithmicOver "memory / MB" [ for p in m.Mesh @ m.Waves -> megabytes p ]) [
                        curve mesh megabytes m.Mesh
                        curve waves megabytes m.Waves
                    ]
                    Panel.of'
                        ""
                        (Axis.logarithmicOver "time per ion / µs" costs)
                        (Axis.logarithmicOver "relative error" [
                            for a in accuracies do
                                a.Error
                                a.Tolerance
                        ])
                        [
                            for series, points in [ mesh, m.MeshAccuracy; waves, m.WavesAccuracy ] do
                                Curve({ series with Stroke = Some Dashed; Symbol = None }, [ for a in points -> a.Cost, a.Tolerance ])
                                Curve(series, [ for a in points -> a.Cost, a.Error ])
                        ]
                ]
            ]
        }
    }
