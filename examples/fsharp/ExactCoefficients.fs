module Toolkit.Examples.FSharp.ExactCoefficients

open System.IO
// <readme>
open Toolkit.Symbolic.AngularMomentum

let coefficient = ClebschGordan.exact(1, 0, 1, 0, 2, 0)             // a Surd: sign · √(p/q), exact
let value = coefficient.ToDouble()                                  // rounded once
let sum = seq { for m in -1 .. 1 -> Wigner3j.exact(1, 1, 2, m, -m, 0).ToDouble() ** 2. } |> Seq.sum
// </readme>

/// Prints what the snippet finds.
let run (output: TextWriter) : unit =
    output.WriteLine $"⟨1 0 1 0|2 0⟩ = {coefficient} = {value:F12}, Σ 3j² = {sum:F12}"
