/// Rows of many configurations, made once and read again and again: in memory, or in a file that may be larger than it.
module Toolkit.Reproductions.Nice2020.RowStore

open System
open System.IO
open System.Runtime.InteropServices
open System.Text

/// How many rows are made, written and read together.
let batch = 500

/// Rows in the order of the configurations.
type Store =
    { Width: int
      Count: int
      /// Puts the rows from one on into memory, as many as there is room for or as there are.
      Read: int -> float[] -> unit }

/// `make` puts the rows from one until another into memory; `tick` hears of each batch.
type private Maker = int -> int -> float[] -> unit

let private batches (count: int) : (int * int) list = [ for first in 0..batch .. count - 1 -> first, min count (first + batch) ]

/// How often `tick` is called.
let ticks (count: int) : int = (count + batch - 1) / batch

/// Keeps them in memory.
let inMemory (width: int) (count: int) (make: Maker) (tick: unit -> unit) : Store =
    let all =
        [| for first, until in batches count do
               let rows = Array.zeroCreate<float> ((until - first) * width)
               make first until rows
               tick ()
               rows |]

    let read (first: int) (into: float[]) =
        for k in 0 .. min (into.Length / width) (count - first) - 1 do
            let row = first + k
            Array.blit all[row / batch] (row % batch * width) into (k * width) width

    { Width = width
      Count = count
      Read = read }

// The first bytes of a file say what it holds; numbers follow.
let private head = 1024

/// Keeps them in a file. One that was cut short is gone on with; one that says other settings is made again.
let inFile (path: string) (settings: string) (width: int) (count: int) (make: Maker) (tick: unit -> unit) : Store =
    let text = Encoding.UTF8.GetBytes $"{width} columns, {count} rows; {settings}"
    let heading = Array.zeroCreate<byte> head
    // A longer text is told by its digest.
    let text = if text.Length <= head then text else Security.Cryptography.SHA256.HashData text
    text.CopyTo(heading, 0)
    let bytesOf (rows: int) = int64 head + 8L * int64 width * int64 rows
    Directory.CreateDirectory(nonNull (Path.GetDirectoryName(Path.GetFullPath path))) |> ignore

    let fill () =
        use file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite)
        let found = Array.zeroCreate<byte> head
        let isOurs = file.ReadAtLeast(Span found, head, false) = head && found.AsSpan().SequenceEqual(ReadOnlySpan heading)

        let ready =
            if not isOurs then
                file.SetLength 0L
                file.Position <- 0L
                file.Write(heading, 0, head)
                0
            else
                let rows = int (min (int64 count) ((file.Length - int64 head) / (8L * int64 width)))
                if rows = count then count else rows / batch * batch

        // What a killed run wrote of a batch is made again.
        file.SetLength(bytesOf ready)
        file.Position <- bytesOf ready

        for first, until in batches count do
            if until > ready then
                let rows = Array.zeroCreate<float> ((until - first) * width)
                make first until rows
                file.Write(MemoryMarshal.AsBytes(ReadOnlySpan rows))
                file.Flush()

            tick ()

    fill ()

    let read (first: int) (into: float[]) =
        use file = new FileStream(path, FileMode.Open, FileAccess.Read)
        file.Position <- bytesOf first
        file.ReadExactly(MemoryMarshal.AsBytes(into.AsSpan(0, min (into.Length / width) (count - first) * width)))

    { Width = width
      Count = count
      Read = read }

/// Looks at all rows in order: the number of a row, and where it is in memory.
let each (store: Store) (look: int -> float[] -> int -> unit) : unit =
    let rows = Array.zeroCreate<float> (min batch store.Count * store.Width)

    for first, until in batches store.Count do
        store.Read first rows
        for k in first .. until - 1 do look k rows ((k - first) * store.Width)

/// Some rows, in the order of their numbers' list.
let some (store: Store) (numbers: int[]) : float[][] =
    numbers
    |> Array.map (fun k ->
        let row = Array.zeroCreate<float> store.Width
        store.Read k row
        row)
