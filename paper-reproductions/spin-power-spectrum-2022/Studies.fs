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
      /// Of the candidates the one that cross-validation expects the least error of.
      Process: Fitted
      /// What it is made of.
      Settings: Process
      /// The candidates and the error that cross-validation expects of each, in units of the standard deviation.
      Candidates: (Process * float) list
      RidgeOutcome: Outcome
      ProcessOutcome: Outcome }

let fixedTitle = "atoms on their sites"
let warmTitle = "displaced atoms"

let private farthest kernel points =
    { Kernel = kernel
      Scales = [ 1.; 1.; 1.; 0.01 ]
      Points = points
      Selection = PointSelection.FarthestPoints }

/// Processes to choose from: of the polynomial kernels on atoms on their sites the cubic one has |v|⁶ in its span.
let fixedCandidates: Process list = [ for degree in [ 2; 3; 4 ] -> farthest (PolynomialKernel(degree, 1.)) 150 ]

/// On displaced atoms: Gaussian kernels of several widths.
let warmCandidates: Process list = [ for width in [ 10.; 20.; 40.; 80.; 160. ] -> farthest (GaussianKernel width) 300 ]

/// In words.
let describe (p: Process) : string =
    let kernel =
        match p.Kernel with
        | :? PolynomialKernel as k -> $"({k.Offset} + p·p')^{k.Degree}"
        | :? GaussianKernel as k -> $"exp(−|p − p'|²/2·{k.Width}²)"
        | other -> string other

    $"{kernel}, {p.Points} environments"

/// Every candidate's width or degree with the error that cross-validation expects.
let tried (study: Study) : string =
    study.Candidates
    |> List.map (fun (p, error) ->
        match p.Kernel with
        | :? PolynomialKernel as k -> $"ζ = {k.Degree}: {error:G2}"
        | :? GaussianKernel as k -> $"{k.Width}: {error:G2}"
        | other -> $"{other}: {error:G2}")
    |> String.concat ", "

let linearFeatures nmax lmax = features (iron Summed nmax lmax)

/// Kernels make their own powers of |v|².
let kernelFeatures nmax lmax = features { iron Summed nmax lmax with Powers = 1 }

let private study
    threads
    title
    hamiltonian
    recipe
    (seeds: int * int)
    (training: int, testing: int)
    linear
    (kernel, candidates)
    weights
    (fewer: int)
    =
    let train, test = draw hamiltonian recipe (fst seeds) training, draw hamiltonian recipe (snd seeds) testing
    let ridge = ridge threads linear [ 26 ] weights train
    let processes = List.zip candidates (gaussian threads kernel [ 26 ] candidates weights (Array.truncate fewer train))
    let settings, gaussian = processes |> List.minBy (fun (_, fit) -> fit.Error)

    {
        Title = title
        Hamiltonian = hamiltonian
        Training = train
        ProcessTraining = min fewer train.Length
        Test = test
        Ridge = ridge
        Process = gaussian
        Settings = settings
        Candidates = processes |> List.map (fun (p, fit) -> p, fit.Error)
        RidgeOutcome = judge threads ridge test
        ProcessOutcome = judge threads gaussian test
    }

let testing = 100

/// Exchange and Landau terms, atoms on their sites, trained on energies.
let fixedLattice (threads: int) : Study =
    study
        threads
        fixedTitle
        magnetic
        fixedLattice
        (1, 2)
        (200, testing)
        (linearFeatures 8 4)
        (kernelFeatures 6 1, fixedCandidates)
        energiesOnly
        200

/// The iron model, atoms displaced, trained on energies.
let warm (threads: int) : Study =
    study
        threads
        warmTitle
        SpinLatticeHamiltonian.BccIron
        warmLattice
        (3, 4)
        (400, testing)
        (linearFeatures 8 4)
        (kernelFeatures 8 2, warmCandidates)
        energiesOnly
        400

/// The same, trained on energies, forces and effective fields of fewer structures, the process being of given settings.
let warmWithDerivatives (threads: int) (training: int) (settings: Process) (processTraining: int) : Study =
    study
        threads
        warmTitle
        SpinLatticeHamiltonian.BccIron
        warmLattice
        (3, 4)
        (training, testing)
        (linearFeatures 8 4)
        (kernelFeatures 8 2, [ settings ])
        withDerivatives
        processTraining
