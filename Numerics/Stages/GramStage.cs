using System;
using System.Collections.Generic;
using System.Linq;
using System.Runtime.Intrinsics;
using Toolkit.Numerics.Blocks;

namespace Toolkit.Numerics.Stages;

/// <summary>One factor of a <see cref="GramTerm"/>.</summary>
/// <param name="Block">Its block.</param>
/// <param name="First">Where its first row begins in an environment.</param>
/// <param name="Step">From row to row.</param>
internal readonly record struct GramFactor(int Block, int First, int Step);

/// <summary>One set of features of a <see cref="GramStage"/>.</summary>
/// <param name="Components">The number of rows M of both factors.</param>
/// <param name="Left">The left factor.</param>
/// <param name="Right">The right factor.</param>
/// <param name="Shape">Which products stand.</param>
/// <param name="Scale">What multiplies them beside their weights.</param>
/// <param name="First">The place of the first feature.</param>
internal readonly record struct GramTerm(int Components, GramFactor Left, GramFactor Right, GramShape Shape, double Scale, int First);

/// <summary>
/// Invariants of two factors that turn alike, coefficients or products: Σ_M A[M, a] B[M, b], times the root of the number of orders of
/// all that is multiplied; small matrix products held in registers.
/// </summary>
internal sealed unsafe class GramStage : Stage<double>
{
    private const int Tile = 4;

    private readonly int _features, _stride, _most;
    private readonly GramTerm[] _terms;

    /// <summary>The invariants.</summary>
    /// <param name="features">The block of features.</param>
    /// <param name="terms">What is made.</param>
    public GramStage(int features, IReadOnlyList<GramTerm> terms)
    {
        (_features, _terms) = (features, [.. terms]);
        _stride = (_terms.Max(static t => t.Shape.Width) + 7) / 8 * 8;
        _most = _terms.Max(static t => t.Components);
    }

    /// <inheritdoc/>
    public override long MultiplyAdds => _terms.Sum(static t => (long)t.Components * t.Shape.Count);

    /// <inheritdoc/>
    public override void Forward(BlockMemory<double> blocks, int environments)
    {
        for (int i = 0; i < environments; i++)
        {
            foreach (GramTerm t in _terms)
                Contract(t, At(blocks, t.Left, i), At(blocks, t.Right, i), blocks.Values(_features)[i], false);
        }
    }

    /// <inheritdoc/>
    public override void Tangent(BlockMemory<double> blocks, BlockMemory<double> changes, int count)
    {
        for (int i = 0; i < count; i++)
        {
            foreach (GramTerm t in _terms)
            {
                Contract(t, At(changes, t.Left, i), At(blocks, t.Right, 0), changes.Values(_features)[i], false);
                Contract(t, At(blocks, t.Left, 0), At(changes, t.Right, i), changes.Values(_features)[i], true);
            }
        }
    }

    /// <inheritdoc/>
    public override void Backward(BlockMemory<double> blocks, int environments)
    {
        const int side = GramShape.MostRows;
        double* memory = stackalloc double[2 * side * _stride + _most * side + 8];
        double* rows = (double*)(((nint)memory + 63) & ~(nint)63), columns = rows + side * _stride, slopes = columns + side * _stride;
        for (int i = 0; i < environments; i++)
        {
            double* gradient = blocks.Adjoints(_features)[i];
            foreach (GramTerm t in _terms)
            {
                double* left = At(blocks, t.Left, i), right = At(blocks, t.Right, i);
                double* leftSum = blocks.Adjoints(t.Left.Block)[i] + t.Left.First, rightSum = blocks.Adjoints(t.Right.Block)[i] + t.Right.First;
                foreach (GramRow[] group in t.Shape.Groups)
                {
                    int first = group.Min(static r => r.Start) & ~7, end = group.Max(static r => r.End), width = (end - first + 7) & ~7;
                    int height = (group.Length + 7) & ~7, l = group[0].Left, r = group[0].Right + first;
                    Weights(t, group, first, width, height, gradient + t.First, rows, columns);
                    Multiply(t.Components, end - first, height, right + r, t.Right.Step, columns, height, slopes, height, false);
                    for (int m = 0; m < t.Components; m++)
                    {
                        double* from = slopes + m * height, to = leftSum + (nint)m * t.Left.Step + l;
                        for (int q = 0; q < group.Length; q++)
                            to[q] += from[q];
                    }
                    Multiply(t.Components, group.Length, width, left + l, t.Left.Step, rows, width, rightSum + r, t.Right.Step, true);
                }
            }
        }
    }

    /// <inheritdoc/>
    public override bool AddSlopes(SlopePlan plan)
    {
        var channels = new Dictionary<(GramShape, SlopeTerm, bool, int), (int[] Own, int[] Other)>();
        var weights = new Dictionary<GramShape, double[]>();
        foreach (GramTerm t in _terms)
        {
            if (!weights.TryGetValue(t.Shape, out double[]? weight))
                weights.Add(t.Shape, weight = Channels(t.Shape).Select(static c => c.Weight).ToArray());
            var terms = new List<SlopeTerm>();
            foreach (bool isLeft in (bool[])[true, false])
            {
                GramFactor changed = isLeft ? t.Left : t.Right, kept = isLeft ? t.Right : t.Left;
                int width = ((isLeft ? Channels(t.Shape).Max(static c => c.Right) : Channels(t.Shape).Max(static c => c.Left)) + 8) / 8 * 8;
                SlopeSource other = new(kept.Block, kept.First, kept.Step, 0, width);
                foreach (SlopeTerm x in plan.Terms(changed.Block, changed.First))
                {
                    bool isUnit = x.Source.Block == SlopeSource.Unit;
                    int inner = isUnit ? 1 : x.Source.Others, step = isLeft ? width : inner;
                    SlopeTerm like = x with { Source = default, Rows = default };
                    if (!channels.TryGetValue((t.Shape, like, isLeft, step), out (int[] Own, int[] Other) made))
                    {
                        channels.Add((t.Shape, like, isLeft, step), made = (
                            Channels(t.Shape).Select(c => x.Own[isLeft ? c.Left : c.Right]).ToArray(),
                            Channels(t.Shape).Select(c => isLeft ? x.Other[c.Left] * width + c.Right : c.Left * inner + x.Other[c.Right]).ToArray()));
                    }

                    SlopeSource source = isUnit ? other with { StepM = 0, StepK = kept.Step } : plan.Reserve(1, x.Rows.Count, inner * width);
                    if (!isUnit)
                        plan.Products.Add(new ContractedSlopes(t.Components, x.Rows.Count, isLeft ? x.Source : other, isLeft ? other : x.Source, source));
                    double[] own = x.Weights is null
                        ? weight
                        : Channels(t.Shape).Select((c, k) => weight[k] * x.Weights[isLeft ? c.Left : c.Right]).ToArray();
                    terms.Add(new SlopeTerm(x.Leaf, x.Rows, source, made.Own, made.Other, own));
                }
            }

            plan.Add(_features, t.First, 1, 1, t.Shape.Count, terms, t.Scale);
        }

        return true;
    }

    private static IEnumerable<(int Left, int Right, double Weight)> Channels(GramShape shape) =>
        from rows in shape.Groups
        from row in rows
        from j in Enumerable.Range(row.Start, row.Count)
        select (row.Left, row.Right + j, row.WeightOf(j));

    private static double* At(BlockMemory<double> blocks, GramFactor factor, int environment) => blocks.Values(factor.Block)[environment] + factor.First;

    /// <summary>Sets the features of one term in one environment, or adds to them.</summary>
    private void Contract(in GramTerm t, double* left, double* right, double* features, bool adds)
    {
        double* product = stackalloc double[Tile * _stride];
        foreach (GramRow[] group in t.Shape.Groups)
        {
            for (int r = 0; r < group.Length; r += Tile)
            {
                int rows = Math.Min(Tile, group.Length - r), first = int.MaxValue, end = 0;
                for (int k = r; k < r + rows; k++)
                    (first, end) = (Math.Min(first, group[k].Start & ~7), Math.Max(end, group[k].End));
                double* x = left + group[r].Left, y = right + group[r].Right;
                for (int lane = first; lane < end; lane += 8)
                {
                    if (rows == Tile)
                    {
                        ChannelTile.Four(t.Components, x, t.Left.Step, y + lane, t.Right.Step, product + lane, _stride);
                        continue;
                    }
                    for (int k = 0; k < rows; k++)
                        ChannelTile.One(t.Components, x + k, t.Left.Step, y + lane, t.Right.Step, product + k * _stride + lane);
                }
                for (int k = 0; k < rows; k++)
                {
                    ref readonly GramRow row = ref group[r + k];
                    double* values = product + k * _stride + row.Start, target = features + t.First + row.Place;
                    double before = target[0], last = target[row.Count - 1];
                    PutRow(values, t.Scale * row.Weight, target, row.Count, adds);
                    if (row.First != row.Weight) target[0] = (adds ? before : 0) + t.Scale * row.First * values[0];
                    if (row.Last != row.Weight) target[row.Count - 1] = (adds ? last : 0) + t.Scale * row.Last * values[row.Count - 1];
                }
            }
        }
    }

    /// <summary>dE/d(products without weights) of one group, as [left, right − first] and as [right − first, left].</summary>
    private static void Weights(in GramTerm t, GramRow[] group, int first, int width, int height, double* gradient, double* rows, double* columns)
    {
        new Span<double>(columns, width * height).Clear();
        for (int q = 0; q < group.Length; q++)
        {
            ref readonly GramRow row = ref group[q];
            double* own = rows + q * width, from = gradient + row.Place - row.Start;
            double weight = t.Scale * row.Weight;
            new Span<double>(own, width).Clear();
            for (int j = row.Start; j < row.End; j++)
                own[j - first] = columns[(j - first) * height + q] = weight * from[j];
            own[row.Start - first] = columns[(row.Start - first) * height + q] = t.Scale * row.First * from[row.Start];
            own[row.End - 1 - first] = columns[(row.End - 1 - first) * height + q] = t.Scale * row.Last * from[row.End - 1];
        }
    }

    /// <summary>z[m, lane] = or += Σ_k x[m, k] y[k, lane]; four m at a time in registers.</summary>
    private static void Multiply(int m, int inner, int lanes, double* x, int xRow, double* y, int yRow, double* z, int zRow, bool adds)
    {
        for (int lane = 0; lane < lanes; lane += 8)
        {
            int row = 0;
            for (; row + Tile <= m; row += Tile)
            {
                Vector512<double> s0 = default, s1 = default, s2 = default, s3 = default;
                double* a = x + (nint)row * xRow, b = y + lane, c = z + (nint)row * zRow + lane;
                for (int k = 0; k < inner; k++, b += yRow)
                {
                    Vector512<double> v = Vector512.Load(b);
                    s0 = Vector512.MultiplyAddEstimate(Vector512.Create(a[k]), v, s0);
                    s1 = Vector512.MultiplyAddEstimate(Vector512.Create(a[xRow + k]), v, s1);
                    s2 = Vector512.MultiplyAddEstimate(Vector512.Create(a[2 * (nint)xRow + k]), v, s2);
                    s3 = Vector512.MultiplyAddEstimate(Vector512.Create(a[3 * (nint)xRow + k]), v, s3);
                }
                Put(s0, c, adds);
                Put(s1, c + zRow, adds);
                Put(s2, c + 2 * (nint)zRow, adds);
                Put(s3, c + 3 * (nint)zRow, adds);
            }
            for (; row < m; row++)
            {
                Vector512<double> sum = default;
                double* a = x + (nint)row * xRow, b = y + lane;
                for (int k = 0; k < inner; k++, b += yRow)
                    sum = Vector512.MultiplyAddEstimate(Vector512.Create(a[k]), Vector512.Load(b), sum);
                Put(sum, z + (nint)row * zRow + lane, adds);
            }
        }
    }

    private static void PutRow(double* values, double weight, double* row, int count, bool adds)
    {
        int k = 0;
        for (; k + 8 <= count; k += 8)
            Put(weight * Vector512.Load(values + k), row + k, adds);
        for (; k < count; k++)
            row[k] = adds ? row[k] + weight * values[k] : weight * values[k];
    }

    private static void Put(Vector512<double> value, double* target, bool adds) =>
        Vector512.Store(adds ? Vector512.Load(target) + value : value, target);
}
