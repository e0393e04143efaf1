using System;
using System.Collections.Generic;
using System.IO;
using System.IO.Compression;
using System.Linq;
using System.Security.Cryptography;
using System.Text;
using Toolkit.Numerics.Files;

namespace Toolkit.Cli.Exporting;

/// <summary>The Python package as a wheel, which pip installs without a compiler, an index or .NET: modules, the native library, and what
/// the format asks for (PEP 427, PEP 600).</summary>
internal static class PythonWheel
{
    private const string Distribution = "toolkit_atomistic";

    // Of every entry: the file is the same whenever it is made.
    private static readonly DateTimeOffset Epoch = new(1980, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>What the file is called: it says what it runs on.</summary>
    public static string Name(NativeFiles files, string version) => $"{Distribution}-{version}-{Tag(files)}.whl";

    /// <summary>Writes it.</summary>
    /// <param name="path">The file.</param>
    /// <param name="files">The library and the modules.</param>
    /// <param name="version">As 0.1.0.</param>
    /// <param name="replace">Whether one that is there may be replaced.</param>
    public static void Write(string path, NativeFiles files, string version, bool replace)
    {
        string information = $"{Distribution}-{version}.dist-info/";
        List<(string Name, byte[] Content)> all =
        [
            .. files.Python.Concat(files.All).Select(static p => ("toolkit/" + Path.GetFileName(p), File.ReadAllBytes(p))),
            (information + "METADATA", Text(
                $"Metadata-Version: 2.1\nName: {Distribution.Replace('_', '-')}\nVersion: {version}\n"
                + "Summary: Symmetry-adapted features of atomic structures, and models of them\nLicense: MIT\nRequires-Python: >=3.9\nRequires-Dist: numpy\n")),
            (information + "WHEEL", Text($"Wheel-Version: 1.0\nGenerator: toolkit\nRoot-Is-Purelib: false\nTag: {Tag(files)}\n")),
        ];
        string record = information + "RECORD";
        string lines = string.Concat(all.Select(static f => $"{f.Name},sha256={Base64(SHA256.HashData(f.Content))},{f.Content.Length}\n"))
            + record + ",,\n";
        all.Add((record, Text(lines)));
        AtomicFile.Write(path, stream =>
        {
            using ZipArchive zip = new(stream, ZipArchiveMode.Create, leaveOpen: true);
            foreach ((string name, byte[] content) in all)
            {
                ZipArchiveEntry entry = zip.CreateEntry(name, CompressionLevel.Optimal);
                entry.LastWriteTime = Epoch;
                using Stream to = entry.Open();
                to.Write(content);
            }
        }, replace);
    }

    private static string Tag(NativeFiles files) => $"py3-none-manylinux_{files.Glibc.Major}_{files.Glibc.Minor}_x86_64";

    private static byte[] Text(string text) => Encoding.UTF8.GetBytes(text);

    /// <summary>For names and addresses, without padding.</summary>
    private static string Base64(byte[] bytes) => Convert.ToBase64String(bytes).TrimEnd('=').Replace('+', '-').Replace('/', '_');
}
