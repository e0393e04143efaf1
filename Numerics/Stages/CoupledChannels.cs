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
    /// <summary>Says how the products of some paths depend on the leaves of a program.</summary>
    /// <param name="plan">What it is said to.</param>
    /// <param name="table">The coefficients.</param>
    /// <param name="a">A.</param>
    /// <param name="b">B.</param>
    /// <param name="paths">The products.</param>
    public void AddSlopes(SlopePlan plan, CouplingTable table, CoupleFactor a, CoupleFactor b, IEnumerable<CouplePath> paths)
    {
        int widthA = Padded(left), widthB = Padded(right);
        nint[] rowsA = [.. a.Rows], rowsB = [.. b.Rows];
        var channels = new Dictionary<ChannelsKey, SlopeChannels>();
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
                    int width = isLeft ? widthB : widthA;
                    foreach (SlopeTerm x in plan.Terms(isLeft ? a.Block : b.Block, isLeft ? rowsA[p.RowA] : rowsB[p.RowB]))
                    {
                        int inner = x.Source.Block == SlopeSource.Unit ? 1 : x.Source.Others;
                        ChannelsKey key = new(x.Channels, isLeft);
                        if (!channels.TryGetValue(key, out SlopeChannels? made))
                            channels.Add(key, made = Channels(x, isLeft, isLeft ? width : inner));
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
    private sealed record ChannelsKey(SlopeChannels Factor, bool IsLeft);

    /// <summary>Paths to one place together, in the order of their first.</summary>
    private static List<List<CouplePath>> ByPlace(IEnumerable<CouplePath> paths)
    {
        var places = new List<List<CouplePath>>();
        var known = new Dictionary<CouplePlace, List<CouplePath>>();
        foreach (CouplePath p in paths)
        {
            if (!known.TryGetValue(p.Place, out List<CouplePath>? own))
            {
                known.Add(p.Place, own = []);
                places.Add(own);
            }

            own.Add(p);
        }

        return places;
    }

    private static int Padded(int[] channels) => (channels.DefaultIfEmpty().Max() + 8) / 8 * 8;

    /// <summary>The leaf's and the others' channels of each product.</summary>
    private SlopeChannels Channels(SlopeTerm x, bool isLeft, int step)
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
