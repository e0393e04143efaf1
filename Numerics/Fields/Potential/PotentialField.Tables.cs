using System;
using Toolkit.Numerics.Harmonics;

namespace Toolkit.Numerics.Fields.Potential;

/// <summary>What a sum needs that does not depend on the structure.</summary>
/// <param name="Wide">V_p of the smooth part.</param>
/// <param name="Pairs">U_nl of the rest, the exterior taken account of.</param>
/// <param name="PairCutoff">The distance beyond which it is left out, Å.</param>
/// <param name="WaveCutoff">The largest wave number of the smooth part, 1/Å.</param>
/// <param name="Own">What a unit charge at the centre adds to l = 0 by pairs: <c>[n]</c>, the factor Y_00 included.</param>
internal sealed record SplitTables(SmearedPower Wide, PolynomialTable Pairs, double PairCutoff, double WaveCutoff, double[] Own);

public sealed partial class PotentialField
{
    private const double Y00 = 0.28209479177387814347;

    /// <summary>√((2/π) ∫ k² |Ṽ R̃|² dk) from a wave number on: <c>[l, n]</c>.</summary>
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

    /// <summary>The smallest wave number beyond which the smooth part is within its share of the error.</summary>
    private double WaveCutoff(SmearedPower wide, double[] sizes)
    {
        double[] left = new double[Channels];
        for (int q = _waves.Length - 1; q >= 0; q--)
        {
            double f = _waves[q] * wide.Transform(_waves[q]);
            for (int c = 0; c < left.Length; c++)
            {
                double v = f * _waveRadial[q * Channels + c], most = Share * Settings.Tolerance * sizes[c];
                left[c] += 2 / Math.PI * _waveWeights[q] * v * v;
                if (left[c] > most * most) return q + 1 < _waves.Length ? _waves[q + 1] : _transform.Largest;
            }
        }
        return _waves[0];
    }

    /// <summary>Errors of tables: far below the tolerance, but not below rounding.</summary>
    private double TableError => Math.Max(2e-13, 1e-4 * Settings.Tolerance);

    /// <summary>R̃(k).</summary>
    internal PolynomialTable WaveTable()
    {
        lock (_lock)
        {
            return _waveTable ??= PolynomialTable.Build(Channels, [0, _transform.Largest], 2 / _transform.Reach, Largest(_waveRadial), TableError,
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
        return cutoff.Radius < last ? inner > 0 ? [0, inner, cutoff.Radius, last] : [0, cutoff.Radius, last] : inner > 0 ? [0, inner, last] : [0, last];
    }

    /// <summary>The tables for one width of the smooth part.</summary>
    internal SplitTables Split(double width)
    {
        lock (_lock)
        {
            if (_splits.TryGetValue(width, out SplitTables? known)) return known;
            SmearedPower wide = new(Settings.Exponent, width);
            double farthest = Math.Max(_transform.Reach + 8.5 * width, ExteriorRadius);
            // 4π^(3/2)… cancels near k = 0 where the two are large; beside k² that is rounding.
            PairFunctions rest = new(_transform, k => _power.Transform(k) - wide.Transform(k), farthest);
            int steps = (int)Math.Ceiling(farthest / (0.25 * _power.Smearing));
            double step = farthest / steps;
            double[] samples = new double[(steps + 1) * Channels], inner = new double[Channels];
            for (int k = 0; k <= steps; k++)
                Pair(rest, k * step, samples.AsSpan(k * Channels, Channels));

            double[] sizes = _sizes;
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
            double cutoff = farthest;
            for (int k = steps; k >= 0; k--)
            {
                bool isDone = false;
                for (int c = 0; c < Channels; c++)
                {
                    double v = samples[k * Channels + c] * k * step, most = Share * Settings.Tolerance * sizes[c];
                    left[c] += step * v * v;
                    isDone |= left[c] > most * most;
                }
                if (isDone) break;
                cutoff = k * step;
            }
            cutoff = Math.Max(cutoff, step);
            if (ExteriorRadius > 0) cutoff = Math.Max(cutoff, ExteriorRadius);

            PolynomialTable table = PolynomialTable.Build(Channels, Ends(cutoff), _power.Smearing, Largest(samples), TableError,
                (distance, values) => Pair(rest, distance, values));
            double[] own = new double[Channels];
            rest.Evaluate(0, own);
            return _splits[width] = new SplitTables(wide, table, cutoff, WaveCutoff(wide, sizes), Own(own));
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
        bool isLeftOut = Settings.OwnCharge == OwnCharge.Exclude || ExteriorRadius > 0;
        if (isLeftOut) Inner().Evaluate(0, full);
        for (int n = 0; n < own.Length; n++)
            own[n] = Y00 * (atZero[n] - full[n]);
        return own;
    }

    /// <summary>U of the whole potential for structures that repeat nowhere, up to a distance at least.</summary>
    internal (PolynomialTable Table, double[] Own) Whole(double farthest)
    {
        lock (_lock)
        {
            if (_pairTable is null || _pairTable.End < farthest)
            {
                double end = Math.Max(10, Math.Max(ExteriorRadius, 1.3 * farthest));
                PairFunctions all = new(_transform, _power.Transform, end);
                double[] samples = new double[65 * Channels];
                for (int k = 0; k <= 64; k++)
                    Pair(all, end * k / 64, samples.AsSpan(k * Channels, Channels));
                _pairTable = PolynomialTable.Build(Channels, Ends(end), _power.Smearing, Largest(samples), TableError,
                    (distance, values) => Pair(all, distance, values));
            }
            double[] full = new double[Channels];
            Inner().Evaluate(0, full);
            return (_pairTable, Own(full));
        }
    }

    /// <summary>The width of the smooth part that should cost least in such a volume, and whether a mesh serves it better.</summary>
    internal (double Width, bool Mesh) ChooseSplit(double density, double volume, double padding, bool canMesh)
    {
        double x = Math.Sqrt(-2 * Math.Log(Share * Settings.Tolerance)), best = double.PositiveInfinity;
        (double Width, bool Mesh) chosen = default;
        int lm = (LMax + 1) * (LMax + 1), nmax = Basis.NMax, species = _species.Length;
        // Vector instructions per pair, or per point of a mesh, and what each further species adds there.
        double each = (lm * (3.0 + nmax) + 12 * Channels) / 8 + 15, further = lm * nmax / 8.0 + 4;
        ReadOnlySpan<double> factors = Settings.Split is { } given ? [given / _power.Smearing] : [1.25, 1.5, 1.75, 2, 2.5, 3, 3.5, 4, 5, 6, 8];
        foreach (double factor in factors)
        {
            double width = factor * _power.Smearing, cutoff = 0.7 * _transform.Reach + x * width, k = x / width;
            double pairs = density * 4 * Math.PI / 3 * cutoff * cutoff * cutoff * each;
            double waves = (volume + padding / k) * k * k * k / (12 * Math.PI * Math.PI) * ((3 + species * (4.0 + lm * nmax)) / 8 + 1);
            double spacing = 2 * Math.PI * width / (2 * x), range = 0.7 * _transform.Reach + 0.7 * x * width;
            double mesh = 4 * Math.PI / 3 * range * range * range / (spacing * spacing * spacing) * (each + (species - 1) * further)
                // Transforms, per atom.
                + 20 * species / (density * spacing * spacing * spacing);
            if (Settings.Evaluator != PotentialEvaluator.Mesh && pairs + waves < best) (best, chosen) = (pairs + waves, (width, false));
            if (canMesh && Settings.Evaluator != PotentialEvaluator.Waves && pairs + mesh < best) (best, chosen) = (pairs + mesh, (width, true));
        }
        return chosen;
    }

    /// <summary>The mesh for one width of the smooth part, by its errors for sources at random.</summary>
    internal MeshTables Mesh(SplitTables split)
    {
        lock (_lock)
        {
            if (_meshes.TryGetValue(split.Wide.Smearing, out MeshTables? known)) return known;
            double width = split.Wide.Smearing, quarter = 0.25 * width * width;
            // Of the potential on the mesh, and of the functions it is projected on.
            int waves = _waves.Length;
            double[] potential = new double[waves], local = new double[waves * Channels];
            double strongest = 0;
            for (int q = 0; q < waves; q++)
            {
                double gauss = Math.Exp(-quarter * _waves[q] * _waves[q]);
                double transform = split.Wide.Transform(_waves[q]);
                potential[q] = transform == 0 ? 0 : transform / gauss;
                if (_waves[q] >= Screened) strongest = Math.Max(strongest, potential[q]);
                for (int c = 0; c < Channels; c++)
                    local[q * Channels + c] = gauss * _waveRadial[q * Channels + c];
            }

            // The largest of each local function from a wave number on.
            double[] beyond = new double[(waves + 1) * Channels];
            for (int q = waves - 1; q >= 0; q--)
                for (int c = 0; c < Channels; c++)
                    beyond[q * Channels + c] = Math.Max(beyond[(q + 1) * Channels + c], Math.Abs(local[q * Channels + c]));

            double spacing = 2 * Math.PI / split.WaveCutoff;
            int order = 0;
            for (; order == 0; spacing *= 0.93)
            {
                double period = 2 * Math.PI / spacing;
                if (!IsWithin(q =>
                    {
                        int from = Array.BinarySearch(_waves, Math.Max(0, period - _waves[q]));
                        from = from < 0 ? ~from : from;
                        return c => 2.5 * potential[q] * beyond[Math.Min(from, waves) * Channels + c];
                    })) continue;
                for (int p = 4; p <= CardinalSpline.Largest && order == 0; p += 2)
                    if (IsWithin(q =>
                        {
                            // A wave is mixed with those a period away: M̂ there over M̂ here is (k/(K − k))^P, both sides.
                            double k = Math.Min(_waves[q], 0.5 * period), alias = 2 * Math.Pow(k / (period - k), p);
                            return c => alias * potential[q] * local[q * Channels + c];
                        })) order = p;
                if (order > 0) break;
            }

            double farthest = _transform.Reach + 6.5 * width;
            PairFunctions functions = new(_transform, k => Math.Exp(-quarter * k * k), farthest);
            int steps = (int)Math.Ceiling(farthest / (0.25 * width));
            double step = farthest / steps, range = farthest;
            double[] samples = new double[(steps + 1) * Channels], left = new double[Channels];
            for (int k = 0; k <= steps; k++)
                functions.Evaluate(k * step, samples.AsSpan(k * Channels, Channels));
            for (int k = steps; k >= 0; k--)
            {
                bool isDone = false;
                for (int c = 0; c < Channels; c++)
                {
                    double v = samples[k * Channels + c] * k * step, most = Share * Settings.Tolerance * _sizes[c] / strongest;
                    left[c] += step * v * v;
                    isDone |= left[c] > most * most;
                }
                if (isDone) break;
                range = k * step;
            }
            PolynomialTable table = PolynomialTable.Build(Channels, [0, range], width, Largest(samples), TableError,
                (distance, values) => functions.Evaluate(distance, values));
            return _meshes[width] = new MeshTables(table, spacing, order, 4 * Math.PI / 3 * Math.Pow(range / spacing, 3));

            bool IsWithin(Func<int, Func<int, double>> error)
            {
                double[] sums = new double[Channels];
                for (int q = 0; q < waves; q++)
                {
                    Func<int, double> of = error(q);
                    for (int c = 0; c < sums.Length; c++)
                    {
                        double v = _waves[q] * of(c);
                        sums[c] += 2 / Math.PI * _waveWeights[q] * v * v;
                    }
                }
                for (int c = 0; c < sums.Length; c++)
                    if (!(Math.Sqrt(sums[c]) <= Share * Settings.Tolerance * _sizes[c])) return false;
                return true;
            }
        }
    }

    /// <summary>c(0) times the volume where all directions repeat: of the total, k = 0 is left out for p ≤ 3; the smooth part takes back
    /// what the pairs have.</summary>
    internal double Zero(SplitTables split) => Settings.Exponent > 3 ? split.Wide.Transform(0) : -_power.Excess(split.Wide);

    /// <summary>The waves of one structure.</summary>
    internal WaveLattice Lattice(SplitTables split, Structures.Structure structure, double thickness) => WaveLattice.Build(
        structure.Cell!, structure.Periodic, split.Wide, Zero(split), Math.Min(split.WaveCutoff, _transform.Largest), thickness + _transform.Reach, 1e-2 * Settings.Tolerance);

    internal SphericalHarmonics<double> Harmonics => _harmonics;

    internal double Reach => _transform.Reach;
}
