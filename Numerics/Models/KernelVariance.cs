using System;
using System.Collections.Generic;
using System.Linq;
using Toolkit.Numerics.LinearAlgebra;
using Toolkit.Numerics.Structures;

namespace Toolkit.Numerics.Models;

/// <summary>
/// How sure a sparse Gaussian process is of an energy: its predictive variance in the deterministic training conditional (DTC;
/// Quiñonero-Candela, Rasmussen, J. Mach. Learn. Res. 6, 1939, 2005), which far from all points goes back to the prior's.
/// </summary>
/// <remarks>
/// With φ = L⁻¹ k_M: a² (k(x, x) − φᵀφ) + s² φᵀ (ΦᵀW²Φ + λN)⁻¹ φ, s² the noise of a weighted label and a² = s²/λN the process's
/// variance, both from the fit. Constants of species are taken as known, and the noise of a new label is not in it.
/// </remarks>
internal sealed class KernelVariance
{
    private readonly KernelPotential _potential;
    private readonly IReadOnlyDictionary<int, double[]>? _alone;

    /// <summary>The variance of a fit.</summary>
    /// <param name="potential">The mean.</param>
    /// <param name="whitening">L⁻ᵀ: <c>[kernel, column]</c>.</param>
    /// <param name="posterior">The inverse factor of ΦᵀW²Φ + λN: <c>[row, column]</c>, lower.</param>
    /// <param name="noise">s².</param>
    /// <param name="ratio">λN.</param>
    /// <param name="alone">Features of atoms alone, whose energies are exact; or null.</param>
    public KernelVariance(
        KernelPotential potential, double[] whitening, double[] posterior, double noise, double ratio,
            IReadOnlyDictionary<int, double[]>? alone)
    {
        int m = potential.Points.Count;
        if (whitening.Length != (long)m * m || posterior.Length != (long)m * m)
            throw new ArgumentException($"expected {m} × {m} numbers; got {whitening.Length} and {posterior.Length}", nameof(whitening));
        (_potential, Whitening, Posterior, Noise, Ratio, _alone) = (potential, whitening, posterior, noise, ratio, alone);
    }

    public double[] Whitening { get; }

    public double[] Posterior { get; }

    public double Noise { get; }

    public IReadOnlyDictionary<int, double[]>? Alone => _alone;

    public double Ratio { get; }

    /// <summary>Variances of the energy, eV², and of each atom's.</summary>
    public (double Energy, double[] Atoms) Of(Structure structure, int threads)
    {
        int n = structure.Count, m = _potential.Points.Count, length = _potential.Features.FeatureCount;
        // Atoms, and those alone that are taken off, each with how often it counts.
        List<(int Species, double[] Scaled, double Count)> all = [];
        double[] values = _potential.Features.Compute(structure, threads);
        for (int i = 0; i < n; i++)
            all.Add((structure.Species[i], Scaled(structure.Species[i], values.AsSpan(i * length, length)), 1));
        if (_alone is not null)
        {
            foreach (int z in structure.Species.ToArray().Distinct().Order())
                all.Add((z, Scaled(z, _alone[z]), -structure.Species.Count(z)));
        }

        double[] kernels = new double[all.Count * m], prior = new double[n];
        double total = 0;
        double[] rowSums = new double[all.Count];
        Threads.Share(all.Count, threads, i =>
        {
            (int z, double[] x, double count) = all[i];
            double square = Vectors.Square(x);
            ReadOnlySpan<double> points = _potential.Points.Rows(z), squares = _potential.Points.Squares(z);
            for (int q = 0; q < squares.Length; q++)
            {
                kernels[i * m + _potential.Points.First(z) + q] =
                    _potential.Kernel.Evaluate(Vectors.Dot(x, points.Slice(q * length, length)), square, squares[q]).Value;
            }

            if (i < n) prior[i] = _potential.Kernel.Evaluate(square, square, square).Value;
            foreach ((int other, double[] y, double times) in all)
            {
                if (other == z)
                    rowSums[i] += count * times * _potential.Kernel.Evaluate(Vectors.Dot(x, y), square, Vectors.Square(y)).Value;
            }
        });
        foreach (double sum in rowSums)
            total += sum;

        double[] whole = new double[m];
        for (int i = 0; i < all.Count; i++)
            Vectors.AddScaled(all[i].Count, kernels.AsSpan(i * m, m), whole);
        double[] atoms = new double[n];
        for (int i = 0; i < n; i++)
            atoms[i] = Variance(prior[i], kernels.AsSpan(i * m, m));
        return (Variance(total, whole), atoms);
    }

    private double Variance(double prior, ReadOnlySpan<double> kernels)
    {
        int m = kernels.Length;
        double[] phi = new double[m];
        for (int k = 0; k < m; k++)
            if (kernels[k] != 0) Vectors.AddScaled(kernels[k], Whitening.AsSpan(k * m, m), phi);
        double left = 0;
        for (int k = 0; k < m; k++)
        {
            double x = Vectors.Dot(Posterior.AsSpan(k * m, k + 1), phi.AsSpan(0, k + 1));
            left += x * x;
        }
        return Noise * (Math.Max(0, prior - Vectors.Square(phi)) / Ratio + left);
    }

    private double[] Scaled(int species, ReadOnlySpan<double> features)
    {
        double[] scaled = new double[features.Length];
        _potential.Points.Scaling.Apply(species, features, scaled);
        return scaled;
    }
}
