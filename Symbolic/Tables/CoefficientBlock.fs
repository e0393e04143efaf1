namespace Toolkit.Symbolic.Tables

/// The non-zero coefficients of one (l1, l2, l3), in increasing order of (m3, m1, m2). The arrays belong to the
/// generator and are overwritten by the next block: the first Count entries count.
[<Sealed>]
type internal CoefficientBlock(capacity: int) =
    // Whole vectors are written: room for one of 32 bytes behind the last entry.
    let room = capacity + 32
    let m1, m2, m3 = Array.zeroCreate<byte> room, Array.zeroCreate<byte> room, Array.zeroCreate<byte> room
    let values = Array.zeroCreate<float> room

    /// The number of entries.
    member val Count = 0 with get, set
    /// m1 + l1; for a 6j symbol twice the number in the lower row, and so below.
    member _.M1 = m1
    /// m2 + l2.
    member _.M2 = m2
    /// m3 + l3.
    member _.M3 = m3
    /// The coefficients, each the float64 (or float32) nearest to the exact value.
    member _.Values = values

    /// Appends one entry.
    member this.Append(value: float, i1: int, i2: int, i3: int) : unit =
        let at = this.Count
        values[at] <- value
        m1[at] <- byte i1
        m2[at] <- byte i2
        m3[at] <- byte i3
        this.Count <- at + 1

/// What receives a block: 2·l1, 2·l2, 2·l3 and its entries.
type internal BlockReceiver = delegate of twiceL1: int * twiceL2: int * twiceL3: int * block: CoefficientBlock -> unit
