namespace Toolkit.Symbolic.Tables

open System.Numerics
open Toolkit.Symbolic.Algebra

/// A convention for coupling coefficients, as data. It says how its spherical harmonics and its normalisation differ
/// from ours; every conversion follows from that by computation (`Factor`), none is coded by hand.
type Convention =
    { /// The name on the command line.
      Name: string
      /// "real" or "complex".
      Basis: string
      /// What stands in the places of our (x, y, z), in order: the harmonics are ours of that vector. A permutation by a
      /// rotation leaves every coupling coefficient as it is.
      Axes: string
      /// k: where coefficients are formed, harmonics of degree l carry the phase i^{k·l} beyond ours.
      QuarterTurns: int
      /// Whether Σ C² over a block is 1 instead of 2·l3+1.
      UnitNorm: bool
      /// Where users meet it.
      Where: string }

    /// What a coefficient of (l1, l2, l3) in this convention is divided by ours, exactly. Arguments doubled.
    member internal this.Factor(l1: int, l2: int, l3: int) : Surd =
        // A coupling matrix carries the phases of its two inputs and the conjugate one of its output. Ours in the real
        // basis is the array over i where l1+l2+l3 is odd, so the array has one more quarter turn there. If a quarter
        // turn is left in the end, the coefficients are imaginary and the factor i is stripped.
        let turns = this.QuarterTurns * (l1 + l2 - l3) / 2 + (if this.Basis = "real" && ((l1 + l2 + l3) / 2) &&& 1 = 1 then 1 else 0)
        let sign = if turns &&& 2 = 0 then 1 else -1
        let norm = if this.UnitNorm then BigInteger(l3 + 1) else BigInteger.One
        Surd.Create(sign, BigInteger.One, norm)

/// The conventions with a name.
module Conventions =

    /// The convention of this project: CONVENTIONS.md, contracts of the first section. Serves both bases.
    let toolkit =
        { Name = "toolkit"
          Basis = "real"
          Axes = "x y z"
          QuarterTurns = 0
          UnitNorm = false
          Where = "this project; cg and 3j tables in the complex basis, real-cg in the real one" }

    /// All named conventions, ours first.
    let all: Convention list =
        [ toolkit
          { Name = "e3nn"
            Basis = "real"
            Axes = "z x y"
            QuarterTurns = -1
            UnitNorm = true
            Where = "e3nn's wigner_3j: polar axis y, components of l = 1 in the order x y z, unit Frobenius norm" }
          { Name = "mace"
            Basis = "real"
            Axes = "z x y"
            QuarterTurns = -1
            UnitNorm = true
            Where = "MACE couples pairs by e3nn's wigner_3j" }
          { Name = "sphericart"
            Basis = "real"
            Axes = "x y z"
            QuarterTurns = 0
            UnitNorm = false
            Where = "sphericart's normalised real harmonics are ours; coefficients that couple them are ours, too" }
          { Name = "scipy"
            Basis = "complex"
            Axes = "x y z"
            QuarterTurns = 0
            UnitNorm = false
            Where = "SciPy's complex harmonics (Condon–Shortley, orthonormal) with SymPy's clebsch_gordan" } ]

    /// The convention with that name.
    let tryFind (name: string) : Convention option = all |> List.tryFind (fun c -> c.Name = name)

    /// The table of CONVENTIONS.md, in Markdown.
    [<CompiledName("Markdown")>]
    let markdown () : string =
        let row (c: Convention) =
            let basis = if c.Name = "toolkit" then "real and complex" else c.Basis
            let norm = if c.UnitNorm then "1" else "2·l3 + 1"
            let sign = if c.QuarterTurns = 0 then "+1" else "(−1)^⌊(l1+l2−l3)/2⌋"
            $"| {c.Name} | {basis} | ({c.Axes}) | {norm} | {sign} | {c.Where} |\n"

        "| name | basis | our (x y z) are its | Σ C² of a block | sign against ours | where |\n|---|---|---|---|---|---|\n"
        + String.concat "" (all |> List.map row)
