namespace Toolkit.Symbolic.Tables

open System

/// Blocks of the real basis from complex coefficients: each real one follows from one complex one with M ≥ 0.
module internal RealBlock =

    /// Makes the real block (h1, h2, h3). `sheet` holds, already times 1/√2 where no m is 0, the complex ⟨h1 μ1 h2 M−μ1|h3 M⟩,
    /// M ≥ 0, at its indices h1 − μ1 and h3 + M; or, if `exchanged`, ⟨h2 μ2 h1 M−μ2|h3 M⟩ at h2 − μ2 and h3 + M. NaN stands for
    /// zero. Of |m2| = | |m1| ± |M| |, the coefficient with the difference follows from μ1 = |m1|, that with the sum from
    /// μ1 = −|m1|; `RealCoupling.pattern` says so, and its powers of i are written out here for rows.
    let write (sheet: CoefficientSheet) (exchanged: bool) (h1: int) (h2: int) (h3: int) (block: CoefficientBlock) : unit =
        let rows = sheet.Values
        block.Count <- 0
        let odd = (h1 + h2 + h3) &&& 1

        for M in -h3 .. h3 do
            let c = abs M
            let s3 = if M < 0 then 1 else 0
            let m3 = M + h3
            // ⟨h2 μ2 h1 μ1|h3 M⟩ = (−1)^{h1+h2−h3} ⟨h1 μ1 h2 μ2|h3 M⟩, μ2 = M − μ1. The position is origin + step·μ1.
            let step = if exchanged then 1 else -1
            let origin = sheet.Position((if exchanged then h2 - c else h1), h3 + c)
            let common = if exchanged && odd = 1 then 2 else 0

            for side in -1 .. 1 do
                let s1 = if side < 0 then 1 else 0
                // The number of negative m has the parity of h1+h2+h3.
                let s2 = (s1 + s3 + odd) &&& 1
                let sign2 = if s2 = 1 then -1 else 1
                let sign (power: int) = if (power + common - odd) &&& 2 = 0 then 1.0 else -1.0
                // i^k of the difference for |m1| ≤ |M| and, but for (−1)^m1, beyond, and of the sum.
                let below, above, sum = sign (s1 + s2 - s3), sign (s1 - s2 - s3 + 2 * c), sign (s2 - s1 - s3)
                let last = if side = 0 then 0 else min h1 (h2 + c)

                for j in abs side .. last do
                    // m1 grows from −last to −1, and from 1 to last.
                    let a = if side < 0 then last + 1 - j else j
                    let alternating = if a &&& 1 = 0 then 1.0 else -1.0
                    let near, far = abs (a - c), a + c

                    // No negative zero, and the same number once.
                    let nearValue =
                        if near <= h2 && (near <> 0 || s2 = 0) then
                            (if a <= c then below else above * alternating) * rows[origin + step * a]
                        else
                            nan

                    let farValue = if far <= h2 && far <> near then sum * alternating * rows[origin - step * a] else nan
                    let hasFar = not (Double.IsNaN farValue)
                    let m1 = h1 + side * a

                    // In increasing order of m2.
                    if s2 = 1 && hasFar then block.Append(farValue, m1, h2 - far, m3)
                    if not (Double.IsNaN nearValue) then block.Append(nearValue, m1, h2 + sign2 * near, m3)
                    if s2 = 0 && hasFar then block.Append(farValue, m1, h2 + far, m3)
