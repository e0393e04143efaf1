namespace Toolkit.Symbolic.Tables

open System.Numerics
open System.Runtime.CompilerServices
open System.Runtime.InteropServices
open System.Runtime.Intrinsics

/// An order of the three columns of a 3j symbol, which are numbered 0, 1, 2.
[<Struct; NoEquality; NoComparison>]
type internal ColumnOrder =
    { X: int
      Y: int
      Z: int }

    /// Whether it takes an odd number of exchanges.
    member this.IsOdd = (this.Y - this.X + 3) % 3 <> 1

    /// The first two columns exchanged.
    member this.Exchanged = { X = this.Y; Y = this.X; Z = this.Z }

/// One number for each (i0, i1, i2), 0 ≤ i ≤ l, i0 + i1 + i2 = J = (l0 + l1 + l2)/2: i is m + l of a column, halved. It is to be
/// such that an odd permutation of the columns and the reversal i → l − i of them all both multiply it by one and the same
/// sign. Position is linear in the three indices, so that those with one index fixed stand at equal distances.
[<Sealed>]
type internal CoefficientSheet(twiceLMax: int) =
    // 0, 1, … and 255, 254, …, for 256 indices and a vector of 32 behind them.
    let counting = Array.zeroCreate<byte> 288
    let countingDown = Array.zeroCreate<byte> 288

    do
        for i in 0..287 do
            counting[i] <- byte i
            countingDown[i] <- byte (255 - i)

    let stride = twiceLMax + 1 + CoefficientSheet.Room
    // Four rows more: the last vector of a run from row to row reads up to three steps past its end.
    let values = Array.zeroCreate<float>((twiceLMax + 5) * stride)
    let l = Array.zeroCreate<int> 3
    let weight = Array.zeroCreate<int> 3
    let mutable own = { X = 0; Y = 1; Z = 2 }
    let mutable odd = false
    let mutable sum = 0

    /// How many numbers a vector may write past the end of a row.
    static member Room = max 4 Vector<float>.Count
    /// The numbers.
    member _.Values = values
    /// The order that the sheet is written in: rows of fixed Z, in which X grows one by one.
    member _.Own = own

    /// Gives the sheet another triple of 2l's, the order of its columns and whether the sign above is −1.
    member _.Assign(twiceL: int[], order: ColumnOrder, negating: bool) : unit =
        twiceL.CopyTo(l, 0)
        own <- order
        odd <- negating
        weight[order.X] <- 1
        weight[order.Y] <- 0
        weight[order.Z] <- stride
        sum <- (l[0] + l[1] + l[2]) / 2
        let largest = max l[0] (max l[1] l[2])

        // What follows reads and writes without further checks.
        if largest > twiceLMax || largest > sum || 2 * sum <> l[0] + l[1] + l[2] then
            invalidArg (nameof twiceL) ("no triple for a sheet up to " + string twiceLMax)

    /// The position of the number with these indices of columns X and Z of its own order.
    member _.Position(x: int, z: int) : int = stride * z + x

    /// Whether one of `count` numbers from a position on is 0.
    member _.AnyZero(position: int, count: int) : bool =
        let mutable found = false
        let mutable i = 0

        while not found && i + Vector<float>.Count <= count do
            found <- Vector.EqualsAny(Vector<float>(values, position + i), Vector<float>.Zero)
            i <- i + Vector<float>.Count

        while not found && i < count do
            found <- values[position + i] = 0.0
            i <- i + 1

        found

    /// Where the number with indices x, y, z of the columns in another order stands: at origin + wx·x + wy·y + wz·z, up to a sign.
    /// With wx > wy, since backwards through the sheet is forwards through its reversal.
    member private _.Locate(order: ColumnOrder) : struct (int * int * int * int * float) =
        let wx, wy, wz = weight[order.X], weight[order.Y], weight[order.Z]
        let reversed = wx < wy
        let sign = if odd && ((order.IsOdd <> own.IsOdd) <> reversed) then -1.0 else 1.0

        if reversed then
            struct (wx * l[order.X] + wy * l[order.Y] + wz * l[order.Z], -wx, -wy, -wz, sign)
        else
            struct (0, wx, wy, wz, sign)

    /// Copies `count` numbers that stand `step` apart, which is > 0 or −1, times `sign`, by whole vectors: up to three more behind.
    static member private Run(source: byref<float>, start: int, step: int, count: int, sign: float, target: byref<float>, at: int) : unit =
        let sign = Vector256.Create sign
        let mutable from = start
        let mutable i = at
        let last = at + count

        if step = 1 then
            while i < last do
                (Vector256.LoadUnsafe(&source, unativeint from) * sign).StoreUnsafe(&target, unativeint i)
                from <- from + 4
                i <- i + 4
        else
            while i < last do
                let v =
                    Vector256.Create(
                        Unsafe.Add(&source, from),
                        Unsafe.Add(&source, from + step),
                        Unsafe.Add(&source, from + 2 * step),
                        Unsafe.Add(&source, from + 3 * step)
                    )

                (v * sign).StoreUnsafe(&target, unativeint i)
                from <- from + 4 * step
                i <- i + 4

    /// The rows below the middle one from those above.
    member _.Reflect() : unit =
        let sign = if odd then -1.0 else 1.0
        let lx, ly, lz = l[own.X], l[own.Y], l[own.Z]
        let values = &MemoryMarshal.GetArrayDataReference values

        for z in 0 .. (lz + 1) / 2 - 1 do
            let x, last = max 0 (sum - z - ly), min lx (sum - z)
            CoefficientSheet.Run(&values, stride * (lz - z) + lx - x, -1, last - x + 1, sign, &values, stride * z + x)

    /// Copies, for the columns in another order, `count` numbers with a fixed index z and first indices x, x + 1, …; and
    /// perhaps a few more behind.
    member this.Copy(order: ColumnOrder, x: int, z: int, count: int, target: float[]) : unit =
        let struct (origin, wx, wy, wz, sign) = this.Locate order
        let start = origin + wx * x + wy * (sum - z - x) + wz * z

        CoefficientSheet.Run(
            &MemoryMarshal.GetArrayDataReference values,
            start,
            wx - wy,
            count,
            sign,
            &MemoryMarshal.GetArrayDataReference target,
            0
        )

    /// Makes the block of the columns in another order, in increasing order of the third index or, if `descending`, of l − i;
    /// which are then the indices M3. A NaN stands for an exact zero, which is no entry; only rows whose third index is in
    /// `holes` have any.
    member this.Block(order: ColumnOrder, descending: bool, holes: bool[], block: CoefficientBlock) : unit =
        let lx, ly, lz = l[order.X], l[order.Y], l[order.Z]
        let struct (origin, wx, wy, wz, sign) = this.Locate order
        let step = wx - wy
        let source = &MemoryMarshal.GetArrayDataReference values
        let target = &MemoryMarshal.GetArrayDataReference block.Values
        let m1 = &MemoryMarshal.GetArrayDataReference block.M1
        let m2 = &MemoryMarshal.GetArrayDataReference block.M2
        let m3 = &MemoryMarshal.GetArrayDataReference block.M3
        let up = &MemoryMarshal.GetArrayDataReference counting
        let down = &MemoryMarshal.GetArrayDataReference countingDown
        let mutable at = 0

        for row in 0..lz do
            let z = if descending then lz - row else row
            let x, last = max 0 (sum - z - ly), min lx (sum - z)
            let y = sum - z - x
            let count = last - x + 1
            CoefficientSheet.Run(&source, origin + wx * x + wy * y + wz * z, step, count, sign, &target, at)
            let third = Vector256.Create(byte row)
            let mutable i = 0

            while i < count do
                Vector256.LoadUnsafe(&up, unativeint (x + i)).StoreUnsafe(&m1, unativeint (at + i))
                Vector256.LoadUnsafe(&down, unativeint (255 - y + i)).StoreUnsafe(&m2, unativeint (at + i))
                third.StoreUnsafe(&m3, unativeint (at + i))
                i <- i + 32

            let next = at + count

            if holes[z] then
                for i in at .. next - 1 do
                    let v = Unsafe.Add(&target, i)
                    Unsafe.Add(&target, at) <- v
                    Unsafe.Add(&m1, at) <- Unsafe.Add(&m1, i)
                    Unsafe.Add(&m2, at) <- Unsafe.Add(&m2, i)
                    at <- at + (if v = v then 1 else 0)
            else
                at <- next

        block.Count <- at
