/// Tables to test with; what makes no sense is an error of the test.
module Toolkit.Tests.Symbolic.Tables.Specs

open Toolkit.Symbolic.AngularMomentum
open Toolkit.Symbolic.Tables

/// 2·lmax, and half-integers or not, in our convention.
let ofKind (kind: TableKind) (twiceLMax: int) (half: bool) (precision: Precision) : TableSpec =
    let own = if kind = RealCg then Conventions.toolkit else Conventions.toolkitComplex

    match TableSpec.TryCreate(kind, HalfInteger.FromTwice twiceLMax, half, own, precision) with
    | Ok spec -> spec
    | Error e -> failwith e
