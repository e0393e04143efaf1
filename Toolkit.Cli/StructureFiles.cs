using System;
using System.Collections.Generic;
using System.IO;
using System.IO.Enumeration;
using System.Linq;
using System.Runtime.InteropServices;
using Toolkit.Numerics.Files;
using Toolkit.Numerics.Structures;

namespace Toolkit.Cli;

/// <summary>
/// The FILE arguments of a verb as structures that can be read more than once: files, patterns with * and ? in the name, and -
/// for standard input. That, and what else can be read only once (a named pipe, the shell's &lt;(…)), is kept in a temporary file
/// meanwhile.
/// </summary>
internal sealed class StructureFiles : IDisposable
{
    private const string StandardInput = "standard input";

    private readonly List<IDisposable> _signals = [];
    private readonly List<string> _spools = [];

    /// <summary>Finds the files.</summary>
    /// <param name="arguments">As they were given.</param>
    /// <exception cref="UsageException">Standard input twice.</exception>
    /// <exception cref="InputException">A pattern without files.</exception>
    public StructureFiles(IReadOnlyList<string> arguments)
    {
        if (arguments.Count(static a => a == "-") > 1)
            throw new UsageException("FILE: found - twice, expected standard input once");

        Files = arguments.SelectMany(a => a == "-" ? [(StandardInput, Spool(Console.OpenStandardInput()))]
            : Expand(a).Select(f => (f, OnceOnly(f) is { } pipe ? Spool(pipe) : f))).ToArray();
    }

    /// <summary>What messages call each file, and its path.</summary>
    public IReadOnlyList<(string Name, string Path)> Files { get; }

    /// <summary>The structures.</summary>
    public StructureSource Source => StructureSource.OfFiles(Files);

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (string path in _spools)
            File.Delete(path);

        foreach (IDisposable signal in _signals)
            signal.Dispose();
    }

    private static string[] Expand(string argument)
    {
        string name = Path.GetFileName(argument);
        if (name.AsSpan().IndexOfAny('*', '?') < 0 || File.Exists(argument))
            return [argument];

        string folder = Path.GetDirectoryName(argument) ?? "";
        string[] found = Directory.Exists(folder.Length > 0 ? folder : ".")
            ? Directory.EnumerateFiles(folder.Length > 0 ? folder : ".")
                .Select(f => Path.Combine(folder, Path.GetFileName(f)))
                .Where(f => FileSystemName.MatchesSimpleExpression(name, Path.GetFileName(f), ignoreCase: false))
                .Order(StringComparer.Ordinal).ToArray()
            : [];
        return found.Length > 0 ? found
            : throw new InputException(argument, null, null, "no such files", "a pattern of extended-XYZ files");
    }

    /// <summary>What a file that cannot be read a second time has; null: it can, or it cannot be read at all.</summary>
    private static FileStream? OnceOnly(string path)
    {
        try
        {
            FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            if (!file.CanSeek) return file;
            file.Dispose();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            // Whoever reads it says why.
        }

        return null;
    }

    private string Spool(Stream input)
    {
        string path;
        try
        {
            path = Path.GetTempFileName();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InputException(Path.GetTempPath(), null, null, "no folder that can be written to",
                "one for what can be read only once (TMPDIR)");
        }

        _spools.Add(path);
        _signals.AddRange(new[] { PosixSignal.SIGINT, PosixSignal.SIGTERM }.Select(
            s => PosixSignalRegistration.Create(s, _ => File.Delete(path))));
        using (input)
        {
            using FileStream file = new(path, FileMode.Create, FileAccess.Write);
            input.CopyTo(file);
        }

        return path;
    }
}
