using System;
using System.IO;
using System.IO.Compression;
using System.Text;
using Toolkit.Numerics.Files;

namespace Toolkit.Numerics.Structures;

/// <summary>Opens files of structures, plain or compressed by gzip, and recognises those of other formats.</summary>
internal static class XyzFile
{
    private const int BufferSize = 1 << 16;
    private const string Expected = "an extended-XYZ file, plain or compressed by gzip";

    // Bytes that other files begin with, one character each.
    private static readonly (string Magic, string What)[] Others =
    [
        ("BZh", "a file compressed by bzip2"), ("\u00fd7zXZ", "a file compressed by xz"),
            ("\u0028\u00b5\u002f\u00fd", "a file compressed by zstd"),
        ("PK\u0003\u0004", "an archive (zip, npz)"), ("\u0089HDF", "a file of HDF5"), ("CDF", "a file of NetCDF"),
            ("\u0093NUMPY", "an array of NumPy"),
        ("- of Ulm", "a trajectory of ASE; ase convert makes frames.xyz of it"),
    ];

    // The runtime takes compressed data that end too early for whole ones otherwise: structures would be missing without a word.
    static XyzFile() => AppContext.SetSwitch("System.IO.Compression.UseStrictValidation", true);

    /// <summary>What gzip has compressed; data that end too early are an error.</summary>
    internal static Stream Decompressed(Stream file) => new GZipStream(file, CompressionMode.Decompress);

    /// <summary>The text of a file. Two bytes tell gzip, whatever the name says; a pipe, which cannot be looked into, goes by its
    /// name.</summary>
    /// <exception cref="InputException">It cannot be opened, or it is of another kind.</exception>
    internal static StreamReader Open(string path)
    {
        try
        {
            Stream file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, BufferSize, FileOptions.SequentialScan);
            try
            {
                bool isCompressed = path.EndsWith(".gz", StringComparison.OrdinalIgnoreCase);
                if (file.CanSeek)
                {
                    Span<byte> bytes = stackalloc byte[8];
                    string start = Encoding.Latin1.GetString(bytes[..file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false)]);
                    file.Position = 0;
                    isCompressed = start.StartsWith("\u001f\u008b", StringComparison.Ordinal);
                    foreach ((string magic, string what) in Others)
                    {
                        if (start.StartsWith(magic, StringComparison.Ordinal))
                            throw new InputException(path, null, null, what, Expected);
                    }
                }

                Stream content = isCompressed ? Decompressed(file) : file;
                return new StreamReader(content, new UTF8Encoding(false, throwOnInvalidBytes: true), true, BufferSize);
            }
            catch
            {
                file.Dispose();
                throw;
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            string found = e is FileNotFoundException or DirectoryNotFoundException ? "no such file"
                : Directory.Exists(path) ? "a folder"
                : e is UnauthorizedAccessException ? "a file that may not be read"
                : e.Message;
            throw new InputException(path, null, null, found, Expected);
        }
    }

    /// <summary>How to convert a file whose name is not that of an xyz file; empty for one that is.</summary>
    internal static string Hint(string path)
    {
        string file = Path.GetFileName(path);
        string name = file.EndsWith(".gz", StringComparison.OrdinalIgnoreCase) ? file[..^3] : file;
        return name.EndsWith("xyz", StringComparison.OrdinalIgnoreCase) ? ""
            : $"; if {file} is of another format, convert it, e.g. ase convert {file} frames.xyz";
    }
}
