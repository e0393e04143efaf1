using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text;
using System.Text.RegularExpressions;

namespace Toolkit.Cli.Exporting;

/// <summary>The native library that exports are made with: built by Native/build.sh, it lies beside the command.</summary>
internal sealed partial class NativeFiles
{
    /// <summary>The folder that it is looked for in before others.</summary>
    public const string Variable = "TOOLKIT_NATIVE";

    private static readonly string[] Levels = ["v3", "v4"];

    private readonly string _folder;

    private NativeFiles(string folder) => _folder = folder;

    /// <summary>The library for processors with AVX2, which hands over to the one for AVX-512 where it can.</summary>
    public string Base => PathOf(Levels[0]);

    /// <summary>All there are.</summary>
    public IEnumerable<string> All => Levels.Select(PathOf).Where(File.Exists);

    /// <summary>The modules of the Python package.</summary>
    public IReadOnlyList<string> Python =>
        Directory.GetFiles(Path.Combine(_folder, "python", "toolkit"), "*.py").Order(StringComparer.Ordinal).ToArray();

    /// <summary>The least version of the C library that it runs with, as 2.27.</summary>
    public Version Glibc => All.SelectMany(static path => GlibcVersion().Matches(Encoding.Latin1.GetString(File.ReadAllBytes(path))))
        .Select(static m => Version.Parse(m.Groups[1].Value)).Max()!;

    /// <summary>Looks for it.</summary>
    /// <exception cref="FailureException">It is nowhere.</exception>
    public static NativeFiles Find()
    {
        string? named = Environment.GetEnvironmentVariable(Variable);
        NativeFiles files = new(string.IsNullOrEmpty(named) ? Path.Combine(AppContext.BaseDirectory, "native") : named);
        return File.Exists(files.Base)
            ? files
            : throw new FailureException(
                $"the native library is not here: found no {files.Base}, expected what Native/build.sh makes (then build the command again, or set {Variable} to its folder)");
    }

    private string PathOf(string level) => Path.Combine(_folder, $"libtoolkit-{level}.so");

    [GeneratedRegex(@"GLIBC_(2\.\d+)")]
    private static partial Regex GlibcVersion();
}
