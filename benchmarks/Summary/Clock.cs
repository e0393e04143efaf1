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
        // Short calls are timed in batches of about a millisecond: the clock itself costs time.
        double once = Once(action, warmUp);
        int batch = (int)Math.Clamp(1000 / once, 1, 1_000_000);
        double[] times = new double[Samples(once * batch)];
        for (int s = 0; s < times.Length; s++)
            times[s] = Time(action, batch);

        return Median(times);
    }

    /// <summary>
    /// The same of an action and of a limit that it is compared with, in turn: what else the machine does, which comes and
    /// goes, slows both. What <paramref name="prepare"/> does before each call of the action, such as giving back an input that was
    /// overwritten, is not timed.
    /// </summary>
    public static (double Action, double Limit) Beside(Action action, Action limit, int warmUp = 3, Action? prepare = null)
    {
        prepare ??= static () => { };
        double once = Once(limit, warmUp) + Once(() =>
        {
            prepare();
            action();
        }, warmUp);
        double[] times = new double[Samples(0.5 * once)], limits = new double[times.Length];
        for (int s = 0; s < times.Length; s++)
        {
            limits[s] = Time(limit, 1);
            prepare();
            times[s] = Time(action, 1);
        }

        return (Median(times), Median(limits));
    }

    private static double Once(Action action, int warmUp)
    {
        long begin = Stopwatch.GetTimestamp();
        for (int i = 0; i < warmUp || Stopwatch.GetElapsedTime(begin) < WarmUp; i++)
            action();

        return Math.Max(Time(action, 1), 0.01);
    }

    private static int Samples(double each) => (int)Math.Clamp(5e5 / each, 5, 101);

    private static double Time(Action action, int calls)
    {
        long start = Stopwatch.GetTimestamp();
        for (int i = 0; i < calls; i++)
            action();

        return Stopwatch.GetElapsedTime(start).TotalMicroseconds / calls;
    }

    private static double Median(double[] times)
    {
        Array.Sort(times);
        return times[times.Length / 2];
    }
}
