using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using Toolkit.Numerics.Simd;

namespace Toolkit.Numerics.Stages;

/// <summary>
/// <see cref="ChannelTile.Square"/> of all l as straight-line code for one layout: the loops over m are so short
/// that their mispredicted ends cost more than their bodies.
/// </summary>
internal sealed unsafe class SquareCode
{
    /// <param name="c">Eight channels: <c>[lm, channel]</c>.</param>
    /// <param name="weights"><c>[l, i, j]</c>.</param>
    /// <param name="target">The place of (0, 0) of l = 0.</param>
    internal delegate void Body(double* c, double* weights, double* target);

    /// <summary>Coefficients and features of all l as far apart as these say.</summary>
    /// <param name="LMax">The largest l.</param>
    /// <param name="Width">From lm to lm of the coefficients.</param>
    /// <param name="Pairs">From l to l of the features.</param>
    /// <param name="Step">From (i, i) to (i + 1, i + 1), less 1 − i.</param>
    private readonly record struct Layout(int LMax, int Width, int Pairs, int Step);

    private const int Side = ChannelTile.Side;

    // What the compiler still optimises as one method.
    private const int MostRows = 256;

    // How many elements behind a pointer a broadcast reaches with an offset of one byte: short code is decoded sooner.
    private const int Reach = 127;

    private static readonly ConcurrentDictionary<Layout, Lazy<SquareCode?>> Made = [];

    private readonly Body[] _bodies;

    private SquareCode(Body[] bodies) => _bodies = bodies;

    /// <summary>Code for one layout, null where none can be made.</summary>
    /// <param name="lmax">The largest l.</param>
    /// <param name="width">Doubles from lm to lm of the coefficients.</param>
    /// <param name="pairs">Doubles from l to l of the features.</param>
    /// <param name="step">Doubles from (i, i) to (i + 1, i + 1) of the features, less 1 − i.</param>
    public static SquareCode? Get(int lmax, int width, int pairs, int step) =>
        EmittedKernels.IsSupported ? Made.GetOrAdd(new Layout(lmax, width, pairs, step), static layout => new(() => Make(layout))).Value
            : null;

    /// <summary>The upper triangle of weights[l, i, j] Σ_m c[lm, i] c[lm, j] for all l.</summary>
    /// <param name="c">Eight channels: <c>[lm, channel]</c>.</param>
    /// <param name="weights"><c>[l, i, j]</c>.</param>
    /// <param name="target">The place of (0, 0) of l = 0.</param>
    public void Square(double* c, double* weights, double* target)
    {
        foreach (Body body in _bodies)
            body(c, weights, target);
    }

    private static SquareCode? Make(Layout layout)
    {
        var bodies = new List<Body>();
        for (int first = 0, end; first <= layout.LMax; first = end)
        {
            for (end = first + 1; end <= layout.LMax && (end + 1) * (end + 1) - first * first <= MostRows;)
                end++;
            if (Emit(layout, first, end) is not { } body) return null;
            bodies.Add(body);
        }
        return new SquareCode([.. bodies]);
    }

    private static Body? Emit(Layout layout, int first, int end)
    {
        const int c = 0, weights = 1, target = 2, row = Side;
        (_, int width, int pairs, int step) = layout;
        Type p = typeof(double*);
        string name = $"square l {first} to {end - 1} width {width} pairs {pairs} step {step}";
        return EmittedKernels.Get<double, Body>(name, [p, p, p], Side + 1, to =>
        {
            int here = 0;
            for (int l = first; l < end; l++)
            {
                for (int lm = l * l; lm < (l + 1) * (l + 1); lm++)
                {
                    if (lm * width + Side - 1 - here > Reach)
                    {
                        to.Advance(c, lm * width - here);
                        here = lm * width;
                    }
                    to.Load(c, lm * width - here);
                    to.Set(row);
                    for (int i = 0; i < Side; i++)
                    {
                        to.Broadcast(c, lm * width - here + i);
                        to.Get(row);
                        to.AddProduct(i, isFirst: lm == l * l);
                    }
                }
                for (int i = Side - 1; i >= 0; i--)
                {
                    to.Get(i);
                    to.Load(weights, (l * Side + i) * Side);
                    to.Multiply();
                    to.Set(i);
                    to.Store(target, l * pairs + i * step - i * (i - 1) / 2, i);
                }
            }
        });
    }
}
