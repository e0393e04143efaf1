/// Every kind of representation on the structures where codes go wrong.
module Toolkit.Tests.Numerics.Representations.HardStructureTests

open Expecto
open Toolkit.Numerics.Expansion
open Toolkit.Numerics.Radial
open Toolkit.Numerics.Representations
open Toolkit.Tests.Laws

let private species = [ 1; 8 ]

let private table (basis: RadialBasis) lmax (sigma: float) kind =
    let functions = DensityProjection.Create(basis, lmax, 3.4, (if sigma > 0. then System.Nullable sigma else System.Nullable()))
    RadialTable.Build(functions, CutoffFunction(3.4, 0.8, kind), 1e-10)

let private invariant name r = Representations.invariant name (fun _ -> false) r

[<Tests>]
let tests =
    testList "Numerics.Representations.HardStructureTests" [
        testCase "density invariants have right gradients on the hard structures" <| fun () ->
            let gto nmax lmax = table (GtoBasis(nmax, 3.4)) lmax 0.4 CutoffKind.ShiftedCosine

            for subject in
                [ invariant "radial spectrum" (RadialSpectrum(DensityExpansion(gto 5 0, species)))
                  invariant "power spectrum" (PowerSpectrum(DensityExpansion(gto 3 4, species)))
                  invariant "power spectrum, separate" (PowerSpectrum(DensityExpansion(gto 9 2, species, CentrePolicy.Separate)))
                  invariant "power spectrum, l = 0" (PowerSpectrum(DensityExpansion(gto 4 0, species, CentrePolicy.Exclude))) ] do
                Representations.gradientsOnHardStructures subject

        testCase "every radial basis, smeared or with points, has right gradients on the hard structures" <| fun () ->
            // The harmonics of a point have no limit at the centre, but no neighbour is there.
            let bases: (string * RadialBasis * float) list =
                [ "Laplacian", LaplacianBasis(3, 3, 3.4), 0.5
                  "monomials", MonomialBasis(3, 3.4), 0.5
                  "Laplacian, points", LaplacianBasis(3, 3, 3.4), 0.
                  "monomials, points", MonomialBasis(3, 3.4), 0. ]

            for name, basis, sigma in bases do
                let expansion = DensityExpansion(table basis 3 sigma CutoffKind.Polynomial, species)
                Representations.gradientsOnHardStructures (invariant name (PowerSpectrum expansion))

        testCase "spin representations have right gradients on the hard structures"
        <| fun () ->
            let radial = table (GtoBasis(2, 3.4)) 2 0.4 CutoffKind.ShiftedCosine

            for coupling in [ FieldCoupling.Resolved; FieldCoupling.Summed ] do
                let expansion = DensityExpansion(radial, species, CentrePolicy.Include, [ VectorField.Spin "spins" ])

                Representations.gradientsOnHardStructures (
                    invariant $"spin power spectrum, {coupling}" (SpinPowerSpectrum(expansion, coupling))
                )

            let one =
                DensityExpansion(
                    table (GtoBasis(2, 3.4)) 1 0.4 CutoffKind.ShiftedCosine,
                    species,
                    CentrePolicy.Include,
                    [ VectorField.Spin "spins" ]
                )

            Representations.gradientsOnHardStructures (invariant "spin bispectrum" (SpinBispectrum one))
            Representations.gradientsOnHardStructures (invariant "vector power" (VectorPower(one, 0, 2)))
    ]
