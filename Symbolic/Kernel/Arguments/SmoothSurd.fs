namespace Toolkit.Symbolic.Algebra

open System.Numerics

/// Square roots of integers whose square-free part contains small primes only, so that sums of such roots can be compared
/// exactly: the roots of different square-free integers are linearly independent over the rationals.
module internal SmoothSurd =

    /// The first 64 primes: one bit of a mask for each.
    let private primes =
        [| for n in 2..311 do
               if Seq.forall (fun d -> n % d <> 0) (seq { 2 .. n - 1 } |> Seq.takeWhile (fun d -> d * d <= n)) then
                   BigInteger n |]

    /// The product of the primes of a mask.
    let product (mask: uint64) : BigInteger =
        let mutable p = BigInteger.One

        for i in 0 .. primes.Length - 1 do
            if (mask >>> i) &&& 1UL = 1UL then
                p <- p * primes[i]

        p

    /// ⌊√n⌋ for n ≥ 0, by Newton's iteration from above.
    let private root (n: BigInteger) : BigInteger =
        if n.IsZero then
            n
        else
            let mutable x = BigInteger.One <<< int ((n.GetBitLength() + 1L) / 2L)
            let mutable next = (x + n / x) >>> 1

            while next < x do
                x <- next
                next <- (x + n / x) >>> 1

            x

    /// For n > 0 the r and the mask with √n = r √(product of the mask); None if a large prime occurs an odd number of
    /// times, or a prime beyond 311.
    let ofRoot (n: BigInteger) : struct (BigInteger * uint64) option =
        let mutable rest, outside, mask = n, BigInteger.One, 0UL

        for i in 0 .. primes.Length - 1 do
            let p = primes[i]
            let mutable remainder = BigInteger.Zero
            let mutable quotient = BigInteger.DivRem(rest, p, &remainder)

            while remainder.IsZero do
                rest <- quotient

                if (mask >>> i) &&& 1UL = 1UL then
                    outside <- outside * p

                mask <- mask ^^^ (1UL <<< i)
                quotient <- BigInteger.DivRem(rest, p, &remainder)

        let whole = root rest
        if n.Sign > 0 && whole * whole = rest then Some(struct (outside * whole, mask)) else None
