using System;
using System.Diagnostics;
using System.IO;

namespace Toolkit.Cli;

/// <summary>A count on one line of a terminal; nothing at all where stderr is no terminal.</summary>
internal sealed class Progress(TextWriter error, string what, int total) : IDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(200);

    private readonly bool _isShown = ReferenceEquals(error, Console.Error) && !Console.IsErrorRedirected;
    private readonly Stopwatch _clock = Stopwatch.StartNew();
    private TimeSpan _last;
    private int _width;

    /// <summary>Says how many are done.</summary>
    public void Report(int done)
    {
        if (!_isShown || _clock.Elapsed - _last < Interval)
        {
            return;
        }

        _last = _clock.Elapsed;
        string line = $"{done}/{total} {what}";
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
