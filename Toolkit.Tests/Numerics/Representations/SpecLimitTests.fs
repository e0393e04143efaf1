/// What a specification asks for that float64 or the coupling coefficients cannot give is refused with the value and the limit.
module Toolkit.Tests.Numerics.Representations.SpecLimitTests

open Expecto
open Toolkit.Tests.Laws
open Toolkit.Numerics.Files
open Toolkit.Numerics.Representations

let private create (text: string) =
    (Spec.Parse("""{"cutoff": {"radius": 5}, """ + text + "}", "spec.json")).CreateRepresentation([ 1; 14 ], "spec.json")

let private refused text = (Assert.Throws<InputException>(fun () -> create text |> ignore)).Message

[<Tests>]
let tests =
    testList "Numerics.Representations.SpecLimitTests" [
        testCase "thirty orbitals are taken, as the range of nmax says" <| fun () ->
            let features =
                create """"radial": {"nmax": 30}, "lmax": 1, "density": {"sigma": 0.4}, "representation": {"kind": "power-spectrum"}"""
            Assert.Equal(2 * 60 * 61 / 2, (features :?> PowerSpectrum).FeatureCount)

        testCase "a width that no table can hold is refused with the width and the limit" <| fun () ->
            let message =
                refused """"radial": {"nmax": 2}, "lmax": 0, "density": {"sigma": 0.0005}, "representation": {"kind": "power-spectrum"}"""
            Assert.Equal("spec.json: $.density.sigma: found 0.0005 Å with 2 functions within 5 Å, expected functions that 16384 intervals hold to 1e-9: a wider Gaussian or fewer functions", message)

        testCase "coupling coefficients that end too early are refused with both numbers" <| fun () ->
            let message =
                refused """"radial": {"nmax": 1}, "lmax": 9, "density": {"sigma": 0.5}, "representation": {"kind": "bispectrum"}"""
            Assert.Equal("spec.json: $.representation: found coupling coefficients up to l = 8, expected up to 9, which these features need", message)
    ]
