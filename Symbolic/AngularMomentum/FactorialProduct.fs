namespace Toolkit.Symbolic.AngularMomentum

open System
open System.Numerics
open System.Threading

/// The primes up to a bound that grows on demand; safe from any thread.
module internal Primes =
    let private sieve (bound: int) : int[] =
        let composite = Array.zeroCreate<bool> (bound + 1)
        let primes = ResizeArray<int>()

        for n in 2..bound do
            if not composite[n] then
                primes.Add n
                let mutable m = int64 n * int64 n

                while m <= int64 bound do
                    composite[int m] <- true
                    m <- m + int64 n

        primes.ToArray()

    // The pair is replaced as a whole, so a reader sees an old list or a new one, never a mixture.
    let mutable private known: struct (int * int[]) = struct (1000, sieve 1000)
    let private gate = Lock()

    /// All primes ≤ `bound`, and perhaps some more.
    let upTo (bound: int) : int[] =
        let scope = gate.EnterScope()

        try
            let struct (limit, primes) = known

            if bound <= limit then
                primes
            else
                let limit = max bound (2 * limit)
                let primes = sieve limit
                known <- struct (limit, primes)
                primes
        finally
            scope.Dispose()

/// A positive rational number Π p^e as the list of its prime exponents: quotients of factorials cost no big integer
/// until they are written out, and are in lowest terms by construction.
[<Sealed>]
type internal FactorialProduct(bound: int) =
    let primes = Primes.upTo bound

    let count =
        let i = Array.BinarySearch(primes, bound)
        if i >= 0 then i + 1 else ~~~i

    let exponents = Array.zeroCreate<int> count

    /// The product of list[lo..hi−1], by halves so that the factors of every multiplication are of like size.
    static let rec product (list: ResizeArray<BigInteger>) lo hi =
        match hi - lo with
        | 0 -> BigInteger.One
        | 1 -> list[lo]
        | n -> product list lo (lo + n / 2) * product list (lo + n / 2) hi

    let writeOut (sign: int) =
        let factors = ResizeArray<BigInteger>()
        let mutable small = 1UL

        for i in 0 .. count - 1 do
            for _ in 1 .. sign * exponents[i] do
                let p = uint64 primes[i]

                if small > UInt64.MaxValue / p then
                    factors.Add(BigInteger small)
                    small <- p
                else
                    small <- small * p

        factors.Add(BigInteger small)
        product factors 0 factors.Count

    /// Multiplies by (n!)^power, 0 ≤ n ≤ bound: Legendre's formula v_p(n!) = Σ_k ⌊n/p^k⌋.
    member _.MultiplyFactorial(n: int, power: int) =
        let mutable i = 0

        while i < count && primes[i] <= n do
            let p = primes[i]
            let mutable q = n / p
            let mutable v = 0

            while q > 0 do
                v <- v + q
                q <- q / p

            exponents[i] <- exponents[i] + power * v
            i <- i + 1

    /// Multiplies by n^power, for 1 ≤ n ≤ bound.
    member _.MultiplyInteger(n: int, power: int) =
        let mutable rest = n
        let mutable i = 0

        while rest > 1 do
            while rest % primes[i] = 0 do
                rest <- rest / primes[i]
                exponents[i] <- exponents[i] + power

            i <- i + 1

    /// Multiplies by n² for an integer n ≠ 0 that is returned freed of every prime factor that cancels, so that the
    /// number is returned² × this product, still in lowest terms.
    member this.AbsorbSquare(n: BigInteger) : BigInteger =
        let n = BigInteger.Abs n
        if n.GetBitLength() < 64L then BigInteger(this.AbsorbSmall(uint64 n)) else this.AbsorbLarge n

    member private _.AbsorbSmall(n: uint64) : uint64 =
        let mutable n = n

        for i in 0 .. count - 1 do
            if exponents[i] < 0 then
                let p = uint64 primes[i]

                while n % p = 0UL do
                    n <- n / p
                    exponents[i] <- exponents[i] + 2

        n

    member private _.AbsorbLarge(n: BigInteger) : BigInteger =
        let mutable n = n

        for i in 0 .. count - 1 do
            if exponents[i] < 0 then
                let p = BigInteger primes[i]
                let mutable go = true

                while go do
                    let mutable r = BigInteger.Zero
                    let q = BigInteger.DivRem(n, p, &r)

                    if r.IsZero then
                        n <- q
                        exponents[i] <- exponents[i] + 2
                    else
                        go <- false

        n

    /// Π over the primes with positive exponent.
    member _.Numerator = writeOut 1

    /// Π over the primes with negative exponent.
    member _.Denominator = writeOut -1
