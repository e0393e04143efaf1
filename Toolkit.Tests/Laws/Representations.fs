/// The laws that every representation obeys, invariant or equivariant, and the structures on which they are hardest.
module Toolkit.Tests.Laws.Representations

#nowarn "9"

open System
open FSharp.NativeInterop
open FsCheck
open FsCheck.FSharp
open Toolkit.Numerics.Expansion
open Toolkit.Numerics.Structures
open Toolkit.Numerics.Representations
open Toolkit.Numerics.Representations.Gradients
open Toolkit.Testing

/// What the laws need to know of a representation.
type Subject =
    { Name: string
      Representation: Representation
      /// The vectors that the features depend on: key, and whether they turn as positions or as spins.
      Vectors: (string * Rotations.Parity) list
      /// Numbers per atom.
      FeatureCount: int
      /// Å; all atoms within it are seen.
      Cutoff: float
      /// [atom, feature].
      Compute: Structure -> float[]
      Gradients: Structure -> FeatureGradients
      /// Energy and derivatives of Σ_i weights · features_i, by the backward pass.
      Energy: float[] -> Structure -> Evaluation
      /// What an orthogonal matrix does to one atom's features.
      Turn: float[] -> float[] -> float[] }

let private linear (weights: float[]) : IReadout =
    { new ILinearReadout with
        member _.Constant _ = 0.
        member _.Weights _ = ReadOnlySpan weights }

let private subject name (r: Representation) gradients turn : Subject =
    let set = RepresentationSet.Of r

    { Name = name
      Representation = r
      Vectors = [ for f in r.Expansion.Fields -> f.Key, (if f.Axial then Rotations.Axial else Rotations.Polar) ]
      FeatureCount = r.FeatureCount
      Cutoff = r.Expansion.Cutoff
      Compute = set.Compute
      Gradients = gradients
      Energy = fun weights s -> set.Evaluate(s, linear weights)
      Turn = turn }

/// Scalars, and pseudoscalars where `isPseudo` says so of a feature's place.
let invariant (name: string) (isPseudo: int -> bool) (r: InvariantRepresentation) : Subject =
    subject name r (fun s -> r.ComputeWithGradients s) (fun m row ->
        let sign = if Rotations.determinant m < 0. then -1. else 1.
        row |> Array.mapi (fun f x -> if isPseudo f then sign * x else x))

/// Blocks (λ, σ) that turn with σ D_λ: D_λ of a proper rotation, times −1 in a mirror where σ = −1.
let equivariant (name: string) (r: EquivariantRepresentation) : Subject =
    subject name r (fun s -> r.ComputeWithGradients s) (fun m row ->
        let mirror = Rotations.determinant m < 0.

        [|
            for block in r.Layout do
                let d = Harmonics.wignerD block.Key.Lambda m
                let sign = if mirror && block.Key.Sigma < 0 then -1. else 1.

                for mu in 0 .. block.Components - 1 do
                    for q in 0 .. block.Channels - 1 do
                        Seq.sum (seq { for k in 0 .. block.Components - 1 -> sign * d[mu][k] * row[block.First + k * block.Channels + q] })
        |])

/// |expected − found| ≤ tolerance · (the largest |expected|, or what cancels in them), entry by entry.
let private closeBeside (least: float) (what: string) (tolerance: float) (expected: float[]) (found: float[]) =
    Assert.Equal(expected.Length, found.Length)
    let scale = Array.fold (fun m x -> max m (abs x)) least expected

    for k in 0 .. expected.Length - 1 do
        if not (abs (expected[k] - found[k]) <= tolerance * scale) then
            Assert.Fail $"{what}, entry {k}: expected {expected[k]:R}, found {found[k]:R}, scale {scale:R}"

/// |expected − found| ≤ tolerance · (the largest |expected|), entry by entry.
let close (what: string) = closeBeside 1e-3 what

/// The structure with random vectors where the features depend on them.
let private complete (subject: Subject) (seed: int) (s: Structure) =
    subject.Vectors
    |> List.map fst
    |> List.distinct
    |> List.indexed
    |> List.fold (fun s (k, key) -> RandomStructure.withVectors key (seed + k) s) s

let private rows (subject: Subject) (values: float[]) = values |> Array.chunkBySize subject.FeatureCount

let private displaced (s: Structure) at h =
    let r = s.Positions.ToArray()
    r[at] <- r[at] + h
    s.WithPositions(ReadOnlySpan r)

/// With one component of one atom's vector changed.
let private turned (key: string) (s: Structure) at h =
    let v = s.AtomProperties[key].Reals.ToArray()
    v[at] <- v[at] + h
    s.WithAtomProperty(key, PropertyArray.Real(ReadOnlySpan v, 3))

/// (f(h) − f(−h))/2h with the next order taken off: gradients may be small where third derivatives are not.
let private difference (h: float) (f: float -> float[]) =
    let over h = Array.map2 (fun p m -> (p - m) / (2. * h)) (f h) (f -h)
    Array.map2 (fun near far -> (4. * near - far) / 3.) (over h) (over (2. * h))

/// ∂(all features)/∂(one coordinate or component of a vector) out of the sparse rows [row, kind, xyz, feature].
let private column (subject: Subject) (s: Structure) (found: FeatureGradients) (gradients: float[]) kinds kind at =
    let n = subject.FeatureCount
    let result = Array.zeroCreate (s.Count * n)

    for i in 0 .. s.Count - 1 do
        for row in found.Offsets[i] .. found.Offsets[i + 1] - 1 do
            if found.Atoms[row] = at / 3 then
                for f in 0 .. n - 1 do
                    result[i * n + f] <- result[i * n + f] + gradients[((row * kinds + kind) * 3 + at % 3) * n + f]

    result

/// Explicit gradients by the given coordinates, and by the same components of vectors, are the differences of the features
/// over a step, Å.
let gradientsAreDifferences (tolerance: float) (step: float) (coordinates: int seq) (subject: Subject) (s: Structure) =
    let found = subject.Gradients s
    close $"{subject.Name}, values beside gradients" 1e-13 (subject.Compute s) (found.Values.ToArray())
    let places, vectors = found.Gradients.ToArray(), found.VectorGradients.ToArray()

    for at in coordinates do
        let expected = difference step (fun h -> subject.Compute(displaced s at h))
        close $"{subject.Name}, gradient by coordinate {at}" tolerance expected (column subject s found places 1 0 at)

        for k, (key, _) in List.indexed subject.Vectors do
            // Nothing about a vector is rough, wherever the atoms are.
            let expected = difference 1e-3 (fun h -> subject.Compute(turned key s at h))
            let own = column subject s found vectors subject.Vectors.Length k at
            close $"{subject.Name}, gradient by component {at} of {key}" 1e-8 expected own

/// Features of coefficients.
let private run (part: PartMemory) (r: Representation) coefficients features =
    let program = r.Program
    let blocks = part.Blocks(program, 0, false)
    blocks.Point(FeatureProgram<float>.Coefficients, 0, coefficients, NativePtr.nullPtr)
    blocks.Point(program.Features, 0, features, NativePtr.nullPtr)
    program.Prepare(blocks, 1)
    program.Forward(blocks, 1)

/// What is written where it stays is what is copied there otherwise, is taken from the sum, and touches nothing behind its end.
let private finishedRowsAreThose name (gradients: PairGradients) block lane (expected: float[]) =
    let mutable at = 0

    for chunk in 0 .. gradients.Chunks - 1 do
        let struct (_, count) = gradients.Chunk chunk
        gradients.Select(chunk, block)

        if gradients.CanFinish then
            let stride = (count + 15) / 8 * 8
            let rows, sums, work = Array.create (3 * count + 8) 7., Array.create (3 * stride) 1., Array.zeroCreate (3 * stride)
            use rows' = fixed rows
            use sum = fixed sums
            use work = fixed work
            use first = fixed [| rows' |]
            gradients.Finish(lane, 1, first, first, count, sum, work, stride)

            for d in 0..2 do
                let own = Array.sub expected (d * expected.Length / 3 + at) count
                close name 1e-15 own rows[d * count .. (d + 1) * count - 1]
                close $"{name}, sum" 1e-15 (own |> Array.map (fun x -> 1. - x)) sums[d * stride .. d * stride + count - 1]

            Assert.All(rows[3 * count ..], (fun x -> Assert.Equal(7., x)))

        at <- at + count

/// The gradients by each pair are those of forward products, whatever shorter way a representation knows.
let pairGradientsAreForwardProducts (subject: Subject) (s: Structure) =
    let r, e = subject.Representation, subject.Representation.Expansion
    let around = e.Around(s, 1)
    use scratch = e.CreateScratch()
    use part = new PartMemory(r, 1)
    let features = Array.zeroCreate<float> (r.FeatureCount + 8)
    use target = fixed features
    let found = Array.zeroCreate<float> (3 * (r.FeatureCount + 8))
    use explicitly = fixed found

    let rows (gradients: PairGradients) (make: int -> unit) =
        [| for chunk in 0 .. gradients.Chunks - 1 do
               let struct (_, count) = gradients.Chunk chunk
               make chunk

               for d in 0..2 do
                   found[d * (r.FeatureCount + 8) .. d * (r.FeatureCount + 8) + count - 1] |]

    // [xyz, feature], whatever the chunks are.
    let whole (gradients: PairGradients) make =
        let pieces = rows gradients make
        [| for d in 0..2 do
               for chunk in 0 .. gradients.Chunks - 1 do
                   yield! pieces[3 * chunk + d] |]

    for i in 0 .. min 2 (s.Count - 1) do
        e.Expand<float>(around, i, scratch)
        run part r scratch.Coefficients target
        e.DifferentiateRadial scratch
        let all = [ part.Gradients; part.Tangents :> PairGradients ]

        for gradients in all do
            gradients.Begin(around, scratch)

        for block in 0 .. scratch.Blocks - 1 do
            e.Differentiate(scratch, block, true)

            for gradients in all do
                gradients.AddBlock block

        for block in 0 .. scratch.Blocks - 1 do
            for lane in 0 .. scratch.Used[block] - 1 do
                let by (gradients: PairGradients) (write: unit -> unit) =
                    whole gradients (fun chunk ->
                        gradients.Select(chunk, block)
                        write ())

                let places =
                    all |> List.map (fun g -> by g (fun () -> g.Places(lane, 1, explicitly, r.FeatureCount + 8)))

                close $"{subject.Name}, pair by place" 1e-13 places[1] places[0]
                finishedRowsAreThose $"{subject.Name}, pair where it stays" part.Gradients block lane places[0]

                for f in 0 .. e.Fields.Count - 1 do
                    if e.Columns(f).Slot(scratch.Group[block]) >= 0 then
                        let vectors =
                            all |> List.map (fun g -> by g (fun () -> g.Vectors(f, lane, explicitly, r.FeatureCount + 8)))

                        close $"{subject.Name}, pair by vectors" 1e-13 vectors[1] vectors[0]

    around.Pairs.Dispose()

/// The backward pass gives the energy, and with the explicit gradients the same forces and effective fields; the virial is
/// minus the derivative by the strain of atoms and cell together, the cell gradient that by lattice vectors with the atoms at
/// rest, and the virial holds both.
let backwardIsTransposed (tolerance: float) (random: Random) (subject: Subject) (s: Structure) =
    let weights = Array.init subject.FeatureCount (fun _ -> Rotations.normal random)
    let dot (values: float[]) = values |> rows subject |> Array.sumBy (Array.fold2 (fun sum x y -> sum + x * y) 0. weights)
    let found = subject.Energy weights s
    let values = subject.Compute s
    let scale = values |> Array.mapi (fun k x -> abs (weights[k % weights.Length] * x)) |> Array.sum
    Assert.Equal(dot values, found.Energy, 1e-12 * (1e-3 + scale))
    let gradients = subject.Gradients s
    let places, vectors = gradients.Gradients.ToArray(), gradients.VectorGradients.ToArray()
    let expected = Array.init (3 * s.Count) (fun at -> -dot (column subject s gradients places 1 0 at))
    close $"{subject.Name}, forces" 1e-9 expected found.Forces

    for k, (key, _) in List.indexed subject.Vectors do
        let expected = Array.init (3 * s.Count) (fun at -> -dot (column subject s gradients vectors subject.Vectors.Length k at))
        close $"{subject.Name}, effective field of {key}" 1e-9 expected found.EffectiveFields[k]

    let strained a b step =
        let strain = Array.copy Rotations.identity
        strain[3 * a + b] <- strain[3 * a + b] + step
        dot (subject.Compute(s.Transform strain))

    let virial = Array.init 9 (fun k -> -(strained (k / 3) (k % 3) 1e-5 - strained (k / 3) (k % 3) -1e-5) / 2e-5)
    // Differences are good to a part of the terms, which may cancel in the virial.
    let least = 1e-3 + 1e-2 * scale
    closeBeside least $"{subject.Name}, virial" tolerance virial found.Virial

    let lattice =
        match s.Cell with
        | null -> Array.zeroCreate 9
        | cell -> cell.Vectors.ToArray()

    let stretched k step =
        let changed = Array.copy lattice
        changed[k] <- changed[k] + step
        dot (subject.Compute(s.WithCell(Cell(ReadOnlySpan changed), s.Periodic)))

    let cell = Array.init 9 (fun k -> if s.Periodic[k / 3] then (stretched k 1e-5 - stretched k -1e-5) / 2e-5 else 0.)
    closeBeside least $"{subject.Name}, cell gradient" tolerance cell found.CellGradient

    let both =
        Array.init 9 (fun k ->
            let atoms = Seq.sum (seq { for i in 0 .. s.Count - 1 -> found.Forces[3 * i + k / 3] * s.Positions[3 * i + k % 3] })
            atoms - Seq.sum (seq { for a in 0..2 -> found.CellGradient[3 * a + k / 3] * lattice[3 * a + k % 3] }))

    close $"{subject.Name}, virial of atoms and cell" 1e-9 both found.Virial

/// Random structures of every periodicity, with a seed for what is done to them.
let cases (subjects: Subject list) (sizes: int * int) : Arbitrary<Subject * RandomStructure.Recipe * int> =
    let recipes = RandomStructure.recipes sizes
    let gen = Gen.zip3 (Gen.elements subjects) recipes.Generator (Gen.choose (0, 1 <<< 30))
    Arb.fromGenShrink (gen, (fun (k, recipe, seed) -> recipes.Shrinker recipe |> Seq.map (fun r -> k, r, seed)))

/// The features as any other program's, for the laws of Toolkit.Testing.
let tested (subject: Subject) : Toolkit.Testing.Subject =
    (Toolkit.Testing.Subject.PerAtom(subject.Name, subject.Compute).WithSpecies(1, 6, 8, 14, 26), subject.Vectors |> List.distinctBy fst)
    ||> List.fold (fun tested (key, parity) -> tested.WithVector(key, (parity = Rotations.Axial), false))

/// They turn and move with the structure, mirrors included, and are permuted with its atoms: on so many structures of all of
/// them together.
let haveSymmetries (count: int) (subjects: Subject list) =
    for subject in subjects do
        let tested = (tested subject).WithCases(max 3 (count / subjects.Length))
        Laws.AssertEquivariant(tested, fun m row -> subject.Turn m row)
        Laws.AssertPermutation tested
        Laws.AssertTranslationInvariant tested

/// Explicit gradients and the backward pass agree with differences in every periodicity, and the gradients by pairs with
/// forward products.
let haveGradients (count: int) (subjects: Subject list) =
    Law.holdsFor count (cases subjects (1, 5)) (fun (subject, recipe, seed) ->
        let s = RandomStructure.build recipe |> complete subject seed
        let random = Random seed
        pairGradientsAreForwardProducts subject s
        gradientsAreDifferences 3e-6 1e-4 [ random.Next(3 * s.Count) ] subject s
        backwardIsTransposed 2e-5 random subject s)

/// Random coefficients c[q][lm] of a density, and the features of a representation that is given them.
let execute (random: Random) (representation: Representation) : float[][] * float[] =
    let e = representation.Expansion
    let memory = Array.zeroCreate<float> ((e.LMax + 1) * (e.LMax + 1) * e.Width)

    let c =
        Array.init e.ChannelCount (fun q ->
            Array.init ((e.LMax + 1) * (e.LMax + 1)) (fun lm ->
                let value = Rotations.normal random
                memory[lm * e.Width + q / e.NMax * e.GroupStride + q % e.NMax] <- value
                value))

    let features = Array.zeroCreate<float> representation.FeatureCount
    use coefficients = fixed memory
    use target = fixed features
    use part = new PartMemory(representation, 1)
    run part representation coefficients target
    c, features

let private structure (atoms: (int * float * float * float) list) =
    let species = atoms |> List.map (fun (z, _, _, _) -> z) |> Array.ofList
    let positions = atoms |> List.collect (fun (_, x, y, z) -> [ x; y; z ]) |> Array.ofList
    Structure.Create(ReadOnlySpan species, ReadOnlySpan positions)

/// Structures on which codes go wrong, of H and O: what they are, the structure, how well a difference can be taken, and over
/// which step.
let hard (cutoff: float) : (string * Structure * float * float) list =
    let small = 0.55 * cutoff
    let cell = Cell(ReadOnlySpan [| small; 0.1; 0.2; -0.3; small; 0.1; 0.2; 0.25; 1.2 * small |])
    let pair = [ 8, 0.1, 0.2, 0.3; 1, 0.7, 0.4, 1.1 ]
    let periodic a b c = (structure pair).WithCell(cell, Periodicity(a, b, c))
    let d = 0.3 * cutoff

    [ "several images of each atom within the cutoff", periodic true true true, 2e-6, 1e-4
      "the same in a slab", periodic true true false, 2e-6, 1e-4
      "the same in a wire", periodic false false true, 2e-6, 1e-4
      "the same without periodicity", structure pair, 2e-6, 1e-4
      "neighbours on the poles", structure [ 8, 0., 0., 0.; 1, 0., 0., 1.1; 1, 0., 0., -1.3; 8, 0.9, 0.5, 0.2 ], 2e-6, 1e-4
      "neighbours on the axes", structure [ 8, 0., 0., 0.; 1, 1.2, 0., 0.; 8, 0., -1., 0.; 1, 0., 0., 1. ], 2e-6, 1e-4
      "neighbours in one direction", structure [ 8, 0., 0., 0.; 1, d, d, 0.; 1, 1.4 * d, 1.4 * d, 0.; 8, -d, -d, 0. ], 2e-6, 1e-4
      "all atoms on a line", structure [ 8, 0., 0., 0.; 1, 0., 0., 1.; 1, 0., 0., 2.1; 8, 0., 0., -1.2 ], 2e-6, 1e-4
      // The shifted cosine's second derivative jumps there: differences are good to first order in the step only.
      "a neighbour at the cutoff", structure [ 8, 0., 0., 0.; 1, 0., 0., 1.; 1, cutoff, 0., 0. ], 1e-3, 1e-6
      "a neighbour just inside and one just outside the cutoff",
      structure [ 8, 0., 0., 0.; 1, 0., 0., cutoff - 1e-3; 1, cutoff + 1e-3, 0., 0.; 1, 1., 0., 0.4 ], 1e-3, 1e-6
      "atoms close together", structure [ 8, 0., 0., 0.; 1, 0.05, 0.02, 0.03; 1, 0.5, 0.6, -0.9 ], 2e-5, 1e-4
      "atoms out of each other's sight", structure [ 8, 0., 0., 0.; 1, 3. * cutoff, 0., 0. ], 1e-12, 1e-4
      "one atom", structure [ 8, 1., 2., 3. ], 1e-12, 1e-4
      "one atom and its images", (structure [ 8, 1., 2., 3. ]).WithCell(cell, Periodicity(true, true, true)), 2e-6, 1e-4 ]

/// All laws of gradients on the hard structures.
let gradientsOnHardStructures (subject: Subject) =
    for what, bare, tolerance, step in hard subject.Cutoff do
        let s = complete subject 3 bare

        try
            gradientsAreDifferences tolerance step (seq { 0 .. 3 * s.Count - 1 }) subject s
            backwardIsTransposed (max (5. * tolerance) 1e-8) (Random 5) subject s
        with e ->
            raise (Exception($"{what}: {e.Message}", e))
