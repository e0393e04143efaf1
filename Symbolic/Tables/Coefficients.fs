namespace Toolkit.Symbolic.Tables

open Toolkit.Symbolic.Algebra
open Toolkit.Symbolic.AngularMomentum

/// Exact coefficients by the block, for the formats that print them.
module internal Coefficients =

    /// The factor i^k that is left when an array of real numbers, perhaps times i, is freed of i: its sign.
    let strip (turns: int) : int = if turns &&& 2 = 0 then 1 else -1

    /// 1 where our real array of (l1, l2, l3) is imaginary and stored over i. Arguments doubled.
    let strippedTurns (basis: Basis) (l1: int) (l2: int) (l3: int) : int =
        if basis.IsReal then ((l1 + l2 + l3) / 2) &&& 1 else 0

    /// The size of a convention's Clebsch–Gordan coefficients of one block against ours, which is √(2·l3+1) that of arrays of unit norm.
    let scaleOf (c: Convention) (l1: int) (l2: int) (l3: int) : Surd =
        c.Scale(l1, l2, l3) / Surd.Create(1, System.Numerics.BigInteger(l3 + 1), System.Numerics.BigInteger.One)

    /// The sign of a convention's Clebsch–Gordan coefficient against ours in the same basis.
    let signOf (c: Convention) (i: TableIndex) : int =
        let at l m = (if c.Descending then l - m else m + l) / 2
        let turns l m = c.TurnsAt(l, at l m)

        let total =
            strippedTurns c.Basis i.TwiceL1 i.TwiceL2 i.TwiceL3
            + c.DegreeTurns(i.TwiceL1, i.TwiceL2, i.TwiceL3)
            - turns i.TwiceL1 i.TwiceM1
            - turns i.TwiceL2 i.TwiceM2
            + turns i.TwiceL3 i.TwiceM3

        strip total

    /// What a convention makes of our Clebsch–Gordan coefficient in the same basis: `entry` in, index and value out.
    let toConvention (c: Convention) (i: TableIndex) (value: Surd) : struct (TableIndex * Surd) =
        let value = value * scaleOf c i.TwiceL1 i.TwiceL2 i.TwiceL3
        struct (i, (if signOf c i > 0 then value else -value))

    let private sixJBlock (spec: TableSpec) (j1: int) (j2: int) (j3: int) =
        let step = if spec.Half then 1 else 2

        [| for x3 in 0..step .. spec.TwiceLMax do
               if Arguments.triangle j1 j2 j3 then
                   for x1 in abs (j2 - x3) .. 2 .. min spec.TwiceLMax (j2 + x3) do
                       for x2 in abs (j1 - x3) .. 2 .. min spec.TwiceLMax (j1 + x3) do
                           if Arguments.triangle x1 x2 j3 then
                               struct (x1, x2, x3) |]

    /// The (m1, m2, m3), doubled, that the selection rules leave in one block, in increasing order of (m3, m1, m2).
    let allowed (spec: TableSpec) (l1: int) (l2: int) (l3: int) : struct (int * int * int)[] =
        match spec.Kind with
        | SixJ -> sixJBlock spec l1 l2 l3
        | ThreeJ
        | Cg
        | Gaunt ->
            [| for m3 in -l3 .. 2 .. l3 do
                   let sum = if spec.Kind.IsCg then m3 else -m3

                   for m1 in max -l1 (sum - l2) .. 2 .. min l1 (sum + l2) do
                       struct (m1, sum - m1, m3) |]
        | RealCg ->
            let odd = ((l1 + l2 + l3) / 2) &&& 1 = 1

            [| for m3 in -l3 .. 2 .. l3 do
                   for m1 in -l1 .. 2 .. l1 do
                       let a, c = abs m1, abs m3

                       for m2 in Array.distinct [| -(a + c); -(abs (a - c)); abs (a - c); a + c |] do
                           if abs m2 <= l2 && (RealCoupling.pattern odd (m1 / 2) (m2 / 2) (m3 / 2)).IsSome then
                               struct (m1, m2, m3) |]

    /// The non-zero entries of one block with their exact values, in increasing order of (m3, m1, m2).
    let exactBlock (spec: TableSpec) (l1: int) (l2: int) (l3: int) : struct (TableIndex * Surd)[] =
        [| for struct (m1, m2, m3) in allowed spec l1 l2 l3 do
               let index =
                   { TwiceL1 = l1
                     TwiceL2 = l2
                     TwiceL3 = l3
                     TwiceM1 = m1
                     TwiceM2 = m2
                     TwiceM3 = m3 }

               let value = spec.Kind.Exact index

               if not value.IsZero then
                   match spec.Kind with
                   | Cg
                   | RealCg -> toConvention spec.Convention index value
                   | ThreeJ
                   | Gaunt
                   | SixJ -> struct (index, value) |]
