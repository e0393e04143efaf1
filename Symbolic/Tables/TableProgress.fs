namespace Toolkit.Symbolic.Tables

open System

/// How far the writing of a table is.
[<Struct>]
type TableProgress =
    { /// Blocks (l1, l2, l3) that are done.
      Blocks: int64
      /// Of how many.
      Of: int64
      /// The share of the work, 0 … 1.
      Share: float }

/// Counts the blocks of a table that are done and tells how far it is. `passes`: how often each block is made.
[<Sealed>]
type internal TableMeter(spec: TableSpec, passes: int, progress: Action<TableProgress>) =
    let mutable all = 0L
    let mutable total = 0L

    do
        for struct (l1, l2, l3) in spec.Blocks do
            all <- all + int64 passes
            total <- total + int64 passes * TableSpec.Pairs(l1, l2, l3)

    let mutable blocks = 0L
    let mutable work = 0L

    /// For whom nobody wants to know.
    static member Silent = Action<TableProgress>(fun _ -> ())

    /// Counts one block.
    member _.Count(l1: int, l2: int, l3: int) : unit =
        blocks <- blocks + 1L
        work <- work + TableSpec.Pairs(l1, l2, l3)

    /// Tells how far it is.
    member _.Tell() : unit =
        progress.Invoke { Blocks = blocks; Of = all; Share = float work / float total }
