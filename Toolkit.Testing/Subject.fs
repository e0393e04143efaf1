namespace Toolkit.Testing

open System
open Toolkit.Numerics.Structures

/// A vector that atoms carry and that the numbers under test depend on.
type VectorProperty =
    { /// The atom property that holds it, three numbers per atom.
      Key: string
      /// Whether it turns as a position or as a spin in a mirror.
      Parity: Rotations.Parity
      /// Whether it changes its sign when time is reversed, as a spin does.
      TimeOdd: bool }

/// How hard a subject is tried.
type internal Settings =
    { Species: int list
      Sizes: int * int
      Periodic: Periodicity list
      Spacing: float
      Cases: int
      Tolerance: float
      Floor: float
      Step: float
      DifferenceTolerance: float }

/// What is put to the test: numbers that are made from a structure, by whatever program. Subjects are immutable; the
/// members With… give changed ones.
[<Sealed>]
type Subject internal (name: string, isPerAtom: bool, compute: Structure -> float[], vectors: VectorProperty list, settings: Settings) =

    static let usual =
        { Species = [ 1; 6; 8 ]
          Sizes = 1, 6
          Periodic =
            [ for a in [ false; true ] do
                  for b in [ false; true ] do
                      for c in [ false; true ] -> Periodicity(a, b, c) ]
          Spacing = 0.9
          Cases = 40
          Tolerance = 1e-10
          Floor = 1e-3
          Step = 1e-4
          DifferenceTolerance = 3e-6 }

    /// Numbers of every atom, [atom, feature] in the order of the atoms, as many for each.
    static member PerAtom(name: string, compute: Func<Structure, float[]>) : Subject = Subject(name, true, compute.Invoke, [], usual)

    /// Numbers of the whole structure, as an energy (one number) or a dipole (three).
    static member PerStructure(name: string, compute: Func<Structure, float[]>) : Subject = Subject(name, false, compute.Invoke, [], usual)

    /// The same from plain arrays: atomic numbers, positions [atom, xyz] in Å, and the cell's three vectors as rows (nine numbers),
    /// an empty array where there is none. All structures are clusters or crystals.
    static member OfArrays(name: string, isPerAtom: bool, compute: Func<int[], float[], float[], float[]>) : Subject =
        let ofStructure (s: Structure) =
            let cell =
                match s.Cell with
                | null -> [||]
                | cell -> if s.Periodic.Any then cell.Vectors.ToArray() else [||]

            compute.Invoke(s.Species.ToArray(), s.Positions.ToArray(), cell)

        Subject(name, isPerAtom, ofStructure, [], { usual with Periodic = [ Periodicity.None; Periodicity.All ] })

    /// What messages call it.
    member _.Name = name

    /// Whether there are numbers for every atom.
    member _.IsPerAtom = isPerAtom

    /// The vectors that the numbers depend on.
    member _.Vectors: VectorProperty list = vectors

    /// The numbers of a structure.
    member _.Compute(structure: Structure) : float[] = compute structure

    member internal _.Settings = settings

    member private _.With(changed: Settings) = Subject(name, isPerAtom, compute, vectors, changed)

    /// With random vectors under a key in every structure. isAxial: as a spin, which keeps its sign under the inversion;
    /// isTimeOdd: as a spin, which changes its sign when time is reversed.
    member _.WithVector(key: string, isAxial: bool, isTimeOdd: bool) : Subject =
        let vector =
            { Key = key
              Parity = (if isAxial then Rotations.Axial else Rotations.Polar)
              TimeOdd = isTimeOdd }

        Subject(name, isPerAtom, compute, vectors @ [ vector ], settings)

    /// Structures of these elements, by atomic number; else of H, C and O.
    member this.WithSpecies([<ParamArray>] species: int[]) : Subject =
        if species.Length = 0 then invalidArg (nameof species) "expected at least one element"
        this.With { settings with Species = List.ofArray species }

    /// Structures of so many atoms; else of 1 … 6.
    member this.WithSizes(least: int, most: int) : Subject =
        if least < 1 || most < least then invalidArg (nameof least) $"found {least} … {most} atoms, expected 1 ≤ least ≤ most"
        this.With { settings with Sizes = (least, most) }

    /// Structures of these periodicities; else of all eight.
    member this.WithPeriodicity([<ParamArray>] periodic: Periodicity[]) : Subject =
        if periodic.Length = 0 then invalidArg (nameof periodic) "expected at least one"
        this.With { settings with Periodic = List.ofArray periodic }

    /// No two atoms closer than this, Å, where there is room for it; else 0.9.
    member this.WithSpacing(spacing: float) : Subject = this.With { settings with Spacing = spacing }

    /// So many random cases for each law; else 40. TOOLKIT_CASES multiplies them.
    member this.WithCases(count: int) : Subject =
        if count < 1 then invalidArg (nameof count) $"found {count}, expected at least 1"
        this.With { settings with Cases = count }

    /// How far numbers may be off: tolerance times the largest of them, which counts as `floor` where it is smaller; else 1e-10
    /// and 1e-3.
    member this.WithTolerance(tolerance: float, floor: float) : Subject =
        this.With { settings with Tolerance = tolerance; Floor = floor }

    /// How gradients are compared: over which step, Å, differences are taken, and how far they may be off in parts of the largest;
    /// else 1e-4 and 3e-6. A cutoff whose second derivative jumps wants more room.
    member this.WithDifferences(step: float, tolerance: float) : Subject =
        this.With { settings with Step = step; DifferenceTolerance = tolerance }
