using System;
using System.Collections.Generic;
using System.Linq;
using System.Runtime.Intrinsics;
using Toolkit.Numerics.Coupling;
using Toolkit.Numerics.Expansion;
using Toolkit.Numerics.Simd;

namespace Toolkit.Numerics.Representations;

/// <summary>
/// The coefficients c^q_{nlm} of one vector field in rows that products are made from: u_{n l J M} = Σ_{m q} ⟨l m 1 q|J M⟩ c^q_{nlm}
/// for every J, the coefficients themselves for every l, or both. Each row is [slot, n padded].
/// </summary>
/// <remarks>
/// A sparse matrix acts on the rows (lm, q); its transpose carries gradients back. The terms of a row are summed in a
/// register, eight n at a time. The centre's own slot has l = 0 only; in rows of other l it is left as it is.
/// </remarks>
internal sealed unsafe class FieldBasis
{
    /// <summary>Stands for J where the rows are (m, q) of one l.</summary>
    public const int Uncoupled = -1;

    private readonly FieldColumns _columns;
    private readonly int _stride, _lmCount;
    private readonly Sparse _forward, _backward;

    // Where a term's row stands: among the coefficients, relative to the field's first column; among these rows; among those
    // of a tangent.
    private readonly int[] _coefficientAt, _rowAt, _tangentAt;

    // The l of each row, and of each (lm, q).
    private readonly int[] _rowL, _coefficientL;

    public FieldBasis(DensityExpansion expansion, int field, FieldCoupling coupling, CouplingTable table)
    {
        _columns = expansion.Columns(field);
        _stride = expansion.GroupStride;
        _lmCount = (expansion.LMax + 1) * (expansion.LMax + 1);
        var blocks = new List<(int L, int J, int Row, int Rows)>();
        var terms = new List<(int Row, int Lmq, double Value)>();
        int row = 0;
        for (int l = 0; l <= expansion.LMax; l++)
        {
            for (int j = Math.Abs(l - 1); j <= l + 1 && coupling != FieldCoupling.Summed; j++)
            {
                CouplingBlock block = table.Block(l, 1, j);
                for (int i = 0; i < block.Count; i++)
                    terms.Add((row + block.M3[i], 3 * (l * l + block.M1[i]) + block.M2[i], block[i]));
                blocks.Add((l, j, row, 2 * j + 1));
                row += 2 * j + 1;
            }
            // At l = 0 the sum over J is the single J = 1.
            if (coupling == FieldCoupling.Resolved || (coupling == FieldCoupling.Both && l == 0)) continue;
            for (int k = 0; k < 3 * (2 * l + 1); k++)
                terms.Add((row + k, 3 * l * l + k, 1));
            blocks.Add((l, Uncoupled, row, 3 * (2 * l + 1)));
            row += 3 * (2 * l + 1);
        }
        Blocks = blocks;
        RowCount = row;
        _forward = new Sparse(RowCount, terms.Select(static t => (t.Row, t.Lmq, t.Value)));
        _backward = new Sparse(3 * _lmCount, terms.Select(static t => (t.Lmq, t.Row, t.Value)));
        _coefficientAt = Enumerable.Range(0, 3 * _lmCount).Select(s => s / 3 * expansion.Width + s % 3 * _stride).ToArray();
        _rowAt = Array.ConvertAll(_backward.From, r => r * RowWidth);
        _tangentAt = Array.ConvertAll(_forward.From, s => s / 3 * _stride);
        _rowL = blocks.SelectMany(static b => Enumerable.Repeat(b.L, b.Rows)).ToArray();
        _coefficientL = Enumerable.Range(0, 3 * _lmCount).Select(static s => (int)Math.Sqrt(s / 3)).ToArray();
    }

    /// <summary>Which rows belong to one (l, J).</summary>
    public IReadOnlyList<(int L, int J, int Row, int Rows)> Blocks { get; }

    public int RowCount { get; }

    /// <summary>Doubles per row.</summary>
    public int RowWidth => _columns.Labels.Length * _stride;

    /// <summary>Rows from coefficients.</summary>
    public void Forward(double* coefficients, double* rows)
    {
        for (int r = 0; r < RowCount; r++)
        {
            int first = _forward.Start[r], end = _forward.Start[r + 1];
            for (int slot = FirstSlot(_rowL[r]); slot < _columns.Labels.Length; slot++)
                for (int n = 0; n < _stride; n += 8)
                {
                    double* c = coefficients + _columns.Column(slot) * _stride + n;
                    Vector512<double> sum = default;
                    for (int t = first; t < end; t++)
                        sum = Vector512.MultiplyAddEstimate(Vector512.Create(_forward.Value[t]), Vector512.Load(c + _coefficientAt[_forward.From[t]]), sum);
                    Vector512.Store(sum, rows + r * RowWidth + slot * _stride + n);
                }
        }
    }

    /// <summary>Adds dE/dc that follows from dE/drows.</summary>
    public void Backward(double* rows, double* adjoint)
    {
        for (int s = 0; s < 3 * _lmCount; s++)
        {
            int first = _backward.Start[s], end = _backward.Start[s + 1], place = _coefficientAt[s];
            for (int slot = FirstSlot(_coefficientL[s]); slot < _columns.Labels.Length; slot++)
                for (int n = 0; n < _stride; n += 8)
                {
                    double* a = adjoint + _columns.Column(slot) * _stride + n + place, u = rows + slot * _stride + n;
                    Vector512<double> sum = Vector512.Load(a);
                    for (int t = first; t < end; t++)
                        sum = Vector512.MultiplyAddEstimate(Vector512.Create(_backward.Value[t]), Vector512.Load(u + _rowAt[t]), sum);
                    Vector512.Store(sum, a);
                }
        }
    }

    /// <summary>The change of one slot's rows when its coefficients c^q change by v_q times a tangent.</summary>
    /// <param name="tangent"><c>[lm, n padded]</c>.</param>
    /// <param name="v">(y, z, x).</param>
    /// <param name="rows">Receives <c>[row, n padded]</c>.</param>
    public void Tangent(double* tangent, ReadOnlySpan<double> v, double* rows)
    {
        for (int r = 0; r < RowCount; r++)
            for (int n = 0; n < _stride; n += 8)
            {
                Vector512<double> sum = default;
                for (int t = _forward.Start[r]; t < _forward.Start[r + 1]; t++)
                    sum = Vector512.MultiplyAddEstimate(
                        Vector512.Create(_forward.Value[t] * v[_forward.From[t] % 3]), Vector512.Load(tangent + _tangentAt[t] + n), sum);
                Vector512.Store(sum, rows + r * _stride + n);
            }
    }

    /// <summary>What a block of pairs has in the place of coefficients: <c>[row, lane, kind]</c>, kinds as in <see cref="PairFactor"/>.</summary>
    /// <param name="scratch">The environment, the block differentiated.</param>
    /// <param name="v">The vectors of the neighbours: <c>[(y, z, x), lane]</c>.</param>
    /// <param name="next">Doubles from component to component.</param>
    /// <param name="angles">Receives the numbers.</param>
    public void Angles(EnvironmentScratch scratch, double* v, int next, double* angles)
    {
        const int lanes = EnvironmentScratch.Lanes;
        int component = _lmCount * lanes;
        double* storage = stackalloc double[PairFactor.AngleStride + CacheLine.Doubles];
        double* tile = CacheLine.Next(storage);
        new Span<double>(tile, PairFactor.AngleStride).Clear();
        for (int r = 0; r < RowCount; r++, angles += PairFactor.AngleStride)
        {
            Vector512<double> w = default, wx = default, wy = default, wz = default;
            int t = _forward.Start[r], end = _forward.Start[r + 1];
            // Terms of a row come by (lm, q); a row of one l has few of each q.
            for (int q = 0; q < 3; q++)
            {
                Vector512<double> sum = default, x = default, y = default, z = default;
                for (int k = t; k < end; k++)
                {
                    if (_forward.From[k] % 3 != q) continue;
                    double* harmonic = scratch.Harmonics + _forward.From[k] / 3 * lanes;
                    double* gradient = scratch.HarmonicsGradients + _forward.From[k] / 3 * lanes;
                    Vector512<double> value = Vector512.Create(_forward.Value[k]);
                    sum = Vector512.MultiplyAddEstimate(value, Vector512.Load(harmonic), sum);
                    x = Vector512.MultiplyAddEstimate(value, Vector512.Load(gradient), x);
                    y = Vector512.MultiplyAddEstimate(value, Vector512.Load(gradient + component), y);
                    z = Vector512.MultiplyAddEstimate(value, Vector512.Load(gradient + 2 * component), z);
                }
                Vector512<double> own = Vector512.Load(v + q * next);
                w = Vector512.MultiplyAddEstimate(own, sum, w);
                wx = Vector512.MultiplyAddEstimate(own, x, wx);
                wy = Vector512.MultiplyAddEstimate(own, y, wy);
                wz = Vector512.MultiplyAddEstimate(own, z, wz);
                Vector512.Store(sum, tile + (PairFactor.FirstVectorKind + (q + 1) % 3) * lanes);
            }
            Vector512.Store(w, tile);
            Vector512.Store(wx, tile + lanes);
            Vector512.Store(wy, tile + 2 * lanes);
            Vector512.Store(wz, tile + 3 * lanes);
            Transpose.Eight(tile, lanes, angles);
        }
    }

    private int FirstSlot(int l) => _columns.HasOwn && l > 0 ? 1 : 0;

    /// <summary>A sparse matrix by rows.</summary>
    private sealed class Sparse
    {
        public Sparse(int rows, IEnumerable<(int To, int From, double Value)> terms)
        {
            (int To, int From, double Value)[] sorted = terms.OrderBy(static t => t.To).ThenBy(static t => t.From).ToArray();
            Start = new int[rows + 1];
            foreach ((int to, _, _) in sorted)
                Start[to + 1]++;
            for (int r = 0; r < rows; r++)
                Start[r + 1] += Start[r];
            From = Array.ConvertAll(sorted, static t => t.From);
            Value = Array.ConvertAll(sorted, static t => t.Value);
        }

        public int[] Start { get; }

        public int[] From { get; }

        public double[] Value { get; }
    }
}
