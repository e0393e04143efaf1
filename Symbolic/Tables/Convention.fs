namespace Toolkit.Symbolic.Tables

open System.Numerics
open Toolkit.Symbolic.Algebra
open Toolkit.Symbolic.AngularMomentum

/// The functions that a convention numbers by m.
[<RequireQualifiedAccess>]
type Basis =
    /// Y_l^m with e^{imφ}.
    | Complex
    /// Functions with cos mφ for m > 0 and sin |m|φ for m < 0.
    | Real

    /// "complex" or "real".
    member this.Name =
        match this with
        | Complex -> "complex"
        | Real -> "real"

/// How the functions of one degree are scaled.
[<RequireQualifiedAccess>]
type Normalisation =
    /// ∫ |Y|² = 1.
    | Orthonormal
    /// Racah's: √(4π/(2l+1)) times the orthonormal ones.
    | Racah

/// A convention for spherical harmonics and for the coefficients that couple them, as data: what a program's choices are.
/// Every conversion is computed from two such values (`Conversion`); none is coded for a pair of programs.
///
/// The spherical harmonics of degree l, as a vector in the convention's order, are
///     i^{QuarterTurns·l} · scale · P · U · Y_l(axes r),
/// Y_l ours in the complex basis (orthonormal, Condon–Shortley, m = −l…l), U the unitary to our real functions or 1, P the
/// convention's signs and order. A coupling array has one index for each of three harmonics; it is the unit-norm invariant
/// array, √((2l+1)^d) for each index in turn with d from `Dimensions`, formed as the Clebsch–Gordan array of the first two
/// indices coupled to the third. Where it comes out imaginary it is divided by i.
type Convention = {
    /// The name on the command line.
    Name: string
    /// The functions.
    Basis: Basis
    /// The permutation (with signs) of x, y, z that stands in the places of our (x, y, z): "z x y" says that the harmonics are
    /// ours of the vector (z, x, y).
    Axes: string
    /// Whether m runs from l down to −l.
    Descending: bool
    /// Whether the functions with m > 0 (real: with m ≠ 0) carry (−1)^m: ours do in the complex basis and do not in the real one.
    CondonShortley: bool
    /// k: where coefficients are formed, harmonics of degree l carry the phase i^{k·l}.
    QuarterTurns: int
    /// The scale of the functions.
    Normalisation: Normalisation
    /// d for each index of a coupling array in turn: Clebsch–Gordan coefficients have (0, 0, 1), arrays of unit norm (0, 0, 0).
    Dimensions: struct (int * int * int)
    /// Which of (first factor, second factor, product) each index of a coupling array is, 1 … 3: "1 2 3" puts the product last.
    IndexOrder: string
    /// Where users meet it.
    Where: string
} with

    /// i^k of the function with number m against ours of the same basis and number.
    member private this.Turns(m: int) =
        let natural = this.Basis.IsComplex
        if this.CondonShortley <> natural && (if natural then m > 0 else true) then 2 * (m &&& 1) else 0

    /// The number m of the function at `index` 0 … 2l, in doubled quantum numbers.
    member internal this.NumberAt(twiceL: int, index: int) : int = if this.Descending then twiceL - 2 * index else 2 * index - twiceL

    /// Whether the convention's functions are ours of the same basis but for rotated axes and phases i^{kl}: then a block of
    /// coefficients differs from ours by one factor.
    member internal this.IsPlain = not this.Descending && this.CondonShortley = this.Basis.IsComplex

    /// k of i^k by which the function at `index` differs from ours of the same basis with the number there.
    member internal this.TurnsAt(twiceL: int, index: int) : int =
        // Half-integer spinors have no (−1)^m to leave out: their phases are Condon and Shortley's everywhere.
        if twiceL &&& 1 = 1 then 0 else this.Turns(this.NumberAt(twiceL, index) / 2)

    /// The position in `IndexOrder` of the first factor, of the second and of the product.
    member internal this.Positions: struct (int * int * int) =
        let order = this.IndexOrder.Split ' ' |> Array.map int
        let at role = System.Array.IndexOf(order, role)
        struct (at 1, at 2, at 3)

    /// The size of a coefficient of this convention against the unit-norm one of ours: √((2l+1)^d) for each index. Arguments
    /// doubled.
    member internal this.Scale(l1: int, l2: int, l3: int) : Surd =
        let struct (d1, d2, d3) = this.Dimensions

        let power l d = Surd.Create(1, BigInteger.Pow(BigInteger(l + 1), max d 0), BigInteger.Pow(BigInteger(l + 1), max -d 0))

        power l1 d1 * power l2 d2 * power l3 d3

    /// k: the array is i^k times ours before either strips a factor i. It carries the phase of its output and the conjugate
    /// ones of its two inputs. Arguments doubled.
    member internal this.DegreeTurns(l1: int, l2: int, l3: int) : int = (this.QuarterTurns * (l3 - l1 - l2) / 2) &&& 3

    /// What makes the value no convention, if anything does.
    member internal this.Fault: string option =
        let isPlain (c: char) = System.Char.IsAsciiLetterOrDigit c || c = '-' || c = '_' || c = '.'
        let isOrderOf (names: string[]) (found: string[]) = Array.sort found = names
        let struct (d1, d2, d3) = this.Dimensions

        if this.Name = "" || this.Name.Length > 40 || not (Seq.forall isPlain this.Name) then
            Some "a name has 1 to 40 letters, digits, '-', '_' or '.'"
        elif
            not (
                this.Axes.Split ' '
                |> Array.map (fun axis -> if axis.StartsWith '-' then axis.Substring 1 else axis)
                |> isOrderOf [| "x"; "y"; "z" |]
            )
        then
            Some $"the axes are '{this.Axes}', expected x, y and z in some order, each perhaps with a minus sign"
        elif not (this.IndexOrder.Split ' ' |> isOrderOf [| "1"; "2"; "3" |]) then
            Some $"the index order is '{this.IndexOrder}', expected 1, 2 and 3 in some order"
        elif List.exists (fun d -> abs d > 1) [ d1; d2; d3 ] then
            Some $"the dimensions are {d1} {d2} {d3}, expected each to be -1, 0 or 1"
        else
            None

    /// Everything that coefficients and harmonics depend on, as text.
    member internal this.Choices: string =
        let struct (d1, d2, d3) = this.Dimensions
        $"{this.Basis.Name}; {this.Axes}; {this.Descending}; {this.CondonShortley}; {this.QuarterTurns}; {this.Normalisation}; {d1} {d2} {d3}; {this.IndexOrder}"

/// The conventions with a name.
module Conventions =

    /// The convention of this project in the real basis: CONVENTIONS.md.
    [<CompiledName("Toolkit")>]
    let toolkit =
        { Name = "toolkit"
          Basis = Basis.Real
          Axes = "x y z"
          Descending = false
          CondonShortley = false
          QuarterTurns = 0
          Normalisation = Normalisation.Orthonormal
          Dimensions = struct (0, 0, 1)
          IndexOrder = "1 2 3"
          Where = "this project's real harmonics and real-cg tables" }

    /// The convention of this project in the complex basis: 3j and cg tables.
    [<CompiledName("ToolkitComplex")>]
    let toolkitComplex =
        { toolkit with
            Basis = Basis.Complex
            CondonShortley = true
            Where = "this project's complex harmonics and cg tables" }

    let private e3nn =
        { toolkit with
            Name = "e3nn"
            Axes = "z x y"
            QuarterTurns = 1
            Dimensions = struct (0, 0, 0)
            Where = "e3nn's wigner_3j and spherical_harmonics: polar axis y, components of l = 1 in the order x y z" }

    /// All named conventions, ours first (once for each basis).
    [<CompiledName("All")>]
    let all: Convention list =
        [ toolkit
          toolkitComplex
          e3nn
          { e3nn with
              Name = "mace"
              Dimensions = struct (1, 0, 0)
              IndexOrder = "3 1 2"
              Where = "MACE's U matrices: √(2L+1) · e3nn's wigner_3j(L, l1, l2), the product's index first" }
          { toolkit with
              Name = "sphericart"
              Where = "sphericart's real harmonics are ours" }
          { toolkit with
              Name = "featomic"
              Where = "featomic's harmonics and its real coefficients, the imaginary part where l1+l2+l3 is odd" }
          { toolkit with
              Name = "librascal"
              Where = "librascal's real harmonics: its two factors (−1)^m, of Condon–Shortley and of cos mφ, cancel" }
          { toolkitComplex with
              Name = "scipy"
              Where = "SciPy's sph_harm and sph_harm_y, with SymPy's clebsch_gordan" }
          { toolkitComplex with
              Name = "snap"
              Where = "LAMMPS SNAP: its coupling coefficients, half-integers included; its U^j below" }
          { toolkitComplex with
              Name = "racah"
              Normalisation = Normalisation.Racah
              Where = "multipole codes: C_lm = √(4π/(2l+1)) Y_lm" } ]

    /// The convention with that name; "toolkit" is the one of the given basis. "toolkit-real" and "toolkit-complex" are
    /// "toolkit" in that basis whatever is given.
    [<CompiledName("TryFind")>]
    let tryFind (name: string) (basis: Basis) : Convention option =
        match name with
        | "toolkit" -> Some(if basis.IsReal then toolkit else toolkitComplex)
        | "toolkit-real" -> Some toolkit
        | "toolkit-complex" -> Some toolkitComplex
        | _ -> all |> List.tryFind (fun c -> c.Name = name)

    /// The names on the command line.
    [<CompiledName("Names")>]
    let names () : string list = all |> List.map (fun c -> c.Name) |> List.distinct

    /// As `tryFind`; throws ArgumentException where no convention has the name.
    [<CompiledName("Find")>]
    let find (name: string) (basis: Basis) : Convention =
        match tryFind name basis with
        | Some c -> c
        | None -> invalidArg (nameof name) ("found '" + name + "', expected one of " + String.concat ", " (names ()))

    /// Whether it is one of `all`, not one that a user has made.
    let internal isNamed (c: Convention) : bool =
        obj.ReferenceEquals(c, toolkit) || obj.ReferenceEquals(c, toolkitComplex) || List.contains c all

    /// What keeps a convention from being used: it must make sense, and files know it by its name.
    let internal fault (c: Convention) : string option =
        if isNamed c then
            None
        else
            match tryFind c.Name c.Basis with
            | Some _ -> Some "the name is that of another one"
            | None -> c.Fault

    /// The table of CONVENTIONS.md, in Markdown.
    [<CompiledName("Markdown")>]
    let markdown () : string =
        let row (c: Convention) =
            let struct (d1, d2, d3) = c.Dimensions
            let order = if c.Descending then "l … −l" else "−l … l"
            let shortley = if c.CondonShortley then "(−1)^m" else "none"
            let phase = match c.QuarterTurns with 0 -> "1" | 1 -> "i^l" | -1 -> "(−i)^l" | k -> $"i^({k}·l)"
            let scale = if c.Normalisation = Normalisation.Orthonormal then "orthonormal" else "Racah"
            $"| {c.Name} | {c.Basis.Name} | {c.Axes} | {order} | {shortley} | {phase} | {scale} | {d1} {d2} {d3} | {c.IndexOrder} | {c.Where} |\n"

        "| name | basis | in the places of our x y z | m | Condon–Shortley | phase in coefficients | harmonics | dimensions | indices | where |\n"
        + "|---|---|---|---|---|---|---|---|---|---|\n"
        + String.concat "" (all |> List.map row)
