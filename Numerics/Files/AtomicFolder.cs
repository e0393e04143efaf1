using System;
using System.IO;
using System.Runtime.InteropServices;

namespace Toolkit.Numerics.Files;

/// <summary>
/// Fills a folder under a temporary name beside it and gives it its name when it is complete, as <see cref="AtomicFile"/> does with
/// files: who looks sees the old content or the new one.
/// </summary>
public static class AtomicFolder
{
    /// <summary>Lets <paramref name="fill"/> fill a folder, then gives it its name, replacing one that was there.</summary>
    /// <param name="path">The folder's final name; the folder that it lies in must exist.</param>
    /// <param name="fill">Fills the folder that it is given the name of; when it throws, nothing is left behind.</param>
    /// <exception cref="InputException">It cannot be made, filled or renamed.</exception>
    public static void Write(string path, Action<string> fill)
    {
        ArgumentNullException.ThrowIfNull(path);
        ArgumentNullException.ThrowIfNull(fill);
        string full = Destination(path), temporary = AtomicFile.Temporary(full);
        void Remove()
        {
            if (Directory.Exists(temporary)) Directory.Delete(temporary, true);
        }

        using PosixSignalRegistration interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, _ => Remove());
        using PosixSignalRegistration terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, _ => Remove());
        try
        {
            AtomicFile.Guard(path, () =>
            {
                Directory.CreateDirectory(temporary);
                fill(temporary);
                Replace(full, temporary);
                return true;
            });
        }
        finally
        {
            Remove();
        }
    }

    /// <summary>Checks that a folder could be made or replaced under this name now.</summary>
    /// <param name="path">The name.</param>
    /// <param name="isWithin">Whether it is there, and files are to be made in it.</param>
    /// <exception cref="InputException">It cannot; with the reason.</exception>
    public static void RequireWritable(string path, bool isWithin = false)
    {
        ArgumentNullException.ThrowIfNull(path);
        string full = Destination(path);
        try
        {
            AtomicFile.RequireWritable(isWithin ? Path.Combine(full, "any") : full + ".any");
        }
        catch (InputException e)
        {
            throw new InputException(path, null, null, e.Error.Found, "a folder that can be written");
        }
    }

    // What was there is away only for the time of one renaming, and comes back where the other fails.
    private static void Replace(string full, string temporary)
    {
        if (!Directory.Exists(full))
        {
            Directory.Move(temporary, full);
            return;
        }

        string old = AtomicFile.Temporary(full);
        Directory.Move(full, old);
        try
        {
            Directory.Move(temporary, full);
        }
        catch
        {
            Directory.Move(old, full);
            throw;
        }

        Directory.Delete(old, true);
    }

    // The folder that a name means, through links.
    private static string Destination(string path)
    {
        if (string.IsNullOrWhiteSpace(path))
            throw new InputException("--out", null, null, "no name", "a name for a folder");
        string full = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));
        return Directory.Exists(full) ? Directory.ResolveLinkTarget(full, true)?.FullName ?? full : full;
    }
}
