using System;
using System.Collections.Generic;
using System.Linq;

namespace Toolkit.Cli;

/// <summary>The name that somebody may have meant who mistyped one.</summary>
internal static class Suggestion
{
    /// <summary>The nearest of the names; null where none is near: more than a third of its letters differ.</summary>
    public static string? For(string typed, IEnumerable<string> names) => names
        .Select(name => (Name: name, Distance: Distance(typed, name)))
        .Where(static n => n.Distance <= Math.Max(1, n.Name.TrimStart('-').Length / 3))
        .OrderBy(static n => n.Distance)
        .Select(static n => n.Name)
        .FirstOrDefault();

    /// <summary>The number of letters to insert, leave out, replace, or exchange with their neighbour.</summary>
    private static int Distance(string a, string b)
    {
        int[,] d = new int[a.Length + 1, b.Length + 1];
        for (int i = 0; i <= a.Length; i++)
        {
            for (int j = 0; j <= b.Length; j++)
            {
                d[i, j] = i == 0 || j == 0 ? i + j
                    : Math.Min(Math.Min(d[i - 1, j], d[i, j - 1]) + 1, d[i - 1, j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1));
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                    d[i, j] = Math.Min(d[i, j], d[i - 2, j - 2] + 1);
            }
        }

        return d[a.Length, b.Length];
    }
}
