using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Security.Cryptography;
using System.Text;
using Toolkit.Numerics.Files;
using Toolkit.Numerics.Learning;

namespace Toolkit.Numerics.Models.Fit;

/// <summary>How far a fit is, in a file: the folds' equations after so many structures.</summary>
/// <param name="path">The file.</param>
/// <param name="what">All that the equations depend on; a file of something else is refused.</param>
internal sealed class FitCheckpoint(string path, string what)
{
    private const string Format = "toolkit-fit-checkpoint/1";

    private readonly string _identity = Format + " " + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(what)));

    /// <summary>The equations that were kept and the number of structures in them; null: there is no file.</summary>
    /// <exception cref="InputException">The file is damaged, or of another fit.</exception>
    public (int Done, NormalEquations[] Folds)? Read(IReadOnlyList<int> columns)
    {
        if (!File.Exists(path)) return null;
        IReadOnlyDictionary<string, NpyData> arrays = NpyData.ReadAll(path);
        if (!arrays.TryGetValue("identity", out NpyData? identity) || identity.ToTexts() is not [string found] || !found.StartsWith(Format, StringComparison.Ordinal))
            throw new InputException(path, null, null, "something else", $"the state of a fit, {Format}; remove the file to begin anew");
        if (found != _identity)
            throw new InputException(path, null, null, "the state of a fit of other data, keys or settings", "that of this fit; remove the file to begin anew");
        try
        {
            double[] counts = arrays["counts"].ToReals();
            return ((int)counts[0], counts.Skip(1).Select((rows, k) => NormalEquations.FromFactor(columns[k], (long)rows, arrays[$"fold_{k}"].ToReals())).ToArray());
        }
        catch (Exception e) when (e is KeyNotFoundException or ArgumentException or IndexOutOfRangeException)
        {
            throw new InputException(path, null, null, "a part of the state of a fit", "a whole file; remove it to begin anew");
        }
    }

    /// <summary>Keeps the equations.</summary>
    /// <exception cref="InputException">The file cannot be written.</exception>
    public void Write(int done, IReadOnlyList<NormalEquations> folds)
    {
        NpzWriter.Write(path,
        [
            ("identity", NpyArray.Text(_identity)),
            ("counts", NpyArray.Reals([done, .. folds.Select(static f => (double)f.Rows)], 1 + folds.Count)),
            .. folds.Select((f, k) => ($"fold_{k}", NpyArray.Reals(f.Factor().ToArray(), f.Columns + 1L, f.Columns + 1L))),
        ]);
    }
}
