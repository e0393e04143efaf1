using System;
using System.Collections.Generic;
using System.Threading.Tasks;
using Toolkit.Numerics.Coupling;
using Toolkit.Numerics.Expansion;
using Toolkit.Numerics.Neighbors;
using Toolkit.Numerics.Structures;

namespace Toolkit.Numerics.Representations;

/// <summary>
/// Rotation-invariant features of every atom's environment, as polynomials in the coefficients of a density expansion.
/// </summary>
/// <remarks>
/// A representation states three maps on one environment: coefficients to features, a change of the coefficients to a
/// change of the features (forward product), and a gradient by features to a gradient by coefficients (backward
/// product). Everything else is common: neighbours, threads, explicit gradients, labels.
/// </remarks>
public abstract class InvariantRepresentation
{
    private protected InvariantRepresentation(DensityExpansion expansion, FeatureLabels labels)
    {
        Expansion = expansion;
        Labels = labels;
    }

    /// <summary>The density expansion that the features are made from.</summary>
    public DensityExpansion Expansion { get; }

    /// <summary>What each feature is.</summary>
    public FeatureLabels Labels { get; }

    /// <summary>The number of features per atom.</summary>
    public int FeatureCount => Labels.Count;

    /// <summary>The number of density factors ν.</summary>
    public abstract int Order { get; }

    /// <summary>What is computed, as data: every feature is a component of one of these trees, up to a factor.</summary>
    public abstract IReadOnlyList<CouplingTree> CouplingTrees { get; }

    /// <summary>Features from coefficients.</summary>
    /// <param name="coefficients"><c>[lm, group, n padded]</c>.</param>
    /// <param name="features">Receives <c>[feature]</c>.</param>
    internal abstract unsafe void Forward(double* coefficients, Span<double> features);

    /// <summary>Adds to <paramref name="features"/> their change when one group's coefficients change by ∂c.</summary>
    /// <param name="coefficients"><c>[lm, group, n padded]</c>.</param>
    /// <param name="tangent"><c>[lm, n padded]</c>.</param>
    /// <param name="group">The group that changes.</param>
    /// <param name="features">Receives the sum, <c>[feature]</c>.</param>
    internal abstract unsafe void AddTangent(double* coefficients, double* tangent, int group, Span<double> features);

    /// <summary>dE/dc from dE/dfeatures.</summary>
    /// <param name="coefficients"><c>[lm, group, n padded]</c>.</param>
    /// <param name="gradient"><c>[feature]</c>.</param>
    /// <param name="adjoint">Receives <c>[lm, group, n padded]</c>; what stands there is overwritten.</param>
    internal abstract unsafe void Backward(double* coefficients, ReadOnlySpan<double> gradient, double* adjoint);

    /// <summary>weights · features and its gradient by coefficients.</summary>
    /// <param name="coefficients"><c>[lm, group, n padded]</c>.</param>
    /// <param name="weights"><c>[feature]</c>.</param>
    /// <param name="adjoint">Receives <c>[lm, group, n padded]</c>; what stands there is overwritten.</param>
    internal unsafe double ForwardBackward(double* coefficients, ReadOnlySpan<double> weights, double* adjoint)
    {
        Backward(coefficients, weights, adjoint);
        // The features are homogeneous of degree ν in the coefficients: ν E = c · dE/dc (Euler).
        int size = (Expansion.LMax + 1) * (Expansion.LMax + 1) * Expansion.Width;
        double sum = 0;
        for (int k = 0; k < size; k++)
            sum += coefficients[k] * adjoint[k];
        return sum / Order;
    }

    /// <summary>Features of every atom.</summary>
    /// <param name="structure">Its species must all have channels.</param>
    /// <param name="threads">How many threads may work; the result is the same for any number.</param>
    /// <returns><c>[atom, feature]</c>.</returns>
    /// <exception cref="ArgumentException">A species without channels.</exception>
    /// <exception cref="CoincidentAtomsException">Two atoms at the same place.</exception>
    public unsafe double[] Compute(Structure structure, int threads = 1)
    {
        NeighborList list = Expansion.Neighbors(structure, threads);
        double[] values = new double[structure.Count * FeatureCount];
        int[] groups = Expansion.GroupsOf(structure);
        ForEachEnvironment(structure.Count, threads, (i, scratch) =>
        {
            Expansion.Gather(list, groups, i, scratch);
            Expansion.Forward(scratch, groups[i]);
            Forward(scratch.Coefficients, values.AsSpan(i * FeatureCount, FeatureCount));
        });
        return values;
    }

    /// <summary>Features of every atom and their gradients with respect to every position they depend on.</summary>
    /// <param name="structure">Its species must all have channels.</param>
    /// <param name="threads">How many threads may work; the result is the same for any number.</param>
    /// <exception cref="ArgumentException">A species without channels.</exception>
    /// <exception cref="CoincidentAtomsException">Two atoms at the same place.</exception>
    public unsafe FeatureGradients ComputeWithGradients(Structure structure, int threads = 1)
    {
        NeighborList list = Expansion.Neighbors(structure, threads);
        int[] groups = Expansion.GroupsOf(structure);
        int features = FeatureCount, n = structure.Count;

        // One row per (centre, atom it depends on): the centre itself first, then its neighbours in order of index;
        // the images of one neighbour share a row.
        int[] start = new int[n + 1];
        var atoms = new List<int>();
        int[] rowOfPair = new int[list.PairCount];
        int[] row = new int[n];
        for (int i = 0; i < n; i++)
        {
            var seen = new SortedSet<int>();
            foreach (int j in list.Neighbors[list.Offsets[i]..list.Offsets[i + 1]])
                if (j != i) seen.Add(j);
            row[i] = atoms.Count;
            atoms.Add(i);
            foreach (int j in seen)
            {
                row[j] = atoms.Count;
                atoms.Add(j);
            }
            for (int p = list.Offsets[i]; p < list.Offsets[i + 1]; p++)
                rowOfPair[p] = row[list.Neighbors[p]];
            start[i + 1] = atoms.Count;
        }

        double[] values = new double[n * features];
        double[] gradients = new double[checked((long)atoms.Count * 3 * features)];
        ForEachEnvironment(n, threads, (i, scratch) =>
        {
            Expansion.Gather(list, groups, i, scratch);
            Expansion.Forward(scratch, groups[i]);
            Forward(scratch.Coefficients, values.AsSpan(i * features, features));
            for (int block = 0; block < scratch.Blocks; block++)
            {
                Expansion.Differentiate(scratch, block);
                for (int lane = 0; lane < EnvironmentScratch.Lanes; lane++)
                {
                    int pair = scratch.Pair[block * EnvironmentScratch.Lanes + lane];
                    // A centre's own image moves with it.
                    if (pair == EnvironmentScratch.NoPair || rowOfPair[pair] == start[i]) continue;
                    for (int d = 0; d < 3; d++)
                    {
                        Expansion.Tangent(scratch, block, lane, d);
                        AddTangent(scratch.Coefficients, scratch.Tangent, scratch.Group[block],
                            gradients.AsSpan((rowOfPair[pair] * 3 + d) * features, features));
                    }
                }
            }
            // Moving all atoms together changes nothing, so the centre's row is minus the sum of the others.
            Span<double> own = gradients.AsSpan(start[i] * 3 * features, 3 * features);
            for (int k = start[i] + 1; k < start[i + 1]; k++)
            {
                ReadOnlySpan<double> other = gradients.AsSpan(k * 3 * features, 3 * features);
                for (int f = 0; f < own.Length; f++)
                    own[f] -= other[f];
            }
        });
        return new FeatureGradients(features, values, start, atoms.ToArray(), gradients);
    }

    /// <summary>Runs <paramref name="work"/> on environments 0 … count − 1, each thread with memory of its own.</summary>
    internal void ForEachEnvironment(int count, int threads, Action<int, EnvironmentScratch> work)
    {
        if (threads <= 1 || count < 2)
        {
            using EnvironmentScratch scratch = Expansion.CreateScratch();
            for (int i = 0; i < count; i++)
                work(i, scratch);
            return;
        }
        Parallel.For(0, count, new ParallelOptions { MaxDegreeOfParallelism = threads },
            Expansion.CreateScratch,
            (i, _, scratch) =>
            {
                work(i, scratch);
                return scratch;
            },
            scratch => scratch.Dispose());
    }
}
