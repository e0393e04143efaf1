namespace Toolkit.Symbolic.Tables

open Toolkit.Symbolic.Algebra
open Toolkit.Symbolic.AngularMomentum

/// The quantum numbers of one table entry, doubled so that half-integers are integers. For `Cg` and `RealCg` the third
/// pair is (L, M).
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

    /// The name on the command line and in file headers.
    member this.Name =
        match this with
        | ThreeJ -> "3j"
        | Cg -> "cg"
        | RealCg -> "real-cg"

    /// "complex" or "real": the harmonics that the m's number.
    member this.Basis =
        match this with
        | ThreeJ
        | Cg -> "complex"
        | RealCg -> "real"

    /// The kind with that name.
    static member TryParse(name: string) : TableKind option =
        [ ThreeJ; Cg; RealCg ] |> List.tryFind (fun k -> k.Name = name)

    /// The exact coefficient at valid quantum numbers.
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

    /// The pairs (2·m1, 2·m2) that the selection rules in m leave for one (l1, l2, l3) and m3, in increasing order.
    member internal this.Pairs(l1: int, l2: int, l3: int, m3: int) : struct (int * int)[] =
        match this with
        | ThreeJ
        | Cg ->
            let sum = if this = Cg then m3 else -m3

            [| for m1 in -l1 .. 2 .. l1 do
                   if abs (sum - m1) <= l2 then
                       struct (m1, sum - m1) |]
        | RealCg ->
            let odd = ((l1 + l2 + l3) / 2) &&& 1 = 1

            [| for m1 in -l1 .. 2 .. l1 do
                   let a, c = abs m1, abs m3

                   for m2 in Array.distinct [| -(a + c); -(abs (a - c)); abs (a - c); a + c |] do
                       if abs m2 <= l2 && (RealCoupling.pattern odd (m1 / 2) (m2 / 2) (m3 / 2)).IsSome then
                           struct (m1, m2) |]

/// Which coefficients a table holds: every (l1, l2, l3) with each of the three at most `TwiceLMax`/2.
type TableSpec =
    { /// What the entries are.
      Kind: TableKind
      /// Twice the largest angular momentum.
      TwiceLMax: int
      /// Half-integer angular momenta, too (never for real harmonics).
      Half: bool
      /// The convention of the coefficients.
      Convention: Convention }

    /// The triples (2·l1, 2·l2, 2·l3) that the triangle rule leaves, in increasing order.
    member this.Blocks: seq<struct (int * int * int)> =
        let step = if this.Half then 1 else 2

        seq {
            for l1 in 0..step .. this.TwiceLMax do
                for l2 in 0..step .. this.TwiceLMax do
                    for l3 in 0..step .. this.TwiceLMax do
                        if Arguments.triangle l1 l2 l3 then
                            struct (l1, l2, l3)
        }

    /// The largest angular momentum, as text.
    member this.LMaxText = string (HalfInteger.FromTwice this.TwiceLMax)

    /// The arguments of `toolkit` that make this table.
    member this.Command(format: string) =
        $"toolkit tables --kind {this.Kind.Name} --lmax {this.LMaxText}"
        + (if this.Half then " --half" else "")
        + (if this.Convention.Name = "toolkit" then "" else $" --convention {this.Convention.Name}")
        + $" --format {format}"

    /// A spec whose parts agree, or what is wrong with them.
    static member TryCreate(kind: TableKind, lmax: HalfInteger, half: bool) : Result<TableSpec, string> =
        TableSpec.TryCreate(kind, lmax, half, Conventions.toolkit)

    /// As above, in a given convention.
    static member TryCreate
        (kind: TableKind, lmax: HalfInteger, half: bool, convention: Convention)
        : Result<TableSpec, string> =
        if lmax.Twice < 0 || lmax.Twice > 254 then
            Error $"lmax = {lmax}: expected a number from 0 to 127"
        elif not lmax.IsInteger && not half then
            Error $"lmax = {lmax}: a half-integer limit needs --half"
        elif half && kind = RealCg then
            Error "--half: real spherical harmonics have integer l, so real-cg takes no half-integers"
        elif convention.Name <> "toolkit" && (kind = ThreeJ || convention.Basis <> kind.Basis) then
            Error $"convention {convention.Name}: it states Clebsch–Gordan coefficients in the {convention.Basis} basis, not {kind.Name}"
        else
            Ok
                { Kind = kind
                  TwiceLMax = lmax.Twice
                  Half = half
                  Convention = convention }
