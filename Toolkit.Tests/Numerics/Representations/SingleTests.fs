/// Programs in float32 beside those in float64.
module Toolkit.Tests.Numerics.Representations.SingleTests

#nowarn "9"

open System
open System.Numerics
open System.Runtime.InteropServices
open FSharp.NativeInterop
open Expecto
open Toolkit.Numerics.Expansion
open Toolkit.Numerics.Radial
open Toolkit.Numerics.Representations
open Toolkit.Numerics.Structures
open Toolkit.Tests.Laws
open Toolkit.Tests.Golden

/// Numbers of one structure in both precisions.
let private both (representation: Representation) (s: Structure) threads =
    let double, single =
        Array.zeroCreate<float> (s.Count * representation.FeatureCount), Array.zeroCreate<float32> (s.Count * representation.FeatureCount)
    representation.Compute(s, Span double, threads)
    representation.ComputeSingle(s, Span single, threads)
    double, single

let private specPath = System.IO.Path.Combine(GoldenFile.folder, "spec.json")

/// What a program's backward pass makes of numbers in the place of coefficients, [environment, block], and of weights of features:
/// derivatives by the coefficients, [environment, block].
let private backward<'T
    when 'T: unmanaged and 'T: struct and 'T: (new: unit -> 'T) and 'T :> ValueType and 'T :> IBinaryFloatingPointIeee754<'T>>
    (program: FeatureProgram<'T>)
    (coefficients: float[][][])
    (weights: float[][])
    : float[][][] =
    let environments = coefficients.Length
    use blocks = program.CreateMemory(max program.Batch environments, true)
    let held = ResizeArray<nativeptr<'T>>()

    let hold (numbers: float[]) : nativeptr<'T> =
        let memory = NativeMemory.AlignedAlloc(unativeint ((numbers.Length + 64) * sizeof<'T>), 64un) |> NativePtr.ofVoidPtr<'T>
        held.Add memory

        for k in 0 .. numbers.Length + 63 do
            NativePtr.set memory k (if k < numbers.Length then 'T.CreateChecked<float>(numbers[k]) else 'T.Zero)

        memory

    try
        let adjoints = [|
            for i in 0 .. environments - 1 do
                blocks.Point(program.Features, i, NativePtr.ofNativeInt<'T> 0n, hold (weights[i]))

                [|
                    for b in 0 .. coefficients[i].Length - 1 do
                        let given = coefficients[i][b]
                        let adjoint = hold (Array.zeroCreate given.Length)
                        blocks.Point(b, i, hold given, adjoint)
                        adjoint, given.Length
                |]
        |]

        program.Prepare(blocks, environments)
        program.Backward(blocks, environments)

        adjoints
        |> Array.map (Array.map (fun (adjoint, length) -> Array.init length (fun k -> Double.CreateChecked<'T>(NativePtr.get adjoint k))))
    finally
        for memory in held do
            NativeMemory.AlignedFree(NativePtr.toVoidPtr memory)

let private largest (values: float[]) = values |> Array.map abs |> Array.max

[<Tests>]
let tests =
    testList "Numerics.Representations.SingleTests" [
        testCase "features in float32 are those in float64 to a few units of float32, for every golden specification" <| fun () ->
            let structures = GoldenFile.structures.Force()

            for name, json in GoldenSpecs.all do
                let representation = Surface.representation json specPath (List.map snd structures)

                for what, s in structures do
                    let double, single = both representation s 1
                    // Sums of products of numbers rounded to 6e-8: a feature may be small where its terms are not.
                    let allowed = 1e-5 * largest double

                    for k in 0 .. double.Length - 1 do
                        if not (abs (double[k] - float single[k]) <= allowed) then
                            Assert.Fail $"{name}, {what}, number {k}: {double[k]:R} in float64, {single[k]:R} in float32, allowed {allowed:E1}"

                    // They are made in float32, not rounded to it: not all the same bits.
                    if name = "bispectrum.small" then Assert.NotEqual<float32[]>(Array.map float32 double, single)

        testCase "derivatives by coefficients in float32 are those in float64 to a few units of float32, for every golden specification"
        <| fun () ->
            let structures = GoldenFile.structures.Force()
            let mutable programs = 0

            for name, json in GoldenSpecs.all do
                let representation = Surface.representation json specPath (List.map snd structures)
                let random = Random 3

                for program, single in Seq.zip representation.Programs representation.SinglePrograms do
                    let numbers length = Array.init length (fun _ -> float (float32 (2. * random.NextDouble() - 1.)))
                    let features = program.Shapes[program.Features].Channels
                    let environments = min 3 program.Batch

                    let coefficients = [|
                        for _ in 1..environments ->
                            [|
                                for b in 0 .. representation.Potentials.Count ->
                                    numbers (program.Shapes[b].Rows * program.Shapes[b].Channels)
                            |]
                    |]

                    let weights = [|
                        for _ in 1..environments do
                            let gradient = numbers features

                            if representation.IsArranged then
                                let arranged = Array.zeroCreate representation.ArrangedLength
                                representation.Arrange(ReadOnlySpan gradient, Span arranged)
                                arranged
                            else
                                gradient
                    |]

                    let double, found = backward program coefficients weights, backward single coefficients weights
                    programs <- programs + 1

                    for i in 0 .. environments - 1 do
                        for b in 0 .. representation.Potentials.Count do
                            let exact, rounded = double[i][b], found[i][b]
                            let allowed = 2e-5 * largest exact
                            Assert.True(features = 0 || allowed > 0. || representation.Potentials.Count > 0, name)

                            for k in 0 .. exact.Length - 1 do
                                if not (abs (exact[k] - rounded[k]) <= allowed) then
                                    Assert.Fail
                                        $"{name}, environment {i}, block {b}, number {k}: {exact[k]:R} in float64, {rounded[k]:R} in float32, allowed {allowed:E1}"

                            // Made in float32, not rounded to it.
                            if name = "bispectrum.small" then
                                Assert.NotEqual<float[]>(exact |> Array.map (fun x -> float (float32 x)), rounded)

            Assert.True(programs >= GoldenSpecs.all.Length)

        testCase "features in float32 do not depend on the number of threads" <| fun () ->
            let structures = GoldenFile.structures.Force()

            for _, json in GoldenSpecs.all |> List.filter (fun (name, _) -> name.EndsWith(".small", StringComparison.Ordinal)) do
                let representation = Surface.representation json specPath (List.map snd structures)

                for _, s in structures do
                    let bits threads = both representation s threads |> snd |> Array.map BitConverter.SingleToInt32Bits
                    Assert.Equal<int>(bits 1, bits 3)

        testCase "features that are written past the caches are those that are not, to the bit, in both precisions"
        <| fun () ->
            let random = Random 5
            let side, apart = 6, 2.4
            let count = side * side * side

            let positions = [|
                for k in 0 .. count - 1 do
                    for c in [ k / (side * side); k / side % side; k % side ] -> apart * float c + 0.2 * random.NextDouble()
            |]

            let s =
                Structure.Create(
                    ReadOnlySpan(Array.create count 14),
                    ReadOnlySpan positions,
                    Cell.Cubic(apart * float side),
                    Periodicity.All
                )

            let radial = RadialTable.Build(SmearedGto(GtoBasis(12, 3.5), 4, 3.5, 0.4), CutoffFunction(3.5, 0.5))
            let expansion = DensityExpansion(radial, [ 14 ])

            for representation in [ LambdaSoap expansion :> Representation; Bispectrum(expansion, Parities.Both) ] do
                let length = representation.FeatureCount
                // Larger than what is written into the caches; some atoms of it are not.
                Assert.True(4L * int64 count * int64 length > (1L <<< 23), $"{length} features")
                let centres = [| 3; 100; 215 |]
                use surrounded = (RepresentationSet.Of representation).Surround(s, 1)
                let double, single = both representation s 1
                let few, fewSingle = Array.zeroCreate<float>(centres.Length * length), Array.zeroCreate<float32>(centres.Length * length)
                surrounded.Compute(centres, Span few, 1)
                surrounded.Compute(centres, Span fewSingle, 1)

                for k in 0 .. centres.Length - 1 do
                    Assert.Equal<float[]>(
                        few[k * length .. (k + 1) * length - 1],
                        double[centres[k] * length .. (centres[k] + 1) * length - 1]
                    )

                    Assert.Equal<float32[]>(
                        fewSingle[k * length .. (k + 1) * length - 1],
                        single[centres[k] * length .. (centres[k] + 1) * length - 1]
                    )

        testCase "memory of another length is refused in float32, too"
        <| fun () ->
            let structures = GoldenFile.structures.Force()
            let _, json = GoldenSpecs.all |> List.find (fun (name, _) -> name = "power-spectrum.small")
            let representation = Surface.representation json specPath (List.map snd structures)

            let message =
                Assert
                    .Throws<ArgumentException>(fun () -> representation.ComputeSingle(snd structures.Head, Span(Array.zeroCreate 5), 1))
                    .Message

            Assert.Contains("got 5", message)
    ]
