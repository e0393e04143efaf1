using System;
using System.Collections.Generic;
using System.Linq;
using System.Runtime.Intrinsics;
using Toolkit.Numerics.Coupling;

namespace Toolkit.Numerics.Representations;

/// <summary>
/// Invariants of three families, b_{abc} = s Σ_M D_{M a b} C_{M c} with D_{M a b} = Σ_k v_k A_{i_k a} B_{j_k b}: each unordered
/// triple of factors (family, channel) once, times the root of the number of its orders. Of a family that stands twice
/// only a ≤ b are kept, or a &lt; b where exchanging the two changes the sign.
/// </summary>
/// <remarks>
/// D is made for one a and eight b at a time; from it all c follow. Features: a slowest, then c, then b.
/// </remarks>
internal sealed unsafe class TripleProduct
{
    // In the order of M: which rows of A and B are multiplied, with which coefficient.
    private readonly (int A, int B, double Value)[] _terms;
    private readonly int[] _termsOf;
    private readonly int[] _rowOf;
    private readonly int _gap;
    private readonly double _scale;
    private readonly TripleChange _change;

    /// <param name="a">A.</param>
    /// <param name="b">B; the same object as A for a family that stands twice.</param>
    /// <param name="c">C; the same object as A only where B is, too.</param>
    /// <param name="terms">The rows of A, B and C that are multiplied.</param>
    /// <param name="isOdd">Whether exchanging two factors changes the sign.</param>
    /// <param name="scale">s.</param>
    /// <param name="first">The first of its features.</param>
    public TripleProduct(FieldFamily a, FieldFamily b, FieldFamily c, IEnumerable<(int A, int B, int C, double Value)> terms, bool isOdd,
        double scale, int first)
    {
        (A, B, C, First, _scale) = (a, b, c, first, scale);
        _gap = isOdd && ReferenceEquals(a, b) ? 1 : 0;
        (int A, int B, int C, double Value)[] sorted = terms.OrderBy(static t => t.C).ToArray();
        _change = new TripleChange(sorted.Select(static t => (t.A, t.C, t.B, t.Value)),
            ReferenceEquals(a, c), ReferenceEquals(a, b), ReferenceEquals(b, c), isOdd);
        _terms = Array.ConvertAll(sorted, static t => (t.A, t.B, t.Value));
        _termsOf = Enumerable.Range(0, c.Rows + 1).Select(m => sorted.Count(t => t.C < m)).ToArray();
        _rowOf = new int[a.Count * c.Count];
        for (int i = 0; i < a.Count; i++)
            for (int k = 0; k < c.Count; k++)
            {
                _rowOf[i * c.Count + k] = First + Count;
                Count += Math.Max(0, End(k) - Start(i));
            }
    }

    public FieldFamily A { get; }

    public FieldFamily B { get; }

    public FieldFamily C { get; }

    public int First { get; }

    /// <summary>The number of features.</summary>
    public int Count { get; }

    /// <summary>Doubles that a backward pass works in.</summary>
    public int WorkLength => C.Count * B.Width + C.Rows * B.Width + 8 * A.Rows + 8 * C.Rows * C.Count;

    /// <summary>The features' channels, in their order.</summary>
    public IEnumerable<(int A, int B, int C)> Channels()
    {
        for (int i = 0; i < A.Count; i++)
            for (int k = 0; k < C.Count; k++)
                for (int j = Start(i); j < End(k); j++)
                    yield return (i, j, k);
    }

    /// <summary>The terms of couple(couple(A, B, L), C, 0) times (−1)^L √(2L + 1), that is Σ_M couple(A, B, L)_M C_M.</summary>
    public static IEnumerable<(int A, int B, int C, double Value)> Coupled(CouplingTable table, int l1, int l2, int l3)
    {
        CouplingBlock block = table.Block(l1, l2, l3);
        var terms = new (int, int, int, double)[block.Count];
        for (int k = 0; k < block.Count; k++)
            terms[k] = (block.M1[k], block.M2[k], block.M3[k], block[k]);
        return terms;
    }

    /// <summary>The same for the rows (m, q) of two vector fields, whose vectors are multiplied as v·v'.</summary>
    public static IEnumerable<(int A, int B, int C, double Value)> Dotted(CouplingTable table, int l1, int l2, int l3) =>
        Coupled(table, l1, l2, l3).SelectMany(static t => Enumerable.Range(0, 3).Select(q => (3 * t.A + q, 3 * t.B + q, t.C, t.Value)));

    /// <summary>Adds the products of three factors to the features.</summary>
    /// <param name="a">A, or the change of some of its channels.</param>
    /// <param name="b">B, or the change of some of its channels.</param>
    /// <param name="c">C, or the change of some of its channels.</param>
    /// <param name="features">Receives the sum, <c>[feature]</c>.</param>
    /// <param name="work">A.Rows·B.Width numbers at most.</param>
    public void Add(Factor a, Factor b, Factor c, Span<double> features, double* work)
    {
        double* d = work;
        double* product = stackalloc double[8];
        for (int i = 0; i < a.Count; i++)
        {
            int channel = a.First + i, start = Start(channel);
            for (int lane = b.FirstLane & ~7; lane < b.EndLane; lane += 8)
            {
                Couple(a.Rows, a.Lane(i), b.Rows, lane, d, 8);
                for (int k = 0; k < c.Count; k++)
                {
                    int third = c.First + k, end = End(third);
                    double* x = c.Rows.First + c.Lane(k), y = d;
                    Vector512<double> sum = default;
                    for (int m = 0; m < C.Rows; m++, x += c.Rows.Stride, y += 8)
                        sum = Vector512.MultiplyAddEstimate(Vector512.Create(*x), Vector512.Load(y), sum);
                    Vector512.Store(sum, product);
                    int row = _rowOf[channel * C.Count + third] - start;
                    for (int n = 0; n < 8; n++)
                    {
                        int second = b.Channel(lane + n);
                        if (second >= start && second < end) features[row + second] += Weight(channel, second, third) * product[n];
                    }
                }
            }
        }
    }

    /// <summary>Adds the gradients by the rows of A, B and C.</summary>
    /// <param name="a">A.</param>
    /// <param name="aAdjoint">Receives the sum, like A.</param>
    /// <param name="b">B.</param>
    /// <param name="bAdjoint">Receives the sum, like B.</param>
    /// <param name="c">C.</param>
    /// <param name="cAdjoint">Receives the sum, like C.</param>
    /// <param name="gradient"><c>[feature]</c>.</param>
    /// <param name="work"><see cref="WorkLength"/> doubles.</param>
    public void Backward(FamilyRows a, FamilyRows aAdjoint, FamilyRows b, FamilyRows bAdjoint, FamilyRows c, FamilyRows cAdjoint,
        ReadOnlySpan<double> gradient, double* work)
    {
        int width = B.Width;
        double* weights = work, d = weights + C.Count * width, left = d + C.Rows * width, right = left + 8 * A.Rows;
        new Span<double>(right, 8 * C.Rows * C.Count).Clear();
        for (int i = 0; i < A.Count; i++)
        {
            int start = Start(i);
            new Span<double>(weights, C.Count * width).Clear();
            for (int k = 0; k < C.Count; k++)
            {
                int row = _rowOf[i * C.Count + k] - start;
                for (int j = start; j < End(k); j++)
                    weights[k * width + B.Lanes[j]] = Weight(i, j, k) * gradient[row + j];
            }
            new Span<double>(left, 8 * A.Rows).Clear();
            for (int lane = B.FirstLane; lane < width; lane += 8)
            {
                Couple(a, A.Lanes[i], b, lane, d + lane, width);
                for (int m = 0; m < C.Rows; m++)
                {
                    // dE/dD, and what D adds to dE/dC, by eight partial sums for each (M, c).
                    Vector512<double> product = Vector512.Load(d + m * width + lane), slope = default;
                    double* x = c.First + m * c.Stride, partial = right + 8 * m * C.Count;
                    for (int k = 0; k < C.Count; k++)
                    {
                        Vector512<double> w = Vector512.Load(weights + k * width + lane);
                        slope = Vector512.MultiplyAddEstimate(Vector512.Create(x[C.Lanes[k]]), w, slope);
                        Vector512.Store(Vector512.MultiplyAddEstimate(product, w, Vector512.Load(partial + 8 * k)), partial + 8 * k);
                    }
                    for (int t = _termsOf[m]; t < _termsOf[m + 1]; t++)
                    {
                        (int rowA, int rowB, double value) = _terms[t];
                        double* y = bAdjoint.First + rowB * bAdjoint.Stride + lane, sum = left + 8 * rowA;
                        Vector512<double> scaled = value * slope;
                        Vector512<double> factor = Vector512.Create(a.First[rowA * a.Stride + A.Lanes[i]]);
                        Vector512.Store(Vector512.MultiplyAddEstimate(factor, scaled, Vector512.Load(y)), y);
                        Vector512.Store(Vector512.MultiplyAddEstimate(
                            Vector512.Load(b.First + rowB * b.Stride + lane), scaled, Vector512.Load(sum)), sum);
                    }
                }
            }
            for (int row = 0; row < A.Rows; row++)
                aAdjoint.First[row * aAdjoint.Stride + A.Lanes[i]] += Vector512.Sum(Vector512.Load(left + 8 * row));
        }
        for (int m = 0; m < C.Rows; m++)
            for (int k = 0; k < C.Count; k++)
                cAdjoint.First[m * cAdjoint.Stride + C.Lanes[k]] += Vector512.Sum(Vector512.Load(right + 8 * (m * C.Count + k)));
    }

    /// <summary>The gradients of the features by one pair.</summary>
    /// <param name="a">A.</param>
    /// <param name="b">B.</param>
    /// <param name="c">C.</param>
    /// <param name="rows">Receives them; products come in the order of their features.</param>
    /// <param name="largestRows">The most rows of a factor that <paramref name="work"/> is for.</param>
    /// <param name="largestStride">The most padded channels.</param>
    /// <param name="work"><see cref="TripleChange.WorkLength"/> doubles.</param>
    public void PairGradient(in PairFactor a, in PairFactor b, in PairFactor c, in PairRows rows, int largestRows, int largestStride, double* work)
    {
        TripleSlopes slopes = _change.Begin(a, c, b, largestRows, largestStride, work);
        for (int f = 0; f < rows.Fields; f++)
            if (!slopes.Has(f + 1)) rows.Clear(rows.VectorsOf(f), First, Count);
        double weight = _scale * Math.Sqrt(6);
        bool hasFirstPair = ReferenceEquals(A, B) && _gap == 0, hasLastPair = ReferenceEquals(B, C) && _gap == 0;
        int at = First;
        for (int i = 0; i < A.Count; i++)
        {
            int start = Start(i);
            for (int k = 0; k < C.Count; k++)
            {
                int count = End(k) - start;
                if (count <= 0) continue;
                TripleChange.Write(slopes, rows, i, k, start, count, weight, at);
                // Only the first can have b = a, only the last b = c.
                if (hasFirstPair) rows.Scale(at, Weight(i, start, k) / weight);
                if (hasLastPair && (count > 1 || !hasFirstPair))
                    rows.Scale(at + count - 1, Weight(i, start + count - 1, k) / weight);
                at += count;
            }
        }
    }

    /// <summary>D of one channel of A and eight lanes of B, for every M.</summary>
    private void Couple(FamilyRows a, int lane, FamilyRows b, int lanes, double* d, int stride)
    {
        for (int m = 0; m < C.Rows; m++)
        {
            Vector512<double> sum = default;
            for (int t = _termsOf[m]; t < _termsOf[m + 1]; t++)
            {
                (int rowA, int rowB, double value) = _terms[t];
                sum = Vector512.MultiplyAddEstimate(
                    Vector512.Create(value * a.First[rowA * a.Stride + lane]), Vector512.Load(b.First + rowB * b.Stride + lanes), sum);
            }
            Vector512.Store(sum, d + m * stride);
        }
    }

    /// <summary>The first b for one a.</summary>
    private int Start(int a) => ReferenceEquals(A, B) ? a + _gap : 0;

    /// <summary>The b before which those for one c end.</summary>
    private int End(int c) => ReferenceEquals(B, C) ? Math.Min(B.Count, c + 1 - _gap) : B.Count;

    /// <summary>s √(orders of the factors).</summary>
    private double Weight(int a, int b, int c)
    {
        bool isFirstPair = ReferenceEquals(A, B) && a == b, isLastPair = ReferenceEquals(B, C) && b == c;
        return _scale * Math.Sqrt(isFirstPair && isLastPair ? 1 : isFirstPair || isLastPair ? 3 : 6);
    }
}

/// <summary>The rows of a family, or of some of its channels that lie side by side.</summary>
internal readonly struct Factor
{
    private readonly FieldFamily _family;
    private readonly bool _isSlot;

    private Factor(FieldFamily family, FamilyRows rows, int first, int count, bool isSlot) =>
        (_family, Rows, First, Count, _isSlot) = (family, rows, first, count, isSlot);

    public FamilyRows Rows { get; }

    /// <summary>The first channel.</summary>
    public int First { get; }

    /// <summary>The number of channels.</summary>
    public int Count { get; }

    public int FirstLane => _isSlot ? 0 : _family.FirstLane;

    public int EndLane => _isSlot ? Count : _family.Width;

    /// <summary>All channels.</summary>
    public static Factor Whole(FieldFamily family, FamilyRows rows) => new(family, rows, 0, family.Count, false);

    /// <summary>The channels of one slot, at the beginning of their rows.</summary>
    public static Factor Slot(FieldFamily family, int slot, FamilyRows rows)
    {
        (int first, int count) = family.Slot(slot);
        return new(family, rows, first, count, true);
    }

    /// <summary>Where the k-th of these channels stands in a row.</summary>
    public int Lane(int k) => _isSlot ? k : _family.Lanes[k];

    /// <summary>The channel at a place of a row, or −1.</summary>
    public int Channel(int lane) => _isSlot ? (lane < Count ? First + lane : -1) : _family.ChannelAt(lane);
}
