using System;
using System.Collections.Generic;

namespace Toolkit.Numerics.Fields.Potential;

/// <summary>Nodes and weights of numerical integrals: Gauss–Legendre rules on a chain of intervals.</summary>
internal static class GaussLegendre
{
    /// <summary>The rule with n points on [−1, 1].</summary>
    internal static (double[] Nodes, double[] Weights) Rule(int n)
    {
        double[] nodes = new double[n], weights = new double[n];
        for (int k = 0; k < (n + 1) / 2; k++)
        {
            double x = Math.Cos(Math.PI * (k + 0.75) / (n + 0.5)), slope = 0;
            for (int step = 0; step < 50; step++)
            {
                double before = 1, p = x;
                for (int j = 2; j <= n; j++)
                    (before, p) = (p, ((2 * j - 1) * x * p - (j - 1) * before) / j);
                slope = n * (x * p - before) / (x * x - 1);
                double next = x - p / slope;
                bool isDone = Math.Abs(next - x) < 1e-15;
                x = next;
                if (isDone) break;
            }
            if (n % 2 == 1 && k == n / 2) x = 0;
            (nodes[k], nodes[n - 1 - k]) = (-x, x);
            // The slope at the last but one point is as good: its error enters squared.
            weights[k] = weights[n - 1 - k] = 2 / ((1 - x * x) * slope * slope);
        }
        if (n == 1) (nodes[0], weights[0]) = (0, 2);
        return (nodes, weights);
    }

    /// <summary>The rule with n points on each of the intervals between neighbouring ends.</summary>
    internal static (double[] Nodes, double[] Weights) Chain(int n, IReadOnlyList<double> ends)
    {
        (double[] x, double[] w) = Rule(n);
        double[] nodes = new double[n * (ends.Count - 1)], weights = new double[nodes.Length];
        for (int piece = 0; piece + 1 < ends.Count; piece++)
        {
            double half = 0.5 * (ends[piece + 1] - ends[piece]), middle = 0.5 * (ends[piece + 1] + ends[piece]);
            for (int k = 0; k < n; k++)
            {
                nodes[piece * n + k] = middle + half * x[k];
                weights[piece * n + k] = half * w[k];
            }
        }
        return (nodes, weights);
    }

    /// <summary>Ends of equal intervals from a to b, none longer than <paramref name="longest"/>.</summary>
    internal static List<double> Split(double a, double b, double longest)
    {
        int count = Math.Max(1, (int)Math.Ceiling((b - a) / longest));
        List<double> ends = [];
        for (int k = 0; k <= count; k++)
            ends.Add(k == count ? b : a + (b - a) * k / count);
        return ends;
    }
}
