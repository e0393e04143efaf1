using System;
using System.Collections.Generic;
using System.IO;
using System.IO.Compression;

namespace Toolkit.Numerics.Files;

/// <summary>Several NumPy arrays in one ZIP file, stored without compression: .npz, and the container of .mts.</summary>
public static class NpzWriter
{
    // ZIP's first day: the same content gives the same bytes.
    private static readonly DateTimeOffset Epoch = new(1980, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>Writes a file that appears under its name when it is complete.</summary>
    /// <param name="path">The file's name.</param>
    /// <param name="arrays">Name inside the file without ".npy" (folders with /), and the array.</param>
    /// <exception cref="InputException">The file cannot be written.</exception>
    public static void Write(string path, IEnumerable<(string Name, NpyArray Array)> arrays)
    {
        ArgumentNullException.ThrowIfNull(arrays);
        AtomicFile.Write(path, stream =>
        {
            using ZipArchive zip = new(stream, ZipArchiveMode.Create, leaveOpen: true);
            foreach ((string name, NpyArray array) in arrays)
            {
                ZipArchiveEntry entry = zip.CreateEntry(name + ".npy", CompressionLevel.NoCompression);
                entry.LastWriteTime = Epoch;
                using Stream content = entry.Open();
                array.Write(content);
            }
        });
    }
}
