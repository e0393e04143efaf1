namespace Toolkit.Symbolic.Tables

open System
open System.Numerics
open System.Runtime.InteropServices
open Toolkit.Symbolic.Algebra
open Toolkit.Symbolic.AngularMomentum

/// Complete tables at memory speed. A coefficient is an integer U (SumChain) times roots of factorials: with
/// ρ_l(m) = √((l+m)!(l−m)!/(2l)!),
///     3j = (−1)^a · U · ρ_{l1}(m1) · ρ_{l2}(m2) · ρ_{l3}(m3) · √((2l1)!(2l2)!(2l3)! / (a! B! C! (J+1)!)),
///     CG = (−1)^{l1−l2+M} · √(2·l3+1) · 3j with m3 = −M,
/// and the roots, tabulated as double-doubles, are shared by many entries: three double-double products and a rounding
/// test per entry. The rare entry that the test cannot decide is rounded from its exact value.
///
/// Symmetries. A class is what the six orders of the columns and the reversal of all m make of one (a, B, C), a ≤ C ≤ B. Its
/// integers are made once. So are its 3j symbols and Gaunt coefficients, half of them being the other half reversed; six blocks
/// are copies. The √(2·l3+1) of CG coefficients goes with the third column: they are rounded anew for each of the three, from the
/// same integers, and two blocks are copies. The blocks of a class come one after the other, so that nothing else is kept: files
/// hold them in this order. Against reversal and the exchange of l1 and l2 alone this takes, in one process by turns, 0.74 of the
/// time for 3j tables with j ≤ 20 and 0.60 with j ≤ 40, 0.94 for CG and 0.92 for real blocks, which cost most in writing.
/// Regge's other symmetries relate entries of six classes with the same J, one by one, so the table would have to be held; they
/// would save five sixths of what makes a class's values, which is 40% of the time of a 3j table, and cost a read from memory
/// for every value in place of a run of a sheet in cache.
///
/// The rounding test. u = 2^−53. A product of double-doubles with |xl| ≤ λu|xh| and |yl| ≤ μu|yh| keeps xh·yh = p + e
/// exactly, drops xl·yl (λμu²) and rounds twice ((λ+1)u² and (λ+μ+1)u²): it loses (2λ + μ + 2 + λμ)u² and has
/// |lo| ≤ (λ+μ+1)u|hi|. Roots of factorials carry 4u² (DoubleDouble). A renormalised product (λ = μ = 1) loses 6u², so
///     ρ = three roots, two products:                                        24u²
///     the factor of a block, seven roots, six products:                     64u²
///     √(2l+1) of a convention, per product:                                  10u², at most three of them
///     (Gaunt's in place of both, nine factors, eight products:               84u²)
///     ρ_{l3} on it:                                                          30u²
///     1/√2 of the real basis:                                                10u²
/// that is, at most 134u² for all that is common to a row. Along the entry's own factors λ = 1, 3, 5: ρ_{l1}·ρ_{l2} loses
/// 6u² beside its 48u², the row's factor 12u², and U with μ = 2 loses 24u² beside its own 2(n−2)u² ≤ 10u² for n ≤ 7 limbs.
/// The total is below 240u². The test asks whether p + (q ± ε·p) round alike, with p + q the product, ε = 2^−97 = 512u² and
/// |q| ≤ 8u|p|, so that its sums err by less than 9u²|p|: if they do, no number within 500u² rounds elsewhere (RoundedProduct). A float32
/// follows from that float64 unless it stands midway between two of them or below their normal range; then the exact value
/// decides. Nothing underflows or overflows for l ≤ 127: ρ ≥ 2^−127, the factor of a block lies within 2^±400, |U| < 2^304.
[<Sealed>]
type internal Generator(spec: TableSpec) =
    let n = spec.TwiceLMax
    let chained = not spec.Kind.IsSixJ
    let single = spec.Precision.IsSingle

    // √(n!) and 1/√(n!).
    let struct (root, inverse) = FactorialRoots.make (if chained then 3 * n / 2 + 2 else 0)
    // ρ_l, by 2l and l − m or l + m; padded with zeros by one vector, so that the last vector of a row may reach past its end.
    let struct (rhoHi, rhoLo) = FactorialRoots.makeRho (if chained then n + 1 else 0) root inverse
    let invRoot2 = DoubleDouble.OfRoot(BigInteger.One, BigInteger 2)
    // √(2l+1) and 1/√(2l+1), by 2l.
    let struct (rootOf, inverseRootOf) = FactorialRoots.ofIntegers (n + 1)
    let gaunt = if spec.Kind.IsGaunt then Some(GauntFactor(n, root)) else None

    // 2·l of the columns of the present class, and J.
    let l = Array.zeroCreate<int> 3
    let mutable sum = 0
    // The integers of the class as hi + lo, and the values made of them.
    let integers = CoefficientSheet(if chained then n else 0)
    let integersLo = CoefficientSheet(if chained then n else 0)
    let sheet = CoefficientSheet(if chained then n else 0)
    // By column and index, whether one of the integers is 0.
    let holes = [| Array.zeroCreate<bool>(n + 1); Array.zeroCreate<bool>(n + 1); Array.zeroCreate<bool>(n + 1) |]
    // A row of integers.
    let hi = Array.zeroCreate<float>(n + 1 + CoefficientSheet.Room)
    let lo = Array.zeroCreate<float>(n + 1 + CoefficientSheet.Room)
    let block = CoefficientBlock(if chained then (n + 1) * (n + 1) * (if spec.Kind.IsRealCg then 2 else 1) else 0)
    let mutable fallbacks = 0

    let dimensions =
        match spec.Kind with
        | Cg
        | RealCg -> spec.Convention.Dimensions
        | ThreeJ
        | Gaunt
        | SixJ -> struct (0, 0, 0)

    // Whether the images are the same numbers up to sign: all six, or pairs of them that exchange l1 and l2.
    let symmetric = spec.Kind.IsThreeJ || spec.Kind.IsGaunt

    let exchanges =
        let struct (d1, d2, _) = dimensions
        d1 = d2

    // One order for each third column; the other three exchange the first two.
    let leaders = [| { X = 0; Y = 1; Z = 2 }; { X = 2; Y = 1; Z = 0 }; { X = 2; Y = 0; Z = 1 } |]

    /// What the block's entries are of 3j symbols, exactly, without its sign; Gaunt's over √π.
    let blockSurd (l1: int) (l2: int) (l3: int) : Surd =
        let s =
            match spec.Kind with
            | Cg
            | RealCg -> spec.Convention.Scale(l1, l2, l3)
            | Gaunt ->
                let size = Surd.Create(1, BigInteger(l1 + 1) * BigInteger(l2 + 1) * BigInteger(l3 + 1), BigInteger 4)
                size * Wigner3j.ofTwice l1 l2 l3 0 0 0
            | ThreeJ
            | SixJ -> Surd.One

        if s.Sign < 0 then -s else s

    /// √((2l1)!(2l2)!(2l3)! / (a! B! C! (J+1)!)) times the factor of `blockSurd`.
    let blockFactor (l1: int) (l2: int) (l3: int) : DoubleDouble =
        match gaunt with
        | Some gaunt -> gaunt.At(l1, l2, l3)
        | None ->
            let a, B, C = (l1 + l2 - l3) / 2, (l1 - l2 + l3) / 2, (-l1 + l2 + l3) / 2

            let plain = ScaledDoubleDouble.Product [| root[l1]; root[l2]; root[l3]; inverse[a]; inverse[B]; inverse[C]; inverse[sum + 1] |]

            let times (x: DoubleDouble) l d =
                match d with
                | 0 -> x
                | 1 -> x.Times(rootOf[l])
                | -1 -> x.Times(inverseRootOf[l])
                | d -> invalidOp ("convention " + spec.Convention.Name + ": dimension " + string d + ", expected -1, 0 or 1")

            let struct (d1, d2, d3) = dimensions
            times (times (times plain l1 d1) l2 d2) l3 d3

    /// The value at the indices x and z of the columns in that order, up to its row's sign, rounded from its exact value; over
    /// √2 if `scaled`.
    let exact (order: ColumnOrder) (x: int) (z: int) (scaled: bool) : float =
        let l1, l2, l3 = l[order.X], l[order.Y], l[order.Z]
        let w = Wigner3j.ofTwice l1 l2 l3 (2 * x - l1) (2 * (sum - x - z) - l2) (2 * z - l3) * blockSurd l1 l2 l3
        fallbacks <- fallbacks + 1
        spec.Round(if scaled then w * Surd.Create(1, BigInteger.One, BigInteger 2) else w)

    /// From the row of integers (hi, lo) that begins at the index `first`, the `count` values from the index x on: times
    /// ρ_{l1} ρ_{l2} and `front`, which carries `sign` already, rounded, into `target` from `at` on (and perhaps a few numbers
    /// more). NaN for an exact zero, so that it differs from a number that rounds to 0 (in float32).
    let fill
        (order: ColumnOrder)
        (first: int)
        (x: int)
        (z: int)
        (count: int)
        (exactly: bool)
        (front: DoubleDouble)
        (sign: float)
        (scaled: bool)
        (target: float[])
        (at: int)
        : unit =
        let width = Vector<float>.Count
        let l1, l2 = l[order.X], l[order.Y]
        // ρ is even in m, and the second index falls where the first one grows.
        let second = l2 - sum + z + x
        let fh, fl = Vector<float> front.Hi, Vector<float> front.Lo
        let plus, minus = Vector<float> RoundedProduct.epsilon, Vector<float> -RoundedProduct.epsilon
        // Unchecked: every array has room for a vector behind what the triangle rule, which the sheets check, lets it hold.
        let r1h = &MemoryMarshal.GetArrayDataReference rhoHi[l1]
        let r1l = &MemoryMarshal.GetArrayDataReference rhoLo[l1]
        let r2h = &MemoryMarshal.GetArrayDataReference rhoHi[l2]
        let r2l = &MemoryMarshal.GetArrayDataReference rhoLo[l2]
        let mutable i = 0

        while i < count do
            let xh, xl = Vector.LoadUnsafe(&r1h, unativeint (x + i)), Vector.LoadUnsafe(&r1l, unativeint (x + i))
            let yh, yl = Vector.LoadUnsafe(&r2h, unativeint (second + i)), Vector.LoadUnsafe(&r2l, unativeint (second + i))
            let uh = Vector<float>(hi, x - first + i)
            let ul = if exactly then Vector<float>.Zero else Vector<float>(lo, x - first + i)
            let struct (v, sure) = RoundedProduct.round plus minus xh xl yh yl fh fl exactly uh ul
            Vector.ConditionalSelect(Vector.Equals(uh, Vector<float>.Zero), Vector<float> nan, v).CopyTo(target, at + i)

            if not (Vector.EqualsAll(sure, Vector<int64>.AllBitsSet)) then
                for lane in 0 .. min width (count - i) - 1 do
                    if sure[lane] = 0L then
                        target[at + i + lane] <- sign * exact order (x + i + lane) z scaled

            i <- i + width

        if single then
            for i in 0 .. count - 1 do
                let v = target[at + i]

                if v <> 0.0 then
                    target[at + i] <- if RoundedProduct.decidesSingle v then float (float32 v) else sign * exact order (x + i) z scaled

    let negated (x: DoubleDouble) = { Hi = -x.Hi; Lo = -x.Lo }
    let patch = Array.zeroCreate<float>(2 * Vector<float>.Count)

    /// Which rows of complex blocks have zeros to leave out.
    let markHoles (chain: SumChain) =
        for h in holes do
            Array.Clear h

        for k in -chain.C .. (chain.B + chain.C) / 2 - chain.C do
            let first, z = k + chain.FirstC k, chain.B - k
            let at, count = integers.Position(first, z), chain.Length k

            if integers.AnyZero(at, count) then
                for x in first .. first + count - 1 do
                    if integers.Values[at + x - first] = 0.0 then
                        let mark column i =
                            holes[column][i] <- true
                            holes[column][l[column] - i] <- true

                        mark 0 x
                        mark 1 (sum - z - x)
                        mark 2 z

    /// The class's integers.
    let load (chain: SumChain) =
        integers.Assign(l, leaders[0], sum &&& 1 <> 0)
        integersLo.Assign(l, leaders[0], sum &&& 1 <> 0)

        for k in -chain.C .. (chain.B + chain.C) / 2 - chain.C do
            chain.Read(k, integers.Values, integersLo.Values, integers.Position(k + chain.FirstC k, chain.B - k))

        if not spec.Kind.IsRealCg then
            markHoles chain

        // What is the same number in all images is only made of the first half.
        if not symmetric then
            integers.Reflect()

            if chain.Limbs > 1 then
                integersLo.Reflect()

    /// Makes `sheet`: the values for the columns in that order. A CG coefficient stands at its m1, m2 and m3 = −M, and is
    /// multiplied by (−1)^a where a 3j symbol is by (−1)^J. Real blocks are made of half the sheet, that with M' = −M ≥ 0
    /// reversed: it holds ⟨l1 −m1 l2 −m2|l3 M'⟩, times 1/√2 where no m is 0 (two terms of size 2^{−3/2}).
    let makeSheet (chain: SumChain) (order: ColumnOrder) =
        let l1, l2, l3 = l[order.X], l[order.Y], l[order.Z]
        let a, B = (l1 + l2 - l3) / 2, (l1 - l2 + l3) / 2
        let isCg = spec.Kind.IsCg || spec.Kind.IsRealCg
        let factor = blockFactor l1 l2 l3
        let factor = if chain.A &&& 1 = 0 then factor else negated factor
        let exactly = chain.Limbs = 1
        sheet.Assign(l, order, (if isCg then a else sum) &&& 1 <> 0)

        for z in (l3 + 1) / 2 .. l3 do
            let first, last = max 0 (sum - z - l2), min l1 (sum - z)
            let count = last - first + 1
            integers.Copy(order, first, z, count, hi)

            if not exactly then
                integersLo.Copy(order, first, z, count, lo)

            let turns =
                match spec.Kind with
                | Gaunt -> sum / 2
                | Cg -> B - z
                | RealCg -> a + B - z
                | ThreeJ
                | SixJ -> 0

            let sign = if turns &&& 1 = 0 then 1.0 else -1.0
            let front = factor.Times { Hi = rhoHi[l3][z]; Lo = rhoLo[l3][z] }
            let front = if turns &&& 1 = 0 then front else negated front

            if spec.Kind.IsRealCg && 2 * z <> l3 then
                fill order first first z count exactly (front.Times invRoot2) sign true sheet.Values (sheet.Position(first, z))

                // m1 = 0 and m2 = 0.
                for which in 0..1 do
                    let x = if which = 0 then l1 / 2 else sum - z - l2 / 2

                    if x >= first && x <= last then
                        fill order first x z 1 exactly front sign false patch 0
                        sheet.Values[sheet.Position(x, z)] <- patch[0]
            else
                fill order first first z count exactly front sign false sheet.Values (sheet.Position(first, z))

        if not spec.Kind.IsRealCg then
            sheet.Reflect()

    /// The block of the columns in that order, from the sheet.
    let makeBlock (order: ColumnOrder) =
        if spec.Kind.IsRealCg then
            RealBlock.write sheet (sheet.Own.X <> order.X) (l[order.X] / 2) (l[order.Y] / 2) (l[order.Z] / 2) block
        else
            sheet.Block(order, spec.Kind.IsCg, holes[order.Z], block)

    /// The signs by which a convention's functions differ from ours.
    let applySigns (l1: int) (l2: int) (l3: int) =
        let c = spec.Convention
        let turns = Coefficients.strippedTurns c.Basis l1 l2 l3 + c.DegreeTurns(l1, l2, l3)

        if c.IsPlain then
            if Coefficients.strip turns < 0 then
                for i in 0 .. block.Count - 1 do
                    block.Values[i] <- -block.Values[i]
        else
            let at l (m: byte) = if c.Descending then l - int m else int m

            for i in 0 .. block.Count - 1 do
                let turns = turns - c.TurnsAt(l1, at l1 block.M1[i]) - c.TurnsAt(l2, at l2 block.M2[i]) + c.TurnsAt(l3, at l3 block.M3[i])

                if Coefficients.strip turns < 0 then
                    block.Values[i] <- -block.Values[i]

    let eachSixJ (receive: BlockReceiver) =
        for struct (j1, j2, j3) in spec.Blocks do
            let entries = Coefficients.exactBlock spec j1 j2 j3

            if entries.Length > 0 then
                let block = CoefficientBlock entries.Length

                for struct (index, value) in entries do
                    block.Append(spec.Round value, index.TwiceM1, index.TwiceM2, index.TwiceM3)

                receive.Invoke(j1, j2, j3, block)

    /// Receives the blocks of all orders of the chain's columns, one of each.
    let emit (chain: SumChain) (receive: BlockReceiver) =
        l[0] <- chain.A + chain.B
        l[1] <- chain.A + chain.C
        l[2] <- chain.B + chain.C
        sum <- chain.A + chain.B + chain.C
        load chain

        let image (order: ColumnOrder) =
            makeBlock order
            let l1, l2, l3 = l[order.X], l[order.Y], l[order.Z]

            if spec.Kind.IsCg || spec.Kind.IsRealCg then
                applySigns l1 l2 l3

            if block.Count > 0 then
                receive.Invoke(l1, l2, l3, block)

        for i in 0..2 do
            let order = leaders[i]
            let repeated = i > 0 && l[order.Z] = l[leaders[0].Z] || i = 2 && l[order.Z] = l[leaders[1].Z]

            if not repeated then
                if i = 0 || not symmetric then
                    makeSheet chain order

                image order

                if l[order.X] <> l[order.Y] then
                    if not exchanges then
                        makeSheet chain order.Exchanged

                    image order.Exchanged

    /// How many entries so far were rounded from their exact value.
    member _.Fallbacks = fallbacks

    /// Calls `receive` with 2·l1, 2·l2, 2·l3 and the block, for those of (2·l1, 2·l2, 2·l3) and its permutations that have a
    /// non-zero entry.
    member _.Class(l1: int, l2: int, l3: int, receive: BlockReceiver) : unit =
        let sides = Array.sort [| (l1 + l2 - l3) / 2; (l1 - l2 + l3) / 2; (-l1 + l2 + l3) / 2 |]
        let a, C, B = sides[0], sides[1], sides[2]

        // ∫ Y Y Y vanishes by parity.
        if not spec.Kind.IsGaunt || (a + B + C) &&& 1 = 0 then
            let chain = SumChain(B, C, a)

            for _ in 1..a do
                chain.Step 1

            emit chain receive

    /// Calls `receive` with 2·l1, 2·l2, 2·l3 and the block, for every block of the table; but for 6j symbols class by class, in
    /// the order of the chains (B, C, a) with a ≤ C ≤ B: a = l1+l2−l3, B = l1−l2+l3, C = −l1+l2+l3.
    member _.ForEachBlock(receive: BlockReceiver) : unit =
        if spec.Kind.IsSixJ then
            eachSixJ receive
        else
            let step = if spec.Half then 1 else 2

            for B in 0..n do
                // Integer angular momenta: a ≡ B ≡ C modulo 2. ∫ Y Y Y vanishes by parity if they are odd.
                if not spec.Kind.IsGaunt || B &&& 1 = 0 then
                    for C in 0 .. min B (n - B) do
                        if spec.Half || (B + C) &&& 1 = 0 then
                            let chain = SumChain(B, C, C)

                            if not spec.Half && B &&& 1 = 1 then
                                chain.Step 1

                            emit chain receive

                            while chain.A + step <= C do
                                chain.Step step
                                emit chain receive
