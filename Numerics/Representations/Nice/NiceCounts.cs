using System;

namespace Toolkit.Numerics.Representations.Nice;

/// <summary>
/// How many linearly independent products of a number of factors there are, whatever recursion makes them: what no set of features can
/// exceed.
/// </summary>
/// <remarks>
/// Symmetric products of ν functions c_nlm whose weights m add up to M and whose l add up to an even or odd number are counted by the
/// coefficients of z^ν q^M s^parity in Π_{n,l,m} (1 − z q^m s^l)^{−1}. A multiplet of order λ has one state of each M ≤ λ, so N(λ) − N(λ +
/// 1) of them have the order λ.
/// </remarks>
public static class NiceCounts
{
    /// <summary>The number of independent blocks of order λ and sign σ.</summary>
    /// <param name="channels">Channels of each l, those of all species together.</param>
    /// <param name="lmax">The largest l.</param>
    /// <param name="order">ν.</param>
    /// <param name="lambda">λ.</param>
    /// <param name="sigma">σ: 1 or −1.</param>
    public static long Independent(int channels, int lmax, int order, int lambda = 0, int sigma = 1)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(channels, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(lmax);
        ArgumentOutOfRangeException.ThrowIfLessThan(order, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(lambda);
        if (sigma is not (1 or -1)) throw new ArgumentOutOfRangeException(nameof(sigma), sigma, "expected 1 or -1");
        int parity = (lambda % 2 == 0) == (sigma == 1) ? 0 : 1, most = order * lmax;
        long[,,] counts = Weights(channels, lmax, order);
        return At(lambda) - At(lambda + 1);

        long At(int weight) => weight > most ? 0 : counts[order, parity, most + weight];
    }

    /// <summary>Products by the number of factors, the parity of Σl and the weight M + ν·lmax.</summary>
    private static long[,,] Weights(int channels, int lmax, int order)
    {
        int most = order * lmax;
        long[,,] counts = new long[order + 1, 2, 2 * most + 1];
        counts[0, 0, most] = 1;
        for (int l = 0; l <= lmax; l++)
        {
            for (int function = 0; function < channels * (2 * l + 1); function++)
            {
                int m = function % (2 * l + 1) - l;
                // One more factor of this kind as often as one likes.
                for (int nu = 1; nu <= order; nu++)
                {
                    for (int parity = 0; parity < 2; parity++)
                    {
                        for (int at = Math.Max(0, m); at <= Math.Min(2 * most, 2 * most + m); at++)
                            counts[nu, parity, at] = checked(counts[nu, parity, at] + counts[nu - 1, (parity + l) % 2, at - m]);
                    }
                }
            }
        }

        return counts;
    }
}
