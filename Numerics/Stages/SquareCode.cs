using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using Toolkit.Numerics.Simd;

namespace Toolkit.Numerics.Stages;

/// <summary>
/// <see cref="SquareTile{TLanes, V, T}"/> of all l as straight-line code: the loops over m are so short that their mispredicted ends cost
/// more than their bodies.
/// </summary>
internal sealed unsafe class SquareCode
{
    /// <param name="x">Eight channels: <c>[lm, channel]</c>, from the first lm on.</param>
    /// <param name="y">Eight channels likewise.</param>
    /// <param name="weights"><c>[l, i, j]</c>.</param>
    /// <param name="target">The place of (0, 0) of l = 0.</param>
    /// <param name="width">Bytes from lm to lm.</param>
    /// <param name="pairs">Bytes from l to l of the target.</param>
    /// <param name="step">Bytes from (0, j) to (1, j) of the target.</param>
    internal delegate void Body(double* x, double* y, double* weights, double* target, nint width, nint pairs, nint step);

    private const int Side = ChannelTile.Side;

    // What the compiler still optimises as one method.
    private const int MostRows = 256;

    private static readonly ConcurrentDictionary<(int LMax, int From), Lazy<SquareCode?>> Made = [];

    private readonly Body[] _bodies;

    private SquareCode(Body[] bodies) => _bodies = bodies;

    /// <summary>Code for as many l, null where none can be made.</summary>
    /// <param name="lmax">The largest l.</param>
    /// <param name="from">The first of the eight rows that are made; where it is not 0, l = 0 is left out.</param>
    public static SquareCode? Get(int lmax, int from) =>
        EmittedKernels.IsSupported ? Made.GetOrAdd((lmax, from), static key => new(() => Make(key.LMax, key.From))).Value : null;

    /// <summary>Makes a tile, all distances in numbers.</summary>
    public void Tile(double* x, double* y, double* weights, double* target, nint width, nint pairs, nint step)
    {
        foreach (Body body in _bodies)
            body(x, y, weights, target, width * sizeof(double), pairs * sizeof(double), step * sizeof(double));
    }

    private static SquareCode? Make(int lmax, int from)
    {
        var bodies = new List<Body>();
        int least = from > 0 ? 1 : 0;
        for (int last = lmax, first; last >= least; last = first - 1)
        {
            for (first = last; first > least && (last + 1) * (last + 1) - (first - 1) * (first - 1) <= MostRows;)
                first--;
            if (Emit(first, last, from) is not { } body) return null;
            bodies.Add(body);
        }

        return new SquareCode([.. bodies]);
    }

    private static Body? Emit(int first, int last, int from)
    {
        const int x = 0, y = 1, weights = 2, target = 3, width = 4, pairs = 5, step = 6, row = Side;
        Type p = typeof(double*), n = typeof(nint);
        return EmittedKernels.Get<double, Body>($"square l {first} to {last} from {from}", [p, p, p, p, n, n, n], Side + 1, to =>
        {
            to.Advance(x, width, (last + 1) * (last + 1) - 1);
            to.Advance(y, width, (last + 1) * (last + 1) - 1);
            to.Advance(target, pairs, last);
            to.Advance(target, step, Side - 1);
            for (int l = last; l >= first; l--)
            {
                for (int m = l; m >= -l; m--)
                {
                    to.Load(y, 0);
                    to.Set(row);
                    for (int i = from; i < Side; i++)
                    {
                        to.Broadcast(x, i);
                        to.Get(row);
                        to.AddProduct(i, isFirst: m == l);
                    }
                    to.Advance(x, width, -1);
                    to.Advance(y, width, -1);
                }
                for (int i = Side - 1; i >= from; i--)
                {
                    to.Get(i);
                    to.Load(weights, (l * Side + i) * Side);
                    to.Multiply();
                    to.Set(i);
                    to.Store(target, -i * (i - 1) / 2, i);
                    if (i > from) to.Advance(target, step, -1);
                }
                if (l == first) continue;
                to.Advance(target, step, Side - 1 - from);
                to.Advance(target, pairs, -1);
            }
        });
    }
}
