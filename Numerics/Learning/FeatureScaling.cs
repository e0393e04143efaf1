using System;
using System.Collections.Generic;
using System.Linq;

namespace Toolkit.Numerics.Learning;

/// <summary>
/// Shifts and scales features before a kernel compares them: p̃_f = s_f (p_f − o_f), for each species of the centre by
/// itself. What is shifted stays invariant, and kernels see differences between environments rather than what all of
/// them have in common.
/// </summary>
public sealed class FeatureScaling
{
    // A variance below this fraction of the largest squared feature is rounding.
    private const double Rounding = 1e-24;

    private readonly SortedDictionary<int, (double[] Shift, double[] Scale)> _maps = [];

    private FeatureScaling(int features) => FeatureCount = features;

    /// <summary>Features per atom.</summary>
    public int FeatureCount { get; }

    /// <summary>Features as they are.</summary>
    /// <param name="sample">Says what species there are.</param>
    public static FeatureScaling None(EnvironmentSample sample) =>
        Make(sample, isCentred: false, static (variances, _) => variances.Select(static _ => 1.0).ToArray());

    /// <summary>
    /// Features less their mean over the sample; each block of features then scaled by one number to a mean square length
    /// of its weight: the metric of the features is kept within a block.
    /// </summary>
    /// <param name="sample">Environments like those that the kernel is for.</param>
    /// <param name="blocks">The block of each feature: <c>[feature]</c>, 0 … blocks − 1.</param>
    /// <param name="weights">The weight of each block, at least 0; 1 for all when null. Blocks that never vary vanish.</param>
    public static FeatureScaling Centred(EnvironmentSample sample, IReadOnlyList<int> blocks, IReadOnlyList<double>? weights = null)
    {
        ArgumentNullException.ThrowIfNull(sample);
        ArgumentNullException.ThrowIfNull(blocks);
        if (blocks.Count != sample.FeatureCount)
            throw new ArgumentException($"expected a block for each of {sample.FeatureCount} features; got {blocks.Count}", nameof(blocks));
        int count = blocks.Max() + 1;
        if (blocks.Min() < 0 || (weights is not null && weights.Count != count))
            throw new ArgumentException($"expected {weights?.Count ?? count} blocks; got {blocks.Min()} … {count - 1}", nameof(blocks));
        return Make(sample, isCentred: true, (variances, largest) =>
        {
            double[] total = new double[count];
            for (int f = 0; f < variances.Length; f++)
                total[blocks[f]] += variances[f];
            return variances.Select((_, f) => total[blocks[f]] > Rounding * largest * variances.Length
                ? Math.Sqrt((weights?[blocks[f]] ?? 1) / total[blocks[f]])
                : 0).ToArray();
        });
    }

    /// <summary>Every feature less its mean and over its standard deviation, over the root of the number of features;
    /// features that never vary vanish.</summary>
    /// <param name="sample">Environments like those that the kernel is for.</param>
    public static FeatureScaling Standardised(EnvironmentSample sample) =>
        Make(sample, isCentred: true,
            static (variances, largest) =>
                variances.Select(v => v > Rounding * largest ? 1 / Math.Sqrt(v * variances.Length) : 0).ToArray());

    /// <summary>The maps of earlier made ones.</summary>
    /// <param name="maps">o_f and s_f by atomic number: <c>[feature]</c>.</param>
    internal static FeatureScaling Of(IReadOnlyDictionary<int, (double[] Shift, double[] Scale)> maps)
    {
        var result = new FeatureScaling(maps.Values.First().Shift.Length);
        foreach ((int z, (double[] shift, double[] scale)) in maps)
        {
            if (shift.Length != result.FeatureCount || scale.Length != result.FeatureCount)
            {
                throw new ArgumentException(
                    $"expected {result.FeatureCount} shifts and scales; got {shift.Length} and {scale.Length}", nameof(maps));
            }

            result._maps.Add(z, (shift, scale));
        }
        return result;
    }

    /// <summary>The species that there is a map for.</summary>
    internal IEnumerable<int> Species => _maps.Keys;

    /// <summary>o_f: <c>[feature]</c>.</summary>
    internal ReadOnlySpan<double> Shift(int species) => Map(species).Shift;

    /// <summary>Scales one environment's features.</summary>
    /// <param name="species">The centre's atomic number.</param>
    /// <param name="features"><c>[feature]</c>.</param>
    /// <param name="scaled">Receives <c>[feature]</c>; may be the same memory.</param>
    /// <exception cref="ArgumentException">A species that the sample did not have.</exception>
    public void Apply(int species, ReadOnlySpan<double> features, Span<double> scaled)
    {
        (double[] shift, double[] scale) = Map(species);
        for (int f = 0; f < shift.Length; f++)
            scaled[f] = scale[f] * (features[f] - shift[f]);
    }

    /// <summary>s_f: <c>[feature]</c>.</summary>
    internal ReadOnlySpan<double> Scale(int species) => Map(species).Scale;

    private (double[] Shift, double[] Scale) Map(int species) =>
        _maps.TryGetValue(species, out (double[], double[]) map)
            ? map
            : throw new ArgumentException($"atomic number {species} is not among those scaled: {string.Join(", ", _maps.Keys)}");

    /// <summary>A scaling from the variances of all features and the largest squared value.</summary>
    private static FeatureScaling Make(EnvironmentSample sample, bool isCentred, Func<double[], double, double[]> scaleOf)
    {
        ArgumentNullException.ThrowIfNull(sample);
        int features = sample.FeatureCount;
        var result = new FeatureScaling(features);
        foreach (int species in sample.Species)
        {
            ReadOnlySpan<double> rows = sample.Rows(species);
            int n = rows.Length / features;
            double[] shift = new double[features], variances = new double[features];
            for (int k = 0; k < rows.Length && isCentred; k++)
                shift[k % features] += rows[k] / n;
            double largest = 0;
            for (int k = 0; k < rows.Length; k++)
            {
                double d = rows[k] - shift[k % features];
                variances[k % features] += d * d / n;
                largest = Math.Max(largest, rows[k] * rows[k]);
            }
            result._maps.Add(species, (shift, scaleOf(variances, largest)));
        }
        return result;
    }
}
