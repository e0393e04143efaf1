using System;
using System.Collections.Generic;
using System.Linq;
using Toolkit.Numerics.Learning.Kernels;
using Toolkit.Numerics.LinearAlgebra;

namespace Toolkit.Numerics.Learning;

/// <summary>How kernels of several sets of features become one kernel of a pair of environments.</summary>
public enum KernelCombination
{
    /// <summary>Σ weight · k: an energy with a part of each.</summary>
    Sum,

    /// <summary>Π weight · k: what one part does depends on the other.</summary>
    Product,
}

/// <summary>One set of features and how it compares environments.</summary>
/// <param name="Sample">The features of all atoms of all structures.</param>
/// <param name="Kernel">Compares two environments.</param>
/// <param name="Weight">A factor.</param>
public sealed record KernelPart(EnvironmentSample Sample, EnvironmentKernel Kernel, double Weight = 1);

/// <summary>
/// Similarities of whole structures: K_AB = Σ_{i in A, j in B, of the same species} k(i, j), so that a sum of atomic energies is learned
/// from energies of structures (A. P. Bartók and G. Csányi, Int. J. Quantum Chem. 115, 1051, 2015). k may combine several
/// sets of features, local and long-ranged ones for instance.
/// </summary>
public static class StructureKernel
{
    // Environments of a tile.
    private const int Rows = 192, Columns = 512;

    /// <summary>The kernels of all pairs of structures.</summary>
    /// <param name="parts">At least one; samples of the same structures.</param>
    /// <param name="combination">How they become one.</param>
    /// <param name="threads">How many threads may work; the result is the same for any number.</param>
    /// <returns><c>[structure, structure]</c>, symmetric.</returns>
    /// <exception cref="ArgumentException">No part, samples of different structures, or a weight that is not finite.</exception>
    public static double[] Compute(IReadOnlyList<KernelPart> parts, KernelCombination combination, int threads = 1)
    {
        ArgumentNullException.ThrowIfNull(parts);
        if (parts.Count == 0) throw new ArgumentException("there is no part", nameof(parts));
        EnvironmentSample first = parts[0].Sample;
        foreach (KernelPart part in parts)
        {
            if (!double.IsFinite(part.Weight))
                throw new ArgumentException($"a weight is {part.Weight}; expected a finite number", nameof(parts));
            if (part.Sample.StructureCount != first.StructureCount || !part.Sample.Species.SequenceEqual(first.Species)
                || first.Species.Any(z => !part.Sample.Structures(z).SequenceEqual(first.Structures(z))))
            {
                throw new ArgumentException("the parts' samples are of different structures", nameof(parts));
            }
        }

        int n = first.StructureCount;
        double[] result = new double[checked(n * n)];
        foreach (int species in first.Species)
        {
            Environments[] all = parts.Select(p => new Environments(p, species)).ToArray();
            int[] owner = first.Structures(species).ToArray();
            (int From, int To)[] tiles = Tiles(owner).ToArray();
            // A row of the result is the work of one thread: all environments of its structure are in one tile. Long ones first.
            Threads.Share(tiles.Length, threads, t => Tile(all, combination, owner, tiles[tiles.Length - 1 - t], n, result));
        }
        Dense.Symmetrise<double>(n, result, n);
        return result;
    }

    /// <summary>Pieces of whole structures.</summary>
    private static IEnumerable<(int From, int To)> Tiles(int[] owner)
    {
        int from = 0;
        for (int k = 1; k <= owner.Length; k++)
        {
            if (k < owner.Length && (owner[k] == owner[k - 1] || k - from < Rows)) continue;
            yield return (from, k);
            from = k;
        }
    }

    private sealed class Environments
    {
        internal readonly KernelPart Part;
        internal readonly double[] Rows, Squares;
        internal readonly int Width;

        internal Environments(KernelPart part, int species)
        {
            (Part, Width, Rows) = (part, part.Sample.FeatureCount, part.Sample.Rows(species).ToArray());
            Squares = new double[Rows.Length / Width];
            for (int k = 0; k < Squares.Length; k++)
                Squares[k] = Vectors.Square(Rows.AsSpan(k * Width, Width));
        }
    }

    private static void Tile(
        Environments[] parts, KernelCombination combination, int[] owner, (int From, int To) tile, int n, double[] result)
    {
        int rows = tile.To - tile.From;
        double[] products = new double[rows * Columns], combined = parts.Length > 1 ? new double[rows * Columns] : products;
        // Up to the structures of the tile's own rows: the rest follows by symmetry.
        for (int start = 0; start < tile.To; start += Columns)
        {
            int columns = Math.Min(Columns, tile.To - start);
            for (int p = 0; p < parts.Length; p++)
            {
                Environments e = parts[p];
                double[] values = p == 0 ? combined : products;
                Dense.Multiply(rows, columns, e.Width, 1.0, e.Rows.AsSpan(tile.From * e.Width), e.Width, false,
                    e.Rows.AsSpan(start * e.Width), e.Width, true,
                    0.0, values.AsSpan(), Columns);
                for (int i = 0; i < rows; i++)
                {
                    Span<double> row = values.AsSpan(i * Columns, columns), whole = combined.AsSpan(i * Columns, columns);
                    e.Part.Kernel.Values(row, e.Squares[tile.From + i], e.Squares.AsSpan(start, columns));
                    if (p == 0) Vectors.Scale(e.Part.Weight, row);
                    else if (combination == KernelCombination.Product) Vectors.Scale(e.Part.Weight, whole, row);
                    else Vectors.AddScaled(e.Part.Weight, row, whole);
                }
            }
            for (int i = 0; i < rows;)
            {
                // The environments of one structure in the first of their rows.
                int a = owner[tile.From + i], first = i;
                Span<double> sum = combined.AsSpan(first * Columns, columns);
                for (i++; i < rows && owner[tile.From + i] == a; i++)
                    Vectors.AddScaled(1, combined.AsSpan(i * Columns, columns), sum);
                Span<double> to = result.AsSpan(a * n, n);
                for (int j = 0; j < columns && owner[start + j] <= a; j++)
                    to[owner[start + j]] += sum[j];
            }
        }
    }
}
