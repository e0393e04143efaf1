using System;
using System.Diagnostics;

namespace Toolkit.Benchmarks.Summary;

/// <summary>Medians of repeated runs after a warm-up: good to some per cent on a quiet machine.</summary>
internal static class Clock
{
    /// <summary>The runtime compiles a method well once it was called thirty times and a tenth of a second has passed since.</summary>
    private static readonly TimeSpan WarmUp = TimeSpan.FromMilliseconds(400);

    /// <summary>Median time of one call, in microseconds; about half a second of calls, at least five.</summary>
    public static double Microseconds(Action action, int warmUp = 3)
    {
        long begin = Stopwatch.GetTimestamp();
        for (int i = 0; i < warmUp || Stopwatch.GetElapsedTime(begin) < WarmUp; i++)
            action();
        long start = Stopwatch.GetTimestamp();
        action();
        double once = Math.Max(Stopwatch.GetElapsedTime(start).TotalMicroseconds, 0.01);
        // Short calls are timed in batches of about a millisecond: the clock itself costs time.
        int batch = (int)Math.Clamp(1000 / once, 1, 1_000_000);
        int samples = (int)Math.Clamp(5e5 / (once * batch), 5, 101);
        double[] times = new double[samples];
        for (int s = 0; s < samples; s++)
        {
            start = Stopwatch.GetTimestamp();
            for (int i = 0; i < batch; i++)
                action();
            times[s] = Stopwatch.GetElapsedTime(start).TotalMicroseconds / batch;
        }
        Array.Sort(times);
        return times[samples / 2];
    }
}
