/// Checks of the exact coefficients and of the table that the numerics reads.
module Toolkit.Reproductions.Checks.ExactCoefficients

open System
open Toolkit.Numerics.Coupling
open Toolkit.Reproductions.Report
open Toolkit.Symbolic.Algebra
open Toolkit.Symbolic.AngularMomentum
open Toolkit.Symbolic.Tables

/// Σ_{m1 m2} ⟨j1 m1 j2 m2|J M⟩⟨j1 m1 j2 m2|J' M⟩ for twice the quantum numbers; None where the terms do not add up to a
/// surd, which for these sums would be an error.
let private overlap (j1: int) (j2: int) (J: int) (J': int) (M: int) : Surd option =
    let h = HalfInteger.FromTwice

    let terms =
        [ for m1 in -j1 .. 2 .. j1 do
              let m2 = M - m1

              if abs m2 <= j2 then
                  let c L = ClebschGordan.exact (h j1, h m1, h j2, h m2, h L, h M)
                  c J * c J' ]

    (Some Surd.Zero, terms) ||> List.fold (fun sum term -> sum |> Option.bind (fun s -> Surd.TryAdd(s, term)))

let private orthogonality (largest: int) () =
    let mutable sums, wrong = 0, 0

    for j1 in 0 .. 2 * largest do
        for j2 in 0..j1 do
            for J in j1 - j2 .. 2 .. j1 + j2 do
                for J' in J .. 2 .. j1 + j2 do
                    for M in -J .. 2 .. J do
                        sums <- sums + 1
                        let expected = if J = J' then Surd.One else Surd.Zero
                        if overlap j1 j2 J J' M <> Some expected then wrong <- wrong + 1

    wrong = 0, $"{sums} sums in exact arithmetic, {wrong} wrong"

let private table () =
    let header = CouplingTable.Default.Header

    let bytes =
        match TableSpec.TryCreate(TableKind.RealCg, HalfInteger.FromTwice header.TwiceLMax, false) with
        | Ok spec -> TableFile.toBytes spec
        | Error reason -> failwith reason

    let made = CouplingTable.FromBytes(ReadOnlySpan bytes, "the table made now").Header
    let same = made = header

    same,
    $"l ≤ {header.TwiceLMax / 2}, {header.Entries} entries, SHA-256 {header.Checksum[..11]}…"
    + (if same then " made again with the same result" else $" differs from {made.Checksum[..11]}… made now")

/// All of them.
let all () : Check list =
    [ Check.run
          "Σ ⟨j₁m₁j₂m₂|JM⟩⟨j₁m₁j₂m₂|J′M⟩ = δ(J, J′) exactly, for all j₁, j₂ ≤ 4, half-integers included"
          (orthogonality 4)
      Check.run
          "The table of real coupling coefficients that the numerics carries is the one that the exact algebra makes"
          table ]
