using System.Numerics;

namespace Toolkit.Numerics.Files;

/// <summary>Powers of ten to 128 bits, which numbers become decimals with and decimals numbers.</summary>
internal static class PowersOfTen
{
    /// <summary>The exponents that all numbers of float64 need.</summary>
    public const int Least = -292, Most = 324;

    /// <summary>The leading 128 bits of 10^e, rounded up: the upper half at <see cref="At"/>, the lower one behind it.</summary>
    public static readonly ulong[] Halves = Make();

    /// <summary>The place of an exponent.</summary>
    public static int At(int e) => 2 * (e - Least);

    private static ulong[] Make()
    {
        ulong[] halves = new ulong[2 * (Most - Least + 1)];
        BigInteger power = BigInteger.One, mask = ulong.MaxValue;
        for (int e = 0; e <= Most; e++, power *= 10)
        {
            int bits = (int)power.GetBitLength();
            Keep(e, bits <= 128 ? power << (128 - bits) : (power >> (bits - 128)) + 1);
            if (e > 0 && -e >= Least) Keep(-e, ((BigInteger.One << (127 + bits)) / power) + 1);
        }

        return halves;

        void Keep(int e, BigInteger g)
        {
            halves[At(e)] = (ulong)(g >> 64);
            halves[At(e) + 1] = (ulong)(g & mask);
        }
    }
}
