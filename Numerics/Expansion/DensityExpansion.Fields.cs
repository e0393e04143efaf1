using System;
using System.Numerics;
using Toolkit.Numerics.Neighbors;
using Toolkit.Numerics.Structures;

namespace Toolkit.Numerics.Expansion;

/// <content>Vector fields: where their columns are filled from.</content>
public sealed partial class DensityExpansion
{
    private static readonly double Y00 = 1 / Math.Sqrt(4 * Math.PI);

    /// <summary>Coefficients of one vector field around every atom of a structure.</summary>
    /// <param name="structure">Its species must all have channels.</param>
    /// <param name="field">Index in <see cref="Fields"/>.</param>
    /// <returns><c>[atom, lm, q, channel]</c>, q in the order (y, z, x), channel = slot · nmax + n with the slots of
    /// <see cref="FieldGroups"/>; the centre's own slot has n = 0 only.</returns>
    public unsafe double[] ComputeField(Structure structure, int field)
    {
        FieldColumns columns = _fields[field];
        Surroundings around = Around(structure, 1);
        int lm = (LMax + 1) * (LMax + 1), channels = columns.Labels.Length * NMax;
        double[] result = new double[structure.Count * lm * 3 * channels];
        using EnvironmentScratch scratch = CreateScratch();
        for (int i = 0; i < structure.Count; i++)
        {
            Expand<double>(around, i, scratch);
            for (int k = 0; k < lm; k++)
            {
                for (int slot = 0; slot < columns.Labels.Length; slot++)
                {
                    for (int q = 0; q < 3; q++)
                    {
                        new ReadOnlySpan<double>(scratch.Coefficients + k * Width + (columns.Column(slot) + q) * GroupStride, NMax)
                            .CopyTo(result.AsSpan(((i * lm + k) * 3 + q) * channels + slot * NMax));
                    }
                }
            }
        }
        around.Pairs.Dispose();
        return result;
    }

    /// <summary>Pairs, groups and vectors of a structure.</summary>
    /// <exception cref="CoincidentAtomsException">A pair closer than <see cref="SmallestDistance"/>.</exception>
    /// <exception cref="ArgumentException">A species without channels, or vectors that are absent or not finite.</exception>
    internal Surroundings Around(Structure structure, int threads, NeighborList? given = null)
    {
        int n = structure.Count;
        int[] groups = GroupsOf(structure);
        double[] vectors = new double[3 * n * _fields.Length];
        for (int f = 0; f < _fields.Length; f++)
        {
            double[] xyz = _fields[f].Field.Read(structure);
            for (int i = 0; i < n; i++)
            {
                for (int q = 0; q < 3; q++)
                    vectors[3 * (f * n + i) + q] = xyz[3 * i + (q + 1) % 3];
            }
        }
        return new Surroundings { Pairs = Neighbors(structure, threads, given), Groups = groups, Vectors = vectors };
    }

    /// <summary>The vectors of the gathered pairs' neighbours; zero in lanes without a pair.</summary>
    private unsafe void GatherVectors(Surroundings around, EnvironmentScratch scratch)
    {
        int lanes = Lanes * scratch.Blocks;
        ReadOnlySpan<int> neighbors = around.Pairs.Neighbors;
        for (int f = 0; f < _fields.Length; f++)
        {
            double* y = scratch.Vectors + 3 * f * lanes, z = y + lanes, x = z + lanes;
            for (int k = 0; k < lanes; k++)
            {
                int pair = scratch.Pair[k];
                if (pair == EnvironmentScratch.NoPair)
                {
                    (y[k], z[k], x[k]) = (0, 0, 0);
                    continue;
                }
                ReadOnlySpan<double> v = around.Vector(f, neighbors[pair]);
                (y[k], z[k], x[k]) = (v[0], v[1], v[2]);
            }
        }
    }

    /// <summary>Adds the centre's own vector (y, z, x): to a channel of its own, or as a neighbour's at distance zero.</summary>
    private unsafe void AddOwn<T>(FieldColumns field, int centreGroup, ReadOnlySpan<double> vector, T* coefficients)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int slot = field.Slot(centreGroup);
        if (slot < 0 || field.Field.Centre == CentrePolicy.Exclude) return;
        for (int q = 0; q < 3; q++)
        {
            if (field.HasOwn)
            {
                coefficients[(field.Column(0) + q) * GroupStride] = T.CreateChecked(vector[q] * Y00);
                continue;
            }
            T* c = coefficients + (field.Column(slot) + q) * GroupStride;
            for (int n = 0; n < NMax; n++)
                c[n] += T.CreateChecked(vector[q] * _own[n]);
        }
    }

    /// <summary>The transpose of <see cref="AddOwn{T}"/>: dE/d(x, y, z) of the centre's own vector.</summary>
    private unsafe void OwnGradient(FieldColumns field, int centreGroup, double* adjoint, Span<double> gradient)
    {
        gradient.Clear();
        int slot = field.Slot(centreGroup);
        if (slot < 0 || field.Field.Centre == CentrePolicy.Exclude) return;
        for (int q = 0; q < 3; q++)
        {
            double sum = 0;
            if (field.HasOwn)
            {
                sum = adjoint[(field.Column(0) + q) * GroupStride] * Y00;
            }
            else
            {
                double* a = adjoint + (field.Column(slot) + q) * GroupStride;
                for (int n = 0; n < NMax; n++)
                    sum += a[n] * _own[n];
            }
            gradient[(q + 1) % 3] = sum;
        }
    }
}
