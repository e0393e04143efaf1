using System;
using System.Collections.Generic;

namespace Toolkit.Numerics.Fourier;

/// <summary>The passes of a complex transform of one length, and their roots of unity.</summary>
internal sealed class LinePlan
{
    internal LinePlan(int length)
    {
        if (!FourierSize.IsGood(length))
        {
            throw new ArgumentOutOfRangeException(nameof(length), length,
                "expected a length whose only prime factors are 2, 3, 5 and 7");
        }

        Length = length;
        List<int> radices = [];
        int rest = length;
        foreach (int radix in (ReadOnlySpan<int>)[7, 5, 3, 4, 2])
        {
            for (; rest % radix == 0; rest /= radix)
                radices.Add(radix);
        }

        Radices = radices.ToArray();
        Starts = new int[Radices.Length];
        List<double> roots = [];
        rest = length;
        for (int pass = 0; pass < Radices.Length; pass++)
        {
            int radix = Radices[pass];
            Starts[pass] = roots.Count;
            for (int p = 0; p < rest / radix; p++)
            {
                for (int j = 1; j < radix; j++)
                {
                    (double sin, double cos) = Root((long)p * j % rest, rest);
                    roots.Add(cos);
                    roots.Add(-sin);
                }
            }

            rest /= radix;
        }
        Roots = roots.ToArray();
    }

    /// <summary>The length n.</summary>
    internal int Length { get; }

    /// <summary>The factors of n, in the order of the passes.</summary>
    internal int[] Radices { get; }

    /// <summary>Where the roots of each pass begin in <see cref="Roots"/>.</summary>
    internal int[] Starts { get; }

    /// <summary>e^(−2πi p j / m) as (re, im): <c>[pass][p, j − 1]</c>, m the length that is left before the pass.</summary>
    internal double[] Roots { get; }

    /// <summary>sin and cos of 2π a/n, the angle reduced to an eighth of the circle exactly.</summary>
    internal static (double Sin, double Cos) Root(long a, long n)
    {
        // 8a/n = octant + rest.
        long octant = 8 * a / n, rest = 8 * a - octant * n;
        bool mirrored = (octant & 1) == 1;
        double angle = Math.PI / 4 * (mirrored ? n - rest : rest) / n;
        (double s, double c) = Math.SinCos(angle);
        return (octant & 7) switch
        {
            0 => (s, c),
            1 => (c, s),
            2 => (c, -s),
            3 => (s, -c),
            4 => (-s, -c),
            5 => (-c, -s),
            6 => (-c, s),
            _ => (-s, c),
        };
    }
}
