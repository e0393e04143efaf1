using System;
using System.Collections.Generic;
using System.Linq;

namespace Toolkit.Numerics.Files;

/// <summary>Several NumPy arrays in one ZIP file, stored without compression: .npz, and the container of .mts.</summary>
public static class NpzWriter
{
    /// <summary>Writes a file that appears under its name when it is complete.</summary>
    /// <param name="path">The file's name.</param>
    /// <param name="arrays">Name inside the file without ".npy" (folders with /), and the array.</param>
    /// <param name="replace">Whether a file that is there may be replaced.</param>
    /// <exception cref="InputException">The file cannot be written.</exception>
    public static void Write(string path, IEnumerable<(string Name, NpyArray Array)> arrays, bool replace = true)
    {
        ArgumentNullException.ThrowIfNull(arrays);
        (string Name, NpyArray Array)[] all = arrays.ToArray();
        StoredZip zip = new(all.Select(static a => (a.Name + ".npy", a.Array.Length)));
        AtomicFile.Write(path, stream =>
        {
            zip.Begin(stream, path);
            for (int k = 0; k < all.Length; k++)
                all[k].Array.Write(bytes => zip.Append(k, bytes));

            zip.Finish();
        }, replace);
    }
}
