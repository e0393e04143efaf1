using System;
using System.CommandLine;

namespace Toolkit.Cli;

/// <summary>The option <c>--threads</c> of verbs that compute.</summary>
internal static class ThreadOption
{
    public static Option<int> Create() => new("--threads")
    {
        Description = "how many threads may work (the result is the same for any number)",
        DefaultValueFactory = static _ => Environment.ProcessorCount,
    };

    /// <exception cref="UsageException">Fewer than one.</exception>
    public static int Read(ParseResult result, Option<int> option) => result.GetValue(option) is >= 1 and int threads
        ? threads
        : throw new UsageException($"--threads: found '{result.GetValue(option)}', expected 1 or more");
}
