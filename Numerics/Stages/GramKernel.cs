using System;
using System.Collections.Generic;
using System.Linq;
using System.Numerics;
using System.Runtime.Intrinsics;
using Toolkit.Numerics.Blocks;
using Toolkit.Numerics.Simd;

namespace Toolkit.Numerics.Stages;

/// <summary>What a <see cref="GramStage{T}"/> executes, in the widest registers of the process that hold no more than eight numbers.</summary>
internal abstract class GramKernel<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>The kernel of some terms.</summary>
    public static GramKernel<T> Create(int features, GramTerm[] terms) => VectorWidths.OfEight<T>() switch
    {
        VectorWidth.Bits512 => new GramKernel<Lanes512<T>, Vector512<T>, T>(features, terms),
        VectorWidth.Bits256 => new GramKernel<Lanes256<T>, Vector256<T>, T>(features, terms),
        VectorWidth.Bits128 => new GramKernel<Lanes128<T>, Vector128<T>, T>(features, terms),
        _ => new GramKernel<Lanes1<T>, T, T>(features, terms),
    };

    /// <summary>As of a stage.</summary>
    public abstract void Forward(BlockMemory<T> blocks, int environments);

    /// <summary>As of a stage.</summary>
    public abstract void Tangent(BlockMemory<T> blocks, BlockMemory<T> changes, int count);

    /// <summary>As of a stage.</summary>
    public abstract void Backward(BlockMemory<T> blocks, int environments);
}

/// <summary>Invariants of two factors and their derivatives, in one width.</summary>
/// <remarks>
/// Channels of families are few and the products of a row stand without gaps, so that rows begin anywhere. They are nevertheless read
/// and written as whole vectors: weights end with zeros, and what a vector writes behind its row is made next. Only the last rows of a
/// term, behind which others' features stand, are finished number by number.
/// <para>Backward, the derivatives of a group of rows are weighted once into a small matrix W[left, right] and turned round in registers;
/// then dA[M, left] = Σ_right B[M, right] W and dB[M, right] = Σ_left A[M, left] W hold all M in registers at once.</para>
/// </remarks>
internal sealed unsafe class GramKernel<TLanes, V, T> : GramKernel<T>
    where TLanes : struct, ILanes<V, T>
    where V : struct
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly GramTerm[] _terms;
    private readonly T[][] _weights;
    private readonly int _features, _stride, _most, _longest;

    /// <summary>The kernel.</summary>
    /// <param name="features">The block of features.</param>
    /// <param name="terms">What is made.</param>
    public GramKernel(int features, GramTerm[] terms)
    {
        (_features, _terms) = (features, terms);
        var pinned = new Dictionary<GramShape, T[]>();
        foreach (GramTerm t in terms)
            pinned.TryAdd(t.Shape, PinnedArray.Of(Array.ConvertAll(t.Shape.Weights, T.CreateChecked)));
        _longest = terms.Max(static t => t.Shape.Count);
        _weights = Array.ConvertAll(terms, t => pinned[t.Shape]);
        _stride = GramGroup.Padded(terms.Max(static t => t.Shape.Width)) + 8;
        _most = terms.SelectMany(static t => t.Shape.Groups).Select(static g => g.Height * g.Width).DefaultIfEmpty(0).Max();
    }

    /// <inheritdoc/>
    public override void Forward(BlockMemory<T> blocks, int environments)
    {
        T* product = stackalloc T[GramGroup.TileRows * _stride];
        using AlignedScratch<T> made = new(blocks.IsStreamed ? _longest + 8 : 0);
        for (int i = 0; i < environments; i++)
        {
            T* features = blocks.Values(_features)[i];
            for (int k = 0; k < _terms.Length; k++)
            {
                GramTerm t = _terms[k];
                T* weights = PinnedArray.First(_weights[k]), left = At(blocks, t.Left, i), right = At(blocks, t.Right, i);
                Contract(t, weights, left, right, blocks.IsStreamed ? made.Start : features + t.First, false, product);
                if (blocks.IsStreamed) Streaming.Copy(made.Start, features + t.First, t.Shape.Count);
            }
        }
    }

    /// <inheritdoc/>
    public override void Tangent(BlockMemory<T> blocks, BlockMemory<T> changes, int count)
    {
        T* product = stackalloc T[GramGroup.TileRows * _stride];
        for (int i = 0; i < count; i++)
        {
            for (int k = 0; k < _terms.Length; k++)
            {
                GramTerm t = _terms[k];
                T* weights = PinnedArray.First(_weights[k]), to = changes.Values(_features)[i] + t.First;
                Contract(t, weights, At(changes, t.Left, i), At(blocks, t.Right, 0), to, false, product);
                Contract(t, weights, At(blocks, t.Left, 0), At(changes, t.Right, i), to, true, product);
            }
        }
    }

    /// <inheritdoc/>
    public override void Backward(BlockMemory<T> blocks, int environments)
    {
        T* memory = stackalloc T[2 * _most + 24];
        T* rows = (T*)(((nint)memory + 63) & ~(nint)63), columns = rows + _most + 8;
        for (int i = 0; i < environments; i++)
        {
            T* gradient = blocks.Adjoints(_features)[i];
            for (int k = 0; k < _terms.Length; k++)
            {
                GramTerm t = _terms[k];
                T* weights = PinnedArray.First(_weights[k]), left = At(blocks, t.Left, i), right = At(blocks, t.Right, i);
                T* leftSum = blocks.Adjoints(t.Left.Block)[i] + t.Left.First, rightSum = blocks.Adjoints(t.Right.Block)[i] + t.Right.First;
                foreach (GramGroup group in t.Shape.Groups)
                {
                    int height = group.Height, width = group.Width, l = group.Rows[0].Left, r = group.Rows[0].Right + group.First;
                    Weigh(group, weights, T.CreateChecked(t.Scale), gradient + t.First, gradient + t.First + t.Shape.Count, rows);
                    Transpose.Copy(height, width, rows, width, columns, height, T.One);
                    RowTile<TLanes, V, T>.Multiply(
                        t.Components, group.End - group.First, height, right + r, t.Right.Step, 1, columns, height, leftSum + l, t.Left.Step, true);
                    RowTile<TLanes, V, T>.Multiply(
                        t.Components, group.Rows.Length, width, left + l, t.Left.Step, 1, rows, width, rightSum + r, t.Right.Step, true);
                }
            }
        }
    }

    private static T* At(BlockMemory<T> blocks, GramFactor factor, int environment) => blocks.Values(factor.Block)[environment] + factor.First;

    /// <summary>Sets the features of one term in one environment, or adds to them.</summary>
    private void Contract(GramTerm t, T* weights, T* left, T* right, T* features, bool adds, T* product)
    {
        const int ahead = 2 * GramGroup.TileRows;
        T* end = features + t.Shape.Count;
        T scale = T.CreateChecked(t.Scale);
        foreach (GramGroup group in t.Shape.Groups)
        {
            GramRow[] all = group.Rows;
            for (int tile = 0, r = 0; r < all.Length; tile++, r += GramGroup.TileRows)
            {
                int rows = Math.Min(GramGroup.TileRows, all.Length - r);
                (int first, int last) = group.Tiles[tile];
                for (int m = 0; m < t.Components; m++)
                    CacheLine.Fetch(left + all[r].Left + ahead + (nint)m * t.Left.Step);
                RowTile<TLanes, V, T>.Multiply(
                    rows, t.Components, last - first, left + all[r].Left, 1, t.Left.Step, right + all[r].Right + first, t.Right.Step, product, _stride, false);
                for (int k = 0; k < rows; k++)
                {
                    ref readonly GramRow row = ref all[r + k];
                    Put(product + k * _stride + row.Start - first, weights + row.Weights, scale, features + row.Place, row.Count, end, adds);
                }
            }
        }
    }

    /// <summary>One row of features.</summary>
    private static void Put(T* values, T* weights, T factor, T* target, int count, T* end, bool adds)
    {
        V scale = TLanes.Broadcast(factor);
        int k = 0;
        for (; k < count && target + k + TLanes.Count <= end; k += TLanes.Count)
        {
            V value = TLanes.Multiply(TLanes.Multiply(scale, TLanes.Load(weights + k)), TLanes.Load(values + k));
            TLanes.Store(adds ? TLanes.Add(TLanes.Load(target + k), value) : value, target + k);
        }

        for (; k < count; k++)
        {
            T value = factor * weights[k] * values[k];
            target[k] = adds ? target[k] + value : value;
        }
    }

    /// <summary>dE/d(products without weights) of one group, as [left, right].</summary>
    private static void Weigh(GramGroup group, T* weights, T factor, T* gradient, T* end, T* rows)
    {
        int width = group.Width, height = group.Height;
        if (!group.IsFull) new Span<T>(rows, width * height).Clear();
        else if (height > group.Rows.Length) new Span<T>(rows + group.Rows.Length * width, width * (height - group.Rows.Length)).Clear();
        V scale = TLanes.Broadcast(factor);
        for (int q = 0; q < group.Rows.Length; q++)
        {
            ref readonly GramRow row = ref group.Rows[q];
            T* own = rows + q * width + row.Start - group.First, w = weights + row.Weights, from = gradient + row.Place;
            int k = 0;
            for (; k < row.Count && from + k + TLanes.Count <= end; k += TLanes.Count)
                TLanes.Store(TLanes.Multiply(TLanes.Multiply(scale, TLanes.Load(w + k)), TLanes.Load(from + k)), own + k);
            // What is behind a row is zero.
            for (int rest = GramGroup.Padded(row.Count); k < rest; k++)
                own[k] = k < row.Count ? factor * w[k] * from[k] : T.Zero;
        }
    }
}
