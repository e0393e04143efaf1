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

    /// <summary>
    /// Works on the elements of a sequence as threads become free, which also read it, one at a time, and hands the results on in
    /// order. No thread waits for another one's work unless too many results lie before it.
    /// </summary>
    /// <param name="items">The elements.</param>
    /// <param name="threads">How many threads work; whoever takes the results comes to them.</param>
    /// <param name="most">How many elements may be in work or done and not yet taken.</param>
    /// <param name="isAlone">Whether nothing else is worked on beside an element.</param>
    /// <param name="work">The work. What it or the reading throws is thrown when its turn comes; nothing goes on behind a sequence
    /// that was left.</param>
    internal static IEnumerable<TOut> InOrder<TIn, TOut>(
        IEnumerable<TIn> items, int threads, int most, Func<TIn, bool> isAlone, Func<TIn, TOut> work)
    {
        using IEnumerator<TIn> source = items.GetEnumerator();
        object gate = new();
        Dictionary<long, (TOut? Result, ExceptionDispatchInfo? Error)> done = [];
        long taken = 0, given = 0;
        int working = 0, waiting = 0, batch = Math.Max(1, most / 4);
        bool isReading = false, isHeld = false, isOver = false, isAwaited = false;
        // Threads of their own: they wait, for which those of the pool are too few.
        Task[] workers = new Task[threads];
        for (int t = 0; t < threads; t++)
            workers[t] = Task.Factory.StartNew(Work, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        try
        {
            for (; Next() is (true, var result); given++)
                yield return result!;
        }
        finally
        {
            lock (gate)
            {
                isOver = true;
                Monitor.PulseAll(gate);
            }

            Task.WaitAll(workers);
        }

        (bool IsThere, TOut? Result) Next()
        {
            lock (gate)
            {
                if (waiting > 0) Monitor.PulseAll(gate);
                (TOut? Result, ExceptionDispatchInfo? Error) found;
                while (!done.Remove(given, out found))
                {
                    if (isOver && !isReading && given >= taken) return default;
                    isAwaited = true;
                    Monitor.Wait(gate);
                }

                found.Error?.Throw();
                return (true, found.Result);
            }
        }

        void Work()
        {
            while (Take(out long number, out TIn? item, out bool alone))
            {
                (TOut?, ExceptionDispatchInfo?) result;
                try
                {
                    result = (work(item!), null);
                }
                catch (Exception e)
                {
                    result = (default, ExceptionDispatchInfo.Capture(e));
                }

                lock (gate)
                {
                    done[number] = result;
                    working--;
                    isHeld &= !alone;
                    isOver |= result.Item2 is not null;
                    // A waking costs as much as the work on an atom or two: whoever takes the results gets several at a time, or what there
                    // is as soon as a worker waits.
                    if (waiting > 0 || isOver || done.Count >= batch) Monitor.PulseAll(gate);
                }
            }
        }

        void Wait()
        {
            if (isAwaited && done.ContainsKey(given))
            {
                isAwaited = false;
                Monitor.PulseAll(gate);
            }

            waiting++;
            Monitor.Wait(gate);
            waiting--;
        }

        bool Take(out long number, out TIn? item, out bool alone)
        {
            (number, item, alone) = (0, default, false);
            lock (gate)
            {
                while (!isOver && (isReading || isHeld || taken - given >= most))
                    Wait();
                if (isOver) return false;
                isReading = true;
            }

            bool isThere = false;
            ExceptionDispatchInfo? error = null;
            try
            {
                isThere = source.MoveNext();
                item = isThere ? source.Current : default;
                alone = isThere && isAlone(item!);
            }
            catch (Exception e)
            {
                error = ExceptionDispatchInfo.Capture(e);
            }

            lock (gate)
            {
                isReading = false;
                if (waiting > 0 || !isThere) Monitor.PulseAll(gate);
                if (!isThere)
                {
                    if (error is not null) done[taken++] = (default, error);
                    isOver = true;
                    return false;
                }

                isHeld = alone;
                while (alone && working > 0 && !isOver)
                    Wait();
                if (isOver) return false;
                number = taken++;
                working++;
                return true;
            }
        }
    }

    /// <summary>Runs a parallel loop. What its work throws is thrown as it is, from one of the threads, as one thread alone would throw
    /// it.</summary>
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
