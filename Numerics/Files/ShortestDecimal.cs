using System;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;

namespace Toolkit.Numerics.Files;

/// <summary>
/// Writes numbers of float64 as the shortest decimal that reads back exactly, several times faster than the runtime, byte for byte
/// what its format "R" gives: of several decimals of that length the nearest one, with an exponent from 1E+17 on and below 1E-04.
/// </summary>
/// <remarks>
/// A number c 2^q stands for all reals from (c − ½) 2^q to (c + ½) 2^q. At a power 10^k not longer than this interval the
/// multiples of 10^k in it have 17 digits at most, and at most one multiple of 10^(k+1) lies in it, which is the shortest decimal if
/// it is there. 10^−k with 128 bits is enough to compare exactly, if what is lost in the product is kept as one bit that says
/// whether anything is (R. Giulietti, The Schubfach way to render doubles, 2020). Which of these cases it is and where the point
/// stands are no branches here: numbers of a simulation would have half of them guessed wrong.
/// </remarks>
public static class ShortestDecimal
{
    /// <summary>The bytes that <see cref="Write"/> wants to have: more than any number takes.</summary>
    public const int Room = 64;

    // 10^−k for the exponents of all numbers: k from 324 down.
    private const int Least = -292, Most = 324;

    private const ulong Zeros = 0x3030303030303030;

    // The leading 128 bits of 10^e, rounded up; [2(e − Least)] the upper half.
    private static readonly ulong[] Tens = MakeTens();

    /// <summary>Writes a number.</summary>
    /// <param name="value">Any number.</param>
    /// <param name="to">Where the text goes, in ASCII; at least <see cref="Room"/> bytes, of which those behind the text are left
    /// undefined.</param>
    /// <returns>The length of the text.</returns>
    /// <exception cref="ArgumentOutOfRangeException">Too little room.</exception>
    [SkipLocalsInit, MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static int Write(double value, Span<byte> to)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(to.Length, Room, nameof(to));
        ulong bits = BitConverter.DoubleToUInt64Bits(value), fraction = bits & ((1UL << 52) - 1);
        int biased = (int)(bits >> 52) & 0x7FF;
        if (biased == 0x7FF) return NotFinite(value, to);

        ref byte text = ref to[0];
        int sign = (int)(bits >> 63);
        text = (byte)'-';
        text = ref Unsafe.Add(ref text, sign);
        if ((bits << 1) == 0)
        {
            text = (byte)'0';
            return sign + 1;
        }

        ulong digits = Digits(fraction, biased, out int power);
        return sign + Place(digits, power, ref text);
    }

    private static int NotFinite(double value, Span<byte> to) =>
        Encoding.ASCII.GetBytes(double.IsNaN(value) ? "NaN" : value > 0 ? "Infinity" : "-Infinity", to);

    /// <summary>The shortest decimal as a whole number of 17 digits, zeros behind, and the power of ten of the first of them.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Digits(ulong fraction, int biased, out int power)
    {
        bool isNormal = biased != 0, isIrregular = fraction == 0 && biased > 1;
        ulong c = fraction | (isNormal ? 1UL << 52 : 0);
        int q = Math.Max(biased, 1) - 1075;

        // Below a power of two neighbours are half as far.
        int k = ((q * 1262611) - (isIrregular ? 524031 : 0)) >> 22;
        int h = q + ((-k * 1741647) >> 19) + 1;
        ref ulong ten = ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(Tens), 2 * (-k - Least));
        ulong high = ten, low = Unsafe.Add(ref ten, 1);
        ulong four = c << 2;
        ulong middle = Product(high, low, four << h);
        ulong odd = c & 1;
        // The ends belong to even numbers.
        ulong lower = Product(high, low, (four - (isIrregular ? 1UL : 2UL)) << h) + odd;
        ulong upper = Product(high, low, (four + 2) << h) - odd;

        ulong s = middle >> 2, tenth = s / 10, below = 40 * tenth;
        ulong isLowIn = One(lower <= below), isHighIn = One(below + 40 <= upper), isShort = isLowIn ^ isHighIn;
        ulong shorter = 10 * (tenth + isHighIn);
        ulong unit = s << 2;
        ulong isUnitIn = One(lower <= unit), isNextIn = One(unit + 4 <= upper);
        // Rounds to nearest, of two equally near to the even one, where both or none are within.
        ulong nearest = One(middle + (s & 1) > unit + 2);
        ulong longer = s + (((isUnitIn ^ isNextIn) & isNextIn) | (~(isUnitIn ^ isNextIn) & nearest));
        ulong d = longer + ((shorter - longer) & (0 - isShort));

        power = k + 16;
        if (d >= 100_000_000_000_000_000)
        {
            d /= 10;
            power++;
        }

        ulong isFew = One(d < 10_000_000_000_000_000);
        d += 9 * d & (0 - isFew);
        power -= (int)isFew;
        while (d < 10_000_000_000_000_000)
        {
            d *= 10;
            power--;
        }

        return d;
    }

    /// <summary>The digits with their point, or with an exponent.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Place(ulong d, int power, ref byte text)
    {
        uint upper = (uint)(d / 100_000_000), lower = (uint)(d - (upper * 100_000_000UL)), one = upper / 100_000_000;
        ulong next = Eight(upper - (one * 100_000_000)), last = Eight(lower);
        int count = lower != 0 ? 17 - (BitOperations.LeadingZeroCount(last) >> 3) : 9 - (BitOperations.LeadingZeroCount(next) >> 3);
        byte first = (byte)('0' + one);
        next |= Zeros;
        last |= Zeros;
        if (power is < -4 or > 16) return WithExponent(first, next, last, count, power, ref text);

        // All digits where they stand as a whole number, or behind zeros; the point; then those behind it once more, one place further.
        int whole = Math.Max(power, 0), zeros = whole - power, start = zeros + (int)One(zeros > 0);
        Put(ref text, 0, Zeros);
        Unsafe.Add(ref text, start) = first;
        Put(ref text, start + 1, next);
        Put(ref text, start + 9, last);
        Unsafe.Add(ref text, whole + 1) = (byte)'.';
        ulong isFar = 0 - One(whole >= 8);
        next ^= (next ^ last) & isFar;
        last ^= (last ^ Zeros) & isFar;
        int shift = 8 * whole & 63;
        Put(ref text, whole + zeros + 2, (next >> shift) | (last << 1 << (63 - shift)));
        Put(ref text, whole + zeros + 10, last >> shift);
        int after = count - power - 1;
        return after > 0 ? whole + 2 + after : whole + 1;
    }

    private static int WithExponent(byte first, ulong next, ulong last, int count, int power, ref byte text)
    {
        text = first;
        Unsafe.Add(ref text, 1) = (byte)'.';
        Put(ref text, 2, next);
        Put(ref text, 10, last);
        int at = count > 1 ? count + 1 : 1, size = Math.Abs(power);
        Unsafe.Add(ref text, at++) = (byte)'E';
        Unsafe.Add(ref text, at++) = power < 0 ? (byte)'-' : (byte)'+';
        if (size >= 100) Unsafe.Add(ref text, at++) = (byte)('0' + (size / 100));
        Unsafe.Add(ref text, at++) = (byte)('0' + (size / 10 % 10));
        Unsafe.Add(ref text, at++) = (byte)('0' + (size % 10));
        return at;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Put(ref byte text, int at, ulong eight) => Unsafe.WriteUnaligned(ref Unsafe.Add(ref text, at), eight);

    /// <summary>Eight digits as numbers 0 … 9, the first in the lowest byte: halves, their halves, and theirs at the same time.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Eight(uint number)
    {
        uint upper = number / 10_000;
        ulong x = upper | ((ulong)(number - (upper * 10_000)) << 32);
        ulong hundreds = ((x * 10486) >> 20) & 0x0000007F_0000007F;
        x = hundreds | ((x - (100 * hundreds)) << 16);
        ulong tens = ((x * 103) >> 10) & 0x000F000F_000F000F;
        return tens | ((x - (10 * tens)) << 8);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong One(bool isTrue) => isTrue ? 1UL : 0;

    /// <summary>The upper 64 bits of a product of 192, the last of them set where anything but a carry is lost below.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Product(ulong high, ulong low, ulong c)
    {
        ulong carried = Math.BigMul(low, c, out _);
        ulong result = Math.BigMul(high, c, out ulong rest);
        rest += carried;
        result += One(rest < carried);
        return result | One(rest > 1);
    }

    private static ulong[] MakeTens()
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
            halves[2 * (e - Least)] = (ulong)(g >> 64);
            halves[(2 * (e - Least)) + 1] = (ulong)(g & mask);
        }
    }
}
