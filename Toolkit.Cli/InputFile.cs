using System.IO;
using Toolkit.Numerics.Files;

namespace Toolkit.Cli;

/// <summary>A file that a verb reads, looked at before it is opened for what it should be.</summary>
internal static class InputFile
{
    /// <summary>Checks that there is a file and that it is not compressed.</summary>
    /// <param name="path">Its name.</param>
    /// <param name="expected">What it should be.</param>
    /// <exception cref="InputException">Absent, a folder, not readable, or compressed.</exception>
    public static void Require(string path, string expected)
    {
        string? found = Directory.Exists(path) ? "a folder" : !File.Exists(path) ? "no such file" : null;
        try
        {
            found ??= IsCompressed(path) ? "a file compressed by gzip" : null;
        }
        catch (System.UnauthorizedAccessException)
        {
            found = "a file that may not be read";
        }

        if (found is not null)
            throw new InputException(path, null, null, found, expected);
    }

    private static bool IsCompressed(string path)
    {
        using FileStream file = File.OpenRead(path);
        return file.ReadByte() == 0x1f && file.ReadByte() == 0x8b;
    }
}
