namespace Toolkit.Symbolic.Tables

/// Figures about tables that come from generating them.
module internal TableStatistics =

    /// Generates the table and counts its non-zero coefficients.
    [<CompiledName("CountNonZero")>]
    let countNonZero (spec: TableSpec) : int64 =
        let count = ref 0L
        Generator(spec).ForEachBlock(fun _ _ _ block -> count.Value <- count.Value + int64 block.Count)
        count.Value
