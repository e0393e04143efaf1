using Toolkit.Numerics.Simd;

namespace Toolkit.Numerics.Fields.Potential;

/// <summary>What one atom does with the points of a mesh near it: P × P pieces of rows, the last axis in lanes.</summary>
internal static unsafe class MeshKernel<TLanes, V>
    where TLanes : struct, ILanes<V, double>
    where V : struct
{
    /// <summary>grid += amount w0 w1 w2.</summary>
    /// <param name="order">P.</param>
    /// <param name="w">w0, w1 and w2, the last padded with zeros to a multiple of eight.</param>
    /// <param name="amount">A factor.</param>
    /// <param name="grid">The mesh.</param>
    /// <param name="rows">Where planes begin, and behind <see cref="CardinalSpline.Largest"/> numbers pieces of rows within them.</param>
    internal static void Spread(int order, double* w, double amount, double* grid, nint* rows)
    {
        for (int lane = 0; lane < order; lane += TLanes.Count)
        {
            V along = TLanes.Load(w + 2 * order + lane);
            for (int a = 0; a < order; a++)
            {
                V plane = TLanes.Multiply(TLanes.Broadcast(amount * w[a]), along);
                double* at = grid + rows[a] + lane;
                for (int b = 0; b < order; b++)
                {
                    double* row = at + rows[CardinalSpline.Largest + b];
                    TLanes.Store(TLanes.MultiplyAdd(TLanes.Broadcast(w[order + b]), plane, TLanes.Load(row)), row);
                }
            }
        }
    }

    /// <summary>Σ grid w0 w1 w2.</summary>
    internal static double Gather(int order, double* w, double* grid, nint* rows)
    {
        V sum = TLanes.Zero;
        for (int lane = 0; lane < order; lane += TLanes.Count)
        {
            V all = TLanes.Zero;
            for (int a = 0; a < order; a++)
            {
                V plane = TLanes.Zero;
                double* at = grid + rows[a] + lane;
                for (int b = 0; b < order; b++)
                    plane = TLanes.MultiplyAdd(TLanes.Broadcast(w[order + b]), TLanes.Load(at + rows[CardinalSpline.Largest + b]), plane);
                all = TLanes.MultiplyAdd(TLanes.Broadcast(w[a]), plane, all);
            }
            sum = TLanes.MultiplyAdd(all, TLanes.Load(w + 2 * order + lane), sum);
        }
        return TLanes.Sum(sum);
    }

    /// <summary>The same with the derivative of one of the three weights in turn.</summary>
    internal static void Slopes(int order, double* w, double* dw, double* grid, nint* rows, double* slopes)
    {
        V g0 = TLanes.Zero, g1 = TLanes.Zero, g2 = TLanes.Zero;
        for (int lane = 0; lane < order; lane += TLanes.Count)
        {
            V s0 = TLanes.Zero, s1 = TLanes.Zero, s2 = TLanes.Zero;
            for (int a = 0; a < order; a++)
            {
                V plane = TLanes.Zero, change = TLanes.Zero;
                double* at = grid + rows[a] + lane;
                for (int b = 0; b < order; b++)
                {
                    V row = TLanes.Load(at + rows[CardinalSpline.Largest + b]);
                    plane = TLanes.MultiplyAdd(TLanes.Broadcast(w[order + b]), row, plane);
                    change = TLanes.MultiplyAdd(TLanes.Broadcast(dw[order + b]), row, change);
                }
                V w0 = TLanes.Broadcast(w[a]);
                s0 = TLanes.MultiplyAdd(TLanes.Broadcast(dw[a]), plane, s0);
                s1 = TLanes.MultiplyAdd(w0, change, s1);
                s2 = TLanes.MultiplyAdd(w0, plane, s2);
            }
            V along = TLanes.Load(w + 2 * order + lane);
            g0 = TLanes.MultiplyAdd(s0, along, g0);
            g1 = TLanes.MultiplyAdd(s1, along, g1);
            g2 = TLanes.MultiplyAdd(s2, TLanes.Load(dw + 2 * order + lane), g2);
        }
        slopes[0] = TLanes.Sum(g0);
        slopes[1] = TLanes.Sum(g1);
        slopes[2] = TLanes.Sum(g2);
    }
}
