using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text;

namespace Toolkit.Numerics.Structures;

/// <summary>
/// Structures that can be walked through as often as needed without being held: those of files, one file after the other, or
/// some that are in memory.
/// </summary>
public sealed class StructureSource
{
    private readonly IReadOnlyList<(string Name, Func<IEnumerable<Structure>> Read)> _parts;

    private readonly Func<int, bool>? _isTaken;

    private StructureSource(IReadOnlyList<(string, Func<IEnumerable<Structure>>)> parts, Func<int, bool>? isTaken = null) =>
        (_parts, _isTaken) = (parts, isTaken);

    /// <summary>Structures in memory.</summary>
    /// <param name="frames">The structures.</param>
    /// <param name="name">What messages call them.</param>
    public static StructureSource Of(IReadOnlyList<Structure> frames, string name)
    {
        ArgumentNullException.ThrowIfNull(frames);
        return new([(name, () => frames)]);
    }

    /// <summary>The structures of files in extended XYZ.</summary>
    /// <param name="files">What messages call each file, and its path.</param>
    public static StructureSource OfFiles(IEnumerable<(string Name, string Path)> files) =>
        new(files.Select(static f => (f.Name, (Func<IEnumerable<Structure>>)(() => ReadFile(f.Name, f.Path)))).ToArray());

    /// <summary>Some of the structures, which keep their places in messages.</summary>
    /// <param name="isTaken">Whether the structure of a number, from 0 on, is one of them.</param>
    public StructureSource Where(Func<int, bool> isTaken)
    {
        ArgumentNullException.ThrowIfNull(isTaken);
        return _isTaken is null ? new(_parts, isTaken) : throw new InvalidOperationException("some structures are chosen already");
    }

    /// <summary>What messages call each file.</summary>
    public IReadOnlyList<string> Names => _parts.Select(static p => p.Name).ToArray();

    /// <summary>What messages call all of them.</summary>
    public string Name => string.Join(", ", Names);

    /// <summary>The structures in order, read one at a time as the sequence is walked through.</summary>
    /// <exception cref="Files.InputException">While walking: a file cannot be read, or holds something else.</exception>
    public IEnumerable<(Structure Structure, FramePlace Place)> Read()
    {
        int number = 0;
        foreach ((string name, Func<IEnumerable<Structure>> read) in _parts)
        {
            int frame = 0;
            foreach (Structure structure in read())
            {
                frame++;
                if (_isTaken?.Invoke(number++) != false) yield return (structure, new FramePlace(name, frame));
            }
        }
    }

    private static IEnumerable<Structure> ReadFile(string name, string path) => name == path
        ? ExtendedXyzReader.Read(path)
        : ReadSpool(name, path);

    /// <summary>A file that stands for another input, which messages name; it may be compressed by gzip.</summary>
    private static IEnumerable<Structure> ReadSpool(string name, string path)
    {
        using FileStream file = File.OpenRead(path);
        bool isCompressed = file.ReadByte() == 0x1f && file.ReadByte() == 0x8b;
        file.Position = 0;
        using Stream content = isCompressed ? XyzFile.Decompressed(file) : file;
        using StreamReader text = new(content, new UTF8Encoding(false, throwOnInvalidBytes: true));
        foreach (Structure structure in ExtendedXyzReader.Read(text, name))
            yield return structure;
    }
}
