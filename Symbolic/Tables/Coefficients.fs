namespace Toolkit.Symbolic.Tables

open Toolkit.Symbolic.Algebra

/// The non-zero coefficients of one (l1, l2, l3), in increasing order of (m3, m1, m2); all arrays have one length.
type internal CoefficientBlock =
    { /// m1 + l1.
      M1: byte[]
      /// m2 + l2.
      M2: byte[]
      /// m3 + l3.
      M3: byte[]
      /// The coefficients, correctly rounded.
      Values: float[] }

/// Coefficients by the block, as the writers want them.
module internal Coefficients =

    /// The entries of one block with their exact values, in increasing order of (m3, m1, m2), zeros left out.
    let exactBlock (kind: TableKind) (l1: int) (l2: int) (l3: int) : struct (TableIndex * Surd)[] =
        [| for m3 in -l3 .. 2 .. l3 do
               for (struct (m1, m2)) in kind.Pairs(l1, l2, l3, m3) do
                   let index =
                       { TwiceL1 = l1
                         TwiceL2 = l2
                         TwiceL3 = l3
                         TwiceM1 = m1
                         TwiceM2 = m2
                         TwiceM3 = m3 }

                   let value = kind.Exact index

                   if not value.IsZero then
                       struct (index, value) |]

    /// The entries of one block, correctly rounded.
    let block (kind: TableKind) (l1: int) (l2: int) (l3: int) : CoefficientBlock =
        let exact = exactBlock kind l1 l2 l3

        { M1 = exact |> Array.map (fun (struct (i, _)) -> byte ((i.TwiceM1 + l1) / 2))
          M2 = exact |> Array.map (fun (struct (i, _)) -> byte ((i.TwiceM2 + l2) / 2))
          M3 = exact |> Array.map (fun (struct (i, _)) -> byte ((i.TwiceM3 + l3) / 2))
          Values = exact |> Array.map (fun (struct (_, v)) -> v.ToDouble()) }
