using System;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Text;

namespace Toolkit.Numerics.Files;

/// <summary>
/// Writes numbers of float64 as the shortest decimal that reads back exactly, several times faster than the runtime, byte for byte
/// what its format "R" gives: of several decimals of that length the nearest one, with an exponent from 1E+17 on and below 1E-04.
/// </summary>
/// <remarks>
/// A number c 2^q stands for all reals from (c − ½) 2^q to (c + ½) 2^q. At a power 10^k not longer than this interval the
/// multiples of 10^k in it have 17 digits at most, and at most one multiple of 10^(k+1) lies in it, which is the shortest decimal if
/// it is there. Mostly 64 bits behind the point decide this; where they do not, 10^−k with 128 bits is enough to compare exactly, if
/// what is lost in the product is kept as one bit that says whether anything is (R. Giulietti, The Schubfach way to render doubles,
/// 2020). Which of these cases it is and where the point stands are no branches here: numbers of a simulation would have half of them
/// guessed wrong.
/// </remarks>
public static class ShortestDecimal
{
    /// <summary>The bytes that <see cref="Write(double, Span{byte})"/> wants to have: more than any number takes.</summary>
    public const int Room = 64;

    // 0.000000
    private const ulong Zeros = 0x3030303030302E30;

    /// <summary>Writes a number.</summary>
    /// <param name="value">Any number.</param>
    /// <param name="to">Where the text goes, in ASCII; at least <see cref="Room"/> bytes, of which those behind the text are left
    /// undefined.</param>
    /// <returns>The length of the text.</returns>
    /// <exception cref="ArgumentOutOfRangeException">Too little room.</exception>
    public static int Write(double value, Span<byte> to)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(to.Length, Room, nameof(to));
        return Place(Digits(value), value, ref to[0]);
    }

    /// <summary>Writes numbers, a character of ASCII before each.</summary>
    /// <param name="before">The character.</param>
    /// <param name="values">Any numbers.</param>
    /// <param name="to">Where the text goes; for each number a byte more than <see cref="Room"/>.</param>
    /// <returns>The length of the text.</returns>
    /// <exception cref="ArgumentOutOfRangeException">Too little room.</exception>
    [SkipLocalsInit]
    internal static int Write(char before, ReadOnlySpan<double> values, Span<byte> to)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(to.Length, checked((Room + 1) * values.Length), nameof(to));
        // What one number takes is a long chain of operations: a processor does several such chains at once if they are short and
        // follow one another.
        Span<Decimal> decimals = stackalloc Decimal[8];
        int at = 0;
        for (; values.Length > 0; values = values[Math.Min(values.Length, decimals.Length)..])
        {
            int count = Math.Min(values.Length, decimals.Length);
            for (int k = 0; k < count; k++)
                decimals[k] = Digits(values[k]);

            for (int k = 0; k < count; k++)
            {
                to[at++] = (byte)before;
                at += Place(decimals[k], values[k], ref to[at]);
            }
        }

        return at;
    }

    /// <summary>A decimal: a whole number of 17 digits, zeros behind, and the power of ten of the first of them; no digits for zero and
    /// what is not finite.</summary>
    private readonly record struct Decimal(ulong Digits, int Power);

    private const int NoDigits = int.MaxValue;

    /// <summary>The shortest decimal.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Decimal Digits(double value)
    {
        ulong bits = BitConverter.DoubleToUInt64Bits(value), fraction = bits & ((1UL << 52) - 1);
        int biased = (int)(bits >> 52) & 0x7FF;
        if ((bits << 1) == 0 || biased == 0x7FF) return new(0, NoDigits);

        ulong c = fraction | (One(biased != 0) << 52);
        int q = Math.Max(biased, 1) - 1075;
        int k = (q * 1262611) >> 22, h = q + ((-k * 1741647) >> 19) + 1;
        ref ulong ten = ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(PowersOfTen.Halves), PowersOfTen.At(-k));

        // c 2^q in units of 10^k: a whole number and 64 bits behind the point; then what is beyond a multiple of ten, and half the
        // interval, with 60 bits behind it. All are at most one too small.
        ulong carried = Math.BigMul(Unsafe.Add(ref ten, 1), c << h, out _);
        ulong s = Math.BigMul(ten, c << h, out _), part = (ten * (c << h)) + carried;
        s += One(part < carried);
        ulong tenth = s / 10, beyond = ((s - (10 * tenth)) << 60) | (part >> 4), half = ten >> (5 - h);
        const ulong Ten = 10UL << 60, Half = 1UL << 63;
        ulong left = Ten - (beyond + half);
        ulong d;
        if (beyond - half + 1 <= 2 || left <= 2 || part - (Half - 1) <= 1 || (fraction == 0 && biased > 1))
        {
            (d, k) = Exact(c, q, fraction == 0 && biased > 1);
        }
        else
        {
            ulong isHighIn = One(left > Ten), isShort = isHighIn | One(beyond < half), longer = s + (part >> 63);
            d = longer + (((10 * (tenth + isHighIn)) - longer) & (0 - isShort));
        }

        ulong isFew = One(d < 10_000_000_000_000_000);
        d += 9 * d & (0 - isFew);
        int power = k + 16 - (int)isFew;
        while (d < 10_000_000_000_000_000)
        {
            d *= 10;
            power--;
        }

        return new(d, power);
    }

    /// <summary>The shortest decimal in units of 10^k where more than 64 bits behind the point count, or where one neighbour is nearer than
    /// the other.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static (ulong D, int K) Exact(ulong c, int q, bool isIrregular)
    {
        // Below a power of two neighbours are half as far.
        int k = ((q * 1262611) - (isIrregular ? 524031 : 0)) >> 22;
        int h = q + ((-k * 1741647) >> 19) + 1;
        ulong high = PowersOfTen.Halves[PowersOfTen.At(-k)], low = PowersOfTen.Halves[PowersOfTen.At(-k) + 1], four = c << 2, odd = c & 1;
        ulong middle = Product(high, low, four << h);
        // The ends belong to even numbers.
        ulong lower = Product(high, low, (four - (isIrregular ? 1UL : 2UL)) << h) + odd;
        ulong upper = Product(high, low, (four + 2) << h) - odd;

        ulong s = middle >> 2, tenth = s / 10, below = 40 * tenth;
        bool isLowIn = lower <= below, isHighIn = below + 40 <= upper;
        if (isLowIn != isHighIn) return (10 * (isLowIn ? tenth : tenth + 1), k);
        ulong unit = s << 2;
        bool isUnitIn = lower <= unit, isNextIn = unit + 4 <= upper;
        // Rounds to nearest, of two equally near to the even one, where both or none are within.
        return (s + One(isUnitIn != isNextIn ? isNextIn : middle + (s & 1) > unit + 2), k);
    }

    /// <summary>The sign and the digits with their point, or with an exponent.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Place(Decimal number, double value, ref byte to)
    {
        int sign = (int)(BitConverter.DoubleToUInt64Bits(value) >> 63), power = number.Power;
        to = (byte)'-';
        ref byte text = ref Unsafe.Add(ref to, sign);
        ulong d = number.Digits;
        uint upper = (uint)(d / 100_000_000), lower = (uint)(d - (upper * 100_000_000UL)), one = upper / 100_000_000;
        Vector128<byte> digits = Sixteen(upper - (one * 100_000_000), lower);
        uint zero = Vector128.Equals(digits, Vector128<byte>.Zero).ExtractMostSignificantBits();
        int count = 33 - BitOperations.LeadingZeroCount(0xFFFF ^ zero);
        byte first = (byte)('0' + one);
        digits |= Vector128.Create((byte)'0');
        if (power == NoDigits) return Special(value, ref to);
        if (power is < -4 or > 16) return sign + WithExponent(first, digits, count, power, ref text);

        // All digits, one place further than they stand behind zeros or before the point; then there, with a point after as many as the
        // whole number has.
        int whole = power & ~(power >> 31), zeros = whole - power, start = zeros + (int)One(zeros > 0);
        Unsafe.WriteUnaligned(ref text, Zeros);
        Unsafe.Add(ref text, start) = first;
        digits.StoreUnsafe(ref text, (nuint)start + 2);
        Vector128<sbyte> at = Vector128<sbyte>.Indices, point = Vector128.Create((sbyte)(whole + (start << 4)));
        digits = Vector128.ShuffleNative(digits, (at + Vector128.GreaterThan(at, point)).AsByte());
        digits = Vector128.ConditionalSelect(Vector128.Equals(at, point).AsByte(), Vector128.Create((byte)'.'), digits);
        digits.StoreUnsafe(ref text, (nuint)start + 1);
        int after = count - power - 1;
        return sign + whole + (after > 0 ? after + 2 : 1);
    }

    private static int Special(double value, ref byte text) => Encoding.ASCII.GetBytes(
        value > 0 ? "Infinity" : value < 0 ? "-Infinity" : double.IsNaN(value) ? "NaN" : double.IsNegative(value) ? "-0" : "0",
        MemoryMarshal.CreateSpan(ref text, Room));

    private static int WithExponent(byte first, Vector128<byte> digits, int count, int power, ref byte text)
    {
        text = first;
        Unsafe.Add(ref text, 1) = (byte)'.';
        digits.StoreUnsafe(ref text, 2);
        int at = count > 1 ? count + 1 : 1, size = Math.Abs(power);
        Unsafe.Add(ref text, at++) = (byte)'E';
        Unsafe.Add(ref text, at++) = power < 0 ? (byte)'-' : (byte)'+';
        if (size >= 100) Unsafe.Add(ref text, at++) = (byte)('0' + (size / 100));
        Unsafe.Add(ref text, at++) = (byte)('0' + (size / 10 % 10));
        Unsafe.Add(ref text, at++) = (byte)('0' + (size % 10));
        return at;
    }

    /// <summary>Two numbers of eight digits as sixteen numbers 0 … 9: halves, their halves, and theirs at the same time.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<byte> Sixteen(uint upper, uint lower)
    {
        uint first = upper / 10_000, second = lower / 10_000;
        Vector128<uint> fours = Vector128.Create(
            first | ((ulong)(upper - (first * 10_000)) << 32), second | ((ulong)(lower - (second * 10_000)) << 32)).AsUInt32();
        Vector128<uint> hundreds = (fours * 5243) >> 19;
        Vector128<ushort> twos = (hundreds | ((fours - (hundreds * 100)) << 16)).AsUInt16();
        Vector128<ushort> tens = (twos * 103) >> 10;
        return (tens | ((twos - (tens * 10)) << 8)).AsByte();
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
}
