module Toolkit.Examples.FSharp.ExactCoefficients

open System.IO
// <readme>
open Toolkit.Symbolic.AngularMomentum

let coefficient = ClebschGordan.exact(1, 0, 1, 0, 2, 0)     // ⟨1 0 1 0|2 0⟩, a signed root of a fraction: exact
let value = coefficient.ToDouble()                          // rounded once
let symbol = Wigner3j.exact(2, 3, 4, 1, 1, -2)              // j1 j2 j3, then m1 m2 m3
// </readme>

/// Prints what the snippet finds.
let run (output: TextWriter) : unit =
    output.WriteLine $"⟨1 0 1 0|2 0⟩ = {coefficient} = {value:F12}, 3j = {symbol}"
