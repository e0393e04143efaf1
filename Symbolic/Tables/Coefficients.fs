namespace Toolkit.Symbolic.Tables

open Toolkit.Symbolic.Algebra

/// Exact coefficients by the block, for the formats that print them.
module internal Coefficients =

    /// The entries of one block with their exact values, in increasing order of (m3, m1, m2), zeros left out.
    let exactBlock (spec: TableSpec) (l1: int) (l2: int) (l3: int) : struct (TableIndex * Surd)[] =
        let kind = spec.Kind
        let factor = if kind = ThreeJ then Surd.One else spec.Convention.Factor(l1, l2, l3)

        [| for m3 in -l3 .. 2 .. l3 do
               for (struct (m1, m2)) in kind.Pairs(l1, l2, l3, m3) do
                   let index =
                       { TwiceL1 = l1
                         TwiceL2 = l2
                         TwiceL3 = l3
                         TwiceM1 = m1
                         TwiceM2 = m2
                         TwiceM3 = m3 }

                   let value = kind.Exact index * factor

                   if not value.IsZero then
                       struct (index, value) |]
