using System;
using System.Runtime.Intrinsics;

namespace Toolkit.Numerics.Representations;

/// <summary>Where the rows of a family are.</summary>
/// <param name="first">The first row.</param>
/// <param name="stride">Doubles from one row to the next.</param>
internal readonly unsafe struct FamilyRows(double* first, int stride)
{
    public double* First { get; } = first;

    public int Stride { get; } = stride;
}

/// <summary>
/// All products p_{ab} = s Σ_M A_{Ma} B_{Mb} of the channels of two families; of a family with itself each unordered pair
/// once. Off-diagonal ones, and all of two different families, carry √2, so that the dot product of two feature vectors
/// is that of the full set.
/// </summary>
internal sealed unsafe class FamilyProduct
{
    private readonly double _scale;

    /// <param name="a">A.</param>
    /// <param name="b">B; the same object for a family with itself.</param>
    /// <param name="scale">s.</param>
    /// <param name="first">The first of its features.</param>
    public FamilyProduct(FieldFamily a, FieldFamily b, double scale, int first)
    {
        (A, B, First, _scale) = (a, b, first, scale);
        Count = IsSquare ? a.Count * (a.Count + 1) / 2 : a.Count * b.Count;
    }

    public FieldFamily A { get; }

    public FieldFamily B { get; }

    public int First { get; }

    /// <summary>The number of features.</summary>
    public int Count { get; }

    private bool IsSquare => ReferenceEquals(A, B);

    private double OffDiagonal => Math.Sqrt(2) * _scale;

    /// <summary>Place of (a, b), a ≤ b in a family with itself, among the features.</summary>
    private int Place(int a, int b) => First + (IsSquare ? a * B.Count - a * (a - 1) / 2 + b - a : a * B.Count + b);

    /// <summary>Features from rows.</summary>
    /// <param name="a">A.</param>
    /// <param name="b">B.</param>
    /// <param name="features">Receives <c>[feature]</c>.</param>
    /// <param name="product">B.Width doubles to work in.</param>
    public void Forward(FamilyRows a, FamilyRows b, Span<double> features, double* product)
    {
        int at = First;
        double off = OffDiagonal;
        for (int i = 0; i < A.Count; i++)
        {
            int lane = A.Lanes[i];
            for (int k = IsSquare ? lane & ~7 : B.FirstLane; k < B.Width; k += 8)
            {
                double* x = a.First + lane, y = b.First + k;
                Vector512<double> even = default, odd = default;
                int m = 0;
                for (; m + 2 <= A.Rows; m += 2, x += 2 * a.Stride, y += 2 * b.Stride)
                {
                    even = Vector512.MultiplyAddEstimate(Vector512.Create(*x), Vector512.Load(y), even);
                    odd = Vector512.MultiplyAddEstimate(Vector512.Create(x[a.Stride]), Vector512.Load(y + b.Stride), odd);
                }
                if (m < A.Rows) even = Vector512.MultiplyAddEstimate(Vector512.Create(*x), Vector512.Load(y), even);
                Vector512.Store(off * (even + odd), product + k);
            }
            int j = 0;
            if (IsSquare)
            {
                features[at++] = product[lane] * Math.Sqrt(0.5);
                j = i + 1;
            }
            for (; j < B.Count; j++)
                features[at++] = product[B.Lanes[j]];
        }
    }

    /// <summary>Adds the gradient by the rows of A and of B.</summary>
    /// <param name="a">A.</param>
    /// <param name="aAdjoint">Receives the sum, like A.</param>
    /// <param name="b">B.</param>
    /// <param name="bAdjoint">Receives the sum, like B.</param>
    /// <param name="gradient"><c>[feature]</c>.</param>
    /// <param name="weights">A.Count · B.Width + B.Count · A.Width doubles to work in.</param>
    public void Backward(FamilyRows a, FamilyRows aAdjoint, FamilyRows b, FamilyRows bAdjoint, ReadOnlySpan<double> gradient, double* weights)
    {
        double off = OffDiagonal;
        new Span<double>(weights, A.Count * B.Width).Clear();
        if (IsSquare)
        {
            // The symmetric matrix of weights; on the diagonal twice the weight, once for each factor.
            for (int i = 0, at = First; i < A.Count; i++)
            {
                weights[i * B.Width + B.Lanes[i]] = 2 * _scale * gradient[at++];
                for (int j = i + 1; j < B.Count; j++)
                    weights[i * B.Width + B.Lanes[j]] = weights[j * B.Width + B.Lanes[i]] = off * gradient[at++];
            }
            Spread(A, a, weights, B, bAdjoint);
            return;
        }
        double* transposed = weights + A.Count * B.Width;
        new Span<double>(transposed, B.Count * A.Width).Clear();
        for (int i = 0, at = First; i < A.Count; i++)
            for (int j = 0; j < B.Count; j++)
                weights[i * B.Width + B.Lanes[j]] = transposed[j * A.Width + A.Lanes[i]] = off * gradient[at++];
        Spread(A, a, weights, B, bAdjoint);
        Spread(B, b, transposed, A, aAdjoint);
    }

    /// <summary>y_{M k} += Σ_i x_{M i} w_{i k}, i over the channels of X.</summary>
    private static void Spread(FieldFamily family, FamilyRows from, double* weights, FieldFamily to, FamilyRows into)
    {
        int width = to.Width;
        double* x = from.First, y = into.First;
        for (int m = 0; m < family.Rows; m++, x += from.Stride, y += into.Stride)
            for (int k = to.FirstLane; k < width; k += 8)
            {
                double* w = weights + k;
                Vector512<double> even = Vector512.Load(y + k), odd = default;
                int i = 0;
                for (; i + 2 <= family.Count; i += 2, w += 2 * width)
                {
                    even = Vector512.MultiplyAddEstimate(Vector512.Create(x[family.Lanes[i]]), Vector512.Load(w), even);
                    odd = Vector512.MultiplyAddEstimate(Vector512.Create(x[family.Lanes[i + 1]]), Vector512.Load(w + width), odd);
                }
                if (i < family.Count)
                    even = Vector512.MultiplyAddEstimate(Vector512.Create(x[family.Lanes[i]]), Vector512.Load(w), even);
                Vector512.Store(even + odd, y + k);
            }
    }

    /// <summary>Doubles that <see cref="PairGradient"/> works in, for factors of at most so many padded channels.</summary>
    public static int PairWorkLength(int stride) => 2 * PairFactor.AllKinds * stride + PairFactor.AllKinds;

    /// <summary>The gradients of the features by one pair.</summary>
    /// <param name="a">A.</param>
    /// <param name="b">B.</param>
    /// <param name="rows">Receives them; products come in the order of their features.</param>
    /// <param name="work"><see cref="PairWorkLength"/> doubles.</param>
    public void PairGradient(in PairFactor a, in PairFactor b, in PairRows rows, double* work)
    {
        double* right = work, left = IsSquare ? right : right + PairFactor.AllKinds * b.Stride;
        PairProduct.Contract(A.Rows, a.Angles, PairFactor.AngleStride, a.Kinds, b.Coefficients, b.Stride, b.Stride, right, b.Stride);
        if (!IsSquare)
            PairProduct.Contract(B.Rows, b.Angles, PairFactor.AngleStride, b.Kinds, a.Coefficients, a.Stride, a.Stride, left, a.Stride);
        PairProduct.Write(a, b, right, left, new PairShape(IsSquare, 0, OffDiagonal), rows, First, rows.Length);
    }

    /// <summary>Adds the change of the features when one slot of a family's rows changes.</summary>
    /// <param name="changed">A or B.</param>
    /// <param name="slot">The slot.</param>
    /// <param name="change">The change of the slot's n.</param>
    /// <param name="other">The other factor.</param>
    /// <param name="features">Receives the sum, <c>[feature]</c>.</param>
    public void AddTangent(FieldFamily changed, int slot, FamilyRows change, FamilyRows other, Span<double> features)
    {
        (int first, int count) = changed.Slot(slot);
        if (count == 0) return;
        bool isLeft = ReferenceEquals(changed, A);
        if (IsSquare)
        {
            // The pairs (channel, q) with q from the channel on stand in a row; those with q before it, by q.
            for (int k = 0; k < count; k++)
                AddRow(first + k, change.First + k, change.Stride, other, features);
            for (int q = 0; q < first + count - 1; q++)
                AddRun(q, Math.Max(first, q + 1), first, first + count, change, other.First + B.Lanes[q], other.Stride, features);
        }
        else if (isLeft)
        {
            for (int k = 0; k < count; k++)
                AddRow(first + k, change.First + k, change.Stride, other, features);
        }
        else
        {
            for (int q = 0; q < A.Count; q++)
                AddRun(q, first, first, first + count, change, other.First + A.Lanes[q], other.Stride, features);
        }
    }

    /// <summary>Adds to (channel of A, all of B), from the channel itself on in a family with itself.</summary>
    private void AddRow(int channel, double* change, int changeStride, FamilyRows other, Span<double> features)
    {
        int start = IsSquare ? channel : 0;
        double off = OffDiagonal;
        double* product = stackalloc double[B.Width];
        for (int lane = B.Lanes[start] & ~7; lane < B.Width; lane += 8)
        {
            double* t = change, y = other.First + lane;
            Vector512<double> sum = default;
            for (int m = 0; m < A.Rows; m++, t += changeStride, y += other.Stride)
                sum = Vector512.MultiplyAddEstimate(Vector512.Create(*t), Vector512.Load(y), sum);
            Vector512.Store(off * sum, product + lane);
        }
        Span<double> row = features.Slice(Place(channel, start), B.Count - start);
        for (int j = 0; j < row.Length; j++)
            row[j] += product[B.Lanes[start + j]];
        // On the diagonal both factors change: 2s = √2 · √2 s.
        if (IsSquare) row[0] += (Math.Sqrt(2) - 1) * product[B.Lanes[start]];
    }

    /// <summary>Adds to (q of A, channels start … end − 1 of B) by the change of the slot that begins with the channel first.</summary>
    private void AddRun(int q, int start, int first, int end, FamilyRows change, double* other, int otherStride, Span<double> features)
    {
        if (start >= end) return;
        double off = OffDiagonal;
        Span<double> row = features.Slice(Place(q, start), end - start);
        double* product = stackalloc double[8];
        for (int lane = (start - first) & ~7; lane < end - first; lane += 8)
        {
            double* x = other, t = change.First + lane;
            Vector512<double> sum = default;
            for (int m = 0; m < A.Rows; m++, x += otherStride, t += change.Stride)
                sum = Vector512.MultiplyAddEstimate(Vector512.Create(*x), Vector512.Load(t), sum);
            Vector512.Store(off * sum, product);
            for (int n = Math.Max(lane, start - first); n < Math.Min(lane + 8, end - first); n++)
                row[n - (start - first)] += product[n - lane];
        }
    }
}
