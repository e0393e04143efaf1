using System;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Toolkit.Numerics.Files;

namespace Toolkit.Numerics.Structures;

/// <summary>
/// Reads decimal numbers as files of structures have them, some times faster than the runtime, with the identical result: the nearest
/// number of float64, of two equally near the even one.
/// </summary>
/// <remarks>
/// Up to 19 digits are an integer w, and the number is w 10^q. 128 bits of 5^q times w leave the rounding in doubt for next to no number
/// (Lemire, Softw. Pract. Exp. 51, 1700, 2021). What is longer, in doubt, very large or very small is not read here.
/// </remarks>
internal static class DecimalNumber
{
    private const int Least = -64, Most = 64;
    private const int Digits = 19, Sixteen = 16, Room = 21;

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
    /// <param name="text">Words with white space between them, and what follows the line: it is read faster if there is something.</param>
    /// <param name="at">Where to begin; behind the word if it was read, else where it was.</param>
    /// <param name="value">The number.</param>
    /// <returns>Whether it was read; if not, it may still be a number.</returns>
    [SkipLocalsInit]
    public static bool TryReadNext(ReadOnlySpan<char> text, ref int at, out double value)
    {
        value = 0;
        int i = at;
        while (i < text.Length && text[i] == ' ')
            i++;

        if (!Ssse3.IsSupported || i >= text.Length) return false;
        // No branch either: 1 for a minus.
        uint sign = (uint)((text[i] ^ '-') - 1) >> 31;
        i += (int)sign;
        ulong w = 0;
        int first = i;
        for (; i < text.Length && (uint)(text[i] - '0') <= 9 && i - first < Digits; i++)
            w = (10 * w) + (uint)(text[i] - '0');

        int whole = w > 0 ? i - first : 0;
        if (i == first || i >= text.Length || text[i] != '.') return false;
        i++;
        Span<char> copy = stackalloc char[Room];
        scoped ReadOnlySpan<char> digits = text[i..];
        if (digits.Length < Room)
        {
            copy.Fill('\n');
            digits.CopyTo(copy);
            digits = copy;
        }

        // Sixteen digits at once and, where all are, up to four more: how many there are is no branch, since it would be guessed wrong.
        ulong sixteen = UpToSixteen(in digits[0], out int count), four = Four(in digits[Sixteen], out int more);
        ulong isMore = (ulong)(count / Sixteen);
        more &= -(int)isMore;
        w = (((w * Shifts[count]) + sixteen) * Shifts[more]) + (four & (0 - isMore));
        count += more;
        // A zero first leaves room for one more.
        bool isLong = whole + count > Digits && (whole > 0 || sixteen >= 1_000_000_000_000_000);
        if (isLong || digits[count] is not (' ' or '\n' or '\r' or '\t')) return false;
        double size = 0;
        if (w > 0 && !TryRound(w, -count, out size)) return false;
        value = BitConverter.UInt64BitsToDouble(BitConverter.DoubleToUInt64Bits(size) | ((ulong)sign << 63));
        at = i + count;
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
        // The first character is the lowest, and the sum of the last one and the others times powers of ten comes out as the highest. The
        // shift is in two steps since one of 64 would be none.
        x = x << (32 - (8 * digits)) << (32 - (8 * digits));
        return (x * ((1000UL << 48) | (100UL << 32) | (10UL << 16) | 1UL)) >> 48;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool TryRound(ulong w, int q, out double value)
    {
        value = 0;
        int zeros = BitOperations.LeadingZeroCount(w);
        w <<= zeros;
        ulong five = PowersOfTen.Halves[PowersOfTen.At(q)], high = Math.BigMul(w, five, out _), low = w * five;
        // 55 bits are enough unless all that follow are ones, to which the lower half may add.
        if ((high & 0x1FF) == 0x1FF)
        {
            // The reference has powers rounded down but for those below one whose products can end between two numbers; to 10^38 they are
            // exact.
            ulong up = q is < -27 or > 38 ? 1UL : 0, more = Math.BigMul(w, PowersOfTen.Halves[PowersOfTen.At(q) + 1] - up, out _);
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
}
