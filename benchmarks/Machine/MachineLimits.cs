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
    // Pieces are taken by the thread that is ready: the slower of two cores does not hold up the faster one.
    private const int Turns = 50_000, Pieces = 20;

    private static readonly Lazy<(byte[] From, byte[] To)> Memory = new(() =>
    {
        // Memory that nobody has written to is one page of zeros, which the caches hold: no copy of 256 MB.
        (byte[] from, byte[] to) = (new byte[1 << 28], new byte[1 << 28]);
        from.AsSpan().Fill(1);
        return (from, to);
    });

    private static double s_copy;
    private static double s_sink;

    /// <summary>
    /// Microseconds of a call, and in turn with it the GFlop/s of twelve independent multiply-add chains in registers on each of so many
    /// threads at once. What <paramref name="prepare"/> does before each call is not timed.
    /// </summary>
    internal static (double Microseconds, double Peak) PeakBeside<T>(int threads, Action action, int warmUp = 3, Action? prepare = null)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        (double microseconds, double limit) = Clock.Beside(action, () => Registers<T>(threads), warmUp, prepare);
        return (microseconds, Flops<T>(threads) / limit * 1e-3);
    }

    /// <summary>Microseconds of a call, and in turn with it the GB/s written by a copy as in <see cref="Copy"/>.</summary>
    internal static (double Microseconds, double Copy) CopyBeside(Action action)
    {
        (double microseconds, double limit) = Clock.Beside(action, CopyMemory);
        return (microseconds, Memory.Value.From.Length / limit * 1e-3);
    }

    /// <summary>GB/s written by a copy of 256 MB, one thread (as much again is read).</summary>
    internal static double Copy => s_copy > 0 ? s_copy : s_copy = Memory.Value.From.Length / Clock.Microseconds(CopyMemory) * 1e-3;

    internal static IEnumerable<Row> Summary() => [.. Peaks<double>("f64"), .. Peaks<float>("f32"),
        new("limit: copy", "256 MB, bytes written", Copy, "GB/s")];

    private static Row[] Peaks<T>(string type)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        (double one, double two) = PeakBeside<T>(2, () => Registers<T>(1));
        one = Flops<T>(1) / one * 1e-3;
        return [new("limit: multiply-add", $"{type}, registers only", one, "GFlop/s"),
            new("limit: multiply-add", $"{type}, registers only, 2 threads", two, "GFlop/s", 2 * one, "twice one thread")];
    }

    private static void CopyMemory() => Memory.Value.From.AsSpan().CopyTo(Memory.Value.To);

    /// <summary>A row of explicit gradients beside the time that a copy of as many bytes takes.</summary>
    internal static Row BesideCopy(string kernel, string workload, double microsecondsPerAtom, FeatureGradients gradients, int atoms)
    {
        double bytes = sizeof(double) * ((double)gradients.Values.Length + gradients.Gradients.Length + gradients.VectorGradients.Length);
        return new(kernel, workload, microsecondsPerAtom, "µs/atom", bytes / atoms / (1e3 * Copy), "writing alone, by copy bandwidth");
    }

    private static double Flops<T>(int threads)
        where T : unmanaged
    {
        int lanes = VectorWidths.Has512 ? Vector512<T>.Count
            : Vector256.IsHardwareAccelerated ? Vector256<T>.Count : Vector128<T>.Count;
        return 2.0 * 12 * lanes * Turns * Pieces * threads;
    }

    private static void Registers<T>(int threads)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        Parallel.For(0, Pieces * threads, new ParallelOptions { MaxDegreeOfParallelism = threads }, _ =>
        {
            s_sink = double.CreateChecked(
                VectorWidths.Has512 ? Chains<Lanes512<T>, Vector512<T>, T>(Turns)
                : Vector256.IsHardwareAccelerated ? Chains<Lanes256<T>, Vector256<T>, T>(Turns)
                : Chains<Lanes128<T>, Vector128<T>, T>(Turns));
        });

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
