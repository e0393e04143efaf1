using System;
using System.Diagnostics;
using System.IO;

namespace Toolkit.Cli;

/// <summary>A count on one line of a terminal; nothing at all where stderr is no terminal.</summary>
internal sealed class Progress(TextWriter error) : IDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(200);

    private readonly bool _isShown = ReferenceEquals(error, Console.Error) && !Console.IsErrorRedirected;
    private readonly Stopwatch _clock = Stopwatch.StartNew();
    private TimeSpan _last;
    private int _width;

    /// <summary>Says how many are done.</summary>
    /// <param name="what">What is counted.</param>
    /// <param name="done">How many are done.</param>
    /// <param name="total">Of how many; 0: nobody knows yet.</param>
    public void Report(string what, long done, long total)
    {
        if (!_isShown || _clock.Elapsed - _last < Interval)
        {
            return;
        }

        _last = _clock.Elapsed;
        string line = total > 0 ? $"{done}/{total} {what}" : $"{done} {what}";
        error.Write("\r" + line.PadRight(_width));
        _width = line.Length;
    }

    /// <summary>Takes the line away.</summary>
    public void Clear()
    {
        if (_width > 0)
        {
            error.Write("\r" + new string(' ', _width) + "\r");
            _width = 0;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => Clear();
}
