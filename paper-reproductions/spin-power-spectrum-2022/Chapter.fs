/// What is reproduced of the paper on the spin power spectrum.
module Toolkit.Reproductions.Spin2022.Chapter

open System.Diagnostics
open System.IO
open Toolkit.Reproductions.Report
open Toolkit.Reproductions.Spin2022.BccIron
open Toolkit.Reproductions.Spin2022.Models
open Toolkit.Reproductions.Spin2022.Studies

let private monteCarlo: MonteCarlo.Plan =
    { Cells = 4
      Temperatures = [ 100.; 300.; 500.; 700.; 800.; 900.; 950.; 1000.; 1050.; 1100.; 1200.; 1400.; 1700. ]
      Settling = 200
      Trajectories = 1000
      Steps = 12 }

let private chosen (studies: (string * Study) list) =
    [ for title, study in studies -> $"{title} {study.Ridge.Regulariser:G1} (ridge), {study.Process.Regulariser:G1} (Gaussian process)" ]
    |> String.concat "; "

/// Makes the figures.
let make (request: Request) : Chapter =
    let clock = Stopwatch.StartNew()
    let threads, full = request.Threads, request.Full
    let mutable finished = 0
    // Models of the studies, learning curves, one for each figure, and the chains of Monte Carlo.
    let steps = 4 + LearningCurves.models + 5 + (if full then MonteCarlo.chains monteCarlo else 0)

    let tick () =
        finished <- finished + 1
        request.Progress finished steps

    let stepped value =
        tick ()
        value

    request.Progress 0 steps
    let fixedStudy = stepped (fixedLattice threads)
    let warm = stepped (warm threads)
    let derivatives = stepped (warmWithDerivatives threads (if full then 240 else 60) warm.Settings (if full then 60 else 20))
    let few = judge threads (ridge threads (linearFeatures 8 4) [ 26 ] energiesOnly derivatives.Training) derivatives.Test
    let plain = stepped (ridge threads (features { iron Summed 8 4 with Powers = 1 }) [ 26 ] energiesOnly warm.Training)

    let figures =
        [ EnergyParity.figure [ fixedStudy; warm ]
          yield! LearningCurves.figures threads full tick
          stepped (Spirals.figure derivatives plain)
          stepped (ExchangeConstants.figure threads 60 derivatives)
          Derivatives.figure warm derivatives few
          stepped (Dipoles.figure threads (if full then 2000 else 400))
          if full then
              MonteCarlo.figure threads monteCarlo (Kept.ofChapter request "spin-power-spectrum-2022") tick derivatives
          yield! stepped (NonCollinear.figures threads (Path.Combine(request.Home, "spin-power-spectrum-2022")))
          match NickelOxide.figure threads request.Data with
          | Some figure -> figure
          | None -> ()
          yield! ConstrainedMoments.figures threads request.Data ]

    tick ()
    let shortest, longest = lengths

    { Folder = "spin-power-spectrum-2022"
      Title = "The spin power spectrum: learning energies of atoms and spins"
      Source =
        "M. Domina, M. Cobelli, S. Sanvito, Spectral neighbor representation for vector fields: machine learning potentials including "
        + "spin, Phys. Rev. B 105, 214439 (2022), arXiv 2202.13773"
      Introduction =
        "The paper expands spins beside the density, couples them to directions and learns, with ridge regression and Gaussian "
        + "processes, a Heisenberg energy with a longitudinal term and spin–lattice coupling. So it is here, in kind: the paper's "
        + "Hamiltonian and data are not public, and this one is a model of iron of known parameters, so that every energy, force and "
        + "effective field can be judged against the truth; what it shows of models holds where the energy lies in their span. Real iron does "
        + "not: two figures are of non-collinear density-functional theory. Forces and effective fields in the training go beyond the paper."
      Settings =
        [ "Hamiltonian", "SpinLatticeHamiltonian.BccIron: Bethe–Slater exchange (0.0105 eV/μB², 0.281, 1.999 Å, cut off at 4.5 Å), Landau terms −0.027, 0.006, 0.0002 eV/μB²ᵏ, Finnis–Sinclair lattice"
          "structures", $"54 atoms, {latticeConstant} Å; a third each disordered, aligned with noise, spiral; lengths {shortest * moment:F2} to {longest * moment:F2} μB; displaced: 0.07 Å in each direction, strain within ±1 %%"
          "seeds", "1 and 2 (training and test, atoms on their sites), 3 and 4 (displaced), 5 and 6 (learning curves); structure k of seed s is drawn from 100003 s + k"
          "density", "points; the central atom counts with its species, its spin has a channel of its own"
          "radial basis", "orthonormalised Gaussian-type functions, nmax 8 if nothing else is said; cutoff 5 Å, falling over the last 1 Å"
          "features", "ν = 1, the power spectrum of density and spins, |v|⁴ and |v|⁶ (for kernels without the last two); lmax 4"
          "ridge", "standardised columns; regulariser by 4-fold cross-validation out of 1e-14 … 1"
          "regularisers chosen", chosen [ "atoms on their sites", fixedStudy; "displaced", warm; "with derivatives", derivatives ]
          "Gaussian process",
          $"the best of some in cross-validation: atoms on their sites {describe fixedStudy.Settings}, nmax 6, lmax 1 (expected errors {tried fixedStudy}); displaced "
          + $"{describe warm.Settings}, nmax 8, lmax 2 (widths and expected errors {tried warm}); environments by farthest points; features centred and scaled to "
          + "mean square lengths 1, 1, 1, 0.01 (density, own spin, own with others, others with others); noise as the regulariser of ridge"
          "weights", "energies only: energies per atom; with derivatives: energies 1, forces and fields 0.3 for each component, each over its standard deviation"
          "density-functional theory", "spin-power-spectrum-2022/data/fe-noncollinear.xyz, made by generate.py beside it; nmax 6, lmax 0; energies 1, fields 0.3 for each component, each over its standard deviation; 150 environments by farthest points"
          "threads", $"{threads}; the numbers are the same for any" ]
      Figures = figures
      Checks = Checks.all fixedStudy warm derivatives
      Seconds = clock.Elapsed.TotalSeconds }
