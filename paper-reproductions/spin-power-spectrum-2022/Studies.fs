/// The data sets and models that several figures look at.
module Toolkit.Reproductions.Spin2022.Studies

open Toolkit.Numerics.Learning
open Toolkit.Numerics.Learning.Kernels
open Toolkit.Numerics.Models.SpinLattice
open Toolkit.Reproductions.Spin2022.BccIron
open Toolkit.Reproductions.Spin2022.Models

/// The iron model without what the atoms do when there are no spins: Landau terms and exchange.
let magnetic: SpinLatticeHamiltonian =
    let iron = SpinLatticeHamiltonian.BccIron

    SpinLatticeHamiltonian(
        Quadratic = iron.Quadratic,
        Quartic = iron.Quartic,
        Sextic = iron.Sextic,
        Exchange = iron.Exchange
    )

/// Two kinds of model on the same data.
type Study =
    { Title: string
      Hamiltonian: SpinLatticeHamiltonian
      Training: Labelled[]
      /// How many of them the process is trained on.
      ProcessTraining: int
      Test: Labelled[]
      Ridge: Fitted
      Process: Fitted
      RidgeOutcome: Outcome
      ProcessOutcome: Outcome }

let fixedTitle = "atoms on their sites"
let warmTitle = "displaced atoms"

/// The process on atoms on their sites: a cubic kernel has |v|⁶ in its span.
let fixedProcess =
    { Kernel = PolynomialKernel(3, 1.)
      Scales = [ 1.; 1.; 1.; 0.01 ]
      Points = 150
      Selection = PointSelection.FarthestPoints }

/// The process on displaced atoms.
let warmProcess =
    { Kernel = GaussianKernel 10.
      Scales = [ 1.; 1.; 1.; 0.01 ]
      Points = 300
      Selection = PointSelection.FarthestPoints }

let linearFeatures nmax lmax = features (iron Summed nmax lmax)

/// Kernels make their own powers of |v|².
let kernelFeatures nmax lmax = features { iron Summed nmax lmax with Powers = 1 }

let private study threads title hamiltonian recipe (seeds: int * int) (training: int, testing: int) linear (kernel, settings) weights (fewer: int) =
    let train, test = draw hamiltonian recipe (fst seeds) training, draw hamiltonian recipe (snd seeds) testing
    let ridge = ridge threads linear [ 26 ] weights train
    let gaussian = gaussian threads kernel [ 26 ] settings weights (Array.truncate fewer train)

    { Title = title
      Hamiltonian = hamiltonian
      Training = train
      ProcessTraining = min fewer train.Length
      Test = test
      Ridge = ridge
      Process = gaussian
      RidgeOutcome = judge threads ridge test
      ProcessOutcome = judge threads gaussian test }

let testing = 100

/// Exchange and Landau terms, atoms on their sites, trained on energies.
let fixedLattice (threads: int) : Study =
    study threads fixedTitle magnetic fixedLattice (1, 2) (200, testing) (linearFeatures 8 4) (kernelFeatures 6 1, fixedProcess) energiesOnly 200

/// The iron model, atoms displaced, trained on energies.
let warm (threads: int) : Study =
    study threads warmTitle SpinLatticeHamiltonian.BccIron warmLattice (3, 4) (400, testing) (linearFeatures 8 4) (kernelFeatures 8 2, warmProcess) energiesOnly 400

/// The same, trained on energies, forces and effective fields of fewer structures.
let warmWithDerivatives (threads: int) (training: int) (processTraining: int) : Study =
    study
        threads
        warmTitle
        SpinLatticeHamiltonian.BccIron
        warmLattice
        (3, 4)
        (training, testing)
        (linearFeatures 8 4)
        (kernelFeatures 8 2, warmProcess)
        withDerivatives
        processTraining
