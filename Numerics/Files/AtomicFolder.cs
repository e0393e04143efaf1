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
    /// <summary>Lets <paramref name="fill"/> fill a folder, then gives it its name.</summary>
    /// <param name="path">The folder's final name; the folder that it lies in must exist.</param>
    /// <param name="fill">Fills the folder that it is given the name of; when it throws, nothing is left behind.</param>
    /// <param name="replace">Whether one that is there then, whoever has made it meanwhile, may be replaced; one that is empty always
    /// is.</param>
    /// <exception cref="InputException">It cannot be made, filled or renamed, or is there and may not be replaced.</exception>
    public static void Write(string path, Action<string> fill, bool replace = true)
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
                if (!replace) Name(path, full, temporary);
                else Replace(full, temporary);
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

    // The system renames no folder over one that has something in it.
    private static void Name(string path, string full, string temporary)
    {
        try
        {
            if (Directory.Exists(full)) Directory.Delete(full);
            Directory.Move(temporary, full);
        }
        catch (IOException) when (Directory.Exists(full))
        {
            throw new InputException(path, null, null, "a folder that is there", "another name, or --force to replace it");
        }
    }

    // What was there is away only for the time of one renaming, and comes back where the other fails; unless somebody else has put another
    // in its place, which is replaced in its turn.
    private static void Replace(string full, string temporary)
    {
        string old = AtomicFile.Temporary(full);
        for (int left = 10; ; left--)
        {
            bool isAway = false;
            try
            {
                if (Directory.Exists(full))
                {
                    Directory.Move(full, old);
                    isAway = true;
                }

                Directory.Move(temporary, full);
                break;
            }
            catch (IOException) when (left > 0 && Directory.Exists(temporary) && (!isAway || Directory.Exists(full)))
            {
                if (isAway) Directory.Delete(old, true);
            }
            catch when (isAway)
            {
                if (!Directory.Exists(full)) Directory.Move(old, full);
                throw;
            }
        }

        if (Directory.Exists(old)) Directory.Delete(old, true);
    }

    // The folder that a name means, through links.
    private static string Destination(string path)
    {
        if (string.IsNullOrWhiteSpace(path))
            throw new InputException("--out", null, null, "no name", "a name for a folder");
        AtomicFile.RequireText(path);
        string full = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));
        return Directory.Exists(full) ? Directory.ResolveLinkTarget(full, true)?.FullName ?? full : full;
    }
}
