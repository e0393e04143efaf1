using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Security.Cryptography;
using System.Text;
using Toolkit.Numerics.Files;
using Toolkit.Numerics.Learning;

namespace Toolkit.Numerics.Models.Fit;

/// <summary>How far a fit is, in a file: the equations of the structures that were looked at.</summary>
/// <param name="path">The file.</param>
/// <param name="what">All that the equations depend on; a file of something else is refused.</param>
internal sealed class FitCheckpoint(string path, string what)
{
    private const string Format = "toolkit-fit-checkpoint/2";

    private readonly string _identity = Format + " " + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(what)));

    /// <summary>The file.</summary>
    public string Path => path;

    /// <summary>The equations that were kept; null: there is no file.</summary>
    /// <param name="columns">Unknowns of each fold.</param>
    /// <exception cref="InputException">The file is damaged, or of another fit.</exception>
    public IReadOnlyList<EquationNode>? Read(IReadOnlyList<int> columns)
    {
        if (!File.Exists(path)) return null;
        IReadOnlyDictionary<string, NpyData> arrays;
        try
        {
            arrays = NpyData.ReadAll(path);
        }
        catch (InputException e)
        {
            throw new InputException(path, null, null, e.Error.Found, "the state of a fit that is whole; remove the file to begin anew");
        }

        if (!arrays.TryGetValue("identity", out NpyData? identity) || identity.ToTexts() is not [string found]
            || !found.StartsWith(Format, StringComparison.Ordinal))
        {
            throw new InputException(path, null, null, "something else", $"the state of a fit, {Format}; remove the file to begin anew");
        }

        if (found != _identity)
        {
            throw new InputException(
                path, null, null, "the state of a fit of other data, keys or settings", "that of this fit; remove the file to begin anew");
        }

        try
        {
            double[] ranges = arrays["ranges"].ToReals(), counts = arrays["counts"].ToReals();
            if (counts.Length != ranges.Length / 2 * columns.Count) throw new ArgumentException("counts");
            return Enumerable.Range(0, ranges.Length / 2).Select(n => new EquationNode(
                (int)ranges[2 * n], (int)ranges[(2 * n) + 1], columns.Select((width, k) =>
                {
                    bool isPlain = arrays.TryGetValue($"rows_{n}_{k}", out NpyData? kept);
                    return NormalEquations.FromKept(
                        width, (long)counts[(n * columns.Count) + k], (kept ?? arrays[$"triangle_{n}_{k}"]).ToReals(), isPlain);
                }).ToArray())).ToArray();
        }
        catch (Exception e) when (e is KeyNotFoundException or ArgumentException or IndexOutOfRangeException)
        {
            throw new InputException(path, null, null, "a part of the state of a fit", "a whole file; remove it to begin anew");
        }
    }

    /// <summary>Keeps equations.</summary>
    /// <exception cref="InputException">The file cannot be written.</exception>
    public void Write(IReadOnlyList<EquationNode> nodes)
    {
        NpzWriter.Write(path,
        [
            ("identity", NpyArray.Text(_identity)),
            ("ranges", NpyArray.Reals(nodes.SelectMany(static n => (double[])[n.First, n.End]).ToArray(), nodes.Count, 2)),
            ("counts", NpyArray.Reals(
                nodes.SelectMany(static n => n.Folds.Select(static f => (double)f.Rows)).ToArray(), nodes.Sum(static n => n.Folds.Length))),
            .. nodes.SelectMany(static (node, n) => node.Folds.Select((f, k) => (
                $"{(f.IsPlain ? "rows" : "triangle")}_{n}_{k}", NpyArray.Reals(f.Kept.ToArray(), f.Depth, f.Columns + 1L)))),
        ]);
    }
}
