using System;
using System.Collections.Generic;
using System.Runtime.ExceptionServices;
using System.Threading;
using System.Threading.Tasks;

namespace Toolkit.Numerics.LinearAlgebra;

/// <summary>How work is shared out where it does not matter for the result who does it.</summary>
internal static class Threads
{
    /// <summary>Waking a thread takes as long as so many multiply-adds.</summary>
    private const long Worth = 128 * 128 * 128;

    /// <summary>How many of <paramref name="threads"/> a number of multiply-adds is worth.</summary>
    internal static int For(long work, int threads) => (int)Math.Min(threads, 1 + work / Worth);

    /// <summary>
    /// Calls action(0) … action(count − 1), each by the next thread that is ready: two cores are not equally fast where others
    /// use them too.
    /// </summary>
    internal static void Share(int count, int threads, Action<int> action)
    {
        threads = Math.Min(threads, count);
        int taken = -1;
        if (threads <= 1)
            Work(0);
        else
            Unwrapped(() => Parallel.For(0, threads, new ParallelOptions { MaxDegreeOfParallelism = threads }, Work));

        void Work(int thread)
        {
            for (int i = Interlocked.Increment(ref taken); i < count; i = Interlocked.Increment(ref taken))
                action(i);
        }
    }

    /// <summary>The same sequence, of which another thread makes the next element while the present one is used. What the making throws is
    /// thrown when its turn comes; nothing goes on behind a sequence that was left.</summary>
    internal static IEnumerable<T> Ahead<T>(IEnumerable<T> sequence)
    {
        using IEnumerator<T> elements = sequence.GetEnumerator();
        Task<(bool IsThere, T? Element)> next = Next();
        try
        {
            while (next.GetAwaiter().GetResult() is (true, var element))
            {
                next = Next();
                yield return element!;
            }
        }
        finally
        {
            // Not awaited: what it throws belongs to an element that nobody wants.
            ((IAsyncResult)next).AsyncWaitHandle.WaitOne();
        }

        Task<(bool IsThere, T? Element)> Next() => Task.Run(() => elements.MoveNext() ? (true, elements.Current) : (false, default(T)));
    }

    /// <summary>Runs a parallel loop. What its work throws is thrown as it is, from one of the threads, as one thread alone would throw it.</summary>
    internal static void Unwrapped(Action loop)
    {
        try
        {
            loop();
        }
        catch (AggregateException e)
        {
            ExceptionDispatchInfo.Throw(e.InnerExceptions[0]);
        }
    }
}
