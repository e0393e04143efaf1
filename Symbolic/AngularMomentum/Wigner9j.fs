namespace Toolkit.Symbolic.AngularMomentum

open System.Numerics
open Toolkit.Symbolic.Algebra

/// Wigner's 9j symbol, exactly, by its expansion in 6j symbols.
[<AbstractClass; Sealed>]
type Wigner9j =

    /// The symbol for nine valid doubled quantum numbers, row by row.
    ///     Σ_x (−1)^{2x} (2x+1) {j1 j4 j7; j8 j9 x} {j2 j5 j8; j4 x j6} {j3 j6 j9; x j1 j2}.
    /// The three 6j symbols share their x-dependent triads in pairs, so that all terms are rational multiples of one
    /// surd and the sum is a surd.
    static member internal ofTwice (j: int[]) : Surd =
        let row, column = [| 0; 3; 6 |], [| 0; 1; 2 |]

        if
            row |> Array.exists (fun r -> not (Arguments.triangle j[r] j[r + 1] j[r + 2]))
            || column |> Array.exists (fun c -> not (Arguments.triangle j[c] j[c + 3] j[c + 6]))
        then
            Surd.Zero
        else
            let first = List.max [ abs (j[0] - j[8]); abs (j[3] - j[7]); abs (j[1] - j[5]) ]
            let last = List.min [ j[0] + j[8]; j[3] + j[7]; j[1] + j[5] ]
            let mutable sum = Surd.Zero

            for x in first..2..last do
                let term =
                    Wigner6j.ofTwice j[0] j[3] j[6] j[7] j[8] x
                    * Wigner6j.ofTwice j[1] j[4] j[7] j[3] x j[5]
                    * Wigner6j.ofTwice j[2] j[5] j[8] x j[0] j[1]
                    * Surd.OfInteger(Arguments.parity x * (x + 1))

                match Surd.TryAdd(sum, term) with
                | Some next -> sum <- next
                | None -> invalidOp $"9j: the terms {sum} and {term} are not commensurable"

            sum

    /// The symbol { j1 j2 j3 ; j4 j5 j6 ; j7 j8 j9 }: zero where a row or a column breaks the triangle rule, an error
    /// with the facts where there are not nine numbers or one is no quantum number.
    [<CompiledName("TryExact")>]
    static member tryExact(j: HalfInteger[]) : Result<Surd, string> =
        if j.Length <> 9 then
            Error $"a 9j symbol has 9 quantum numbers, found {j.Length}"
        else
            j
            |> Array.mapi (fun i x -> Arguments.checkJ $"j{i + 1}" x)
            |> Array.toList
            |> Arguments.firstError
            |> Result.map (fun () -> Wigner9j.ofTwice (j |> Array.map (fun x -> x.Twice)))

    /// As `tryExact`; throws ArgumentException instead of returning an error.
    [<CompiledName("Exact")>]
    static member exact(j: HalfInteger[]) : Surd = Wigner9j.tryExact j |> Arguments.orThrow
