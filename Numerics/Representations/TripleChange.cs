using System;
using System.Collections.Generic;
using System.Linq;
using System.Runtime.Intrinsics;

namespace Toolkit.Numerics.Representations;

/// <summary>What stands beside each factor's change by one pair; see <see cref="TripleChange"/>.</summary>
internal unsafe struct TripleSlopes
{
    /// <summary>The factors: slow, middle, fast.</summary>
    public PairFactor I, K, J;

    /// <summary>Beside the change of I: <c>[kind, k, j padded]</c>.</summary>
    public double* ByI;

    /// <summary>Beside the change of K, times <see cref="SignK"/>: <c>[kind, i, j padded]</c>.</summary>
    public double* ByK;

    /// <summary>Beside the change of J, times <see cref="SignJ"/>: <c>[kind, …]</c> with the steps below.</summary>
    public double* ByJ;

    /// <summary>Doubles from kind to kind, and by the channels of I and of K.</summary>
    public int NextI, NextK, NextJ, StepJI, StepJK;

    public double SignK, SignJ;

    /// <summary>Whether a factor is of a vector field (1 on; 0: the density).</summary>
    public readonly bool Has(int field) => I.Field == field || K.Field == field || J.Field == field;
}

/// <summary>
/// Gradients by one pair of trilinear products Σ v A_{rI i} B_{rK k} C_{rJ j} over terms (rI, rK, rJ, v), which keep their value, up to
/// a sign, when equal factors are exchanged.
/// </summary>
/// <remarks>
/// With <see cref="PairFactor"/> the change by each factor is of rank two in its channel and a matrix of the two others':
/// ∂_d b_ikj = r̂_d (g'_i E_kj + F_ij g'_k + H_ik g'_j) + g_i E^d_kj + F^d_ij g_k + H^d_ik g_j. For each kind of angular number W the
/// matrix takes a contraction with the terms, one with the fast factor and one with the slower: for C changed,
/// Σ_rI A_{rI i} Σ_rK B_{rK k} Σ_rJ v W_rJ.
/// </remarks>
internal sealed unsafe class TripleChange
{
    private const int Slow = 0, Middle = 1, Fast = 2;

    // The rows of the three factors, slow, middle, fast, side by side.
    private readonly byte[] _rows;
    private readonly double[] _values;
    private readonly bool _slowIsMiddle, _slowIsFast, _middleIsFast;
    private readonly double _sign;

    /// <param name="terms">Rows of the slow, the middle and the fast factor, and the coefficient.</param>
    /// <param name="slowIsMiddle">Whether these factors are the same; likewise below.</param>
    /// <param name="slowIsFast">Slow and fast.</param>
    /// <param name="middleIsFast">Middle and fast.</param>
    /// <param name="isOdd">Whether exchanging two equal factors changes the sign.</param>
    public TripleChange(IEnumerable<(int I, int K, int J, double Value)> terms, bool slowIsMiddle, bool slowIsFast, bool middleIsFast, bool isOdd)
    {
        (int I, int K, int J, double Value)[] all = terms.ToArray();
        _rows = all.SelectMany(static t => new[] { (byte)t.I, (byte)t.K, (byte)t.J }).ToArray();
        _values = Array.ConvertAll(all, static t => t.Value);
        (_slowIsMiddle, _slowIsFast, _middleIsFast, _sign) = (slowIsMiddle, slowIsFast, middleIsFast, isOdd ? -1 : 1);
    }

    /// <summary>Doubles of aligned memory for factors of at most so many rows and padded channels.</summary>
    public static int WorkLength(int rows, int stride) =>
        PairFactor.AllKinds * (rows * (rows + stride) + 3 * stride * stride) + PairFactor.AllKinds;

    /// <summary>The matrices beside the changes of all factors.</summary>
    /// <param name="i">The slow factor.</param>
    /// <param name="k">The middle factor.</param>
    /// <param name="j">The fast factor.</param>
    /// <param name="rows">The largest number of rows that <paramref name="work"/> is for.</param>
    /// <param name="stride">The largest number of padded channels.</param>
    /// <param name="work"><see cref="WorkLength"/> doubles; the result stands in it.</param>
    public TripleSlopes Begin(in PairFactor i, in PairFactor k, in PairFactor j, int rows, int stride, double* work)
    {
        int size = PairFactor.AllKinds * stride * stride;
        double* first = work + PairFactor.AllKinds * rows * (rows + stride), second = first + size, third = second + size;
        TripleSlopes s = new() { I = i, K = k, J = j, ByI = first, ByK = second, ByJ = third, SignK = 1, SignJ = 1 };
        (s.NextI, s.NextK) = (k.Stride * j.Stride, i.Stride * j.Stride);
        Beside(Slow, i, Middle, k, Fast, j, rows, work, first);
        if (_slowIsMiddle)
        {
            s.ByK = s.ByI;
            s.SignK = _sign;
        }
        else
        {
            Beside(Middle, k, Slow, i, Fast, j, rows, work, second);
        }
        if (_middleIsFast)
        {
            s.ByJ = s.ByK;
            (s.NextJ, s.StepJI, s.StepJK, s.SignJ) = (s.NextK, j.Stride, 1, _sign * s.SignK);
        }
        else if (_slowIsFast)
        {
            s.ByJ = s.ByI;
            (s.NextJ, s.StepJI, s.StepJK, s.SignJ) = (s.NextI, 1, j.Stride, _sign);
        }
        else
        {
            Beside(Fast, j, Slow, i, Middle, k, rows, work, third);
            (s.NextJ, s.StepJI, s.StepJK) = (i.Stride * k.Stride, k.Stride, 1);
        }
        return s;
    }

    /// <summary>Writes the gradients of the products of one slow and one middle channel with several fast ones.</summary>
    /// <param name="s">After <see cref="Begin"/>.</param>
    /// <param name="rows">Receives them.</param>
    /// <param name="i">The slow channel.</param>
    /// <param name="k">The middle channel.</param>
    /// <param name="start">The first of the fast channels.</param>
    /// <param name="count">How many.</param>
    /// <param name="weight">The weight.</param>
    /// <param name="at">The place of the first; what is behind the last may be written over, up to the last feature of all.</param>
    public static void Write(in TripleSlopes s, in PairRows rows, int i, int k, int start, int count, double weight, int at)
    {
        int stride = rows.Stride, nextI = s.NextI, nextK = s.NextK;
        double* byI = s.ByI + k * s.J.Stride + start, byK = s.ByK + i * s.J.Stride + start, byJ = s.ByJ + i * s.StepJI + k * s.StepJK;
        double* values = s.J.Values + start, slopes = s.J.Slopes + start, target = rows.Places + at;
        double weightK = weight * s.SignK, weightJ = weight * s.SignJ;
        Vector512<double> ux = Vector512.Create(rows.Direction[0]), uy = Vector512.Create(rows.Direction[1]);
        Vector512<double> uz = Vector512.Create(rows.Direction[2]);
        Vector512<double> slopeI = Vector512.Create(weight * s.I.Slopes[i]), valueI = Vector512.Create(weight * s.I.Values[i]);
        Vector512<double> slopeK = Vector512.Create(weightK * s.K.Slopes[k]), valueK = Vector512.Create(weightK * s.K.Values[k]);
        Vector512<double> along = Vector512.Create(weightJ * byJ[0]), acrossX = Vector512.Create(weightJ * byJ[s.NextJ]);
        Vector512<double> acrossY = Vector512.Create(weightJ * byJ[2 * s.NextJ]), acrossZ = Vector512.Create(weightJ * byJ[3 * s.NextJ]);
        for (int n = 0; n < count; n += 8)
        {
            double* e = byI + n, f = byK + n;
            Vector512<double> g = Vector512.Load(values + n), radial = along * Vector512.Load(slopes + n);
            radial = Vector512.MultiplyAddEstimate(slopeI, Vector512.Load(e), radial);
            radial = Vector512.MultiplyAddEstimate(slopeK, Vector512.Load(f), radial);
            Vector512<double> x = acrossX * g, y = acrossY * g, z = acrossZ * g;
            x = Vector512.MultiplyAddEstimate(valueI, Vector512.Load(e + nextI), x);
            y = Vector512.MultiplyAddEstimate(valueI, Vector512.Load(e + 2 * nextI), y);
            z = Vector512.MultiplyAddEstimate(valueI, Vector512.Load(e + 3 * nextI), z);
            x = Vector512.MultiplyAddEstimate(valueK, Vector512.Load(f + nextK), x);
            y = Vector512.MultiplyAddEstimate(valueK, Vector512.Load(f + 2 * nextK), y);
            z = Vector512.MultiplyAddEstimate(valueK, Vector512.Load(f + 3 * nextK), z);
            int room = rows.Length - at - n;
            PairProduct.Put(Vector512.MultiplyAddEstimate(ux, radial, x), target + n, room);
            PairProduct.Put(Vector512.MultiplyAddEstimate(uy, radial, y), target + stride + n, room);
            PairProduct.Put(Vector512.MultiplyAddEstimate(uz, radial, z), target + 2 * (nint)stride + n, room);
        }
        for (int field = 1; field <= rows.Fields; field++)
            if (s.Has(field)) WriteVectors(field, s, rows, i, k, start, count, weight, at);
    }

    /// <summary>The same by one field's vector.</summary>
    private static void WriteVectors(int field, in TripleSlopes s, in PairRows rows, int i, int k, int start, int count, double weight, int at)
    {
        const int kind = PairFactor.FirstVectorKind;
        int stride = rows.Stride;
        // A factor of another field does not change; what it is multiplied with is then any number.
        bool hasI = s.I.Field == field, hasK = s.K.Field == field, hasJ = s.J.Field == field;
        int nextI = hasI ? s.NextI : 0, nextK = hasK ? s.NextK : 0, nextJ = hasJ ? s.NextJ : 0;
        double* byI = s.ByI + kind * nextI + k * s.J.Stride + start, byK = s.ByK + kind * nextK + i * s.J.Stride + start;
        double* byJ = s.ByJ + kind * nextJ + i * s.StepJI + k * s.StepJK;
        double* values = s.J.Values + start, target = rows.VectorsOf(field - 1) + at;
        double weightJ = hasJ ? weight * s.SignJ : 0;
        Vector512<double> valueI = Vector512.Create(hasI ? weight * s.I.Values[i] : 0);
        Vector512<double> valueK = Vector512.Create(hasK ? weight * s.SignK * s.K.Values[k] : 0);
        Vector512<double> jx = Vector512.Create(weightJ * byJ[0]), jy = Vector512.Create(weightJ * byJ[nextJ]);
        Vector512<double> jz = Vector512.Create(weightJ * byJ[2 * nextJ]);
        for (int n = 0; n < count; n += 8)
        {
            double* e = byI + n, f = byK + n;
            Vector512<double> g = Vector512.Load(values + n), x = jx * g, y = jy * g, z = jz * g;
            x = Vector512.MultiplyAddEstimate(valueI, Vector512.Load(e), x);
            y = Vector512.MultiplyAddEstimate(valueI, Vector512.Load(e + nextI), y);
            z = Vector512.MultiplyAddEstimate(valueI, Vector512.Load(e + 2 * nextI), z);
            x = Vector512.MultiplyAddEstimate(valueK, Vector512.Load(f), x);
            y = Vector512.MultiplyAddEstimate(valueK, Vector512.Load(f + nextK), y);
            z = Vector512.MultiplyAddEstimate(valueK, Vector512.Load(f + 2 * nextK), z);
            int room = rows.Length - at - n;
            PairProduct.Put(x, target + n, room);
            PairProduct.Put(y, target + stride + n, room);
            PairProduct.Put(z, target + 2 * (nint)stride + n, room);
        }
    }

    /// <summary>
    /// matrix[kind, x padded, y padded] = Σ v W^kind_r X_{rx x} Y_{ry y}, r the row of the factor that changes; zero where it does
    /// not.
    /// </summary>
    private void Beside(int changing, in PairFactor changed, int xRole, in PairFactor x, int yRole, in PairFactor y, int rows, double* work,
        double* matrix)
    {
        int kinds = changed.Kinds, step = kinds * x.Rows;
        if (!changed.Changes)
        {
            new Span<double>(matrix, kinds * x.Stride * y.Stride).Clear();
            return;
        }
        double* coupled = work, half = work + PairFactor.AllKinds * rows * rows;
        new Span<double>(coupled, step * y.Rows).Clear();
        fixed (byte* row = _rows)
        {
            byte* r = row;
            for (int t = 0; t < _values.Length; t++, r += 3)
            {
                double* angles = changed.Angles + r[changing] * PairFactor.AngleStride, sum = coupled + r[yRole] * step + r[xRole] * kinds;
                if (kinds == PairFactor.PlaceKinds)
                    Vector256.Store(Vector256.MultiplyAddEstimate(Vector256.Create(_values[t]), Vector256.Load(angles), Vector256.Load(sum)), sum);
                else
                    Vector512.Store(Vector512.MultiplyAddEstimate(Vector512.Create(_values[t]), Vector512.Load(angles), Vector512.Load(sum)), sum);
            }
        }
        PairProduct.Contract(y.Rows, coupled, step, step, y.Coefficients, y.Stride, y.Stride, half, y.Stride);
        int used = kinds == PairFactor.PlaceKinds ? kinds : PairFactor.AllKinds - 1;
        for (int kind = 0; kind < used; kind++)
            PairProduct.Contract(x.Rows, x.Coefficients, x.Stride, x.Stride, half + kind * y.Stride, kinds * y.Stride, y.Stride,
                matrix + kind * x.Stride * y.Stride, y.Stride);
    }
}
