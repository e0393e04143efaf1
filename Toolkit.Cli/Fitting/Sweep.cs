using System;
using System.Collections.Generic;
using System.Linq;

namespace Toolkit.Cli.Fitting;

/// <summary>Every combination of the values that <c>--sweep</c> gives to keys of a specification.</summary>
internal static class Sweep
{
    /// <summary>The settings of each combination, as <c>--set</c> takes them; the last key changes fastest.</summary>
    /// <param name="options">As <c>radial.nmax=4,5,6</c>; commas within brackets do not separate.</param>
    /// <exception cref="UsageException">Not of this form, or a key twice.</exception>
    public static IReadOnlyList<IReadOnlyList<string>> Combinations(IReadOnlyList<string> options)
    {
        List<List<string>> all = [[]];
        HashSet<string> keys = [];
        foreach (string option in options)
        {
            int equals = option.IndexOf('=', StringComparison.Ordinal);
            string[] values = equals < 1 ? [] : [.. Split(option[(equals + 1)..])];
            if (values.Length == 0 || values.Any(static v => v.Length == 0))
                throw new UsageException($"--sweep: found '{option}', expected key=value,value, as radial.nmax=4,5,6");
            string key = option[..equals].Trim();
            if (!keys.Add(key))
                throw new UsageException($"--sweep: found {key} twice, expected each key once");
            if (values.Distinct().Count() < values.Length)
                throw new UsageException($"--sweep: found '{option}', expected each value once");
            all = [.. all.SelectMany(before => values.Select(v => (List<string>)[.. before, $"{key}={v}"]))];
        }

        return all;
    }

    /// <summary>What a combination's folder is called.</summary>
    public static string Name(IReadOnlyList<string> settings) =>
        string.Concat(string.Join(",", settings)
            .Select(static c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '=' or ',' or '+' ? c : '_'));

    private static IEnumerable<string> Split(string values)
    {
        int depth = 0, from = 0;
        for (int k = 0; k <= values.Length; k++)
        {
            char c = k < values.Length ? values[k] : ',';
            depth += c is '[' or '{' ? 1 : c is ']' or '}' ? -1 : 0;
            if (c != ',' || (depth > 0 && k < values.Length)) continue;
            yield return values[from..k].Trim();
            from = k + 1;
        }
    }
}
