using System;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Toolkit.Numerics.Neighbors;

namespace Toolkit.Numerics.Expansion;

/// <content>From pairs to coefficients.</content>
/// <remarks>
/// Pairs are taken in blocks of eight of one species: harmonics with one pair per lane, radial functions with eight n per
/// lane, and then, for each (l, m), eight multiply-adds into one register of coefficients with the harmonics broadcast.
/// With vector fields a pair adds to four columns instead of one: f g_nl Y_lm times 1, v_y, v_z, v_x. The products v_q Y_lm
/// are made once per block; after that a column of a vector costs what a column of the density costs, and the radial
/// functions stay in registers for all of them.
/// </remarks>
public sealed partial class DensityExpansion
{
    /// <summary>The coefficients around one atom, into <see cref="EnvironmentScratch.Coefficients"/>.</summary>
    internal void Expand(Surroundings around, int centre, EnvironmentScratch scratch)
    {
        Gather(around.Pairs, around.Groups, centre, scratch);
        if (_fields.Length > 0) GatherVectors(around, scratch);
        Forward(scratch, around, centre);
        if (Mixing is not null) Mix(scratch);
    }

    /// <summary>Sorts the pairs of one centre into blocks of one group each.</summary>
    internal void Gather(NeighborList list, int[] groups, int centre, EnvironmentScratch scratch)
    {
        int first = list.Offsets[centre], end = list.Offsets[centre + 1];
        ReadOnlySpan<int> neighbors = list.Neighbors;
        Span<int> count = stackalloc int[_kinds.Length], next = stackalloc int[_kinds.Length];
        count.Clear();
        for (int p = first; p < end; p++)
            count[groups[neighbors[p]]]++;
        int blocks = 0;
        for (int g = 0; g < count.Length; g++)
        {
            next[g] = blocks * Lanes;
            blocks += (count[g] + Lanes - 1) / Lanes;
        }
        scratch.Reserve(blocks);
        scratch.Blocks = blocks;
        for (int g = 0, block = 0; g < count.Length; g++)
        {
            for (; block * Lanes < next[g] + count[g]; block++)
            {
                scratch.Group[block] = g;
                scratch.Used[block] = Math.Min(Lanes, next[g] + count[g] - block * Lanes);
            }
            for (int k = next[g] + count[g]; k < block * Lanes; k++)
            {
                scratch.Pair[k] = EnvironmentScratch.NoPair;
                (scratch.X[k], scratch.Y[k], scratch.Z[k], scratch.R[k]) = (0, 0, Cutoff, Cutoff);
            }
        }
        ref int pair = ref First(scratch.Pair);
        ref double x = ref First(scratch.X), y = ref First(scratch.Y), z = ref First(scratch.Z), r = ref First(scratch.R);
        ref double px = ref MemoryMarshal.GetReference(list.X), py = ref MemoryMarshal.GetReference(list.Y);
        ref double pz = ref MemoryMarshal.GetReference(list.Z), pr = ref MemoryMarshal.GetReference(list.Distances);
        for (int p = first; p < end; p++)
        {
            int k = next[groups[neighbors[p]]]++;
            Unsafe.Add(ref pair, k) = p;
            Unsafe.Add(ref x, k) = Unsafe.Add(ref px, p);
            Unsafe.Add(ref y, k) = Unsafe.Add(ref py, p);
            Unsafe.Add(ref z, k) = Unsafe.Add(ref pz, p);
            Unsafe.Add(ref r, k) = Unsafe.Add(ref pr, p);
        }

        static ref T First<T>(T[] array) => ref MemoryMarshal.GetArrayDataReference(array);
    }

    /// <summary>Fills <see cref="EnvironmentScratch.Coefficients"/> from the gathered pairs and the centre.</summary>
    private unsafe void Forward(EnvironmentScratch scratch, Surroundings around, int centre)
    {
        int stride = GroupStride, width = Width, lmax = LMax, lm = (lmax + 1) * (lmax + 1);
        int row = (lmax + 1) * stride, lanes = Lanes * scratch.Blocks, centreGroup = around.Groups[centre];
        new Span<double>(scratch.Coefficients, lm * width).Clear();
        if (Centre != CentrePolicy.Exclude)
        {
            int group = Centre == CentrePolicy.Separate ? 0 : centreGroup;
            _own.CopyTo(new Span<double>(scratch.Coefficients + Column(group) * stride, NMax));
        }
        for (int f = 0; f < _fields.Length; f++)
            AddOwn(_fields[f], centreGroup, around.Vector(f, centre), scratch.Coefficients);

        // The columns that a block adds to, and for each its weights [lm, lane]: Y, or v_q Y.
        int* columns = stackalloc int[1 + 3 * _fields.Length];
        double** weights = stackalloc double*[1 + 3 * _fields.Length];
        fixed (double* vectors = scratch.Vectors)
        {
            for (int block = 0; block < scratch.Blocks; block++)
            {
                fixed (double* x = &scratch.X[block * Lanes], y = &scratch.Y[block * Lanes], z = &scratch.Z[block * Lanes])
                    _harmonics.Block(x, y, z, scratch.Harmonics);
                fixed (double* r = &scratch.R[block * Lanes])
                    _radial.Evaluate(r, scratch.Used[block], scratch.Radial);
                int count = 1, group = scratch.Group[block];
                columns[0] = Column(group) * stride;
                weights[0] = scratch.Harmonics;
                for (int f = 0; f < _fields.Length; f++)
                {
                    int slot = _fields[f].Slot(group);
                    if (slot < 0) continue;
                    double* v = vectors + 3 * f * lanes + block * Lanes;
                    Vector512<double> vy = Vector512.Load(v), vz = Vector512.Load(v + lanes), vx = Vector512.Load(v + 2 * lanes);
                    for (int k = 0; k < lm; k++)
                    {
                        Vector512<double> harmonic = Vector512.Load(scratch.Harmonics + k * Lanes);
                        double* w = scratch.Weighted + (3 * f * lm + k) * Lanes;
                        Vector512.Store(vy * harmonic, w);
                        Vector512.Store(vz * harmonic, w + lm * Lanes);
                        Vector512.Store(vx * harmonic, w + 2 * lm * Lanes);
                    }
                    for (int q = 0; q < 3; q++, count++)
                    {
                        columns[count] = (_fields[f].Column(slot) + q) * stride;
                        weights[count] = scratch.Weighted + (3 * f + q) * lm * Lanes;
                    }
                }
                for (int n = 0; n < stride; n += 8)
                {
                    for (int l = 0; l <= lmax; l++)
                    {
                        double* g = scratch.Radial + l * stride + n;
                        Vector512<double> g0 = Vector512.Load(g), g1 = Vector512.Load(g + row);
                        Vector512<double> g2 = Vector512.Load(g + 2 * row), g3 = Vector512.Load(g + 3 * row);
                        Vector512<double> g4 = Vector512.Load(g + 4 * row), g5 = Vector512.Load(g + 5 * row);
                        Vector512<double> g6 = Vector512.Load(g + 6 * row), g7 = Vector512.Load(g + 7 * row);
                        for (int k = 0; k < count; k++)
                        {
                            double* h = weights[k] + l * l * Lanes;
                            double* c = scratch.Coefficients + l * l * width + columns[k] + n;
                            for (int m = -l; m <= l; m++)
                            {
                                Vector512<double> even = Vector512.Load(c), odd = g1 * Vector512.Create(h[1]);
                                even = Vector512.MultiplyAddEstimate(g0, Vector512.Create(h[0]), even);
                                odd = Vector512.MultiplyAddEstimate(g3, Vector512.Create(h[3]), odd);
                                even = Vector512.MultiplyAddEstimate(g2, Vector512.Create(h[2]), even);
                                odd = Vector512.MultiplyAddEstimate(g5, Vector512.Create(h[5]), odd);
                                even = Vector512.MultiplyAddEstimate(g4, Vector512.Create(h[4]), even);
                                odd = Vector512.MultiplyAddEstimate(g7, Vector512.Create(h[7]), odd);
                                even = Vector512.MultiplyAddEstimate(g6, Vector512.Create(h[6]), even);
                                Vector512.Store(even + odd, c);
                                h += Lanes;
                                c += width;
                            }
                        }
                    }
                }
            }
        }
    }
}
