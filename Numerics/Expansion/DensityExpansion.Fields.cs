using System;
using System.Runtime.Intrinsics;
using Toolkit.Numerics.Structures;

namespace Toolkit.Numerics.Expansion;

/// <remarks>
/// With vector fields a pair adds to four columns of coefficients instead of one: f g_nl Y_lm times 1, v_y, v_z, v_x. The
/// products v_q Y_lm are made once per block of eight pairs, pairs in lanes; after that a column of a vector costs what a
/// column of the density costs, and the radial functions stay in registers for all of them.
/// </remarks>
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
            Expand(around, i, scratch);
            for (int k = 0; k < lm; k++)
                for (int slot = 0; slot < columns.Labels.Length; slot++)
                    for (int q = 0; q < 3; q++)
                        new ReadOnlySpan<double>(scratch.Coefficients + k * Width + (columns.Column(slot) + q) * GroupStride, NMax)
                            .CopyTo(result.AsSpan(((i * lm + k) * 3 + q) * channels + slot * NMax));
        }
        return result;
    }

    /// <summary>Pairs, groups and vectors of a structure.</summary>
    /// <exception cref="CoincidentAtomsException">A pair at distance zero.</exception>
    /// <exception cref="ArgumentException">A species without channels, or vectors that are absent or not finite.</exception>
    internal Surroundings Around(Structure structure, int threads)
    {
        int n = structure.Count;
        int[] groups = GroupsOf(structure);
        double[] vectors = new double[3 * n * _fields.Length];
        for (int f = 0; f < _fields.Length; f++)
        {
            double[] xyz = _fields[f].Field.Read(structure);
            for (int i = 0; i < n; i++)
                for (int q = 0; q < 3; q++)
                    vectors[3 * (f * n + i) + q] = xyz[3 * i + (q + 1) % 3];
        }
        return new Surroundings { Pairs = Neighbors(structure, threads), Groups = groups, Vectors = vectors };
    }

    /// <summary>The coefficients around one atom, into <see cref="EnvironmentScratch.Coefficients"/>.</summary>
    internal void Expand(Surroundings around, int centre, EnvironmentScratch scratch)
    {
        Gather(around.Pairs, around.Groups, centre, scratch);
        if (_fields.Length == 0)
        {
            Forward(scratch, around.Groups[centre]);
            return;
        }
        GatherVectors(around, scratch);
        ForwardFields(scratch, around, centre);
    }

    /// <summary>
    /// From <see cref="EnvironmentScratch.Adjoint"/> = dE/dc of one environment to dE/dr of its pairs, and, with fields,
    /// to dE/dv of each pair's neighbour and of the centre.
    /// </summary>
    /// <param name="around">The structure.</param>
    /// <param name="centre">The environment's atom.</param>
    /// <param name="scratch">The environment after <see cref="Expand"/>; its harmonics and radial values are overwritten.</param>
    /// <param name="pairs">Receives <c>[pair of the neighbour list, 1 + field, xyz]</c>: by r, then by each vector.</param>
    /// <param name="own">Receives <c>[centre, field, xyz]</c>: by the centre's own vectors, its images left out.</param>
    internal void Backward(Surroundings around, int centre, EnvironmentScratch scratch, Span<double> pairs, Span<double> own)
    {
        if (_fields.Length == 0)
            Backward(scratch, pairs);
        else
            BackwardFields(scratch, around.Groups[centre], pairs, own.Slice(3 * centre * _fields.Length, 3 * _fields.Length));
    }

    /// <summary>The vectors of the gathered pairs' neighbours; zero in lanes without a pair.</summary>
    private unsafe void GatherVectors(Surroundings around, EnvironmentScratch scratch)
    {
        int lanes = Lanes * scratch.Blocks;
        if (scratch.Vectors.Length < 3 * _fields.Length * scratch.X.Length)
            scratch.Vectors = new double[3 * _fields.Length * scratch.X.Length];
        ReadOnlySpan<int> neighbors = around.Pairs.Neighbors;
        for (int f = 0; f < _fields.Length; f++)
        {
            Span<double> y = scratch.Vectors.AsSpan(3 * f * lanes, lanes);
            Span<double> z = scratch.Vectors.AsSpan((3 * f + 1) * lanes, lanes), x = scratch.Vectors.AsSpan((3 * f + 2) * lanes, lanes);
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

    /// <summary><see cref="Forward"/> for the density and all vector fields together.</summary>
    private unsafe void ForwardFields(EnvironmentScratch scratch, Surroundings around, int centre)
    {
        int stride = GroupStride, width = Width, lmax = LMax, lm = (lmax + 1) * (lmax + 1);
        int row = (lmax + 1) * stride, lanes = Lanes * scratch.Blocks, centreGroup = around.Groups[centre];
        new Span<double>(scratch.Coefficients, lm * width).Clear();
        if (Centre != CentrePolicy.Exclude)
        {
            int group = Centre == CentrePolicy.Separate ? 0 : centreGroup;
            _own.CopyTo(new Span<double>(scratch.Coefficients + group * stride, NMax));
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
                columns[0] = group * stride;
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

    /// <summary>Adds the centre's own vector (y, z, x): to a channel of its own, or as a neighbour's at distance zero.</summary>
    private unsafe void AddOwn(FieldColumns field, int centreGroup, ReadOnlySpan<double> vector, double* coefficients)
    {
        int slot = field.Slot(centreGroup);
        if (slot < 0 || field.Field.Centre == CentrePolicy.Exclude) return;
        for (int q = 0; q < 3; q++)
        {
            if (field.HasOwn)
            {
                coefficients[(field.Column(0) + q) * GroupStride] = vector[q] * Y00;
                continue;
            }
            double* c = coefficients + (field.Column(slot) + q) * GroupStride;
            for (int n = 0; n < NMax; n++)
                c[n] += vector[q] * _own[n];
        }
    }

    /// <summary>The transpose of <see cref="AddOwn"/>: dE/d(x, y, z) of the centre's own vector.</summary>
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

    /// <summary>∂c^q by the component v_q of one pair's neighbour, f g Y, into <see cref="EnvironmentScratch.Tangent"/>.</summary>
    internal unsafe void ValueTangent(EnvironmentScratch scratch, int lane)
    {
        int stride = GroupStride;
        double* harmonics = scratch.Harmonics + lane, tangent = scratch.Tangent;
        for (int l = 0; l <= LMax; l++)
        {
            double* g = scratch.Radial + (lane * (LMax + 1) + l) * stride;
            for (int m = -l; m <= l; m++, harmonics += Lanes, tangent += stride)
            {
                Vector512<double> angular = Vector512.Create(*harmonics);
                for (int n = 0; n < stride; n += 8)
                    Vector512.Store(angular * Vector512.Load(g + n), tangent + n);
            }
        }
    }

    /// <summary>
    /// ∂c^q by the component v_q of the centre's own vector, into <see cref="EnvironmentScratch.Tangent"/>; returns the slot
    /// that changes, or −1 where none does.
    /// </summary>
    internal unsafe int OwnTangent(EnvironmentScratch scratch, int field, int centreGroup)
    {
        FieldColumns columns = _fields[field];
        int slot = columns.Slot(centreGroup);
        if (slot < 0 || columns.Field.Centre == CentrePolicy.Exclude) return -1;
        new Span<double>(scratch.Tangent, (LMax + 1) * (LMax + 1) * GroupStride).Clear();
        if (columns.HasOwn) scratch.Tangent[0] = Y00;
        else _own.CopyTo(new Span<double>(scratch.Tangent, NMax));
        return columns.HasOwn ? 0 : slot;
    }

    private unsafe void BackwardFields(EnvironmentScratch scratch, int centreGroup, Span<double> gradients, Span<double> own)
    {
        int step = 3 * (1 + _fields.Length), lanes = Lanes * scratch.Blocks;
        for (int f = 0; f < _fields.Length; f++)
            OwnGradient(_fields[f], centreGroup, scratch.Adjoint, own.Slice(3 * f, 3));
        for (int block = 0; block < scratch.Blocks; block++)
        {
            Differentiate(scratch, block);
            for (int p = 0; p < Lanes; p++)
            {
                int k = block * Lanes + p, pair = scratch.Pair[k];
                if (pair == EnvironmentScratch.NoPair) break;
                Span<double> result = gradients.Slice(pair * step, step);
                result.Clear();
                bool isDensityDone = false;
                for (int f = 0; f < _fields.Length; f++)
                {
                    int slot = _fields[f].Slot(scratch.Group[block]);
                    if (slot < 0) continue;
                    ReadOnlySpan<double> v = [scratch.Vectors[3 * f * lanes + k], scratch.Vectors[(3 * f + 1) * lanes + k],
                        scratch.Vectors[(3 * f + 2) * lanes + k]];
                    int density = isDensityDone ? -1 : scratch.Group[block];
                    BackwardPair(scratch, k, p, density, _fields[f].Column(slot), v, result[..3], result.Slice(3 * (1 + f), 3));
                    isDensityDone = true;
                }
                if (!isDensityDone) BackwardPair(scratch, k, p, scratch.Group[block], -1, default, result[..3], default);
            }
        }
    }

    /// <summary>Adds one pair's dE/dr and writes its dE/dv, from the columns of the density and of one vector.</summary>
    /// <param name="scratch">After <see cref="Differentiate"/>.</param>
    /// <param name="at">The pair's place among the gathered ones.</param>
    /// <param name="lane">Its lane.</param>
    /// <param name="density">The density's column, or −1.</param>
    /// <param name="vector">The first of the vector's columns, or −1.</param>
    /// <param name="v">The vector, (y, z, x).</param>
    /// <param name="position">dE/d(x, y, z).</param>
    /// <param name="gradient">dE/dv, (x, y, z).</param>
    private unsafe void BackwardPair(EnvironmentScratch scratch, int at, int lane, int density, int vector,
        ReadOnlySpan<double> v, Span<double> position, Span<double> gradient)
    {
        int stride = GroupStride, width = Width, lm = (LMax + 1) * (LMax + 1);
        bool hasDensity = density >= 0, hasVector = vector >= 0;
        Vector512<double> vy = default, vz = default, vx = default;
        if (hasVector)
        {
            vy = Vector512.Create(v[0]);
            vz = Vector512.Create(v[1]);
            vx = Vector512.Create(v[2]);
        }
        Vector512<double> sr = default, sx = default, sy = default, sz = default, ty = default, tz = default, tx = default;
        for (int n = 0; n < stride; n += 8)
        {
            double* a = scratch.Adjoint + density * stride + n, b = scratch.Adjoint + vector * stride + n;
            double* y = scratch.Harmonics + lane;
            double* dx = scratch.HarmonicsGradients + lane, dy = dx + lm * Lanes, dz = dy + lm * Lanes;
            for (int l = 0; l <= LMax; l++)
            {
                Vector512<double> ar = default, ax = default, ay = default, az = default;
                Vector512<double> by = default, bz = default, bx = default;
                for (int m = -l; m <= l; m++)
                {
                    Vector512<double> harmonic = Vector512.Create(*y), slope = default;
                    if (hasDensity)
                    {
                        slope = Vector512.Load(a);
                        ar = Vector512.MultiplyAddEstimate(slope, harmonic, ar);
                        a += width;
                    }
                    if (hasVector)
                    {
                        Vector512<double> cy = Vector512.Load(b), cz = Vector512.Load(b + stride), cx = Vector512.Load(b + 2 * stride);
                        by = Vector512.MultiplyAddEstimate(cy, harmonic, by);
                        bz = Vector512.MultiplyAddEstimate(cz, harmonic, bz);
                        bx = Vector512.MultiplyAddEstimate(cx, harmonic, bx);
                        slope = Vector512.MultiplyAddEstimate(cy, vy, slope);
                        slope = Vector512.MultiplyAddEstimate(cz, vz, slope);
                        slope = Vector512.MultiplyAddEstimate(cx, vx, slope);
                        b += width;
                    }
                    ax = Vector512.MultiplyAddEstimate(slope, Vector512.Create(*dx), ax);
                    ay = Vector512.MultiplyAddEstimate(slope, Vector512.Create(*dy), ay);
                    az = Vector512.MultiplyAddEstimate(slope, Vector512.Create(*dz), az);
                    y += Lanes;
                    dx += Lanes;
                    dy += Lanes;
                    dz += Lanes;
                }
                int radial = (lane * (LMax + 1) + l) * stride + n;
                Vector512<double> g = Vector512.Load(scratch.Radial + radial);
                ar = Vector512.MultiplyAddEstimate(by, vy, ar);
                ar = Vector512.MultiplyAddEstimate(bz, vz, ar);
                ar = Vector512.MultiplyAddEstimate(bx, vx, ar);
                sr = Vector512.MultiplyAddEstimate(ar, Vector512.Load(scratch.RadialDerivatives + radial), sr);
                sx = Vector512.MultiplyAddEstimate(ax, g, sx);
                sy = Vector512.MultiplyAddEstimate(ay, g, sy);
                sz = Vector512.MultiplyAddEstimate(az, g, sz);
                ty = Vector512.MultiplyAddEstimate(by, g, ty);
                tz = Vector512.MultiplyAddEstimate(bz, g, tz);
                tx = Vector512.MultiplyAddEstimate(bx, g, tx);
            }
        }
        double along = Vector512.Sum(sr) / scratch.R[at];
        position[0] += along * scratch.X[at] + Vector512.Sum(sx);
        position[1] += along * scratch.Y[at] + Vector512.Sum(sy);
        position[2] += along * scratch.Z[at] + Vector512.Sum(sz);
        if (!hasVector) return;
        gradient[0] = Vector512.Sum(tx);
        gradient[1] = Vector512.Sum(ty);
        gradient[2] = Vector512.Sum(tz);
    }
}
