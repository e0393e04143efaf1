using System;
using System.Collections.Generic;
using System.CommandLine;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Text.RegularExpressions;
using Toolkit.Numerics.Files;

namespace Toolkit.Cli;

/// <summary>The option <c>--shard</c>: one of n processes that share the work on a data set, told by number or found out from what started
/// them.</summary>
internal static partial class ShardOption
{
    // Launchers and schedulers: the process's number, how many there are, and the first number.
    private static readonly (string Rank, string Size, string? First)[] Launchers =
    [
        ("OMPI_COMM_WORLD_RANK", "OMPI_COMM_WORLD_SIZE", null), ("PMI_RANK", "PMI_SIZE", null),
            ("MV2_COMM_WORLD_RANK", "MV2_COMM_WORLD_SIZE", null),
        ("SLURM_ARRAY_TASK_ID", "SLURM_ARRAY_TASK_COUNT", "SLURM_ARRAY_TASK_MIN"), ("SLURM_PROCID", "SLURM_NTASKS", null),
    ];

    /// <summary>The option.</summary>
    /// <param name="what">What is shared.</param>
    public static Option<string?> Create(string what) => new("--shard")
    {
        Description = $"i/n: the i-th of n parts of {what}; auto: as mpirun or Slurm number their processes, each writing --out with .shard-i-of-n in its name, for toolkit merge",
    };

    /// <summary>What it says; null: nothing.</summary>
    /// <param name="text">As it was given.</param>
    /// <exception cref="UsageException">Of another form, or auto where nothing has started several processes.</exception>
    public static (int Part, int Parts)? Read(string? text)
    {
        if (text is null) return null;
        if (text == "auto") return Auto();
        string[] numbers = text.Split('/');
        return numbers.Length == 2 && Number(numbers[0]) is int part && Number(numbers[1]) is int parts && part >= 1 && part <= parts
            ? (part, parts)
            : throw new UsageException($"--shard: found '{text}', expected i/n with i from 1 to n, or auto");
    }

    /// <summary>The name of a part's file: NAME.shard-i-of-n.EXTENSION.</summary>
    public static string Name(string path, (int Part, int Parts) shard)
    {
        string extension = Path.GetExtension(path);
        return FormattableString.Invariant($"{path[..^extension.Length]}.shard-{shard.Part}-of-{shard.Parts}{extension}");
    }

    /// <summary>The files of all parts, in order.</summary>
    /// <param name="paths">Names as <see cref="Name"/> makes them, in any order.</param>
    /// <exception cref="InputException">Another name, a part twice, one that is missing, or of another number of parts.</exception>
    public static string[] Complete(IReadOnlyList<string> paths)
    {
        SortedDictionary<int, string> parts = [];
        int all = 0;
        foreach (string path in paths)
        {
            Match match = NamePattern().Match(Path.GetFileName(path));
            if (!match.Success)
                throw new InputException(path, null, null, "a name without .shard-i-of-n", "the parts that --shard auto makes");
            int part = int.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture),
                of = int.Parse(match.Groups[2].Value, CultureInfo.InvariantCulture);
            if (all > 0 && of != all)
                throw new InputException(path, null, null, $"a part of {of}", $"parts of {all}, as the others are");
            if (!parts.TryAdd(part, path))
                throw new InputException(path, null, null, $"part {part} a second time", $"each once; the other is {parts[part]}");
            all = of;
        }

        int missing = Enumerable.Range(1, all).FirstOrDefault(k => !parts.ContainsKey(k));
        return missing == 0
            ? [.. parts.Values]
            : throw new InputException(
                paths[0], null, null, $"{parts.Count} of {all} parts", $"all of them; part {missing} is missing: run it again");
    }

    private static (int, int) Auto()
    {
        foreach ((string rank, string size, string? first) in Launchers)
        {
            if (Number(Environment.GetEnvironmentVariable(rank)) is not int number
                || Number(Environment.GetEnvironmentVariable(size)) is not int count)
            {
                continue;
            }

            int part = number - (first is null ? 0 : Number(Environment.GetEnvironmentVariable(first)) ?? 0) + 1;
            return part >= 1 && part <= count
                ? (part, count)
                : throw new UsageException(
                    $"--shard: found {rank}={number} and {size}={count}, expected numbers that follow each other, or i/n");
        }

        throw new UsageException($"--shard: found auto and none of {string.Join(", ", Launchers.Select(static l => l.Rank))}, expected a start by mpirun or Slurm, or i/n");
    }

    private static int? Number(string? text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int n) ? n : null;

    [GeneratedRegex(@"\.shard-(\d{1,9})-of-(\d{1,9})(\.[^.]*)?$")]
    private static partial Regex NamePattern();
}
