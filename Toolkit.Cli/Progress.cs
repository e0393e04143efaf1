using System;
using System.Diagnostics;
using System.Globalization;
using System.IO;

namespace Toolkit.Cli;

/// <summary>A count and the time that is left, on one line of a terminal; nothing at all where stderr is no terminal.</summary>
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
    /// <param name="share">The share of the work that is done, 0 … 1; null: that of the count.</param>
    public void Report(string what, long done, long total, double? share = null)
    {
        if (!_isShown || _clock.Elapsed - _last < Interval)
            return;

        _last = _clock.Elapsed;
        string line = (total > 0 ? $"{done}/{total} {what}" : $"{done} {what}")
            + Remaining(_clock.Elapsed, share ?? (total > 0 ? (double)done / total : 0));
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

    /// <summary>", 1:05 left" at the pace so far; nothing before there is one.</summary>
    internal static string Remaining(TimeSpan elapsed, double share)
    {
        if (share <= 0 || elapsed < TimeSpan.FromSeconds(1))
            return "";

        double seconds = Math.Ceiling(elapsed.TotalSeconds * Math.Max(0, 1 - share) / share);
        return seconds > TimeSpan.FromDays(99).TotalSeconds ? ""
            : TimeSpan.FromSeconds(seconds) is { TotalHours: >= 1 } long_
                ? string.Create(CultureInfo.InvariantCulture, $", {(int)long_.TotalHours}:{long_:mm\\:ss} left")
                : string.Create(CultureInfo.InvariantCulture, $", {TimeSpan.FromSeconds(seconds):m\\:ss} left");
    }
}
