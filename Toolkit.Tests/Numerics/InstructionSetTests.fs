module Toolkit.Tests.Numerics.InstructionSetTests

open System
open Expecto
open Toolkit.Tests.Laws
open Toolkit.Numerics.Simd

/// The widest vectors that the kernels use: 512, 256, 128 bits, or 0 for plain scalar code.
let private widest () = int VectorWidths.Widest

[<Tests>]
let tests =
    testList "Numerics.InstructionSetTests" [
        // The same tests run again with wide instruction sets switched off; TOOLKIT_MAX_VECTOR_BITS says what such a run
        // allows, so that a switch without effect cannot pass for a test of the narrower code.
        testCase "vectors are no wider than the run asks for" <| fun () ->
            match Environment.GetEnvironmentVariable "TOOLKIT_MAX_VECTOR_BITS" with
            | null
            | "" -> ()
            | bits -> Assert.InRange(widest (), 0, int bits)
    ]
