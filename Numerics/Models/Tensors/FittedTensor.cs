using System;
using System.Collections.Generic;
using System.Linq;
using Toolkit.Numerics.Expansion;
using Toolkit.Numerics.Representations;
using Toolkit.Numerics.Structures;

namespace Toolkit.Numerics.Models.Tensors;

/// <summary>
/// A model of dipoles or symmetric tensors as it comes from a fit: linear in equivariants, so that what it says turns with the structure
/// exactly.
/// <see cref="TensorFolder"/> keeps it. Immutable: may be shared between threads.
/// </summary>
public sealed class FittedTensor : IFittedModel
{
    private readonly PreparedFeatures _features;
    private readonly EquivariantRepresentation[] _representations;
    private readonly int[] _species;

    internal FittedTensor(PreparedFeatures features, IReadOnlyList<int> species, IReadOnlyList<TensorPart> parts, ModelAbout about)
    {
        (_features, _species, Parts, About) = (features, [.. species], parts, about);
        _representations = [.. features.Representations.Cast<EquivariantRepresentation>()];
    }

    /// <inheritdoc/>
    public Spec Spec => _features.Spec;

    /// <inheritdoc/>
    public IReadOnlyList<int> Species => _species;

    /// <inheritdoc/>
    public int FeatureCount => Parts.Sum(static p => p.Design.Components * p.Design.Channels);

    /// <inheritdoc/>
    public ModelAbout About { get; }

    /// <summary>What it gives.</summary>
    public ModelTarget Target => Spec.Model!.Target;

    /// <summary>What predictions are called: the name of the labels without REF_.</summary>
    public string Name => About.Keys.Tensor is { } key ? key.StartsWith("REF_", StringComparison.Ordinal) ? key[4..] : key
        : Target == ModelTarget.Dipole ? "dipole" : "tensor";

    internal IReadOnlyList<TensorPart> Parts { get; }

    /// <summary>The same model with other words about it.</summary>
    public FittedTensor With(ModelAbout about) => new(_features, _species, Parts, about);

    /// <summary>The dipole or tensor of a structure.</summary>
    /// <param name="structure">Of species that the model knows, with the vectors and charges that its features read.</param>
    /// <param name="threads">How many threads may work; the result is the same for any number.</param>
    /// <param name="withDerivatives">Whether derivatives by positions are wanted: Born charges.</param>
    /// <exception cref="UnfitStructureException">Another species; vectors that are absent or of another shape.</exception>
    /// <exception cref="CoincidentAtomsException">Two atoms at the same place.</exception>
    public TensorPrediction Predict(Structure structure, int threads = 1, bool withDerivatives = false)
    {
        ArgumentNullException.ThrowIfNull(structure);
        FittedModel.Require(structure, _species, _features.Set.Fields);
        int n = structure.Count, all = TensorShape.Spherical(Target), cartesian = TensorShape.Cartesian(Target);
        double[] spherical = new double[all], atoms = new double[n * cartesian], each = new double[n * all];
        if (n == 0) return new TensorPrediction(new double[cartesian], atoms) { Derivatives = withDerivatives ? [] : null };
        EquivariantBlocks[] equivariants = Array.ConvertAll(_representations, r => r.Compute(structure, threads));
        double[]? derivatives = withDerivatives ? new double[3 * n * cartesian] : null;
        double[] slopes = new double[3 * n * all];
        int first = 0;
        foreach (TensorPart part in Parts)
        {
            int components = part.Design.Components;
            double[] own = part.Design.Atoms(structure, equivariants, part.Coefficients);
            for (int i = 0; i < n; i++)
                own.AsSpan(i * components, components).CopyTo(each.AsSpan(i * all + first));
            for (int mu = 0; mu < components && withDerivatives; mu++)
            {
                double[] slope = part.Design.Slopes(structure, part.Coefficients, mu, threads);
                for (int k = 0; k < slope.Length; k++)
                    slopes[k * all + first + mu] = slope[k];
            }
            first += components;
        }
        for (int i = 0; i < n; i++)
        {
            ReadOnlySpan<double> own = each.AsSpan(i * all, all);
            for (int k = 0; k < all; k++)
                spherical[k] += own[k];
            TensorShape.ToCartesian(Target, own).CopyTo(atoms, i * cartesian);
        }
        for (int k = 0; k < 3 * n && derivatives is not null; k++)
            TensorShape.ToCartesian(Target, slopes.AsSpan(k * all, all)).CopyTo(derivatives, k * cartesian);
        return new TensorPrediction(TensorShape.ToCartesian(Target, spherical), atoms) { Derivatives = derivatives };
    }

    /// <summary>Predictions for a data set, one structure after the other, in memory for a few.</summary>
    /// <param name="source">The structures.</param>
    /// <param name="threads">How many threads may work; the result is the same for any number.</param>
    /// <param name="withDerivatives">Whether derivatives by positions are wanted.</param>
    /// <exception cref="Files.InputException">While walking: a structure that the model does not know.</exception>
    public IEnumerable<(Structure Structure, TensorPrediction Prediction)> Predict(
        StructureSource source, int threads = 1, bool withDerivatives = false)
    {
        ArgumentNullException.ThrowIfNull(source);
        return StructureStream.Each(
            source.Read(), threads, StructureStream.MostAtoms, (s, _, inside) => Predict(s, inside, withDerivatives))
            .Select(static r => (r.Structure, r.Result));
    }

    /// <summary>Predictions for a data set and what is made of each, on the threads that predict.</summary>
    /// <param name="source">The structures.</param>
    /// <param name="finish">Makes something of a prediction; for several structures at a time.</param>
    /// <param name="threads">How many threads may work; the result is the same for any number.</param>
    /// <param name="withDerivatives">Whether derivatives by positions are wanted.</param>
    /// <typeparam name="T">What is made.</typeparam>
    /// <exception cref="Files.InputException">While walking: a structure that the model does not know.</exception>
    public IEnumerable<(Structure Structure, TensorPrediction Prediction, T Result)> Predict<T>(
        StructureSource source, Func<Structure, TensorPrediction, T> finish, int threads = 1, bool withDerivatives = false) =>
        StructureStream.Predictions(source, threads, (s, inside) => Predict(s, inside, withDerivatives), finish);
}
