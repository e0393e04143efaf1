using System;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Toolkit.Numerics.Structures;

/// <summary>
/// Reads decimal numbers as files of structures have them, some times faster than the runtime, with the identical result: the nearest
/// number of float64, of two equally near the even one.
/// </summary>
/// <remarks>
/// Up to 19 digits are an integer w, and the number is w 10^q. Where both w and 10^|q| are exact in float64 one operation rounds once; else
/// 128 bits of 5^q times w leave the rounding in doubt for next to no number (Lemire, Softw. Pract. Exp. 51, 1700, 2021). What is longer,
/// in doubt, very large or very small is not read here.
/// </remarks>
internal static class DecimalNumber
{
    private const int Least = -64, Most = 64;
    private const int Digits = 19, ExactPower = 22, Sixteen = 16;

    private static readonly double[] Powers = MakePowers();

    // The leading 128 bits of 5^q, [2(q − Least)] the upper half; those of negative powers that can end between two numbers rounded up, as
    // the reference says.
    private static readonly ulong[] Fives = MakeFives();

    /// <summary>Reads a word.</summary>
    /// <param name="word">All of it: a sign or none, digits with a point or none, an exponent after e or E or none.</param>
    /// <param name="value">The number.</param>
    /// <returns>Whether it was read; if not, it may still be a number.</returns>
    public static bool TryRead(ReadOnlySpan<char> word, out double value)
    {
        value = 0;
        int at = 0, digits = 0, power = 0;
        bool isNegative = false;
        if (word.Length > 0 && word[0] is '-' or '+')
        {
            isNegative = word[0] == '-';
            at = 1;
        }

        ulong w = 0;
        int first = at;
        for (; at < word.Length && (uint)(word[at] - '0') <= 9; at++)
        {
            w = (10 * w) + (uint)(word[at] - '0');
            digits += w > 0 ? 1 : 0;
        }

        int read = at - first;
        if (at < word.Length && word[at] == '.')
        {
            int point = ++at;
            for (; at < word.Length && (uint)(word[at] - '0') <= 9; at++)
            {
                w = (10 * w) + (uint)(word[at] - '0');
                digits += w > 0 ? 1 : 0;
            }

            power = point - at;
            read += at - point;
        }

        if (read == 0 || digits > Digits) return false;
        if (at < word.Length)
        {
            if (word[at] is not ('e' or 'E')) return false;
            at++;
            bool isDown = at < word.Length && word[at] == '-';
            at += at < word.Length && word[at] is '-' or '+' ? 1 : 0;
            int start = at, exponent = 0;
            for (; at < word.Length && (uint)(word[at] - '0') <= 9 && at - start < 4; at++)
                exponent = (10 * exponent) + (word[at] - '0');
            if (at == start || at < word.Length) return false;
            power += isDown ? -exponent : exponent;
        }

        if (w == 0)
        {
            value = isNegative ? -0.0 : 0;
            return true;
        }

        if (power is < Least or > Most || !TryRound(w, power, out value)) return false;
        if (isNegative) value = -value;
        return true;
    }

    /// <summary>Reads the next word of a line if it is such a number without an exponent and white space or the end follows it.</summary>
    /// <param name="line">Words with white space between them.</param>
    /// <param name="at">Where to begin; behind the word if it was read, else where it was.</param>
    /// <param name="value">The number.</param>
    /// <returns>Whether it was read; if not, it may still be a number.</returns>
    public static bool TryReadNext(ReadOnlySpan<char> line, ref int at, out double value)
    {
        value = 0;
        int i = at;
        while (i < line.Length && line[i] == ' ')
            i++;

        int sign = i < line.Length && line[i] == '-' ? 1 : 0;
        i += sign;
        ulong w = 0;
        int first = i;
        for (; i < line.Length && (uint)(line[i] - '0') <= 9 && i - first < Digits; i++)
            w = (10 * w) + (uint)(line[i] - '0');

        int digits = w > 0 ? i - first : 0;
        if (i == first || i >= line.Length || line[i] != '.') return false;
        int point = ++i;
        while (w == 0 && i < line.Length && line[i] == '0')
            i++;

        int significant = i, more = 4;
        if (Ssse3.IsSupported && i + Sixteen + 4 <= line.Length)
        {
            // Sixteen digits at once and, where all are, up to four more: how many there are is no branch, since it would be guessed wrong.
            ulong sixteen = UpToSixteen(in line[i], out int count), four = Four(in line[i + Sixteen], out more);
            int isMore = -(count / Sixteen);
            more &= isMore;
            w = (((w * Shifts[count]) + sixteen) * Shifts[more]) + (four & (ulong)isMore);
            i += count + more;
        }
        else
        {
            // Four at a time, those that are left as four with zeros before them.
            while (more == 4 && i + 4 <= line.Length && i - significant <= Sixteen)
            {
                ulong four = Four(in line[i], out more);
                w = (Shifts[more] * w) + four;
                i += more;
            }
        }

        // Too many are seen here.
        for (; more == 4 && i < line.Length && (uint)(line[i] - '0') <= 9 && i - significant <= Digits; i++)
            w = (10 * w) + (uint)(line[i] - '0');

        if (digits + i - significant > Digits || (i < line.Length && line[i] is not (' ' or '\t')) || point - i < Least) return false;
        if (w > 0 && !TryRound(w, point - i, out value)) return false;
        value = BitConverter.UInt64BitsToDouble(BitConverter.DoubleToUInt64Bits(value) | ((ulong)sign << 63));
        at = i;
        return true;
    }

    private static ReadOnlySpan<ulong> Shifts =>
    [
        1, 10, 100, 1000, 10_000, 100_000, 1_000_000, 10_000_000, 100_000_000, 1_000_000_000, 10_000_000_000, 100_000_000_000,
        1_000_000_000_000, 10_000_000_000_000, 100_000_000_000_000, 1_000_000_000_000_000, 10_000_000_000_000_000,
    ];

    // From the place k on: what moves the first k of sixteen bytes to the end, with zeros before them.
    private static ReadOnlySpan<byte> ToEnd =>
    [
        255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255,
        0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15,
    ];

    /// <summary>The number that sixteen characters begin with, and how many of them are its digits: pairs of digits, pairs of these and so
    /// on, all at the same time.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong UpToSixteen(in char text, out int digits)
    {
        ref short first = ref Unsafe.As<char, short>(ref Unsafe.AsRef(in text));
        Vector128<byte> bytes = Sse2.PackUnsignedSaturate(Vector128.LoadUnsafe(ref first), Vector128.LoadUnsafe(ref first, 8))
            - Vector128.Create((byte)'0');
        uint others = Vector128.GreaterThan(bytes, Vector128.Create((byte)9)).ExtractMostSignificantBits();
        digits = BitOperations.TrailingZeroCount(others | (1u << Sixteen));
        bytes = Ssse3.Shuffle(bytes, Vector128.LoadUnsafe(ref MemoryMarshal.GetReference(ToEnd), (nuint)digits));
        Vector128<short> pairs = Ssse3.MultiplyAddAdjacent(bytes, Vector128.Create((ushort)0x010A).AsSByte());
        Vector128<int> fours = Sse2.MultiplyAddAdjacent(pairs, Vector128.Create(0x0001_0064).AsInt16());
        Vector128<int> eights = Sse2.MultiplyAddAdjacent(Sse2.PackSignedSaturate(fours, fours), Vector128.Create(0x0001_2710).AsInt16());
        return ((ulong)(uint)eights[0] * 100_000_000) + (uint)eights[1];
    }

    /// <summary>The number that four characters begin with, and how many of them are its digits.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Four(in char text, out int digits)
    {
        ulong x = Unsafe.ReadUnaligned<ulong>(ref Unsafe.As<char, byte>(ref Unsafe.AsRef(in text))) ^ 0x0030_0030_0030_0030;
        ulong others = (x | (x + 0x0076_0076_0076_0076)) & 0xFF80_FF80_FF80_FF80;
        digits = BitOperations.TrailingZeroCount(others) >> 4;
        // The first character is the lowest, and the sum of the last one and the others times powers of ten comes out as the highest.
        x = digits == 0 ? 0 : x << (64 - (16 * digits));
        return (x * ((1000UL << 48) | (100UL << 32) | (10UL << 16) | 1UL)) >> 48;
    }

    private static bool TryRound(ulong w, int q, out double value)
    {
        if (w <= 1UL << 53 && q is >= -ExactPower and <= ExactPower)
        {
            value = q < 0 ? w / Powers[-q] : w * Powers[q];
            return true;
        }

        value = 0;
        int zeros = BitOperations.LeadingZeroCount(w);
        w <<= zeros;
        ulong high = Math.BigMul(w, Fives[2 * (q - Least)], out ulong low);
        // 55 bits are enough unless all that follow are ones, to which the lower half may add.
        if ((high & 0x1FF) == 0x1FF)
        {
            ulong more = Math.BigMul(w, Fives[(2 * (q - Least)) + 1], out _);
            low += more;
            if (low < more) high++;
        }

        // What 128 bits leave in doubt.
        if (low == ulong.MaxValue && q is < -27 or > 55) return false;

        int upper = (int)(high >> 63), shift = upper + 9;
        ulong mantissa = high >> shift;
        // A product that ends here is exactly between two numbers.
        if (low <= 1 && q is >= -4 and <= 23 && (mantissa & 3) == 1 && mantissa << shift == high) mantissa &= ~1UL;
        mantissa = (mantissa + (mantissa & 1)) >> 1;
        int exponent = ((217706 * q) >> 16) + 63 + upper - zeros + 1023;
        if (mantissa >= 1UL << 53)
        {
            mantissa = 1UL << 52;
            exponent++;
        }

        if (exponent is <= 0 or >= 0x7FF) return false;
        value = BitConverter.UInt64BitsToDouble((mantissa & ~(1UL << 52)) | ((ulong)exponent << 52));
        return true;
    }

    private static double[] MakePowers()
    {
        double[] powers = new double[ExactPower + 1];
        powers[0] = 1;
        for (int k = 1; k < powers.Length; k++)
            powers[k] = 10 * powers[k - 1];
        return powers;
    }

    private static ulong[] MakeFives()
    {
        ulong[] halves = new ulong[2 * (Most - Least + 1)];
        for (int q = Least; q <= Most; q++)
        {
            BigInteger five = BigInteger.Pow(5, Math.Abs(q));
            int bits = (int)five.GetBitLength();
            BigInteger all = q >= 0
                ? bits <= 128 ? five << (128 - bits) : five >> (bits - 128)
                : (BigInteger.One << (127 + bits)) / five + (q >= -27 ? 1 : 0);
            halves[2 * (q - Least)] = (ulong)(all >> 64);
            halves[(2 * (q - Least)) + 1] = (ulong)(all & ulong.MaxValue);
        }

        return halves;
    }
}
