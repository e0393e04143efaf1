using System;
using System.CommandLine;
using System.Globalization;
using System.IO;
using Toolkit.Numerics.Files;

namespace Toolkit.Cli;

/// <summary>
/// Where a result goes, looked at before the work that makes it begins: a folder that cannot be written, a disk that is too
/// small or a result that would be replaced is said at once, not after an hour.
/// </summary>
internal static class OutputFile
{
    /// <summary>The option <c>--force</c> of a verb that writes a file.</summary>
    public static Option<bool> Force() => new("--force") { Description = "replace a file that is there" };

    /// <summary>Checks that a file can be made.</summary>
    /// <param name="path">Its name.</param>
    /// <param name="force">Whether one that is there may be replaced.</param>
    /// <param name="bytes">How many bytes it has, or has at least; 0: unknown.</param>
    /// <exception cref="InputException">A folder that is absent or cannot be written, a file that is there, or less space than it
    /// takes.</exception>
    public static void Require(string path, bool force, long bytes = 0)
    {
        AtomicFile.RequireWritable(path, force);
        string folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        if (bytes > 0 && Free(folder) is long free && free < bytes)
            throw new InputException(path, null, null, $"{Size(free)} free on the disk", $"{Size(bytes)}, which the result takes at least");
    }

    /// <summary>Checks that files can be made in a folder, which is made where it is absent.</summary>
    /// <exception cref="InputException">It cannot be made or not be written.</exception>
    public static void RequireFolder(string folder)
    {
        bool isNew = folder.Length > 0 && !Directory.Exists(folder);
        try
        {
            Directory.CreateDirectory(folder);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new InputException(folder.Length == 0 ? "--out" : folder, null, null,
                File.Exists(folder) ? "a file" : e is UnauthorizedAccessException ? "a folder around it that may not be written to"
                    : "a name that no folder can have here", "a folder for the results");
        }

        try
        {
            AtomicFolder.RequireWritable(folder, isWithin: true);
        }
        catch (InputException) when (isNew)
        {
            Directory.Delete(folder);
            throw;
        }
    }

    /// <summary>Free bytes of a folder's disk; null where the system does not say.</summary>
    private static long? Free(string folder)
    {
        try
        {
            return new DriveInfo(folder).AvailableFreeSpace;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static string Size(long bytes) => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e9:0.00} GB");
}
