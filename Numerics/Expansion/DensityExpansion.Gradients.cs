using System;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Toolkit.Numerics.Simd;

namespace Toolkit.Numerics.Expansion;

/// <content>Derivatives: from gradients by coefficients to gradients by positions and vectors, and tangents.</content>
public sealed partial class DensityExpansion
{
    /// <summary>
    /// The vector–Jacobian product: from <see cref="EnvironmentScratch.Adjoint"/> = dE/dc of one environment to dE/dr of its
    /// pairs, and, with fields, to dE/dv of each pair's neighbour and of the centre.
    /// </summary>
    /// <param name="around">The structure.</param>
    /// <param name="centre">The environment's atom.</param>
    /// <param name="scratch">The environment after <see cref="Expand"/>; its harmonics and radial values are overwritten.</param>
    /// <param name="pairs">Receives <c>[pair of the neighbour list, 1 + field, xyz]</c>: by r, then by each vector.</param>
    /// <param name="own">Receives <c>[centre, field, xyz]</c>: by the centre's own vectors, its images left out.</param>
    /// <remarks>
    /// With one pair per lane, h_lm = Σ_n (dE/dc_nlm) g_nl and the same with dg/dr take sixteen multiply-adds for eight
    /// pairs; all sums over (l, m) then stay within their lanes: dE/dr along the bond Σ h' Y, across it Σ h ∇Y.
    /// </remarks>
    internal unsafe void Backward(Surroundings around, int centre, EnvironmentScratch scratch, Span<double> pairs, Span<double> own)
    {
        int stride = GroupStride, width = Width, lmax = LMax, lm = (lmax + 1) * (lmax + 1), row = (lmax + 1) * stride;
        int fields = _fields.Length, step = 3 * (1 + fields), lanes = Lanes * scratch.Blocks;
        if (Mixing is not null) Unmix(scratch);
        for (int f = 0; f < fields; f++)
            OwnGradient(_fields[f], around.Groups[centre], scratch.Adjoint, own.Slice(3 * (centre * fields + f), 3));

        // Sums per lane: dE/dr along the bond, its part across the bond (x, y, z), one that is not used, and dE/dv.
        const int across = 1, unused = 4, vector = 5;
        int sums = vector + 3 * fields;
        double* memory = stackalloc double[(2 * Lanes + sums + 1) * Lanes + CacheLine.Doubles];
        double* functions = CacheLine.Next(memory), one = functions + 2 * Lanes * Lanes, sum = one + Lanes;
        Vector512.Store(Vector512<double>.One, one);
        fixed (double* vectors = scratch.Vectors)
        {
            for (int block = 0; block < scratch.Blocks; block++)
            {
                Differentiate(scratch, block);
                int group = scratch.Group[block];
                new Span<double>(sum, sums * Lanes).Clear();
                for (int n = 0; n < stride; n += Lanes)
                    for (int l = 0; l <= lmax; l++)
                    {
                        Transpose.Eight(scratch.Radial + l * stride + n, row, functions);
                        Transpose.Eight(scratch.RadialDerivatives + l * stride + n, row, functions + Lanes * Lanes);
                        double* y = scratch.Harmonics + l * l * Lanes, dy = scratch.HarmonicsGradients + l * l * Lanes;
                        double* adjoint = scratch.Adjoint + l * l * width + n;
                        AddColumn(l, adjoint + Column(group) * stride, width, functions, y, dy, lm * Lanes, one, sum, sum + unused * Lanes);
                        for (int f = 0; f < fields; f++)
                        {
                            int slot = _fields[f].Slot(group);
                            for (int q = 0; q < 3 && slot >= 0; q++)
                                AddColumn(l, adjoint + (_fields[f].Column(slot) + q) * stride, width, functions, y, dy, lm * Lanes,
                                    vectors + (3 * f + q) * lanes + block * Lanes, sum, sum + (vector + 3 * f + (q + 1) % 3) * Lanes);
                        }
                    }
                fixed (double* x = &scratch.X[block * Lanes], y = &scratch.Y[block * Lanes], z = &scratch.Z[block * Lanes],
                    r = &scratch.R[block * Lanes])
                {
                    Vector512<double> along = Vector512.Load(sum) / Vector512.Load(r);
                    AddProduct(along, x, sum + across * Lanes);
                    AddProduct(along, y, sum + (across + 1) * Lanes);
                    AddProduct(along, z, sum + (across + 2) * Lanes);
                }
                for (int lane = 0; lane < scratch.Used[block]; lane++)
                {
                    Span<double> result = pairs.Slice(scratch.Pair[block * Lanes + lane] * step, step);
                    for (int k = 0; k < result.Length; k++)
                        result[k] = sum[(k < 3 ? across + k : vector + k - 3) * Lanes + lane];
                }
            }
        }
    }

    /// <summary>
    /// What one column of coefficients adds for one l and eight n, one pair per lane: with h = Σ_n a_n g_n and
    /// h' = Σ_n a_n g'_n, Σ_m v h' Y, Σ_m v h ∇Y and Σ_m h Y.
    /// </summary>
    /// <param name="l">The order.</param>
    /// <param name="a">dE/dc: <c>[m, n]</c>, rows <paramref name="width"/> apart.</param>
    /// <param name="width">Doubles from m to m.</param>
    /// <param name="functions">g and g': <c>[2, n, lane]</c>.</param>
    /// <param name="y">Y: <c>[m, lane]</c>.</param>
    /// <param name="dy">∇Y: <c>[xyz, m, lane]</c>, components <paramref name="next"/> apart.</param>
    /// <param name="next">Doubles from component to component.</param>
    /// <param name="v">The weight v: <c>[lane]</c>.</param>
    /// <param name="sum">Receives the first four sums: <c>[4, lane]</c>.</param>
    /// <param name="byWeight">Receives the last sum: <c>[lane]</c>.</param>
    private static unsafe void AddColumn(int l, double* a, int width, double* functions, double* y, double* dy, int next, double* v,
        double* sum, double* byWeight)
    {
        double* d = functions + Lanes * Lanes;
        Vector512<double> g0 = Vector512.Load(functions), g1 = Vector512.Load(functions + 8), g2 = Vector512.Load(functions + 16);
        Vector512<double> g3 = Vector512.Load(functions + 24), g4 = Vector512.Load(functions + 32), g5 = Vector512.Load(functions + 40);
        Vector512<double> g6 = Vector512.Load(functions + 48), g7 = Vector512.Load(functions + 56);
        Vector512<double> d0 = Vector512.Load(d), d1 = Vector512.Load(d + 8), d2 = Vector512.Load(d + 16), d3 = Vector512.Load(d + 24);
        Vector512<double> d4 = Vector512.Load(d + 32), d5 = Vector512.Load(d + 40), d6 = Vector512.Load(d + 48), d7 = Vector512.Load(d + 56);
        Vector512<double> along = default, fx = default, fy = default, fz = default, t = default;
        for (int m = -l; m <= l; m++, a += width, y += Lanes, dy += Lanes)
        {
            Vector512<double> b = Vector512.Create(a[0]), h = b * g0, slope = b * d0;
            b = Vector512.Create(a[1]);
            (h, slope) = (Vector512.MultiplyAddEstimate(b, g1, h), Vector512.MultiplyAddEstimate(b, d1, slope));
            b = Vector512.Create(a[2]);
            (h, slope) = (Vector512.MultiplyAddEstimate(b, g2, h), Vector512.MultiplyAddEstimate(b, d2, slope));
            b = Vector512.Create(a[3]);
            (h, slope) = (Vector512.MultiplyAddEstimate(b, g3, h), Vector512.MultiplyAddEstimate(b, d3, slope));
            b = Vector512.Create(a[4]);
            (h, slope) = (Vector512.MultiplyAddEstimate(b, g4, h), Vector512.MultiplyAddEstimate(b, d4, slope));
            b = Vector512.Create(a[5]);
            (h, slope) = (Vector512.MultiplyAddEstimate(b, g5, h), Vector512.MultiplyAddEstimate(b, d5, slope));
            b = Vector512.Create(a[6]);
            (h, slope) = (Vector512.MultiplyAddEstimate(b, g6, h), Vector512.MultiplyAddEstimate(b, d6, slope));
            b = Vector512.Create(a[7]);
            (h, slope) = (Vector512.MultiplyAddEstimate(b, g7, h), Vector512.MultiplyAddEstimate(b, d7, slope));
            Vector512<double> harmonic = Vector512.Load(y);
            along = Vector512.MultiplyAddEstimate(slope, harmonic, along);
            t = Vector512.MultiplyAddEstimate(h, harmonic, t);
            fx = Vector512.MultiplyAddEstimate(h, Vector512.Load(dy), fx);
            fy = Vector512.MultiplyAddEstimate(h, Vector512.Load(dy + next), fy);
            fz = Vector512.MultiplyAddEstimate(h, Vector512.Load(dy + 2 * next), fz);
        }
        AddProduct(along, v, sum);
        AddProduct(fx, v, sum + Lanes);
        AddProduct(fy, v, sum + 2 * Lanes);
        AddProduct(fz, v, sum + 3 * Lanes);
        Vector512.Store(Vector512.Load(byWeight) + t, byWeight);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static unsafe void AddProduct(Vector512<double> a, double* b, double* sum) =>
        Vector512.Store(Vector512.MultiplyAddEstimate(a, Vector512.Load(b), Vector512.Load(sum)), sum);

    /// <summary>Harmonics, radial functions and the derivatives of both for one block.</summary>
    internal unsafe void Differentiate(EnvironmentScratch scratch, int block)
    {
        fixed (double* x = &scratch.X[block * Lanes], y = &scratch.Y[block * Lanes], z = &scratch.Z[block * Lanes])
            _harmonics.Block(x, y, z, scratch.Harmonics, scratch.HarmonicsGradients);
        fixed (double* r = &scratch.R[block * Lanes])
            _radial.Evaluate(r, scratch.Used[block], scratch.Radial, scratch.RadialDerivatives);
    }

    /// <summary>
    /// ∂c of the block's group along one Cartesian direction of one pair's vector, into
    /// <see cref="EnvironmentScratch.Tangent"/>, after <see cref="Differentiate"/>:
    /// (f g)' u_d Y_lm + f g ∂_d Y_lm with u = r/|r|.
    /// </summary>
    internal unsafe void Tangent(EnvironmentScratch scratch, int block, int lane, int direction)
    {
        int stride = GroupStride, lm = (LMax + 1) * (LMax + 1), k = block * Lanes + lane;
        double component = direction switch { 0 => scratch.X[k], 1 => scratch.Y[k], _ => scratch.Z[k] };
        double u = component / scratch.R[k];
        double* harmonics = scratch.Harmonics + lane;
        double* gradients = scratch.HarmonicsGradients + direction * lm * Lanes + lane;
        double* tangent = scratch.Tangent;
        for (int l = 0; l <= LMax; l++)
        {
            double* g = scratch.Radial + (lane * (LMax + 1) + l) * stride;
            double* d = scratch.RadialDerivatives + (lane * (LMax + 1) + l) * stride;
            for (int m = -l; m <= l; m++, harmonics += Lanes, gradients += Lanes, tangent += stride)
            {
                Vector512<double> radial = Vector512.Create(u * *harmonics), angular = Vector512.Create(*gradients);
                for (int n = 0; n < stride; n += 8)
                    Vector512.Store(Vector512.MultiplyAddEstimate(
                        radial, Vector512.Load(d + n), angular * Vector512.Load(g + n)), tangent + n);
            }
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
}
