using System;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Toolkit.Numerics.Simd;

namespace Toolkit.Numerics.Expansion;

/// <content>From gradients by coefficients to gradients by positions and vectors.</content>
/// <remarks>
/// With a = dE/dc of one column, one pair gets dE/dr along its bond, Σ_lm Y_lm Σ_n a_nlm g'_nl, and across it,
/// Σ_lm ∇Y_lm Σ_n a_nlm g_nl, each summed over the columns times 1 or the vector's component that belongs to the column.
/// The first is summed over m first, with eight n per lane as the radial functions lie. The second is summed over n first,
/// with one pair per lane, so that three components cost three multiply-adds for eight pairs; g is transposed for it.
/// </remarks>
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
    [SkipLocalsInit]
    internal unsafe void Backward(Surroundings around, int centre, EnvironmentScratch scratch, Span<double> pairs, Span<double> own)
    {
        int stride = GroupStride, width = Width, lmax = LMax, lm = (lmax + 1) * (lmax + 1), row = (lmax + 1) * stride;
        int fields = _fields.Length, step = 3 * (1 + fields);
        if (Mixing is not null) Unmix(scratch);
        for (int f = 0; f < fields; f++)
            OwnGradient(_fields[f], around.Groups[centre], scratch.Adjoint, own.Slice(3 * (centre * fields + f), 3));

        // Per block: one tile, the sums per pair, and the result with one pair per lane.
        double* memory = stackalloc double[5 * Lanes * Lanes + step * Lanes + CacheLine.Doubles];
        double* tile = CacheLine.Next(memory), sums = tile + Lanes * Lanes, result = sums + 4 * Lanes * Lanes;
        BlockColumn<double>* columns = stackalloc BlockColumn<double>[1 + 3 * fields];
        DifferentiateRadial(scratch);
        fixed (double* target = pairs)
        {
            for (int block = 0; block < scratch.Blocks; block++)
            {
                Differentiate(scratch, block);
                int count = Columns<Lanes512<double>, Vector512<double>, double>(
                    scratch.Places, scratch.Harmonics, scratch, block, columns);
                new Span<double>(result, step * Lanes).Clear();
                for (int n = 0; n < stride; n += Lanes)
                {
                    double* adjoint = scratch.Adjoint + n;
                    if (_code is not null && fields == 0)
                    {
                        if (scratch.Used[block] < Lanes) CacheLine.Clear(sums, 4 * Lanes * Lanes);
                        for (int lane = 0; lane < scratch.Used[block]; lane += ExpansionCode.PairsAtOnce)
                        {
                            _code.Slopes(adjoint + columns->Place, width, scratch.Harmonics + lane, scratch.HarmonicsGradients + lane,
                                scratch.Radial + lane * row + n, scratch.RadialDerivatives + lane * row + n, sums + lane * Lanes);
                        }

                        for (int q = 0; q < 3; q++)
                        {
                            Vector512.Store(Vector512.Load(result + q * Lanes) + SumOverChannels(sums + (1 + q) * Lanes * Lanes, tile),
                                result + q * Lanes);
                        }
                    }
                    else
                    {
                        new Span<double>(sums, Lanes * Lanes).Clear();
                        for (int l = 0; l <= lmax; adjoint += (2 * l + 1) * width, l++)
                        {
                            AddAlong(l, columns, count, adjoint, width, scratch.RadialDerivatives + l * stride + n, row, sums);
                            Transpose.Eight(scratch.Radial + l * stride + n, row, tile);
                            AddAcross(l, columns, count, adjoint, width, tile, scratch.Harmonics + l * l * Lanes,
                                scratch.HarmonicsGradients + l * l * Lanes, lm * Lanes, result);
                        }
                    }
                    Vector512<double> sum = SumOverChannels(sums, tile) / Vector512.Load(scratch.R + block * Lanes);
                    AddProduct(sum, scratch.X + block * Lanes, result);
                    AddProduct(sum, scratch.Y + block * Lanes, result + Lanes);
                    AddProduct(sum, scratch.Z + block * Lanes, result + 2 * Lanes);
                }
                for (int lane = 0; lane < scratch.Used[block]; lane++)
                {
                    double* to = target + (nint)scratch.Pair[block * Lanes + lane] * step;
                    for (int k = 0; k < step; k++)
                        to[k] = result[k * Lanes + lane];
                }
            }
        }
    }

    /// <summary>Σ_n of <c>[pair, n]</c>, one pair per lane.</summary>
    private static unsafe Vector512<double> SumOverChannels(double* sums, double* tile)
    {
        Transpose.Eight(sums, Lanes, tile);
        Vector512<double> sum = Vector512.Load(tile);
        for (int n = 1; n < Lanes; n++)
            sum += Vector512.Load(tile + n * Lanes);
        return sum;
    }

    /// <summary>along[pair, n] += g'_nl Σ_columns Σ_m w_m a_nm for one l and eight n.</summary>
    /// <param name="l">The order.</param>
    /// <param name="columns">The block's columns and their w.</param>
    /// <param name="count">How many.</param>
    /// <param name="a">dE/dc: <c>[m, column, n]</c>, m <paramref name="width"/> apart.</param>
    /// <param name="width">Doubles from m to m.</param>
    /// <param name="slopes">g': <c>[pair, n]</c>, pairs <paramref name="row"/> apart.</param>
    /// <param name="row">Doubles from pair to pair.</param>
    /// <param name="along">The sums: <c>[pair, n]</c>.</param>
    private static unsafe void AddAlong(
        int l, BlockColumn<double>* columns, int count, double* a, int width, double* slopes, int row, double* along)
    {
        Vector512<double> s0 = default, s1 = default, s2 = default, s3 = default, s4 = default, s5 = default, s6 = default, s7 = default;
        for (int k = 0; k < count; k++)
        {
            double* source = a + columns[k].Place, w = columns[k].Weights + l * l * Lanes;
            for (int m = -l; m <= l; m++, source += width, w += Lanes)
            {
                Vector512<double> v = Vector512.Load(source);
                s0 = Vector512.MultiplyAddEstimate(v, Vector512.Create(w[0]), s0);
                s1 = Vector512.MultiplyAddEstimate(v, Vector512.Create(w[1]), s1);
                s2 = Vector512.MultiplyAddEstimate(v, Vector512.Create(w[2]), s2);
                s3 = Vector512.MultiplyAddEstimate(v, Vector512.Create(w[3]), s3);
                s4 = Vector512.MultiplyAddEstimate(v, Vector512.Create(w[4]), s4);
                s5 = Vector512.MultiplyAddEstimate(v, Vector512.Create(w[5]), s5);
                s6 = Vector512.MultiplyAddEstimate(v, Vector512.Create(w[6]), s6);
                s7 = Vector512.MultiplyAddEstimate(v, Vector512.Create(w[7]), s7);
            }
        }
        AddProduct(s0, slopes, along);
        AddProduct(s1, slopes + row, along + Lanes);
        AddProduct(s2, slopes + 2 * row, along + 2 * Lanes);
        AddProduct(s3, slopes + 3 * row, along + 3 * Lanes);
        AddProduct(s4, slopes + 4 * row, along + 4 * Lanes);
        AddProduct(s5, slopes + 5 * row, along + 5 * Lanes);
        AddProduct(s6, slopes + 6 * row, along + 6 * Lanes);
        AddProduct(s7, slopes + 7 * row, along + 7 * Lanes);
    }

    /// <summary>
    /// With h = Σ_n a_nm g_nl of each column, Σ_m ∇Y_m Σ_columns v h to the first three sums, and Σ_m h Y_m to the sum of
    /// each column of a vector; one l, eight n, one pair per lane.
    /// </summary>
    /// <param name="l">The order.</param>
    /// <param name="columns">The block's columns.</param>
    /// <param name="count">How many; the first is the density's.</param>
    /// <param name="a">dE/dc: <c>[m, column, n]</c>, m <paramref name="width"/> apart.</param>
    /// <param name="width">Doubles from m to m.</param>
    /// <param name="g">g: <c>[n, pair]</c>.</param>
    /// <param name="y">Y: <c>[m, pair]</c>.</param>
    /// <param name="dy">∇Y: <c>[xyz, m, pair]</c>, components <paramref name="next"/> apart.</param>
    /// <param name="next">Doubles from component to component.</param>
    /// <param name="sums">The sums: <c>[xyz, pair]</c>, then those that the columns name.</param>
    private static unsafe void AddAcross(int l, BlockColumn<double>* columns, int count, double* a, int width, double* g, double* y,
        double* dy, int next, double* sums)
    {
        Vector512<double> g0 = Vector512.Load(g), g1 = Vector512.Load(g + 8), g2 = Vector512.Load(g + 16), g3 = Vector512.Load(g + 24);
        Vector512<double> g4 = Vector512.Load(g + 32), g5 = Vector512.Load(g + 40), g6 = Vector512.Load(g + 48),
            g7 = Vector512.Load(g + 56);
        Vector512<double> fx = Vector512.Load(sums), fy = Vector512.Load(sums + Lanes), fz = Vector512.Load(sums + 2 * Lanes);
        for (int m = -l; m <= l; m++, a += width, y += Lanes, dy += Lanes)
        {
            Vector512<double> total = Contract(a + columns->Place, g0, g1, g2, g3, g4, g5, g6, g7);
            for (int k = 1; k < count; k++)
            {
                Vector512<double> h = Contract(a + columns[k].Place, g0, g1, g2, g3, g4, g5, g6, g7);
                total = Vector512.MultiplyAddEstimate(h, Vector512.Load(columns[k].Component), total);
                AddProduct(h, y, sums + columns[k].Sum);
            }
            fx = Vector512.MultiplyAddEstimate(total, Vector512.Load(dy), fx);
            fy = Vector512.MultiplyAddEstimate(total, Vector512.Load(dy + next), fy);
            fz = Vector512.MultiplyAddEstimate(total, Vector512.Load(dy + 2 * next), fz);
        }
        Vector512.Store(fx, sums);
        Vector512.Store(fy, sums + Lanes);
        Vector512.Store(fz, sums + 2 * Lanes);
    }

    /// <summary>Σ_n a_n g_n, in two chains, so that a multiply-add does not wait for the one before it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static unsafe Vector512<double> Contract(double* a, Vector512<double> g0, Vector512<double> g1, Vector512<double> g2,
        Vector512<double> g3, Vector512<double> g4, Vector512<double> g5, Vector512<double> g6, Vector512<double> g7)
    {
        Vector512<double> even = Vector512.Create(a[0]) * g0, odd = Vector512.Create(a[1]) * g1;
        even = Vector512.MultiplyAddEstimate(g2, Vector512.Create(a[2]), even);
        odd = Vector512.MultiplyAddEstimate(g3, Vector512.Create(a[3]), odd);
        even = Vector512.MultiplyAddEstimate(g4, Vector512.Create(a[4]), even);
        odd = Vector512.MultiplyAddEstimate(g5, Vector512.Create(a[5]), odd);
        even = Vector512.MultiplyAddEstimate(g6, Vector512.Create(a[6]), even);
        odd = Vector512.MultiplyAddEstimate(g7, Vector512.Create(a[7]), odd);
        return even + odd;
    }

    /// <summary>sum += a b.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static unsafe void AddProduct(Vector512<double> a, double* b, double* sum) =>
        Vector512.Store(Vector512.MultiplyAddEstimate(a, Vector512.Load(b), Vector512.Load(sum)), sum);
}
