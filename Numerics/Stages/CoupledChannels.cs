using System.Collections.Generic;
using System.Linq;
using Toolkit.Numerics.Coupling;

namespace Toolkit.Numerics.Stages;

/// <summary>The pairs of channels that Clebsch–Gordan products are made of, and how these depend on leaves.</summary>
/// <param name="left">Channel of A of each pair: where it stands in a row.</param>
/// <param name="right">Channel of B of each pair.</param>
/// <param name="weights">What multiplies each; null: 1.</param>
internal sealed class CoupledChannels(int[] left, int[] right, double[]? weights)
{
    private readonly Dictionary<ChannelsKey, SlopeChannels> _made = [];

    private CoupledChannels((int[] Left, int[] Right, double[]? Weights) lists) : this(lists.Left, lists.Right, lists.Weights) { }

    /// <summary>The products of a shape.</summary>
    public CoupledChannels(GramShape shape) : this(shape.Lists()) { }

    /// <summary>Channels, up to whole vectors, of the factor that stands beside the left or the right one.</summary>
    public int WidthOfOther(bool isLeft) => ((isLeft ? right : left).DefaultIfEmpty().Max() + 8) / 8 * 8;

    /// <summary>Says how the products of some paths depend on the leaves of a program.</summary>
    /// <param name="plan">What it is said to.</param>
    /// <param name="table">The coefficients.</param>
    /// <param name="a">A.</param>
    /// <param name="b">B.</param>
    /// <param name="paths">The products.</param>
    public void AddSlopes(SlopePlan plan, CouplingTable table, CoupleFactor a, CoupleFactor b, IEnumerable<CouplePath> paths)
    {
        nint[] rowsA = [.. a.Rows], rowsB = [.. b.Rows];
        foreach (List<CouplePath> place in ByPlace(paths))
        {
            var terms = new List<SlopeTerm>();
            foreach (CouplePath p in place)
            {
                CouplingBlock c = table.Block(p.L1, p.L2, p.L);
                foreach (bool isLeft in (bool[])[true, false])
                {
                    var coupled = new (int, int, int, double)[c.Count];
                    for (int k = 0; k < c.Count; k++)
                        coupled[k] = isLeft ? (c.M1[k], c.M2[k], c.M3[k], c[k]) : (c.M2[k], c.M1[k], c.M3[k], c[k]);
                    nint[] others = isLeft ? rowsB[p.RowB..] : rowsA[p.RowA..];
                    int width = WidthOfOther(isLeft);
                    foreach (SlopeTerm x in plan.Terms(isLeft ? a.Block : b.Block, isLeft ? rowsA[p.RowA] : rowsB[p.RowB]))
                    {
                        int inner = x.Source.Block == SlopeSource.Unit ? 1 : x.Source.Others;
                        SlopeChannels made = Of(x, isLeft, isLeft ? width : inner);
                        // Vectors that are multiplied as v·v' come in three paths to one place.
                        SlopeTerm? known = terms.Find(
                            t => t.Leaf == x.Leaf && t.Rows.FirstAngle == x.Rows.FirstAngle && t.Own == made.Own && t.Other == made.Other);
                        if (known is null)
                        {
                            known = new SlopeTerm(
                                x.Leaf, x.Rows, plan.Reserve(2 * p.L + 1, x.Rows.Count, inner * width), made.Own, made.Other, made.Weights);
                            terms.Add(known);
                        }

                        plan.Products.Add(new CoupledSlopes(coupled, isLeft, x, isLeft ? b.Block : a.Block, others, width, known.Source));
                    }
                }
            }

            plan.Add(place[0].Block, place[0].First, place[0].Step, 2 * place[0].L + 1, left.Length, terms);
        }
    }

    /// <summary>Products of some channels of one factor.</summary>
    private sealed record ChannelsKey(SlopeChannels Factor, bool IsLeft, int Step);

    /// <summary>Paths to one place together, in the order of their first.</summary>
    private static Dictionary<CouplePlace, List<CouplePath>>.ValueCollection ByPlace(IEnumerable<CouplePath> paths)
    {
        var known = new Dictionary<CouplePlace, List<CouplePath>>();
        foreach (CouplePath p in paths)
        {
            if (!known.TryGetValue(p.Place, out List<CouplePath>? own)) known.Add(p.Place, own = []);
            own.Add(p);
        }

        return known.Values;
    }

    /// <summary>The leaf's and the others' channels of each product, and what multiplies it; made once.</summary>
    /// <param name="x">How one factor depends on the leaf.</param>
    /// <param name="isLeft">Whether it is the left one.</param>
    /// <param name="step">Channels of what comes last among the others.</param>
    public SlopeChannels Of(SlopeTerm x, bool isLeft, int step)
    {
        ChannelsKey key = new(x.Channels, isLeft, step);
        if (!_made.TryGetValue(key, out SlopeChannels? made)) _made.Add(key, made = Make(x, isLeft, step));
        return made;
    }

    private SlopeChannels Make(SlopeTerm x, bool isLeft, int step)
    {
        int[] changed = isLeft ? left : right, fixedOnes = isLeft ? right : left, own = new int[changed.Length],
            other = new int[own.Length];
        double[]? all = weights is null && x.Weights is null ? null : new double[own.Length];
        for (int t = 0; t < own.Length; t++)
        {
            own[t] = x.Own[changed[t]];
            other[t] = isLeft ? x.Other[changed[t]] * step + fixedOnes[t] : fixedOnes[t] * step + x.Other[changed[t]];
            if (all is not null) all[t] = (weights?[t] ?? 1) * (x.Weights?[changed[t]] ?? 1);
        }

        return new(x.Leaf, own, other, all);
    }
}
