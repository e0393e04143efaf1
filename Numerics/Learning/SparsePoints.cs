using System;
using System.Collections.Generic;
using System.Linq;
using Toolkit.Numerics.LinearAlgebra;
using Toolkit.Numerics.Selection;

namespace Toolkit.Numerics.Learning;

/// <summary>How environments are chosen to stand for all others.</summary>
public enum PointSelection
{
    /// <summary>Far from one another: <see cref="Toolkit.Numerics.Selection.FarthestPoints"/>.</summary>
    FarthestPoints,

    /// <summary>Spanning the others: <see cref="CurRows"/>.</summary>
    Cur,
}

/// <summary>
/// The environments that a sparse Gaussian process compares others with: scaled features, for each species of the
/// centre by itself, species increasing.
/// </summary>
public sealed class SparsePoints
{
    private readonly int[] _species;
    private readonly int[] _first;
    private readonly double[][] _rows;
    private readonly double[][] _squares;

    private SparsePoints(FeatureScaling scaling, int[] species, double[][] rows)
    {
        Scaling = scaling;
        _species = species;
        _rows = rows;
        _first = new int[species.Length + 1];
        int features = scaling.FeatureCount;
        _squares = Array.ConvertAll(rows, r => Enumerable.Range(0, r.Length / features)
            .Select(m => Vectors.Square(r.AsSpan(m * features, features))).ToArray());
        for (int s = 0; s < species.Length; s++)
            _first[s + 1] = _first[s] + _squares[s].Length;
    }

    /// <summary>What makes features comparable.</summary>
    public FeatureScaling Scaling { get; }

    /// <summary>The number of points of all species.</summary>
    public int Count => _first[^1];

    /// <summary>The species that have points, increasing.</summary>
    public IReadOnlyList<int> Species => _species;

    /// <summary>Points as they were kept: <c>[point, feature]</c> of each species, scaled.</summary>
    internal static SparsePoints Of(FeatureScaling scaling, IReadOnlyDictionary<int, double[]> rows)
    {
        int[] species = rows.Keys.Order().ToArray();
        return new SparsePoints(scaling, species, Array.ConvertAll(species, z => rows[z].Length % scaling.FeatureCount == 0
            ? rows[z]
            : throw new ArgumentException($"expected rows of {scaling.FeatureCount} features", nameof(rows))));
    }

    /// <summary>Every environment of a sample: the Gaussian process is then not sparse.</summary>
    public static SparsePoints All(EnvironmentSample sample, FeatureScaling scaling) => Make(sample, scaling, static rows => rows);

    /// <summary>Environments chosen from a sample.</summary>
    /// <param name="sample">What to choose from.</param>
    /// <param name="scaling">Its features are compared after scaling.</param>
    /// <param name="perSpecies">How many at most for each species of the centre.</param>
    /// <param name="selection">How.</param>
    public static SparsePoints Select(EnvironmentSample sample, FeatureScaling scaling, int perSpecies, PointSelection selection)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(perSpecies, 1);
        int features = scaling.FeatureCount;
        return Make(sample, scaling, rows =>
        {
            int[] chosen = selection == PointSelection.Cur
                ? CurRows.Select(rows, features, perSpecies)
                : FarthestPoints.Select(rows, features, perSpecies);
            double[] result = new double[chosen.Length * features];
            for (int m = 0; m < chosen.Length; m++)
                rows.AsSpan(chosen[m] * features, features).CopyTo(result.AsSpan(m * features));
            return result;
        });
    }

    /// <summary>Scaled features of the points of one species: <c>[point, feature]</c>; empty without any.</summary>
    public ReadOnlySpan<double> Rows(int species) => Index(species) is >= 0 and int s ? _rows[s] : default;

    /// <summary>Squared lengths of the points of one species: <c>[point]</c>.</summary>
    internal ReadOnlySpan<double> Squares(int species) => Index(species) is >= 0 and int s ? _squares[s] : default;

    /// <summary>Where the points of one species begin among all.</summary>
    internal int First(int species) => Index(species) is >= 0 and int s ? _first[s] : 0;

    private int Index(int species) => Array.BinarySearch(_species, species);

    private static SparsePoints Make(EnvironmentSample sample, FeatureScaling scaling, Func<double[], double[]> choose)
    {
        ArgumentNullException.ThrowIfNull(sample);
        ArgumentNullException.ThrowIfNull(scaling);
        if (sample.FeatureCount != scaling.FeatureCount)
            throw new ArgumentException($"expected {scaling.FeatureCount} features; got {sample.FeatureCount}", nameof(sample));
        int[] species = sample.Species.ToArray();
        double[][] rows = Array.ConvertAll(species, z =>
        {
            double[] all = sample.Rows(z).ToArray();
            for (int at = 0; at < all.Length; at += scaling.FeatureCount)
            {
                Span<double> row = all.AsSpan(at, scaling.FeatureCount);
                scaling.Apply(z, row, row);
            }
            return choose(all);
        });
        return new SparsePoints(scaling, species, rows);
    }
}
