/// Tables of coefficients as theorems: the exact values that the kernel tests, and the premises.
module Toolkit.Symbolic.Proofs.Theorems.TableTheorems

open System.IO
open Toolkit.Symbolic.Algebra
open Toolkit.Symbolic.AngularMomentum
open Toolkit.Symbolic.Tables
open Toolkit.Symbolic.Proofs.Kernel

let private premise (entries: Entry list) name = (entries |> List.find (fun e -> e.Name = name)).Proof.Value

let internal premises (what: Tabulated) : Result<Theorem list, string> =
    [ premise ThreeJ.entries "3j.racah-formula"
      if what = RealCouplingCoefficients then
          premise Rotations.entries "real.ladder" ]
    |> Entry.all

/// What a kind of table is to the kernel; None for kinds that it has no rule for.
let internal tabulated (kind: TableKind) : Tabulated option =
    match kind with
    | TableKind.ThreeJ -> Some ThreeJSymbols
    | TableKind.Cg -> Some CouplingCoefficients
    | TableKind.RealCg -> Some RealCouplingCoefficients
    | TableKind.Gaunt -> Some GauntCoefficients
    | TableKind.SixJ -> None

/// The exact values of a block that are not 0, by Racah's formula. Nothing depends on their being right: the kernel
/// compares them with what determines the block.
let internal exactBlock (what: Tabulated) (struct (l1, l2, l3): struct (int * int * int)) : TableEntry list =
    let entry m1 m2 m3 (value: Surd) =
        { M1 = m1
          M2 = m2
          M3 = m3
          Negative = value.Sign < 0
          P = value.Numerator
          Q = value.Denominator }

    [ for m1 in -l1 .. 2 .. l1 do
          for m2 in -l2 .. 2 .. l2 do
              match what with
              | RealCouplingCoefficients ->
                  let a, b = abs m1, abs m2

                  for m3 in List.distinct [ a + b; -a - b; abs (a - b); -(abs (a - b)) ] do
                      if abs m3 <= l3 then
                          let value = RealCoupling.ofIntegers (l1 / 2) (m1 / 2) (l2 / 2) (m2 / 2) (l3 / 2) (m3 / 2)
                          if not value.IsZero then entry m1 m2 m3 value
              | CouplingCoefficients when abs (m1 + m2) <= l3 ->
                  let value = ClebschGordan.ofTwice l1 m1 l2 m2 l3 (m1 + m2)
                  if not value.IsZero then entry m1 m2 (m1 + m2) value
              | ThreeJSymbols
              | GauntCoefficients when abs (m1 + m2) <= l3 ->
                  let value = Wigner3j.ofTwice l1 l2 l3 m1 m2 (-m1 - m2)
                  if not value.IsZero then entry m1 m2 (-m1 - m2) value
              | _ -> () ]

let internal proveBytes (what: Tabulated) (twiceLMax: int) (half: bool) (single: bool) (bytes: byte[]) premises =
    match premises with
    | racah :: rest -> Tables.prove racah (List.tryHead rest) what twiceLMax half single bytes (exactBlock what)
    | [] -> Error "the premises are missing"

/// The argument of such theorems, for the report.
let argument =
    "Block by block, exact values are annihilated by the generators of rotations, which determines them up to a factor; \
     the sum of their squares and the sign of one of them determine the factor. Every stored number is compared with \
     the midpoints to its neighbours, and stands exactly where the exact value is not 0."

/// The theorem about a table's file, "table.real-cg-8", to be proved when asked; or why there is none.
[<CompiledName("OfFile")>]
let ofFile (path: string) : Result<Entry, string> =
    match TableCheck.tryFormat path with
    | Some "table" ->
        // A file that is damaged is told where; the kernel reads it for itself.
        TableCheck.tryVerify path
        |> Result.bind (fun spec ->
            match tabulated spec.Kind with
            | None -> Error $"{path}: found a table of {spec.Kind.Name} symbols, expected one of 3j, cg, real-cg or gaunt"
            | Some _ when spec.Convention.Name <> "toolkit" ->
                Error $"{path}: found the convention {spec.Convention.Name}, expected toolkit: what 'convert' makes of a proved table is not proved"
            | Some what ->
                let prove () =
                    premises what
                    |> Result.bind (proveBytes what spec.TwiceLMax spec.Half spec.Precision.IsSingle (File.ReadAllBytes path))
                    |> Result.mapError (fun why -> $"{path}: {why}")

                Ok { Name = "table." + spec.Label; ByDefault = false; Argument = argument; Proof = lazy (prove ()) })
    | Some other -> Error $"{path}: found a table in the format {other}, expected the format table ('toolkit convert' writes it)"
    | None -> Error $"{path}: expected a table that 'toolkit tables --format table' writes"
