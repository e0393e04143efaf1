using System;
using System.Collections.Generic;
using System.Runtime.Intrinsics;
using Toolkit.Numerics.Coupling;
using Toolkit.Numerics.Expansion;

namespace Toolkit.Numerics.Representations;

/// <summary>
/// The invariants of order ν = 2: p_{q q' l} = Σ_m c_{q l m} c_{q' l m} / √(2l + 1), q = (species, n), each unordered
/// pair q ≤ q' once and off-diagonal ones times √2, so that the dot product of two feature vectors is that of the full
/// set. Features: l slowest, then q, then q' (species_1, n_1, species_2, n_2).
/// </summary>
public sealed class PowerSpectrum : InvariantRepresentation
{
    private readonly int[] _lane;
    private readonly int _pairs;

    /// <summary>The power spectrum of a density expansion.</summary>
    public PowerSpectrum(DensityExpansion expansion) : base(expansion, MakeLabels(expansion))
    {
        int channels = expansion.ChannelCount;
        _pairs = channels * (channels + 1) / 2;
        _lane = new int[channels];
        for (int q = 0; q < channels; q++)
            _lane[q] = q / expansion.NMax * expansion.GroupStride + q % expansion.NMax;
    }

    /// <inheritdoc/>
    public override int Order => 2;

    /// <summary>
    /// What is computed, for every l: p = (−1)^l couple(c, c', 0), off-diagonal ones times √2.
    /// </summary>
    public override IReadOnlyList<CouplingTree> CouplingTrees { get; } =
        [new(new CouplingPair(new CouplingLeaf(CouplingField.Density, "l"), new CouplingLeaf(CouplingField.Density, "l"), 0))];

    private static FeatureLabels MakeLabels(DensityExpansion expansion)
    {
        int channels = expansion.ChannelCount, nmax = expansion.NMax;
        int[] values = new int[5 * (expansion.LMax + 1) * (channels * (channels + 1) / 2)];
        int at = 0;
        for (int l = 0; l <= expansion.LMax; l++)
            for (int q = 0; q < channels; q++)
                for (int k = q; k < channels; k++)
                {
                    values[at++] = expansion.Groups[q / nmax];
                    values[at++] = q % nmax;
                    values[at++] = expansion.Groups[k / nmax];
                    values[at++] = k % nmax;
                    values[at++] = l;
                }
        return new FeatureLabels(["species_1", "n_1", "species_2", "n_2", "l"], values);
    }

    internal override unsafe void Forward(double* coefficients, double* work, Span<double> features)
    {
        int width = Expansion.Width, density = Expansion.DensityWidth, channels = _lane.Length, at = 0;
        double* product = stackalloc double[density];
        for (int l = 0; l <= Expansion.LMax; l++)
        {
            double* c = coefficients + l * l * width;
            double diagonal = 1 / Math.Sqrt(2 * l + 1), off = Math.Sqrt(2) * diagonal;
            for (int q = 0; q < channels; q++)
            {
                // Row q of CᵀC from q's own vector on.
                for (int k = _lane[q] & ~7; k < density; k += 8)
                {
                    Vector512<double> sum = default;
                    for (int m = 0; m <= 2 * l; m++)
                        sum = Vector512.MultiplyAddEstimate(
                            Vector512.Create(c[m * width + _lane[q]]), Vector512.Load(c + m * width + k), sum);
                    Vector512.Store(sum, product + k);
                }
                features[at++] = diagonal * product[_lane[q]];
                for (int k = q + 1; k < channels; k++)
                    features[at++] = off * product[_lane[k]];
            }
        }
    }

    internal override unsafe void AddTangent(double* coefficients, double* work, double* tangent, int group, Span<double> features)
    {
        int width = Expansion.Width, stride = Expansion.GroupStride, nmax = Expansion.NMax, channels = _lane.Length;
        int first = group * nmax, end = first + nmax;
        double* product = stackalloc double[stride];
        for (int l = 0; l <= Expansion.LMax; l++)
        {
            double* c = coefficients + l * l * width;
            double* t = tangent + l * l * stride;
            double scale = Math.Sqrt(2.0 / (2 * l + 1));
            Span<double> block = features.Slice(l * _pairs, _pairs);
            for (int q = 0; q < channels; q++)
            {
                for (int n = 0; n < stride; n += 8)
                {
                    Vector512<double> sum = default;
                    for (int m = 0; m <= 2 * l; m++)
                        sum = Vector512.MultiplyAddEstimate(
                            Vector512.Create(c[m * width + _lane[q]]), Vector512.Load(t + m * stride + n), sum);
                    Vector512.Store(sum * scale, product + n);
                }
                // c_q ∂c_k stands in feature (q, k) or (k, q); on the diagonal once for each factor.
                for (int k = first; k < end; k++)
                    block[k >= q ? Pair(q, k, channels) : Pair(k, q, channels)] +=
                        k == q ? Math.Sqrt(2) * product[k - first] : product[k - first];
            }
        }
    }

    internal override unsafe void Backward(double* coefficients, double* work, ReadOnlySpan<double> gradient, double* adjoint)
    {
        int width = Expansion.Width, density = Expansion.DensityWidth, channels = _lane.Length, at = 0;
        double* weights = stackalloc double[density];
        new Span<double>(weights, density).Clear();
        for (int l = 0; l <= Expansion.LMax; l++)
        {
            double* c = coefficients + l * l * width, a = adjoint + l * l * width;
            double diagonal = 2 / Math.Sqrt(2 * l + 1), off = Math.Sqrt(2.0 / (2 * l + 1));
            for (int q = 0; q < channels; q++, at += channels - q + 1)
            {
                // Row q of the symmetric matrix of weights.
                for (int k = 0; k < q; k++)
                    weights[_lane[k]] = off * gradient[l * _pairs + Pair(k, q, channels)];
                weights[_lane[q]] = diagonal * gradient[at];
                for (int k = q + 1; k < channels; k++)
                    weights[_lane[k]] = off * gradient[at + k - q];
                for (int m = 0; m <= 2 * l; m++)
                {
                    Vector512<double> cq = Vector512.Create(c[m * width + _lane[q]]);
                    double* row = a + m * width;
                    for (int k = 0; k < density; k += 8)
                        Vector512.Store(Vector512.MultiplyAddEstimate(
                            cq, Vector512.Load(weights + k), Vector512.Load(row + k)), row + k);
                }
            }
        }
    }

    /// <summary>Place of (q, k), q ≤ k, among the pairs of one l.</summary>
    private static int Pair(int q, int k, int channels) => q * channels - q * (q - 1) / 2 + k - q;
}
