using System;
using System.Collections.Generic;
using Toolkit.Numerics.Harmonics;
using Toolkit.Numerics.Structures;

namespace Toolkit.Numerics.Fields.Potential;

/// <summary>What a sum needs that does not depend on the structure.</summary>
/// <param name="Wide">V_p of the smooth part.</param>
/// <param name="Pairs">U_nl of the rest, the exterior taken account of; null where there is neither.</param>
/// <param name="PairCutoff">The distance beyond which it is left out, Å.</param>
/// <param name="WaveCutoff">The largest wave number of the smooth part, 1/Å.</param>
/// <param name="Own">What a unit charge at the centre adds to l = 0 by pairs: <c>[n]</c>, the factor Y_00 included.</param>
/// <param name="PairError">What is left out of the pairs, over the size of the field, in the worst channel.</param>
/// <param name="WaveError">What is left out of the waves.</param>
internal sealed record SplitTables(
    SmearedPower Wide, PolynomialTable? Pairs, double PairCutoff, double WaveCutoff, double[] Own, double PairError, double WaveError);

public sealed partial class PotentialField
{
    private const double Y00 = 0.28209479177387814347;

    /// <summary>
    /// The wave number from which on a structure has waves: small cells have none longer than themselves, and a field that is that much
    /// smaller than one with all waves; where k = 0 counts or directions do not repeat, others are longer.
    /// </summary>
    internal double From(Structure structure)
    {
        double longest = double.PositiveInfinity;
        for (int d = 0; d < 3; d++)
        {
            if (!structure.Periodic[d]) return Screened;
            ReadOnlySpan<double> a = structure.Cell!.Vector(d);
            longest = Math.Min(longest, 2 * Math.PI / Math.Sqrt(a[0] * a[0] + a[1] * a[1] + a[2] * a[2]));
        }
        // In steps, so that cells of about one size share tables; all share one where values must not jump when the cell changes.
        return longest > Screened && Settings.MeshSize is null ? Math.Floor(8 * longest) / 8 : Screened;
    }

    /// <summary>√((2/π) ∫ k² |Ṽ R̃|² dk) from a wave number on: <c>[l, n]</c>.</summary>
    private double[] WaveSizes(double from)
    {
        if (from == Screened) return _sizes;
        lock (_lock)
        {
            if (_sizesFrom.TryGetValue(from, out double[]? known)) return known;
            double[] sizes = WaveSizes(_power, from);
            // k = 0 is a part of l = 0.
            if (Settings.Exponent > 3) _sizes.AsSpan(0, Basis.NMax).CopyTo(sizes);
            return _sizesFrom[from] = sizes;
        }
    }

    private double[] WaveSizes(SmearedPower power, double from)
    {
        double[] sums = new double[Channels];
        for (int q = 0; q < _waves.Length; q++)
        {
            if (_waves[q] < from) continue;
            double f = _waves[q] * power.Transform(_waves[q]);
            for (int c = 0; c < sums.Length; c++)
            {
                double v = f * _waveRadial[q * Channels + c];
                sums[c] += 2 / Math.PI * _waveWeights[q] * v * v;
            }
        }
        for (int c = 0; c < sums.Length; c++)
            sums[c] = Math.Sqrt(sums[c]);
        return sums;
    }

    /// <summary>The smallest wave number beyond which the smooth part is within its share of the error, and that error.</summary>
    private (double Cutoff, double Error) WaveCutoff(SmearedPower wide, double[] sizes)
    {
        double[] left = new double[Channels];
        double error = 0;
        for (int q = _waves.Length - 1; q >= 0; q--)
        {
            double f = _waves[q] * wide.Transform(_waves[q]), worst = 0;
            for (int c = 0; c < left.Length; c++)
            {
                double v = f * _waveRadial[q * Channels + c], most = Share * Settings.Tolerance * sizes[c];
                left[c] += 2 / Math.PI * _waveWeights[q] * v * v;
                if (left[c] > most * most) return (q + 1 < _waves.Length ? _waves[q + 1] : _transform.Largest, error);
                worst = Math.Max(worst, Math.Sqrt(left[c]) / sizes[c]);
            }
            error = worst;
        }
        return (_waves[0], error);
    }

    /// <summary>Errors of tables: far below the tolerance, but not below rounding.</summary>
    private double TableError => Math.Max(2e-13, 1e-4 * Settings.Tolerance);

    /// <summary>R̃(k).</summary>
    internal PolynomialTable WaveTable()
    {
        lock (_lock)
        {
            return _waveTable ??= PolynomialTable.Build(
                Channels, [0, _transform.Largest], 2 / _transform.Reach, Largest(_waveRadial), TableError,
                (k, values) => _transform.Evaluate(k, values));
        }
    }

    private double[] Largest(ReadOnlySpan<double> rows)
    {
        double[] most = new double[Channels];
        for (int k = 0; k < rows.Length; k++)
            most[k % Channels] = Math.Max(most[k % Channels], Math.Abs(rows[k]));
        return most;
    }

    /// <summary>U_nl of V_p itself, for distances within the exterior's radius.</summary>
    private PairFunctions Inner() => _inner ??= new PairFunctions(_transform, _power.Transform, ExteriorRadius);

    private double ExteriorRadius => Settings.Exterior?.Radius ?? Settings.SharpExterior ?? 0;

    /// <summary>1 where a source belongs to the interior, which does not count.</summary>
    private double Interior(double distance) =>
        Settings.Exterior is { } cutoff ? cutoff.Value(distance)
        : Settings.SharpExterior is { } sharp ? (distance < sharp ? 1 : 0)
        : 0;

    private double[] Ends(double last)
    {
        if (Settings.SharpExterior is { } sharp && sharp < last) return [0, sharp, last];
        if (Settings.Exterior is not { } cutoff) return [0, last];
        double inner = cutoff.Radius - cutoff.Smoothing;
        return cutoff.Radius < last ? inner > 0 ? [0, inner, cutoff.Radius, last] : [0, cutoff.Radius, last] : inner > 0 ? [0, inner, last]
            : [0, last];
    }

    /// <summary>The tables for one width of the smooth part, of structures whose waves begin at some length.</summary>
    internal SplitTables Split(double width, double from)
    {
        double[] sizes = WaveSizes(from);
        lock (_lock)
        {
            if (_splits.TryGetValue((width, from), out SplitTables? known)) return known;
            SmearedPower wide = new(Settings.Exponent, width);
            // Smeared as widely as the smooth part, charges have no rest.
            bool isWhole = width == _power.Smearing;
            if (isWhole && ExteriorRadius == 0)
            {
                (double longest, double beyond) = WaveCutoff(wide, sizes);
                return _splits[(width, from)] = new SplitTables(wide, null, 0, longest, Own(new double[Channels]), 0, beyond);
            }
            double farthest = Math.Max(_transform.Reach + 8.5 * width, ExteriorRadius);
            // 4π^(3/2)… cancels near k = 0 where the two are large; beside k² that is rounding.
            PairFunctions rest = new(_transform, k => _power.Transform(k) - wide.Transform(k), farthest);
            int steps = (int)Math.Ceiling(farthest / (0.25 * _power.Smearing));
            double step = farthest / steps;
            double[] samples = new double[(steps + 1) * Channels], inner = new double[Channels];
            for (int k = 0; k <= steps; k++)
                Pair(rest, k * step, samples.AsSpan(k * Channels, Channels));

            if (ExteriorRadius > 0)
            {
                // Of the field without its interior: ∫ d² |(1 − f) U|² dd as far as is needed to know its size.
                sizes = new double[Channels];
                PairFunctions all = new(_transform, _power.Transform, farthest);
                for (int k = 0; k <= steps; k++)
                {
                    double outside = 1 - Interior(k * step), measure = step * k * step * k * step;
                    if (outside == 0) continue;
                    all.Evaluate(k * step, inner);
                    for (int c = 0; c < Channels; c++)
                        sizes[c] += measure * outside * outside * inner[c] * inner[c];
                }
                for (int c = 0; c < Channels; c++)
                    sizes[c] = Math.Min(_sizes[c], Math.Sqrt(sizes[c]));
            }

            double[] left = new double[Channels];
            double cutoff = isWhole ? 0 : farthest, pairError = 0;
            for (int k = isWhole ? -1 : steps; k >= 0; k--)
            {
                bool isDone = false;
                double worst = 0;
                for (int c = 0; c < Channels; c++)
                {
                    double v = samples[k * Channels + c] * k * step, most = Share * Settings.Tolerance * sizes[c];
                    left[c] += step * v * v;
                    isDone |= left[c] > most * most;
                    worst = Math.Max(worst, Math.Sqrt(left[c]) / sizes[c]);
                }
                if (isDone) break;
                (cutoff, pairError) = (k * step, worst);
            }
            cutoff = Math.Max(cutoff, step);
            if (ExteriorRadius > 0) cutoff = Math.Max(cutoff, ExteriorRadius);

            // Down to zero over a short way, so that pairs come and go without a step.
            double fall = 0.5 * _power.Smearing, end = cutoff + fall;
            double[] scale = Largest(samples);
            for (int k = 0; isWhole && k <= 64; k++)
            {
                // What the interior takes away is all that there is.
                Inner().Evaluate(ExteriorRadius * k / 64, inner);
                for (int c = 0; c < Channels; c++)
                    scale[c] = Math.Max(scale[c], Math.Abs(inner[c]));
            }
            PolynomialTable table = PolynomialTable.Build(Channels, [.. Ends(cutoff), end], _power.Smearing, scale, TableError,
                (distance, values) =>
                {
                    Pair(rest, distance, values);
                    if (distance <= cutoff) return;
                    double u = (distance - cutoff) / fall, keep = 1 - u * u * u * (10 + u * (6 * u - 15));
                    foreach (ref double value in values)
                        value *= keep;
                });
            double[] own = new double[Channels];
            rest.Evaluate(0, own);
            (double waves, double error) = WaveCutoff(wide, sizes);
            return _splits[(width, from)] = new SplitTables(wide, table, end, waves, Own(own), pairError, error);
        }
    }

    /// <summary>U of the rest, minus what the interior adds by itself.</summary>
    private void Pair(PairFunctions rest, double distance, Span<double> values)
    {
        rest.Evaluate(distance, values);
        // Tables ask at points within a piece, so that a step is on one side.
        double inside = distance <= ExteriorRadius ? Interior(distance) : 0;
        if (inside == 0) return;
        Span<double> inner = stackalloc double[Channels];
        Inner().Evaluate(distance, inner);
        for (int c = 0; c < Channels; c++)
            values[c] -= inside * inner[c];
    }

    /// <summary>What the centre's own charge adds, from U at distance zero.</summary>
    private double[] Own(ReadOnlySpan<double> atZero)
    {
        double[] own = new double[Basis.NMax], full = new double[Channels];
        bool isLeftOut = Settings.OwnCharge != OwnCharge.Include || ExteriorRadius > 0;
        if (isLeftOut) Inner().Evaluate(0, full);
        for (int n = 0; n < own.Length; n++)
            own[n] = Y00 * (atZero[n] - full[n]);
        return own;
    }

    /// <summary>What a unit charge at the centre has around it, in channels of its own: <c>[n]</c>; empty where they are not
    /// there.</summary>
    internal double[] SeparateOwn()
    {
        if (Settings.OwnCharge != OwnCharge.Separate) return [];
        lock (_lock)
        {
            double[] full = new double[Channels];
            Inner().Evaluate(0, full);
            return Array.ConvertAll(full[..Basis.NMax], u => Y00 * u);
        }
    }

    /// <summary>U of the whole potential for structures that repeat nowhere, up to a distance at least.</summary>
    internal (PolynomialTable Table, double[] Own) Whole(double farthest)
    {
        lock (_lock)
        {
            if (_pairTable is null || _pairTable.End < farthest)
            {
                double end = Math.Max(10, Math.Max(ExteriorRadius, 1.3 * farthest));
                MultipoleFunctions far = new(_transform, Settings.Exponent, _power.Smearing);
                double near = Math.Min(end, Math.Max(far.Begin, ExteriorRadius));
                PairFunctions all = new(_transform, _power.Transform, near);
                // Octaves, in each of which values are right to their own size: in a sparse cluster nothing but far atoms may count.
                SortedSet<double> ends = [.. Ends(near)];
                for (double octave = 0.5 * near; octave > 4 * _power.Smearing; octave *= 0.5)
                    ends.Add(octave);
                for (double octave = 2 * near; ends.Max < end; octave *= 2)
                    ends.Add(Math.Min(end, octave));
                _pairTable = PolynomialTable.Build(Channels, [.. ends], _power.Smearing, null, TableError, (distance, values) =>
                {
                    if (distance <= near) Pair(all, distance, values);
                    else far.Evaluate(distance, values);
                });
            }
            double[] full = new double[Channels];
            Inner().Evaluate(0, full);
            return (_pairTable, Own(full));
        }
    }

    /// <summary>c(0) times the volume where all directions repeat: of the total, k = 0 is left out for p ≤ 3; the smooth part takes back
    /// what the pairs have.</summary>
    internal double Zero(SplitTables split) => Settings.Exponent > 3 ? split.Wide.Transform(0) : -_power.Excess(split.Wide);

    internal SphericalHarmonics<double> Harmonics => _harmonics;

    internal double Reach => _transform.Reach;
}
