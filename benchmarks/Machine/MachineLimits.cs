using System;
using System.Collections.Generic;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Threading.Tasks;
using Toolkit.Benchmarks.Summary;
using Toolkit.Numerics.Representations;
using Toolkit.Numerics.Simd;

namespace Toolkit.Benchmarks.Machine;

/// <summary>What the machine can do at all: the limits that the other figures are fractions of.</summary>
internal static class MachineLimits
{
    private static readonly Dictionary<(Type, int), double> s_peaks = [];
    private static double s_copy;
    private static double s_sink;

    /// <summary>GFlop/s of twelve independent multiply-add chains in registers on each of so many threads at once.</summary>
    internal static double Peak<T>(int threads)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (!s_peaks.TryGetValue((typeof(T), threads), out double peak))
        {
            peak = s_peaks[(typeof(T), threads)] = Measure<T>(threads);
        }

        return peak;
    }

    /// <summary>GB/s written by a copy of 256 MB, one thread (as much again is read).</summary>
    internal static double Copy
    {
        get
        {
            if (s_copy == 0)
            {
                // Memory that nobody has written to is one page of zeros, which the caches hold: no copy of 256 MB.
                byte[] a = new byte[1 << 28], b = new byte[1 << 28];
                a.AsSpan().Fill(1);
                s_copy = a.Length / Clock.Microseconds(() => a.AsSpan().CopyTo(b)) * 1e-3;
            }

            return s_copy;
        }
    }

    internal static IEnumerable<Row> Summary()
    {
        yield return new("limit: multiply-add", "f64, registers only", Peak<double>(1), "GFlop/s");
        yield return new("limit: multiply-add", "f64, registers only, 2 threads", Peak<double>(2), "GFlop/s",
            2 * Peak<double>(1), "twice one thread");
        yield return new("limit: multiply-add", "f32, registers only", Peak<float>(1), "GFlop/s");
        yield return new("limit: multiply-add", "f32, registers only, 2 threads", Peak<float>(2), "GFlop/s",
            2 * Peak<float>(1), "twice one thread");
        yield return new("limit: copy", "256 MB, bytes written", Copy, "GB/s");
    }

    /// <summary>A row of explicit gradients beside the time that a copy of as many bytes takes.</summary>
    internal static Row BesideCopy(string kernel, string workload, double microsecondsPerAtom, FeatureGradients gradients, int atoms)
    {
        double bytes = sizeof(double) * ((double)gradients.Values.Length + gradients.Gradients.Length + gradients.VectorGradients.Length);
        return new(kernel, workload, microsecondsPerAtom, "µs/atom", bytes / atoms / (1e3 * Copy), "writing alone, by copy bandwidth");
    }

    private static double Measure<T>(int threads)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        // Pieces are taken by the thread that is ready: the slower of two cores does not hold up the faster one.
        const int Turns = 50_000;
        int pieces = 20 * threads;
        int lanes = VectorWidths.Has512 ? Vector512<T>.Count
            : Vector256.IsHardwareAccelerated ? Vector256<T>.Count : Vector128<T>.Count;
        double seconds = 1e-6 * Clock.Microseconds(() =>
            Parallel.For(0, pieces, new ParallelOptions { MaxDegreeOfParallelism = threads }, _ =>
            {
                s_sink = double.CreateChecked(
                    VectorWidths.Has512 ? Chains<Lanes512<T>, Vector512<T>, T>(Turns)
                    : Vector256.IsHardwareAccelerated ? Chains<Lanes256<T>, Vector256<T>, T>(Turns)
                    : Chains<Lanes128<T>, Vector128<T>, T>(Turns));
            }));
        return 2.0 * 12 * lanes * Turns * pieces / seconds * 1e-9;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static T Chains<TLanes, V, T>(int turns)
        where TLanes : struct, ILanes<V, T>
        where V : struct
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        V x = TLanes.Broadcast(T.CreateChecked(0.999)), y = TLanes.Broadcast(T.CreateChecked(0.01));
        V a = x, b = x, c = x, d = x, e = x, f = x, g = x, h = x, i = x, j = x, k = x, l = x;
        for (int t = 0; t < turns; t++)
        {
            a = TLanes.MultiplyAdd(a, x, y);
            b = TLanes.MultiplyAdd(b, x, y);
            c = TLanes.MultiplyAdd(c, x, y);
            d = TLanes.MultiplyAdd(d, x, y);
            e = TLanes.MultiplyAdd(e, x, y);
            f = TLanes.MultiplyAdd(f, x, y);
            g = TLanes.MultiplyAdd(g, x, y);
            h = TLanes.MultiplyAdd(h, x, y);
            i = TLanes.MultiplyAdd(i, x, y);
            j = TLanes.MultiplyAdd(j, x, y);
            k = TLanes.MultiplyAdd(k, x, y);
            l = TLanes.MultiplyAdd(l, x, y);
        }

        V sum = TLanes.Add(TLanes.Add(TLanes.Add(a, b), TLanes.Add(c, d)), TLanes.Add(TLanes.Add(e, f), TLanes.Add(g, h)));
        return TLanes.Sum(TLanes.Add(sum, TLanes.Add(TLanes.Add(i, j), TLanes.Add(k, l))));
    }
}
