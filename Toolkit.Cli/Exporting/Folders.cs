using System;
using System.IO;
using Toolkit.Numerics.Files;

namespace Toolkit.Cli.Exporting;

/// <summary>Folders that appear under their names when they are whole.</summary>
internal static class Folders
{
    /// <summary>Copies the files of a folder.</summary>
    public static void Copy(string from, string to)
    {
        Directory.CreateDirectory(to);
        foreach (string path in Directory.GetFiles(from))
            File.Copy(path, Path.Combine(to, Path.GetFileName(path)));
    }

    /// <summary>Makes a folder.</summary>
    /// <param name="path">Its name.</param>
    /// <param name="force">Whether one that is there is replaced.</param>
    /// <param name="mark">A file that tells such a folder from others: what is replaced must have it.</param>
    /// <param name="fill">Fills it under another name.</param>
    /// <exception cref="InputException">Something is there that may not be replaced.</exception>
    public static void Make(string path, bool force, string mark, Action<string> fill)
    {
        if (File.Exists(path)) throw new InputException(path, null, null, "a file", "a name for a folder");
        if (Directory.Exists(path))
        {
            if (!File.Exists(Path.Combine(path, mark)))
                throw new InputException(path, null, null, "a folder of something else", "a new name");
            if (!force) throw new InputException(path, null, null, "an export that is there", "another name, or --force to replace it");
        }

        AtomicFolder.Write(path, fill, force);
    }
}
