namespace Toolkit.Symbolic.Tables

open System
open System.Collections.Generic
open System.IO
open System.Numerics
open Toolkit.Symbolic.Algebra
open Toolkit.Symbolic.AngularMomentum

/// Conversions between two conventions, computed from what the two values say and exact throughout.
module Conversion =

    let private add (what: string) (x: PhasedSurd) (y: PhasedSurd) : PhasedSurd =
        match PhasedSurd.TryAdd(x, y) with
        | Some sum -> sum
        | None ->
            raise (InvalidDataException $"{what}: the terms {x} and {y} of a sum are not commensurable: no coefficients of one coupling")

    /// The unitary matrix M with (harmonics of `target`) = M · (harmonics of `source`) at every point, [index, index], for
    /// functions of degree l that are both orthonormal (`scale` has the ratio otherwise).
    [<CompiledName("Harmonics")>]
    let harmonics (source: Convention) (target: Convention) (l: int) : PhasedSurd[,] =
        let rotated = HarmonicBasis.betweenAxes source.Axes target.Axes l

        let row (c: Convention) (index: int) : (int * PhasedSurd) list =
            let m = c.NumberAt(2 * l, index) / 2
            let turns = PhasedSurd.Create(c.TurnsAt(2 * l, index), Surd.One)

            match c.Basis with
            | Basis.Complex -> [ m, turns ]
            | Basis.Real -> [ for mu, u in HarmonicBasis.realFromComplex m -> mu, turns * u ]

        Array2D.init (2 * l + 1) (2 * l + 1) (fun i k ->
            let mutable sum = PhasedSurd.Zero

            for mu, t in row target i do
                for nu, s in row source k do
                    sum <- add $"harmonics of {source.Name} and {target.Name}" sum (t * rotated[mu + l, nu + l] * s.Conjugate)

            sum)

    /// The size of the harmonics of degree l of `target` over that of `source`.
    [<CompiledName("Scale")>]
    let scale (source: Convention) (target: Convention) (l: int) : float =
        let size (c: Convention) =
            match c.Normalisation with
            | Normalisation.Orthonormal -> 1.0
            | Normalisation.Racah -> sqrt (4.0 * Math.PI / float (2 * l + 1))

        size target / size source

    let private unit (c: Convention) (i: TableIndex) : Surd =
        let struct (_, factor) = Coefficients.toConvention c i Surd.One
        factor

    /// Our coefficients of one block, in the other basis.
    let private changeBasis (source: Basis) (target: Basis) (entries: struct (TableIndex * Surd)[]) =
        if source = target || entries.Length = 0 then
            entries
        else
            let struct (first, _) = entries[0]
            let odd = ((first.TwiceL1 + first.TwiceL2 + first.TwiceL3) / 2) &&& 1
            let sums = Dictionary<struct (int * int * int), PhasedSurd>()

            // S = U Y. A coupling array takes the conjugate matrix for its inputs and the matrix itself for its output.
            let rows (l: int) (m: int) : (int * PhasedSurd) list =
                match target with
                | Basis.Complex -> HarmonicBasis.realFromComplex m
                | Basis.Real ->
                    [ for real in List.distinct [ m; -m ] do
                          for mu, u in HarmonicBasis.realFromComplex real do
                              if mu = m && abs real <= l then real, u.Conjugate ]

            for struct (i, v) in entries do
                // To the real basis the array is divided by i where it is imaginary; from it, multiplied again.
                let v = PhasedSurd.Create((if target = Basis.Real then -odd else odd), v)

                for m1, u1 in rows (i.TwiceL1 / 2) (i.TwiceM1 / 2) do
                    for m2, u2 in rows (i.TwiceL2 / 2) (i.TwiceM2 / 2) do
                        for m3, u3 in rows (i.TwiceL3 / 2) (i.TwiceM3 / 2) do
                            let key = struct (m3, m1, m2)
                            let term = v * u1 * u2 * u3.Conjugate
                            let sum = match sums.TryGetValue key with | true, s -> s | _ -> PhasedSurd.Zero
                            sums[key] <- add "change of basis" sum term

            [| for KeyValue(struct (m3, m1, m2), sum) in sums |> Seq.sortBy (fun pair -> pair.Key) do
                   if not sum.IsZero then
                       if sum.IsImaginary then
                           raise (InvalidDataException $"change of basis: an imaginary coefficient {sum} is left")

                       struct ({ first with TwiceM1 = 2 * m1; TwiceM2 = 2 * m2; TwiceM3 = 2 * m3 }, sum.Surd) |]

    /// Our real coefficients of one block with their indices in another order: position p takes what stood at order[p]. The
    /// invariant array of three degrees is unique but for a factor, which one entry settles.
    let private reorder (order: int[]) (entries: struct (TableIndex * Surd)[]) =
        if order = [| 0; 1; 2 |] || entries.Length = 0 then
            entries
        else
            let move (i: TableIndex) =
                let l = [| i.TwiceL1; i.TwiceL2; i.TwiceL3 |]
                let m = [| i.TwiceM1; i.TwiceM2; i.TwiceM3 |]

                { TwiceL1 = l[order[0]]
                  TwiceL2 = l[order[1]]
                  TwiceL3 = l[order[2]]
                  TwiceM1 = m[order[0]]
                  TwiceM2 = m[order[1]]
                  TwiceM3 = m[order[2]] }

            let struct (first, value) = entries[0]
            let factor = RealCg.Exact(move first) / value
            entries |> Array.map (fun (struct (i, v)) -> struct (move i, v * factor))

    /// Which index of `source` each index of `target` is: 0, 1 or 2.
    let internal order (source: Convention) (target: Convention) : int[] =
        let struct (s1, s2, s3) = source.Positions
        let struct (t1, t2, t3) = target.Positions
        let from, into = [| s1; s2; s3 |], [| t1; t2; t3 |]
        Array.init 3 (fun p -> from[Array.IndexOf(into, p)])

    /// All entries of one (l1, l2, l3) from one convention to another, in no particular order.
    let internal block (source: Convention) (target: Convention) (entries: struct (TableIndex * Surd)[]) =
        let ours = entries |> Array.map (fun (struct (i, v)) -> struct (i, v / unit source i))
        let order = order source target
        let between = if order = [| 0; 1; 2 |] then target.Basis else Basis.Real

        ours
        |> changeBasis source.Basis between
        |> reorder order
        |> changeBasis between target.Basis
        |> Array.map (fun (struct (i, v)) -> Coefficients.toConvention target i v)
