using System;
using System.Collections.Generic;
using Toolkit.Numerics.Fourier;
using Toolkit.Numerics.Structures;

namespace Toolkit.Numerics.Fields.Potential;

public sealed partial class PotentialField
{
    // Nanoseconds on one thread of a machine of some 50 GFlop/s: of a multiply-add of eight numbers in each sum, of a transform per point
    // of the mesh, of a centre's channel on the mesh, and of eight numbers of a row there.
    private const double PairTime = 1.5, WaveTime = 0.7, TransformTime = 6.5, CentreTime = 30, RowTime = 1.2;

    // Widths of the smooth part that are tried, over that of the charges; at the first, nothing is left to pairs.
    private static readonly double[] Widths = [1, 1.1, 1.25, 1.5, 1.75, 2, 2.5, 3, 3.5, 4, 5, 6, 8];

    // Waves and points of a mesh that a sum may have; bytes and multiply-adds that the weights of slabs' and wires' waves may take.
    private const double MostWaves = 1e8, MostPoints = 1 << 30, MostWeightBytes = 2e9, MostWeightWork = 1e11;

    // Å: distances beyond have no digits left for what is near.
    private const double LargestCluster = 1e12;

    /// <summary>A structure as its sums are done: by short vectors of its lattice, but where the mesh along its own is given.</summary>
    internal Structure Short(Structure structure) => Settings.MeshSize is null ? ShortVectors.Of(structure) : structure;

    /// <summary>How the sums of a structure will be done, with estimates of cost and error.</summary>
    /// <exception cref="ArgumentException">A cell without atoms, or an evaluator that cannot treat this periodicity or reach the
    /// tolerance.</exception>
    public PotentialPlan Plan(Structure structure)
    {
        ArgumentNullException.ThrowIfNull(structure);
        return PlanShort(Short(structure));
    }

    /// <summary>The same of a structure as <see cref="Short"/> gives it.</summary>
    internal PotentialPlan PlanShort(Structure structure)
    {
        if (!structure.Periodic.Any)
        {
            if (Settings.Evaluator is not (PotentialEvaluator.Auto or PotentialEvaluator.Pairs) || Settings.MeshSize is not null)
            {
                throw new UnfitStructureException(
                    "a structure that repeats nowhere, so that it has no waves", "the evaluator auto or direct (Pairs)");
            }

            if (!(PotentialState.Diameter(structure.Positions) <= LargestCluster))
            {
                throw new UnfitStructureException(
                    FormattableString.Invariant($"atoms {PotentialState.Diameter(structure.Positions):G3} Å apart"),
                        FormattableString.Invariant($"at most {LargestCluster:G1} Å"));
            }

            return new PotentialPlan(PotentialEvaluator.Pairs, 0, 0, 0, [], 0, 0, 0, 0,
                new Dictionary<PotentialEvaluator, double> { [PotentialEvaluator.Pairs] = 1e-3 * PairTime * PairWork * structure.Count });
        }
        if (Settings.Evaluator == PotentialEvaluator.Pairs)
        {
            throw new UnfitStructureException(
                "a structure that repeats, so that the sum over pairs never ends", "the evaluator auto, kspace (Waves) or mesh");
        }

        if (structure.Count == 0)
            throw new ArgumentException("the structure has a cell and no atom", nameof(structure));

        (double measure, double thickness) = PotentialState.Extent(structure);
        int free = 3 - structure.Periodic.Dimensions;
        double density = structure.Count
            / (measure * (free == 0 ? 1 : free == 1 ? thickness + 3 : 0.25 * Math.PI * (thickness + 3) * (thickness + 3)));
        double[] lengths = new double[3];
        for (int k = 0, d = 0; k < 3; k++)
        {
            if (structure.Periodic[k])
            {
                ReadOnlySpan<double> a = structure.Cell!.Vector(k);
                lengths[d++] = Math.Sqrt(a[0] * a[0] + a[1] * a[1] + a[2] * a[2]);
            }
        }

        double x = Math.Sqrt(-2 * Math.Log(Share * Settings.Tolerance));
        int lm = (LMax + 1) * (LMax + 1), nmax = Basis.NMax, species = _species.Length;
        double from = From(structure);
        bool keepsDigits = RequireResolved(structure);
        Dictionary<PotentialEvaluator, double> costs = [];
        Dictionary<PotentialEvaluator, double> widths = [];
        int order = 0;
        bool isTooThick = false;
        ReadOnlySpan<double> factors = Settings.Split is { } given ? [given / _power.Smearing] : Widths;
        foreach (double factor in factors)
        {
            double width = factor * _power.Smearing, k = WaveCutoff(width, from);
            if (!keepsDigits && width > _power.Smearing) continue;
            double cutoff = width == _power.Smearing ? ExteriorRadius : 0.7 * _transform.Reach + x * width;
            double pairs = PairTime * PairWork * density * 4 * Math.PI / 3 * cutoff * cutoff * cutoff, volume = measure;
            if (free > 0)
            {
                double period = WaveWeights.Across(k, thickness + _transform.Reach, WindowError).Period;
                volume *= Math.Pow(period, free);
                lengths.AsSpan(3 - free).Fill(period);
                (double bytes, double work) =
                    WaveWeights.Cost(k, thickness + _transform.Reach, WindowError, structure.Periodic.Dimensions, measure);
                isTooThick = bytes > MostWeightBytes || work > MostWeightWork;
                if (isTooThick) continue;
            }
            double count = volume * k * k * k / (12 * Math.PI * Math.PI);
            double waves = WaveTime * count * ((3 + species * (4.0 + lm * nmax)) / 8 + 1);
            if (Settings.Evaluator != PotentialEvaluator.Mesh && Settings.MeshSize is null && count < MostWaves)
                Offer(PotentialEvaluator.Waves, width, pairs + waves);
            if (Settings.Evaluator == PotentialEvaluator.Waves) continue;
            for (int p = Settings.SplineOrder ?? 4; p <= (Settings.SplineOrder ?? CardinalSpline.Largest); p += 2)
            {
                double spacing = Settings.MeshSize is null ? Spacing(width, p, from) : 0;
                if (Settings.MeshSize is not null && MeshError(width, p, Coarsest(lengths), from) > Coarse * Settings.Tolerance) continue;
                if (Settings.MeshSize is null
                    && (lengths[0] / spacing + p) * (lengths[1] / spacing + p) * (lengths[2] / spacing + p) > MostPoints)
                {
                    continue;
                }

                (int n0, int n1, int n2) = Settings.MeshSize ?? Points(lengths, spacing, p);
                double transforms = TransformTime * n0 * n1 * n2 / structure.Count, rows = CentreTime + RowTime * p * p * ((p + 7) / 8);
                if (Offer(PotentialEvaluator.Mesh, width, pairs + species * nmax * lm * (transforms + rows))) order = p;
            }
        }
        if (costs.Count == 0 && isTooThick)
        {
            throw new UnfitStructureException(
                FormattableString.Invariant($"atoms up to {thickness:G3} Å apart across a {(free == 1 ? $"slab whose cell is {measure:G3} Å² large" : $"wire whose cell is {measure:G3} Å long")}: too many waves"),
                "atoms that belong to it, a larger smearing or tolerance, or a cell that repeats in all directions");
        }

        if (costs.Count == 0 && Settings.MeshSize is null)
        {
            throw new UnfitStructureException(
                FormattableString.Invariant($"a cell of {measure:G3} Å{(free == 0 ? "³" : free == 1 ? "²" : "")} for {structure.Count} atoms, whose sum has more than {MostWaves:G1} waves"),
                "a smaller cell, a larger smearing or tolerance, or no periodicity");
        }

        if (costs.Count == 0)
        {
            throw new ArgumentException(
                $"a mesh of {Settings.MeshSize} points is too coarse for a tolerance of {Settings.Tolerance} at a split of {Settings.Split} Å in this cell; give it more, or leave it out", nameof(structure));
        }

        PotentialEvaluator evaluator = PotentialEvaluator.Waves;
        foreach ((PotentialEvaluator candidate, double cost) in costs)
            if (!costs.TryGetValue(evaluator, out double least) || cost < least) evaluator = candidate;
        SplitTables split = Split(widths[evaluator], from);
        if (evaluator == PotentialEvaluator.Waves)
        {
            return new PotentialPlan(
                evaluator, widths[evaluator], split.PairCutoff, split.WaveCutoff, [], 0, split.PairError, split.WaveError, 0, costs);
        }

        lengths.AsSpan(3 - free).Fill(WaveWeights.Across(split.WaveCutoff, thickness + _transform.Reach, WindowError).Period);
        (int a0, int a1, int a2) = Settings.MeshSize ?? Points(lengths, Spacing(widths[evaluator], order, from), order);
        double coarsest = Math.Max(lengths[0] / a0, Math.Max(lengths[1] / a1, lengths[2] / a2));
        return new PotentialPlan(evaluator, widths[evaluator], split.PairCutoff, split.WaveCutoff, [a0, a1, a2], order,
            split.PairError, split.WaveError, MeshError(widths[evaluator], order, coarsest, from), costs);

        bool Offer(PotentialEvaluator evaluator, double width, double cost)
        {
            cost *= 1e-3;
            if (costs.TryGetValue(evaluator, out double least) && least <= cost) return false;
            (costs[evaluator], widths[evaluator]) = (cost, width);
            return true;
        }

        double Coarsest(double[] lengths)
        {
            (int n0, int n1, int n2) = Settings.MeshSize!.Value;
            return Math.Max(lengths[0] / n0, Math.Max(lengths[1] / n1, lengths[2] / n2));
        }
    }

    /// <summary>Multiply-adds of eight numbers per pair.</summary>
    private double PairWork => ((LMax + 1) * (LMax + 1) * (3.0 + Basis.NMax) + 12 * Channels) / 8 + 15;

    // The estimate's part of the tolerance for a mesh that is chosen, and for one that is given.
    private const double MeshShare = 0.05, Coarse = 0.15;

    internal double WindowError => 1e-2 * Settings.Tolerance;

    private static (int A, int B, int C) Points(double[] lengths, double spacing, int order)
    {
        return (Of(lengths[0]), Of(lengths[1]), Of(lengths[2]));

        int Of(double length) => FourierSize.AtLeast(Math.Max(order, (int)Math.Ceiling(length / spacing)));
    }

    private readonly Dictionary<(double Width, double From), double> _waveCutoffs = [];

    /// <summary>The largest wave number of a smooth part.</summary>
    private double WaveCutoff(double width, double from)
    {
        double[] sizes = WaveSizes(from);
        lock (_lock)
        {
            if (!_waveCutoffs.TryGetValue((width, from), out double cutoff))
            {
                _waveCutoffs[(width, from)] = cutoff =
                    Math.Min(_transform.Largest, WaveCutoff(new SmearedPower(Settings.Exponent, width), sizes).Cutoff);
            }

            return cutoff;
        }
    }

    // What sums over pairs are wrong by in float64, with room.
    private const double Rounding = 1e-13;

    /// <summary>
    /// Refuses bulk cells so much smaller than the charges that float64 has no waves for them: all that is left of their field is far below
    /// that of one charge. Gives whether sums over pairs, which are not small, keep the digits of what they cancel to, or are asked for.
    /// </summary>
    private bool RequireResolved(Structure structure)
    {
        double longest = double.PositiveInfinity;
        for (int d = 0; d < 3; d++)
        {
            if (!structure.Periodic[d]) return true;
            ReadOnlySpan<double> a = structure.Cell!.Vector(d);
            longest = Math.Min(longest, 2 * Math.PI / Math.Sqrt(a[0] * a[0] + a[1] * a[1] + a[2] * a[2]));
        }
        // An exterior field is what is missing inside: not small.
        if (longest <= Screened || ExteriorRadius > 0) return true;
        double first = _power.Transform(longest), last = _power.Transform(_transform.Largest);
        if (longest >= _transform.Largest || last > Share * Settings.Tolerance * first)
        {
            throw new UnfitStructureException(
                FormattableString.Invariant($"a cell no longer than {2 * Math.PI / longest:G3} Å, whose charges, smeared by {_power.Smearing:G3} Å, all but cancel: waves so short are below what float64 has of them at a tolerance of {Settings.Tolerance}"),
                "a larger cell, a smaller smearing or a larger tolerance");
        }

        double[] sizes = WaveSizes(Math.Floor(8 * longest) / 8);
        double least = double.PositiveInfinity;
        for (int c = 0; c < sizes.Length; c++)
            least = Math.Min(least, sizes[c] / _sizes[c]);
        return Settings.Split is not null || Settings.Tolerance * least > Rounding;
    }

    /// <summary>The widest spacing of points at which splines of an order are within their share of the error, Å.</summary>
    private double Spacing(double width, int order, double from)
    {
        lock (_lock)
        {
            if (_spacings.TryGetValue((width, order, from), out double known)) return known;
            // All waves must be told apart: at least two points to each.
            double fine = 0.05 * Math.PI / WaveCutoff(width, from), coarse = 0.99 * Math.PI / WaveCutoff(width, from);
            if (MeshError(width, order, coarse, from) <= MeshShare * Settings.Tolerance) fine = coarse;
            for (int step = 0; step < 12 && coarse - fine > 0.005 * fine; step++)
            {
                double middle = Math.Sqrt(fine * coarse);
                if (MeshError(width, order, middle, from) <= MeshShare * Settings.Tolerance) fine = middle;
                else coarse = middle;
            }
            return _spacings[(width, order, from)] = fine;
        }
    }

    /// <summary>
    /// The error of spreading and gathering by splines, of sources at random: a wave k is mixed with those a period K = 2π/spacing away
    /// along an axis, by [k_d/(K − k_d)]^P at either side; as if all waves lay along an axis, as they do in small cells; in the worst
    /// channel, over the size of the field.
    /// </summary>
    private double MeshError(double width, int order, double spacing, double from)
    {
        double[] sizes = WaveSizes(from);
        SmearedPower wide = new(Settings.Exponent, width);
        double period = 2 * Math.PI / spacing, last = WaveCutoff(width, from);
        double[] sums = new double[Channels];
        for (int q = 0; q < _waves.Length && _waves[q] <= last; q++)
        {
            double share = Math.Min(0.5, _waves[q] / period), f = _waves[q] * wide.Transform(_waves[q]);
            f *= 2 / Math.PI * _waveWeights[q] * f * 4 * Math.Pow(share / (1 - share), 2 * order);
            for (int c = 0; c < sums.Length; c++)
                sums[c] += f * _waveRadial[q * Channels + c] * _waveRadial[q * Channels + c];
        }
        double worst = 0;
        for (int c = 0; c < sums.Length; c++)
            worst = Math.Max(worst, Math.Sqrt(sums[c]) / sizes[c]);
        return worst;
    }

    /// <summary>The waves of one structure.</summary>
    internal WaveWeights Waves(SplitTables split, Structure structure, bool all)
    {
        double thickness = structure.Periodic.Dimensions == 3 ? 0 : PotentialState.Extent(structure).Thickness;
        return new WaveWeights(structure.Cell!, structure.Periodic, split.Wide, Zero(split),
            all ? _transform.Largest : Math.Min(split.WaveCutoff, _transform.Largest), thickness + _transform.Reach, WindowError);
    }
}
