namespace Toolkit.Symbolic.Tables

open System.Security.Cryptography
open System.Text
open Toolkit.Symbolic.Algebra
open Toolkit.Symbolic.AngularMomentum

/// The quantum numbers of one table entry, doubled so that half-integers are integers. For `Cg` and `RealCg` the third
/// pair is (L, M); for `SixJ` the l are the upper row and the m the lower one.
[<Struct>]
type TableIndex =
    { TwiceL1: int
      TwiceL2: int
      TwiceL3: int
      TwiceM1: int
      TwiceM2: int
      TwiceM3: int }

/// What a coefficient table holds.
type TableKind =
    /// Wigner's 3j symbols.
    | ThreeJ
    /// Clebsch–Gordan coefficients ⟨l1 m1 l2 m2|l3 m3⟩ in the complex basis.
    | Cg
    /// Clebsch–Gordan coefficients in the basis of real spherical harmonics, without the factor i where l1+l2+l3 is odd.
    | RealCg
    /// Gaunt's coefficients: integrals of three complex spherical harmonics.
    | Gaunt
    /// Wigner's 6j symbols.
    | SixJ

    /// The name on the command line and in file headers.
    member this.Name =
        match this with
        | ThreeJ -> "3j"
        | Cg -> "cg"
        | RealCg -> "real-cg"
        | Gaunt -> "gaunt"
        | SixJ -> "6j"

    /// The harmonics that the m's number. (A 6j symbol has none: complex, as of the 3j symbols in it.)
    member this.Basis = if this.IsRealCg then Basis.Real else Basis.Complex

    /// What value² is of p and q in text files.
    member internal this.Formula = if this.IsGaunt then "sign*sqrt(p/(q*pi))" else "sign*sqrt(p/q)"

    /// All kinds.
    static member All = [ ThreeJ; Cg; RealCg; Gaunt; SixJ ]

    /// The kind with that name.
    static member TryParse(name: string) : TableKind option = TableKind.All |> List.tryFind (fun k -> k.Name = name)

    /// The exact coefficient at valid quantum numbers; Gaunt's times √π.
    member internal this.Exact(i: TableIndex) : Surd =
        match this with
        | ThreeJ -> Wigner3j.ofTwice i.TwiceL1 i.TwiceL2 i.TwiceL3 i.TwiceM1 i.TwiceM2 i.TwiceM3
        | Cg -> ClebschGordan.ofTwice i.TwiceL1 i.TwiceM1 i.TwiceL2 i.TwiceM2 i.TwiceL3 i.TwiceM3
        | RealCg ->
            RealCoupling.ofIntegers
                (i.TwiceL1 / 2)
                (i.TwiceM1 / 2)
                (i.TwiceL2 / 2)
                (i.TwiceM2 / 2)
                (i.TwiceL3 / 2)
                (i.TwiceM3 / 2)
        | Gaunt -> (Gaunt.ofTwice i.TwiceL1 i.TwiceL2 i.TwiceL3 i.TwiceM1 i.TwiceM2 i.TwiceM3).TimesRootPi
        | SixJ -> Wigner6j.ofTwice i.TwiceL1 i.TwiceL2 i.TwiceL3 i.TwiceM1 i.TwiceM2 i.TwiceM3

/// The floating-point numbers of a table.
[<RequireQualifiedAccess>]
type Precision =
    /// IEEE binary64.
    | Double
    /// IEEE binary32, each rounded directly from the exact value.
    | Single

    /// "float64" or "float32".
    member this.Name =
        match this with
        | Double -> "float64"
        | Single -> "float32"

    /// The precision with that name.
    static member TryParse(name: string) : Precision option =
        [ Double; Single ] |> List.tryFind (fun p -> p.Name = name)

/// Which coefficients a table holds: every (l1, l2, l3) with each of the three (of the six, for 6j symbols) at most
/// `TwiceLMax`/2.
type TableSpec =
    { /// What the entries are.
      Kind: TableKind
      /// Twice the largest angular momentum.
      TwiceLMax: int
      /// Half-integer angular momenta, too (never for functions on the sphere).
      Half: bool
      /// The convention of the coefficients. Files state its name.
      Convention: Convention
      /// The floating-point numbers.
      Precision: Precision }

    /// The triples (2·l1, 2·l2, 2·l3) that the triangle rule leaves, in increasing order.
    member this.Blocks: seq<struct (int * int * int)> =
        let step = if this.Half then 1 else 2

        seq {
            for l1 in 0..step .. this.TwiceLMax do
                for l2 in 0..step .. this.TwiceLMax do
                    for l3 in abs (l1 - l2) .. 2 .. min this.TwiceLMax (l1 + l2) do
                        struct (l1, l2, l3)
        }

    /// How many (m1, m2) with |m1 + m2| ≤ l3 one block has: the points of a hexagon. Arguments doubled.
    static member internal Pairs(l1: int, l2: int, l3: int) : int64 =
        let a, B, C = int64 (l1 + l2 - l3) / 2L, int64 (l1 - l2 + l3) / 2L, int64 (-l1 + l2 + l3) / 2L
        a * B + B * C + C * a + a + B + C + 1L

    /// How many bytes the table's file in that format has at least, to compare with the space on a disk. 0 for 6j symbols.
    member this.LeastBytes(format: string) : int64 =
        // The shortest line has 20 characters; more than half of what the selection rules leave is no zero.
        let entry =
            match format with
            | "npz"
            | "table" -> if this.Precision.IsSingle then 7L else 11L
            | _ -> 20L

        if this.Kind.IsSixJ then
            0L
        else
            let step = if this.Half then 1 else 2
            let mutable pairs = 0L

            for l1 in 0..step .. this.TwiceLMax do
                for l2 in 0..step .. this.TwiceLMax do
                    for l3 in abs (l1 - l2) .. 2 .. min this.TwiceLMax (l1 + l2) do
                        if not this.Kind.IsGaunt || (l1 + l2 + l3) % 4 = 0 then
                            pairs <- pairs + TableSpec.Pairs(l1, l2, l3)

            pairs / 2L * entry

    /// The largest angular momentum, as text.
    member this.LMaxText = HalfInteger.FromTwice(this.TwiceLMax).ToString()

    /// A name for the table, of letters, digits, '-', '_' and '.': no two specs share one.
    member internal this.Label =
        String.concat
            "-"
            [ this.Kind.Name
              this.LMaxText.Replace("/2", "h")
              if this.Half then "half"
              if this.Convention.Name <> "toolkit" then this.Convention.Name
              // A user may have made two with one name.
              if not (Conventions.isNamed this.Convention) then
                  (Checksum.text (SHA256.HashData(Encoding.UTF8.GetBytes this.Convention.Choices))).Substring(0, 16)
              if this.Precision.IsSingle then "float32" ]

    /// The arguments of `toolkit` that make this table.
    member this.Command(format: string) =
        "toolkit tables --kind "
        + this.Kind.Name
        + " --lmax "
        + this.LMaxText
        + (if this.Half then " --half" else "")
        + (if this.Convention.Name <> "toolkit" then " --convention " + this.Convention.Name else "")
        + (if this.Precision.IsSingle then " --precision float32" else "")
        + " --format "
        + format

    /// The value of an exact entry as a float64: the nearest one, or the nearest float32.
    member internal this.Round(x: Surd) : float =
        match this.Kind, this.Precision with
        | Gaunt, Precision.Double -> (SurdOverRootPi.OfSurd x).ToDouble()
        | Gaunt, Precision.Single -> float ((SurdOverRootPi.OfSurd x).ToSingle())
        | _, Precision.Double -> x.ToDouble()
        | _, Precision.Single -> float (x.ToSingle())

    /// A spec whose parts agree, or what is wrong with them.
    static member TryCreate(kind: TableKind, lmax: HalfInteger, half: bool) : Result<TableSpec, string> =
        let own = if kind.IsRealCg then Conventions.toolkit else Conventions.toolkitComplex
        TableSpec.TryCreate(kind, lmax, half, own, Precision.Double)

    /// The table of one kind with integer l to lmax in our convention; throws ArgumentException where that makes no sense.
    static member Create(kind: TableKind, lmax: int) : TableSpec =
        match TableSpec.TryCreate(kind, HalfInteger.FromInteger lmax, false) with
        | Ok spec -> spec
        | Error message -> invalidArg (nameof lmax) message

    /// As above, with half-integers or not, in a given convention and precision.
    static member Create(kind: TableKind, lmax: HalfInteger, half: bool, convention: Convention, precision: Precision) : TableSpec =
        match TableSpec.TryCreate(kind, lmax, half, convention, precision) with
        | Ok spec -> spec
        | Error message -> raise (System.ArgumentException message)

    /// As above, or what is wrong.
    static member TryCreate
        (kind: TableKind, lmax: HalfInteger, half: bool, convention: Convention, precision: Precision)
        : Result<TableSpec, string> =
        let fault = Conventions.fault convention

        // Sums of strings: every caller pays for compiling this, errors or not, and formats take long.
        if lmax.Twice < 0 || lmax.Twice > 254 then
            Error("lmax = " + lmax.ToString() + ": expected a number from 0 to 127")
        elif not lmax.IsInteger && not half then
            Error("lmax = " + lmax.ToString() + ": a half-integer limit needs --half")
        elif half && (kind.IsRealCg || kind.IsGaunt) then
            Error("--half: functions on the sphere have integer l, so " + kind.Name + " takes no half-integers")
        elif fault.IsSome then
            Error("convention " + convention.Name + ": " + fault.Value)
        elif convention.Name <> "toolkit" && not (kind.IsCg || kind.IsRealCg) then
            Error("convention " + convention.Name + ": a " + kind.Name + " table is the same in every convention that has one, so it takes none")
        elif convention.Basis.IsReal <> kind.IsRealCg then
            Error("convention " + convention.Name + ": it states Clebsch–Gordan coefficients in the " + convention.Basis.Name + " basis, not " + kind.Name)
        else
            Ok
                { Kind = kind
                  TwiceLMax = lmax.Twice
                  Half = half
                  Convention = convention
                  Precision = precision }
