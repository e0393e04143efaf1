namespace Toolkit.Testing

open System
open System.Collections.Generic
open System.IO
open FsCheck
open FsCheck.FSharp
open Toolkit.Numerics.Structures

/// The laws of features of atomic structures. Each is tried on random structures of every periodicity; where it is broken
/// LawBrokenException says by how much, on which structure (the smallest that was found, as extended XYZ), and with which
/// seed the same cases run again.
[<AbstractClass; Sealed>]
type Laws private () =

    static let show (s: Structure) =
        use text = new StringWriter()
        ExtendedXyzWriter.Write(text, s)
        text.ToString().TrimEnd()

    static let rows (subject: Subject) (s: Structure) (values: float[]) : float[][] =
        if not subject.IsPerAtom then
            [| values |]
        elif values.Length % s.Count <> 0 then
            raise (LawBrokenException $"{values.Length} numbers for {s.Count} atoms, expected as many for each")
        elif values.Length = 0 then
            Array.replicate s.Count [||]
        else
            Array.chunkBySize (values.Length / s.Count) values

    static let close (what: string) (tolerance: float) (floor: float) (expected: float[]) (found: float[]) =
        if expected.Length <> found.Length then
            raise (LawBrokenException $"{what}: expected {expected.Length} numbers, found {found.Length}")

        let scale = Array.fold (fun m x -> max m (abs x)) floor expected

        for k in 0 .. expected.Length - 1 do
            // Also where one of them is no number.
            if not (abs (expected[k] - found[k]) <= tolerance * scale) then
                let off = abs (expected[k] - found[k]) / scale
                raise (LawBrokenException $"{what}, number {k}: expected {expected[k]:R}, found {found[k]:R}, off by {off:E1} of the largest")

    static let compare (subject: Subject) what expected found =
        close what subject.Settings.Tolerance subject.Settings.Floor expected found

    static let complete (subject: Subject) (seed: int) (s: Structure) =
        subject.Vectors |> List.indexed |> List.fold (fun s (k, v) -> RandomStructure.withVectors v.Key (seed + k) s) s

    /// Tries a law on structures of the subject's kind, each with a source of random numbers.
    static let tryWith (kinds: Periodicity list -> Periodicity list) (subject: Subject) (law: string) (check: Random -> Structure -> unit) =
        let settings = subject.Settings
        let recipes = RandomStructure.recipesFrom settings.Species (kinds settings.Periodic) settings.Spacing settings.Sizes
        let cases = Gen.zip recipes.Generator (Gen.choose (0, 1 <<< 30))
        let shrink (recipe, seed) = recipes.Shrinker recipe |> Seq.map (fun r -> r, seed)
        let structure (recipe, seed) = RandomStructure.build recipe |> complete subject seed

        Law.check $"{subject.Name}: {law}" settings.Cases (structure >> show) (Arb.fromGenShrink (cases, shrink)) (fun (recipe, seed) ->
            check (Random seed) (structure (recipe, seed)))

    static let tryLaw subject law check = tryWith id subject law check

    static let turned (subject: Subject) (m: float[]) (s: Structure) =
        Rotations.apply (subject.Vectors |> List.map (fun v -> v.Key, v.Parity)) m s

    static let equivariant (subject: Subject) law mirrors (turn: float[] -> float[] -> float[]) =
        tryLaw subject law (fun random s ->
            let before = subject.Compute s |> rows subject s

            for m in
                [
                    yield Rotations.randomRotation random
                    if mirrors then
                        yield Rotations.randomReflection random
                ] do
                let what = if Rotations.determinant m < 0. then "after a reflection" else "after a rotation"
                compare subject what (Array.collect (turn m) before) (subject.Compute(turned subject m s)))

    /// The four-point difference of f over ±h and ±2h.
    static let difference (h: float) (f: float -> float[]) =
        let over h = Array.map2 (fun p m -> (p - m) / (2. * h)) (f h) (f -h)
        Array.map2 (fun near far -> (4. * near - far) / 3.) (over h) (over (2. * h))

    static let moved (s: Structure) at h =
        let r = s.Positions.ToArray()
        r[at] <- r[at] + h
        s.WithPositions(ReadOnlySpan r)

    static let bent (key: string) (s: Structure) at h =
        let v = s.AtomProperties[key].Reals.ToArray()
        v[at] <- v[at] + h
        s.WithAtomProperty(key, PropertyArray.Real(ReadOnlySpan v, 3))

    /// One column of a gradient [value, coordinate].
    static let column (values: int) (coordinates: int) (gradient: float[]) at =
        if gradient.Length <> values * coordinates then
            raise (LawBrokenException $"a gradient of {gradient.Length} numbers, expected {values} values by {coordinates} coordinates")

        Array.init values (fun k -> gradient[k * coordinates + at])

    /// Every coordinate of small structures, three random ones of others.
    static let some (random: Random) (s: Structure) = if s.Count = 1 then [ 0..2 ] else List.init 3 (fun _ -> random.Next(3 * s.Count))

    static let requireVector (subject: Subject) key =
        if not (List.exists (fun v -> v.Key = key) subject.Vectors) then
            invalidArg (nameof key) $"'{key}' is none of the vectors of {subject.Name}: name it by WithVector"

    /// The numbers do not change when the structure is rotated with its vectors; with mirrors also when it is reflected, axial
    /// vectors as spins.
    static member AssertInvariant(subject: Subject, mirrors: bool) : unit =
        equivariant subject "numbers are invariant" mirrors (fun _ row -> row)

    /// The same, mirrors included.
    static member AssertInvariant(subject: Subject) : unit = Laws.AssertInvariant(subject, true)

    /// The numbers of an atom, or of the structure, turn as stated when the structure does: turn is given an orthogonal matrix
    /// (nine numbers, row-major; determinant −1: a reflection) and the numbers before.
    static member AssertEquivariant(subject: Subject, turn: Func<float[], float[], float[]>) : unit =
        equivariant subject "numbers turn with the structure" true (fun m row -> turn.Invoke(m, row))

    /// The numbers of an atom, or of the structure, are blocks that turn like real harmonics of order λ, with σ (−1)^λ under the
    /// inversion; numbers that stand in no block are invariant.
    static member AssertEquivariant(subject: Subject, blocks: IEnumerable<Harmonics.Block>) : unit =
        let blocks = List.ofSeq blocks
        equivariant subject "blocks turn with the structure" true (Harmonics.turn blocks)

    /// The numbers of an atom, or of the structure, are vectors x, y, z one after the other, as forces (polar) or torques (axial).
    static member AssertVectors(subject: Subject, isAxial: bool) : unit =
        equivariant subject "vectors turn with the structure" true (fun m row ->
            let sign = if isAxial && Rotations.determinant m < 0. then -1. else 1.
            Rotations.applyToVectors m (ReadOnlySpan row) |> Array.map (fun x -> sign * x))

    /// The numbers do not change when all atoms are moved by the same vector.
    static member AssertTranslationInvariant(subject: Subject) : unit =
        tryLaw subject "numbers do not change with a translation" (fun random s ->
            let by () = 10. * random.NextDouble() - 5.
            compare subject "after a translation" (subject.Compute s) (subject.Compute(Rotations.translate (by (), by (), by ()) s)))

    /// The numbers of atoms are permuted with them; those of the structure do not change.
    static member AssertPermutation(subject: Subject) : unit =
        tryLaw subject "numbers are permuted with the atoms" (fun random s ->
            let order = Rotations.randomPermutation random s.Count
            let before = subject.Compute s |> rows subject s
            let expected = if subject.IsPerAtom then order |> Array.collect (fun i -> before[i]) else before[0]
            compare subject "after a permutation" expected (subject.Compute(Rotations.permute order s)))

    /// Every atom of a cell repeated in space has the numbers of its original; those of the structure are multiplied by the number of
    /// copies where isExtensive, else unchanged. Only periodic directions are repeated.
    static member AssertRepeatedCell(subject: Subject, isExtensive: bool) : unit =
        let periodic kinds = kinds |> List.filter (fun (p: Periodicity) -> p.Any)

        if (periodic subject.Settings.Periodic).IsEmpty then
            invalidArg (nameof subject) $"{subject.Name} has no periodic structures: name them by WithPeriodicity"

        tryWith periodic subject "a repeated cell has the numbers of its original" (fun random s ->
            let copies d = if s.Periodic[d] then random.Next(1, 3) else 1
            let na, nb, nc = copies 0, copies 1, copies 2
            // Which atom of the cell each atom of the larger one is, whatever the order of the copies.
            let marked =
                s.WithAtomProperty("original", PropertyArray.Integer(ReadOnlySpan(Array.init s.Count int64))).Replicate(na, nb, nc)

            let original = marked.AtomProperties["original"].Integers.ToArray()
            let before = subject.Compute s |> rows subject s

            let expected =
                if subject.IsPerAtom then original |> Array.collect (fun i -> before[int i])
                elif isExtensive then before[0] |> Array.map (fun x -> float (na * nb * nc) * x)
                else before[0]

            compare subject "of the repeated cell" expected (subject.Compute(marked.WithoutAtomProperty "original")))

    /// Exchanging species exchanges the features that belong to them: places is given what each species becomes and gives for each
    /// feature of a row its place after the exchange.
    static member AssertSpeciesRelabelling(subject: Subject, places: Func<IReadOnlyDictionary<int, int>, int[]>) : unit =
        tryLaw subject "features move with the names of species" (fun random s ->
            let names = Array.ofList subject.Settings.Species
            let others = Array.copy names
            random.Shuffle others
            let map = Dictionary<int, int>()
            Array.iter2 (fun a b -> map[a] <- b) names others
            let relabelled = s.WithSpecies(ReadOnlySpan(s.Species.ToArray() |> Array.map (fun z -> map[z])))
            let place = places.Invoke map
            let after = subject.Compute relabelled |> rows subject s

            compare
                subject
                "after an exchange of species"
                (subject.Compute s)
                (after |> Array.collect (fun row -> place |> Array.map (fun k -> row[k]))))

    /// Reversing time, which reverses the vectors that are odd under it, multiplies each number of a row by its sign.
    static member AssertTimeReversal(subject: Subject, signs: IReadOnlyList<int>) : unit =
        if not (List.exists _.TimeOdd subject.Vectors) then
            invalidArg (nameof subject) $"{subject.Name} has no vector that is odd under time reversal: name one by WithVector"

        tryLaw subject "numbers keep or change their signs when time is reversed" (fun _ s ->
            let reversed =
                subject.Vectors
                |> List.filter _.TimeOdd
                |> List.fold
                    (fun (s: Structure) v ->
                        let values = s.AtomProperties[v.Key].Reals.ToArray() |> Array.map (~-)
                        s.WithAtomProperty(v.Key, PropertyArray.Real(ReadOnlySpan values, 3)))
                    s

            let sign k = if signs.Count = 0 then 1. else float signs[k]
            let expected = subject.Compute s |> rows subject s |> Array.collect (Array.mapi (fun k x -> sign k * x))
            compare subject "with time reversed" expected (subject.Compute reversed))

    /// Reversing time changes no number: an energy, or features of one.
    static member AssertTimeReversal(subject: Subject) : unit = Laws.AssertTimeReversal(subject, [||])

    /// The gradient, [value, atom, xyz] for all numbers of the structure in their order, is that of differences. Images of an atom
    /// move with it.
    static member AssertGradient(subject: Subject, gradient: Func<Structure, float[]>) : unit =
        let settings = subject.Settings

        tryLaw subject "the gradient is that of differences" (fun random s ->
            let found, values = gradient.Invoke s, (subject.Compute s).Length

            for at in some random s do
                let expected = difference settings.Step (fun h -> subject.Compute(moved s at h))
                close $"by coordinate {at}" settings.DifferenceTolerance settings.Floor expected (column values (3 * s.Count) found at))

    /// The gradient by the components of a vector property, [value, atom, xyz], is that of differences.
    static member AssertGradient(subject: Subject, key: string, gradient: Func<Structure, float[]>) : unit =
        requireVector subject key
        let settings = subject.Settings

        tryLaw subject $"the gradient by {key} is that of differences" (fun random s ->
            let found, values = gradient.Invoke s, (subject.Compute s).Length

            for at in some random s do
                let expected = difference 1e-3 (fun h -> subject.Compute(bent key s at h))

                close
                    $"by component {at} of {key}"
                    settings.DifferenceTolerance
                    settings.Floor
                    expected
                    (column values (3 * s.Count) found at))

    /// Forces, [atom, xyz], are minus the gradient of an energy (a subject per structure with one number).
    static member AssertForces(energy: Subject, forces: Func<Structure, float[]>) : unit =
        Laws.AssertGradient(energy, fun s -> forces.Invoke s |> Array.map (~-))

    /// Effective fields, [atom, xyz], are minus the gradient of an energy by the vectors under a key.
    static member AssertEffectiveField(energy: Subject, key: string, field: Func<Structure, float[]>) : unit =
        Laws.AssertGradient(energy, key, fun s -> field.Invoke s |> Array.map (~-))

    /// The virial, xx xy xz yx … in the energy's unit, is −∂E/∂ε of the strain r → (1 + ε) r of atoms and cell, vectors kept.
    static member AssertVirial(energy: Subject, virial: Func<Structure, float[]>) : unit =
        let settings = energy.Settings

        tryLaw energy "the virial is that of differences" (fun _ s ->
            let strained k h =
                let strain = Array.copy Rotations.identity
                strain[k] <- strain[k] + h
                s.Transform(ReadOnlySpan strain)

            let expected = Array.init 9 (fun k -> -(difference settings.Step (fun h -> energy.Compute(strained k h)))[0])
            close "virial" settings.DifferenceTolerance settings.Floor expected (virial.Invoke s))
