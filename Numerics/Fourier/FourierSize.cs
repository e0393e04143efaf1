using System;

namespace Toolkit.Numerics.Fourier;

/// <summary>Lengths that a Fourier transform is fast at: products of 2, 3, 5 and 7, the only ones it takes.</summary>
public static class FourierSize
{
    // The largest product of these primes that is an int is close to int.MaxValue; beyond this the search could overflow.
    private const int Largest = 1 << 30;

    /// <summary>Whether n is a product of 2, 3, 5 and 7 (1 is).</summary>
    public static bool IsGood(int n)
    {
        if (n < 1) return false;
        foreach (int p in (ReadOnlySpan<int>)[2, 3, 5, 7])
        {
            while (n % p == 0)
                n /= p;
        }

        return n == 1;
    }

    /// <summary>The smallest good length that is at least n and divisible by <paramref name="multiple"/>.</summary>
    /// <param name="n">The length needed, at most 2³⁰.</param>
    /// <param name="multiple">1, or another good length.</param>
    /// <exception cref="ArgumentOutOfRangeException">n is above 2³⁰, or the multiple is no good length.</exception>
    public static int AtLeast(int n, int multiple = 1)
    {
        if (n > Largest) throw new ArgumentOutOfRangeException(nameof(n), n, "expected a length of at most 2^30");
        if (!IsGood(multiple)) throw new ArgumentOutOfRangeException(nameof(multiple), multiple, "expected a product of 2, 3, 5 and 7");
        int candidate = Math.Max(1, (n + multiple - 1) / multiple);
        while (!IsGood(candidate))
            candidate++;
        return candidate * multiple;
    }
}
