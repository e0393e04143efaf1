/// Body-centred cubic iron with spins: random structures, each determined by its seed, with the labels that a known
/// Hamiltonian gives them.
module Toolkit.Reproductions.Spin2022.BccIron

open System
open Toolkit.Numerics.Models.SpinLattice
open Toolkit.Numerics.Structures
open Toolkit.Reproductions.Checks.Isometry

/// Å.
let latticeConstant = 2.8665

/// The length of a spin in the ordered crystal, μB.
let moment = 2.2

let private iron = 26

/// Atoms on their sites, n × n' × n'' cubic cells of two atoms, without spins.
let supercell (a: float) (n: int, n': int, n'': int) : Structure =
    Structure
        .Create(ReadOnlySpan [| iron; iron |], ReadOnlySpan [| 0.; 0.; 0.; a / 2.; a / 2.; a / 2. |], Cell.Cubic a, Periodicity.All)
        .Replicate(n, n', n'')

/// A direction uniform on the sphere.
let direction (random: Random) : float[] =
    let v = Array.init 3 (fun _ -> normal random)
    let norm = sqrt (Array.sumBy (fun x -> x * x) v)
    v |> Array.map (fun x -> x / norm)

/// Random displacements of the given standard deviation in each direction (Å), in a cell strained by up to `strain`.
let displaced (random: Random) (amplitude: float) (strain: float) (s: Structure) : Structure =
    let stretch = Array.init 9 (fun k -> (if k % 4 = 0 then 1. else 0.) + strain * (2. * random.NextDouble() - 1.))
    let strained = if strain > 0. then s.Transform(ReadOnlySpan stretch) else s
    let moved = strained.Positions.ToArray() |> Array.map (fun x -> x + amplitude * normal random)
    strained.WithPositions(ReadOnlySpan moved)

let withSpins (spins: float[]) (s: Structure) : Structure =
    s.WithAtomProperty("spins", PropertyArray.Real(ReadOnlySpan spins, 3))

let spinsOf (s: Structure) : float[] = s.AtomProperties["spins"].ToReals()

/// How spins are arranged. Their lengths fluctuate in every arrangement.
type Arrangement =
    /// Every direction by itself.
    | Disordered
    /// One direction with noise of random strength.
    | Aligned
    /// Turning by q·r about a random axis, q commensurate with the cell, with a random cone angle and some noise.
    | Spiral

/// The range of lengths of spins in the data, as fractions of `moment`.
let lengths = 0.7, 1.2

let private scaled (random: Random) (v: float[]) =
    let lo, hi = lengths
    let norm = sqrt (Array.sumBy (fun x -> x * x) v)
    let length = moment * (lo + (hi - lo) * random.NextDouble())
    v |> Array.map (fun x -> x * length / norm)

let private cross (a: float[]) (b: float[]) =
    [| a[1] * b[2] - a[2] * b[1]; a[2] * b[0] - a[0] * b[2]; a[0] * b[1] - a[1] * b[0] |]

/// Two directions that make a right-handed frame with the given one.
let private across (random: Random) (axis: float[]) =
    let rec draw () =
        let c = cross axis (direction random)
        let norm = sqrt (Array.sumBy (fun x -> x * x) c)
        if norm < 0.1 then draw () else c |> Array.map (fun x -> x / norm)

    let first = draw ()
    first, cross axis first

let arranged (random: Random) (arrangement: Arrangement) (s: Structure) : Structure =
    let noisy (strength: float) (v: float[]) = v |> Array.map (fun x -> x + strength * normal random)

    let spins =
        match arrangement with
        | Disordered -> Array.init s.Count (fun _ -> scaled random (direction random))
        | Aligned ->
            let axis, strength = direction random, 0.8 * random.NextDouble()
            Array.init s.Count (fun _ -> scaled random (noisy strength axis))
        | Spiral ->
            let axis = direction random
            let first, second = across random axis
            let turns = Array.init 3 (fun _ -> float (random.Next 4 - 1))
            let cone, strength = Math.PI / 2. * random.NextDouble(), 0.2 * random.NextDouble()
            let fractional = Array.zeroCreate s.Positions.Length
            (nonNull s.Cell).ToFractional(s.Positions, Span fractional)

            Array.init s.Count (fun i ->
                let phase = 2. * Math.PI * Seq.sum (seq { for d in 0..2 -> turns[d] * fractional[3 * i + d] })
                let turned d = cos cone * axis[d] + sin cone * (cos phase * first[d] + sin phase * second[d])
                scaled random (noisy strength (Array.init 3 turned)))

    withSpins (Array.concat spins) s

/// A structure and what the Hamiltonian says of it.
type Labelled =
    { Structure: Structure
      /// eV.
      Energy: float
      /// [atom · 3 + xyz], eV/Å.
      Forces: float[]
      /// Effective fields −∂E/∂v: [atom · 3 + xyz], eV/μB.
      Fields: float[] }

let label (hamiltonian: SpinLatticeHamiltonian) (s: Structure) : Labelled =
    let found = hamiltonian.Evaluate s

    { Structure = s
      Energy = found.Energy
      Forces = found.Forces
      Fields = found.Fields }

/// How a set of structures is drawn.
type Recipe =
    { Cells: int * int * int
      /// Standard deviation of a displacement in each direction, Å; 0: atoms on their sites.
      Displacement: float
      /// Largest element of the strain.
      Strain: float }

/// 54 atoms on their sites.
let fixedLattice =
    { Cells = 3, 3, 3
      Displacement = 0.
      Strain = 0. }

/// 54 atoms displaced as by heat of some hundred kelvin.
let warmLattice =
    { Cells = 3, 3, 3
      Displacement = 0.07
      Strain = 0.01 }

/// `count` labelled structures: disordered, aligned and spiral spins in turn. Structure k depends on the seed and k alone.
let draw (hamiltonian: SpinLatticeHamiltonian) (recipe: Recipe) (seed: int) (count: int) : Labelled[] =
    let kinds = [| Disordered; Aligned; Spiral |]
    let perfect = supercell latticeConstant recipe.Cells

    Array.Parallel.init count (fun k ->
        let random = Random(seed * 100003 + k)
        let s = if recipe.Displacement > 0. then displaced random recipe.Displacement recipe.Strain perfect else perfect
        s |> arranged random kinds[k % kinds.Length] |> label hamiltonian)
