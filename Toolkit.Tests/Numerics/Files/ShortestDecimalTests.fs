module Toolkit.Tests.Numerics.Files.ShortestDecimalTests

open System
open System.Globalization
open System.Text
open Expecto
open Toolkit.Numerics.Files
open Toolkit.Tests.Laws

let private ours (x: float) =
    let bytes = Array.zeroCreate<byte> ShortestDecimal.Room
    Encoding.ASCII.GetString(bytes, 0, ShortestDecimal.Write(x, bytes.AsSpan()))

let private parsed (text: string) = Double.Parse(text, CultureInfo.InvariantCulture)

/// Fails where the text of a number is not that of the runtime. The runtime of .NET 10 writes 2^-25 and 2^-958 as numbers that do not read
/// back (dotnet/runtime#131131): there alone ours is another one, which does.
let private compare (x: float) =
    let bytes, runtime = Array.zeroCreate<byte> ShortestDecimal.Room, Array.zeroCreate<byte> 64
    let length = ShortestDecimal.Write(x, bytes.AsSpan())
    let mutable expected = 0
    x.TryFormat(runtime.AsSpan(), &expected, "R", CultureInfo.InvariantCulture) |> ignore

    if not (bytes.AsSpan(0, length).SequenceEqual(ReadOnlySpan(runtime, 0, expected))) then
        let text = Encoding.ASCII.GetString(runtime, 0, expected)
        if parsed text = x || parsed (ours x) <> x then
            failtest $"%016x{BitConverter.DoubleToUInt64Bits x} was written {ours x}, expected {text}"

let private kinds: (string * (Random -> float)) list =
    let ofBits (bits: uint64) = BitConverter.UInt64BitsToDouble bits

    [
        "any bits", fun r -> ofBits (uint64 (r.NextInt64(Int64.MinValue, Int64.MaxValue)))
        "a few decimals", fun r -> float (r.NextInt64 1_000_000_000L) / Math.Pow(10., float (r.Next 12))
        "decimals with an exponent", fun r -> parsed $"{r.NextInt64(1L <<< r.Next(1, 60))}E{r.Next(-330, 300)}"
        "whole numbers", fun r -> float (r.NextInt64(1L <<< r.Next(1, 63)))
        "subnormal numbers", fun r -> ofBits (uint64 (r.NextInt64(1L <<< 52)) >>> r.Next 52)
        "what simulations have", fun r -> (r.NextDouble() - 0.5) * Math.Pow(10., float (r.Next(-8, 18)))
        "numbers of float32", fun r -> float (float32 ((r.NextDouble() - 0.5) * Math.Pow(10., float (r.Next(-8, 18)))))
        "halves of halves", fun r -> float (r.NextInt64(1L <<< r.Next(1, 53))) / float (1L <<< r.Next 62)
        "neighbours of short decimals",
        fun r -> ofBits (BitConverter.DoubleToUInt64Bits(parsed $"{r.Next(1, 1000)}E{r.Next(-323, 306)}") + uint64 (r.Next 3))
    ]

[<Tests>]
let tests =
    testList "Numerics.Files.ShortestDecimalTests" [
        for name, draw in kinds do
            Law.test
                $"the text of a number is that of the runtime's R, byte for byte: {name}"
                40
                (Law.seeded (0, 5000))
                (fun (seed, count) ->
                    let random = Random seed

                    for _ in 1..count do
                        compare (draw random))

        testCase "the text of a number is that of the runtime's R around every power of two, where its neighbours are unequally far" <| fun () ->
            for exponent in 0UL .. 2046UL do
                for below in -9L .. 9L do
                    let bits = (exponent <<< 52) + uint64 below
                    if exponent > 0UL || below >= 0L then
                        compare (BitConverter.UInt64BitsToDouble bits)
                        compare (-BitConverter.UInt64BitsToDouble bits)

        testCase "every power of two reads back" <| fun () ->
            for exponent in -1074 .. 1023 do
                let x = Math.ScaleB(1., exponent)
                Assert.Equal<float>(x, parsed (ours x))

        testCase "numbers have an exponent from 1E+17 on and below 1E-04" <| fun () ->
            let cases =
                [ 0., "0"; -0., "-0"; 1., "1"; -10., "-10"; 0.5, "0.5"; 0.0001, "0.0001"; 0.00001, "1E-05"; 1.25e-7, "1.25E-07"; 1e15, "1000000000000000"
                  12345678901234567., "12345678901234568"; 1e17, "1E+17"; 5e-324, "5E-324"; Double.MaxValue, "1.7976931348623157E+308"
                  nan, "NaN"; infinity, "Infinity"; -infinity, "-Infinity" ]

            for x, text in cases do
                Assert.Equal(text, ours x)

        testCase "too little room is refused"
        <| fun () ->
            Assert.Throws<ArgumentOutOfRangeException>(fun () ->
                ShortestDecimal.Write(1., Span(Array.zeroCreate (ShortestDecimal.Room - 1))) |> ignore)
            |> ignore
    ]
