using System;
using System.Collections.Generic;
using System.Linq;
using Toolkit.Numerics.Learning;
using Toolkit.Numerics.LinearAlgebra;
using Toolkit.Numerics.Selection;
using Toolkit.Numerics.Structures;

namespace Toolkit.Numerics.Models;

/// <summary>What a model knows of its own errors; each may be absent.</summary>
/// <param name="Variance">Of a Gaussian process.</param>
/// <param name="Committee">The same linear model with a part of the training set left out, a member for each.</param>
/// <param name="Extrapolation">How far atoms are from those that it was fitted on.</param>
internal sealed record ModelDoubts(KernelVariance? Variance, IReadOnlyList<LinearPotential> Committee, ExtrapolationGrade? Extrapolation)
{
    /// <summary>How other linear models differ that explain the labels as well; null: not known.</summary>
    public ModelSpread? Spread { get; init; }

    /// <summary>None.</summary>
    public static ModelDoubts None { get; } = new(null, [], null);

    /// <summary>Whether there is any.</summary>
    public bool Any => Variance is not null || Committee.Count > 0 || Extrapolation is not null;

    /// <summary>Whether standard deviations are among them.</summary>
    public bool HasDeviations => Variance is not null || Committee.Count > 0;

    /// <summary>A prediction with what is known of its error.</summary>
    public Prediction AddTo(Prediction prediction, Structure structure, Func<double[]> features, int threads)
    {
        double[]? values = null;
        if (Variance is not null)
        {
            (double energy, double[] each) = Variance.Of(structure, threads);
            prediction = prediction with { EnergyDeviation = Math.Sqrt(energy), AtomicDeviations = Array.ConvertAll(each, Math.Sqrt) };
        }
        if (Committee.Count > 0)
        {
            values = features();
            int n = structure.Count, length = n == 0 ? 0 : values.Length / n;
            double[][] members = [.. Committee.Select(m => Enumerable.Range(0, n).Select(i =>
                m.Constant(structure.Species[i]) + Vectors.Dot(m.Weights(structure.Species[i]), values.AsSpan(i * length, length)))
                    .ToArray())];
            double[] atoms = [.. Enumerable.Range(0, n).Select(i => Jackknife([.. members.Select(m => m[i])]))];
            prediction = prediction with
            {
                EnergyDeviation = Jackknife([.. members.Select(static m => m.Sum())]),
                AtomicDeviations = atoms
            };
        }
        return Extrapolation is null ? prediction
            : prediction with { Extrapolation = Extrapolation.Of(structure.Species, values ?? features()) };
    }

    /// <summary>The standard deviation of an estimate, from the estimates without each of K parts of the data: √((K − 1)/K Σ (e_k −
    /// ē)²).</summary>
    private static double Jackknife(double[] estimates)
    {
        double mean = estimates.Average(), k = estimates.Length;
        return Math.Sqrt((k - 1) / k * estimates.Sum(e => (e - mean) * (e - mean)));
    }
}

/// <summary>
/// How far an atom's features are from those of a training set: the largest coefficient of its expansion in a D-optimal choice of the
/// training set's environments of its species (<see cref="ActiveSet"/>). At most about 1 is interpolation; beyond some 2 the model is not
/// to be trusted.
/// </summary>
/// <param name="Scaling">What makes features comparable.</param>
/// <param name="Sets">By atomic number.</param>
internal sealed record ExtrapolationGrade(FeatureScaling Scaling, IReadOnlyDictionary<int, ActiveSet> Sets)
{
    // The mean square length of scaled features is 1; extents far below are noise.
    private const double Extent = 1e-4;

    /// <summary>Chooses environments of every species.</summary>
    public static ExtrapolationGrade Of(EnvironmentSample sample, int threads)
    {
        int length = sample.FeatureCount;
        FeatureScaling scaling = FeatureScaling.Centred(sample, new int[length]);
        int[] species = [.. sample.Species];
        ActiveSet[] sets = new ActiveSet[species.Length];
        Threads.Share(species.Length, threads, s =>
        {
            ReadOnlySpan<double> rows = sample.Rows(species[s]);
            double[] scaled = new double[rows.Length / length * (length + 1)];
            for (int i = 0; i < rows.Length / length; i++)
                Scale(scaling, species[s], rows.Slice(i * length, length), scaled.AsSpan(i * (length + 1), length + 1));
            sets[s] = ActiveSet.Select(scaled, length + 1, Extent);
        });
        return new ExtrapolationGrade(scaling, species.Zip(sets).ToDictionary(static p => p.First, static p => p.Second));
    }

    /// <summary>Of some atoms.</summary>
    /// <param name="species"><c>[atom]</c>: atomic numbers.</param>
    /// <param name="features"><c>[atom, feature]</c>.</param>
    public double[] Of(ReadOnlySpan<int> species, double[] features)
    {
        int length = Scaling.FeatureCount;
        double[] grades = new double[species.Length], row = new double[length + 1];
        for (int i = 0; i < species.Length; i++)
        {
            Scale(Scaling, species[i], features.AsSpan(i * length, length), row);
            grades[i] = Sets[species[i]].Grade(row);
        }
        return grades;
    }

    private static void Scale(FeatureScaling scaling, int species, ReadOnlySpan<double> features, Span<double> row)
    {
        scaling.Apply(species, features, row[..^1]);
        row[^1] = 1;
    }
}
